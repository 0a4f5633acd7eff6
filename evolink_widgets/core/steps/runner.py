"""`TaskRunner`: takes one task from the click to the saved files, step by step, by its journal.

    INTENDED ── send ──► ACCEPTED ── follow ──► READY ── collect ──► SAVED
    SENDING, UNKNOWN ─ find ─┘
                      (a task that proves to be another's is UNKNOWN again)

Where pictures of the same recipe are in the store already, or on their way to it, an allocation
decides first what is left to buy. What is wholly answered from it has no line in the journal.

A runner can begin at any step: that is how a task that another kernel left is taken up. The
journal says where it stands, and the same few steps lead on from there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evolink_widgets.core.asked import first_state
from evolink_widgets.core.loop import spawn
from evolink_widgets.core.money import Terms, check_open, check_spending
from evolink_widgets.core.steps.allocate import GOING_ON, Allocation, PicturesMissing
from evolink_widgets.core.steps.buy import buy, never_sent
from evolink_widgets.core.steps.collect import collect
from evolink_widgets.core.steps.context import TaskContext, TaskRegistry, seen
from evolink_widgets.core.steps.find import find_lost_task
from evolink_widgets.core.steps.send import send
from evolink_widgets.core.steps.watch import follow
from evolink_widgets.core.task import Stage, Task, TaskState, stopped, withdrawn
from evolink_widgets.errors import (
    Billed,
    DownloadFailed,
    EvolinkError,
    OutcomeUnknown,
    SpendingRefused,
    StoreError,
    TaskFailed,
    WaitingStopped,
)
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.journal.failures import error_from
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.text.wording import counted

if TYPE_CHECKING:
    from evolink_widgets.core.executions import Ask
    from evolink_widgets.core.shared.parts import SessionParts
    from evolink_widgets.store.gallery.pictures import GeneratedImage

log = logging.getLogger("evolink_widgets")


_ACTS: dict[Step, Callable[[TaskRunner], Awaitable[None]]] = {
    Step.INTENDED: send,
    Step.SENDING: find_lost_task,
    Step.UNKNOWN: find_lost_task,
    Step.ACCEPTED: follow,
    Step.READY: collect,
}
"""What is done at each step; a step without a row is an end."""


class TaskRunner(TaskContext):
    """Runs the steps of one task; everything here runs on the core's loop.

    Args:
        parts: the session's parts.
        registry: the session, which keeps the tasks.
        key: the task's local key.
        recipe: what is asked.
        estimate: what it may cost.
        terms: on which terms it is asked.
        allocation: what of it may come from the store; `None` where all is to be new.
        entry: where it stands in the journal; `None` when it is new.
        to_send: whether an entry that was not sent yet is ours to be sent.
        task: the handle, where one was given out already.
    """

    def __init__(
        self,
        parts: SessionParts,
        registry: TaskRegistry,
        key: str,
        recipe: Recipe,
        estimate: Estimate,
        *,
        terms: Terms | None = None,
        allocation: Allocation | None = None,
        entry: Entry | None = None,
        to_send: bool = False,
        task: Task | None = None,
    ) -> None:
        super().__init__(parts, registry, key, recipe, terms or Terms(), entry, is_ours=to_send)
        self._allocation = allocation
        self._to_send = entry is None or to_send
        self._work: asyncio.Task[Any] | None = None
        self.task = task or Task(
            key=key,
            request=recipe.request,
            recipe=recipe,
            estimate=estimate,
            control=self,
            clock=parts.clock,
            state=_first_state(parts, recipe, entry),
        )
        self.task.hand_over(self)

    # What a `Task` asks for.

    def begin(self, *, again: bool = False) -> None:
        """Start, or go on; `again` sends a request of unknown outcome once more."""
        self.own_end.clear()
        self._work = spawn(self._run(again), name=f"evolink-task-{self.key}")

    def waited(self, *, in_vain: bool) -> None:
        """Hear how a wait for the task ended, on the thread that waited."""
        if self._allocation is not None:
            ask = self._allocation.ask
            if in_vain:
                ask.in_vain()
            else:
                ask.came()

    def stop(self) -> None:
        """Stop; a request on its way is still waited for in silence, for its id's sake."""
        if self.task.state.stage.ended:
            return
        self.waited(in_vain=True)
        if self._work is not None:
            self._work.cancel()
        gone = frozenset() if self._allocation is None else self._allocation.withdraw_twins()
        if self.is_unsent() or (self.awaited and self.awaited <= gone):
            error = withdrawn()
            self.tell(stage=Stage.REFUSED, error=error, note=None)
            self._leaving = spawn(self._withdraw(error))
        else:
            self.tell(stage=Stage.STOPPED, error=stopped(self.task.id, self.charge()), note=None)
            self._leaving = spawn(self._let_go())
        self.own_end.set()

    @property
    def awaited(self) -> frozenset[str]:
        """Keys of the tasks that this ask has taken up, and waits for."""
        if self._allocation is None or not self._allocation.ask.inherits_set:
            return frozenset()  # what another ask buys is not charged to this one
        return self._allocation.awaited

    def shares_set_of(self, ask: Ask) -> bool:
        """Whether one of the two has taken the other's set up."""
        return self._allocation is not None and self._allocation.ask.shares_set_of(ask)

    def resume(self) -> None:
        """Go on where the journal says it stands; what is on its way is read at once."""
        self._take_up(again=False)

    def look_now(self) -> None:
        """Do not wait for the next turn to read, nor for as long as the service asked."""
        self.parts.limits.look_now()
        if self.task.id is not None:
            self.parts.watcher.look_now(self.task.id)

    def look_again(self) -> None:
        """Look for the lost reply once more, or read at once how the task is getting on."""
        self._take_up(again=False)

    def send_again(self) -> None:
        """Send a request of unknown outcome once more: its own, or the one that it waits for.

        Raises:
            SpendingRefused: spending is switched off, or a lesson's check is running.
        """
        if self.task.state.stage is not Stage.UNKNOWN:
            return
        what = "Sending it again may buy it a second time"
        try:
            check_spending(self.parts.may_spend, what)
            check_open(what)
        except SpendingRefused as refusal:
            self.tell(error=_not_again(self.task.state.error, refusal))
            raise
        if self.books.step in (Step.SENDING, Step.UNKNOWN) or self._allocation is None:
            self._take_up(again=True)
            return
        for other in self._allocation.lost:
            other.send_again()
        self._take_up(again=False)

    def give_back(self) -> None:
        """Let the next ask of its execution have what it has."""
        if self._allocation is not None:
            self._allocation.ask.give_back()

    # What the session and the steps need.

    @property
    def over(self) -> bool:
        """Whether it has ended and can't go on: done, failed for good, or never accepted."""
        stage = self.task.state.stage
        if stage in (Stage.DONE, Stage.REFUSED):  # whatever is not written down yet
            return True
        if (
            self._allocation is not None
            and self._allocation.is_short
            and self.books.step is not Step.FAILED
        ):
            return False
        return stage.ended and not self.is_open

    def show(self) -> None:
        """Show the pictures that are here, each in its place."""
        if self._allocation is None:
            self.tell(images=tuple(image for _, image in sorted(self.mine.items())))
            return
        own = {self._allocation.place_of(number): image for number, image in self.mine.items()}
        placed = dict(sorted((self._allocation.images | own).items()))
        images = tuple(placed.values())
        drawn = [image.simulated or image.recorded for image in images]
        simulated = any(drawn) if images else self.parts.simulated
        self.tell(
            images=images,
            places=tuple(placed),
            reused=self._allocation.reused,
            simulated=simulated,
        )

    # The way through the steps.

    async def _run(self, again: bool) -> None:
        try:
            await self.wait_for_open_steps()  # a stopped task's request may still be on its way
            if self.books.entry is None:
                await self.uninterrupted(self._decide())
            await self._carry_out(again)
            bought = self.books.entry is not None
            # What the store answers sends nothing: a fault that was played waits on, and is told.
            self._conclude(None if bought else await self.registry.unmet_weather())
        except PicturesMissing as out:
            self.tell(stage=out.stage, error=out.error, note=None)
        except EvolinkError as error:
            # Who hears that it ended may want to collect it at once, in another kernel.
            if self.books.entry is not None:
                await self.books.let_go()
            self._end(error)
        except Exception as exc:
            log.exception("Task %s came to an unexpected end", self.key)
            self._end(EvolinkError(f"Something unexpected happened ({type(exc).__name__}: {exc})."))
        finally:
            self.own_end.set()
            self.leave_room()
        await self._let_go()

    async def _decide(self) -> None:
        """Write down what is bought; the store gives what need not be."""
        run = self.parts.database_thread.run
        if self._allocation is None:
            check_spending(self.parts.may_spend, "This asks for new pictures")
            self.books.bought(await run(buy, self.parts, self.key, self.recipe, self.terms))
            return
        self.books.bought(await run(self._allocation.take, self.key, self.terms, own=True))
        if self._allocation.own:
            self.recipe = self._allocation.part(len(self._allocation.own))
            self.request = self.recipe.request
        self.show()

    async def _carry_out(self, again: bool) -> None:
        """Buy what is to be bought while others bring the rest."""
        if self._allocation is None:
            await self._purchase(again)
            return
        acts = [spawn(self._allocation.fill(self))]
        if self.books.entry is not None:
            acts.insert(0, spawn(self._purchase(again)))
        else:
            self.own_end.set()
        try:
            # The purchase first, where there is one: a failure elsewhere must not cut off what is
            # paid for.
            for act in acts:
                await act
        finally:
            for act in acts:
                act.cancel()
                act.add_done_callback(seen)

    async def _purchase(self, again: bool) -> None:
        """Go from where the journal stands to the saved files.

        Raises:
            EvolinkError: it ended badly.
        """
        if not (self._to_send and self.books.step is Step.INTENDED):
            await self.books.claim(self._busy)
            self._catch_up()
        if self.books.step is Step.INTENDED and not self._to_send:
            error = never_sent()
            await self.books.refused(error)
            raise error
        if again and self.books.step in (Step.SENDING, Step.UNKNOWN):
            await send(self)
        while (act := _ACTS.get(self.books.line.step)) is not None:
            await act(self)
        entry = self.books.line
        if entry.step is not Step.SAVED:
            raise error_from(entry.failure, entry.task_id)
        if not (self.books.is_new and len(self.mine) == sum(map(bool, entry.results))):
            await self.load_images()  # some were here before, or another kernel has saved them
        self.own_end.set()
        if self._allocation is not None and self._allocation.is_short:
            await self.books.let_go()  # others need not wait for what this one waits for

    def _catch_up(self) -> None:
        """Know what another kernel has found out about the task meanwhile."""
        entry = self.books.line
        if entry.task_id is not None:
            receipt = self.task.state.receipt
            if entry.receipt is not None:
                receipt = self.merged(entry.receipt)
            self.tell(task_id=entry.task_id, receipt=receipt)
        elif self.task.id is not None:  # what was found for it has turned out to be another's
            self.tell(task_id=None, receipt=None)

    def _conclude(self, remark: str | None) -> None:
        """All is here that will come: say so."""
        state = self.task.state
        come, asked = len(state.images), state.expected
        said = [f"{come} of {asked} pictures came"] if come < asked else []
        if self._allocation is not None and self._allocation.loss is not None:
            said.append(self._allocation.loss)
        said += [*self.oddities, *_other_pixels(self.mine.values())]
        if remark is not None:
            said.append(remark)
        note = ". ".join(said) or None
        self.tell(stage=Stage.DONE, progress=100, note=note, expected=max(come, asked))

    def _end(self, error: EvolinkError) -> None:
        stage, error = _ending_of(self.books.step, error)
        if error.task_id is None:
            error.task_id = self.task.id
        self.tell(stage=stage, error=error, note=None)

    @property
    def may_buy(self) -> bool:
        """Whether all that going on can do is to buy: it has paid for nothing to be collected."""
        return self.books.step is Step.INTENDED or not self.is_open

    def _take_up(self, *, again: bool) -> None:
        """Begin anew from where it stands, if it ended without being over.

        Raises:
            SpendingRefused: it may buy on terms of before, where nothing may be bought now;
                the state says so, too.
        """
        self.look_now()
        if not self.task.state.stage.ended or self.over:
            return
        if self.may_buy:
            try:
                check_open(GOING_ON)
            except SpendingRefused as refusal:
                self.tell(note=refusal.message)
                raise
        begun = _BEGINNING.get(self.books.step or Step.INTENDED, Stage.QUEUED)
        stage = Stage.SENDING if again else begun
        self.tell(stage=stage, error=None, note=None)
        self.begin(again=again)

    async def _withdraw(self, error: EvolinkError) -> None:
        """Close the journal's entry of a task that was stopped before it was sent."""
        await self.wait_for_open_steps()
        if self.books.step in (Step.INTENDED, Step.UNKNOWN):
            await self.books.refused(error)
        await self._let_go()

    async def _let_go(self) -> None:
        """Others may collect it now; the session forgets it if it is over."""
        await self.wait_for_open_steps()
        if self.task.state.stage.ended:
            if self.books.entry is not None:
                await self.books.let_go()
            self.registry.ended(self)

    def _busy(self) -> None:
        self.tell(note="Another kernel is collecting this task.")


