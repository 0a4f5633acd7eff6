"""The record of every task, written before the POST and after each step.

A task's steps:

    INTENDED ─ SENDING ─ ACCEPTED ─ READY ─ SAVED
                  │          └────────┴──── FAILED     the service gave up; not charged
                  ├── REFUSED                          surely not accepted; not charged
                  └── UNKNOWN                          sent, and no answer: perhaps charged

SENDING and ACCEPTED are durable: they are on the disk before the next thing happens, and with
them every row written before (intent and reservation). A task whose pictures come at once goes
from ACCEPTED to SAVED. What is SAVED stays so. Which pictures of a task are saved is not written
here a second time: it is read from the gallery's rows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import Enum
from sqlite3 import Connection, Row
from typing import Any

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store.database.database import (
    Database,
    dump,
    insert,
    is_number,
    load,
    load_object,
    storable,
)
from evolink_widgets.store.file_names import KEY
from evolink_widgets.store.journal.new_names import new_idempotency_key, new_key
from evolink_widgets.store.journal.process_name import surely_gone
from evolink_widgets.store.spent_sums import uncount

log = logging.getLogger("evolink_widgets")

LONGEST_LEASE = 3600.0
"""Seconds for which a process may have a task, or the turn to upload, unless it says so again."""

_RECEIPT_FIELDS = tuple(field.name for field in fields(Receipt))


class Step(str, Enum):
    """How far a task has come, as the journal knows it.

    Example:
        >>> ew.store.Step("saved") is ew.store.Step.SAVED
        True
    """

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
    """One task as the journal has it. Times are Unix seconds; `None` is "not yet".

    Example:
        >>> images = ew.generate("a fox").result()
        >>> entry = ew.session().store.journal.get(images.key)
        >>> isinstance(entry, ew.store.Entry), entry.step.value
        (True, 'saved')
    """

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


# Which steps a step may follow. ACCEPTED may follow all but SAVED: a task id is written down,
# whatever was believed before.
_AFTER: dict[Step, tuple[Step, ...]] = {
    Step.SENDING: (Step.INTENDED, Step.SENDING, Step.UNKNOWN),
    Step.ACCEPTED: tuple(step for step in Step if step is not Step.SAVED),
    Step.READY: (Step.ACCEPTED, Step.READY),
    Step.SAVED: (Step.ACCEPTED, Step.READY, Step.SAVED),
    Step.FAILED: (Step.ACCEPTED, Step.READY, Step.FAILED),
    Step.REFUSED: (Step.INTENDED, Step.SENDING, Step.UNKNOWN, Step.REFUSED),
    Step.UNKNOWN: (Step.SENDING, Step.UNKNOWN),
}
_LOST = (Step.SENDING, Step.UNKNOWN)
_FOUND = "found_at"
"""In the failure of a task that was found by its evidence: Unix seconds when."""
_PERHAPS_PAID = (Step.SENDING, Step.ACCEPTED, Step.READY, Step.UNKNOWN)


class Journal:
    """The tasks of one store. Safe from any thread; every method blocks for a moment.

    Example:
        >>> journal = ew.session().store.journal
        >>> isinstance(journal, ew.store.Journal), list(journal.open_entries())
        (True, [])
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mine: dict[str, Entry] = {}
        """Open tasks as this process last knew them: `_move` is spared a read by them, and a row
        whose folder was deleted is written again."""

    def intend(
        self,
        request: Mapping[str, Any],
        *,
        service: str,
        now: float,
        key: str | None = None,
        idempotency_key: str | None = None,
        recipe: Mapping[str, Any] | None = None,
        identity: str | None = None,
        estimate_high: float | None = None,
        origin: str | None = None,
        owner: str | None = None,
        lease_s: float = 60.0,
    ) -> Entry:
        """Write down that `request` is about to be sent; `sending` makes it durable.

        Args:
            request: the request's record, JSON-safe.
            service: "emulator" or the API's host.
            now: Unix seconds.
            key: the task's local key; a new one by default.
            idempotency_key: what the POST will carry; a new one by default.
            recipe: the recipe's record, where reuse and recovery need more than the request.
            identity: the recipe's identity.
            estimate_high: credits it may cost at most.
            origin: the notebook and cell it comes from.
            owner: who collects it; its lease begins now.
            lease_s: how long the owner is believed to be alive without a further `claim`.
        """
        entry = Entry(
            key=key or new_key(),
            step=Step.INTENDED,
            service=service,
            request=dict(request),
            idempotency_key=idempotency_key or new_idempotency_key(),
            created_at=now,
            recipe=None if recipe is None else dict(recipe),
            identity=identity,
            estimate_high=estimate_high,
            origin=origin,
            owner=owner,
            lease_until=None if owner is None else now + lease_s,
        )
        with self._database.write() as connection:
            uncount(connection, entry.key)
            insert(connection, "tasks", columns_of(entry))
        self._keep(entry)
        return entry

    def sending(self, key: str, now: float) -> Entry:
        """Write down that the POST goes out now. Durable; call it right before each POST."""
        return self._move(key, Step.SENDING, durable=True, sent_at=now)

    def accepted(
        self, key: str, task_id: str, now: float, *, receipt: Receipt | None = None
    ) -> Entry:
        """Write down the service's task id. Durable; call it before anything else.

        Args:
            key: the task's local key.
            task_id: the service's id.
            now: Unix seconds.
            receipt: what the reply told of credits.
        """
        return self._move(
            key,
            Step.ACCEPTED,
            durable=True,
            task_id=storable(task_id),
            accepted_at=now,
            ended_at=None,
            failure=None,
            **_paid(receipt),
        )

    def ready(
        self,
        key: str,
        links: Sequence[str],
        *,
        until: float | None,
        receipt: Receipt | None = None,
    ) -> Entry:
        """Write down the result links, and when they end (Unix seconds). Repeatable.

        Args:
            key: the task's local key.
            links: one for each picture; "" where one is missing.
            until: Unix seconds; `None` where it is not known.
            receipt: what was charged.
        """
        return self._move(
            key, Step.READY, results=tuple(links), links_until=until, **_paid(receipt)
        )

    def finished(
        self,
        key: str,
        now: float,
        *,
        links: Sequence[str] | None = None,
        until: float | None = None,
        receipt: Receipt | None = None,
    ) -> Entry:
        """Write down that every picture that came is saved.

        Args:
            key: the task.
            now: Unix seconds.
            links: the result links, where `ready` has not written them.
            until: when they end, Unix seconds.
            receipt: what the service reported.
        """
        found: dict[str, Any] = (
            {} if links is None else {"results": tuple(links), "links_until": until}
        )
        return self._move(key, Step.SAVED, **_over(now), **found, failure=None, **_paid(receipt))

    def failed(
        self,
        key: str,
        record: Mapping[str, Any],
        now: float,
        *,
        receipt: Receipt | None = None,
    ) -> Entry:
        """Write down that the service gave up on the task, and its reason.

        Args:
            key: the task's local key.
            record: the error, as `failure_record` gives it.
            now: Unix seconds.
            receipt: what was charged.
        """
        return self._move(key, Step.FAILED, **_over(now), failure=dict(record), **_paid(receipt))

    def refused(self, key: str, record: Mapping[str, Any], now: float) -> Entry:
        """Write down that the request was surely not accepted, and the reason.

        Args:
            key: the task's local key.
            record: the error, as `failure_record` gives it.
            now: Unix seconds.
        """
        return self._move(key, Step.REFUSED, **_over(now), failure=dict(record))

    def unknown(self, key: str, record: Mapping[str, Any] | None = None) -> Entry:
        """Write down that the POST went out and no answer came."""
        return self._move(key, Step.UNKNOWN, failure=None if record is None else dict(record))

    def adopt(self, key: str, task_id: str, now: float) -> bool:
        """Give a found task id to a task whose reply was lost, unless another task has it. Durable.

        It can be taken back by `disown` until the task has ended: what was known of the loss is
        kept until then.

        Args:
            key: the local key of the task whose reply was lost.
            task_id: the service's id that was found for it.
            now: Unix seconds.

        Returns:
            Whether it was given; of several who try at once with one id, one gets it.
        """
        with self._database.write(durable=True) as connection:
            entry = self._read_or_restore(connection, key)
            if entry.task_id == task_id and entry.ended_at is None:
                return True
            taken = connection.execute(
                "SELECT 1 FROM tasks WHERE service = ? AND task_id = ? AND key != ?",
                (entry.service, task_id, key),
            ).fetchone()
            ruled_out = (entry.failure or {}).get("ruled_out") or ()
            if taken or entry.step not in _LOST or entry.ended_at or task_id in ruled_out:
                return False
            self._move(
                key,
                Step.ACCEPTED,
                durable=True,
                task_id=storable(task_id),
                accepted_at=now,
                failure={**(entry.failure or {}), _FOUND: now},
            )
            return True

    def disown(self, key: str, task_id: str, why: str) -> bool:
        """Take back a task id that was found for a lost reply: it is another's. Durable.

        The outcome is unknown again, as before; this id is not found for this task any more.

        Args:
            key: the task.
            task_id: the id that turned out to be another's.
            why: what contradicted, in a few words.

        Returns:
            Whether it was taken back; `False` where the task has no such id by search, or ended.
        """
        with self._database.write(durable=True) as connection:
            entry = self._read_or_restore(connection, key)
            if not is_found(entry) or entry.task_id != task_id or entry.failure is None:
                return False
            failure = {name: value for name, value in entry.failure.items() if name != _FOUND}
            failure["ruled_out"] = {**(failure.get("ruled_out") or {}), task_id: why}
            facts: dict[str, Any] = {
                "task_id": None,
                "accepted_at": None,
                "results": (),
                "links_until": None,
                "receipt": None,
                "failure": failure,
            }
            lost = replace(entry, step=Step.UNKNOWN, **facts)
            uncount(connection, key)
            self._database.change("tasks", _columns(lost, facts), {"key": key}, durable=True)
            self._keep(lost)
            return True

    def holder(self, key: str, task_id: str) -> Entry | None:
        """Return the other task that has this id of the same service; `None` where none has.

        Args:
            key: the task that the id is told of.
            task_id: the service's id.
        """
        sql = (
            "SELECT * FROM tasks WHERE task_id = ? AND key != ? "
            "AND service = (SELECT service FROM tasks WHERE key = ?)"
        )
        rows = self._database.rows(sql, (task_id, key, key))
        return read_entry(rows[0]) if rows else None

    def exchange(self, key: str, other: str, record: Mapping[str, Any]) -> Entry:
        """Let two equal tasks change their POSTs: the other found what this one bought. Durable.

        The other keeps its id and its pictures, now under the idempotency key that bought them.
        This one's outcome is unknown, under the key whose outcome is.

        Args:
            key: the task whose POST made what the other has found.
            other: the task that has it.
            record: the error, as `failure_record` gives it.

        Returns:
            This one's entry.
        """
        with self._database.write(durable=True) as connection:
            mine = self._read_or_restore(connection, key)
            theirs = self._read_or_restore(connection, other)
            facts: dict[str, Any] = {
                "idempotency_key": theirs.idempotency_key,
                "sent_at": theirs.sent_at,
                "failure": dict(record),
            }
            lost = replace(mine, step=Step.UNKNOWN, **facts)
            self._database.change("tasks", _columns(lost, facts), {"key": key}, durable=True)
            post: dict[str, Any] = {
                "idempotency_key": mine.idempotency_key,
                "sent_at": mine.sent_at,
            }
            self._database.change("tasks", post, {"key": other})
            self._keep(lost)
            if other in self._mine:
                self._keep(replace(theirs, **post))
            return lost

    def get(self, key: str) -> Entry | None:
        """Return the task with this key, or `None`."""
        rows = self._database.rows("SELECT * FROM tasks WHERE key = ?", (key,))
        return read_entry(rows[0]) if rows else None

    def open_entries(self, service: str | None = None) -> list[Entry]:
        """Return all tasks that are paid, or perhaps paid, and not ended; oldest first."""
        return self._in_steps(_PERHAPS_PAID, service)

    def unsent_entries(self, service: str | None = None, *, but: str | None = None) -> list[Entry]:
        """Return all tasks that were intended and never sent; they cost nothing.

        Args:
            service: of this service only.
            but: whose tasks are left out.
        """
        return self._in_steps((Step.INTENDED,), service, but)

    def entries(self) -> list[Entry]:
        """Return all tasks, oldest first."""
        return self._entries("", ())

    def leave(self, keys: Iterable[str]) -> None:
        """Forget what this process knows of tasks that another one goes on with."""
        for key in keys:
            self._mine.pop(key, None)

    def known_task_ids(self, service: str) -> set[str]:
        """Return every task id of this service that the journal has ever seen."""
        rows = self._database.rows(
            "SELECT task_id FROM tasks WHERE service = ? AND task_id IS NOT NULL", (service,)
        )
        return {row["task_id"] for row in rows}

    def claim(self, key: str, owner: str, now: float, lease_s: float = 60.0) -> bool:
        """Become the one who collects this task, or renew that.

        Args:
            key: the task.
            owner: who asks; `Store.owner` names this process.
            now: Unix seconds.
            lease_s: seconds until others may take over unless renewed; at most an hour.

        Returns:
            `False` where another collects it, or it has ended: then it is not to be collected.
        """
        lease_s = min(lease_s, LONGEST_LEASE)
        with self._database.write() as connection:
            read = "SELECT owner, lease_until, ended_at FROM tasks WHERE key = ?"
            row = connection.execute(read, (key,)).fetchone()
            if row is None and key in self._mine:
                self._read_or_restore(connection, key)
                row = connection.execute(read, (key,)).fetchone()
            if row is None or row["ended_at"] is not None:
                return False
            if not is_lease_free(row["owner"], row["lease_until"], owner, now):
                return False
            connection.execute(
                "UPDATE tasks SET owner = ?, lease_until = ? WHERE key = ? AND ended_at IS NULL",
                (owner, now + lease_s, key),
            )
            if row["owner"] != owner and key in self._mine:  # another may have moved it meanwhile
                self._mine[key] = self._read_or_restore(connection, key)
            return True

    def release(self, key: str, owner: str) -> None:
        """Give the task back, so that others may collect it at once."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE tasks SET owner = NULL, lease_until = NULL WHERE key = ? AND owner = ?",
                (key, owner),
            )

    def remember(self, name: str, record: Mapping[str, Any]) -> None:
        """Keep a small JSON record under a name, in place of the one before."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO notes (name, record) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET record = excluded.record",
                (name, dump(dict(record))),
            )

    def recall(self, name: str) -> dict[str, Any] | None:
        """Return the record kept under `name`; `None` where there is none."""
        rows = self._database.rows("SELECT record FROM notes WHERE name = ?", (name,))
        return load_object(rows[0]["record"], f"the note {name!r}") if rows else None

    def recall_all(self, prefix: str) -> dict[str, dict[str, Any]]:
        """Return the records kept under names that begin so; one that is damaged is left out."""
        sql = "SELECT name, record FROM notes WHERE substr(name, 1, ?) = ?"
        found = {}
        for row in self._database.rows(sql, (len(prefix), prefix)):
            try:
                found[row["name"]] = load_object(row["record"], f"the note {row['name']!r}") or {}
            except StoreDamaged as exc:
                log.warning("%s", exc)
        return found

    def forget_note(self, name: str) -> None:
        """Keep nothing any more under a name."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM notes WHERE name = ?", (name,))

    def _move(self, key: str, step: Step, *, durable: bool = False, **facts: Any) -> Entry:
        if "results" not in facts:
            return self._step(key, step, durable=durable, **facts)
        with self._database.write(durable=durable) as connection:
            uncount(connection, key)
            return self._step(key, step, durable=durable, **facts)

    def _step(self, key: str, step: Step, *, durable: bool, **facts: Any) -> Entry:
        mine = self._mine.get(key)
        if mine is not None and mine.owner is not None and mine.step in _AFTER[step]:
            # While the row has our owner and the step we left it at, no other process has moved it.
            entry = replace(mine, step=step, **facts)
            known = {"key": key, "step": mine.step.value, "owner": mine.owner}
            if self._database.change("tasks", _columns(entry, facts), known, durable=durable):
                self._keep(entry)
                return entry
        with self._database.write(durable=durable) as connection:
            before = self._read_or_restore(connection, key)
            if before.ended_at is not None and before.step is step:
                self._keep(before)
                return before  # an end is written once, by the first that comes to it
            if before.step not in _AFTER[step]:
                raise StoreError(
                    f"Task {key} is {before.step.value}; it can't become {step.value}.",
                    advice="Read it again with ew.recover(); another program may have moved it.",
                )
            entry = replace(before, step=step, **facts)
            self._database.change("tasks", _columns(entry, facts), {"key": key})
        self._keep(entry)
        return entry

    def _read_or_restore(self, connection: Connection, key: str) -> Entry:
        """The row's entry; written down again where its folder was deleted."""
        row = connection.execute("SELECT * FROM tasks WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return read_entry(row)
        entry = self._mine.get(key)
        if entry is None:
            raise StoreDamaged(f"{self._database.path} has no task {key}.")
        uncount(connection, key)
        insert(connection, "tasks", columns_of(entry))
        return entry

    def _keep(self, entry: Entry) -> None:
        if entry.ended_at is None:
            self._mine[entry.key] = entry
        else:
            self._mine.pop(entry.key, None)

    def _entries(self, where: str, values: Sequence[object]) -> list[Entry]:
        rows = self._database.rows(f"SELECT * FROM tasks {where} ORDER BY created_at, key", values)
        entries = []
        for row in rows:
            try:
                entries.append(read_entry(row))
            except StoreDamaged as exc:  # one damaged row must not hide the other tasks
                log.warning("%s", exc)
        return entries

    def _in_steps(
        self, steps: Sequence[Step], service: str | None, but: str | None = None
    ) -> list[Entry]:
        marks = ", ".join(f"'{step.value}'" for step in steps)
        where = (
            f"WHERE ended_at IS NULL AND step IN ({marks}) "
            "AND (? IS NULL OR service = ?) AND (? IS NULL OR owner IS NOT ?)"
        )
        return self._entries(where, (service, service, but, but))


def _columns(entry: Entry, facts: Iterable[str]) -> dict[str, object]:
    """The step and some facts of an entry, as their columns hold them."""
    return {name: _column(name, getattr(entry, name)) for name in ("step", *facts)}


def _over(now: float) -> dict[str, Any]:
    """An ended task is not to be collected: it has no owner."""
    return {"ended_at": now, "owner": None, "lease_until": None}


def _paid(receipt: Receipt | None) -> dict[str, Any]:
    return {} if receipt is None else {"receipt": receipt}


def is_found(entry: Entry) -> bool:
    """Tell whether a task has its id by search and not by reply, and is not ended."""
    is_open = entry.ended_at is None and entry.step in (Step.ACCEPTED, Step.READY)
    return is_open and entry.task_id is not None and _FOUND in (entry.failure or {})


def are_equal(one: Entry, other: Entry) -> bool:
    """Tell whether two tasks ask for the same: either is as good for the pictures of both."""
    asked = one.identity, one.request.get("n")
    return one.identity is not None and asked == (other.identity, other.request.get("n"))


def is_free(entry: Entry, owner: str, now: float) -> bool:
    """Tell whether `owner` could claim this task: no other live process collects it.

    Args:
        entry: the task.
        owner: the process that asks; `Store.owner` names this one.
        now: Unix seconds.
    """
    return is_lease_free(entry.owner, entry.lease_until, owner, now)


def is_lease_free(holder: str | None, until: float | None, owner: str, now: float) -> bool:
    """Tell whether `owner` could take a lease over: it has run out, or its holder is gone.

    Args:
        holder: the process that has the lease.
        until: when it runs out, Unix seconds.
        owner: the process that asks.
        now: Unix seconds.
    """
    if holder is None or holder == owner or until is None:
        return True
    # A lease that ends later than any lease can was written by a clock that has jumped.
    return until <= now or until > now + LONGEST_LEASE or surely_gone(holder)


def columns_of(entry: Entry) -> dict[str, object]:
    """Return an entry as a row of the table `tasks`."""
    return {name: _column(name, value) for name, value in vars(entry).items()}


def read_entry(row: Row) -> Entry:
    """Return the entry in a row of the table `tasks`.

    Raises:
        StoreDamaged: the row is not what this package writes.
    """
    try:
        return _entry(row)
    except (ValueError, TypeError) as exc:
        raise StoreDamaged(f"The journal's row of task {row['key']} is damaged ({exc}).") from exc


def read_receipt(text: str | None) -> Receipt | None:
    """Return the receipt in `text`; fields a newer version added are left out."""
    record = load_object(text, "a receipt")
    if record is None:
        return None
    return Receipt(**{name: record.get(name) for name in _RECEIPT_FIELDS})


def _column(name: str, value: Any) -> object:
    encode = _ENCODED.get(name)
    return value if encode is None else encode(value)


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
