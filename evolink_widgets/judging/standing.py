"""How a ranking stands: every item's score with its interval, and what is not settled yet."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from evolink_widgets.judging.bradley_terry import Fit, Z, fitted
from evolink_widgets.store.judging.verdicts import Picture
from evolink_widgets.store.judging.votes import Vote

__all__ = ["Difference", "Placed", "Standing", "standing_of", "votes_left"]

_EARLY = 3
"""How often each item has to be in a vote before a number of further ones is foretold."""


@dataclass(frozen=True)
class Placed:
    """An item in its place.

    Attributes:
        item: its name.
        rating: its score: the logarithm of its odds against the average.
        low: where the score's 95 % interval begins.
        high: where it ends.
        wins: how many votes it won.
        ties: how many found no difference.
        pairs: how many votes it was in.
    """

    item: Any
    rating: float
    low: float
    high: float
    wins: int
    ties: int
    pairs: int


@dataclass(frozen=True)
class Difference:
    """How much higher one item's score is than another's.

    Attributes:
        rating: the difference; of the votes that find one, exp(rating) : 1 go to the first.
        low: where its 95 % interval begins.
        high: where it ends.
    """

    rating: float
    low: float
    high: float

    @property
    def settled(self) -> bool:
        """Whether the interval says which of the two is ahead."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.rating:+.2f}, between {self.low:+.2f} and {self.high:+.2f}"


@dataclass(frozen=True)
class Standing:
    """All items, the best first.

    Attributes:
        placed: the items.
        votes: how many votes count.
        ties: how many of them found no difference.
        judges: who gave them, in the order of their first votes.
        open: the first two neighbours whose order is not settled; `None` where all are.
        left: about how many more votes settle that; `None` where too little is known.
    """

    placed: tuple[Placed, ...]
    votes: int
    ties: int
    judges: tuple[str, ...]
    open: tuple[Any, Any] | None
    left: int | None
    fit: Fit
    names: tuple[Any, ...]

    def difference(self, one: Any, other: Any) -> Difference:
        """How much higher an item's score is than another's, with an interval of its own.

        Raises:
            ValueError: there is no such item.
        """
        score, half = self.fit.difference(self.names.index(one), self.names.index(other))
        return Difference(score, score - half, score + half)


def standing_of(
    items: Sequence[Any],
    place_of: Mapping[Picture, int],
    votes: Iterable[Vote],
    start: Fit | None = None,
) -> Standing:
    """Count the votes, and find the scores.

    A vote on a picture that is not ranked, or on two of one item, says nothing here.

    Args:
        items: their names.
        place_of: for each picture the place of its item in `items`.
        votes: those that stand.
        start: the scores as they were a few votes ago.
    """
    import numpy as np

    count = len(items)
    wins, ties = np.zeros((count, count)), np.zeros((count, count))
    judges: dict[str, None] = {}
    for vote in votes:
        left, right = place_of.get(vote.left), place_of.get(vote.right)
        if left is None or right is None or left == right:
            continue
        judges[vote.judge] = None
        if vote.outcome == "tie":
            ties[left, right] += 1
            ties[right, left] += 1
        elif vote.outcome == "left":
            wins[left, right] += 1
        else:
            wins[right, left] += 1
    fit = fitted(wins, ties, start=start)
    halves = fit.halves
    placed = [
        Placed(
            items[place],
            round(float(fit.scores[place]), 4) + 0.0,  # no score is "-0.0"
            round(float(fit.scores[place] - halves[place]), 4),
            round(float(fit.scores[place] + halves[place]), 4),
            int(wins[place].sum()),
            int(ties[place].sum()),
            int((wins[place] + wins[:, place] + ties[place]).sum()),
        )
        for place in np.argsort(-fit.scores, kind="stable")
    ]
    total = int(wins.sum() + ties.sum() / 2)
    best = Standing(
        tuple(placed), total, int(ties.sum() / 2), tuple(judges), None, None, fit, tuple(items)
    )
    return _with_what_is_open(best)


def votes_left(gap: float, half: float, votes: int) -> int:
    """About how many more votes make a difference sure.

    The variance of each difference falls with the number of votes, for pairs are chosen evenly.
    The difference itself is known no better than its interval: half of what it may truly be is
    larger than the median of its size, and that is taken.

    Said with two digits, for it is an order of magnitude.

    Args:
        gap: the difference as it is known.
        half: half of its 95 % interval.
        votes: how many have been given.
    """
    size = _median_size(gap, half / Z)
    more = max(1, round(votes * ((half / size) ** 2 - 1)))
    return round(more, min(0, 2 - len(str(more))))


def _median_size(mean: float, spread: float) -> float:
    """The median of the size of a normal number."""

    def share(size: float) -> float:
        return _below((size - mean) / spread) - _below((-size - mean) / spread)

    low, high = 0.0, abs(mean) + 3 * spread
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if share(middle) < 0.5 else (low, middle)
    return high


def _below(value: float) -> float:
    return (1 + math.erf(value / math.sqrt(2))) / 2


def _with_what_is_open(standing: Standing) -> Standing:
    names = [one.item for one in standing.placed]
    for first, second in pairwise(names):
        found = standing.difference(first, second)
        if found.settled:
            continue
        left = None
        if min(one.pairs for one in standing.placed) >= _EARLY:
            left = votes_left(found.rating, found.high - found.rating, standing.votes)
        return replace(standing, open=(first, second), left=left)
    return standing
