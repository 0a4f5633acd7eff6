"""Sums of what was spent, by hour and by notebook: counted once, and looked up ever after.

The truth is in the journal and the ledger. A row of the ledger is *counted* once its `pictures`
is not null: its amounts are in `hours_spent` and in `notebooks_spent` then, each once. What
changes a fact that a row counts for takes the row out first (`uncount`), in the same
transaction; the next reader counts it again (`count_new`). So a purchase pays for no sum, and a
sum is never older than its rows. `differences` recomputes all of them.

Amounts are whole millionths of a credit: sums are exact, in any order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from sqlite3 import Connection, Row
from typing import Any, NamedTuple

from evolink_widgets.errors import StoreDamaged, StoreError
from evolink_widgets.rules.tasks.played import is_uncharged
from evolink_widgets.store.database.database import Database, load, load_object, storable

__all__ = [
    "HOUR",
    "PARTS",
    "Amounts",
    "count_new",
    "differences",
    "is_counted",
    "is_simulated",
    "notebook_of",
    "pictures_made",
    "put_right",
    "uncount",
]

HOUR = 3600

PARTS = """count(*) AS tasks, sum(pictures) AS pictures,
    count(CASE WHEN state IN ('settled', 'released') THEN charged END) AS reported,
    coalesce(sum(CASE WHEN state IN ('settled', 'released') THEN charged END), 0) AS charged,
    coalesce(sum(CASE WHEN state = 'settled' AND charged IS NULL THEN reserved END), 0)
        AS unreported,
    coalesce(sum(CASE WHEN state NOT IN ('settled', 'released') THEN reserved END), 0)
        AS reserved"""
"""What counted rows of the ledger come to, as the tables of sums hold it."""

_AT_ONCE = 1_000
"""Rows that are counted in one transaction: other kernels wait for a few milliseconds."""

_MOST = 10_000_000_000_000
"""Millionths in one row at most; the sums of all rows stay within SQLite's 63 bits."""

_TABLES = {
    "hours_spent": ("hour", f"CAST(reserved_at / {HOUR} AS INTEGER)"),
    "notebooks_spent": ("notebook", "notebook"),
}
_NAMES = ("tasks", "pictures", "reported", "charged", "unreported", "reserved")

_FACTS = """SELECT ledger.*, tasks.results, tasks.origin,
    CASE WHEN ledger.service != 'emulator' THEN tasks.recipe END AS recipe,
    (SELECT count(*) FROM pictures WHERE pictures.key = ledger.key) AS kept
FROM ledger LEFT JOIN tasks USING (key) WHERE ledger.key IN (SELECT value FROM json_each(?))"""


class Amounts(NamedTuple):
    """Sums over rows of the ledger, in millionths of a credit.

    Attributes:
        tasks: how many rows.
        pictures: how many the service made.
        reported: of how many rows the service said what it charged.
        charged: what it said.
        unreported: the most that ended tasks without a report can have cost.
        reserved: the most that tasks still out can come to.
    """

    tasks: int = 0
    pictures: int = 0
    reported: int = 0
    charged: int = 0
    unreported: int = 0
    reserved: int = 0

    @classmethod
    def sum(cls, parts: Iterable[Amounts]) -> Amounts:
        """All of them together."""
        return cls(*map(sum, zip(*parts, strict=True)))

    @classmethod
    def of(cls, row: Row) -> Amounts:
        """The sums in a row of `PARTS`, or of a table of sums.

        Raises:
            StoreDamaged: they are no whole numbers.
        """
        found = cls(*row[-len(_NAMES) :])
        if set(map(type, found)) != {int}:
            raise StoreDamaged(f"Sums of what was spent are damaged: {tuple(found)!r:.200}.")
        return found


def uncount(connection: Connection, key: str) -> None:
    """Take a task out of the sums, before anything changes that it counts for.

    Args:
        connection: inside the transaction that makes the change.
        key: the task's local key.
    """
    read = "SELECT 1 FROM ledger WHERE key = ? AND pictures IS NOT NULL"
    if connection.execute(read, (key,)).fetchone():
        _add(connection, [key], "-")
        connection.execute(
            "UPDATE ledger SET simulated = NULL, notebook = NULL, pictures = NULL WHERE key = ?",
            (key,),
        )


def count_new(database: Database) -> bool:
    """Bring the sums up to date.

    Returns:
        Whether they tell of every row now. Not where the store can't be written to, and not
        where a row is damaged: it is to be read by itself.
    """
    whole = True
    for keys in _some_keys(database, "NULL"):
        try:
            with database.write() as connection:
                rows = connection.execute(_FACTS, (_text(keys),)).fetchall()
                new = [row for row in rows if row["pictures"] is None and _fits(row)]
                connection.executemany(
                    "UPDATE ledger SET simulated = ?, notebook = ?, pictures = ? WHERE key = ?",
                    [(*_counts_for(row), row["key"]) for row in new],
                )
                _add(connection, [row["key"] for row in new], "")
        except StoreError:  # read-only, full, held by another program: each row is read then
            return False
        whole = whole and len(rows) == len(keys)
        whole = whole and all(row["pictures"] is not None or _fits(row) for row in rows)
    return whole


