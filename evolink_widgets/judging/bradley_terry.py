"""Scores from votes on pairs: the model of Bradley and Terry, with ties as Davidson has them.

For two items whose scores differ by d, with x = exp(d / 2) and a tie's weight v:

    first wins : second wins : no difference  =  x : 1 / x : v

(R. A. Bradley, M. E. Terry: Rank analysis of incomplete block designs, Biometrika 39, 1952;
R. R. Davidson: On extending the Bradley–Terry model to accommodate ties, JASA 65, 1970.)
A score is the logarithm of odds: of the votes that find a difference, exp(d) : 1 go to the first.
It is found by Newton's method under a weak normal prior, which keeps the scores of items that won
or lost everything finite. The model knows differences alone; scores are centred, and so are their
intervals, which come from the information of votes and prior at the scores.

Only NumPy is used, and loaded when the first score is asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evolink_widgets.errors import ConfigurationError

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    Floats = numpy.typing.NDArray[numpy.floating[Any]]
else:
    Floats = "numpy.ndarray"

__all__ = ["PRIOR", "Fit", "Z", "check_numpy", "fitted"]

Z = 1.959964
"""Standard deviations of a normal distribution to each side that hold 95 %."""

PRIOR = 3.0
"""The prior's standard deviation of a score, and of the logarithm of a tie's weight. An item that
beats the average in 95 % of its votes is one such deviation above it."""

_STEPS = 100
_ENOUGH = 1e-10
_HALVINGS = 30


@dataclass(frozen=True)
class Fit:
    """Scores and how sure they are.

    Attributes:
        scores: one for each item; their mean is 0.
        covariance: of the centred scores.
        tie: the logarithm of a tie's weight; `None` where no vote was one.
    """

    scores: Floats
    covariance: Floats
    tie: float | None

    @property
    def halves(self) -> Floats:
        """Half of each score's 95 % interval."""
        import numpy as np

        return Z * np.sqrt(np.maximum(np.diagonal(self.covariance), 0.0))

    def difference(self, one: int, other: int) -> tuple[float, float]:
        """How much higher one item's score is than another's, and half of its 95 % interval.

        It is narrower than the intervals of both together would have it: what is not sure of
        the one is in part what is not sure of the other.
        """
        covariance = self.covariance
        spread = covariance[one, one] + covariance[other, other] - 2 * covariance[one, other]
        score = float(self.scores[one] - self.scores[other])
        return score, Z * math.sqrt(max(0.0, float(spread)))


def check_numpy() -> None:
    """Load NumPy.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        import numpy  # noqa: F401
    except ImportError as exc:
        raise ConfigurationError(
            "A ranking is calculated with NumPy, which is not installed here.",
            advice="pip install numpy, then ask for the ranking again.",
        ) from exc


def fitted(wins: Floats, ties: Floats, *, prior: float = PRIOR, start: Fit | None = None) -> Fit:
    """Find the scores that the votes speak for.

    Args:
        wins: how often the row's item won against the column's.
        ties: how often two were no different; symmetric.
        prior: standard deviation of the prior.
        start: a fit of nearly the same votes, from which it is not far.
    """
    import numpy as np

    count = len(wins)
    pairs = wins + wins.T + ties
    has_ties = bool(ties.any())
    won = (wins - wins.T).sum(1) / 2
    tied = float(ties.sum()) / 2
    at = np.zeros(count + has_ties)
    if start is not None and len(start.scores) == count:
        at[:count] = start.scores
        at[count:] = start.tie if start.tie is not None else 0.0

    def value(at: Floats) -> float:
        gaps, tie = at[:count, None] - at[:count], at[count] if has_ties else -math.inf
        said = won @ at[:count] + (tied * tie if has_ties else 0.0)
        return float(said - (pairs * _log_total(gaps, tie)).sum() / 2 - at @ at / (2 * prior**2))

    height = value(at)
    for _ in range(_STEPS):
        tie = float(at[count]) if has_ties else None
        middle, hessian = _moments(at[:count], pairs, tie)
        slope = -at / prior**2
        slope[:count] += won - (pairs * middle.first).sum(1)
        if has_ties:
            slope[count] += tied - float((pairs * middle.tied).sum()) / 2
        hessian[np.diag_indices(len(at))] += prior**-2
        step = np.linalg.solve(hessian, slope)
        if float(slope @ step) < _ENOUGH:
            break
        for _ in range(_HALVINGS):  # the whole step, but where it leads too far
            if (there := value(at + step)) > height:
                break
            step /= 2
        else:
            break
        at, height = at + step, there
    # The direction in which all scores rise together is the prior's alone, and is taken out.
    tie = float(at[count]) if has_ties else None
    _, hessian = _moments(at[:count], pairs, tie)
    hessian[np.diag_indices(len(at))] += prior**-2
    covariance: Floats = np.linalg.inv(hessian)[:count, :count] - prior**2 / count
    return Fit(at[:count] - at[:count].mean(), covariance, tie)


@dataclass(frozen=True)
class _Middle:
    """Of one vote on a pair: means and spreads. A win counts ½, a loss −½, a tie nothing.

    Attributes:
        first: what the first item gets on the average.
        tied: the chance of a tie.
        spread: the variance of what the first item gets.
    """

    first: Floats
    tied: Floats
    spread: Floats


def _middle(gaps: Floats, tie: float | None) -> _Middle:
    import numpy as np

    # Divided by the larger of both odds, so that nothing is too large for a number.
    small = np.exp(-np.abs(gaps))
    weight = 0.0 if tie is None else np.exp(tie - np.abs(gaps) / 2)
    total = 1.0 + small + weight
    first = np.sign(gaps) * (1.0 - small) / total / 2
    spread = (1.0 + small) / total / 4 - first**2
    return _Middle(first, weight / total, spread)


def _log_total(gaps: Floats, tie: float) -> Floats:
    import numpy as np

    half = np.abs(gaps) / 2
    return half + np.log(1.0 + np.exp(-2 * half) + np.exp(tie - half))


def _moments(scores: Floats, pairs: Floats, tie: float | None) -> tuple[_Middle, Floats]:
    """The votes' means, and their information of the scores (and of the ties' weight)."""
    import numpy as np

    count = len(scores)
    middle = _middle(scores[:, None] - scores, tie)
    size = count + (tie is not None)
    found = np.zeros((size, size))
    told = pairs * middle.spread
    found[:count, :count] = -told
    found[np.arange(count), np.arange(count)] += told.sum(1)
    if tie is not None:
        cross = -(pairs * middle.first * middle.tied).sum(1)
        found[:count, count] = found[count, :count] = cross
        found[count, count] = float((pairs * middle.tied * (1 - middle.tied)).sum()) / 2
    return middle, found
