"""What a create costs the books: one reading and one line before it goes out, the same after it.

Students wait for these transactions, and others wait behind them. So their statements are made
once and not for each ask, and each reading brings all that its decision rests on.
"""

from __future__ import annotations

import functools
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql

from evolink_widgets.course.books.asks import (
    Ask,
    CapReached,
    KeyConflict,
    NoStudent,
    Paused,
    Step,
    StillDeciding,
    TokenHash,
    ask_of,
    millionths,
)
from evolink_widgets.course.books.tables import ASKS, MILLION, STUDENTS
from evolink_widgets.rules.tasks.task import TaskSnapshot, TaskStatus

__all__ = ["DECIDING", "Asked", "Caps", "accept", "admit", "refusal", "turn_away", "write_down"]

DECIDING = 180.0
"""Seconds after which a request is taken for lost whose gateway is not heard of any more. Longer
than a paid request is waited for (`Timeouts.paid`)."""

_LONGEST_SAID = 500


@dataclass(frozen=True)
class Asked:
    """What a student asks.

    Attributes:
        student: the name, or the hash of the token.
        sent_under: the student's idempotency key.
        body_hash: of what is asked.
        request: the body for the service.
    """

    student: str | TokenHash
    sent_under: str
    body_hash: str
    request: Mapping[str, Any]


@dataclass(frozen=True)
class Caps:
    """Millionths that may be spent: by a student whom the list gives no other budget, by all."""

    usual: int
    course: int | None


@functools.cache
def _who_and_what(by_token: bool, with_course: bool) -> sql.Select[Any]:
    """The student, what is spent, and the ask that was sent under the same key before."""
    own = ASKS.alias("own")
    total = sql.func.coalesce(sql.func.sum(own.c.cost), 0)
    by_student = sql.select(total).where(own.c.student == STUDENTS.c.name)
    of_all = sql.select(total).scalar_subquery() if with_course else sql.literal(0)
    earlier = sql.and_(
        ASKS.c.student == STUDENTS.c.name, ASKS.c.sent_under == sql.bindparam("under")
    )
    known_by = STUDENTS.c.token_hash if by_token else STUDENTS.c.name
    return (
        sql.select(
            STUDENTS.c.name,
            STUDENTS.c.budget,
            STUDENTS.c.barred,
            by_student.scalar_subquery().label("own"),
            of_all.label("of_all"),
            *ASKS.c,
        )
        .select_from(STUDENTS.outerjoin(ASKS, earlier))
        .where(known_by == sql.bindparam("who"))
    )


_ITS_OWN_OR_ITS_TASKS = sql.select(ASKS).where(
    sql.or_(ASKS.c.key == sql.bindparam("of"), ASKS.c.task_id == sql.bindparam("task"))
)
_OF_TASKS = sql.select(ASKS).where(ASKS.c.task_id.in_(sql.bindparam("tasks", expanding=True)))
_INSERT = sql.insert(ASKS)
_UPDATE = sql.update(ASKS).where(ASKS.c.key == sql.bindparam("of"))


def admit(
    connection: sql.Connection, asked: Asked, price: int, caps: Caps, at: float
) -> tuple[Ask, bool]:
    """Reserve an ask's price and write it down, as `Books.admit` says."""
    found = _meet(connection, asked, at, with_course=caps.course is not None)
    earlier = None if found.key is None else found
    if earlier is not None:
        if earlier.body_hash != asked.body_hash:
            raise KeyConflict
        if earlier.task_id is not None:
            return ask_of(earlier), False
        late = at - earlier.sent_at > DECIDING
        if earlier.step == Step.SENDING and not late:
            raise StillDeciding
    doubtful = None if earlier is None or earlier.step == Step.REFUSED else earlier
    if doubtful is not None and doubtful.repeated:
        raise StillDeciding
    before = 0 if earlier is None else int(earlier.cost)
    needed = price if doubtful is None else max(price, before)
    row = _row(found.name, asked, at, None if earlier is None else earlier.key)
    if doubtful is not None:  # it is looked for from when it may have been made first
        row |= {"asked_at": doubtful.asked_at, "lost_at": at, "repeated": True}
    try:
        _check_caps(found, caps, needed - before)
    except CapReached as cap:
        if not before:
            _put(connection, {**row, **refusal(_said(cap), at)}, is_new=earlier is None)
        raise
    row |= {"step": Step.SENDING.value, "reserved": needed, "cost": needed}
    _put(connection, row, is_new=earlier is None)
    return _sending(row, asked), True


def turn_away(connection: sql.Connection, asked: Asked, said: str, at: float) -> None:
    """Write down that the gateway itself has refused an ask, as `Books.turn_away` says."""
    found = _meet(connection, asked, at)
    if found.key is None:
        _put(connection, {**_row(found.name, asked, at), **refusal(said, at)}, is_new=True)


def _meet(
    connection: sql.Connection, asked: Asked, at: float, *, with_course: bool = False
) -> sql.Row[Any]:
    """Who asks, and what is known; one whom the teacher has paused is turned away."""
    who, by_token = asked.student, False
    if isinstance(who, TokenHash):
        who, by_token = who.value, True
    given = {"who": who, "under": asked.sent_under}
    found = connection.execute(_who_and_what(by_token, with_course), given).one_or_none()
    if found is None:
        raise NoStudent
    if found.barred:
        paused = Paused()
        if found.key is None:
            row = {**_row(found.name, asked, at), **refusal(str(paused), at)}
            _put(connection, row, is_new=True)
        raise paused
    return found


