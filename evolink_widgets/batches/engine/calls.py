"""Calls to an engine's workers and to the database, off the core's loop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from evolink_widgets.core.loop import Workers
from evolink_widgets.core.session import Session
from evolink_widgets.errors import ConfigurationError

__all__ = ["Calls", "Cluster", "Running"]

T = TypeVar("T")

log = logging.getLogger("evolink_widgets")

_AT_ONCE = 8
"""Calls that are waited for at once."""


class Running(Protocol):
    """A task on a worker."""

    @property
    def has_ended(self) -> bool:
        """Whether it has a result, or will have none."""

    def result(self) -> Any:
        """What it returned."""

    def drop(self) -> None:
        """Let the engine forget it."""


class Cluster(Protocol):
    """An engine's workers; every method blocks."""

    def workers(self) -> list[str]:
        """The addresses of the workers that are there."""

    def ask(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function on a worker."""

    def begin(self, address: str, function: Callable[..., Any], *args: Any, name: str) -> Running:
        """Begin a task on a worker, and on no other."""


class Calls:
    """What a lender asks of others; to be used on the core's loop.

    Args:
        session: whose database it is.
        cluster: the workers.
        check: whether a worker can work; raises where it can't.

    Attributes:
        addresses: the workers that were there when it was last looked, and can work.
    """

    def __init__(self, session: Session, cluster: Cluster, check: Callable[[str], None]) -> None:
        self.addresses: list[str] = []
        self.cluster = cluster
        self._check = check
        self._unfit: set[str] = set()
        self._session = session
        self._threads = Workers("evolink-engine", _AT_ONCE)

    async def look(self) -> list[str]:
        """Look which workers are there and can work; an engine that does not answer has none."""
        try:
            self.addresses = await self._threads.run(self._fit)
        except Exception as error:
            log.warning("The engine does not say which workers it has: %s", error)
            self.addresses = []
        return self.addresses

    def _fit(self) -> list[str]:
        """Those that can work; one that has joined is asked first."""
        found = []
        for address in self.cluster.workers():
            try:
                if address not in self._unfit:
                    self._check(address)
                    found.append(address)
            except ConfigurationError as error:
                self._unfit.add(address)
                log.warning("Nothing is lent to a worker: %s", error)
        return found

    async def ask(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function on a worker.

        Raises:
            Exception: it raised, or the worker is gone.
        """
        return await self._threads.run(self.cluster.ask, address, function, *args)

    async def quietly(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        """The same, where no answer is an answer: `None`."""
        try:
            return await self.ask(address, function, *args)
        except Exception as error:
            log.debug("Worker %s says nothing: %s", address, error)
            return None

    async def aside(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function on a thread for what takes long."""
        return await self._threads.run(function, *args)

    async def on_database(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function on the thread of the session's database."""
        return await self._session.parts.database_thread.run(function, *args)
