"""Threads for what would make the loop late: file system, database, picture checks.

A pool of our own and not `ThreadPoolExecutor`, whose threads are joined when Python ends and
which takes no work from then on: the last replies to paid requests are still written down
during exit.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]


class Workers:
    """A few daemon threads, started when needed; jobs begin in the order they came.

    Args:
        name: prefix of the threads' names.
        threads: how many may work at once. One makes a queue that keeps order to the end.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._limit = threads
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = 0
        self._idle = 0

    async def run(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Call `function` on a worker and wait for its result without blocking the loop.

        A cancelled caller stops waiting; the function itself runs to its end.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        context = contextvars.copy_context()

        def job() -> T:
            return context.run(function, *args, **kwargs)

        if self._is_manned():
            self._jobs.put((loop, future, job))
            return await future
        return job()

    def _is_manned(self) -> bool:
        """Whether a thread will take the next job; one more is started where all are busy."""
        with self._lock:
            if self._idle > 0 or self._started == self._limit:
                self._idle = max(0, self._idle - 1)
                return True
            name = f"{self._name}-{self._started + 1}"
            try:
                threading.Thread(target=self._work, name=name, daemon=True).start()
            except RuntimeError:  # Python ends, and starts no threads any more
                return self._started > 0
            self._started += 1
            return True

    def close(self) -> None:
        """Let the threads end once the jobs already queued are done."""
        with self._lock:
            started, self._started, self._idle = self._started, 0, 0
        for _ in range(started):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            loop, future, function = job
            try:
                result, error = function(), None
            except BaseException as exc:
                result, error = None, exc
            with self._lock:
                self._idle += 1
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, future, result, error)
            del job, loop, future, function, result, error


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():  # the caller was cancelled
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
