"""The ledger: reserved, charged, released, and "not reported" that is never zero."""

from __future__ import annotations

import pytest

from evolink_widgets.errors import BudgetExceeded, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store import Cap


def test_reserved_then_charged(ledger, reserve, now):
    reserve("a", 9.7)
    assert (ledger.spent().reserved, ledger.spent().charged) == (9.7, 0)
    ledger.settle("a", Receipt(charged=8.1234), now)
    spent = ledger.spent()
    assert (spent.reserved, spent.charged, spent.total, spent.tasks) == (0, 8.1234, 8.1234, 1)


def test_a_released_reservation_no_longer_counts(ledger, reserve, now):
    reserve("a", 5)
    ledger.release("a", now)
    assert (ledger.spent().total, ledger.spent().tasks) == (0, 0)


def test_a_charge_that_was_not_reported_counts_as_reserved_and_is_never_zero(ledger, reserve, now):
    reserve("a", 5)
    ledger.settle("a", Receipt(charged=None), now)
    spent = ledger.spent()
    assert (spent.charged, spent.unreported, spent.total) == (0, 5, 5)


def test_a_late_report_takes_the_place_of_the_guess_and_is_not_taken_back(ledger, reserve, now):
    reserve("a", 5)
    ledger.settle("a", Receipt(), now)
    ledger.settle("a", Receipt(charged=4.5), now)
    ledger.settle("a", Receipt(), now)
    ledger.release("a", now)
    assert (ledger.spent().charged, ledger.spent().unreported) == (4.5, 0)


def test_a_second_reservation_under_the_same_key_replaces_the_first(ledger, reserve):
    reserve("a", 5, scopes=["x", "y"])
    reserve("a", 7, caps=[Cap(8)], scopes=["y", "y"])
    assert ledger.spent().total == 7
    assert (ledger.spent(scope="x").total, ledger.spent(scope="y").total) == (0, 7)


def test_a_refused_second_reservation_leaves_the_first(ledger, reserve):
    reserve("a", 5, scopes=["x"])
    with pytest.raises(BudgetExceeded):
        reserve("a", 9, caps=[Cap(8)])
    assert (ledger.spent().total, ledger.spent(scope="x").total) == (5, 5)


def test_a_charge_is_never_erased_by_reserving_again(ledger, reserve, now):
    reserve("a", 5)
    ledger.settle("a", Receipt(charged=5), now)
    with pytest.raises(StoreError, match="is settled"):
        reserve("a", 1)
    assert ledger.spent().charged == 5


def test_a_task_found_again_without_reservation_is_charged_all_the_same(ledger, store, now):
    entry = store.journal.intend({}, service="api.evolink.ai", now=now)
    ledger.settle(entry.key, Receipt(charged=3.5), now)
    assert ledger.spent(service="api.evolink.ai").charged == 3.5


def test_a_reservation_is_raised_to_what_the_service_has_set_aside_and_never_lowered(
    ledger, reserve, now
):
    reserve("a", 5, scopes=["x"], caps=[Cap(6)])
    ledger.raise_to("a", 4, now)
    assert ledger.spent().reserved == 5
    ledger.raise_to("a", 8, now)
    ledger.raise_to("a", 7, now)
    assert (ledger.spent().reserved, ledger.spent(scope="x").reserved) == (8, 8)
    with pytest.raises(BudgetExceeded, match="8 reserved"):
        reserve("b", 0.5, caps=[Cap(6)])
    ledger.settle("a", Receipt(charged=3), now)
    ledger.raise_to("a", 9, now)
    assert (ledger.spent().charged, ledger.spent().reserved) == (3, 0)


def test_a_charge_not_reported_counts_what_was_set_aside(ledger, reserve, now):
    reserve("a", 5)
    ledger.raise_to("a", 8, now)
    ledger.settle("a", Receipt(), now)
    assert ledger.spent().unreported == 8


def test_what_the_service_has_set_aside_for_a_task_without_reservation_counts(ledger, store, now):
    entry = store.journal.intend({}, service="api.evolink.ai", now=now)
    ledger.raise_to(entry.key, 3.5, now)
    assert ledger.spent(service="api.evolink.ai").reserved == 3.5


def test_an_absurd_report_breaks_no_sum(ledger, reserve, now):
    for key in "ab":
        reserve(key, 5)
        ledger.raise_to(key, 1e300, now)
    assert ledger.spent().reserved == 20_000_000
    ledger.settle("a", Receipt(charged=1e300), now)
    assert ledger.spent().total == 20_000_000


ENDS = {
    "saved": ("finished", None, Receipt(charged=3.5), (3.5, 0)),
    "saved, not reported": ("finished", None, Receipt(), (0, 5)),
    "failed": ("failed", {"billed": "NO"}, None, (0, 0)),
    "lost": ("failed", {"billed": "YES"}, Receipt(charged=3.5), (3.5, 0)),
    "failed, nobody knows": ("failed", {}, None, (0, 5)),
    "refused": ("refused", {}, None, (0, 0)),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_what_is_still_reserved_for_a_task_that_has_ended_is_settled(
    ledger, store, reserve, now, end
):
    move, record, receipt, spent = end
    key = store.journal.intend({}, service="emulator", now=now).key
    reserve(key, 5)
    store.journal.sending(key, now)
    if move != "refused":
        store.journal.accepted(key, "task-1", now)
    facts = {} if receipt is None else {"receipt": receipt}
    getattr(store.journal, move)(key, *([] if record is None else [record]), now + 7, **facts)
    out = store.journal.intend({}, service="emulator", now=now).key
    reserve(out, 2)
    assert ledger.settle_ended() == 1
    found = ledger.spent()
    assert (found.charged, found.unreported, found.reserved) == (*spent, 2)
    assert ledger.settle_ended() == 0
    assert ledger.spent() == found


def test_a_damaged_receipt_keeps_its_credits(ledger, store, reserve, now):
    key = store.journal.intend({}, service="emulator", now=now).key
    reserve(key, 5)
    store.journal.sending(key, now)
    store.journal.accepted(key, "task-1", now)
    store.journal.finished(key, now)
    with store.database.write() as connection:
        connection.execute("UPDATE tasks SET receipt = '{\"charged\": NaN}'")
    assert ledger.settle_ended() == 1
    assert ledger.spent().unreported == 5


def test_releasing_what_is_not_reserved_is_no_error(ledger, now):
    ledger.release("nowhere", now)
    assert ledger.spent().tasks == 0
