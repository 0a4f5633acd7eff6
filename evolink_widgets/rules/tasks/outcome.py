"""Judges how a call ended: was it billed, and may it be sent again? The one table of this.

The way a call ended is an `Event`; together with the method and the status it gives a `Verdict`.

| what happened                                   | billed  | sent again by itself | looked for |
|---|---|---|---|
| nothing was sent: no name, no connection, no TLS | no      | yes                  |            |
| POST, 429                                       | no      | yes, after a wait    |            |
| POST, 429 for want of credits                   | no      | no                   |            |
| POST, other 4xx                                 | no      | no                   |            |
| POST, 503 that names an admission refusal       | no      | a busy channel only  |            |
| POST, time-out or broken off after sending      | unknown | no                   | yes        |
| POST, other 5xx; 408 and 499; 1xx, 3xx          | unknown | no                   | yes        |
| POST, any status, `paid_outcome_unknown`        | unknown | no                   | yes        |
| POST, 2xx whose body is no task                 | unknown | no                   | yes        |
| POST, 2xx with a task id                        | later   | no                   |            |
| GET, anything that may pass                     | no      | yes                  |            |

The service promises no idempotency, so an unknown outcome is never sent again by itself.
"""

from __future__ import annotations

import email.utils
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from evolink_widgets import errors
from evolink_widgets.errors import Billed, ServiceError
from evolink_widgets.rules.tasks.task import read_mapping, read_number, read_text

__all__ = ["OFF_TAPE", "Event", "Outcome", "Verdict", "judge", "retry_after", "service_error",
           "spoken"]  # fmt: skip


class Event(Enum):
    """How a call ended."""

    NOT_SENT = "nothing was sent"
    TIMED_OUT = "no answer in time"
    BROKEN_OFF = "the connection broke after sending"
    ANSWERED = "there is an answer with a status"


class Outcome(Enum):
    """The outcome of a request, as far as it is known."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


@dataclass(frozen=True)
class Verdict:
    """The verdict on a call: its outcome, whether it was billed, what to do next.

    Attributes:
        kind: what we know of the request.
        billed: whether money was taken.
        resend: it may be sent again by itself, unchanged, after a wait.
        find: it has to be looked for in the task list.
    """

    kind: Outcome
    billed: Billed
    resend: bool = False
    find: bool = False


_NOT_SENT = Verdict(Outcome.NOT_SENT, Billed.NO, resend=True)
_UNKNOWN = Verdict(Outcome.UNKNOWN, Billed.UNKNOWN, find=True)
_ACCEPTED = Verdict(Outcome.ACCEPTED, Billed.LATER)
_REFUSED = Verdict(Outcome.REFUSED, Billed.NO)
_REFUSED_FOR_NOW = Verdict(Outcome.REFUSED, Billed.NO, resend=True)
_READ = Verdict(Outcome.ACCEPTED, Billed.NO)
_READ_AGAIN = Verdict(Outcome.UNKNOWN, Billed.NO, resend=True)

_REFUSALS = frozenset({
    "insufficient_quota", "insufficient_user_quota", "insufficient_token_quota",
    "token_daily_quota_exceeded", "key_disabled", "key_expired", "key_model_not_allowed",
})  # fmt: skip
"""Codes with which the service refuses at the door: nothing was made, nothing is charged, and the
same would be refused again."""
OFF_TAPE = "not_on_tape"
"""Our own code: a replayed cassette has no such request."""

_BUSY = "no_available_channel"
"""The same for a reason that passes."""
_STILL_DECIDING = "paid_outcome_unknown"
_DOUBTFUL = frozenset({408, 499})
"""4xx that a proxy or a server gives for a request it may have passed on."""


def judge(
    method: str,
    event: Event,
    status: int | None = None,
    *,
    code: str | None = None,
    is_task: bool = False,
) -> Verdict:
    """The verdict on one call.

    Args:
        method: `POST` is a request that costs money; any other method is a free read.
        event: how the call ended.
        status: the HTTP status, where there is one.
        code: the service's error code, where it named one.
        is_task: the body of a 2xx holds a task id.
    """
    if event is Event.NOT_SENT:
        return _NOT_SENT
    if method.upper() != "POST":
        return _judge_read(event, status)
    if event is not Event.ANSWERED or status is None or code == _STILL_DECIDING:
        return _UNKNOWN
    if 200 <= status < 300:
        return _ACCEPTED if is_task else _UNKNOWN
    if status in (429, 503) and code in _REFUSALS:
        return _REFUSED
    if status == 429 or (status == 503 and code == _BUSY):
        return _REFUSED_FOR_NOW
    if 400 <= status < 500 and status not in _DOUBTFUL:
        return _REFUSED
    return _UNKNOWN


def _judge_read(event: Event, status: int | None) -> Verdict:
    if event is not Event.ANSWERED or status is None:
        return _READ_AGAIN
    if 200 <= status < 300:
        return _READ
    if status >= 500 or status in (408, 425, 429):
        return _READ_AGAIN
    return _REFUSED


@dataclass(frozen=True)
class _Row:
    """A line of the contract's table of errors over HTTP."""

    kind: type[ServiceError]
    message: str
    scope: str | None = None
    advice: str | None = None


