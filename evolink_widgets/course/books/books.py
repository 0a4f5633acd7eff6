"""The course's books: who may ask, what each ask may cost and has cost, and whose each task is.

Before a request goes out, its price is reserved under the student's cap and the course's, in the
transaction that writes it down. What the service reports as charged takes the reservation's
place; what was refused or failed gives it back; what is not known keeps it. The same rules as
the ledger's (`store.ledger.caps`), for many students and on a server.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sql

from evolink_widgets.clock import now
from evolink_widgets.course.books.roster import Student
from evolink_widgets.course.books.tables import (
    ASKS,
    COURSE,
    FILES,
    METADATA,
    MILLION,
    STUDENTS,
    VERSION,
)
from evolink_widgets.course.books.transactions import Transactions
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.tasks.task import TaskSnapshot, TaskStatus

__all__ = ["Ask", "Books", "CapReached", "KeyConflict", "Standing", "Step", "StillDeciding"]

_DECIDING = 180.0
"""Seconds after which a request is taken for lost whose gateway is not heard of any more. Longer
than a paid request is waited for (`Timeouts.paid`)."""

_LONGEST_SAID = 500


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


class CapReached(Exception):
    """A reservation would pass a cap; nothing was written.

    Args:
        whose: "student" or "course".
        needed, left: credits.
    """

    def __init__(self, whose: str, needed: float, left: float) -> None:
        super().__init__(whose)
        self.whose, self.needed, self.left = whose, needed, left


class KeyConflict(Exception):
    """The idempotency key was used for another request."""


class StillDeciding(Exception):
    """The same request is on its way at this moment, or was lost twice and is looked for."""


class Books:
    """The books of one course; several gateways may share those of a PostgreSQL server.

    Args:
        url: of the database; see `Transactions`.
        budget: credits a student has, where the list of students names no other.
        course_budget: credits for all together; `None` is no limit of its own.
        clock: Unix seconds.

    Raises:
        ConfigurationError: the database can't be opened, or is a newer version's.
    """

    def __init__(
        self,
        url: str,
        *,
        budget: float,
        course_budget: float | None = None,
        clock: Callable[[], float] = now,
    ) -> None:
        self.budget = budget
        self.course_budget = course_budget
        self._clock = clock
        self._transactions = Transactions(url)
        self.run = self._transactions.run
        try:
            self.course_id: str = self._transactions.submit(_set_up).result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self._transactions.close()

    # Students.

    async def enrol(self, students: Sequence[Student], hashes: Mapping[str, str]) -> list[str]:
        """Write students in, or their new budgets; nothing is taken from those not named.

        Args:
            students: of the list.
            hashes: of new tokens, by name; an older token of that name is void then.

        Returns:
            The names of all in the course that have no token.
        """

        def change(connection: sql.Connection) -> list[str]:
            there = set(connection.scalars(sql.select(STUDENTS.c.name)))
            for one in students:
                values: dict[str, Any] = {"budget": _millionths(one.budget)}
                if one.name in hashes:
                    values["token_hash"] = hashes[one.name]
                if one.name in there:
                    connection.execute(
                        sql.update(STUDENTS).where(STUDENTS.c.name == one.name).values(values)
                    )
                else:
                    connection.execute(
                        sql.insert(STUDENTS).values(name=one.name, barred=False, **values)
                    )
            without = sql.select(STUDENTS.c.name).where(STUDENTS.c.token_hash.is_(None))
            return sorted(connection.scalars(without))

        return await self.run(change)

    async def bar(self, name: str, barred: bool) -> bool:
        """Let a student ask no more, or again; whether there is such a student."""

        def change(connection: sql.Connection) -> bool:
            done = connection.execute(
                sql.update(STUDENTS).where(STUDENTS.c.name == name).values(barred=barred)
            )
            return done.rowcount == 1

        return await self.run(change)

    async def student_of(self, hashed: str) -> str | None:
        """Whose token this is the hash of."""
        query = sql.select(STUDENTS.c.name).where(STUDENTS.c.token_hash == hashed)
        return await self.run(lambda connection: connection.scalar(query))

    # Asks.

    async def admit(
        self,
        student: str,
        sent_under: str,
        body_hash: str,
        request: Mapping[str, Any],
        credits: float,
    ) -> tuple[Ask, bool]:
        """Reserve an ask's price and write it down; it may be sent then.

        Args:
            student: who asks.
            sent_under: the student's idempotency key.
            body_hash: of what is asked.
            request: the body for the service.
            credits: that it may cost at most.

        Returns:
            The ask, and whether it is to be sent. One that was sent under the same key before
            and has its task is not sent again; one that was lost is, once.

        Raises:
            CapReached: it would pass the student's cap or the course's.
            KeyConflict: the key was used for another request.
            StillDeciding: the same request is on its way, or was sent again already.
        """
        price = _millionths(credits) or 0
        asked = _asked(student, sent_under, body_hash, request)

        def change(connection: sql.Connection) -> tuple[Ask, bool]:
            at = self._clock()
            earlier = connection.execute(
                sql.select(ASKS).where(ASKS.c.student == student, ASKS.c.sent_under == sent_under)
            ).one_or_none()
            if earlier is not None:
                if earlier.body_hash != body_hash:
                    raise KeyConflict
                if earlier.task_id is not None:
                    return _ask(earlier), False
                late = at - earlier.sent_at > _DECIDING
                if earlier.step == Step.SENDING and not late:
                    raise StillDeciding
            doubtful = None if earlier is None or earlier.step == Step.REFUSED else earlier
            if doubtful is not None and doubtful.repeated:
                raise StillDeciding
            before = 0 if earlier is None else int(earlier.cost)
            needed = price if doubtful is None else max(price, before)
            key = _new_key() if earlier is None else earlier.key
            row = {**asked, "key": key, "asked_at": at, "sent_at": at, "repeated": False}
            if doubtful is not None:  # it is looked for from when it may have been made first
                row |= {"asked_at": doubtful.asked_at, "lost_at": at, "repeated": True}
            try:
                self._check_caps(connection, student, needed - before)
            except CapReached as cap:
                if not before:
                    _put(connection, {**row, **_turned_away(_said(cap), at)})
                raise
            _put(
                connection,
                {**row, "step": Step.SENDING.value, "reserved": needed, "cost": needed,
                 "said": None, "ended_at": None},
            )  # fmt: skip
            where = ASKS.c.key == key
            return _ask(connection.execute(sql.select(ASKS).where(where)).one()), True

        return await self.run(change)

    async def turn_away(
        self, student: str, sent_under: str, body_hash: str, request: Mapping[str, Any], said: str
    ) -> None:
        """Write down that the gateway itself has refused an ask."""
        asked = _asked(student, sent_under, body_hash, request)

        def change(connection: sql.Connection) -> None:
            there = sql.select(ASKS.c.key).where(
                ASKS.c.student == student, ASKS.c.sent_under == sent_under
            )
            if connection.scalar(there) is None:
                at = self._clock()
                row = {**asked, "key": _new_key(), "asked_at": at, "sent_at": at}
                _put(connection, {**row, **_turned_away(said, at)})

        await self.run(change)

    def _check_caps(self, connection: sql.Connection, student: str, more: int) -> None:
        """Raise `CapReached` where `more` millionths would pass a cap: the one place for it."""
        spent = sql.select(sql.func.coalesce(sql.func.sum(ASKS.c.cost), 0))
        own = connection.scalar(sql.select(STUDENTS.c.budget).where(STUDENTS.c.name == student))
        caps = [
            (
                "student",
                _millionths(self.budget) if own is None else own,
                spent.where(ASKS.c.student == student),
            )
        ]
        if self.course_budget is not None:
            caps.append(("course", _millionths(self.course_budget), spent))
        for whose, cap, query in caps:
            left = int(cap or 0) - int(connection.scalar(query) or 0)
            if more > max(0, left):
                raise CapReached(whose, more / MILLION, max(0, left) / MILLION)

    async def accepted(
        self,
        key: str,
        snapshot: TaskSnapshot,
        document: Mapping[str, Any],
        *,
        was_found: bool = False,
    ) -> bool:
        """The service has accepted an ask.

        Args:
            key: of the ask.
            snapshot, document: the task.
            was_found: in the service's list; the service has not named it as this ask's.

        Returns:
            Whether the task is this ask's: one that another ask has is left to it. An ask that
            has a task already was made twice; the second is the student's, too.
        """

        def change(connection: sql.Connection) -> bool:
            query = sql.select(ASKS.c.key).where(ASKS.c.task_id == snapshot.id)
            owner = connection.scalar(query)
            if owner is not None:
                return bool(owner == key)
            row = connection.execute(sql.select(ASKS).where(ASKS.c.key == key)).one()
            name = key
            if was_found and row.step != Step.LOST.value:
                return False
            if row.task_id is not None:
                name = _new_key()
                again = {
                    **row._mapping,
                    "key": name,
                    "sent_under": name,
                    "document": None,
                    "cost": row.reserved,
                    "charged": None,
                    "said": None,
                    "ended_at": None,
                }
                del again["task_id"]
                connection.execute(sql.insert(ASKS).values(again))
            connection.execute(
                sql.update(ASKS)
                .where(ASKS.c.key == name)
                .values(task_id=snapshot.id, step=Step.RUNNING.value, lost_at=None)
            )
            _write_down(connection, snapshot, document, self._clock())
            return True

        return await self.run(change)

    async def refused(self, key: str, said: str) -> bool:
        """The service has surely not accepted what was sent: its reservation is free again.

        Returns:
            Whether it is. Of one that was lost before, the first may have been accepted: it
            stays lost.
        """
        at = self._clock()
        ended = _turned_away(_plain(said), at)
        del ended["reserved"]

        def change(connection: sql.Connection) -> bool:
            mine = sql.update(ASKS).where(ASKS.c.key == key, ASKS.c.task_id.is_(None))
            done = connection.execute(mine.where(sql.not_(ASKS.c.repeated)).values(ended))
            if not done.rowcount:
                connection.execute(mine.values(step=Step.LOST.value))
            return done.rowcount == 1

        return await self.run(change)

    async def lost(self, key: str) -> None:
        """Whether an ask was accepted is not known; its reservation stays."""
        statement = (
            sql.update(ASKS)
            .where(ASKS.c.key == key, ASKS.c.task_id.is_(None))
            .values(step=Step.LOST.value, lost_at=self._clock())
        )
        await self.run(lambda connection: connection.execute(statement) and None)

    async def still_sending(self, keys: Iterable[str]) -> None:
        """The gateway that has these in hand lives: no one else may take them for lost."""
        statement = (
            sql.update(ASKS)
            .where(ASKS.c.key.in_(list(keys)), ASKS.c.step == Step.SENDING.value)
            .values(sent_at=self._clock())
        )
        await self.run(lambda connection: connection.execute(statement) and None)

    async def saw(self, readings: Sequence[tuple[TaskSnapshot, Mapping[str, Any]]]) -> None:
        """Write down what the service says of tasks; a charge takes the reservation's place."""

        def change(connection: sql.Connection) -> None:
            for snapshot, document in readings:
                _write_down(connection, snapshot, document, self._clock())

        if readings:
            await self.run(change)

    async def ask_of_task(self, task_id: str) -> Ask | None:
        """The ask that a task is of."""
        return next(iter(await self._asks(ASKS.c.task_id == task_id)), None)

    async def asks_of(self, student: str, task_ids: Collection[str] | None = None) -> list[Ask]:
        """A student's asks, newest first; or those whose tasks are named."""
        own = ASKS.c.student == student
        return await self._asks(
            own if task_ids is None else own & ASKS.c.task_id.in_(list(task_ids))
        )

    async def unfinished(self) -> list[Ask]:
        """Asks that run, or that were lost, of all students; newest first.

        What a gateway sent before it died counts as lost from now on.
        """

        def change(connection: sql.Connection) -> list[Ask]:
            at = self._clock()
            stale = (ASKS.c.step == Step.SENDING.value) & (ASKS.c.sent_at < at - _DECIDING)
            connection.execute(
                sql.update(ASKS).where(stale).values(step=Step.LOST.value, lost_at=at)
            )
            open_ = ASKS.c.step.in_([Step.RUNNING.value, Step.LOST.value])
            return _asks(connection, open_)

        return await self.run(change)

    async def without_task(self, task_ids: Iterable[str]) -> tuple[set[str], list[Ask]]:
        """Of these tasks those that are in the books; and the asks that may have one more.

        An ask that is on its way may have made a task that its gateway has not heard of yet.
        """
        query = sql.select(ASKS.c.task_id).where(ASKS.c.task_id.in_(list(task_ids)))
        open_ = ASKS.c.step.in_([Step.SENDING.value, Step.LOST.value])
        return await self.run(
            lambda connection: (set(connection.scalars(query)), _asks(connection, open_))
        )

    async def all_asks(self) -> list[Ask]:
        """Everything, newest first."""
        return await self._asks(sql.true())

    async def newest(self, most: int) -> list[Ask]:
        """The newest asks, as many as `most`."""
        return await self.run(lambda connection: _asks(connection, sql.true(), most))

    async def is_barred(self, name: str) -> bool:
        """Whether a student may ask no more for now."""
        query = sql.select(STUDENTS.c.barred).where(STUDENTS.c.name == name)
        return bool(await self.run(lambda connection: connection.scalar(query)))

    async def _asks(self, where: sql.ColumnElement[bool]) -> list[Ask]:
        return await self.run(lambda connection: _asks(connection, where))

    async def own_file(self, file_id: str, student: str) -> None:
        """Write down whose an uploaded file is; the first who has it keeps it."""

        def change(connection: sql.Connection) -> None:
            there = sql.select(FILES.c.file_id).where(FILES.c.file_id == file_id)
            if connection.scalar(there) is None:
                connection.execute(sql.insert(FILES).values(file_id=file_id, student=student))

        await self.run(change)

    async def files_of(self, student: str) -> set[str]:
        """The ids of a student's uploaded files."""
        query = sql.select(FILES.c.file_id).where(FILES.c.student == student)
        return await self.run(lambda connection: set(connection.scalars(query)))

    # How it stands.

    async def standings(self, name: str | None = None) -> list[Standing]:
        """How all students stand, by name; or the one who is named."""
        per_step = sql.select(
            ASKS.c.student, ASKS.c.step, sql.func.count(), sql.func.sum(ASKS.c.cost)
        ).group_by(ASKS.c.student, ASKS.c.step)
        who = sql.select(STUDENTS).order_by(STUDENTS.c.name)
        if name is not None:
            who = who.where(STUDENTS.c.name == name)
            per_step = per_step.where(ASKS.c.student == name)

        def read(connection: sql.Connection) -> list[Standing]:
            found: dict[str, dict[Step, tuple[int, int]]] = {}
            for student, step, number, cost in connection.execute(per_step):
                found.setdefault(student, {})[Step(step)] = (number, int(cost))
            return [self._standing(row, found.get(row.name, {})) for row in connection.execute(who)]

        return await self.run(read)

    def _standing(self, row: Any, steps: Mapping[Step, tuple[int, int]]) -> Standing:
        number = {step: steps.get(step, (0, 0))[0] for step in Step}
        cost = {step: steps.get(step, (0, 0))[1] / MILLION for step in Step}
        return Standing(
            name=row.name,
            budget=self.budget if row.budget is None else row.budget / MILLION,
            barred=row.barred,
            has_token=row.token_hash is not None,
            spent=round(cost[Step.DONE] + cost[Step.FAILED] + cost[Step.REFUSED], 6),
            reserved=round(cost[Step.SENDING] + cost[Step.RUNNING] + cost[Step.LOST], 6),
            running=number[Step.SENDING] + number[Step.RUNNING],
            lost=number[Step.LOST],
            done=number[Step.DONE],
            failed=number[Step.FAILED],
            refused=number[Step.REFUSED],
        )

    async def course_left(self) -> float | None:
        """Credits that all together may still reserve; `None` where there is no limit."""
        if self.course_budget is None:
            return None
        query = sql.select(sql.func.coalesce(sql.func.sum(ASKS.c.cost), 0))
        spent = int(await self.run(lambda connection: connection.scalar(query)) or 0)
        return max(0.0, self.course_budget - spent / MILLION)


