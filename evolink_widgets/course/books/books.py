"""The course's books: who may ask, what each ask may cost and has cost, and whose each task is.

Before a request goes out, its price is reserved under the student's cap and the course's, in the
transaction that writes it down. What the service reports as charged takes the reservation's
place; what was refused or failed gives it back; what is not known keeps it. The same rules as
the ledger's (`store.ledger.caps`), for many students and on a server.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sql

from evolink_widgets.course.books import admission
from evolink_widgets.course.books.admission import DECIDING, Asked, Caps
from evolink_widgets.course.books.asks import Ask, Standing, Step, TokenHash, ask_of, millionths
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
from evolink_widgets.rules.tasks.task import TaskSnapshot
from evolink_widgets.runtime.clock import now

__all__ = ["Books"]

_AT_ONCE = 20
"""Readings that are written in one transaction, so that no create waits behind hundreds."""
_FEW = 20
"""Rows that are read into asks before others of the loop have their turn."""


class Books:
    """The books of one course; several gateways may share those of a PostgreSQL server.

    Args:
        url: of the database; see `Transactions`.
        budget: credits a student has, where the list of students names no other.
        course_budget: credits for all together; `None` is no limit of its own.
        clock: Unix seconds.

    Attributes:
        pauses: how often a student was paused here. An ask that was admitted meanwhile may share
            its commit with the pause, and hears of both at once.

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
        self.pauses = 0
        self._caps = Caps(millionths(budget) or 0, millionths(course_budget))
        self._clock = clock
        self._transactions = Transactions(url)
        self.run = self._transactions.run
        try:
            self.course_id: str = self._transactions.submit(_set_up).result()
            self._readings = Transactions(url, reads=True)
        except BaseException:
            self._transactions.close()
            raise
        self.read = self._readings.run

    def close(self) -> None:
        """Let go of the database."""
        self._readings.close()
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
                values: dict[str, Any] = {"budget": millionths(one.budget)}
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
        """Let a student ask no more, or again; whether there is such a student.

        Once this is told as done, nothing of the student's goes out that had not gone out by
        then. Of several gateways that holds for this one; another sends what it had admitted and
        what needs no turn, and nothing that asks or gets its turn later.
        """
        self.pauses += barred

        def change(connection: sql.Connection) -> bool:
            done = connection.execute(
                sql.update(STUDENTS).where(STUDENTS.c.name == name).values(barred=barred)
            )
            return done.rowcount == 1

        return await self.run(change)

    async def student_of(self, hashed: str) -> str | None:
        """Whose token this is the hash of."""
        given = {"hashed": hashed}
        return await self.read(lambda connection: connection.scalar(_OF_TOKEN, given))

    # Asks.

    async def admit(
        self,
        student: str | TokenHash,
        sent_under: str,
        body_hash: str,
        request: Mapping[str, Any],
        credits: float,
    ) -> tuple[Ask, bool]:
        """Reserve an ask's price and write it down; it may be sent then.

        Args:
            student: who asks, by name or by token: both are looked up in the transaction that
                reserves.
            sent_under: the student's idempotency key.
            body_hash: of what is asked.
            request: the body for the service.
            credits: that it may cost at most.

        Returns:
            The ask, and whether it is to be sent. One that was sent under the same key before
            and has its task is not sent again; one that was lost is, once.

        Raises:
            NoStudent: there is none of that name or token; nothing was written.
            Paused: the teacher has paused the student.
            CapReached: it would pass the student's cap or the course's.
            KeyConflict: the key was used for another request.
            StillDeciding: the same request is on its way, or was sent again already.
        """
        asked = Asked(student, sent_under, body_hash, request)
        price = millionths(credits) or 0
        return await self.run(
            lambda connection: admission.admit(connection, asked, price, self._caps, self._clock())
        )

    async def turn_away(
        self,
        student: str | TokenHash,
        sent_under: str,
        body_hash: str,
        request: Mapping[str, Any],
        said: str,
    ) -> None:
        """Write down that the gateway itself has refused an ask.

        Raises:
            NoStudent: there is none of that name or token; nothing was written.
            Paused: the teacher has paused the student; that is written down in the place of it.
        """
        asked = Asked(student, sent_under, body_hash, request)
        await self.run(
            lambda connection: admission.turn_away(connection, asked, said, self._clock())
        )

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

        Raises:
            NoResultFound: of SQLAlchemy; no ask has this key now.
        """

        return await self.run(
            lambda connection: admission.accept(
                connection, key, snapshot, document, self._clock(), was_found=was_found
            )
        )

    async def refused(self, key: str, said: str) -> bool:
        """The service has surely not accepted what was sent: its reservation is free again.

        Returns:
            Whether it is. Of one that was lost before, the first may have been accepted: it
            stays lost.
        """
        at = self._clock()
        ended = admission.refusal(said, at)
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

        told = {snapshot.id: (snapshot, document) for snapshot, document in readings}
        ids = list(told)
        for first in range(0, len(ids), _AT_ONCE):
            part = {name: told[name] for name in ids[first : first + _AT_ONCE]}
            await self.run(functools.partial(admission.write_down, readings=part, at=self._clock()))

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

        def change(connection: sql.Connection) -> _Rows:
            at = self._clock()
            stale = (ASKS.c.step == Step.SENDING.value) & (ASKS.c.sent_at < at - DECIDING)
            connection.execute(
                sql.update(ASKS).where(stale).values(step=Step.LOST.value, lost_at=at)
            )
            open_ = ASKS.c.step.in_([Step.RUNNING.value, Step.LOST.value])
            return _rows(connection, open_)

        return await _read(await self.run(change))

    async def without_task(self, task_ids: Iterable[str]) -> tuple[set[str], list[Ask]]:
        """Of these tasks those that are in the books; and the asks that may have one more.

        An ask that is on its way may have made a task that its gateway has not heard of yet.
        """
        query = sql.select(ASKS.c.task_id).where(ASKS.c.task_id.in_(list(task_ids)))
        open_ = ASKS.c.step.in_([Step.SENDING.value, Step.LOST.value])
        owned, rows = await self.run(
            lambda connection: (set(connection.scalars(query)), _rows(connection, open_))
        )
        return owned, await _read(rows)

    async def all_asks(self) -> list[Ask]:
        """Everything, newest first."""
        return await self._asks(sql.true())

    async def newest(self, most: int) -> list[Ask]:
        """The newest asks, as many as `most`."""
        return await _read(await self.read(lambda connection: _rows(connection, sql.true(), most)))

    async def number(self) -> int:
        """How many asks there are."""
        query = sql.select(sql.func.count()).select_from(ASKS)
        return await self.read(lambda connection: connection.execute(query).scalar_one())

    async def newest_done(self, most: int) -> list[str]:
        """The tasks of the newest asks whose pictures are finished, as many as `most`."""
        query = (
            sql.select(ASKS.c.task_id)
            .where(ASKS.c.step == Step.DONE.value)
            .order_by(ASKS.c.asked_at.desc())
            .limit(most)
        )
        return await self.read(lambda connection: list(connection.scalars(query)))

    async def of_tasks(self, task_ids: Collection[str]) -> list[Ask]:
        """The asks that these tasks are of, newest first."""
        return await self._asks(ASKS.c.task_id.in_(list(task_ids)))

    async def is_barred(self, name: str) -> bool:
        """Whether a student may ask no more for now."""
        given = {"name": name}
        return bool(await self.read(lambda connection: connection.scalar(_BARRED, given)))

    async def _asks(self, where: sql.ColumnElement[bool]) -> list[Ask]:
        return await _read(await self.read(lambda connection: _rows(connection, where)))

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
        return await self.read(lambda connection: set(connection.scalars(query)))

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

        return await self.read(read)

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
        spent = int(await self.read(lambda connection: connection.scalar(query)) or 0)
        return max(0.0, self.course_budget - spent / MILLION)


_OF_TOKEN = sql.select(STUDENTS.c.name).where(STUDENTS.c.token_hash == sql.bindparam("hashed"))
_BARRED = sql.select(STUDENTS.c.barred).where(STUDENTS.c.name == sql.bindparam("name"))


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


_Rows = Sequence[sql.Row[Any]]


def _rows(
    connection: sql.Connection, where: sql.ColumnElement[bool], most: int | None = None
) -> _Rows:
    query = sql.select(ASKS).where(where).order_by(ASKS.c.asked_at.desc(), ASKS.c.key).limit(most)
    return connection.execute(query).all()


async def _read(rows: _Rows) -> list[Ask]:
    """Rows as asks, a few at a time.

    Not on the thread of the books, for whose end the next create waits; on no thread of its own
    either: beside one that computes, each step of the loop takes its turn at the interpreter.
    """
    asks = []
    for number, row in enumerate(rows, 1):
        asks.append(ask_of(row))
        if number % _FEW == 0:
            await asyncio.sleep(0)
    return asks
