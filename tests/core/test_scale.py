"""A store of ten thousand tasks answers as one of ten: no ask reads a table from end to end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import pytest
from services import InProcess

from evolink_widgets.core.session import Session
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.rows.query import Query
from evolink_widgets.store.ledger.spending_report import read_spending

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]

MAY_READ_ALL = {
    "the cap of a whole store is a sum over it": "sum(charged)",
    "prices are learned from the newest receipts, for 1 % of the time at most": "WITH newest AS",
}
TABLES = re.compile(
    r"SCAN (tasks|sets|pictures|ledger|ledger_scopes)\b"
    r"(?! USING (COVERING )?INDEX (tasks_open|ledger_uncounted))"  # they hold what is open, or new
)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """How SQLite carries out each statement that is run meanwhile."""
    found: dict[str, str] = {}

    class Explained(sqlite3.Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            if sql.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
                steps = super().execute(f"EXPLAIN QUERY PLAN {sql}", *values).fetchall()
                found[sql] = "; ".join(step[3] for step in steps)
            return super().execute(sql, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *at, **how: connect(*at, factory=Explained, **how)
    )
    return found


def test_no_ask_reads_a_table_from_end_to_end(
    in_process: InProcess, open_session: Open, small: Small, plans: dict[str, str]
) -> None:
    session = open_session(in_process, budget=1000)
    session.submit(small("an owl")).result(20)
    plans.clear()  # the store is made by now

    session.submit(small("a fox", n=2)).result(20)
    session.submit(small("a fox", n=3), fresh=False, execution="cell 1").result(20)
    session.submit(small("a fox", n=3), fresh=False, execution="cell 2").result(20)

    session.store.gallery.facets()
    session.store.gallery.count(Query(recorded=True))
    read_spending(session.store.database, by="day", simulated=True)

    assert any("INSERT INTO tasks" in sql for sql in plans)
    assert any("FROM kinds" in sql for sql in plans)
    slow = {
        sql: plan
        for sql, plan in plans.items()
        if TABLES.search(plan) and not any(part in sql for part in MAY_READ_ALL.values())
    }
    assert slow == {}
