"""A request's fields for each cell: the levels of axes that are its arguments, templates filled.

A study fills each cell once, before anything else, so that a template which can't be filled is an
error of the call and not of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from evolink_widgets.batches.rows.templates import Unfilled, columns_used, compiled
from evolink_widgets.batches.study.axes import Axes, Axis
from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.batches.study.designs import all_cells
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.request import ImageRequest

__all__ = ["ARGUMENTS", "Fields"]

ARGUMENTS = ("prompt", *(name for name in ImageRequest("-").to_record() if name != "prompt"))
"""What a request takes; every other name is an axis for templates."""


class Fields:
    """What a batch is given for the design of a study: functions of a row.

    Args:
        axes: what is crossed, and what stays the same.

    Attributes:
        functions: for each argument of a request what makes it of a row.
        said: the arguments as they were given.

    Raises:
        InvalidRequest: a template can't be filled, or nothing uses an axis.
    """

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        by_name = {axis.name: axis for axis in axes.axes if axis.name in ARGUMENTS}
        self.said: dict[str, Any] = {
            **{name: list(axis.labels) for name, axis in by_name.items()},
            **axes.given,
        }
        # Labels of several kinds are text in a frame whose columns have one kind each.
        self._places = [
            {
                **{str(label): at for at, label in enumerate(axis.labels)},
                **{label: at for at, label in enumerate(axis.labels)},
            }
            for axis in axes.axes
        ]
        self._filled = self._fill(by_name)
        self._check_use(by_name)
        self.functions: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            name: partial(self._of_row, name) for name in self.said
        }

    def _of_row(self, field: str, row: Mapping[str, Any]) -> Any:
        cell = tuple(
            places[row[axis.name]]
            for places, axis in zip(self._places, self._axes.axes, strict=True)
        )
        return self._filled[cell][field]

    def _check_use(self, by_name: Mapping[str, Axis]) -> None:
        """Every axis is to change the request: else cells would be bought that do not differ."""
        used: set[str] = set(by_name)
        for value in (*self._axes.given.values(), *(axis.values for axis in by_name.values())):
            found = columns_used(value)
            if found is None:
                return  # a function may use any
            used |= found
        problems = [
            Problem(
                name,
                "in no template",
                f"must be an argument of a request or stand in a template, as {{{name}}} in prompt",
            )
            for name in (*self._axes.names, *self._axes.fixed)
            if name not in used
        ]
        if problems:
            raise InvalidRequest(problems)

    def _fill(self, by_name: Mapping[str, Axis]) -> dict[Cell, dict[str, Any]]:
        columns = [*self._axes.names, *self._axes.fixed]
        fixed = {name: compiled(name, value, columns) for name, value in self._axes.given.items()}
        levels = {
            name: [compiled(name, value, columns) for value in axis.values]
            for name, axis in by_name.items()
        }
        places = {name: self._axes.names.index(name) for name in by_name}
        filled: dict[Cell, dict[str, Any]] = {}
        for cell in all_cells(self._axes.counts):
            row = self._axes.values(cell)
            try:
                filled[cell] = {
                    **{name: fill(row) for name, fill in fixed.items()},
                    **{name: levels[name][cell[places[name]]](row) for name in levels},
                }
            except Unfilled as unfilled:
                problem = unfilled.problem
                where = ", ".join(f"{name}={shown(value)}" for name, value in row.items())
                rule = f"{problem.rule} (at {where})"
                raise InvalidRequest([Problem(problem.field, problem.value, rule)]) from None
        return filled
