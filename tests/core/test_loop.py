"""One loop thread for the whole process, usable from any thread, and anew after a fork."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evolink_widgets.core import loop
from evolink_widgets.core.loop import SharedWork, Workers


async def where() -> tuple[str, int]:
    return threading.current_thread().name, id(asyncio.get_running_loop())


def test_every_thread_and_loop_is_served_by_the_same_thread() -> None:
    async def from_a_loop_of_its_own() -> tuple[str, int]:
        return await asyncio.wrap_future(loop.run_on_loop(where()))

    with ThreadPoolExecutor(4) as threads:
        seen = set(threads.map(lambda _: loop.wait_on_loop(where()), range(20)))
        seen |= set(threads.map(lambda _: asyncio.run(from_a_loop_of_its_own()), range(4)))

    assert len(seen) == 1
    assert next(iter(seen))[0] == "evolink-io"


def test_a_coroutine_sees_the_context_of_the_thread_that_asked() -> None:
    cell = contextvars.ContextVar("cell", default="none")

    async def read() -> str:
        return cell.get()

    context = contextvars.copy_context()
    context.run(cell.set, "cell 7")

    assert context.run(loop.wait_on_loop, read()) == "cell 7"
    assert loop.wait_on_loop(read()) == "none"


def test_waiting_is_given_up_in_time_and_the_coroutine_is_cancelled() -> None:
    ended = threading.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError, match=r"0\.05 s"):
        loop.wait_on_loop(endless(), 0.05)
    assert ended.wait(5)


def test_a_time_out_of_the_coroutine_itself_is_its_own() -> None:
    async def fails() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        loop.wait_on_loop(fails(), 5)


def test_the_loop_refuses_to_wait_for_itself() -> None:
    async def inside() -> None:
        assert loop.on_loop()
        loop.wait_on_loop(where())

    with pytest.raises(RuntimeError, match="cannot wait for itself"):
        loop.wait_on_loop(inside())
    assert not loop.on_loop()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="there are no signals to threads")
def test_control_c_is_noticed_at_once_while_a_thread_waits() -> None:
    main = threading.main_thread().ident
    assert main is not None
    began = threading.Event()

    async def endless() -> None:
        began.set()
        await asyncio.Event().wait()

    def interrupt() -> None:
        began.wait(5)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        loop.wait_on_loop(endless())
    assert time.monotonic() - start < 3


FORKED = """
import os, warnings
warnings.simplefilter("ignore")  # that other threads do not survive is the point
from evolink_widgets.core import loop
async def answer(): return 42
assert loop.wait_on_loop(answer()) == 42
before = loop.generation()
child = os.fork()
if child == 0:
    ok = loop.wait_on_loop(answer(), 5) == 42 and loop.generation() == before + 1
    os._exit(0 if ok else 1)
_, status = os.waitpid(child, 0)
assert loop.wait_on_loop(answer()) == 42
raise SystemExit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_the_child_of_a_fork_has_a_loop_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], timeout=30, check=False)
    assert done.returncode == 0


def test_workers_return_results_and_raise_errors_without_blocking_the_loop() -> None:
    async def ask() -> tuple[str, str]:
        workers = Workers("test", 2)
        gate = threading.Event()
        blocked = asyncio.ensure_future(workers.run(gate.wait, 5))
        name = await workers.run(lambda: threading.current_thread().name)
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 / 0)
        gate.set()
        assert await blocked
        workers.close()
        return name, await workers.run(lambda: "open again")

    name, again = loop.wait_on_loop(ask())
    assert name.startswith("test-")
    assert again == "open again"


def test_one_worker_keeps_the_order_of_its_jobs() -> None:
    async def ask() -> list[int]:
        workers, seen = Workers("test", 1), list[int]()
        await asyncio.gather(*(workers.run(seen.append, number) for number in range(50)))
        return seen

    assert loop.wait_on_loop(ask()) == list(range(50))


