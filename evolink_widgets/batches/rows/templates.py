"""A request's fields from a row: text with `{columns}` in it, a function of the row, or a value.

Templates are `str.format`'s: `"{price:.2f}"`, `"{{"` for a brace. What is wrong with one is told
for all rows at once, before any row is looked at.
"""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evolink_widgets.batches.rows.frames import is_missing
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown

__all__ = ["Unfilled", "column_of", "columns_used", "compiled"]

Row = Mapping[str, Any]
Filled = Callable[[Row], Any]

_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}", re.ASCII)

_LISTED = 12
"""How many columns' names an error lists."""


class Unfilled(Exception):
    """A row from which a field can't be made.

    Args:
        problem: why.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def compiled(field: str, given: Any, columns: Sequence[str]) -> Filled:
    """Return the function that makes a field's value from a row; it raises `Unfilled`.

    Args:
        field: the request's field.
        given: text with columns in braces, a function of the row, a list of these (for
            references), or any other value, which is the same in each row.
        columns: the frame's columns.

    Raises:
        InvalidRequest: a template names no column of the frame, or can't be read.
    """
    if isinstance(given, str):
        return _from_text(field, given, columns)
    if callable(given):
        return _from_function(field, given)
    if field == "references" and isinstance(given, (list, tuple)):
        parts = [compiled(field, one, columns) for one in given]
        return lambda row: [one for part in parts for one in _listed(part(row))]
    return lambda row: given


def column_of(given: Any) -> str | None:
    """The column that a template stands for, where it is `"{column}"` and nothing else."""
    if not isinstance(given, str):
        return None
    try:
        parts = list(string.Formatter().parse(given))
    except ValueError:
        return None
    if len(parts) != 1 or parts[0][0] or not parts[0][1] or parts[0][2] or parts[0][3]:
        return None
    name = parts[0][1]
    return name if name == _root(name) else None


def columns_used(given: Any) -> set[str] | None:
    """The columns that a field's templates use; `None` where a function may use any."""
    if isinstance(given, str):
        try:
            return set(_fields_of(given))
        except ValueError:  # no template: `compiled` says so
            return set()
    if isinstance(given, (list, tuple)):
        found = [columns_used(one) for one in given]
        return None if None in found else set().union(*filter(None, found))
    return None if callable(given) else set()


def _from_text(field: str, text: str, columns: Sequence[str]) -> Filled:
    used = _columns_in(field, text, columns)
    whole = column_of(text)
    # A frame without names for its columns has numbers; `str.format` takes those by their place.
    numbers = range(1 + max((int(name) for name in used if _NUMBER.fullmatch(name)), default=-1))

    def fill(row: Row) -> Any:
        for name in used:
            if is_missing(row[name]):
                rule = f"must have a value in the column {name!r}"
                raise Unfilled(Problem(field, "nothing", rule))
        if whole is not None and field in ("n", "references"):
            return _as_given(field, row[whole])
        try:
            if numbers:
                return text.format(*(row.get(str(at)) for at in numbers), **row)
            return text.format_map(row)
        except Exception as exc:  # a format that a value does not take, or its own __format__
            rule = f"must be filled by the row: {type(exc).__name__}: {exc}"
            raise Unfilled(Problem(field, shown(text), rule)) from None

    return fill


def _as_given(field: str, value: Any) -> Any:
    """A cell as it is; for `n` a whole number, however the frame has kept it."""
    if field == "references":
        return _listed(value)
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _listed(value: Any) -> list[Any]:
    """The references in a cell: one, or a list of them, which Parquet files give as an array."""
    is_list = isinstance(value, (list, tuple)) or str(getattr(value, "dtype", "")) == "object"
    return list(value) if is_list else [value]


def _from_function(field: str, function: Callable[[dict[str, Any]], Any]) -> Filled:
    def fill(row: Row) -> Any:
        try:
            value = function(dict(row))
        except Exception as exc:
            rule = f"must be made by your function: {type(exc).__name__}: {exc}"
            raise Unfilled(Problem(field, "an error", rule)) from None
        return _listed(value) if field == "references" else value

    return fill


def _columns_in(field: str, text: str, columns: Sequence[str]) -> list[str]:
    """The columns that a template uses.

    Raises:
        InvalidRequest: it uses others, or is none.
    """
    try:
        used = list(dict.fromkeys(_fields_of(text)))
    except ValueError as exc:
        rule = f"must be a template ({exc}); write {{{{ and }}}} for braces"
        raise InvalidRequest([Problem(field, shown(text), rule)]) from None
    problems = []
    for name in used:
        if name in columns:
            continue
        near = difflib.get_close_matches(name, columns, 1, 0.6)
        there = ", ".join(columns[:_LISTED]) + (", …" if len(columns) > _LISTED else "")
        rule = f"must name columns of the frame ({there or 'it has none'}); {{{{ is a plain brace"
        nearest = f"{{{near[0]}}}" if near else None
        problems.append(Problem(field, f"{{{name}}}", rule, nearest))
    if problems:
        raise InvalidRequest(problems)
    return used


def _fields_of(text: str) -> Iterator[str]:
    """The names in braces, those in a format among them."""
    for _, name, form, _ in string.Formatter().parse(text):
        if name is not None:
            yield _root(name)
            yield from _fields_of(form or "")


def _root(name: str) -> str:
    """The column in `column.attribute` or `column[0]`."""
    end = min((at for at in (name.find("."), name.find("[")) if at >= 0), default=len(name))
    return name[:end]
