"""Draws pictures in a background thread, one after the other."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["DrawingThread"]

Result = TypeVar("Result")
_IDLE_SECONDS = 5.0


class DrawingThread:
    """One thread of the emulator's own, started when there is something to do.

    In process the emulator shares its event loop with a client: on the loop's own few threads,
    forty large pictures would be in the way of everything else. It is a daemon, so a program
    that ends does not wait for pictures that will not be fetched.
    """

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run `call` on the thread and wait for what it returns or raises."""
        future: Future[Result] = Future()
        with self._lock:
            self._calls.put((future, call))
            # A fork leaves the object and takes the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._work, name="evolink-emulator", daemon=True
                )
                try:
                    self._thread.start()
                except RuntimeError:  # Python ends, and starts no threads any more
                    self._thread = None
            works_here = self._thread is None
        if works_here:
            self._work_here()
        return await asyncio.wrap_future(future)

    def _work_here(self) -> None:
        """Do what is to be done on the caller's thread."""
        while not self._calls.empty():
            self._do(*self._calls.get())

    def _work(self) -> None:
        while True:
            try:
                future, call = self._calls.get(timeout=_IDLE_SECONDS)
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
