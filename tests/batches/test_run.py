"""A run buys what the store lacks, once, and tells the truth of each row, whatever happens."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import shutil
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from services import InProcess, quick, until

import evolink_widgets as ew
from evolink_widgets.batches.batch import Batch
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.batches.runs import buying
from evolink_widgets.core.session import Session

Make = Callable[..., Batch]
Animals = Callable[[int], list[dict[str, str]]]


def types(frame: list[dict[str, Any]]) -> list[str | None]:
    return [row["errortype"] for row in frame]


def paid(frame: list[dict[str, Any]]) -> float:
    return sum(row["credits"] or 0.0 for row in frame)


def test_every_row_gets_its_picture_and_the_books_agree(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    rows = [*animals(12), {"animal": "fox number 3"}]
    run = batch(rows).create()
    assert run.result(60) is run
    frame = run.to_frame()
    assert [row["animal"] for row in frame] == [row["animal"] for row in rows]
    assert all(row["image"].path.is_file() and row["path"] == str(row["image"]) for row in frame)
    assert frame[3]["path"] == frame[12]["path"]
    assert (frame[3]["reused"], frame[12]["reused"], frame[12]["credits"]) == (False, True, 0.0)
    assert types(frame) == [None] * 13
    assert service.counts()["accepted"] == 12
    spent = ew.spending().total.charged
    assert paid(frame) == pytest.approx(spent) == pytest.approx(run.state.credits)
    assert (run.state.new, run.state.stored, run.state.head) == (12, 0, "Done")
    assert "Done: 12 of 12 pictures" in repr(run)
    assert len(run.images) == 12


def test_the_next_run_begins_at_the_store(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    first = batch(animals(5)).create().result(60).to_frame()
    b = batch(animals(8))
    assert "5 in the store" in repr(b)
    again = b.create().result(60).to_frame()
    assert service.counts()["accepted"] == 8
    assert [row["path"] for row in again[:5]] == [row["path"] for row in first]
    assert [row["reused"] for row in again] == [True] * 5 + [False] * 3
    assert paid(b.create().result(60).to_frame()) == 0
    assert service.counts()["accepted"] == 8


def test_a_store_that_came_along_answers_a_changed_frame(
    batch: Make,
    use: Callable[..., Session],
    service: InProcess,
    animals: Animals,
    tmp_path: Path,
) -> None:
    """As on another machine: the folder was copied, and the rows are others, in another order."""
    batch(animals(5)).create().result(60)
    ew.session().close()
    shutil.copytree(tmp_path / "pictures", tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "pictures")
    use(store="elsewhere")
    changed = [{"animal": "a stranger"}, *reversed(animals(4))]
    frame = batch(changed).create().result(60).to_frame()
    assert [row["reused"] for row in frame] == [False, True, True, True, True]
    assert all(Path(row["path"]).is_relative_to(tmp_path / "elsewhere") for row in frame)
    assert service.counts()["accepted"] == 6


def test_a_batch_asks_for_nothing_more_once_its_session_is_closed(
    batch: Make, service: InProcess, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 2)
    service.play("stuck", times=2)
    run = batch(animals(5)).create()
    until(lambda: service.counts().get("accepted") == 2)
    ew.session().close()
    frame = run.result(20).to_frame()
    assert {row["errortype"] for row in frame} == {"WaitingStopped"}
    assert service.counts()["accepted"] == 2
    ew.session().close()


def test_a_paused_batch_ends_with_its_session(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    """Nothing of it is at work that could end: the closing itself wakes it."""
    service.play("429", times=None)
    run = batch(animals(3)).create()
    until(lambda: run.state.rendering == 3)
    run.pause()
    until(lambda: run.state.unsent == 3)
    ew.session().close()
    frame = run.result(20).to_frame()
    assert {row["errortype"] for row in frame} == {"WaitingStopped"}


def test_a_cell_asks_beside_a_batch_for_other_pictures(batch: Make, animals: Animals) -> None:
    """A batch is an execution of its own: it takes nothing from the loop in a cell."""
    request = ew.ImageRequest("a fox number 0", size="816x816", quality="low")
    one = ew.generate(request).result(60)
    two = ew.generate(request).result(60)
    assert one[0] != two[0]
    assert batch(animals(1)).create().result(60).to_frame()[0]["image"] == one[0]


def test_it_can_be_awaited(batch: Make, animals: Animals) -> None:
    async def story() -> BatchRun:
        return await batch(animals(3)).create()

    assert asyncio.run(story()).state.new == 3


def test_waiting_ends_and_the_run_goes_on(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    service.play("stuck")
    run = batch(animals(2)).create()
    with pytest.raises(ew.WaitTimeout, match="of 2 pictures are here"):
        run.result(0.3)
    service.play("fair")
    assert run.result(60).state.new == 2


def test_refused_rows_say_so_and_are_not_asked_for_again(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    service.play("policy refusal", times=3)
    service.play("task failed", times=2, after=3)
    run = batch(animals(10)).create().result(60)
    frame = run.to_frame()
    assert sorted(filter(None, types(frame))) == ["ContentRefused"] * 3 + ["TaskFailed"] * 2
    assert [row["credits"] for row in frame if row["errortype"]] == [0.0] * 5
    groups = {group.kind: (group.rows, group.retry, group.charged) for group in run.failures}
    assert groups == {
        "ContentRefused": (3, False, "not charged"), "TaskFailed": (2, True, "not charged")
    }  # fmt: skip
    again = run.create(errors_only=True).result(60)
    assert service.counts()["accepted"] == 12
    assert sorted(filter(None, types(again.to_frame()))) == ["ContentRefused"] * 3
    assert paid(again.to_frame()) == pytest.approx(ew.spending().total.charged)


def test_the_first_error_may_end_the_run(
    batch: Make, service: InProcess, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 1)
    service.play("task failed", after=2)
    run = batch(animals(9)).create(on_error="raise")
    with pytest.raises(ew.TaskFailed):
        run.result(60)
    assert service.counts()["accepted"] == 3
    frame = run.to_frame()
    assert types(frame) == [None, None, *["TaskFailed"] * 7]
    assert frame[8]["errormsg"].startswith("It was not sent.")


def test_a_budget_ends_in_the_middle(batch: Make, service: InProcess, animals: Animals) -> None:
    b = batch(animals(30))
    budget = b.estimate.high / 3
    run = b.create(budget=budget).result(60)
    state, frame = run.state, run.to_frame()
    assert 0 < state.new < 30
    assert state.credits <= budget
    assert service.counts()["accepted"] == state.new
    # What was reserved and not charged was bought with, too: no further picture would fit.
    assert budget - state.credits < b.estimate.high / b.estimate.pictures * 1.01
    unsent = [row for row in frame if row["image"] is None]
    assert len(unsent) == 30 - state.new
    assert {row["errortype"] for row in unsent} == {"BudgetExceeded"}
    assert all("this batch's budget" in row["errormsg"] for row in unsent)
    assert {row["credits"] for row in unsent} == {0.0}
    assert state.head == "Budget reached"
    rest = run.create(errors_only=True).result(60)
    assert rest.state.new + rest.state.stored == 30
    assert service.counts()["accepted"] == 30
    assert paid(rest.to_frame()) == pytest.approx(ew.spending().total.charged)


def test_a_block_that_has_ended_holds_for_what_is_sent_later(
    batch: Make, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 1)
    b = batch(animals(6))
    with ew.budget(credits=b.estimate.high / 2):
        run = b.create()
    assert 0 < run.result(60).state.new <= 3
    assert "this block's budget" in str(run.state.halted)


def test_spending_may_be_switched_off(
    batch: Make, use: Callable[..., Session], service: InProcess, animals: Animals
) -> None:
    batch(animals(2)).create().result(60)
    use(may_spend=lambda: False)
    run = batch(animals(4)).create().result(60)
    assert types(run.to_frame()) == [None, None, "SpendingRefused", "SpendingRefused"]
    assert service.counts()["accepted"] == 2


def test_what_is_unsent_is_paused_and_goes_on(
    batch: Make, service: InProcess, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 3)
    service.play("stuck", times=3)
    run = batch(animals(9)).create()
    until(lambda: service.counts().get("accepted") == 3)
    run.pause()
    service.play("fair")
    until(lambda: run.state.rendering == 0)
    assert run.state.head == "Paused"
    assert (run.state.new, run.state.unsent, service.counts()["accepted"]) == (3, 6, 3)
    run.resume()
    assert run.result(60).state.new == 9
    assert service.counts()["accepted"] == 9


def test_a_pause_takes_back_what_was_not_sent_yet(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    service.play("429 retry-after", times=None, seconds=3600)
    run = batch(animals(20)).create()
    until(lambda: run.state.rendering == 20)
    run.pause()
    until(lambda: run.state.unsent == 20)  # those, too, that were just being turned away
    run.stop()
    until(lambda: run.state.unsent == 0)
    assert types(run.to_frame()) == ["WaitingStopped"] * 20
    assert ew.spending().total.charged in (None, 0.0)


def test_a_pause_takes_back_what_is_being_turned_away(
    batch: Make, use: Callable[..., Session], service: InProcess, animals: Animals
) -> None:
    use(retry=quick(limited=120.0))
    service.play("429 retry-after", times=None, seconds=0.05)
    asked: list[ew.Task] = []
    ew.session().on_ask = asked.append
    run = batch(animals(3)).create()
    until(lambda: len(asked) == 3)

    def pause(state: ew.TaskState) -> None:
        if state.stage is ew.Stage.SENDING and not run.state.is_paused:
            run.pause()

    for task in asked:
        task.subscribe(pause)
    until(lambda: run.state.unsent == 3)
    service.play("fair")
    assert service.counts().get("accepted", 0) == 0
    run.resume()
    assert run.result(60).state.new == 3


def test_stop_sends_nothing_more_and_finishes_what_was_sent(
    batch: Make, service: InProcess, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 2)
    service.play("stuck", times=2)
    run = batch(animals(7)).create()
    until(lambda: service.counts().get("accepted") == 2)
    run.stop()
    service.play("fair")
    run.result(60)
    assert (run.state.new, run.state.failed) == (2, 5)
    assert service.counts()["accepted"] == 2
    frame = run.to_frame()
    assert types(frame).count("WaitingStopped") == 5
    assert "not sent" in next(row["errormsg"] for row in frame if row["errormsg"])


def test_no_more_are_out_at_once_than_the_bound(
    batch: Make, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 4)
    most: list[int] = []
    run = batch(animals(25)).create()
    run.subscribe(lambda: most.append(len(run._buyer.at_work)))
    run.result(60)
    assert max(most) <= 4
    assert run.state.new == 25


def test_a_cheap_picture_comes_first(batch: Make, animals: Animals) -> None:
    rows = [{"animal": "fox", "quality": "high"}, {"animal": "owl", "quality": "high"},
            {"animal": "cat", "quality": "low"}]  # fmt: skip
    run = batch(rows, quality="{quality}").create().result(60)
    assert run._buyer.order == [2, 0, 1]


def test_a_run_that_ends_tells_its_listeners(batch: Make, animals: Animals) -> None:
    heads: list[str] = []
    run = batch(animals(3)).create()
    leave = run.subscribe(lambda: heads.append(run.state.head))
    run.result(60)
    until(lambda: heads[-1:] == ["Done"])
    leave()
    time.sleep(0)
    assert not run._listeners


def test_a_run_that_no_variable_holds_goes_on(
    batch: Make,
    use: Callable[..., Session],
    service: InProcess,
    animals: Animals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(buying, "PAUSES", (0.5,) * 90)
    use(retry=quick(limited=0.1))
    service.play("429 retry-after", times=500, seconds=0.05)

    def begun() -> weakref.ref[buying.Buyer]:
        run = batch(animals(2)).create()
        until(lambda: run._buyer.held is not None and not run._buyer.at_work)
        assert run.state.head == "Waiting for the rate limit"
        return weakref.ref(run._buyer)

    buyer = begun()
    gc.collect()
    assert buyer() is not None
    service.play("fair")
    until(lambda: service.counts().get("accepted") == 2)


def test_a_charge_that_is_not_reported_is_told_beside_the_sum(
    batch: Make, animals: Animals
) -> None:
    state = batch(animals(1)).create().result(60).state
    assert "not reported" not in state.money
    told = dataclasses.replace(state, unreported=2)
    assert told.money.endswith("simulated credits (of 2 pictures not reported)")


def test_two_runs_at_once_buy_each_picture_once(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    b = batch(animals(12))
    runs = [b.create(), b.create(), batch(animals(12)).create()]
    frames = [run.result(60).to_frame() for run in runs]
    assert service.counts()["accepted"] == 12
    paths = [[row["path"] for row in frame] for frame in frames]
    assert paths[0] == paths[1] == paths[2]
    assert sum(map(paid, frames)) == pytest.approx(ew.spending().total.charged)


@pytest.mark.parametrize("why", ["turned away", "paused"])
def test_a_recipe_that_takes_several_asks_is_bought_once(
    batch: Make,
    use: Callable[..., Session],
    service: InProcess,
    monkeypatch: pytest.MonkeyPatch,
    why: str,
) -> None:
    """What one of its asks has brought stays bought, when the others are asked for once more."""
    monkeypatch.setattr(buying, "PAUSES", (0.2,) * 200)
    use(retry=quick(limited=0.1 if why == "turned away" else 60.0))
    service.play("429 retry-after", times=None, after=1, seconds=0.05)
    more = {"model": "gpt-image-2-beta", "quality": "medium", "repeats": 3}
    run = batch([{"animal": "fox"}], **more).create()
    until(lambda: service.counts().get("accepted") == 1)
    if why == "paused":
        until(lambda: [len(work.open) for work in run._buyer.at_work.values()] == [2])
        run.pause()
    until(lambda: run.state.unsent == 3)
    service.play("fair")
    run.resume()
    frame = run.result(60).to_frame()
    assert service.counts()["accepted"] == 3
    assert len({row["path"] for row in frame}) == 3
    assert not any(row["reused"] for row in frame)
    assert paid(frame) == pytest.approx(ew.spending().total.charged)
    assert paid(frame) == pytest.approx(run.state.credits)


def test_a_pause_that_is_over_at_once_leaves_no_ask_behind(
    batch: Make, use: Callable[..., Session], service: InProcess
) -> None:
    """One ask of a recipe is on its way, the pause takes the others back, and is over."""
    use(retry=quick(limited=120.0))
    service.play("stuck")
    service.play("429 retry-after", times=None, after=1, seconds=0.05)
    more = {"model": "gpt-image-2-beta", "quality": "medium", "repeats": 3}
    run = batch([{"animal": "fox"}], **more).create()
    until(lambda: service.counts().get("accepted") == 1)
    run.pause()
    until(lambda: [len(work.open) for work in list(run._buyer.at_work.values())] == [1])
    run.resume()
    service.play("fair")
    frame = run.result(60).to_frame()
    assert types(frame) == [None] * 3
    assert service.counts()["accepted"] == 3
    assert len({row["path"] for row in frame}) == 3
    assert paid(frame) == pytest.approx(ew.spending().total.charged)


def test_what_a_retry_does_not_buy_again_keeps_its_price(batch: Make, service: InProcess) -> None:
    service.play("task failed", after=1)
    run = batch([{"animal": "fox"}], repeats=12).create().result(60)
    assert 0 < run.state.failed < 12
    frame = run.retry().result(60).to_frame()
    assert types(frame) == [None] * 12
    assert not any(row["reused"] for row in frame)
    assert paid(frame) == pytest.approx(ew.spending().total.charged)
    assert paid(frame) == pytest.approx(run.state.credits)


def test_what_does_not_fit_waits_for_room_and_does_not_ask_all_the_time(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    b = batch(animals(3))
    asked: list[object] = []
    ew.session().on_ask = asked.append
    service.play("stuck", times=2)
    run = b.create(budget=b.estimate.high * 0.7)
    until(lambda: run.state.held is not None)
    assert run.state.head == "Budget reached"
    assert "1 wait: This may cost" in repr(run)
    service.play("fair")
    run.result(60)
    assert len(asked) <= 5, "once each, and once more as each of the two has ended"


def test_errors_only_is_about_what_the_last_run_was_to_bring(
    batch: Make, use: Callable[..., Session], service: InProcess, animals: Animals
) -> None:
    service.play("task failed")
    b = batch(animals(20))
    assert b.preview(3).result(60).state.failed == 1
    use()  # as ew.configure(budget=...) makes one
    again = b.create(errors_only=True).result(60)
    assert (again.state.total, again.state.failed) == (3, 0)
    assert service.counts()["accepted"] == 4
    use(store="other")
    with pytest.raises(ew.ConfigurationError, match="another service or store"):
        b.create(errors_only=True)
    assert service.counts()["accepted"] == 4
