"""`ImageGrid`: pictures in a grid, with their progress while they are being made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import traitlets

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.state import Stage, TaskState
from evolink_widgets.core.task import Task
from evolink_widgets.errors import ConfigurationError, EvolinkError
from evolink_widgets.rules.request import ImageRequest
from evolink_widgets.store.pictures import GeneratedImage
from evolink_widgets.store.static_copy import html
from evolink_widgets.widgets import assets, describe
from evolink_widgets.widgets.companion import html_of
from evolink_widgets.widgets.panel import Panel

__all__ = ["ImageGrid"]


class ImageGrid(Panel):
    """The grid alone: a task's, with its progress while it runs, or any saved pictures.

    Args:
        source: a `Task`, or saved pictures such as an `ImageSet`.
        columns: how many pictures stand side by side; default: as many as fit.

    Traits:
        images: the pictures shown.
        selected: ids of the selected pictures, `"<task key>.<index>"`.

    Raises:
        ConfigurationError: the source is neither.

    Example:
        >>> ew.ImageGrid(ew.generate("a fox in the snow", n=4))
    """

    _esm = assets.esm("image_grid")
    _css = assets.css("image_grid")

    columns = traitlets.Int(None, allow_none=True).tag(sync=True)
    images = traitlets.Tuple()

    def __init__(
        self, source: Task | Iterable[GeneratedImage], *, columns: int | None = None, **traits: Any
    ) -> None:
        super().__init__(columns=columns, **traits)
        self._saved: tuple[GeneratedImage, ...] = ()
        if isinstance(source, Task):
            self._follow(source)
            return
        self._saved = _pictures(source)
        self.images = self._saved

    def _reflect(self) -> None:
        (task,) = self._tasks.values()
        if task.state.images != self.images:
            self.images = task.state.images

    def _on_hello(self, content: dict[str, Any]) -> None:
        super()._on_hello(content)
        for image in self._saved:
            run_on_loop(self._send_picture(image))

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        told = super()._welcome(tasks)
        told["columns"] = self.columns
        if self._saved:
            told["runs"] = [_finished(images) for images in _by_task(self._saved)]
            told["simulated"] = any(image.simulated for image in self._saved)
        return told

    def _picture(self, content: dict[str, Any]) -> tuple[GeneratedImage, TaskState]:
        for image in self._saved:
            if describe.picture_id(image) == content.get("picture"):
                return image, _state([image])
        return super()._picture(content)

    def _on_run_again(self, content: dict[str, Any]) -> None:
        if self._saved:
            raise EvolinkError(
                "These pictures are shown, not asked for.",
                advice="Ask again with ew.generate(...), as Copy as code gives it.",
            )
        super()._on_run_again(content)

    def _static_html(self) -> str:
        return html(self._saved, key=self._key) if self._saved else html_of(
            list(self._tasks.values()), self._key
        )  # fmt: skip


def _pictures(source: object) -> tuple[GeneratedImage, ...]:
    found = tuple(source) if isinstance(source, Iterable) else (source,)
    if not all(isinstance(image, GeneratedImage) for image in found):
        raise ConfigurationError(
            f"ImageGrid shows a Task or saved pictures; it was given a {type(source).__name__}.",
            advice="Give it ew.generate(...), or the images of a finished task.",
        )
    return found


def _by_task(images: Sequence[GeneratedImage]) -> list[list[GeneratedImage]]:
    groups: dict[str, list[GeneratedImage]] = {}
    for image in images:
        groups.setdefault(image.task_key, []).append(image)
    return list(groups.values())


def _finished(images: list[GeneratedImage]) -> dict[str, Any]:
    request: ImageRequest = images[0].recipe.request
    told = describe.run(images[0].task_key, request, _state(images))
    # Pictures can be a part of their task: only these have a place in the grid.
    return {**told, "n": max(image.index for image in images) + 1, "actions": ["saveAll"]}


def _state(images: list[GeneratedImage]) -> TaskState:
    first = images[0]
    return TaskState(
        stage=Stage.DONE,
        progress=100,
        started_at=first.created_at,
        at=first.created_at,
        ended_at=None,
        left=None,
        images=tuple(images),
        expected=len(images),
        size=(first.width, first.height),
        error=None,
        task_id=first.task_id,
        receipt=None,
        simulated=first.simulated,
        note=None,
    )
