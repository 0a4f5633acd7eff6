"""A task as the emulator keeps it, and as its replies tell of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evolink_widgets.emulator.contract import credit_formula, task_faults, timing
from evolink_widgets.emulator.contract.read_request import CheckedRequest

__all__ = ["FAILURES", "LINK_SECONDS", "STUCK_AT", "Link", "TaskRecord", "document", "row"]

LINK_SECONDS = 24 * 3600
"""How long result links live."""
STUCK_AT = 95
"""Where a task stands still that is stuck, in per cent."""

FAILURES = {
    "policy refusal": {
        "code": "content_policy_violation",
        "message": "The prompt was refused by the content policy.",
        "suggestion": "Change the prompt.",
    },
    "task failed": {
        "code": "service_error",
        "message": "The provider gave up.",
        "suggestion": "Try again later.",
    },
    "reference gone": {
        "code": "resource_not_found",
        "message": "A reference could not be fetched: the file has expired or was deleted.",
        "suggestion": "Upload it again.",
    },
    "reference unreachable": {
        "code": "image_processing_error",
        "message": "A reference could not be fetched: its host cannot be reached.",
        "suggestion": "Use a link that is public, or upload the picture.",
    },
}
"""What a failed task says, by its fate."""


@dataclass
class TaskRecord:
    """A task as the service keeps it.

    Attributes:
        number: how many tasks came before it.
        created: Unix seconds.
        lasts: seconds from there to its end, by the service's clock.
        usual: seconds that such a task usually takes.
        reserved: credits set aside.
        prices: what it is paid at, in published prices.
        owner: which key asked, as a digest.
        picture_seed: tells its pictures from those of the same prompt asked again.
        idempotency: the Idempotency-Key it came with.
        digest: of the request, to know a repeat from a conflict.
        fate: the fault that was drawn for it when it was accepted, or "".
        freed_at: since when it goes on, for the fate "stuck".
        settled: whether its credits were taken or returned.
        issue: how often its links were made anew; earlier ones are refused.
        readings, endings: how often it was told of, and how often as ended.
        sources: what its references led to when it was accepted; see `References.resolve`.
    """

    id: str
    number: int
    created: float
    ask: CheckedRequest
    lasts: float
    usual: float
    reserved: float
    owner: str
    picture_seed: str
    idempotency: str | None = None
    digest: str = ""
    fate: str = ""
    freed_at: float | None = None
    settled: bool = False
    issue: int = 0
    readings: int = 0
    endings: int = 0
    sources: tuple[str, ...] = ()
    prices: float = 1.0

    @property
    def ends_at(self) -> float | None:
        """When the task ends, in Unix seconds; `None` while it is stuck."""
        end = self.created + self.lasts
        if self.fate != "stuck":
            return end
        return None if self.freed_at is None else max(self.freed_at, end)

    @property
    def fails(self) -> bool:
        """Whether it ends without pictures."""
        return self.fate in FAILURES

    @property
    def delivered(self) -> list[int]:
        """The numbers of the pictures that it delivers."""
        if self.fails:
            return []
        missing = self.ask.n - 1 if self.fate == "one missing" else None
        made = task_faults.more_links(self, self.ask.n)
        return [number for number in range(made) if number != missing]

    @property
    def charge(self) -> float:
        """Credits that it comes to."""
        return credit_formula.cost(self.ask, min(self.ask.n, len(self.delivered)), self.prices)

    def ended(self, now: float) -> bool:
        """Whether it has ended by then."""
        ends = self.ends_at
        return ends is not None and now >= ends

    def status(self, now: float) -> str:
        """`pending`, `processing`, `completed` or `failed`."""
        if self.ended(now):
            return "failed" if self.fails else "completed"
        return "processing" if self._share(now) > timing.QUEUE_SHARE else "pending"

    def progress(self, now: float) -> int:
        """Per cent; 100 only when there are pictures."""
        if self.ended(now) and not self.fails:
            return 100
        moving = (self._share(now) - timing.QUEUE_SHARE) / (1 - timing.QUEUE_SHARE)
        if moving <= 0:
            return 0
        if self.fate == "stuck" and moving >= 1:
            return STUCK_AT
        most = STUCK_AT if self.fate == "stuck" else 99
        return min(most, timing.progress(moving, random.Random(self.id)))

    def _share(self, now: float) -> float:
        ends = self.ends_at
        until = now if ends is None else min(now, ends)
        return (until - self.created) / self.lasts


Link = Callable[[TaskRecord, int], str]


def document(record: TaskRecord, now: float, link: Link) -> dict[str, Any]:
    """The task as POST, GET, a batch and a callback give it.

    Args:
        record: the task.
        now: Unix seconds.
        link: makes the link of one picture from task and number.
    """
    status = record.status(now)
    usage: dict[str, Any] = {
        "billing_rule": "per_call" if record.ask.beta else "tokens",
        "credits_reserved": record.reserved,
        "user_group": "default",
    }
    told: dict[str, Any] = {
        "created": int(record.created),
        "id": record.id,
        "model": record.ask.model,
        "object": "image.generation.task",
        "progress": record.progress(now),
        "status": status,
        "type": "image",
        "task_info": {"can_cancel": False, "estimated_time": max(1, round(record.usual))},
        "usage": usage,
    }
    ends = record.ends_at
    if ends is None or now < ends:
        task_faults.apply_task_fault(record, told, "")
        return told
    record.issue = max(record.issue, task_faults.issue(record))
    charge = record.charge
    usage["credits_used"] = charge
    usage["cost"] = {"credits": charge, "usd": credit_formula.usd(charge)}
    told["billing"] = {
        "charge_status": "charged" if charge else "not_charged",
        "refund_status": "refunded" if charge < record.reserved else "none",
        "reserved_credits": record.reserved,
        "charged_credits": charge,
        "refunded_credits": round(record.reserved - charge, 4),
    }
    told["duration"] = round(ends - record.created, 2)
    if status == "failed":
        told["error"] = dict(FAILURES[record.fate])
    else:
        told["results"] = [link(record, number) for number in record.delivered]
    task_faults.apply_task_fault(record, told, link(record, len(record.delivered)))
    return told


def row(record: TaskRecord, now: float) -> dict[str, Any]:
    """The task as the list gives it: without links."""
    status = record.status(now)
    return {
        "id": record.id,
        "status": status,
        "model": record.ask.model,
        "type": "image",
        "progress": record.progress(now),
        "created_at": int(record.created),
        "has_results": status == "completed" and bool(record.delivered),
        "has_error": status == "failed",
        "credits_used": record.charge if record.ended(now) else 0,
    }