def is_counted(database: Database) -> bool:
    """Tell whether the sums tell of every row; nothing is written."""
    return not database.rows("SELECT 1 FROM ledger WHERE pictures IS NULL LIMIT 1")


def differences(database: Database) -> list[str]:
    """Recompute what is counted from the journal and the ledger; say what differs.

    Args:
        database: the store's; it is only read.
    """
    said = []
    for keys in _some_keys(database, "NOT NULL"):
        for row in database.rows(f"{_FACTS} AND pictures IS NOT NULL", (_text(keys),)):
            told = (row["simulated"], row["notebook"], row["pictures"])
            if not _fits(row) or told != _counts_for(row):
                said.append(f"task {row['key']} is counted as {told!r:.100}")
    for table, (column, value) in _TABLES.items():
        names = ", ".join(("simulated", column, *_NAMES))
        stored = f"SELECT {names} FROM {table} WHERE tasks != 0"
        summed = (
            f"SELECT simulated, {value} AS {column}, {PARTS} FROM ledger "
            f"WHERE pictures IS NOT NULL GROUP BY simulated, {value}"
        )
        wrong = database.rows(
            f"SELECT simulated, {column} FROM (SELECT * FROM ({stored}) EXCEPT {summed}) UNION "
            f"SELECT simulated, {column} FROM (SELECT * FROM ({summed}) EXCEPT {stored})"
        )
        said += [f"{table} is wrong of {column} {row[column]!r:.80}" for row in wrong]
    return said


def put_right(database: Database) -> None:
    """Forget all sums; the next reader counts them anew, from the journal and the ledger."""
    with database.write() as connection:
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table}")
        connection.execute(
            "UPDATE ledger SET simulated = NULL, notebook = NULL, pictures = NULL "
            "WHERE pictures IS NOT NULL"
        )


def pictures_made(row: Row) -> int:
    """Return how many pictures the service made of a task, by the links that it gave.

    A task of a merged store has no links, for they are not taken over: there its pictures count.

    Args:
        row: with the task's `key`, its `results`, and how many pictures are `kept` of it.

    Raises:
        StoreDamaged: the links can't be read.
    """
    links = load(row["results"] or "[]", f"the results of task {row['key']}")
    return (sum(map(bool, links)) if isinstance(links, list) else 0) or int(row["kept"])


def is_simulated(service: object, recipe: Mapping[str, Any]) -> bool:
    """Tell whether an emulator or a cassette has played a task: nothing was charged."""
    return is_uncharged(service, recipe.get("service"))


def notebook_of(origin: object) -> str | None:
    """Return the notebook that a task comes from; `None` outside of notebooks."""
    return None if origin in (None, "") else storable(str(origin))


def _some_keys(database: Database, counted: str) -> Iterator[list[object]]:
    """Keys as they are: in a damaged row one may be no text, and is asked for no less."""
    last: object = ""
    sql = f"SELECT key FROM ledger WHERE pictures IS {counted} AND key > ? ORDER BY key LIMIT ?"
    while rows := database.rows(sql, (last, _AT_ONCE)):
        yield [last := row["key"] for row in rows]


def _text(keys: Iterable[object]) -> str:
    return json.dumps([key for key in keys if isinstance(key, str)])


def _fits(row: Row) -> bool:
    """Tell whether a row is as our ledger writes it, and its time is one that calendars have."""
    amounts = (row["reserved"], row["charged"] or 0)
    if not all(type(amount) is int and 0 <= amount <= _MOST for amount in amounts):
        return False
    if not (isinstance(row["reserved_at"], float) and row["reserved_at"] >= 0):
        return False
    with suppress(ValueError, OverflowError, OSError):
        datetime.fromtimestamp(row["reserved_at"], timezone.utc)
        return True
    return False


def _counts_for(row: Row) -> tuple[int, str, int]:
    """What a row is counted for: simulated, its notebook, its pictures."""
    recipe: Mapping[str, Any] = {}
    with suppress(StoreDamaged):
        recipe = load_object(row["recipe"], "a recipe") or {}
    pictures = 0
    with suppress(StoreDamaged):
        pictures = pictures_made(row)
    simulated = is_simulated(row["service"], recipe)
    return int(simulated), notebook_of(row["origin"]) or "", pictures


def _add(connection: Connection, keys: Sequence[str], sign: str) -> None:
    """Put counted rows into the sums, or, with a minus, take them out."""
    for table, (column, value) in _TABLES.items():
        amounts = ", ".join(f"{sign}{name}" for name in _NAMES)
        sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in _NAMES)
        connection.execute(
            f"INSERT INTO {table} (simulated, {column}, {', '.join(_NAMES)}) "
            f"SELECT simulated, {column}, {amounts} FROM ("
            f"SELECT simulated, {value} AS {column}, {PARTS} FROM ledger "
            f"WHERE key IN (SELECT value FROM json_each(?)) GROUP BY simulated, {value}) "
            f"WHERE true ON CONFLICT (simulated, {column}) DO UPDATE SET {sums}",
            (json.dumps(keys),),
        )
