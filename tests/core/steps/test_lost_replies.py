"""Lost replies of several asks and stores under one key: each gets its own task, or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from services import Emulated, InProcess, OnPort, Tampered, quick, until

from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.errors import OutcomeUnknown
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step

Open = Callable[..., Session]

CUP = ImageRequest("a blue cup", size="1:1", quality="low")
DRAGON = ImageRequest("a red dragon", size="16:9", quality="high", n=3)
HARE = ImageRequest("a hare in the tall grass", size="1:1", quality="low")


def has_nothing_of_anothers(session: Session, task: Task) -> None:
    """The outcome is unknown, and neither gallery nor ledger know of any task."""
    store = session.store
    entry = store.journal.get(task.key)
    assert entry is not None
    assert (entry.step, entry.task_id, entry.results, entry.receipt) == (
        Step.UNKNOWN, None, (), None,
    )  # fmt: skip
    assert (task.id, task.state.stage, task.state.receipt, task.state.images) == (
        None, Stage.UNKNOWN, None, (),
    )  # fmt: skip
    assert store.database.rows("SELECT * FROM sets") == []
    spent = store.ledger.spent()
    assert spent.charged == spent.unreported == 0
    assert spent.reserved == pytest.approx(entry.estimate_high, abs=1e-4)
    assert [path.name for path in store.root.rglob("*.part")] == []
    pictures = [path for path in store.root.iterdir() if path.suffix in (".png", ".webp", ".jpg")]
    assert pictures == []


@pytest.mark.timeout(120)
def test_an_ask_that_never_arrived_does_not_get_the_pictures_of_another_folder(
    own_port: OnPort, open_session: Open
) -> None:
    first, second = open_session(own_port, store="A"), open_session(own_port, store="B")
    own_port.play("request lost")
    cup = first.submit(CUP)
    until(lambda: own_port.counts().get("create", 0) == 1)
    dragon = second.submit(DRAGON)
    with pytest.raises(OutcomeUnknown, match="1 task of that time") as caught:
        cup.result(60)
    has_nothing_of_anothers(first, cup)
    # Whichever is told first: it costs something else, and has another number of pictures.
    assert any(part in caught.value.message for part in ("credits, not 0.36", "another number"))
    assert [image.pil.size for image in dragon.result(60)] == [(1360, 768)] * 3
    cup.look_again()
    with pytest.raises(OutcomeUnknown):
        cup.result(60)
    has_nothing_of_anothers(first, cup)


@pytest.mark.parametrize("fault", ["502 after", "reply lost"])
def test_three_different_asks_at_once_are_all_found(
    fault: str, own_emulator: Emulated, open_session: Open
) -> None:
    session = open_session(own_emulator)
    own_emulator.play(fault, times=3)
    asks = [CUP, HARE, ImageRequest("a fox", size="3:2", quality="low", n=2)]
    tasks = [session.submit(ask) for ask in asks]
    sets = [task.result(60) for task in tasks]
    assert [len(images) for images in sets] == [1, 1, 2]
    assert own_emulator.counts()["create"] == own_emulator.counts()["accepted"] == 3
    if isinstance(own_emulator, InProcess):
        prompts = {one.id: one.ask.prompt for one in own_emulator.service.all()}
        assert [prompts[str(task.id)] for task in tasks] == [ask.prompt for ask in asks]


def test_a_strangers_ask_that_differs_by_its_prompt_alone_is_not_taken(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    in_process.play("502 before")
    in_process.stranger_asks(HARE)
    cup = session.submit(CUP)
    with pytest.raises(OutcomeUnknown, match=r"1 has 0\.\d{4} credits, not 0\.\d{4}"):
        cup.result(20)
    has_nothing_of_anothers(session, cup)


def test_and_is_told_from_the_own_one_beside_it(in_process: InProcess, open_session: Open) -> None:
    session = open_session(in_process)
    in_process.play("502 after")
    for prompt in ("a hare in the tall grass", "an owl at night, by the river", "cat"):
        in_process.stranger_asks(ImageRequest(prompt, size="1:1", quality="low"))
    cup = session.submit(CUP)
    cup.result(20)
    (own,) = (one for one in in_process.service.all() if one.ask.prompt == CUP.prompt)
    assert cup.id == own.id


def test_of_two_that_are_the_same_in_all_that_is_told_none_is_guessed(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    in_process.play("502 after")
    in_process.stranger_asks(ImageRequest("a pink cup", size="1:1", quality="low"))
    cup = session.submit(CUP)
    with pytest.raises(OutcomeUnknown, match="2 could be this one or another's"):
        cup.result(20)
    has_nothing_of_anothers(session, cup)


@pytest.mark.parametrize("batch", [True, False], ids=["in batches", "one by one"])
def test_a_discount_is_learned_from_earlier_receipts(batch: bool, open_session: Open) -> None:
    emulator = InProcess(prices=0.85)
    session = open_session(emulator)
    if not batch:
        emulator.play("no batch")
    emulator.play("502 after")
    first = session.submit(CUP)
    with pytest.raises(OutcomeUnknown):  # nothing says yet what things cost here
        first.result(20)
    session.submit(HARE).result(20)
    first.look_again()
    assert len(first.result(20)) == 1
    (own,) = (one for one in emulator.service.all() if one.ask.prompt == CUP.prompt)
    assert first.id == own.id


def test_where_no_credits_are_told_nothing_is_taken_by_time_and_number_alone(
    in_process: InProcess, open_session: Open
) -> None:
    def untell(task: dict[str, Any]) -> None:
        for name in ("usage", "billing", "credits_used"):
            task.pop(name, None)

    session = open_session(Tampered(in_process, untell))
    in_process.play("502 after")
    cup = session.submit(CUP)
    with pytest.raises(OutcomeUnknown, match="nothing proves whose 1 is"):
        cup.result(20)
    has_nothing_of_anothers(session, cup)


def test_a_list_without_credits_is_no_hindrance(in_process: InProcess, open_session: Open) -> None:
    session = open_session(Tampered(in_process, lambda task: task.pop("credits_used", None)))
    in_process.play("502 after")
    assert len(session.submit(CUP).result(20)) == 1


# What comes late.

LARGE = ImageRequest("a blue cup", size="2048x2048", quality="low")
AUTO = ImageRequest("a pink cup", size="auto", quality="low")
"""As much is set aside for it as for `LARGE`; its pictures are smaller."""


def ask_beside_a_stranger(emulator: InProcess, session: Session, stranger: ImageRequest) -> Task:
    """An ask that never arrives, beside a task that can't be told from it yet."""
    emulator.play("stuck")
    emulator.stranger_asks(stranger)
    emulator.play("request lost")
    return session.submit(LARGE if stranger is AUTO else CUP)


