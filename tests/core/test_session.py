"""The whole story: many at once, money in bounds, disks and services that fail."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import without_privileges
from services import Emulated, InProcess, OnPort, Scripted, environment, quick, until

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.core.steps import buy
from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


def test_eight_threads_and_two_loops_ask_one_session_at_once(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)

    def in_a_thread(number: int) -> int:
        return len(session.submit(small(f"fox {number}")).result(60))

    async def in_a_loop(number: int) -> int:
        tasks = [session.submit(small(f"owl {number} {each}")) for each in range(3)]
        return sum(map(len, await asyncio.gather(*tasks)))

    with ThreadPoolExecutor(10) as threads:
        loops = [threads.submit(asyncio.run, in_a_loop(number)) for number in range(2)]
        counts = list(threads.map(in_a_thread, range(8)))
        counts += [future.result() for future in loops]

    assert counts == [1] * 8 + [3, 3]
    assert (emulator.counts()["create"], emulator.counts()["accepted"]) == (14, 14)
    assert session.tasks == ()
    assert session.store.journal.open_entries() == []
    names = [path.name for path in session.store.root.iterdir() if path.suffix != ".json"]
    assert len(names) == len(set(names))


def test_the_same_prompt_asked_often_gives_each_its_own_pictures(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    tasks = [session.submit(small()) for _ in range(6)]
    sets = [task.result(60) for task in tasks]
    assert len({image.path for images in sets for image in images}) == 6
    assert len({task.id for task in tasks}) == 6


def test_lost_replies_of_different_requests_at_once_are_never_mixed_up(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("reply lost", times=3)
    tasks = [session.submit(small(f"number {number}")) for number in range(6)]
    for task in tasks:
        try:
            task.result(60)
        except errors.OutcomeUnknown:
            continue
        assert task.id is not None
        assert in_process.service.find(task.id).ask.prompt == task.request.prompt
    assert in_process.counts()["create"] == 6


def test_lost_replies_of_the_same_request_are_shared_out(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("reply lost", times=3)
    tasks = [session.submit(small()) for _ in range(3)]
    assert [len(task.result(60)) for task in tasks] == [1, 1, 1]
    assert len({task.id for task in tasks}) == 3
    assert in_process.counts()["create"] == 3


def test_what_a_service_charged_is_in_the_ledger(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    task = session.submit(small(n=2))
    task.result(20)
    assert task.receipt is not None
    spent = session.store.ledger.spent()
    while spent.reserved:  # settled a moment after the pictures are there
        spent = session.store.ledger.spent()
    assert spent.charged == pytest.approx(task.receipt.charged)
    assert session.credits().account_used == pytest.approx(task.receipt.charged)


def test_a_budget_is_kept_by_many_threads_at_once(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    price = open_session(in_process).estimate(small()).high
    session = open_session(in_process, budget=price * 3.5)

    def ask(number: int) -> str:
        try:
            session.submit(small(f"fox {number}")).result(60)
        except errors.BudgetExceeded as error:
            return error.billed.value
        return "done"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(ask, range(8)))

    charged = session.store.ledger.spent().total
    assert charged <= price * 3.5
    assert outcomes.count("done") == in_process.counts()["create"]
    assert outcomes.count("done") >= 3
    assert set(outcomes) == {"done", Billed.NO.value}


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_sent(
    program: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    asked = program("closed_folder.py", tmp_path / "closed", before=without_privileges.WORDS)
    said, trouble = asked.communicate(timeout=60)
    assert said.split() == ["StoreReadOnly", "NO", "0"], trouble


def test_a_store_that_cannot_be_made_is_said_before_anything_is_sent(
    in_process: InProcess, open_session: Open, small: Small, tmp_path: Path
) -> None:
    (tmp_path / "a file").write_text("in the way")
    task = open_session(in_process, store="a file/pictures").submit(small())
    with pytest.raises(errors.StoreError) as caught:
        task.result(20)
    assert caught.value.billed is Billed.NO
    assert task.state.stage is Stage.REFUSED
    assert "create" not in in_process.counts()


def test_a_damaged_journal_is_said_before_anything_is_sent(
    in_process: InProcess, open_session: Open, small: Small, tmp_path: Path
) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "evolink.sqlite").write_bytes(b"this is no database" * 1000)
    task = open_session(in_process).submit(small())
    with pytest.raises(errors.StoreDamaged):
        task.result(20)
    assert task.state.stage is Stage.REFUSED
    assert "create" not in in_process.counts()


def test_a_disk_with_no_room_for_the_pictures_is_said_before_anything_is_sent(
    in_process: InProcess, open_session: Open, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(buy.shutil.disk_usage("/"))(100, 99, 2**20)
    monkeypatch.setattr(buy.shutil, "disk_usage", lambda path: usage)
    task = open_session(in_process).submit(small())
    with pytest.raises(errors.StoreFull, match="1 MB free"):
        task.result(20)
    assert task.state.stage is Stage.REFUSED
    assert "create" not in in_process.counts()


def test_a_journal_that_is_locked_after_the_request_loses_nothing(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    """Another program holds the database while the reply comes: the id must not get lost."""
    session = open_session(in_process)
    session.store.database.busy_timeout = 0.05
    in_process.play("slow", seconds=0.5)
    task = session.submit(small())
    while in_process.counts().get("create") != 1:
        time.sleep(0.001)
    other = sqlite3.connect(session.store.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    noted = threading.Event()
    task.subscribe(lambda state: noted.set() if state.task_id else None)
    assert noted.wait(20)
    held = session.store.journal.get(task.key)
    assert held is not None
    assert held.step is Step.SENDING  # what is on the disk is behind
    other.execute("ROLLBACK")
    other.close()

    try:
        images = task.result(20)
    except errors.EvolinkError:  # the lock lasted into the download: it is still ours
        session.recover()
        images = task.result(20)

    assert len(images) == 1
    assert in_process.counts()["create"] == 1
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert entry.task_id == task.id


def test_a_file_that_cannot_be_written_delays_what_is_paid_for(
    in_process: InProcess, open_session: Open, small: Small, tmp_path: Path
) -> None:
    session = open_session(in_process)
    in_process.play("stuck")
    task = session.submit(small())
    while task.id is None:
        time.sleep(0.001)
    (tmp_path / "pictures" / ".parts").write_text("a file where the folder should be")
    in_process.play("fair")

    with pytest.raises(errors.StoreError) as caught:
        task.result(20)
    assert caught.value.billed is Billed.YES
    assert task.state.stage is Stage.FAILED

    (tmp_path / "pictures" / ".parts").unlink()
    assert session.recover() == [task]
    assert len(task.result(20)) == 1
    assert in_process.counts()["create"] == 1


DEAD = {"http://127.0.0.1:1": "can't be reached", "http://nowhere.invalid": "can't be reached"}


@pytest.mark.parametrize("url", DEAD)
def test_a_dead_service_was_sent_nothing(url: str, open_session: Open, small: Small) -> None:
    emulator = OnPort.__new__(OnPort)
    emulator.api = emulator.media = url
    emulator.name = url.removeprefix("http://")
    session = open_session(emulator)
    task = session.submit(small())

    with pytest.raises(errors.Unreachable, match=DEAD[url]) as caught:
        task.result(20)

    assert caught.value.billed is Billed.NO
    assert task.state.stage is Stage.REFUSED
    assert session.recover() == []
    with pytest.raises(errors.Unreachable):
        session.credits()


def test_a_network_that_goes_away_in_the_middle_is_waited_for(
    open_session: Open, small: Small, in_process: InProcess
) -> None:
    from evolink_widgets.emulator.http.app import create_app

    app, down = create_app(in_process.service), threading.Event()

    async def flaky(scope: Any, receive: Any, send: Any) -> None:
        if down.is_set():
            scope["extensions"]["evolink.drop"]()
            return
        await app(scope, receive, send)

    service = Scripted(flaky)
    service.base_url = in_process.base_url
    session = open_session(service)
    in_process.play("stuck")
    task = session.submit(small())
    notes: list[str] = []
    told = threading.Event()

    def listen(state: Any) -> None:
        if state.stage is Stage.PROCESSING:
            down.set()
        if state.note:
            notes.append(state.note)
            told.set()

    task.subscribe(listen)
    assert told.wait(20)
    assert "The task goes on" in notes[0]
    in_process.play("fair")
    down.clear()
    assert len(task.result(20)) == 1


def test_a_key_that_is_revoked_in_the_middle_leaves_the_task_for_later(
    emulator: Emulated, open_session: Open, small: Small
) -> None:
    session = open_session(emulator)
    emulator.play("401", on="read", times=None)
    emulator.play("no batch")
    task = session.submit(small())
    with pytest.raises(errors.AuthenticationError) as caught:
        task.result(20)
    assert caught.value.billed is Billed.LATER
    assert "ew.recover()" in caught.value.advice
    assert task.state.stage is Stage.STOPPED
    emulator.play("fair")
    assert session.recover() == [task]
    assert len(task.result(20)) == 1


def test_a_task_of_another_account_is_left_for_its_own_key(
    open_session: Open, small: Small, tmp_path: Path
) -> None:
    mine, other = InProcess(), InProcess()
    first = open_session(mine)
    mine.play("stuck")
    task = first.submit(small())
    while task.id is None:
        time.sleep(0.001)
    task.stop()
    first.close()

    (seen,) = open_session(other).recover()
    with pytest.raises(errors.NotFound):
        seen.result(20)

    assert seen.state.stage is Stage.STOPPED
    mine.play("fair")
    (again,) = open_session(mine).recover()
    assert len(again.result(20)) == 1


def test_several_sessions_that_recover_at_once_collect_each_task_once(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    in_process.play("stuck", times=5)
    tasks = [first.submit(small(f"fox {number}", n=2)) for number in range(5)]
    while not all(task.id for task in tasks):
        time.sleep(0.001)
    first.close()
    in_process.play("fair")
    sessions = [open_session(in_process) for _ in range(4)]

    with ThreadPoolExecutor(4) as threads:
        taken = [task for found in threads.map(Session.recover, sessions) for task in found]

    assert sorted(task.key for task in taken) == sorted(task.key for task in tasks)
    assert [len(task.result(60)) for task in taken] == [2] * 5
    assert in_process.counts()["downloads"] == 10
    assert in_process.counts()["create"] == 5


def test_what_another_kernel_collects_is_waited_for_and_then_seen(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first, second = open_session(in_process), open_session(in_process)
    in_process.play("stuck")
    mine = first.submit(small())
    while mine.id is None:
        time.sleep(0.001)
    mine.stop()
    theirs: list[Any] = []
    while not theirs:  # until the lease is given back
        theirs = second.recover()
    mine.resume()
    told = threading.Event()
    mine.subscribe(lambda state: told.set() if "Another kernel" in (state.note or "") else None)
    assert told.wait(20)

    in_process.play("fair")

    assert len(theirs[0].result(20)) == 1
    assert len(mine.result(20)) == 1
    assert in_process.counts()["downloads"] == 1


def test_a_session_that_is_closed_lets_others_collect(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    in_process.play("stuck")
    task = first.submit(small())
    while task.id is None:
        time.sleep(0.001)
    first.close()
    assert task.state.stage is Stage.STOPPED
    in_process.play("fair")
    (found,) = open_session(in_process).recover()
    assert found.key == task.key
    assert len(found.result(20)) == 1


def test_what_is_asked_while_a_session_closes_is_withdrawn(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session, asked = open_session(in_process), list[Task]()

    def ask_again(state: TaskState) -> None:
        if state.stage.ended and not asked:
            asked.append(session.submit(small("another fox")))

    in_process.play("stuck")
    task = session.submit(small())
    task.subscribe(ask_again)
    until(lambda: task.id is not None)
    session.close()
    (other,) = asked
    assert other.state.stage is Stage.REFUSED
    assert isinstance(other.error, errors.WaitingStopped)
    assert session.tasks == ()
    assert in_process.counts()["accepted"] == 1
    assert len(session.submit(small("another fox")).result(20)) == 1, "it may be used again"


def test_links_older_than_a_day_of_a_task_that_is_gone_are_said_to_have_expired(
    open_session: Open, small: Small
) -> None:
    mine, empty = InProcess(), InProcess()
    first = open_session(mine)
    mine.play("truncated download", times=None)
    task = first.submit(small())
    with pytest.raises(errors.DownloadFailed):
        task.result(20)
    first.close()

    (found,) = open_session(empty).recover()
    with pytest.raises(errors.LinkExpired) as caught:
        found.result(20)
    assert caught.value.billed is Billed.YES


LAST_WORDS = """
import sys, time
from pathlib import Path
from services import InProcess, quick
from evolink_widgets.rules.request.request import ImageRequest
emulator = InProcess(memory=Path(sys.argv[1]) / "memory")
emulator.play("slow", seconds=0.4)
session = emulator.session(Path(sys.argv[1]), retry=quick())
session.submit(ImageRequest("a fox", size="816x816"))
while emulator.counts().get("create") != 1:
    time.sleep(0.001)
