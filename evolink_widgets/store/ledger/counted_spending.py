"""Adds up what was spent from the sums that the store keeps: whole hours, and notebooks.

A day is cut out of hours, for it begins at another moment in each time zone. An hour that is cut
itself (by `since` or `until`, at midnight in a zone of half hours, when clocks are changed) is
read from its rows.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from evolink_widgets.store.database.database import Database
from evolink_widgets.store.ledger.spending_rows import (
    DaySpending,
    NotebookSpending,
    Total,
)
from evolink_widgets.store.spent_sums import HOUR, PARTS, Amounts

__all__ = ["by_day", "by_notebook", "total_of"]

Ends = tuple[float, float]

_HOURS = "SELECT * FROM hours_spent WHERE simulated = ? AND hour BETWEEN ? AND ? AND tasks != 0"
_WITHIN = "simulated = ? AND reserved_at >= ? AND reserved_at < ? AND pictures IS NOT NULL"
_NEWEST = f"""SELECT reserved_at, key FROM ledger WHERE notebook = ? AND {_WITHIN}
ORDER BY reserved_at DESC, key LIMIT 1"""
_LAST_HOUR = 1 << 40


def total_of(database: Database, ends: Ends, simulated: bool) -> Total:
    """Return the sums over all counted rows between two Unix seconds."""
    found = _moments(database, ends, simulated, days=False)
    return Total.of_amounts(Amounts.sum(amounts for _, amounts in found))


def by_day(database: Database, ends: Ends, simulated: bool) -> list[DaySpending]:
    """Return the sums of each day of this machine's time, newest first."""
    days: defaultdict[date, list[Amounts]] = defaultdict(list)
    for when, amounts in _moments(database, ends, simulated, days=True):
        days[date(*time.localtime(when)[:3])].append(amounts)
    return [
        DaySpending(day, *Total.of_amounts(Amounts.sum(found)), simulated=simulated)
        for day, found in reversed(days.items())
    ]


def by_notebook(database: Database, ends: Ends, simulated: bool) -> list[NotebookSpending]:
    """Return the sums of each notebook, the one that was last asked in first."""
    if ends == (-1e18, 1e18):
        rows = database.rows(
            "SELECT * FROM notebooks_spent WHERE simulated = ? AND tasks != 0", (simulated,)
        )
    else:
        rows = database.rows(
            f"SELECT notebook, {PARTS} FROM ledger WHERE {_WITHIN} GROUP BY notebook",
            (simulated, *ends),
        )
    found = []
    for row in rows:
        [newest] = database.rows(_NEWEST, (row["notebook"], simulated, *ends))
        total = Total.of_amounts(Amounts.of(row))
        named = NotebookSpending(row["notebook"] or None, *total, simulated=simulated)
        found.append(((-newest["reserved_at"], newest["key"]), named))
    return [named for _, named in sorted(found, key=lambda one: one[0])]


def _moments(
    database: Database, ends: Ends, simulated: bool, *, days: bool
) -> Iterator[tuple[float, Amounts]]:
    """Yield sums, oldest first: an hour's under its first second, a cut row's under its own.

    Args:
        database: the store's.
        ends: from this Unix second, and before that one.
        simulated: emulated tasks instead of real ones.
        days: whether an hour is cut by midnight, too.
    """
    since, until = (min(max(end, 0.0), float(_LAST_HOUR * HOUR)) for end in ends)
    hours = (simulated, int(since // HOUR), int(until // HOUR))
    for row in database.rows(_HOURS, hours):
        start = row["hour"] * HOUR
        end = start + HOUR
        if since <= start and end <= until and not (days and _is_cut(start, end)):
            yield start, Amounts.of(row)
            continue
        within = (simulated, max(since, start), min(until, end))
        sql = f"SELECT reserved_at, {PARTS} FROM ledger WHERE {_WITHIN} GROUP BY reserved_at, key"
        for one in database.rows(sql, within):
            yield one["reserved_at"], Amounts.of(one)


def _is_cut(start: int, end: int) -> bool:
    """Tell whether an hour does not lie within one day, or clocks are changed in it."""
    first, last = time.localtime(start), time.localtime(end - 1)
    return (first.tm_yday, first.tm_gmtoff) != (last.tm_yday, last.tm_gmtoff)
