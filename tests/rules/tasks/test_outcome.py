"""What came back: billed or not, sent again or not. Every pair is listed."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import JSON, given

from evolink_widgets import errors
from evolink_widgets.errors import Billed
from evolink_widgets.rules.tasks.outcome import (
    Event,
    Outcome,
    Verdict,
    judge,
    retry_after,
    service_error,
    spoken,
)

NO, UNKNOWN, LATER = Billed.NO, Billed.UNKNOWN, Billed.LATER

# What we know, whether it was billed, whether it may be sent again by itself, is looked for.
NOT_SENT = (Outcome.NOT_SENT, NO, True, False)
DOUBT = (Outcome.UNKNOWN, UNKNOWN, False, True)
TAKEN = (Outcome.ACCEPTED, LATER, False, False)
REFUSED = (Outcome.REFUSED, NO, False, False)
REFUSED_FOR_NOW = (Outcome.REFUSED, NO, True, False)
READ = (Outcome.ACCEPTED, NO, False, False)
READ_AGAIN = (Outcome.UNKNOWN, NO, True, False)
Row = tuple[Outcome, Billed, bool, bool]

# First and last status, and what follows. Each table covers every status there is, once.
POST_WITH_A_TASK: list[tuple[int, int, Row]] = [
    (100, 199, DOUBT),
    (200, 299, TAKEN),
    (300, 399, DOUBT),
    (400, 407, REFUSED),
    (408, 408, DOUBT),  # a proxy's time-out
    (409, 428, REFUSED),
    (429, 429, REFUSED_FOR_NOW),
    (430, 498, REFUSED),
    (499, 499, DOUBT),  # a proxy's word for "the client went away"
    (500, 599, DOUBT),
]
POST_WITHOUT = [(*row[:2], DOUBT) if row[2] is TAKEN else row for row in POST_WITH_A_TASK]
GET: list[tuple[int, int, Row]] = [
    (100, 199, REFUSED),
    (200, 299, READ),
    (300, 407, REFUSED),
    (408, 408, READ_AGAIN),
    (409, 424, REFUSED),
    (425, 425, READ_AGAIN),
    (426, 428, REFUSED),
    (429, 429, READ_AGAIN),
    (430, 499, REFUSED),
    (500, 599, READ_AGAIN),
]
UNANSWERED = {
    ("POST", Event.NOT_SENT): NOT_SENT,
    ("POST", Event.TIMED_OUT): DOUBT,
    ("POST", Event.BROKEN_OFF): DOUBT,
    ("GET", Event.NOT_SENT): NOT_SENT,
    ("GET", Event.TIMED_OUT): READ_AGAIN,
    ("GET", Event.BROKEN_OFF): READ_AGAIN,
    # An answer without a status is none.
    ("POST", Event.ANSWERED): DOUBT,
    ("GET", Event.ANSWERED): READ_AGAIN,
}


def row(verdict: Verdict) -> Row:
    return (verdict.kind, verdict.billed, verdict.resend, verdict.find)


@pytest.mark.parametrize(("call", "expected"), UNANSWERED.items(), ids=str)
def test_each_call_that_got_no_answer(call: tuple[str, Event], expected: Row) -> None:
    assert row(judge(*call)) == expected


def test_the_calls_without_an_answer_are_all_listed() -> None:
    assert set(UNANSWERED) == {(method, event) for method in ("POST", "GET") for event in Event}


@pytest.mark.parametrize(
    ("method", "is_task", "table"),
    [
        ("POST", True, POST_WITH_A_TASK),
        ("POST", False, POST_WITHOUT),
        ("post", False, POST_WITHOUT),
        ("GET", True, GET),
        ("GET", False, GET),
        ("DELETE", False, GET),
    ],
)
def test_each_status_of_each_method(
    method: str, is_task: bool, table: list[tuple[int, int, Row]]
) -> None:
    listed = {status: follows for first, last, follows in table
              for status in range(first, last + 1)}  # fmt: skip
    assert sorted(listed) == list(range(100, 600))
    assert sum(last - first + 1 for first, last, _ in table) == 500, "a status is listed twice"
    found = {s: row(judge(method, Event.ANSWERED, s, is_task=is_task)) for s in listed}
    assert found == listed


FINAL = (
    "insufficient_quota", "insufficient_user_quota", "insufficient_token_quota",
    "token_daily_quota_exceeded", "key_disabled", "key_expired", "key_model_not_allowed",
)  # fmt: skip


@pytest.mark.parametrize("code", FINAL)
def test_a_refusal_at_the_door_is_final_and_surely_not_charged(code: str) -> None:
    for status in (402, 429, 503):
        assert row(judge("POST", Event.ANSWERED, status, code=code)) == REFUSED
    for status in (500, 502, 504):
        assert row(judge("POST", Event.ANSWERED, status, code=code)) == DOUBT


def test_a_busy_channel_passes() -> None:
    busy = judge("POST", Event.ANSWERED, 503, code="no_available_channel")
    assert row(busy) == REFUSED_FOR_NOW


@pytest.mark.parametrize("status", [200, 202, 400, 409, 429, 503])
@pytest.mark.parametrize("is_task", [True, False])
def test_a_repeat_whose_first_is_still_being_decided_stays_unknown(
    status: int, is_task: bool
) -> None:
    found = judge("POST", Event.ANSWERED, status, code="paid_outcome_unknown", is_task=is_task)
    assert row(found) == DOUBT


@given(st.sampled_from(Event), st.integers(100, 599), st.booleans(), st.text(max_size=20))
def test_whatever_may_have_been_billed_is_never_sent_again_by_itself(
    event: Event, status: int, is_task: bool, code: str
) -> None:
    found = judge("POST", event, status, is_task=is_task, code=code)
    if found.billed is not NO:
        assert not found.resend
    assert found.find is (found.billed is UNKNOWN)


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
    ("message", "scope"),
    [
        ("This API key has run out of its allowance", "key"),
        ("token quota is not enough", "key"),
        ("The account's balance is too low", "account"),
        ("user quota is not enough", "account"),
        ("The account behind this key has no credits", None),
        ("payment required", None),
        (None, None),
    ],
)
def test_whose_credits_ran_out_is_also_read_from_a_plain_sentence(
    message: str | None, scope: str | None
) -> None:
    error = service_error(402, {"error": {"code": 402, "message": message}}, {}, method="POST")
    assert isinstance(error, errors.InsufficientCredits)
    assert error.scope == scope


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520])
def test_where_the_outcome_is_unknown_nobody_is_told_to_ask_again(status: int) -> None:
    body = {"error": {"message": "oops", "fallback_suggestion": "try again"}}
    paid = service_error(status, body, {}, method="POST")
    assert paid.billed is UNKNOWN
    assert paid.advice == errors.OutcomeUnknown.default_advice
    assert service_error(status, body, {}).billed is NO


def test_headers_are_found_in_any_case() -> None:
    error = service_error(429, None, {"X-Request-ID": "req-3", "Retry-After": "7"})
    assert isinstance(error, errors.RateLimited)
    assert (error.request_id, error.retry_after) == ("req-3", 7.0)


def test_what_the_service_says_fits_on_a_line() -> None:
    message = "no\n\x1b[31mred\x00 \ud800" + "x" * 5000
    said = str(service_error(400, {"error": {"message": message}}, {}))
    assert len(said) < 600
    assert said.isprintable()
    said.encode("utf-8")


@given(st.integers(100, 599), JSON, st.dictionaries(st.sampled_from(
    ["retry-after", "x-request-id", "date"]), st.text(max_size=30)))  # fmt: skip
def test_any_answer_becomes_an_error_with_its_three_facts(
    status: int, body: object, headers: dict[str, str]
) -> None:
    error = service_error(status, body, headers, method="POST", now=0.0)
    assert error.message
    assert error.advice
    assert error.billed is judge("POST", Event.ANSWERED, status, code=error.code).billed


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
        ("nan", None),
        ("Thu, 01 Jan 1970 00:01:40 -0000", 40.0),
        ("Thu, 01 Jan 1970 01:01:40 +0100", 40.0),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
        ("Thu, 99 Jan 99999 00:00:10 GMT", None),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=60.0) == seconds
    limited = service_error(429, None, {"retry-after": value or ""}, now=60.0)
    assert isinstance(limited, errors.RateLimited)
    assert limited.retry_after == seconds


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410, 422, 451])
def test_a_refused_reading_of_a_task_says_nothing_of_its_request(status: int) -> None:
    body = {"error": {"code": "odd", "message": "Something is wrong."}}
    error = service_error(status, body, {}, about_task=True)
    plain = service_error(status, body, {})
    assert type(error) is type(plain)
    assert error.message.startswith("The service did not tell how the task is getting on: ")
    assert "request" not in error.message + error.advice


@pytest.mark.parametrize("status", [302, 429, 500, 503])
def test_any_other_answer_to_a_reading_has_its_own_words(status: int) -> None:
    error = service_error(status, None, {}, about_task=True)
    assert str(error) == str(service_error(status, None, {}))


def test_a_pause_that_the_service_asks_for_is_the_advice() -> None:
    error = service_error(429, None, {"retry-after": "3600"})
    assert error.advice == "Ask again in 60 min: the service asks for that."
    assert service_error(429, None, {}).advice == "Wait a moment and ask again."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (90, "90 s"), (600, "10 min"), (10_800, "3 h"), (34_560_000, "400 days"),
     (1e308, "more than 100,000 days")],
)  # fmt: skip
def test_a_time_that_the_service_names_is_spoken_whatever_it_is(seconds: float, said: str) -> None:
    assert spoken(seconds) == said
