"""A class on a course gateway: three hundred students ask at once, and again through no gateway.

The service is an emulator without a limit of its own, whose pictures are made beforehand
(`service.py`): the real one draws none on the gateway's machine. It, the gateway and the class have
a process each. Students come within some seconds, each with three asks at once. What is told: how
much longer a create takes through the gateway, the gateway's processor time for it, which does not
depend on what else the machine does, and whether any cap was passed or any ask lost.

    python benchmarks/course.py                 # 300 students × 3, one run, about a minute
    python benchmarks/course.py --within 0      # all 900 in one moment
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import io
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from service import USUAL_SECONDS
from side_by_side import service

BODY = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x1024", "quality": "low", "n": 1}
TEACHER = "a-teacher-of-a-benchmark"


def main() -> int:
    """Measure once; 1 when a cap was passed or an ask was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--asks", type=int, default=3)
    parser.add_argument("--within", type=float, default=30.0, help="seconds in which all come")
    parser.add_argument("--books", default="", help="an address of PostgreSQL; default: a file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(given, Path(folder)))


async def _measure(given: argparse.Namespace, folder: Path) -> int:
    names = [f"student {number:03d}" for number in range(given.students)]
    (folder / "students.csv").write_text("\n".join(["name", *names]))
    books = given.books or str(folder / "course.sqlite")
    made = _run("course", "tokens", "--books", books, "--students", str(folder / "students.csv"))
    tokens = [row["token"] for row in csv.DictReader(io.StringIO(made))]
    with service("--seconds", USUAL_SECONDS, "--prepare", "1024x1024") as told:
        straight = await _class(told["url"], ["any-key"] * len(names), given)
        budget = 1.0  # two of three asks fit into it
        with _serving(
            "course", "serve", "--books", books, "--students", str(folder / "students.csv"),
            "--budget", str(budget), "--port", "0", "--at-once", "64",
            EVOLINK_BASE_URL=told["url"], EVOLINK_TEACHER_TOKEN=TEACHER,
        ) as (gateway, process):  # fmt: skip
            before = _processor_seconds(process)
            through = await _class(gateway, tokens, given)
            used = _processor_seconds(process) - before
            state = await _settled(gateway)
    accepted = [one for one in through if one[1] == 200]
    over = [one for one in state["students"] if one["spent"] + one["reserved"] > budget + 1e-9]
    refused = sum(code == 402 for _, code in through)
    lost = len(through) - len(accepted) - refused
    done = sum(one["done"] for one in state["students"])
    print(f"{given.students} students × {given.asks} asks within {given.within:g} s")
    for name, taken in (("no gateway", straight), ("the gateway", through)):
        times = sorted(seconds * 1000 for seconds, code in taken if code == 200)
        print(f"{name}: create {_at(times, 0.5):.1f} ms, 95 % {_at(times, 0.95):.1f} ms")
    added = _at(sorted(s * 1000 for s, c in through if c == 200), 0.95) - _at(
        sorted(s * 1000 for s, c in straight if c == 200), 0.95
    )
    print(f"added at 95 %: {added:.1f} ms (goal: 50)")
    if used:  # most small copies are made when the class has asked, and are not in it
        print(f"processor time of the gateway: {used / len(through) * 1000:.2f} ms an ask")
    print(f"accepted {len(accepted)}, refused by a cap {refused}, lost {lost}, done {done}")
    print(f"students over their cap: {len(over)}")
    return int(bool(over) or bool(lost) or done != len(accepted))


async def _class(
    address: str, tokens: list[str], given: argparse.Namespace
) -> list[tuple[float, int]]:
    """The seconds and the status of every create."""
    chance = random.Random(7)
    # uvicorn hangs up after 5 s without a request, and httpx keeps a connection as long.
    limits = httpx.Limits(
        max_connections=None, max_keepalive_connections=None, keepalive_expiry=2.0
    )
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=120) as client:

        async def ask(token: str) -> tuple[float, int]:
            began = time.perf_counter()
            reply = await client.post(
                "/v1/images/generations", json=BODY, headers={"Authorization": f"Bearer {token}"}
            )
            return time.perf_counter() - began, reply.status_code

        async def student(token: str, comes_at: float) -> list[tuple[float, int]]:
            await asyncio.sleep(comes_at)
            return list(await asyncio.gather(*(ask(token) for _ in range(given.asks))))

        found = await asyncio.gather(
            *(student(token, given.within * chance.random()) for token in tokens)
        )
    return [one for each in found for one in each]


async def _settled(gateway: str) -> dict:
    head = {"Authorization": f"Bearer {TEACHER}"}
    async with httpx.AsyncClient(base_url=gateway, headers=head, timeout=60) as client:
        for _ in range(240):
            state = (await client.get("/course/state")).json()
            if not any(one["running"] + one["lost"] for one in state["students"]):
                break
            await asyncio.sleep(0.5)
    return dict(state)


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-m", f"evolink_widgets.{module}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextlib.contextmanager
def _serving(module: str, *arguments: str, **environment: str) -> Iterator[tuple[str, int]]:
    """A server of this package; its address, and its process."""
    command = [sys.executable, "-m", f"evolink_widgets.{module}", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = next(word.split("=")[-1] for word in line.split() if "http://" in word)
        yield address, process.pid
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def _processor_seconds(process: int) -> float:
    """What a process has used until now; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _at(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(share * len(times)))] if times else statistics.nan


if __name__ == "__main__":
    sys.exit(main())
