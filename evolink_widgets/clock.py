"""Reads the operating system's clocks, also where a test has frozen Python's.

freezegun and its like replace `time.time` and `time.monotonic`, for some threads and not for
others, and also where a module has imported them by name. What waits would never end, and leases
and links would be judged by two different days. They leave what the system itself says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

__all__ = ["monotonic", "now"]


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
