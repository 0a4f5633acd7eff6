"""JSON records in the database and beside the pictures: any string survives, any fault is named.

Everything beyond ASCII is escaped, so that NUL and lone surrogates go in and come out as they
were.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evolink_widgets.errors import StoreDamaged

if TYPE_CHECKING:
    from evolink_widgets.rules.pricing.pricing import Receipt


# Made once: `json.dumps` with options makes one at each call.
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=str)


def dump(record: object) -> str:
    """Return `record` as one line of ASCII JSON."""
    return _ENCODER.encode(record)


def optional(record: Mapping[str, Any] | None) -> str | None:
    """Return `record` as JSON; `None` where there is none."""
    return None if record is None else dump(dict(record))


def load(text: str, what: str) -> Any:
    """Return the record in `text`.

    Raises:
        StoreDamaged: `text` is not JSON; `what` names where it stands.
    """
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as exc:
        raise StoreDamaged(f"{what} is not readable JSON ({exc}).") from exc


def load_object(text: str | None, what: str) -> dict[str, Any] | None:
    """Return the JSON object in `text`; `None` where there is no text."""
    if text is None:
        return None
    record = load(text, what)
    if not isinstance(record, dict):
        raise StoreDamaged(f"{what} is not a JSON object.")
    return record


def receipt_record(receipt: Receipt | None) -> str | None:
    """Return a receipt as JSON; `None` where there is none."""
    if receipt is None:
        return None
    return dump({name: getattr(receipt, name) for name in _receipt_fields()})


def read_receipt(text: str | None) -> Receipt | None:
    """Return the receipt in `text`; fields a newer version added are left out."""
    record = load_object(text, "a receipt")
    if record is None:
        return None
    from evolink_widgets.rules.pricing.pricing import Receipt

    return Receipt(**{name: record.get(name) for name in _receipt_fields()})


def is_number(value: object) -> bool:
    """Tell whether a value from the database is a number that can be counted with."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def storable(text: str | None) -> str | None:
    """Return `text` as UTF-8 can hold it: SQLite keeps no lone surrogates."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


@functools.lru_cache(maxsize=1)
def _receipt_fields() -> tuple[str, ...]:
    from evolink_widgets.rules.pricing.pricing import Receipt

    return tuple(field.name for field in dataclasses.fields(Receipt))
