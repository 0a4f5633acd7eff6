"""Fits a design into a budget: whole repeats go first, then cells, and what goes is told.

Prices are the published ones and not what receipts have taught since, so that the same call is
the same study tomorrow: running a notebook again must not find room for more cells and buy them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evolink_widgets.batches.study.axes import Axes, plural
from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.batches.study.designs import all_cells, fraction, latin, thinned
from evolink_widgets.batches.study.latin import most_axes
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem

__all__ = ["Design", "Fitted", "check_design", "fitted"]

Design = Literal["full", "fraction", "latin"]
_NEAR = 3
"""Cells by which a design may be larger than the mean price of a cell has led to."""

_Cells = Callable[[int], list[Cell]]


@dataclass(frozen=True)
class Fitted:
    """What is asked for.

    Attributes:
        cells: a level's number for each axis.
        repeats: pictures of each cell.
        dropped_repeats: how many repeats the budget has no room for.
        left_out: cells of the design that the budget has no room for.
    """

    cells: tuple[Cell, ...]
    repeats: int
    dropped_repeats: int = 0
    left_out: tuple[Cell, ...] = ()


def fitted(
    design: Design,
    axes: Axes,
    costs: Mapping[Cell, float],
    *,
    repeats: int,
    budget: float | None,
    seed: int,
) -> Fitted:
    """The cells of a design, and as many repeats, as fit a budget.

    Args:
        design: "full" is every cell, "latin" a Latin square, "fraction" as many as fit, or half;
            `check_design` has allowed it.
        axes: what is crossed.
        costs: credits of one picture of each cell, at most.
        repeats: pictures of each cell.
        budget: credits; `None` is no limit.
        seed: of the chance that chooses among designs that are equal.

    Raises:
        InvalidRequest: not one cell fits.
    """
    fit = _Fit(axes, costs, budget, seed)
    if design == "fraction":
        return fit.part(repeats)
    cells = all_cells(axes.counts)
    if design == "latin":
        cells = latin(axes.counts[0], len(axes.counts), seed)
    rest = fit.repeats(cells, repeats)
    if rest:
        return Fitted(tuple(cells), rest, repeats - rest)
    if design == "full":
        return fit.less_than_all(repeats)
    kept = fit.largest(lambda size: thinned(axes.counts, cells, size), len(cells), 1)
    return Fitted(tuple(kept), 1, repeats - 1, _without(cells, kept))


class _Fit:
    """What a budget has room for."""

    def __init__(
        self, axes: Axes, costs: Mapping[Cell, float], budget: float | None, seed: int
    ) -> None:
        self._counts = axes.counts
        self._costs = costs
        self._budget = budget
        self._seed = seed
        self._all = all_cells(axes.counts)

    def repeats(self, cells: Sequence[Cell], most: int) -> int:
        """How many whole repeats of these cells fit."""
        once = self._cost(cells)
        if self._budget is None or once * most <= self._budget:
            return most
        return int(self._budget / once + 1e-9)

    def part(self, repeats: int) -> Fitted:
        """A fraction: with all repeats, unless its cells were too few to tell effects apart."""
        if self._budget is None:
            half = fraction(self._counts, (len(self._all) + 1) // 2, self._seed)
            return Fitted(tuple(half), repeats)
        effects = 1 + sum(count - 1 for count in self._counts)
        for times in range(repeats, 0, -1):
            cells = self.largest(self._fraction, len(self._all), times, is_needed=times == 1)
            if times == 1 or len(cells) >= effects:
                # Cells beside a fraction are no loss of it: it is as large as there is room.
                return Fitted(tuple(cells), times, repeats - times)
        raise AssertionError("there is one repeat at least")

    def less_than_all(self, repeats: int) -> Fitted:
        """As much of every cell as fits, once."""
        kept = self.largest(self._fraction, len(self._all), 1)
        return Fitted(tuple(kept), 1, repeats - 1, _without(self._all, kept))

    def largest(
        self, cells_of: _Cells, most: int, times: int, *, is_needed: bool = True
    ) -> list[Cell]:
        """The largest of these designs that fits so many times.

        Raises:
            InvalidRequest: not one cell fits, and one is needed.
        """
        budget = self._budget or 0.0
        mean = self._cost(self._all) / len(self._all) * times
        size = min(most, int(budget / mean) + 1) if mean else most
        while size > 0:
            cells = cells_of(size)
            cost = self._cost(cells) * times
            if self._fits(cost):
                return self._with_more(cells, cells_of, most, times)
            size = min(size - 1, int(size * budget / cost + 1e-9))
        if not is_needed:
            return []
        cheapest = min(self._all, key=self._costs.__getitem__)
        if self._costs[cheapest] <= budget:
            return [cheapest]
        rule = f"must be {self._costs[cheapest]:.4g} or more, the upper end of a picture's price"
        raise InvalidRequest([Problem("budget", f"{budget:g}", rule)])

    def _with_more(self, cells: list[Cell], cells_of: _Cells, most: int, times: int) -> list[Cell]:
        """A few cells more, where those happen to be cheap ones."""
        for size in range(len(cells) + 1, min(most, len(cells) + _NEAR) + 1):
            more = cells_of(size)
            if not self._fits(self._cost(more) * times):
                break
            cells = more
        return cells

    def _fits(self, cost: float) -> bool:
        return cost <= (self._budget or 0.0) * (1 + 1e-9)

    def _fraction(self, size: int) -> list[Cell]:
        return fraction(self._counts, size, self._seed)

    def _cost(self, cells: Sequence[Cell]) -> float:
        return sum(self._costs[cell] for cell in cells)


def _without(cells: Sequence[Cell], kept: Sequence[Cell]) -> tuple[Cell, ...]:
    there = set(kept)
    return tuple(cell for cell in cells if cell not in there)


def check_design(design: Design, axes: Axes) -> None:
    """Hold the axes against what a Latin square needs, before any cell is looked at.

    Raises:
        InvalidRequest: there is no Latin square of these axes, or none is built here.
    """
    if design != "latin":
        return
    counts, count = axes.counts, len(axes.counts)
    said = ", ".join(plural(name, n) for name, n in zip(axes.names, counts, strict=True))
    levels = counts[0] if counts else 0
    instead = 'Or take design="fraction", which is even over any axes.'
    if count < 3 or len(set(counts)) > 1 or levels < 2:
        rule = (
            '"latin" needs three axes or more with equally many levels, two or more each: '
            f"give or take away levels. {instead[:-1]}"
        )
        raise InvalidRequest([Problem("design", said or "no axis", rule)])
    most = most_axes(levels)
    if count > most:
        why = f"at most {most} axes of {levels} levels can be balanced so by what is built here"
        if most == 2 or levels == 6:
            why = f"no square of {levels} levels has so many axes"
        rule = f'"latin" has too many axes: {why}. Take {count - most} away. {instead[:-1]}'
        raise InvalidRequest([Problem("design", said, rule)])