def _set_up(connection: sql.Connection) -> str:
    METADATA.create_all(connection)
    rows = connection.execute(sql.select(COURSE.c.name, COURSE.c.value))
    found = {row.name: row.value for row in rows}
    if not found:
        found = {"version": str(VERSION), "id": secrets.token_hex(8)}
        connection.execute(
            sql.insert(COURSE), [{"name": name, "value": value} for name, value in found.items()]
        )
    if found["version"] != str(VERSION):
        raise ConfigurationError(
            f"The books are of version {found['version']}; this gateway writes {VERSION}.",
            advice="Use the version of evolink-widgets that wrote them, or a new file.",
        )
    return str(found["id"])


def _write_down(
    connection: sql.Connection, snapshot: TaskSnapshot, document: Mapping[str, Any], at: float
) -> None:
    row = connection.execute(sql.select(ASKS).where(ASKS.c.task_id == snapshot.id)).one_or_none()
    if row is None or row.step in (Step.DONE.value, Step.FAILED.value):
        return
    values: dict[str, Any] = {"document": json.dumps(document)}
    receipt, status = snapshot.receipt, snapshot.status
    told = _millionths(receipt.reserved) or 0
    if told > row.reserved:  # the service knows better what it has set aside
        values |= {"reserved": told, "cost": told}
    if status.finished:
        completed = status is TaskStatus.COMPLETED
        step = Step.DONE if completed else Step.FAILED
        values |= {"step": step.value, "ended_at": at}
        charged = _millionths(receipt.charged)
        if charged is None and not completed:
            charged = 0  # the contract: failed tasks are not charged
        if charged is not None:
            values |= {"charged": charged, "cost": charged}
        if snapshot.failure is not None:
            said = snapshot.failure.message or snapshot.failure.code or ""
            values["said"] = _plain(said)[:_LONGEST_SAID]
    connection.execute(sql.update(ASKS).where(ASKS.c.key == row.key).values(values))


