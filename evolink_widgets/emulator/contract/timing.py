"""How long a task takes and how its progress moves: pure functions of the request and chance."""

from __future__ import annotations

import math
import random

from evolink_widgets.emulator.contract.read_request import CheckedRequest

__all__ = ["QUEUE_SHARE", "duration", "progress", "usual_duration"]

QUEUE_SHARE = 0.12
"""The part of a task's time that it waits in the queue as `pending`."""
_SPREAD = 0.22
_SECONDS = {"low": 13.0, "medium": 24.0, "high": 48.0}
_STOPS = 14


def usual_duration(ask: CheckedRequest) -> float:
    """Seconds that such a task usually takes on the real service.

    Our figures, not the contract's: 25 s for a default ask; more for better quality, more
    pixels and more pictures, which are made partly side by side.
    """
    megapixels = ask.width * ask.height / 1e6
    return _SECONDS[ask.quality] * (0.75 + 0.25 * megapixels) * (1 + 0.18 * (ask.n - 1))


def duration(ask: CheckedRequest, chance: random.Random) -> float:
    """Seconds that this task takes, spread around the usual by about a fifth."""
    return usual_duration(ask) * math.exp(chance.gauss(0, _SPREAD))


def progress(share: float, chance: random.Random) -> int:
    """Per cent, 0 to 99, at a share of the way from 0 to 1: honest, but it halts and jumps.

    The same chance gives the same bar, and it never moves back.
    """
    bend = chance.uniform(0.75, 1.35)
    stops = sorted(chance.uniform(0.02, 0.97) ** bend for _ in range(_STOPS))
    honest = min(1.0, max(0.0, share)) ** bend
    halted = max([0.0, *(stop for stop in stops if stop <= honest)])
    return min(99, int(100 * (0.75 * halted + 0.25 * honest)))
