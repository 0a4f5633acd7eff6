"""In real kernels, ipykernel 6 and 7: nothing is blocked, everything can be interrupted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .kernels import RELEASES, Cell, Kernel, kernel

SETUP = """
import asyncio, threading, time
import evolink_widgets as ew
ew.configure(mode="emulator", speed=60)
"""
ASK = "ew.generate('a fox', size='1024x640', quality='low', n=2, fresh=True)"
STUDIO = "studio = ew.ImageStudio(prompt='a fox', size='1024x640', quality='low', n=2)"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared(release: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with kernel(release, tmp_path_factory.mktemp("kernel")) as started:
        started.run(SETUP)
        yield started


@pytest.fixture
def running(shared: Kernel) -> Kernel:
    """A kernel in which nothing is on its way any more."""
    shared.run("ew.weather('fair')\nwhile ew.session().tasks: time.sleep(0.05)")
    shared.settle()
    return shared


with_subshells = pytest.mark.parametrize("release", ["7.0", "7"], indirect=True)


def press(running: Kernel, widget: str) -> dict[str, str]:
    """Press a button that buys: what goes with the purchase."""
    running.tell(widget, {"kind": "press", "id": "p", "press": "p1", "seen": []})
    [ready] = running.run("pass").said("ready")
    return {"press": "p1", "ticket": ready["ticket"]}


def saw_it_all(cell: Cell) -> None:
    """Everything about a run of two pictures was told before the cell was over."""
    stages = [told["run"]["stage"] for told in cell.said("run")]
    assert stages[-1] == "done"
    assert {"sending", "pending"} < set(stages)
    assert [told["buffers"] for told in cell.said("picture")] == [1, 1]
    assert cell.traits("busy") == [True, False]


def test_a_cell_that_sleeps_stops_neither_progress_nor_pictures(running: Kernel) -> None:
    running.run(STUDIO)
    saw_it_all(running.run("studio.run(); time.sleep(3)"))


def test_a_run_from_a_thread_of_the_user_is_told_like_any_other(running: Kernel) -> None:
    running.run(STUDIO)
    saw_it_all(running.run("threading.Thread(target=studio.run).start(); time.sleep(3)"))


def test_observers_hear_of_pictures_and_may_take_their_time(running: Kernel) -> None:
    running.run(STUDIO)
    running.run(
        "seen = []\n"
        "def note(change):\n    time.sleep(1)\n    seen.append(len(change.new))\n"
        "studio.observe(note, 'images')"
    )
    cell = running.run(
        "studio.run().result(20); end = time.time() + 20\n"
        "while 2 not in seen and time.time() < end: time.sleep(0.1)\n"
        "print('saw', seen[-1])"
    )
    assert "saw 2" in cell.text
    assert cell.said("run")[-1]["run"]["stage"] == "done"


def test_a_task_as_a_result_is_replaced_by_its_pictures(running: Kernel) -> None:
    cell = running.run(ASK)
    view, companion = (
        message["content"] for message in cell.messages if message["msg_type"] == "display_data"
    )
    assert "application/vnd.jupyter.widget-view+json" in view["data"]
    assert "Not finished when this was saved" in companion["data"]["text/html"]
    updates = []
    while not updates or updates[-1]["transient"] != view["transient"]:
        updates.append(running.wait_for("update_display_data")["content"])
    # The last output has the copy, and the live view's is emptied.
    *_, copy, emptied = updates
    assert copy["transient"] == companion["transient"]
    assert copy["data"]["text/html"].count("<img ") == 2
    assert "Not finished" not in copy["data"]["text/html"]
    assert emptied["data"] == {"text/html": "", "text/plain": ""}
    closed = running.wait_for("comm_close")["content"]["comm_id"]
    assert closed == view["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]


def test_it_is_replaced_while_another_cell_sleeps(running: Kernel) -> None:
    running.run(ASK)
    cell = running.run("time.sleep(3)")
    updates = [
        m["content"]["data"]["text/html"]
        for m in cell.messages
        if m["msg_type"] == "update_display_data"
    ]
    assert [update.count("<img ") for update in updates][-2:] == [2, 0]


def test_awaiting_is_interrupted_at_once_and_the_task_lives_on(running: Kernel) -> None:
    running.run(f"ew.weather('stuck'); task = {ASK}")
    cell_id = running.start("print('waiting', flush=True)\nawait task")
    running.wait_for("stream")
    running.manager.interrupt_kernel()
    cell = running.finish(cell_id, timeout=10)
    assert cell.error.startswith(("KeyboardInterrupt", "CancelledError"))
    assert cell.error.startswith("KeyboardInterrupt") or "the task goes on" in cell.error
    assert cell.seconds < 3  # a bare await takes 3.5 s and more; on a quiet machine: 0.2 s
    running.run("assert not task.state.stage.ended; ew.weather('fair')")
    assert "2" in running.run("print(len(await task))").text


def test_result_waits_in_a_plain_cell_and_can_be_interrupted(running: Kernel) -> None:
    assert "2" in running.run(f"print(len({ASK}.result(30)))").text
    running.run(f"ew.weather('stuck'); task = {ASK}")
    cell_id = running.start("print('waiting', flush=True)\ntask.result()")
    running.wait_for("stream")
    running.manager.interrupt_kernel()
    cell = running.finish(cell_id, timeout=10)
    assert cell.error.startswith("KeyboardInterrupt")
    assert cell.seconds < 3  # a bare await takes 3.5 s and more; on a quiet machine: 0.2 s


def test_ones_own_coroutine_runs_from_a_plain_cell_and_the_kernel_goes_on(running: Kernel) -> None:
    code = f"""
