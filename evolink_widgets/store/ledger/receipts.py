"""Reads the ledger: samples that teach prices, and rows of what was spent.

Both are read from the ledger, joined with the journal. What is damaged in the journal is `None`
in a row; a row whose credits or time are damaged is left out and logged. One broken record must
not hide what everything else cost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timezone
from sqlite3 import Row
from typing import Any

from evolink_widgets.errors import ConfigurationError, StoreDamaged
from evolink_widgets.rules.pricing.learning import Sample
from evolink_widgets.store.database.database import Database, load, load_object
from evolink_widgets.store.journal.journal import Step
from evolink_widgets.store.ledger.spending import (
    DaySpending,
    NotebookSpending,
    Spending,
    TaskSpending,
    grouped,
)

__all__ = ["samples", "spending"]

log = logging.getLogger("evolink_widgets")

_MILLION = 1_000_000
_BROKEN = (StoreDamaged, ValueError, TypeError, KeyError, OverflowError, OSError)

# The newest are found in the ledger alone: its rows are narrow, those of the tasks are not.
_SAMPLES = """WITH newest AS (
    SELECT key, charged, settled_at FROM ledger
    WHERE state = 'settled' AND charged > 0 AND service = ?
    ORDER BY settled_at DESC, key LIMIT ?
)
SELECT newest.key, newest.charged, tasks.request, tasks.results, (
    SELECT width || 'x' || height FROM pictures WHERE pictures.key = newest.key LIMIT 1
) AS pixels
FROM newest JOIN tasks USING (key)
ORDER BY newest.settled_at DESC, newest.key"""

_ROWS = """SELECT ledger.*, tasks.step, tasks.request, tasks.recipe, tasks.results, tasks.origin
FROM ledger LEFT JOIN tasks USING (key)
WHERE ledger.reserved_at >= ? AND ledger.reserved_at < ?
ORDER BY ledger.reserved_at DESC, ledger.key"""


def samples(database: Database, service: str, *, limit: int = 2_000) -> list[Sample]:
    """Return the newest receipts of a service, as `Learned.from_samples` takes them.

    Args:
        database: the store's.
        service: as the ledger names it.
        limit: how many at most.
    """
    found = []
    for row in database.rows(_SAMPLES, (service, limit)):
        try:
            sample = _sample(row)
        except _BROKEN as exc:
            log.warning("The receipt of task %s is left out: %s", row["key"], exc)
            continue
        if sample is not None:
            found.append(sample)
    return found


def spending(
    database: Database,
    *,
    by: str = "task",
    since: object = None,
    until: object = None,
    simulated: bool = False,
) -> Spending[Any]:
    """Return what was spent, newest first.

    Args:
        database: the store's.
        by: "task", "notebook" or "day".
        since, until: from this moment, and before that one: Unix seconds, a `datetime`, a
            `date`, or ISO text such as "2026-11-21". `None` is no limit.
        simulated: emulated tasks instead of real ones; the two are never added up.

    Raises:
        ConfigurationError: `by`, `since` or `until` is none of these.
    """
    makers: dict[str, Any] = {
        "task": list,
        "notebook": lambda rows: grouped(rows, lambda row: row.notebook, NotebookSpending),
        "day": lambda rows: grouped(rows, _day, DaySpending),
    }
    if by not in makers:
        raise ConfigurationError(f'by must be "task", "notebook" or "day"; it is {by!r}.')
    ends = (_moment("since", since, -1e18), _moment("until", until, 1e18))
    rows = (row for row in _rows(database, ends) if row.simulated == simulated)
    return Spending(makers[by](rows), by, simulated=simulated)


def _rows(database: Database, ends: tuple[float, float]) -> Iterator[TaskSpending]:
    for row in database.rows(_ROWS, ends):
        try:
            yield _row(row)
        except _BROKEN as exc:
            log.warning("The books of task %s are left out: %s", row["key"], exc)


def _sample(row: Row) -> Sample | None:
    request = load_object(row["request"], f"the request of task {row['key']}") or {}
    pictures = _made(row)
    if not pictures or row["pixels"] is None:
        return None  # what came is not known, so neither is what one picture cost
    width, _, height = row["pixels"].partition("x")
    return Sample(
        model=str(request["model"]),
        quality=str(request["quality"]),
        pixels=(int(width), int(height)),
        pictures=pictures,
        charged=row["charged"] / _MILLION,
        auto=request["size"] == "auto",
        references=len(request["references"]),
        prompt_bytes=len(str(request["prompt"]).encode("utf-8", "replace")),
    )


def _row(row: Row) -> TaskSpending:
    key, service = row["key"], str(row["service"])
    request, recipe = _record(row, "request"), _record(row, "recipe")
    state = _state(row)
    charged = None if row["charged"] is None else row["charged"] / _MILLION
    return TaskSpending(
        when=datetime.fromtimestamp(row["reserved_at"], timezone.utc),
        prompt=_typed(request, "prompt", str),
        notebook=None if row["origin"] is None else str(row["origin"]),
        model=_typed(request, "model", str),
        quality=_typed(request, "quality", str),
        size=_typed(request, "size", str),
        n=_typed(request, "n", int),
        pictures=_made(row, strictly=False),
        reserved=row["reserved"] / _MILLION or None,
        charged=charged if state in ("charged", "not charged") else None,
        state=state,
        service=service,
        simulated="emulator" in (service, recipe.get("service")),
        task=key,
    )


def _state(row: Row) -> str:
    if row["state"] == "released":
        return "not charged"
    if row["state"] == "settled":
        return "not reported" if row["charged"] is None else "charged"
    return "perhaps charged" if row["step"] == Step.UNKNOWN.value else "reserved"


def _made(row: Row, *, strictly: bool = True) -> int:
    """How many pictures the service made, by the links that it gave."""
    try:
        links = load(row["results"] or "[]", f"the results of task {row['key']}")
    except StoreDamaged:
        if strictly:
            raise
        return 0
    return sum(map(bool, links)) if isinstance(links, list) else 0


def _record(row: Row, column: str) -> Mapping[str, Any]:
    """A JSON object of the journal; empty where it is damaged or lost."""
    with suppress(StoreDamaged):
        return load_object(row[column], f"the {column} of task {row['key']}") or {}
    return {}


def _typed(record: Mapping[str, Any], name: str, kind: type) -> Any:
    value = record.get(name)
    return value if isinstance(value, kind) else None


def _day(row: TaskSpending) -> date:
    return row.when.astimezone().date()


def _moment(name: str, value: object, nothing: float) -> float:
    if value is None:
        return nothing
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if isinstance(value, datetime):
            return value.timestamp()  # without a zone it is this machine's time
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e18:
            return float(value)
    except (ValueError, OverflowError, OSError):
        pass
    raise ConfigurationError(
        f"{name} must be a date, a datetime, Unix seconds or ISO text; it is {value!r}.",
        advice=f'Write it as {name}="2026-11-21".',
    )
