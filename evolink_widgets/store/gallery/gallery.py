"""Saves and finds pictures with their recipes: checked, whole and on the disk before they count.

A picture's way in: the core streams it to `part_path`; `admit` looks whether the bytes are a
whole picture that can be decoded, flushes them, gives them their readable name in one step,
flushes the folder, and writes the row. Killed at any point, the picture is there, or it is
fetched anew by the next process that collects it; admitting the same bytes again finds what is
already in place.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from sqlite3 import Row

from evolink_widgets.errors import DownloadFailed, StoreDamaged, StoreError
from evolink_widgets.images.check_picture import (
    NotAPicture,
    PictureFacts,
    check_picture,
    header_pixels,
)
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.database import Database, storable
from evolink_widgets.store.file_names import KEY
from evolink_widgets.store.gallery import marks
from evolink_widgets.store.gallery.marks import Marks
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet, find, read_image
from evolink_widgets.store.gallery.query import (
    FACETS,
    PAGE,
    PLACES,
    TIMES,
    Facets,
    Query,
    condition,
    counted,
)
from evolink_widgets.store.gallery.rows import (
    SELECT,
    NewPicture,
    NewSet,
    add_picture,
    check_key,
    in_reach,
    place_of,
    recipe_of,
    with_file_in_place,
    write_recipe_file,
)
from evolink_widgets.store.gallery.thumbs import PREVIEW_EDGE, thumbnail
from evolink_widgets.store.gallery.trash import Freed, Trash
from evolink_widgets.store.journal.journal import read_receipt
from evolink_widgets.store.safe_files import (
    PARTS,
    THUMBS,
    flush,
    guarded,
    is_plain,
    names_in,
    own_folder,
    read_plain,
    remove,
    take_back,
)

__all__ = ["Facets", "GeneratedImage", "ImageSet", "Query", "StoredPictures"]

log = logging.getLogger("evolink_widgets")


class StoredPictures:
    """The pictures of one store. Safe from any thread and process; every method blocks."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self._database = database
        self._parts: dict[tuple[str, int], Path] = {}
        self._trash = Trash(root, database)

    def part_path(self, key: str, index: int) -> Path:
        """Return where this kernel collects a picture's bytes; its folder is there afterwards.

        The name is another one in each kernel, and can't be guessed.

        Raises:
            StoreDamaged: the key is none, or the folder is a link.
        """
        name = f"{check_key(key)}_{index + 1}"
        with guarded(self.root / PARTS, "made"):
            folder = own_folder(self.root, PARTS)
            part = self._parts.get((key, index))
            if part is None:
                # What a killed kernel, or another program, has put there is not gone on with.
                self._drop_parts(folder, name)
                part = self._parts[key, index] = folder / f"{name}_{secrets.token_hex(16)}.part"
        return part

    def drop_part(self, key: str, index: int) -> None:
        """Remove what is left of a picture that was being collected, by this kernel or another."""
        self._parts.pop((key, index), None)
        with suppress(OSError):
            self._drop_parts(self.root / PARTS, f"{check_key(key)}_{index + 1}")

    def _drop_parts(self, folder: Path, name: str) -> None:
        for found in names_in(folder):
            if found == f"{name}.part" or (
                found.startswith(f"{name}_") and found.endswith(".part")
            ):
                remove(folder / found)

    def admit(
        self,
        key: str,
        index: int,
        part: Path,
        recipe: Recipe,
        *,
        now: float,
        task_id: str | None = None,
        expected: int | None = None,
        notebook: str | None = None,
    ) -> GeneratedImage:
        """Take a downloaded file in: checked, named, on the disk, written down.

        Safe to repeat, from any process: the same picture is not taken in twice.

        Args:
            key: the task's local key.
            index: the picture's place in the task, from 0.
            part: the downloaded file; it is gone afterwards, taken in or not.
            recipe: what was asked.
            now: Unix seconds.
            task_id: the service's id of the task.
            expected: how many pictures the task has; the request's n by default.
            notebook: where it was asked for, where known.

        Raises:
            DownloadFailed: the bytes are no whole PNG, JPEG or WebP; fetch them again.
            StoreFull, StoreReadOnly: nothing of it is in the gallery, `part` is still there.
        """
        already = self._row(key, index)
        if already and not part.exists() and is_plain(place_of(self.root, already)):
            # Another collector has taken it in since this one fetched it.
            return read_image(self.root, already, recipe)
        facts = self._examine(part, task_id)
        with guarded(part, "flushed to the disk"):
            flush(part)
        already = self._row(key, index)
        if already is None or not is_plain(place_of(self.root, already)):
            about = NewSet(key, recipe, task_id, expected or recipe.request.n, now, notebook)
            self._take_in(about, NewPicture(index, part, facts, now))
            already = self._row(key, index)
            assert already is not None
        with suppress(OSError):
            remove(part)
        self._parts.pop((key, index), None)
        return read_image(self.root, already, recipe)

    def _take_in(self, about: NewSet, picture: NewPicture) -> None:
        part, placed = picture.file, None
        try:
            with self._database.write() as connection, guarded(part, "moved into the store"):
                path, new = add_picture(self.root, connection, about, picture)
                placed = path if new else None
                write_recipe_file(self.root, connection, about.key)
        except BaseException:
            if placed is not None:
                with suppress(OSError):
                    take_back(part, placed)
            with suppress(StoreError), self._database.write() as connection:
                write_recipe_file(self.root, connection, about.key)
            raise

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

    def of_notebook(self, notebook: str) -> list[str]:
        """Return the task keys of a notebook's sets, newest first, the trash aside.

        Args:
            notebook: its name, as it was kept with the sets.
        """
        rows = self._database.rows(
            "SELECT key FROM sets WHERE notebook = ? AND EXISTS (SELECT 1 FROM pictures "
            "WHERE pictures.key = sets.key AND trashed_at IS NULL) ORDER BY created_at DESC, key",
            (storable(notebook),),
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
        where, values = condition(query)
        sql = PAGE.format(where=where)
        return self._read(self._database.rows(sql, (*values, _clamped(limit), _clamped(offset))))

    def places(self, query: Query, offset: int, limit: int) -> list[tuple[float, str, int]]:
        """Return when each picture that fits was saved, and which it is; newest first.

        It reads one narrow index and no file: several stores are looked through as one by it.

        Args:
            query: what to look for.
            offset: how many to leave out at the beginning.
            limit: how many to return at most.
        """
        where, values = condition(query)
        sql = PLACES.format(where=where)
        rows = self._database.rows(sql, (*values, _clamped(limit), _clamped(offset)))
        return [tuple(row) for row in rows]

    def count(self, query: Query) -> int:
        """Return how many pictures fit."""
        rows = self._database.rows(*counted(query))
        return int(rows[0][0]) if rows else 0

    def facets(self) -> Facets:
        """Return what occurs in the gallery, the trash aside."""
        used = {name: Counter[str]() for name in ("size", "quality", "model", "notebook")}
        for row in self._database.rows(FACETS):
            for name, found in used.items():
                if isinstance(row[name], str):
                    found[row[name]] += row["sets"]
        sizes, qualities, models, notebooks = (
            tuple(word for word, _ in found.most_common()) for found in used.values()
        )
        oldest, newest = next(iter(self._database.rows(TIMES)), (None, None))
        return Facets(sizes, qualities, models, notebooks, oldest, newest)

    def favourite(self, pictures: Iterable[tuple[str, int]], on: bool) -> None:
        """Mark pictures as favourites, or take the mark back.

        Args:
            pictures: each as its task's key and its place in the task.
            on: favourite or not.
        """
        given = [picture for picture in pictures if in_reach(*picture)]
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE pictures SET favourite = ? WHERE key = ? AND number = ?",
                [(int(on), *picture) for picture in given],
            )
        marks.changed(self.root, given)

    def favourites(self, pictures: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        """Return those of some pictures that are favourites.

        Args:
            pictures: each as its task's key and its place in the task.
        """
        query = Query(favourite=True, among=frozenset(pictures))
        found = set()
        for trashed in (False, True):
            where, values = condition(replace(query, trashed=trashed))
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

    def _examine(self, part: Path, task_id: str | None) -> PictureFacts:
        try:
            with guarded(part, "read"), read_plain(part) as file:
                facts = check_picture(file)
            # A PNG's checksums prove its pixels. The others have none: they are decoded once,
            # which leaves the preview behind.
            if facts.format != "png":
                thumbnail(part, PREVIEW_EDGE, cache=self.root / THUMBS, name=facts.sha256)
            return facts
        except (NotAPicture, StoreDamaged) as exc:
            with suppress(OSError):
                remove(part)
            reason = exc.message if isinstance(exc, StoreDamaged) else str(exc)
            raise DownloadFailed(
                f"A downloaded file is no picture: {reason}.", task_id=task_id
            ) from exc

    def _row(self, key: str, index: int) -> Row | None:
        rows = self._database.rows(f"{SELECT} WHERE key = ? AND number = ?", (key, index))
        return rows[0] if rows else None


def _clamped(number: int) -> int:
    return min(max(number, 0), 1 << 62)


def pixels_of(part: Path) -> tuple[int, int] | None:
    """Return width and height as a downloaded file's header says; `None` where it has none."""
    with suppress(OSError), read_plain(part) as file:
        return header_pixels(file)
    return None
