"""`kill -9` at each step: a new process takes the task up, and nothing is ever sent twice."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from services import Emulated, InProcess, OnPort, until

from evolink_widgets.core.money import Budget
from evolink_widgets.core.session import Session
from evolink_widgets.core.shared import parts
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import OutcomeUnknown
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step

Program = Callable[..., "subprocess.Popen[str]"]
Open = Callable[..., Session]
Small = Callable[..., ImageRequest]

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")


@pytest.fixture
def killed(program: Program, tmp_path: Path) -> Callable[..., Path]:
    """Let a process die at a moment; returns the store it left."""

    def kill(emulator: Emulated, moment: str) -> Path:
        store = tmp_path / "pictures"
        where = (emulator.api, emulator.media) if isinstance(emulator, OnPort) else ("emulator", "")
        process = program("mortal.py", store, *where, moment)
        said, complained = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, said + complained
        return store

    return kill


def only_step(session: Session) -> Step:
    journal = session.store.journal
    (entry,) = journal.open_entries() or journal.unsent_entries()
    return entry.step


SURVIVED = {
    "after the post": {Step.SENDING},
    "pending": {Step.ACCEPTED},
    "processing": {Step.ACCEPTED},
    "saving": {Step.ACCEPTED},
    # Where the pictures are is written with the end, or a second later: here it may be that late.
    "saving 1": {Step.ACCEPTED, Step.READY},
    "saving 2": {Step.ACCEPTED, Step.READY},
}


@pytest.mark.parametrize("moment", SURVIVED)
def test_a_task_that_was_paid_for_is_collected_by_the_next_process(
    moment: str, own_port: OnPort, killed: Callable[..., Path], open_session: Open
) -> None:
    if moment == "processing":
        own_port.play("stuck")  # else it could be finished before it is first looked at
    session = open_session(own_port, store=killed(own_port, moment))
    own_port.play("fair")
    assert only_step(session) in SURVIVED[moment]

    (task,) = session.recover()
    images = task.result(20)

    assert len(images) == 2
    assert [image.pil.size for image in images] == [(816, 816)] * 2
    assert task.state.stage is Stage.DONE
    assert own_port.counts()["create"] == 1
    assert session.recover() == []
    assert list((session.store.root / ".parts").iterdir()) == []
    pictures = [path for path in session.store.root.iterdir() if path.suffix in (".png", ".webp")]
    assert len(pictures) == 2


@pytest.mark.timeout(120)
def test_recovery_does_not_book_what_another_folder_asked_for_within_the_two_minutes(
    own_port: OnPort, killed: Callable[..., Path], open_session: Open, small: Small
) -> None:
    session = open_session(own_port, store=killed(own_port, "before the post"))
    others = open_session(own_port, store="another folder")
    asks = [
        ImageRequest("a red dragon", size="16:9", quality="high", n=3),
        small("a fox in the snow and its brother", n=2),  # the same but for the prompt
    ]
    theirs = [others.submit(ask) for ask in asks]
    assert [len(task.result(60)) for task in theirs] == [3, 2]

    (task,) = session.recover()
    with pytest.raises(OutcomeUnknown, match="2 tasks of that time"):
        task.result(20)
    assert (task.id, task.state.images, task.state.receipt) == (None, (), None)
    assert only_step(session) is Step.UNKNOWN
    assert session.store.ledger.spent().charged == 0
    assert session.store.database.rows("SELECT key FROM sets") == []


@pytest.mark.timeout(120)
def test_recovery_finds_its_own_among_what_another_folder_asked_for(
    own_port: OnPort, killed: Callable[..., Path], open_session: Open, small: Small
) -> None:
    others = open_session(own_port, store="another folder")
    before = others.submit(small("a hare", n=2))
    session = open_session(own_port, store=killed(own_port, "after the post"))
    after = others.submit(small("an owl that flies over the river at night", n=2))
    assert [len(task.result(60)) for task in (before, after)] == [2, 2]

    (task,) = session.recover()
    assert len(task.result(20)) == 2
    assert task.id not in (before.id, after.id)


def test_a_request_that_never_left_is_called_unknown_and_not_sent(
    own_port: OnPort, killed: Callable[..., Path], open_session: Open
) -> None:
    session = open_session(own_port, store=killed(own_port, "before the post"))
    assert only_step(session) is Step.SENDING

    (task,) = session.recover()

    with pytest.raises(OutcomeUnknown):
        task.result(20)
    assert own_port.counts().get("create", 0) == 0
    assert only_step(session) is Step.UNKNOWN


def test_an_intent_that_was_not_carried_out_costs_nothing_and_is_closed(
    own_port: OnPort, killed: Callable[..., Path], open_session: Open
) -> None:
    session = open_session(own_port, store=killed(own_port, "sending"))
    assert only_step(session) is Step.INTENDED

    assert session.recover() == []

    assert session.store.journal.unsent_entries() == []
    assert session.store.ledger.spent().total == 0
    assert own_port.counts().get("create", 0) == 0


def test_what_a_dead_process_has_reserved_and_not_sent_stands_in_no_caps_way(
    own_port: OnPort, killed: Callable[..., Path], open_session: Open, small: Small
) -> None:
    store, one = killed(own_port, "sending"), small("an owl", n=2)
    price = open_session(own_port, store="elsewhere").estimate(one).high
    session = open_session(own_port, store=store, budget=Budget(1.5 * price, "store"))
    assert session.store.ledger.spent().reserved >= price

    assert len(session.submit(one).result(20)) == 2

    assert session.store.journal.unsent_entries() == []


def test_it_is_given_back_while_another_kernel_is_at_work(
    own_port: OnPort,
    killed: Callable[..., Path],
    open_session: Open,
    small: Small,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "LEASE", 0.3)
    session = open_session(own_port, store=killed(own_port, "sending"))
    own_port.play("stuck")
    session.submit(small("an owl"))
    until(lambda: own_port.counts().get("create") == 1)

    until(lambda: session.store.journal.unsent_entries() == [])

    assert session.store.ledger.spent().tasks == 1


def test_a_request_that_was_refused_for_now_is_not_called_unknown(
    own_port: OnPort, program: Program, tmp_path: Path, open_session: Open
) -> None:
    own_port.play("429 retry-after", times=None, seconds=20)
    session = open_session(own_port)
    process = program("mortal.py", tmp_path / "pictures", own_port.api, own_port.media, "never")
    try:
        while not (session.store.journal.open_entries() and own_port.counts().get("create")):
            assert process.poll() is None
        while only_step(session) is not Step.UNKNOWN:
            assert process.poll() is None
    finally:
        process.kill()
        process.communicate(timeout=60)

    assert session.outstanding() is None, "it was surely not accepted"
    assert session.recover() == []
    assert session.store.journal.open_entries() == []
    assert session.store.ledger.spent().total == 0
    assert own_port.counts()["create"] == 1


@pytest.mark.parametrize("moment", ["after the post", "pending", "saving 1"])
def test_the_emulator_in_the_notebook_remembers_tasks_for_the_next_kernel(
    moment: str, killed: Callable[..., Path], open_session: Open
) -> None:
    store = killed(InProcess(), moment)
    next_kernel = InProcess(memory=store / ".emulator.jsonl")
    session = open_session(next_kernel, store=store)

    (task,) = session.recover()

    assert len(task.result(20)) == 2
    assert next_kernel.counts().get("create", 0) == 0


def test_of_two_kernels_that_recover_at_once_each_task_is_taken_up_by_one(
    own_port: OnPort, killed: Callable[..., Path], open_session: Open
) -> None:
    store = killed(own_port, "saving")
    first, second = open_session(own_port, store=store), open_session(own_port, store=store)

    taken = [*first.recover(), *second.recover()]

    assert len(taken) == 1
    assert len(taken[0].result(20)) == 2
    assert own_port.counts()["downloads"] == 2
