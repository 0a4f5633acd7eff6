"""Runs what changes the books one after another, many to a commit, on a thread of its own.

What only reads them has a thread beside it, and waits for no flush.

A flush to the disk takes as long for one change as for fifty. Those that come before one begins
share it, and one call wakes all of a loop that wait for it. A `Refusal` undoes nothing, of its
neighbours or of what it has written down about itself. Whatever else a change raises, such as
what the database refuses, voids the transaction; then each of them is done again by itself, or
hears that the connection is lost.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, Union

import sqlalchemy as sql

from evolink_widgets.course.books.asks import Refusal
from evolink_widgets.errors import ConfigurationError

__all__ = ["Transactions"]

T = TypeVar("T")

_TOGETHER = 50
"""Changes in one commit at most."""

_QUIET = 1.0
"""Seconds without a change after which SQLite's log is put into its file: two more flushes, which
otherwise fall upon whoever fills the thousandth page of the log."""
_LOGGED = 10_000
"""Pages of that log at which it is done at once, where a class is never quiet: 40 MB."""

_LOCK = 0x45564C43
"""PostgreSQL's advisory lock of a course: two gateways never reserve at the same time."""
_ONE_GATEWAY_AT_A_TIME = sql.text(f"SELECT pg_advisory_xact_lock({_LOCK})")


class Transactions:
    """Transactions on one database; each sees what was told as done before it was asked for.

    Args:
        url: `sqlite:///course.sqlite`, or `postgresql+psycopg://…`.
        reads: they only read: they wait for none that writes, and share nothing with each other,
            as one that came later would not see what was written meanwhile.

    Raises:
        ConfigurationError: the database can't be opened.
    """

    def __init__(self, url: str, *, reads: bool = False) -> None:
        self._reads = reads
        if _is_in_memory(url):
            raise ConfigurationError(
                "The books can't be kept in memory: what was paid for would end with the gateway.",
                advice="Give a path of a file, such as --books course.sqlite.",
            )
        try:
            # A server that was restarted leaves connections that are dead: each is tried first.
            self._engine = sql.create_engine(
                url,
                pool_pre_ping=not url.startswith("sqlite"),
                hide_parameters=True,  # prompts and hashes of tokens, in an error that is logged
            )
            if self._engine.dialect.name == "sqlite":
                _prepare_sqlite(self._engine, reads)
            with self._engine.connect():
                pass
        except (sql.exc.SQLAlchemyError, ImportError) as error:
            # Its text may hold the password of the address.
            raise ConfigurationError(
                f"The books can't be opened: {type(error).__name__}.",
                advice="Give a path of a file, or postgresql+psycopg://user:password@host/name.",
            ) from None
        self._waiting: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._is_closed = False
        self._is_tidy = True
        name = "evolink-course-" + ("readings" if reads else "books")
        self._thread = threading.Thread(target=self._work, name=name)
        self._thread.start()

    async def run(self, change: Callable[[sql.Connection], T]) -> T:
        """Do it in a transaction; what it returns is written for good by then.

        It is done also where the caller is cancelled: what the service said must be in the books.

        Raises:
            SQLAlchemyError: the database does not take it, or was let go of.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put((change, done))
        return await asyncio.shield(done)

    def submit(self, change: Callable[[sql.Connection], T]) -> concurrent.futures.Future[T]:
        """The same, from any thread."""
        done: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._put((change, done))
        return done

    def _put(self, change: _Change) -> None:
        with self._closing:  # behind the last of them nothing is done, and would be waited for
            if self._is_closed:
                raise sql.exc.InvalidRequestError("The books are closed.")
            self._waiting.put(change)

    def close(self) -> None:
        """Finish what waits, and let go of the database."""
        with self._closing:
            self._is_closed = True
            self._waiting.put(None)
        self._thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        goes_on = True
        while goes_on and (first := self._next()) is not None:
            goes_on = self._commit([first], alone=self._reads)

    def _next(self) -> _Change | None:
        """What waits longest; while nothing does, SQLite's log is put into its file."""
        if self._is_tidy:
            return self._waiting.get()
        with contextlib.suppress(queue.Empty):
            return self._waiting.get(timeout=_QUIET)
        with contextlib.suppress(sql.exc.SQLAlchemyError, sqlite3.Error):  # it is done another time
            tidy = self._engine.raw_connection()  # no transaction: it has one of its own
            try:
                tidy.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                tidy.close()
        self._is_tidy = True
        return self._waiting.get()

    def _commit(self, changes: list[_Change], *, alone: bool = False) -> bool:
        """Do these and, before they are flushed, what has come meanwhile.

        Args:
            changes: in their order.
            alone: nothing else is taken along.

        Returns:
            Whether the books stay open.
        """
        goes_on = True
        told: list[_Told] = []
        try:
            with self._engine.begin() as connection:
                self._is_tidy = self._reads or connection.dialect.name != "sqlite"
                if connection.dialect.name == "postgresql" and not self._reads:
                    connection.execute(_ONE_GATEWAY_AT_A_TIME)
                for change, done in changes:  # it grows
                    try:
                        told.append((done, change(connection), None))
                    except Refusal as refused:
                        told.append((done, None, refused))
                    except Exception as error:
                        raise _Void from error
                    if not alone and goes_on and len(told) == len(changes):
                        goes_on = self._take_along(changes)
        except _Void as void:
            # Nothing of it is written: one that fails fails by itself. A connection that is lost
            # is no fault of one; each of them would wait for a new one after the other.
            if len(changes) > 1 and not _is_cut_off(_cause(void)):
                for one in changes:
                    self._commit([one], alone=True)
                return goes_on
            told = [(done, None, _cause(void)) for _, done in changes]
        except Exception as error:
            told = [(done, None, error) for _, done in changes]
        _tell(told)
        return goes_on

    def _take_along(self, changes: list[_Change]) -> bool:
        """Add what waits; whether the books stay open."""
        while len(changes) < _TOGETHER:
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                return True
            if more is None:
                return False
            changes.append(more)
        return True


