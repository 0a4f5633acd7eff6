"""Schedules the next look at a task, and foretells how long it may still take.

A `Plan` needs a belief about the task's duration (`DurationGuess`, which says how looks follow
from it). It has two sources and uses the surer one:

* `Durations` has learned how long such tasks take against the service's own estimate;
* progress, at p percent after t seconds, points to t / p, but only as far as such a pointer has
  proved right before: progress that lies, or stands still, is learned away.

Both are learned for each kind of task, on top of what all kinds together have taught, so that a
new kind begins with what is known of the service. One odd task moves little; a service that has
changed is followed within a few tasks. Nothing here reads a clock: time is an argument, in
seconds since the task was accepted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evolink_widgets.rules.request.request import ImageRequest

__all__ = [
    "FARTHEST",
    "WORTH",
    "Durations",
    "Plan",
    "bucket_of",
    "expected_seconds",
    "shortest_pause",
]

WORTH = 0.0025
"""Seconds of waiting that one look is worth."""

FARTHEST = 30.0
"""Seconds between two looks at most, however long a task takes already: its links live for a day.
A clock that was set meanwhile may tell of years."""

_MEGAPIXEL = 1_000_000
_DECILES = 10
_MEMORY = 80.0
"""How many tasks are remembered: older ones fade."""
_ODD, _NEVER_ODD = 3.0, 0.05
"""How far one task may be from what is known and still count in full: in spreads, and at least."""
_DURATION_VARIANCE, _DURATION_WEIGHT = 0.37, 4.0
"""Variance of log(duration / estimate) before anything was seen, and what that opinion weighs."""
_POINTER_VARIANCE, _POINTER_WEIGHT = 0.12, 3.0
"""The same of the error of progress."""
_STRETCH = 15
"""Per cent of progress that are looked back over for where it points to."""
_KIN_WEIGHT = 0.5
"""What all kinds of tasks together say of one kind's mean, in tasks of its own."""
_LONGEST_ESTIMATE = 86_400.0
_LONGEST_TASK = 1e7
_MOST_KINDS = 1000


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


def shortest_pause(estimated: float) -> float:
    """Seconds between two looks at least: what counts is the delay against what a task takes."""
    return min(0.25, 0.02 + 0.003 * estimated)


_EARLY = 3.0
"""Spreads before the usual end at which hardly a task has ended."""
_SUREST = 0.006
"""Never surer than this, so that a look is never aimed at a single instant."""
_LATE = 0.02
"""The share of tasks that are late for a reason of their own."""
_BODY = 4.5
"""The body of the log-normal, in spreads on each side, and its steps when it is added up."""
_STEPS = 60
_TAIL_STEP = 0.08
_ROOT_2 = math.sqrt(2)
_ROOT_2_PI = math.sqrt(2 * math.pi)


