"""Judges whose taste is known: votes drawn from the model itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Tables = tuple[Any, Any]


def strengths(count: int, spread: float, seed: int) -> Any:
    """True scores of so many items, drawn and centred."""
    drawn = np.random.default_rng(seed).normal(0, spread, count)
    return drawn - drawn.mean()


def voter(true: Any, tie: float, seed: int) -> Callable[[Any, Any, int, int], None]:
    """A judge who votes as Davidson's model says: `vote(wins, ties, one, other)`.

    Args:
        true: the items' scores.
        tie: a tie's weight; 0 is never one.
        seed: of the judge's mood.
    """
    chance = np.random.default_rng(seed)

    def vote(wins: Any, ties: Any, one: int, other: int) -> None:
        odds = np.exp((true[one] - true[other]) / 2)
        drawn = chance.random() * (odds + 1 / odds + tie)
        if drawn < odds:
            wins[one, other] += 1
        elif drawn < odds + 1 / odds:
            wins[other, one] += 1
        else:
            ties[one, other] += 1
            ties[other, one] += 1

    return vote


def by_chance(true: Any, votes: int, tie: float, seed: int) -> Tables:
    """Tables of so many votes on pairs that are drawn by chance; all of them at once."""
    count, chance = len(true), np.random.default_rng(seed)
    wins, ties = np.zeros((count, count)), np.zeros((count, count))
    pairs = list(zip(*np.triu_indices(count, 1), strict=True))
    asked = chance.multinomial(votes, np.full(len(pairs), 1 / len(pairs)))
    for (one, other), times in zip(pairs, asked, strict=True):
        odds = np.exp((true[one] - true[other]) / 2)
        shares = np.array([odds, 1 / odds, tie])
        won, lost, tied = chance.multinomial(times, shares / shares.sum())
        wins[one, other], wins[other, one] = won, lost
        ties[one, other] = ties[other, one] = tied
    return wins, ties
