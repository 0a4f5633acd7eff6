"""Saying every few seconds that this kernel is alive, and looking for those that are not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from evolink_widgets.core import loop
from evolink_widgets.errors import StoreError

if TYPE_CHECKING:
    from evolink_widgets.core.shared.parts import SessionParts


class Leases:
    """Renews the leases of a session's tasks, for as long as one is at work.

    Along with it, what dead kernels have intended and never sent is closed: it costs nothing,
    and should not be shown as reserved for long.

    Args:
        at_work: gives the keys of the session's tasks that are at work.
        parts: gives its parts; `None` once it is closed.

    Attributes:
        is_running: whether they are being renewed.
    """

    def __init__(
        self,
        at_work: Callable[[], list[str]],
        parts: Callable[[], SessionParts | None],
    ) -> None:
        self._at_work = at_work
        self._parts = parts
        self.is_running = False

    def keep(self) -> None:
        """Begin to renew them, unless `is_running`; on the core's loop."""
        self.is_running = True
        loop.spawn(self._renew(), name="evolink-leases")

    async def _renew(self) -> None:
        from evolink_widgets.core.shared.parts import LEASE
        from evolink_widgets.core.steps.buy import close_unsent

        while (parts := self._parts()) is not None:
            with contextlib.suppress(StoreError):
                await parts.database_thread.run(close_unsent, parts)
            await asyncio.sleep(LEASE / 3)
            parts = self._parts()
            keys = self._at_work()
            if parts is None or not keys:
                break
            with contextlib.suppress(StoreError):
                await parts.database_thread.run(_claim_again, parts, keys)
        self.is_running = False


def _claim_again(parts: SessionParts, keys: list[str]) -> None:
    from evolink_widgets.core.shared.parts import LEASE

    with parts.store.database.write():
        for key in keys:
            parts.store.journal.claim(key, parts.owner, parts.clock(), LEASE)
