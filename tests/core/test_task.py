"""The handle: waited for from anywhere, watched by anybody, interrupted without harm."""

from __future__ import annotations

import asyncio
import contextvars
import pickle
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
import sniffio
from services import InProcess

import evolink_widgets as ew
from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import INTERRUPTED, Stage, Task, TaskState
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step

Small = Callable[..., ImageRequest]


@pytest.fixture
def session(in_process: InProcess, open_session: Callable[..., Session]) -> Session:
    return open_session(in_process)


def until(task: Task, right: Callable[[TaskState], bool]) -> TaskState:
    """Wait until the task has been in a state that is right."""
    come = threading.Event()
    seen: list[TaskState] = []

    def look(state: TaskState) -> None:
        if right(state) and not come.is_set():
            seen.append(state)
            come.set()

    leave = task.subscribe(look)
    assert come.wait(20), task.state
    leave()
    return seen[0]


def step_of(session: Session, task: Task) -> Step:
    entry = session.store.journal.get(task.key)
    assert entry is not None
    return entry.step


def test_it_is_there_at_once_and_knows_what_it_is(session: Session, small: Small) -> None:
    request = small(n=2)
    task = session.submit(request)
    assert task.request == request
    assert task.recipe.request == request
    assert task.estimate == session.estimate(request)
    assert len(task.key) == 12
    assert task.state.expected == 2
    assert task.state.size == (816, 816)
    assert task.state.simulated
    assert "a fox in the snow" in repr(task)
    task.result(20)


def test_its_states_tell_one_story_in_order(session: Session, small: Small) -> None:
    task = session.submit(small(n=3))
    seen: list[TaskState] = []
    task.subscribe(seen.append)
    images = task.result(20)
    until(task, lambda state: state.stage.ended)

    order = list(Stage)
    stages = [order.index(state.stage) for state in seen]
    assert stages == sorted(stages)
    assert seen[-1].stage is Stage.DONE
    assert [len(state.images) for state in seen] == sorted(len(state.images) for state in seen)
    assert all((state.progress or 0) < 100 for state in seen[:-1])
    assert seen[-1].progress == 100
    assert all(state.at >= state.started_at for state in seen)
    assert all((state.ended_at is None) is (not state.stage.ended) for state in seen)
    assert [image.index for image in images] == [0, 1, 2]
    assert task.receipt is not None
    assert task.receipt.charged
    assert task.id
    assert list(task.images) == list(images)
    # A file before it is said.
    assert all(image.path.is_file() for image in images)


def test_it_is_awaited_in_any_loop_of_any_thread(session: Session, small: Small) -> None:
    tasks = [session.submit(small(f"fox {number}")) for number in range(4)]

    async def wait_for_all() -> int:
        sets = await asyncio.gather(*tasks)
        return sum(map(len, sets))

    with ThreadPoolExecutor(3) as threads:
        counts = list(threads.map(lambda _: asyncio.run(wait_for_all()), range(3)))

    assert counts == [4, 4, 4]
    assert asyncio.run(wait_for_all()) == 4  # and when it has ended long ago


def test_it_is_waited_for_in_a_running_loop_that_stands_still(
    session: Session, small: Small
) -> None:
    async def cell() -> int:
        return len(session.submit(small()).result(20))  # blocks the loop it runs in

    assert asyncio.run(cell()) == 1


def test_a_wait_that_took_too_long_leaves_it_alone(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())
    until(task, lambda state: state.task_id is not None)
    with pytest.raises(errors.WaitTimeout) as caught:
        task.result(0.1)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.billed is Billed.LATER

    async def impatient() -> None:
        await asyncio.wait_for(task, 0.1)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(impatient())
    assert until(task, lambda state: state.note == INTERRUPTED).stage is not Stage.STOPPED
    in_process.play("fair")
    assert len(task.result(20)) == 1


