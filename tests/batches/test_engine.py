"""A batch on the workers of a cluster: bought once, booked here, fetched there, brought home."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from services import environment

import evolink_widgets as ew
from evolink_widgets import connect
from evolink_widgets.store import in_use

distributed = pytest.importorskip("distributed")


class Served:
    """An emulator on a port, in a process of its own: the one place where all is counted."""

    def __init__(self, memory: Path, *options: str) -> None:
        self.memory = memory
        command = [
            *(sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--no-rate-limit"),
            *("--memory", str(memory), *options),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment())
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        print(line)
        self.api = next(word for word in line.split() if word.startswith("http")).rstrip(",;")

    def counts(self) -> dict[str, float]:
        with urllib.request.urlopen(f"{self.api}/emulator/counts", timeout=10) as reply:
            return dict(json.load(reply))

    @property
    def prompts(self) -> list[str]:
        lines = self.memory.read_bytes().split(b"\n")
        return [json.loads(line)["task"]["ask"]["prompt"] for line in lines if b'"task":' in line]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = Served(tmp_path / "memory.jsonl", "--speed", "40")
    yield found
    found.close()


@pytest.fixture
def driver(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(connect, "_state", connect.State())
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse())
    monkeypatch.chdir(tmp_path)
    ew.configure(base_url=served.api, store=tmp_path / "driver")
    yield
    if connect._state.session is not None:
        connect._state.session.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            local_directory=str(tmp_path / "scratch"),
        ) as cluster,
        distributed.Client(cluster) as found,
    ):
        yield found


def rows(count: int) -> list[dict[str, str]]:
    return [{"animal": f"fox number {number}"} for number in range(count)]


SMALL = {"size": "816x816", "quality": "low"}


@pytest.mark.usefixtures("driver")
def test_two_workers_bring_distinct_recipes_home(
    client: Any, served: Served, tmp_path: Path
) -> None:
    b = ew.batch([*rows(24), *rows(4)], "a {animal}", **SMALL)
    run = b.create(on=client, worker_store=tmp_path / "workers").result(60)
    frame = run.to_frame()
    assert [row["errortype"] for row in frame] == [None] * 28
    assert len({row["path"] for row in frame}) == 24
    assert sorted(served.prompts) == sorted({f"a {row['animal']}" for row in rows(24)})
    assert run.state.new == 24
    assert sum(row["credits"] for row in frame) == pytest.approx(ew.spending().total.charged)
    assert ew.spending().total.charged == pytest.approx(served.counts()["charged credits"])
    assert list((tmp_path / "workers").iterdir()) == [], "what is home is kept once"
