"""Every bad day of the service: each request is sent as often as intended, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from services import Emulated

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]

LOST = ["reply lost", "malformed json", "no task", "500 after", "502 after", "503 after"]

HEALED = [
    "slow", "truncated download", "corrupt download", "wrong type download", "expired links",
    "no batch", "no list",
]  # fmt: skip


@pytest.mark.parametrize("fault", LOST)
def test_a_task_whose_reply_was_lost_is_found_and_not_asked_for_again(
    fault: str, own_emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(own_emulator)
    own_emulator.play(fault)
    task = session.submit(small(n=2))

    images = task.result(20)

    counts = own_emulator.counts()
    assert (counts["create"], counts["accepted"]) == (1, 1)
    assert len(images) == 2
    assert session.store.journal.known_task_ids(session.service) == {task.id}


@pytest.mark.parametrize("fault", HEALED)
def test_a_fault_that_can_be_healed_costs_one_request_and_loses_no_picture(
    fault: str, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    how = {"seconds": 0.05} if fault == "slow" else {}
    emulator.play(fault, **how)

    images = session.submit(small(n=2)).result(20)

    counts = emulator.counts()
    assert (counts["create"], counts["accepted"]) == (1, 1)
    assert len(images) == 2
    assert images.missing == ()
    assert all(image.pil.size == (816, 816) for image in images)
    assert counts.get("keys sent to the media host", 0) == 0


@pytest.mark.parametrize("fault", ["429", "429 retry-after"])
def test_a_request_that_came_too_fast_is_sent_again_when_the_service_says_so(
    fault: str, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    how = {"seconds": 0.2} if "after" in fault else {}
    emulator.play(fault, times=2, **how)
    said: list[str | None] = []
    task = session.submit(small())
    task.subscribe(lambda state: said.append(state.note))

    images = task.result(20)

    assert len(images) == 1
    assert emulator.counts()["create"] == 3
    assert emulator.counts()["accepted"] == 1
    assert any(note and "Trying again in" in note for note in said)


REFUSED = {
    "401": (errors.AuthenticationError, None),
    "402 key": (errors.InsufficientCredits, "key"),
    "402 account": (errors.InsufficientCredits, "account"),
    "403": (errors.PermissionDenied, None),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_refusal_is_told_once_and_costs_nothing(
    fault: str, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play(fault)
    task = session.submit(small())
    kind, scope = REFUSED[fault]

    with pytest.raises(kind) as caught:
        task.result(20)

    assert type(caught.value) is kind
    assert getattr(caught.value, "scope", None) == scope
    assert caught.value.billed is Billed.NO
    assert caught.value.request_id
    assert task.state.stage is Stage.REFUSED
    assert emulator.counts()["create"] == 1
    assert session.store.ledger.spent().total == 0
    assert session.recover() == []


@pytest.mark.parametrize("fault", ["500 before", "502 before", "503 before"])
def test_a_lost_request_is_called_unknown_and_never_sent_again_by_itself(
    fault: str, own_emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(own_emulator)
    own_emulator.play(fault)
    task = session.submit(small())

    with pytest.raises(errors.OutcomeUnknown) as caught:
        task.result(20)

    assert caught.value.billed is Billed.UNKNOWN
    assert task.state.stage is Stage.UNKNOWN
    again = session.recover()
    assert again == [task]
    with pytest.raises(errors.OutcomeUnknown):
        task.result(20)
    assert (own_emulator.counts()["create"], own_emulator.counts().get("accepted", 0)) == (1, 0)
    # Perhaps spent counts as spent.
    assert session.store.ledger.spent().total == pytest.approx(task.estimate.high)


def test_a_lost_request_is_sent_again_on_a_persons_word_under_the_same_key(
    own_emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(own_emulator)
    own_emulator.play("reply lost")
    own_emulator.play("no list")  # so that it can't be found
    task = session.submit(small())
    with pytest.raises(errors.OutcomeUnknown):
        task.result(20)

    task.send_again()
    images = task.result(20)

    assert len(images) == 1
    counts = own_emulator.counts()
    assert (counts["create"], counts["accepted"], counts["replayed"]) == (2, 1, 1)


def test_an_unknown_task_is_found_by_looking_again(
    own_emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(own_emulator)
    own_emulator.play("reply lost")
    own_emulator.play("no list")
    task = session.submit(small())
    with pytest.raises(errors.OutcomeUnknown):
        task.result(20)

    own_emulator.play("fair")
    task.look_again()

    assert len(task.result(20)) == 1
    assert own_emulator.counts()["create"] == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("policy refusal", errors.ContentRefused), ("task failed", errors.TaskFailed)],
)
def test_a_task_that_the_service_gives_up_is_not_charged(
    fault: str, kind: type[errors.TaskFailed], emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play(fault)
    task = session.submit(small())

    with pytest.raises(kind) as caught:
        task.result(20)

    assert caught.value.task_id == task.id
    assert task.state.stage is Stage.FAILED
    assert session.store.ledger.spent().total == 0
    assert session.recover() == []
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert entry.step is Step.FAILED


def test_a_picture_that_the_service_did_not_make_is_missed_and_the_others_are_there(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play("one missing")
    task = session.submit(small(n=3))

    images = task.result(20)

    assert len(images) == 2
    assert images.missing == (2,)
    assert task.state.stage is Stage.DONE
    assert task.state.note == "2 of 3 pictures came"


def test_a_task_that_ends_free_and_without_a_picture_is_over_and_its_credits_are_free(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play("one missing")
    task = session.submit(small())

    with pytest.raises(errors.TaskFailed, match="charged nothing") as raised:
        task.result(20)

    assert raised.value.billed is Billed.NO
    assert session.recover() == []
    assert session.store.ledger.spent().reserved == 0


def test_a_task_that_stands_still_is_waited_for(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play("stuck")
    task = session.submit(small())
    with pytest.raises(errors.WaitTimeout):
        task.result(1.0)
    assert task.state.stage in (Stage.PENDING, Stage.PROCESSING)
    assert (task.state.progress or 0) < 100

    emulator.play("fair")

    assert len(task.result(20)) == 1
    assert emulator.counts()["create"] == 1


@pytest.mark.parametrize("fault", ["truncated download", "wrong type download", "corrupt download"])
def test_a_picture_that_will_not_come_is_kept_for_later(
    fault: str, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play(fault, times=None)
    task = session.submit(small(n=2))

    with pytest.raises(errors.DownloadFailed) as caught:
        task.result(20)

    assert caught.value.billed is Billed.YES
    assert task.state.stage is Stage.FAILED
    emulator.play("fair")
    assert session.recover() == [task]
    assert len(task.result(20)) == 2
    assert task.state.stage is Stage.DONE
    assert emulator.counts()["create"] == 1


@pytest.mark.parametrize(
    "status", ["429 retry-after", "500 before", "malformed json", "reply lost"]
)
def test_readings_that_fail_are_repeated_until_they_do_not(
    status: str, emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    how = {"seconds": 0.05} if "after" in status else {}
    emulator.play(status, on="read", times=4, **how)

    assert len(session.submit(small()).result(20)) == 1
    assert emulator.counts()["create"] == 1
