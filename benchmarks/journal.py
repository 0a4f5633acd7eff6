"""Timers around the journal, so that its own share of a client's processor time can be told.

What counts as the journal's: the time within its methods, and the begin and commit of every
transaction in which one of them was called, whoever else wrote in it.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterator
from sqlite3 import Connection
from typing import Any

from evolink_widgets.store.database.database import Database
from evolink_widgets.store.journal.journal import Journal


class JournalTime:
    """Seconds of processor time that went into the journal of this process, since it was made."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = threading.local()
        for name, method in vars(Journal).copy().items():
            if callable(method) and not name.startswith("_"):
                setattr(Journal, name, self._timed(method))
        self._write = Database.write
        Database.write = self._transaction()  # type: ignore[method-assign]

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def timed(*args: Any, **facts: Any) -> Any:
            here = self._inside
            here.called = True
            if getattr(here, "method", False):  # one method calls another: counted once
                return method(*args, **facts)
            here.method = True
            began = time.thread_time()
            try:
                return method(*args, **facts)
            finally:
                self.seconds += time.thread_time() - began
                here.method = False

        return timed

    def _transaction(self) -> Callable[..., Any]:
        @contextlib.contextmanager
        def write(database: Database, *, durable: bool = False) -> Iterator[Connection]:
            here = self._inside
            if getattr(here, "method", False) or getattr(here, "transaction", False):
                with self._write(database, durable=durable) as connection:
                    yield connection
                return
            here.transaction, here.called = True, False
            body = 0.0
            began = time.thread_time()
            try:
                with self._write(database, durable=durable) as connection:
                    body -= time.thread_time()
                    try:
                        yield connection
                    finally:
                        body += time.thread_time()
            finally:
                here.transaction = False
                if here.called:
                    self.seconds += time.thread_time() - began - body

        return write
