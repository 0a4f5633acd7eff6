"""The pictures of a library: read there, and marked in the person's own store alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from evolink_widgets.errors import StoreReadOnly
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.gallery import marks
from evolink_widgets.store.gallery.gallery import StoredPictures
from evolink_widgets.store.gallery.marks import Marks, Picture
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.stars import star, starred
from evolink_widgets.store.unwritten import is_library

if TYPE_CHECKING:
    from evolink_widgets.store.gallery.moves.trash import Freed
    from evolink_widgets.store.gallery.rows.query import Query
else:
    trashes = LazyModule("evolink_widgets.store.gallery.moves.trash")
    queries = LazyModule("evolink_widgets.store.gallery.rows.query")
    Freed, Query = "trashes.Freed", "queries.Query"

__all__ = ["LibraryPictures", "pictures_in"]


class LibraryPictures(StoredPictures):
    """The pictures of one library; what would change it is refused."""

    def page(self, query: Query, offset: int, limit: int) -> list[GeneratedImage]:
        """Return some of the pictures that fit, newest first."""
        return super().page(_as_marked_here(query), offset, limit)

    def places(self, query: Query, offset: int, limit: int) -> list[tuple[float, str, int]]:
        """Return when each picture that fits was saved, and which it is; newest first."""
        return super().places(_as_marked_here(query), offset, limit)

    def count(self, query: Query) -> int:
        """Return how many pictures fit."""
        return super().count(_as_marked_here(query))

    def favourite(self, pictures: Iterable[Picture], on: bool) -> int:
        """Mark pictures as favourites, or take the mark back, in the store in use."""
        given = list(pictures)
        star(given, on)
        marks.changed(self.root, given)
        return len(given)

    def favourites(self, pictures: Iterable[Picture]) -> set[Picture]:
        """Return those of some pictures that are favourites."""
        return set(starred() & set(pictures))

    def marks(self, pictures: Iterable[Picture]) -> dict[Picture, Marks]:
        """Return the marks of those of some pictures that the library has."""
        favourites = starred()
        return {one: Marks(one in favourites, False) for one in super().marks(pictures)}

    def trash(self, pictures: Iterable[Picture], *, now: float) -> int:
        """Refuse: they are not the user's to delete."""
        self._refuse()

    def restore(self, pictures: Iterable[Picture]) -> int:
        """Refuse: nothing of it can be deleted."""
        self._refuse()

    def empty_trash(self, *, before: float) -> Freed:
        """Delete nothing."""
        from evolink_widgets.store.gallery.moves.trash import Freed

        return Freed()

    def _refuse(self) -> NoReturn:
        raise StoreReadOnly(
            f"Pictures of the library in {self.root} can't be deleted: it is only read.",
            advice="Take the library out with ew.configure(library=...), and they are out of view.",
        )


def pictures_in(root: Path, database: Database) -> StoredPictures:
    """Return the pictures of a store's folder: a library's are not changed."""
    kind = LibraryPictures if is_library(root) else StoredPictures
    return kind(root, database)


def _as_marked_here(query: Query) -> Query:
    """The query with the person's own marks in the place of the library's."""
    if query.trashed:
        return replace(query, trashed=False, favourite=False, among=frozenset())
    if not query.favourite:
        return query
    favourites = starred()
    among = favourites if query.among is None else favourites & query.among
    return replace(query, favourite=False, among=among)
