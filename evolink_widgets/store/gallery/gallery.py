"""Finds the pictures of a store with their recipes, marks them, and moves them to the trash.

How a picture comes in stands in `store.gallery.admission.admission`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from sqlite3 import Row
from typing import TYPE_CHECKING

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store.database.database import storable
from evolink_widgets.store.file_names import KEY
from evolink_widgets.store.gallery import marks
from evolink_widgets.store.gallery.admission.admission import Admission
from evolink_widgets.store.gallery.marks import Marks
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet, find, read_image
from evolink_widgets.store.gallery.rows.rows import (
    SELECT,
    in_reach,
    recipe_of,
    with_file_in_place,
)
from evolink_widgets.store.journal.journal import read_receipt
from evolink_widgets.store.safe_files import (
    is_plain,
)

if TYPE_CHECKING:
    from evolink_widgets.store.gallery.moves.trash import Freed, Trash
    from evolink_widgets.store.gallery.rows import query as queries
    from evolink_widgets.store.gallery.rows.query import Facets, Query
else:
    queries = LazyModule("evolink_widgets.store.gallery.rows.query")
    trashes = LazyModule("evolink_widgets.store.gallery.moves.trash")
    Facets, Query, Freed = "queries.Facets", "queries.Query", "trashes.Freed"

__all__ = ["GeneratedImage", "ImageSet", "StoredPictures"]

log = logging.getLogger("evolink_widgets")


class StoredPictures(Admission):
    """The pictures of one store. Safe from any thread and process; every method blocks.

    Example:
        >>> images = ew.generate("a fox", n=2).result()
        >>> pictures = ew.session().store.gallery
        >>> isinstance(pictures, ew.store.StoredPictures), pictures.count(ew.store.Query())
        (True, 2)
    """

    @cached_property
    def _trash(self) -> Trash:
        from evolink_widgets.store.gallery.moves.trash import Trash

        return Trash(self.root, self._database)

    def images(self, key: str) -> ImageSet:
        """Return the pictures of a task that are there, whatever step the task is at.

        What lies in the trash is left out, and so is a damaged row (it is logged).

        Raises:
            StoreError: the store has no set of this key, or only damaged rows of it.
        """
        sets = self._database.rows(
            "SELECT sets.*, tasks.receipt FROM sets LEFT JOIN tasks USING (key) WHERE key = ?",
            (key,),
        )
        if not sets:
            raise StoreError(f"The store in {self.root} has no pictures of task {key}.")
        recipe = recipe_of(self.root, key, sets[0]["recipe"])
        rows = self._database.rows(
            f"{SELECT} WHERE key = ? AND trashed_at IS NULL ORDER BY number", (key,)
        )
        return ImageSet(
            self._read(rows, recipe, strict=len(rows) == 1),
            key=key,
            recipe=recipe,
            receipt=read_receipt(sets[0]["receipt"]),
            expected=sets[0]["expected"],
        )

    def of_notebook(self, notebook: str, until: float) -> list[str]:
        """Return the task keys of a notebook's sets, newest first, the trash aside.

        Args:
            notebook: its name, as it was kept with the sets.
            until: those that were asked for by then, Unix seconds; of a set without its task
                that is when it came.
        """
        rows = self._database.rows(
            "SELECT key FROM sets LEFT JOIN tasks USING (key) WHERE notebook = ? "
            "AND coalesce(tasks.created_at, sets.created_at) <= ? AND EXISTS (SELECT 1 "
            "FROM pictures WHERE pictures.key = sets.key AND trashed_at IS NULL) "
            "ORDER BY sets.created_at DESC, key",
            (storable(notebook), until),
        )
        return [row["key"] for row in rows if KEY.fullmatch(str(row["key"]))]

    def find(self, task_key: str, index: int) -> GeneratedImage:
        """Return one picture, in the trash or not.

        Raises:
            StoreError: the store has no such picture, or its file is gone.
        """
        return find(self.root, self._database, task_key, index)

    def page(self, query: Query, offset: int, limit: int) -> list[GeneratedImage]:
        """Return some of the pictures that fit, newest first.

        A page may be shorter than `limit`: damaged rows are left out (and logged), and so are
        pictures whose file is gone.

        Args:
            query: what to look for.
            offset: how many to leave out at the beginning.
            limit: how many to look at.
        """
        where, values = queries.condition(query)
        sql = queries.PAGE.format(where=where)
        return self._read(self._database.rows(sql, (*values, _clamped(limit), _clamped(offset))))

    def places(self, query: Query, offset: int, limit: int) -> list[tuple[float, str, int]]:
        """Return when each picture that fits was saved, and which it is; newest first.

        It reads one narrow index and no file: several stores are looked through as one by it.

        Args:
            query: what to look for.
            offset: how many to leave out at the beginning.
            limit: how many to return at most.
        """
        where, values = queries.condition(query)
        sql = queries.PLACES.format(where=where)
        rows = self._database.rows(sql, (*values, _clamped(limit), _clamped(offset)))
        return [tuple(row) for row in rows]

    def count(self, query: Query) -> int:
        """Return how many pictures fit."""
        rows = self._database.rows(*queries.counted(query))
        return int(rows[0][0]) if rows else 0

    def facets(self) -> Facets:
        """Return what occurs in the gallery, the trash aside."""
        used = {name: Counter[str]() for name in ("size", "quality", "model", "notebook")}
        for row in self._database.rows(queries.FACETS):
            for name, found in used.items():
                if isinstance(row[name], str):
                    found[row[name]] += row["sets"]
        sizes, qualities, models, notebooks = (
            tuple(word for word, _ in found.most_common()) for found in used.values()
        )
        oldest, newest = next(iter(self._database.rows(queries.TIMES)), (None, None))
        [recorded] = next(iter(self._database.rows(queries.ANY_RECORDED)), (0,))
        return queries.Facets(
            sizes, qualities, models, notebooks, oldest, newest, recorded=bool(recorded)
        )

    def favourite(self, pictures: Iterable[tuple[str, int]], on: bool) -> int:
        """Mark pictures as favourites, or take the mark back.

        Args:
            pictures: each as its task's key and its place in the task.
            on: favourite or not.

        Returns:
            How many of them are in the store, and are marked so now.
        """
        given = [picture for picture in pictures if in_reach(*picture)]
        with self._database.write() as connection:
            done = connection.executemany(
                "UPDATE pictures SET favourite = ? WHERE key = ? AND number = ?",
                [(int(on), *picture) for picture in given],
            )
        marks.changed(self.root, given)
        return done.rowcount if given else 0

    def favourites(self, pictures: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        """Return those of some pictures that are favourites.

        Args:
            pictures: each as its task's key and its place in the task.
        """
        query = queries.Query(favourite=True, among=frozenset(pictures))
        found = set()
        for trashed in (False, True):
            where, values = queries.condition(replace(query, trashed=trashed))
            rows = self._database.rows(f"SELECT key, number FROM pictures WHERE {where}", values)
            found |= {(row["key"], row["number"]) for row in rows}
        return found

    def marks(self, pictures: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Marks]:
        """Return the marks of those of some pictures that the store has.

        Args:
            pictures: each as its task's key and its place in the task.
        """
        found = {}
        for key, number in pictures:
            if in_reach(key, number) and (row := self._row(key, number)) is not None:
                found[key, number] = Marks(bool(row["favourite"]), row["trashed_at"] is not None)
        return found

    def trash(self, pictures: Iterable[tuple[str, int]], *, now: float) -> int:
        """Move pictures to the trash, the folder `.trash` in the store; `restore` undoes it.

        All of one task's pictures are moved, or none.

        Args:
            pictures: each as its task's key and its place in the task.
            now: Unix seconds.

        Returns:
            How many were moved; those that are there already, or gone, are not counted.
        """
        given = list(pictures)
        try:
            return self._trash.put_in(given, now)
        finally:  # of several tasks some may have been moved
            marks.changed(self.root, given)

    def restore(self, pictures: Iterable[tuple[str, int]]) -> int:
        """Bring pictures back from the trash, under their own names where those are free.

        Returns:
            How many came back.
        """
        given = list(pictures)
        try:
            return self._trash.take_out(given)
        finally:
            marks.changed(self.root, given)

    def empty_trash(self, *, before: float) -> Freed:
        """Delete for good what was put into the trash before this Unix second."""
        return self._trash.empty(before)

    def _read(
        self, rows: Iterable[Row], recipe: Recipe | None = None, *, strict: bool = False
    ) -> list[GeneratedImage]:
        images = []
        for row in rows:
            try:
                image = read_image(
                    self.root, with_file_in_place(self.root, self._database, row), recipe
                )
            except StoreDamaged as exc:  # one damaged row must not hide the other pictures
                if strict:
                    raise
                log.warning("%s", exc)
                continue
            if is_plain(image.path):
                images.append(image)
        return images


def _clamped(number: int) -> int:
    return min(max(number, 0), 1 << 62)
