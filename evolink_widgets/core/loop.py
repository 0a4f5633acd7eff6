"""One daemon thread with one event loop runs every task and all HTTP; workers stand beside it.

Polling, downloads and progress go on while a cell blocks, and one HTTP client serves every
cell, thread and subshell: a client bound to the kernel's own loops works from one of them only.
After a fork the child starts a loop of its own on first use.

What would make the loop late (file system, database, picture checks) is done by `Workers`. The
two lines of a task that have to be on the disk go through a `SharedFlush`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import sys
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.process_globals import at_fork, process_global

if TYPE_CHECKING:
    from evolink_widgets.store.database.database import Database

T = TypeVar("T")

SLICE = 0.1
"""Seconds a blocked thread sleeps at a stretch: how late it may notice Ctrl-C."""


class _Lookups(concurrent.futures.ThreadPoolExecutor):
    """Threads for what asyncio itself hands over, such as looking a host's name up.

    The pool of the standard library takes nothing any more once Python ends, and no host would
    be found: what was just paid for is still fetched then.
    """

    def submit(
        self, function: Callable[..., T], /, *args: Any, **named: Any
    ) -> concurrent.futures.Future[T]:
        """Call `function` on a daemon thread of its own; here where none can be started."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()

        def call() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(*args, **named))
                except BaseException as error:  # it belongs to the one who waits
                    future.set_exception(error)

        try:
            threading.Thread(target=call, name="evolink-lookup", daemon=True).start()
        except RuntimeError:  # Python ends, and starts no threads any more
            call()
        return future


class _Thread:
    """The thread and its loop; there is at most one in a process."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(_Lookups())
        with contextlib.suppress(AttributeError):  # uvloop's clock is no Python's
            self.loop.time = monotonic  # type: ignore[method-assign]
        self.strong: set[asyncio.Future[Any]] = set()
        self.thread = threading.Thread(target=self._run, name="evolink-io", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


@dataclass(eq=False, repr=False)
class _Here:
    """This process's thread, and how many forks the process descends from."""

    current: _Thread | None = None
    generation: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


_here = process_global(f"{__name__} thread", _Here)


def _forget_after_fork() -> None:
    """Threads do not survive a fork: the child begins with none."""
    _here.lock = threading.Lock()
    _here.current = None
    _here.generation += 1


at_fork(__name__, after_in_child=_forget_after_fork)


def _thread() -> _Thread:
    current = _here.current
    if current is None:
        with _here.lock:
            if _here.current is None:
                if sys.platform == "emscripten":
                    raise ConfigurationError(
                        "Pictures can't be asked for here yet: Python in the browser (JupyterLite) "
                        "starts no threads, and the kit works on one.",
                        advice="Use a notebook with a kernel on a machine, such as JupyterLab.",
                    )
                _here.current = _Thread()
            current = _here.current
    return current


def generation() -> int:
    """How many forks this process descends from; what was built before one is dead after it."""
    return _here.generation


def core_loop() -> asyncio.AbstractEventLoop:
    """The core's event loop, started on first use."""
    return _thread().loop


def on_loop() -> bool:
    """Whether the caller is on the core's own thread, which must never be blocked."""
    current = _here.current
    return current is not None and threading.current_thread() is current.thread


