"""Watching many tasks: in few requests where the service has them, and never by stale ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from services import Scripted, quick

from evolink_widgets import errors
from evolink_widgets.core import loop
from evolink_widgets.core.service import limits
from evolink_widgets.core.service.client import Client
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.shared.watcher import REFUSALS, Watcher
from evolink_widgets.rules.tasks.schedule import Durations, Plan
from evolink_widgets.rules.tasks.task import TaskSnapshot, TaskStatus

Body = dict[str, Any]


class Service:
    """A service of this test: tasks end when their number of readings is reached."""

    def __init__(self, readings: int, **odd: Any) -> None:
        self.readings = readings
        self.odd = odd
        self.seen: dict[str, int] = {}
        self.singles = 0
        self.batches: list[int] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        if scope["path"] == "/v1/tasks/batch":
            status, document = self.batch(json.loads(body)["task_ids"])
        else:
            self.singles += 1
            status, document = self.single(scope["path"].rpartition("/")[2])
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(document).encode()})

    def task(self, name: str) -> Body:
        self.seen[name] = self.seen.get(name, 0) + 1
        done = self.seen[name] >= self.readings
        return {"id": name, "status": "completed" if done else "processing"}

    def single(self, name: str) -> tuple[int, Body]:
        return 200, self.task(name)

    def batch(self, names: list[str]) -> tuple[int, Body]:
        self.batches.append(len(names))
        return 200, {"data": [self.task(name) for name in names]}


def watch(service: Service, count: int, seconds: float = 0.15) -> tuple[list[Any], list[str]]:
    """Watch `count` tasks; how each ended, and the troubles that were told."""
    troubles: list[str] = []

    async def call() -> list[Any]:
        scripted = Scripted(service)
        transport = scripted.transport()
        watcher = Watcher(Client(transport, scripted.base_url, Limits()), quick())
        durations = Durations()

        def one(number: int) -> Any:
            plan = Plan(durations, "test", seconds, cost=0.01, shortest=0.02)
            told: list[TaskSnapshot] = []
            return watcher.watch(
                f"task-unified-{number}", plan, 0.0, told.append, lambda e: troubles.append(str(e))
            )

        return await asyncio.gather(*(one(n) for n in range(count)), return_exceptions=True)

    return loop.wait_on_loop(call(), 60), troubles


def all_done(ends: list[Any]) -> bool:
    return all(isinstance(e, TaskSnapshot) and e.status is TaskStatus.COMPLETED for e in ends)


def test_many_tasks_are_read_together() -> None:
    service = Service(readings=4)
    ends, _ = watch(service, 120)
    assert all_done(ends)
    assert max(service.batches) == 50
    assert service.singles <= 12
    # 480 readings in all; a request for each is what everybody else does.
    assert len(service.batches) + service.singles < 80


def test_one_task_is_read_singly() -> None:
    service = Service(readings=3)
    ends, _ = watch(service, 1)
    assert all_done(ends)
    assert (service.singles, service.batches) == (3, [])


class WithoutBatch(Service):
    def batch(self, names: list[str]) -> tuple[int, Body]:
        self.batches.append(len(names))
        return 404, {"error": {"code": "not_found", "message": "no such address"}}


def test_without_that_call_tasks_are_read_one_by_one() -> None:
    service = WithoutBatch(readings=3)
    ends, troubles = watch(service, 20)
    assert all_done(ends)
    assert len(service.batches) == 1
    assert troubles == []


class Forgetful(Service):
    def batch(self, names: list[str]) -> tuple[int, Body]:
        self.batches.append(len(names))
        return 200, {"data": [self.task(name) for name in names if not name.endswith("7")]}


def test_tasks_that_a_batch_leaves_out_are_read_singly() -> None:
    service = Forgetful(readings=3)
    ends, _ = watch(service, 30)
    assert all_done(ends)
    assert service.singles >= 9


class Stale(Service):
    """Its batch is a photograph of the first minute."""

    def batch(self, names: list[str]) -> tuple[int, Body]:
        self.batches.append(len(names))
        old = [{"id": name, "status": "processing"} for name in names]
        return 200, {"data": old}


def test_a_batch_that_keeps_telling_the_same_is_found_out() -> None:
    service = Stale(readings=2)
    ends, _ = watch(service, 20)
    assert all_done(ends)
    assert len(service.batches) < 40


class Halting(Service):
    """Its bars stand still, and go on between a batch and the single reading after it."""

    def __init__(self, readings: int) -> None:
        super().__init__(readings)
        self.progress: dict[str, int] = {}

    def task(self, name: str) -> Body:
        return super().task(name) | {"progress": self.progress.get(name, 30)}

    def single(self, name: str) -> tuple[int, Body]:
        self.progress[name] = self.progress.get(name, 30) + 1
        return super().single(name)


def test_a_bar_that_halts_does_not_end_the_reading_in_batches() -> None:
    service = Halting(readings=40)
    ends, _ = watch(service, 20)
    assert all_done(ends)
    assert service.singles <= sum(service.batches) / 3


class Failing(Service):
    """Answers with faults first."""

    def single(self, name: str) -> tuple[int, Body]:
        faults = self.odd["faults"]
        if faults and self.singles % self.odd.get("every", 1) == 0:
            return faults.pop(0), {"error": {"message": "a bad day"}}
        return super().single(name)


def test_readings_that_fail_are_told_and_repeated() -> None:
    service = Failing(readings=1, faults=[500, 502, 503, 429, 404])
    ends, troubles = watch(service, 1)
    assert all_done(ends)
    assert len(troubles) == 5


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.AuthenticationError),
        (403, errors.PermissionDenied),
        (400, errors.RequestRefused),
        (402, errors.InsufficientCredits),
        (404, errors.NotFound),
        (410, errors.RequestRefused),
        (422, errors.RequestRefused),
        (451, errors.RequestRefused),
    ],
)
def test_what_is_refused_again_and_again_is_left_for_later(
    status: int, kind: type[Exception]
) -> None:
    service = Failing(readings=1, faults=[status] * 1000)
    ends, troubles = watch(service, 1)
    assert type(ends[0]) is kind
    assert ends[0].message.startswith("The service did not tell how the task is getting on")
    assert len(troubles) >= REFUSALS - 1


ODD = [301, 302, 307, 400, 401, 402, 403, 404, 410, 418, 422, 429, 451, 500, 503]


@pytest.mark.parametrize("status", ODD)
def test_a_refusal_or_two_between_readings_end_nothing(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DOUBLED", 0.1)
    faults = [status] * (REFUSALS - 1)
    ends, troubles = watch(Failing(readings=3, faults=faults), 1)
    assert all_done(ends)
    assert len(troubles) == REFUSALS - 1


def test_refusals_count_only_in_a_row() -> None:
    service = Failing(readings=9, faults=[403] * (3 * REFUSALS), every=2)
    ends, _ = watch(service, 1)
    assert all_done(ends)


def test_a_reply_that_is_no_json_is_read_again() -> None:
    ends, troubles = watch(Garbled(readings=1), 1)
    assert all_done(ends)
    assert len(troubles) == 3


class Garbled(Service):
    """Answers with other things than a task first."""

    def single(self, name: str) -> tuple[int, Any]:
        odd: list[Any] = ["text", [], {"id": "task-unified-another"}]
        if self.singles <= len(odd):
            return 200, odd[self.singles - 1]
        return super().single(name)


def test_a_task_that_is_no_longer_watched_is_no_longer_read() -> None:
    service = Service(readings=10**9)

    async def call() -> int:
        scripted = Scripted(service)
        watcher = Watcher(Client(scripted.transport(), scripted.base_url, Limits()), quick())
        first = asyncio.Event()
        plan = Plan(Durations(), "test", 0.1, shortest=0.01)
        seen: Callable[[TaskSnapshot], object] = lambda _: first.set()  # noqa: E731
        watching = asyncio.ensure_future(watcher.watch("task-unified-1", plan, 0.0, seen, print))
        await asyncio.wait_for(first.wait(), 10)
        watching.cancel()
        await asyncio.wait({watching})
        await asyncio.sleep(0.05)  # what was on its way may arrive
        before = service.singles
        await asyncio.sleep(0.3)
        return service.singles - before

    assert loop.wait_on_loop(call(), 30) == 0


def test_a_task_taken_up_late_is_read_at_once() -> None:
    service = Service(readings=1)

    async def call() -> float:
        scripted = Scripted(service)
        watcher = Watcher(Client(scripted.transport(), scripted.base_url, Limits()), quick())
        plan = Plan(Durations(), "test", 3600.0)
        start = asyncio.get_running_loop().time()
        await watcher.watch("task-unified-1", plan, 500.0, print, print)
        return asyncio.get_running_loop().time() - start

    assert loop.wait_on_loop(call(), 30) < 5