def test_a_job_runs_to_its_end_when_nobody_waits_any_more() -> None:
    async def ask() -> bool:
        workers = Workers("test", 1)
        begun, here = asyncio.Event(), asyncio.get_running_loop()
        gate, done = threading.Event(), threading.Event()

        def job() -> None:
            here.call_soon_threadsafe(begun.set)
            gate.wait(5)
            done.set()

        waiting = asyncio.ensure_future(workers.run(job))
        await begun.wait()
        waiting.cancel()
        gate.set()
        return await workers.run(done.is_set)

    assert loop.wait_on_loop(ask())


def test_a_job_that_comes_after_the_end_of_a_busy_worker_is_done() -> None:
    """It was put in the queue of a thread that had ended, and its caller waited for ever."""

    async def ask() -> str:
        workers = Workers("ending", 1)
        begun, here = asyncio.Event(), asyncio.get_running_loop()
        gate, thread = threading.Event(), list[threading.Thread]()

        def job() -> None:
            thread.append(threading.current_thread())
            here.call_soon_threadsafe(begun.set)
            gate.wait(5)

        waiting = asyncio.ensure_future(workers.run(job))
        await begun.wait()
        workers.close()
        gate.set()
        await waiting
        thread[0].join(5)
        return await workers.run(lambda: "done")

    assert loop.wait_on_loop(ask(), 10) == "done"


def test_an_answer_that_comes_as_a_slice_ends_is_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "SLICE", 0.0)  # every look ends before anything can have come

    async def soon(number: int) -> int:
        await asyncio.sleep(0)
        return number

    assert [loop.wait_on_loop(soon(number)) for number in range(2000)] == list(range(2000))


def test_where_no_thread_can_start_one_sentence_says_so_and_nothing_is_left(
    tmp_path: Path,
) -> None:
    code = """
import sys, sysconfig, threading
import evolink_widgets as ew
ew.configure(mode="emulator", store=sys.argv[1])
sysconfig.get_config_vars()  # read while Python still knows its platform

def start(thread):
    raise RuntimeError("can't start new thread")

sys.platform, threading.Thread.start = "emscripten", start  # as in Pyodide
for ask in (lambda: ew.generate("a fox"), ew.recover):
    try:
        ask()
    except ew.ConfigurationError as error:
        assert "JupyterLite" in str(error), error
    else:
        raise AssertionError("it was asked for")
assert ew.session().store.journal.open_entries() == []
ew.ImageStudio(prompt="a fox"), ew.estimate("a fox"), ew.spending()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "store")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_what_waits_at_the_same_moment_is_done_by_one_job() -> None:
    workers = Workers("shared", 1)
    jobs: list[list[int]] = []

    def work(together: list[int]) -> list[int | Exception]:
        jobs.append(together)
        return [ValueError(one) if one == 3 else one * 10 for one in together]

    async def story() -> list[object]:
        shared: SharedWork[int, int] = SharedWork(workers, work)
        free = threading.Event()
        occupied = asyncio.ensure_future(workers.run(free.wait, 30))
        await asyncio.sleep(0)
        waiting = [asyncio.ensure_future(shared.do(number)) for number in range(5)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        free.set()
        await occupied
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        return [*outcomes, await shared.do(7)]

    first, cancelled, second, failed, third, alone = loop.wait_on_loop(story(), 30)
    workers.close()

    assert (first, second, third, alone) == (0, 20, 40, 70)
    assert isinstance(cancelled, asyncio.CancelledError)
    assert isinstance(failed, ValueError)
    assert jobs == [[0, 1, 2, 3, 4], [7]]


def test_work_that_fails_as_a_whole_fails_for_each_and_the_next_goes_on() -> None:
    workers = Workers("shared", 1)

    def work(together: list[str]) -> list[str | Exception]:
        if "all" in together:
            raise OSError("the disk is gone")
        return list(together)

    async def story() -> list[object]:
        shared: SharedWork[str, str] = SharedWork(workers, work)
        first = await asyncio.gather(shared.do("all"), shared.do("too"), return_exceptions=True)
        return [*first, await shared.do("next")]

    *failed, following = loop.wait_on_loop(story(), 30)
    workers.close()
    assert [str(one) for one in failed] == ["the disk is gone"] * 2
    assert following == "next"
