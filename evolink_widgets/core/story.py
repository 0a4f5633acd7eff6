"""The story of one task, from the click to the saved files: each step written down first.

    INTENDED ── send once ──► ACCEPTED ── watch ──► READY ── fetch ──► SAVED
        SENDING, UNKNOWN ── look for it ──┘

A story can begin at any step: that is how a task that another kernel left is taken up. The
journal says where it stands, and the same few acts lead on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from evolink_widgets.core.collect import collect
from evolink_widgets.core.ending import ending_of
from evolink_widgets.core.failures import error_from, failure_record
from evolink_widgets.core.follow import follow
from evolink_widgets.core.loop import spawn
from evolink_widgets.core.send import search, send, surely_not_accepted
from evolink_widgets.core.state import Stage, TaskState
from evolink_widgets.core.task import Task
from evolink_widgets.errors import Billed, EvolinkError, StoreError, StoreFull, WaitingStopped
from evolink_widgets.rules.pricing import Estimate, Receipt
from evolink_widgets.rules.recipe import Recipe
from evolink_widgets.store.journal import Entry, Step
from evolink_widgets.store.pictures import ImageSet

if TYPE_CHECKING:
    from evolink_widgets.core.wiring import Wiring

T = TypeVar("T")

log = logging.getLogger("evolink_widgets")

_BEGINNING = {
    Step.INTENDED: Stage.QUEUED,
    Step.SENDING: Stage.SENDING,
    Step.UNKNOWN: Stage.SENDING,
    Step.ACCEPTED: Stage.PENDING,
    Step.READY: Stage.SAVING,
}
"""The stage that a story shows when it is taken up at a step."""

OPEN = frozenset(_BEGINNING)
"""Steps from which a story goes on."""


class TaskStory:
    """One task and all that happens to it; everything here runs on the core's loop.

    Args:
        wiring: the session's parts.
        key: the task's local key.
        recipe: what is asked.
        estimate: what it may cost.
        entry: where it stands in the journal; `None` when it is new.
        created_at: Unix seconds when it was asked for.
    """

    def __init__(
        self,
        wiring: Wiring,
        key: str,
        recipe: Recipe,
        estimate: Estimate,
        *,
        entry: Entry | None = None,
        created_at: float | None = None,
    ) -> None:
        self.wiring = wiring
        self.key = key
        self.recipe = recipe
        self.request = recipe.request
        self.entry = entry
        self.estimated_time: float | None = None
        self._estimate = estimate
        self._work: asyncio.Task[Any] | None = None
        self._inner: asyncio.Task[Any] | None = None
        self._has_room = False
        self._unwritten: list[Callable[[], Entry]] = []
        now = wiring.clock()
        self.task = Task(
            key=key,
            request=recipe.request,
            recipe=recipe,
            estimate=estimate,
            story=self,
            clock=wiring.clock,
            state=TaskState(
                stage=Stage.QUEUED if entry is None else _BEGINNING.get(entry.step, Stage.SAVING),
                progress=None,
                started_at=now if created_at is None else created_at,
                at=now,
                ended_at=None,
                left=None,
                images=(),
                expected=recipe.request.n,
                size=recipe.request.pixels,
                error=None,
                task_id=None if entry is None else entry.task_id,
                receipt=None if entry is None else entry.receipt,
                simulated=wiring.simulated,
                note=None,
            ),
        )

    # What a `Task` asks for.

    def begin(self, *, again: bool = False) -> None:
        """Start, or go on; `again` sends a request of unknown outcome once more."""
        self._work = spawn(self._run(again), name=f"evolink-task-{self.key}")

    def image_set(self, state: TaskState) -> ImageSet:
        """The pictures of `state` as an ordered set."""
        return ImageSet(
            state.images,
            key=self.key,
            recipe=self.recipe,
            receipt=state.receipt,
            expected=state.expected,
        )

    def stop(self) -> None:
        """Stop; a request on its way is still waited for in silence, for its id's sake."""
        if self.task.state.stage.ended:
            return
        if self._work is not None:
            self._work.cancel()
        if self._is_unsent():
            error = WaitingStopped(
                "It was stopped before anything was accepted.",
                billed=Billed.NO,
                advice="Ask again with ew.generate(...).",
            )
            self.tell(stage=Stage.REFUSED, error=error, note=None)
            spawn(self._withdraw(error))
        else:
            on_its_way = self.entry is None or self.entry.task_id is None
            self.tell(
                stage=Stage.STOPPED,
                note=None,
                error=WaitingStopped(
                    "Waiting was stopped; the task goes on at the service.",
                    billed=Billed.UNKNOWN if on_its_way else Billed.LATER,
                    task_id=self.task.id,
                ),
            )
            spawn(self._let_go())

    @property
    def over(self) -> bool:
        """Whether it has ended and can't go on: done, failed for good, or never accepted."""
        ended = self.task.state.stage.ended
        return ended and (self.entry is None or self._step() not in OPEN)

    async def settled(self) -> None:
        """Wait until no step of it is half-way: a request without its answer, say."""
        if self._inner is not None:
            await asyncio.wait({self._inner})

    def resume(self) -> None:
        """Go on where the journal says it stands."""
        self._take_up(again=False)

    def look_again(self) -> None:
        """Look for the lost reply once more."""
        self._take_up(again=False)

    def send_again(self) -> None:
        """Send a request of unknown outcome once more."""
        if self.task.state.stage is Stage.UNKNOWN:
            self._take_up(again=True)

    # What the acts need.

    def tell(self, **changes: Any) -> None:
        """Publish a new state of the task."""
        self.task.publish(**changes)

    async def write(self, move: Callable[..., Entry], *args: Any, **facts: Any) -> Entry:
        """Write a step down; when that fails, the step is not taken."""
        self.entry = await self.wiring.records.run(move, *args, **facts)
        return self.entry

    async def note_down(
        self, meaning: Mapping[str, Any], move: Callable[..., Entry], *args: Any, **facts: Any
    ) -> Entry:
        """Write down a step that has happened already; a failure does not undo it.

        Args:
            meaning: how the step changes the entry, should the journal not take it now.
            move: the journal's method.
            args: its arguments.
            facts: its keyword arguments.
        """
        assert self.entry is not None
        self._unwritten.append(lambda: move(*args, **facts))
        try:
            await self.wiring.records.run(self._write_all)
        except StoreError as error:
            log.warning("A step of task %s is not written down yet: %s", self.key, error)
            self.entry = replace(self.entry, **meaning)
            if not self.task.state.stage.ended:
                self.tell(note=error.message)
        return self.entry

    def _write_all(self) -> None:
        while self._unwritten:
            self.entry = self._unwritten[0]()
            del self._unwritten[0]

    async def uninterrupted(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run `coro` to its end, even if this story is stopped meanwhile."""
        self._inner = spawn(coro)
        inner: asyncio.Task[T] = self._inner
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

    def learned(self) -> None:
        """Keep how long such tasks take, for the next kernel."""
        record = self.wiring.durations.to_record()
        name = f"durations {self.wiring.service}"
        spawn(self._quietly(self.wiring.store.journal.remember, name, record))

    async def load_images(self) -> None:
        """Show the pictures that are saved already."""
        with contextlib.suppress(StoreError):  # none is
            found = await self.wiring.pictures.run(self.wiring.store.gallery.images, self.key)
            self.tell(images=tuple(found))

    async def refused(self, error: EvolinkError) -> None:
        """Write down that it surely was not accepted, and give its credits back."""
        record = failure_record(error)
        await self.note_down(
            {"step": Step.REFUSED, "failure": record},
            self.wiring.store.journal.refused, self.key, record, self.wiring.clock(),
        )  # fmt: skip
        await self.release_credits()

    async def release_credits(self) -> None:
        """Give back what was reserved: it was surely not charged."""
        await self._quietly(self.wiring.store.ledger.release, self.key, self.wiring.clock())

    async def settle_credits(self) -> None:
        """Put what the service charged in place of what was reserved."""
        receipt = self.task.state.receipt or Receipt()
        await self._quietly(
            self.wiring.store.ledger.settle, self.key, receipt, self.wiring.clock()
        )

    # The way through the acts.

    async def _run(self, again: bool) -> None:
        try:
            await self.settled()  # a stopped story's request may still be on its way
            if self.entry is None:
                await self.uninterrupted(self._intend())
            else:
                await self._claim()
            if again:
                await send(self)
            while (act := _ACTS.get(self._step())) is not None:
                await act(self)
            await self._conclude()
        except EvolinkError as error:
            self._end(error)
        except Exception as exc:
            log.exception("Task %s came to an unexpected end", self.key)
            self._end(EvolinkError(f"Something unexpected happened ({type(exc).__name__}: {exc})."))
        finally:
            self.leave_room()
        await self._let_go()

    def _step(self) -> Step:
        assert self.entry is not None
        return self.entry.step

    async def _intend(self) -> None:
        """Reserve the credits and write the intent down, both or nothing."""
        wiring, store = self.wiring, self.wiring.store

        def intend() -> Entry:
            _check_room(self)
            now = wiring.clock()
            with store.database.write(durable=True):
                store.ledger.reserve(
                    self.key,
                    self._estimate.high,
                    now=now,
                    service=wiring.service,
                    caps=wiring.caps(),
                    scopes=wiring.scopes,
                )
                return store.journal.intend(
                    self.request.to_record(),
                    key=self.key,
                    service=wiring.service,
                    now=now,
                    recipe=self.recipe.to_record(),
                    identity=self.recipe.identity,
                    estimate_high=self._estimate.high,
                    owner=wiring.owner,
                )

        self.entry = await wiring.records.run(intend)

    async def _claim(self) -> None:
        """Become the one who collects it, or wait for the one who does."""
        wiring, journal = self.wiring, self.wiring.store.journal
        while not await wiring.records.run(
            journal.claim, self.key, wiring.owner, wiring.clock()
        ):
            self.tell(note="Another kernel is collecting this task.")
            await asyncio.sleep(1.0)
        found = await wiring.records.run(journal.get, self.key)
        # What could not be written yet is newer than what the journal says.
        if found is not None and not self._unwritten:
            self.entry = found

    async def _conclude(self) -> None:
        """The journal says that it is over: say how."""
        assert self.entry is not None
        if self.entry.step is not Step.SAVED:
            raise error_from(self.entry.failure, self.entry.task_id)
        await self.load_images()
        state = self.task.state
        come, asked = len(state.images), state.expected
        note = f"{come} of {asked} pictures came." if come < asked else None
        self.tell(stage=Stage.DONE, progress=100, note=note, expected=max(come, asked))

    def _end(self, error: EvolinkError) -> None:
        step = None if self.entry is None else self.entry.step
        stage, error = ending_of(step, error)
        if error.task_id is None:
            error.task_id = self.task.id
        self.tell(stage=stage, error=error, note=None)

    def _take_up(self, *, again: bool) -> None:
        """Begin anew from where it stands, if it ended without being over."""
        if not self.task.state.stage.ended or self.entry is None or self._step() not in OPEN:
            return
        stage = Stage.SENDING if again else _BEGINNING[self._step()]
        self.tell(stage=stage, error=None, note=None)
        self.begin(again=again)

    def _is_unsent(self) -> bool:
        """Whether nothing of it is, or may come to be, accepted."""
        posting = self._inner is not None and not self._inner.done()
        if self.entry is None:
            return True
        if posting or self.entry.step is Step.SENDING:
            return False
        return self.entry.step is Step.INTENDED or surely_not_accepted(self.entry)

    async def _withdraw(self, error: EvolinkError) -> None:
        """Close the journal's entry of a task that was stopped before it was sent."""
        await self.settled()
        if self.entry is not None and self._step() in (Step.INTENDED, Step.UNKNOWN):
            await self.refused(error)
        await self._let_go()

    async def _let_go(self) -> None:
        """Others may collect it now; the session forgets it if it is over."""
        await self.settled()
        if self.task.state.stage.ended:
            await self._quietly(self.wiring.store.journal.release, self.key, self.wiring.owner)
            self.wiring.ended(self)

    async def _quietly(self, function: Callable[..., object], *args: object) -> None:
        """Book-keeping whose failure must not spoil what a task has achieved."""
        try:
            await self.wiring.records.run(function, *args)
        except StoreError as error:
            log.warning("Task %s: %s", self.key, error)


_ACTS: dict[Step, Callable[[TaskStory], Awaitable[None]]] = {
    Step.INTENDED: send,
    Step.SENDING: search,
    Step.UNKNOWN: search,
    Step.ACCEPTED: follow,
    Step.READY: collect,
}


def _check_room(story: TaskStory) -> None:
    """Refuse before anything is sent when the pictures will hardly fit on the disk.

    Raises:
        StoreFull: with what is free and what is needed.
    """
    width, height = story.request.pixels or (2048, 2048)
    needed = story.request.n * width * height * 2 + 8 * 2**20
    root = story.wiring.store.root
    while not root.exists() and root != root.parent:
        root = root.parent
    try:
        free = shutil.disk_usage(root).free
    except OSError:
        return  # nobody can tell; the journal's own writing will
    if free < needed:
        raise StoreFull(
            f"{root} has {free / 2**20:,.0f} MB free, and these pictures may need "
            f"{needed / 2**20:,.0f} MB. Nothing was sent.",
            advice="Free some space, or choose another folder with ew.configure(store=...).",
        )
