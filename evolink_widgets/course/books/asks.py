"""What the books tell of: an ask, how a student stands, and why an ask may not be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from evolink_widgets.course.books.tables import MILLION

__all__ = [
    "Ask",
    "CapReached",
    "KeyConflict",
    "NoStudent",
    "Paused",
    "Refusal",
    "Standing",
    "Step",
    "StillDeciding",
    "TokenHash",
    "ask_of",
    "millionths",
]


class Step(str, Enum):
    """Where an ask stands."""

    SENDING = "sending"
    RUNNING = "running"
    LOST = "lost"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Ask:
    """One row of the books.

    Attributes:
        key: of the row; the service is asked under it, whatever key the student's side sent.
        request: the student's request, as the service's body.
        reserved, charged, cost: credits; `cost` is what counts now.
        document: the service's last word on the task.
        said: why it was refused or failed, in the service's words.
        asked_at, lost_at, ended_at: Unix seconds.
    """

    key: str
    student: str
    request: Mapping[str, Any]
    step: Step
    reserved: float
    charged: float | None
    cost: float
    task_id: str | None
    document: Mapping[str, Any] | None
    said: str | None
    asked_at: float
    lost_at: float | None
    ended_at: float | None


@dataclass(frozen=True)
class Standing:
    """How a student stands.

    Attributes:
        budget: credits that the student may spend.
        spent: credits charged, and reserved for what ended without a report.
        reserved: credits set aside for what runs or is lost.
        running, lost, done, failed, refused: asks.
    """

    name: str
    budget: float
    barred: bool
    has_token: bool
    spent: float = 0.0
    reserved: float = 0.0
    running: int = 0
    lost: int = 0
    done: int = 0
    failed: int = 0
    refused: int = 0

    @property
    def left(self) -> float:
        """Credits that may still be reserved."""
        return max(0.0, round(self.budget - self.spent - self.reserved, 6))


@dataclass(frozen=True)
class TokenHash:
    """Names a student by what the books keep of the token."""

    value: str


class Refusal(Exception):
    """Why an ask may not be sent. What the books have written of it by then stays."""


class NoStudent(Refusal):
    """No student of the course has this name or token."""


class Paused(Refusal):
    """The teacher lets the student ask no more for now; its text is for the student."""

    def __init__(self) -> None:
        super().__init__("The teacher has paused your part of the course.")


class CapReached(Refusal):
    """A reservation would pass a cap; nothing was written.

    Args:
        whose: "student" or "course".
        needed, left: credits.
    """

    def __init__(self, whose: str, needed: float, left: float) -> None:
        super().__init__(whose)
        self.whose, self.needed, self.left = whose, needed, left


class KeyConflict(Refusal):
    """The idempotency key was used for another request."""


class StillDeciding(Refusal):
    """The same request is on its way at this moment, or was lost twice and is looked for."""


def ask_of(row: Any) -> Ask:
    """The ask of a row."""
    return Ask(
        key=row.key,
        student=row.student,
        request=json.loads(row.request),
        step=Step(row.step),
        reserved=row.reserved / MILLION,
        charged=None if row.charged is None else row.charged / MILLION,
        cost=row.cost / MILLION,
        task_id=row.task_id,
        document=None if row.document is None else json.loads(row.document),
        said=row.said,
        asked_at=row.asked_at,
        lost_at=row.lost_at,
        ended_at=row.ended_at,
    )


def millionths(credits: float | None) -> int | None:
    """Credits as the tables count them."""
    return None if credits is None else round(credits * MILLION)
