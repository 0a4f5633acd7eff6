"""Finding the tasks whose replies were lost: in the service's list, by what they are.

A wrong find would show a stranger's pictures under this ask's prompt, and book their credits. So
a task is taken for an ask's only where its evidence proves it (`rules.tasks.evidence`) and where, of
all lost asks and all tasks without an owner, nothing else can be true (`rules.tasks.assignment`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from evolink_widgets.clock import ClockOffset
from evolink_widgets.rules.tasks.assignment import decided
from evolink_widgets.rules.tasks.evidence import Expected, Finding, Weight, tell, weigh
from evolink_widgets.rules.tasks.task import TaskListItem, TaskSnapshot

EARLY = 2.0
"""Seconds a task may seem older than its request: both clocks are told in whole seconds."""

LATE = 15.0
"""Seconds after the loss was noticed in which the service may still have written it down, where
it had not answered at all. An answer, if only a fault, comes after that."""


@dataclass(frozen=True)
class LostRequest:
    """One request of unknown outcome.

    Attributes:
        key: the task's local key.
        model: the model that was asked.
        identity: equal for requests whose pictures are interchangeable.
        since: Unix seconds on the service's clock: not created before that.
        until: Unix seconds on the service's clock: not created after that.
        expected: what its task would show; `None` where the request can't be read.
        ruled_out: ids of tasks that were taken for it once and turned out to be others'.
    """

    key: str
    model: str
    identity: str | None
    since: float
    until: float
    expected: Expected | None = None
    ruled_out: frozenset[str] = frozenset()

    def fits(self, item: TaskListItem) -> bool:
        """Whether this task of the list is of its time and model."""
        return (
            item.created is not None
            and item.model in (None, self.model)
            and self.since <= item.created <= self.until
            and item.id not in self.ruled_out
        )

    def weigh(self, task: TaskSnapshot | None) -> Finding:
        """What a task's evidence comes to; `None` is a task that could not be read."""
        if task is None or self.expected is None:
            return Finding(Weight.POSSIBLE)
        return weigh(self.expected, task)


@dataclass(frozen=True)
class Found:
    """What a look has come to, for one request.

    Attributes:
        task_id: the task that must be its; `None` where none must be.
        said: what was looked at and why none was taken, for the screen.
    """

    task_id: str | None
    said: str = ""


def lost_request(
    key: str,
    model: str,
    identity: str | None,
    *,
    sent_at: float,
    lost_at: float,
    answered: bool,
    offset: ClockOffset,
    expected: Expected | None = None,
    ruled_out: Set[str] = frozenset(),
) -> LostRequest:
    """What is looked for, of a request whose reply was lost.

    Args:
        key: the task's local key.
        model: the model that was asked.
        identity: the recipe's identity.
        sent_at: Unix seconds of our clock when the request went out.
        lost_at: Unix seconds when its reply was given up, or could have come at the latest.
        answered: whether the service had answered, with something that was no task.
        offset: by how much the service's clock is ahead of ours.
        expected: what its task would show.
        ruled_out: tasks that are known to be others'.
    """
    # All of the offset's range: a window that leaves out the own task gives it to a stranger's.
    since = sent_at + offset.low - EARLY
    until = lost_at + offset.high + (EARLY if answered else LATE)
    return LostRequest(key, model, identity, since, until, expected, frozenset(ruled_out))


def find(
    asked: Sequence[LostRequest],
    items: Sequence[TaskListItem],
    readings: Mapping[str, TaskSnapshot],
    known: Set[str],
    rivals: Sequence[LostRequest],
) -> list[Found]:
    """Which task each request finds; nothing is given to two.

    Args:
        asked: what is looked for.
        items: the service's list.
        readings: the tasks of it that could be read.
        known: ids that belong to tasks of the journal.
        rivals: the other requests whose outcome is not known, those on their way among them.
    """
    free = [item for item in items if item.id not in known]
    asks = [*asked, *rivals]
    findings = {
        ask.key: {item.id: ask.weigh(readings.get(item.id)) for item in free if ask.fits(item)}
        for ask in asks
    }
    edges = {
        key: {
            task: finding.weight is Weight.PROOF
            for task, finding in found.items()
            if finding.weight is not Weight.CONTRADICTION
        }
        for key, found in findings.items()
    }
    # One whose recipe is not known is interchangeable with nothing.
    groups = {ask.key: (ask.identity, None if ask.identity else ask.key) for ask in asks}
    given = decided(edges, groups)
    return [
        Found(
            given.get(ask.key),
            tell(findings[ask.key].values(), sum(one.id in ask.ruled_out for one in items)),
        )
        for ask in asked
    ]
