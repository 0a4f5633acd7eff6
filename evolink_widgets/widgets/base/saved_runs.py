"""Saved pictures as a panel shows them: as a run that has ended, with no task behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from evolink_widgets.core.task import Stage, TaskState
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet
from evolink_widgets.store.gallery.thumbnails.static_copy import html
from evolink_widgets.widgets.base import describe

__all__ = ["SavedRun", "finished"]


@dataclass(frozen=True)
class SavedRun:
    """Pictures of the store in the form of a finished run.

    Attributes:
        key: names the run in the page, beside the keys of tasks.
        images: the pictures, in order.
        places: the place of each in the run, from 0.
        expected: how many places there are.
        title: what stands at its head; `None` says how it ended.
        captions: a line under each picture; empty for none.
        actions: what can be done with the whole.
        receipt: what it cost, where that is known.
    """

    key: str
    images: tuple[GeneratedImage, ...]
    places: tuple[int, ...]
    expected: int
    title: str | None = None
    captions: tuple[str, ...] = ()
    actions: tuple[str, ...] = ("saveAll",)
    receipt: Receipt | None = None

    @classmethod
    def of_set(cls, images: ImageSet) -> SavedRun:
        """A task's set, which can be asked for again."""
        return cls(
            key=images.key,
            images=tuple(images),
            places=tuple(image.index for image in images),
            expected=max(images.expected, *(image.index + 1 for image in images)),
            actions=("saveAll", "runAgain"),
            receipt=images.receipt,
        )

    @classmethod
    def of_pictures(
        cls, key: str, images: Iterable[GeneratedImage], *, title: str, captions: Iterable[str] = ()
    ) -> SavedRun:
        """Any pictures, under a title."""
        found = tuple(images)
        return cls(key, found, tuple(range(len(found))), len(found), title, tuple(captions))

    @property
    def placed(self) -> Iterator[tuple[int, GeneratedImage]]:
        """Each picture with its place."""
        return zip(self.places, self.images, strict=True)

    def find(self, place: str) -> GeneratedImage | None:
        """The picture at a place, as a picture's id names it."""
        return next((image for at, image in self.placed if str(at) == place), None)

    def told(self) -> dict[str, Any]:
        """The run as the front end draws it."""
        request = self.images[0].recipe.request
        state = finished(self.images, self.receipt)
        prompts = dict.fromkeys(image.recipe.request.prompt for image in self.images)
        run = describe.run(self.key, request, state)
        return {
            **run,
            # Captions say better what each is.
            "prompt": "" if self.captions and len(prompts) > 1 else " · ".join(prompts),
            "title": self.title or run["title"],
            "n": self.expected,
            "landed": list(self.places),
            "actions": list(self.actions),
            "captions": list(self.captions),
        }

    def static_html(self, key: str) -> str:
        """What stays in the notebook.

        Args:
            key: the live display's key.
        """
        caption = None
        if self.captions:
            caption = " · ".join(self.captions)
        elif self.title:
            caption = self.told()["prompt"]
        named = f"{self.title}: {caption}" if self.title not in (None, "Saved") else caption
        return html(self.images, key=key, caption=named)


def finished(images: Iterable[GeneratedImage], receipt: Receipt | None = None) -> TaskState:
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
        receipt=receipt,
        simulated=first.simulated or first.recorded,
        note=None,
    )
