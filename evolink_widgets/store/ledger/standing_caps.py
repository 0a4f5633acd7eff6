"""Which caps a notebook's purchases were last held against: kept, so that others can show them.

They are enforced in the kernel that has set them (`core.money` says which hold), and end with it;
the side panel of a server has no such kernel, and reads them here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.database.database import Database, is_number, load_object
from evolink_widgets.store.journal.journal import Journal
from evolink_widgets.store.journal.process_name import surely_gone
from evolink_widgets.store.ledger.caps import Cap

__all__ = ["StandingCap", "keep_caps", "standing_caps"]

_PREFIX = "caps "


class StandingCap(NamedTuple):
    """A cap, and the notebook whose purchases are held against it; `None` outside of one."""

    notebook: str | None
    cap: Cap


def keep_caps(journal: Journal, notebook: str | None, owner: str, caps: Sequence[Cap]) -> None:
    """Note which caps hold for what a notebook buys from now on; written where it has changed.

    Args:
        journal: the store's.
        notebook: who buys.
        owner: the process that enforces them, as leases name it.
        caps: those that were set for good, and not for a block of code.
    """
    name = f"{_PREFIX}{notebook or ''}"
    told = [
        {"name": cap.name, "limit": cap.limit, "scope": cap.scope, "service": cap.service,
         "day": cap.since is not None, "before": cap.before}
        for cap in caps
        if math.isfinite(cap.limit)
    ]  # fmt: skip
    record = {"notebook": notebook, "owner": owner, "caps": told} if told else {}
    if (journal.recall(name) or {}) != record:
        journal.remember(name, record)


def standing_caps(database: Database, midnight: float) -> list[StandingCap]:
    """Return the caps that hold now: those of processes that are not known to be gone.

    Args:
        database: the store's.
        midnight: the Unix second at which this day began.
    """
    found = []
    rows = database.rows("SELECT name, record FROM notes WHERE name LIKE ?", (f"{_PREFIX}%",))
    for row in rows:
        with suppress(StoreDamaged, TypeError, KeyError):  # one that is damaged is not shown
            record = load_object(row["record"], f"the note {row['name']!r}") or {}
            if record and not surely_gone(str(record["owner"])):
                notebook = record["notebook"]
                caps = _read(record["caps"], midnight)
                found += [StandingCap(notebook and str(notebook), cap) for cap in caps]
    return found


def _read(told: Iterable[dict[str, object]], midnight: float) -> list[Cap]:
    return [
        Cap(
            float(str(one["limit"])),
            name=str(one["name"]),
            scope=_text(one["scope"]),
            service=_text(one["service"]),
            since=midnight if one["day"] is True else None,
            before=float(str(one["before"])),
        )
        for one in told
        if is_number(one["limit"]) and is_number(one["before"])
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