def test_a_cancelled_await_says_that_the_task_goes_on(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())

    async def interrupted() -> tuple[float, BaseException]:
        waiting = asyncio.ensure_future(asyncio.wait_for(task, None))
        await asyncio.sleep(0)
        waiting.cancel()
        start = time.monotonic()
        with pytest.raises(asyncio.CancelledError) as caught:
            await waiting
        return time.monotonic() - start, caught.value

    seconds, cancelled = asyncio.run(interrupted())
    assert seconds < 1
    # Python 3.10 makes another one of it at the edge of each asyncio task, and keeps the first.
    told = [str(error) for error in (cancelled, cancelled.__context__) if error is not None]
    assert any("the task goes on" in words for words in told), told
    assert until(task, lambda state: state.note == INTERRUPTED)
    in_process.play("fair")
    assert len(task.result(20)) == 1


async def _waits(task: Task) -> None:
    await task


@pytest.mark.parametrize("said", [(), ("mine",)], ids=["bare", "with a message"])
def test_the_cancellation_that_was_sent_is_the_one_that_comes_back(
    said: tuple[str, ...], session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())
    sent = asyncio.CancelledError(*said)

    async def thrown() -> BaseException:
        waiting = _waits(task)
        waiting.send(None)  # now it waits
        with pytest.raises(asyncio.CancelledError) as caught:
            waiting.throw(sent)
        return caught.value

    assert asyncio.run(thrown()) is sent
    assert type(sent) is asyncio.CancelledError
    if said:
        assert sent.args == said
        assert not hasattr(sent, "_render_traceback_")
    else:
        (line,) = sent._render_traceback_()  # type: ignore[attr-defined]
        assert line.startswith("CancelledError: Waiting was interrupted; the task goes on.")
        assert pickle.loads(pickle.dumps(sent)).args == sent.args


async def _in_asyncio_timeout(task: Task) -> None:
    async with asyncio.timeout(0.05):  # type: ignore[attr-defined, unused-ignore]
        await task


async def _in_a_scope_around_a_task(task: Task) -> None:
    async with asyncio.timeout(0.05):  # type: ignore[attr-defined, unused-ignore]
        await asyncio.create_task(_waits(task))


async def _in_wait_for(task: Task) -> None:
    await asyncio.wait_for(task, 0.05)


async def _in_wait_for_of_a_coroutine(task: Task) -> None:
    await asyncio.wait_for(_waits(task), 0.05)


async def _in_fail_after(task: Task) -> None:
    with anyio.fail_after(0.05):
        await task


async def _in_nested_scopes(task: Task) -> None:
    with anyio.fail_after(0.05), anyio.move_on_after(30):
        await task


TIMED = [_in_wait_for, _in_wait_for_of_a_coroutine, _in_fail_after, _in_nested_scopes]
if sys.version_info >= (3, 11):
    TIMED += [_in_asyncio_timeout, _in_a_scope_around_a_task]


@pytest.mark.parametrize("wait", TIMED)
def test_a_time_out_around_an_await_is_a_time_out(
    wait: Callable[[Task], Awaitable[None]],
    session: Session,
    small: Small,
    in_process: InProcess,
) -> None:
    in_process.play("stuck")
    task = session.submit(small())

    async def main() -> None:
        with pytest.raises((TimeoutError, asyncio.TimeoutError)):
            await wait(task)
        await asyncio.sleep(0)  # nothing of the cancellation is left over
        if sys.version_info >= (3, 11):
            current = asyncio.current_task()
            assert current is not None
            assert current.cancelling() == 0

    asyncio.run(main())
    assert not task.state.stage.ended
    in_process.play("fair")
    assert len(task.result(20)) == 1


def test_a_scope_of_anyio_that_is_left_goes_on_behind_it(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())

    async def main() -> list[str]:
        passed = []
        with anyio.move_on_after(0.05) as scope:
            await task
            passed.append("never")
        passed.append(f"moved on {scope.cancelled_caught}")
        async with anyio.create_task_group() as group:
            group.start_soon(_waits, task)
            group.start_soon(_waits, task)
            await anyio.sleep(0.01)
            group.cancel_scope.cancel()
        passed.append("cancelled")
        return passed

    assert asyncio.run(main()) == ["moved on True", "cancelled"]
    in_process.play("fair")
    assert len(task.result(20)) == 1


