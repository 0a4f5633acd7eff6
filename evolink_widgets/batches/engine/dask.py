"""Dask distributed, as far as it is used: who is there, a call on a worker, a task on a worker.

Measured with distributed 2026.8: `retries=0` does not keep it from running a task again. A task
whose worker is gone runs again, up to `distributed.scheduler.allowed-failures` times (3), and
0 there is not always obeyed (its issue 6078); so does one whose result was lost with its worker
(issue 7870). Nothing here rests on it: a task that runs again finds its loan's journal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

from evolink_widgets.errors import ConfigurationError

__all__ = ["DaskCluster", "Running", "leave_place"]

log = logging.getLogger("evolink_widgets")

COMES = 60.0
"""Seconds in which the result of a task that has ended comes: a few lines."""


class Running:
    """A task on a worker."""

    def __init__(self, future: Any) -> None:
        self._future = future

    @property
    def has_ended(self) -> bool:
        """Whether it has a result, or will have none."""
        return bool(self._future.status != "pending")

    def result(self) -> Any:
        """What it returned; blocks until it is here.

        A result that was lost with its worker is made again there, and so never: a time-out says
        that it does not come.

        Raises:
            Exception: it has failed, or its worker is gone.
        """
        return self._future.result(COMES)

    def drop(self) -> None:
        """Let the engine forget it, so that it is not run again."""
        try:
            self._future.cancel()
        except Exception as exc:  # the client may be closed: then it is forgotten, too
            log.debug("A task can't be cancelled: %s", exc)


class DaskCluster:
    """A Dask client, and the workers behind it; every method blocks.

    Args:
        client: `distributed.Client`, connected, and not an asynchronous one.

    Raises:
        ConfigurationError: it is none, or can't be used.
    """

    def __init__(self, client: Any) -> None:
        try:
            distributed: Any = import_module("distributed")
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                "on= takes a Dask client, and Dask distributed is not installed here.",
                advice='Install it with pip install "evolink-widgets[dask]", also on the workers.',
            ) from error
        if not isinstance(client, distributed.Client):
            raise ConfigurationError(
                f"on must be a dask.distributed.Client; it is {type(client).__name__}.",
                advice="Make one with Client(cluster), or Client('tcp://scheduler:8786').",
            )
        if client.asynchronous:
            raise ConfigurationError(
                "on must be a client that blocks; this one is asynchronous.",
                advice="Make another one with Client(cluster), outside of a coroutine.",
            )
        if client.status != "running":
            raise ConfigurationError(
                f"on must be a client that is connected; this one is {client.status}.",
                advice="Make another one with Client(cluster).",
            )
        self._client: Any = client

    def workers(self) -> list[str]:
        """The addresses of the workers that are there."""
        return sorted(self._client.nthreads())

    def ask(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function on a worker, beside its tasks.

        Raises:
            Exception: it raised, or the worker is gone.
        """
        [answer] = self._client.run(function, *args, workers=[address], on_error="return").values()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def begin(self, address: str, function: Callable[..., Any], *args: Any, name: str) -> Running:
        """Begin a task on a worker, and on no other."""
        future = self._client.submit(
            function,
            *args,
            key=name,
            workers=[address],
            allow_other_workers=False,
            retries=0,
            pure=False,
        )
        return Running(future)


def leave_place() -> None:
    """Let other tasks have this one's place on its worker: it waits most of the time."""
    distributed: Any = import_module("distributed")
    try:
        distributed.secede()
    except ValueError:  # it is no task of a worker
        log.debug("No worker runs this.")
