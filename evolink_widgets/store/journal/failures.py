"""Converts errors to the journal's small records, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evolink_widgets import errors
from evolink_widgets.errors import Billed, EvolinkError


def failure_record(error: EvolinkError, **facts: object) -> dict[str, Any]:
    """Return an error as a small record: its kind, its words, the service's own code."""
    record = {
        "kind": type(error).__name__,
        "message": error.message,
        "advice": error.advice,
        "billed": error.billed.name,
        "code": error.code,
        "status": error.status,
        "request_id": error.request_id,
        "scope": getattr(error, "scope", None),
        "cost": getattr(error, "cost", None),
        **facts,
    }
    return {name: value for name, value in record.items() if value is not None}


def error_from(record: Mapping[str, Any] | None, task_id: str | None = None) -> EvolinkError:
    """The error that a record was made of; an odd record gives a plain one."""
    record = record or {}
    kind = getattr(errors, str(record.get("kind")), EvolinkError)
    if not (isinstance(kind, type) and issubclass(kind, EvolinkError)):
        kind = EvolinkError
    if issubclass(kind, errors.InvalidRequest):  # it is made of problems, which are not kept
        kind = errors.RequestRefused
    facts: dict[str, Any] = {
        name: record.get(name) for name in ("advice", "code", "status", "request_id")
    }
    facts["billed"] = Billed.__members__.get(str(record.get("billed")))
    if issubclass(kind, errors.InsufficientCredits):
        facts["scope"] = record.get("scope")
    if issubclass(kind, errors.OutcomeUnknown):
        facts["cost"] = record.get("cost")
    message = str(record.get("message") or "It ended without a reason being told.")
    return kind(message, task_id=task_id, **facts)
