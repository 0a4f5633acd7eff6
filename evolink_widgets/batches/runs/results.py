"""The columns that a run puts beside the rows: picture, credits, what went wrong, verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evolink_widgets.batches.rows.plan import Plan
from evolink_widgets.batches.runs.outcome import Outcome
from evolink_widgets.errors import EvolinkError, InvalidRequest
from evolink_widgets.judging.verdicts import judgement_columns
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.judging.verdicts import Picture, Verdicts

__all__ = ["columns_of", "names_of", "problem_columns", "with_verdicts"]

_ORDER = ("image", "path", "credits", "reused", "seconds", "errortype", "errormsg")


def columns_of(
    plan: Plan, outcomes: Mapping[int, Outcome], only: frozenset[int] | None = None
) -> tuple[list[int], dict[str, list[Any]]]:
    """The rows' places, and a value for each of them in each column.

    A row that asks for several pictures has as many rows, told apart by `number` from 1. The
    credits of a picture that rows share stand in the first of them, so that the column's sum is
    what was charged.

    Args:
        plan: the rows.
        outcomes: what came of each recipe so far, by its place in `plan.wanted`.
        only: the recipes that are meant; `None` is every row.
    """
    broken = _problems_by_row(plan)
    places: list[int] = []
    columns: dict[str, list[Any]] = {name: [] for name in _ORDER}
    numbers: list[int] = []
    paid: set[tuple[int, int]] = set()
    for row, cell in enumerate(plan.cells):
        if only is not None and (cell is None or cell[0] not in only):
            continue
        index, start, n = cell or (-1, 0, 1)
        for number in range(n):
            places.append(row)
            numbers.append(number + 1)
            slot = (index, start + number)
            values = (
                _failed(broken[row], 0.0)
                if cell is None
                else _values(outcomes.get(index), start + number, again=slot in paid)
            )
            paid.add(slot)
            for name, value in zip(_ORDER, values, strict=True):
                columns[name].append(value)
    if plan.is_tall:
        columns = {"number": numbers, **columns}
    return places, columns


def names_of(images: Iterable[GeneratedImage | None]) -> list[Picture | None]:
    """The pictures' names: the task's key, and the place in the task."""
    return [None if one is None else (one.task_key, one.index) for one in images]


def with_verdicts(columns: dict[str, list[Any]], verdicts: Verdicts) -> dict[str, list[Any]]:
    """The columns of `columns_of`, and what the store's judges say of the pictures.

    Args:
        columns: with the pictures in `image`.
        verdicts: the store's.

    Raises:
        StoreError: the store can't be read.
    """
    names = names_of(columns["image"])
    said = verdicts.of(one for one in names if one is not None)
    return {**columns, **judgement_columns(names, said)}


def problem_columns(plan: Plan) -> dict[str, list[Any]]:
    """The rows' problems as columns: row, field, value, rule, nearest."""
    found = plan.problems
    return {
        "row": [one.row for one in found],
        "field": [one.problem.field for one in found],
        "value": [one.problem.value for one in found],
        "rule": [one.problem.rule for one in found],
        "nearest": [one.problem.nearest for one in found],
    }


def _values(outcome: Outcome | None, place: int, *, again: bool) -> tuple[Any, ...]:
    if outcome is None:
        return (None,) * len(_ORDER)
    image = outcome.images[place]
    credits = 0.0 if again else outcome.credits[place]
    if image is None:
        error = outcome.error or EvolinkError("It did not come.")
        return _failed(error, credits, outcome.seconds, outcome.sent)
    reused = again or outcome.reused[place]
    return image, str(image), credits, reused, outcome.seconds, None, None


def _failed(
    error: EvolinkError, credits: float | None, seconds: float | None = None, sent: bool = True
) -> tuple[Any, ...]:
    said = str(error) if sent else f"It was not sent. {error}"
    return None, None, credits, None, seconds, type(error).__name__, said


def _problems_by_row(plan: Plan) -> dict[int, EvolinkError]:
    found: dict[int, list[Any]] = {}
    for one in plan.problems:
        found.setdefault(one.row, []).append(one.problem)
    return {row: InvalidRequest(problems) for row, problems in found.items()}
