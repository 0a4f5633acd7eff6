"""Nothing is slowed until the service says so; then half as fast, and faster again by and by."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from evolink_widgets.core import limits
from evolink_widgets.core.limits import limits_for
from evolink_widgets.core.pace import FREE_AGAIN, SLOWEST, Pace
from evolink_widgets.core.patience import Patience


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock, clock.sleep)


def times(pace: Pace, clock: Clock, count: int) -> list[float]:
    """When each of `count` requests may go, from now on."""
    start, seen = clock.now, []

    async def go() -> None:
        for _ in range(count):
            await pace.turn()
            seen.append(clock.now - start)

    asyncio.run(go())
    return seen


def test_it_does_not_slow_what_nobody_complained_about(pace: Pace, clock: Clock) -> None:
    assert times(pace, clock, 100) == [0.0] * 100
    assert pace.rate is None


def test_retry_after_is_waited_for_by_everybody(pace: Pace, clock: Clock) -> None:
    pace.refused(7.0)
    assert pace.wait == 7.0
    assert times(pace, clock, 1) == [7.0]


def test_without_retry_after_the_pause_doubles(pace: Pace, clock: Clock) -> None:
    pauses = []
    for _ in range(10):
        pace.refused(None)
        pauses.append(pace.wait)
        clock.now += pace.wait
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(pauses) <= 60.0


def test_many_refused_at_once_are_one_refusal(pace: Pace, clock: Clock) -> None:
    times(pace, clock, 40)
    for _ in range(8):
        pace.refused(None)
    assert pace.wait == 0.5
    assert pace.rate == 10.0  # half of 40 in two seconds


def test_the_longest_of_several_retry_afters_counts(pace: Pace) -> None:
    for seconds in (1.0, 9.0, 3.0):
        pace.refused(seconds)
    assert pace.wait == 9.0


def test_it_goes_at_half_the_pace_and_never_stands_still(pace: Pace, clock: Clock) -> None:
    times(pace, clock, 40)
    pace.refused(1.0)
    gaps = times(pace, clock, 4)
    assert [round(b - a, 3) for a, b in itertools.pairwise(gaps)] == [0.1, 0.1, 0.1]
    for _ in range(20):
        clock.now += 60
        pace.refused(None)
    assert pace.rate == SLOWEST


def test_it_climbs_back_until_it_is_free_again(pace: Pace) -> None:
    pace.refused(0.0)
    rates = []
    while pace.rate is not None:
        rates.append(pace.rate)
        pace.accepted()
    assert rates == sorted(rates)
    assert rates[-1] <= FREE_AGAIN
    assert len(rates) < 60


def test_waiters_of_several_tasks_share_one_pace(pace: Pace, clock: Clock) -> None:
    pace.refused(1.0)
    seen: list[float] = []

    async def one() -> None:
        await pace.turn()
        seen.append(clock.now)

    async def all_at_once() -> None:
        await asyncio.gather(*(one() for _ in range(5)))

    asyncio.run(all_at_once())
    assert all(b - a >= 0.999 for a, b in itertools.pairwise(seen))


def test_a_key_has_the_same_room_in_every_session() -> None:
    mine = limits_for("api.example", "one")
    assert limits_for("api.example", "one") is mine
    assert limits_for("api.example", "two") is not mine
    assert limits_for("other.example", "one") is not mine


def test_pauses_are_spread_by_a_fifth_and_bounded() -> None:
    assert Patience(chance=lambda: 0.0).spread(10) == pytest.approx(8)
    assert Patience(chance=lambda: 1.0).spread(10) == pytest.approx(12)
    steady = Patience(chance=lambda: 0.5)
    assert [steady.after(failures) for failures in (1, 2, 3, 50)] == [0.5, 1.0, 2.0, 30.0]
    assert limits.POSTS < limits.TASKS
