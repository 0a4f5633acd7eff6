"""What may be spent: caps by session, day, notebook, store and `with` block; and what things cost.

All caps are enforced in one place, `store.ledger.caps`, in the transaction that reserves the
credits; here is said which caps hold.
A cap counts the credits of one service: emulated ones never count against a real one's.

`Prices` gives the estimates that are held against them: from the receipts of the store, as far as
they have taught, and from the published prices before.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evolink_widgets.errors import SpendingRefused, StoreError
from evolink_widgets.rules.pricing.pricing import estimate as published_estimate
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.runtime.clock import now as unix_now
from evolink_widgets.store.ledger.taken_in import taken_in
from evolink_widgets.store.process_globals import at_fork, process_global

if TYPE_CHECKING:
    from evolink_widgets.rules.pricing.learning import Learned
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.request.request import ImageRequest
    from evolink_widgets.store.database.database import Database
    from evolink_widgets.store.ledger.caps import Cap
    from evolink_widgets.store.ledger.ledger import Ledger

log = logging.getLogger("evolink_widgets")

Per = Literal["day", "notebook", "store"]

ALLOW = 'ew.configure(spend="allow") allows it.'

RECEIPTS = 400
"""How many of the newest receipts are read: far more than any kind of request uses."""

SHARE = 0.01
"""How much of the time may be spent on reading them again, while many tasks end."""

OTHERS = 60.0
"""Seconds after which they are read again for the sake of what other kernels have paid."""

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

    def cap(self, service: str, notebook: str | None, now: float, store: Path) -> Cap:
        """The limit as the ledger checks it.

        Args:
            service: whose credits are counted.
            notebook: where the request comes from.
            now: Unix seconds.
            store: the folder of the ledger that checks it.
        """
        from evolink_widgets.store.ledger.caps import Cap

        others = _elsewhere.get((self.token, service), {})
        return Cap(
            self.limit,
            name=self.name or _NAMES[self.per],
            scope=self.scope(notebook),
            since=midnight_of(now) if self.per == "day" else None,
            service=service,
            before=sum(credits for root, credits in others.items() if root != store),
        )


#: What is gone of the budgets of this process, by their token and the service, in each store
#: that the process has left.
_elsewhere: dict[tuple[str, str], dict[Path, float]] = process_global(f"{__name__} elsewhere", dict)


def leave_store(budgets: Sequence[Budget], service: str, root: Path, ledger: Ledger) -> None:
    """Keep in mind what is gone of the budgets in a store; another one is used from now on.

    A budget of a day, a notebook or a store is counted in each store on its own.

    Args:
        budgets: those in force.
        service: the service's name in the ledger.
        root: the folder of the store that is left.
        ledger: its ledger.

    Raises:
        StoreError: the ledger can't be read.
    """
    for budget in budgets:
        if budget.per is None:
            spent = ledger.spent(scope=budget.scope(None), service=service)
            _elsewhere.setdefault((budget.token, service), {})[root] = spent.total


def notebook_scope(notebook: str | None) -> str:
    """The ledger's name for all that a notebook asks for."""
    return f"notebook {notebook or ''}"


def meter(ledger: Ledger, cap: Cap) -> Meter:
    """What is gone of a cap."""
    spent = ledger.spent(since=cap.since, scope=cap.scope, service=cap.service)
    gone = cap.before + spent.charged + spent.unreported
    return Meter(cap.name, cap.limit, gone, spent.reserved)


@dataclass(eq=False, repr=False)
class _Blocks:
    """The `with` blocks that are open in this process."""

    open: tuple[Budget, ...] = ()
    lock: threading.Lock = field(default_factory=threading.Lock)


_blocks = process_global(f"{__name__} blocks", _Blocks)


def _after_fork() -> None:
    """A child is under the blocks that were open, and has a lock of its own."""
    _blocks.lock = threading.Lock()


at_fork(__name__, after_in_child=_after_fork)


def blocks() -> tuple[Budget, ...]:
    """The budgets of the `with` blocks that are open now, in this whole process."""
    return _blocks.open


def enter(budget: Budget) -> None:
    """Open a block; what any thread asks for from now on is under it."""
    with _blocks.lock:
        _blocks.open = (*_blocks.open, budget)


def leave(budget: Budget) -> None:
    """Close a block, whichever was opened last."""
    with _blocks.lock:
        _blocks.open = tuple(one for one in _blocks.open if one is not budget)


@contextmanager
def buying_nothing(name: str) -> Iterator[None]:
    """Refuse what any thread asks to buy inside, whenever that is decided.

    A purchase that was asked for before goes on.

    Args:
        name: how a refusal calls the budget of 0 credits.
    """
    nothing = Budget(0.0, name=name)
    enter(nothing)
    try:
        yield
    finally:
        leave(nothing)


