"""An end stands in the journal and in the ledger, or in neither: no credits stay reserved."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from services import InProcess

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.rules.request import ImageRequest

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


@pytest.mark.parametrize("fault", [None, "task failed", "402 account"])
def test_an_end_that_the_ledger_does_not_take_is_no_end_in_the_journal(
    fault: str | None, in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    session.submit(small("something before")).result(30)
    # A ledger that can be read and added to, and in which nothing can be ended.
    with session.store.database.write() as connection:
        connection.execute(
            "CREATE TRIGGER closed BEFORE UPDATE OF state ON ledger "
            "BEGIN SELECT RAISE(ABORT, 'closed'); END"
        )
    if fault:
        in_process.play(fault)
    task = session.submit(small())
    with contextlib.suppress(errors.EvolinkError):
        task.result(30)
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert entry.ended_at is None, "a later kernel takes it up again"
    session.close()

    with session.store.database.write() as connection:
        connection.execute("DROP TRIGGER closed")
    later = open_session(in_process)
    for found in later.recover():
        with contextlib.suppress(errors.EvolinkError):
            found.result(30)
    assert later.store.ledger.spent().reserved == 0
