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
from evolink_widgets.core.service.client import BROKEN, RESTS, Client
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.service.transport import Timeouts
from evolink_widgets.core.shared.watcher import Watcher
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
