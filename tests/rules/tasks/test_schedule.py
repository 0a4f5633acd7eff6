"""When to look: near the optimum once learned, and not fooled by progress that lies."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable

import pytest

from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.schedule import (
    FARTHEST,
    Durations,
    Plan,
    bucket_of,
    expected_seconds,
)

MEDIAN, SPREAD, COST = 25.0, 0.35, 0.08
Progress = Callable[[float, float, random.Random], int | None]


def nothing(elapsed: float, seconds: float, chance: random.Random) -> int | None:
    return None


def honest(elapsed: float, seconds: float, chance: random.Random) -> int | None:
    return int(100 * elapsed / seconds)


def fake(elapsed: float, seconds: float, chance: random.Random) -> int | None:
    return min(95, int(100 * elapsed / 60))


def creeping(elapsed: float, seconds: float, chance: random.Random) -> int | None:
    """A bar of each task's own that creeps at a quarter of its pace, and leaps now and then."""
    own = random.Random(seconds)
    leaps = [own.random() for _ in range(14)]
    share = elapsed / seconds
    leapt = max([0.0, *(leap for leap in leaps if leap <= share)])
    return int(100 * (0.75 * leapt + 0.25 * share))


def watch(
    durations: Durations, tasks: int, progress: Progress, *, estimated: float, seed: int = 7
) -> tuple[float, float]:
    """Mean delay in seconds and mean number of looks of the last half of the tasks."""
    chance = random.Random(seed)
    delays, looks = [], []
    for _ in range(tasks):
        seconds = chance.lognormvariate(math.log(MEDIAN), SPREAD)
        plan = Plan(durations, "kind", estimated, cost=COST, shortest=0.05, longest=1e9)
        at, count = plan.first(), 1
        while at < seconds:
            at, count = plan.next(at, progress(at, seconds, chance)), count + 1
        plan.finished(seconds)
        delays.append(at - seconds)
        looks.append(count)
    half = tasks // 2
    return sum(delays[half:]) / half, sum(looks[half:]) / half


def best_possible(cost: float) -> float:
    """Delay plus looks of the exact optimum for a known log-normal, by dynamic programming.

    After Barlow, Hunter and Proschan: the best next look from each instant, on a grid.
    """
    step, end = 0.25, 110.0
    grid = [i * step for i in range(int(end / step) + 1)]

    def gone(t: float) -> float:
        z = (math.log(t) - math.log(MEDIAN)) / SPREAD if t > 0 else -9.0
        return 1 - math.erfc(z / math.sqrt(2)) / 2

    share = [gone(t) for t in grid]
    # When tasks end within each cell: sums give the mean of the end in any stretch.
    ends = [0.0]
    for i in range(1, len(grid)):
        ends.append(ends[-1] + (share[i] - share[i - 1]) * (grid[i] - step / 2))
    value = [0.0] * len(grid)
    for i in range(len(grid) - 2, -1, -1):
        alive = 1 - share[i]
        if alive < 1e-9:
            continue
        value[i] = min(
            cost * alive + (grid[j] * (share[j] - share[i]) - (ends[j] - ends[i])) + value[j]
            for j in range(i + 1, min(len(grid), i + 100))
        )
    return value[0]


def test_what_it_costs_is_near_the_exact_optimum() -> None:
    durations = Durations()
    watch(durations, 200, nothing, estimated=MEDIAN)
    delay, looks = watch(durations, 4000, nothing, estimated=MEDIAN, seed=8)
    # Four-hundred-odd instants a quarter of a second apart cost the optimum a little too.
    assert delay + COST * looks <= 1.06 * best_possible(COST)


def test_an_estimate_wrong_by_three_is_learned_away() -> None:
    right, wrong = Durations(), Durations()
    watch(right, 20, nothing, estimated=MEDIAN)
    watch(wrong, 20, nothing, estimated=MEDIAN * 3)
    informed, _ = watch(right, 400, nothing, estimated=MEDIAN, seed=9)
    misled, _ = watch(wrong, 400, nothing, estimated=MEDIAN * 3, seed=9)
    assert misled <= 1.1 * informed


