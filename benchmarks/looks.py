"""When tasks are looked at, simulated: our plans beside a fixed interval, with no machine between.

Tasks of a usual length end at random, their progress moves as the shape says, requests and replies
take half a round trip each. What is told is how late the end is known, with the picture's round
trip on top, and how often was looked. The fixed interval is fal-client's: 0.1 s between a reply and
the next look, and one more request for the result. It takes no processor time here, so on a real
machine with many in flight it does worse than this says.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from evolink_widgets.emulator.contract import timing
from evolink_widgets.rules.tasks.schedule import WORTH, Durations, Plan, shortest_pause

FIXED = 0.1
"""Seconds between a reply and fal-client's next look."""

TELLING = 20
"""As in the watcher: per cent from which progress says something."""

Shape = Callable[[float, float, float], int]


def honest(share: float, elapsed: float, usual: float) -> int:
    """Per cent of the way."""
    return int(100 * share)


def lying(share: float, elapsed: float, usual: float) -> int:
    """A clock that runs to the usual time, whatever happens."""
    return min(95, int(60 * elapsed / usual))


def none(share: float, elapsed: float, usual: float) -> int:
    """Nothing until the end."""
    return 0


@dataclass(order=True)
class Watched:
    """A task in flight; times are seconds, and its own begin with the service's acceptance."""

    due: float
    number: int
    began: float = field(compare=False)
    seconds: float = field(compare=False)
    plan: Plan = field(compare=False)
    read_at: float = field(compare=False)
    looks: int = field(default=0, compare=False)

    def progress(self, now: float, shape: str, usual: float) -> int:
        """What the service says of it, 100 when it has ended."""
        elapsed = now - self.began
        share = elapsed / self.seconds
        if share >= 1:
            return 100
        if shape == "uneven":  # a queue, halts and leaps, as the emulator plays them
            moving = (share - timing.QUEUE_SHARE) / (1 - timing.QUEUE_SHARE)
            return timing.progress(moving, random.Random(self.number)) if moving > 0 else 0
        return {"honest": honest, "lying": lying, "none": none}[shape](share, elapsed, usual)


def ours(given: argparse.Namespace, spread: float, shape: str) -> tuple[float, float]:
    """Mean delay in seconds and looks a task, after the first tasks have been learned from."""
    chance, known = random.Random(given.seed), Durations()
    usual, way = given.seconds, given.round_trip / 2
    flying: list[Watched] = []
    delays: list[float] = []
    looks: list[int] = []

    def begin(at: float, number: int) -> None:
        plan = Plan(known, "kind", usual, cost=WORTH, shortest=shortest_pause(usual))
        heard = at + 2 * way
        one = Watched(heard + plan.first(), number, at + way, _seconds(chance, usual, spread),
                      plan, heard)  # fmt: skip
        heapq.heappush(flying, one)

    for number in range(given.in_flight):
        begin(0.0, number)
    number = given.in_flight
    while len(delays) < given.tasks:
        one = heapq.heappop(flying)
        one.looks += 1
        told = one.progress(one.due + way, shape, usual)
        now = one.due + 2 * way
        since = one.began + way  # when its acceptance was heard
        if told < 100:
            following = one.plan.next(now - since, told if told >= TELLING else None)
            one.due, one.read_at = since + following, now
            heapq.heappush(flying, one)
            continue
        gap, elapsed = now - one.read_at, now - since
        if gap <= max(0.5, 0.5 * elapsed):
            one.plan.finished(elapsed - gap / 2)
        delays.append(now - one.began - one.seconds + 2 * way)
        looks.append(one.looks)
        begin(now + 2 * way, number)
        number += 1
    learned = 2 * given.in_flight
    return _mean(delays[learned:]), _mean(looks[learned:])


def fixed(given: argparse.Namespace, spread: float) -> tuple[float, float]:
    """The same of a fixed interval."""
    chance = random.Random(given.seed)
    way = given.round_trip / 2
    delays, looks = [], []
    for _ in range(given.tasks):
        seconds = _seconds(chance, given.seconds, spread)
        at, count = way, 1  # the first look goes out when the acceptance is heard
        while at + way < seconds:
            at, count = at + 2 * way + FIXED, count + 1
        delays.append(at + 2 * way - seconds + 4 * way)
        looks.append(count)
    return _mean(delays), _mean(looks)


def _seconds(chance: random.Random, usual: float, spread: float) -> float:
    return usual * min(2.0, math.exp(chance.gauss(0, spread)))


def _mean(values: list[float] | list[int]) -> float:
    return sum(values) / len(values)


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="usual length of a task")
    parser.add_argument("--round-trip", type=float, default=0.03)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument("--tasks", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| spread | progress | delay ms | looks | delay / fixed | looks / fixed |")
    print("|---|---|---|---|---|---|")
    for spread in (0.22, 0.45):
        late, often = fixed(given, spread)
        print(f"| {spread} | fixed interval | {1000 * late:.0f} | {often:.1f} | 1 | 1 |")
        for shape in ("honest", "uneven", "lying", "none"):
            delay, looks = ours(given, spread, shape)
            figures = f"{1000 * delay:.0f} | {looks:.1f} | {delay / late:.2f} | {looks / often:.2f}"
            print(f"| {spread} | {shape} | {figures} |")


if __name__ == "__main__":
    main()
