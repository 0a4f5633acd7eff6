"""How long a task takes, how its progress moves, and what it costs: pure functions."""

from __future__ import annotations

import math
import random

from .checks import Ask

__all__ = ["QUEUE_SHARE", "cost", "duration", "most_cost", "progress", "usual_duration"]

#: The part of a task's time that it waits in the queue.
QUEUE_SHARE = 0.12
_SPREAD = 0.22
_SECONDS = {"low": 13.0, "medium": 24.0, "high": 48.0}
_BETA_PRICE = {"1K": 1.02, "2K": 1.734, "4K": 2.652}
_CREDITS_PER_DOLLAR = 68


def usual_duration(ask: Ask) -> float:
    """Seconds that such a task usually takes on the real service."""
    megapixels = ask.width * ask.height / 1e6
    return _SECONDS[ask.quality] * (0.75 + 0.25 * megapixels) * (1 + 0.18 * (ask.n - 1))


def duration(ask: Ask, chance: random.Random) -> float:
    """Seconds that this task takes, spread around the usual."""
    return usual_duration(ask) * math.exp(chance.gauss(0, _SPREAD))


def progress(done: float, chance: random.Random) -> int:
    """Per cent at a share of the way from 0 to 1: honest, but it creeps, stands still and jumps.

    The same chance gives the same bar, and it never moves back.
    """
    bend = chance.uniform(0.75, 1.35)
    stops = sorted(chance.uniform(0.02, 0.97) ** bend for _ in range(14))
    honest = min(1.0, max(0.0, done)) ** bend
    stopped = max([0.0, *(stop for stop in stops if stop <= honest)])
    return min(99, int(100 * (0.75 * stopped + 0.25 * honest)))


def cost(ask: Ask, pictures: int) -> float:
    """Credits for the pictures that were delivered."""
    if ask.model.endswith("-beta"):
        return _BETA_PRICE[_beta_tier(ask)] * pictures
    base = {"low": 16, "medium": 48, "high": 96}[ask.quality]
    long, short = max(ask.width, ask.height), min(ask.width, ask.height)
    rows = int(base * short / long + 0.5)
    tokens = math.ceil(base * rows * (2_000_000 + ask.width * ask.height) / 4_000_000)
    dollars = tokens * 0.027 / 1000
    dollars += 1024 * len(ask.references) * 0.0072 / 1000
    dollars += max(1, len(ask.prompt.encode()) // 4) * 0.0045 / 1000
    return round(dollars * _CREDITS_PER_DOLLAR * pictures, 4)


def most_cost(ask: Ask) -> float:
    """Credits that are set aside when the request is accepted: the most it can come to."""
    extra = 0 if ask.model.endswith("-beta") else 0.5 * len(ask.references) * 0.0072 * 68 * ask.n
    return round(cost(ask, ask.n) + extra, 4)


def _beta_tier(ask: Ask) -> str:
    area = ask.width * ask.height
    return "1K" if area <= 1_700_000 else "2K" if area <= 4_400_000 else "4K"
