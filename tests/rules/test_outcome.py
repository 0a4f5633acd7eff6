"""What came back: billed or not, sent again or not. Every pair is listed."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets import errors
from evolink_widgets.errors import Billed
from evolink_widgets.rules.outcome import Event, Kind, judge, retry_after, service_error

NO, UNKNOWN, LATER = Billed.NO, Billed.UNKNOWN, Billed.LATER

# (event, status, is it a task) → (kind, billed, may be sent again by itself, is looked for)
POSTS = {
    (Event.NOT_SENT, None, False): (Kind.NOT_SENT, NO, True, False),
    (Event.TIMED_OUT, None, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.BROKEN_OFF, None, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 100, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 200, True): (Kind.ACCEPTED, LATER, False, False),
    (Event.ANSWERED, 201, True): (Kind.ACCEPTED, LATER, False, False),
    (Event.ANSWERED, 200, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 204, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 302, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 400, False): (Kind.REFUSED, NO, False, False),
    (Event.ANSWERED, 401, False): (Kind.REFUSED, NO, False, False),
    (Event.ANSWERED, 402, False): (Kind.REFUSED, NO, False, False),
    (Event.ANSWERED, 403, False): (Kind.REFUSED, NO, False, False),
    (Event.ANSWERED, 404, False): (Kind.REFUSED, NO, False, False),
    (Event.ANSWERED, 408, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 409, False): (Kind.REFUSED, NO, False, False),
    (Event.ANSWERED, 413, False): (Kind.REFUSED, NO, False, False),
    (Event.ANSWERED, 429, False): (Kind.REFUSED, NO, True, False),
    (Event.ANSWERED, 500, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 502, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 503, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 504, False): (Kind.UNKNOWN, UNKNOWN, False, True),
    (Event.ANSWERED, 520, False): (Kind.UNKNOWN, UNKNOWN, False, True),
}


@pytest.mark.parametrize(("call", "expected"), POSTS.items())
def test_each_end_of_a_paid_post(
    call: tuple[Event, int | None, bool], expected: tuple[Kind, Billed, bool, bool]
) -> None:
    event, status, is_task = call
    found = judge("POST", event, status, is_task=is_task)
    assert (found.kind, found.billed, found.resend, found.find) == expected


@given(st.sampled_from(Event), st.integers(100, 599), st.booleans(), st.text(max_size=20))
def test_whatever_may_have_been_billed_is_never_sent_again_by_itself(
    event: Event, status: int, is_task: bool, code: str
) -> None:
    found = judge("POST", event, status, is_task=is_task, code=code)
    if found.billed is not NO:
        assert not found.resend
    assert found.find is (found.billed is UNKNOWN)


@pytest.mark.parametrize(
    ("event", "status", "again"),
    [
        (Event.NOT_SENT, None, True),
        (Event.TIMED_OUT, None, True),
        (Event.BROKEN_OFF, None, True),
        (Event.ANSWERED, 200, False),
        (Event.ANSWERED, 400, False),
        (Event.ANSWERED, 404, False),
        (Event.ANSWERED, 429, True),
        (Event.ANSWERED, 500, True),
        (Event.ANSWERED, 503, True),
    ],
)
def test_reads_cost_nothing_and_are_repeated_freely(
    event: Event, status: int | None, again: bool
) -> None:
    found = judge("GET", event, status)
    assert (found.resend, found.billed, found.find) == (again, NO, False)


def test_an_admission_refusal_in_a_503_is_surely_not_charged() -> None:
    found = judge("POST", Event.ANSWERED, 503, code="no_available_channel")
    assert (found.kind, found.billed, found.resend) == (Kind.REFUSED, NO, True)


def test_a_repeat_whose_first_is_still_being_decided_stays_unknown() -> None:
    found = judge("POST", Event.ANSWERED, 409, code="paid_outcome_unknown")
    assert (found.billed, found.resend) == (UNKNOWN, False)


STATUSES = {
    400: errors.RequestRefused,
    401: errors.AuthenticationError,
    402: errors.InsufficientCredits,
    403: errors.PermissionDenied,
    404: errors.NotFound,
    413: errors.RequestTooLarge,
    418: errors.RequestRefused,
    429: errors.RateLimited,
    500: errors.ServiceUnavailable,
    502: errors.ServiceUnavailable,
    503: errors.ServiceUnavailable,
}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
@pytest.mark.parametrize("body", [None, "<html>", {}, {"error": {"code": 7, "message": "why"}}])
def test_each_status_is_a_typed_error(
    status: int, kind: type[errors.ServiceError], body: object
) -> None:
    error = service_error(status, body, {"x-request-id": "req-9"}, method="POST")
    assert type(error) is kind
    assert (error.status, error.request_id) == (status, "req-9")
    assert error.billed is judge("POST", Event.ANSWERED, status).billed
    assert error.advice
    if isinstance(body, dict) and body:
        assert "why" in str(error)
        assert error.code == "7"


@pytest.mark.parametrize(
    ("code", "status", "kind", "scope"),
    [
        ("insufficient_user_quota", 402, errors.InsufficientCredits, "account"),
        ("insufficient_token_quota", 402, errors.InsufficientCredits, "key"),
        ("token_daily_quota_exceeded", 402, errors.InsufficientCredits, "key"),
        ("insufficient_quota", 402, errors.InsufficientCredits, None),
        ("key_disabled", 401, errors.AuthenticationError, None),
        ("key_expired", 401, errors.AuthenticationError, None),
        ("key_model_not_allowed", 403, errors.PermissionDenied, None),
        ("no_available_channel", 503, errors.ServiceUnavailable, None),
        ("idempotency_conflict", 409, errors.RequestRefused, None),
    ],
)
def test_each_code_says_whose_credits_and_what_to_do(
    code: str, status: int, kind: type[errors.ServiceError], scope: str | None
) -> None:
    error = service_error(status, {"error": {"code": code, "message": "m"}}, {})
    assert type(error) is kind
    assert getattr(error, "scope", None) == scope


def test_the_field_at_fault_is_named() -> None:
    body = {"error": {"code": "invalid_parameters", "message": "too long", "param": "prompt"}}
    assert "Field: prompt" in str(service_error(400, body, {}))


def test_the_files_apis_shape_is_read_too() -> None:
    error = service_error(403, {"success": False, "code": 403, "msg": "quota used up"}, {})
    assert "quota used up" in str(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("2", 2.0),
        ("0.25", 0.25),
        ("-1", 0.0),
        ("inf", None),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=60.0) == seconds
    limited = service_error(429, None, {"retry-after": value or ""}, now=60.0)
    assert isinstance(limited, errors.RateLimited)
    assert limited.retry_after == seconds
