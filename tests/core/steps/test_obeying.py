"""A service that asks to wait is obeyed within bounds, each kind of call apart, and in words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from services import InProcess, quick, until
from uploads import kept

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.emulator.http.app import FILES_URL
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.widgets.base.describe import run

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]

HOUR = 3600
YEARS = 5 * 365 * 86_400


def is_held(task: Task) -> bool:
    return (task.state.note or "").startswith("Waiting ")


@pytest.fixture
def session(in_process: InProcess, open_session: Open) -> Session:
    return open_session(in_process, files_url=FILES_URL, retry=quick(limited=600.0))


@pytest.mark.parametrize(("seconds", "named"), [(HOUR, "60 min"), (YEARS, "1,825 days")])
def test_a_reading_that_is_to_wait_says_so_and_waits_far_less(
    seconds: int, named: str, session: Session, in_process: InProcess, small: Small
) -> None:
    in_process.play("429 retry-after", on="read", seconds=seconds)
    task = session.submit(small())
    until(lambda: is_held(task))
    first = task.state.note or ""
    assert re.fullmatch(rf"Waiting (29|30) s of the {named} that the service asked for", first)
    until(lambda: task.state.note not in (first, None))  # it is kept current
    assert task.state.stage in (Stage.PENDING, Stage.PROCESSING)
    assert task.state.held
    task.stop()


def test_a_short_wait_is_obeyed_as_asked(
    session: Session, in_process: InProcess, small: Small
) -> None:
    in_process.play("429 retry-after", on="read", seconds=2)
    notes: list[str | None] = []
    task = session.submit(small())
    task.subscribe(lambda state: notes.append(state.note))
    start = time.monotonic()
    assert len(task.result(20)) == 1
    assert time.monotonic() - start >= 2
    assert "Waiting 2 s, as the service asked" in notes
    assert task.state.note is None


def look_again(session: Session, task: Task) -> None:
    task.look_again()


def resume(session: Session, task: Task) -> None:
    task.resume()


def recover(session: Session, task: Task) -> None:
    session.recover()


@pytest.mark.parametrize("look", [look_again, resume, recover])
def test_a_person_who_looks_now_is_let_through(
    look: Callable[[Session, Task], None], session: Session, in_process: InProcess, small: Small
) -> None:
    in_process.play("429 retry-after", on="read", seconds=HOUR)
    task = session.submit(small())
    until(lambda: is_held(task))
    start = time.monotonic()
    look(session, task)
    assert len(task.result(20)) == 1
    assert time.monotonic() - start < 15


def test_a_panel_offers_to_look_now_while_the_service_makes_it_wait(
    session: Session, in_process: InProcess, small: Small
) -> None:
    in_process.play("429 retry-after", on="read", seconds=HOUR)
    task = session.submit(small())
    until(lambda: is_held(task))
    drawn = run(task.key, task.request, task.state)
    assert drawn["actions"] == ["stop", "lookAgain"]
    assert drawn["message"].startswith("Waiting ")
    task.look_again()
    task.result(20)
    assert "lookAgain" not in run(task.key, task.request, task.state)["actions"]


def test_a_service_that_still_refuses_is_obeyed_again(
    session: Session, in_process: InProcess, small: Small
) -> None:
    in_process.play("429 retry-after", on="read", seconds=HOUR, times=None)
    task = session.submit(small())
    until(lambda: is_held(task))
    for _ in range(3):
        before = in_process.counts()["read"]
        task.look_again()
        until(lambda at=before: in_process.counts()["read"] > at)
        until(lambda: is_held(task))
        assert in_process.counts()["read"] == before + 1
    task.stop()


@pytest.mark.parametrize("place", ["read", "create", "files"])
def test_stopping_ends_the_waiting_at_once(
    place: str, session: Session, in_process: InProcess, small: Small, tmp_path: Path
) -> None:
    in_process.play("429 retry-after", on=place, seconds=HOUR)
    more = {"references": [kept_name(kept(tmp_path / "pictures"))]} if place == "files" else {}
    task = session.submit(small(**more))
    until(lambda: is_held(task))

    start = time.monotonic()
    task.stop()
    with pytest.raises(errors.WaitingStopped) as caught:
        task.result(5)

    assert time.monotonic() - start < 2
    is_sent = place == "read"
    assert caught.value.billed is (Billed.LATER if is_sent else Billed.NO)
    assert session.store.ledger.spent().reserved > 0 or not is_sent
    until(lambda: is_sent or session.store.ledger.spent().total == 0)


@pytest.mark.parametrize("place", ["create", "files", "list", "credits"])
def test_what_another_kind_of_call_waits_for_holds_up_no_reading(
    place: str, in_process: InProcess, open_session: Open, small: Small, tmp_path: Path
) -> None:
    patience = quick(limited=600.0, read=())  # the balance is asked for once: a cell waits for it
    session = open_session(in_process, files_url=FILES_URL, retry=patience)
    first = session.submit(small("before"))
    until(lambda: first.id is not None)
    in_process.play("429 retry-after", on=place, seconds=HOUR)
    if place == "list":
        in_process.play("reply lost")
    digest = kept(tmp_path / "pictures") if place == "files" else None
    if place == "credits":
        with pytest.raises(errors.RateLimited, match="too often"):
            session.credits()
    else:
        references = [] if digest is None else [kept_name(digest)]
        held = session.submit(small("held", references=references))
        until(lambda: is_held(held))
        assert held.id is None
    assert len(first.result(20)) == 1
    if place != "create":
        assert len(session.submit(small("after")).result(20)) == 1


def test_all_that_wait_to_be_sent_say_so_and_are_not_charged(
    session: Session, in_process: InProcess, small: Small
) -> None:
    in_process.play("429 retry-after", on="create", seconds=HOUR)
    tasks = [session.submit(small(f"fox {number}")) for number in range(12)]
    # Those whose requests were on their way when the first was refused may have been accepted.
    until(lambda: all(is_held(task) or task.state.stage.ended for task in tasks))
    held = [task for task in tasks if is_held(task)]
    assert len(held) > 4
    assert all("of the 60 min that the service asked for" in (t.state.note or "") for t in held)
    for task in held:
        with pytest.raises(errors.WaitTimeout) as caught:
            task.result(0.01)
        assert caught.value.billed is Billed.NO
        task.stop()


def test_a_request_that_would_wait_too_long_in_all_is_refused_with_the_services_word(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process, retry=quick(limited=10.0))
    in_process.play("429 retry-after", seconds=HOUR)
    task = session.submit(small())
    with pytest.raises(errors.RateLimited) as caught:
        task.result(20)
    assert caught.value.billed is Billed.NO
    assert caught.value.advice == "Ask again in 60 min: the service asks for that."
    assert task.state.stage is Stage.REFUSED
    assert session.store.ledger.spent().total == 0


# What is said of the charge by those who do not wait any longer.


def stage_at(task: Task, stage: Stage) -> None:
    until(lambda: task.state.stage is stage)


WAITS = {
    "unsent": ("429 retry-after", {"seconds": HOUR}, Stage.QUEUED, Billed.NO),
    "sending": ("slow", {"seconds": 3}, Stage.SENDING, Billed.UNKNOWN),
    "accepted": ("stuck", {}, Stage.PROCESSING, Billed.LATER),
    "saving": ("slow", {"seconds": 3, "on": "download"}, Stage.SAVING, Billed.YES),
}


@pytest.mark.parametrize("case", WAITS)
def test_a_wait_in_vain_says_of_the_charge_what_is_true_at_that_step(
    case: str, session: Session, in_process: InProcess, small: Small
) -> None:
    fault, how, stage, billed = WAITS[case]
    in_process.play(fault, **how)
    task = session.submit(small())
    until(lambda: task.state.stage is stage and (case != "unsent" or is_held(task)))

    with pytest.raises(errors.WaitTimeout) as caught:
        task.result(0.01)

    assert caught.value.billed is billed
    told = str(caught.value)
    assert ("charged when it finishes" in told.lower()) is (billed is Billed.LATER)
    assert ("waiting to be sent" in told) is (billed is Billed.NO)
    if case == "sending":
        return  # stopping says the same, below
    task.stop()
    with pytest.raises(errors.WaitingStopped) as stopped:
        task.result(5)
    assert stopped.value.billed is billed
    assert ("charged when it finishes" in str(stopped.value).lower()) is (billed is Billed.LATER)


def test_stopping_a_request_whose_answer_is_out_says_that_nothing_is_known(
    session: Session, in_process: InProcess, small: Small
) -> None:
    in_process.play("slow", seconds=1.0)
    task = session.submit(small())
    until(lambda: task.state.stage is Stage.SENDING and in_process.counts().get("create", 0) == 1)
    task.stop()
    with pytest.raises(errors.WaitingStopped) as caught:
        task.result(5)
    assert caught.value.billed is Billed.UNKNOWN
    assert "not known yet" in str(caught.value)
    until(lambda: task.id is not None)  # it came after all, and is told
    assert task.error is not None
    assert task.error.billed is Billed.LATER


def test_an_error_of_waiting_that_nobody_has_judged_claims_nothing() -> None:
    for kind in (errors.WaitingStopped, errors.WaitTimeout):
        assert kind("It was long.").billed is Billed.UNKNOWN


def test_a_state_forgets_that_it_was_held_with_the_next_change(
    session: Session, in_process: InProcess, small: Small
) -> None:
    states: list[TaskState] = []
    in_process.play("429 retry-after", on="read", seconds=1)
    task = session.submit(small())
    task.subscribe(states.append)
    task.result(20)
    assert not states[-1].held
