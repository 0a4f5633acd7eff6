"""An end stands in journal and ledger, or in neither; what the service sets aside is known."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from refusing import refuse
from services import InProcess, until

from evolink_widgets import errors
from evolink_widgets.core.loop import wait_on_loop
from evolink_widgets.core.session import Session
from evolink_widgets.core.steps import context
from evolink_widgets.core.task import Stage, Task
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Step

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
        refuse(
            connection,
            "CREATE TEMP TRIGGER closed BEFORE UPDATE OF state ON main.ledger "
            "BEGIN SELECT RAISE(ABORT, 'closed'); END",
        )
    if fault:
        in_process.play(fault)
    task = session.submit(small())
    with contextlib.suppress(errors.EvolinkError):
        task.result(30)
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert entry.ended_at is None, "a later kernel takes it up again"
    session.close()  # and with its connection the trigger is gone

    later = open_session(in_process)
    for found in later.recover():
        with contextlib.suppress(errors.EvolinkError):
            found.result(30)
    assert later.store.ledger.spent().reserved == 0


def test_what_the_service_sets_aside_beyond_the_estimate_is_known_to_the_cap(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    price = open_session(in_process).estimate(small()).high
    session = open_session(in_process, budget=price * 2.5)
    in_process.service.prices = 3.0
    in_process.play("stuck")
    task = session.submit(small())
    until(lambda: task.id is not None)
    set_aside = in_process.service.account.held
    assert set_aside > price * 2.5, "it passes the cap, and is committed all the same"
    assert session.store.ledger.spent().reserved == pytest.approx(set_aside)
    (meter,) = session.meters()
    assert meter.left == 0
    with pytest.raises(errors.BudgetExceeded):
        session.submit(small("a hare")).result(20)
    assert in_process.counts()["create"] == 1
    in_process.play("fair")
    task.result(20)
    until(lambda: session.store.ledger.spent().reserved == 0)
    assert session.store.ledger.spent().charged == pytest.approx(in_process.service.account.used)


def test_it_is_known_too_of_a_task_that_was_found_again(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.service.prices = 3.0
    in_process.play("stuck")
    in_process.play("reply lost")
    task = session.submit(small())
    with pytest.raises(errors.OutcomeUnknown):  # nothing says yet what things cost here
        task.result(30)
    session.submit(small("something else")).result(30)
    task.look_again()
    until(lambda: task.id is not None)
    set_aside = in_process.service.account.held
    until(lambda: session.store.ledger.spent().reserved == pytest.approx(set_aside))


def test_a_service_that_sets_aside_less_lowers_no_reservation(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.service.prices = 0.1
    in_process.play("stuck")
    task = session.submit(small())
    until(lambda: task.id is not None)
    assert session.store.ledger.spent().reserved == pytest.approx(task.estimate.high, abs=1e-6)


def test_what_an_older_version_left_reserved_is_settled_by_recovering(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    task = session.submit(small())
    task.result(20)
    until(lambda: session.store.ledger.spent().charged > 0)
    spent = session.store.ledger.spent()
    with session.store.database.write() as connection:
        connection.execute(
            "UPDATE ledger SET state = 'reserved', charged = NULL, settled_at = NULL"
        )
    assert session.store.ledger.spent().reserved > 0
    kernels = [open_session(in_process) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(Session.recover, kernels)) == [[], [], []]
    assert session.store.ledger.spent() == spent


def test_a_reservation_that_was_deleted_with_the_folder_counts_again_once_accepted(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck")
    in_process.play("slow", seconds=2)
    task = session.submit(small())
    until(lambda: step_of(session, task) is Step.SENDING)

    shutil.rmtree(session.store.root)

    until(lambda: step_of(session, task) is Step.ACCEPTED)
    until(lambda: session.store.ledger.spent().reserved > 0)
    task.stop()


def test_links_are_written_down_while_a_slow_download_goes_on(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("slow", on="download", times=None, seconds=20)
    task = session.submit(small())

    until(lambda: step_of(session, task) is Step.READY)

    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert [link.startswith("http") for link in entry.results] == [True]
    assert entry.links_until is not None
    assert task.state.stage is Stage.SAVING
    task.stop()


def test_links_are_written_down_at_once_when_the_download_is_stopped(
    in_process: InProcess, open_session: Open, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "SOON", 3600.0)
    session = open_session(in_process)
    in_process.play("slow", on="download", times=None, seconds=20)
    task = session.submit(small())
    until(lambda: task.state.stage is Stage.SAVING)
    assert step_of(session, task) is Step.ACCEPTED

    task.stop()

    until(lambda: step_of(session, task) is Step.READY)


def test_steps_are_written_in_the_order_in_which_they_were_told(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    """Else the links of a task, overtaken by its end, would reopen it or be refused."""
    session = open_session(in_process)
    in_process.play("stuck")
    task = session.submit(small())
    until(lambda: step_of(session, task) is Step.ACCEPTED)
    journal, book = session.store.journal, session.known()[task.key].books

    async def story() -> None:
        links = book.note_down({}, journal.ready, task.key, ["https://x/1"], until=None)
        end = book.note_down({}, journal.finished, task.key, 1.0)
        await end
        await links

    wait_on_loop(story())
    entry = journal.get(task.key)
    assert entry is not None
    assert (entry.step, entry.results) == (Step.SAVED, ("https://x/1",))


def test_a_loss_that_could_not_be_written_down_does_not_keep_the_end_of_a_found_task_out(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    session.submit(small("something before")).result(30)
    with session.store.database.write() as connection:
        refuse(
            connection,
            "CREATE TEMP TRIGGER full BEFORE UPDATE OF step ON main.tasks "
            "WHEN NEW.step = 'unknown' BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
    in_process.play("no list")
    in_process.play("reply lost")
    task = session.submit(small("a cup"))
    until(lambda: task.state.stage is Stage.UNKNOWN)
    assert step_of(session, task) is Step.SENDING
    with session.store.database.write() as connection:
        connection.execute("DROP TRIGGER full")
    in_process.play("fair")

    task.look_again()

    assert len(task.result(20)) == 1
    until(lambda: step_of(session, task) is Step.SAVED)
    assert session.store.ledger.spent().reserved == 0


def test_a_saved_task_knows_its_links_however_quick_it_was(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    task = session.submit(small(n=2))
    task.result(30)
    until(lambda: step_of(session, task) is Step.SAVED)
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert (len(entry.results), entry.links_until is None) == (2, False)


def step_of(session: Session, task: Task) -> Step | None:
    entry = session.store.journal.get(task.key)
    return None if entry is None else entry.step
