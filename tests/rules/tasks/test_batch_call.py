"""When the call that reads many tasks rests, and which of its 429s are its own."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from evolink_widgets.errors import (
    BadReply,
    InsufficientCredits,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    Unreachable,
)
from evolink_widgets.rules.tasks.batch_call import (
    BROKEN,
    PROBE_AGAIN,
    PROOF,
    RESTS,
    BatchCall,
    is_answer,
)

LONGEST = 30.0


def too_many(asked: float | None = None) -> RateLimited:
    return RateLimited("no", retry_after=asked, status=429)


def refused(call: BatchCall, now: float, asked: float | None = None) -> bool:
    """One batch is asked for and answered 429; whether the call rests for it."""
    return call.limited(now, too_many(asked), call.refusals)


def in_doubt(asked: float | None = None) -> BatchCall:
    """After three of them, at 0."""
    call = BatchCall(LONGEST)
    assert not any(refused(call, 0.0, asked) for _ in range(3))
    assert call.is_in_doubt
    return call


def proved(asked: float | None = None) -> BatchCall:
    """After a fourth one, and enough single readings, at 0."""
    call = in_doubt(asked)
    call.read_singly(0.0)
    assert not refused(call, 0.0, asked)
    for left in range(PROOF, 0, -1):
        assert call.singly_first == left
        assert call.rest_left(0.0) == math.inf
        call.read_singly(0.0)
    assert call.singly_first == 1, "one goes out in the place of each batch that waits"
    return call


def test_three_refusals_are_taken_as_they_come() -> None:
    call = BatchCall(LONGEST)
    refused(call, 0.0)
    refused(call, 0.0)
    assert (call.is_in_doubt, call.singly_first, call.rest_left(0.0)) == (False, 0, 0.0)
    refused(call, 0.0)
    assert (call.is_in_doubt, call.singly_first, call.rest_left(0.0)) == (True, 1, 0.0)


@pytest.mark.parametrize(
    ("asked", "fair", "rests"), [(None, 1.5, RESTS), (7.0, 7.0, RESTS), (200.0, LONGEST, 200.0)]
)
def test_a_fifth_after_single_readings_and_as_long_a_rest_is_its_own(
    asked: float | None, fair: float, rests: float
) -> None:
    call = proved(asked)
    assert call.rest_left(0.0) == fair
    assert call.rest_left(fair) == 0.0
    assert refused(call, fair, asked)
    assert not call.is_open(fair + rests - 0.01)
    assert call.is_open(fair + rests)


def test_that_rest_is_no_longer_where_the_clock_is_set_back_meanwhile() -> None:
    call = proved(7.0)
    assert call.rest_left(0.0) == 7.0
    assert call.rest_left(-3600.0) == 7.0
    assert call.rest_left(-3594.0) == 1.0


def test_what_passes_after_that_rest_ends_the_doubt() -> None:
    call = proved()
    call.worked()
    assert (call.is_open(0.0), call.is_in_doubt, call.singly_first) == (True, False, 0)
    assert not refused(call, 0.0), "it begins from the first one"


@pytest.mark.parametrize("make", [in_doubt, proved])
def test_a_single_reading_that_is_refused_says_that_it_is_for_all(
    make: Callable[[], BatchCall],
) -> None:
    call = make()
    call.read_singly(0.0, too_many())
    assert (call.is_in_doubt, call.singly_first, call.rest_left(0.0)) == (False, 0, 0.0)


def test_one_without_an_answer_proves_nothing_and_ends_nothing() -> None:
    call = proved()
    call.read_singly(0.0, Unreachable("no network"))
    assert call.singly_first == PROOF
    assert not refused(call, 9.0)
    assert call.is_open(9.0)


def test_many_that_are_refused_at_once_are_one_refusal() -> None:
    call = BatchCall(LONGEST)
    before = call.refusals
    for _ in range(8):
        call.limited(0.0, too_many(), before)
    assert call.refusals == 1


def test_after_its_rest_one_more_refusal_is_enough() -> None:
    call = proved()
    assert call.rest_left(0.0) <= 2.0
    assert refused(call, 2.0)
    for _ in range(PROOF):
        call.read_singly(30.0)
    assert (call.singly_first, call.rest_left(62.0)) == (0, 0.0)
    assert refused(call, 62.0)
    assert not call.is_open(121.9)


def test_while_it_rests_a_single_reading_that_is_refused_has_it_tried_soon() -> None:
    call = proved()
    assert call.rest_left(0.0) <= 2.0
    assert refused(call, 2.0)
    call.read_singly(20.0, too_many())
    assert not call.is_open(29.9)
    assert call.is_open(30.0)
    assert not refused(call, 30.0), "nothing says any more that it is its own"
    assert call.is_open(30.0)


def test_but_not_before_the_time_that_it_has_asked_for() -> None:
    call = proved(100.0)
    assert call.rest_left(0.0) == 30.0
    assert refused(call, 30.0, 100.0)
    call.read_singly(40.0, too_many())
    assert not call.is_open(129.9)
    assert call.is_open(130.0)


@pytest.mark.parametrize("status", [401, 403, 413, 502])
def test_other_faults_rest_it_after_three_in_a_row(status: int) -> None:
    kind = ServiceUnavailable if status >= 500 else RequestRefused
    call = BatchCall(LONGEST)
    for number in range(1, BROKEN + 1):
        assert call.is_open(0.0)
        singly = call.failed(0.0, kind("no", status=status))
        assert singly is (status < 500 or number == BROKEN)
    assert not call.is_open(RESTS - 0.1)
    assert call.is_open(RESTS)


@pytest.mark.parametrize(
    "error", [BadReply("?"), NotFound("?", status=404), RequestRefused("?", status=400)]
)
def test_what_is_not_offered_is_asked_for_later(error: ServiceError) -> None:
    call = BatchCall(LONGEST)
    assert call.failed(0.0, error)
    assert not call.is_open(PROBE_AGAIN - 0.1)


@pytest.mark.parametrize(
    ("error", "answers"),
    [
        (too_many(), False),
        (Unreachable("no network"), False),
        (ServiceUnavailable("no answer in time"), False),
        (ServiceUnavailable("no", status=503), True),
        (NotFound("no", status=404), True),
        (InsufficientCredits("no", status=429), True),
        (BadReply("no JSON", status=200), True),
    ],
)
def test_which_readings_were_answered(error: ServiceError, answers: bool) -> None:
    assert is_answer(error) is answers
