"""`BatchRun`: one buying of a batch's pictures; goes on by itself and tells how it stands."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, Protocol

import evolink_widgets as public
from evolink_widgets.batches.dataset.export import Format, export
from evolink_widgets.batches.rows.plan import Plan
from evolink_widgets.batches.runs.buying import Buyer
from evolink_widgets.batches.runs.outcome import Outcome, is_worth_retrying
from evolink_widgets.batches.runs.results import columns_of, names_of, with_verdicts
from evolink_widgets.batches.runs.state import BatchState, FailureGroup
from evolink_widgets.core import loop
from evolink_widgets.core.money import Budget, check_open
from evolink_widgets.core.session import Session
from evolink_widgets.errors import Billed, ConfigurationError, WaitTimeout, WrongProcess
from evolink_widgets.judging.verdicts import Only
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.tasks.played import NOT_CHARGED, RECORDED
from evolink_widgets.runtime.clock import monotonic, now
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.text.printable import printable
from evolink_widgets.text.wording import counted

__all__ = ["Again", "BatchRun", "OnError"]

OnError = Literal["ignore", "raise"]

_EARLY = 5
"""Pictures that have to be here before a time is told."""


_PLAYED_BY = {"Simulated": "an emulator", NOT_CHARGED: "a cassette"}
"""What answered where the service did not, as a dataset's card says it."""


class Again(Protocol):
    """How a run asks its batch for another one."""

    def __call__(
        self,
        *,
        after: BatchRun | None,
        budget: float | None,
        on_error: OnError,
    ) -> BatchRun:
        """Begin a run; of what `after` has brought nothing is asked for again."""


