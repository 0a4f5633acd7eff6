"""How long a request that was paid for takes to be answered from a store of 10,000 pictures.

From `submit` to its pictures, in one process that has asked before, with four pictures each;
against it: the same rows read with bare sqlite3, and a look whether the files are there. A new
kernel's first ask is measured apart: it loads and wires everything. Goal: at most 20 ms.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from gallery import PROMPTS, fill
from side_by_side import options, row, run


def one_run(root: Path, asks: int) -> dict[str, float]:
    """Milliseconds: the first answer, and the median, worst and bare ones of the others."""
    import evolink_widgets as ew

    ew.configure(store=root, mode="emulator", spend="never")
    bare = sqlite3.connect(root / "evolink.sqlite")
    times: list[float] = []
    bare_times: list[float] = []
    for number in range(asks + 1):
        request = ew.ImageRequest(f"{PROMPTS[number % 4]}, number {number}", n=4)
        began = time.perf_counter()
        images = ew.session().submit(request, execution=None).result(60)
        times.append((time.perf_counter() - began) * 1000)
        assert len(images) == 4
        began = time.perf_counter()
        query = "SELECT pictures.*, recipe FROM pictures JOIN sets USING (key) WHERE key = ?"
        found = bare.execute(query, (images[0].task_key,)).fetchall()
        assert all((root / line[2]).is_file() for line in found)
        bare_times.append((time.perf_counter() - began) * 1000)
    first, *others = times
    return {
        "first": first,
        "median": statistics.median(others),
        "worst": max(others),
        "ratio": statistics.median(others) / statistics.median(bare_times[1:]),
    }


def main() -> None:
    """Measure and print."""
    if "--one" in sys.argv:
        print(json.dumps(one_run(Path(sys.argv[-2]), int(sys.argv[-1]))))
        return
    given = options(__doc__, pictures=10_000, asks=200)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pictures"
        fill(root, given.pictures)
        found = [run("reuse.py", "--one", root, given.asks) for _ in range(given.runs)]
    print(f"{given.asks} asks for 4 pictures, store of {given.pictures:,}")
    row("an answer from the store", [one["median"] for one in found], " ms")
    row("the slowest of them", [one["worst"] for one in found], " ms")
    row("the first of a new kernel", [one["first"] for one in found], " ms")
    row("ours / bare sqlite3", [one["ratio"] for one in found])


if __name__ == "__main__":
    main()