def run_on_loop(coro: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Start `coro` on the core's loop, from any thread; its result comes through the future.

    The coroutine runs in a copy of the caller's context, so what it sends to a front end is
    routed to the cell that asked.
    """
    return asyncio.run_coroutine_threadsafe(coro, _thread().loop)


def call_on_loop(function: Callable[..., object], *args: object) -> None:
    """Call `function(*args)` soon on the core's loop, from any thread; never blocks."""
    _thread().loop.call_soon_threadsafe(function, *args)


def spawn(coro: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
    """Start a task from the core's own thread and keep it alive until it ends.

    asyncio itself keeps weak references only, and a collected task would be lost work.
    """
    strong = _thread().strong
    task = asyncio.get_running_loop().create_task(coro, name=name)
    strong.add(task)
    task.add_done_callback(strong.discard)
    return task


def wait_on_loop(coro: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
    """Run `coro` on the core's loop and block the caller until it is done.

    Waits in slices, so that Ctrl-C is noticed within `SLICE` seconds.

    Raises:
        RuntimeError: when called from the core's own thread, which would wait for itself.
        TimeoutError: after `timeout` seconds; the coroutine is cancelled then.
    """
    if on_loop():
        coro.close()
        raise RuntimeError("The core's own thread cannot wait for itself; await the task instead.")
    future = run_on_loop(coro)
    left = timeout
    try:
        while True:
            pause = SLICE if left is None else max(0.0, min(SLICE, left))
            try:
                return future.result(pause)
            except concurrent.futures.TimeoutError:
                if future.done():
                    # It ended as the slice did; a time-out of its own is raised here, too.
                    return future.result()
            if left is not None:
                left -= pause
                if left <= 0:
                    raise TimeoutError(f"No answer within {timeout} s.")
    except BaseException:
        future.cancel()
        raise


Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]


class Workers:
    """A few daemon threads, started when needed; jobs begin in the order they came.

    A pool of our own and not `ThreadPoolExecutor`, whose threads are joined when Python ends and
    which takes no work from then on: the last replies to paid requests are still written down
    during exit.

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
        """Let the threads end once the jobs already queued are done; a later job starts another."""
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
            with self._lock:  # none of those that `close` lets end counts as idle
                self._idle = min(self._started, self._idle + 1)
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


Given = TypeVar("Given")
Made = TypeVar("Made")


class SharedWork(Generic[Given, Made]):
    """Lets one job of a worker do all that waits at the same moment; to be used on the core's loop.

    What comes while a job runs waits for the next one, so that the busier the worker is, the more
    is done together: one thread is woken, and one flush to the disk serves them all.

    Args:
        workers: the threads.
        work: does it, in the order in which it came, and returns for each what was made of it, or
            the exception that is raised to the one who asked. On a worker.
    """

    def __init__(
        self, workers: Workers, work: Callable[[list[Given]], Sequence[Made | Exception]]
    ) -> None:
        self._workers = workers
        self._work = work
        self._waiting: deque[tuple[Given, asyncio.Future[Made]]] = deque()
        self._is_going = False

    async def do(self, given: Given) -> Made:
        """Have it done, and return what was made of it.

        A cancelled caller stops waiting; it is done all the same.
        """
        future: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._waiting.append((given, future))
        if not self._is_going:
            self._is_going = True
            spawn(self._go())
        return await future

    async def _go(self) -> None:
        try:
            while self._waiting:
                for future, made in await self._workers.run(self._do_waiting):
                    error = made if isinstance(made, Exception) else None
                    _settle(future, made, error)
        finally:
            self._is_going = False

    def _do_waiting(self) -> list[tuple[asyncio.Future[Made], Made | Exception]]:
        together = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            made = self._work([given for given, _ in together])
        except Exception as error:
            made = [error] * len(together)
        return list(zip((future for _, future in together), made, strict=True))


Line = Callable[[], Callable[[], None]]
"""Writes something, durable or not; returns what to do once that is written. On a worker.

It may be called a second time, where nothing stayed of the first.
"""


class SharedFlush:
    """Writes the lines of tasks; those that wait at the same moment share a transaction.

    If one of them has to be on the disk, they share its flush, too. That is the dearest part of
    what is written of a task: two lines, around its POST. To be used on the core's loop.

    Args:
        database: where the lines are written.
        database_thread: the one thread for it.
    """

    def __init__(self, database: Database, database_thread: Workers) -> None:
        self._database = database
        self._shared: SharedWork[tuple[Line, bool], None] = SharedWork(database_thread, self._write)

    async def write(self, line: Line, *, durable: bool = True) -> None:
        """Write one line.

        A cancelled caller stops waiting; the line is written all the same.

        Args:
            line: writes it.
            durable: whether it is on the disk when this returns.

        Raises:
            StoreError: it is not written.
        """
        await self._shared.do((line, durable))

    def _write(self, lines: list[tuple[Line, bool]]) -> list[Exception | None]:
        if len(lines) > 1:
            try:
                with self._database.write(durable=any(durable for _, durable in lines)):
                    written = [line() for line, _ in lines]
            except Exception:
                pass  # nothing is written; one that can't be must not hold up the others
            else:
                for then in written:
                    then()
                return [None] * len(lines)
        return [self._write_alone(line) for line, _ in lines]

    def _write_alone(self, line: Line) -> Exception | None:
        try:
            line()()
        except Exception as error:  # it is the caller's, not this turn's
            return error
        return None