def _check_caps(found: sql.Row[Any], caps: Caps, more: int) -> None:
    """Raise `CapReached` where `more` millionths would pass a cap: the one place for it."""
    own = caps.usual if found.budget is None else int(found.budget)
    both = [("student", own, found.own)]
    if caps.course is not None:
        both.append(("course", caps.course, found.of_all))
    for whose, cap, spent in both:
        left = max(0, cap - int(spent))
        if more > left:
            raise CapReached(whose, more / MILLION, left / MILLION)


def accept(
    connection: sql.Connection,
    key: str,
    snapshot: TaskSnapshot,
    document: Mapping[str, Any],
    at: float,
    *,
    was_found: bool,
) -> bool:
    """The service has accepted an ask, as `Books.accepted` says."""
    given = {"of": key, "task": snapshot.id}
    rows = connection.execute(_ITS_OWN_OR_ITS_TASKS, given).all()
    owner = next((row for row in rows if row.task_id == snapshot.id), None)
    second = f"{key} {snapshot.id}"  # a name that is the same where this is written twice
    if owner is not None:
        return owner.key in (key, second)
    if not rows:  # what was paid for isn't dropped: the books may have been put back from a copy
        raise sql.exc.NoResultFound(f"No ask has the key {key}.")
    [row] = rows
    if was_found and row.step != Step.LOST.value:
        return False
    values = {"task_id": snapshot.id, "step": Step.RUNNING.value, "lost_at": None}
    values |= _told(row.reserved, snapshot, document, at)
    if row.task_id is None:
        connection.execute(_UPDATE, {"of": key, **values})
        return True
    # It was made twice: the second is a row of its own.
    again = {**row._mapping, "key": second, "sent_under": second, "cost": row.reserved}
    again |= {"charged": None, "said": None, "ended_at": None, **values}
    connection.execute(_INSERT, again)
    return True


def write_down(
    connection: sql.Connection,
    readings: Mapping[str, tuple[TaskSnapshot, Mapping[str, Any]]],
    at: float,
) -> None:
    """What the service says of tasks, by their ids, as `Books.saw` says."""
    for row in connection.execute(_OF_TASKS, {"tasks": list(readings)}).all():
        if row.step in (Step.DONE.value, Step.FAILED.value):
            continue
        values = _told(row.reserved, *readings[row.task_id], at)
        if any(values[name] != row._mapping[name] for name in values):
            connection.execute(_UPDATE, {"of": row.key, **values})


def _told(
    reserved: int, snapshot: TaskSnapshot, document: Mapping[str, Any], at: float
) -> dict[str, Any]:
    """What becomes of a row's values by the service's word on its task."""
    values: dict[str, Any] = {"document": json.dumps(document)}
    receipt, status = snapshot.receipt, snapshot.status
    told = millionths(receipt.reserved) or 0
    if told > reserved:  # the service knows better what it has set aside
        values |= {"reserved": told, "cost": told}
    if status.finished:
        completed = status is TaskStatus.COMPLETED
        step = Step.DONE if completed else Step.FAILED
        values |= {"step": step.value, "ended_at": at}
        charged = millionths(receipt.charged)
        if charged is None and not completed:
            charged = 0  # the contract: failed tasks are not charged
        if charged is not None:
            values |= {"charged": charged, "cost": charged}
        if snapshot.failure is not None:
            said = snapshot.failure.message or snapshot.failure.code or ""
            values["said"] = _plain(said)[:_LONGEST_SAID]
    return values


def refusal(said: str, at: float) -> dict[str, Any]:
    """The values of a row whose ask was not bought."""
    return {
        "step": Step.REFUSED.value,
        "reserved": 0,
        "cost": 0,
        "said": _plain(said)[:_LONGEST_SAID],
        "ended_at": at,
    }


def _row(student: str, asked: Asked, at: float, key: str | None = None) -> dict[str, Any]:
    return {
        "key": key or _new_key(),
        "student": student,
        "sent_under": asked.sent_under,
        "body_hash": asked.body_hash,
        "request": json.dumps(asked.request),
        "asked_at": at,
        "sent_at": at,
        "repeated": False,
        "said": None,
        "ended_at": None,
    }


def _put(connection: sql.Connection, row: Mapping[str, Any], *, is_new: bool) -> None:
    """Write a row, anew or over the one of its key."""
    if is_new:
        connection.execute(_INSERT, row)
    else:
        connection.execute(_UPDATE, {"of": row["key"], **row})


def _sending(row: Mapping[str, Any], asked: Asked) -> Ask:
    """The ask of a row that was written just now."""
    return Ask(
        key=row["key"],
        student=row["student"],
        request=asked.request,
        step=Step.SENDING,
        reserved=row["reserved"] / MILLION,
        charged=None,
        cost=row["cost"] / MILLION,
        task_id=None,
        document=None,
        said=None,
        asked_at=row["asked_at"],
        lost_at=row.get("lost_at"),
        ended_at=None,
    )


def _said(cap: CapReached) -> str:
    return f"the {cap.whose}'s budget: {cap.needed:.4g} credits needed, {cap.left:.4g} left"


def _plain(said: str) -> str:
    """The service's words without what no database takes: NUL, and halves of surrogate pairs."""
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def _new_key() -> str:
    return f"course-{secrets.token_hex(20)}"
