"""A batch of many rows: how soon it is begun, memory, the loop's lag, throughput, taking it up.

Goals for 10,000 rows: `create` returns within 3 s, memory stays within 300 MB above an idle
client, the kernel's loop is late by at most 50 ms (p99), at least 0.9 of the throughput of the
same asks through `generate`, and a batch of which 9 of 10 rows are in the store is taken up and
answered, the rest bought, within 5 s.

Against it: a loop of `ew.generate` over the same rows, in a store of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from side_by_side import options, row, run, service

SMALL = {"size": "816x816", "quality": "low"}


def frame(rows: int) -> list[dict[str, Any]]:
    """Rows that differ."""
    return [{"animal": f"fox number {number}", "split": number % 2} for number in range(rows)]


def resident() -> float:
    """What this process has in memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


class Lag:
    """How late the loop of this thread is, looked at a hundred times a second."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.memory = 0.0

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            self.late.append(time.perf_counter() - before - 0.01)
            if len(self.late) % 50 == 0:
                self.memory = max(self.memory, resident())

    def p99(self) -> float:
        """The lateness that 99 of 100 looks keep within, in ms."""
        return sorted(self.late)[int(len(self.late) * 0.99)] * 1e3


async def story(kind: str, url: str, folder: str, rows: int) -> dict[str, float]:
    """One of the two ways, from the frame to the last file."""
    import evolink_widgets as ew

    ew.configure(base_url=url, files_url=url, store=folder)
    ew.generate("a warm client", **SMALL).result()
    idle, lag = resident(), Lag()
    watching = asyncio.create_task(lag.watch())
    began = time.perf_counter()
    if kind == "batch":
        made = ew.batch(frame(rows), "a {animal}", **SMALL)
        checked = time.perf_counter()
        run = made.create()
        begun = time.perf_counter()
        await run
        done = run.state.done
    else:
        checked = time.perf_counter()
        tasks = [ew.generate(f"a {one['animal']}", **SMALL) for one in frame(rows)]
        begun = time.perf_counter()
        done = sum([len(await task) for task in tasks])
    ended = time.perf_counter()
    watching.cancel()
    assert done == rows, done
    return {
        "check": checked - began,
        "submit": begun - checked,
        "all": ended - began,
        "lag": lag.p99(),
        "memory": max(lag.memory, resident()) - idle,
    }


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["child"]:
        kind, url, folder, rows = sys.argv[2:]
        print(json.dumps(asyncio.run(story(kind, url, folder, int(rows)))))
        return
    given: argparse.Namespace = options(__doc__, seconds=1.0, rows=10_000)
    found: dict[str, list[float]] = {}

    def note(name: str, results: dict[str, float]) -> None:
        for figure, value in results.items():
            found.setdefault(f"{name}: {figure}", []).append(value)

    for number in range(given.runs):
        with (
            service("--seconds", given.seconds, "--seed", number, "--prepare", "816x816") as place,
            tempfile.TemporaryDirectory() as folder,
        ):
            url, store = place["url"], str(Path(folder) / "batch")
            run("batch.py", "child", "batch", url, store, given.rows * 9 // 10)
            note("9 of 10 there", run("batch.py", "child", "batch", url, store, given.rows))
            whole = run("batch.py", "child", "batch", url, str(Path(folder) / "a"), given.rows)
            loop = run("batch.py", "child", "generate", url, str(Path(folder) / "b"), given.rows)
            note("batch", whole)
            note("generate", loop)
            found.setdefault("throughput, batch / generate", []).append(loop["all"] / whole["all"])

    print(f"{given.rows:,} rows")
    units = {"lag": " ms", "memory": " MB"}
    for name, results in found.items():
        row(name, results, units.get(name.rpartition(" ")[2], "" if "/" in name else " s"))


if __name__ == "__main__":
    main()
