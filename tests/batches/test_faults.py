"""Storms, a dead network, a full disk and a killed kernel: each leaves a frame that is true."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from services import InProcess, OnPort, environment, until

import evolink_widgets as ew
from evolink_widgets.batches.batch import Batch
from evolink_widgets.batches.runs import buying
from evolink_widgets.core.session import Session

Make = Callable[..., Batch]
Animals = Callable[[int], list[dict[str, str]]]
PROGRAM = Path(__file__).parent / "programs" / "mortal_batch.py"


class Cable:
    """An emulator on a port, in a process of its own, whose cable can be pulled."""

    def __init__(self, memory: Path) -> None:
        self.memory = memory
        self.ports = [free_port(), free_port()]
        self.mend()

    def mend(self) -> None:
        """Serve it, on the same port as before; it remembers its tasks."""
        api, media = map(str, self.ports)
        command = [
            *(sys.executable, "-m", "evolink_widgets.emulator", "--port", api, "--media-port"),
            *(media, "--speed", "60", "--no-rate-limit", "--memory", str(self.memory)),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment())
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def cut(self) -> None:
        """Let every connection be refused from now on."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def prompts(self) -> list[str]:
        """What the service has accepted."""
        return accepted(self.memory)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def accepted(memory: Path) -> list[str]:
    """The prompts of the tasks in an emulator's memory."""
    lines = memory.read_bytes().split(b"\n") if memory.exists() else []
    return [json.loads(line)["task"]["ask"]["prompt"] for line in lines if b'"task":' in line]


@pytest.fixture
def cable(use: Callable[..., Session], tmp_path: Path) -> Iterator[Cable]:
    served = Cable(tmp_path / "memory.jsonl")
    api, media = (f"http://127.0.0.1:{port}" for port in served.ports)
    port = OnPort(api, media)
    use(store="cabled", service=port.name, base_url=api, files_url=api, transport=port.transport)
    yield served
    served.cut()


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buying, "PAUSES", (0.05, 0.1, 0.2))


def types(frame: list[dict[str, Any]]) -> list[str | None]:
    return [row["errortype"] for row in frame]


def test_a_storm_of_429_is_waited_out(batch: Make, service: InProcess, animals: Animals) -> None:
    service.play("429 retry-after", times=6, seconds=0.2)
    run = batch(animals(30)).create().result(120)
    assert types(run.to_frame()) == [None] * 30
    assert service.counts()["accepted"] == 30
    assert ew.spending().total.tasks == 30


def test_a_network_that_comes_back_loses_no_row(
    batch: Make, cable: Cable, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 4)
    monkeypatch.setattr(buying, "PAUSES", (0.05,) * 200)
    run = batch(animals(16)).create()
    until(lambda: run.state.new >= 4)
    cable.cut()
    until(lambda: run.state.held is not None)
    assert run.state.head == "No network"
    assert "next look in 1 s" in str(run.state)
    assert run.state.unsent > 0
    assert "wait:" in repr(run)
    cable.mend()
    frame = run.result(120).to_frame()
    assert len(cable.prompts) == len(set(cable.prompts)), "nothing is bought twice"
    # What was on its way when the cable was cut is unknown, or paid for and not fetched yet.
    assert set(types(frame)) <= {None, "OutcomeUnknown", "DownloadFailed"}
    last = run.create(errors_only=True).result(120).to_frame()
    assert set(types(last)) <= {None, "OutcomeUnknown"}
    here = {f"a {row['animal']}" for row in last if row["image"]}
    assert here == set(cable.prompts), "all that was accepted is here, and nothing twice"
    assert len(cable.prompts) == len(here)


def test_a_network_that_stays_away_leaves_the_rest_unsent(
    batch: Make, cable: Cable, animals: Animals
) -> None:
    cable.cut()
    run = batch(animals(6)).create().result(120)
    frame = run.to_frame()
    assert set(types(frame)) == {"Unreachable"}
    assert {row["credits"] for row in frame} == {0.0}
    assert cable.prompts == []
    cable.mend()
    again = run.create(errors_only=True).result(120)
    assert types(again.to_frame()) == [None] * 6
    assert len(cable.prompts) == 6


def test_a_full_disk_sends_nothing_more(
    batch: Make, service: InProcess, animals: Animals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buying, "AT_ONCE", 2)
    run = batch(animals(8)).create()
    until(lambda: run.state.new >= 2)
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 0))
        run.result(60)
    frame = run.to_frame()
    assert run.state.new + types(frame).count("StoreFull") == 8
    assert run.state.new < 8
    assert service.counts()["accepted"] == run.state.new
    assert "MB free" in next(row["errormsg"] for row in frame if row["errormsg"])
    assert run.create(errors_only=True).result(60).state.failed == 0
    assert service.counts()["accepted"] == 8


def test_lost_replies_are_found_and_not_bought_again(
    batch: Make, service: InProcess, animals: Animals
) -> None:
    service.play("reply lost", times=2, after=1)
    run = batch(animals(6)).create().result(120)
    if run.state.failed:  # what could not be told apart is unknown, and looked for again
        assert set(filter(None, types(run.to_frame()))) == {"OutcomeUnknown"}
        assert [row["credits"] for row in run.to_frame() if row["errortype"]] == [None, None]
    run.create(errors_only=True).result(120)
    assert service.counts()["accepted"] == 6


@pytest.mark.parametrize(
    ("fault", "kind"), [("402 account", "InsufficientCredits"), ("401", "AuthenticationError")]
)
def test_what_no_row_gets_past_ends_the_run(
    batch: Make, service: InProcess, animals: Animals, fault: str, kind: str
) -> None:
    service.play(fault, times=500)
    run = batch(animals(40)).create().result(60)
    assert set(types(run.to_frame())) == {kind}
    assert service.counts().get("accepted", 0) == 0


@pytest.mark.usefixtures("own_settings")
def test_a_killed_kernel_is_taken_up_and_nothing_is_bought_twice(tmp_path: Path) -> None:
    rows, folder = 24, tmp_path / "store"
    killed = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), str(rows), "4"],
        env=environment(), timeout=120, capture_output=True, text=True,
    )  # fmt: skip
    assert killed.returncode == -9, killed.stderr
    ew.configure(store=folder, speed=40, seed=1)
    frame = [{"animal": f"fox number {number}"} for number in range(rows)]
    run = ew.batch(frame, "a {animal}", size="816x816", quality="low").create().result(120)
    found = run.to_frame()
    assert types(found) == [None] * rows
    assert run.state.stored >= 4, "what was sent and paid for is collected"
    asked = accepted(folder / ".emulator.jsonl")
    assert len(asked) == len(set(asked)) == rows
    assert ew.spending().total.tasks == rows


def test_a_script_whose_last_line_begins_a_run_goes_on(tmp_path: Path) -> None:
    program = f"""
import evolink_widgets as ew
ew.configure(store={str(tmp_path / "store")!r}, speed=300)
rows = [{{"animal": str(number)}} for number in range(5)]
run = ew.batch(rows, "a fox, number {{animal}}", size="816x816", quality="low").create()
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment(), timeout=120, capture_output=True
    )
    assert ran.returncode == 0, ran.stderr
    assert len(list((tmp_path / "store").glob("*_1.[pjw]*"))) == 5


def test_another_session_of_the_process_may_be_closed(
    batch: Make, use: Callable[..., Session], animals: Animals
) -> None:
    """`ew.configure` makes a new session; a run stays with the one that it began with."""
    run = batch(animals(12)).create()
    use(store="other")
    assert run.result(60).state.new == 12
