"""Draws pictures in a background thread, one after the other, those that are waited for first."""

from __future__ import annotations

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["DrawingThread"]

Result = TypeVar("Result")
_IDLE_SECONDS = 5.0
_MOST_AHEAD = 8
"""Pictures that are to be drawn before they are asked for: more would push out what is kept."""
_Call = tuple[int, int, "Future[Any]", Callable[[], Any]]


class DrawingThread:
    """One thread of the emulator's own, started when there is something to do.

    In process the emulator shares its event loop with a client: on the loop's own few threads,
    forty large pictures would be in the way of everything else. It is a daemon, so a program
    that ends does not wait for pictures that will not be fetched.
    """

    def __init__(self) -> None:
        self._calls: queue.PriorityQueue[_Call] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._ahead = 0
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run `call` on the thread and wait for what it returns or raises."""
        future: Future[Result] = Future()
        if not self._is_at_work(0, future, call):
            self._work_here()
        return await asyncio.wrap_future(future)

    def begin(self, call: Callable[[], object]) -> None:
        """Run `call` when there is nothing else to do, and forget what comes of it.

        It makes what is soon asked for; where too much waits already, nothing is done.
        """
        with self._lock:
            if self._ahead >= _MOST_AHEAD:
                return
            self._ahead += 1

        def ahead() -> None:
            with self._lock:
                self._ahead -= 1
            call()

        self._is_at_work(1, Future(), ahead)

    def _is_at_work(self, rank: int, future: Future[Any], call: Callable[[], Any]) -> bool:
        """Leave a call to the thread; `False` where there can't be one."""
        with self._lock:
            self._calls.put((rank, next(self._numbers), future, call))
            # A fork leaves the object and takes the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._work, name="evolink-emulator", daemon=True
                )
                try:
                    self._thread.start()
                except RuntimeError:  # Python ends, and starts no threads any more
                    self._thread = None
            return self._thread is not None

    def _work_here(self) -> None:
        """Do what is to be done on the caller's thread."""
        while not self._calls.empty():
            _, _, future, call = self._calls.get()
            self._do(future, call)

    def _work(self) -> None:
        while True:
            try:
                _, _, future, call = self._calls.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if self._calls.empty():
                        self._thread = None
                        return
                continue
            self._do(future, call)
            del future, call

    @staticmethod
    def _do(future: Future[Any], call: Callable[[], Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(call())
        except BaseException as error:  # it belongs to the caller
            future.set_exception(error)
