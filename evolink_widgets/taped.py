"""`ew.record` and `ew.replay`: a block whose service is recorded, or is a cassette."""

from __future__ import annotations

import asyncio
import contextlib
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from evolink_widgets.connect import current
from evolink_widgets.connect.blocks import Begun, for_now
from evolink_widgets.core import loop
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.settings import OffTape, cassette_of
from evolink_widgets.core.task import Task
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.tasks.played import EMULATOR
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.text.wording import counted

if TYPE_CHECKING:
    from evolink_widgets.cassettes.recorder import Recorder
    from evolink_widgets.cassettes.tape import Tape
else:
    recorders = LazyModule("evolink_widgets.cassettes.recorder")
    tapes = LazyModule("evolink_widgets.cassettes.tape")
    Recorder, Tape = "recorders.Recorder", "tapes.Tape"

__all__ = ["Cassette", "Recording", "in_test", "record", "replay"]

_LOOK = 0.05
"""Seconds between two looks whether what was asked has ended."""


def record(cassette: str | Path, *, anew: bool = False) -> Recording:
    """Record the service's side of what is asked in a block, for `ew.replay`.

    Whatever service is in use is recorded as it answers: with a key the live one, and it costs
    what it costs; without one the emulator, and the cassette says so. All that this process asks
    inside is recorded, from any thread and panel. The end of the block waits until it has ended;
    `async with` waits without blocking the kernel. Pictures are in the store as always.

    What the store answers sends nothing and is not on the tape; a warning says how many asks
    that were. A store of its own makes a cassette whole: `ew.configure(store="lesson1_images")`.

    Args:
        cassette: the file, such as `lesson1.cassette`; its pictures go to the folder
            `lesson1.pictures` beside it. One that is there is gone on with.
        anew: begin it anew; the old one goes when the first ask of the new one has ended.

    Returns:
        A context manager, for `with` and `async with`.

    Raises:
        ConfigurationError: the cassette can't be written or gone on with; as the block begins.

    Example:
        >>> with ew.record("lesson1.cassette") as recording:
        ...     images = ew.generate("a fox", n=2).result()
        >>> recording.takes, recording.pictures
        (1, 2)
    """
    return Recording(cassette, anew=anew)


@contextlib.contextmanager
def replay(
    cassette: str | Path,
    *,
    speed: float | None = None,
    off_tape: OffTape | None = None,
) -> Iterator[Tape]:
    """Answer what is asked in a block from a cassette; nothing leaves this process or is charged.

    A request gets the replies, the progress, the receipts and the pictures that were recorded for
    it, in the time that it took. Asked again (`fresh=True`) it gets the next recording of the
    same. The kit's own rules hold: the store answers first, caps count, in credits of their own.

    Args:
        cassette: the file; it is only read, by as many processes as you like.
        speed: how much faster than it was recorded; 0 or infinity is at once. 1 by default.
        off_tape: what was not recorded is an `"error"`, the default, or drawn by the
            `"emulator"`, and says so. The live service is never asked.

    Raises:
        ConfigurationError: the cassette can't be read, or pictures of it are missing.

    Example:
        >>> with ew.record("lesson2.cassette"):
        ...     bought = ew.generate("an owl").result()
        >>> with ew.replay("lesson2.cassette", speed=0):
        ...     replayed = ew.generate("an owl").result()
        >>> replayed[0].bytes == bought[0].bytes
        True
    """
    named: dict[str, Any] = {"mode": "replay", "cassette": cassette}
    named |= {"speed": 1.0 if speed is None else speed, "off_tape": off_tape}
    with for_now(**named) as begun:
        assert begun.player is not None
        yield begun.player.tape


