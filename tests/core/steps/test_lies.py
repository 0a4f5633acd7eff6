"""The service is believed within bounds: a faulty word of it loses nothing that is paid for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from services import SHELF, Emulated, InProcess, Scripted, Tampered, until

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, TaskState
from evolink_widgets.emulator.service.faults import FAULTS
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]

DEAD = [name for name in FAULTS if name.startswith("dead links")]
REFUSED = ["400", "401", "402 account", "402 key", "403", "404"]


@pytest.mark.parametrize("fault", DEAD)
def test_pictures_whose_first_links_are_dead_come_by_links_that_are_asked_for_anew(
    fault: str, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play(fault)

    images = session.submit(small(n=3)).result(20)

    assert images.missing == ()
    assert (emulator.counts()["create"], emulator.counts()["charges"]) == (1, 1)
    # Three pictures fail together: they share a reading.
    assert emulator.counts()["read"] + emulator.counts().get("batch", 0) < 20


@pytest.mark.parametrize("fault", DEAD)
def test_dead_links_of_an_earlier_kernel_are_asked_for_anew_by_recovery(
    fault: str, in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    in_process.play(fault)
    task = first.submit(small())
    task.subscribe(lambda state: state.stage is Stage.SAVING and not_readable(in_process))
    with pytest.raises(errors.DownloadFailed) as caught:
        task.result(20)
    assert caught.value.billed is Billed.YES
    first.close()
    in_process.play("fair")

    (again,) = open_session(in_process).recover()

    assert len(again.result(20)) == 1
    assert in_process.counts()["create"] == 1


def not_readable(service: InProcess) -> None:
    """From now on no task can be read."""
    if not any(fault["on"] == "read" for fault in service.service.weather.now):
        service.play("500 before", on="read", times=None)


def test_links_that_stay_dead_are_given_up_after_few_readings_and_stay_open(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("wrong type download", times=None)
    task = session.submit(small(n=2))
    with pytest.raises(errors.DownloadFailed):
        task.result(20)
    before = in_process.counts()["read"]
    task.resume()
    with pytest.raises(errors.DownloadFailed):
        task.result(20)
    assert 1 <= in_process.counts()["read"] - before <= 8
    assert session.outstanding() is not None


@pytest.mark.parametrize("fault", REFUSED)
def test_a_reading_that_is_refused_does_not_end_what_is_paid_for(
    fault: str, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play(fault, on="read", times=3)
    task = session.submit(small())

    assert len(task.result(20)) == 1
    assert task.state.stage is Stage.DONE
    assert emulator.counts()["create"] == 1


@pytest.mark.parametrize("fault", REFUSED)
def test_readings_that_are_all_refused_leave_the_task_open_and_say_nothing_of_the_request(
    fault: str, in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play(fault, on="read", times=None)
    notes: list[str] = []
    task = session.submit(small())
    task.subscribe(lambda state: notes.append(state.note or ""))

    with pytest.raises(errors.RequestRefused) as caught:
        task.result(20)

    assert caught.value.billed is Billed.LATER
    assert task.state.stage is Stage.STOPPED
    told = str(caught.value)
    assert told.startswith("The service did not tell how the task is getting on")
    assert "in the request" not in told
    assert "Change the request" not in told
    assert "ew.recover()" in told
    assert any("The task goes on; looking again." in note for note in notes)
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert entry.step is Step.ACCEPTED
    assert session.store.ledger.spent().reserved > 0
    in_process.play("fair")
    assert session.recover() == [task]
    assert len(task.result(20)) == 1
    assert in_process.counts()["create"] == 1


def test_a_failure_that_the_next_reading_takes_back_is_none(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play("failed too soon")
    images = session.submit(small(n=2)).result(20)
    assert len(images) == 2
    assert emulator.counts()["charges"] == 1
    assert session.store.ledger.spent().charged > 0


def test_a_failure_is_none_while_the_service_can_not_be_asked_whether_it_is(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    def break_down(task: dict[str, Any]) -> None:
        if task.get("status") == "failed":
            in_process.play("503 before", on="read", times=6)
            in_process.play("429", on="read", times=2)

    session = open_session(Tampered(in_process, break_down))
    in_process.play("failed too soon")
    assert len(session.submit(small(n=2)).result(60)) == 2
    assert in_process.counts()["fault 503 before"] == 6
    assert session.store.ledger.spent().charged == pytest.approx(in_process.service.account.used)


@pytest.mark.parametrize("fault", ["404", "403"])
def test_a_failure_that_the_service_tells_no_more_of_is_one(
    fault: str, in_process: InProcess, open_session: Open, small: Small
) -> None:
    def forget(task: dict[str, Any]) -> None:
        if task.get("status") == "failed":
            in_process.play(fault, on="read", times=None)

    session = open_session(Tampered(in_process, forget))
    in_process.play("task failed")
    task = session.submit(small())
    with pytest.raises(errors.TaskFailed):
        task.result(20)
    assert task.state.stage is Stage.FAILED


def test_what_a_failed_task_has_cost_is_what_its_last_reading_says(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    failures = 0

    def charge_late(task: dict[str, Any]) -> None:
        nonlocal failures
        if task.get("status") == "failed":
            failures += 1
            task["billing"] = {"charged_credits": 0.5 if failures > 1 else 0}
            task["usage"] = {}

    session = open_session(Tampered(in_process, charge_late))
    in_process.play("task failed")
    with pytest.raises(errors.TaskFailed) as caught:
        session.submit(small()).result(20)
    assert caught.value.billed is Billed.YES
    until(lambda: session.store.ledger.spent().charged == 0.5)


def test_progress_that_runs_backwards_is_shown_going_forwards(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("wild progress")
    shown: list[int] = []
    task = session.submit(small(quality="high"))
    task.subscribe(lambda state: shown.append(state.progress or 0))
    assert len(task.result(20)) == 1
    assert shown == sorted(shown)
    assert max(shown[:-1]) <= 99
    assert in_process.counts()["read"] < 100


def test_credits_that_can_not_be_are_told_and_enter_no_sum(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator, budget=1000.0)
    emulator.play("absurd credits")
    sums: list[float] = []

    def add_up(state: TaskState) -> None:
        sums.append(session.store.ledger.spent().total)

    task = session.submit(small(n=2))
    task.subscribe(add_up)
    task.result(20)

    assert max(sums) <= task.estimate.high
    assert task.receipt is not None
    assert 0 < (task.receipt.charged or 0) <= task.estimate.high  # the one that makes sense
    assert (task.receipt.reserved or 0) <= task.estimate.high
    note = task.state.note or ""
    assert "1e+12 credits reserved" in note
    assert "-5 credits charged" in note
    assert "can't be true" in note
    assert len(session.submit(small("another")).result(20)) == 1  # the cap is not used up


@pytest.mark.parametrize("fresh", [True, False])
def test_ten_of_three_hundred_links_are_kept_and_the_rest_is_told(
    fresh: bool, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play("many results")
    task = session.submit(small(), fresh=fresh)
    images = task.result(30)
    assert len(images) == 10
    assert task.state.note == (
        "The service gave 300 links where 1 picture was asked for; the first 10 are kept"
    )
    assert emulator.counts()["downloads"] == 10


@pytest.mark.parametrize("first", [["", 1, 2], [0, ""], [""], [1, 2]], ids=str)
def test_links_that_are_told_a_moment_after_the_end_are_fetched_too(
    first: list[Any], in_process: InProcess, open_session: Open, small: Small
) -> None:
    told: list[str] = []

    def tell_some(task: dict[str, Any]) -> None:
        if task.get("status") == "completed" and not told:
            told.extend("" if one == "" else task["results"][one] for one in first)
            task["results"] = told[:]

    session = open_session(Tampered(in_process, tell_some))
    task = session.submit(small(n=3))
    images = task.result(20)
    assert (len(images), images.missing) == (3, ())
    assert sorted(image.index for image in images) == [0, 1, 2]
    assert in_process.counts()["charges"] == 1
    journal = session.store.journal
    until(lambda: (line := journal.get(task.key)) is not None and line.step is Step.SAVED)
    entry = journal.get(task.key)
    assert entry is not None
    assert len(set(entry.results)) == 3
    assert all(entry.results[at] == link for at, link in enumerate(told) if link), (
        "each is fetched once, and stays under its number"
    )


def test_pictures_of_other_pixels_are_told_and_keep_what_was_asked(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play("other pixels")
    task = session.submit(small(n=2))
    images = task.result(20)
    assert {(image.pixels, image.asked_pixels) for image in images} == {((1024, 1024), (816, 816))}
    assert task.state.note == "2 pictures have 1024 × 1024 pixels, and 816 × 816 was asked for"
    stored = session.store.gallery.find(task.key, 0)
    assert stored.asked_pixels != stored.pixels


def test_pictures_of_auto_size_have_whatever_pixels_they_have(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    task = open_session(in_process).submit(small(size="auto"))
    images = task.result(20)
    assert images[0].asked_pixels is None
    assert task.state.note is None


class Liar:
    """A service whose task says what a test wants."""

    def __init__(self, **says: Any) -> None:
        self.says = says

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path, document = scope["path"], {"data": []}
        if path.startswith("/pictures"):
            data, _ = SHELF.draw("", 0, _Size(), "")  # type: ignore[arg-type]
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": data})
            return
        if "tasks" in path or "generations" in path:
            document = {"id": "task-unified-1-liar", "status": "completed", **self.says}
        if "generations" in path:
            document["status"] = "pending"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(document).encode()})


class _Size:
    width = height = 816


def link(number: int) -> str:
    return f"{Scripted.base_url}/pictures/{number}"


@pytest.mark.parametrize(
    "charged", [1e12, -3, float("nan"), float("inf"), "free", True, [2], 10001]
)
def test_a_charge_that_can_not_be_leaves_the_reservation_counting(
    charged: object, open_session: Open, small: Small
) -> None:
    session = open_session(Scripted(Liar(results=[link(1)], usage={"credits_used": charged})))
    task = session.submit(small())
    assert len(task.result(20)) == 1
    spent = session.store.ledger.spent()
    assert (spent.charged, spent.unreported) == (0, pytest.approx(task.estimate.high))
    assert (task.state.note or "").endswith(
        "credits charged, which can't be true and does not count; "
        "what was reserved for it goes on counting"
    )


def test_a_failed_task_with_a_charge_that_can_not_be_may_have_been_charged(
    open_session: Open, small: Small
) -> None:
    session = open_session(Scripted(Liar(status="failed", usage={"credits_used": 1e12})))
    task = session.submit(small())
    with pytest.raises(errors.TaskFailed) as caught:
        task.result(20)
    assert caught.value.billed is Billed.UNKNOWN
    assert session.store.ledger.spent().total == pytest.approx(task.estimate.high)


def test_a_link_that_is_given_twice_is_one_picture(open_session: Open, small: Small) -> None:
    session = open_session(Scripted(Liar(results=[link(1), link(1), link(2)])))
    task = session.submit(small(n=3))
    images = task.result(20)
    assert (len(images), images.missing) == (2, (1,))
    assert (task.state.note or "").startswith("2 of 3 pictures came")


def test_more_pictures_than_asked_are_kept(open_session: Open, small: Small) -> None:
    session = open_session(Scripted(Liar(results=[link(1), link(2), link(3)])))
    task = session.submit(small(n=1))
    assert len(task.result(20)) == 3
    assert task.state.note == "The service made 3 pictures where 1 picture was asked for"
