"""`Lender`: asks that workers send; the session's place in a batch that runs on an engine.

What is asked for here waits a moment, until there is enough for a loan; a `Carrier` takes that to
its end. While loans are out this process asks once a second how they stand, and writes the
service's ids down as it hears of them: what has an id here can be collected from here. All of it
runs on the core's loop.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Hashable, Sequence
from dataclasses import fields
from typing import Any

from evolink_widgets.batches.engine import carry, worker
from evolink_widgets.batches.engine.borrow import Workplace
from evolink_widgets.batches.engine.calls import Calls
from evolink_widgets.batches.engine.carry import Carrier, OpenLoan
from evolink_widgets.batches.engine.elsewhere import Elsewhere, PictureElsewhere
from evolink_widgets.batches.engine.lent_task import LentTask
from evolink_widgets.batches.engine.worker import News
from evolink_widgets.core import loop
from evolink_widgets.core.money import Terms
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Task
from evolink_widgets.errors import Billed, EvolinkError, ServiceUnavailable, StoreError
from evolink_widgets.rules.pricing.pricing import Estimate, Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.runtime.deadline import deadline
from evolink_widgets.store.journal.new_names import new_key
from evolink_widgets.store.process_globals import process_global

__all__ = ["Lender"]

log = logging.getLogger("evolink_widgets")

LOAN = 16
"""Purchases that go out together: few enough that a picture is not long on its way home, and
enough that a folder, a database and a merge for each do not weigh."""

WITH_REFERENCES = 2
"""The same where they have references, whose bytes go along."""

GATHER = 0.5
"""Seconds in which more are waited for, until they are a loan."""

LOOK = 1.0
"""Seconds between two readings of how the loans stand."""

RENEW = 20.0
"""Seconds after which it is said again that this process looks after what is lent."""

#: The loans that runs of this process have out: no other run of it takes them up.
_out: set[str] = process_global(f"{__name__} out", set)


class Lender:
    """Lends purchases to the workers of a cluster, and takes them home.

    Args:
        session: whose store keeps the books.
        calls: the workers.
        place: where they work.
    """

    def __init__(self, session: Session, calls: Calls, place: Workplace) -> None:
        self._session = session
        self._place = place
        self._books = session.lender_books()
        self._calls = calls
        self._elsewhere = None if place.pictures is None else Elsewhere(place.pictures)
        self._carrier = Carrier(session, self._books, self._calls, self._elsewhere)
        self._inbox: list[LentTask] = []
        self._loans: dict[str, OpenLoan] = {}
        self._silent: set[str] = set()
        self._turn: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    # What a buyer asks for.

    def submit(
        self, request: ImageRequest, *, group: Hashable, terms: Terms, estimate: Estimate
    ) -> Task:
        """Ask for pictures that the store does not have; returns at once.

        Args:
            request: what is asked.
            group: equal for asks of one recipe, which want pictures of their own.
            terms: the caps that hold.
            estimate: what it may cost.
        """
        parts = self._session.parts
        lent = LentTask(
            self._take_back,
            request,
            Recipe(request, parts.recipe_service),
            terms,
            estimate,
            group=group,
            simulated=parts.simulated,
            now=parts.clock(),
        )
        self._inbox.append(lent)
        self._carrier.holds = False
        self._begin()
        return lent.task

    def is_to_be_asked_here(self, key: str) -> bool:
        """Whether an ask ended because this store has it, or has it under way; told once."""
        found = key in self._carrier.to_ask_here
        self._carrier.to_ask_here.discard(key)
        return found

    def withdraw(self) -> None:
        """Let nothing more be sent of what is out, until more is asked for."""
        self._carrier.holds = True
        for address in {loan.address for loan in self._loans.values()}:
            names = [loan.name for loan in self._loans.values() if loan.address == address]
            loop.spawn(self._calls.quietly(address, worker.withdraw, names))

    async def begun(self, requests: Sequence[ImageRequest]) -> list[bool]:
        """Whether the store has anything of each request, or has it under way.

        Raises:
            StoreError: it can't be read.
        """
        return await self._calls.on_database(self._books.begun, requests)

    async def known_elsewhere(self) -> dict[str, list[PictureElsewhere]]:
        """The pictures that stay elsewhere, by their recipes.

        Raises:
            StoreError: they can't be read.
        """
        if self._elsewhere is None:
            return {}
        return await self._calls.aside(self._elsewhere.known)

    async def collect_left(self) -> None:
        """Take home what earlier runs have lent and no living process looks after.

        Raises:
            StoreError: the journal can't be read, or what comes home can't be written.
        """
        left = await self._calls.on_database(self._books.left_behind)
        found = [self._collect(name, record) for name, record in left.items() if name not in _out]
        await asyncio.gather(*found)

    async def _collect(self, name: str, record: dict[str, Any]) -> None:
        """Take an earlier run's loan home, if a worker sees it; what is unsent stays unsent."""
        place = Workplace(**{one.name: record[one.name] for one in fields(Workplace)})
        loan = OpenLoan(name, place)
        loan.address = await self._carrier.who_sees(loan) or ""
        if not loan.address:
            return
        _out.add(name)
        try:
            await self._carrier.comes_home(loan, send=False)
        finally:
            _out.discard(name)

    # The turns.

    def _begin(self) -> None:
        self._wake.set()
        if self._turn is None:
            self._turn = loop.spawn(self._turns(), name="evolink-lender")

    async def _turns(self) -> None:
        renewed = monotonic()
        try:
            while self._inbox or self._loans or self._carrier.lost:
                await self._calls.look()
                self._lend()
                self._hear()
                if self._carrier.holds:  # a loan may have been on its way to its worker
                    self.withdraw()
                if monotonic() - renewed > RENEW:
                    renewed = monotonic()
                    await self._keep()
                if not (self._loans or self._inbox):
                    lost, self._carrier.lost = self._carrier.lost, []
                    for lent in lost:
                        await self._carrier.take_up(lent)
                await self._sleep()
        except Exception as error:  # what waits must not wait for ever
            log.exception("Lending came to an unexpected end")
            waiting, self._inbox = self._inbox, []
            for lent in waiting:
                lent.end(_unusable(f"The engine can't be used: {error!r}."))
        finally:
            self._turn = None
            self._calls.rest()

    async def _sleep(self) -> None:
        self._wake.clear()
        try:
            async with deadline(GATHER if self._inbox else LOOK):
                await self._wake.wait()
        except TimeoutError:
            return
        if self._inbox:
            await asyncio.sleep(GATHER / 10)  # a buyer asks for many in a row

    def _take_back(self, lent: LentTask) -> None:
        if lent in self._inbox:
            self._inbox.remove(lent)

    def _lend(self) -> None:
        """Make loans of what waits: those that are full, and those that have waited."""
        now, addresses = monotonic(), self._calls.addresses
        if not addresses:
            for lent in [one for one in self._inbox if now - one.asked_at > carry.PATIENCE]:
                self._inbox.remove(lent)
                lent.end(_unusable(f"The cluster has had no worker for {carry.PATIENCE:g} s."))
            return
        piles: dict[tuple[str, bool], list[LentTask]] = {}
        for lent in self._inbox:
            has_references = bool(lent.task.request.references)
            address = _home_of(lent.recipe.identity, addresses)
            piles.setdefault((address, has_references), []).append(lent)
        for (address, has_references), pile in piles.items():
            size = WITH_REFERENCES if has_references else LOAN
            while len(pile) >= size or (pile and now - pile[0].asked_at >= GATHER):
                some, pile[:size] = pile[:size], []
                self._begin_loan(address, some)

    def _begin_loan(self, address: str, some: Sequence[LentTask]) -> None:
        for lent in some:
            self._inbox.remove(lent)
            lent.leaves()
        loan = OpenLoan(new_key(), self._place, {one.key: one for one in some}, address)
        self._loans[loan.name] = loan
        _out.add(loan.name)
        loop.spawn(self._carry(loan), name=f"evolink-loan-{loan.name}")

    async def _carry(self, loan: OpenLoan) -> None:
        others = [lent for one in self._loans.values() for lent in one.tasks.values()]
        try:
            await self._carrier.carry(loan, others)
        finally:
            del self._loans[loan.name]
            _out.discard(loan.name)
            self._begin()

    def _hear(self) -> None:
        """Ask each worker how its loans stand."""
        by_address: dict[str, list[OpenLoan]] = {}
        for loan in self._loans.values():
            if loan.running is not None and loan.address in self._calls.addresses:
                by_address.setdefault(loan.address, []).append(loan)
        for address, loans in by_address.items():
            if address not in self._silent:  # one that has just died is asked for half a minute
                loop.spawn(self._hear_of(address, loans))

    async def _hear_of(self, address: str, loans: Sequence[OpenLoan]) -> None:
        """Show how the loans of one worker stand, and write down the ids that are new."""
        names = [loan.name for loan in loans]
        self._silent.add(address)
        told: dict[str, dict[str, News]] | None
        told = await self._calls.quietly(address, worker.news, names)
        self._silent.discard(address)
        accepted: list[tuple[str, str, Receipt | None]] = []
        for loan in loans:
            for key, news in (told or {}).get(loan.name, {}).items():
                lent = loan.tasks.get(key)
                if lent is None:
                    continue
                if news.task_id is not None and key not in loan.known:
                    accepted.append((key, news.task_id, news.receipt))
                    loan.known.add(key)
                if not lent.task.state.stage.ended:
                    lent.show(news)
        if accepted:
            await self._write_down(accepted)

    async def _write_down(self, accepted: Sequence[tuple[str, str, Receipt | None]]) -> None:
        try:
            await self._calls.on_database(self._books.accepted, accepted)
        except StoreError as error:  # they come home with the loan, too
            log.warning("The ids of tasks are not written down yet: %s", error)

    async def _keep(self) -> None:
        keys = [key for loan in self._loans.values() for key in loan.tasks]
        try:
            await self._calls.on_database(self._books.keep, keys)
        except StoreError as error:
            log.warning("What is lent can't be kept: %s", error)


def _home_of(identity: str, addresses: Sequence[str]) -> str:
    """The worker of a recipe: the same one as long as it is there, and few move when one goes."""
    return max(addresses, key=lambda one: hashlib.sha256(f"{identity} {one}".encode()).digest())


def _unusable(said: str) -> EvolinkError:
    advice = "Start workers, or ask again without on=."
    return ServiceUnavailable(said, billed=Billed.NO, advice=advice)
