"""What a story shows first, at whichever step it is taken up."""

from __future__ import annotations

from evolink_widgets.core.shared.parts import Wiring
from evolink_widgets.core.state import Stage, TaskState
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.journal.journal import Entry, Step

BEGINNING = {
    Step.INTENDED: Stage.QUEUED,
    Step.SENDING: Stage.SENDING,
    Step.UNKNOWN: Stage.SENDING,
    Step.ACCEPTED: Stage.PENDING,
    Step.READY: Stage.SAVING,
}
"""The stage that a story shows when it is taken up at a step."""


def first_state(wiring: Wiring, recipe: Recipe, entry: Entry | None) -> TaskState:
    """The state of a task before anything has happened to it here.

    Args:
        wiring: the session's parts.
        recipe: what is asked.
        entry: where it stands in the journal; `None` when it is new.
    """
    now = wiring.clock()
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
        simulated=wiring.simulated,
        note=None,
    )
