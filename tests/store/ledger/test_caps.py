"""Caps hold: what would pass one is refused before anything is reserved, and sums are exact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolink_widgets.errors import BudgetExceeded
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store import Cap


def test_a_refusal_names_cap_spent_reserved_and_asked(ledger, reserve, now):
    reserve("a", 30)
    ledger.settle("a", Receipt(charged=28.5), now)
    reserve("b", 10)
    with pytest.raises(BudgetExceeded) as caught:
        reserve("c", 12.25, caps=[Cap(50, name="today's budget")])
    for said in ("12.25 credits", "today's budget of 50", "28.5 spent", "10 reserved"):
        assert said in str(caught.value)
    assert "Not charged" in str(caught.value)
    assert ledger.spent().tasks == 2


def test_exactly_the_cap_fits_and_a_ten_thousandth_more_does_not(ledger, reserve):
    for number in range(10):
        reserve(f"k{number}", 0.1, caps=[Cap(1.0)])
    with pytest.raises(BudgetExceeded):
        reserve("one more", 0.0001, caps=[Cap(1.0)])
    assert ledger.spent().total == 1.0


def test_the_tightest_of_several_caps_decides_and_nothing_is_reserved(ledger, reserve, now):
    reserve("old", 40, at=now - 86_400, scopes=["store"])
    today = Cap(20, name="today's budget", since=now - 3600)
    outer, inner = Cap(100, name="outer", scope="b1"), Cap(5, name="inner", scope="b2")
    reserve("a", 4, caps=[today, outer, inner], scopes=["b1", "b2"])
    with pytest.raises(BudgetExceeded, match="inner"):
        reserve("b", 2, caps=[today, outer, inner], scopes=["b1", "b2"])
    reserve("c", 16, caps=[today, outer], scopes=["b1"])
    with pytest.raises(BudgetExceeded, match="today's budget"):
        reserve("d", 1, caps=[today])
    assert ledger.spent(scope="b1").total == 20
    assert ledger.spent(scope="b2").total == 4
    assert ledger.spent(since=now - 3600).total == 20


def test_simulated_credits_do_not_count_against_a_live_cap(ledger, reserve):
    reserve("a", 100, service="emulator")
    reserve("b", 5, service="api.evolink.ai", caps=[Cap(10, service="api.evolink.ai")])
    assert ledger.spent(service="api.evolink.ai").total == 5
    assert ledger.spent(service="emulator").total == 100


def test_an_endless_cap_lets_everything_through(reserve):
    reserve("a", 1e9, caps=[Cap(float("inf"))])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 500_000), min_size=1, max_size=12), st.integers(1, 2_000_000))
def test_sums_are_exact_and_the_cap_is_never_passed(tmp_path_factory, steps, limit):
    from evolink_widgets.store import Store

    store = Store(tmp_path_factory.mktemp("ledger"))
    granted = 0
    for number, units in enumerate(steps):
        try:
            store.ledger.reserve(
                str(number), units / 10_000, now=0, service="s", caps=[Cap(limit / 10_000)]
            )
        except BudgetExceeded:
            assert granted + units > limit
        else:
            granted += units
    assert granted <= limit
    assert store.ledger.spent().total == granted / 10_000
    store.close()