def buys_nothing() -> bool:
    """Whether such a block is open now."""
    return any(budget.limit == 0 for budget in blocks())


def check_open(what: str) -> None:
    """Refuse what may buy on terms of before, while such a block is open.

    Args:
        what: what may buy, as the subject of a sentence.

    Raises:
        SpendingRefused: a block is open.
    """
    if buys_nothing():
        raise SpendingRefused(
            f"{what}, and a check is running, which buys nothing.", advice="Do it after the check."
        )


class Block:
    """The budget of a `with` block, as `ew.budget` makes it; tells at any time what is gone of it.

    Args:
        credits: what may be spent by all that is asked for inside, from any thread.
        books: gives the service's name, the store's folder and its ledger, which is read.
    """

    def __init__(self, credits: float, books: Callable[[], tuple[str, Path, Ledger]]) -> None:
        self._budget = Budget(credits, name="this block's budget")
        self._books = books

    def __enter__(self) -> Block:
        enter(self._budget)
        return self

    def __exit__(self, *exc: object) -> None:
        leave(self._budget)

    @property
    def meter(self) -> Meter:
        """The whole reading."""
        service, root, ledger = self._books()
        return meter(ledger, self._budget.cap(service, None, unix_now(), root))

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


def midnight_of(now: float) -> float:
    """The Unix second at which the local day of `now` began."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))


@dataclass(frozen=True)
class Terms:
    """On which terms something was asked; a `with` block that has ended since holds all the same.

    Attributes:
        budgets: the budgets in force.
        notebook: where it was asked, where known.
    """

    budgets: tuple[Budget, ...] = ()
    notebook: str | None = None

    def caps(self, service: str, now: float, store: Path) -> list[Cap]:
        """Return the limits that a purchase in this store has to keep.

        Args:
            service: the service's name in the ledger.
            now: Unix seconds.
            store: the store's folder.
        """
        return [budget.cap(service, self.notebook, now, store) for budget in self.budgets]

    def standing(self, service: str, now: float, store: Path) -> list[Cap]:
        """Return those of the limits that are set for good, and not for a `with` block."""
        set_for_good = [budget for budget in self.budgets if not budget.name]
        return [budget.cap(service, self.notebook, now, store) for budget in set_for_good]

    @property
    def scopes(self) -> tuple[str, ...]:
        """The ledger's names under which its reservation is found again."""
        return scopes_of(self.budgets, self.notebook)


def check_spending(
    may_spend: Callable[[], bool],
    what: str,
    why: Callable[[], Sequence[str | None]] = tuple,
) -> None:
    """Refuse a purchase where spending is switched off.

    Args:
        may_spend: whether it is allowed now.
        what: what would be bought, as the subject of a sentence.
        why: sentences on why it may be missing, asked for a refusal alone.

    Raises:
        SpendingRefused: it is not.
    """
    if not may_spend():
        said = [f'{what}, and spending is switched off (spend="never").', *why()]
        raise SpendingRefused(" ".join(filter(None, said)), advice=ALLOW)


class Prices:
    """Estimates for one service; safe from any thread.

    Args:
        database: the store's.
        service: the service's name in the ledger.
    """

    def __init__(self, database: Database, service: str) -> None:
        self._database = database
        self._service = service
        self._lock = threading.Lock()
        self._learned: Learned | None = None
        self._is_stale = True
        self._read_at = 0.0
        self._pause = 0.0
        self._merges = 0
        self._is_reading = False

    def estimate(self, request: ImageRequest) -> Estimate:
        """What a request will cost, in credits, as a range with its basis; sends nothing."""
        with self._lock:
            age = monotonic() - self._read_at
            merged = taken_in[self._database.path] != self._merges
            is_due = merged or (self._is_stale and age >= self._pause) or age > OTHERS
            is_ours = is_due and not self._is_reading
            self._is_reading = self._is_reading or is_ours
        if is_ours:
            # Without the lock: a purchase asks for prices while it holds the database.
            try:
                self._read()
            finally:
                self._is_reading = False
        if self._learned is None:
            return published_estimate(request)
        return self._learned.estimate(request)

    def learn(self) -> None:
        """Hear that there is a new receipt."""
        self._is_stale = True

    def _read(self) -> None:
        began = monotonic()
        self._is_stale, self._merges = False, taken_in[self._database.path]
        try:
            self._learned = self._from_receipts()
        except StoreError as error:  # a write to that store says so; a price need not be
            log.debug("Prices can't be learned: %s", error)
        self._read_at = monotonic()
        self._pause = (self._read_at - began) / SHARE

    def _from_receipts(self) -> Learned | None:
        if not self._database.is_made:  # the first ask of a kernel waits for this
            return None
        from evolink_widgets.rules.pricing.learning import Learned
        from evolink_widgets.store.ledger.ledger import samples

        return Learned.from_samples(samples(self._database, self._service, limit=RECEIPTS))
