"""Who played the service: an emulator, a cassette, or neither; by a task's service and its id.

A cassette's tasks have ids of their own (`tape_id`). What was off the tape, and was drawn by the
emulator in its place, has the emulator's. So each picture says by itself where it came from,
wherever its row is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from evolink_widgets.errors import Billed, EvolinkError, ServiceError, TaskFailed
from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["EMULATOR", "NOT_CHARGED", "RECORDED", "TapeId", "badge", "badge_of", "credits_words",
           "error_badge", "is_recorded", "is_simulated", "is_uncharged", "recipe_service",
           "tape_id"]  # fmt: skip

EMULATOR = "emulator"
RECORDED = "recorded"
"""The names under which the store keeps what is not a host's; nothing is charged by either."""

NOT_CHARGED = "Recorded, not charged"
"""What is said of a replayed receipt, and of what came with it."""

_TAPE_ID = late_pattern(
    r"task-unified-(?P<second>\d{9,11})-(?P<kind>tape|demo)(?P<take>\d{1,6})"
    r"-(?P<ms>\d{3})(?P<mark>[0-9a-f]{6})(?P<ask>[0-9a-f]{12})",
    re.ASCII,
)


class TapeId(NamedTuple):
    """What stands in the id of a replayed task.

    Attributes:
        began: Unix seconds when it was asked for.
        take: its number on the tape.
        mark: of the take, so that it is not taken for another tape's.
        drawn: whether the tape was recorded from an emulator.
    """

    began: float
    take: int
    mark: str
    drawn: bool

    @classmethod
    def read(cls, task_id: object) -> TapeId | None:
        """Read an id; `None` for one that is no tape's."""
        match = _TAPE_ID.fullmatch(task_id) if isinstance(task_id, str) else None
        if match is None:
            return None
        began = int(match["second"]) + int(match["ms"]) / 1000
        return cls(began, int(match["take"]), match["mark"], match["kind"] == "demo")


def tape_id(about: TapeId, ask: str) -> str:
    """The id of a replayed task.

    Args:
        about: what stands in it.
        ask: twelve hex digits that are the ask's own.
    """
    second, ms = divmod(round(about.began * 1000), 1000)
    kind = "demo" if about.drawn else "tape"
    return f"task-unified-{second}-{kind}{about.take}-{ms:03d}{about.mark}{ask}"


def is_recorded(service: object, task_id: object) -> bool:
    """Tell whether a task came from a cassette."""
    return service == RECORDED and TapeId.read(task_id) is not None


def is_simulated(service: object, task_id: object) -> bool:
    """Tell whether an emulator drew a task's pictures: now, or when they were recorded."""
    if service != RECORDED:
        return service == EMULATOR
    found = TapeId.read(task_id)
    return found is None or found.drawn


def is_uncharged(*services: object) -> bool:
    """Tell whether none of these charges anything: real credits and others are never added up."""
    return any(service in (EMULATOR, RECORDED) for service in services)


def recipe_service(service: str, *, simulated: bool) -> str:
    """A service's name in recipes: pictures of any emulator are emulated ones.

    Args:
        service: its name in the journal.
        simulated: whether nothing is charged there.
    """
    return EMULATOR if simulated and service != RECORDED else service


class Picture(Protocol):
    """A picture, as far as it says where it came from."""

    @property
    def simulated(self) -> bool:
        """Whether an emulator drew it."""

    @property
    def recorded(self) -> bool:
        """Whether it came from a cassette."""


def badge(*, simulated: bool, recorded: bool) -> str:
    """The words on what nothing was charged for; empty where the service itself was asked."""
    if recorded and simulated:
        return "Recorded and simulated, not charged"
    if recorded:
        return NOT_CHARGED
    return "Simulated" if simulated else ""


def badge_of(pictures: Iterable[Picture]) -> str:
    """The words on some pictures that are shown together."""
    simulated = recorded = False
    for picture in pictures:
        simulated = simulated or picture.simulated
        recorded = recorded or picture.recorded
    return badge(simulated=simulated, recorded=recorded)


def error_badge(error: EvolinkError, badge: str) -> str:
    """The badge on an error that a cassette replays; empty on one that is of our own making.

    Args:
        error: of a task that a cassette plays.
        badge: the task's.
    """
    from evolink_widgets.rules.tasks.outcome import OFF_TAPE

    if isinstance(error, ServiceError) and error.code == OFF_TAPE:
        return ""  # it was not recorded
    is_told = isinstance(error, (ServiceError, TaskFailed)) or error.billed is not Billed.NO
    return badge if is_told else ""


def credits_words(kind: str) -> str:
    """Credits of which none are charged; `kind` is the badge."""
    return f"credits ({kind.lower()})" if kind.startswith("Recorded") else "simulated credits"
