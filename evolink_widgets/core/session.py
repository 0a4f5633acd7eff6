"""`Session`: one service, one key, one store, and all tasks that are asked of them."""

from __future__ import annotations

import asyncio
import atexit
import secrets
import threading
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, NoReturn

from evolink_widgets.core import at_exit, executions, loop
from evolink_widgets.core.asked import Asked
from evolink_widgets.core.money import (
    Budget,
    Meter,
    Prices,
    Terms,
    blocks,
    leave_store,
    meter,
)
from evolink_widgets.core.recovery.leases import Leases
from evolink_widgets.core.settings.settings import UNNAMED, Unnamed
from evolink_widgets.core.task import Stage, Task
from evolink_widgets.errors import (
    EvolinkError,
    RateLimited,
    ServiceUnavailable,
    Unreachable,
)
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.recipe import Recipe, identities_of
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.played import NOT_CHARGED, RECORDED, recipe_service
from evolink_widgets.runtime.clock import now
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store.journal.new_names import new_key
from evolink_widgets.store.process_globals import at_fork, process_global
from evolink_widgets.store.store import Store
from evolink_widgets.text.printable import printable

if TYPE_CHECKING:
    from evolink_widgets.core import retry as retries
    from evolink_widgets.core import stored as store_answers
    from evolink_widgets.core.loans.lend import LenderBooks
    from evolink_widgets.core.recovery import outstanding as outs
    from evolink_widgets.core.service.transport import Transport
    from evolink_widgets.core.shared import callbacks as callback_places
    from evolink_widgets.core.shared.parts import SessionParts
    from evolink_widgets.core.steps.runner import TaskRunner
    from evolink_widgets.rules.tasks.task import Credits
    from evolink_widgets.store.gallery.pool import Offer
else:
    outs = LazyModule("evolink_widgets.core.recovery.outstanding")
    retries = LazyModule("evolink_widgets.core.retry")
    callback_places = LazyModule("evolink_widgets.core.shared.callbacks")
    store_answers = LazyModule("evolink_widgets.core.stored")
    readings = LazyModule("evolink_widgets.rules.tasks.task")
    runners = LazyModule("evolink_widgets.core.steps.runner")
    transports = LazyModule("evolink_widgets.core.service.transport")
    pools = LazyModule("evolink_widgets.store.gallery.pool")
    lending = LazyModule("evolink_widgets.core.loans.lend")
    shared_parts = LazyModule("evolink_widgets.core.shared.parts")
    TaskRunner, Transport = "runners.TaskRunner", "transports.Transport"
    Offer, LenderBooks = "pools.Offer", "lending.LenderBooks"
    SessionParts = "shared_parts.SessionParts"
    Credits = "readings.Credits"


_AT_ONCE = 100
"""How many requests are looked for in the store between two other jobs of its thread."""

ASKED = 2.0
"""Seconds in which an emulator on this machine says that it is one."""


