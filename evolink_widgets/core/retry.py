"""How often and how long things are tried again, and the pauses between two tries."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class RetryPolicy:
    """Pauses in seconds. Each tuple has one pause for each further try.

    Attributes:
        unsent: before a paid request that surely never left is sent again.
        limited: in all, for a paid request that the service answers with 429.
        look: before each search for a task whose reply was lost.
        together: from one reading of the service's list to the next; who looks meanwhile shares it.
        read: before a reading that costs nothing (credits) is tried again.
        download: before a picture is fetched again.
        refused: how long the service may refuse to tell of a task that it accepted (any 4xx but
            429, also 404), before it is left for later; it stays in the journal all the same.
        longest: no pause between two readings of a task is longer, whatever failed.
        chance: numbers in 0…1 that spread the pauses by ±20 %, so that many do not come at once.
    """

    unsent: tuple[float, ...] = (0.5, 2.0, 5.0)
    limited: float = 600.0
    look: tuple[float, ...] = (0.2, 1.0, 2.0, 4.0, 6.0)
    together: float = 0.5
    read: tuple[float, ...] = (0.5, 2.0)
    download: tuple[float, ...] = (0.3, 1.0, 3.0, 8.0, 20.0)
    refused: float = 60.0
    longest: float = 30.0
    chance: Callable[[], float] = random.random

    def spread(self, seconds: float) -> float:
        """`seconds`, a little more or less."""
        return seconds * (0.8 + 0.4 * self.chance())

    def after(self, failures: int) -> float:
        """The pause after that many readings of a task in a row have failed."""
        return self.spread(min(self.longest, 0.25 * 2.0 ** min(failures, 10)))
