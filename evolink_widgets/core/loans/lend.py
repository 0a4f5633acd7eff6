"""The lender's books: what is lent is bought and written down as sent, before it leaves.

So the promises are kept here, whatever becomes of the borrower. Its credits are reserved in this
ledger, under the caps that hold here; they come back when the purchase comes home refused, and
are replaced by its receipt when it comes home paid. Of what never comes home the journal knows
that it may have been sent: its credits stay reserved until the service's list has settled it,
as those of any request whose answer was lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolink_widgets.core.loans.loan import LentAsk, Loan, Return
from evolink_widgets.core.money import Terms, check_spending
from evolink_widgets.core.steps.buy import buy
from evolink_widgets.errors import Billed, EvolinkError, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.links import digest_of
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.pool import Slot
from evolink_widgets.store.journal.failures import error_from, failure_record
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.store.safe_files import guarded

if TYPE_CHECKING:
    from evolink_widgets.core.shared.parts import SessionParts
    from evolink_widgets.store.merging.merge import Merged

__all__ = ["Home", "LenderBooks", "Lent", "Wish"]

log = logging.getLogger("evolink_widgets")

_NOTE = "lent "
_LOST = "was_lost"


@dataclass(frozen=True)
class Wish:
    """A purchase that is to be lent.

    Attributes:
        key: its local key.
        request: what is asked.
        terms: the caps that hold.
        beside: keys of asks for the same recipe that want pictures of their own.
    """

    key: str
    request: ImageRequest
    terms: Terms
    beside: Collection[str] = ()


@dataclass
class Lent:
    """What became of wishes.

    Attributes:
        loan: those that may leave; `None` where none may.
        refused: why others may not, by key; nothing of them is reserved.
        here: keys of those that this store has, or has under way: they are asked for here.
    """

    loan: Loan | None = None
    refused: dict[str, EvolinkError] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Home:
    """One purchase that has come home.

    Attributes:
        entry: its line in the journal here.
        error: what went wrong; `None` where its pictures are here.
        goes_on: whether it is to be taken up here: it is, or may be, paid for.
        is_lost: whether nothing is known but that it may have been sent.
    """

    entry: Entry
    error: EvolinkError | None
    goes_on: bool = False
    is_lost: bool = False


class LenderBooks:
    """The lending and coming home of purchases; every method blocks, and is for a worker thread.

    Args:
        parts: the session's parts.
        identities: the pools that may answer a request.
    """

    def __init__(
        self, parts: SessionParts, identities: Callable[[ImageRequest], list[str]]
    ) -> None:
        self._parts = parts
        self._identities = identities

    def begun(self, requests: Sequence[ImageRequest]) -> list[bool]:
        """Whether the store has anything of each request, or an open task that will bring it.

        Raises:
            StoreError: it can't be read.
        """
        pools = [self._identities(request) for request in requests]
        there = set(self._parts.pool.counts(chain.from_iterable(pools)))
        open_ = self._parts.store.journal.open_entries(self._parts.service)
        there |= {entry.identity for entry in open_ if entry.identity is not None}
        return [not there.isdisjoint(identities) for identities in pools]

    def lend(self, name: str, wishes: Sequence[Wish], record: Mapping[str, Any]) -> Lent:
        """Reserve the credits of purchases and write them down as sent; on the disk on return.

        Args:
            name: the loan's name.
            wishes: what is to be lent.
            record: where the loan goes, for the next kernel, should this one end.

        Raises:
            StoreError: it can't be written; nothing is lent.
        """
        parts, lent, asks = self._parts, Lent(), []
        store = parts.store
        scopes: dict[str, None] = {}
        origin: str | None = None
        references, unreadable = self._references(wishes)  # before anything is reserved
        with store.database.write(durable=True):
            for wish in wishes:
                if self._is_here(wish):
                    lent.here.add(wish.key)
                    continue
                recipe = Recipe(wish.request, parts.recipe_service)
                try:
                    if wish.key in unreadable:
                        raise unreadable[wish.key]
                    check_spending(parts.may_spend, "This asks for new pictures")
                    entry = buy(parts, wish.key, recipe, wish.terms)
                except EvolinkError as error:
                    lent.refused[wish.key] = error
                    continue
                store.journal.sending(wish.key, parts.clock())
                scopes.update(dict.fromkeys(wish.terms.scopes))
                origin = wish.terms.notebook
                asks.append(_lent(entry))
            if asks:
                keys = [ask.key for ask in asks]
                store.journal.remember(f"{_NOTE}{name}", {**record, "keys": keys})
        if asks:
            leaving = {ask.key for ask in asks}
            needed = {one for wish in wishes if wish.key in leaving for one in _digests(wish)}
            along = {one: data for one, data in references.items() if one in needed}
            lent.loan = Loan(name, parts.service, tuple(asks), tuple(scopes), origin, along)
        return lent

    def _is_here(self, wish: Wish) -> bool:
        n = wish.request.n
        taken = {Slot(key, number) for key in wish.beside for number in range(n)}
        return bool(
            self._parts.pool.choose(
                n,
                self._identities(wish.request),
                service=self._parts.service,
                taken=taken,
                now=self._parts.clock(),
            )
        )

    def _references(
        self, wishes: Sequence[Wish]
    ) -> tuple[dict[str, bytes], dict[str, EvolinkError]]:
        """The bytes of kept references, by their SHA-256; and why a purchase has not all of its."""
        found: dict[str, bytes] = {}
        unreadable: dict[str, EvolinkError] = {}
        for wish in wishes:
            try:
                for one in set(_digests(wish)).difference(found):
                    path = self._parts.store.uploads.file_of(one)
                    with guarded(path, "read"):
                        found[one] = path.read_bytes()
            except StoreError as error:  # it is gone, or was changed
                unreadable[wish.key] = error
        return found, unreadable

    def keep(self, keys: Iterable[str]) -> None:
        """Say that this process is alive, and looks after what is lent.

        Raises:
            StoreError: it can't be written.
        """
        with self._parts.store.database.write():
            for key in keys:
                self._parts.store.journal.claim(key, self._parts.owner, self._parts.clock())

    def accepted(self, news: Sequence[tuple[str, str, Receipt | None]]) -> None:
        """Write down the service's ids as they come home: what is known here can be collected here.

        Args:
            news: the purchases' keys, their ids, and what the service told of credits.

        Raises:
            StoreError: it can't be written.
        """
        store, now = self._parts.store, self._parts.clock()
        with store.database.write(durable=True):
            for key, task_id, receipt in news:
                line = store.journal.get(key)
                if line is None or line.step not in (Step.SENDING, Step.UNKNOWN):
                    continue
                store.journal.accepted(key, task_id, now, receipt=receipt)
                if receipt is not None and receipt.reserved is not None:
                    store.ledger.raise_to(key, receipt.reserved, now)

    def not_taken(self, name: str, keys: Sequence[str], error: EvolinkError) -> None:
        """Close what surely never was sent, and give its credits back.

        Args:
            name: the loan.
            keys: its purchases.
            error: why.

        Raises:
            StoreError: it can't be written.
        """
        with self._parts.store.database.write():
            for key in keys:
                self._refused(key, failure_record(error))
            self._forget(name)

    def come_home(
        self, name: str, returns: Sequence[Return], folder: Path | None
    ) -> tuple[list[Home], Merged | None]:
        """Take in what came of a loan: pictures, ends, receipts.

        Args:
            name: the loan.
            returns: what the borrower's journal says of each purchase.
            folder: the borrower's folder, or a copy; `None` where its pictures stay elsewhere.

        Returns:
            Each purchase as this store has it now, and what the merge has said.

        Raises:
            StoreError: it can't be taken in; it can be tried again.
        """
        store = self._parts.store
        known = [(one.key, one.task_id, one.receipt) for one in returns if one.task_id is not None]
        self.accepted([(key, task_id, receipt) for key, task_id, receipt in known])
        merged = store.merge(folder) if folder is not None else None
        with store.database.write(durable=True):
            was_lost = bool(self._note(name).get(_LOST))
            homes = [self._home(one, was_lost=was_lost) for one in returns]
            store.journal.leave(one.key for one in returns)
            self._forget(name)
        return [one for one in homes if one is not None], merged

    def lost(self, name: str, keys: Sequence[str], error: EvolinkError) -> list[Home]:
        """Take back a loan of which nothing can be learned: what may be paid stays reserved.

        Its note stays as long as any of it is open: a worker that was only out of reach has gone
        on, and a later run takes home what it has paid for.

        Args:
            name: the loan.
            keys: its purchases.
            error: what became of the borrower.

        Raises:
            StoreError: it can't be written.
        """
        store, homes = self._parts.store, []
        with store.database.write(durable=True):
            for key in keys:
                line = store.journal.get(key)
                if line is not None and line.step is Step.SENDING:
                    self._unknown(line, failure_record(error))
                line = store.journal.get(key)
                if line is not None:
                    homes.append(_home_of(line))
            if any(home.goes_on for home in homes):
                store.journal.remember(f"{_NOTE}{name}", {**self._note(name), _LOST: True})
            else:
                self._forget(name)
        return homes

    def left_behind(self) -> dict[str, dict[str, Any]]:
        """The loans that no living process looks after, as `lend` noted them; they are ours now.

        Raises:
            StoreError: the journal can't be read or written.
        """
        journal, found = self._parts.store.journal, {}
        for name, record in journal.recall_all(_NOTE).items():
            keys = [str(key) for key in record.get("keys") or ()]
            with self._parts.store.database.write():
                open_ = [key for key in keys if _is_open(journal.get(key))]
                mine = [
                    key
                    for key in open_
                    if journal.claim(key, self._parts.owner, self._parts.clock())
                ]
            if len(mine) == len(open_):
                found[name.removeprefix(_NOTE)] = record
        return found

    def _home(self, one: Return, *, was_lost: bool) -> Home | None:
        """One purchase as the journal has it once what came home is written down.

        One that was taken for lost may have been sent again from here: what the borrower has not
        sent, or does not know, proves nothing then.
        """
        store, now = self._parts.store, self._parts.clock()
        line = store.journal.get(one.key)
        if line is None:
            return None
        if line.ended_at is None:
            record = dict(one.failure or {})
            if one.step is Step.REFUSED or record.get("accepted") is False:
                if not was_lost:
                    self._refused(one.key, record)
            elif one.task_id is None:
                if not was_lost:
                    self._unknown(line, record)
            elif one.step is Step.FAILED:
                receipt = one.receipt or Receipt()
                store.journal.failed(one.key, record, now, receipt=receipt)
                if error_from(record).billed is Billed.NO:
                    store.ledger.release(one.key, now)
                else:
                    store.ledger.settle(one.key, receipt, now)
            elif one.step is Step.SAVED and one.pictures:
                store.journal.finished(one.key, now, receipt=one.receipt)
                store.ledger.settle(one.key, one.receipt or Receipt(), now)
            line = store.journal.get(one.key) or line
        return _home_of(line)

    def _refused(self, key: str, record: Mapping[str, Any]) -> None:
        store, now = self._parts.store, self._parts.clock()
        line = store.journal.get(key)
        if line is None or line.ended_at is not None or line.task_id is not None:
            return
        store.journal.refused(key, {**record, "billed": Billed.NO.name}, now)
        store.ledger.release(key, now)

    def _unknown(self, line: Entry, record: Mapping[str, Any]) -> None:
        """The answer may have come at any time until now; that is where it is looked for."""
        found = {"lost_at": self._parts.clock(), **record, "doubt_since": line.sent_at}
        self._parts.store.journal.unknown(line.key, found)

    def _note(self, name: str) -> dict[str, Any]:
        return self._parts.store.journal.recall(f"{_NOTE}{name}") or {}

    def _forget(self, name: str) -> None:
        self._parts.store.journal.forget_note(f"{_NOTE}{name}")


def _digests(wish: Wish) -> list[str]:
    """The SHA-256 of the kept references that a purchase needs."""
    return [one for one in map(digest_of, wish.request.references) if one is not None]


def _is_open(line: Entry | None) -> bool:
    return line is not None and line.ended_at is None


def _lent(entry: Entry) -> LentAsk:
    return LentAsk(
        entry.key,
        entry.idempotency_key,
        entry.recipe or {},
        entry.identity or "",
        entry.estimate_high or 0.0,
    )


def _home_of(line: Entry) -> Home:
    if line.ended_at is None:
        lost = line.step in (Step.SENDING, Step.UNKNOWN)
        return Home(line, None, goes_on=True, is_lost=lost)
    error = None if line.step is Step.SAVED else error_from(line.failure, line.task_id)
    return Home(line, error)
