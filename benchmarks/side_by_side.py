"""Starts the service and the clients, and prints ratios with their spread."""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LONGEST = 600
"""Seconds after which a child is given up: a benchmark never hangs."""


def options(description: str | None, **defaults: float) -> argparse.Namespace:
    """The command line that the scripts share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=5, help="at least 5 give an honest spread")
    for name, default in defaults.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=type(default), default=default,
            help=f"default: {default}",
        )  # fmt: skip
    return parser.parse_args()


@contextlib.contextmanager
def service(*arguments: object) -> Iterator[dict[str, Any]]:
    """`service.py` in a second process: its first words, as a dictionary."""
    command = [sys.executable, str(HERE / "service.py"), *map(str, arguments)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        yield json.loads(child.stdout.readline())
    finally:
        child.terminate()
        child.wait(10)


@functools.cache
def compiled() -> dict[str, str]:
    """The environment of a Python that keeps compiled modules, whatever this shell says of that.

    A kernel compiles a package once, not at each start, and never while something is timed.
    """
    # Python reads an empty PYTHONDONTWRITEBYTECODE as none.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "compileall", "-q", str(HERE.parent / "evolink_widgets")]
    subprocess.run(command, check=True, env=environment, timeout=LONGEST)
    return environment


def run(script: str, *arguments: object) -> dict[str, Any]:
    """One script in a process of its own; its last line is its result."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=LONGEST, env=compiled()
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def row(name: str, values: Sequence[float], unit: str = "") -> None:
    """Median and spread of one figure over the runs."""
    middle, low, high = statistics.median(values), min(values), max(values)
    print(f"{name:<44} {middle:9.3g}{unit}   [{low:.3g} to {high:.3g}] over {len(values)} runs")