_BEGINNING = {
    Step.INTENDED: Stage.QUEUED,
    Step.SENDING: Stage.SENDING,
    Step.UNKNOWN: Stage.SENDING,
    Step.ACCEPTED: Stage.PENDING,
    Step.READY: Stage.SAVING,
}
"""The stage that a task shows when it is taken up at a step."""


def _first_state(parts: SessionParts, recipe: Recipe, entry: Entry | None) -> TaskState:
    """The state of a task before anything has happened to it here.

    Args:
        parts: the session's parts.
        recipe: what is asked.
        entry: where it stands in the journal; `None` when it is new.
    """
    state = first_state(recipe, parts.clock(), simulated=parts.simulated)
    if entry is None:
        return state
    return replace(
        state,
        stage=_BEGINNING.get(entry.step, Stage.SAVING),
        started_at=entry.created_at,
        task_id=entry.task_id,
        receipt=entry.receipt,
    )


def _ending_of(step: Step | None, error: EvolinkError) -> tuple[Stage, EvolinkError]:
    """The stage that shows `error`, and the error with the truth about the money.

    Args:
        step: where the journal stands; `None` when nothing was written.
        error: what ended the task. The same fault means different things at different steps:
            a full disk costs nothing before the request went out, and delays what is paid
            for after it.
    """
    if step in (None, Step.INTENDED, Step.REFUSED):
        return Stage.REFUSED, error
    if isinstance(error, TaskFailed) or step is Step.FAILED:
        return Stage.FAILED, error
    if step in (Step.SENDING, Step.UNKNOWN):
        if not isinstance(error, OutcomeUnknown):
            error = OutcomeUnknown(f"The request went out, and then: {error.message}")
        return Stage.UNKNOWN, error
    if step is Step.ACCEPTED and not isinstance(error, DownloadFailed):
        return Stage.STOPPED, _goes_on(error)
    if not isinstance(error, DownloadFailed):
        error = _paid(error)
    return Stage.FAILED, error


