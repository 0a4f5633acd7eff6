"""Shows a task that is a cell's result: live while it runs, then as a static copy.

Where nothing can be changed once it is shown (nbclient, papermill, a terminal) there is one
tidy line a stage instead, and the cell waits for the end.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import threading
from collections.abc import Callable
from typing import Any

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.errors import DownloadFailed, EvolinkError
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.thumbnails.static_copy import html, sheet
from evolink_widgets.store.safe_files import store_of
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.companion import NOTHING
from evolink_widgets.widgets.base.hosts import (
    Host,
    capturing,
    displays_are_renewed,
    host,
    speak,
)
from evolink_widgets.widgets.base.transfers.outgoing_pictures import workers

__all__ = ["show_task", "stage_line"]

log = logging.getLogger("evolink_widgets")


def show_task(task: Task) -> None:
    """Show a task in the host that runs the cell.

    In a notebook it returns at once. Elsewhere it waits for the task's end; Ctrl-C stops the
    waiting and not the task.
    """
    kind = host()
    if kind is Host.NOTEBOOK:
        _Live(task).show()
    elif kind is Host.BATCH:
        _Lines(task).show()
    else:
        _print_lines(task)


def stage_line(task: Task, state: TaskState) -> str:
    """One line of plain text for a stage."""
    said = describe.title(state)
    if state.stage is Stage.DONE:
        count = len(state.images)
        said = f"{said}: {counted(count, 'picture')}"
        reused = state.reused
        if reused is not None and reused.pictures == count:  # the title says where from
            said += f", {reused.price}"
        else:
            said += f" in {max(1, round((state.ended_at or state.at) - state.started_at))} s"
            said += f", {reused.pictures} of them {reused}" if reused else ""
        if state.receipt is not None:
            said += f", {describe.receipt_words(state).lower()}"
        if state.images:
            said += f", in {store_of(state.images[0].path).name}/"
    elif state.stage.ended and state.error is not None:
        said = f"{said}. {state.error}"
    elif state.stage is Stage.PROCESSING and state.left:
        said += f", about {max(1, round(state.left[1]))} s left"
    kind = f" ({state.badge.lower()})" if state.badge else ""
    note = f". {state.note}" if state.note and state.stage is Stage.DONE else ""
    return printable(f"{_quoted(task)}{kind}: {said}{note}")


def _quoted(task: Task) -> str:
    """The prompt's beginning, as it may stand in a line."""
    return printable(f"“{one_line(task.request.prompt, 40)}”")


def _follow_lines(task: Task, say: Callable[[str], object]) -> None:
    """Say one line for each stage that a person would want to know of, and wait for the end."""
    said: list[Stage] = []
    # The end is told by two threads: the one that comes second waits until it is said.
    speaking = threading.Lock()

    def listen(state: TaskState) -> None:
        quick = state.stage in (Stage.QUEUED, Stage.SENDING, Stage.SAVING)
        with speaking:
            if quick or said[-1:] == [state.stage]:
                return
            said.append(state.stage)
            say(stage_line(task, state))

    leave = task.subscribe(listen)
    try:
        with contextlib.suppress(EvolinkError):  # its line says what went wrong
            task.result()
    finally:
        leave()
    # The end is known here a moment before the listener is told.
    listen(task.state)


def _print_lines(task: Task) -> None:
    try:
        _follow_lines(task, lambda line: print(line, flush=True))
    except KeyboardInterrupt:
        print(f"{_quoted(task)}: no longer waited for; the task goes on.")


class _Shown:
    """One output, with an id by which it is replaced."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._context = contextvars.copy_context()
        self._handle: Any = None

    def _put(self, bundle: dict[str, Any]) -> None:
        from IPython.display import display

        self._handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def _update(self, bundle: dict[str, Any]) -> None:
        if self._handle is not None:
            speak(self._context, self._handle.update, bundle, raw=True)

    def _static_copy(self, state: TaskState, text: str) -> dict[str, Any]:
        """What stays in the saved notebook, also as a picture that a PDF can hold."""
        failed = state.error is not None
        note = stage_line(self._task, state) if failed else state.note
        markup = html(state.images, caption=self._task.request.prompt, note=note)
        return {"text/html": markup, "text/plain": text, **sheet(state.images)}


class _Lines(_Shown):
    """For hosts where no front end answers: the stages as lines, then the pictures."""

    def show(self) -> None:
        said: list[str] = []

        def say(line: str) -> None:
            said.append(line)
            self._update({"text/plain": "\n".join(said)})

        is_captured = bool(capturing())
        if not is_captured:
            self._put({"text/plain": repr(self._task)})
        _follow_lines(self._task, say)
        copy = self._static_copy(self._task.state, "\n".join(said))
        if is_captured:
            self._put(copy)
        else:
            self._update(copy)


class _Live(_Shown):
    """For a person: the grid with its progress, then the static copy in its place.

    Where a display can't be renewed the grid stays, unless the page puts the copy there itself.
    """

    def show(self) -> None:
        from evolink_widgets.widgets.grid.image_grid import ImageGrid

        state = self._task.state
        if state.stage.ended and not _may_go_on(state):
            self._put(self._static_copy(state, stage_line(self._task, state)))
            return
        self._grid = ImageGrid(self._task)
        self._outputs = capturing()
        self._is_renewed = displays_are_renewed()
        self._put({**self._grid._live(), "text/plain": repr(self._task)})
        # Until the end a reopened notebook shows this in the place of a dead view. What is in no
        # notebook, and is not renewed either, would say it for ever.
        if self._is_renewed or self._outputs:
            self._grid._companion.show(self._grid._static_html())
        self._is_replaced = False
        # In a context of its own: what is told later is told for the cell that runs then.
        self._leave = contextvars.Context().run(self._task.subscribe, self._listen)

    def _listen(self, state: TaskState) -> None:
        # A run that may still go on keeps its buttons.
        if state.stage.ended and not _may_go_on(state) and not self._is_replaced:
            self._is_replaced = True
            run_on_loop(self._replace(state))

    async def _replace(self, state: TaskState) -> None:
        try:
            text = stage_line(self._task, state)
            copy = await workers.run(self._static_copy, state, text)
            companion = self._grid._companion
            self._leave()
            if not self._is_renewed:
                self._update(copy)
                companion.end()
                self._grid._stand_in(copy, self._outputs)
                return
            # The copy takes the last output. In a notebook that several people share, JupyterLab
            # puts whatever output is changed last, on every page but the one that ran the cell.
            companion.end(copy)
            self._update(NOTHING)
            # Its state would be saved with the notebook, and no page shows it any more. A page
            # that was reloaded knows no display ids, so there it still is what is shown.
            if self._grid._pages <= 1:
                self._grid.close()
        except Exception:
            log.exception("The display of task %s could not be replaced", self._task.key)


def _may_go_on(state: TaskState) -> bool:
    """Whether the run can still end well: it was stopped, is unknown, or is to be fetched."""
    stopped = state.stage in (Stage.STOPPED, Stage.UNKNOWN)
    return stopped or isinstance(state.error, DownloadFailed)