_BY_STATUS = {
    400: _Row(errors.RequestRefused, "The service found a fault in the request"),
    401: _Row(errors.AuthenticationError, "The service did not accept the key"),
    402: _Row(errors.InsufficientCredits, "There are not enough credits"),
    403: _Row(errors.PermissionDenied, "This key may not do that"),
    404: _Row(errors.NotFound, "The service knows no such task or address"),
    413: _Row(errors.RequestTooLarge, "The request is too large for the service"),
    429: _Row(errors.RateLimited, "The service is being asked too often"),
    500: _Row(errors.ServiceUnavailable, "The service had an internal error"),
    502: _Row(errors.ServiceUnavailable, "The service could not reach its own provider"),
    503: _Row(errors.ServiceUnavailable, "The service is not available"),
}
_OTHER_4XX = _Row(errors.RequestRefused, "The service refused the request")
_OTHER = _Row(errors.ServiceUnavailable, "The service answered unexpectedly")

UNTOLD = "The service did not tell how the task is getting on"
"""What a refused reading of a task means, and all it means."""

_UNTOLD_ADVICE: dict[type[ServiceError], str] = {
    errors.AuthenticationError: "Check the key: EVOLINK_API_KEY, or ew.configure(api_key=...).",
    errors.PermissionDenied: "Use a key that may read this task.",
    errors.NotFound: "It may not know the task yet, or not under this key.",
}
_UNTOLD_OTHERWISE = "Wait a while."

_BY_CODE = {
    "insufficient_user_quota": _Row(
        errors.InsufficientCredits, "The account's credits have run out",
        "account", "Top up the account, then ask again.",
    ),
    "insufficient_token_quota": _Row(
        errors.InsufficientCredits, "This key's own allowance has run out",
        "key", "Raise this key's allowance, or use another key.",
    ),
    "token_daily_quota_exceeded": _Row(
        errors.InsufficientCredits, "This key's allowance for today has run out",
        "key", "Wait until tomorrow, or raise this key's daily allowance.",
    ),
    "insufficient_quota": _Row(errors.InsufficientCredits, "There are not enough credits"),
    "key_disabled": _Row(errors.AuthenticationError, "The key has been disabled"),
    "key_expired": _Row(errors.AuthenticationError, "The key has expired"),
    "key_model_not_allowed": _Row(
        errors.PermissionDenied, "This key may not use the model",
        advice="Use another model, or a key that may use this one.",
    ),
    OFF_TAPE: _Row(errors.RequestRefused, "The cassette has no answer"),
    _BUSY: _Row(
        errors.ServiceUnavailable, "The service has no free channel for this model",
        advice="Ask again in a while.",
    ),
    "idempotency_conflict": _Row(
        errors.RequestRefused, "A different request was already sent under this Idempotency-Key",
        advice="Ask anew; the first request stands.",
    ),
    _STILL_DECIDING: _Row(
        errors.ServiceUnavailable, "The service is still deciding on the first request",
        advice="Wait a moment, then look for the task.",
    ),
}  # fmt: skip
"""Codes that say more than the status does: whose credits ran out, what to do."""


