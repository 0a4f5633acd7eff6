"""One task in the journal: its steps, its fields, and how they stand in the database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import Enum
from sqlite3 import Row
from typing import TYPE_CHECKING, Any

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.records import (
    dump,
    load,
    load_object,
    optional,
    read_receipt,
    receipt_record,
    storable,
)

if TYPE_CHECKING:
    from evolink_widgets.rules.pricing import Receipt

# Small letters and digits that are not mistaken for one another; safe in file names that
# ignore case, in CSS classes and in URLs. Twelve of them are 59 bits of chance.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class Step(str, Enum):
    """How far a task has come, as the journal knows it."""

    INTENDED = "intended"
    SENDING = "sending"
    ACCEPTED = "accepted"
    READY = "ready"
    SAVED = "saved"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Entry:
    """One task as the journal has it. Times are Unix seconds; `None` is "not yet"."""

    key: str
    step: Step
    service: str
    request: dict[str, Any]
    idempotency_key: str
    created_at: float
    recipe: dict[str, Any] | None = None
    identity: str | None = None
    task_id: str | None = None
    sent_at: float | None = None
    accepted_at: float | None = None
    ended_at: float | None = None
    results: tuple[str, ...] = ()
    links_until: float | None = None
    saved: tuple[int, ...] = ()
    estimate_high: float | None = None
    receipt: Receipt | None = None
    failure: dict[str, Any] | None = None
    origin: str | None = None
    owner: str | None = None
    lease_until: float | None = None


def new_key() -> str:
    """Return a task's local key: 12 characters, safe in file names, classes and URLs."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


def new_idempotency_key() -> str:
    """Return a fresh `Idempotency-Key` of 35 characters."""
    return f"ew-{secrets.token_hex(16)}"


SELECT = """SELECT *, (
    SELECT group_concat(number) FROM pictures WHERE pictures.key = tasks.key
) AS saved FROM tasks"""
"""Reads tasks so that `read_entry` understands them; a WHERE may follow."""


def columns_of(entry: Entry) -> dict[str, object]:
    """Return an entry as a row of the table `tasks`."""
    return {
        "key": entry.key,
        "step": entry.step.value,
        "service": entry.service,
        "request": dump(entry.request),
        "recipe": optional(entry.recipe),
        "identity": entry.identity,
        "idempotency_key": entry.idempotency_key,
        "task_id": storable(entry.task_id),
        "created_at": entry.created_at,
        "sent_at": entry.sent_at,
        "accepted_at": entry.accepted_at,
        "ended_at": entry.ended_at,
        "results": dump(list(entry.results)),
        "links_until": entry.links_until,
        "estimate_high": entry.estimate_high,
        "receipt": receipt_record(entry.receipt),
        "failure": optional(entry.failure),
        "origin": storable(entry.origin),
        "owner": entry.owner,
        "lease_until": entry.lease_until,
    }


def read_entry(row: Row) -> Entry:
    """Return the entry in a row of `SELECT`.

    Raises:
        StoreDamaged: the row is not what this package writes.
    """
    try:
        return _entry(row)
    except (ValueError, TypeError) as exc:
        raise StoreDamaged(f"The journal's row of task {row['key']} is damaged ({exc}).") from exc


def _entry(row: Row) -> Entry:
    key = row["key"]
    return Entry(
        key=key,
        step=Step(row["step"]),
        service=row["service"],
        request=load_object(row["request"], f"the request of task {key}") or {},
        idempotency_key=row["idempotency_key"],
        created_at=row["created_at"],
        recipe=load_object(row["recipe"], f"the recipe of task {key}"),
        identity=row["identity"],
        task_id=row["task_id"],
        sent_at=row["sent_at"],
        accepted_at=row["accepted_at"],
        ended_at=row["ended_at"],
        results=tuple(load(row["results"], f"the results of task {key}")),
        links_until=row["links_until"],
        saved=tuple(sorted(int(number) for number in (row["saved"] or "").split(",") if number)),
        estimate_high=row["estimate_high"],
        receipt=read_receipt(row["receipt"]),
        failure=load_object(row["failure"], f"the failure of task {key}"),
        origin=row["origin"],
        owner=row["owner"],
        lease_until=row["lease_until"],
    )
