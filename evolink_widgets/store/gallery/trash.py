"""Deletes and restores pictures: their files move to `.trash` in the store, and back.

A picture's row says where its file belongs. The file gets its new name inside the transaction
that changes the row, and loses the old one after it, when the recipe file has followed: killed
in between, it has both names. (Where the file system knows no links it has one of them, perhaps
not the one that the row says.) `settled` puts that right when the picture is looked at next.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, Row

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.images.formats import PictureFacts
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.file_names import TRASH, in_database, inside
from evolink_widgets.store.gallery.rows import (
    SELECT,
    already_there,
    in_reach,
    is_digest,
    place_free,
    place_of,
    write_recipe_file,
)
from evolink_widgets.store.safe_files import (
    THUMBS,
    flush_folder,
    guarded,
    is_plain,
    names_in,
    own_folder,
    remove,
    take_back,
)
from evolink_widgets.text import counted

Picture = tuple[str, int]


@dataclass(frozen=True)
class Freed:
    """What emptying the trash has deleted.

    Args:
        pictures: how many pictures.
        bytes: how much their files and small copies took on the disk.
    """

    pictures: int = 0
    bytes: int = 0

    def __str__(self) -> str:
        return f"{counted(self.pictures, 'picture')} deleted, {self.bytes / 1e6:,.1f} MB freed"


log = logging.getLogger("evolink_widgets")


class Trash:
    """The deleted pictures of one store, and their way in and out."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self._database = database

    def put_in(self, pictures: Iterable[Picture], now: float) -> int:
        """Move pictures to the trash, one set after the other; return how many."""
        return sum(self._move(key, some, now) for key, some in _by_set(pictures))

    def take_out(self, pictures: Iterable[Picture]) -> int:
        """Bring pictures back, one set after the other; return how many."""
        return sum(self._move(key, some, None) for key, some in _by_set(pictures))

    def empty(self, before: float) -> Freed:
        """Delete for good what was put in before this Unix second."""
        rows = self._database.rows(
            "SELECT * FROM pictures WHERE trashed_at IS NOT NULL AND trashed_at < ?", (before,)
        )
        freed: list[int] = []
        for row in rows:
            try:
                size = self._delete(row["key"], row["number"], before)
            except StoreDamaged as exc:  # one damaged row must not keep the others
                log.warning("%s", exc)
            else:
                freed += [] if size is None else [size]
        return Freed(len(freed), sum(freed))

    def settled(self, row: Row) -> Row:
        """Return a picture's row as it is once its file lies where the row says.

        Nearly always that is the row as it was given: only a process killed in the middle of a
        move leaves anything to do.
        """
        other = self._other_place(row)
        if not is_plain(other) or _is_strangers(other, place_of(self.root, row)):
            return row
        with suppress(StoreError), self._database.write() as connection:
            # Under the lock no other process is moving it.
            fresh = _row(connection, row["key"], row["number"])
            if fresh is None:
                return row
            self._put_right(connection, fresh)
            return _row(connection, row["key"], row["number"]) or row
        return row

    def _move(self, key: str, numbers: list[int], trashed_at: float | None) -> int:
        folder = self.root if trashed_at is None else self.root / TRASH
        moved: dict[int, tuple[Path, Path]] = {}
        try:
            with self._database.write() as connection, guarded(folder, "written"):
                if trashed_at is not None:
                    own_folder(self.root, TRASH)
                for number in numbers:
                    row = _row(connection, key, number)
                    if row is None or (row["trashed_at"] is None) == (trashed_at is None):
                        continue
                    pair = self._place(connection, row, folder)
                    if pair is None:
                        continue
                    moved[number] = pair
                    connection.execute(
                        "UPDATE pictures SET path = ?, trashed_at = ? WHERE key = ? AND number = ?",
                        (in_database(pair[1].name), trashed_at, key, number),
                    )
                flush_folder(folder)
        except BaseException:
            for source, target in moved.values():
                with suppress(OSError):
                    take_back(source, target)
            raise
        self._drop_old_names(key, moved)
        return len(moved)

    def _drop_old_names(self, key: str, moved: dict[int, tuple[Path, Path]]) -> None:
        # Only now: until the row was written, the file had to be where the old one said. The
        # names go last: killed before, they tell `settled` that something is left to do.
        with suppress(StoreError), self._database.write() as connection:
            self._write_recipe(connection, key)
            for number, (source, target) in moved.items():
                row = _row(connection, key, number)
                if row is None or place_of(self.root, row) != target or not is_plain(target):
                    continue  # another process has moved it again
                with suppress(OSError):
                    remove(source)

    def _place(self, connection: Connection, row: Row, folder: Path) -> tuple[Path, Path] | None:
        picture = (row["key"], row["number"])
        source, target = place_of(self.root, row), inside(folder, row["path"])
        there = already_there(connection, target, _facts(row), picture)
        if there is not None:  # killed in the middle of this very move
            return source, there
        if not is_plain(source):
            return None
        return source, place_free(connection, source, target, picture)

    def _put_right(self, connection: Connection, row: Row) -> None:
        place, picture = place_of(self.root, row), (row["key"], row["number"])
        other = self._other_place(row)
        with guarded(place, "put in its place"):
            if is_plain(place):  # it has both names
                if is_plain(other) and not _is_strangers(other, place):
                    self._write_recipe(connection, row["key"])
                    remove(other)
                return
            found = already_there(connection, other, _facts(row), picture)
            if found is None:
                return
            if place.parent.name == TRASH:
                own_folder(self.root, TRASH)
            placed = place_free(connection, found, place, picture)
            connection.execute(
                "UPDATE pictures SET path = ? WHERE key = ? AND number = ?",
                (in_database(placed.name), *picture),
            )
            self._write_recipe(connection, row["key"])
            remove(found)

    def _write_recipe(self, connection: Connection, key: str) -> None:
        with suppress(StoreDamaged):  # a set without a recipe has no recipe file to follow
            write_recipe_file(self.root, connection, key)

    def _delete(self, key: str, number: int, before: float) -> int | None:
        """Delete one picture; return the bytes that it took, `None` where it is kept."""
        with self._database.write() as connection:
            row = _row(connection, key, number)
            if row is None or row["trashed_at"] is None or row["trashed_at"] >= before:
                return None
            place = place_of(self.root, row)
            connection.execute("DELETE FROM pictures WHERE key = ? AND number = ?", (key, number))
            with guarded(place, "deleted"):
                freed = _remove(place)
        if is_digest(row["sha256"]):
            thumbs = self.root / THUMBS
            for small in names_in(thumbs):
                if small.startswith(f"{row['sha256'][:32]}_"):
                    with suppress(OSError):
                        freed += _remove(thumbs / small)
        return freed

    def _other_place(self, row: Row) -> Path:
        folder = self.root / TRASH if row["trashed_at"] is None else self.root
        return inside(folder, row["path"])


def _is_strangers(other: Path, place: Path) -> bool:
    """Tell whether `other` is a file of its own beside the picture that is in its place."""
    with suppress(OSError):
        return is_plain(place) and not other.samefile(place)
    return False


def _remove(path: Path) -> int:
    """Remove a file; return its bytes, 0 where another name still keeps them."""
    size = 0
    with suppress(OSError):
        found = path.lstat()
        size = found.st_size if found.st_nlink <= 1 else 0
    remove(path)
    return size


def _row(connection: Connection, key: str, number: int) -> Row | None:
    found: Row | None = connection.execute(
        f"{SELECT} WHERE key = ? AND number = ?", (key, number)
    ).fetchone()
    return found


def _facts(row: Row) -> PictureFacts:
    return PictureFacts(
        row["format"], row["width"], row["height"], row["bytes_count"], row["sha256"]
    )


def _by_set(pictures: Iterable[Picture]) -> list[tuple[str, list[int]]]:
    sets: dict[str, list[int]] = {}
    for key, number in pictures:
        if in_reach(key, number):
            sets.setdefault(key, []).append(number)
    return list(sets.items())
