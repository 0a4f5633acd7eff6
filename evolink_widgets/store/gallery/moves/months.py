"""Gives a large store a folder for each month, and moves its pictures there in small steps.

A small store is one folder. Past `MANY` pictures new ones go to the folder of their month, and
those from before are moved: each file gets its new name beside the old one, the folder is
flushed, and the old names go last. Rows are not touched, for a file's name says where it may be
(`rows.place_of`). So whatever a killed process leaves is a file with one name or with both, and
the next one goes on.

A step holds the store's lock for a few milliseconds: no other process writes, moves or deletes
those pictures meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection, Row

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.moved_files import month_of
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.database.database import Database, dump
from evolink_widgets.store.file_names import inside
from evolink_widgets.store.gallery.rows.rows import MONTHS_NOTE, has_months
from evolink_widgets.store.safe_files import (
    flush_folder,
    guarded,
    is_plain,
    is_there,
    lasting_folder,
    place,
    remove,
    sha256_of,
    size_of,
)

__all__ = ["MANY", "is_tidy", "move_some"]

MANY = 1_000
"""Pictures that one folder may hold: a file browser shows them, and links to them stay right."""

_AT_ONCE = 64
_SECONDS = 0.02
"""For how long a step moves files, about."""

_SETS = "SELECT key, stem FROM sets WHERE key > ? ORDER BY key LIMIT ?"
_PICTURES = "SELECT * FROM pictures WHERE key = ? AND trashed_at IS NULL ORDER BY number"


def is_tidy(database: Database, many: int = MANY) -> bool:
    """Tell whether there is nothing to move: the store is small, or all is in its months.

    Args:
        database: the store's.
        many: how many pictures one folder may hold.
    """
    notes = database.rows("SELECT record FROM notes WHERE name = ?", (MONTHS_NOTE,))
    if notes:
        return str(notes[0]["record"]) == _DONE
    rows = database.rows("SELECT coalesce(sum(pictures), 0) FROM kinds")
    return not rows or rows[0][0] <= many


def move_some(root: Path, database: Database, after: str = "") -> str | None:
    """Move the files of some sets, in the order of their keys.

    Args:
        root: the store's folder.
        database: its database.
        after: the key that the last step ended with.

    Returns:
        The key that this step ended with; `None` once all are moved.

    Raises:
        StoreError: the store can't be written to; what was moved before stays so.
    """
    until = monotonic() + _SECONDS
    last = after
    with database.write() as connection, guarded(root, "written"):
        if not has_months(connection):
            _note(connection, _BEGUN)
        rows = connection.execute(_SETS, (after, _AT_ONCE)).fetchall()
        old: list[Path] = []
        folders: set[Path] = set()
        for row in rows:
            with suppress(StoreDamaged):  # what is damaged stays where it is
                _give_new_names(root, connection, row, old, folders)
            last = row["key"]
            if monotonic() > until:
                break
        for folder in folders:
            flush_folder(folder)
        for path in old:
            remove(path)
        if rows:
            return last
        _note(connection, _DONE)
    flush_folder(root)
    return None


_BEGUN, _DONE = dump({"moved": False}), dump({"moved": True})


def _note(connection: Connection, record: str) -> None:
    connection.execute(
        "INSERT INTO notes (name, record) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET record = excluded.record",
        (MONTHS_NOTE, record),
    )


def _give_new_names(
    root: Path, connection: Connection, found: Row, old: list[Path], folders: set[Path]
) -> None:
    for row in connection.execute(_PICTURES, (found["key"],)).fetchall():
        _give_new_name(root, row["path"], row["bytes_count"], row["sha256"], old, folders)
    _give_new_name(root, f"{found['stem']}.json", None, None, old, folders)


def _give_new_name(
    root: Path,
    name: object,
    size: int | None,
    digest: str | None,
    old: list[Path],
    folders: set[Path],
) -> None:
    flat = inside(root, name)
    month = month_of(flat.name)
    if month is None or not is_plain(flat):
        return
    folder = lasting_folder(root, month)
    target = inside(folder, name)
    # An empty one was left where the file system knows no links, by a process that was killed.
    if is_plain(target) and size_of(target) == 0:
        remove(target)
    if not is_there(target):
        place(flat, target)
    elif digest is not None and (size_of(target) != size or sha256_of(target) != digest):
        return  # a file of the user's has that name: the picture stays where it is
    folders.add(folder)
    if is_there(flat):
        old.append(flat)
