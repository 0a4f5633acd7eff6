"""A distribution of how long a task takes, and when to look at it by that distribution.

Looking costs a request, not looking costs waiting. With h(t) the rate at which a task that has
not ended by t ends just then, and c the seconds of waiting that one look is worth, the best
density of looks is n(t) = √(h(t) / 2c) (Keller 1974): seldom at first, densest around the usual
duration. For log-normal durations that stays within 3 % of the exact optimum (Barlow, Hunter
and Proschan 1963); a test computes both.

A belief that the task has outlived must not be held on to: sure of 25 s and waiting since 60,
a log-normal alone would look ever more often. So a small share of all tasks is believed to be
*late*: past the usual duration, and with a tail so heavy (one over the time) that the longer
it has taken, the longer it may still take. Looks then come at growing distances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["SUREST", "DurationGuess"]

SUREST = 0.006
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
    """Durations around e^mean seconds.

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
        for _ in range(40):
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