def _tell(told: Sequence[_Told]) -> None:
    """Wake those who wait: all of a loop at once."""
    of_loops: dict[asyncio.AbstractEventLoop, list[_Told]] = {}
    for one in told:
        if isinstance(one[0], asyncio.Future):
            of_loops.setdefault(one[0].get_loop(), []).append(one)
        else:
            _end(one)
    for loop, ended in of_loops.items():
        with contextlib.suppress(RuntimeError):  # it was closed: no one waits there any more
            loop.call_soon_threadsafe(_end, *ended)


def _end(*ended: _Told) -> None:
    for done, result, failure in ended:
        if done.cancelled():
            continue
        if failure is None:
            done.set_result(result)
        else:
            done.set_exception(failure)


class _Void(Exception):
    """A change has failed, and with it the transaction."""


def _is_cut_off(error: Exception) -> bool:
    return isinstance(error, sql.exc.DBAPIError) and error.connection_invalidated


def _cause(void: _Void) -> Exception:
    return void.__cause__ if isinstance(void.__cause__, Exception) else void


_Done = Union["concurrent.futures.Future[Any]", "asyncio.Future[Any]"]
_Change = tuple[Callable[[sql.Connection], Any], _Done]
_Told = tuple[_Done, Any, Exception | None]


def _is_in_memory(url: str) -> bool:
    """Whether it is SQLite with no file; two connections would have two databases, too."""
    backend, _, rest = url.partition(":")
    has_no_name = rest.removeprefix("///").partition("?")[0] in ("", "//")
    in_memory = has_no_name or ":memory:" in rest or "mode=memory" in rest
    return backend.startswith("sqlite") and in_memory


def _prepare_sqlite(engine: sql.Engine, reads: bool) -> None:
    """Let SQLAlchemy begin transactions; those that write with the right to from the first line."""

    @sql.event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOGGED}")
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("PRAGMA foreign_keys = ON")

    @sql.event.listens_for(engine, "begin")
    def on_begin(connection: sql.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
