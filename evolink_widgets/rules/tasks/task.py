"""Parses the service's task records into typed, tolerant values.

Unknown fields are ignored, unknown words become `UNKNOWN`, and a missing optional is `None`.
Only a task without an id is no task. Numbers are believed within bounds that no true one passes;
what lies outside counts as not told, and a snapshot's `odd` says so: it enters no sum.

`read_number`, `read_text` and their like read single JSON values, which are whatever they are:
numbers as texts, integers of 400 digits, NaN, halves of surrogate pairs. They never raise; what
makes no sense is `None`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from evolink_widgets.errors import BadReply, Billed, ContentRefused, TaskCancelled, TaskFailed
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["LINKS_LIVE", "MOST_CREDITS", "MOST_PICTURES", "Credits", "Failure", "TaskListItem",
           "TaskSnapshot", "TaskStatus", "read_credits", "read_mapping", "read_number",
           "read_seconds", "read_task", "read_task_list", "read_text", "task_failure"]  # fmt: skip

LINKS_LIVE = 24 * 3600.0
"""Seconds for which the service keeps its links to pictures."""

MOST_PICTURES = 10
"""Pictures that one task may have: the contract's largest n. Links beyond are not fetched."""

MOST_CREDITS = 10_000.0
"""Credits that one task may come to: eighteen times the dearest request of the published prices.
A report beyond is a fault of the service's; nothing is reserved, settled or learned by it."""

_MOST_LEFT = 1e12
_LONGEST_ESTIMATE = 86_400.0
_LONGEST_TASK = 30 * 86_400.0
_CREATED = (1_577_836_800, 4_102_444_800)
"""The first seconds of 2020 and of 2100: no task was made outside."""
_LONGEST_ID = 200
_FETCHABLE = late_pattern(r"https?://[^/\s][^\s\x00-\x1f\ud800-\udfff]*", re.IGNORECASE)
_LINK_NAMES = ("url", "image_url", "download_url")
"""Where a result that is not a plain link has its link."""
_GIVEN_BACK = ("refunded", "success", "completed", "done")
_LONGEST_TEXT = 500
_ACTIVE = late_pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters act on terminals and logs; so do line and paragraph separators."""


if "TaskStatus" in globals():  # reloaded by hand: a second one would not be known for the first
    raise ImportError(f"{__name__} is in use by tasks on their way; restart Python to reload it.")


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
        text = word.strip().lower() if isinstance(word, str) else ""
        text = _OTHER_WORDS.get(text, text)
        return cls(text) if text in cls._value2member_map_ else cls.UNKNOWN


_OTHER_WORDS = {
    "canceled": "cancelled", "succeeded": "completed", "success": "completed",
    "queued": "pending", "submitted": "pending", "running": "processing",
    "in_progress": "processing",
}  # fmt: skip
"""Other words for the same; none of them makes a paid task look failed."""


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
        results: links to the pictures, which live for 24 hours; at most `MOST_PICTURES`, and
            none twice.
        offered: how many links the service gave, also those that are left out.
        odd: what it reported and can't be true: "1e+12 credits charged".
        charge_in_doubt: a charge is among that.
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
    offered: int = 0
    odd: tuple[str, ...] = ()
    charge_in_doubt: bool = False
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
    """Credits left: this key's own allowance and the account's balance; `None` is not told."""

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
    record = read_mapping(document)
    task_id = _task_id(record)
    if task_id is None:
        raise BadReply("The service's answer holds no task id.", request_id=request_id)
    info = read_mapping(record.get("task_info"))
    status = TaskStatus.read(record.get("status"))
    links = _links(record)
    receipt, odd, in_doubt = _receipt(record, status, task_id, request_id)
    return TaskSnapshot(
        id=task_id,
        status=status,
        progress=_percent(record.get("progress")),
        created=_created(record.get("created"), record.get("created_at")),
        model=read_text(record.get("model")),
        results=_each_once(links[:MOST_PICTURES]),
        offered=len(links),
        odd=odd,
        charge_in_doubt=in_doubt,
        failure=_failure(record),
        receipt=receipt,
        estimated_time=_at_most(_LONGEST_ESTIMATE, _positive(info.get("estimated_time"))),
        duration=_at_most(_LONGEST_TASK, _positive(record.get("duration"))),
        can_cancel=info.get("can_cancel") if isinstance(info.get("can_cancel"), bool) else None,
        request_id=request_id,
        said=read_text(record.get("status"), 40) or "",
    )


def read_task_list(document: object) -> tuple[TaskListItem, ...]:
    """The rows of `GET /v1/tasks`; rows that make no sense are left out.

    Raises:
        BadReply: there is no list in it.
    """
    rows = read_mapping(document).get("data")
    if not isinstance(rows, list):
        raise BadReply("The service's answer holds no list of tasks.")
    return tuple(
        TaskListItem(
            id=task_id,
            status=TaskStatus.read(row.get("status")),
            model=read_text(row.get("model")),
            created=_created(row.get("created_at"), row.get("created")),
            credits_used=_credits((row.get("credits_used"),), "used", []),
        )
        for row in map(read_mapping, rows)
        if (task_id := _task_id(row)) is not None
    )


def read_credits(document: object) -> Credits:
    """Parse the reply of `GET /v1/credits`.

    Raises:
        BadReply: it says nothing about credits.
    """
    data = read_mapping(document).get("data")
    if not isinstance(data, Mapping):
        raise BadReply("The service's answer holds no credits.")
    key, account = read_mapping(data.get("token")), read_mapping(data.get("user"))
    unlimited = key.get("unlimited_credits")
    return Credits(
        key_remaining=_left(key.get("remaining_credits")),
        key_used=_left(key.get("used_credits")),
        key_unlimited=unlimited if isinstance(unlimited, bool) else None,
        account_remaining=_left(account.get("remaining_credits")),
        account_used=_left(account.get("used_credits")),
    )


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
"""The service's codes for failed tasks, and what to do (its documentation)."""