@pytest.mark.skipif(sys.version_info < (3, 11), reason="task groups came with 3.11")
def test_a_task_group_ends_its_waiting_members_and_raises_what_failed(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())

    async def fails() -> None:
        await asyncio.sleep(0.01)
        raise ZeroDivisionError

    async def main() -> tuple[BaseException, ...]:
        try:
            async with asyncio.TaskGroup() as group:  # type: ignore[attr-defined, unused-ignore]
                group.create_task(_waits(task))
                group.create_task(fails())
                await task
        except BaseException as error:
            return tuple(getattr(error, "exceptions", (error,)))
        return ()

    (error,) = asyncio.run(main())
    assert isinstance(error, ZeroDivisionError)
    in_process.play("fair")
    assert len(task.result(20)) == 1


def test_trio_is_told_that_only_asyncio_can_await_and_its_way_works(
    session: Session, small: Small
) -> None:
    import trio

    task = session.submit(small())

    async def main() -> int:
        with pytest.raises(RuntimeError, match="Only asyncio can await a task, and this is trio"):
            await task
        with trio.fail_after(20):
            return len(await trio.to_thread.run_sync(task.result, abandon_on_cancel=True))

    assert trio.run(main) == 1


def test_another_async_library_is_named_and_one_that_is_none_is_told_of_result(
    session: Session, small: Small
) -> None:
    task = session.submit(small())
    with pytest.raises(RuntimeError, match=r"no loop of asyncio runs here.*task\.result\(\)"):
        _waits(task).send(None)
    sniffio.thread_local.name = "curio"
    try:
        with pytest.raises(RuntimeError, match=r"this is curio.*task\.result\(\) in a thread"):
            _waits(task).send(None)
    finally:
        sniffio.thread_local.name = None
    assert len(task.result(20)) == 1


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="there are no signals to threads")
@pytest.mark.parametrize("how", ["result", "await"])
def test_control_c_ends_the_waiting_at_once_and_not_the_task(
    how: str, session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())
    main = threading.main_thread().ident
    assert main is not None
    pressed: list[float] = []

    def press(state: TaskState) -> None:
        if state.stage is Stage.PROCESSING and not pressed:
            pressed.append(time.monotonic())
            signal.pthread_kill(main, signal.SIGINT)

    async def cell() -> None:
        task.subscribe(press)
        await task

    def wait() -> None:
        task.subscribe(press)
        task.result(20)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(cell()) if how == "await" else wait()
    assert time.monotonic() - pressed[0] < 2
    in_process.play("fair")
    assert len(task.result(20)) == 1


def test_a_listener_hears_the_present_first_and_nothing_after_it_left(
    session: Session, small: Small
) -> None:
    task = session.submit(small())
    task.result(20)
    heard: list[Stage] = []
    come = threading.Event()
    leave = task.subscribe(lambda state: (heard.append(state.stage), come.set()))
    assert come.wait(5)
    leave()
    assert heard == [Stage.DONE]


def test_a_listener_that_fails_hurts_neither_the_task_nor_the_others(
    session: Session, small: Small, caplog: pytest.LogCaptureFixture
) -> None:
    task = session.submit(small())

    def broken(state: TaskState) -> None:
        raise ZeroDivisionError

    heard: list[Stage] = []
    task.subscribe(broken)
    task.subscribe(lambda state: heard.append(state.stage))
    assert len(task.result(20)) == 1
    until(task, lambda state: state.stage is Stage.DONE)
    assert heard[-1] is Stage.DONE
    assert "A listener of a task raised" in caplog.text