def test_progress_that_lies_does_no_harm_once_it_is_known() -> None:
    plain, lied_to = Durations(), Durations()
    watch(plain, 30, nothing, estimated=MEDIAN)
    watch(lied_to, 30, fake, estimated=MEDIAN)
    delay, looks = watch(plain, 600, nothing, estimated=MEDIAN, seed=10)
    with_lies, more_looks = watch(lied_to, 600, fake, estimated=MEDIAN, seed=10)
    assert with_lies + COST * more_looks <= 1.12 * (delay + COST * looks)


def test_honest_progress_is_worth_several_times_the_looks() -> None:
    plain, told = Durations(), Durations()
    delay, looks = watch(plain, 400, nothing, estimated=MEDIAN)
    informed, fewer = watch(told, 400, honest, estimated=MEDIAN)
    assert informed <= 0.5 * delay
    assert fewer <= looks * 1.5


def test_a_bar_that_creeps_and_leaps_is_believed_where_it_leapt() -> None:
    """Between two leaps it points ever later; the earliest end of the last stretch is the one."""
    plain, told = Durations(), Durations()
    delay, looks = watch(plain, 400, nothing, estimated=MEDIAN)
    informed, fewer = watch(told, 400, creeping, estimated=MEDIAN)
    assert informed + COST * fewer <= 0.6 * (delay + COST * looks)


def test_it_never_looks_more_often_than_allowed_nor_hides_for_ever() -> None:
    plan = Plan(Durations(), "kind", 3600.0, shortest=0.25, longest=15.0)
    assert plan.first() == 15.0
    at = 0.0
    for progress in (1, 50, 98, 99, 99, 99, 99):
        following = plan.next(at, progress)
        assert 0.25 <= following - at <= max(15.0, 0.25 * at)
        at = following


@pytest.mark.parametrize("age", [3600.0, 20 * 3600.0, 4 * 86_400.0, 56 * 365 * 86_400.0])
def test_a_task_is_read_within_minutes_however_old_it_is(age: float) -> None:
    """Its links live for a day from its end; years are those of a clock that was set meanwhile."""
    plan = Plan(Durations(), "kind", 30.0)
    assert 0 < plan.next(age, 95) - age <= FARTHEST


def test_the_time_left_is_a_range_that_holds_most_of_what_comes() -> None:
    durations = Durations()
    watch(durations, 300, nothing, estimated=MEDIAN)
    chance = random.Random(11)
    inside = seen = 0
    for _ in range(600):
        seconds = chance.lognormvariate(math.log(MEDIAN), SPREAD)
        plan = Plan(durations, "kind", MEDIAN)
        if seconds > 10.0:
            plan.next(10.0)
            low, high = plan.remaining(10.0)
            seen += 1
            inside += low <= seconds - 10.0 <= high
    assert inside / seen == pytest.approx(0.6, abs=0.07)


@pytest.mark.parametrize("elapsed", [0.0, 1.0, 25.0, 100.0, 10_000.0])
@pytest.mark.parametrize("progress", [None, 0, 1, 50, 99, 100])
def test_the_range_is_finite_and_in_order_however_late_it_is(
    elapsed: float, progress: int | None
) -> None:
    plan = Plan(Durations(), "kind", 25.0)
    assert plan.next(elapsed, progress) > elapsed
    low, high = plan.remaining(elapsed)
    assert 0 <= low <= high < math.inf


def test_what_was_learned_survives_its_record() -> None:
    learned = Durations()
    watch(learned, 50, honest, estimated=MEDIAN)
    again = Durations.from_record(json.loads(json.dumps(learned.to_record())))
    assert Plan(again, "kind", MEDIAN).first() == pytest.approx(
        Plan(learned, "kind", MEDIAN).first()
    )
    assert len(json.dumps(learned.to_record())) < 1000


@pytest.mark.parametrize(
    "record", [None, 3, [], {"kind": None}, {"kind": {"durations": ["x"], "pointers": []}}]
)
def test_a_record_that_makes_no_sense_is_forgotten(record: object) -> None:
    assert Plan(Durations.from_record(record), "kind", 25.0).first() > 0


def test_kinds_of_tasks_are_told_apart() -> None:
    requests = [
        ImageRequest("a", size="1:1"),
        ImageRequest("a", size="1:1", quality="high"),
        ImageRequest("a", size="1:1", resolution="4K"),
        ImageRequest("a", size="1:1", n=4),
    ]
    assert len({bucket_of(request) for request in requests}) == 4
    assert expected_seconds(requests[1]) > expected_seconds(requests[0])
