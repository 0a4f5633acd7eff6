"""The pictures of a store and of the libraries that answer beside it, as if they were one store's.

What was taken over from a library into the own store is seen once: there.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from evolink_widgets.errors import StoreError
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.gallery.gallery import StoredPictures
from evolink_widgets.store.gallery.library_pictures import LibraryPictures
from evolink_widgets.store.gallery.marks import Marks, Picture
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet
from evolink_widgets.store.gallery.rows.query import OWN, Facets, Query
from evolink_widgets.store.library.library import Library, keys_in_both

__all__ = ["AllPictures"]

T = TypeVar("T")


class AllPictures(StoredPictures):
    """The pictures of one store, and those of libraries; only the store's are changed.

    Args:
        root: the store's folder.
        database: its database.
        libraries: the others, in their order.
    """

    def __init__(self, root: Path, database: Database, libraries: Sequence[Library]) -> None:
        super().__init__(root, database)
        self._own = StoredPictures(root, database)
        self._libraries = tuple(libraries)
        self._others = [LibraryPictures(one.root, one.database) for one in libraries]

    @property
    def roots(self) -> frozenset[Path]:
        """The folders that the pictures lie in."""
        return frozenset((self.root, *(one.root for one in self._libraries)))

    @property
    def version(self) -> tuple[int, ...]:
        """Another value once the store, or a library, was changed."""
        found = [self._database.data_version]
        for library in self._libraries:
            try:
                found.append(library.database.data_version)
            except StoreError:
                found.append(-1)
        return tuple(found)

    def images(self, key: str) -> ImageSet:
        """Return the pictures of a task that are there; of the first library that has them."""
        return self._first(lambda pictures: pictures.images(key))

    def find(self, task_key: str, index: int) -> GeneratedImage:
        """Return one picture, in the trash or not; of the first library that has it."""
        return self._first(lambda pictures: pictures.find(task_key, index))

    def page(self, query: Query, offset: int, limit: int) -> list[GeneratedImage]:
        """Return some of the pictures that fit, newest first."""
        shelves = list(self._shelves(query))
        if len(shelves) == 1:
            pictures, asked = shelves[0]
            return pictures.page(asked, offset, limit)
        found = []
        for at, key, number in self._merged(shelves, offset, limit):
            with suppress(StoreError):  # its file is gone
                found.append(shelves[at][0].find(key, number))
        return found

    def places(self, query: Query, offset: int, limit: int) -> list[tuple[float, str, int]]:
        """Return when each picture that fits was saved, and which it is; newest first."""
        shelves = [
            pictures.places(one, 0, offset + limit) for pictures, one in self._shelves(query)
        ]
        found = heapq.merge(*shelves, key=lambda place: (-place[0], place[1], place[2]))
        return list(islice(found, offset, offset + limit))

    def count(self, query: Query) -> int:
        """Return how many pictures fit."""
        return sum(pictures.count(one) for pictures, one in self._shelves(query))

    def facets(self) -> Facets:
        """Return what occurs in the store and the libraries, the trash aside."""
        shelves = list(self._shelves(Query()))
        each = [pictures.facets() for pictures, _ in shelves]

        def joined(values: Callable[[Facets], tuple[str, ...]]) -> tuple[str, ...]:
            found = Counter[str]()
            for facets in each:  # each one's most used first
                for place, value in enumerate(values(facets)):
                    found[value] += len(values(facets)) - place
            return tuple(value for value, _ in found.most_common())

        seen = {pictures.root for pictures, _ in shelves}
        names = [one.name for one in self._libraries if one.root in seen]
        times = [when for one in each for when in (one.oldest, one.newest) if when is not None]
        return Facets(
            joined(lambda facets: facets.sizes),
            joined(lambda facets: facets.qualities),
            joined(lambda facets: facets.models),
            joined(lambda facets: facets.notebooks),
            min(times, default=None),
            max(times, default=None),
            (OWN, *names) if names else (),
            any(facets.recorded for facets in each),
        )

    def favourite(self, pictures: Iterable[Picture], on: bool) -> int:
        """Mark pictures as favourites, or take the mark back; all marks are kept in the store."""
        return sum(shelf.favourite(some, on) for shelf, some in self._by_shelf(pictures))

    def favourites(self, pictures: Iterable[Picture]) -> set[Picture]:
        """Return those of some pictures that are favourites."""
        given = list(pictures)
        found = self._own.favourites(given)
        for shelf in self._others[:1]:  # what is starred of any library stands in one place
            found |= shelf.favourites(given)
        return found

    def marks(self, pictures: Iterable[Picture]) -> dict[Picture, Marks]:
        """Return the marks of those of some pictures that are there."""
        found: dict[Picture, Marks] = {}
        for shelf, some in self._by_shelf(pictures):
            found |= shelf.marks(some)
        return found

    def trash(self, pictures: Iterable[Picture], *, now: float) -> int:
        """Move pictures to the trash.

        Raises:
            StoreReadOnly: one is a library's; none was moved.
        """
        by_shelf = sorted(self._by_shelf(pictures), key=lambda one: one[0] is self._own)
        return sum(shelf.trash(some, now=now) for shelf, some in by_shelf)

    def _by_shelf(
        self, pictures: Iterable[Picture]
    ) -> Iterator[tuple[StoredPictures, list[Picture]]]:
        """Pictures with those that have them; unknown ones with the store."""
        left = dict.fromkeys(pictures)
        here = self._own.marks(left)
        elsewhere = [one for one in left if one not in here]
        for shelf in self._others:
            with suppress(StoreError):
                theirs = list(shelf.marks(elsewhere)) if elsewhere else []
                if theirs:
                    yield shelf, theirs
                    left = {one: None for one in left if one not in theirs}
                    elsewhere = [one for one in elsewhere if one not in theirs]
        if left:
            yield self._own, list(left)

    def _first(self, read: Callable[[StoredPictures], T]) -> T:
        """What the store says, or the first library that can."""
        try:
            return read(self._own)
        except StoreError as exc:
            for shelf in self._others:
                with suppress(StoreError):
                    return read(shelf)
            raise exc

    def _shelves(self, query: Query) -> Iterator[tuple[StoredPictures, Query]]:
        """Where to look, and for what: libraries that can be read, each picture once."""
        asked = replace(query, library=None)
        if query.library in (None, OWN):
            yield self._own, asked
        before: list[Database] = [self._database]
        for library, shelf in zip(self._libraries, self._others, strict=True):
            if library.problem is None:
                if query.library in (None, library.name):
                    twice = (keys_in_both(library, one) for one in before)
                    yield shelf, replace(asked, without=frozenset[str]().union(*twice))
                before.append(library.database)

    def _merged(
        self, shelves: Sequence[tuple[StoredPictures, Query]], offset: int, limit: int
    ) -> Iterator[tuple[int, str, int]]:
        """Which pictures a page has: the shelf, and the picture there."""

        def named(at: int) -> Iterator[tuple[float, str, int, int]]:
            pictures, query = shelves[at]
            for when, key, number in pictures.places(query, 0, offset + limit):
                yield -when, key, number, at

        found = heapq.merge(*(named(at) for at in range(len(shelves))))
        return ((at, key, number) for _, key, number, at in islice(found, offset, offset + limit))
