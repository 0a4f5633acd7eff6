"""The pictures with their recipes: checked, whole, on the disk, and only then in the gallery.

A picture's way in: the core streams it to `part_path`; `admit` looks whether the bytes are a
whole picture that can be decoded, flushes them, gives them their readable name in one step,
flushes the folder, and writes the row. Killed at any point, either the picture is there or its
`.part` file is; admitting the same bytes again finds what is already in place.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection, Row
from typing import TYPE_CHECKING, NamedTuple

from evolink_widgets.errors import DownloadFailed, InvalidRequest, StoreDamaged, StoreError
from evolink_widgets.store import files
from evolink_widgets.store.border import guarded
from evolink_widgets.store.database import Database, insert
from evolink_widgets.store.formats import EXTENSIONS, Facts, NotAPicture, examine, same_bytes
from evolink_widgets.store.names import stem
from evolink_widgets.store.pictures import GeneratedImage, ImageSet
from evolink_widgets.store.records import dump, load_object, read_receipt, storable
from evolink_widgets.store.thumbs import PREVIEW_EDGE, thumbnail

if TYPE_CHECKING:
    from evolink_widgets.rules.recipe import Recipe

__all__ = ["Gallery", "GeneratedImage", "ImageSet"]


class _Set(NamedTuple):
    key: str
    recipe: Recipe
    task_id: str | None
    expected: int
    now: float


class Gallery:
    """The pictures of one store. Safe from any thread and process; every method blocks."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self._database = database

    def part_path(self, key: str, index: int) -> Path:
        """Return where a picture's bytes are collected; its folder is there afterwards."""
        folder = self.root / ".parts"
        with guarded(folder, "made"):
            folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{key}_{index + 1}.part"

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

        Raises:
            DownloadFailed: the bytes are no whole PNG, JPEG or WebP; fetch them again.
            StoreFull, StoreReadOnly: nothing of it is in the gallery, `part` is still there.
        """
        facts = self._examine(part, task_id)
        with guarded(part, "flushed to the disk"):
            files.flush(part)
        already = self._row(key, index)
        if already is None or not (self.root / already["path"]).is_file():
            about = _Set(key, recipe, task_id, expected or recipe.request.n, now)
            self._take_in(index, part, facts, about)
            already = self._row(key, index)
            assert already is not None
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return self._image(already, recipe, task_id)

    def _take_in(self, index: int, part: Path, facts: Facts, about: _Set) -> None:
        placed: Path | None = None
        try:
            with self._database.write() as connection, guarded(part, "moved into the store"):
                name = f"{_set_stem(connection, about)}_{index + 1}{EXTENSIONS[facts.format]}"
                path = _equal(self.root / name, facts)
                if path is None:
                    path = placed = _place(part, self.root / name)
                    files.flush_folder(self.root)
                _write_row(connection, about, index, path.name, facts)
                self._write_recipe(connection, about.key)
        except BaseException:
            if placed is not None:
                with suppress(OSError):
                    files.take_back(part, placed)
            with suppress(StoreError), self._database.write() as connection:
                self._write_recipe(connection, about.key)
            raise

    def images(self, key: str) -> ImageSet:
        """Return the pictures of a task that are there, whatever step the task is at.

        Raises:
            StoreError: the store has no set of this key.
        """
        sets = self._database.rows(
            "SELECT sets.*, tasks.receipt FROM sets LEFT JOIN tasks USING (key) WHERE key = ?",
            (key,),
        )
        if not sets:
            raise StoreError(f"The store in {self.root} has no pictures of task {key}.")
        recipe = self._recipe(sets[0])
        rows = self._database.rows("SELECT * FROM pictures WHERE key = ? ORDER BY number", (key,))
        images = [self._image(row, recipe, sets[0]["task_id"]) for row in rows]
        return ImageSet(
            [image for image in images if image.path.is_file()],
            key=key,
            recipe=recipe,
            receipt=read_receipt(sets[0]["receipt"]),
            expected=sets[0]["expected"],
        )

    def _examine(self, part: Path, task_id: str | None) -> Facts:
        try:
            with guarded(part, "read"):
                facts = examine(part)
            # The one full decoding: it proves the pixels, and leaves the preview behind.
            thumbnail(part, PREVIEW_EDGE, cache=self.root / ".thumbs", name=facts.sha256)
            return facts
        except (NotAPicture, StoreDamaged) as exc:
            part.unlink(missing_ok=True)
            reason = exc.message if isinstance(exc, StoreDamaged) else str(exc)
            raise DownloadFailed(
                f"A downloaded file is no picture: {reason}.", task_id=task_id
            ) from exc

    def _row(self, key: str, index: int) -> Row | None:
        rows = self._database.rows(
            "SELECT * FROM pictures WHERE key = ? AND number = ?", (key, index)
        )
        return rows[0] if rows else None

    def _recipe(self, row: Row) -> Recipe:
        from evolink_widgets.rules.recipe import Recipe

        what = f"the recipe of set {row['key']}"
        try:
            return Recipe.from_record(load_object(row["recipe"], what))
        except InvalidRequest as exc:
            raise StoreDamaged(f"In {self.root}, {what} is no recipe: {exc.message}") from exc

    def _image(self, row: Row, recipe: Recipe, task_id: str | None) -> GeneratedImage:
        path = self.root / row["path"]
        if path.parent != self.root or path.name in ("", ".", ".."):
            raise StoreDamaged(f"The database names a picture outside the store: {row['path']!r}.")
        return GeneratedImage(
            path=path,
            index=row["number"],
            width=row["width"],
            height=row["height"],
            format=row["format"],
            task_key=row["key"],
            task_id=task_id,
            recipe=recipe,
            simulated=recipe.service == "emulator",
            created_at=row["created_at"],
            bytes_count=row["bytes_count"],
            sha256=row["sha256"],
        )

    def _write_recipe(self, connection: Connection, key: str) -> None:
        found = connection.execute("SELECT * FROM sets WHERE key = ?", (key,)).fetchone()
        if found is None:
            return
        pictures = connection.execute(
            "SELECT * FROM pictures WHERE key = ? ORDER BY number", (key,)
        ).fetchall()
        record = {
            "format": "evolink-widgets recipe 1",
            "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(found["created_at"])),
            "task": {"key": key, "id": found["task_id"]},
            "simulated": bool(found["simulated"]),
            "recipe": load_object(found["recipe"], f"the recipe of set {key}"),
            "pictures": [
                {
                    "file": row["path"],
                    "index": row["number"],
                    "width": row["width"],
                    "height": row["height"],
                    "sha256": row["sha256"],
                }
                for row in pictures
            ],
        }
        path = self.root / f"{found['stem']}.json"
        with guarded(path, "written"):
            if not pictures:
                path.unlink(missing_ok=True)
                return
            files.replace(path, _readable(record))


def _set_stem(connection: Connection, about: _Set) -> str:
    key, recipe = about.key, about.recipe
    found = connection.execute("SELECT stem FROM sets WHERE key = ?", (key,)).fetchone()
    if found is not None:
        return str(found["stem"])
    # Four letters of the key are enough nearly always; all of them always.
    for letters in (4, 8, len(key)):
        name = stem(recipe.request.prompt, key[:letters], about.now)
        if not connection.execute("SELECT 1 FROM sets WHERE stem = ?", (name,)).fetchone():
            break
    columns = {
        "key": key,
        "stem": name,
        "recipe": dump(recipe.to_record()),
        "identity": recipe.identity,
        "service": recipe.service,
        "simulated": recipe.service == "emulator",
        "task_id": storable(about.task_id),
        "expected": about.expected,
        "created_at": about.now,
    }
    insert(connection, "sets", columns)
    return name


def _equal(target: Path, facts: Facts) -> Path | None:
    # A process killed after the file got its name and before its row was written leaves it
    # under one of these names.
    for candidate in files.free_names(target):
        if not candidate.exists():
            return None
        if candidate.is_file() and same_bytes(candidate, facts):
            return candidate
    return None


def _place(part: Path, target: Path) -> Path:
    for candidate in files.free_names(target):
        try:
            files.place(part, candidate)
            return candidate
        except FileExistsError:
            continue
    raise AssertionError("free_names has no end")


def _write_row(connection: Connection, about: _Set, index: int, name: str, facts: Facts) -> None:
    connection.execute("DELETE FROM pictures WHERE key = ? AND number = ?", (about.key, index))
    columns = {
        "key": about.key,
        "number": index,
        "path": name,
        "format": facts.format,
        "width": facts.width,
        "height": facts.height,
        "bytes_count": facts.bytes_count,
        "sha256": facts.sha256,
        "created_at": about.now,
    }
    insert(connection, "pictures", columns)


def _readable(record: object) -> bytes:
    try:
        return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate in the prompt
        return (json.dumps(record, indent=2) + "\n").encode()
