"""The errors of a wait that is stopped or times out: they say whether the task is charged."""

from __future__ import annotations

from evolink_widgets.errors import Billed, WaitingStopped, WaitTimeout


def stopped(task_id: str | None, billed: Billed) -> WaitingStopped:
    """The error of a wait that was stopped, for a task that may go on.

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
    """The error of a wait whose time is up; the task goes on from where it stands.

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


def withdrawn() -> WaitingStopped:
    """The error of a task that was stopped before it was sent."""
    return WaitingStopped(
        "It was stopped before anything was accepted.",
        billed=Billed.NO,
        advice="Ask again with ew.generate(...).",
    )