@dataclass(frozen=True)
class DurationGuess:
    """A distribution of how long a task takes, around e^mean seconds; and when to look by it.

    Looking costs a request, not looking costs waiting. With h(t) the rate at which a task that
    has not ended by t ends just then, and c the seconds of waiting that one look is worth, the
    best density of looks is n(t) = √(h(t) / 2c) (Keller 1974): seldom at first, densest around
    the usual duration. For log-normal durations that stays within 3 % of the exact optimum
    (Barlow, Hunter and Proschan 1963); a test computes both.

    A belief that the task has outlived must not be held on to: sure of 25 s and waiting since
    60, a log-normal alone would look ever more often. So a small share of all tasks is believed
    to be *late*: past the usual duration, and with a tail so heavy (one over the time) that the
    longer it has taken, the longer it may still take. Looks then come at growing distances.

    Attributes:
        mean: of log-seconds.
        spread: standard deviation of log-seconds.
    """

    mean: float
    spread: float

    def outlived(self, elapsed: float) -> bool:
        """Whether the task has taken so long that this belief was wrong about it."""
        return elapsed > 0 and math.log(elapsed) > self.mean + 3 * self.spread

    def alive(self, elapsed: float) -> float:
        """The share of tasks that take longer than this many seconds."""
        return self._alive_and_ending(math.log(elapsed))[0] if elapsed > 0 else 1.0

    def next_look(self, after: float, cost: float, until: float) -> float:
        """The instant at which the density of looks since `after` has added up to one.

        Args:
            after: seconds; the task has not ended by then.
            cost: seconds of waiting that one look is worth.
            until: seconds; later than this is not looked for.
        """
        beginning = self.mean - _BODY * self.spread
        at = max(math.log(after), beginning) if after > 0 else beginning
        step = 2 * _BODY * self.spread / _STEPS
        body = self.mean + _BODY * self.spread
        half = 0.5 / cost
        total, before, density = 0.0, after, -1.0
        while before < until:
            instant = math.exp(at)
            alive, ending = self._alive_and_ending(at)
            now = math.sqrt(half * ending / alive / instant)
            if density >= 0:
                area = (now + density) / 2 * (instant - before)
                if total + area >= 1:
                    return before + (instant - before) * (1 - total) / area
                total += area
            before, density = instant, now
            at += step if at < body else max(step, _TAIL_STEP)
        return until

    def by(self, share: float, elapsed: float) -> float:
        """The time by which this share of the tasks still running at `elapsed` has ended."""
        wanted = self.alive(elapsed) * (1 - share)
        low = math.log(elapsed) if elapsed > 0 else self.mean - 8 * self.spread
        high = max(low, self.mean) + 8 * self.spread + math.log(1 / (1 - share)) + 1
        while self._alive_and_ending(high)[0] > wanted:
            high += 1
        for _ in range(16):  # to a thousandth
            middle = (low + high) / 2
            if self._alive_and_ending(middle)[0] > wanted:
                low = middle
            else:
                high = middle
        return math.exp(high)

    def _alive_and_ending(self, log_time: float) -> tuple[float, float]:
        """At a time: the share still running, and the density of ends per log-second."""
        z = (log_time - self.mean) / self.spread
        alive = math.erfc(z / _ROOT_2) / 2
        ending = math.exp(-z * z / 2) / (_ROOT_2_PI * self.spread)
        # Pareto's tail begins at the usual duration: alive m/t, density m/t per log-second.
        late = math.exp(self.mean - log_time) if z > 0 else 1.0
        late_ending = late if z > 0 else 0.0
        return (1 - _LATE) * alive + _LATE * late, (1 - _LATE) * ending + _LATE * late_ending


@dataclass
class _Sums:
    """Count, sum and sum of squares of what was seen: enough for a mean and a variance."""

    count: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    odd: int = 0
    """How many of the last were odd, in the same direction: the sign is the direction."""

    def add(self, value: float, known: DurationGuess) -> None:
        """Take in a value; an odd one counts as far as the edge of what is known.

        Each further odd one on the same side moves the edge twice as far, until it is believed.
        """
        edge = max(_ODD * known.spread, _NEVER_ODD) * 2.0 ** abs(self.odd)
        away = value - known.mean
        if abs(away) > edge:
            side = 1 if away > 0 else -1
            self.odd = min(abs(self.odd) + 1, 10) * side if self.odd * side >= 0 else side
            value = known.mean + math.copysign(edge, away)
        else:
            self.odd = 0
        fade = min(1.0, (_MEMORY - 1) / self.count) if self.count else 1.0
        self.count = self.count * fade + 1
        self.total = self.total * fade + value
        self.squares = self.squares * fade + value * value

    @property
    def sound(self) -> bool:
        """Whether this can come from tasks that took less than a year."""
        # Not-a-number fails each comparison.
        return (
            0 <= self.count <= _MEMORY
            and abs(self.total) <= 20 * self.count
            and (0 <= self.squares <= 400 * self.count)
        )

    def learned(
        self, mean: float, mean_weight: float, variance: float, weight: float
    ) -> DurationGuess:
        """Where the next value lies: the opinion given, corrected by what was seen."""
        own = self.total / self.count if self.count else 0.0
        scatter = max(0.0, self.squares - self.total * own)
        scatter += mean_weight * self.count / (mean_weight + self.count) * (own - mean) ** 2
        # Of the opinion's variance a part is doubt about the mean, which goes as tasks come.
        within = variance / (1 + 1 / mean_weight)
        within = (weight * within + scatter) / (weight + self.count)
        centre = (mean_weight * mean + self.total) / (mean_weight + self.count)
        return DurationGuess(centre, math.sqrt(within * (1 + 1 / (mean_weight + self.count))))


