"""Reading the wire: the service's records as typed, tolerant values.

Unknown fields are ignored, unknown words become `UNKNOWN`, and a missing optional is `None`.
Only a task without an id is no task.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from evolink_widgets.errors import BadReply, ContentRefused, TaskCancelled, TaskFailed
from evolink_widgets.rules.pricing import Receipt

__all__ = ["Credits", "Failure", "TaskListItem", "TaskSnapshot", "TaskStatus", "read_credits",
           "read_task", "read_task_list", "task_failure"]  # fmt: skip


class TaskStatus(str, Enum):
    """How far the service says a task is; `UNKNOWN` is ours, for words we do not know.

    Example:
        >>> ew.TaskStatus("completed").finished
        True
    """

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def finished(self) -> bool:
        """Whether the service will not change the task any more."""
        return self in (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)

    @classmethod
    def read(cls, word: object) -> TaskStatus:
        """The status for the service's word, whatever its case; `canceled` is read alike."""
        text = str(word).strip().lower()
        text = {"canceled": "cancelled", "succeeded": "completed", "queued": "pending"}.get(
            text, text
        )
        return cls(text) if text in cls._value2member_map_ else cls.UNKNOWN


@dataclass(frozen=True)
class Failure:
    """Why the service gave a task up, in its own words."""

    code: str | None = None
    message: str | None = None
    suggestion: str | None = None


@dataclass(frozen=True)
class TaskSnapshot:
    """One reading of the service's own record of a task.

    Attributes:
        progress: 0 to 100, or `None` where not told; may stand still, and may jump.
        created: Unix seconds.
        results: links to the pictures, which live for 24 hours.
        estimated_time: seconds, rough.
        duration: seconds the task took, where told.
        said: the service's word for the status, as it came.
    """

    id: str
    status: TaskStatus = TaskStatus.UNKNOWN
    progress: int | None = None
    created: int | None = None
    model: str | None = None
    results: tuple[str, ...] = ()
    failure: Failure | None = None
    receipt: Receipt = field(default_factory=Receipt)
    estimated_time: float | None = None
    duration: float | None = None
    can_cancel: bool | None = None
    request_id: str | None = None
    said: str = ""


@dataclass(frozen=True)
class TaskListItem:
    """A row of the service's task list; it has no result links."""

    id: str
    status: TaskStatus
    model: str | None = None
    created: int | None = None
    credits_used: float | None = None


@dataclass(frozen=True)
class Credits:
    """What is left: this key's own allowance and the account's balance; `None` is not told."""

    key_remaining: float | None = None
    key_used: float | None = None
    key_unlimited: bool | None = None
    account_remaining: float | None = None
    account_used: float | None = None

    @property
    def spendable(self) -> float | None:
        """The smaller of the two, since either can run out first."""
        key = None if self.key_unlimited else self.key_remaining
        known = [amount for amount in (key, self.account_remaining) if amount is not None]
        return min(known) if known else None

    def __str__(self) -> str:
        parts = []
        if self.key_unlimited:
            parts.append("this key: no limit of its own")
        elif self.key_remaining is not None:
            parts.append(f"this key: {self.key_remaining:,.1f} credits left")
        if self.account_remaining is not None:
            parts.append(f"account: {self.account_remaining:,.1f} credits left")
        return "; ".join(parts) or "credits not reported"


def read_task(document: object, *, request_id: str | None = None) -> TaskSnapshot:
    """A task from the JSON of POST, GET, a batch or a callback.

    Raises:
        BadReply: there is no id in it, so it is no task.
    """
    record = _mapping(document)
    task_id = record.get("id") or record.get("task_id")
    if not isinstance(task_id, str) or not task_id.strip():
        raise BadReply("The service's answer holds no task id.", request_id=request_id)
    info = _mapping(record.get("task_info"))
    return TaskSnapshot(
        id=task_id,
        status=TaskStatus.read(record.get("status")),
        progress=_progress(record.get("progress")),
        created=_whole(record.get("created", record.get("created_at"))),
        model=_text(record.get("model")),
        results=_links(record),
        failure=_failure(record),
        receipt=_receipt(record, task_id, request_id),
        estimated_time=_positive(info.get("estimated_time")),
        duration=_positive(record.get("duration")),
        can_cancel=info.get("can_cancel") if isinstance(info.get("can_cancel"), bool) else None,
        request_id=request_id,
        said=str(record.get("status", ""))[:40],
    )


