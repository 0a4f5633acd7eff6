"""Limits the rate of requests: a token bucket for each key."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from evolink_widgets.emulator.contract.refusal import Refusal

__all__ = ["Buckets", "too_many"]

_MOST_KEYS = 10_000


class Buckets:
    """Each key's bucket; a full one is forgotten.

    Args:
        rate: requests a second, and how many at once; `None` is no limit.
        clock: seconds.
    """

    def __init__(self, rate: tuple[float, float] | None, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Let one request pass.

        Raises:
            Refusal: 429 with Retry-After in whole seconds.
        """
        if self._rate is None:
            return
        per_second, burst = self._rate
        now = self._clock()
        with self._lock:
            if len(self._buckets) > _MOST_KEYS:
                self._buckets.clear()
            level, since = self._buckets.get(key, (burst, now))
            level = min(burst, level + max(0.0, now - since) * per_second)
            passes = level >= 1
            self._buckets[key] = (level - 1 if passes else level, now)
        if not passes:
            raise too_many(math.ceil((1 - level) / per_second))


def too_many(seconds: float | None) -> Refusal:
    """429, with or without Retry-After."""
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return Refusal(429, "rate_limit_exceeded", "Too many requests.", headers=headers)