def test_a_listener_runs_in_the_context_of_the_cell_that_set_it(
    session: Session, small: Small
) -> None:
    cell = contextvars.ContextVar("cell", default="none")
    seen: list[str] = []
    context = contextvars.copy_context()
    context.run(cell.set, "cell 7")
    task = session.submit(small())
    context.run(task.subscribe, lambda state: seen.append(cell.get()))
    task.result(20)
    until(task, lambda state: state.stage is Stage.DONE)
    assert set(seen) == {"cell 7"}


def test_a_listener_that_waits_for_its_own_task_is_told_off(
    session: Session, small: Small, caplog: pytest.LogCaptureFixture
) -> None:
    task = session.submit(small())
    task.subscribe(lambda state: task.result(1))
    assert len(task.result(20)) == 1
    assert "A listener cannot wait for a task" in caplog.text


def test_stopping_ends_the_waiting_and_resuming_takes_it_up_again(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())
    until(task, lambda state: state.stage is Stage.PROCESSING)

    task.stop()

    assert task.state.stage is Stage.STOPPED
    with pytest.raises(errors.WaitingStopped) as caught:
        task.result(20)
    assert caught.value.billed is Billed.LATER
    assert caught.value.task_id == task.id
    task.stop()  # twice does no harm
    in_process.play("fair")
    task.resume()
    assert task.state.error is None
    assert len(task.result(20)) == 1
    assert in_process.counts()["create"] == 1


def test_a_stopped_task_is_collected_by_recover(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("stuck")
    task = session.submit(small())
    until(task, lambda state: state.stage is Stage.PROCESSING)
    task.stop()
    in_process.play("fair")
    assert session.recover() == [task]
    assert len(task.result(20)) == 1


def test_stopping_before_it_was_sent_sends_nothing(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("429 retry-after", times=None, seconds=30)
    task = session.submit(small())
    until(task, lambda state: state.stage is Stage.QUEUED and bool(state.note))

    task.stop()

    assert task.state.stage is Stage.REFUSED
    with pytest.raises(errors.WaitingStopped) as caught:
        task.result(20)
    assert caught.value.billed is Billed.NO
    in_process.play("fair")
    assert session.recover() == []
    while step_of(session, task) is not Step.REFUSED:
        time.sleep(0.001)
    while session.store.ledger.spent().total:
        time.sleep(0.001)
    assert "accepted" not in in_process.counts()


def test_stopping_while_the_request_is_on_its_way_still_writes_its_id_down(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("slow", seconds=0.3)
    task = session.submit(small())
    while in_process.counts().get("create") != 1:
        time.sleep(0.001)

    task.stop()

    assert task.state.stage is Stage.STOPPED
    assert task.error is not None
    assert task.error.billed is Billed.UNKNOWN
    until(task, lambda state: state.task_id is not None)
    task.resume()
    assert len(task.result(20)) == 1
    assert in_process.counts()["create"] == 1


def test_orders_that_make_no_sense_change_nothing(
    session: Session, small: Small, in_process: InProcess
) -> None:
    task = session.submit(small())
    task.result(20)
    done = task.state
    for order in (task.stop, task.resume, task.look_again, task.send_again):
        order()
    assert task.state == done
    assert in_process.counts()["create"] == 1


def test_an_error_is_one_line_and_can_be_raised_again_and_again(
    session: Session, small: Small, in_process: InProcess
) -> None:
    in_process.play("402 key")
    task = session.submit(small())
    depth = []
    for _ in range(3):
        with pytest.raises(errors.InsufficientCredits) as caught:
            task.result(20)
        depth.append(len(list(caught.traceback)))
    assert len(set(depth)) == 1
    assert len(caught.value._render_traceback_()) == 1


def test_as_a_cells_result_it_is_shown_by_the_notebook_or_told_in_a_line(
    session: Session, small: Small, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    task = session.submit(small())
    task.result(20)
    shown: list[Task] = []
    monkeypatch.setattr(ew, "_show_task", shown.append)
    task._ipython_display_()
    assert shown == [task]
    monkeypatch.undo()
    task._ipython_display_()
    assert "done: 1 picture" in capsys.readouterr().out.lower()
