"""Judges whether the call that reads many tasks at once is to be used: it may fail by itself.

A firewall or a key's scope may bar that call alone, so what it answers speaks for no task. Where it
is missing, or fails again and again, it rests and tasks are read one by one; after a while it is
tried again. Nothing here reads a clock: times are arguments, in seconds.

A 429 needs more care, for it may be for all readings, and tasks that are read too often must not be
read singly instead. So it is found out in few requests, all of them at the pace that the service
leaves:

1. Three refusals are taken as they come: the batch goes out again after its pause.
2. Before the fourth batch one task is read singly. Where the service is well again, the batch
   passes right after it.
3. Before the fifth, `PROOF` tasks are read singly. Then the batch has at least as long a rest as
   those had, so that whatever let them pass would let it pass. If it is refused all the same, the
   limit is its own: it rests.

A single reading that is refused meanwhile says that the limit is for all: the doubt is over.
"""

from __future__ import annotations

import math

from evolink_widgets.errors import (
    BadReply,
    RateLimited,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    Unreachable,
)

__all__ = ["BROKEN", "NOT_OFFERED", "PROBE_AGAIN", "PROOF", "RESTS", "BatchCall", "is_answer"]

NOT_OFFERED = frozenset({404, 405, 410, 501})
"""Answers of a service that does not have a call at all."""

PROBE_AGAIN = 600.0
"""Seconds until a call that was not offered is tried again."""

BROKEN, RESTS = 3, 60.0
"""Batches in a row that must fail before that call rests, and for how many seconds it does."""

PROOF = 5
"""Single readings in a row, none answered 429, after which a refusal is the batch call's own."""

_PLAIN = 3
_FAIR = 1.5
"""Seconds that a batch rests at least after those."""
_SOON = 10.0
"""Seconds after which a call that rests for its 429s is tried, where single readings get one, too:
the limit may have been for all readings after all."""


class BatchCall:
    """What is known of one service's batch call.

    Args:
        longest: seconds for which one 429 is obeyed at most.

    Attributes:
        refusals: 429s in a row.
        refusal: the last of them; `None` before the first.
    """

    def __init__(self, longest: float) -> None:
        self.refusals = 0
        self.refusal: RateLimited | None = None
        self._longest = longest
        self._rests_until = 0.0
        self._failures = 0
        self._passed = 0
        self._fair_from: float | None = None
        self._not_before = 0.0
        self._is_alone = False

    def is_open(self, now: float) -> bool:
        """Whether it may be used now."""
        return now >= self._rests_until

    @property
    def is_in_doubt(self) -> bool:
        """Whether its 429s may be for this call alone."""
        return self.refusals >= _PLAIN

    @property
    def singly_first(self) -> int:
        """How many tasks are to be read singly before the next batch."""
        if self._is_alone or not self.is_in_doubt:
            return 0
        return 1 if self.refusals == _PLAIN else max(1, PROOF - self._passed)

    def rest_left(self, now: float) -> float:
        """Seconds that the batch has to rest yet after those; infinite where others come first."""
        if self._is_alone or self.refusals <= _PLAIN:
            return 0.0
        if self._fair_from is None and self._passed < PROOF:
            return math.inf
        fair = now + max(_FAIR, self._asked_for(self._longest))
        # A clock that was set back meanwhile makes it no longer.
        self._fair_from = fair if self._fair_from is None else min(self._fair_from, fair)
        return max(0.0, self._fair_from - now)

    def read_singly(self, now: float, error: ServiceError | None = None) -> None:
        """Hear what came of the reading of one task."""
        if error is None or is_answer(error):
            self._passed += 1
            return
        self._passed, self._fair_from = 0, None
        if not isinstance(error, RateLimited):
            return
        if self._is_alone:
            self._rests_until = max(self._not_before, min(self._rests_until, now + _SOON))
        else:
            self.refusals = 0

    def limited(self, now: float, error: RateLimited, before: int) -> bool:
        """Hear that it was answered 429.

        Args:
            now: seconds.
            error: the answer.
            before: `refusals` when it was asked: many that are refused at once are one no.

        Returns:
            Whether that is for this call alone, so that it rests.
        """
        is_fair = self._fair_from is not None and now >= self._fair_from
        self._is_alone = (self._is_alone or is_fair) and self._passed >= PROOF
        self._passed, self._fair_from, self.refusal = 0, None, error
        if self._is_alone:
            self._not_before = now + self._asked_for(PROBE_AGAIN)
            self._rests_until = max(now + RESTS, self._not_before)
        elif self.refusals == before:
            self.refusals += 1
        return self._is_alone

    def failed(self, now: float, error: ServiceError) -> bool:
        """Hear of any other fault; whether the tasks are to be read one by one for it."""
        if isinstance(error, BadReply) or error.status in NOT_OFFERED or error.status == 400:
            self.not_offered(now)
            return True
        self._end_doubt()
        self._failures += 1
        if self._failures >= BROKEN:
            self._rests_until = now + RESTS
            return True
        return isinstance(error, RequestRefused)

    def not_offered(self, now: float) -> None:
        """Hear that the service has no such call."""
        self._end_doubt()
        self._rests_until = now + PROBE_AGAIN

    def worked(self) -> None:
        """Hear that it gave what was asked for."""
        self._end_doubt()
        self._failures = 0

    def _end_doubt(self) -> None:
        self.refusals, self._fair_from, self._is_alone = 0, None, False

    def _asked_for(self, most: float) -> float:
        """Seconds that the last 429 asked for."""
        asked = None if self.refusal is None else self.refusal.retry_after
        return min(asked or 0.0, most)


def is_answer(error: ServiceError) -> bool:
    """Whether the service has answered, and not that it is asked too often."""
    if isinstance(error, (RateLimited, Unreachable)):
        return False
    return not isinstance(error, ServiceUnavailable) or error.status is not None
