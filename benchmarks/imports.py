"""`import evolink_widgets` against `import ipywidgets`, net of Python's own start.

Goal: at most 10 ms beyond ipywidgets and anywidget, which a kernel with widgets has anyway;
a first panel in at most 150 ms of Python; the first `generate()` back in at most 20 ms, with the
time of the caller's thread beside it, for a busy machine's threads take turns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from side_by_side import compiled, options, row

WATCH = "from time import perf_counter as now; start = now(); {}; print(now() - start)"
ASKS = (
    "import os, sys, tempfile, time; os.chdir(tempfile.mkdtemp()); "
    "import ipykernel.kernelapp, ipywidgets, anywidget, evolink_widgets as ew; "
    "start, spent = now(), time.thread_time(); ew.generate('a fox', size='1:1', quality='low'); "
    "print({}); sys.stdout.flush(); os._exit(0)"
)
HAS = "import ipykernel.kernelapp, ipywidgets, anywidget; start = now(); "


def seconds(statement: str) -> float:
    """What a statement takes in a fresh Python, as that Python says."""
    command = [sys.executable, "-c", WATCH.format(statement)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=60, env=compiled()
    )
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print."""
    given = options(__doc__)
    statements = {
        "import ipywidgets": "import ipywidgets",
        "import evolink_widgets": "import evolink_widgets",
        "the same, in a kernel with ipywidgets and anywidget": HAS + "import evolink_widgets",
        "first ImageStudio() there": HAS + "import evolink_widgets as ew; ew.ImageStudio()",
        "first generate() there": ASKS.format("now() - start"),
        "the same, of its own thread": ASKS.format("time.thread_time() - spent"),
    }
    found: dict[str, list[float]] = {name: [] for name in statements}
    for name in statements:
        seconds(statements[name])  # compiled and in the page cache from here on
    for _ in range(given.runs):
        for name, statement in statements.items():
            found[name].append(statistics.median(seconds(statement) for _ in range(3)))

    for name, times in found.items():
        row(name, [1000 * one for one in times], " ms")
    pairs = zip(found["import evolink_widgets"], found["import ipywidgets"], strict=True)
    row("evolink_widgets / ipywidgets", [our / theirs for our, theirs in pairs])


if __name__ == "__main__":
    main()
