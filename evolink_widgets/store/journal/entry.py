"""One task in the journal: its steps, its fields, and how they stand in the database."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from sqlite3 import Row
from typing import Any

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store.database.database import dump, is_number, load, load_object, storable
from evolink_widgets.store.file_names import KEY

# Small letters and digits that are not mistaken for one another; safe in file names that
# ignore case, in CSS classes and in URLs. Twelve of them are 59 bits of chance.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_RECEIPT_FIELDS = tuple(field.name for field in fields(Receipt))


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


def columns_of(entry: Entry) -> dict[str, object]:
    """Return an entry as a row of the table `tasks`."""
    return {name: column_of(name, value) for name, value in vars(entry).items()}


def column_of(name: str, value: Any) -> object:
    """Return the value of one of an entry's fields as its column holds it."""
    encode = _ENCODED.get(name)
    return value if encode is None else encode(value)


def read_receipt(text: str | None) -> Receipt | None:
    """Return the receipt in `text`; fields a newer version added are left out."""
    record = load_object(text, "a receipt")
    if record is None:
        return None
    return Receipt(**{name: record.get(name) for name in _RECEIPT_FIELDS})


def _receipt(receipt: Receipt | None) -> str | None:
    if receipt is None:
        return None
    return dump({name: getattr(receipt, name) for name in _RECEIPT_FIELDS})


def _optional(record: dict[str, Any] | None) -> str | None:
    return None if record is None else dump(record)


_ENCODED: dict[str, Callable[[Any], object]] = {
    "step": lambda step: step.value,
    "request": dump,
    "recipe": _optional,
    "task_id": storable,
    "results": lambda links: dump(list(links)),
    "receipt": _receipt,
    "failure": _optional,
    "origin": storable,
}


def read_entry(row: Row) -> Entry:
    """Return the entry in a row of the table `tasks`.

    Raises:
        StoreDamaged: the row is not what this package writes.
    """
    try:
        return _entry(row)
    except (ValueError, TypeError) as exc:
        raise StoreDamaged(f"The journal's row of task {row['key']} is damaged ({exc}).") from exc


_TIMES = ("created_at", "sent_at", "accepted_at", "ended_at", "links_until", "lease_until")
_TEXTS = ("service", "idempotency_key", "identity", "task_id", "origin", "owner")
_NEEDED = frozenset({"created_at", "service", "idempotency_key"})
_HEADER = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


def _check(row: Row) -> None:
    """Look whether the row is of our making: its values go into file names and headers.

    Raises:
        StoreDamaged: it is not.
    """
    wrong = [] if KEY.fullmatch(str(row["key"])) else ["key"]
    for name in (*_TIMES, *_TEXTS):
        value = row[name]
        fits = is_number(value) if name in _TIMES else isinstance(value, str)
        if not fits and (value is not None or name in _NEEDED):
            wrong.append(name)
    if not wrong and not _HEADER.fullmatch(row["idempotency_key"]):
        wrong.append("idempotency_key")
    if wrong:
        key = str(row["key"])
        raise StoreDamaged(f"The journal's row of task {key!r:.80} is damaged: {', '.join(wrong)}.")


def _entry(row: Row) -> Entry:
    _check(row)
    key = row["key"]
    links = load(row["results"], f"the results of task {key}")
    if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
        raise StoreDamaged(f"The results of task {key} are no links.")
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
        results=tuple(links),
        links_until=row["links_until"],
        estimate_high=row["estimate_high"] if is_number(row["estimate_high"]) else None,
        receipt=read_receipt(row["receipt"]),
        failure=load_object(row["failure"], f"the failure of task {key}"),
        origin=row["origin"],
        owner=row["owner"],
        lease_until=row["lease_until"],
    )