def read_task_list(document: object) -> tuple[TaskListItem, ...]:
    """The rows of `GET /v1/tasks`; rows that make no sense are left out.

    Raises:
        BadReply: there is no list in it.
    """
    rows = _mapping(document).get("data")
    if not isinstance(rows, list):
        raise BadReply("The service's answer holds no list of tasks.")
    return tuple(
        TaskListItem(
            id=row["id"],
            status=TaskStatus.read(row.get("status")),
            model=_text(row.get("model")),
            created=_whole(row.get("created_at", row.get("created"))),
            credits_used=_number(row.get("credits_used")),
        )
        for row in map(_mapping, rows)
        if isinstance(row.get("id"), str) and row["id"]
    )


def read_credits(document: object) -> Credits:
    """What `GET /v1/credits` says.

    Raises:
        BadReply: it says nothing about credits.
    """
    data = _mapping(document).get("data")
    if not isinstance(data, Mapping):
        raise BadReply("The service's answer holds no credits.")
    key, account = _mapping(data.get("token")), _mapping(data.get("user"))
    unlimited = key.get("unlimited_credits")
    return Credits(
        key_remaining=_number(key.get("remaining_credits")),
        key_used=_number(key.get("used_credits")),
        key_unlimited=unlimited if isinstance(unlimited, bool) else None,
        account_remaining=_number(account.get("remaining_credits")),
        account_used=_number(account.get("used_credits")),
    )


#: The service's codes for failed tasks, and what to do (its documentation).
_ADVICE = {
    "content_policy_violation": ContentRefused.default_advice,
    "invalid_parameters": "Correct the request and ask again.",
    "image_processing_error": "Use another reference picture.",
    "image_dimension_mismatch": "Resize the reference picture and ask again.",
    "request_cancelled": "Ask again.",
    "generation_failed_no_content": "Try another prompt.",
    "service_error": "Ask again in a while.",
    "generation_timeout": "Ask again in a while.",
    "resource_exhausted": "Ask again in a while.",
    "quota_exceeded": "Ask again in a while.",
    "service_unavailable": "Ask again in a while.",
    "resource_not_found": "The task or a reference has expired; ask anew.",
    "unknown_error": "Ask again; if it fails again, change the request.",
}  # fmt: skip


def task_failure(snapshot: TaskSnapshot) -> TaskFailed:
    """The typed error of a task that failed or was cancelled."""
    failure = snapshot.failure or Failure()
    code = failure.code
    kind: type[TaskFailed] = TaskFailed
    message = "The service could not make the pictures"
    if code == "content_policy_violation":
        kind, message = ContentRefused, "The content policy refused the prompt or a reference"
    elif code == "request_cancelled" or snapshot.status is TaskStatus.CANCELLED:
        kind, message = TaskCancelled, "The service cancelled the task"
    said = f": {failure.message.strip().rstrip('.')}." if failure.message else "."
    return kind(
        message + said,
        advice=_ADVICE.get(code or "") or failure.suggestion or kind.default_advice,
        code=code,
        request_id=snapshot.request_id,
        task_id=snapshot.id,
    )


def _links(record: Mapping[str, Any]) -> tuple[str, ...]:
    results = record.get("results")
    if not isinstance(results, list):
        return ()
    found = []
    for item in results:
        link = item if isinstance(item, str) else _mapping(item).get("url")
        # A place without a link is kept, so that the pictures behind it keep their numbers.
        found.append(link if isinstance(link, str) else "")
    return tuple(found)


def _failure(record: Mapping[str, Any]) -> Failure | None:
    error = record.get("error")
    if isinstance(error, str) and error:
        return Failure(message=error[:500])
    if not isinstance(error, Mapping):
        return None
    return Failure(
        code=_text(error.get("code")),
        message=_text(error.get("message")),
        suggestion=_text(error.get("suggestion") or error.get("fallback_suggestion")),
    )


def _receipt(record: Mapping[str, Any], task_id: str, request_id: str | None) -> Receipt:
    usage, billing = _mapping(record.get("usage")), _mapping(record.get("billing"))
    cost = _mapping(usage.get("cost"))
    charged = _first(billing.get("charged_credits"), usage.get("credits_used"), cost.get("credits"))
    return Receipt(
        task_id=task_id,
        reserved=_first(usage.get("credits_reserved"), billing.get("reserved_credits")),
        charged=charged,
        refunded=_number(billing.get("refunded_credits")),
        billing_rule=_text(usage.get("billing_rule")),
        request_id=request_id,
    )


def _first(*values: object) -> float | None:
    return next((n for value in values if (n := _number(value)) is not None), None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)[:500] or None
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _progress(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(min(100, max(0, number)))
