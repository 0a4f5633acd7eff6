"""`Lender`: asks that workers send; the session's place in a batch that runs on an engine.

What is asked for here waits a moment, until there is enough for a loan. A loan is bought in the
books of this store, written down by a worker in a folder of its own, and fulfilled there. While
it is out this process asks once a second how it stands, and writes the service's ids down as it
hears of them. When it has ended, its folder comes home; then its tasks end.

When a worker dies, another that sees the loan's folder goes on with it. Where none does, what has
an id is collected here, and what has none is looked for here, once nothing else is out: only then
no other worker's task can be mistaken for it. All of it runs on the core's loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from typing import Any, Protocol, TypeVar

from evolink_widgets.batches.engine import worker
from evolink_widgets.batches.engine.borrow import Workplace
from evolink_widgets.batches.engine.elsewhere import Elsewhere, PictureElsewhere
from evolink_widgets.batches.engine.home import Homecoming
from evolink_widgets.batches.engine.worker import News
from evolink_widgets.clock import monotonic
from evolink_widgets.core import loop
from evolink_widgets.core.loans.lend import Home, LenderBooks, Wish
from evolink_widgets.core.loans.loan import Loan, Return
from evolink_widgets.core.loop import Workers
from evolink_widgets.core.money import Terms
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task, TaskState, withdrawn
from evolink_widgets.errors import (
    Billed,
    EvolinkError,
    OutcomeUnknown,
    ServiceUnavailable,
    StoreError,
)
from evolink_widgets.rules.pricing.pricing import Estimate, Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet
from evolink_widgets.store.journal.journal import Step, new_key
from evolink_widgets.store.process_globals import process_global

__all__ = ["Cluster", "Lender"]

T = TypeVar("T")

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

PATIENCE = 60.0
"""Seconds in which a worker that sees a dead one's folder is waited for."""

RENEW = 20.0
"""Seconds after which it is said again that this process looks after what is lent."""

STAYS_AWAY = (
    "What was bought stays on the worker's disk. Make room, or whatever is in the way, and call "
    "create again with the same on and worker_store: it is brought home."
)

_AT_ONCE = 8
"""Calls to workers that are waited for at once."""


class Running(Protocol):
    """A task on a worker."""

    @property
    def has_ended(self) -> bool:
        """Whether it has a result, or will have none."""

    def result(self) -> Any:
        """What it returned."""

    def drop(self) -> None:
        """Let the engine forget it."""