class Session:
    """Asks for pictures, and takes up what earlier kernels left; safe from any thread.

    Nothing is connected before the first use. Usually made by `ew.session()`.

    Args:
        service: the service's name in the journal: "emulator", "recorded", or the API's host.
        base_url: the API's address.
        files_url: the address of its files API; the same by default.
        transport: makes the connections, on first use.
        store: the folder for pictures and journal.
        key_name: a name for the key within this process; sessions with the same one share
            their limits.
        key_source: where the key came from, to be shown; `None` on the emulator.
        simulated: whether an emulator or a cassette plays the service: nothing is charged.
        budget: credits that may be spent, for this session or as the `Budget` says; `None` is
            no limit.
        stand_ins: services whose stored pictures answer too, looked at first.
        may_spend: whether anything may be bought; asked each time.
        retry: how long things are tried again.
        clock: Unix seconds.
        callbacks: where the service may call back, if it can.

    Example:
        >>> isinstance(ew.session(), ew.Session)
        True
    """

    def __init__(
        self,
        *,
        service: str,
        base_url: str,
        files_url: str | None = None,
        transport: Callable[[], Transport],
        store: Store,
        key_name: str,
        key_source: str | None = None,
        simulated: bool = False,
        budget: float | Budget | None = None,
        stand_ins: Sequence[str] = (),
        may_spend: Callable[[], bool] = lambda: True,
        retry: retries.RetryPolicy | None = None,
        clock: Callable[[], float] = now,
        callbacks: callback_places.CallbackPlace | None = None,
    ) -> None:
        self.service = service
        self.base_url = base_url
        self.files_url = files_url or base_url
        self.store = store
        self.key_source = key_source
        self.simulated = simulated
        self.weather_played = False  # by `ew.weather`, in this process
        self.on_ask: Callable[[Task], object] | None = None  # hears of each task that is asked
        self._budget = Budget(budget) if isinstance(budget, (int, float)) else budget
        self._stand_ins = tuple(stand_ins)
        self._may_spend = may_spend
        self._make_transport = transport
        self._key_name = key_name
        self._given_retry = retry
        self._clock = clock
        self._callbacks = callbacks
        self._name = secrets.token_hex(4)
        self._reset()
        _OPEN.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._assembling = threading.Lock()
        self._prices = Prices(self.store.database, self.service)
        self._parts: SessionParts | None = None
        self._transport: Transport | None = None
        self._asked: dict[str, Asked] = {}
        self._runners: dict[str, TaskRunner] = {}
        self._leases = Leases(self._at_work, lambda: self._parts)
        self._told_of_close: list[Callable[[], object]] = []
        self._generation = loop.generation()
        self._leaves_children_well = False
        self._is_closing = False

    # What a user asks for.

    @property
    def budget(self) -> float | None:
        """Credits that may be spent, as configured; `None` is no limit."""
        return None if self._budget is None else self._budget.limit

    @property
    def badge(self) -> str:
        """Why nothing is charged: "Simulated", "Recorded, not charged"; empty where it is."""
        if self.service == RECORDED:
            return NOT_CHARGED
        return "Simulated" if self.simulated else ""

    @property
    def may_spend(self) -> bool:
        """Whether anything may be bought now; not with `configure(spend="never")`."""
        return self._may_spend()

    def submit(
        self,
        request: ImageRequest,
        *,
        fresh: bool = False,
        execution: Hashable | Unnamed | None = UNNAMED,
        notebook: str | None = None,
        terms: Terms | None = None,
        estimate: Estimate | None = None,
    ) -> Task:
        """Ask for pictures as `generate` does; returns at once, before anything is written or sent.

        Args:
            request: what is asked.
            fresh: ask anew, even where the store has pictures of the same recipe. Otherwise
                what was paid for before answers, and only what is missing is bought.
            execution: names the run of a cell. Its asks of one recipe get different pictures,
                one after the other; another execution begins at the first picture again. By
                default it is found out, as for `generate`; `None` is one of the ask's own: a
                server may give each of its requests one.
            notebook: where it is asked; by default it is found out.
            terms: the caps that hold and where it is asked, as `terms` gave them; by default
                those of this moment.
            estimate: what the task says that it may cost; by default it is found out. What is
                reserved is found out in any case.
        """
        self._begin_anew_after_fork()
        self._leave_children_well()
        if request.references:
            from evolink_widgets.references.secret_links import name_of

            # From here on everything keeps and shows the links' names; `send` knows the rest.
            request = replace(request, references=tuple(map(name_of, request.references)))
        recipe = Recipe(request, self._recipe_service)
        identities = self._identities(request)
        ask = None
        if not fresh:
            name = executions.execution() if execution is UNNAMED else execution
            ask = executions.ask_of(name, (self.store.root, *identities))
        asked = Asked(
            new_key(),
            recipe,
            estimate or self.estimate(request),
            terms=terms or self.terms(notebook),
            identities=identities,
            ask=ask,
            simulated=self.simulated,
            clock=self._clock,
        )
        with self._lock:  # asks of one cell are decided in the order in which they were made
            loop.core_loop()  # where it can't start, nothing is asked, nor waited for at the end
            self._asked[asked.key] = asked
            loop.call_on_loop(self._begin_asked, asked)
        if self.on_ask is not None:
            self.on_ask(asked.task)
        return asked.task

    def terms(self, notebook: str | None = None, *more: Budget) -> Terms:
        """The terms of what is asked now, for asks that are submitted later.

        Args:
            notebook: where it is asked; by default it is found out.
            more: budgets that hold for these asks, beside those in force.
        """
        where = notebook or executions.notebook_name()
        return Terms((*self._budgets(), *more), where)

    def estimate(self, request: ImageRequest) -> Estimate:
        """What a request will cost, in credits, as a range; sends nothing.

        From the service's published prices, and from the receipts of this store, which know
        better: the basis says how many there are.
        """
        self._begin_anew_after_fork()
        return self._prices.estimate(request)

    def learn(self) -> None:
        """Hear of a new receipt; the next estimate knows it."""
        self._begin_anew_after_fork()
        self._prices.learn()

    def stored(self, request: ImageRequest) -> store_answers.Stored | None:
        """What the store has of a request: what an ask that is not fresh gets for 0 credits.

        Blocks for a few milliseconds.

        Raises:
            StoreError: the store can't be read.
        """
        from evolink_widgets.core.steps.allocate import stored_of
        from evolink_widgets.store.gallery.pool import Pool

        pool = Pool(self.store.root, self.store.database, self.store.libraries)
        identities = self._identities(request)
        return stored_of(
            pool.choose(request.n, identities, service=self.service, now=self._clock())
        )

    def _identities(self, request: ImageRequest) -> list[str]:
        """The pools that may answer a request, in their order."""
        return identities_of(request, self._recipe_service, self._stand_ins)

    def identity(self, request: ImageRequest) -> str:
        """The name of a request's recipe: requests with the same one share their pictures."""
        return Recipe(request, self._recipe_service).identity

    def stored_counts(self, requests: Sequence[ImageRequest]) -> list[int]:
        """How many pictures the store has of each request.

        Blocks for about a hundredth of a second for a thousand pictures of these requests.

        Raises:
            StoreError: the store can't be read.
        """
        from evolink_widgets.store.gallery.pool import Pool

        pools = [self._identities(request) for request in requests]
        pool = Pool(self.store.root, self.store.database, self.store.libraries)
        there = pool.counts(chain.from_iterable(pools))
        return [sum(there.get(one, 0) for one in identities) for identities in pools]

    async def find_stored(
        self, asked: Sequence[tuple[ImageRequest, int]], found: Callable[[int, list[Offer]], object]
    ) -> None:
        """Tell of each request whose pictures are all here; on the core's loop.

        What is to be bought, or still on its way, is not told of: `submit` asks for it.

        Args:
            asked: requests, and how many pictures of each.
            found: called with a request's place in the list, and its pictures.

        Raises:
            StoreError: the store can't be read.
        """
        parts = self._assembled()
        for start in range(0, len(asked), _AT_ONCE):
            some = [(at, *asked[at]) for at in range(start, min(start + _AT_ONCE, len(asked)))]
            for at, offers in await parts.database_thread.run(self._choose_stored, parts, some):
                found(at, offers)

    def _choose_stored(
        self, parts: SessionParts, asked: Sequence[tuple[int, ImageRequest, int]]
    ) -> list[tuple[int, list[Offer]]]:
        """Choose the pictures of some requests, and leave out what is not all here. On a worker."""
        wanted = [(n, self._identities(request)) for _, request, n in asked]
        chosen = parts.pool.choose_each(wanted, service=self.service, now=self._clock())
        return [
            (at, offers)
            for (at, _, n), offers in zip(asked, chosen, strict=True)
            if len(offers) == n and all(offer.image is not None for offer in offers)
        ]

    def meters(self, notebook: str | None = None) -> tuple[Meter, ...]:
        """What is spent, reserved and left of every cap that holds now, the session's first.

        Args:
            notebook: whose budget is meant, where there is one per notebook; by default the
                notebook that this runs in.

        Raises:
            StoreError: the ledger can't be read.
        """
        now, where = self._clock(), notebook or executions.notebook_name()
        root = self.store.root
        caps = [budget.cap(self.service, where, now, root) for budget in self._budgets()]
        return tuple(meter(self.store.ledger, cap) for cap in caps)

    def outstanding(self) -> outs.Outstanding | None:
        """What is paid for, or may be, and not being collected; `None` where nothing is out.

        Raises:
            StoreError: the journal can't be read.
        """
        if not self.store.database.is_made:  # the first ask of a kernel waits for this
            return None
        entries = self.store.journal.open_entries(self.service)
        if not entries:
            return None
        mine = {task.key for task in self.tasks}
        recorded = self.service == RECORDED
        return outs.outstanding(entries, mine, self._owner, self._clock(), recorded=recorded)

    def credits(self) -> Credits:
        """What is left on the key and on the account; blocks for the service's answer.

        Raises:
            ServiceError: it could not be learned.
        """
        return loop.wait_on_loop(self._credits())

    def recover(self) -> list[Task]:
        """Take up every task of this service that is paid, or may be, and not collected yet.

        What another kernel is collecting at this moment is left to it. Tasks that this session
        had stopped waiting for go on; requests that never left are closed, at no cost.

        Returns:
            The tasks, oldest first, already on their way.

        Raises:
            StoreError: the journal can't be read.
        """
        from evolink_widgets.core.recovery.recover import recover

        return loop.wait_on_loop(recover(self._assembled(), self))

    async def take_up(self, key: str) -> Task | None:
        """Go on with a task of the journal; `None` where it can't be. On the core's loop.

        Raises:
            StoreError: the journal can't be read.
        """
        from evolink_widgets.core.recovery.recover import take_up

        runner = await take_up(self._assembled(), self, key)
        return None if runner is None else runner.task

    @property
    def parts(self) -> SessionParts:
        """What all of its tasks work with; made on first use."""
        return self._assembled()

    def lender_books(self) -> LenderBooks:
        """What lends purchases to other processes, and takes home what came of them."""
        from evolink_widgets.core.loans.lend import LenderBooks

        return LenderBooks(self.parts, self._identities)

    def leave_store(self) -> None:
        """Keep what is gone of this process's budgets: the next session has another store.

        Raises:
            StoreError: the ledger can't be read.
        """
        leave_store(self._budgets(), self.service, self.store.root, self.store.ledger)

    def emulator(self, body: object = None) -> object:
        """Read the weather of an emulator on a port, or change it with `body`."""
        return loop.wait_on_loop(self._assembled().client.emulator_weather(body))

    async def unmet_weather(self) -> str | None:
        """What to tell of weather that was played here and waits for a request."""
        from evolink_widgets.core.shared.unmet_weather import unmet

        return await unmet(self._assembled().client) if self.weather_played else None

    def finds_emulator(self) -> bool:
        """Find out whether an emulator plays the service; a silent one counts as such."""
        try:
            said = loop.wait_on_loop(self._assembled().client.emulator_weather(limit=ASKED))
            self.simulated = isinstance(said, dict)
        except Unreachable:
            self.simulated = True
        except EvolinkError:
            self.simulated = False
        self._assembled().simulated = self.simulated
        return self.simulated

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that are not finished, newest last."""
        self._begin_anew_after_fork()
        with self._lock:
            tasks = {key: runner.task for key, runner in self._runners.items()}
            tasks |= {key: asked.task for key, asked in self._asked.items()}
        return tuple(task for task in tasks.values() if not task.state.stage.ended)

    def prepare(self) -> None:
        """Load and assemble everything in the background, before the first ask."""
        loop.call_on_loop(self._assembled)

    def when_closed(self, told: Callable[[], object]) -> Callable[[], None]:
        """Call `told` on the core's loop as this is closed: what asks by itself is to end then.

        Returns:
            A function that ends this.
        """
        self._told_of_close.append(told)

        def leave() -> None:
            if told in self._told_of_close:
                self._told_of_close.remove(told)

        return leave

    def close(self) -> None:
        """Stop waiting for all tasks and close the connections; the journal keeps the tasks."""
        if loop.on_loop():
            raise RuntimeError("A session is not closed from the core's own thread.")
        loop.wait_on_loop(self._close())
        self.store.close()

    def __repr__(self) -> str:
        kind = self.badge.lower() or f"key from {self.key_source}"
        return printable(f"<Session {self.service} ({kind}), store {str(self.store.root)!r}>")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A session is not pickled or copied: it holds a key and this process's tasks. Call "
            "ew.session() where it is needed."
        )

    # How it is put together.

    def _assembled(self) -> SessionParts:
        """The parts, made on first use; anew in the child of a fork."""
        self._begin_anew_after_fork()
        with self._assembling:  # no other lock: an ask need not wait for what is loaded
            parts = self._parts  # `close` may take them away at any moment
            if parts is None:
                parts = self._parts = self._assemble()
                loop.call_on_loop(self._begin_upkeep)
            return parts

    def _begin_upkeep(self) -> None:
        from evolink_widgets.core.recovery.upkeep import keep_in_order

        loop.spawn(keep_in_order(lambda: self._parts), name="evolink-upkeep")

    def _begin_anew_after_fork(self) -> None:
        """Leave the tasks to the parent, whose they are: here nothing looks after them."""
        if self._generation != loop.generation():
            with _RENEWING:
                if self._generation != loop.generation():
                    self._reset()

    def _assemble(self) -> SessionParts:
        from evolink_widgets.core.shared.parts import assemble

        self._leave_children_well()
        self._transport = self._make_transport()
        return assemble(
            self._transport,
            service=self.service,
            base_url=self.base_url,
            files_url=self.files_url,
            simulated=self.simulated,
            key_name=self._key_name,
            store=self.store,
            owner=self._owner,
            estimate=self.estimate,
            identities=self._identities,
            may_spend=self._may_spend,
            retry=self._retry,
            clock=self._clock,
            callbacks=self._callbacks,
        )

    def _leave_children_well(self) -> None:
        """See that the end of a child process waits, too; before anything is asked of a session."""
        if not self._leaves_children_well:
            self._leaves_children_well = True
            at_exit.in_children(_leave)

    @cached_property
    def _retry(self) -> retries.RetryPolicy:
        return self._given_retry or retries.RetryPolicy()

    @property
    def _owner(self) -> str:
        return f"{self.store.owner}#{self._name}"

    @property
    def _recipe_service(self) -> str:
        return recipe_service(self.service, simulated=self.simulated)

    def _budgets(self) -> tuple[Budget, ...]:
        own = () if self._budget is None else (self._budget,)
        return (*own, *blocks())

    # What runs on the core's loop.

    def known(self) -> dict[str, TaskRunner]:
        """The runners of this session's tasks that are not over, by key."""
        self._begin_anew_after_fork()
        with self._lock:
            return dict(self._runners)

    def _at_work(self) -> list[str]:
        return [runner.key for runner in self.known().values() if runner.is_at_work]

    def _begin_asked(self, asked: Asked) -> None:
        """Load what runs a task, at the first one, and start it."""
        try:
            from evolink_widgets.core.recovery.recover import take_up
            from evolink_widgets.core.steps.allocate import Allocation
            from evolink_widgets.core.steps.runner import TaskRunner

            if self._is_closing:
                asked.stop()
            if asked.task.state.stage.ended:  # it was stopped before it began
                return
            parts, allocation = self._assembled(), None
            if asked.ask is not None:
                start = partial(take_up, parts, self)
                allocation = Allocation(
                    parts, asked.recipe, asked.identities, asked.ask, take_up=start
                )
            runner = TaskRunner(
                parts,
                self,
                asked.key,
                asked.recipe,
                asked.estimate,
                terms=asked.terms,
                allocation=allocation,
                task=asked.task,
            )
            asked.runner = runner
            self.begin(runner)
        except Exception as exc:
            error = (
                exc
                if isinstance(exc, EvolinkError)
                else EvolinkError(f"Something unexpected happened ({type(exc).__name__}: {exc}).")
            )
            asked.waited(in_vain=True)
            asked.task.publish(stage=Stage.REFUSED, error=error)
        finally:
            with self._lock:
                del self._asked[asked.key]

    def begin(self, runner: TaskRunner) -> None:
        """Start a task, and renew its lease from now on."""
        with self._lock:
            self._runners[runner.key] = runner
        runner.begin()
        if not self._leases.is_running:
            self._leases.keep()

    def ended(self, runner: TaskRunner) -> None:
        """Forget a task that is over; one that may go on is kept for `recover`."""
        if runner.over:
            with self._lock:
                self._runners.pop(runner.key, None)

    async def _credits(self) -> Credits:
        parts = self._assembled()
        for pause in (*self._retry.read, None):
            try:
                return await parts.balance.read()
            except (Unreachable, ServiceUnavailable, RateLimited):
                if pause is None:
                    raise
                await asyncio.sleep(self._retry.spread(pause))
        raise AssertionError("the last try returns or raises")

    async def _close(self) -> None:
        self._is_closing = True  # from here on no ask begins, so this comes to an end
        try:
            for told in tuple(self._told_of_close):
                told()
            stopped: set[TaskRunner] = set()
            while runners := [one for one in self.known().values() if one not in stopped]:
                for runner in runners:
                    runner.stop()
                await asyncio.gather(*(runner.wait_for_open_steps() for runner in runners))
                await asyncio.gather(*(runner.left() for runner in runners))
                stopped.update(runners)  # an open step may have taken up another task meanwhile
        finally:
            self._is_closing = False
        parts, self._parts = self._parts, None
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()
        if parts is not None:
            await parts.durations.keep()
            if parts.callbacks is not None:
                parts.callbacks.close()
            parts.database_thread.close()
            parts.file_threads.close()

    async def last_words(self) -> None:
        """Wait until no paid request is without its answer, and keep what was learned."""
        runners = self.known().values()
        await asyncio.gather(*(runner.wait_for_open_steps() for runner in runners))
        if self._parts is not None:
            await self._parts.durations.keep()


_OPEN: weakref.WeakSet[Session] = process_global(f"{__name__} open", weakref.WeakSet)
_RENEWING = threading.Lock()


def _forget_after_fork() -> None:
    """A thread that held the lock does not live on in the child."""
    global _RENEWING
    _RENEWING = threading.Lock()


at_fork(__name__, after_in_child=_forget_after_fork)


def _leave() -> None:
    """Before Python ends: what was just paid for is waited for, or at least written down."""
    used = [
        session
        for session in list(_OPEN)
        if (session._parts or session._asked) and session._generation == loop.generation()
    ]
    if used:
        at_exit.leave(used, waits=at_exit.is_script())


process_global(f"{__name__} last words", lambda: atexit.register(_leave))
