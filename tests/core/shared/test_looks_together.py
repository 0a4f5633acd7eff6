"""Many tasks read in batches: no later than singly, in a few requests. The loop's clock jumps."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from jumping import run

from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.client import Client
from evolink_widgets.core.shared.watcher import Watcher
from evolink_widgets.rules.tasks.schedule import WORTH, Durations, Plan, shortest_pause
from evolink_widgets.rules.tasks.task import TaskSnapshot, read_task

WAY = 0.015
"""Seconds from here to the service, and back."""


class Service:
    """Tells of tasks half a round trip away, with progress that is honest or stands at nothing."""

    batch_size = 50

    def __init__(
        self, *, reads_batches: bool, tells_progress: bool, leaves_out: str = "none"
    ) -> None:
        self.reads_batches = reads_batches
        self.tells_progress = tells_progress
        self.leaves_out = leaves_out
        self.requests = 0
        self.tasks_by_name: dict[str, tuple[float, float]] = {}

    def begin(self, name: str, seconds: float) -> None:
        self.tasks_by_name[name] = (asyncio.get_running_loop().time(), seconds)

    async def task(self, name: str) -> TaskSnapshot:
        return (await self._answer([name]))[name]

    async def tasks(self, names: Sequence[str]) -> dict[str, TaskSnapshot]:
        """What is left out ends with that digit."""
        return await self._answer([name for name in names if not name.endswith(self.leaves_out)])

    async def _answer(self, names: Sequence[str]) -> dict[str, TaskSnapshot]:
        self.requests += 1
        await asyncio.sleep(WAY)
        told = {name: self._told(name) for name in names}
        await asyncio.sleep(WAY)
        return told

    def _told(self, name: str) -> TaskSnapshot:
        began, seconds = self.tasks_by_name[name]
        share = (asyncio.get_running_loop().time() - began) / seconds
        progress = min(100, int(100 * share)) if self.tells_progress or share >= 1 else 0
        status = "completed" if share >= 1 else "processing"
        return read_task({"id": name, "status": status, "progress": progress})


class Found(NamedTuple):
    """What came of it: how long after its end a task was known to have ended, and requests."""

    late: float
    requests: float


def together(
    *,
    in_flight: int,
    count: int,
    usual: float,
    batches: bool,
    spread: float = 0.45,
    tells_progress: bool = True,
    leaves_out: str = "none",
) -> Found:
    """Watch `count` tasks, so many at a time; the figures are of the time when all places are
    taken and something has been learned."""
    service = Service(reads_batches=batches, tells_progress=tells_progress, leaves_out=leaves_out)
    late: list[float] = []
    requests: list[int] = []

    async def call() -> None:
        loop = asyncio.get_running_loop()
        watcher = Watcher(cast(Client, service), RetryPolicy(chance=lambda: 0.5))
        known, chance = Durations(), random.Random(1)
        room = asyncio.Semaphore(in_flight)

        async def one(number: int) -> None:
            async with room:
                seconds = usual * min(2.0, math.exp(chance.gauss(0, spread)))
                name = f"task-{number}"
                service.begin(name, seconds)
                ends = loop.time() + seconds
                await asyncio.sleep(WAY)
                plan = Plan(known, "kind", usual, cost=WORTH, shortest=shortest_pause(usual))
                await watcher.watch(name, plan, 0.0, lambda _: None, print)
                late.append(loop.time() - ends)
                requests.append(service.requests)

        await asyncio.gather(*(one(number) for number in range(count)))

    run(call())
    first, last = 2 * in_flight, count - in_flight
    return Found(
        sum(late[first:last]) / (last - first),
        (requests[last] - requests[first]) / (last - first),
    )


def test_batches_cost_no_delay_and_few_requests() -> None:
    how: dict[str, Any] = {"in_flight": 300, "count": 1800, "usual": 5.0}
    singly, batches = together(batches=False, **how), together(batches=True, **how)
    assert batches.requests < 0.21
    assert batches.late < 1.08 * singly.late


def test_without_progress_batches_are_as_few() -> None:
    how: dict[str, Any] = {"in_flight": 150, "count": 600, "spread": 0.22, "tells_progress": False}
    singly = together(batches=False, usual=1.0, **how)
    short, long = (together(batches=True, usual=usual, **how) for usual in (1.0, 5.0))
    assert short.late < singly.late
    assert short.requests < 0.1 * singly.requests
    assert long.requests < 1


def test_few_tasks_wait_for_no_batch() -> None:
    how: dict[str, Any] = {"in_flight": 8, "count": 200, "usual": 10.0}
    singly, batches = together(batches=False, **how), together(batches=True, **how)
    assert batches.requests < singly.requests
    assert batches.late < singly.late


def test_tasks_that_batches_leave_out_are_not_taken_along() -> None:
    how: dict[str, Any] = {"in_flight": 60, "count": 240, "usual": 5.0}
    left = together(batches=True, leaves_out="7", **how)
    assert left.requests < 1.5


def test_what_is_told_is_read_with_the_next_batch() -> None:
    service = Service(reads_batches=True, tells_progress=True)
    late: list[float] = []

    async def call() -> None:
        loop = asyncio.get_running_loop()
        watcher = Watcher(cast(Client, service), RetryPolicy(chance=lambda: 0.5))
        known, chance = Durations(), random.Random(1)

        async def one(number: int) -> None:
            seconds, name = 5 * math.exp(chance.gauss(0, 0.45)), f"task-{number}"
            service.begin(name, seconds)
            told_at = loop.time() + seconds + WAY
            loop.call_at(told_at, watcher.told, name)
            plan = Plan(known, "kind", 5.0, cost=WORTH, shortest=shortest_pause(5.0))
            await watcher.watch(name, plan, 0.0, lambda _: None, print, quiet=600.0)
            late.append(loop.time() - told_at)

        await asyncio.gather(*(one(number) for number in range(300)))

    run(call())
    assert service.requests < 150
    assert max(late) < 0.15
