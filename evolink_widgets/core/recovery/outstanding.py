"""What is paid for, or may be, and not collected: the tasks that no living kernel collects."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from evolink_widgets.rules.tasks.task import LINKS_LIVE
from evolink_widgets.runtime.clock import now as unix_now
from evolink_widgets.store.journal.journal import Entry, Step, is_free
from evolink_widgets.text.wording import counted, moment, span


@dataclass(frozen=True)
class Outstanding:
    """Tasks that `ew.recover()` collects.

    Attributes:
        tasks: how many.
        since: Unix seconds when the oldest was asked for.
        links_until: Unix seconds when the first of their links may end; `None` where no task
            is known to be accepted.
        unknown: how many of them may or may not have been accepted: perhaps paid.
        recorded: whether a cassette plays them: nothing is paid.
    """

    tasks: int
    since: float
    links_until: float | None
    unknown: int = 0
    recorded: bool = False

    def __str__(self) -> str:
        now = unix_now()
        perhaps = self.unknown == self.tasks
        kind = f"{'perhaps ' if perhaps else ''}paid"
        count = counted(self.tasks, f"{'recorded' if self.recorded else kind} task")
        said = f"{count} from {moment(self.since, now)} {_are(self.tasks)} still yours"
        if self.unknown and not perhaps and not self.recorded:
            said += f" ({self.unknown} perhaps paid)"
        if self.links_until is None:
            return said
        left = self.links_until - now
        return f"{said}, links {f'end in {span(left)}' if left > 0 else 'may have ended'}"


def outstanding(
    entries: Iterable[Entry], mine: Set[str], owner: str, now: float, *, recorded: bool = False
) -> Outstanding | None:
    """Count the open tasks that no living kernel collects.

    Args:
        entries: the open tasks of the journal.
        mine: keys of those that this session is at work on.
        owner: the session's name in the journal.
        now: Unix seconds.
        recorded: whether a cassette plays the service.
    """
    free = [entry for entry in entries if entry.key not in mine and is_free(entry, owner, now)]
    if not free:  # as nearly always, and the first ask of a kernel waits for it
        return None
    from evolink_widgets.core.shared.lost_tasks import surely_not_accepted

    found = [entry for entry in free if not surely_not_accepted(entry)]
    if not found:
        return None
    ends = [end for end in map(_links_end, found) if end is not None]
    return Outstanding(
        tasks=len(found),
        since=min(entry.created_at for entry in found),
        links_until=min(ends, default=None),
        unknown=sum(entry.step in (Step.SENDING, Step.UNKNOWN) for entry in found),
        recorded=recorded,
    )


def _links_end(entry: Entry) -> float | None:
    """When its links end at the earliest: they begin to live when the task is finished."""
    if entry.links_until is not None:
        return entry.links_until
    return None if entry.accepted_at is None else entry.accepted_at + LINKS_LIVE


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
