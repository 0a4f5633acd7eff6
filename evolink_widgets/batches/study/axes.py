"""Reads what a study is given as named axes, each with its levels, and as what stays the same.

A list is an axis: also a tuple, a range, an array, a column of a frame. Everything else is the
same in each cell. `references` are an axis only as a list, for several of them are one level.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import PurePath
from typing import Any, Literal, TypeAlias

from evolink_widgets.batches.rows.frames import is_missing
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown

__all__ = ["Axes", "Axis", "Library", "plural", "read_axes"]

Library: TypeAlias = Literal["pandas", "polars", "pyarrow"] | None
_LIBRARIES: tuple[Library, ...] = ("pandas", "polars", "pyarrow")

MOST_CELLS = 10_000
"""Cells of a crossing: checked in a second, and more than any eye goes through."""

_RESERVED = {
    "repeat": "can't be an axis: the frame has it for the pictures of one cell",
    "n": "can't be given: repeats= says how many pictures each cell has",
}
_PLAIN = (str, int, float)

_TEMPLATED = re.compile(r"[\s,;:–—-]*\{[^{}]*\}")
"""What a template takes from other axes, and what parts it from the rest."""


@dataclass(frozen=True)
class Axis:
    """A named axis.

    Attributes:
        name: as in the frame's column and in templates.
        values: its levels, as they were given.
        labels: what stands for each in the frame: the value where it is text or a number.
    """

    name: str
    values: tuple[Any, ...]
    labels: tuple[Any, ...]

    @property
    def said(self) -> tuple[str, ...]:
        """Its levels as text: of a template what is its own, "a fox" of "a fox, {style}"."""
        whole = tuple(map(str, self.labels))
        own = tuple(_TEMPLATED.sub("", one).strip(" ,;:.–—-") for one in whole)
        return own if all(own) and len(set(own)) == len(own) else whole


@dataclass(frozen=True)
class Axes:
    """All that a study is given.

    Attributes:
        axes: in the order in which they were given.
        fixed: what is the same in each cell and is no argument of a request.
        given: the request's arguments that are the same in each cell.
        library: the frame library whose columns were given.
    """

    axes: tuple[Axis, ...]
    fixed: dict[str, Any]
    given: dict[str, Any]
    library: Library

    @property
    def counts(self) -> tuple[int, ...]:
        """How many levels each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def names(self) -> tuple[str, ...]:
        """The axes' names."""
        return tuple(axis.name for axis in self.axes)

    def labels(self, cell: Sequence[int]) -> dict[str, Any]:
        """A cell as a row of the frame."""
        row = {axis.name: axis.labels[at] for axis, at in zip(self.axes, cell, strict=True)}
        return {**row, **self.fixed}

    def values(self, cell: Sequence[int]) -> dict[str, Any]:
        """What templates see of a cell."""
        row = {axis.name: axis.values[at] for axis, at in zip(self.axes, cell, strict=True)}
        return {**row, **self.fixed}


def read_axes(request: Mapping[str, Any], more: Mapping[str, Any]) -> Axes:
    """Tell axes from what stays the same.

    Args:
        request: arguments of a request, by name.
        more: what else was given, by name.

    Raises:
        InvalidRequest: an axis has no levels, or a missing one; a name can't be one; there are
            more cells than can be looked at.
    """
    axes: list[Axis] = []
    fixed: dict[str, Any] = {}
    given: dict[str, Any] = {}
    library: Library = None
    problems: list[Problem] = []
    for name, value in {**request, **more}.items():
        levels = _levels(name, value)
        if name in _RESERVED:
            problems.append(Problem(name, shown(value), _RESERVED[name]))
        elif levels is None:
            (given if name in request else fixed)[name] = value
        else:
            try:
                axes.append(_axis(name, levels))
            except InvalidRequest as error:
                problems += error.problems
            library = library or _library(value)
    found = Axes(tuple(axes), fixed, given, library)
    problems = problems or list(_too_many(found))
    if problems:
        raise InvalidRequest(problems)
    return found


def plural(name: str, count: int) -> str:
    """The name of an axis after a number: "3 prompts", "2 qualities", "1 size"."""
    if count == 1:
        return f"{count:,} {name}"
    if name[-1:] == "y" and name[-2:-1] not in "aeiou":
        return f"{count:,} {name[:-1]}ies"
    if name.endswith(("s", "x", "z", "ch", "sh")):
        return f"{count:,} {name}" if name.endswith("s") else f"{count:,} {name}es"
    return f"{count:,} {name}s"


def _levels(name: str, value: Any) -> list[Any] | None:
    """The levels of an axis; `None` for what stays the same."""
    if isinstance(value, list):
        return value
    if name == "references" or isinstance(value, (str, bytes, Mapping, PathLike)):
        return None
    if isinstance(value, (tuple, range, set, frozenset, Iterator)):
        return sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
    # A column of pandas, polars and pyarrow, and an array of numbers or text.
    as_list = getattr(value, "to_list", None) or getattr(value, "to_pylist", None)
    if as_list is None and type(value).__module__.partition(".")[0] == "numpy":
        as_list = getattr(value, "tolist", None) if getattr(value, "ndim", 0) == 1 else None
    return list(as_list()) if callable(as_list) else None


def _axis(name: str, levels: Iterable[Any]) -> Axis:
    values: list[Any] = []
    for at, level in enumerate(levels):
        if is_missing(level):
            rule = f"must have a value at each place; place {at} has none"
            raise InvalidRequest([Problem(name, "nothing", rule)])
        if not any(level is one or _equal(level, one) for one in values):
            values.append(level)
    if not values:
        raise InvalidRequest([Problem(name, "empty", "must have one level or more")])
    labels: list[Any] = []
    for at, value in enumerate(values):
        label = _label(name, value, at)
        labels.append(f"{label} ({at + 1})" if label in labels else label)
    return Axis(name, tuple(values), tuple(labels))


def _equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except Exception:  # arrays, frames: each is a level of its own
        return False


def _label(name: str, value: Any, at: int) -> Any:
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, (PathLike, PurePath)):
        return str(fspath(value))
    if isinstance(value, (list, tuple)) and value:
        return ", ".join(str(_label(name, one, at)) for one in value)
    path = getattr(value, "path", None)
    if isinstance(path, PurePath):  # a picture of the store
        return path.name
    # A date says what it is; a picture or an array is known by its place.
    has_words = type(value).__module__ in ("datetime", "decimal", "fractions", "uuid")
    return str(value) if has_words else f"{name} {at + 1}"


def _library(value: Any) -> Library:
    root = type(value).__module__.partition(".")[0]
    return next((one for one in _LIBRARIES if one == root), None)


def _too_many(found: Axes) -> Iterator[Problem]:
    total = 1
    for count in found.counts:
        total *= count
    if total > MOST_CELLS:
        axes = " × ".join(
            plural(name, n) for name, n in zip(found.names, found.counts, strict=True)
        )
        rule = f"must cross to at most {MOST_CELLS:,} cells; take levels or an axis away"
        yield Problem("axes", f"{axes} = {total:,}", rule)