def _goes_on(error: EvolinkError) -> EvolinkError:
    if isinstance(error, WaitingStopped):
        return error
    error.billed = Billed.LATER
    error.advice = f"{error.advice} The task goes on; then collect it with ew.recover()."
    return error


def _paid(error: EvolinkError) -> EvolinkError:
    if isinstance(error, StoreError):
        error.billed = Billed.YES
        return error
    return DownloadFailed(error.message, code=error.code, request_id=error.request_id)


def _other_pixels(images: Iterable[GeneratedImage]) -> list[str]:
    """A sentence for pictures that do not have the pixels that were asked for."""
    odd = [image for image in images if image.asked_pixels not in (None, image.pixels)]
    if not odd or odd[0].asked_pixels is None:
        return []
    sizes = dict.fromkeys(f"{image.width} × {image.height}" for image in odd)
    width, height = odd[0].asked_pixels
    return [
        f"{counted(len(odd), 'picture')} {'has' if len(odd) == 1 else 'have'} "
        f"{' and '.join(sizes)} pixels, and {width} × {height} was asked for"
    ]


def _not_again(error: EvolinkError | None, refusal: SpendingRefused) -> EvolinkError:
    """An unknown outcome that is not sent again, and why."""
    said = "" if error is None else error.message.removesuffix(refusal.message).rstrip()
    return OutcomeUnknown(
        f"{said} {refusal.message}".strip(),
        cost=getattr(error, "cost", None),
        advice=refusal.advice,
    )
