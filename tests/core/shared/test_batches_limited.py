"""A 429 to batches alone starves no task, and one to all readings makes us read no more.

The emulator's weather plays it before the real watcher, on a loop whose clock jumps: seconds are
counted, and none is waited for.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from jumping import run
from services import AGENT, KEY, InProcess, quick

from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.client import Client
from evolink_widgets.core.service.limits import LONGEST_READ, Limits, Pace
from evolink_widgets.core.service.transport import Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.core.shared.watcher import Watcher
from evolink_widgets.emulator.http.app import API_URL, FILES_URL, create_app
from evolink_widgets.errors import RateLimited
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.schedule import WORTH, Durations, Plan, shortest_pause
from evolink_widgets.rules.tasks.task import TaskSnapshot

WAY = 0.015
"""Seconds from here to the service, and back."""


class Watched:
    """An emulator whose tasks are watched; everything on the running loop.

    Attributes:
        asked: when it was asked, and for what: "batch" or "read".
        late: by how many seconds each task's end was known after it.
    """

    def __init__(self, **options: Any) -> None:
        clock = asyncio.get_running_loop().time
        self.emulator = InProcess(clock=clock, allowance=None, **options)
        self.app = create_app(self.emulator.service)
        self.asked: list[tuple[float, str]] = []
        self.late: list[float] = []
        self.clock = clock
        transport = Transport(
            Key(KEY, "a test"), (API_URL, FILES_URL), agent=AGENT, app=self.far_away
        )
        limits = Limits()
        limits.read_pace = Pace(clock, longest=LONGEST_READ)
        self.client = Client(transport, API_URL, limits, clock=clock)
        self.watcher = Watcher(self.client, RetryPolicy(chance=lambda: 0.5))
        self.known = Durations()

    async def far_away(self, scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(WAY)
        place = "batch" if scope["path"].endswith("/batch") else "read"
        self.asked.append((self.clock(), place))
        await self.app(scope, receive, send)

    def when(self, place: str, since: float = 0.0) -> list[float]:
        """When it was asked for that."""
        return [at for at, asked in self.asked if asked == place and at >= since]

    async def one(self, seconds: float) -> None:
        """Watch a task that is accepted now and takes so long."""
        request = ImageRequest("a fox", size="1:1", quality="low")
        record, _ = self.emulator.service.create(request.payload(), None, owner="")
        record.lasts = seconds
        ends = self.clock() + seconds
        plan = Plan(self.known, "kind", seconds, cost=WORTH, shortest=shortest_pause(seconds))
        await self.watcher.watch(record.id, plan, 0.0, lambda _: None, lambda _: None)
        self.late.append(self.clock() - ends)

    async def many(self, number: int, seconds: float) -> None:
        """Watch tasks that are accepted within a second."""

        async def later(at: int) -> None:
            await asyncio.sleep(at / number)
            await self.one(seconds)

        await asyncio.gather(*(later(at) for at in range(number)))


@pytest.mark.parametrize(
    ("fault", "pause", "at_most"),
    [("429", None, 30.0), ("429 retry-after", 1.0, 30.0), ("429 retry-after", 20.0, 200.0)],
)
def test_where_only_batches_are_answered_429_tasks_are_read_singly(
    fault: str, pause: float | None, at_most: float
) -> None:
    async def story() -> None:
        watched = Watched()
        watched.emulator.play(fault, times=None, on="batch", seconds=pause)
        watching = asyncio.ensure_future(watched.many(120, 5.0))
        await asyncio.wait([watching], timeout=at_most + 6.0)
        assert len(watched.late) == 120
        assert max(watched.late) < at_most
        # Few batches were asked for, and none before its time.
        gaps = [b - a for a, b in itertools.pairwise(watched.when("batch"))]
        assert sum(gap > 0.1 for gap in gaps) <= 8
        assert [gap for gap in gaps if 0.1 < gap < (pause or 0.4)] == []
        # From then on ends are known at once, though the call is tried now and then.
        watched.asked.clear()
        for _ in range(10):
            watched.late.clear()
            await watched.many(10, 9.0)
            assert max(watched.late) < 4.0
        assert 1 <= len(watched.when("batch")) <= 4

    run(story())


def test_where_few_are_watched_they_are_read_singly_meanwhile() -> None:
    async def story() -> None:
        watched = Watched()
        watched.emulator.play("429 retry-after", times=None, on="batch", seconds=1)
        await asyncio.wait([asyncio.ensure_future(watched.many(4, 10.0))], timeout=60.0)
        assert len(watched.late) == 4
        assert max(watched.late) < 10.0

    run(story())


def test_where_all_were_read_singly_no_batch_of_none_is_asked_for() -> None:
    """The service calls that a wrong request, as it does where it has no such call."""

    async def story() -> None:
        watched = Watched()
        watched.emulator.play("429 retry-after", times=4, on="batch", seconds=1)
        payload = ImageRequest("a fox", size="1:1", quality="low").payload()
        create = watched.emulator.service.create
        ids = [create(payload, None, owner="")[0].id for _ in range(6)]
        for _ in range(3):
            with pytest.raises(RateLimited):
                await watched.client.tasks(ids)
        for batches in (4, 5):
            told = await watched.client.tasks(ids)
            assert told is not None
            assert {one.id for one in told.values() if isinstance(one, TaskSnapshot)} == set(ids)
            assert len(watched.when("batch")) == batches
            assert watched.client.reads_batches

    run(story())


@pytest.mark.parametrize("pause", [1.0, 10.0])
def test_a_limit_for_all_readings_is_not_read_against(pause: float) -> None:
    """For a minute every reading is answered 429; then the service is well."""

    async def story() -> None:
        watched = Watched()
        watched.emulator.play("429 retry-after", times=None, on="any", seconds=pause)
        asyncio.get_running_loop().call_at(60.0, watched.emulator.play, "fair")
        await watched.many(120, 5.0)
        # One request in the place of each batch, in groups of fifty, at the pace that is left.
        asked = [at for at, _ in watched.asked]
        assert len([at for at in asked if at < 60.0]) <= 60.0 / pause
        assert len(watched.when("read")) < len(watched.when("batch"))
        assert watched.when("read", since=85.0) == []
        assert max(watched.late) < 85.0 - 5.0

    run(story())


@pytest.mark.parametrize("rate", [(0.5, 5), (1, 1), (2, 4), (5, 50)])
def test_where_the_service_takes_so_many_requests_a_second_batches_stay(
    rate: tuple[float, float],
) -> None:
    async def story() -> None:
        watched = Watched(rate=rate)
        for _ in range(2):
            await watched.many(150, 10.0)
        assert watched.emulator.counts()["rate limited"] > 0
        assert len(watched.when("read")) < len(watched.when("batch"))
        assert max(watched.late) < 15.0

    run(story())


def test_a_lost_reply_is_looked_for_singly_where_only_batches_are_answered_429(
    open_session: Callable[..., Session],
) -> None:
    emulator = InProcess()
    session = open_session(emulator, retry=quick(look=(0.01,) * 8))
    emulator.play("429 retry-after", times=None, on="batch", seconds=0.05)
    emulator.play("502 after")
    task = session.submit(ImageRequest("a blue cup", size="1:1", quality="low"))
    assert len(task.result(60)) == 1
