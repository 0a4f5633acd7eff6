"""A library's database: read as it lies there, shared by the whole process, never written.

SQLite makes files beside a database that it opens, also to read. So this one is opened as one
that can't change (`immutable`). Where that would be wrong (it was not closed, or a store is at
work in the folder) or not enough (its schema is older), a copy is read, in a folder for temporary
files. Whether another file has come in its place, as after `git pull`, is seen at each use.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, Row
from typing import NoReturn

from evolink_widgets.errors import StoreDamaged, StoreError, StoreReadOnly, StoreTooNew
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.database.checking import check_files
from evolink_widgets.store.database.copy_aside import open_aside
from evolink_widgets.store.database.database import FILE, Access, Database, dump, sqlite_guarded
from evolink_widgets.store.file_names import DEFAULT_FOLDER
from evolink_widgets.store.process_globals import process_global

__all__ = ["Library", "LibraryDatabase", "library_database", "named"]

log = logging.getLogger("evolink_widgets")

_REPLACED = 2.0
"""Seconds after its last change in which a file may still be half written, and is tried again."""

_PREFIX = "evolink-library-"

Stamp = tuple[tuple[int, int, int, int] | None, ...]


class LibraryDatabase(Database):
    """The database of a library; `database_in` gives the one of the process.

    Args:
        root: the library's folder.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root / FILE)
        self._stamp: Stamp = ()
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._openings = 0

    def write(self, *, durable: bool = False) -> NoReturn:
        """Refuse: a library is never written to."""
        self._refuse()

    def change(
        self,
        table: str,
        new: Mapping[str, object],
        known: Mapping[str, object],
        *,
        durable: bool = False,
    ) -> bool:
        """Refuse: a library is never written to."""
        self._refuse()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query; once more where its file was changed meanwhile."""
        try:
            return super().rows(sql, values)
        except StoreError:
            with self._lock:
                if self._connection is None or self._look() == self._stamp:
                    raise
                self.drop()
            return super().rows(sql, values)

    def _refuse(self) -> NoReturn:
        raise StoreReadOnly(
            f"{self.path.parent} is a library: it is only read.",
            advice="ew.store.merge(folder) takes its pictures into your own store.",
        )

    @property
    def schema(self) -> int:
        """The number of the schema that is read: ours, for an older file is read as a copy."""
        return int(self.rows("PRAGMA user_version")[0][0])

    @property
    def data_version(self) -> int:
        """Another number once the library's file is another one."""
        with self._lock, sqlite_guarded(self.path, "read"):
            self._ready("read")
            return self._openings

    def close(self) -> None:
        """Do nothing: the whole process reads over this one connection."""

    def copy_to(self, path: Path) -> None:
        """Write what it holds into a new file; nothing is made in the library's folder."""
        with self._lock, sqlite_guarded(self.path, "read"):
            source = self._ready("read")
            with closing(sqlite3.connect(path)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")

    def drop(self) -> None:
        """Close the connection, and remove the copy where there is one."""
        with self._lock:
            super().drop()
            copy, self._copy = self._copy, None
            if copy is not None:
                with suppress(OSError):
                    copy.cleanup()

    def _exists(self) -> bool:
        return True  # `_ready` says what is wrong with one that is not there

    def _ready(self, access: Access) -> Connection:
        stamp = self._look()
        if self._connection is not None:
            # One that is gone this moment is about to be replaced; its pages are still ours.
            if stamp == self._stamp or stamp[0] is None or self._connection.in_transaction:
                return self._connection
            try:
                self._open_anew(stamp)
            except StoreError:
                if not _is_recent(stamp):
                    self.drop()
                    raise
            return self._connection
        give_up = monotonic() + _REPLACED
        while True:
            try:
                self._open_anew(stamp)
                return self._connection  # type: ignore[return-value]
            except StoreTooNew:
                raise
            except StoreError:
                if not _is_recent(stamp) or monotonic() > give_up:
                    raise
            time.sleep(0.05)
            stamp = self._look()

    def _open_anew(self, stamp: Stamp) -> None:
        if stamp[0] is None:
            raise StoreError(f"There is no store in {self.path.parent}.")
        connection, copy = self._connected(stamp)
        self.drop()
        self._connection, self._copy, self._stamp = connection, copy, stamp
        self._openings += 1

    def _connected(
        self, stamp: Stamp
    ) -> tuple[Connection, tempfile.TemporaryDirectory[str] | None]:
        with sqlite_guarded(self.path, "read"):
            check_files(self.path, names=False)
            is_closed = stamp[1:] == (None, None)
            if is_closed:
                connection = self._sqlite("frozen")
                try:
                    version = self._check_whose(connection)
                    if version == len(self.migrations):
                        return connection, None
                except BaseException:
                    connection.close()
                    raise
                connection.close()
                if version == 0:
                    raise StoreDamaged(f"{self.path} is empty.")
            copy = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
            try:
                with ExitStack() as stack:
                    aside = open_aside(self.path, Path(copy.name), stack)
                    aside.rows("PRAGMA journal_mode = DELETE")  # all of it is in one file then
                connection = aside._sqlite("frozen")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except BaseException:
                copy.cleanup()
                raise
            if os.name == "nt":  # there the name stays as long as the connection
                return connection, copy
            # The open file stays, whatever ends this process; its name would be left behind.
            copy.cleanup()
            return connection, None

    def _look(self) -> Stamp:
        """What the database's file and those beside it are now; an empty one beside it is none."""
        found: list[tuple[int, int, int, int] | None] = []
        for ending in ("", "-wal", "-journal"):
            try:
                one = self.path.with_name(f"{self.path.name}{ending}").lstat()
            except (FileNotFoundError, NotADirectoryError):
                found.append(None)
                continue
            is_none = bool(ending) and not (stat.S_ISREG(one.st_mode) and one.st_size)
            stamp = (one.st_dev, one.st_ino, one.st_size, one.st_mtime_ns)
            found.append(None if is_none else stamp)
        return tuple(found)


def _is_recent(stamp: Stamp) -> bool:
    changed = [one[3] for one in stamp if one is not None]
    return bool(changed) and abs(time.time() - max(changed) / 1e9) < _REPLACED


_databases: dict[Path, LibraryDatabase] = process_global(f"{__name__} databases", dict)


def library_database(root: Path) -> LibraryDatabase:
    """Return this process's database of a library."""
    return _databases.setdefault(root, LibraryDatabase(root))


@dataclass(frozen=True)
class Library:
    """A store that answers beside the own one, and is never written.

    Args:
        name: what it is called on screen.
        root: its folder.
    """

    name: str
    root: Path

    @property
    def database(self) -> LibraryDatabase:
        """Its database."""
        return library_database(self.root)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query; none where it can't be read, which is told once."""
        try:
            return self.database.rows(sql, values)
        except StoreError as exc:
            self.tell(exc)
            return []

    @property
    def problem(self) -> str | None:
        """Why it can't be read, and what to do; `None` where it can be."""
        try:
            self.database.rows("SELECT 1")
        except StoreError as exc:
            return self._said(exc)
        return None

    def tell(self, exc: StoreError) -> None:
        """Log once that it is left out, and why."""
        said = self._said(exc)
        if said not in _told:
            _told.add(said)
            log.warning("%s", said)

    def problem_untold(self) -> str | None:
        """What is wrong with it, where that was not said in this process before."""
        said = self.problem
        if said is None or said in _told:
            return None
        _told.add(said)
        return said

    def _said(self, exc: StoreError) -> str:
        advice = (
            "Update evolink-widgets."
            if isinstance(exc, StoreTooNew)
            else "Look at EVOLINK_LIBRARY, or ew.configure(library=...)."
        )
        return f"The library {self.name} is left out: {exc.message} {advice}"


def keys_in_both(library: Library, database: Database) -> frozenset[str]:
    """Return the keys of the sets that a store has, too: those that were taken over into it.

    Args:
        library: the library.
        database: of the other store.
    """
    rows = database.rows("SELECT count(*) FROM sets")
    if not rows or not rows[0][0]:
        return frozenset()
    try:
        now = (library.database.data_version, rows[0][0])
    except StoreError as exc:
        library.tell(exc)
        return frozenset()
    known = _in_both.get((library.root, database.path))
    if known is None or known[0] != now:
        keys = dump([row["key"] for row in library.rows("SELECT key FROM sets")])
        found = database.rows(
            "SELECT key FROM sets WHERE key IN (SELECT value FROM json_each(?))", (keys,)
        )
        known = _in_both[library.root, database.path] = now, frozenset(row["key"] for row in found)
    return known[1]


_in_both: dict[tuple[Path, Path], tuple[tuple[int, int], frozenset[str]]] = {}
"""By library and store: which keys both have, and at which of their states that was seen."""

_told: set[str] = process_global(f"{__name__} told", set)


def named(roots: Sequence[Path]) -> tuple[Library, ...]:
    """Give each of some folders a name: its own, or its parent's where that says nothing."""
    short = [_short(root) for root in roots]
    return tuple(
        Library(name if short.count(name) == 1 else str(root), root)
        for name, root in zip(short, roots, strict=True)
    )


def _short(root: Path) -> str:
    says_nothing = root.name == DEFAULT_FOLDER
    return (root.parent.name if says_nothing else "") or root.name or str(root)
