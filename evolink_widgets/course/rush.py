"""Knows when students ask for pictures, so that what can wait lets them go first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

__all__ = ["Rush"]

_QUIET = 1.0
"""Seconds without an ask after which a rush is over: no two students of a rush are as far apart."""
_LONGEST = 4.0
"""Seconds that one thing waits for that: a class that never rests holds it up, and not for ever."""


class Rush:
    """Whether a class is asking at this moment.

    Args:
        clock: seconds on a clock that never jumps.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._last = clock() - _QUIET

    def goes_on(self) -> None:
        """Hear that a student asks, or has been answered."""
        self._last = self._clock()

    async def over(self) -> None:
        """Wait until no student has asked for a second; four seconds at most."""
        latest = self._clock() + _LONGEST
        while (left := min(self._last + _QUIET, latest) - self._clock()) > 0:
            await self._sleep(left)
