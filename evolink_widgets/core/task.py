"""`Task`: our handle on one request, from the click to the saved files, and its states.

A `TaskState` is what a task looks like at one moment: the frozen picture that views draw.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import evolink_widgets as public
from evolink_widgets.core import loop as core_loop
from evolink_widgets.core.money import check_open
from evolink_widgets.errors import (
    Billed,
    EvolinkError,
    SpendingRefused,
    WaitingStopped,
    WaitTimeout,
    WrongProcess,
)
from evolink_widgets.rules.pricing.pricing import Estimate, Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.played import TapeId, badge, badge_of, error_badge
from evolink_widgets.runtime.clock import monotonic, now
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.text.printable import printable

if TYPE_CHECKING:
    from evolink_widgets.core import stored as store_answers
    from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet
else:
    pictures = LazyModule("evolink_widgets.store.gallery.pictures")
    store_answers = LazyModule("evolink_widgets.core.stored")
    GeneratedImage, ImageSet = "pictures.GeneratedImage", "pictures.ImageSet"

__all__ = ["Listener", "Stage", "Task", "TaskControl", "TaskState", "stopped",
           "timed_out", "withdrawn"]  # fmt: skip

log = logging.getLogger("evolink_widgets")


class Stage(str, Enum):
    """Where a task stands, from the click to the saved files.

    Example:
        >>> ew.generate("a fox").state.stage in ew.Stage
        True
    """

    QUEUED = "queued"
    """Asked for, not yet sent: nothing is charged."""
    SENDING = "sending"
    """The request is on its way, or its lost reply is looked for."""
    PENDING = "pending"
    """The service has it and has not begun."""
    PROCESSING = "processing"
    """The service is working on it."""
    SAVING = "saving"
    """Finished at the service; its pictures are being fetched."""
    DONE = "done"
    """Every picture that the service made is a file."""
    FAILED = "failed"
    """The service gave up, or its pictures could not be fetched yet (see `error`)."""
    REFUSED = "refused"
    """Never accepted, surely not charged."""
    STOPPED = "stopped"
    """We stopped waiting; the task goes on at the service."""
    UNKNOWN = "unknown"
    """It was sent and no task id came back: it may have been charged."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in _ENDED


_ENDED = frozenset({Stage.DONE, Stage.FAILED, Stage.REFUSED, Stage.STOPPED, Stage.UNKNOWN})


@dataclass(frozen=True)
class TaskState:
    """One reading of a task; each change makes a new one.

    Attributes:
        stage: where the task stands.
        progress: percent, 0 to 100, as far as known; 100 is said only when it is done.
        started_at: Unix seconds when it was asked for.
        at: Unix seconds of this reading.
        ended_at: Unix seconds when it ended, or `None` while it goes on.
        left: the seconds that are left at `at`, as a range, or `None` when it is not known.
        images: the pictures that are saved so far, in the order of what was asked.
        expected: how many pictures were asked for.
        size: width and height in pixels, or `None` when the service chooses.
        error: what went wrong, for the stages that end badly.
        task_id: the service's id, once it accepted.
        receipt: credits as the service reported them.
        simulated: whether an emulator or a cassette plays the service: nothing is charged.
        note: one sentence beside the stage ("3 of 4 pictures came"), or `None`.
        reused: what of it came from the store, for 0 credits; `None` where all is new.
        places: the place of each of `images` in what was asked, from 0; empty where that is
            each picture's own `index`. Places do not change while others land.
        held: whether it waits to be read because the service asked for that; `look_again`
            does not.
        taped: whether a cassette plays the service.

    Example:
        >>> isinstance(ew.generate("a fox").state, ew.TaskState)
        True
    """

    stage: Stage
    progress: int | None
    started_at: float
    at: float
    ended_at: float | None
    left: tuple[float, float] | None
    images: tuple[GeneratedImage, ...]
    expected: int
    size: tuple[int, int] | None
    error: EvolinkError | None
    task_id: str | None
    receipt: Receipt | None
    simulated: bool
    note: str | None
    reused: store_answers.Stored | None = None
    places: tuple[int, ...] = ()
    held: bool = False
    taped: bool = False

    @property
    def recorded(self) -> bool:
        """Whether it comes from a cassette; what is off the tape is drawn by the emulator."""
        if self.images:
            return any(image.recorded for image in self.images)
        return self.taped and (self.task_id is None or TapeId.read(self.task_id) is not None)

    @property
    def badge(self) -> str:
        """Why nothing is charged: "Simulated", "Recorded, not charged"; empty where it is."""
        if not self.simulated:
            return ""
        if self.images:
            return badge_of(self.images)
        about = TapeId.read(self.task_id)
        drawn = about.drawn if about is not None else not self.recorded
        return badge(simulated=drawn, recorded=self.recorded)

    def badge_of_error(self, error: EvolinkError) -> str:
        """What is said of an error's charge where a cassette replays it; else it is empty."""
        return error_badge(error, self.badge) if self.recorded else ""

    @property
    def placed(self) -> tuple[tuple[int, GeneratedImage], ...]:
        """Each picture with its place in what was asked: a view's name for it."""
        places = self.places or [image.index for image in self.images]
        return tuple(zip(places, self.images, strict=True))


