"""Scores are those of another library and of the judges who voted; intervals hold them."""

from __future__ import annotations

import numpy as np
import pytest

from evolink_widgets.judging.bradley_terry import PRIOR, fitted

from .votes_by_chance import by_chance, strengths

#: Wins of the row's item over the column's, without ties, which choix does not know; its scores
#: are `choix.opt_pairwise(count, votes, alpha=1 / (2 * prior**2), tol=1e-10)`, by their prior.
#: choix 0.4.1 with SciPy 1.17.1, once: they are too heavy to be installed for three tables.
TWO = [[0, 22], [8, 0]]
FIVE = [[0, 1, 2, 4, 2], [9, 0, 1, 0, 0], [7, 2, 0, 0, 3], [3, 7, 4, 0, 7], [4, 8, 4, 7, 0]]
SIX = [
    [0, 9, 7, 16, 14, 9], [0, 0, 2, 1, 1, 2], [4, 11, 0, 7, 12, 7],
    [1, 13, 3, 0, 8, 8], [0, 10, 2, 7, 0, 5], [0, 15, 8, 8, 10, 0],
]  # fmt: skip
CHOIX = [
    (TWO, 3.0, [0.501066, -0.501066]),
    (TWO, 100.0, [0.505796, -0.505796]),
    (FIVE, 3.0, [-0.870075, -0.572181, 0.022532, 0.707475, 0.712249]),
    (FIVE, 100.0, [-0.886451, -0.584124, 0.022262, 0.722208, 0.726106]),
]
#: Without a prior, in another way: `choix.ilsr_pairwise(6, votes)`.
LIKELIEST = [2.244772, -2.175728, 0.60347, -0.16486, -0.600806, 0.093152]


@pytest.mark.parametrize(("table", "prior", "scores"), CHOIX)
def test_scores_are_those_that_choix_finds(
    table: list[list[int]], prior: float, scores: list[float]
) -> None:
    wins = np.array(table, float)
    found = fitted(wins, np.zeros_like(wins), prior=prior).scores
    assert found == pytest.approx(scores, abs=1e-4)


def test_without_a_prior_to_speak_of_they_are_the_most_likely_ones() -> None:
    wins = np.array(SIX, float)
    found = fitted(wins, np.zeros_like(wins), prior=1000.0).scores
    assert found == pytest.approx(LIKELIEST, abs=1e-3)


def test_intervals_are_the_curvature_of_the_likelihood() -> None:
    """Second differences of the logarithm of the posterior, written down a second time."""
    wins, ties = by_chance(strengths(4, 1.0, 5), 60, 0.8, 5)
    fit = fitted(wins, ties)
    assert fit.tie is not None

    def height(at: np.ndarray) -> float:
        said = -float(at @ at) / (2 * PRIOR**2)
        for one in range(4):
            for other in range(one):
                odds = np.exp((at[one] - at[other]) / 2)
                total = odds + 1 / odds + np.exp(at[4])
                said += wins[one, other] * np.log(odds / total)
                said += wins[other, one] * np.log(1 / odds / total)
                said += ties[one, other] * np.log(np.exp(at[4]) / total)
        return float(said)

    best, step = np.append(fit.scores, fit.tie), 1e-3 * np.eye(5)
    slope = [(height(best + one) - height(best - one)) / 2e-3 for one in step]
    assert slope == pytest.approx(np.zeros(5), abs=1e-5), "it is the top"
    curve = [
        [
            (height(best + a + b) - height(best + a - b) - height(best - a + b)
             + height(best - a - b)) / 4e-6
            for a in step
        ]
        for b in step
    ]  # fmt: skip
    middle = np.eye(4) - 1 / 4
    expected = middle @ np.linalg.inv(-np.array(curve))[:4, :4] @ middle
    assert fit.covariance == pytest.approx(expected, abs=1e-4)


def test_scores_and_intervals_are_centred() -> None:
    fit = fitted(*by_chance(strengths(7, 1.0, 1), 60, 0.7, 1))
    assert fit.scores.sum() == pytest.approx(0, abs=1e-9)
    assert fit.covariance.sum(1) == pytest.approx(np.zeros(7), abs=1e-6)
    far, half = fit.difference(0, 1)
    assert far == pytest.approx(fit.scores[0] - fit.scores[1])
    assert half < fit.halves[0] + fit.halves[1]


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("tie", [0.0, 1.0])
def test_known_strengths_lie_in_19_of_20_intervals(spread: float, tie: float) -> None:
    held, held_differences, slopes = [], [], []
    for seed in range(200):
        true = strengths(8, spread, seed)
        fit = fitted(*by_chance(true, 160, tie, seed))
        held += list(abs(fit.scores - true) <= fit.halves)
        for one in range(1, 8):
            gap, half = fit.difference(0, one)
            held_differences.append(abs(gap - (true[0] - true[one])) <= half)
        slopes.append(fit.scores @ true / (true @ true))
    assert 0.93 < np.mean(held) < 0.97
    assert 0.93 < np.mean(held_differences) < 0.975
    assert 0.9 < np.median(slopes) < 1.15, "ties do not draw the scores together"


def test_ties_alone_and_wins_alone_give_finite_scores() -> None:
    ties = np.array([[0, 9.0], [9.0, 0]])
    level = fitted(np.zeros((2, 2)), ties)
    assert level.scores == pytest.approx([0, 0])
    wins = np.array([[0, 50.0, 50.0], [0, 0, 50.0], [0, 0, 0]])
    clear = fitted(wins, np.zeros((3, 3)))
    assert np.isfinite(clear.scores).all()
    assert clear.scores[0] > clear.scores[1] > clear.scores[2]
    assert fitted(np.zeros((3, 3)), np.zeros((3, 3))).scores == pytest.approx([0, 0, 0])


def test_a_start_nearby_ends_at_the_same() -> None:
    wins, ties = by_chance(strengths(9, 2.0, 4), 90, 0.5, 4)
    before = fitted(wins, ties)
    wins[0, 1] += 1
    assert fitted(wins, ties, start=before).scores == pytest.approx(
        fitted(wins, ties).scores, abs=1e-5
    )
