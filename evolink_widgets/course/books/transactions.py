"""Runs what changes the books one after another, many to a commit, on a thread of its own.

A flush to the disk takes as long for one change as for fifty. Those that wait while one is
written share the next. Each change reads before it writes, and refuses before it writes, so that
a refusal undoes nothing of its neighbours. One that the database itself refuses voids the
transaction; then each of them is done again by itself.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sql

from evolink_widgets.errors import ConfigurationError

__all__ = ["Transactions"]

T = TypeVar("T")

_TOGETHER = 100
"""Changes in one commit at most."""

_LOCK = 0x45564C43
"""PostgreSQL's advisory lock of a course: two gateways never reserve at the same time."""


class Transactions:
    """Transactions on one database; each sees what those before it have written.

    Args:
        url: `sqlite:///course.sqlite`, or `postgresql+psycopg://…`.

    Raises:
        ConfigurationError: the database can't be opened.
    """

    def __init__(self, url: str) -> None:
        try:
            # A server that was restarted leaves connections that are dead: each is tried first.
            self._engine = sql.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
            if self._engine.dialect.name == "sqlite":
                _prepare_sqlite(self._engine)
            with self._engine.connect():
                pass
        except (sql.exc.SQLAlchemyError, ImportError) as error:
            # Its text may hold the password of the address.
            raise ConfigurationError(
                f"The books can't be opened: {type(error).__name__}.",
                advice="Give a path of a file, or postgresql+psycopg://user:password@host/name.",
            ) from None
        self._waiting: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="evolink-course-books")
        self._thread.start()

    async def run(self, change: Callable[[sql.Connection], T]) -> T:
        """Do it in a transaction; what it returns is written for good by then.

        It is done also where the caller is cancelled: what the service said must be in the books.
        """
        return await asyncio.shield(asyncio.wrap_future(self.submit(change)))

    def submit(self, change: Callable[[sql.Connection], T]) -> concurrent.futures.Future[T]:
        """The same, from any thread."""
        done: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._waiting.put((change, done))
        return done

    def close(self) -> None:
        """Finish what waits, and let go of the database."""
        self._waiting.put(None)
        self._thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            changes, goes_on = [first], True
            while len(changes) < _TOGETHER and goes_on:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    goes_on = False
                else:
                    changes.append(more)
            self._commit(changes)
            if not goes_on:
                return

    def _commit(self, changes: list[_Change]) -> None:
        told: list[tuple[concurrent.futures.Future[Any], Any, Exception | None]] = []
        try:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sql.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                for change, done in changes:
                    try:
                        told.append((done, change(connection), None))
                    except (sql.exc.SQLAlchemyError, OverflowError) as error:
                        raise _Void from error
                    except Exception as refused:
                        told.append((done, None, refused))
        except _Void as void:
            if len(changes) > 1:  # nothing of it is written: one that fails fails by itself
                for one in changes:
                    self._commit([one])
                return
            told = [(done, None, _cause(void)) for _, done in changes]
        except Exception as error:
            told = [(done, None, error) for _, done in changes]
        for done, result, failure in told:
            if failure is None:
                done.set_result(result)
            else:
                done.set_exception(failure)


class _Void(Exception):
    """The database has refused a change, and with it the transaction."""


def _cause(void: _Void) -> Exception:
    return void.__cause__ if isinstance(void.__cause__, Exception) else void


_Change = tuple[Callable[[sql.Connection], Any], "concurrent.futures.Future[Any]"]


def _prepare_sqlite(engine: sql.Engine) -> None:
    """Let SQLAlchemy begin transactions, each with the right to write from its first line."""

    @sql.event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("PRAGMA foreign_keys = ON")

    @sql.event.listens_for(engine, "begin")
    def on_begin(connection: sql.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
