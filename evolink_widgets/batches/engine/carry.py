"""`Carrier`: takes loans from the inbox to their end, whatever becomes of their workers.

    bought in the books here ── written down by a worker ── fulfilled ── home
             │                          │                       │
        no room, refused         it does not answer:     its worker is gone: another that sees
                                 nothing was sent        the folder goes on, or this process

When a worker dies, another that sees the loan's folder goes on with it. Where none does, what has
an id is collected here, and what has none is looked for here, once nothing else is out: only then
no other worker's task can be mistaken for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

from evolink_widgets.batches.engine import worker
from evolink_widgets.batches.engine.borrow import Workplace
from evolink_widgets.batches.engine.calls import Calls, Running
from evolink_widgets.batches.engine.elsewhere import Elsewhere
from evolink_widgets.batches.engine.home import Homecoming
from evolink_widgets.batches.engine.lent_task import LentTask
from evolink_widgets.core.loans.lend import Home, LenderBooks, Wish
from evolink_widgets.core.loans.loan import Loan, Return
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import withdrawn
from evolink_widgets.errors import (
    Billed,
    EvolinkError,
    OutcomeUnknown,
    ServiceUnavailable,
    StoreError,
)
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.journal.journal import Step

__all__ = ["PATIENCE", "Carrier", "OpenLoan"]

log = logging.getLogger("evolink_widgets")

PATIENCE = 60.0
"""Seconds in which a worker that sees a dead one's folder is waited for."""

TRIES = 5
"""How often a loan is begun; then it comes home as it is."""

LOOK = 1.0
"""Seconds between two looks for such a worker."""

STAYS_AWAY = (
    "What was bought stays on the worker's disk. Make room, or remove whatever is in the way, and "
    "call create again with the same on and worker_store: it is brought home."
)


@dataclass
class OpenLoan:
    """A loan that is out.

    Attributes:
        name: its name.
        place: where its worker works.
        tasks: its tasks, by key; none where an earlier run has lent it.
        address: the worker that has it.
        running: the engine's task for it.
        known: keys whose ids are written down here.
        tries: how often it was begun.
    """

    name: str
    place: Workplace
    tasks: dict[str, LentTask] = field(default_factory=dict)
    address: str = ""
    running: Running | None = None
    known: set[str] = field(default_factory=set)
    tries: int = 0


