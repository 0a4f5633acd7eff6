"""The published clients of like services beside ours: time, processor time, requests, memory.

All speak to one service on a core of its own; each client has a core, too, and a process for each
run. The runs of one part are interleaved, and what is told are medians and ratios. The peers are
installed into `.venvs/peers` when this is run for the first time.

    python benchmarks/peers.py                        # all parts, about twelve minutes
    python benchmarks/peers.py fifty ten --runs 7     # some of them
    python benchmarks/peers.py eight --clients ours fal aiohttp replicate openai
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOM = HERE.parent / ".venvs" / "peers"
LONGEST = 180
"""Seconds after which one client is given up."""

Result = dict[str, float]


@dataclass(frozen=True)
class Part:
    """One comparison.

    Attributes:
        what: in words.
        how: arguments of `peers_clients.py`.
        clients: who takes part by default; `ours+batch` is ours where the service reads many
            tasks at once.
        goals: what is to be reached: figure, client, beside whom, at most (or at least).
    """

    what: str
    how: tuple[str, ...]
    clients: tuple[str, ...]
    goals: tuple[tuple[str, str, str, str], ...] = ()


def _part(what: str, how: str, clients: str, *goals: tuple[str, str, str, str]) -> Part:
    return Part(what, tuple(how.split()), tuple(clients.split()), goals)


PARTS = {
    "eight": _part(
        "8 tasks of 1 s in flight",
        "--in-flight 8 --tasks 64",
        "ours fal",
        ("delay", "ours", "fal", "≤ 0.4"),
        ("polls", "ours", "fal", "≤ 0.35"),
    ),
    "fifty": _part(
        "50 tasks of 1 s in flight",
        "--in-flight 50 --tasks 200 --warm 25",
        "ours fal aiohttp",
        ("cpu", "ours", "aiohttp", "≤ 3"),
        ("delay", "ours", "fal", "≤ 0.4"),
        ("polls", "ours", "fal", "≤ 0.35"),
    ),
    "two-hundred": _part(
        "200 tasks of 1 s in flight",
        "--in-flight 200 --tasks 600 --warm 25",
        "ours aiohttp",
        ("cpu", "ours", "aiohttp", "≤ 3"),
        ("tasks", "ours", "aiohttp", "≥ 0.95"),
        ("delay", "ours", "aiohttp", "≤ 0.5"),
    ),
    "ten": _part(
        "8 tasks of 10 s in flight, 30 ms of round trip, uneven progress",
        "--in-flight 8 --tasks 16 --seconds 10 --spread 0.22 --round-trip 0.03 --shape uneven",
        "ours fal",
        ("delay", "ours", "fal", "≤ 0.9"),
        ("polls", "ours", "fal", "≤ 0.15"),
    ),
    "lying": _part(
        "50 tasks of 3 s in flight, 30 ms of round trip, progress that lies",
        "--in-flight 50 --tasks 100 --warm 25 --seconds 3 --round-trip 0.03 --shape lying",
        "ours fal",
    ),
    "large": _part(
        "50 tasks of 1 s in flight, pictures of 8 MB",
        "--in-flight 50 --tasks 100 --warm 4 --bytes 8000000",
        "ours aiohttp",
        ("cpu", "ours", "aiohttp", "≤ 1.2"),
        ("delay", "ours", "aiohttp", "≤ 0.6"),
        ("memory", "ours", "", "≤ 40"),
    ),
    "batch": _part(
        "300 tasks of 5 s in flight, 30 ms of round trip, a service that reads many at once",
        "--in-flight 300 --tasks 600 --warm 25 --seconds 5 --round-trip 0.03",
        "ours ours+batch",
        ("polls", "ours+batch", "", "≤ 0.2"),
        ("delay", "ours+batch", "ours", "≤ 1"),
    ),
}

FIGURES = {
    "tasks": "tasks/s",
    "cpu": "CPU ms a task",
    "delay": "delay ms",
    "late": "95 % ms",
    "polls": "polls a task",
    "requests": "requests a task",
    "memory": "MB above idle",
}


def environment() -> Path:
    """The Python that has the peers, made when it is not there or its list has changed."""
    python = ROOM / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted, has = HERE / "peers.txt", ROOM / "peers.txt"
    if not has.exists() or has.read_text() != wanted.read_text():
        print("Making .venvs/peers; this takes a minute.", file=sys.stderr)
        venv.create(ROOM, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "-q", "-r", str(wanted)]
        subprocess.run(command, check=True, cwd=HERE.parent, stdout=sys.stderr, timeout=600)
        has.write_text(wanted.read_text())
    return python


@contextlib.contextmanager
def service(python: Path, core: int | None) -> Iterator[int]:
    """The service in a second process; its port."""
    command = [str(python), str(HERE / "peers_service.py"), *_on(core)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=with_checkout())
    try:
        assert child.stdout is not None
        yield int(json.loads(child.stdout.readline())["port"])
    finally:
        child.terminate()
        child.wait(10)


def run(python: Path, client: str, part: Part, port: int, core: int | None, seed: int) -> Result:
    """One client, once."""
    name, _, extra = client.partition("+")
    how = [*part.how, "--seed", str(seed), *(["--batches"] if extra else []), *_on(core)]
    command = [str(python), str(HERE / "peers_clients.py"), name, str(port), *how]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=LONGEST, env=with_checkout()
    )
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def _on(core: int | None) -> list[str]:
    return [] if core is None else ["--core", str(core)]


def with_checkout() -> dict[str, str]:
    """This checkout goes before whatever is installed, and modules stay compiled."""
    return {**os.environ, "PYTHONPATH": str(HERE.parent), "PYTHONDONTWRITEBYTECODE": ""}


def table(part: Part, found: dict[str, list[Result]]) -> list[str]:
    """One part as Markdown: a row a client, and the ratios that were to be reached."""
    runs = len(next(iter(found.values())))
    lines = [f"**{part.what}**, {runs} runs", ""]
    lines += [f"| client | {' | '.join(FIGURES.values())} |", "|---" * (1 + len(FIGURES)) + "|"]
    for client, results in found.items():
        cells = [f"{_middle(results, name):.3g}" for name in FIGURES]
        lines.append(f"| {client} | {' | '.join(cells)} |")
    lines.append("")
    for figure, client, other, goal in part.goals:
        if client not in found or (other and other not in found):
            continue
        ours = [result[figure] for result in found[client]]
        beside = [result[figure] for result in found[other]] if other else [1.0] * runs
        ratios = [one / it for one, it in zip(ours, beside, strict=True)]
        middle = statistics.median(ratios)
        sign, _, bound = goal.partition(" ")
        reached = middle <= float(bound) if sign == "≤" else middle >= float(bound)
        name = f"{FIGURES[figure]}, {client}" + (f" / {other}" if other else "")
        spread = f"[{min(ratios):.3g} to {max(ratios):.3g}]"
        lines.append(
            f"- {name}: **{middle:.3g}** {spread}; goal {goal}{'' if reached else ': not reached'}"
        )
    return [*lines, ""]


def _middle(results: Sequence[Result], name: str) -> float:
    return statistics.median(result[name] for result in results)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; by default all")
    parser.add_argument("--runs", type=int, default=5, help="at least 5 give an honest spread")
    parser.add_argument("--clients", nargs="+", help="in the place of those that each part names")
    parser.add_argument("--how", default="", help="more arguments of peers_clients.py, such as "
                        "'--shape none --round-trip 0.03'")  # fmt: skip
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    python = environment()
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    mine, its = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    with service(python, its) as port:
        for name in given.parts or PARTS:
            part = PARTS[name]
            part = Part(part.what, (*part.how, *given.how.split()), part.clients, part.goals)
            found: dict[str, list[Result]] = {one: [] for one in given.clients or part.clients}
            for number in range(given.runs):
                for client, results in found.items():
                    results.append(run(python, client, part, port, mine, number))
            print("\n".join(table(part, found)), flush=True)


if __name__ == "__main__":
    main()
