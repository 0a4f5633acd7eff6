"""The gallery's query as traits and messages hold it, and its results, read page by page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, overload

import traitlets

from evolink_widgets.errors import EvolinkError, StoreDamaged
from evolink_widgets.store.gallery.gallery import StoredPictures
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.rows.query import Query
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

__all__ = ["QUERY", "QueryResults", "TimestampTrait", "query_of"]

#: What a query asks for, and the kinds of values that a browser may send; `None` is "any".
QUERY: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "size": (str, type(None)),
    "quality": (str, type(None)),
    "model": (str, type(None)),
    "notebook": (str, type(None)),
    "favourite": (bool,),
    "simulated": (bool, type(None)),
    "recorded": (bool, type(None)),
    "since": (int, float, type(None)),
    "until": (int, float, type(None)),
    "trashed": (bool,),
    "library": (str, type(None)),
}

#: Pictures read at once while all of them are iterated over.
_PAGE = 100


def query_of(fields: object) -> Query:
    """Read the query in a message from the browser.

    Raises:
        EvolinkError: it is none.
    """
    given = fields if isinstance(fields, Mapping) else {}
    for name, kinds in QUERY.items():
        value = given.get(name, getattr(Query(), name))
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise EvolinkError(f"{name} can't be {value!r:.60}.", advice="Clear the filters.")
    return Query(**{name: given[name] for name in QUERY if name in given})


class TimestampTrait(traitlets.Float[float, Any]):
    """A trait for a time in Unix seconds, which takes a `datetime` or a `date`, too.

    Args:
        ends: whether a date means the end of its day, not the beginning.
    """

    def __init__(self, *args: Any, ends: bool = False, **kwargs: Any) -> None:
        self._ends = ends
        super().__init__(*args, **kwargs)

    def validate(self, obj: Any, value: Any) -> float:
        """Take what names a moment; days are those of this computer's time zone."""
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day) + timedelta(days=self._ends)
        if isinstance(value, datetime):
            value = value.timestamp()
        if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
            self.error(obj, value)
        return super().validate(obj, value)


class QueryResults(Sequence[GeneratedImage]):
    """A lazy, paged sequence of the pictures that match a query, newest first.

    Its length and its places follow the store: a picture that lands moves the others by one.

    Args:
        gallery: where they are.
        query: what is looked for.
    """

    def __init__(self, gallery: StoredPictures, query: Query) -> None:
        self._gallery = gallery
        self.query = query

    @overload
    def __getitem__(self, index: int) -> GeneratedImage: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[GeneratedImage, ...]: ...
    def __getitem__(self, index: int | slice) -> GeneratedImage | tuple[GeneratedImage, ...]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                return tuple(self[place] for place in range(start, stop, step))
            return tuple(self._gallery.page(self.query, start, max(0, stop - start)))
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"There are {count} pictures; there is no {index}.")
        here = self._gallery.page(self.query, index % count, 1)
        if not here:
            raise StoreDamaged(f"Picture {index} is gone or damaged.", advice="The log says more.")
        return here[0]

    def __iter__(self) -> Iterator[GeneratedImage]:
        """Iterate over all that can be read; what can't is left out."""
        for start in range(0, len(self), _PAGE):
            yield from self._gallery.page(self.query, start, _PAGE)

    def __len__(self) -> int:
        return self._gallery.count(self.query)

    def __repr__(self) -> str:
        return printable(f"<{counted(len(self), 'picture')} in {self._gallery.root.name}>")
