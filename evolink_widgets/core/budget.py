"""What may be spent: caps by session, day, notebook, store and `with` block, and their meters.

All of them are checked in one place, the ledger, in the transaction that reserves the credits.
A cap counts the credits of one service: emulated ones never count against a real one's.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from evolink_widgets.clock import now as unix_now
from evolink_widgets.store.ledger import Cap

if TYPE_CHECKING:
    from evolink_widgets.core.session import Session
    from evolink_widgets.store.ledger import Ledger

Per = Literal["day", "notebook", "store"]

_NAMES: dict[Per | None, str] = {
    None: "the budget",
    "day": "today's budget",
    "notebook": "this notebook's budget",
    "store": "this store's budget",
}


@dataclass(frozen=True)
class Meter:
    """One cap and what is gone of it, in credits.

    Attributes:
        name: what it is called: "today's budget".
        limit: what may be spent.
        spent: charged; and what was reserved for tasks whose charge was not reported.
        reserved: for tasks that are still out, those of unknown outcome among them.
    """

    name: str
    limit: float
    spent: float
    reserved: float

    @property
    def left(self) -> float:
        """What a request may cost at most."""
        return max(0.0, self.limit - self.spent - self.reserved)


@dataclass(frozen=True)
class Budget:
    """A limit in credits and what it covers.

    Attributes:
        limit: credits that may be spent.
        per: what is counted: all of a day, a notebook or the store; `None` is what is asked
            for under this budget itself.
        name: how a refusal calls it.
        token: its name in the ledger.
    """

    limit: float
    per: Per | None = None
    name: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(6))

    def scope(self, notebook: str | None) -> str | None:
        """The name under which the ledger finds the rows that it counts; `None` is all."""
        if self.per is None:
            return f"budget {self.token}"
        return notebook_scope(notebook) if self.per == "notebook" else None

    def cap(self, service: str, notebook: str | None, now: float) -> Cap:
        """The limit as the ledger checks it.

        Args:
            service: whose credits are counted.
            notebook: where the request comes from.
            now: Unix seconds.
        """
        return Cap(
            self.limit,
            name=self.name or _NAMES[self.per],
            scope=self.scope(notebook),
            since=_midnight(now) if self.per == "day" else None,
            service=service,
        )


def notebook_scope(notebook: str | None) -> str:
    """The ledger's name for all that a notebook asks for."""
    return f"notebook {notebook or ''}"


def meter(ledger: Ledger, cap: Cap) -> Meter:
    """What is gone of a cap."""
    spent = ledger.spent(since=cap.since, scope=cap.scope, service=cap.service)
    return Meter(cap.name, cap.limit, spent.charged + spent.unreported, spent.reserved)


_lock = threading.Lock()
_blocks: tuple[Budget, ...] = ()


def _forget_after_fork() -> None:
    """The child is under the same blocks; a thread that held the lock does not live on in it."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def blocks() -> tuple[Budget, ...]:
    """The budgets of the `with` blocks that are open now, in this whole process."""
    return _blocks


def enter(budget: Budget) -> None:
    """Open a block; what any thread asks for from now on is under it."""
    global _blocks
    with _lock:
        _blocks = (*_blocks, budget)


def leave(budget: Budget) -> None:
    """Close a block, whichever was opened last."""
    global _blocks
    with _lock:
        _blocks = tuple(one for one in _blocks if one is not budget)


class Block:
    """The budget of a `with` block, as `ew.budget` makes it; tells at any time what is gone of it.

    Args:
        credits: what may be spent by all that is asked for inside, from any thread.
        session: gives the session whose ledger is read.
    """

    def __init__(self, credits: float, session: Callable[[], Session]) -> None:
        self._budget = Budget(credits, name="this block's budget")
        self._session = session

    def __enter__(self) -> Block:
        enter(self._budget)
        return self

    def __exit__(self, *exc: object) -> None:
        leave(self._budget)

    @property
    def meter(self) -> Meter:
        """The whole reading."""
        session = self._session()
        cap = self._budget.cap(session.service, None, unix_now())
        return meter(session.store.ledger, cap)

    @property
    def limit(self) -> float:
        """Credits that may be spent."""
        return self._budget.limit

    @property
    def spent(self) -> float:
        """Credits that are gone."""
        return self.meter.spent

    @property
    def reserved(self) -> float:
        """Credits set aside for tasks that are still out."""
        return self.meter.reserved

    @property
    def left(self) -> float:
        """What a request may cost at most."""
        return self.meter.left

    def __repr__(self) -> str:
        now = self.meter
        return (
            f"<budget of {now.limit:g} credits: {now.spent:.4g} spent, "
            f"{now.reserved:.4g} reserved, {now.left:.4g} left>"
        )


def scopes_of(budgets: Sequence[Budget], notebook: str | None) -> tuple[str, ...]:
    """The names under which a reservation is found by every budget, now and later."""
    own = [f"budget {budget.token}" for budget in budgets if budget.per is None]
    return (notebook_scope(notebook), *own)


def _midnight(now: float) -> float:
    """The Unix second at which the local day of `now` began."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))
