"""Pairs: everyone equally often, none again before all others, and intervals that stay honest."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from evolink_widgets.judging.bradley_terry import fitted
from evolink_widgets.judging.pairs import Pairs
from evolink_widgets.judging.standing import votes_left

from .votes_by_chance import strengths, voter


def pairs_of(count: int, *, room: int = 1000, seed: int = 1) -> Pairs:
    nothing = np.zeros((count, count), dtype=np.int64)
    return Pairs(nothing * 1.0, nothing, nothing + room, random.Random(seed))


@pytest.mark.parametrize("count", [2, 3, 5, 8, 30])
def test_every_item_is_shown_equally_often(count: int) -> None:
    pairs, shown = pairs_of(count), Counter[int]()
    for _ in range(count):
        shown.update(pairs.next())
        assert max(shown.values()) - min(shown[item] for item in range(count)) <= 2
    for _ in range(9 * count):
        shown.update(pairs.next())
    assert max(shown.values()) - min(shown.values()) <= 3


@pytest.mark.parametrize("count", [3, 4, 7])
def test_no_pair_comes_again_before_all_others(count: int) -> None:
    """Where two items have one pair of pictures alone."""
    pairs, whole = pairs_of(count, room=1), count * (count - 1) // 2
    for _ in range(3):
        assert len({pairs.next() for _ in range(whole)}) == whole


@pytest.mark.parametrize("room", [1, 1000])
@pytest.mark.parametrize("count", [3, 4, 6])
def test_no_pair_comes_twice_in_a_row(count: int, room: int) -> None:
    pairs = pairs_of(count, room=room)
    found = [pairs.next() for _ in range(60)]
    assert all(one != other for one, other in pairwise(found))


def test_the_pair_that_is_known_least_comes_next() -> None:
    compared = np.full((4, 4), 9.0)
    compared[3, :] = compared[:, 3] = 0
    np.fill_diagonal(compared, 0)
    nothing = np.zeros((4, 4), dtype=np.int64)
    pairs = Pairs(compared, nothing, nothing + 9, random.Random(1))
    assert 3 in pairs.next()
    assert 3 in pairs.next()


def test_a_seed_gives_the_same_pairs_again() -> None:
    first, again, other = (pairs_of(9, seed=seed) for seed in (1, 1, 2))
    drawn = [[pairs.next() for _ in range(20)] for pairs in (first, again, other)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(("count", "spread"), [(12, 0.3), (6, 1.0), (12, 2.0)])
def test_intervals_hold_what_they_promise_under_this_choice(count: int, spread: float) -> None:
    """They would not where pairs were chosen by how close they look: see decision 0031."""
    held = []
    for seed in range(40):
        true = strengths(count, spread, seed)
        vote, pairs = voter(true, 0.7, seed), pairs_of(count, seed=seed)
        wins, ties = np.zeros((count, count)), np.zeros((count, count))
        for _ in range(10 * count):
            vote(wins, ties, *pairs.next())
        fit = fitted(wins, ties)
        held += list(abs(fit.scores - true) <= fit.halves)
    assert 0.925 < np.mean(held) < 0.98


@pytest.mark.parametrize(("count", "spread"), [(4, 0.7), (6, 1.5)])
def test_the_votes_that_are_foretold_are_of_the_right_order(count: int, spread: float) -> None:
    """Half of the time it takes less, half of the time more; where few are foretold it is fewer."""
    told, taken = [], []
    for seed in range(50):
        true = strengths(count, spread, seed)
        vote, pairs = voter(true, 0.7, seed), pairs_of(count, seed=seed)
        wins, ties = np.zeros((count, count)), np.zeros((count, count))
        for _ in range(8 * count):
            vote(wins, ties, *pairs.next())
        fit = fitted(wins, ties)
        first, second = (int(item) for item in np.argsort(-fit.scores)[:2])
        gap, half = fit.difference(first, second)
        if half < gap:
            continue
        told.append(votes_left(gap, half, 8 * count))
        more = 0
        while half >= abs(gap) and more < 600:
            for _ in range(6):
                vote(wins, ties, *pairs.next())
            more += 6
            fit = fitted(wins, ties, start=fit)
            gap, half = fit.difference(first, second)
        taken.append(more)
    assert len(told) > 20
    assert 0.4 < np.median(told) / np.median(taken) < 2.5
    few = told <= np.quantile(told, 1 / 3)
    assert np.median(np.array(taken)[few]) < np.median(np.array(taken)[~few])


def test_a_thousand_items_are_chosen_from() -> None:
    """A choice is one look at a matrix and one change of it: none twice before all others."""
    pairs = pairs_of(1000, room=1)
    drawn = [pairs.next() for _ in range(20)]
    assert len({item for pair in drawn for item in pair}) == 40
