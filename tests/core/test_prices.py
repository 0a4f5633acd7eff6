"""A service that is dearer or cheaper than published: learned from the receipts of the store."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from services import InProcess, until

from evolink_widgets.core.session import Session
from evolink_widgets.emulator.storage.drawn_pictures import DrawnPictures
from evolink_widgets.errors import ContentRefused
from evolink_widgets.rules.pricing.learning import Learned
from evolink_widgets.rules.pricing.pricing import Estimate, estimate
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.ledger.ledger import samples
from evolink_widgets.store.ledger.spending_report import read_spending
from evolink_widgets.store.ledger.taken_in import taken_in

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


def learned(session: Session) -> Learned:
    return Learned.from_samples(samples(session.store.database, session.service))


def middle(found: Estimate) -> float:
    return (found.low + found.high) / 2


@pytest.mark.parametrize("factor", [1.3, 0.7])
def test_a_service_with_other_prices_is_learned_within_ten_receipts(
    factor: float, open_session: Open, small: Small
) -> None:
    session = open_session(InProcess(prices=factor))
    tasks = [session.submit(small(f"a fox {number}")) for number in range(10)]
    charges = [task.receipt.charged for task in tasks if task.result(60) and task.receipt]
    assert len(charges) == 10

    found = learned(session).estimate(small("a fox 10"))

    assert found.basis == "from 10 receipts"
    assert all(found.low <= charge <= found.high for charge in charges)
    assert middle(found) == pytest.approx(sum(charges) / 10, rel=0.05)
    published = estimate(small("a fox 10"))
    assert (found.low > published.high) if factor > 1 else (found.high < published.low)


def test_new_prices_are_followed_while_the_service_runs(open_session: Open, small: Small) -> None:
    service = InProcess()
    session = open_session(service)
    for task in [session.submit(small(f"a fox {number}")) for number in range(8)]:
        task.result(60)
    service.service.prices = 1.5
    for number in range(2):
        last = session.submit(small(f"a hare {number}"))
        last.result(60)
    assert last.receipt is not None
    assert last.receipt.charged is not None

    found = learned(session).estimate(small("a hare 2"))

    assert found.low <= last.receipt.charged <= found.high
    assert middle(found) == pytest.approx(last.receipt.charged, rel=0.05)


def test_the_sizes_that_auto_came_to_are_learned(open_session: Open, small: Small) -> None:
    session = open_session(InProcess())
    prompts = [f"a fox and {number} hares" for number in range(9)]
    tasks = [session.submit(small(prompt, size="auto", n=2)) for prompt in prompts]
    charges = [task.receipt.charged for task in tasks if task.result(60) and task.receipt]

    found = learned(session).estimate(small("a fox", size="auto", n=2))

    assert all(found.low <= charge <= found.high for charge in charges)
    assert found.high < estimate(small("a fox", size="auto", n=2)).high / 1.5


def test_what_was_spent_is_what_the_service_took(open_session: Open, small: Small) -> None:
    service = InProcess(prices=1.3)
    session = open_session(service)
    service.play("policy refusal", after=1)
    session.submit(small("a fox", n=2)).result(60)
    with pytest.raises(ContentRefused):
        session.submit(small("another fox", n=2)).result(60)
    session.submit(small("a hare", n=2)).result(60)

    rows = read_spending(session.store.database, simulated=True)

    assert rows.total.charged == pytest.approx(service.service.account.used)
    assert (rows.total.tasks, rows.total.pictures) == (3, 4)
    assert [row.state for row in rows] == ["charged", "not charged", "charged"]
    assert all(row.simulated for row in rows)


def drawing(**options: float) -> InProcess:
    """A service whose pictures differ: a merge takes each content once."""
    found = InProcess(**options)
    found.service.drawn = DrawnPictures()
    return found


def test_a_merged_store_counts_its_pictures_and_teaches_what_they_cost(
    open_session: Open, small: Small
) -> None:
    theirs = open_session(drawing(prices=1.4), store="theirs")
    for number in range(3):
        theirs.submit(small(f"a fox {number}", n=2)).result(60)
    ours = open_session(drawing(), store="ours")
    before = ours.estimate(small("a hare", n=2))

    ours.store.merge(theirs.store.root)

    spent = read_spending(ours.store.database, simulated=True).total
    assert (spent.tasks, spent.pictures) == (3, 6)
    assert spent == read_spending(theirs.store.database, simulated=True).total
    after = ours.estimate(small("a hare", n=2))
    assert after.basis == "from 3 receipts"
    assert after.high > before.high
    assert after == theirs.estimate(small("a hare", n=2))


def test_a_merged_set_that_is_not_whole_teaches_no_price(open_session: Open, small: Small) -> None:
    theirs = open_session(drawing(), store="theirs")
    images = theirs.submit(small("a fox", n=2)).result(60)
    images[1].path.unlink()
    ours = open_session(drawing(), store="ours")
    ours.store.merge(theirs.store.root)
    assert read_spending(ours.store.database, simulated=True).total.pictures == 1
    assert samples(ours.store.database, ours.service) == []


def test_a_purchase_that_holds_the_database_waits_for_no_reader_of_prices(
    open_session: Open, small: Small
) -> None:
    """A price is asked for inside the transaction that reserves it, while others ask, too."""
    session = open_session(InProcess())
    session.submit(small("a fox")).result(60)
    taken_in[session.store.database.path] += 1  # so that prices are read anew
    with session.store.database.write():
        reader = threading.Thread(target=session.estimate, args=[small("an owl")], daemon=True)
        reader.start()
        until(lambda: session._prices._is_reading)
        assert session.estimate(small("a hare")).high > 0
    reader.join(30)
    assert not reader.is_alive()
