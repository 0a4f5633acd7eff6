"""Paid once: what the store has answers, what is on its way is waited for, the rest is bought."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from services import InProcess, OnPort, until

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery import pool
from evolink_widgets.store.journal.journal import Step

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]
Program = Callable[..., "subprocess.Popen[str]"]


def files(task: Task) -> list[str]:
    return [image.path.name for image in task.result(60)]


def ask(session: Session, request: ImageRequest, execution: str = "cell 1") -> Task:
    return session.submit(request, fresh=False, execution=execution)


def test_a_loop_of_four_gives_four_sets_and_the_cell_again_the_same_four_for_free(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    first = [files(task) for task in [ask(session, small(n=2)) for _ in range(4)]]
    spent = session.credits().account_used
    again = [ask(session, small(n=2), "cell 1, second run") for _ in range(4)]
    assert len({name for names in first for name in names}) == 8
    assert [files(task) for task in again] == first
    assert in_process.counts()["create"] == 4
    assert session.credits().account_used == spent


def test_tasks_gathered_in_one_cell_are_different_and_the_next_cell_waits_for_them(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck", times=4)
    first = [ask(session, small()) for _ in range(4)]
    second = [ask(session, small(), "cell 2") for _ in range(4)]
    until(lambda: in_process.counts().get("accepted") == 4)
    until(lambda: all(task.state.note for task in second))
    in_process.play("fair")

    async def gathered(tasks: list[Task]) -> list[str]:
        return [images[0].path.name for images in await asyncio.gather(*tasks)]

    names = asyncio.run(gathered(first))
    assert asyncio.run(gathered(second)) == names
    assert len(set(names)) == 4
    assert in_process.counts()["create"] == 4


def test_what_came_from_the_store_says_what_it_cost_and_when(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    bought = session.submit(small(n=2), notebook="foxes.ipynb")
    bought.result(20)
    assert bought.receipt is not None
    until(lambda: session.store.ledger.spent().charged > 0)
    task = ask(session, small(n=2))
    files(task)
    reused = task.state.reused
    assert reused is not None
    assert (reused.pictures, reused.notebook) == (2, "foxes.ipynb")
    assert reused.credits == pytest.approx(bought.receipt.charged)
    assert str(reused).startswith("from the store, drawn on ")
    assert "would have cost 0.6" in str(reused)
    assert str(replace(reused, simulated=False)).startswith("from the store, paid 0.6")
    assert task.state.stage is Stage.DONE
    assert task.receipt is None
    assert session.store.journal.get(task.key) is None
    assert session.stored(small(n=2)) == reused
    assert session.stored(small("an owl")) is None


def test_a_picture_has_its_share_of_the_price_while_others_of_its_set_are_on_their_way(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    in_process.play("slow", on="download", after=1, seconds=1)
    session = open_session(in_process)
    bought = session.submit(small(n=2))
    until(lambda: bought.id is not None)
    waiting = [ask(session, small(), "cell 2") for _ in range(2)]
    shares = []
    for task in waiting:
        files(task)
        assert task.state.reused is not None
        shares.append(task.state.reused.credits)
    bought.result(20)
    assert bought.receipt is not None
    assert bought.receipt.charged is not None
    assert shares == [pytest.approx(bought.receipt.charged / 2)] * 2


@pytest.mark.parametrize("reported", [True, False])
def test_a_charge_that_was_not_reported_is_not_zero(
    in_process: InProcess, open_session: Open, small: Small, reported: bool
) -> None:
    session = open_session(in_process)
    session.submit(small()).result(20)
    until(lambda: session.store.ledger.spent().charged > 0)
    if not reported:
        with session.store.database.write() as connection:
            connection.execute("UPDATE ledger SET charged = NULL")
            connection.execute("UPDATE tasks SET receipt = NULL")
    stored = session.stored(small())
    assert stored is not None
    assert ("would have cost" in str(stored)) is reported
    assert ("charge not reported" in str(replace(stored, simulated=False))) is not reported


def test_n_is_a_pool_four_after_two_buys_two(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    two = files(ask(session, small(n=2)))
    task = ask(session, small(n=4), "cell 2")
    four = files(task)
    assert four[:2] == two
    assert len(set(four)) == 4
    assert in_process.counts()["create"] == 2
    assert task.state.reused is not None
    assert task.state.reused.pictures == 2
    assert task.state.places == (0, 1, 2, 3)
    assert [image.recipe.request.n for image in task.images] == [2, 2, 2, 2]
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert entry.request["n"] == 2
    assert files(ask(session, small(n=3), "cell 3")) == four[:3]
    assert in_process.counts()["create"] == 2


def test_another_recipe_is_another_pool(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    for request in (small(), small(quality="medium"), small("an owl"), small(size="832x832")):
        files(ask(session, request))
    assert in_process.counts()["create"] == 4


def test_fresh_asks_anew_whatever_the_store_has(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    first = files(ask(session, small()))
    fresh = session.submit(small(), fresh=True, execution="cell 2")
    assert files(fresh) != first
    assert fresh.state.reused is None
    assert in_process.counts()["create"] == 2
    # What was asked for first stays first.
    assert files(ask(session, small(n=2), "cell 3")) == first + files(fresh)


def test_a_file_that_was_deleted_is_bought_again_and_no_other(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    images = ask(session, small(n=3)).result(20)
    images[1].path.unlink()
    task = ask(session, small(n=3), "cell 2")
    names = files(task)
    assert names[:2] == [images[0].path.name, images[2].path.name]
    assert in_process.counts()["create"] == 2
    entry = session.store.journal.get(task.key)
    assert entry is not None
    assert entry.request["n"] == 1
    assert task.state.note == (
        f"{images[1].path.name} is not in the store's folder any more, and bought anew"
    )
    assert not images[1].path.exists()
    again = ask(session, small(n=3), "cell 3")
    assert files(again) == names
    assert again.state.note is None


def test_an_offer_leaves_out_what_was_deleted_and_a_refusal_names_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    first = open_session(in_process)
    images = ask(first, small(n=3)).result(20)
    images[0].path.unlink()
    session = open_session(in_process, may_spend=lambda: False)
    stored = session.stored(small(n=3))
    assert stored is not None
    assert stored.pictures == 2
    with pytest.raises(errors.SpendingRefused) as caught:
        ask(session, small(n=3)).result(20)
    assert f"({images[0].path.name} is not there any more: moved or deleted)" in str(caught.value)
    for image in images[1:]:
        image.path.unlink()
    with pytest.raises(errors.SpendingRefused, match=r"and 2 more are not there any more"):
        ask(session, small(n=3)).result(20)


def test_what_a_killed_kernel_left_in_the_trash_answers_from_its_own_place(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    (image,) = ask(session, small()).result(20)
    # Killed while it was deleted, where files have one name at a time: the row is as it was.
    trash = session.store.root / ".trash"
    trash.mkdir()
    image.path.rename(trash / image.path.name)
    assert session.stored(small()) is not None
    assert image.path.is_file()
    image.path.rename(trash / image.path.name)
    assert ask(session, small(), "cell 2").result(20)[0] == image
    assert (image.path.is_file(), list(trash.iterdir())) == (True, [])
    assert in_process.counts()["create"] == 1


def test_what_lies_in_the_trash_does_not_answer(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    (image,) = ask(session, small()).result(20)
    session.store.gallery.trash([(image.task_key, image.index)], now=image.created_at)
    assert session.stored(small()) is None
    ask(session, small(), "cell 2").result(20)
    assert in_process.counts()["create"] == 2


def test_one_of_several_that_never_came_is_bought_by_who_needs_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("one missing")
    came = files(ask(session, small(n=3)))
    assert len(came) == 2
    assert len(set(files(ask(session, small(n=3), "cell 2")))) == 3
    assert in_process.counts()["create"] == 2


def test_pictures_of_the_emulator_never_stand_in_for_live_ones(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    files(ask(open_session(in_process), small()))
    live = open_session(InProcess(), simulated=False, service="api.evolink.ai")
    assert live.stored(small()) is None
    task = ask(live, small())
    files(task)
    assert task.state.reused is None


def test_live_pictures_answer_where_there_is_no_key_and_come_first(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    emulated = {"stand_ins": ("api.evolink.ai",)}
    drawn = files(ask(open_session(in_process, **emulated), small()))
    live = open_session(InProcess(), simulated=False, service="api.evolink.ai")
    paid = files(ask(live, small()))

    session = open_session(in_process, **emulated)
    task = ask(session, small(), "the colleague's")
    assert files(task) == paid
    assert task.state.simulated is False
    assert task.state.reused is not None
    assert "simulated" not in str(task.state.reused)
    assert files(ask(session, small(n=2), "and both")) == paid + drawn
    assert in_process.counts()["create"] == 1


# Several at once.


def test_sixteen_threads_that_ask_for_the_same_pay_once(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session, other = open_session(in_process), open_session(in_process)
    start = threading.Barrier(16)

    def one(number: int) -> list[str]:
        start.wait()
        return files(ask((session, other)[number % 2], small(n=2), f"cell {number}"))

    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(one, range(16)))

    assert len({tuple(names) for names in found}) == 1
    assert in_process.counts()["create"] == 1


def test_sixteen_threads_of_one_cell_get_sixteen_sets(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session, other = open_session(in_process), open_session(in_process)

    def one(number: int) -> list[str]:
        return files(ask((session, other)[number % 2], small()))

    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(one, range(16)))

    assert len({name for names in found for name in names}) == 16
    assert in_process.counts()["create"] == 16


def test_processes_that_ask_at_once_pay_once(
    own_port: OnPort, program: Program, tmp_path: Path
) -> None:
    store = tmp_path / "pictures"
    asking = [program("asker.py", store, own_port.api, own_port.media, 2) for _ in range(3)]
    said = [process.communicate(timeout=90) for process in asking]
    assert [process.returncode for process in asking] == [0, 0, 0], said
    names = [out.split() for out, _ in said]
    assert names[0] == names[1] == names[2]
    assert len(names[0]) == 2
    assert own_port.counts()["create"] == 1
    assert own_port.counts()["downloads"] == 2


def test_a_purchase_of_a_process_that_is_killed_is_taken_over_and_not_made_again(
    own_port: OnPort, program: Program, tmp_path: Path, open_session: Open, small: Small
) -> None:
    own_port.play("stuck")
    session = open_session(own_port)
    dying = program("asker.py", tmp_path / "pictures", own_port.api, own_port.media, 1)
    try:
        until(lambda: any(entry.task_id for entry in session.store.journal.open_entries()))
        task = ask(session, small())
        until(lambda: task.state.note is not None)
    finally:
        dying.kill()
        dying.communicate(timeout=60)
    own_port.play("fair")
    assert len(files(task)) == 1
    assert own_port.counts()["create"] == 1


@pytest.mark.parametrize("lease", [-1.0, 1.0])
def test_what_a_dead_kernel_only_intended_is_bought_by_who_asks_next(
    in_process: InProcess, open_session: Open, small: Small, lease: float
) -> None:
    session = open_session(in_process)
    recipe = Recipe(small(), "emulator")
    session.store.journal.intend(
        small().to_record(), service="emulator", now=time.time(), recipe=recipe.to_record(),
        identity=recipe.identity, owner="1@another-machine", lease_s=lease, key="dead",
    )  # fmt: skip
    session.store.ledger.reserve("dead", 0.3, now=time.time(), service="emulator")
    task = ask(session, small())
    assert len(files(task)) == 1
    assert in_process.counts()["create"] == 1
    entry = session.store.journal.get("dead")
    assert entry is not None
    assert entry.step is Step.REFUSED
    until(lambda: session.store.ledger.spent().reserved == 0)


def test_a_pool_is_found_by_its_recipe_however_many_pictures_there_are(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    files(ask(session, small()))
    for query, values in ((pool._STORED, ("a",)), (pool._OPEN, ("a", "b"))):
        rows = session.store.database.rows(f"EXPLAIN QUERY PLAN {query}", values)
        assert "_by_identity" in rows[0]["detail"], [row["detail"] for row in rows]


# What goes wrong with what is waited for.


def waiting(first: Task, second: Task) -> None:
    until(lambda: first.id is not None)
    until(lambda: second.state.note is not None)


def test_a_purchase_that_fails_is_made_anew_by_who_waited_for_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("task failed")
    first = ask(session, small())
    second, third = ask(session, small(), "cell 2"), ask(session, small(), "cell 3")
    with pytest.raises(errors.TaskFailed):
        first.result(20)
    assert files(second) == files(third)
    assert in_process.counts()["create"] == 2
    assert session.store.journal.open_entries() == []


def test_a_purchase_that_is_refused_again_ends_with_its_own_error(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("policy refusal", times=2)
    first = ask(session, small())
    second = ask(session, small(), "cell 2")
    for task in (first, second):
        with pytest.raises(errors.ContentRefused):
            task.result(20)
    assert in_process.counts()["create"] == 2
    assert session.store.ledger.spent().total == 0


def lost_and_asked_again(
    session: Session, emulator: InProcess, request: ImageRequest
) -> tuple[Task, Task, errors.OutcomeUnknown]:
    """Two cells that ask for the same; the reply to the first is lost, and nobody has a list."""
    emulator.play("no list")
    emulator.play("reply lost")
    tasks = []
    for cell in ("cell 1", "cell 2"):
        tasks.append(ask(session, request, cell))
        with pytest.raises(errors.OutcomeUnknown) as caught:
            tasks[-1].result(20)
    return tasks[0], tasks[1], caught.value


def test_an_unknown_outcome_is_looked_for_and_never_bought_a_second_time_in_silence(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    _, second, told = lost_and_asked_again(session, in_process, small())
    assert second.state.stage is Stage.UNKNOWN
    assert told.billed is Billed.UNKNOWN
    assert "fresh=True" in told.advice
    assert in_process.counts()["create"] == 1

    # A person decides: the new ones come before the one that nobody knows of.
    fresh = files(session.submit(small(), fresh=True))
    assert files(ask(session, small(), "cell 3")) == fresh
    assert in_process.counts()["create"] == 2

    # Or it turns up: then it is there for all.
    in_process.play("fair")
    second.look_again()
    until(lambda: second.state.stage.ended)
    assert in_process.counts()["create"] == 2


def test_sending_again_is_for_a_person_to_decide_also_where_another_ask_is_meant(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    lost, second, _ = lost_and_asked_again(session, in_process, small())
    second.send_again()
    assert files(second) == files(lost)
    assert in_process.counts()["accepted"] == 1  # the same key: the service knows it


def test_a_stopped_task_is_resumed_by_the_next_ask(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck")
    first = ask(session, small())
    until(lambda: first.id is not None)
    first.stop()
    second = ask(session, small(), "cell 2")
    until(lambda: second.state.note is not None)
    in_process.play("fair")
    assert files(second) == files(first)
    assert in_process.counts()["create"] == 1


def test_stopping_to_wait_for_another_ask_costs_nothing_and_leaves_it_alone(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck")
    first, second = ask(session, small()), ask(session, small(), "cell 2")
    waiting(first, second)
    second.stop()
    with pytest.raises(errors.WaitingStopped) as caught:
        second.result(20)
    assert caught.value.billed is Billed.NO
    in_process.play("fair")
    assert len(files(first)) == 1
    assert in_process.counts()["create"] == 1


def test_a_kernel_that_leaves_withdraws_nothing_that_another_one_is_sending(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    buying, waiting_for_it = open_session(in_process), open_session(in_process)
    in_process.play("429 retry-after", seconds=2)
    first = ask(buying, small())
    until(lambda: in_process.counts().get("create") == 1)
    second = ask(waiting_for_it, small(), "cell 2")
    until(lambda: second.state.note == "Another kernel is collecting this task.")
    waiting_for_it.close()
    entry = buying.store.journal.get(first.key)
    assert entry is not None
    assert entry.step is not Step.REFUSED
    assert buying.store.ledger.spent().total > 0
    assert len(files(first)) == 1
    assert in_process.counts()["accepted"] == 1


def test_stopping_an_ask_that_buys_and_waits_can_be_resumed(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck", times=2)
    first, second = ask(session, small()), ask(session, small(n=2), "cell 2")
    until(lambda: first.id is not None and second.id is not None)
    second.stop()
    assert second.state.stage is Stage.STOPPED
    second.resume()
    in_process.play("fair")
    assert files(second)[:1] == files(first)
    assert len(set(files(second))) == 2
    assert in_process.counts()["create"] == 2


def test_two_asks_that_wait_for_one_another_both_end(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("task failed")
    first = ask(session, small(n=1))
    second = ask(session, small(n=3), "cell 2")  # waits for the first, buys two
    third = ask(session, small(n=2), "cell 3")  # waits for both
    assert len(files(second)) == 3
    assert len(files(third)) == 2
    with pytest.raises(errors.TaskFailed):
        first.result(20)


def test_links_that_broke_are_fetched_again_by_the_next_ask(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("truncated download", times=None)
    first = ask(session, small())
    with pytest.raises(errors.DownloadFailed):
        first.result(20)
    in_process.play("fair")
    assert len(files(ask(session, small(), "cell 2"))) == 1
    assert in_process.counts()["create"] == 1


def test_a_store_that_nobody_can_write_to_at_the_moment_still_answers(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    names = files(ask(session, small()))
    until(lambda: session.store.ledger.spent().reserved == 0)
    session.store.database.busy_timeout = 0.05
    session.store.close()
    other = sqlite3.connect(session.store.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert files(ask(session, small(), "cell 2")) == names
    with pytest.raises(errors.StoreError):
        ask(session, small("an owl")).result(20)
    other.execute("ROLLBACK")
    other.close()
    assert in_process.counts()["create"] == 1
