"""Checks that a database is one of ours, before any SQL that stands in it is run.

A schema is code: its triggers, views and generated columns run when a row is read or written.
So nothing but what our own migrations make is gone on with, and what SQLite has against
databases of strangers is switched on (https://sqlite.org/security.html).
"""

from __future__ import annotations

import functools
import os
import sqlite3
import stat
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.database.schema import Change
from evolink_widgets.store.safe_files import NotPlain, read_plain

__all__ = ["REMOVES", "check_files", "check_schema", "harden", "removes_another"]

BESIDE = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database."""

REMOVES = "with it SQLite would remove another file, which it names"
"""What is wrong with a journal that `removes_another`."""

_JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""How a rollback journal begins; so does one end that names another file."""

_LONGEST_VALUE = 64_000_000
_BY_STRANGERS = (
    "Something else has changed it, or it is a stranger's: nothing in it was run, and nothing was "
    "changed. Choose another folder with ew.configure(store=...); ew.store.merge(...) takes the "
    "pictures over."
)

# What ANALYZE writes down; it holds numbers, and no code.
_FROM_ANALYZE = (
    "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
)

Schema = frozenset[tuple[str, str, str, str | None]]


def check_files(path: Path, *, names: bool = True) -> None:
    """Look whether the database and the files beside it are plain files, before SQLite does.

    SQLite follows links, and writes to where they lead.

    Args:
        path: the database.
        names: whether a second name elsewhere is wrong, too: not for what is only read.

    Raises:
        NotPlain: one is a link, a device, or has a second name elsewhere; or a journal names
            another file.
        OSError: that can't be seen.
    """
    for ending in ("", *BESIDE):
        file = path.with_name(f"{path.name}{ending}") if ending else path
        try:
            found = file.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(found.st_mode):
            what = "a link" if stat.S_ISLNK(found.st_mode) else "no plain file"
            raise NotPlain(file, f"it is {what}")
        if names and found.st_nlink > 1:
            raise NotPlain(file, "it has a second name elsewhere")
        if ending == "-journal" and removes_another(file):
            raise NotPlain(file, REMOVES)


def removes_another(journal: Path) -> bool:
    """Whether a rollback journal names a file that goes with it; any file, whoever's it is.

    SQLite names so what several databases in one transaction have in common. A store is alone.

    Args:
        journal: the file; it need not be there.

    Raises:
        OSError: it can't be read.
    """
    with suppress(FileNotFoundError), read_plain(journal) as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(_JOURNAL)))
        return file.read() == _JOURNAL
    return False


def harden(connection: sqlite3.Connection) -> None:
    """Let SQLite trust nothing that stands in the database."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    if sys.version_info >= (3, 11):
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)


def check_schema(
    connection: sqlite3.Connection,
    path: Path,
    migrations: Sequence[Sequence[Change]],
    version: int,
) -> None:
    """Look whether the schema is what our migrations make; to be called in a transaction.

    Args:
        connection: the database.
        path: its file, for the message.
        migrations: the schema's history.
        version: how many of them the database says it has had.

    Raises:
        StoreDamaged: it is another one.
    """
    if version < 0:
        raise StoreDamaged(f"{path} is no store of ours: its version is {version}.")
    found = _schema_of(connection)
    ours = _schema_after(tuple(tuple(changes) for changes in migrations[:version]))
    if found == ours:
        return
    runs = sorted(f"the {kind} {name}" for kind, name, _, _ in found if kind in ("view", "trigger"))
    if runs:
        said = f"holds views or triggers, which no store has: {runs[0]:.80}"
    elif others := sorted(name for _, name, _, _ in found - ours):
        said = f"is no store of ours: its table or index {others[0]!r:.80} is another"
    else:
        missing = sorted(name for _, name, _, _ in ours - found)
        said = f"is no store of ours: its table or index {missing[0]!r:.80} is missing"
    raise StoreDamaged(f"{path} {said}.", advice=_BY_STRANGERS)


def _schema_of(connection: sqlite3.Connection) -> Schema:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return frozenset(
        (str(kind), str(name), str(table), sql if sql is None else " ".join(str(sql).split()))
        for kind, name, table, sql in rows
        if sql not in _FROM_ANALYZE
    )


@functools.lru_cache(maxsize=16)
def _schema_after(migrations: tuple[tuple[Change, ...], ...]) -> Schema:
    with closing(sqlite3.connect(":memory:")) as connection:
        for changes in migrations:
            for change in changes:
                if callable(change):
                    change(connection)
                else:
                    connection.execute(change)
        return _schema_of(connection)
