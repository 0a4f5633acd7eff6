"""`ImageGrid`: pictures in a grid, with their progress while they are being made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import traitlets

from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.errors import ConfigurationError, EvolinkError
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.static_copy import html
from evolink_widgets.text import counted
from evolink_widgets.widgets.base import assets, describe
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.panel import Panel

__all__ = ["ImageGrid"]

#: The key of pictures that are no whole set of one task.
_MIXED = "pictures"


class ImageGrid(Panel):
    """The grid alone: a task's, with its progress while it runs, or any saved pictures.

    Args:
        source: a `Task`, or saved pictures such as an `ImageSet`, one or several.
        columns: how many pictures stand side by side; default: as many as fit.

    Traits:
        images: the pictures shown.
        selected: ids of the selected pictures, `"<task key>.<place>"`, or
            `"pictures.<place>"` where they are no whole set of one task; the pictures
            themselves are `grid.selected_images`.

    Raises:
        ConfigurationError: the source is neither.

    Example:
        >>> ew.ImageGrid(ew.generate("a fox in the snow", n=4))
    """

    _esm = assets.esm("image_grid")
    _css = assets.css("image_grid")

    columns = traitlets.Int(None, allow_none=True, min=1).tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {**Panel._handlers, "replaced": "_on_replaced"}

    def __init__(
        self,
        source: Task | GeneratedImage | Iterable[GeneratedImage],
        *,
        columns: int | None = None,
        **traits: Any,
    ) -> None:
        self._saved = () if isinstance(source, Task) else _pictures(source)
        self._saved_key = _common_key(self._saved)
        self._copy: dict[str, Any] | None = None
        super().__init__(columns=columns, **traits)
        if isinstance(source, Task):
            self._follow(source)

    def _now(self, name: str) -> Any:
        return self._saved or super()._now(name)

    def _landed(self, tasks: list[Task]) -> Iterable[tuple[str, int, GeneratedImage]]:
        if not self._saved:
            return super()._landed(tasks)
        return [(self._saved_key, place, image) for place, image in enumerate(self._saved)]

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        told = {**super()._welcome(tasks), "columns": self.columns}
        if self._saved:
            told["runs"] = [self._saved_run()]
            told["simulated"] = any(image.simulated for image in self._saved)
        return told

    def _saved_run(self) -> dict[str, Any]:
        """The pictures as the front end draws a finished run."""
        told = describe.run(self._saved_key, self._saved[0].recipe.request, finished(self._saved))
        prompts = list(dict.fromkeys(image.recipe.request.prompt for image in self._saved))
        return {
            **told,
            "prompt": " · ".join(prompts),
            "title": "Saved",
            "landed": list(range(len(self._saved))),
            "actions": ["saveAll"],
        }

    def _stand_in(self, copy: dict[str, Any], outputs: Iterable[str]) -> None:
        """Let the page put a copy in this view's place inside ipywidgets' outputs.

        Args:
            copy: a MIME bundle.
            outputs: the model ids of the `Output`s that may hold the view.
        """
        held = {"outputs": list(outputs), "live": self.model_id, "companion": self._key}
        self._copy = {"kind": "copy", **held, "data": copy}
        self.send(self._copy)

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        answer = super()._on_hello(content)
        if self._copy is not None:  # this page was not there when it was told
            self.send(self._copy)
        return answer

    def _on_replaced(self, content: dict[str, Any]) -> Answer:
        self.close()
        return None

    def _find(self, name: object) -> tuple[GeneratedImage, TaskState]:
        for place, image in enumerate(self._saved):
            if name == f"{self._saved_key}.{place}":
                return image, finished([image])
        return super()._find(name)

    def _on_run_again(self, content: dict[str, Any]) -> Answer:
        if self._saved:
            raise EvolinkError(
                "These pictures are shown, not asked for.",
                advice="Ask again with ew.generate(...), as Copy as code gives it.",
            )
        return super()._on_run_again(content)

    def _static_html(self) -> str:
        return html(self._saved, key=self._key) if self._saved else super()._static_html()

    def __repr__(self) -> str:
        return f"<ImageGrid, {counted(len(self.images), 'picture')}>"


def _pictures(source: object) -> tuple[GeneratedImage, ...]:
    given = tuple(source) if isinstance(source, Iterable) else (source,)
    found = tuple(image for image in given if isinstance(image, GeneratedImage))
    if not found or len(found) < len(given):
        said = f"a {type(source).__name__}" if given else "no pictures"
        raise ConfigurationError(
            f"ImageGrid shows a Task or saved pictures; it was given {said}.",
            advice="Give it the task itself, as ew.generate(...) returns it, or saved images.",
        )
    return found


def _common_key(images: tuple[GeneratedImage, ...]) -> str:
    """The task's key if they are a whole set of one task, in order."""
    places = [(image.task_key, image.index) for image in images]
    whole = images and places == [(places[0][0], index) for index in range(len(places))]
    return places[0][0] if whole else _MIXED


def finished(images: Iterable[GeneratedImage]) -> TaskState:
    """What is known of saved pictures, as the state of a task that is done."""
    found = tuple(images)
    first = found[0]
    return TaskState(
        stage=Stage.DONE,
        progress=100,
        started_at=first.created_at,
        at=first.created_at,
        ended_at=None,
        left=None,
        images=found,
        expected=len(found),
        size=(first.width, first.height),
        error=None,
        task_id=first.task_id,
        receipt=None,
        simulated=first.simulated,
        note=None,
    )