class Carrier:
    """Takes loans to their end; to be used on the core's loop.

    Args:
        session: whose store keeps the books.
        books: lends, and takes home.
        calls: the workers.
        elsewhere: where pictures stay; `None` where they come home.

    Attributes:
        lost: tasks of which nothing is known but that they may have been sent.
        to_ask_here: keys of asks that this store has, or has under way, after all.
        holds: whether nothing more is to be sent.
    """

    def __init__(
        self, session: Session, books: LenderBooks, calls: Calls, elsewhere: Elsewhere | None
    ) -> None:
        self.lost: list[LentTask] = []
        self.to_ask_here: set[str] = set()
        self.holds = False
        self._session = session
        self._books = books
        self._calls = calls
        self._elsewhere = elsewhere
        self._home = Homecoming(session, calls)

    async def carry(self, loan: OpenLoan, others: Iterable[LentTask]) -> None:
        """Take a loan from the inbox to its end; each of its tasks has ended, or is in `lost`.

        Args:
            loan: the loan.
            others: all tasks that are out, among which may be asks for the same recipe.
        """
        try:
            if await self._goes_out(loan, others):
                await self.comes_home(loan)
        except StoreError as error:
            self._end(loan, type(error)(error.message, advice=STAYS_AWAY, billed=Billed.LATER))
        except Exception as error:
            log.exception("Loan %s came to an unexpected end", loan.name)
            self._end(loan, OutcomeUnknown(f"Something unexpected happened: {error!r}."))

    async def comes_home(self, loan: OpenLoan, *, send: bool = True) -> None:
        """Wait until it has ended, at whichever worker, and take it in.

        Args:
            loan: the loan; a worker has written it down.
            send: whether what is unsent may be sent.

        Raises:
            StoreError: it can't be written here; its folder stays where it is.
        """
        while True:
            returns = await self._fulfilled(loan, send=send)
            if returns is not None and await self._is_taken_in(loan, returns):
                return
            address = await self.who_sees(loan, wait=PATIENCE)
            if address is None:
                await self._take_over(loan)
                return
            loan.address = address
            if loan.tries >= TRIES:
                returns = await self._calls.quietly(address, worker.closed, loan.place, loan.name)
                if returns is None or not await self._is_taken_in(loan, returns):
                    await self._take_over(loan)
                return

    async def who_sees(self, loan: OpenLoan, *, wait: float = 0.0) -> str | None:
        """A worker that sees its folder; engines begin new ones, so they are waited for."""
        until = monotonic() + wait
        while True:
            for address in await self._calls.look():
                seen = await self._calls.quietly(address, worker.seen, loan.place, [loan.name])
                if seen:
                    return address
            if monotonic() >= until:
                return None
            await asyncio.sleep(LOOK)

    async def take_up(self, lent: LentTask) -> None:
        """Go on with a task here: it is collected, or looked for."""
        task = await self._session.take_up(lent.key)
        if task is None:
            lent.end(OutcomeUnknown("The journal has no such task any more."))
        else:
            lent.mirror(task)

    # Out.

    async def _goes_out(self, loan: OpenLoan, others: Iterable[LentTask]) -> bool:
        """Buy it in the books, and let a worker write it down; whether it has left."""
        wishes = [
            Wish(
                one.key,
                one.task.request,
                one.terms,
                [other.key for other in others if other.group == one.group],
            )
            for one in loan.tasks.values()
        ]
        place = asdict(loan.place)
        try:
            bought = await self._calls.on_database(self._books.lend, loan.name, wishes, place)
        except EvolinkError as error:
            self._end(loan, error)
            return False
        for key, why in bought.refused.items():
            loan.tasks.pop(key).end(why)
        for key in bought.here:
            self.to_ask_here.add(key)
            loan.tasks.pop(key).end(withdrawn())
        if bought.loan is None:
            return False
        refusal = await self._is_refused(loan, bought.loan)
        if refusal is not None:
            keys = list(loan.tasks)
            await self._calls.on_database(self._books.not_taken, loan.name, keys, refusal)
            self._end(loan, refusal)
            return False
        return True

    async def _is_refused(self, loan: OpenLoan, lent: Loan) -> EvolinkError | None:
        """Let the worker write it down; why it has not. Nothing is sent yet."""
        try:
            trouble = await self._calls.ask(loan.address, worker.take, loan.place, lent)
        except Exception as error:
            trouble = f"it does not answer ({error})."
        if trouble is None and self.holds:
            await self._calls.quietly(loan.address, worker.forget, loan.place, loan.name)
            return withdrawn()
        if trouble is None:
            return None
        return ServiceUnavailable(f"Worker {loan.address}: {trouble}", billed=Billed.NO)

    # Home.

    async def _fulfilled(self, loan: OpenLoan, *, send: bool) -> list[Return] | None:
        """What became of it at its worker; `None` where the worker is gone or can't say."""
        loan.tries += 1
        name = f"evolink-loan-{loan.name}-{loan.tries}"
        begin = partial(self._calls.cluster.begin, loan.address, worker.fulfil, name=name)
        try:
            running = await self._calls.aside(begin, loan.place, loan.name, send)
        except Exception as error:
            log.warning("Loan %s can't be begun at %s: %s", loan.name, loan.address, error)
            return None
        loan.running = running
        try:
            while not running.has_ended:
                if await self._is_gone(loan.address):
                    return None
                await asyncio.sleep(0.1)
            found: list[Return] = await self._calls.aside(running.result)
        except Exception as error:
            log.warning("Loan %s at %s: %s", loan.name, loan.address, error)
            return None
        finally:
            loan.running = None
            await self._calls.aside(running.drop)
        return found

    async def _is_gone(self, address: str) -> bool:
        # It is looked once a second for all; who misses one looks again.
        return address not in self._calls.addresses and address not in await self._calls.look()

    async def _is_taken_in(self, loan: OpenLoan, returns: Sequence[Return]) -> bool:
        """Take in what has ended; whether that could be had of its worker.

        Raises:
            StoreError: it can't be written here.
        """
        stays = _stays_away(returns)
        async with contextlib.AsyncExitStack() as stack:
            folder = None
            try:
                if not stays:
                    folder = await stack.enter_async_context(self._home.folder(loan))
            except StoreError:
                raise
            except Exception as error:
                log.warning("Loan %s at %s can't be fetched: %s", loan.name, loan.address, error)
                return False
            homes, merged = await self._calls.aside(
                self._books.come_home, loan.name, returns, folder
            )
        if merged is not None and merged.left_out:
            log.warning("Loan %s: %s", loan.name, merged)
        elif all(one.entry.ended_at is not None for one in homes):
            await self._calls.quietly(loan.address, worker.forget, loan.place, loan.name)
        await self._are_home(loan, homes, returns if stays else ())
        return True

    async def _take_over(self, loan: OpenLoan) -> None:
        """No worker sees its folder: here goes on what is known here."""
        if not loan.tasks:  # of an earlier run: its folder may be seen another time
            return
        error = OutcomeUnknown(
            f"Worker {loan.address} is gone, and no other sees the folder of its loan."
        )
        homes = await self._calls.on_database(self._books.lost, loan.name, list(loan.tasks), error)
        await self._are_home(loan, homes)

    async def _are_home(
        self, loan: OpenLoan, homes: Sequence[Home], returns: Sequence[Return] = ()
    ) -> None:
        """End the tasks of a loan, or take them up here."""
        self._session.learn()
        away = {one.key: one.pictures for one in returns}
        parts = self._session.parts
        for home in homes:
            lent, entry = loan.tasks.get(home.entry.key), home.entry
            if lent is None:  # of an earlier run: the next ask for it takes it up
                continue
            if home.is_lost:
                self.lost.append(lent)
            elif home.goes_on:
                await self.take_up(lent)
            elif home.error is not None:
                lent.task.publish(task_id=entry.task_id, receipt=entry.receipt)
                lent.end(home.error)
            else:
                find: Callable[[], Iterable[GeneratedImage]]
                if away.get(lent.key) and self._elsewhere is not None:
                    find = partial(self._elsewhere.pictures, away[lent.key])
                else:
                    find = partial(parts.store.gallery.images, lent.key)
                lent.done(await parts.file_threads.run(find), entry)

    @staticmethod
    def _end(loan: OpenLoan, error: EvolinkError) -> None:
        for lent in loan.tasks.values():
            if not lent.task.state.stage.ended and lent.here is None:
                lent.end(error)


def _stays_away(returns: Sequence[Return]) -> bool:
    """Whether all pictures are where they are to stay."""
    return any(one.pictures for one in returns) and all(
        one.pictures or one.step is not Step.SAVED for one in returns
    )