def _asked(
    student: str, sent_under: str, body_hash: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "student": student,
        "sent_under": sent_under,
        "body_hash": body_hash,
        "request": json.dumps(request),
    }


def _turned_away(said: str, at: float) -> dict[str, Any]:
    return {
        "step": Step.REFUSED.value,
        "reserved": 0,
        "cost": 0,
        "said": said[:_LONGEST_SAID],
        "ended_at": at,
    }


def _said(cap: CapReached) -> str:
    return f"the {cap.whose}'s budget: {cap.needed:.4g} credits needed, {cap.left:.4g} left"


def _plain(said: str) -> str:
    """The service's words without what no database takes: NUL, and halves of surrogate pairs."""
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def _new_key() -> str:
    return f"course-{secrets.token_hex(20)}"


def _put(connection: sql.Connection, row: Mapping[str, Any]) -> None:
    """Write a row anew, or over the one of its key."""
    done = connection.execute(sql.update(ASKS).where(ASKS.c.key == row["key"]).values(row))
    if not done.rowcount:
        connection.execute(sql.insert(ASKS).values(row))


def _asks(
    connection: sql.Connection, where: sql.ColumnElement[bool], most: int | None = None
) -> list[Ask]:
    query = sql.select(ASKS).where(where).order_by(ASKS.c.asked_at.desc(), ASKS.c.key).limit(most)
    return [_ask(row) for row in connection.execute(query)]


def _ask(row: Any) -> Ask:
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


def _millionths(credits: float | None) -> int | None:
    return None if credits is None else round(credits * MILLION)
