"""A task as a cell's result: live while it runs, then replaced by its static copy.

Where nobody watches (nbclient, papermill, a terminal) there is one tidy line a stage instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.state import Stage, TaskState
from evolink_widgets.errors import DownloadFailed
from evolink_widgets.notebook.hosts import Host, host
from evolink_widgets.store.static_copy import html
from evolink_widgets.widgets import describe
from evolink_widgets.widgets.companion import replace_output, workers

if TYPE_CHECKING:
    from evolink_widgets.core.task import Task

__all__ = ["show_task", "stage_line"]


def show_task(task: Task) -> None:
    """Show a task in the host that runs the cell."""
    kind = host()
    if kind in (Host.TERMINAL, Host.SCRIPT):
        _each_stage(task, lambda line: print(line, file=sys.stdout, flush=True))
    elif kind is Host.BATCH:
        _Lines(task).show()
    else:
        _Live(task).show()


def stage_line(task: Task, state: TaskState) -> str:
    """One line of plain text for a stage."""
    prompt = " ".join(task.request.prompt.split())
    short = prompt if len(prompt) <= 40 else prompt[:39].rstrip() + "…"
    said = describe.title(state)
    if state.stage is Stage.DONE:
        count = len(state.images)
        seconds = max(1, round((state.ended_at or state.at) - state.started_at))
        said = f"{said}: {count} picture{'' if count == 1 else 's'} in {seconds} s"
        if state.receipt is not None:
            said += f", {state.receipt}"
        if state.images:
            said += f", in {state.images[0].path.parent.name}/"
    elif state.stage.ended and state.error is not None:
        said = f"{said}. {state.error}"
    elif state.stage is Stage.PROCESSING and state.left:
        said += f", about {max(1, round(state.left[1]))} s left"
    kind = " (simulated)" if state.simulated else ""
    note = f" {state.note}." if state.note and state.stage is Stage.DONE else ""
    return f"“{short}”{kind}: {said}{note}"


def _each_stage(task: Task, say: Callable[[str], object]) -> None:
    """Say one line for each stage that a person would want to know of."""
    said: list[Stage] = []

    def listen(state: TaskState) -> None:
        quick = state.stage in (Stage.QUEUED, Stage.SENDING, Stage.SAVING)
        if quick or (said and said[-1] is state.stage):
            return
        said.append(state.stage)
        say(stage_line(task, state))

    task.subscribe(listen)


class _Shown:
    """One output that is replaced when the task ends."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._handle: Any = None
        self._ended = False

    def _put(self, bundle: dict[str, Any]) -> None:
        from IPython.display import display

        self._handle = display(  # type: ignore[no-untyped-call]
            bundle, raw=True, display_id=True
        )

    def _when_ended(self, state: TaskState) -> None:
        if state.stage.ended and not self._ended:
            self._ended = True
            run_on_loop(self._replace(state))
        elif not state.stage.ended:
            self._ended = False  # it was resumed

    async def _replace(self, state: TaskState) -> None:
        self._update(await workers.run(self._last_bundle, state))

    def _update(self, bundle: dict[str, Any]) -> None:
        if self._handle is not None:
            replace_output(self._handle, bundle)

    def _last_bundle(self, state: TaskState) -> dict[str, Any]:
        """The static copy, which stays in the saved notebook."""
        line = self._last_text(state)
        failed = state.error is not None
        note = stage_line(self._task, state) if failed else state.note
        markup = html(
            state.images, key=self._task.key, caption=self._task.request.prompt, note=note
        )
        return {"text/html": markup, "text/plain": line}

    def _last_text(self, state: TaskState) -> str:
        return stage_line(self._task, state)


class _Lines(_Shown):
    """For hosts where no front end answers: the stages as lines, then the pictures."""

    def show(self) -> None:
        self._said: list[str] = []
        self._put({"text/plain": f"“{self._task.request.prompt[:40]}”"})
        _each_stage(self._task, self._say)
        self._task.subscribe(self._when_ended)

    def _say(self, line: str) -> None:
        self._said.append(line)
        self._update({"text/plain": "\n".join(self._said)})

    def _last_text(self, state: TaskState) -> str:
        return "\n".join(self._said)


class _Live(_Shown):
    """For a person: the grid with its progress, then the static copy in its place."""

    def show(self) -> None:
        from evolink_widgets.widgets.image_grid import ImageGrid

        if self._task.state.stage.ended:
            self._put(self._last_bundle(self._task.state))
            return
        self._grid = ImageGrid(self._task)
        bundle = self._grid._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        self._put(dict(data or {}))
        self._task.subscribe(self._when_ended)

    def _last_bundle(self, state: TaskState) -> dict[str, Any]:
        may_go_on = state.stage in (Stage.STOPPED, Stage.UNKNOWN)
        if not may_go_on and not isinstance(state.error, DownloadFailed):
            return super()._last_bundle(state)
        # A run that can still go on keeps its buttons; its text says how it stands.
        bundle = self._grid._repr_mimebundle_() if hasattr(self, "_grid") else None
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**(data or super()._last_bundle(state)), "text/plain": self._last_text(state)}
