"""Saves and finds pictures with their recipes: checked, whole and on the disk before they count.

A picture's way in: the core streams it into a `Part`, which proves its bytes as they come; `admit`
sees that they are a whole picture that can be decoded, flushes them, gives them their readable
name in one step, flushes the folder, and writes the row. Pictures that arrive at the same moment
share a flush of the folder and a transaction, and those of one set a recipe file. Killed at any
point, the picture is there, or it is fetched anew by the next process that collects it; admitting
the same bytes again finds what is already in place.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from sqlite3 import Row
from typing import NamedTuple

from evolink_widgets.errors import DownloadFailed, StoreDamaged, StoreError
from evolink_widgets.images.check_picture import PictureFacts
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.database import Database, storable
from evolink_widgets.store.file_names import KEY
from evolink_widgets.store.gallery import marks
from evolink_widgets.store.gallery.marks import Marks
from evolink_widgets.store.gallery.part import Part
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet, find, read_image
from evolink_widgets.store.gallery.query import (
    COUNT,
    FACETS,
    PAGE,
    PLACES,
    TIMES,
    Facets,
    Query,
    condition,
)
from evolink_widgets.store.gallery.rows import (
    SELECT,
    NewPicture,
    NewSet,
    add_picture,
    check_key,
    find_row,
    in_reach,
    place_of,
    recipe_of,
    with_file_in_place,
    write_recipe_files,
)
from evolink_widgets.store.gallery.thumbs import PREVIEW_EDGE, thumbnail
from evolink_widgets.store.gallery.trash import Freed, Trash
from evolink_widgets.store.journal.journal import read_receipt
from evolink_widgets.store.safe_files import (
    PARTS,
    THUMBS,
    file_error,
    flush_together,
    guarded,
    holding,
    is_plain,
    is_there,
    names_in,
    own_folder,
    remove,
    take_back,
)

__all__ = ["Arrival", "Facets", "GeneratedImage", "ImageSet", "NewSet", "Query", "StoredPictures"]

log = logging.getLogger("evolink_widgets")


class Arrival(NamedTuple):
    """A fetched picture on its way into the gallery.

    Attributes:
        about: its set.
        number: its place in the set, from 0.
        part: its bytes.
        at: Unix seconds.
        are_more_coming: whether further pictures of its set are: its recipe file waits for them.
        facts: of its bytes, once they are examined.
    """

    about: NewSet
    number: int
    part: Part
    at: float
    are_more_coming: bool = False
    facts: PictureFacts | None = None

    @property
    def is_light(self) -> bool:
        """Whether it is soon examined: what is still held is all that is to be written."""
        return self.part.size == self.part.held

    def picture(self) -> NewPicture:
        """It, examined, as it is written down."""
        assert self.facts is not None
        return NewPicture(self.number, self.part.path, self.facts, self.at)


class StoredPictures:
    """The pictures of one store. Safe from any thread and process; every method blocks."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self._database = database
        self._parts: dict[tuple[str, int], Part] = {}
        self._trash = Trash(root, database)

    def part(self, key: str, index: int, *, is_new: bool = False) -> Part:
        """Return where this kernel collects a picture's bytes; the disk is not touched yet.

        The file's name is another one in each kernel, and can't be guessed.

        Args:
            key: the task's local key.
            index: the picture's place in the task, from 0.
            is_new: whether no other kernel can have begun to collect it.

        Raises:
            StoreDamaged: the key is none.
        """
        name = f"{check_key(key)}_{index + 1}"
        part = self._parts.get((key, index))
        if part is None:

            def prepare() -> None:
                folder = own_folder(self.root, PARTS)
                if not is_new:
                    # What a killed kernel, or another program, has put there is not gone on with.
                    self._drop_parts(folder, name)

            path = self.root / PARTS / f"{name}_{secrets.token_hex(16)}.part"
            part = self._parts[key, index] = Part(path, prepare)
        return part

    def part_path(self, key: str, index: int) -> Path:
        """Return where this kernel collects a picture's bytes; its folder is there afterwards.

        Raises:
            StoreDamaged: the key is none, or the folder is a link.
        """
        is_known = (key, index) in self._parts
        part = self.part(key, index)
        if not is_known:
            with guarded(self.root / PARTS, "made"):
                part.prepare()
        return part.path

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
        """Take in one picture whose file is there already: checked, named, on the disk, written.

        Args:
            key: the task's local key.
            index: the picture's place in the task, from 0.
            part: the file, in the store's folder of parts; it is gone afterwards.
            recipe: what was asked.
            now: Unix seconds.
            task_id: the service's id of the task.
            expected: how many pictures the task has; the request's n by default.
            notebook: where it was asked for, where known.

        Raises:
            DownloadFailed, StoreFull, StoreReadOnly: as `admit_together`.
        """
        about = NewSet(key, recipe, task_id, expected or recipe.request.n, now, notebook)
        there = Part(part)
        if is_there(part):
            there.read()
        (outcome,) = self.admit_together([Arrival(about, index, there, now)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def examine(self, arrival: Arrival) -> Arrival:
        """See that a picture is whole and can be decoded, and put its bytes on the disk.

        Raises:
            DownloadFailed: the bytes are no whole PNG, JPEG or WebP; fetch them again.
            StoreFull, StoreReadOnly: they can't be written.
        """
        (outcome,) = self._examined([arrival])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def admit_together(self, arrivals: Sequence[Arrival]) -> list[GeneratedImage | Exception]:
        """Take fetched pictures in: checked, named, on the disk, written down.

        Safe to repeat, from any process: the same picture is not taken in twice. One that can't
        be taken in holds up no other.

        Returns:
            For each its picture, or why it is not taken in: a `DownloadFailed` where the bytes
            are no picture, and have to be fetched again; a `StoreError` where they can't be
            written, and nothing of it is in the gallery.
        """
        try:
            with guarded(self.root / PARTS, "made"):
                parts = own_folder(self.root, PARTS)
            with guarded(parts, "opened"), holding(self.root, parts):
                return self._admitted(arrivals)
        except StoreError as error:
            return [error] * len(arrivals)

    def _admitted(self, arrivals: Sequence[Arrival]) -> list[GeneratedImage | Exception]:
        outcomes: list[GeneratedImage | Exception | None]
        outcomes = [self._found_here(arrival) for arrival in arrivals]
        left = [place for place, outcome in enumerate(outcomes) if outcome is None]
        ready: dict[int, Arrival] = {}
        for place, seen in zip(left, self._examined([arrivals[at] for at in left]), strict=True):
            if isinstance(seen, Arrival):
                ready[place] = seen
            else:
                outcomes[place] = seen
        try:
            for place, image in zip(ready, self._take_in(list(ready.values())), strict=True):
                outcomes[place] = image
        except Exception as error:
            for place, arrival in ready.items():
                try:
                    # What stopped them all may be one's alone.
                    (outcomes[place],) = [error] if len(ready) == 1 else self._take_in([arrival])
                except Exception as own:
                    outcomes[place] = own
        return [outcome for outcome in outcomes if outcome is not None]

    def _examined(self, arrivals: Sequence[Arrival]) -> list[Arrival | Exception]:
        """Write what is held of them, flush them together, and see what each is."""
        outcomes: list[Arrival | Exception] = []
        for arrival in arrivals:
            try:
                arrival.part.write()
                outcomes.append(arrival)
            except Exception as error:  # it is this one's; the others go on
                outcomes.append(error)
        written = [
            one.part.path
            for one in outcomes
            if isinstance(one, Arrival) and one.part.size and not one.facts
        ]
        flushed = dict(zip(written, flush_together(written), strict=True))
        for place, arrival in enumerate(arrivals):
            if outcomes[place] is arrival and not arrival.facts:
                try:
                    outcomes[place] = self._seen(arrival, flushed.get(arrival.part.path))
                except Exception as error:
                    outcomes[place] = error
        for arrival, outcome in zip(arrivals, outcomes, strict=True):
            if isinstance(outcome, DownloadFailed):
                outcome.task_id = arrival.about.task_id
        return outcomes

    def _seen(self, arrival: Arrival, error: OSError | None) -> Arrival:
        part = arrival.part
        try:
            if error is not None:
                raise file_error(error, part.path, "flushed to the disk") from error
            facts = part.facts()
            # A PNG's checksums prove its pixels. The others have none: they are decoded once,
            # which leaves the preview behind.
            if facts.format != "png":
                thumbnail(part.path, PREVIEW_EDGE, cache=self.root / THUMBS, name=facts.sha256)
        except StoreDamaged as exc:  # the file has become a link, say
            part.begin_anew()
            raise DownloadFailed(f"A downloaded file is no picture: {exc.message}.") from exc
        return arrival._replace(facts=facts)

    def _found_here(self, arrival: Arrival) -> GeneratedImage | Exception | None:
        """The picture, where another collector has taken it in since this one fetched it."""
        if arrival.part.size or is_there(arrival.part.path):
            return None
        try:
            row = self._row(arrival.about.key, arrival.number)
            if row is None or not is_plain(place_of(self.root, row)):
                return None
            return read_image(self.root, row, arrival.about.recipe)
        except StoreError as error:
            return error

    def _take_in(self, arrivals: Sequence[Arrival]) -> list[GeneratedImage]:
        if not arrivals:
            return []
        placed: list[tuple[Path, Path]] = []
        # A recipe file is written with the last picture of its set.
        complete = dict.fromkeys(one.about.key for one in arrivals if not one.are_more_coming)
        try:
            with (
                self._database.write() as connection,
                guarded(arrivals[0].part.path, "moved into the store"),
            ):
                for one in arrivals:
                    found = find_row(connection, one.about.key, one.number)
                    if found is None or not is_plain(place_of(self.root, found)):
                        path, new = add_picture(self.root, connection, one.about, one.picture())
                        placed += [(one.part.path, path)] if new else []
                write_recipe_files(self.root, connection, complete, [self.root])
                rows = [find_row(connection, one.about.key, one.number) for one in arrivals]
        except BaseException:
            for part, path in placed:
                with suppress(OSError):
                    take_back(part, path)
            for key in complete:
                with suppress(StoreError):
                    self.write_recipe(key)
            raise
        images = []
        for one, row in zip(arrivals, rows, strict=True):
            with suppress(OSError):
                remove(one.part.path)
            self._parts.pop((one.about.key, one.number), None)
            assert row is not None
            images.append(read_image(self.root, row, one.about.recipe))
        return images

    def write_recipe(self, key: str) -> None:
        """Write the recipe file of a set anew, where more of its pictures were to come.

        Raises:
            StoreError: it can't be written.
        """
        with self._database.write() as connection:
            write_recipe_files(self.root, connection, [key])

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
        where, values = condition(query)
        rows = self._database.rows(COUNT.format(where=where), values)
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

    def _row(self, key: str, index: int) -> Row | None:
        rows = self._database.rows(f"{SELECT} WHERE key = ? AND number = ?", (key, index))
        return rows[0] if rows else None


def _clamped(number: int) -> int:
    return min(max(number, 0), 1 << 62)
