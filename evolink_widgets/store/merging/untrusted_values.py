"""Checks values of another store's rows and records before they are taken over."""

from __future__ import annotations

import calendar
import math
import time
from dataclasses import replace
from pathlib import Path
from sqlite3 import Row
from typing import Any

from evolink_widgets.errors import InvalidRequest, StoreDamaged
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.database import is_number
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.store.judging.verdicts import Judgement, read_judgement

MOST_PICTURES = 1000
_CLOCKS_APART = 86_400.0
"""Seconds by which another machine's clock may be ahead, or by which its time zone is wrong."""
_MOST_UNITS = 10_000_000 * 1_000_000
_STATES = ("reserved", "settled", "released")
_NEEDED = ("service", "idempotency_key")
LEDGER = ("key", "service", "state", "reserved", "charged", "reserved_at", "settled_at")
"""The columns of the ledger."""


def task(entry: Entry) -> Entry | None:
    """Return an entry as it may be taken over; `None` where nothing of it is worth it."""
    if entry.step is Step.INTENDED:
        return None  # it never went out, and cost nothing
    for name in ("created_at", "sent_at", "accepted_at", "ended_at", "links_until", "lease_until"):
        value = getattr(entry, name)
        if value is not None or name == "created_at":
            moment(value)
    for name in ("service", "idempotency_key", "task_id", "origin", "owner"):
        value = getattr(entry, name)
        if not isinstance(value, str) and (value is not None or name in _NEEDED):
            raise StoreDamaged(f"its {name} is no text.")
    recipe = None if entry.recipe is None else _recipe(entry.recipe)
    if entry.ended_at is None:
        if recipe is None:
            raise StoreDamaged("it is still out, and has no recipe.")
        step = Step.ACCEPTED if entry.step is Step.READY else entry.step
        entry = replace(entry, step=step, request=recipe.request.to_record())
    return replace(
        entry,
        identity=None if recipe is None else recipe.identity,
        # Links are the service's to say: we would fetch from wherever theirs lead.
        results=(),
        links_until=None,
        receipt=_plain_receipt(entry),
        estimate_high=entry.estimate_high if is_number(entry.estimate_high) else None,
    )


def _recipe(record: dict[str, Any]) -> Recipe:
    try:
        return Recipe.from_record(record)
    except InvalidRequest as exc:
        raise StoreDamaged(f"its recipe is none: {exc.message}") from exc


def _plain_receipt(entry: Entry) -> Any:
    if entry.receipt is None:
        return None
    amounts = ("reserved", "charged", "refunded")
    wrong = {name: None for name in amounts if not is_number(getattr(entry.receipt, name))}
    return replace(entry.receipt, **wrong)


def is_ledger_row(columns: dict[str, Any]) -> bool:
    """Tell whether these can be a row of the ledger: amounts that are none break its sums."""
    charged, settled_at = columns["charged"], columns["settled_at"]
    return (
        columns["state"] in _STATES
        and isinstance(columns["service"], str)
        and _is_units(columns["reserved"])
        and (charged is None or _is_units(charged))
        and is_number(columns["reserved_at"])
        and (settled_at is None or is_number(settled_at))
    )


def _is_units(value: object) -> bool:
    # Sums of whole numbers must stay within SQLite's 63 bits.
    return isinstance(value, int) and 0 <= value <= _MOST_UNITS


def judgement(row: Row, now: float) -> Judgement:
    """Return what a row of verdicts says.

    A moment that is far from having come tells nothing: it is the oldest of all.

    Raises:
        StoreDamaged: it says nothing that can be taken over.
    """
    found = read_judgement(row)
    return found if found.at < now + _CLOCKS_APART else replace(found, at=0.0)


def moment(value: object) -> float:
    """Return Unix seconds.

    Raises:
        StoreDamaged: it is no such number.
    """
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    raise StoreDamaged(f"its time is {value!r:.40}.")


def read_moment(made: object, path: Path) -> float:
    """Return the Unix seconds of a moment as recipe files have it, or else of the file."""
    try:
        return float(calendar.timegm(time.strptime(str(made), "%Y-%m-%dT%H:%M:%SZ")))
    except (ValueError, OverflowError):
        return path.lstat().st_mtime


def expected(value: object, recipe: Recipe) -> int:
    """Return how many pictures a set has; what was asked for where it can't be known."""
    fits = isinstance(value, int) and 0 < value <= MOST_PICTURES
    return value if isinstance(value, int) and fits else recipe.request.n


def text(value: object) -> str | None:
    """Return a short text; `None` for anything else."""
    return value[:2048] if isinstance(value, str) else None
