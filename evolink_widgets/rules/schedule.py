"""When to look at a task next, and how long it may still take.

Looking costs a request, not looking costs waiting. With h(t) the rate at which a task that has
not ended by t ends just then, and c the seconds of waiting that one look is worth, the best
density of looks is n(t) = √(h(t) / 2c) (Keller 1974): seldom at first, densest around the usual
duration. So a `Plan` needs a distribution of durations. It takes log-normal ones from two
sources and uses the sharper of both:

* `Durations` has learned how long such tasks took against the service's own estimate;
* progress, at p percent after t seconds, points to t / p, but only as far as such a pointer has
  proved right before: progress that lies is learned away.

Nothing here reads a clock: time is an argument, in seconds since the task was accepted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evolink_widgets.rules.request import ImageRequest

__all__ = ["Durations", "Plan", "bucket_of", "expected_seconds"]

#: How wrong the first estimate may be, as a standard deviation of log-seconds.
_PRIOR_SPREAD = 0.6
_PRIOR_WEIGHT = 0.5
#: How wrong progress may be before any was seen, and how many tasks that opinion is worth.
_POINTER_SPREAD = 0.35
_POINTER_WEIGHT = 3.0
#: Never surer than this, so that a look is never aimed at a single instant.
_SMALLEST_SPREAD = 0.006
_FORGET_ABOVE = 500
_DECILES = 10
_STEPS = 48
_MEGAPIXEL = 1_000_000


def bucket_of(request: ImageRequest) -> str:
    """The kind of task whose durations are learned together: model, quality, megapixels, n."""
    pixels = request.pixels
    size = "auto" if pixels is None else str(max(1, round(pixels[0] * pixels[1] / _MEGAPIXEL)))
    return f"{request.model}/{request.quality}/{size}/{request.n}"


def expected_seconds(request: ImageRequest) -> float:
    """A first guess where the service gives no estimate and nothing has been learned."""
    width, height = request.pixels or (1024, 1024)
    base = {"low": 12.0, "medium": 25.0, "high": 50.0}[request.quality]
    return base * (0.7 + 0.3 * width * height / _MEGAPIXEL) * (1 + 0.15 * (request.n - 1))


@dataclass
class _Sums:
    """Count, sum and sum of squares: enough for a mean and a spread."""

    count: float = 0.0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.squares += value * value
        if self.count > _FORGET_ABOVE:
            self.count, self.total, self.squares = (
                self.count / 2, self.total / 2, self.squares / 2,
            )  # fmt: skip

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0

    @property
    def scatter(self) -> float:
        return max(0.0, self.squares - self.total * self.mean)


@dataclass
class _Bucket:
    """What one kind of task has taught: log(duration / estimate), and the error of progress."""

    durations: _Sums = field(default_factory=_Sums)
    pointers: list[_Sums] = field(default_factory=lambda: [_Sums() for _ in range(_DECILES)])

    def duration(self) -> tuple[float, float]:
        """Mean and spread of log(duration / estimate) of the next task."""
        seen = self.durations
        weight = _PRIOR_WEIGHT + seen.count
        shape = 2.0 + seen.count / 2
        scale = 2 * _PRIOR_SPREAD**2 + seen.scatter / 2
        scale += _PRIOR_WEIGHT * seen.count / weight * seen.mean**2 / 2
        return seen.total / weight, math.sqrt(scale / shape * (1 + 1 / weight))

    def pointer(self, decile: int) -> tuple[float, float]:
        """Mean and spread of the error of log(t / progress) in this tenth of the way."""
        seen = self.pointers[decile]
        variance = (_POINTER_WEIGHT * _POINTER_SPREAD**2 + seen.scatter) / (
            _POINTER_WEIGHT + seen.count
        )
        return seen.total / (seen.count + 1), math.sqrt(variance)


class Durations:
    """How long tasks took, learned for each kind. A few hundred bytes as a record.

    Not safe for several threads: the watcher's loop owns it.
    """

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def bucket(self, name: str) -> _Bucket:
        """What is known of this kind; a new kind begins with the prior."""
        return self._buckets.setdefault(name, _Bucket())

    def to_record(self) -> dict[str, Any]:
        """JSON-safe values, for the store."""
        return {
            name: {
                "durations": _to_list(bucket.durations),
                "pointers": [_to_list(sums) for sums in bucket.pointers],
            }
            for name, bucket in self._buckets.items()
        }

    @classmethod
    def from_record(cls, record: object) -> Durations:
        """What `to_record` wrote; whatever does not make sense is forgotten."""
        learned = cls()
        for name, item in record.items() if isinstance(record, Mapping) else ():
            try:
                pointers = [_Sums(*map(float, sums)) for sums in item["pointers"]]
                bucket = _Bucket(_Sums(*map(float, item["durations"])), pointers)
            except (KeyError, TypeError, ValueError):
                continue
            if len(pointers) == _DECILES:
                learned._buckets[str(name)] = bucket
        return learned


class Plan:
    """When to look at one task.

    Args:
        durations: what has been learned; `finished` adds to it.
        bucket: the kind of task, from `bucket_of`.
        estimated: the service's estimate, in seconds.
        cost: seconds of waiting that one look is worth; smaller means more looks.
        shortest, longest: bounds of the time between two looks, in seconds.
    """

    def __init__(
        self,
        durations: Durations,
        bucket: str,
        estimated: float,
        *,
        cost: float = 0.02,
        shortest: float = 0.25,
        longest: float = 15.0,
    ) -> None:
        self._bucket = durations.bucket(bucket)
        self._estimated = max(estimated, 0.05)
        self._cost = cost
        self._shortest = shortest
        self._longest = longest
        self._seen: list[tuple[int, float]] = []
        shift, spread = self._bucket.duration()
        self._prior = (math.log(self._estimated) + shift, max(spread, _SMALLEST_SPREAD))
        self._now = self._prior

    def first(self) -> float:
        """When to look for the first time, in seconds after acceptance."""
        return self._bounded(0.0, _next_look(*self._prior, 0.0, self._cost))

    def next(self, elapsed: float, progress: int | None = None) -> float:
        """When to look next, in seconds after acceptance.

        Args:
            elapsed: how old the reading is that was just taken, in the same count.
            progress: 0 to 100 as the service said, or `None`.
        """
        self._now = self._sharpest(elapsed, progress)
        return self._bounded(elapsed, _next_look(*self._now, elapsed, self._cost))

    def remaining(self, elapsed: float) -> tuple[float, float]:
        """Seconds still to go, as the range that holds the middle 60 % of such tasks."""
        low = _quantile_after(*self._now, elapsed, 0.2) - elapsed
        high = _quantile_after(*self._now, elapsed, 0.8) - elapsed
        return max(0.0, low), max(0.0, high)

    def finished(self, seconds: float) -> None:
        """Learn from a task that took this long."""
        if seconds <= 0:
            return
        self._bucket.durations.add(math.log(seconds / self._estimated))
        for decile, pointed in self._seen:
            self._bucket.pointers[decile].add(math.log(seconds) - pointed)

    def _sharpest(self, elapsed: float, progress: int | None) -> tuple[float, float]:
        if progress is None or not 0 < progress < 100 or elapsed <= 0:
            return self._prior
        decile = min(_DECILES - 1, progress * _DECILES // 100)
        pointed = math.log(elapsed / ((progress + 0.5) / 100))
        # One opinion a tenth of the way: a bar that stands still is not many witnesses.
        if not any(decile == known for known, _ in self._seen):
            self._seen.append((decile, pointed))
        shift, spread = self._bucket.pointer(decile)
        spread = max(spread, _SMALLEST_SPREAD)
        return (pointed + shift, spread) if spread < self._prior[1] else self._prior

    def _bounded(self, elapsed: float, wanted: float) -> float:
        longest = max(self._longest, 0.25 * elapsed)
        return elapsed + min(max(wanted - elapsed, self._shortest), longest)


def _next_look(mean: float, spread: float, after: float, cost: float) -> float:
    """The instant at which the density of looks since `after` has added up to one."""
    start = max(math.log(after) if after > 0 else -math.inf, mean - 4 * spread)
    end = max(start + 4 * spread, mean + 4 * spread)
    width = (end - start) / _STEPS
    total, before, before_density = 0.0, after, 0.0
    for step in range(_STEPS + 1):
        at = math.exp(start + step * width)
        density = math.sqrt(_hazard((start + step * width - mean) / spread, spread, at) / 2 / cost)
        if step:
            area = (density + before_density) / 2 * (at - before)
            if total + area >= 1:
                return before + (at - before) * (1 - total) / area
            total += area
        before, before_density = at, density
    return before


def _hazard(z: float, spread: float, at: float) -> float:
    surviving = math.erfc(z / math.sqrt(2)) / 2
    if surviving < 1e-12:
        return max(z, 1e-9) / (spread * at)
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return density / (surviving * spread * at)


def _quantile_after(mean: float, spread: float, elapsed: float, share: float) -> float:
    """The time by which this share of the tasks still running at `elapsed` has ended."""
    gone = 0.0
    if elapsed > 0:
        gone = 1 - math.erfc((math.log(elapsed) - mean) / spread / math.sqrt(2)) / 2
    if gone > 1 - 1e-9:
        return elapsed * (1 + spread * share)
    wanted = gone + (1 - gone) * share
    low, high = -8.0, 8.0
    for _ in range(40):
        middle = (low + high) / 2
        if 1 - math.erfc(middle / math.sqrt(2)) / 2 < wanted:
            low = middle
        else:
            high = middle
    return math.exp(mean + spread * (low + high) / 2)


def _to_list(sums: _Sums) -> Sequence[float]:
    return [round(sums.count, 6), round(sums.total, 6), round(sums.squares, 6)]