_POLICY_WORDS = ("content_policy", "moderation", "safety")
"""Parts of the codes with which a content policy says no."""


def task_failure(snapshot: TaskSnapshot) -> TaskFailed:
    """The typed error of a task that failed or was cancelled.

    It says "not charged", as failed tasks are, unless the service itself reports a charge that
    it has not given back, or one that can't be true.
    """
    failure = snapshot.failure or Failure()
    code = (failure.code or "").lower()
    kind: type[TaskFailed] = TaskFailed
    message = "The service could not make the pictures"
    if any(word in code for word in _POLICY_WORDS):
        kind, message = ContentRefused, "The content policy refused the prompt or a reference"
    elif code == "request_cancelled" or snapshot.status is TaskStatus.CANCELLED:
        kind, message = TaskCancelled, "The service cancelled the task"
    said = f": {failure.message.rstrip('. ')}." if failure.message else "."
    kept = (snapshot.receipt.charged or 0) - (snapshot.receipt.refunded or 0)
    billed = Billed.UNKNOWN if snapshot.charge_in_doubt else Billed.NO
    return kind(
        message + said,
        billed=Billed.YES if kept > 0 else billed,
        advice=_ADVICE.get(code) or failure.suggestion or kind.default_advice,
        code=failure.code,
        request_id=snapshot.request_id,
        task_id=snapshot.id,
    )


