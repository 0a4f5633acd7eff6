"""The store's one SQLite file: opened late, migrated once, shared by threads and processes.

WAL, so that readers never wait for a writer; where it can't be had (some network folders),
the DELETE journal. Every write is one `BEGIN IMMEDIATE` transaction. A *durable* one is on the
disk before `write` returns (synchronous FULL): the rows around the POST. The others survive a
killed process, and a power cut may take the last of them back (synchronous NORMAL in WAL).

Records are columns of JSON text with everything beyond ASCII escaped, so that NUL and lone
surrogates go in and come out as they were.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from evolink_widgets.errors import StoreDamaged, StoreError, StoreFull, StoreReadOnly, StoreTooNew
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.database.checking import check_files, check_schema, harden
from evolink_widgets.store.database.mounts import on_network
from evolink_widgets.store.database.schema import APPLICATION_ID, MIGRATIONS, Change
from evolink_widgets.store.process_globals import at_fork, process_global
from evolink_widgets.store.safe_files import (
    DATABASE,
    file_error,
    flush_name,
    guarded,
    make_new,
    new_name,
    remove,
)
from evolink_widgets.store.unwritten import is_library

Access = Literal["write", "read", "frozen"]

FILE = DATABASE
"""The database's name in a store's folder."""

# SQLite's primary result codes (sqlite.org/rescode.html), with the words that name them where
# Python is older than 3.11 and gives no code.
_CODES: tuple[tuple[int, str], ...] = (
    (5, "database is locked"),
    (6, "database table is locked"),
    (8, "readonly database"),
    (10, "disk I/O error"),
    (11, "malformed"),
    (13, "database or disk is full"),
    (14, "unable to open database file"),
    (26, "file is not a database"),
)

# Made once: `json.dumps` with options makes one at each call.
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=str)

_VERSION = "(SELECT user_version FROM pragma_user_version)"


class Database:
    """One SQLite file; one connection, under one lock, per object and process.

    Args:
        path: the file; its folder is made at the first write.
        busy_timeout: seconds to wait for another process's transaction. Default 10.
        vfs: an SQLite VFS by name; `None` is the platform's own.
        migrations: the schema's history; only tests pass another one.
    """

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout: float = 10.0,
        vfs: str | None = None,
        migrations: Sequence[Sequence[Change]] = MIGRATIONS,
    ) -> None:
        self.path = path
        self.busy_timeout = busy_timeout
        self.vfs = vfs
        self.migrations = migrations
        self._is_library = is_library(path.parent)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._access: Access = "write"
        self._mode = ""  # "wal" or "delete"; "read" where nothing can be written
        # Device and inode: whether the path still leads here.
        self._file: tuple[int, int] | None = None
        self._is_writing = False
        self._durable: bool | None = None
        with _REGISTRY:
            _OPEN.add(self)

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Run one transaction: all of it is written, or nothing.

        A `write` inside a `write` of the same thread joins it.

        Args:
            durable: on the disk before this returns.

        Raises:
            StoreError: and its subclasses; nothing was written then.
        """
        with self._lock, sqlite_guarded(self.path, "written"):
            connection = self._ready("write")
            if self._is_writing:
                yield connection
                return
            self._begin(connection, durable)
            self._is_writing = True
            try:
                self._check_version(connection)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.rollback()
                raise
            finally:
                self._is_writing = False

    def change(
        self,
        table: str,
        new: Mapping[str, object],
        known: Mapping[str, object],
        *,
        durable: bool = False,
    ) -> bool:
        """Change the row that still is as known: one transaction in one statement.

        Args:
            table: its name.
            new: columns to change.
            known: columns that must be as they are given.
            durable: on the disk before this returns.

        Returns:
            Whether there was such a row; in a database of a newer version there is none.

        Raises:
            StoreError: and its subclasses; nothing was written then.
        """
        columns = ", ".join(f"{name} = ?" for name in new)
        as_known = " AND ".join(f"{name} IS ?" for name in known)
        sql = f"UPDATE {table} SET {columns} WHERE {as_known} AND {_VERSION} <= ?"
        values = (*new.values(), *known.values(), len(self.migrations))
        with self._lock, sqlite_guarded(self.path, "written"):
            connection = self._ready("write")
            if not self._is_writing:
                self._be_durable(connection, durable)
            return connection.execute(sql, values).rowcount > 0

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query; none where there is no store yet (none is made)."""
        with self._lock, sqlite_guarded(self.path, "read"):
            if not self._exists():
                return []
            connection = self._ready("read")
            try:
                return connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as exc:
                if "decode to UTF-8" not in str(exc):
                    raise
                # A text damaged by hand, in one row: it must not hide the others.
                connection.text_factory = _tolerant
                try:
                    return connection.execute(sql, values).fetchall()
                finally:
                    connection.text_factory = str

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all `rows` inside tell of one moment, whatever others write meanwhile."""
        with self._lock, sqlite_guarded(self.path, "read"):
            if self._is_writing or not self._exists():
                yield
                return
            connection = self._ready("read")
            connection.execute("BEGIN")
            try:
                yield
            finally:
                if connection.in_transaction:
                    connection.rollback()

    @property
    def is_made(self) -> bool:
        """Whether its file is there: without it there is nothing to read."""
        return self._exists()

    @property
    def journal_mode(self) -> str:
        """SQLite's journal mode in use: "wal", or "delete" where WAL can't be had."""
        return str(self.rows("PRAGMA journal_mode")[0][0])

    @property
    def schema(self) -> int:
        """The number of the file's schema as it stands; 0 where there is no store yet.

        It is read beside the connection in use: nothing is made, written or brought up to date.
        """
        with self._lock, sqlite_guarded(self.path, "read"):
            if not self._exists():
                return 0
            check_files(self.path)
            access: Access = "frozen" if self._is_library else "read"
            with closing(self._sqlite(access)) as connection:
                return int(_one(connection, "PRAGMA user_version"))

    @property
    def data_version(self) -> int:
        """A number that is another one once others have written; 0 where there is no store yet.

        It may change without that, too: when the connection was opened anew.
        """
        rows = self.rows("PRAGMA data_version")
        return int(rows[0][0]) if rows else 0

    def copy_to(self, path: Path) -> None:
        """Write what it holds at one moment into a new file, which needs no other beside it.

        It is read beside the connection in use: nothing is made, written or brought up to date.
        Others may write meanwhile.
        """
        with self._lock, sqlite_guarded(self.path, "read"):
            if not self._exists():
                return
            check_files(self.path)
            with closing(self._sqlite("read")) as source, closing(sqlite3.connect(path)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        self.drop()

    def drop(self) -> None:
        """Close the connection, also one that the whole process shares."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            with suppress(Exception):  # while Python ends, anything may be gone already
                connection.close()

    def _begin(self, connection: sqlite3.Connection, durable: bool) -> None:
        self._be_durable(connection, durable)
        connection.execute("BEGIN IMMEDIATE")

    def _be_durable(self, connection: sqlite3.Connection, durable: bool) -> None:
        if connection.in_transaction:  # an interrupt came between BEGIN and its guard
            connection.rollback()
        if durable != self._durable and self._mode == "wal":
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable

    def _ready(self, access: Access) -> sqlite3.Connection:
        if self._connection is not None and not self._is_writing and self._file != self._on_disk():
            # The folder was deleted or replaced while we had it open: writing on would go to
            # a file that no later process will find.
            self.close()
        if self._connection is None:
            self._open(access)
        elif access == "write" and self._access != "write":
            self.close()
            self._open("write")
        assert self._connection is not None
        return self._connection

    def _open(self, access: Access) -> None:
        if self._is_library:
            if access == "write":
                raise StoreReadOnly(f"{self.path.parent} is a library: it is only read.")
            self._refuse_unclosed()
            self._connect("frozen")
            return
        try:
            self._connect("write")
        except StoreReadOnly:
            if access == "write":
                raise
            try:
                self._connect("read")
            except StoreReadOnly:
                self._refuse_unclosed()
                self._connect("frozen")

    def _refuse_unclosed(self) -> None:
        # The last way to read (immutable) does not look at the WAL: rows would be missing.
        wal = self.path.with_name(f"{self.path.name}-wal")
        if wal.exists() and wal.stat().st_size:
            raise StoreReadOnly(
                f"{self.path} was not closed, and its folder can't be written to.",
                advice="Copy the folder to a place that can be written to, and open it there.",
            )

    def _connect(self, access: Access) -> None:
        with sqlite_guarded(self.path, "opened"):
            if access == "write":
                folder = self.path.parent
                was_there = folder.exists()
                folder.mkdir(parents=True, exist_ok=True)
                flush_name(folder, is_new=not was_there)
                if not self._exists():
                    # SQLite would make it so that a group can't write to it, whatever the umask.
                    with suppress(FileExistsError):
                        make_new(self.path).close()
            check_files(self.path)
            connection = self._sqlite(access)
            try:
                self._mode = self._prepare(connection, access)
            except BaseException:
                connection.close()
                raise
        self._connection, self._access, self._durable = connection, access, None
        self._file = self._on_disk()

    def _sqlite(self, access: Access) -> sqlite3.Connection:
        options = {"write": "mode=rwc", "read": "mode=ro", "frozen": "mode=ro&immutable=1"}[access]
        vfs = f"&vfs={quote(self.vfs)}" if self.vfs else ""
        # Absolute: the notebook may change its folder. A leading "//" would name a host.
        name = "/" + quote(os.fsencode(self.path.absolute().as_posix())).lstrip("/")
        connection = sqlite3.connect(
            f"file:{name}?{options}{vfs}",
            uri=True,
            timeout=self.busy_timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        harden(connection)
        # kB. The default of 2,000 is less than the prompts of 10,000 pictures.
        connection.execute("PRAGMA cache_size = -8000")
        return connection

    def _prepare(self, connection: sqlite3.Connection, access: Access) -> str:
        version = self._check_whose(connection)
        if access != "write":
            if version == 0:
                raise StoreReadOnly(f"{self.path} is empty, and it can't be written to.")
            if version < len(self.migrations):
                raise StoreReadOnly(
                    f"{self.path} is from an older version, and it can't be written to.",
                    advice="Copy the folder to a place where it can be brought up to date.",
                )
            return "read"
        wished = "DELETE" if on_network(self.path.parent) else "WAL"
        mode = _journal_mode(connection, wished, self.busy_timeout)
        if mode != "wal":
            # FULL alone does not flush the folder after the journal's deletion: a power cut
            # could bring the journal back, and with it the rows from before.
            connection.execute("PRAGMA synchronous = EXTRA")
        if version < len(self.migrations):
            self._migrate(connection)
        return mode

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = self._check_whose(connection)  # another was first?
            for changes in self.migrations[version:]:
                for change in changes:
                    if callable(change):
                        change(connection)
                    else:
                        connection.execute(change)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(self.migrations)}")
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.rollback()
            raise

    def _check_whose(self, connection: sqlite3.Connection) -> int:
        """Look whether the database is ours, at one moment; return its version."""
        begin = not connection.in_transaction
        if begin:
            connection.execute("BEGIN")
        try:
            version = self._check_version(connection)
            tables = int(_one(connection, "SELECT count(*) FROM sqlite_master"))
            if tables and int(_one(connection, "PRAGMA application_id")) != APPLICATION_ID:
                raise StoreDamaged(
                    f"{self.path} is a database of another program.",
                    advice="Choose another folder with ew.configure(store=...).",
                )
            check_schema(connection, self.path, self.migrations, version)
            return version
        finally:
            if begin and connection.in_transaction:
                connection.rollback()

    def _check_version(self, connection: sqlite3.Connection) -> int:
        version = int(_one(connection, "PRAGMA user_version"))
        if version > len(self.migrations):
            raise StoreTooNew(
                f"{self.path} has schema {version}; "
                f"this version of evolink-widgets knows {len(self.migrations)}."
            )
        return version

    def _exists(self) -> bool:
        try:
            self.path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def _on_disk(self) -> tuple[int, int] | None:
        try:
            found = self.path.lstat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def insert(connection: sqlite3.Connection, table: str, columns: Mapping[str, object]) -> None:
    """Add one row; table and column names are our own, values are bound.

    Args:
        connection: in a transaction.
        table: the table's name.
        columns: the values by their columns' names.
    """
    marks = ", ".join("?" * len(columns))
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values())
    )


def dump(record: object) -> str:
    """Return `record` as one line of ASCII JSON."""
    return _ENCODER.encode(record)


def load(text: str, what: str) -> Any:
    """Return the record in `text`.

    Raises:
        StoreDamaged: `text` is not JSON; `what` names where it stands.
    """
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as exc:
        raise StoreDamaged(f"{what} is not readable JSON ({exc}).") from exc


def load_object(text: str | None, what: str) -> dict[str, Any] | None:
    """Return the JSON object in `text`; `None` where there is no text."""
    if text is None:
        return None
    record = load(text, what)
    if not isinstance(record, dict):
        raise StoreDamaged(f"{what} is not a JSON object.")
    return record


def is_number(value: object) -> bool:
    """Tell whether a value from the database is a number that can be counted with."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def storable(text: str | None) -> str | None:
    """Return `text` as UTF-8 can hold it: SQLite keeps no lone surrogates."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def sqlite_guarded(path: Path, doing: str) -> Iterator[None]:
    """Turn whatever SQLite or the disk raises inside into a `StoreError`.

    Args:
        path: the database at work; it is named in the message.
        doing: what was tried, as in `safe_files.guarded`.
    """
    with guarded(path, doing):
        try:
            yield
        except sqlite3.Error as exc:
            raise database_error(exc, path) from exc


def database_error(exc: sqlite3.Error, path: Path) -> StoreError:
    """Return the package's error for an SQLite error on the database at `path`."""
    code = _primary_code(exc)
    # 5 BUSY, 6 LOCKED; 11 CORRUPT, 26 NOTADB; 13 FULL; 8 READONLY; 10 IOERR, 14 CANTOPEN.
    if code in (5, 6):
        return StoreError(
            f"{path} is held by another program ({exc}).",
            advice="Close the program that holds it, or try again.",
        )
    if code in (11, 26):
        return StoreDamaged(f"{path} is damaged ({exc}).")
    if code == 13:
        return StoreFull(f"{path} could not be written: {exc}.")
    if code == 8:
        return StoreReadOnly(f"{path} could not be written: {exc}.")
    if code in (10, 14):
        return _ask_the_disk(exc, path)
    return StoreError(f"{path} could not be used: {exc}.")


def _primary_code(exc: sqlite3.Error) -> int | None:
    code = getattr(exc, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF
    said = str(exc)
    return next((number for number, words in _CODES if words in said), None)


def _ask_the_disk(exc: sqlite3.Error, path: Path) -> StoreError:
    # "disk I/O error" and "unable to open" keep the OS's reason to themselves (a quota, a
    # read-only mount, a file where the folder should be): a small write brings it out.
    try:
        name = path.with_name(new_name(".tmp"))
        try:
            with make_new(name) as probe:
                probe.write(bytes(65_536))
                probe.flush()
                os.fsync(probe.fileno())
        finally:
            with suppress(OSError):
                remove(name)
    except OSError as reason:
        return file_error(reason, path, "written")
    if _primary_code(exc) == 10:
        return StoreFull(f"{path} could not be written: {exc}; a disk or quota limit is reached.")
    return StoreError(f"{path} could not be opened: {exc}.")


def _tolerant(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _one(connection: sqlite3.Connection, sql: str) -> Any:
    return connection.execute(sql).fetchone()[0]


def _journal_mode(connection: sqlite3.Connection, wished: str, patience: float) -> str:
    # SQLite does not wait for others who switch the same file at that moment, so the waiting
    # is done here.
    give_up = monotonic() + patience
    while True:
        try:
            mode = str(_one(connection, f"PRAGMA journal_mode = {wished}"))
        except sqlite3.OperationalError as exc:
            if "locked" in str(exc) and monotonic() < give_up:
                time.sleep(0.005)
                continue
            # WAL needs memory shared between processes: where the folder can't give it SQLite
            # answers with another mode, or fails with any of several errors.
            if "readonly" in str(exc) or "locked" in str(exc) or wished == "DELETE":
                raise
            mode = ""
        if mode in ("wal", "delete") or wished == "DELETE":
            return mode
        wished = "DELETE"


# A connection must not cross a fork, not even unused: SQLite keeps its file locks in memory,
# the child would believe it holds them, and a third process could then truncate the shared
# index under it. So all are closed before a fork, and both sides open their own again.
_OPEN: weakref.WeakSet[Database] = process_global(f"{__name__} open", weakref.WeakSet)
_REGISTRY = process_global(f"{__name__} registry", threading.Lock)
_HELD: list[Database] = process_global(f"{__name__} held", list)


def _before_fork() -> None:
    _REGISTRY.acquire()
    for database in list(_OPEN):
        database._lock.acquire()
        _HELD.append(database)
        if not database._is_writing:
            database.drop()


def _after_fork() -> None:
    while _HELD:
        _HELD.pop()._lock.release()
    _REGISTRY.release()


at_fork(__name__, before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
