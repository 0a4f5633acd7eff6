"""Reads any frame as rows, and puts columns beside them in the kind of frame that came in.

pandas, polars, pyarrow and lazy frames are read through narwhals, which is loaded only for them;
a list of dicts, a dict of lists and a CSV file need no library. The rows are a copy: a frame that
is sorted or changed in its place later must not stand beside the pictures of other rows.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from evolink_widgets.errors import InvalidRequest, StoreError
from evolink_widgets.problem import Problem, shown
from evolink_widgets.store.user_paths import path_of

if TYPE_CHECKING:
    from evolink_widgets.store.gallery.pictures import GeneratedImage

__all__ = ["Frame", "free_names", "is_missing", "read_frame"]

_RULE = "must be a frame (pandas, polars, pyarrow), a list of dicts, a dict of lists or a CSV file"


class Frame(Protocol):
    """The rows that came in."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names, in order."""

    def __len__(self) -> int: ...

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row by its columns' names."""

    def beside(self, places: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> Any:
        """A frame of the kind that came in: the rows at these places, and columns beside them.

        A name that the frame has already is given to the new column with "_2", or with the next
        number that is free.
        """

    def alike(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """A frame of the same kind with these columns alone."""


def read_frame(given: Any) -> Frame:
    """Read a frame.

    Raises:
        InvalidRequest: it is none, or its columns have no names that tell them apart.
    """
    if isinstance(given, (str, os.PathLike)):
        try:
            path = path_of(given, "frame")
        except StoreError:
            raise _no_frame(given) from None
        return _Records(*_read_csv(path))
    if isinstance(given, Mapping):
        return _Columns(given)
    if isinstance(given, (list, tuple, Iterator)):
        rows = list(given)
        strays = [row for row in rows if not isinstance(row, Mapping)]
        if strays:
            raise _no_frame(strays[0], "must hold a dict for each row")
        return _Records(rows)
    return _Native(given)


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing: `None`, what is no number or no time, pandas' `NA`."""
    if isinstance(value, (str, int)):
        return False
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    # NumPy's moments and small floats, too, and decimals.
    has_nothing = isinstance(value, Number) or type(value).__name__ in _MOMENTS
    return has_nothing and bool(value != value)


_MOMENTS = ("datetime64", "timedelta64")


def free_names(wanted: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """A name for each new column: its own, or with the first number behind it that is free.

    Args:
        wanted: the names of the new columns.
        taken: the names that are there.
    """
    there, found = set(taken), {}
    for name in wanted:
        numbered = (f"{name}_{number}" for number in count(2))
        found[name] = next(one for one in chain([name], numbered) if one not in there)
        there.add(found[name])
    return found


def _no_frame(given: object, rule: str = _RULE) -> InvalidRequest:
    return InvalidRequest([Problem("frame", shown(given), rule)])


def _read_csv(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of a CSV file, and its columns; an empty cell is a missing one.

    Raises:
        InvalidRequest: there is no such file, or it is no table.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
            reader = csv.DictReader(file, delimiter=delimiter)
            rows, names = list(reader), list(reader.fieldnames or ())
    except OSError as exc:
        raise _no_frame(str(path), f"must be a CSV file that is there ({exc.strerror})") from None
    except (UnicodeDecodeError, csv.Error) as exc:
        raise _no_frame(str(path), f"must be a CSV file in UTF-8 ({exc})") from None
    _check_apart(names)
    for number, row in enumerate(rows, 2):
        if None in row:  # where DictReader puts what is beyond the last column
            rule = f"must have no more cells in a line than the first; line {number} has"
            raise _no_frame(str(path), rule)
    return [{name: value or None for name, value in row.items()} for row in rows], names


def _check_apart(names: Sequence[str]) -> None:
    """See that no two columns have one name.

    Raises:
        InvalidRequest: two have.
    """
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _no_frame(twice, "must have a name of its own for each column")


class _Records:
    """A list of dicts; a key that a row does not have is missing there."""

    def __init__(self, rows: Iterable[Mapping[Any, Any]], columns: Iterable[str] = ()) -> None:
        self._rows = [dict(row) for row in rows]
        named = (str(name) for row in self._rows for name in row)
        self._columns = tuple(dict.fromkeys(chain(columns, named)))

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> Iterator[dict[str, Any]]:
        nothing = dict.fromkeys(self._columns)
        for row in self._rows:
            yield {**nothing, **{str(name): value for name, value in row.items()}}

    def beside(
        self, places: Sequence[int], columns: Mapping[str, Sequence[Any]]
    ) -> list[dict[Any, Any]]:
        names = free_names(columns, self._columns)
        return [
            {**self._rows[place], **{names[name]: columns[name][at] for name in columns}}
            for at, place in enumerate(places)
        ]

    def alike(self, columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


class _Columns:
    """A dict of lists."""

    def __init__(self, given: Mapping[Any, Any]) -> None:
        for name, values in given.items():
            if isinstance(values, (str, bytes, Mapping)):  # one row, or pandas' to_dict()
                rule = "must have a list for each column; one row is a list of one dict"
                raise _no_frame({name: values}, rule)
        try:
            self._given = {name: list(values) for name, values in given.items()}
        except TypeError:
            raise _no_frame(given) from None
        lengths = {len(values) for values in self._given.values()}
        if len(lengths) > 1:
            raise _no_frame(given, "must have columns of one length")
        self._length = lengths.pop() if lengths else 0

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(map(str, self._given))

    def __len__(self) -> int:
        return self._length

    def rows(self) -> Iterator[dict[str, Any]]:
        names = self.columns
        for values in zip(*self._given.values(), strict=True):
            yield dict(zip(names, values, strict=True))

    def beside(
        self, places: Sequence[int], columns: Mapping[str, Sequence[Any]]
    ) -> dict[Any, list[Any]]:
        names = free_names(columns, self.columns)
        kept = {name: [values[at] for at in places] for name, values in self._given.items()}
        return {**kept, **{names[name]: list(values) for name, values in columns.items()}}

    def alike(self, columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        return {name: list(values) for name, values in columns.items()}


class _Native:
    """A frame that narwhals knows; a lazy one is collected."""

    def __init__(self, given: Any) -> None:
        try:
            import narwhals.stable.v2 as nw
        except ImportError:
            raise _no_frame(given, f"{_RULE}; frames need: pip install narwhals") from None
        self._nw = nw
        try:
            found: Any = nw.from_native(given)
        except Exception:  # what is no frame, and one that narwhals refuses
            raise _no_frame(given) from None
        is_lazy = isinstance(found, nw.LazyFrame)
        self._frame: Any = found.collect() if is_lazy else found.clone()
        self._names = tuple(str(name) for name in self._frame.columns)
        _check_apart(self._names)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._names

    def __len__(self) -> int:
        return len(self._frame)

    def rows(self) -> Iterator[dict[str, Any]]:
        for row in self._frame.iter_rows(named=False):
            yield dict(zip(self._names, row, strict=True))

    def beside(self, places: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> Any:
        kept = self._frame
        if list(places) != list(range(len(kept))):
            kept = kept[list(places), :]
        names = free_names(columns, self._names)
        if self._is_pandas:
            native = kept.to_native()
            made = {
                names[name]: _pandas_column(name, values, native.index)
                for name, values in columns.items()
            }
            return native.assign(**made)
        more = [self._column(names[name], name, values) for name, values in columns.items()]
        return kept.with_columns(*more).to_native()

    def alike(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        nw, kind = self._nw, self._frame.implementation
        made = {
            name: nw.new_series(name, list(values), self._kind(name, values), backend=kind)
            for name, values in columns.items()
        }
        return nw.from_dict(made, backend=kind).to_native()

    @property
    def _is_pandas(self) -> bool:
        return bool(self._frame.implementation.is_pandas())

    def _column(self, called: str, name: str, values: Sequence[Any]) -> Any:
        """A column of ours; where a frame holds no objects, a picture is its path."""
        plain = [str(one) if name == "image" and one is not None else one for one in values]
        kind = self._kind(name, plain)
        return self._nw.new_series(called, plain, kind, backend=self._frame.implementation)

    def _kind(self, name: str, values: Sequence[Any]) -> Any:
        """The type of a column, also of one with nothing in it."""
        nw = self._nw
        first = next((value for value in values if value is not None), None)
        for kind, found in ((bool, nw.Boolean), (int, nw.Int64), (float, nw.Float64)):
            if isinstance(first, kind) or (first is None and name in _TYPES.get(kind, ())):
                return found()
        return nw.String()


_TYPES: dict[type, tuple[str, ...]] = {
    bool: ("reused",),
    int: ("row", "number", "both", "same"),
    float: ("credits", "seconds", "agreement", "kappa", "low", "high", "at"),
}
"""What a column of ours holds that is empty."""


def _pandas_column(name: str, values: Sequence[Any], index: Any) -> Any:
    import pandas as pd

    if name == "image":
        pictures: list[GeneratedImage | None] = list(values)
        return pd.Series(pictures, index=index, dtype=object)
    kinds = {"reused": "boolean", "number": "int64"}
    kinds |= dict.fromkeys(("credits", "seconds", "agreement"), "float64")
    return pd.Series(list(values), index=index, dtype=kinds.get(name))