def _links(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The links in their order; a place without one is kept as an empty text, so that the
    pictures behind it keep their numbers."""
    results = record.get("results")
    for given in (results, record.get("result_data")):
        items = given if isinstance(given, list) else [given]
        found = tuple(map(_link, items))
        if any(found):
            return found
    return ("",) * len(results) if isinstance(results, list) else ()


def _link(item: object) -> str:
    """A link to fetch, from any shape that a result has been seen in."""
    if isinstance(item, Mapping):
        item = next((item[name] for name in _LINK_NAMES if isinstance(item.get(name), str)), None)
    return item if isinstance(item, str) and _FETCHABLE.fullmatch(item) else ""


def _failure(record: Mapping[str, Any]) -> Failure | None:
    error = record.get("error")
    if not isinstance(error, Mapping):
        return Failure(message=read_text(error)) if isinstance(error, str) and error else None
    return Failure(
        code=read_text(error.get("code")),
        message=read_text(error.get("message")),
        suggestion=read_text(error.get("suggestion") or error.get("fallback_suggestion")),
    )


def _receipt(
    record: Mapping[str, Any], status: TaskStatus, task_id: str, request_id: str | None
) -> tuple[Receipt, tuple[str, ...], bool]:
    """The receipt; what in it can't be true; whether the charge is among that."""
    usage, billing = (
        read_mapping(record.get("usage")),
        read_mapping(record.get("billing")),
    )
    cost = read_mapping(usage.get("cost"))
    odd: list[str] = []
    reserved = _credits(
        (usage.get("credits_reserved"), billing.get("reserved_credits")), "reserved", odd
    )
    odd_before = len(odd)
    charged = _credits(
        (billing.get("charged_credits"), usage.get("credits_used"), cost.get("credits")),
        "charged",
        odd,
    )
    in_doubt = charged is None and len(odd) > odd_before  # it is told, and can't be true
    if not charged and status in (TaskStatus.PENDING, TaskStatus.PROCESSING):
        charged = None  # not settled: a zero here is not "it was free"
    refunded = _credits((billing.get("refunded_credits"),), "refunded", odd)
    if refunded is None and billing.get("refund_status") in _GIVEN_BACK:
        refunded = charged
    receipt = Receipt(
        task_id=task_id,
        reserved=reserved,
        charged=charged,
        refunded=refunded,
        billing_rule=read_text(usage.get("billing_rule")),
        request_id=request_id,
    )
    return receipt, tuple(dict.fromkeys(odd)), in_doubt


def _credits(values: Iterable[object], what: str, odd: list[str]) -> float | None:
    """The first sum that one task can come to; those before it are added to `odd`."""
    for value in values:
        if value is None:
            continue
        read = read_number(value)
        if read is not None and 0 <= read <= MOST_CREDITS:
            return read
        said = f"{read:.4g}" if read is not None else read_text(str(value)[:40], 20) or "nothing"
        odd.append(f"{said} credits {what}")
    return None


def _left(value: object) -> float | None:
    """A balance; it may be below zero."""
    read = read_number(value)
    return read if read is not None and abs(read) <= _MOST_LEFT else None


def _at_most(most: float, value: float | None) -> float | None:
    return value if value is not None and value <= most else None


def _created(*values: object) -> int | None:
    """When a task was made, in Unix seconds; a time that can't be is not told."""
    read = read_seconds(*values)
    return read if read is not None and _CREATED[0] <= read < _CREATED[1] else None


def _each_once(links: Sequence[str]) -> tuple[str, ...]:
    """The links; one that was given before leaves its place empty, as it is no second picture."""
    return tuple(link if link not in links[:at] else "" for at, link in enumerate(links))


def _task_id(record: Mapping[str, Any]) -> str | None:
    task_id = read_text(record.get("id") or record.get("task_id"), _LONGEST_ID + 1)
    return None if task_id is None or " " in task_id or len(task_id) > _LONGEST_ID else task_id


def read_mapping(value: object) -> Mapping[str, Any]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def read_text(value: object, limit: int = _LONGEST_TEXT) -> str | None:
    """A word or sentence on one line, fit for a terminal, a file and a page.

    Lone surrogates, which cannot be stored, become `?`.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(int(value))
    if not isinstance(value, str):
        return None
    line = _ACTIVE.sub(" ", value[: 4 * limit].encode("utf-8", "replace").decode("utf-8"))
    return " ".join(line.split())[:limit] or None


def read_number(value: object) -> float | None:
    """A finite number, also one that came as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def _positive(value: object) -> float | None:
    """A number above zero."""
    read = read_number(value)
    return read if read is not None and read > 0 else None


def read_seconds(*values: object) -> int | None:
    """Unix seconds from the first value that can be a time; milliseconds are divided."""
    for value in values:
        read = read_number(value)
        if read is not None and 0 < read < 1e14:
            return int(read / 1000 if read > 1e11 else read)
    return None


def _percent(value: object) -> int | None:
    """A number brought within 0 to 100, with or without its sign."""
    read = read_number(value.strip().removesuffix("%") if isinstance(value, str) else value)
    return None if read is None else int(min(100, max(0, read)))
