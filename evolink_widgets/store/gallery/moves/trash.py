"""Deletes and restores pictures: their files move to `.trash` in the store, and back.

A picture's row says where its file belongs. The file gets its new name inside the transaction
that changes the row, and loses the old one after it, when the recipe file has followed: killed
in between, it has both names. (Where the file system knows no links it has one of them, perhaps
not the one that the row says.) `rows.with_file_in_place` puts that right when the picture is
looked at next.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, Row

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.file_names import TRASH, in_database, inside
from evolink_widgets.store.gallery.rows.kinds import recounted
from evolink_widgets.store.gallery.rows.rows import (
    already_there,
    facts_of,
    find_row,
    home_of,
    in_reach,
    is_digest,
    place_free,
    place_of,
    spell_as_in,
    write_recipe_file,
)
from evolink_widgets.store.safe_files import (
    THUMBS,
    flush_folder,
    guarded,
    is_plain,
    lasting_folder,
    names_in,
    remove,
    take_back,
)
from evolink_widgets.store.spent_sums import uncount
from evolink_widgets.text.wording import counted

log = logging.getLogger("evolink_widgets")

Picture = tuple[str, int]

_MOVE = "UPDATE pictures SET path = ?, trashed_at = ? WHERE key = ? AND number = ?"


@dataclass(frozen=True)
class Freed:
    """What emptying the trash has deleted.

    Args:
        pictures: how many pictures.
        bytes: how much their files and small copies took on the disk.

    Example:
        >>> freed = ew.store.empty_trash()
        >>> isinstance(freed, ew.store.Freed), freed.pictures
        (True, 0)
    """

    pictures: int = 0
    bytes: int = 0

    def __str__(self) -> str:
        return f"{counted(self.pictures, 'picture')} deleted, {self.bytes / 1e6:,.1f} MB freed"


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

    def _move(self, key: str, numbers: list[int], trashed_at: float | None) -> int:
        folder = self.root if trashed_at is None else self.root / TRASH
        moved: dict[int, tuple[Path, Path]] = {}
        try:
            with self._database.write() as connection, guarded(folder, "written"):
                if trashed_at is not None:
                    lasting_folder(self.root, TRASH)
                for number in numbers:
                    row = find_row(connection, key, number)
                    if row is None or (row["trashed_at"] is None) == (trashed_at is None):
                        continue
                    if trashed_at is None:
                        folder = home_of(self.root, connection, str(row["path"]))
                    pair = self._place(connection, row, folder)
                    if pair is None:
                        continue
                    moved[number] = pair
                    with recounted(connection, key):
                        connection.execute(
                            _MOVE, (in_database(pair[1].name), trashed_at, key, number)
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
        # names go last: killed before, they tell `with_file_in_place` that there is more to do.
        with suppress(StoreError), self._database.write() as connection:
            with suppress(StoreDamaged):  # a set without a recipe has no recipe file to follow
                write_recipe_file(self.root, connection, key)
            for number, (source, target) in moved.items():
                row = find_row(connection, key, number)
                if row is None or place_of(self.root, row) != target or not is_plain(target):
                    continue  # another process has moved it again
                with suppress(OSError):
                    remove(source)

    def _place(self, connection: Connection, row: Row, folder: Path) -> tuple[Path, Path] | None:
        picture = (row["key"], row["number"])
        spell_as_in(self.root, row)
        source, target = place_of(self.root, row), inside(folder, row["path"])
        there = already_there(connection, target, facts_of(row), picture)
        if there is not None:  # killed in the middle of this very move
            return source, there
        if not is_plain(source):
            return None
        return source, place_free(connection, source, target, picture)

    def _delete(self, key: str, number: int, before: float) -> int | None:
        """Delete one picture; return the bytes that it took, `None` where it is kept."""
        with self._database.write() as connection:
            row = find_row(connection, key, number)
            if row is None or row["trashed_at"] is None or row["trashed_at"] >= before:
                return None
            place = place_of(self.root, row)
            uncount(connection, key)
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


def _remove(path: Path) -> int:
    """Remove a file; return its bytes, 0 where another name still keeps them."""
    size = 0
    with suppress(OSError):
        found = path.lstat()
        size = found.st_size if found.st_nlink <= 1 else 0
    remove(path)
    return size


def _by_set(pictures: Iterable[Picture]) -> list[tuple[str, list[int]]]:
    sets: dict[str, list[int]] = {}
    for key, number in pictures:
        if in_reach(key, number):
            sets.setdefault(key, []).append(number)
    return list(sets.items())
