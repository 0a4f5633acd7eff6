"""In real kernels, ipykernel 6 and 7: nothing is blocked, everything can be interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .kernels import PINS, Kernel, kernel

SETUP = """
import asyncio, time
import evolink_widgets as ew
ew.configure(mode="emulator", speed=60)
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(params=PINS)
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kernel]:
    with kernel(request.param, tmp_path) as started:
        started.run(SETUP)
        yield started


def test_a_cell_that_sleeps_stops_neither_progress_nor_pictures(running: Kernel) -> None:
    running.run("studio = ew.ImageStudio(prompt='a fox', size='1024x640', quality='low', n=2)")
    cell = running.run("studio.run(); time.sleep(6)")
    stages = [run["stage"] for run in cell.runs()]
    assert stages[-1] == "done"  # told before the sleeping cell was over
    assert "processing" in stages
    thumbnails = [
        message
        for message in cell.messages
        if message["msg_type"] == "comm_msg"
        and (message["content"]["data"].get("content") or {}).get("kind") == "picture"
    ]
    assert len(thumbnails) == 2
    assert all(message["buffers"] for message in thumbnails)
    states = [
        m["content"]["data"].get("state", {}) for m in cell.messages if m["msg_type"] == "comm_msg"
    ]
    assert {"busy": False} in [{"busy": s["busy"]} for s in states if "busy" in s]


def test_a_task_as_a_result_is_replaced_by_its_pictures(running: Kernel) -> None:
    cell = running.run("ew.generate('a fox', size='1024x640', quality='low', n=2)\n")
    shown = next(m for m in cell.messages if m["msg_type"] == "display_data")
    assert "application/vnd.jupyter.widget-view+json" in shown["content"]["data"]
    update = running.wait_for("update_display_data")
    assert update["content"]["transient"] == shown["content"]["transient"]
    assert update["content"]["data"]["text/html"].count("<img ") == 2


def test_awaiting_is_interrupted_at_once_and_the_task_lives_on(running: Kernel) -> None:
    running.run("ew.weather('stuck'); task = ew.generate('a fox', size='1024x640', quality='low')")
    cell_id = running.start("print('waiting', flush=True)\nawait task")
    running.wait_for("stream")
    running.manager.interrupt_kernel()
    cell = running.finish(cell_id, timeout=10)
    assert cell.error.startswith(("KeyboardInterrupt", "CancelledError"))
    assert cell.seconds < 1.0
    running.run("assert not task.state.stage.ended; ew.weather('fair')")
    assert "1" in running.run("print(len(await task))").text


def test_result_waits_in_a_plain_cell_and_can_be_interrupted(running: Kernel) -> None:
    ask = "ew.generate('a fox', size='1024x640', quality='low')"
    assert "1" in running.run(f"print(len({ask}.result(30)))").text
    running.run(f"ew.weather('stuck'); task = {ask}")
    cell_id = running.start("print('waiting', flush=True)\ntask.result()")
    running.wait_for("stream")
    running.manager.interrupt_kernel()
    cell = running.finish(cell_id, timeout=10)
    assert cell.error.startswith("KeyboardInterrupt")
    assert cell.seconds < 1.0


def test_ones_own_coroutine_runs_from_a_plain_cell_and_the_kernel_goes_on(running: Kernel) -> None:
    code = """
async def both():
    lock = asyncio.Lock()
    async with lock:
        return len(await ew.generate("a fox", size="1024x640", quality="low"))
print("came", ew.run(both()))
"""
    assert "came 1" in running.run(code).text
    queued = [running.start(f"print({number})") for number in range(4)]
    assert [running.finish(cell_id).text.strip() for cell_id in queued] == ["0", "1", "2", "3"]


def test_an_error_is_one_line_and_not_a_wall(running: Kernel) -> None:
    cell = running.finish(running.start("ew.generate('', n=12)"))
    assert cell.error.startswith("InvalidRequest")
    (content,) = [m["content"] for m in cell.messages if m["msg_type"] == "error"]
    assert len(content["traceback"]) == 1
    assert "n must be" in content["traceback"][0]
