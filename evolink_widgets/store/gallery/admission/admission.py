"""The way of a picture into the gallery: checked, whole and on the disk before it counts.

The core streams it into a `Part`, which proves its bytes as they come; `admit` sees that they are
a whole picture that can be decoded, flushes them, gives them their readable name in one step,
flushes the folder, and writes the row. Pictures that arrive at the same moment share a flush of
the folder and a transaction, and those of one set a recipe file. Killed at any point, the picture
is there, or it is fetched anew by the next process that collects it; admitting the same bytes
again finds what is already in place.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from sqlite3 import Row
from typing import NamedTuple

from evolink_widgets.errors import DownloadFailed, StoreDamaged, StoreError
from evolink_widgets.images.proof.check_picture import PictureFacts
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.gallery.admission.part import Part
from evolink_widgets.store.gallery.pictures import GeneratedImage, read_image
from evolink_widgets.store.gallery.rows.rows import (
    SELECT,
    NewPicture,
    NewSet,
    add_picture,
    check_key,
    find_row,
    place_of,
    write_recipe_files,
)
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

__all__ = ["Admission", "Arrival", "NewSet"]


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

    def picture(self, before: Row | None) -> NewPicture:
        """It, examined, as it is written down.

        Args:
            before: the row of a picture that was in its place, and whose file is gone. The same
                picture, fetched once more, is the favourite that it was.
        """
        assert self.facts is not None
        same = before is not None and before["sha256"] == self.facts.sha256
        marked = before is not None and same and bool(before["favourite"])
        return NewPicture(self.number, self.part.path, self.facts, self.at, marked)


class Admission:
    """What takes pictures into one store. Safe from any thread and process; every method blocks.

    Args:
        root: the store's folder.
        database: its database.
    """

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self._database = database
        self._parts: dict[tuple[str, int], Part] = {}

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
                from evolink_widgets.store.gallery.thumbnails.thumbs import PREVIEW_EDGE, thumbnail

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
        folders: set[Path] = set()
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
                        path, new = add_picture(
                            self.root, connection, one.about, one.picture(found)
                        )
                        folders.add(path.parent)
                        placed += [(one.part.path, path)] if new else []
                write_recipe_files(self.root, connection, complete, sorted(folders))
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

    def _row(self, key: str, index: int) -> Row | None:
        rows = self._database.rows(f"{SELECT} WHERE key = ? AND number = ?", (key, index))
        return rows[0] if rows else None
