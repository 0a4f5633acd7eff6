"""Which pair of items tells most: the one whose difference is known least.

Each vote counts as it would between equals, so what was answered does not steer what is asked.
Pairs that look close after a few votes would tell a little more, if that were known: but asked
until they no longer look close, they drift apart by chance alone, and of the intervals that claim
95 % as few as 70 % hold the truth (docs/decisions/0031). Chosen like this, every item is shown
equally often at first, the comparisons tie all of them together, and pairs can be chosen in
advance.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from evolink_widgets.judging.bradley_terry import PRIOR

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    Floats = numpy.typing.NDArray[numpy.floating[Any]]
    Wholes = numpy.typing.NDArray[numpy.int64]
else:
    Floats = Wholes = "numpy.ndarray"

__all__ = ["Pairs"]

_TOLD = 0.25
"""What a vote between equals tells of their difference."""

_ALIKE = 1e-9
"""Relative difference below which two pairs are known as little as another."""


class Pairs:
    """Chooses pairs of items, one after another, for one judge.

    Args:
        compared: how often two items were compared so far, by any judge; symmetric.
        seen: how often this judge has seen two of them as a pair; symmetric.
        room: for each two items how many pairs of pictures there are of them; symmetric. A pair
            of items comes again only when all others have come as often, by the pictures they
            have for it.
        chance: decides between pairs that are known as little.
    """

    def __init__(self, compared: Floats, seen: Wholes, room: Wholes, chance: random.Random) -> None:
        import numpy as np

        count = len(compared)
        told = np.diag(compared.sum(1)) - compared
        self._covariance = np.linalg.inv(_TOLD * told + np.eye(count) / PRIOR**2)
        self._seen = seen.copy()
        self._room = np.maximum(room, 1)
        self._chance = chance
        self._lower = np.tril_indices(count)
        #: The pair before, the smaller place first: it does not come twice in a row.
        self.last: tuple[int, int] | None = None

    def next(self) -> tuple[int, int]:
        """The pair to show next; a vote on it is taken for given from then on."""
        import numpy as np

        known = self._variances()
        known[self._lower] = -np.inf
        if self.last is not None and len(known) > 2:
            known[self.last] = -np.inf
        rounds = self._seen // self._room
        known[rounds > rounds[known > -np.inf].min()] = -np.inf
        least = np.argwhere(known >= known.max() * (1 - _ALIKE))
        one, other = map(int, least[self._chance.randrange(len(least))])
        self.note(one, other)
        return one, other

    def note(self, one: int, other: int) -> None:
        """Take a vote on a pair for given."""
        told = self._covariance[one] - self._covariance[other]
        share = _TOLD / (1 + _TOLD * (told[one] - told[other]))
        self._covariance -= share * told[:, None] * told
        self._seen[one, other] += 1
        self._seen[other, one] += 1
        self.last = (min(one, other), max(one, other))

    def _variances(self) -> Floats:
        """Of the difference of each two items."""
        own = self._covariance.diagonal()
        found: Floats = own[:, None] + own - 2 * self._covariance
        return found