@dataclass
class _Seen:
    """What some tasks have taught: log(duration / estimate), and the error of progress."""

    durations: _Sums = field(default_factory=_Sums)
    pointers: list[_Sums] = field(default_factory=lambda: [_Sums() for _ in range(_DECILES)])

    def to_record(self) -> list[list[float]]:
        """JSON-safe values."""
        return [
            [round(part, 4) for part in (sums.count, sums.total, sums.squares)]
            for sums in (self.durations, *self.pointers)
        ]

    @classmethod
    def from_record(cls, record: Any) -> _Seen | None:
        """What `to_record` wrote; `None` for what makes no sense."""
        try:
            rows = [tuple(map(float, row)) for row in record]
            read = [_Sums(count, total, squares) for count, total, squares in rows]
        except (TypeError, ValueError, OverflowError):
            return None
        if len(read) != 1 + _DECILES or not all(sums.sound for sums in read):
            return None
        return cls(read[0], read[1:])


class Durations:
    """How long tasks took, learned for each kind. A few hundred bytes a kind as a record.

    Not safe for several threads: the watcher's loop owns it.
    """

    def __init__(self) -> None:
        self._all = _Seen()
        self._kinds: dict[str, _Seen] = {}

    def ratio(self, bucket: str) -> DurationGuess:
        """log(duration / estimate) of the next task of this kind."""
        total = self._all.durations.learned(0.0, _KIN_WEIGHT, _DURATION_VARIANCE, _DURATION_WEIGHT)
        own = self._kinds.get(bucket)
        if own is None:
            return total
        return own.durations.learned(total.mean, _KIN_WEIGHT, total.spread**2, _DURATION_WEIGHT)

    def pointer(self, bucket: str, decile: int) -> DurationGuess:
        """The error of log(t / progress) in this tenth of the way."""
        total = self._all.pointers[decile].learned(0.0, 1.0, _POINTER_VARIANCE, _POINTER_WEIGHT)
        own = self._kinds.get(bucket)
        if own is None:
            return total
        return own.pointers[decile].learned(total.mean, 1.0, total.spread**2, _POINTER_WEIGHT)

    def learn(self, bucket: str, ratio: float, errors: Mapping[int, float]) -> None:
        """Take in a finished task.

        Args:
            bucket: its kind.
            ratio: log(duration / estimate).
            errors: the error of its progress by tenths of the way.
        """
        own = self._kinds.setdefault(bucket, _Seen())
        known = self.ratio(bucket)
        pointers = {decile: self.pointer(bucket, decile) for decile in errors}
        for seen in (own, self._all):
            seen.durations.add(ratio, known)
            for decile, error in errors.items():
                seen.pointers[decile].add(error, pointers[decile])

    def to_record(self) -> dict[str, Any]:
        """JSON-safe values, for the store."""
        kinds = {name: seen.to_record() for name, seen in self._kinds.items()}
        return {"all": self._all.to_record(), "kinds": kinds}

    @classmethod
    def from_record(cls, record: object) -> Durations:
        """Read what `to_record` wrote; what makes no sense is left out."""
        learned = cls()
        if not isinstance(record, Mapping):
            return learned
        learned._all = _Seen.from_record(record.get("all")) or learned._all
        kinds = record.get("kinds")
        for name, item in list(kinds.items())[:_MOST_KINDS] if isinstance(kinds, dict) else ():
            if seen := _Seen.from_record(item):
                learned._kinds[str(name)] = seen
        return learned