async def both():
    lock = asyncio.Lock()
    async with lock:
        return len(await {ASK})
print("came", ew.run(both()))
"""
    assert "came 2" in running.run(code).text
    queued = [running.start(f"print({number})") for number in range(4)]
    assert [running.finish(cell_id).text.strip() for cell_id in queued] == ["0", "1", "2", "3"]


def test_an_error_is_one_line_and_not_a_wall(running: Kernel) -> None:
    cell = running.finish(running.start("ew.generate('', n=12)"))
    assert cell.error.startswith("InvalidRequest")
    (content,) = [m["content"] for m in cell.messages if m["msg_type"] == "error"]
    assert len(content["traceback"]) == 1
    assert "n must be a whole number from 1 to 10" in content["traceback"][0]


@with_subshells
def test_a_subshell_asks_and_waits_while_the_main_shell_sleeps(running: Kernel) -> None:
    shell = running.subshell()
    sleeping = running.start("time.sleep(4); print('slept')")
    there = running.start(f"print('came', len({ASK}.result(20)))", subshell=shell)
    assert "came 2" in running.finish(there).text
    assert "slept" in running.finish(sleeping).text


@with_subshells
def test_a_panel_is_answered_on_whichever_shell_the_question_came(running: Kernel) -> None:
    cell = running.run(f"{STUDIO}; print(studio.model_id)")
    widget = cell.text.strip()
    shell = running.subshell()
    pressed = press(running, widget)
    ask = {"kind": "run", "id": "a1", "fields": {"prompt": "an owl"}, **pressed}
    running.tell(widget, {"kind": "hello", "id": "a0"})
    running.tell(widget, ask, subshell=shell)
    running.tell(widget, ask)  # the same once more, as if the answer had been lost
    cell = running.run("time.sleep(3)")
    accepted = cell.said("accepted")
    assert accepted
    assert {told["run"]["key"] for told in accepted} == {accepted[0]["run"]["key"]}
    assert "1" in running.run("print(len(studio.runs))").text


@with_subshells
def test_a_panel_is_answered_while_the_main_shell_sleeps(running: Kernel) -> None:
    widget = running.run(f"{STUDIO}; print(studio.model_id)").text.strip()
    shell = running.subshell()
    ask = {"kind": "run", "id": "a1", "fields": {}, **press(running, widget)}
    sleeping = running.start("time.sleep(4)")
    running.tell(widget, ask, subshell=shell)
    cell = running.finish(sleeping)
    assert cell.said("accepted")
    saw_it_all(cell)


# Which asks belong to one run of a cell: `execution` is found out by looking at the kernel.

ANOTHER = "ew.generate('{}', size='1024x640', quality='low')"
NAMES = "print(*(task.result(30)[0].path.name for task in tasks))"
CELLS = {
    "a loop": "tasks = [{ask} for _ in range(3)]",
    "gathered": "tasks = [{ask} for _ in range(3)]\nawait asyncio.gather(*tasks)",
    "threads": (
        "tasks = []\n"
        "def one(): tasks.append({ask})\n"
        "for _ in range(3):\n"
        "    thread = threading.Thread(target=one); thread.start(); thread.join()"
    ),
}


def names_of(running: Kernel, code: str) -> list[str]:
    return running.run(f"{code}\n{NAMES}").text.split()


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_that_runs_again_gets_its_pictures_again_for_free(
    running: Kernel, kind: str
) -> None:
    code = CELLS[kind].format(ask=ANOTHER.format(f"an otter, {kind}"))
    first = names_of(running, code)
    assert len(set(first)) == 3
    assert names_of(running, code) == first
    reused = running.run("print(*(task.state.reused.pictures for task in tasks))").text
    assert reused.split() == ["1"] * 3


@with_subshells
def test_a_cell_of_a_subshell_is_a_run_of_its_own(running: Kernel) -> None:
    code = f"tasks = [{ANOTHER.format('a stork')} for _ in range(2)]\n{NAMES}"
    first = running.run(code).text.split()
    shell = running.subshell()
    assert running.finish(running.start(code, subshell=shell)).text.split() == first
    assert running.run(code).text.split() == first


def test_the_notebook_is_named_where_the_server_names_it(running: Kernel) -> None:
    ask = ANOTHER.format("a heron")
    running.run(
        f"import os; os.environ['JPY_SESSION_NAME'] = 'birds/herons.ipynb'\n{ask}.result(30)"
    )
    assert "herons.ipynb" in running.run(f"print({ask}.result(30)[0].notebook)").text
    running.run("del os.environ['JPY_SESSION_NAME']")


def test_what_is_still_out_is_said_once_as_plain_output(running: Kernel) -> None:
    running.run(
        "ew.configure(store='left'); ew.weather('stuck'); "
        f"task = {ANOTHER.format('a tern')}\n"
        "while not task.id: time.sleep(0.01)\n"
        "task.stop()\n"
        "while ew.session().store.journal.open_entries()[0].owner: time.sleep(0.01)\n"
        "from evolink_widgets import api; api._told.clear()"
    )
    running.settle()
    cell = running.run(
        f"{ANOTHER.format('a swan')}.result(30); {ANOTHER.format('a crow')}.result(30)"
    )
    assert cell.text.count("1 paid task from ") == 1
    assert "are still yours" in cell.text or "is still yours" in cell.text
    running.run("ew.weather('fair'); ew.configure(store=None)")


def test_ask_time_out_ask_again_in_one_cell_buys_once(running: Kernel) -> None:
    ask = "ew.generate('a bittern', size='816x816', quality='low')"
    running.run("ew.weather('stuck', times=None)")
    tries = running.run(
        f"for _ in range(4):\n    try: {ask}.result(0.3)\n"
        "    except ew.WaitTimeout: print('in vain')"
    )
    assert tries.text.count("in vain") == 4
    running.run("ew.weather('fair')")
    loop = running.run(f"print(*[{ask}.result(30)[0].path.name for _ in range(2)])")
    assert len(set(loop.text.split())) == 2  # a loop makes two sets, the first of them that one
    bought = "print(sum(row.prompt == 'a bittern' for row in ew.spending()))"
    assert running.run(bought).text.strip() == "2"