class Cluster(Protocol):
    """An engine's workers; every method blocks."""

    def workers(self) -> list[str]:
        """The addresses of the workers that are there."""

    def ask(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function on a worker."""

    def begin(self, address: str, function: Callable[..., Any], *args: Any, name: str) -> Running:
        """Begin a task on a worker, and on no other."""


class LentTask:
    """One ask that a worker sends; the control of its `Task`.

    Args:
        lender: who lends it.
        request: what is asked.
        recipe: the whole recipe.
        terms: the caps that hold.
        estimate: what it may cost.
        group: equal for asks of one recipe, which want pictures of their own.
        simulated: whether an emulator plays the service.
    """

    def __init__(
        self,
        lender: Lender,
        request: ImageRequest,
        recipe: Recipe,
        terms: Terms,
        estimate: Estimate,
        *,
        group: Hashable,
        simulated: bool,
        now: float,
    ) -> None:
        self.key = new_key()
        self.recipe = recipe
        self.terms = terms
        self.group = group
        self.asked_at = monotonic()
        self.is_out = False
        self.here: Task | None = None
        self._lender = lender
        state = TaskState(
            Stage.QUEUED, None, now, now, None, None, (), request.n, request.pixels, None, None,
            None, simulated, None,
        )  # fmt: skip
        self.task = Task(
            key=self.key,
            request=request,
            recipe=recipe,
            estimate=estimate,
            state=state,
            control=self,
        )

    def image_set(self, state: TaskState) -> ImageSet:
        """The pictures of `state` as an ordered set."""
        return ImageSet(
            state.images, key=self.key, recipe=self.recipe, receipt=state.receipt,
            expected=state.expected, places=state.places,
        )  # fmt: skip

    def waited(self, *, in_vain: bool) -> None:
        """A batch waits for its run."""

    def stop(self) -> None:
        """Take it back where it has not left; else it comes home."""
        if self.here is not None:
            self.here.stop()
        elif not self.is_out and not self.task.state.stage.ended:
            self._lender.take_back(self)
            self.end(withdrawn())

    def resume(self) -> None:
        """Go on where it was stopped, if it is here."""
        if self.here is not None:
            self.here.resume()

    def look_again(self) -> None:
        """Look once more, if it is here."""
        if self.here is not None:
            self.here.look_again()

    def send_again(self) -> None:
        """Send it once more, if it is here."""
        if self.here is not None:
            self.here.send_again()

    def charge(self) -> Billed:
        """Whether it is charged if it is not waited for any longer."""
        if not self.is_out:
            return Billed.NO
        return Billed.UNKNOWN if self.task.id is None else Billed.LATER

    def end(self, error: EvolinkError) -> None:
        """Say that it ended without its pictures."""
        stage = {Billed.NO: Stage.REFUSED, Billed.UNKNOWN: Stage.UNKNOWN}.get(
            error.billed, Stage.FAILED
        )
        self.task.publish(stage=stage, error=error, note=None)

    def show(self, news: News) -> None:
        """Show how it gets on at the worker; it ends when it is home."""
        stage = Stage(news.stage)
        if stage.ended or stage is Stage.QUEUED:
            stage = Stage.SAVING if stage is Stage.DONE else Stage.SENDING
        state = self.task.state
        told = (stage, news.progress, news.task_id or state.task_id, news.note)
        if told != (state.stage, state.progress, state.task_id, state.note):
            self.task.publish(
                stage=stage, progress=news.progress, task_id=told[2], note=news.note,
                receipt=news.receipt or state.receipt,
            )  # fmt: skip

    def mirror(self, other: Task) -> None:
        """Go on as a task of this process does, which has taken it up."""
        self.here = other
        names = ("stage", "progress", "left", "images", "expected", "error", "task_id", "receipt",
                 "note", "reused", "places", "held")  # fmt: skip
        other.subscribe(
            lambda state: self.task.publish(**{name: getattr(state, name) for name in names})
        )


@dataclass
class OpenLoan:
    """A loan that is out.

    Attributes:
        name: its name.
        place: where its worker works.
        tasks: its tasks, by key.
        address: the worker that has it.
        running: the engine's task for it.
        known: keys whose ids are written down here.
    """

    name: str
    place: Workplace
    tasks: dict[str, LentTask] = field(default_factory=dict)
    address: str = ""
    running: Running | None = None
    known: set[str] = field(default_factory=set)


#: The loans that runs of this process have out: no other run of it takes them up.
_out: set[str] = process_global(f"{__name__} out", set)


class Lender:
    """Lends purchases to the workers of a cluster, and takes them home.

    Args:
        session: whose store keeps the books.
        cluster: the workers.
        place: where they work.
        told: called where something has changed that no task tells.

    Attributes:
        to_ask_here: keys of asks that this store has, or has under way, after all.
    """

    def __init__(
        self, session: Session, cluster: Cluster, place: Workplace, told: Callable[[], object]
    ) -> None:
        self.to_ask_here: set[str] = set()
        self._session = session
        self._cluster = cluster
        self._place = place
        self._books: LenderBooks | None = None
        self._threads = Workers("evolink-engine", _AT_ONCE)
        self._home = Homecoming(session, cluster, self._threads)
        self._elsewhere = None if place.pictures is None else Elsewhere(place.pictures)
        self._inbox: list[LentTask] = []
        self._loans: dict[str, OpenLoan] = {}
        self._lost: list[LentTask] = []
        self._addresses: list[str] = []
        self._silent: set[str] = set()
        self._turn: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._told = told
        self._attempts = 0

    # What a buyer asks for.

    def submit(
        self, request: ImageRequest, *, group: Hashable, terms: Terms, estimate: Estimate
    ) -> Task:
        """Ask for pictures that the store does not have; returns at once."""
        parts = self._session.parts
        lent = LentTask(
            self,
            request,
            Recipe(request, parts.recipe_service),
            terms,
            estimate,
            group=group,
            simulated=parts.simulated,
            now=parts.clock(),
        )
        self._inbox.append(lent)
        self._begin()
        return lent.task

    def take_back(self, lent: LentTask) -> None:
        """Forget an ask that has not left."""
        if lent in self._inbox:
            self._inbox.remove(lent)

    def withdraw(self) -> None:
        """Ask the workers to send nothing more of what they have."""
        for address in {loan.address for loan in self._loans.values() if loan.address}:
            names = [loan.name for loan in self._loans.values() if loan.address == address]
            loop.spawn(self._quietly(address, worker.withdraw, names))

    async def known_elsewhere(self) -> dict[str, list[PictureElsewhere]]:
        """The pictures that stay elsewhere, by their recipes.

        Raises:
            StoreError: they can't be read.
        """
        return {} if self._elsewhere is None else await self._call(self._elsewhere.known)

    async def collect_left(self) -> None:
        """Take home what earlier runs have lent and no living process looks after.

        Raises:
            StoreError: the journal can't be read.
        """
        books = await self._booked()
        left = await self._on_database(books.left_behind)
        left = {name: record for name, record in left.items() if name not in _out}
        if not left:
            return
        self._addresses = await self._ask_cluster(self._cluster.workers)
        await asyncio.gather(*(self._collect(name, record) for name, record in left.items()))

    # The turns.

    def _begin(self) -> None:
        self._wake.set()
        if self._turn is None:
            self._turn = loop.spawn(self._turns(), name="evolink-lender")

    async def _turns(self) -> None:
        renewed = monotonic()
        try:
            while self._inbox or self._loans or self._lost:
                self._addresses = await self._ask_cluster(self._cluster.workers)
                self._lend()
                self._hear()
                if monotonic() - renewed > RENEW:
                    renewed = monotonic()
                    await self._keep()
                if not self._loans and not self._inbox and self._lost:
                    await self._look_for_lost()
                await self._sleep()
        except Exception as error:  # what waits must not wait for ever
            log.exception("Lending came to an unexpected end")
            for lent in self._inbox:
                lent.end(ServiceUnavailable(f"The engine can't be used: {error!r}.",
                                            billed=Billed.NO))  # fmt: skip
            self._inbox.clear()
        finally:
            self._turn = None

    async def _sleep(self) -> None:
        self._wake.clear()
        pause = min(LOOK, GATHER) if self._inbox else LOOK
        try:
            await asyncio.wait_for(self._wake.wait(), pause)
        except asyncio.TimeoutError:
            return
        if self._inbox:
            await asyncio.sleep(0.05)  # a buyer asks for many in a row

    def _lend(self) -> None:
        """Make loans of what waits: those that are full, and those that have waited."""
        if not self._addresses:
            self._give_up_waiting()
            return
        piles: dict[tuple[str, bool], list[LentTask]] = {}
        for lent in self._inbox:
            address = _home_of(lent.recipe.identity, self._addresses)
            has_references = bool(lent.task.request.references)
            piles.setdefault((address, has_references), []).append(lent)
        now = monotonic()
        for (address, has_references), pile in piles.items():
            size = WITH_REFERENCES if has_references else LOAN
            while len(pile) >= size or (pile and now - pile[0].asked_at >= GATHER):
                some, pile[:size] = pile[:size], []
                for lent in some:
                    self._inbox.remove(lent)
                    lent.is_out = True
                loan = OpenLoan(new_key(), self._place, {one.key: one for one in some}, address)
                self._loans[loan.name] = loan
                _out.add(loan.name)
                loop.spawn(self._carry(loan), name=f"evolink-loan-{loan.name}")

    def _give_up_waiting(self) -> None:
        late = [one for one in self._inbox if monotonic() - one.asked_at > PATIENCE]
        for lent in late:
            self.take_back(lent)
            lent.end(_no_worker())

    def _hear(self) -> None:
        """Ask each worker how its loans stand, and write down the ids that are new."""
        by_address: dict[str, list[OpenLoan]] = {}
        for loan in self._loans.values():
            if loan.running is not None and loan.address in self._addresses:
                by_address.setdefault(loan.address, []).append(loan)
        for address, loans in by_address.items():
            if address not in self._silent:  # a dead one keeps silent for half a minute
                loop.spawn(self._hear_of(address, loans))

    async def _hear_of(self, address: str, loans: Sequence[OpenLoan]) -> None:
        names = [loan.name for loan in loans]
        self._silent.add(address)
        try:
            told: dict[str, dict[str, News]] = await self._ask(address, worker.news, names)
        except Exception as error:
            log.debug("Worker %s says nothing: %s", address, error)
            return
        finally:
            self._silent.discard(address)
        accepted: list[tuple[str, str, Receipt | None]] = []
        for loan in loans:
            for key, news in told.get(loan.name, {}).items():
                lent = loan.tasks.get(key)
                if news.task_id is not None and key not in loan.known:
                    accepted.append((key, news.task_id, news.receipt))
                if lent is not None and not lent.task.state.stage.ended:
                    lent.show(news)
        if accepted:
            books = await self._booked()
            await self._on_database(books.accepted, accepted)
            keys = {key for key, _, _ in accepted}
            for loan in loans:
                loan.known |= keys & loan.tasks.keys()

    async def _keep(self) -> None:
        keys = [key for loan in self._loans.values() for key in loan.tasks]
        books = await self._booked()
        try:
            await self._on_database(books.keep, keys)
        except StoreError as error:
            log.warning("What is lent can't be kept: %s", error)

    # One loan.

    async def _carry(self, loan: OpenLoan) -> None:
        """Take a loan from the inbox to its end."""
        try:
            if await self._goes_out(loan):
                await self._comes_home(loan)
        except StoreError as error:
            late = type(error)(error.message, advice=STAYS_AWAY, billed=Billed.LATER)
            for lent in loan.tasks.values():
                if not lent.task.state.stage.ended:
                    lent.end(late)
        except Exception as error:
            log.exception("Loan %s came to an unexpected end", loan.name)
            for lent in loan.tasks.values():
                if not lent.task.state.stage.ended:
                    lent.end(OutcomeUnknown(f"Something unexpected happened: {error!r}."))
        finally:
            self._loans.pop(loan.name, None)
            _out.discard(loan.name)
            self._begin()

    async def _goes_out(self, loan: OpenLoan) -> bool:
        """Buy it in the books, and let a worker write it down; whether it has left."""
        books = await self._booked()
        wishes = [self._wish(one) for one in loan.tasks.values()]
        record = asdict(loan.place)
        try:
            bought = await self._on_database(books.lend, loan.name, wishes, record)
        except EvolinkError as error:
            for lent in loan.tasks.values():
                lent.end(error)
            return False
        for key, why in bought.refused.items():
            loan.tasks.pop(key).end(why)
        for key in bought.here:
            self.to_ask_here.add(key)
            loan.tasks.pop(key).end(withdrawn())
        if bought.loan is None:
            return False
        refusal = await self._is_taken(loan, bought.loan)
        if refusal is not None:
            await self._on_database(books.not_taken, loan.name, list(loan.tasks), refusal)
            for lent in loan.tasks.values():
                lent.end(refusal)
            return False
        for lent in loan.tasks.values():
            lent.task.publish(stage=Stage.SENDING)
        return True

    def _wish(self, lent: LentTask) -> Wish:
        beside = [
            other.key
            for loan in self._loans.values()
            for other in loan.tasks.values()
            if other.group == lent.group
        ]
        return Wish(lent.key, lent.task.request, lent.terms, beside)

    async def _is_taken(self, loan: OpenLoan, lent: Loan) -> EvolinkError | None:
        """Let the worker write it down; why not, where it does not. Nothing is sent yet."""
        try:
            trouble = await self._ask(loan.address, worker.take, loan.place, lent)
        except Exception as error:
            return ServiceUnavailable(
                f"Worker {loan.address} took nothing: {error}.", billed=Billed.NO
            )
        if trouble is not None:
            return ServiceUnavailable(f"Worker {loan.address}: {trouble}", billed=Billed.NO)
        return None

    async def _comes_home(self, loan: OpenLoan, *, send: bool = True) -> None:
        """Wait until it has ended, at whichever worker, and take it in."""
        while True:
            returns = await self._fulfilled(loan, send=send)
            if returns is not None and await self._is_taken_in(loan, returns):
                return
            address = await self._who_sees(loan)
            if address is None:
                await self._take_over(loan)
                return
            loan.address = address

    async def _is_taken_in(self, loan: OpenLoan, returns: Sequence[Return]) -> bool:
        """Take in what has ended; whether that could be had of its worker.

        Raises:
            StoreError: it can't be written here; its folder stays where it is.
        """
        books, stays = await self._booked(), _stays_away(returns)
        async with contextlib.AsyncExitStack() as stack:
            try:
                folder = None
                if not stays:
                    folder = await stack.enter_async_context(self._home.folder(loan))
            except StoreError:
                raise
            except Exception as error:
                log.warning("Loan %s at %s can't be fetched: %s", loan.name, loan.address, error)
                return False
            homes, merged = await self._call(partial(books.come_home, loan.name, returns, folder))
        if merged is not None and merged.left_out:
            log.warning("Loan %s: %s", loan.name, merged)
        elif all(one.entry.ended_at is not None for one in homes):
            await self._quietly(loan.address, worker.forget, loan.place, loan.name)
        await self._are_home(loan, homes, returns if stays else ())
        return True

    async def _fulfilled(self, loan: OpenLoan, *, send: bool) -> list[Return] | None:
        """What became of it at its worker; `None` where the worker is gone or can't say."""
        self._attempts += 1
        name = f"evolink-loan-{loan.name}-{self._attempts}"
        try:
            loan.running = await self._call(
                partial(
                    self._cluster.begin,
                    loan.address, worker.fulfil, loan.place, loan.name, send, name=name,
                )
            )  # fmt: skip
            assert loan.running is not None
            while not loan.running.has_ended:
                if loan.address not in self._addresses and await self._is_gone(loan.address):
                    return None
                await asyncio.sleep(0.1)
            found: list[Return] = await self._call(loan.running.result)
        except Exception as error:
            log.warning("Loan %s at %s: %s", loan.name, loan.address, error)
            return None
        finally:
            running, loan.running = loan.running, None
            if running is not None:
                await self._call(running.drop)
        return found

    async def _is_gone(self, address: str) -> bool:
        self._addresses = await self._ask_cluster(self._cluster.workers)
        return address not in self._addresses

    async def _who_sees(self, loan: OpenLoan) -> str | None:
        """A worker that sees the folder of a dead one; waited for, as engines begin new ones."""
        until = monotonic() + PATIENCE
        while True:
            self._addresses = await self._ask_cluster(self._cluster.workers)
            for address in self._addresses:
                try:
                    if loan.name in await self._ask(address, worker.seen, loan.place, [loan.name]):
                        return address
                except Exception as error:
                    log.debug("Worker %s says nothing: %s", address, error)
            if monotonic() >= until:
                return None
            await asyncio.sleep(LOOK)

    async def _take_over(self, loan: OpenLoan) -> None:
        """No worker sees its folder: here goes on what is known here."""
        books = await self._booked()
        error = OutcomeUnknown(
            f"Worker {loan.address} is gone, and no other sees the folder of its loan."
        )
        homes = await self._on_database(books.lost, loan.name, list(loan.tasks), error)
        await self._are_home(loan, homes)

    async def _are_home(
        self, loan: OpenLoan, homes: Sequence[Home], returns: Sequence[Return] = ()
    ) -> None:
        """End the tasks of a loan, or take them up here."""
        self._session.learn()
        away = {one.key: one.pictures for one in returns}
        parts = self._session.parts
        for home in homes:
            lent = loan.tasks.get(home.entry.key)
            if lent is None:  # of an earlier run
                continue
            if home.is_lost:
                self._lost.append(lent)
            elif home.goes_on:
                await self._take_up(lent)
            elif home.error is not None:
                lent.task.publish(task_id=home.entry.task_id, receipt=home.entry.receipt)
                lent.end(home.error)
            else:
                find: Callable[[], Iterable[GeneratedImage]]
                if away.get(lent.key) and self._elsewhere is not None:
                    find = partial(self._elsewhere.pictures, away[lent.key])
                else:
                    find = partial(parts.store.gallery.images, lent.key)
                images = await parts.file_threads.run(find)
                lent.task.publish(
                    stage=Stage.DONE, progress=100, images=tuple(images), error=None, note=None,
                    task_id=home.entry.task_id, receipt=home.entry.receipt,
                )  # fmt: skip

    async def _look_for_lost(self) -> None:
        """Nothing else is out: what has no id is looked for in the service's list."""
        lost, self._lost = self._lost, []
        for lent in lost:
            await self._take_up(lent)

    async def _take_up(self, lent: LentTask) -> None:
        task = await self._session.take_up(lent.key)
        if task is None:
            lent.end(OutcomeUnknown("The journal has no such task any more."))
        else:
            lent.mirror(task)

    async def _collect(self, name: str, record: dict[str, Any]) -> None:
        """Take an earlier run's loan home, if a worker sees it; what is unsent stays unsent."""
        place = Workplace(**{one.name: record[one.name] for one in fields(Workplace)})
        loan = OpenLoan(name, place)
        for address in self._addresses:
            try:
                if name in await self._ask(address, worker.seen, place, [name]):
                    loan.address = address
                    break
            except Exception as error:
                log.debug("Worker %s says nothing: %s", address, error)
        if not loan.address:
            return
        _out.add(name)
        try:
            await self._comes_home(loan, send=False)
        finally:
            _out.discard(name)

    # How it is reached.

    async def _booked(self) -> LenderBooks:
        if self._books is None:
            self._books = self._session.lender_books()
        return self._books

    async def _ask_cluster(self, function: Callable[[], T]) -> T:
        return await self._threads.run(function)

    async def _ask(self, address: str, function: Callable[..., Any], *args: Any) -> Any:
        return await self._threads.run(self._cluster.ask, address, function, *args)

    async def _quietly(self, address: str, function: Callable[..., Any], *args: Any) -> None:
        try:
            await self._ask(address, function, *args)
        except Exception as error:
            log.debug("Worker %s says nothing: %s", address, error)

    async def _call(self, function: Callable[[], T]) -> T:
        return await self._threads.run(function)

    async def _on_database(self, function: Callable[..., T], *args: Any) -> T:
        return await self._session.parts.database_thread.run(function, *args)


def _stays_away(returns: Sequence[Return]) -> bool:
    """Whether all pictures are where they are to stay."""
    return any(one.pictures for one in returns) and all(
        one.pictures or one.step is not Step.SAVED for one in returns
    )


def _home_of(identity: str, addresses: Sequence[str]) -> str:
    """The worker of a recipe: the same one as long as it is there, and few move when one goes."""
    return max(addresses, key=lambda one: hashlib.sha256(f"{identity} {one}".encode()).digest())


def _no_worker() -> ServiceUnavailable:
    return ServiceUnavailable(
        f"The cluster has had no worker for {PATIENCE:g} s.",
        billed=Billed.NO,
        advice="Start workers, or ask again without on=.",
    )
