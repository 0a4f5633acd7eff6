"""How even a design is: each level, each pair of levels, and the D-efficiency of it all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from operator import mul

__all__ = ["Balance", "PairCounts", "balance_of", "d_efficiency"]

Cell = tuple[int, ...]

_TOLD = 6
"""Axes whose levels are told in a line."""


@dataclass(frozen=True)
class Balance:
    """How even the cells of a design are spread.

    Attributes:
        levels: for each axis how often each of its levels is there.
        pairs: for each two axes how often the rarest and the most frequent pair of their levels
            is there.
        d_efficiency: from 0 to 1: how well the axes' effects can be told apart by so many cells,
            beside a design in which every two axes are balanced. 1 is such a design; 0 means that
            some effects can't be told apart at all. It is |X'X|^(1/p) / N for the main effects in
            orthonormal contrasts (Kuhfeld, Tobias and Garratt 1994, "Efficient experimental
            design with marketing research applications", Journal of Marketing Research 31).
    """

    levels: dict[str, dict[str, int]]
    pairs: dict[tuple[str, str], tuple[int, int]]
    d_efficiency: float

    def __str__(self) -> str:
        parts = [
            f"each {name} {_times(counts.values())}"
            for name, counts in self.levels.items()
            if len(counts) > 1
        ][:_TOLD]
        if self.pairs:
            apart = max(high - low for low, high in self.pairs.values())
            parts.append(f"pairs even up to {apart}" if apart else "pairs even")
        told = f"D-efficiency {100 * self.d_efficiency:.0f} %"
        if not self.d_efficiency:
            told = "too few cells to tell all effects apart"
        return ", ".join([*parts, told])


def balance_of(
    names: Sequence[str], labels: Sequence[Sequence[str]], cells: Sequence[Cell]
) -> Balance:
    """Count the levels and the pairs of a design.

    Args:
        names: the axes'.
        labels: of each axis its levels'.
        cells: a level's number for each axis.
    """
    counts = [len(one) for one in labels]
    seen = [Counter(cell[axis] for cell in cells) for axis in range(len(names))]
    levels = {
        name: {label: seen[axis][at] for at, label in enumerate(labels[axis])}
        for axis, name in enumerate(names)
    }
    table = PairCounts(counts, cells)
    pairs = {
        (names[p], names[q]): (min(found), max(found))
        for (p, q), found in table.tables.items()
        if counts[p] > 1 and counts[q] > 1
    }
    return Balance(levels, pairs, d_efficiency(table))


class PairCounts:
    """How often each pair of levels is there, of every two axes; kept up as cells change.

    Args:
        counts: how many levels each axis has.
        cells: the design.

    Attributes:
        size: how many cells.
        singles: for each axis how often each level is there.
        tables: for axes p < q a list of counts: level a of p with level b of q stands at
            a * counts[q] + b.
    """

    def __init__(self, counts: Sequence[int], cells: Sequence[Cell] | Sequence[list[int]]) -> None:
        self.counts = list(counts)
        self.size = len(cells)
        self.singles = [[0] * count for count in counts]
        axes = range(len(counts))
        self.tables = {(p, q): [0] * (counts[p] * counts[q]) for p, q in combinations(axes, 2)}
        for cell in cells:
            for axis in axes:
                self.singles[axis][cell[axis]] += 1
            for (p, q), table in self.tables.items():
                table[cell[p] * counts[q] + cell[q]] += 1

    def place(self, p: int, a: int, q: int, b: int) -> tuple[list[int], int]:
        """The table of two axes in either order, and where a pair of levels stands in it."""
        if p < q:
            return self.tables[p, q], a * self.counts[q] + b
        return self.tables[q, p], b * self.counts[p] + a

    def moved(self, p: int, a: int, b: int, others: Sequence[int]) -> None:
        """Count a cell whose level of axis p was `a` and is `b`; `others` are its levels."""
        self.singles[p][a] -= 1
        self.singles[p][b] += 1
        for q in range(len(self.counts)):
            if q != p:
                table, at = self.place(p, a, q, others[q])
                table[at] -= 1
                table, at = self.place(p, b, q, others[q])
                table[at] += 1

    def log_determinant(self) -> float:
        """Of the main effects' information in one cell; -inf where some can't be told apart."""
        starts = [0, *accumulate(count - 1 for count in self.counts)]
        width = starts[-1] + 1
        matrix = [[0.0] * width for _ in range(width)]
        matrix[0][0] = 1.0
        # Each axis's first level is left out: what it would say, the others say together.
        for axis, single in enumerate(self.singles):
            for level in range(1, self.counts[axis]):
                at = starts[axis] + level
                matrix[at][0] = matrix[at][at] = single[level] / self.size
        for (p, q), table in self.tables.items():
            for a in range(1, self.counts[p]):
                for b in range(1, self.counts[q]):
                    share = table[a * self.counts[q] + b] / self.size
                    matrix[starts[q] + b][starts[p] + a] = share
        return _log_determinant(matrix)


def d_efficiency(table: PairCounts) -> float:
    """Of the main effects, from 0 to 1, beside the crossing of all levels, which has 1."""
    effects = 1 + sum(count - 1 for count in table.counts)
    found = table.log_determinant()
    if table.size < effects or found == -math.inf:
        return 0.0
    # The determinant of a crossing: for an axis of s levels that of s - 1 of its indicators,
    # whose covariance has the determinant s^-s.
    best = sum(-count * math.log(count) for count in table.counts)
    return min(1.0, math.exp((found - best) / effects))


def _log_determinant(matrix: list[list[float]]) -> float:
    """Of a symmetric matrix, of which the lower half is there: by Cholesky, in its place."""
    total = 0.0
    for at, row in enumerate(matrix):
        for before in range(at):
            other = matrix[before]
            row[before] -= sum(map(mul, row[:before], other[:before]))
            row[before] /= other[before]
        left = row[at] - sum(one * one for one in row[:at])
        if left < 1e-9:
            return -math.inf
        row[at] = math.sqrt(left)
        total += math.log(left)
    return total


def _times(counts: Iterable[int]) -> str:
    low, high = min(found := list(counts)), max(found)
    if low == high:
        return {1: "once", 2: "twice"}.get(low, f"{low} times")
    return f"{low} {'or' if high == low + 1 else 'to'} {high} times"
