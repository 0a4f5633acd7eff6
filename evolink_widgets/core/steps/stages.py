"""Which stage a task shows, taken up or ended, and what each end says of the money."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from evolink_widgets.core.task import Stage, TaskState
from evolink_widgets.errors import (
    Billed,
    DownloadFailed,
    EvolinkError,
    OutcomeUnknown,
    SpendingRefused,
    StoreError,
    TaskFailed,
    WaitingStopped,
)
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.text import counted

if TYPE_CHECKING:
    from evolink_widgets.core.shared.parts import SessionParts
    from evolink_widgets.store.gallery.pictures import GeneratedImage


BEGINNING = {
    Step.INTENDED: Stage.QUEUED,
    Step.SENDING: Stage.SENDING,
    Step.UNKNOWN: Stage.SENDING,
    Step.ACCEPTED: Stage.PENDING,
    Step.READY: Stage.SAVING,
}
"""The stage that a task shows when it is taken up at a step."""


def first_state(parts: SessionParts, recipe: Recipe, entry: Entry | None) -> TaskState:
    """The state of a task before anything has happened to it here.

    Args:
        parts: the session's parts.
        recipe: what is asked.
        entry: where it stands in the journal; `None` when it is new.
    """
    now = parts.clock()
    return TaskState(
        stage=Stage.QUEUED if entry is None else BEGINNING.get(entry.step, Stage.SAVING),
        progress=None,
        started_at=now if entry is None else entry.created_at,
        at=now,
        ended_at=None,
        left=None,
        images=(),
        expected=recipe.request.n,
        size=recipe.request.pixels,
        error=None,
        task_id=None if entry is None else entry.task_id,
        receipt=None if entry is None else entry.receipt,
        simulated=parts.simulated,
        note=None,
    )


class PicturesMissing(Exception):
    """An ask ends without all of its pictures, whatever became of its own purchase.

    Args:
        stage: how it ends.
        error: why, with the truth about the money.
    """

    def __init__(self, stage: Stage, error: EvolinkError) -> None:
        super().__init__(error.message)
        self.stage = stage
        self.error = error


def ending_of(step: Step | None, error: EvolinkError) -> tuple[Stage, EvolinkError]:
    """The stage that shows `error`, and the error with the truth about the money.

    Args:
        step: where the journal stands; `None` when nothing was written.
        error: what ended the task. The same fault means different things at different steps:
            a full disk costs nothing before the request went out, and delays what is paid
            for after it.
    """
    if step in (None, Step.INTENDED, Step.REFUSED):
        return Stage.REFUSED, error
    if isinstance(error, TaskFailed) or step is Step.FAILED:
        return Stage.FAILED, error
    if step in (Step.SENDING, Step.UNKNOWN):
        if not isinstance(error, OutcomeUnknown):
            error = OutcomeUnknown(f"The request went out, and then: {error.message}")
        return Stage.UNKNOWN, error
    if step is Step.ACCEPTED and not isinstance(error, DownloadFailed):
        return Stage.STOPPED, _goes_on(error)
    if not isinstance(error, DownloadFailed):
        error = _paid(error)
    return Stage.FAILED, error


def _goes_on(error: EvolinkError) -> EvolinkError:
    if isinstance(error, WaitingStopped):
        return error
    error.billed = Billed.LATER
    error.advice = f"{error.advice} The task goes on; then collect it with ew.recover()."
    return error


def _paid(error: EvolinkError) -> EvolinkError:
    if isinstance(error, StoreError):
        error.billed = Billed.YES
        return error
    return DownloadFailed(error.message, code=error.code, request_id=error.request_id)


def other_pixels(images: Iterable[GeneratedImage]) -> list[str]:
    """A sentence for pictures that do not have the pixels that were asked for."""
    odd = [image for image in images if image.asked_pixels not in (None, image.pixels)]
    if not odd or odd[0].asked_pixels is None:
        return []
    sizes = dict.fromkeys(f"{image.width} × {image.height}" for image in odd)
    width, height = odd[0].asked_pixels
    return [
        f"{counted(len(odd), 'picture')} {'has' if len(odd) == 1 else 'have'} "
        f"{' and '.join(sizes)} pixels, and {width} × {height} was asked for"
    ]


def not_again(error: EvolinkError | None, refusal: SpendingRefused) -> EvolinkError:
    """An unknown outcome that is not sent again, and why."""
    said = "" if error is None else error.message.removesuffix(refusal.message).rstrip()
    return OutcomeUnknown(f"{said} {refusal.message}".strip(), advice=refusal.advice)
