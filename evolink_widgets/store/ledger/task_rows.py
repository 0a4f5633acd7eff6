"""Reads what each task cost, newest first: all of them, or a page at a time.

What is damaged in the journal is `None` in a row; a row whose credits or time are damaged is left
out and logged: one broken record must not hide what everything else cost.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from itertools import islice
from typing import Any, overload

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.database.database import Database, load_object
from evolink_widgets.store.journal.journal import Step
from evolink_widgets.store.ledger.spending_rows import TaskSpending
from evolink_widgets.store.spent_sums import count_new, is_simulated, notebook_of, pictures_made

__all__ = ["TasksInPages", "read_tasks"]

log = logging.getLogger("evolink_widgets")

_MILLION = 1_000_000
_BROKEN = (StoreDamaged, ValueError, TypeError, KeyError, OverflowError, OSError)

_FIRST = 50
"""Rows that are read at once: more than a table shows."""
_PAGE = 500

_TASKS = """SELECT ledger.*, tasks.step, tasks.request, tasks.recipe, tasks.results, tasks.origin,
    (SELECT count(*) FROM pictures WHERE pictures.key = ledger.key) AS kept
FROM ledger LEFT JOIN tasks USING (key)
WHERE {where} ORDER BY ledger.reserved_at DESC, ledger.key LIMIT ? OFFSET ?"""
_WITHIN = "ledger.reserved_at >= ? AND ledger.reserved_at < ?"
_COUNTED = "ledger.simulated = ? AND ledger.pictures IS NOT NULL"
_OLDER = "ledger.reserved_at <= ?1 AND (ledger.reserved_at < ?1 OR ledger.key > ?2)"

Ends = tuple[float, float]


def read_tasks(database: Database, ends: Ends) -> Iterator[TaskSpending]:
    """Yield every row that can be read, also those that no sum knows.

    Args:
        database: the store's.
        ends: from this Unix second, and before that one.
    """
    yield from _readable(database.rows(_TASKS.format(where=_WITHIN), (*ends, -1, 0)))


class TasksInPages(Sequence[TaskSpending]):
    """The tasks that the sums tell of, newest first.

    The first fifty are read at once. Older ones are read when they are looked at, as they are
    then: a hundred thousand of them take no memory.

    Args:
        database: the store's.
        ends: from this Unix second, and before that one.
        simulated: emulated tasks instead of real ones.
        count: how many the sums tell of.
    """

    def __init__(self, database: Database, ends: Ends, simulated: bool, count: int) -> None:
        self._database = database
        self._ends = ends
        self._simulated = simulated
        self._count = count
        self._first = self._read(None, 0, min(_FIRST, count))

    @overload
    def __getitem__(self, place: int) -> TaskSpending: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[TaskSpending, ...]: ...
    def __getitem__(self, place: int | slice) -> TaskSpending | tuple[TaskSpending, ...]:
        if isinstance(place, slice):
            start, stop, step = place.indices(self._count)
            if step != 1:
                return tuple(self[one] for one in range(start, stop, step))
            return tuple(islice(self._from(start), max(0, stop - start)))
        if not -self._count <= place < self._count:
            raise IndexError(f"There are {self._count} rows; there is no {place}.")
        for row in self._from(place % self._count):
            return row
        raise IndexError(f"Row {place} is not there any more.")

    def __iter__(self) -> Iterator[TaskSpending]:
        return islice(self._from(0), self._count)

    def __len__(self) -> int:
        return self._count

    def _from(self, start: int) -> Iterator[TaskSpending]:
        """The rows from a place on; what was bought since the first were read is not among them."""
        yield from self._first[start:]
        if self._count <= len(self._first):
            return
        last, past = self._first[-1], max(0, start - len(self._first))
        while True:
            count_new(self._database)  # what has changed since is in the index again
            rows = self._read(last, past, _PAGE)
            if not rows:
                return
            yield from rows
            last, past = rows[-1], 0

    def _read(self, after: TaskSpending | None, past: int, limit: int) -> list[TaskSpending]:
        where = f"{_COUNTED} AND {_WITHIN}"
        values: list[object] = [self._simulated, *self._ends]
        if after is not None:
            where += f" AND {_OLDER.replace('?1', '?').replace('?2', '?')}"
            at = after.when.timestamp()
            values += [at, at, after.task]
        rows = self._database.rows(_TASKS.format(where=where), (*values, limit, past))
        return list(_readable(rows))


def _readable(rows: Iterable[sqlite3.Row]) -> Iterator[TaskSpending]:
    for row in rows:
        try:
            yield _row(row)
        except _BROKEN as exc:
            log.warning("The books of task %s are left out: %s", row["key"], exc)


def _row(row: sqlite3.Row) -> TaskSpending:
    service = str(row["service"])
    request, recipe = _record(row, "request"), _record(row, "recipe")
    state = _state(row)
    charged = None if row["charged"] is None else row["charged"] / _MILLION
    return TaskSpending(
        when=datetime.fromtimestamp(row["reserved_at"], timezone.utc),
        prompt=_typed(request, "prompt", str),
        notebook=notebook_of(row["origin"]),
        model=_typed(request, "model", str),
        quality=_typed(request, "quality", str),
        size=_typed(request, "size", str),
        n=_typed(request, "n", int),
        pictures=_made(row),
        reserved=row["reserved"] / _MILLION or None,
        charged=charged if state in ("charged", "not charged") else None,
        state=state,
        service=service,
        simulated=is_simulated(service, recipe),
        task=str(row["key"]),  # a damaged one may be no text; what it cost is told all the same
    )


def _state(row: sqlite3.Row) -> str:
    if row["state"] == "released":
        return "not charged"
    if row["state"] == "settled":
        return "not reported" if row["charged"] is None else "charged"
    return "perhaps charged" if row["step"] == Step.UNKNOWN.value else "reserved"


def _made(row: sqlite3.Row) -> int:
    with suppress(StoreDamaged):
        return pictures_made(row)
    return 0


def _record(row: sqlite3.Row, column: str) -> Mapping[str, Any]:
    """A JSON object of the journal; empty where it is damaged or lost."""
    with suppress(StoreDamaged):
        return load_object(row[column], f"the {column} of task {row['key']}") or {}
    return {}


def _typed(record: Mapping[str, Any], name: str, kind: type) -> Any:
    value = record.get(name)
    return value if isinstance(value, kind) else None
