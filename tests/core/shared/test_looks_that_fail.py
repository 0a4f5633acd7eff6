"""Readings that fail, or that say old things: tasks are known to have ended all the same.

The loop's clock jumps, so that seconds are counted and none is waited for.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from jumping import run
from services import Scripted

from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.client import Client
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.service.transport import Timeouts
from evolink_widgets.core.shared.watcher import Watcher
from evolink_widgets.rules.tasks.batch_call import BROKEN, RESTS
from evolink_widgets.rules.tasks.schedule import WORTH, Durations, Plan, shortest_pause

WAY = 0.015
"""Seconds from here to the service, and back."""


class Service:
    """Reads tasks singly, each over after so many seconds; its batches fail up to a time."""

    def __init__(self, seconds: float, *, fails: int, until: float = 1e9) -> None:
        self.seconds = seconds
        self.fails = fails
        self.until = until
        self.batches: list[float] = []
        self.singles = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await asyncio.sleep(WAY)
        now = asyncio.get_running_loop().time()
        status = 200
        if scope["path"] == "/v1/tasks/batch":
            self.batches.append(now)
            document: Any = {"data": [self.told(one, now) for one in json.loads(body)["task_ids"]]}
            if now < self.until:
                status, document = self.fails, {"error": {"message": "not this call"}}
            if now < self.until and not self.fails:
                await asyncio.sleep(3600)
        else:
            self.singles += 1
            document = self.told(scope["path"].rpartition("/")[2], now)
        await asyncio.sleep(WAY)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(document).encode()})

    def told(self, name: str, now: float) -> dict[str, Any]:
        """A task's name ends with when it began."""
        share = (now - float(name.rpartition("-")[2])) / self.seconds
        status = "completed" if share >= 1 else "processing"
        return {"id": name, "status": status, "progress": min(100, int(100 * share))}

    def watcher(self) -> Watcher:
        """Watches it, by a client whose clock jumps as well."""
        transport = Scripted(self).transport(Timeouts(total=1.0))
        clock = asyncio.get_running_loop().time
        client = Client(transport, Scripted.base_url, Limits(), clock=clock)
        return Watcher(client, RetryPolicy(refused=2.0, chance=lambda: 0.5))


async def late(watcher: Watcher, known: Durations, number: int, seconds: float) -> float:
    """Watch one task that begins now; how long after its end that was known."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    plan = Plan(known, "kind", seconds, cost=WORTH, shortest=shortest_pause(seconds))
    name = f"task-unified-{number}-{began}"
    await watcher.watch(name, plan, 0.0, lambda _: None, lambda _: None)
    return loop.time() - began - seconds


@pytest.mark.parametrize("status", [401, 402, 403, 408, 413, 415, 422, 500, 502, 0])
def test_a_batch_call_that_fails_by_itself_starves_no_task(status: int) -> None:
    """0 is no answer at all, for the second that the client waits."""
    service = Service(1.5, fails=status)

    async def call() -> list[float]:
        watcher, known = service.watcher(), Durations()
        watching = [asyncio.ensure_future(late(watcher, known, n, 1.5)) for n in range(200)]
        done, _ = await asyncio.wait(watching, timeout=8.0)
        return [one.result() for one in done]

    found = run(call())
    assert len(found) == 200
    assert max(found) < 1.0
    assert BROKEN <= len(service.batches) < 16
    assert service.singles < 2000


@pytest.mark.parametrize("status", [403, 502])
def test_batches_that_failed_are_tried_again_and_used_once_they_are_mended(status: int) -> None:
    service = Service(1.5, fails=status, until=1.6 * RESTS)
    afterwards: list[int] = []

    async def call() -> None:
        watcher, known = service.watcher(), Durations()
        for _ in range(100):  # a new twenty each two seconds
            await asyncio.gather(*(late(watcher, known, n, 1.5) for n in range(20)))
            if asyncio.get_running_loop().time() > 2.2 * RESTS:
                afterwards.append(service.singles)

    run(call())
    failed = [at for at in service.batches if at < service.until]
    assert BROKEN <= len(failed) <= BROKEN + 4
    assert afterwards[-1] - afterwards[0] < 0.5 * 20 * len(afterwards)


@pytest.mark.parametrize("fails", [False, True])
def test_what_is_told_during_a_reading_is_read_right_after_it(fails: bool) -> None:
    """The reading on its way saw the task a moment before its end, or failed."""
    service = Unsteady(20.0, fails=fails)

    async def call() -> float:
        loop = asyncio.get_running_loop()
        watcher = service.watcher()
        loop.call_at(20.0 - WAY - 0.005, watcher.look_now, f"task-unified-0-{loop.time()}")
        loop.call_at(20.001, watcher.told, f"task-unified-0-{loop.time()}")
        return await late(watcher, Durations(), 0, 20.0)

    assert run(call()) < 4 * WAY


def test_two_that_were_given_one_task_both_hear_of_its_end() -> None:
    """A service, or a gateway before it, may answer two equal asks with one task."""
    service = Service(20.0, fails=404)

    async def call() -> int:
        watcher, known = service.watcher(), Durations()
        both = [asyncio.ensure_future(late(watcher, known, 7, 20.0)) for _ in range(2)]
        done, _ = await asyncio.wait(both, timeout=60.0)
        return sum(one.result() < 2.0 for one in done)

    assert run(call()) == 2


class Unsteady(Service):
    """Sees a task just before its end, once, or fails."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        at = asyncio.get_running_loop().time()
        if not self.fails or not 19.9 < at < 20.0:
            await super().__call__(scope, receive, send)
            return
        await asyncio.sleep(2 * WAY)
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


class Faulty(Plan):
    """A plan with a bug: the first time that it is asked for something, it can't compute it."""

    asked: frozenset[str] = frozenset()

    def ended(self, after: float, by: float) -> float:
        self.fault("ended")
        return super().ended(after, by)

    def next(self, elapsed: float, progress: int | None = None) -> float:
        self.fault("next")
        return super().next(elapsed, progress)

    def finished(self, seconds: float) -> None:
        self.fault("finished")

    def fault(self, name: str) -> None:
        before, self.asked = self.asked, self.asked | {name}
        if name not in before:
            raise ZeroDivisionError(name)


def test_no_fault_of_ours_or_of_a_listener_ends_the_watching(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Service(5.0, fails=200, until=0.0)

    def broken(_: object) -> None:
        raise KeyError("a listener")

    async def call() -> int:
        watcher, known = service.watcher(), Durations()

        def watch(number: int) -> Any:
            kind = Faulty if number == 0 else Plan
            plan = kind(known, "kind", 5.0, cost=WORTH, shortest=shortest_pause(5.0))
            return watcher.watch(f"task-unified-{number}-0.0", plan, 0.0, broken, broken)

        watching = [asyncio.ensure_future(watch(number)) for number in range(60)]
        done, _ = await asyncio.wait(watching, timeout=15.0)
        return sum(one.result().status.finished for one in done)

    with caplog.at_level("ERROR", logger="evolink_widgets"):
        assert run(call()) == 60
    told = {str(record.exc_info[1]) for record in caplog.records if record.exc_info}
    assert told == {"ended", "next", "finished", "'a listener'"}
