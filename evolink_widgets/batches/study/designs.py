"""Designs over axes: which cells of a crossing are asked for.

`fraction` is a real design. It begins with cells along a diagonal, in which each level is there
equally often up to one, however many cells there are, and then trades levels between cells: first
for even pairs of levels (J₂-optimality, which sums the squares of their counts: Xu 2002, "An
algorithm for constructing orthogonal and nearly-orthogonal arrays with mixed levels and small
runs", Technometrics 44), then for D-efficiency. No trade makes a level less even. The same seed
gives the same cells, on every machine: all of it is counting and plain arithmetic.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import lcm, prod

from evolink_widgets.batches.study.balance import Cell, PairCounts, d_efficiency
from evolink_widgets.batches.study.latin import latin_cells, most_axes

__all__ = ["all_cells", "fraction", "latin", "thinned"]

_STARTS = 6
"""How many beginnings are tried; of larger designs fewer, as each is nearer to the best."""

_TRADES = 40_000
"""Trades that are looked at for even pairs, at most."""

_WORK = 400_000
"""Multiplications for D-efficiency: half a second."""


def all_cells(counts: Sequence[int]) -> list[Cell]:
    """Every cell, the last axis changing first.

    Args:
        counts: how many levels each axis has.
    """
    return list(product(*map(range, counts)))


def fraction(counts: Sequence[int], size: int, seed: int = 0) -> list[Cell]:
    """So many cells, as even as can be: each level of an axis equally often, up to one.

    Args:
        counts: how many levels each axis has.
        size: how many cells; no more than there are.
        seed: of the chance that chooses among equals.
    """
    total = prod(counts)
    if size >= total:
        return all_cells(counts)
    if len(set(counts)) == 1 and size == counts[0] ** 2 and 2 < len(counts) <= most_axes(counts[0]):
        return latin(counts[0], len(counts), seed)  # no other is more even
    # Of many cells those are chosen that are left out: what is even without them is even.
    is_left_out = 2 * size > total
    few = total - size if is_left_out else size
    chance = random.Random(f"{seed}")
    starts = max(1, min(_STARTS, 1200 // max(1, few)))
    best: tuple[float, list[Cell]] | None = None
    for _ in range(starts):
        found = _Trading(counts, _diagonal(counts, few, chance), chance).traded()
        if is_left_out:
            without = set(found)
            found = [cell for cell in all_cells(counts) if cell not in without]
        value = round(d_efficiency(PairCounts(counts, found)), 9)
        if best is None or value > best[0]:
            best = value, found
    return sorted(best[1]) if best else []


def latin(levels: int, axes: int, seed: int = 0) -> list[Cell]:
    """The cells of a Latin square, or of a (hyper-)Graeco-Latin one; levels are shuffled.

    Args:
        levels: of each axis.
        axes: how many, from 3 to `most_axes(levels)`.
        seed: of the shuffling.
    """
    chance = random.Random(f"{seed}")
    names = [chance.sample(range(levels), levels) for _ in range(axes)]
    cells = latin_cells(levels, axes)
    return sorted(tuple(names[axis][at] for axis, at in enumerate(cell)) for cell in cells)


def thinned(counts: Sequence[int], cells: Sequence[Cell], size: int) -> list[Cell]:
    """So many of these cells, each taken where the levels that it has are rarest so far."""
    left, taken = list(cells), []
    seen = [[0] * count for count in counts]
    for _ in range(size):
        cell = min(left, key=lambda cell: sum(seen[axis][at] ** 2 for axis, at in enumerate(cell)))
        left.remove(cell)
        taken.append(cell)
        for axis, at in enumerate(cell):
            seen[axis][at] += 1
    return sorted(taken)


def _diagonal(counts: Sequence[int], size: int, chance: random.Random) -> Iterator[Cell]:
    """Cells of which each beginning has every level equally often, up to one.

    One step along all axes at once comes back after as many steps as the least common multiple of
    their levels, and has met each level equally often: so the next diagonal may begin anywhere.
    """
    names = [chance.sample(range(count), count) for count in counts]
    starts = all_cells(counts)
    chance.shuffle(starts)
    seen: set[Cell] = set()
    for start in starts:
        if start in seen:
            continue
        for step in range(lcm(*counts)):
            cell = tuple((at + step) % count for at, count in zip(start, counts, strict=True))
            seen.add(cell)
            yield tuple(names[axis][at] for axis, at in enumerate(cell))
            size -= 1
            if not size:
                return


@dataclass
class _Move:
    """Other levels of one axis, for one cell or for two that trade.

    Attributes:
        axis: whose levels change.
        rows: which cells.
        to: the level that each gets.
        change: by how much the pairs are less even; negative is better.
    """

    axis: int
    rows: tuple[int, ...]
    to: tuple[int, ...]
    change: int


class _Trading:
    """A design whose cells trade levels; each level stays as frequent as it is, up to one.

    Args:
        counts: how many levels each axis has.
        cells: the beginning.
        chance: chooses which trade is looked at.
    """

    def __init__(self, counts: Sequence[int], cells: Iterator[Cell], chance: random.Random) -> None:
        self._counts = counts
        self._rows = [list(cell) for cell in cells]
        self._taken = {tuple(row) for row in self._rows}
        self._pairs = PairCounts(counts, self._rows)
        self._chance = chance
        self._axes = [axis for axis, count in enumerate(counts) if count > 1]
        #: Axes whose levels can't be equally frequent: one cell may change by itself.
        self._uneven = {axis for axis in self._axes if len(self._rows) % counts[axis]}

    def traded(self) -> list[Cell]:
        """The cells after all trades."""
        if self._axes and self._rows:
            self._even_pairs()
            self._tell_apart()
        return [tuple(row) for row in self._rows]

    def _even_pairs(self) -> None:
        """Trade whatever makes pairs no less even; standing still is left by even trades, too."""
        idle, patience = 0, 30 * len(self._rows) * len(self._axes)
        for _ in range(_TRADES):
            move = self._any_move()
            if move is None or move.change > 0:
                idle += 1
            else:
                idle = 0 if move.change < 0 else idle + 1
                self._make(move)
            if idle > patience:
                return

    def _tell_apart(self) -> None:
        """Trade what makes the design more efficient and pairs no less even."""
        effects = 1 + sum(count - 1 for count in self._counts)
        best = self._pairs.log_determinant()
        for _ in range(min(2_000, _WORK // (_STARTS * effects**3) + 20)):
            move = self._any_move()
            if move is None or move.change > 0:
                continue
            back = tuple(self._rows[row][move.axis] for row in move.rows)
            self._make(move)
            found = self._pairs.log_determinant()
            if found > best + 1e-9:
                best = found
            else:
                self._make(_Move(move.axis, move.rows, back, 0))

    def _any_move(self) -> _Move | None:
        """A trade by chance; `None` where it would make a cell that is there."""
        axis = self._chance.choice(self._axes)
        if axis in self._uneven and self._chance.random() < 0.5:
            return self._shift(axis)
        one, other = (self._chance.randrange(len(self._rows)) for _ in range(2))
        a, b = self._rows[one][axis], self._rows[other][axis]
        return None if a == b else self._move(axis, (one, other), (b, a))

    def _shift(self, axis: int) -> _Move | None:
        """A cell takes a level that is rarer by one than its own."""
        row = self._chance.randrange(len(self._rows))
        frequent = self._pairs.singles[axis]
        to = self._chance.randrange(self._counts[axis])
        if frequent[to] >= frequent[self._rows[row][axis]]:
            return None
        return self._move(axis, (row,), (to,))

    def _move(self, axis: int, rows: tuple[int, ...], to: tuple[int, ...]) -> _Move | None:
        news = set()
        for row, level in zip(rows, to, strict=True):
            cell = list(self._rows[row])
            cell[axis] = level
            news.add(tuple(cell))
        if news & self._taken:
            return None
        return _Move(axis, rows, to, self._change(axis, rows, to))

    def _change(self, axis: int, rows: tuple[int, ...], to: tuple[int, ...]) -> int:
        """By how much the squares of the pairs' counts change, each table by its pairs."""
        total = 0
        for other in self._axes:
            if other == axis:
                continue
            steps: dict[tuple[int, int], int] = {}
            for row, level in zip(rows, to, strict=True):
                there = self._rows[row][other]
                for a, step in ((self._rows[row][axis], -1), (level, 1)):
                    steps[a, there] = steps.get((a, there), 0) + step
            change = 0
            for (a, there), step in steps.items():
                table, at = self._pairs.place(axis, a, other, there)
                change += step * (2 * table[at] + step)
            total += change * self._counts[axis] * self._counts[other]
        return total

    def _make(self, move: _Move) -> None:
        for row in move.rows:
            self._taken.discard(tuple(self._rows[row]))
        for row, level in zip(move.rows, move.to, strict=True):
            self._pairs.moved(move.axis, self._rows[row][move.axis], level, self._rows[row])
            self._rows[row][move.axis] = level
            self._taken.add(tuple(self._rows[row]))
