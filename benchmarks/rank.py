"""Whether a ranking holds what it promises, beside other ways, and what a thousand items cost.

Judges whose taste is known vote by chance. Ties: how many 95 % intervals hold the truth, and how
far scores are drawn together, where a tie is an outcome and where it is half a win for each.
Pairs: the same, and the error of scores, for pairs as the package chooses them, by chance, and
the closest ones. Forecast: votes foretold beside those then needed. All of this is counted, not
timed, and the same each time. Last, processor time for a thousand items. Goals: 93 to 98 % held
by ours; the medians of the forecast within a factor of two; eight pairs of a thousand items in
half a second of processor time.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "judging")]

from test_ranking import cast, ranking  # noqa: E402
from votes_by_chance import by_chance, strengths, voter  # noqa: E402

from evolink_widgets.judging.bradley_terry import Fit, fitted  # noqa: E402
from evolink_widgets.judging.pairs import Pairs  # noqa: E402
from evolink_widgets.judging.standing import votes_left  # noqa: E402
from evolink_widgets.store import Store  # noqa: E402

TIE = 0.7
"""A tie's weight: about a fifth of votes on equals and less on others."""

Choice = Callable[[Fit, int], tuple[int, int]]


def held(fit: Fit, true: Any) -> float:
    """The share of intervals that hold the truth."""
    return float(np.mean(abs(fit.scores - true) <= fit.halves))


def pairs_of(count: int, seed: int) -> Pairs:
    """Pairs of so many items, each with many pictures."""
    nothing = np.zeros((count, count), dtype=np.int64)
    return Pairs(nothing * 1.0, nothing, nothing + 1000, random.Random(seed))


def ties(times: int) -> None:
    """An outcome of its own, or half a win for each."""
    print("\nTies: 6 items, 150 votes; held by 95 % intervals, scores over true ones")
    for weight in (0.0, 0.5, 1.0, 2.0):
        found: dict[str, list[tuple[float, float]]] = {"an outcome": [], "half a win": []}
        for seed in range(times):
            true = strengths(6, 1.0, seed)
            wins, tied = by_chance(true, 150, weight, seed)
            fits = (fitted(wins, tied), fitted(wins + tied / 2, tied * 0))
            for name, fit in zip(found, fits, strict=True):
                found[name].append((held(fit, true), fit.scores @ true / (true @ true)))
        said = [f"{n}: {np.mean(r, 0)[0]:.1%}, {np.median(r, 0)[1]:.2f}" for n, r in found.items()]
        print(f"  weight {weight}: {'; '.join(said)}")


def closest(chance: random.Random) -> Choice:
    """The pair that tells most at the scores as they look."""

    def choose(fit: Fit, count: int) -> tuple[int, int]:
        own, gaps = fit.covariance.diagonal(), fit.scores[:, None] - fit.scores
        tells = (own[:, None] + own - 2 * fit.covariance) / np.cosh(gaps / 2) ** 2
        tells[np.tril_indices(count)] = -1
        best = np.argwhere(tells >= tells.max() * (1 - 1e-9))
        one, other = best[chance.randrange(len(best))]
        return int(one), int(other)

    return choose


def voted(count: int, spread: float, how: str, seed: int) -> tuple[float, ...]:
    """Ten votes an item: the share that is held, the error, whether the best is found."""
    true = strengths(count, spread, seed)
    vote, pairs, chance = voter(true, TIE, seed), pairs_of(count, seed), random.Random(seed)
    wins, tied = np.zeros((count, count)), np.zeros((count, count))
    fit, choose = fitted(wins, tied), closest(chance)
    for number in range(10 * count):
        if how == "the closest" and number >= 2 * count:
            fit = fitted(wins, tied, start=fit)
            pair = choose(fit, count)
        elif how == "by chance":
            pair = tuple(chance.sample(range(count), 2))  # type: ignore[assignment]
        else:
            pair = pairs.next()
        vote(wins, tied, *pair)
    fit = fitted(wins, tied)
    best = float(fit.scores.argmax() == true.argmax())
    return held(fit, true), float(np.sqrt(np.mean((fit.scores - true) ** 2))), best


def choice(times: int) -> None:
    """Ours, by chance, and the closest pair."""
    print("\nPairs: 10 votes an item; held by 95 % intervals, error, best item found")
    for count, spread in ((6, 0.3), (6, 1.0), (12, 0.3), (12, 1.0), (12, 2.0)):
        said = []
        for how in ("ours", "by chance", "the closest"):
            found = np.mean([voted(count, spread, how, seed) for seed in range(times)], 0)
            said.append(f"{how}: {found[0]:.1%}, {found[1]:.2f}, {found[2]:.0%}")
        print(f"  {count} items, spread {spread}: {'; '.join(said)}")


def forecast(times: int) -> None:
    """Votes foretold after eight an item, and those that it then took."""
    print("\nForecast: medians by thirds of what was foretold, foretold → needed")
    for count, spread in ((4, 0.7), (6, 1.5), (12, 1.0)):
        found = []
        for seed in range(times):
            vote, pairs = voter(strengths(count, spread, seed), TIE, seed), pairs_of(count, seed)
            wins, tied = np.zeros((count, count)), np.zeros((count, count))
            for _ in range(8 * count):
                vote(wins, tied, *pairs.next())
            fit = fitted(wins, tied)
            first, second = (int(item) for item in np.argsort(-fit.scores)[:2])
            gap, half = fit.difference(first, second)
            told, needed = votes_left(gap, half, 8 * count), 0
            if half < gap:
                continue
            while half >= abs(gap) and needed < 1200:
                for _ in range(6):
                    vote(wins, tied, *pairs.next())
                needed += 6
                fit = fitted(wins, tied, start=fit)
                gap, half = fit.difference(first, second)
            found.append((told, needed))
        thirds = np.array_split(np.array(sorted(found)), 3)
        said = [f"{np.median(part[:, 0]):.0f} → {np.median(part[:, 1]):.0f}" for part in thirds]
        print(f"  {count} items, spread {spread}: {', '.join(said)}")


def thousand() -> None:
    """Processor time for a thousand items with three votes each."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "pictures")
        each = ranking(store, {number: [()] for number in range(1000)})
        chance = random.Random(1)
        for pair in (chance.sample(each.pictures, 2) for _ in range(1500)):
            cast(each, (pair[0], pair[1]), chance.choice(["left", "right", "tie"]))
        print("\nA thousand items, 1,500 votes: processor time, best of three")
        for name, act in (("eight pairs", lambda: each.next_pairs(8)), ("scores", each.standing)):
            best = float("inf")
            for _ in range(3):
                began = time.process_time()
                act()
                best = min(best, time.process_time() - began)
            print(f"  {name}: {best:.2f} s")
        store.close()


def main() -> None:
    """Print each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="simulations of each case")
    times = parser.parse_args().times
    ties(times)
    choice(times)
    forecast(times)
    thousand()


if __name__ == "__main__":
    main()