1 / 0
"""


def test_a_script_that_breaks_down_right_after_asking_still_learns_the_id(
    tmp_path: Path, open_session: Open, in_process: InProcess
) -> None:
    where = os.pathsep.join([environment()["PYTHONPATH"], str(Path(__file__).parent)])
    store = tmp_path / "pictures"
    done = subprocess.run(
        [sys.executable, "-c", LAST_WORDS, str(store)],
        env={**os.environ, "PYTHONPATH": where},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "ZeroDivisionError" in done.stderr
    assert "left on the way: ew.recover() collects it." in done.stderr
    (entry,) = open_session(in_process, store=store).store.journal.open_entries()
    assert entry.step is Step.ACCEPTED


def test_how_long_tasks_take_is_remembered_for_the_next_kernel(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    session.submit(small()).result(20)
    session.close()
    record = session.store.journal.recall("durations emulator")
    assert record is not None
    assert "gpt-image-2/low" in str(record)


def test_a_session_says_what_it_is_and_never_the_key(
    in_process: InProcess, open_session: Open
) -> None:
    simulated = repr(open_session(in_process))
    assert "simulated" in simulated
    live = repr(open_session(in_process, simulated=False, key_source="EVOLINK_API_KEY"))
    assert "key from EVOLINK_API_KEY" in live
    assert quick().look
