"""The story of one task, from the click to the saved files: each step written down first.

    INTENDED ── send once ──► ACCEPTED ── watch ──► READY ── fetch ──► SAVED
        SENDING, UNKNOWN ── look for it ──┘

Where pictures of the same recipe are in the store already, or on their way to it, a shelf
decides first what is left to buy. What is wholly answered from it has no line in the journal.

A story can begin at any step: that is how a task that another kernel left is taken up. The
journal says where it stands, and the same few acts lead on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from evolink_widgets.core.beginning import BEGINNING, first_state
from evolink_widgets.core.loop import spawn
from evolink_widgets.core.shared.task_search import surely_not_accepted
from evolink_widgets.core.state import Stage, TaskState
from evolink_widgets.core.steps.collect import collect
from evolink_widgets.core.steps.endings import (
    CameShort,
    ending_of,
    not_again,
    other_pixels,
    stopped,
    withdrawn,
)
from evolink_widgets.core.steps.record import OPEN, TaskRecord, buy, never_sent
from evolink_widgets.core.steps.send import search, send
from evolink_widgets.core.steps.watch import follow
from evolink_widgets.core.task import Task
from evolink_widgets.core.terms import Terms, check_spending
from evolink_widgets.errors import Billed, EvolinkError, SpendingRefused, StoreError
from evolink_widgets.rules.pricing.pricing import Estimate, Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet
from evolink_widgets.store.journal.failures import error_from
from evolink_widgets.store.journal.journal import Entry, Step

if TYPE_CHECKING:
    from evolink_widgets.core.shared.balance import Reading
    from evolink_widgets.core.shared.parts import Wiring
    from evolink_widgets.core.steps.allocate import Shelf

T = TypeVar("T")

log = logging.getLogger("evolink_widgets")


class TaskStory:
    """One task and all that happens to it; everything here runs on the core's loop.

    Args:
        wiring: the session's parts.
        key: the task's local key.
        recipe: what is asked.
        estimate: what it may cost.
        terms: on which terms it is asked.
        shelf: what of it may come from the store; `None` where all is to be new.
        entry: where it stands in the journal; `None` when it is new.
        to_send: whether an entry that was not sent yet is ours to be sent.
    """

    def __init__(
        self,
        wiring: Wiring,
        key: str,
        recipe: Recipe,
        estimate: Estimate,
        *,
        terms: Terms | None = None,
        shelf: Shelf | None = None,
        entry: Entry | None = None,
        to_send: bool = False,
    ) -> None:
        self.wiring = wiring
        self.key = key
        self.recipe = recipe
        self.request = recipe.request
        self.terms = terms or Terms()
        self.record = TaskRecord(wiring, key, entry, self._trouble, is_held=to_send)
        self.estimated_time: float | None = None
        self.mine: dict[int, GeneratedImage] = {}
        self.own_end = asyncio.Event()
        self.before: Reading | None = None
        self.oddities: list[str] = []
        self._shelf = shelf
        self._to_send = entry is None or to_send
        self._work: asyncio.Task[Any] | None = None
        self._inner: set[asyncio.Task[Any]] = set()
        self._leaving: asyncio.Task[Any] | None = None
        self._has_room = False
        self.task = Task(
            key=key,
            request=recipe.request,
            recipe=recipe,
            estimate=estimate,
            story=self,
            clock=wiring.clock,
            state=first_state(wiring, recipe, entry),
        )

    # What a `Task` asks for.

    def begin(self, *, again: bool = False) -> None:
        """Start, or go on; `again` sends a request of unknown outcome once more."""
        self.own_end.clear()
        self._work = spawn(self._run(again), name=f"evolink-task-{self.key}")

    def image_set(self, state: TaskState) -> ImageSet:
        """The pictures of `state` as an ordered set."""
        return ImageSet(
            state.images,
            key=self.key,
            recipe=self.recipe,
            receipt=state.receipt,
            expected=state.expected,
            places=state.places,
        )

    def waited(self, *, in_vain: bool) -> None:
        """Hear how a wait for the task ended, on the thread of whoever waited."""
        if self._shelf is not None:
            ask = self._shelf.ask
            (ask.in_vain if in_vain else ask.came)()

    def stop(self) -> None:
        """Stop; a request on its way is still waited for in silence, for its id's sake."""
        if self.task.state.stage.ended:
            return
        self.waited(in_vain=True)
        if self._work is not None:
            self._work.cancel()
        gone = self._withdraw_twins()
        if self._is_unsent() or (self._awaited and self._awaited <= gone):
            error = withdrawn()
            self.tell(stage=Stage.REFUSED, error=error, note=None)
            self._leaving = spawn(self._withdraw(error))
        else:
            self.tell(stage=Stage.STOPPED, error=stopped(self.task.id, self.charge()), note=None)
            self._leaving = spawn(self._let_go())
        self.own_end.set()

    def resume(self) -> None:
        """Go on where the journal says it stands; what is on its way is read at once."""
        self._take_up(again=False)

    def look_now(self) -> None:
        """Do not wait for the next turn to read, nor for as long as the service asked."""
        self.wiring.limits.look_now()
        if self.task.id is not None:
            self.wiring.watcher.look_now(self.task.id)

    def look_again(self) -> None:
        """Look for the lost reply once more, or read at once how the task is getting on."""
        self._take_up(again=False)

    def send_again(self) -> None:
        """Send a request of unknown outcome once more: its own, or the one that it waits for.

        Raises:
            SpendingRefused: spending is switched off.
        """
        if self.task.state.stage is not Stage.UNKNOWN:
            return
        try:
            check_spending(self.wiring.may_spend, "Sending it again may buy it a second time")
        except SpendingRefused as refusal:
            self.tell(error=not_again(self.task.state.error, refusal))
            raise
        if self.record.step in (Step.SENDING, Step.UNKNOWN) or self._shelf is None:
            self._take_up(again=True)
            return
        for other in self._shelf.lost:
            other.send_again()
        self._take_up(again=False)

    # What the session and the acts need.

    @property
    def over(self) -> bool:
        """Whether it has ended and can't go on: done, failed for good, or never accepted."""
        stage = self.task.state.stage
        if stage in (Stage.DONE, Stage.REFUSED):  # whatever is not written down yet
            return True
        if self._shelf is not None and self._shelf.is_short and self.record.step is not Step.FAILED:
            return False
        return stage.ended and not self.is_open

    @property
    def is_open(self) -> bool:
        """Whether its own purchase may still bring pictures."""
        return self.record.step in OPEN

    @property
    def is_at_work(self) -> bool:
        """Whether it is on its way to what it buys."""
        return not (self.task.state.stage.ended or self.own_end.is_set())

    async def settled(self) -> None:
        """Wait until no step of it is half-way: a request without its answer, say."""
        while self._inner:
            await asyncio.wait(set(self._inner))

    async def left(self) -> None:
        """Wait until a story that was stopped has given the task back."""
        if self._leaving is not None:
            await asyncio.wait({self._leaving})

    def tell(self, **changes: Any) -> None:
        """Publish a new state of the task."""
        self.task.publish(**{"held": False, **changes})

    def says(self, note: str | None) -> None:
        """Say beside the stage what it waits for."""
        if not self.task.state.stage.ended:
            self.tell(note=note)

    def held(self, note: str | None) -> None:
        """Say that it waits on the service's word alone, and would be read at once if asked."""
        if not self.task.state.stage.ended:
            self.tell(note=note, held=note is not None)

    def charge(self) -> Billed:
        """Whether it is charged if nobody waits for it any longer; from any thread."""
        if self.record.entry is None:  # it waits, or shows how what it waits for gets on
            return _CHARGED_BY_STAGE.get(self.task.state.stage, Billed.LATER)
        if self._is_unsent():
            return Billed.NO
        if self.task.id is None:
            return Billed.UNKNOWN
        return Billed.YES if self.record.step in (Step.READY, Step.SAVED) else Billed.LATER

    def accepted(self, task_id: str, receipt: Receipt) -> None:
        """Say that the service has it; to somebody who stopped waiting, no more than that."""
        if self.task.state.stage.ended:
            self.tell(task_id=task_id, receipt=receipt, error=stopped(task_id, Billed.LATER))
        else:
            self.tell(stage=Stage.PENDING, task_id=task_id, receipt=receipt, note=None)

    async def uninterrupted(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run `coro` to its end, even if this story is stopped meanwhile."""
        inner = spawn(coro)
        self._inner.add(inner)
        inner.add_done_callback(self._inner.discard)
        inner.add_done_callback(_seen)  # whoever was stopped does not ask for the result
        return await asyncio.shield(inner)

    async def take_room(self) -> None:
        """Wait until one more task may be in flight."""
        if not self._has_room:
            await self.wiring.limits.tasks.acquire()
            self._has_room = True

    def leave_room(self) -> None:
        """Let another task go."""
        if self._has_room:
            self._has_room = False
            self.wiring.limits.tasks.release()

    def merged(self, receipt: Receipt) -> Receipt:
        """All that was ever reported: what a later reading leaves out is not forgotten."""
        old = self.task.state.receipt
        if old is None:
            return receipt
        known = {name: value for name, value in vars(receipt).items() if value is not None}
        return replace(old, **known)

    async def load_images(self) -> None:
        """Show the pictures that are saved already."""
        with contextlib.suppress(StoreError):  # none is
            found = await self.wiring.pictures.run(self.wiring.store.gallery.images, self.key)
            self.mine = {image.index: image for image in found}
            self.show()

    def landed(self, image: GeneratedImage) -> None:
        """Take in a picture of its own purchase."""
        self.mine[image.index] = image
        if not self.task.state.stage.ended:
            self.show()

    def show(self) -> None:
        """Show the pictures that are here, each in its place."""
        if self._shelf is None:
            self.tell(images=tuple(image for _, image in sorted(self.mine.items())))
            return
        own = {self._shelf.place_of(number): image for number, image in self.mine.items()}
        placed = dict(sorted((self._shelf.images | own).items()))
        images = tuple(placed.values())
        simulated = any(image.simulated for image in images) if images else self.wiring.simulated
        self.tell(
            images=images,
            places=tuple(placed),
            reused=self._shelf.reused,
            simulated=simulated,
        )

    # The way through the acts.

    async def _run(self, again: bool) -> None:
        try:
            await self.settled()  # a stopped story's request may still be on its way
            if self.record.entry is None:
                await self.uninterrupted(self._decide())
            await self._carry_out(again)
            sent = self.record.entry is not None
            self._conclude(None if sent else await self.wiring.keeper.unmet_weather())
        except CameShort as out:
            self.tell(stage=out.stage, error=out.error, note=None)
        except EvolinkError as error:
            # Who hears that it ended may want to collect it at once, in another kernel.
            if self.record.entry is not None:
                await self.record.let_go()
            self._end(error)
        except Exception as exc:
            log.exception("Task %s came to an unexpected end", self.key)
            self._end(EvolinkError(f"Something unexpected happened ({type(exc).__name__}: {exc})."))
        finally:
            self.own_end.set()
            self.leave_room()
        await self._let_go()

    async def _decide(self) -> None:
        """Write down what is bought; from the shelf comes what need not be."""
        run = self.wiring.records.run
        if self._shelf is None:
            check_spending(self.wiring.may_spend, "This asks for new pictures")
            self.record.bought(await run(buy, self.wiring, self.key, self.recipe, self.terms))
            return
        self.record.bought(await run(self._shelf.take, self.key, self.terms, own=True))
        if self._shelf.own:
            self.recipe = self._shelf.part(len(self._shelf.own))
            self.request = self.recipe.request
        self.show()

    async def _carry_out(self, again: bool) -> None:
        """Buy what is to be bought while others bring the rest."""
        if self._shelf is None:
            await self._purchase(again)
            return
        acts = [spawn(self._shelf.fill(self))]
        if self.record.entry is not None:
            acts.insert(0, spawn(self._purchase(again)))
        else:
            self.own_end.set()
        try:
            # What fails here ends the ask; what fails elsewhere does not stop what is paid for.
            await acts[0]
            await acts[-1]
        finally:
            for act in acts:
                act.cancel()
                act.add_done_callback(_seen)

    async def _purchase(self, again: bool) -> None:
        """Go from where the journal stands to the saved files.

        Raises:
            EvolinkError: it ended badly.
        """
        if not (self._to_send and self.record.step is Step.INTENDED):
            await self.record.claim(self._busy)
            self._catch_up()
        if self.record.step is Step.INTENDED and not self._to_send:
            error = never_sent()
            await self.record.refused(error)
            raise error
        if again and self.record.step in (Step.SENDING, Step.UNKNOWN):
            await send(self)
        while (act := _ACTS.get(self.record.line.step)) is not None:
            await act(self)
        entry = self.record.line
        if entry.step is not Step.SAVED:
            raise error_from(entry.failure, entry.task_id)
        await self.load_images()
        self.own_end.set()
        if self._shelf is not None and self._shelf.is_short:
            await self.record.let_go()  # others need not wait for what this one waits for

    def _catch_up(self) -> None:
        """Know what another kernel has found out about the task meanwhile."""
        entry = self.record.line
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
        if self._shelf is not None and self._shelf.loss is not None:
            said.append(self._shelf.loss)
        said += [*self.oddities, *other_pixels(self.mine.values())]
        if remark is not None:
            said.append(remark)
        note = ". ".join(said) or None
        self.tell(stage=Stage.DONE, progress=100, note=note, expected=max(come, asked))

    def _end(self, error: EvolinkError) -> None:
        stage, error = ending_of(self.record.step, error)
        if error.task_id is None:
            error.task_id = self.task.id
        self.tell(stage=stage, error=error, note=None)

    def _take_up(self, *, again: bool) -> None:
        """Begin anew from where it stands, if it ended without being over."""
        self.look_now()
        if not self.task.state.stage.ended or self.over:
            return
        begun = BEGINNING.get(self.record.step or Step.INTENDED, Stage.QUEUED)
        stage = Stage.SENDING if again else begun
        self.tell(stage=stage, error=None, note=None)
        self.begin(again=again)

    def _is_unsent(self) -> bool:
        """Whether nothing of it is, or may come to be, accepted."""
        entry = self.record.entry
        if entry is None:
            return not self._awaited
        if not self.record.is_held:  # another kernel's: what it does with it is not known here
            return False
        if self._inner or entry.step is Step.SENDING:
            return False
        return entry.step is Step.INTENDED or surely_not_accepted(entry)

    @property
    def _awaited(self) -> frozenset[str]:
        """Keys of the other tasks whose pictures it waits for."""
        return frozenset() if self._shelf is None else self._shelf.awaited

    def _withdraw_twins(self) -> frozenset[str]:
        """Stop what this ask took up, where that was not sent yet; the keys of those.

        The first handle was waited for in vain and given up for this one: what is still to be
        sent would be bought for no handle that anything waits for.
        """
        if self._shelf is None:
            return frozenset()
        twins = [
            other
            for key, other in self.wiring.keeper.known().items()
            if key in self._awaited
            and other._shelf is not None
            and other._shelf.ask.shares_set_of(self._shelf.ask)
            and other._is_unsent()
        ]
        for twin in twins:
            twin.stop()
        return frozenset(twin.key for twin in twins)

    async def _withdraw(self, error: EvolinkError) -> None:
        """Close the journal's entry of a task that was stopped before it was sent."""
        await self.settled()
        if self.record.step in (Step.INTENDED, Step.UNKNOWN):
            await self.record.refused(error)
        await self._let_go()

    async def _let_go(self) -> None:
        """Others may collect it now; the session forgets it if it is over."""
        await self.settled()
        if self.task.state.stage.ended:
            if self.record.entry is not None:
                await self.record.let_go()
            self.wiring.keeper.ended(self)

    def _trouble(self, error: StoreError) -> None:
        if not self.task.state.stage.ended:
            self.tell(note=error.message)

    def _busy(self) -> None:
        self.tell(note="Another kernel is collecting this task.")


def _seen(act: asyncio.Task[Any]) -> None:
    """Nobody needs to be told once more how it ended."""
    if not act.cancelled():
        act.exception()


_CHARGED_BY_STAGE = {
    Stage.QUEUED: Billed.NO,
    Stage.SENDING: Billed.UNKNOWN,
    Stage.SAVING: Billed.YES,
}

_ACTS: dict[Step, Callable[[TaskStory], Awaitable[None]]] = {
    Step.INTENDED: send,
    Step.SENDING: search,
    Step.UNKNOWN: search,
    Step.ACCEPTED: follow,
    Step.READY: collect,
}
