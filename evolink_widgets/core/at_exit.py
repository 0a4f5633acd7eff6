"""How a process ends that has tasks out: a script waits for them, others say what they leave.

A script whose last line asks goes on until its pictures are files; Ctrl-C leaves at once. A
kernel or a prompt that a person ends, and a script that broke down, wait for the replies to
requests that cost money, and no longer. Nothing is lost either way: the journal has it, and
`ew.recover()` collects it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from evolink_widgets.core import executions, loop
from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.errors import EvolinkError
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

__all__ = ["is_script", "leave"]

LAST_WORDS = 10.0
"""Seconds that Python's exit waits for the replies to requests that cost money."""

GRACE = 0.5
"""Seconds for which a script waits without a word: what the store answers takes no longer."""

LONGEST = 900.0
"""Seconds that a script waits at most: several times what the slowest pictures take."""

QUIET = 45.0
"""Seconds without news of any task after which it is left: the service is down. Readings that
go well are at most 30 s apart."""


class Leaving(Protocol):
    """A session, as far as the end of its process concerns it."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that are not finished."""

    async def last_words(self) -> None:
        """Wait until no paid request is without its answer."""


def is_script() -> bool:
    """Whether a program comes to its end, and not a person's kernel or prompt.

    One that broke down counts as theirs, too: who reads a traceback, or has pressed Ctrl-C,
    waits for nothing.
    """
    interactive = hasattr(sys, "ps1") or sys.flags.interactive
    return not (interactive or executions.in_ipython() or hasattr(sys, "last_type"))


def leave(sessions: Sequence[Leaving], *, waits: bool) -> None:
    """Let a process end.

    Args:
        sessions: all that were used in it.
        waits: whether tasks that are still on their way are waited for.
    """
    with contextlib.suppress(Exception):  # what was asked last is perhaps still being loaded
        loop.wait_on_loop(asyncio.sleep(0), LAST_WORDS)
    out = _tasks(sessions)
    with contextlib.suppress(KeyboardInterrupt):  # it leaves; Python would print a traceback
        if waits:
            _wait(sessions)
    with contextlib.suppress(KeyboardInterrupt):  # a second one leaves a reply that is out, too
        for session in sessions:
            with contextlib.suppress(TimeoutError, EvolinkError, RuntimeError):
                loop.wait_on_loop(session.last_words(), LAST_WORDS)
    _tell(out)


def _tasks(sessions: Iterable[Leaving]) -> list[Task]:
    return [task for session in sessions for task in session.tasks]


def _wait(sessions: Sequence[Leaving]) -> None:
    """Wait until no task is on its way; no longer than there is news of them."""
    began = heard = monotonic()
    said = False
    news: object = None
    while out := _tasks(sessions):
        now = monotonic()
        if (newest := [_news(task.state) for task in out]) != news:
            news, heard = newest, now
        if now - began >= LONGEST or now - heard >= QUIET:
            return
        if not said and now - began >= GRACE:
            said = True
            one = len(out) == 1
            _say(
                f"Waiting for {counted(len(out), _kind(out))} still on {'its' if one else 'their'} "
                f"way. Ctrl-C leaves {'it' if one else 'them'}; ew.recover() collects what is left."
            )
        time.sleep(loop.SLICE / 2)


def _news(state: TaskState) -> tuple[object, ...]:
    """What changes as a task goes on; a reading that failed has a note, and is no news."""
    return state.stage, state.progress, state.images, None if state.note else state.at


def _tell(out: Sequence[Task]) -> None:
    """Say what became of the tasks that were out: of those left, and of those that ended badly."""
    left = [task for task in out if not task.state.stage.ended]
    unsent = [task for task in left if task.state.stage is Stage.QUEUED]
    sent = [task for task in left if task.state.stage is not Stage.QUEUED]
    for task in out:
        if task.state.stage.ended and task.error is not None:
            _say(f"{task!r}: {task.error}")
    if unsent:
        _say(f"{counted(len(unsent), _kind(unsent))} not sent, and not charged.")
    if sent:
        them = "it" if len(sent) == 1 else "them"
        _say(f"{counted(len(sent), _kind(sent))} left on the way: ew.recover() collects {them}.")


def _kind(tasks: Sequence[Task]) -> str:
    if all(task.state.recorded for task in tasks):
        return "recorded task"
    return "simulated task" if all(task.state.simulated for task in tasks) else "task"


def _say(line: str) -> None:
    with contextlib.suppress(Exception):  # a stream that is closed, or none at all
        print(printable(line), file=sys.stderr, flush=True)


def in_children(leave_here: Callable[[], None]) -> None:
    """Call `leave_here` at the end of a child of multiprocessing, which has no `atexit`."""
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, leave_here, exitpriority=1)