Listener = Callable[[TaskState], None]

HEARTBEAT = 0.2
"""Seconds: a waiting coroutine wakes its loop this often, so that a kernel's interrupt is
noticed at once and not when the next event happens to come (measured: 3.5 s without)."""

INTERRUPTED = "Waiting was interrupted; the task goes on."


INTERRUPTED_ADVICE = f"{INTERRUPTED} Await it again, or see task.state."


class TaskControl(Protocol):
    """What a `Task` asks of the core. Every method is called on the core's own thread."""

    def waited(self, *, in_vain: bool) -> None:
        """Hear how a wait for the task ended; the one method for any thread."""

    def stop(self) -> None:
        """Stop watching; the journal keeps the task."""

    def resume(self) -> None:
        """Go on where it was stopped."""

    def look_again(self) -> None:
        """Look for the reply that was lost."""

    def charge(self) -> Billed:
        """Whether it is charged if it is not waited for any longer. Called on any thread."""

    def send_again(self) -> None:
        """Send the same request once more under the same Idempotency-Key."""

    def give_back(self) -> None:
        """Let the next ask of its execution have what it has: that asks for the same anew."""


class Task:
    """One request on its way; `await task` or `task.result()` gives its pictures.

    A task does not need to be waited for: it goes on in the background, and what it saves
    stays saved. It survives its kernel: `ew.recover()` takes it up in the next one.

    It is one purchase in one process, so it is neither copied nor pickled. In the child of a
    fork it tells what it was at the fork; what would wait for it or change it raises
    `WrongProcess` there.

    Attributes:
        key: our own short id of it, known before anything is sent.
        request: what was asked.
        recipe: the request with everything that identifies its pictures.
        estimate: what it would cost, as computed before it was sent.

    Example:
        >>> task = ew.generate("a fox")
        >>> isinstance(task, ew.Task)
        True
        >>> images = task.result(timeout=600)
    """

    def __init__(
        self,
        *,
        key: str,
        request: ImageRequest,
        recipe: Recipe,
        estimate: Estimate,
        state: TaskState,
        control: TaskControl,
        clock: Callable[[], float] = now,
    ) -> None:
        self.key = key
        self.request = request
        self.recipe = recipe
        self.estimate = estimate
        self._state = state
        self._control = control
        self._clock = clock
        self._generation = core_loop.generation()
        self._lock = threading.Lock()
        self._waiters: list[Callable[[], object]] = []
        self._listeners: dict[object, tuple[Listener, contextvars.Context]] = {}

    def hand_over(self, control: TaskControl) -> None:
        """Be run by `control` from now on."""
        self._control = control

    @property
    def state(self) -> TaskState:
        """The newest reading: stage, progress, time left, pictures so far, error."""
        return self._state

    @property
    def id(self) -> str | None:
        """The service's id of the task; `None` until it was accepted."""
        return self._state.task_id

    @property
    def images(self) -> ImageSet:
        """The pictures that are saved so far; complete once the task is done."""
        return self._image_set(self._state)

    @property
    def receipt(self) -> Receipt | None:
        """Credits as the service reported them; `None` until it did."""
        return self._state.receipt

    @property
    def error(self) -> EvolinkError | None:
        """What went wrong, or `None`."""
        return self._state.error

    def __await__(self) -> Generator[Any, None, ImageSet]:
        """Wait on any event loop of any thread; cancelling stops only the waiting."""
        return self._wait().__await__()

    def result(self, timeout: float | None = None) -> ImageSet:
        """Block until the task ends and return its pictures.

        It does not need the kernel's loop, so it works in a running cell, in a script and in
        any thread. Ctrl-C stops the waiting and not the task.

        Args:
            timeout: seconds to wait at most; `None` waits for as long as it takes.

        Raises:
            WaitTimeout: the time is up; the task goes on, and `result` may be called again.
            WrongProcess: this is the child of a fork, and the task had not ended by then.
            EvolinkError: the task ended badly; the error says whether it was charged.
        """
        if core_loop.on_loop():
            raise RuntimeError("A listener cannot wait for a task; it is told of the end instead.")
        if self._is_foreign:
            return self._outcome(self._as_it_ended())
        ended = threading.Event()
        deadline = None if timeout is None else monotonic() + timeout
        with self._told_when_ended(ended.set):
            try:
                while not (state := self._state).stage.ended:
                    pause = core_loop.SLICE
                    if deadline is not None:
                        pause = min(pause, deadline - monotonic())
                        if pause <= 0:
                            self._control.waited(in_vain=True)
                            assert timeout is not None
                            raise self._late(timeout)
                    ended.wait(pause)
                    ended.clear()
            except KeyboardInterrupt:
                self._interrupted()
                raise
        return self._outcome(state)

    def stop(self) -> None:
        """Stop waiting for it. The service finishes it and charges it; nothing is lost."""
        self._ask(self._control.stop)

    def resume(self) -> None:
        """Wait again for a stopped task, or fetch again what could not be fetched.

        A task that is on its way is read at once, whatever pause the service asked for.

        Raises:
            SpendingRefused: all that is missing would have to be bought, or come from others,
                and a lesson's check is running.
        """
        self._ask(self._control.resume)

    def look_again(self) -> None:
        """Look once more for a task whose outcome is unknown, or how it is getting on.

        It is free of charge, and does not wait for a pause that the service asked for.
        """
        self._ask(self._control.look_again)

    def send_again(self) -> None:
        """Send a request of unknown outcome once more, under the same Idempotency-Key.

        Only a person decides this: a service that ignores that key would charge twice.

        Raises:
            SpendingRefused: spending is switched off, or a lesson's check is running.
        """
        check_open("Sending it again may buy it a second time")
        self._ask(self._control.send_again)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every change, beginning with the state as it is now.

        It is called on the core's own thread, in a copy of the caller's context, and must
        return at once. What it raises is logged and does not reach the task.

        Returns:
            A function that ends the subscription.

        Raises:
            WrongProcess: this is the child of a fork, where no change would be heard of.
        """
        self._check_process()
        token = object()
        context = contextvars.copy_context()

        def begin() -> None:
            self._listeners[token] = (listener, context)
            self._tell(listener, context, self._state)

        core_loop.call_on_loop(begin)
        # Ending also goes over the loop, so that it cannot overtake the beginning.
        return lambda: core_loop.call_on_loop(self._listeners.pop, token, None)

    def give_back(self) -> None:
        """Let the next ask of its execution have what this one has; the core's own thread only."""
        self._control.give_back()

    def publish(self, **changes: Any) -> None:
        """Make `changes` the newest state and tell everybody; the core's own thread only."""
        now = self._clock()
        stage = changes.get("stage", self._state.stage)
        if stage.ended:
            changes.setdefault("left", None)
            changes["ended_at"] = self._state.ended_at if self._state.stage.ended else now
        else:
            changes["ended_at"] = None
            changes.setdefault("error", None)
        state = replace(self._state, at=now, **changes)
        if state.error is not None:
            state.error.badge = state.badge_of_error(state.error)
        with self._lock:
            self._state = state
            waiters = tuple(self._waiters)
        if state.stage.ended:
            for wake in waiters:
                wake()
        for listener, context in tuple(self._listeners.values()):
            self._tell(listener, context, state)

    @staticmethod
    def _tell(listener: Listener, context: contextvars.Context, state: TaskState) -> None:
        try:
            # A copy each time: one context cannot be entered twice, and listeners may nest.
            context.copy().run(listener, state)
        except Exception:
            log.exception("A listener of a task raised")

    async def _wait(self) -> ImageSet:
        loop = _asyncio_loop()
        if self._is_foreign:
            return self._outcome(self._as_it_ended())
        ended = loop.create_future()

        def settle() -> None:
            if not ended.done():
                ended.set_result(None)

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # that loop was closed meanwhile
                loop.call_soon_threadsafe(settle)

        with self._told_when_ended(wake):
            try:
                while not (state := self._state).stage.ended:
                    await asyncio.wait({ended}, timeout=HEARTBEAT)
                    if ended.done():
                        ended = loop.create_future()
            except asyncio.CancelledError as cancelled:
                self._interrupted()
                _explain(cancelled)
                raise
            except KeyboardInterrupt:
                self._interrupted()
                raise
        return self._outcome(state)

    @contextlib.contextmanager
    def _told_when_ended(self, wake: Callable[[], object]) -> Generator[None, None, None]:
        with self._lock:
            self._waiters.append(wake)
        try:
            yield
        finally:
            with self._lock:
                self._waiters.remove(wake)

    def _late(self, seconds: float) -> WaitTimeout:
        error = timed_out(seconds, self.id, self._control.charge(), free=self._state.simulated)
        error.badge = self._state.badge_of_error(error)
        return error

    def _outcome(self, state: TaskState) -> ImageSet:
        self._control.waited(in_vain=state.error is not None)
        if state.error is None:
            return self._image_set(state)
        raise state.error.with_traceback(None)

    def _image_set(self, state: TaskState) -> ImageSet:
        from evolink_widgets.store.gallery.pictures import ImageSet

        return ImageSet(
            state.images,
            key=self.key,
            recipe=self.recipe,
            receipt=state.receipt,
            expected=state.expected,
            places=state.places,
        )

    def _interrupted(self) -> None:
        self._control.waited(in_vain=True)

        def say() -> None:
            if not self._state.stage.ended:
                self.publish(note=INTERRUPTED)

        core_loop.call_on_loop(say)

    @property
    def _is_foreign(self) -> bool:
        """Whether this process is the child of a fork, and the task another one's."""
        return self._generation != core_loop.generation()

    def _check_process(self) -> None:
        if not self._is_foreign:
            return
        receipt, billed = self._state.receipt, Billed.UNKNOWN
        if receipt is not None and receipt.charged is not None:
            billed = Billed.YES if receipt.charged else Billed.NO
        elif self.id is not None:
            billed = Billed.LATER
        error = WrongProcess(
            "This task belongs to the process that asked for it, which goes on with it; this "
            "process was forked from that one.",
            billed=billed,
            task_id=self.id,
        )
        error.badge = self._state.badge_of_error(error)
        raise error

    def _as_it_ended(self) -> TaskState:
        """The end, where it was known before the fork: nothing more is heard after it."""
        if not self._state.stage.ended:
            self._check_process()
        return self._state

    def _ask(self, what: Callable[[], None]) -> None:
        """Call on the core's thread and wait for it: the state has changed when we return."""
        self._check_process()
        if core_loop.on_loop():
            with contextlib.suppress(SpendingRefused):  # the state says so
                what()
            return

        async def ask() -> None:
            what()

        core_loop.wait_on_loop(ask())

    def __repr__(self) -> str:
        state = self._state
        progress = f" {state.progress} %" if state.progress and not state.stage.ended else ""
        where = " at the fork" if self._is_foreign and not state.stage.ended else ""
        prompt = _shortened(self.request.prompt)
        return printable(f"<Task {self.key} {prompt} {state.stage.value}{progress}{where}>")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A task is not pickled: it belongs to the process that asked for it. Pass "
            "task.result(), whose pictures are pickled; or call ew.generate(...) with the same "
            "arguments there: the store answers what is paid for."
        )

    def __copy__(self) -> NoReturn:
        raise TypeError(
            "A task is not copied: it is one purchase, and a copy would not hear of its end. "
            "Pass the task itself, or its pictures: task.result()."
        )

    def __deepcopy__(self, memo: object) -> NoReturn:
        self.__copy__()

    def _ipython_display_(self) -> None:
        """Called by IPython for a task that is a cell's result."""
        public._show_task(self)

    def _display_(self) -> object:
        """Called by marimo for a task that is a cell's last line."""
        return public._task_grid(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Called by hosts that know no `_ipython_display_`, such as Solara: the live grid."""
        grid = public._task_grid(self)
        return {"text/html": grid._static_html(), **grid._live(), "text/plain": repr(self)}


def _asyncio_loop() -> asyncio.AbstractEventLoop:
    """The loop that runs here.

    Raises:
        RuntimeError: none does, or it is another library's.
    """
    import sniffio

    try:
        library = sniffio.current_async_library()
    except sniffio.AsyncLibraryNotFoundError:
        library = "asyncio"
    if library == "trio":
        raise RuntimeError(
            "Only asyncio can await a task, and this is trio; the task goes on. Use: "
            "await trio.to_thread.run_sync(task.result, abandon_on_cancel=True)"
        )
    if library != "asyncio":
        raise RuntimeError(
            f"Only asyncio can await a task, and this is {library}; the task goes on. Call "
            "task.result() in a thread."
        )
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "Only asyncio can await a task, and no loop of asyncio runs here; the task goes on. "
            "Use: task.result()"
        ) from None


def _explain(cancelled: asyncio.CancelledError) -> None:
    """Let a bare cancellation, such as a kernel's interrupt, say in one line what it means.

    It stays the object that was sent: time-outs and task groups know theirs by its class, and
    anyio by its message, which is left as it is.
    """
    if not cancelled.args:
        cancelled.args = (INTERRUPTED_ADVICE,)
        line = f"{type(cancelled).__name__}: {INTERRUPTED_ADVICE}"
        # IPython shows what this returns in the place of the event loop's own frames.
        cancelled._render_traceback_ = partial(list, (line,))  # type: ignore[attr-defined]


def _shortened(prompt: str, limit: int = 40) -> str:
    text = " ".join(prompt.split())
    return repr(text if len(text) <= limit else text[: limit - 1].rstrip() + "…")


def stopped(task_id: str | None, billed: Billed) -> WaitingStopped:
    """The error of a wait that was stopped, for a task that may go on.

    Args:
        task_id: the service's id, where it is known.
        billed: whether it is charged.
    """
    said = {
        Billed.YES: "Waiting was stopped; the pictures are made and not fetched yet.",
        Billed.UNKNOWN: "Waiting was stopped; whether the request was accepted is not known yet.",
    }.get(billed, "Waiting was stopped; the task goes on at the service.")
    return WaitingStopped(said, billed=billed, task_id=task_id)


def timed_out(
    seconds: float, task_id: str | None, billed: Billed, *, free: bool = False
) -> WaitTimeout:
    """The error of a wait whose time is up; the task goes on from where it stands.

    Args:
        seconds: how long was waited.
        task_id: the service's id, where it is known.
        billed: whether it is charged if nothing more is done about it.
        free: whether nothing is charged for it at any time.
    """
    said, advice = f"The task is not finished after {seconds:g} s", None
    if billed is Billed.NO:
        said += ": it is still waiting to be sent"
        advice = (
            f"It will be sent{'' if free else ', and charged then,'} unless task.stop() takes it "
            "back. "
            "Call task.result() to wait again."
        )
    elif billed is Billed.UNKNOWN:
        said += ": whether the request was accepted is not known yet"
    elif billed is Billed.YES:
        said += ": its pictures are being fetched"
    return WaitTimeout(f"{said}.", billed=billed, advice=advice, task_id=task_id)


def withdrawn() -> WaitingStopped:
    """The error of a task that was stopped before it was sent."""
    return WaitingStopped(
        "It was stopped before anything was accepted.",
        billed=Billed.NO,
        advice="Ask again with ew.generate(...).",
    )