class Recording:
    """A block whose service is recorded; made by `ew.record`.

    Args:
        cassette: its file.
        anew: begin it anew.
        settings: others that hold inside, as `ew.configure` takes them.

    Attributes:
        path: the cassette's file.
    """

    def __init__(
        self, cassette: str | Path, *, anew: bool = False, settings: Mapping[str, Any] | None = None
    ) -> None:
        self.path = cassette_of("cassette", cassette)
        self._anew = anew
        self._settings = dict(settings or {})
        self._block: contextlib.AbstractContextManager[Begun] | None = None
        self._sessions: list[Session] = []  # also those that `configure` makes inside
        self._recorder: Recorder | None = None
        self._tasks: list[Task] = []

    @property
    def takes(self) -> int:
        """How many asks are on the tape by now, of this recording."""
        return 0 if self._recorder is None else self._recorder.counts.takes

    @property
    def pictures(self) -> int:
        """How many pictures it has recorded by now."""
        return 0 if self._recorder is None else self._recorder.counts.pictures

    def __enter__(self) -> Recording:
        if self._block is not None:
            raise ConfigurationError("This recording has begun already: make another one.")
        named = {"mode": "record", "cassette": self.path, **self._settings}
        block = for_now(anew=self._anew, on_session=self._hear, **named)
        begun = block.__enter__()
        self._block, self._recorder = block, begun.recorder
        return self

    def _hear(self, session: Session) -> None:
        self._sessions.append(session)
        session.on_ask = self._tasks.append

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._wait()
        finally:
            self._leave(kind, error, trace)

    async def __aenter__(self) -> Recording:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                await asyncio.to_thread(self._wait)
        finally:
            self._leave(kind, error, trace)

    def _wait(self) -> None:
        """Wait until all that was asked has ended."""
        while self._is_busy:
            time.sleep(_LOOK)

    @property
    def _is_busy(self) -> bool:
        return any(session.tasks for session in self._sessions)

    def _leave(self, *why: Any) -> None:
        assert self._block is not None
        for session in self._sessions:
            session.on_ask = None
        reused = sum(task.state.reused is not None for task in self._tasks)
        self._tasks.clear()  # a recording that stays in a notebook holds no pictures
        self._block.__exit__(*why)
        recorder = self._recorder
        assert recorder is not None
        if not self._is_busy:  # else it goes on until they have ended, or the kernel has
            loop.wait_on_loop(_aside(recorder.close))
        for said in self._remarks(reused):
            warnings.warn(said, UserWarning, stacklevel=3)

    def _remarks(self, reused: int) -> Iterator[str]:
        assert self._recorder is not None
        counts = self._recorder.counts
        if counts.trouble is not None:
            yield f"{counts.trouble}. The pictures are in the store."
        if reused:
            were = "was" if reused == 1 else "were"
            yield (
                f"{counted(reused, 'ask')} {were} answered by the store, in whole or in part; what "
                f"it answered was not sent and is not on {self.path.name}. To have all of it, "
                "record in a store of its own: ew.configure(store=...)."
            )
        if counts.left and counts.trouble is None:
            are = "is" if counts.left == 1 else "are"
            yield f"{counted(counts.left, 'ask')} did not end, and {are} not on {self.path.name}."

    def __repr__(self) -> str:
        return f"<Recording {self.path.name!r}: {counted(self.takes, 'take')}>"


@dataclass(frozen=True)
class Cassette:
    """A test's cassette, as the fixture `evolink_cassette` gives it.

    Attributes:
        path: its file.
        is_recorded: whether this run records it.
        off_tape: what the test has asked for and is not on it, in words.
    """

    path: Path
    is_recorded: bool
    off_tape: list[str]


@contextlib.contextmanager
def in_test(path: Path, store: Path, *, record: bool) -> Iterator[Cassette]:
    """A test's service: its cassette, replayed at once, or recorded anew.

    Args:
        path: the cassette.
        store: an empty folder for pictures.
        record: record it, with the key that is configured.

    Raises:
        ConfigurationError: there is no cassette, or no key to record it with.
    """
    if record:
        with Recording(path, anew=True, settings={"store": store}):
            if current.session().service == EMULATOR:
                raise ConfigurationError(
                    "There is no API key to record with.",
                    advice="Set EVOLINK_API_KEY, or EVOLINK_BASE_URL to an emulator on a port.",
                )
            yield Cassette(path, True, [])
        return
    if not path.exists():
        raise ConfigurationError(
            f"The test has no cassette yet ({path.parent.name}/{path.name}).",
            advice="pytest --record buys and records it, with your key.",
        )
    settings: dict[str, Any] = {"mode": "replay", "cassette": path, "speed": 0, "store": store}
    # Nothing can be bought here, also where CI forbids it.
    with for_now(**settings, off_tape="error", spend="allow") as begun:
        assert begun.player is not None
        try:
            yield Cassette(path, False, begun.player.off_tape)
        finally:
            begun.session.close()


async def _aside(function: Callable[[], object]) -> object:
    return await asyncio.to_thread(function)
