"""A database that another program may be writing to: copied aside, and looked at there."""

from __future__ import annotations

import functools
import itertools
import shutil
import sqlite3
import stat
from contextlib import ExitStack, closing
from pathlib import Path

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.store.border import guarded
from evolink_widgets.store.database import Database
from evolink_widgets.store.schema import MIGRATIONS

_LARGEST_DATABASE = 4_000_000_000
_TRIES = 5


def open_aside(path: Path, folder: Path, stack: ExitStack) -> Database:
    """Open a copy of their database, brought up to date."""
    aside = _copy_aside(path, folder)
    database = Database(aside)
    stack.callback(database.close)
    try:
        _check_schema(aside)
        for table, columns in _our_columns().items():
            theirs = {row["name"] for row in database.rows(f"PRAGMA table_info({table})")}
            if not columns <= theirs:
                raise StoreDamaged(f"{aside} is no store of ours: its table {table} is another.")
    except StoreError as exc:
        said = exc.message.replace(str(aside), str(path))
        raise type(exc)(said, advice=exc.advice) from exc
    return database


def _copy_aside(path: Path, folder: Path) -> Path:
    """Copy a database that another program may be writing to; return the copy."""
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


def _check_schema(path: Path) -> None:
    """Look for what no store of ours has, before anything in the schema is run."""
    with guarded(path, "read"), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise StoreDamaged(f"{path} is damaged.")
        odd = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index') "
            "OR sql LIKE 'CREATE VIRTUAL%'"
        ).fetchone()[0]
        if odd:
            raise StoreDamaged(f"{path} holds views or triggers, which no store has.")


@functools.lru_cache(maxsize=1)
def _our_columns() -> dict[str, set[str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for change in itertools.chain.from_iterable(MIGRATIONS):
            if callable(change):
                change(connection)
            else:
                connection.execute(change)
        return {
            table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for table in ("sets", "pictures", "tasks", "ledger", "ledger_scopes", "presets")
        }
