"""Tells pages what has changed, at a pace, until nothing does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from evolink_widgets.core.loop import spawn
from evolink_widgets.runtime.clock import monotonic

__all__ = ["Teller"]

log = logging.getLogger("evolink_widgets")

#: Seconds between two tellings, at least.
_PAUSE = 0.5


class Teller:
    """What one view tells of what goes on: however much changes, one telling at a time.

    Args:
        what: what it tells of, as in "a batch"; for the log.
        tell: tells what is new; on the core's loop.
        share: how many times as long as a telling took the next one waits, where that is more than
            the pause: finding what to tell is to leave the processor to others.
        at_rest: called once nothing more is to tell, for now.
    """

    def __init__(
        self,
        what: str,
        tell: Callable[[], Awaitable[None]],
        *,
        share: float = 0.0,
        at_rest: Callable[[], None] = lambda: None,
    ) -> None:
        self._what = what
        self._tell = tell
        self._share = share
        self._at_rest = at_rest
        self._is_stale = self._is_telling = False

    def changed(self) -> None:
        """Hear that something is new; on the core's loop."""
        self._is_stale = True
        if not self._is_telling:
            self._is_telling = True
            spawn(self._go_on(), name=f"evolink-telling-{self._what.rpartition(' ')[2]}")

    async def _go_on(self) -> None:
        try:
            while self._is_stale:
                self._is_stale = False
                began = monotonic()
                await self._tell()
                await asyncio.sleep(max(_PAUSE, self._share * (monotonic() - began)))
            self._at_rest()
        except Exception:
            log.exception("The view of %s could not be told", self._what)
        finally:
            self._is_telling = False
