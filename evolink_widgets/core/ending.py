"""How a story ends: which stage an error means at which step, and what it says of the money."""

from __future__ import annotations

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
)
from evolink_widgets.store.journal import Step


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


def stopped(task_id: str | None) -> WaitingStopped:
    """What somebody reads who stopped waiting for a task that may go on."""
    return WaitingStopped(
        "Waiting was stopped; the task goes on at the service.",
        billed=Billed.UNKNOWN if task_id is None else Billed.LATER,
        task_id=task_id,
    )


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