class BatchRun:
    """A batch being bought; `run.result()` or `await run` waits for its end.

    It needs no waiting for: it goes on in the background. A row that fails ends nothing; its
    reason stands in the frame. `create` begins one; a kernel that died is no loss: what was sent
    is collected by the next run, and only the rest is bought.

    Attributes:
        budget: credits that it may spend; `None` is no limit of its own.

    Example:
        >>> run = ew.batch([{"animal": "fox"}], prompt="a {animal}", quality="low").create()
        >>> run.result().to_frame()[0]["errormsg"]
    """

    def __init__(
        self,
        plan: Plan,
        session: Session,
        estimates: Sequence[Estimate],
        *,
        given: Mapping[str, Any],
        again: Again,
        budget: float | None = None,
        on_error: OnError = "ignore",
        only: Iterable[int] | None = None,
        before: Mapping[int, Outcome] | None = None,
        make_buyer: Callable[..., Buyer] = Buyer,
    ) -> None:
        self.budget = budget
        self._make_buyer = make_buyer
        self._plan = plan
        self._session = session
        self._given = given
        self._again = again
        self._on_error = on_error
        self._only = None if only is None else frozenset(only)
        self._meant = range(len(plan.wanted)) if only is None else sorted(self._only or ())
        self._outcomes: dict[int, Outcome] = dict(before or {})
        self._estimates = estimates
        self._stored = self._new = self._missing = 0
        for outcome in self._outcomes.values():
            self._count(outcome)
        self._started_at = now()
        self._ended_at: float | None = None
        self._began, self._news = monotonic(), 0
        self._generation = loop.generation()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._waiters: list[Callable[[], object]] = []
        self._listeners: list[Callable[[], object]] = []
        more = [] if budget is None else [Budget(budget, name="this batch's budget")]
        self._terms = session.terms(None, *more)
        self._spent, self._unreported = 0.0, 0
        self._buyer = self._new_buyer()

    def _new_buyer(self) -> Buyer:
        """Brings what is not here; an execution of its own."""
        places = [place for place in self._meant if place not in self._outcomes]
        return self._make_buyer(
            self._session,
            self._plan.wanted,
            _in_order(places, self._estimates),
            self._terms,
            self._estimates,
            self._plan.files,
            ended=self._note,
            changed=self._changed,
            raises=self._on_error == "raise",
        )

    def begin(self) -> BatchRun:
        """Start it; returns at once."""
        # Kept alive until it ends, also where no variable holds the run.
        loop.call_on_loop(lambda: loop.spawn(self._run(), name="evolink-batch"))
        return self

    # What a user asks for.

    @property
    def state(self) -> BatchState:
        """How it stands: counts, credits, the time that is left."""
        buyer, need = self._buyer, [wanted.need for wanted in self._plan.wanted]
        unsent = sum(need[place] for _, place in list(buyer._queue))
        rendering = sum(need[place] for place in list(buyer.at_work))
        to_come = [
            self._estimates[place]
            for place in (*(place for _, place in list(buyer._queue)), *list(buyer.at_work))
        ]
        looks = buyer.looks_again_at
        return BatchState(
            total=sum(need[place] for place in self._meant),
            stored=self._stored,
            new=self._new,
            rendering=rendering,
            unsent=unsent,
            failed=self._missing,
            credits=round(self._spent + buyer.credits, 6),
            to_come=_sum(to_come) if to_come and buyer.halted is None else None,
            budget=self.budget,
            unreported=self._unreported + buyer.unreported,
            started_at=self._started_at,
            at=now(),
            ended_at=self._ended_at,
            left=self._left(unsent + rendering),
            is_paused=buyer.is_paused,
            held=buyer.held,
            looks_again_in=None if looks is None else max(0.0, looks - monotonic()),
            halted=buyer.halted,
            simulated=self._session.simulated,
            badge=self._session.badge,
        )

    @property
    def failures(self) -> tuple[FailureGroup, ...]:
        """What failed, by reason, the most frequent first; rows are counted."""
        rows = self._rows_of_places()
        groups: dict[tuple[str, str, bool], list[Any]] = {}
        for place, outcome in list(self._outcomes.items()):
            error = outcome.error
            if error is not None and not outcome.is_whole:
                key = (type(error).__name__, error.charge.lower(), not outcome.sent)
                group = groups.setdefault(key, [error, 0])
                group[1] += rows.get(place, 0)
        found = [
            FailureGroup(kind, str(error), charged, count, is_worth_retrying(error), unsent)
            for (kind, charged, unsent), (error, count) in groups.items()
        ]
        return tuple(sorted(found, key=lambda group: -group.rows))

    @property
    def images(self) -> tuple[GeneratedImage, ...]:
        """The pictures that are here, in the order of the rows, each once."""
        return tuple(
            image
            for place in self._meant
            if (outcome := self._outcomes.get(place)) is not None
            for image in outcome.images
            if image is not None
        )

    def result(self, timeout: float | None = None) -> BatchRun:
        """Block until it has ended, and return the run itself.

        Ctrl-C stops the waiting and not the run. While it is paused, it does not end.

        Args:
            timeout: seconds to wait at most; `None` waits for as long as it takes.

        Raises:
            WaitTimeout: the time is up; the run goes on.
            WrongProcess: this is the child of a fork.
            EvolinkError: with `on_error="raise"`, the first row's.
        """
        if loop.on_loop():
            raise RuntimeError("A listener can't wait for a batch; it is told of the end instead.")
        self._check_process()
        deadline = None if timeout is None else monotonic() + timeout
        while not self._ended.is_set():
            pause = loop.SLICE
            if deadline is not None:
                pause = min(pause, deadline - monotonic())
                if pause <= 0:
                    raise self._late(timeout or 0.0)
            self._ended.wait(pause)
        return self._outcome()

    def __await__(self) -> Generator[Any, None, BatchRun]:
        """Wait on asyncio's loop; cancelling stops only the waiting."""
        return self._wait().__await__()

    def pause(self) -> None:
        """Send nothing more for now. What was sent goes on, and is collected."""
        self._ask(self._buyer.pause)

    def resume(self) -> None:
        """Go on after `pause`; or at once, where it waits for the service to be back.

        Raises:
            SpendingRefused: a lesson's check is running, which buys nothing.
        """
        check_open("Going on may buy the rows that are unsent")
        self._ask(self._buyer.resume)

    def stop(self) -> None:
        """Send nothing more. It ends once what was sent has ended; the rest is not charged."""
        self._ask(self._buyer.stop)

    def retry(self, errortype: str | None = None) -> BatchRun:
        """Ask again, in this run and under its budget, for what did not come; returns at once.

        It begins at the store: what was paid for is fetched, and only what was not is bought.
        What the content policy refused is not asked for again.

        Args:
            errortype: only what has this `errortype` in the frame; `None` is all of it.

        Raises:
            ConfigurationError: the run has not ended yet.
            SpendingRefused: a lesson's check is running, which buys nothing.
        """
        self._check_process()
        if not self._ended.is_set():
            raise ConfigurationError(
                "This run has not ended: what is unsent is still to be sent.",
                advice="Wait for it with run.result(), or end it with run.stop().",
            )
        again = self._worth_retrying(errortype)
        if not again:
            return self
        check_open("Asking again may buy what did not come")
        for place in again:
            self._count(self._outcomes.pop(place), -1)
        before = self._buyer
        self._spent += before.credits
        self._unreported += before.unreported
        self._buyer = self._new_buyer()
        self._buyer.goes_on_from(before)
        self._began, self._news = monotonic(), 0
        self._ended_at = None
        self._ended.clear()
        return self.begin()

    def estimate_of_retry(self, errortype: str | None = None) -> Estimate | None:
        """Return what a `retry` may cost; `None` where there is nothing to ask for again."""
        again = self._worth_retrying(errortype)
        return _sum([self._estimates[place] for place in again]) if again else None

    def _worth_retrying(self, errortype: str | None) -> list[int]:
        return [
            place
            for place, outcome in list(self._outcomes.items())
            if outcome.error is not None
            and not outcome.is_whole
            and is_worth_retrying(outcome.error)
            and errortype in (None, type(outcome.error).__name__)
        ]

    def create(
        self,
        *,
        budget: float | None = None,
        on_error: OnError = "ignore",
        errors_only: bool = False,
    ) -> BatchRun:
        """Begin another run of the same batch; the store answers what was paid for.

        Args:
            budget: credits that the other run may spend; by default what the batch has set, and
                not what is left of this run's.
            on_error: as in `Batch.create`.
            errors_only: ask only for what this run did not bring. What the content policy
                refused is not asked for again, for it would be refused again.

        Raises:
            ConfigurationError: `budget` is no number greater than 0; or, with `errors_only`, this
                run had another service or store than is in use now. Nothing was sent.
        """
        return self._again(after=self if errors_only else None, budget=budget, on_error=on_error)

    def to_frame(self) -> Any:
        """The rows that came in, in their kind of frame, with what came of each beside them.

        The columns: `image` (in pandas and in dicts the picture itself, elsewhere its path),
        `path`, `credits` (what this run was charged; the column's sum is all of it), `reused`,
        `seconds`, `errortype` and `errormsg`. They are empty in rows that are still out. Where a
        row asks for several pictures there is a row for each, with its `number`. A column that
        the frame has already stays; the new one is called `image_2`, say.

        Once some of the pictures are reviewed, there are `verdict` ("keep" or "reject") and
        `caption`, too. Of several judges it is the verdict of most, with `agreement`, the share
        of them that say so, and the last caption; where as many keep as reject, there is none.

        Raises:
            StoreError: the store's verdicts can't be read.
        """
        places, columns = self._columns()
        return self._plan.frame.beside(places, columns)

    def review(self, judge: str | None = None) -> public.ReviewView:
        """Show its pictures one by one, to keep, reject and caption them by keys.

        The pictures that are here now come each once, in the order of the rows, with their row
        beside them. What is decided is in the store at once: `to_frame` and `export` know it.

        Args:
            judge: the name of the person who decides; by default the store's own, "judge-7f3a"
                for instance. Where several people judge, give each a name.

        Raises:
            ConfigurationError: there is no picture yet.
            InvalidRequest: the name is none.
        """
        places, columns = columns_of(self._plan, dict(self._outcomes), self._only)
        first: dict[object, int] = {}
        for at, name in enumerate(names_of(columns["image"])):
            if name is not None:
                first.setdefault(name, at)
        rows = self._plan.frame.beside([places[at] for at in first.values()], {})
        images = [columns["image"][at] for at in first.values()]
        return public.ReviewView(images, judge=judge, rows=rows)

    def export(
        self, dest: str | Path, *, format: Format = "imagefolder", only: Only | None = None
    ) -> Path:
        """Write the pictures that are here as a dataset; return its folder. Blocks until it is.

        Each row with a picture is a sample: a copy that carries its recipe and the mark for
        AI-made pictures, and the row's columns. Beside them stand a card (README.md), a manifest
        with the SHA-256 of every file, the receipts, and which pictures look nearly alike. It is
        written whole or not at all, and nothing is overwritten.

        Of reviewed pictures it holds `verdict` and `caption`, and `text`: the caption, or the
        prompt where there is none. The card counts the verdicts and names no judge.

        Args:
            dest: the folder; it must not hold anything yet.
            format: `"imagefolder"` (files and `metadata.jsonl`), `"parquet"` (the pictures in
                it; needs pyarrow) or `"webdataset"` (tar files).
            only: `"kept"` leaves out what was not kept in a review, `"not rejected"` what was
                rejected; `None` nothing.

        Raises:
            StoreError: it can't be written, a picture is gone, or there is none to write.

        Example:
            >>> run = ew.batch([{"animal": "fox"}], "a {animal}").create().result()
            >>> run.export("foxes").name
            'foxes'
        """
        from evolink_widgets.batches.dataset.samples import samples_of

        places, columns = self._columns()
        samples = list(samples_of(self._plan.frame, places, columns))
        return export(
            dest,
            samples,
            format=format,
            only=only,
            store=self._session.store,
            given=self._given,
            missing=len(places) - len(samples),
            service=_PLAYED_BY.get(self._session.badge, self._session.service),
        )

    def rank(
        self,
        question: str,
        by: str | None = None,
        *,
        judge: str | None = None,
        seed: int | None = None,
    ) -> public.RankView:
        """Show pairs of the pictures that are here, and ask which is better; return the ranking.

        Two pictures stand side by side, without names; ← and → vote, ↓ finds no difference, Z
        takes back, S skips. The votes are kept in the store under the question: asked again, in
        another kernel or by another judge, it goes on with them.

        Args:
            question: what is asked, such as "Which is nicer?".
            by: a column: its values are ranked, and every vote between pictures of two of them
                counts. `None` ranks the pictures themselves.
            judge: who votes, by default the store's own name; the scores are of all judges.
            seed: of the sides, and of what else chance decides; `None` is another one each time.

        Raises:
            ConfigurationError: there is no such column, or less than two pictures, or values of
                it, to compare; or NumPy is not installed.

        Example:
            >>> rows = [{"style": "ink"}, {"style": "oil"}]
            >>> run = ew.batch(rows, "a fox, {style}", quality="low").create().result()
            >>> ranking = run.rank("Which is nicer?", by="style", judge="ann", seed=1)
            >>> ranking.vote("left")
            >>> ranking.to_frame()[0]["wins"]
            1
        """
        from evolink_widgets.batches.ranked import ranked_entries

        places, columns = columns_of(self._plan, dict(self._outcomes), self._only)
        entries = ranked_entries(self._plan.frame, places, columns, by)
        return public.RankView(entries, question, judge=judge, seed=seed)

    def subscribe(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call `listener` on the core's thread whenever something has changed.

        It must return at once; `state` tells what is the case now.

        Returns:
            A function that ends the subscription.
        """
        self._listeners.append(listener)

        def leave() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return leave

    def cells(self, failed: Callable[[Outcome], str] = lambda outcome: "f") -> str:
        """A letter for each recipe: new, stored, failed, rendering, or "." where it is unsent.

        Args:
            failed: gives the letter of one without all of its pictures.
        """
        letters, at_work = [], set(self._buyer.at_work)
        for place in self._meant:
            outcome = self._outcomes.get(place)
            if outcome is None:
                letters.append("r" if place in at_work else ".")
            elif not outcome.is_whole:
                letters.append(failed(outcome))
            else:
                letters.append("s" if outcome.is_free else "n")
        return "".join(letters)

    def needs(self) -> tuple[int, ...]:
        """How many pictures are wanted of each recipe, as `cells` has them."""
        return tuple(self._plan.wanted[place].need for place in self._meant)

    def row_of(self, at: int) -> tuple[int, str, Outcome | None]:
        """The first row of the recipe at a place of `cells`, its prompt, and what came of it.

        Raises:
            IndexError: there is no such place.
        """
        place = self._meant[at]
        wanted = self._plan.wanted[place]
        return wanted.row, wanted.request.prompt, self._outcomes.get(place)

    def _ipython_display_(self) -> None:
        """Called by IPython for a run that is a cell's result."""
        public._show_batch(self)

    def _display_(self) -> object:
        """Called by marimo for a run that is a cell's last line."""
        return public.BatchView(self)

    def __repr__(self) -> str:
        return printable("\n".join(["<" + str(self.state), *self._lines()]) + ">")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A run is not pickled or copied: it belongs to the process that buys. Pass "
            "run.to_frame(), or call ew.batch(...) there: the store answers what is paid for."
        )

    # What runs on the core's loop.

    async def _run(self) -> None:
        try:
            await self._buyer.run()
        finally:
            self._ended_at = now()
            with self._lock:
                self._ended.set()
                waiters = tuple(self._waiters)
            for wake in waiters:
                wake()
            self._changed()

    def _note(self, place: int, outcome: Outcome) -> None:
        self._outcomes[place] = outcome
        self._count(outcome)
        self._news += not outcome.is_free
        self._changed()

    def _count(self, outcome: Outcome, by: int = 1) -> None:
        for image, reused in zip(outcome.images, outcome.reused, strict=True):
            if image is None:
                self._missing += by
            elif reused:
                self._stored += by
            else:
                self._new += by

    def _changed(self) -> None:
        for listener in list(self._listeners):
            listener()

    # Small things.

    def _columns(self) -> tuple[list[int], dict[str, list[Any]]]:
        places, columns = columns_of(self._plan, dict(self._outcomes), self._only)
        return places, with_verdicts(columns, self._session.store.verdicts)

    async def _wait(self) -> BatchRun:
        self._check_process()
        here = asyncio.get_running_loop()
        ended = here.create_future()

        def settle() -> None:
            if not ended.done():
                ended.set_result(None)

        def wake() -> None:
            if not here.is_closed():
                here.call_soon_threadsafe(settle)

        with self._lock:
            if self._ended.is_set():
                settle()
            self._waiters.append(wake)
        try:
            while not ended.done():
                await asyncio.wait({ended}, timeout=0.2)  # a kernel's interrupt is noticed then
        finally:
            with self._lock:
                self._waiters.remove(wake)
        return self._outcome()

    def _outcome(self) -> BatchRun:
        if self._on_error == "raise":
            for place in self._meant:
                outcome = self._outcomes.get(place)
                if outcome is not None and outcome.error is not None and outcome.sent:
                    raise outcome.error.with_traceback(None)
            if self._buyer.halted is not None:
                raise self._buyer.halted.with_traceback(None)
        return self

    def _ask(self, what: Callable[[], object]) -> None:
        self._check_process()
        if loop.on_loop():
            what()
            return

        async def ask() -> None:
            what()

        loop.wait_on_loop(ask())

    @property
    def is_foreign(self) -> bool:
        """Whether this process is the child of a fork, and the run goes on in another one."""
        return self._generation != loop.generation() and not self._ended.is_set()

    def _check_process(self) -> None:
        if self.is_foreign:
            raise WrongProcess(
                "This batch belongs to the process that asked for it, which goes on with it; "
                "this process was forked from that one."
            )

    def _late(self, seconds: float) -> WaitTimeout:
        state = self.state
        error = WaitTimeout(
            f"The batch is not finished after {seconds:g} s: {state.done:,} of "
            f"{counted(state.total, 'picture')} are here.",
            billed=Billed.LATER,
            advice="Call run.result() again; run.stop() sends nothing more.",
        )
        error.badge = self._session.badge if self._session.service == RECORDED else ""
        return error

    def _left(self, remaining: int) -> tuple[float, float] | None:
        """The seconds that are left, by the pace of what was bought so far."""
        if self._ended_at is not None or not remaining or self._news < _EARLY:
            return None
        if self._buyer.is_paused or self._buyer.held is not None:
            return None
        pace = (monotonic() - self._began) / self._news
        return 0.75 * pace * remaining, 1.5 * pace * remaining

    def _rows_of_places(self) -> dict[int, int]:
        rows: dict[int, int] = {}
        for cell in self._plan.cells:
            if cell is not None:
                rows[cell[0]] = rows.get(cell[0], 0) + 1
        return rows

    def _lines(self) -> list[str]:
        """A line for what ended or holds it, and one for each reason of failure."""
        state, lines = self.state, []
        if state.ended_at is None and state.held is not None:
            lines.append(f"{state.unsent:,} wait: {state.held}")
        for group in self.failures:
            lines.append(f"{counted(group.rows, 'row')}, {group.kind}: {group.said}")
        if self._plan.bad_rows and self._only is None:
            lines.append(f"{counted(self._plan.bad_rows, 'row')} left out, with problems")
        return lines


def before_of(run: BatchRun) -> dict[int, Outcome]:
    """What need not be asked for again after a run: what is here, and what would be refused."""
    return {
        place: outcome
        for place, outcome in list(run._outcomes.items())  # it may still go on
        if outcome.is_whole or (outcome.error and not is_worth_retrying(outcome.error))
    }


def _in_order(places: list[int], estimates: Sequence[Estimate]) -> list[int]:
    """The frame's order, but one of the cheapest first: a picture is to be seen early."""
    if not places:
        return places
    first = min(places, key=lambda place: estimates[place].high)
    return [first, *(place for place in places if place != first)]


def _sum(estimates: Sequence[Estimate]) -> Estimate:
    """The sum of many; their bases are not joined."""
    low = sum(one.low for one in estimates)
    high = sum(one.high for one in estimates)
    return Estimate(low, high, estimates[0].basis, sum(one.pictures for one in estimates))
