"""Copies a database that another program may be writing to, and checks the copy."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import ExitStack, closing
from pathlib import Path

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.store.database.checking import REMOVES, harden, removes_another
from evolink_widgets.store.database.database import Database, sqlite_guarded
from evolink_widgets.store.safe_files import NotPlain, guarded

_LARGEST_DATABASE = 4_000_000_000
_TRIES = 5


def open_aside(path: Path, folder: Path, stack: ExitStack) -> Database:
    """Open a copy of their database, brought up to date.

    Args:
        path: the other store's database.
        folder: an empty folder of ours, for the copy.
        stack: closes the copy when it ends.
    """
    aside = copy_aside(path, folder)
    database = Database(aside)
    stack.callback(database.close)
    try:
        _check_whole(aside)
        database.rows("SELECT 1")  # opens it, which looks at its schema
    except StoreError as exc:
        said = exc.message.replace(str(aside), str(path))
        raise type(exc)(said, advice=exc.advice) from exc
    return database


def copy_aside(path: Path, folder: Path) -> Path:
    """Copy a database that another program may be writing to; return the copy.

    Args:
        path: the database; what SQLite keeps beside it is copied, too.
        folder: an empty folder of ours.

    Raises:
        StoreDamaged: a file is no plain one, or its journal would have SQLite remove another.
        StoreError: it is written to all the time, or can't be copied.
    """
    names = (path.name, f"{path.name}-wal", f"{path.name}-journal")
    for _ in range(_TRIES):
        before = [_state(path.with_name(name)) for name in names]
        for name, there in zip(names, before, strict=True):
            source, target = path.with_name(name), folder / name
            target.unlink(missing_ok=True)
            if there is None:
                continue
            with guarded(source, "copied"):
                shutil.copyfile(source, target, follow_symlinks=False)
        if before == [_state(path.with_name(name)) for name in names]:
            journal = names[-1]
            with guarded(path, "copied"):
                if removes_another(folder / journal):
                    raise NotPlain(path.with_name(journal), REMOVES)
            return folder / path.name
    raise StoreError(
        f"{path} is being written to all the time.", advice="Stop what writes to it, and try again."
    )


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise StoreDamaged(f"{path} is no plain file.")
    if found.st_size > _LARGEST_DATABASE:
        raise StoreDamaged(f"{path} has {found.st_size:,} bytes.")
    return found.st_size, found.st_mtime_ns, found.st_ino


def _check_whole(path: Path) -> None:
    """Look whether its pages hang together; a large one takes a moment."""
    with sqlite_guarded(path, "read"), closing(sqlite3.connect(path)) as connection:
        harden(connection)
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise StoreDamaged(f"{path} is damaged.")
