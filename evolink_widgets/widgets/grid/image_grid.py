"""`ImageGrid`: pictures in a grid, with their progress while they are being made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeAlias

import traitlets

from evolink_widgets.core.task import Task
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import assets
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.saved_runs import SavedRun
from evolink_widgets.widgets.pictures.picture_panel import PicturePanel

__all__ = ["ImageGrid"]

#: The key of pictures that are no whole set of one task.
_MIXED = "pictures"
#: Characters of a caption, or a group's name.
_CAPTION = 200

#: One text for each picture, in order, or a function that gives a picture's.
Told: TypeAlias = Iterable[object] | Callable[[GeneratedImage], object] | None


class ImageGrid(PicturePanel):
    """The grid alone: a task's, with its progress while it runs, or any saved pictures.

    Args:
        source: a `Task`, or saved pictures such as an `ImageSet`, one or several.
        columns: how many pictures stand side by side; default: as many as fit.
        captions: a line under each saved picture: one for each, in order, or a function that
            gives a picture's.
        groups: the group that each saved picture stands in, likewise; the groups stand in the
            order in which they first occur, under their names.

    Traits:
        images: the pictures shown.
        selected: ids of the selected pictures, `"<task key>.<place>"`, or
            `"pictures.<place>"` where they are no whole set of one task, with the number of the
            group behind "pictures" where there are groups; the pictures themselves are
            `grid.selected_images`.

    Raises:
        ConfigurationError: the source is neither, or captions or groups are not as many.

    Example:
        >>> ew.ImageGrid(ew.generate("a fox in the snow", n=4))
        >>> images = ew.generate("a fox in the snow", n=2).result()
        >>> ew.ImageGrid(images, captions=["calm", "wild"], groups=lambda image: image.format)
    """

    _esm = assets.esm("image_grid")
    _css = assets.css("image_grid")

    columns = traitlets.Int(None, allow_none=True, min=1).tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {**PicturePanel._handlers, "replaced": "_on_replaced"}

    def __init__(
        self,
        source: Task | GeneratedImage | Iterable[GeneratedImage],
        *,
        columns: int | None = None,
        captions: Told = None,
        groups: Told = None,
        **traits: Any,
    ) -> None:
        self._copy: dict[str, Any] | None = None
        self._given = () if isinstance(source, Task) else _pictures(source)
        saved = _saved_runs(source, captions, groups)
        super().__init__(columns=columns, **traits)
        if isinstance(source, Task):
            self._follow(source)
        self._saved_runs = {run.key: run for run in saved}
        self._tell_trait("images")

    def _now(self, name: str) -> Any:
        return self._given or super()._now(name)

    def _static_html(self) -> str:
        parts = [run.static_html(self._key) for run in reversed(list(self._saved_runs.values()))]
        return "".join(parts) or super()._static_html()

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        return {**super()._welcome(tasks), "columns": self.columns}

    def _stand_in(self, copy: dict[str, Any], outputs: Iterable[str]) -> None:
        """Let the page put a copy in this view's place inside ipywidgets' outputs.

        Args:
            copy: a MIME bundle.
            outputs: the model ids of the `Output`s that may hold the view.
        """
        put = {self.model_id: copy, self._key: {"text/plain": ""}}
        self._copy = {"kind": "copy", "outputs": list(outputs), "put": put, "replaces": True}
        self.send(self._copy)

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        answer = super()._on_hello(content)
        if self._copy is not None:  # this page was not there when it was told
            self.send(self._copy)
        return answer

    def _on_replaced(self, content: dict[str, Any]) -> Answer:
        self.close()
        return None

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


def _saved_runs(source: object, captions: Told, groups: Told) -> list[SavedRun]:
    """The saved pictures in the order in which they are drawn: the last group comes first."""
    if isinstance(source, Task):
        for name, given in (("captions", captions), ("groups", groups)):
            if given is not None:
                raise ConfigurationError(
                    f"{name} belong to saved pictures, and a Task is still to make its own.",
                    advice=f"Wait for them: ew.ImageGrid(task.result(), {name}=...).",
                )
        return []
    images = _pictures(source)
    lines, names = _told(images, captions, "captions"), _told(images, groups, "groups")
    if groups is None:
        key = _common_key(images)
        return [SavedRun.of_pictures(key, images, title="Saved", captions=lines)]
    runs = []
    for number, group in enumerate(dict.fromkeys(names)):
        places = [place for place, name in enumerate(names) if name == group]
        runs.append(
            SavedRun.of_pictures(
                f"{_MIXED}{number}",
                [images[place] for place in places],
                title=group or "No group",
                captions=[lines[place] for place in places] if lines else (),
            )
        )
    return runs[::-1]


def _told(images: tuple[GeneratedImage, ...], given: Told, name: str) -> tuple[str, ...]:
    """A line for each picture; none where nothing was given."""
    if given is None:
        return ()
    if isinstance(given, str):
        raise ConfigurationError(
            f"{name} must be one for each picture; it is the text {given!r:.60}.",
            advice="Give a list, a column of a frame, or a function of a picture.",
        )
    found = [given(image) for image in images] if callable(given) else list(given)
    if len(found) != len(images):
        raise ConfigurationError(
            f"{name} must be as many as the pictures, {len(images)}; it has {len(found)}.",
            advice="Give one for each, in order, or a function of a picture.",
        )
    return tuple("" if one is None else one_line(str(one), _CAPTION) for one in found)


def _common_key(images: tuple[GeneratedImage, ...]) -> str:
    """The task's key if they are a whole set of one task, in order."""
    places = [(image.task_key, image.index) for image in images]
    whole = images and places == [(places[0][0], index) for index in range(len(places))]
    return places[0][0] if whole else _MIXED
