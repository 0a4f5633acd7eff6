"""Reads what earlier tasks teach of a service: credits set aside and taken, durations."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from sqlite3 import Row
from statistics import median
from typing import TYPE_CHECKING

from evolink_widgets.errors import InvalidRequest, StoreDamaged
from evolink_widgets.rules.pricing.tariff import Tariff, facts_of
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.schedule import bucket_of
from evolink_widgets.store.database.database import load, load_object
from evolink_widgets.store.journal.journal import read_receipt

if TYPE_CHECKING:
    from evolink_widgets.rules.pricing.learning import Sample
    from evolink_widgets.store.database.database import Database

__all__ = ["Amounts", "read_amounts"]

log = logging.getLogger("evolink_widgets")

_NEWEST = 40
_ENOUGH = 5
"""How many tasks of a kind say what is usual."""

# A task that was found by its credits teaches nothing until it is saved: `failure` is empty then.
_ROWS = """SELECT key, request, receipt, results, accepted_at, ended_at, step FROM tasks
WHERE service = ? AND receipt IS NOT NULL AND failure IS NULL
ORDER BY created_at DESC, key LIMIT ?"""


@dataclass(frozen=True)
class Amounts:
    """The single amounts of a service's earlier tasks.

    Attributes:
        reserves: by which it sets credits aside.
        charges: by which it takes them.
        seconds: what tasks of a kind usually took, where enough are known.
    """

    reserves: Tariff
    charges: Tariff
    seconds: dict[str, float]


def read_amounts(database: Database, service: str) -> Amounts:
    """Return what the newest tasks of a service teach.

    Args:
        database: the store's.
        service: as the journal names it.
    """
    reserved: list[Sample] = []
    charged: list[Sample] = []
    took: defaultdict[str, list[float]] = defaultdict(list)
    for row in database.rows(_ROWS, (service, _NEWEST)):
        try:
            _read(row, reserved, charged, took)
        except (StoreDamaged, InvalidRequest, TypeError, ValueError, KeyError) as exc:
            log.debug("Task %s teaches no amounts: %s", row["key"], exc)
    seconds = {kind: median(times) for kind, times in took.items() if len(times) >= _ENOUGH}
    return Amounts(Tariff.learn(reserved), Tariff.learn(charged), seconds)


def _read(
    row: Row, reserved: list[Sample], charged: list[Sample], took: dict[str, list[float]]
) -> None:
    request = ImageRequest.from_record(load_object(row["request"], "the request") or {})
    receipt = read_receipt(row["receipt"])
    if receipt is None:
        return
    if receipt.reserved:
        reserved.append(replace(facts_of(request), charged=receipt.reserved))
    made = sum(map(bool, load(row["results"] or "[]", "the results")))
    if receipt.charged and made and request.pixels and not request.references:
        charged.append(replace(facts_of(request, made), charged=receipt.charged))
    if row["step"] == "saved" and row["accepted_at"] and row["ended_at"]:
        took[bucket_of(request)].append(max(0.01, row["ended_at"] - row["accepted_at"]))
