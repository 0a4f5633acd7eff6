"""Finding the task whose reply was lost: in the service's list, by time and model.

A wrong find would show somebody a stranger's pictures as theirs, so a task is taken for ours
only when nothing else can be true: it fits, the journal does not know it, and no other request
of unknown outcome could be its owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from evolink_widgets.rules.task import TaskListItem

EARLY = 2.0
"""Seconds a task may seem older than its request: both clocks are told in whole seconds."""

LATE = 15.0
"""Seconds after the loss was noticed in which the service may still have written it down, where
it had not answered at all. An answer, if only a fault, comes after that."""


@dataclass(frozen=True)
class Search:
    """One request of unknown outcome.

    Attributes:
        key: the task's local key.
        model: the model that was asked.
        identity: equal for requests whose pictures are interchangeable.
        since: Unix seconds on the service's clock: not created before that.
        until: Unix seconds on the service's clock: not created after that.
    """

    key: str
    model: str
    identity: str | None
    since: float
    until: float

    def fits(self, item: TaskListItem) -> bool:
        """Whether this task of the list could be the one."""
        return (
            item.created is not None
            and item.model in (None, self.model)
            and self.since <= item.created <= self.until
        )


def search_for(
    key: str,
    model: str,
    identity: str | None,
    *,
    sent_at: float,
    lost_at: float,
    answered: bool,
    skew: float,
) -> Search:
    """The search for a request.

    Args:
        key: the task's local key.
        model: the model that was asked.
        identity: the recipe's identity.
        sent_at: Unix seconds of our clock when the request went out.
        lost_at: Unix seconds when its reply was given up, or could have come at the latest.
        answered: whether the service had answered, with something that was no task.
        skew: seconds by which the service's clock is ahead of ours.
    """
    # A difference within what whole seconds explain is none.
    ahead = skew if abs(skew) > EARLY else 0.0
    since, until = sent_at + ahead - EARLY, lost_at + ahead + (EARLY if answered else LATE)
    return Search(key, model, identity, since, until)


def find(
    search: Search, items: Iterable[TaskListItem], known: Set[str], rivals: Iterable[Search]
) -> str | None:
    """The id of the one task that must be the searched one, or `None`.

    Args:
        search: what is looked for.
        items: the service's list.
        known: ids that belong to tasks of the journal.
        rivals: the other requests whose outcome is not known, those on their way among them.

    Returns:
        The id when exactly one fits and no rival could own it. Rivals of the same identity may
        share several tasks among them: whichever each gets, it is what was asked for.
    """
    fitting = [item for item in items if item.id not in known and search.fits(item)]
    if not fitting:
        return None
    contenders = [rival for rival in rivals if any(map(rival.fits, fitting))]
    if any(rival.identity is None or rival.identity != search.identity for rival in contenders):
        return None
    if len(fitting) > 1 + len(contenders):
        return None
    return min(fitting, key=lambda item: (item.created or 0, item.id)).id