class Plan:
    """When to look at one task.

    Args:
        durations: what has been learned; `finished` adds to it.
        bucket: the kind of task, from `bucket_of`.
        estimated: the service's estimate, in seconds.
        cost: seconds of waiting that one look is worth; smaller means more looks.
        shortest, longest: bounds of the time between two looks, in seconds; of a task that
            takes long already, `longest` grows to a quarter of that, and at most to `FARTHEST`.
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
        self._durations = durations
        self._bucket = bucket
        self._log_estimated = math.log(min(max(estimated, 0.05), _LONGEST_ESTIMATE))
        self._cost = cost
        self.shortest = shortest
        self._longest = longest
        self._pointed: dict[int, float] = {}
        self._stretch: list[tuple[int, float]] = []
        self._progress: int | None = None
        self._pointer: DurationGuess | None = None
        self._belief: tuple[DurationGuess, float, float] | None = None

    def first(self) -> float:
        """When to look for the first time, in seconds after acceptance."""
        return self._look_after(0.0)

    def next(self, elapsed: float, progress: int | None = None) -> float:
        """When to look next, in seconds after acceptance.

        Args:
            elapsed: how old the task was at the reading that was just taken.
            progress: 0 to 100 as the service said, or `None`.
        """
        if progress is not None and progress > 0 and elapsed > 0 and progress != self._progress:
            self._point(elapsed, min(progress, 99))
            self._progress = progress
        return self._look_after(elapsed)

    def hardly_before(self) -> float:
        """Seconds after acceptance before which hardly such a task has ended."""
        guess, _, _ = self._believed(0.0)
        return math.exp(guess.mean - _EARLY * guess.spread)

    def ended(self, after: float, by: float) -> float:
        """How likely it is that the task has ended meanwhile, as of the last reading: 0 to 1.

        Args:
            after: seconds after acceptance at which it was still running.
            by: seconds after acceptance.
        """
        if by <= after:
            return 0.0
        guess, since, alive = self._believed(after)
        if after != since:
            alive = guess.alive(after)
        return 1.0 - guess.alive(by) / alive

    def remaining(self, elapsed: float) -> tuple[float, float]:
        """Seconds still to go, as the range that holds the middle 60 % of such tasks."""
        elapsed = max(0.0, elapsed)
        guess, _ = self._surest(elapsed)
        low, high = guess.by(0.2, elapsed), guess.by(0.8, elapsed)
        return max(0.0, low - elapsed), max(0.0, high - elapsed)

    def finished(self, seconds: float) -> None:
        """Learn from a task that took this long."""
        if not 0 < seconds < _LONGEST_TASK:
            return
        taken = math.log(seconds)
        errors = {decile: taken - pointed for decile, pointed in self._pointed.items()}
        self._durations.learn(self._bucket, taken - self._log_estimated, errors)

    def _point(self, elapsed: float, progress: int) -> None:
        """Progress has moved: note where it points, and how far that is to be believed.

        Only movement is a witness. A bar that stands still goes on pointing to where it pointed
        when it stopped, until that is outlived. One that creeps points later and later until it
        leaps on: so the earliest end that it has pointed to on the last stretch is the one to
        trust, and whether that is so is learned as for any pointer.
        """
        decile = progress * _DECILES // 100
        now = progress, math.log(elapsed / ((progress + 0.5) / 100))
        before = [one for one in self._stretch if progress - _STRETCH <= one[0] <= progress]
        self._stretch = [*before, now]
        pointed = min(end for _, end in self._stretch)
        self._pointed[decile] = pointed  # the last in a tenth is the one that looks were aimed by
        error = self._durations.pointer(self._bucket, decile)
        self._pointer = DurationGuess(pointed + error.mean, max(error.spread, _SUREST))

    def _surest(self, elapsed: float) -> tuple[DurationGuess, float]:
        """The narrower belief of those that the task has not outlived, else the later one.

        With the time at which to look in any case: before progress is believed that a task
        takes longer than nearly all others.
        """
        ratio = self._durations.ratio(self._bucket)
        usual = DurationGuess(self._log_estimated + ratio.mean, max(ratio.spread, _SUREST))
        beliefs = [usual] if self._pointer is None else [self._pointer, usual]
        standing = [belief for belief in beliefs if not belief.outlived(elapsed)]
        if not standing:
            return max(beliefs, key=lambda belief: belief.mean), math.inf
        check = math.exp(usual.mean + 2 * usual.spread)
        return min(standing, key=lambda belief: belief.spread), (
            check if check > elapsed else math.inf
        )

    def _believed(self, elapsed: float) -> tuple[DurationGuess, float, float]:
        """The belief at the last reading, its time, and the share that was running then."""
        if self._belief is None:
            guess, _ = self._surest(elapsed)
            self._belief = guess, elapsed, guess.alive(elapsed)
        return self._belief

    def _look_after(self, elapsed: float) -> float:
        elapsed = max(0.0, elapsed)
        guess, check = self._surest(elapsed)
        self._belief = guess, elapsed, guess.alive(elapsed)
        latest = elapsed + max(self._longest, min(0.25 * elapsed, FARTHEST))
        wanted = guess.next_look(elapsed, self._cost, min(latest, check))
        return max(min(wanted, latest), elapsed + self.shortest)
