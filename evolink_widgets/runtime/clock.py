"""Reads the operating system's clocks, also where a test has frozen Python's.

freezegun and its like replace `time.time` and `time.monotonic`, for some threads and not for
others, and also where a module has imported them by name. What waits would never end, and leases
and links would be judged by two different days. They leave what the system itself says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

__all__ = ["ClockOffset", "monotonic", "now"]


class ClockOffset(NamedTuple):
    """By how many seconds another machine's clock is ahead of ours, as far as it is known.

    A reply tells a time, in whole seconds, of some moment between its request and its arrival.
    So one reply leaves a second and a round trip open, a slow one more; what several have in
    common is less (Marzullo's rule).

    Attributes:
        low: seconds at least.
        high: seconds at most.
    """

    low: float = 0.0
    high: float = 0.0

    @classmethod
    def told(
        cls, said: float, *, sent: float, received: float, known: ClockOffset | None = None
    ) -> ClockOffset | None:
        """Read the offset off a reply.

        Args:
            said: Unix seconds that the reply tells, whole ones.
            sent: Unix seconds of our clock before the request went out.
            received: Unix seconds of our clock when the reply was there.
            known: what earlier replies told; it is given up where a clock was set meanwhile.
        """
        low, high = said - received, said + 1.0 - sent
        if low > high:  # our clock was set back in between
            return known
        if known is not None and max(low, known.low) <= min(high, known.high):
            return cls(max(low, known.low), min(high, known.high))
        return cls(low, high)


def _straight(name: str, otherwise: Callable[[], float]) -> Callable[[], float]:
    ask = getattr(time, "clock_gettime", None)
    which = getattr(time, name, None)
    if ask is None or which is None:  # Windows; there it is kept from before a later freeze
        return partial(otherwise)
    return partial(ask, which)


now = _straight("CLOCK_REALTIME", time.time)
"""Unix seconds."""

monotonic = _straight("CLOCK_MONOTONIC", time.monotonic)
"""Seconds that only ever go on, from a beginning of their own."""
