"""While a lesson's check is open, what is paid for is collected, and nothing new is bought."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from refusing import refuse
from services import InProcess, until

from evolink_widgets import errors
from evolink_widgets.core.loop import wait_on_loop
from evolink_widgets.core.money import buying_nothing
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


def ask(session: Session, request: ImageRequest, cell: int) -> Task:
    return session.submit(request, fresh=False, execution=f"cell {cell}")


def asks_of_one_recipe(session: Session, emulator: InProcess, small: Small, n: int) -> list[Task]:
    """Each buys one picture, waits for those before it, and stands still at the service."""
    emulator.play("stuck", times=n)
    tasks: list[Task] = []
    for number in range(1, n + 1):
        tasks.append(ask(session, small(n=number), number))
        until(lambda: tasks[-1].id is not None)
    return tasks


def step_of(session: Session, task: Task) -> Step | None:
    entry = session.store.journal.get(task.key)
    return None if entry is None else entry.step


def stop_with_its_own(session: Session, emulator: InProcess, task: Task) -> None:
    """Let its own picture come, and stop it as it waits for those of others."""
    runner = session.known()[task.key]
    emulator.service.find(str(task.id)).fate = ""
    until(runner.own_end.is_set)
    task.stop()
    wait_on_loop(runner.left())
    assert task.state.stage is Stage.STOPPED


def call_on_loop(act: Callable[[], object]) -> None:
    """Call as a listener does, on the core's own thread."""

    async def call() -> None:
        act()

    wait_on_loop(call())


@pytest.fixture
def check() -> contextlib.AbstractContextManager[None]:
    return buying_nothing("a check's budget")


@pytest.mark.parametrize("how", ["resume", "look_again", "recover", "never stopped"])
def test_its_own_part_is_collected_and_the_rest_is_bought_after_the_check(
    how: str, in_process: InProcess, open_session: Open, small: Small,
    check: contextlib.AbstractContextManager[None],
) -> None:  # fmt: skip
    session = open_session(in_process)
    first, second = asks_of_one_recipe(session, in_process, small, 2)
    if how != "never stopped":
        second.stop()
    with check:
        if how == "recover":
            assert session.recover() == [second]
        elif how != "never stopped":
            getattr(second, how)()
        in_process.service.find(str(first.id)).fate = "task failed"
        in_process.play("fair")
        with pytest.raises(errors.SpendingRefused, match="a check is running"):
            second.result(20)
        assert second.state.stage is Stage.STOPPED
        assert step_of(session, second) is Step.SAVED
        own = [image.path for image in second.images]
        assert len(own) == 1
        with pytest.raises(errors.SpendingRefused, match="a check is running"):
            second.resume()
        assert in_process.counts()["create"] == 2
    second.resume()
    both = [image.path for image in second.result(20)]
    assert len(both) == 2
    assert own[0] in both
    assert in_process.counts()["create"] == 3


def test_an_ask_whose_other_can_not_go_on_now_keeps_its_own_part_and_is_not_over(
    in_process: InProcess, open_session: Open, small: Small,
    check: contextlib.AbstractContextManager[None],
) -> None:  # fmt: skip
    session = open_session(in_process)
    _, second, third = asks_of_one_recipe(session, in_process, small, 3)
    third.stop()
    stop_with_its_own(session, in_process, second)
    with check:
        third.resume()
        in_process.play("fair")
        with pytest.raises(errors.SpendingRefused, match="a check is running"):
            third.result(20)
        assert third.state.stage is Stage.STOPPED
        assert step_of(session, third) is Step.SAVED
        assert second.state.stage is Stage.STOPPED
    third.resume()
    assert len(third.result(20)) == 3
    assert in_process.counts()["create"] == 3


def test_what_a_recovery_does_not_take_up_now_is_left_to_other_kernels(
    in_process: InProcess, open_session: Open, small: Small,
    check: contextlib.AbstractContextManager[None], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    session = open_session(in_process)
    _, second = asks_of_one_recipe(session, in_process, small, 2)
    with session.store.database.write() as connection:  # its end can't be written down
        refuse(
            connection,
            "CREATE TEMP TRIGGER closed BEFORE UPDATE OF state ON main.ledger "
            "BEGIN SELECT RAISE(ABORT, 'closed'); END",
        )
    stop_with_its_own(session, in_process, second)
    assert step_of(session, second) is not Step.SAVED
    with check:
        assert session.recover() == []
    assert f"Task {second.key} is not taken up now" in caplog.text
    (found,) = open_session(in_process).recover()
    assert found.key == second.key
    assert len(found.result(20)) == 1
    assert step_of(session, second) is Step.SAVED
    assert in_process.counts()["create"] == 2


def test_a_check_that_begins_as_it_is_sent_again_stops_that(
    in_process: InProcess, open_session: Open, small: Small,
    check: contextlib.AbstractContextManager[None],
) -> None:  # fmt: skip
    session = open_session(in_process)
    in_process.play("no list")
    in_process.play("request lost")
    lost, waits = ask(session, small(), 1), ask(session, small(), 2)
    for task in (lost, waits):
        with pytest.raises(errors.OutcomeUnknown):
            task.result(20)
    with check:  # on the core's thread, as it comes there from a caller that saw no check
        for task in (lost, waits):
            with pytest.raises(errors.SpendingRefused):
                call_on_loop(session.known()[task.key].send_again)
            assert task.state.stage is Stage.UNKNOWN
            assert "a check is running" in str(task.error)
    assert in_process.counts()["create"] == 1
    waits.send_again()
    assert len(waits.result(20)) == 1
    assert in_process.counts()["create"] == 2


def test_a_listener_whose_call_is_refused_finds_that_in_the_state(
    in_process: InProcess, open_session: Open, small: Small,
    check: contextlib.AbstractContextManager[None],
) -> None:  # fmt: skip
    session = open_session(in_process)
    first, second = asks_of_one_recipe(session, in_process, small, 2)
    stop_with_its_own(session, in_process, second)
    with check:
        call_on_loop(second.resume)
        assert second.state.stage is Stage.STOPPED
        assert "a check is running" in str(second.state.note)
    in_process.play("fair")
    second.resume()
    assert first.result(20)[0] in second.result(20)
    assert second.state.note is None
