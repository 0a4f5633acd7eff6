"""Nothing is slowed until the service says so; then half as fast, and faster again by and by."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service import limits
from evolink_widgets.core.service.limits import FREE_AGAIN, SLOWEST, Pace, limits_for


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
    assert RetryPolicy(chance=lambda: 0.0).spread(10) == pytest.approx(8)
    assert RetryPolicy(chance=lambda: 1.0).spread(10) == pytest.approx(12)
    steady = RetryPolicy(chance=lambda: 0.5)
    assert [steady.after(failures) for failures in (1, 2, 3, 50)] == [0.5, 1.0, 2.0, 30.0]
    assert limits.POSTS < limits.TASKS


@pytest.mark.parametrize("asked", [31.0, 3600.0, 5 * 365 * 86_400.0, 1e308])
def test_a_pause_is_obeyed_up_to_its_longest(asked: float, clock: Clock) -> None:
    pace = Pace(clock, clock.sleep, longest=30.0)
    pace.refused(asked)
    assert pace.wait == 30.0
    assert times(pace, clock, 1) == [30.0]


def test_no_number_of_refusals_makes_a_pause_longer_than_its_longest(clock: Clock) -> None:
    pace = Pace(clock, clock.sleep, longest=5.0)
    for _ in range(2000):
        pace.refused(None)
        assert pace.wait <= 5.0
        clock.now += 5.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (12.0, "Waiting 12 s, as the service asked"),
        (3600.0, "Waiting 30 s of the 60 min that the service asked for"),
        (1e308, "Waiting 30 s of the more than 100,000 days that the service asked for"),
        (None, "Waiting 1 s, as the service is being asked too often"),
    ],
)
def test_what_waits_is_told_why_and_for_how_long(
    asked: float | None, said: str, clock: Clock
) -> None:
    pace = Pace(clock, clock.sleep, longest=30.0)
    pace.refused(asked)
    assert pace.says == said
    clock.now += 31
    assert pace.says is None


def test_the_words_are_kept_current_and_taken_back(clock: Clock) -> None:
    async def story() -> list[str | None]:
        pace = Pace(clock, clock.sleep, longest=30.0)
        told: list[str | None] = []
        with pace.telling(told.append):
            pace.refused(12.0)
            assert pace._telling is not None
            await pace._telling
        return told

    told = asyncio.run(story())
    assert told[0] == "Waiting 12 s, as the service asked"
    assert told[-1] is None
    left = [int((said or "Waiting 0").split()[1]) for said in told]
    assert left == sorted(left, reverse=True)
    assert len(left) > 3


def test_what_comes_while_others_wait_is_told_at_once() -> None:
    async def story() -> list[str | None]:
        pace = Pace(asyncio.get_running_loop().time, longest=30.0)
        told: list[str | None] = []
        with pace.telling(lambda said: None):
            pace.refused(600.0)
            await asyncio.sleep(0)
            with pace.telling(told.append):
                pass
        return told

    assert asyncio.run(story()) == ["Waiting 30 s of the 10 min that the service asked for"]


def test_a_look_of_a_person_passes_and_what_follows_keeps_the_pace() -> None:
    async def story() -> tuple[float, float]:
        pace = Pace(asyncio.get_running_loop().time, longest=30.0)
        pace.refused(30.0)
        waiting = asyncio.ensure_future(pace.turn())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        pace.let_through()
        await asyncio.wait_for(waiting, 5)
        after = pace.wait
        pace.refused(30.0)
        return after, pace.wait

    after, again = asyncio.run(story())
    assert 0.5 < after <= 1 / SLOWEST
    assert again == pytest.approx(30.0, abs=0.5)


def test_each_kind_of_call_has_a_pace_of_its_own_and_reads_wait_least() -> None:
    room = limits.Limits()
    paces = [room.post_pace, room.read_pace, room.list_pace, room.files_pace, room.credits_pace]
    for pace in paces:
        assert all(other.wait == 0 for other in paces if other is not pace)
        pace.refused(1e9)
        assert pace.wait > 0
        longest = pace.wait
        pace.let_through()
        assert longest <= 300.1
    assert RetryPolicy().longest >= limits.LONGEST_READ
    assert limits.LONGEST_READ < limits.LONGEST_UPLOAD < limits.LONGEST_POST < RetryPolicy().limited


def test_a_look_lets_through_what_is_free_and_no_purchase() -> None:
    room = limits.Limits()
    paces = [room.read_pace, room.list_pace, room.files_pace, room.credits_pace]
    for pace in (*paces, room.post_pace):
        pace.refused(1e9)
    room.look_now()
    assert [pace.wait for pace in paces] == [0.0] * 4
    assert room.post_pace.wait > 200
