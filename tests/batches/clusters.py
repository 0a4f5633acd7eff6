"""A served emulator, where all is counted, and a cluster of two processes beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services import environment, until

SMALL = {"size": "816x816", "quality": "low"}


class Served:
    """An emulator on a port, in a process of its own."""

    def __init__(self, memory: Path, *options: str) -> None:
        self.memory = memory
        command = [
            *(sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--no-rate-limit"),
            *("--memory", str(memory), *options),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment())
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        self.api = next(word for word in line.split() if word.startswith("http"))

    def counts(self) -> Counter[str]:
        """How often what was asked for since the start."""
        with urllib.request.urlopen(f"{self.api}/emulator/counts", timeout=10) as reply:
            return Counter(json.load(reply))

    def play(self, fault: str, **how: Any) -> None:
        """Play a fault."""
        body = json.dumps({"play": fault, **how}).encode()
        with urllib.request.urlopen(f"{self.api}/emulator/weather", body, timeout=10):
            pass

    @property
    def prompts(self) -> list[str]:
        """What it has accepted, each time."""
        if not self.memory.exists():
            return []
        lines = self.memory.read_bytes().split(b"\n")
        return [json.loads(line)["task"]["ask"]["prompt"] for line in lines if b'"task":' in line]

    def accepts(self, count: int) -> None:
        """Wait until it has accepted so many."""
        until(lambda: self.counts()["accepted"] >= count, 120)

    def reads(self, ids: int) -> None:
        """Wait until so many more ids were asked for: whoever asks has written them down."""
        before = self.counts()["batch ids"]
        until(lambda: self.counts()["batch ids"] >= before + ids, 120)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def two_workers(scratch: Path) -> Iterator[Any]:
    """A client of a local cluster of two processes."""
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address=":0", memory_limit=0, local_directory=str(scratch),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):  # fmt: skip
        yield client


def kill(client: Any, count: int = 1) -> None:
    """Kill so many workers' processes; their nannies begin others."""
    for pid in sorted(client.run(os.getpid).values())[:count]:
        os.kill(pid, signal.SIGKILL)


def rows(count: int) -> list[dict[str, str]]:
    """So many rows that differ."""
    return [{"animal": f"fox number {number}"} for number in range(count)]


def prompts(frame: list[dict[str, Any]]) -> set[str]:
    """What rows ask for."""
    return {f"a {row['animal']}" for row in frame}
