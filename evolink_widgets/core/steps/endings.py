"""How a story ends: which stage an error means at which step, and what it says of the money."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from evolink_widgets.core.state import Stage
from evolink_widgets.errors import (
    Billed,
    DownloadFailed,
    EvolinkError,
    OutcomeUnknown,
    SpendingRefused,
    StoreError,
    TaskFailed,
    WaitingStopped,
    WaitTimeout,
)
from evolink_widgets.store.journal.journal import Step
from evolink_widgets.text import counted

if TYPE_CHECKING:
    from evolink_widgets.store.gallery.pictures import GeneratedImage


class CameShort(Exception):
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
        error: what ended the story. The same fault means different things at different steps:
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


def stopped(task_id: str | None, billed: Billed) -> WaitingStopped:
    """What somebody reads who stopped waiting for a task that may go on.

    Args:
        task_id: the service's id, where it is known.
        billed: whether it is charged.
    """
    said = {
        Billed.YES: "Waiting was stopped; the pictures are made and not fetched yet.",
        Billed.UNKNOWN: "Waiting was stopped; whether the request was accepted is not known yet.",
    }.get(billed, "Waiting was stopped; the task goes on at the service.")
    return WaitingStopped(said, billed=billed, task_id=task_id)


def timed_out(seconds: float, task_id: str | None, billed: Billed) -> WaitTimeout:
    """What somebody reads whose time to wait is up; the task goes on from where it stands.

    Args:
        seconds: how long was waited.
        task_id: the service's id, where it is known.
        billed: whether it is charged if nothing more is done about it.
    """
    said, advice = f"The task is not finished after {seconds:g} s", None
    if billed is Billed.NO:
        said += ": it is still waiting to be sent"
        advice = (
            "It will be sent, and charged then, unless task.stop() takes it back. "
            "Call task.result() to wait again."
        )
    elif billed is Billed.UNKNOWN:
        said += ": whether the request was accepted is not known yet"
    elif billed is Billed.YES:
        said += ": its pictures are being fetched"
    return WaitTimeout(f"{said}.", billed=billed, advice=advice, task_id=task_id)


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


def withdrawn() -> WaitingStopped:
    """What somebody reads who stopped a task before it was sent."""
    return WaitingStopped(
        "It was stopped before anything was accepted.",
        billed=Billed.NO,
        advice="Ask again with ew.generate(...).",
    )


def not_again(error: EvolinkError | None, refusal: SpendingRefused) -> EvolinkError:
    """An unknown outcome that is not sent again, and why."""
    said = "" if error is None else error.message.removesuffix(refusal.message).rstrip()
    return OutcomeUnknown(f"{said} {refusal.message}".strip(), advice=refusal.advice)
