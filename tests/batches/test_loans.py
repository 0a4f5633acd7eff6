"""A loan keeps the promises without any engine: bought here, sent once there, home in one piece."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from services import InProcess, quick

import evolink_widgets as ew
from evolink_widgets.batches.engine import borrow
from evolink_widgets.batches.engine.borrow import Fulfilment, Workplace, folder_of
from evolink_widgets.core.loans.lend import LenderBooks, Lent, Wish
from evolink_widgets.core.loans.loan import Return
from evolink_widgets.core.money import Budget, Terms
from evolink_widgets.core.session import Session
from evolink_widgets.errors import Billed, ServiceUnavailable, StoreDamaged
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.store.journal.journal import Step
from evolink_widgets.store.journal.new_names import new_key

NAME = "a-loan"
SMALL: dict[str, Any] = {"size": "816x816", "quality": "low"}


@pytest.fixture
def lender(use: Callable[..., Session]) -> Session:
    """The session that buys."""
    return ew.session()


@pytest.fixture
def books(lender: Session) -> LenderBooks:
    """Its books."""
    return lender.lender_books()


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """Where the borrower has its folders."""
    return tmp_path / "away"


@pytest.fixture
def fulfil(service: InProcess, away: Path) -> Iterator[Callable[..., list[Return]]]:
    """Fulfil the loan as a process of its own would."""

    def run(*, send: bool = True) -> list[Return]:
        session = service.session(folder_of(away, NAME), retry=quick(look=()))
        return Fulfilment(session, send=send).run()

    return run


def lend(books: LenderBooks, away: Path, count: int, terms: Terms | None = None) -> Lent:
    wishes = [
        Wish(new_key(), ew.ImageRequest(f"fox {number}", **SMALL), terms or Terms())
        for number in range(count)
    ]
    place = Workplace(str(away), "http://127.0.0.1:1", "http://127.0.0.1:1", True)
    return books.lend(NAME, wishes, asdict(place))


def steps(session: Session) -> set[Step]:
    return {entry.step for entry in session.store.journal.entries()}


def test_what_is_lent_is_reserved_and_written_down_as_sent(
    lender: Session, books: LenderBooks, away: Path
) -> None:
    price = lender.estimate(ew.ImageRequest("fox 0", **SMALL)).high
    lent = lend(books, away, 5, Terms((Budget(3.5 * price),)))
    assert lent.loan is not None
    assert len(lent.loan.asks) == 3
    assert [type(error) for error in lent.refused.values()] == [ew.BudgetExceeded] * 2
    assert steps(lender) == {Step.SENDING}
    assert ew.spending().total.reserved == pytest.approx(3 * price)
    assert "fox" not in repr(lent.loan)
    assert lent.loan.asks[0].idempotency_key not in repr(lent.loan)
    assert books.begun([ew.ImageRequest("fox 0", **SMALL)]) == [True]
    assert list(books.left_behind()) == [NAME]


def test_what_no_worker_takes_costs_nothing(
    lender: Session, books: LenderBooks, away: Path
) -> None:
    lent = lend(books, away, 2)
    assert lent.loan is not None
    keys = [ask.key for ask in lent.loan.asks]
    books.not_taken(NAME, keys, ServiceUnavailable("It is gone.", billed=Billed.NO))
    assert steps(lender) == {Step.REFUSED}
    assert ew.spending().total.reserved == 0
    assert books.left_behind() == {}


def test_a_loan_is_sent_once_however_often_it_is_fulfilled(
    lender: Session,
    books: LenderBooks,
    away: Path,
    service: InProcess,
    fulfil: Callable[..., list[Return]],
) -> None:
    loan = lend(books, away, 1).loan  # this service makes one picture for all
    assert loan is not None
    borrow.take(away, loan)
    assert service.counts().get("accepted", 0) == 0
    returns = fulfil()
    assert fulfil() == returns, "the engine has run it again"
    assert service.counts()["accepted"] == 1
    homes, merged = books.come_home(NAME, returns, folder_of(away, NAME))
    assert [home.error for home in homes] == [None]
    assert merged is not None
    assert merged.pictures == 1
    assert steps(lender) == {Step.SAVED}
    spent = ew.spending().total
    assert (spent.tasks, spent.reserved) == (1, 0)
    borrow.forget(away, NAME)
    assert list(away.iterdir()) == []


def test_a_lost_answer_is_looked_for_by_the_lender_alone(
    lender: Session,
    books: LenderBooks,
    away: Path,
    service: InProcess,
    fulfil: Callable[..., list[Return]],
) -> None:
    loan = lend(books, away, 1).loan
    assert loan is not None
    borrow.take(away, loan)
    service.play("reply lost")
    [returned] = fulfil()
    assert (returned.step, returned.task_id) == (Step.UNKNOWN, None)
    assert service.counts().get("list", 0) == 0
    [home], _ = books.come_home(NAME, [returned], folder_of(away, NAME))
    assert home.goes_on
    assert home.is_lost
    [task] = lender.recover()
    assert task.key == loan.asks[0].key
    assert len(task.result(60)) == 1
    assert service.counts()["accepted"] == 1


def test_what_was_not_sent_comes_home_unsent(
    lender: Session, books: LenderBooks, away: Path, fulfil: Callable[..., list[Return]]
) -> None:
    loan = lend(books, away, 2).loan
    assert loan is not None
    borrow.take(away, loan)
    returns = borrow.closed(away, NAME)
    assert fulfil() == returns, "nothing of it can be sent any more"
    homes, _ = books.come_home(NAME, returns, folder_of(away, NAME))
    assert [home.error.billed for home in homes if home.error] == [Billed.NO] * 2
    assert ew.spending().total.reserved == 0


def test_of_a_lost_loan_what_may_be_paid_stays_reserved(
    lender: Session, books: LenderBooks, away: Path
) -> None:
    loan = lend(books, away, 2).loan
    assert loan is not None
    first, second = (ask.key for ask in loan.asks)
    books.accepted([(first, "task-unified-1", None)])
    homes = books.lost(NAME, [first, second], ew.OutcomeUnknown("The worker is gone."))
    assert [(home.goes_on, home.is_lost) for home in homes] == [(True, False), (True, True)]
    assert steps(lender) == {Step.ACCEPTED, Step.UNKNOWN}
    assert ew.spending().total.reserved == pytest.approx(sum(ask.high for ask in loan.asks))


def test_a_worker_that_was_only_out_of_reach_is_heard_later(
    lender: Session,
    books: LenderBooks,
    away: Path,
    service: InProcess,
    fulfil: Callable[..., list[Return]],
) -> None:
    loan = lend(books, away, 1).loan  # this service makes one picture for all
    assert loan is not None
    keys = [ask.key for ask in loan.asks]
    borrow.take(away, loan)
    books.lost(NAME, keys, ew.OutcomeUnknown("The worker is gone."))
    returns = fulfil()  # it was not gone
    assert list(books.left_behind()) == [NAME]
    homes, _ = books.come_home(NAME, returns, folder_of(away, NAME))
    assert [home.error for home in homes] == [None]
    assert steps(lender) == {Step.SAVED}
    assert ew.spending().total.reserved == 0
    assert books.left_behind() == {}


def test_what_a_lost_worker_never_sent_frees_nothing_that_was_sent_from_here(
    lender: Session, books: LenderBooks, away: Path
) -> None:
    loan = lend(books, away, 1).loan
    assert loan is not None
    [ask] = loan.asks
    borrow.take(away, loan)
    books.lost(NAME, [ask.key], ew.OutcomeUnknown("The worker is gone."))
    lender.store.journal.sending(ask.key, lender.parts.clock())  # a person sends it again
    books.come_home(NAME, borrow.closed(away, NAME), None)
    assert steps(lender) == {Step.SENDING}
    assert ew.spending().total.reserved == pytest.approx(ask.high)


def test_a_folder_s_name_can_not_lead_elsewhere(away: Path) -> None:
    with pytest.raises(StoreDamaged, match="is no loan's name"):
        folder_of(away, "../elsewhere")


def test_a_reference_that_is_gone_keeps_its_own_purchase_alone_from_leaving(
    lender: Session, books: LenderBooks
) -> None:
    image = io.BytesIO()
    Image.new("RGB", (32, 32)).save(image, "PNG")
    digest = hashlib.sha256(image.getvalue()).hexdigest()
    lender.store.uploads.keep(image.getvalue(), digest, "png", digest)
    gone, other = (
        Wish(new_key(), ew.ImageRequest("a fox", references=references, **SMALL), Terms())
        for references in ((kept_name(digest),), ())
    )
    lender.store.uploads.file_of(digest).unlink()
    lent = books.lend(NAME, [gone, other], {})
    assert isinstance(lent.refused.pop(gone.key), StoreDamaged)
    assert (lent.refused, lent.here) == ({}, set())
    assert lent.loan is not None
    assert [ask.key for ask in lent.loan.asks] == [other.key]
    assert lender.store.journal.get(gone.key) is None, "nothing was reserved for it"
    lender.store.uploads.keep(image.getvalue(), digest, "png", digest)
    loan = books.lend("another", [gone], {}).loan
    assert loan is not None
    assert dict(loan.references) == {digest: image.getvalue()}
