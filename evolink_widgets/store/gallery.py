"""The pictures with their recipes: checked, whole, on the disk, and only then in the gallery.

A picture's way in: the core streams it to `part_path`; `admit` looks whether the bytes are a
whole picture that can be decoded, flushes them, gives them their readable name in one step,
flushes the folder, and writes the row. Killed at any point, either the picture is there or its
`.part` file is; admitting the same bytes again finds what is already in place.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from sqlite3 import Connection, Row
from typing import TYPE_CHECKING

from evolink_widgets.errors import DownloadFailed, InvalidRequest, StoreDamaged, StoreError
from evolink_widgets.store import files
from evolink_widgets.store.border import guarded
from evolink_widgets.store.database import Database
from evolink_widgets.store.formats import EXTENSIONS, Facts, NotAPicture, examine, same_bytes
from evolink_widgets.store.names import stem
from evolink_widgets.store.pictures import GeneratedImage, ImageSet
from evolink_widgets.store.records import dump, load_object, read_receipt
from evolink_widgets.store.thumbs import PREVIEW_EDGE, thumbnail

if TYPE_CHECKING:
    from evolink_widgets.rules.recipe import Recipe

__all__ = ["Gallery", "GeneratedImage", "ImageSet"]


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
        base = self._begin(key, recipe, task_id, expected or recipe.request.n, now)
        already = self._row(key, index)
        if already is not None and (self.root / already["path"]).is_file():
            part.unlink(missing_ok=True)
            return self._image(already, recipe, task_id)
        target = self.root / f"{base}_{index + 1}{EXTENSIONS[facts.format]}"
        with guarded(target, "written"):
            path = _settle(part, target, facts)
            files.flush_folder(self.root)
        with self._database.write() as connection:
            _write_row(connection, key, index, path.name, facts, now)
            self._write_recipe(connection, key)
        row = self._row(key, index)
        assert row is not None
        return self._image(row, recipe, task_id)

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

    def _begin(
        self, key: str, recipe: Recipe, task_id: str | None, expected: int, now: float
    ) -> str:
        found = self._database.rows("SELECT stem FROM sets WHERE key = ?", (key,))
        if found:
            return str(found[0]["stem"])
        with self._database.write() as connection:
            base = self._free_stem(connection, key, recipe.request.prompt, now)
            connection.execute(
                "INSERT INTO sets (key, stem, recipe, identity, service, simulated, task_id, "
                "expected, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO NOTHING",
                (
                    key,
                    base,
                    dump(recipe.to_record()),
                    recipe.identity,
                    recipe.service,
                    recipe.service == "emulator",
                    task_id,
                    expected,
                    now,
                ),
            )
            row = connection.execute("SELECT stem FROM sets WHERE key = ?", (key,)).fetchone()
            return str(row["stem"])

    def _free_stem(self, connection: Connection, key: str, prompt: str, now: float) -> str:
        # Four letters of the key are enough nearly always; all of them always.
        for letters in (4, 8, len(key)):
            base = stem(prompt, key[:letters], now)
            if not connection.execute("SELECT 1 FROM sets WHERE stem = ?", (base,)).fetchone():
                return base
        return base

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
            files.replace(path, _readable(record))


def _settle(part: Path, target: Path, facts: Facts) -> Path:
    for candidate in files.free_names(target):
        try:
            files.place(part, candidate)
            return candidate
        except FileExistsError:
            if candidate.is_file() and same_bytes(candidate, facts):
                part.unlink(missing_ok=True)
                return candidate
    raise AssertionError("free_names has no end")


def _write_row(
    connection: Connection, key: str, index: int, name: str, facts: Facts, now: float
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO pictures (key, number, path, format, width, height, "
        "bytes_count, sha256, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            index,
            name,
            facts.format,
            facts.width,
            facts.height,
            facts.bytes_count,
            facts.sha256,
            now,
        ),
    )


def _readable(record: object) -> bytes:
    try:
        return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate in the prompt
        return (json.dumps(record, indent=2) + "\n").encode()