def service_error(
    status: int,
    body: object,
    headers: Mapping[str, str],
    *,
    method: str = "GET",
    now: float | None = None,
    about_task: bool = False,
) -> ServiceError:
    """The typed error for an answer that is not 2xx. The body may be anything a proxy sends.

    Args:
        status: the HTTP status.
        body: the parsed JSON, or `None` where it is none.
        headers: the reply's headers, with lower-case names.
        method: `POST` where the call costs money: it decides what `billed` says.
        now: Unix seconds, for a Retry-After that names a date.
        about_task: the call asked how a task is getting on. Whatever refuses that says nothing
            of the request that the task was made from, and nothing of its charge.
    """
    said = _read_error(body)
    code, message = said.get("code"), said.get("message")
    row = _BY_CODE.get(code or "") or _BY_STATUS.get(status)
    row = row or (_OTHER_4XX if 400 <= status < 500 else _OTHER)
    if about_task and 400 <= status < 500 and row.kind is not errors.RateLimited:
        row = _Row(row.kind, UNTOLD, row.scope, _UNTOLD_ADVICE.get(row.kind, _UNTOLD_OTHERWISE))
    told = {name.lower(): value for name, value in headers.items()}
    billed = judge(method, Event.ANSWERED, status, code=code).billed
    facts: dict[str, Any] = {
        "billed": billed,
        "advice": _advice(row, said, billed),
        "code": code,
        "status": status,
        "request_id": told.get("x-request-id"),
    }
    if issubclass(row.kind, errors.InsufficientCredits):
        facts["scope"] = row.scope or _whose(message)
    if issubclass(row.kind, errors.RateLimited):
        wait = facts["retry_after"] = retry_after(told.get("retry-after"), now=now)
        if wait is not None and wait >= 1.0:
            facts["advice"] = f"Ask again in {spoken(wait)}: the service asks for that."
    words = (message or "").rstrip(". ")
    detail = f": {words}." if words else f" (status {status})."
    if words.lower() == row.message.lower():  # the same words, and once will do
        detail = "."
    field = f" Field: {said['param']}." if said.get("param") else ""
    return row.kind(row.message + detail + field, **facts)


def _advice(row: _Row, said: Mapping[str, str], billed: Billed) -> str | None:
    """What to do now; `None` is the advice of the error's class."""
    if billed is Billed.UNKNOWN:
        # "Try again" would be wrong: the request may have been taken.
        return errors.OutcomeUnknown.default_advice
    if row.advice is None and issubclass(row.kind, errors.RequestRefused):
        return said.get("fallback_suggestion")
    return row.advice


def _whose(message: str | None) -> str | None:
    """Whose credits ran out, where only the sentence says it, and says one of the two."""
    words = set(re.findall(r"[a-z]+", (message or "").lower()))
    key, account = words & {"key", "token"}, words & {"account", "user", "balance", "wallet"}
    if bool(key) == bool(account):
        return None
    return "key" if key else "account"


def spoken(seconds: float) -> str:
    """A time that the service named, however long it is: "90 s", "3 h", "400 days"."""
    for unit, size, most in (("s", 1.0, 600.0), ("min", 60.0, 120.0), ("h", 3600.0, 72.0)):
        if seconds < size * most:
            return f"{math.ceil(seconds / size):,} {unit}"
    days = math.ceil(min(seconds, 1e10) / 86_400.0)
    return f"{days:,} days" if days <= 100_000 else "more than 100,000 days"


def retry_after(value: str | None, *, now: float | None = None) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date; `None` without sense.

    A date needs `now`, in Unix seconds.
    """
    if not value:
        return None
    seconds = read_number(value)
    if seconds is None:
        date = email.utils.parsedate_tz(value)
        if date is None or now is None:
            return None
        try:
            seconds = email.utils.mktime_tz(date) - now
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds)


def _read_error(body: object) -> dict[str, str]:
    """Both shapes of error bodies, as texts: the API's `{"error": {…}}` and the files API's."""
    document = read_mapping(body)
    error = document.get("error")
    if isinstance(error, str):
        error = {"message": error}
    if not isinstance(error, Mapping):
        error = {
            "code": document.get("code"),
            "message": document.get("msg") or document.get("message"),
        }
    names = ("code", "message", "param", "fallback_suggestion")
    read = {name: read_text(error.get(name), 300) for name in names}
    return {name: text for name, text in read.items() if text is not None}