def test_pictures_of_another_size_are_never_in_the_gallery_and_the_find_is_undone(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    states: list[TaskState] = []
    task = ask_beside_a_stranger(in_process, session, AUTO)
    task.subscribe(states.append)
    until(lambda: task.id is not None)
    (strangers,) = in_process.service.all()
    assert task.id == strangers.id
    in_process.play("fair")
    with pytest.raises(OutcomeUnknown, match="1 has pictures of another size or number"):
        task.result(20)
    has_nothing_of_anothers(session, task)
    assert not any(state.images for state in states)
    assert in_process.counts()["downloads"] == 1

    # It is not found again, by whichever kernel.
    session.close()
    again = open_session(in_process)
    (left,) = again.recover()
    with pytest.raises(OutcomeUnknown):
        left.result(20)
    has_nothing_of_anothers(again, left)
    assert in_process.counts()["downloads"] == 1
    entry = again.store.journal.get(left.key)
    assert entry is not None
    assert entry.failure is not None
    (why,) = entry.failure["ruled_out"].values()
    assert why.endswith("not 2048×2048")


def test_a_person_who_sends_it_again_after_that_gets_their_own(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    task = ask_beside_a_stranger(in_process, session, AUTO)
    until(lambda: task.id is not None)
    in_process.play("fair")
    with pytest.raises(OutcomeUnknown):
        task.result(20)
    in_process.play("502 after")  # and that reply is lost, too
    task.send_again()
    (image,) = task.result(20)
    assert image.pil.size == (2048, 2048)
    assert in_process.counts()["accepted"] == 2


def test_more_pictures_than_were_asked_for_undo_a_find_before_any_is_fetched(
    in_process: InProcess, open_session: Open
) -> None:
    def add_one(task: dict[str, Any]) -> None:
        if task.get("results"):
            task["results"] = [*task["results"], task["results"][0] + "?again"]

    session = open_session(Tampered(in_process, add_one))
    task = ask_beside_a_stranger(
        in_process, session, ImageRequest("a pink cup", size="1:1", quality="low")
    )
    until(lambda: task.id is not None)
    in_process.play("fair")
    with pytest.raises(OutcomeUnknown, match="another size or number"):
        task.result(20)
    has_nothing_of_anothers(session, task)
    assert in_process.counts().get("downloads", 0) == 0


def test_a_find_whose_pictures_are_as_asked_stands(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process, retry=quick())
    in_process.play("reply lost")
    task = session.submit(LARGE)
    (image,) = task.result(20)
    assert image.pil.size == (2048, 2048)
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert (entry.step, entry.failure) == (Step.SAVED, None)


def lose_two_of_one(session: Session, service: InProcess) -> tuple[Task, Task]:
    """Two equal asks: the first is accepted, the second found that task before the first could."""
    service.play("no list")
    tasks = []
    for fault in ("502 after", "502 before"):
        service.play(fault)
        tasks.append(session.submit(CUP))
        until(lambda: tasks[-1].state.stage is Stage.UNKNOWN)
    first, second = tasks
    service.play("fair")
    second.look_again()
    second.result(20)
    return first, second


def test_a_task_that_its_equal_has_found_is_not_taken_a_second_time(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    first, second = lose_two_of_one(session, in_process)
    first.send_again()  # under its key: the service answers with the task that it made of it
    with pytest.raises(OutcomeUnknown, match="found for an equal request") as caught:
        first.result(20)
    assert "May have been charged" in str(caught.value)
    (made,) = in_process.service.all()
    assert (first.id, second.id) == (None, made.id)
    spent = session.store.ledger.spent()
    assert spent.charged == pytest.approx(in_process.service.account.used)
    entry = session.store.journal.get(first.key)
    assert entry is not None
    assert spent.reserved == pytest.approx(entry.estimate_high, abs=1e-4)


def test_and_is_sent_under_the_key_whose_outcome_is_not_known(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    first, second = lose_two_of_one(session, in_process)
    first.send_again()
    with pytest.raises(OutcomeUnknown):
        first.result(20)
    first.send_again()
    (own,) = first.result(20)
    assert own.path.is_file()
    assert own.path != second.result(20)[0].path
    one, two = in_process.service.all()
    assert {first.id, second.id} == {one.id, two.id}
    session.close()
    spent = session.store.ledger.spent()
    assert (spent.reserved, spent.charged) == (0, pytest.approx(in_process.service.account.used))


def test_what_is_ruled_out_for_one_of_two_equal_asks_stays_so_as_they_change_posts(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    journal = session.store.journal
    first, _ = lose_two_of_one(session, in_process)
    assert journal.adopt(first.key, "task-unified-1-anothers", 1.0)
    assert journal.disown(first.key, "task-unified-1-anothers", "pictures of another size")
    first.send_again()
    with pytest.raises(OutcomeUnknown, match="found for an equal request"):
        first.result(20)
    entry = journal.get(first.key)
    assert entry is not None
    assert entry.failure is not None
    assert entry.failure["ruled_out"] == {"task-unified-1-anothers": "pictures of another size"}


def test_a_task_that_another_ask_has_found_goes_back_to_the_one_that_the_service_names(
    in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    in_process.play("no list")
    tasks = []
    for fault, prompt in (("502 after", "a blue cup"), ("502 before", "a pink cup")):
        in_process.play(fault)
        tasks.append(session.submit(ImageRequest(prompt, size="1:1", quality="low")))
        until(lambda: tasks[-1].state.stage is Stage.UNKNOWN)
    first, second = tasks
    in_process.play("fair")
    (made,) = in_process.service.all()
    journal = session.store.journal
    assert journal.adopt(second.key, made.id, 2e9)  # whatever the evidence said
    first.send_again()
    (own,) = first.result(20)
    assert (first.id, own.recipe.request.prompt) == (made.id, "a blue cup")
    entry = journal.get(second.key)
    assert entry is not None
    assert (entry.step, entry.task_id, entry.results) == (Step.UNKNOWN, None, ())
    assert made.id in (entry.failure or {})["ruled_out"]
