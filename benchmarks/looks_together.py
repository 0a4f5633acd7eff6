"""Many tasks read in batches or singly: the real watcher on a loop whose clock jumps.

Nothing here waits and nothing costs processor time: the loop's clock goes at once to the next
timer. So what is told is the policy alone, at a few hundred tasks in flight: how long after its end
a task is known to have ended, and how many requests a task took, from the time at which all places
are taken until they are not any more.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import selectors
from collections.abc import Sequence
from typing import Any, cast

from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.client import Client
from evolink_widgets.core.shared.watcher import Watcher
from evolink_widgets.emulator.contract import timing
from evolink_widgets.rules.tasks.schedule import WORTH, Durations, Plan, shortest_pause
from evolink_widgets.rules.tasks.task import TaskSnapshot, read_task


class Jumping(asyncio.SelectorEventLoop):
    """A loop that never waits: its clock goes to where it would have waited to."""

    def __init__(self) -> None:
        self.now = 0.0
        loop = self

        class Selector(selectors.DefaultSelector):
            def select(self, timeout: float | None = None) -> Any:
                loop.now += timeout or 0.0
                return super().select(0)

        super().__init__(Selector())

    def time(self) -> float:
        """Seconds since it was made."""
        return self.now


class Service:
    """A service that tells of tasks, half a round trip away; it stands in the client's place."""

    batch_size = 50

    def __init__(self, reads_batches: bool, shape: str, round_trip: float) -> None:
        self.reads_batches = reads_batches
        self.requests = 0
        self._shape = shape
        self._way = round_trip / 2
        self._tasks: dict[str, tuple[float, float]] = {}

    def begin(self, name: str, seconds: float) -> None:
        """Accept a task."""
        self._tasks[name] = (asyncio.get_running_loop().time(), seconds)

    async def task(self, name: str) -> TaskSnapshot:
        """Read one."""
        return (await self.tasks([name]))[name]

    async def tasks(self, names: Sequence[str]) -> dict[str, TaskSnapshot]:
        """Read many."""
        self.requests += 1
        await asyncio.sleep(self._way)
        told = {name: self._told(name) for name in names}
        await asyncio.sleep(self._way)
        return told

    def _told(self, name: str) -> TaskSnapshot:
        began, seconds = self._tasks[name]
        share = (asyncio.get_running_loop().time() - began) / seconds
        if share >= 1:
            return read_task({"id": name, "status": "completed", "progress": 100})
        progress = int(100 * share) if self._shape != "none" else 0
        if self._shape == "uneven":  # as the emulator's
            moving = (share - timing.QUEUE_SHARE) / (1 - timing.QUEUE_SHARE)
            progress = timing.progress(moving, random.Random(name)) if moving > 0 else 0
        return read_task({"id": name, "status": "processing", "progress": progress})


async def watch(given: argparse.Namespace, usual: float, shape: str, batches: bool) -> list[float]:
    """Mean delay in milliseconds, and requests a task."""
    loop = asyncio.get_running_loop()
    service = Service(batches, shape, given.round_trip)
    watcher = Watcher(cast(Client, service), RetryPolicy(chance=lambda: 0.5))
    known, chance = Durations(), random.Random(given.seed)
    room = asyncio.Semaphore(given.in_flight)
    spread = 0.45 if shape == "honest" else 0.22
    delays: list[float] = []
    requests: list[int] = []

    async def one(number: int) -> None:
        async with room:
            seconds = usual * min(2.0, math.exp(chance.gauss(0, spread)))
            name = f"task-{number}"
            service.begin(name, seconds)
            ends = loop.time() + seconds
            await asyncio.sleep(given.round_trip / 2)
            plan = Plan(known, "kind", usual, cost=WORTH, shortest=shortest_pause(usual))
            await watcher.watch(name, plan, 0.0, lambda _: None, print)
            delays.append(loop.time() - ends)
            requests.append(service.requests)

    await asyncio.gather(*(one(number) for number in range(given.tasks)))
    first, last = 2 * given.in_flight, given.tasks - given.in_flight
    late = sum(delays[first:last]) / (last - first)
    return [1000 * late, (requests[last] - requests[first]) / (last - first)]


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in-flight", type=int, default=300)
    parser.add_argument("--tasks", type=int, default=2400)
    parser.add_argument("--round-trip", type=float, default=0.03)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| tasks | progress | requests a task, batches and singly | known after | ratio |")
    print("|---|---|---|---|---|")
    loop = Jumping()
    for usual in (1.0, 5.0, 10.0):
        for shape in ("honest", "uneven", "none"):
            late, often = loop.run_until_complete(watch(given, usual, shape, True))
            alone, each = loop.run_until_complete(watch(given, usual, shape, False))
            figures = f"{often:.3f}, {each:.1f} | {late:.0f}, {alone:.0f} ms | {late / alone:.2f}"
            print(f"| {usual:g} s | {shape} | {figures} |")


if __name__ == "__main__":
    main()
