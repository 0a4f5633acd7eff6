"""Enforces caps: a reservation that would pass one raises `BudgetExceeded`, and sets nothing aside.

`check_caps` is the one place where a cap is enforced. `Ledger.reserve` calls it inside the
transaction that writes the reservation, so that no other kernel can reserve in between;
`core.steps.buy` calls `Ledger.reserve`, before anything is sent. Which caps hold, for a day, a
notebook, a store or a `with` block, is said in `core.money`.

What counts against a cap: what the service reported as charged; where it reported nothing, what
was reserved; and what is reserved for tasks that are still out. Credits are compared as whole
millionths of a credit: exact, in any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from evolink_widgets.errors import BudgetExceeded
from evolink_widgets.store.database.database import Database

__all__ = ["MILLION", "MOST", "Cap", "Spent", "check_caps", "millionths", "spent_under"]

MILLION = 1_000_000

MOST = 10_000_000.0
"""Credits that count of one row at most: sums must stay within SQLite's 63 bits."""


@dataclass(frozen=True)
class Cap:
    """A limit in credits, over the rows it looks at.

    Args:
        limit: credits that may be spent, reserved ones included.
        name: how a refusal calls it: "today's budget".
        scope: only rows reserved under this scope; `None` is every row.
        since: only rows reserved at or after this Unix second; `None` is always.
        service: only this service's rows; `None` is all.
        before: credits that are gone of it and are in no row here: spent in another store.

    Example:
        >>> ew.store.Cap(50, name="this block's budget").limit
        50
    """

    limit: float
    name: str = "the budget"
    scope: str | None = None
    since: float | None = None
    service: str | None = None
    before: float = 0.0


@dataclass(frozen=True)
class Spent:
    """Credits gone and credits promised.

    Args:
        charged: reported by the service.
        unreported: reserved for tasks that ended with no report: "not reported", never zero.
        reserved: for tasks that are still out.
        tasks: how many rows were counted.

    Example:
        >>> spent = ew.session().store.ledger.spent()
        >>> isinstance(spent, ew.store.Spent), spent.charged
        (True, 0.0)
    """

    charged: float
    unreported: float
    reserved: float
    tasks: int

    @property
    def total(self) -> float:
        """All credits that count against a cap."""
        return self.charged + self.unreported + self.reserved


def check_caps(connection: Connection, caps: Sequence[Cap], credits: float) -> None:
    """Refuse a reservation that may pass one of the caps; the first that it passes is named.

    Args:
        connection: inside the transaction that writes the reservation.
        caps: the limits that hold.
        credits: what is to be reserved, the upper end of an estimate.

    Raises:
        BudgetExceeded: with the cap, what is spent of it, what is reserved and what was asked.
    """
    asked = millionths(credits, math.ceil)
    for cap in caps:
        charged, unreported, reserved, _ = connection.execute(*_sums(cap)).fetchone()
        spent = charged + unreported + millionths(cap.before)
        if spent + reserved + asked > millionths(cap.limit, math.floor):
            raise BudgetExceeded(
                f"This may cost {_say(asked)} credits, and {cap.name} of {cap.limit:g} has "
                f"{_say(spent)} spent and {_say(reserved)} reserved."
            )


def spent_under(database: Database, cap: Cap) -> Spent:
    """Return what is gone of a cap, over the rows that it looks at.

    Args:
        database: the store's.
        cap: whose rows are summed up.
    """
    rows = database.rows(*_sums(cap))
    if not rows:  # there is no store yet
        return Spent(0.0, 0.0, 0.0, 0)
    charged, unreported, reserved, tasks = rows[0]
    return Spent(charged / MILLION, unreported / MILLION, reserved / MILLION, tasks)


def millionths(credits: float, towards: Callable[[float], int] = round) -> int:
    """Return credits as whole millionths, as the ledger's columns hold them.

    Args:
        credits: any number, infinity included.
        towards: which way a part of a millionth goes.
    """
    # 0.1 + 0.2 is not 0.3: what lies within a thousandth of a unit is meant to be that unit.
    # An endless cap is a number too, and SQLite's whole numbers have 63 bits.
    units = min(max(credits * MILLION, 0.0), float(1 << 62))
    return towards(round(units, 3))


def _say(units: int) -> str:
    return f"{units / MILLION:.4f}".rstrip("0").rstrip(".")


def _sums(cap: Cap) -> tuple[str, tuple[object, ...]]:
    """The query for the millionths charged, not reported and reserved, and for how many rows."""
    wheres = ["state != 'released'"]
    values: list[object] = []
    if cap.scope is not None:
        wheres.append("key IN (SELECT key FROM ledger_scopes WHERE scope = ?)")
        values.append(cap.scope)
    if cap.since is not None:
        wheres.append("reserved_at >= ?")
        values.append(cap.since)
    if cap.service is not None:
        wheres.append("service = ?")
        values.append(cap.service)
    charged, reserved = _amount("charged"), _amount("reserved")
    return (
        f"SELECT coalesce(sum({charged}), 0), "
        f"coalesce(sum(CASE WHEN state = 'settled' AND charged IS NULL THEN {reserved} END), 0), "
        f"coalesce(sum(CASE WHEN state = 'reserved' THEN {reserved} END), 0), count(*) "
        f"FROM ledger WHERE {' AND '.join(wheres)}",
        tuple(values),
    )


def _amount(column: str) -> str:
    # A row that another program has written must neither make room under a cap nor break the sum.
    most = round(MOST * MILLION)
    return f"CASE WHEN typeof({column}) = 'integer' THEN min(max({column}, 0), {most}) END"
