"""What every step of a task may read, write and report: its journal entry, state and pictures.

The steps (`send`, `follow`, `collect`, …) know `TaskContext` alone; the runner, which calls them
in turn, stands above them. What they write goes through the context's `TaskBooks`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from evolink_widgets.core.loop import spawn
from evolink_widgets.core.money import Terms
from evolink_widgets.core.shared.lost_tasks import surely_not_accepted
from evolink_widgets.core.task import Stage, Task, stopped
from evolink_widgets.errors import Billed, EvolinkError, OutcomeUnknown, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.journal.failures import failure_record
from evolink_widgets.store.journal.journal import Entry, Step, are_equal

if TYPE_CHECKING:
    from evolink_widgets.core.executions import Ask
    from evolink_widgets.core.shared.balance import Reading
    from evolink_widgets.core.shared.parts import SessionParts

T = TypeVar("T")

log = logging.getLogger("evolink_widgets")

OPEN = frozenset({Step.INTENDED, Step.SENDING, Step.UNKNOWN, Step.ACCEPTED, Step.READY})
"""Steps from which a task goes on: the rows of the runner's `_ACTS`."""

SOON = 1.0
"""Seconds in which most pictures are fetched; then their links are written down."""

BUSY = 0.5
"""Seconds between two looks at a task that another kernel collects."""


class TaskRegistry(Protocol):
    """The session, as far as its tasks know it."""

    def ended(self, context: Any) -> None:
        """Hear that a task has come to its end for now."""

    def learn(self) -> None:
        """Hear of a new receipt."""

    async def unmet_weather(self) -> str | None:
        """What to tell of an emulator's weather that waits for a request."""


class TaskContext(ABC):
    """One task at work; everything here runs on the core's loop.

    Args:
        parts: the session's parts.
        registry: the session, which keeps the tasks.
        key: the task's local key.
        recipe: what is asked.
        terms: on which terms it is asked.
        entry: where it stands in the journal; `None` when it is new.
        is_ours: whether it is this kernel's to collect already.
    """

    task: Task

    def __init__(
        self,
        parts: SessionParts,
        registry: TaskRegistry,
        key: str,
        recipe: Recipe,
        terms: Terms,
        entry: Entry | None,
        *,
        is_ours: bool,
    ) -> None:
        self.parts = parts
        self.registry = registry
        self.key = key
        self.recipe = recipe
        self.request = recipe.request
        self.terms = terms
        self.books = TaskBooks(
            parts, key, entry, self._trouble, learn=registry.learn, is_ours=is_ours
        )
        self.estimated_time: float | None = None
        self.mine: dict[int, GeneratedImage] = {}
        self.own_end = asyncio.Event()
        self.before: Reading | None = None
        self.oddities: list[str] = []
        self._inner: set[asyncio.Task[Any]] = set()
        self._leaving: asyncio.Task[Any] | None = None
        self._has_room = False

    @abstractmethod
    def show(self) -> None:
        """Show the pictures that are here, each in its place."""

    @abstractmethod
    def send_again(self) -> None:
        """Send a request of unknown outcome once more.

        Raises:
            SpendingRefused: spending is switched off, or a lesson's check is running.
        """

    @abstractmethod
    def stop(self) -> None:
        """Stop; a request on its way is still waited for in silence, for its id's sake."""

    @abstractmethod
    def shares_set_of(self, ask: Ask) -> bool:
        """Whether one of the two has taken the other's set up."""

    @property
    @abstractmethod
    def awaited(self) -> frozenset[str]:
        """Keys of the tasks that this ask has taken up, and waits for."""

    @property
    def is_open(self) -> bool:
        """Whether its own purchase may still bring pictures."""
        return self.books.step in OPEN

    @property
    def is_at_work(self) -> bool:
        """Whether it is on its way to what it buys."""
        return not (self.task.state.stage.ended or self.own_end.is_set())

    async def wait_for_open_steps(self) -> None:
        """Wait until no step of it is half-way: a request without its answer, say."""
        while self._inner:
            await asyncio.wait(set(self._inner))

    async def left(self) -> None:
        """Wait until a task that was stopped has given the task back."""
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
        """Whether it is charged if it is not waited for any longer; from any thread."""
        if self.books.entry is None:  # it waits, or shows how what it waits for gets on
            return _CHARGED_BY_STAGE.get(self.task.state.stage, Billed.LATER)
        if self.is_unsent():
            return Billed.NO
        if self.task.id is None:
            return Billed.UNKNOWN
        return Billed.YES if self.books.step in (Step.READY, Step.SAVED) else Billed.LATER

    def accepted(self, task_id: str, receipt: Receipt) -> None:
        """Say that the service has it; where waiting was stopped, no more than that."""
        if self.task.state.stage.ended:
            self.tell(task_id=task_id, receipt=receipt, error=stopped(task_id, Billed.LATER))
        else:
            self.tell(stage=Stage.PENDING, task_id=task_id, receipt=receipt, note=None)

    async def uninterrupted(self, coro: Coroutine[Any, Any, T]) -> T:
        """Run `coro` to its end, even if the task is stopped meanwhile."""
        inner = spawn(coro)
        self._inner.add(inner)
        inner.add_done_callback(self._inner.discard)
        inner.add_done_callback(seen)  # a stopped caller does not ask for the result
        return await asyncio.shield(inner)

    async def take_room(self) -> None:
        """Wait until one more task may be in flight."""
        if not self._has_room:
            await self.parts.limits.tasks.acquire()
            self._has_room = True

    def leave_room(self) -> None:
        """Let another task go."""
        if self._has_room:
            self._has_room = False
            self.parts.limits.tasks.release()

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
            found = await self.parts.file_threads.run(self.parts.store.gallery.images, self.key)
            self.mine = {image.index: image for image in found}
            self.show()

    def landed(self, image: GeneratedImage) -> None:
        """Take in a picture of its own purchase."""
        self.mine[image.index] = image
        if not self.task.state.stage.ended:
            self.show()

    def is_unsent(self) -> bool:
        """Whether nothing of it is, or may come to be, accepted."""
        entry = self.books.entry
        if entry is None:
            return not self.awaited
        if not self.books.is_ours:  # another kernel's: what it does with it is not known here
            return False
        if self._inner or entry.step is Step.SENDING:
            return False
        return entry.step is Step.INTENDED or surely_not_accepted(entry)

    def _trouble(self, error: StoreError) -> None:
        if not self.task.state.stage.ended:
            self.tell(note=error.message)


_CHARGED_BY_STAGE = {
    Stage.QUEUED: Billed.NO,
    Stage.SENDING: Billed.UNKNOWN,
    Stage.SAVING: Billed.YES,
}


def seen(act: asyncio.Task[Any]) -> None:
    """Retrieve an act's exception, so that asyncio does not report it as never retrieved."""
    if not act.cancelled():
        act.exception()


class TaskBooks:
    """One task's lines in the journal and the ledger, as its steps write them.

    Before the request goes out, a line that can't be written stops the task: nothing is sent that
    is not written down. After it, nothing stops the task: what can't be written waits in memory
    for the next chance, and what was paid for is fetched all the same. To be used on the core's
    loop.

    Args:
        parts: the session's parts.
        key: the task's local key.
        entry: its line in the journal; `None` when nothing is written yet.
        trouble: told when a line has to wait.
        learn: told of a new receipt.
        is_ours: whether it is this kernel's to collect already.

    Attributes:
        entry: the newest line; older than the journal's while another kernel collects the task.
        is_ours: whether it is this kernel's to collect.
        is_new: whether it was bought here and held since: no picture of it is saved yet but ours.
        has_read_links: whether the service itself has said where the pictures are, to us.
    """

    def __init__(
        self,
        parts: SessionParts,
        key: str,
        entry: Entry | None,
        trouble: Callable[[StoreError], None],
        *,
        learn: Callable[[], None],
        is_ours: bool = False,
    ) -> None:
        self.entry = entry
        self.is_ours = is_ours
        self.is_new = is_ours
        self.has_read_links = False
        self._parts = parts
        self._key = key
        self._trouble = trouble
        self._learn = learn
        self._unwritten: list[Callable[[], Entry]] = []
        self._soon: asyncio.TimerHandle | None = None

    @property
    def step(self) -> Step | None:
        """Where the journal stands; `None` when nothing is written yet."""
        return None if self.entry is None else self.entry.step

    @property
    def line(self) -> Entry:
        """The entry, once there is one."""
        assert self.entry is not None
        return self.entry

    def bought(self, entry: Entry | None) -> None:
        """Take over what was just written down for us; `None` where nothing had to be bought."""
        self.entry = entry
        self.is_ours = self.is_new = entry is not None

    async def claim(self, busy: Callable[[], object]) -> None:
        """Become the one who collects the task; while another kernel does, wait and look.

        Args:
            busy: called at each look that finds another kernel at work.
        """
        while not await self._parts.database_thread.run(self._may_go_on):
            busy()
            await asyncio.sleep(BUSY)
        self.is_ours, self.is_new = True, False

    def _may_go_on(self) -> bool:
        """Claim the task, or find that it is over and none has to. On a worker."""
        journal = self._parts.store.journal
        found = journal.get(self._key)
        is_over = found is not None and found.ended_at is not None
        if not is_over and not journal.claim(self._key, self._parts.owner, self._parts.clock()):
            return False
        # What could not be written yet is newer than what the journal says.
        if not self._unwritten:
            self.entry = (found if is_over else journal.get(self._key)) or self.entry
            self.has_read_links = False
        return True

    async def let_go(self) -> None:
        """Let others collect the task."""
        self.is_ours = False
        if self._end_wait():
            await self._write_links()
        if self.line.owner is None and not self._unwritten:
            return  # it has ended, and says so
        await self.quietly(self._parts.store.journal.release, self._key, self._parts.owner)

    async def sending(self) -> Entry:
        """Write down that the POST goes out now; call it right before each POST.

        Raises:
            StoreError: it is not written, so nothing may be sent.
        """

        def line() -> Callable[[], None]:
            entry = self._parts.store.journal.sending(self._key, self._parts.clock())

            def on_disk() -> None:
                self.entry = entry

            return on_disk

        await self._parts.flush.write(line)
        return self.line

    def note_down(
        self, meaning: Mapping[str, Any], move: Callable[..., Entry], *args: Any, **facts: Any
    ) -> Coroutine[Any, Any, Entry]:
        """Write down a step that has happened already; a failure does not undo it.

        Steps are written in the order of these calls, whenever each is awaited.

        Args:
            meaning: how the step changes the entry, should the journal not take it now.
            move: the journal's method.
            args: its arguments.
            facts: its keyword arguments.
        """
        self._unwritten.append(lambda: move(*args, **facts))
        return self._written(meaning, durable=False)

    async def _written(self, meaning: Mapping[str, Any], *, durable: bool) -> Entry:
        try:
            await self._parts.flush.write(self._write_together, durable=durable)
        except StoreError as error:
            log.warning("A step of task %s is not written down yet: %s", self._key, error)
            self.entry = replace(self.line, **meaning)
            self._trouble(error)
        return self.line

    async def accepted(self, task_id: str, receipt: Receipt) -> None:
        """Write down that the service has it, and what it has set aside where that is more.

        Where it was sent again, the task may have been found for another request meanwhile
        (`_found_elsewhere`); then the outcome of this one can still be unknown.
        """
        now, store = self._parts.clock(), self._parts.store
        is_more = (receipt.reserved or 0.0) > (self.line.estimate_high or 0.0)
        was_lost = self.line.failure is not None

        def write() -> Entry:
            several = is_more or was_lost
            both = store.database.write(durable=True) if several else contextlib.nullcontext()
            with both:
                lost = self._found_elsewhere(task_id) if was_lost else None
                if lost is not None:
                    return lost
                entry = store.journal.accepted(self._key, task_id, now, receipt=receipt)
                self._raise_reservation(receipt)
                return entry

        self._unwritten.append(write)
        await self._written(
            {"step": Step.ACCEPTED, "task_id": task_id, "accepted_at": now}, durable=True
        )

    def _found_elsewhere(self, task_id: str) -> Entry | None:
        """See to a task that another request has found, and that the service names for this one.

        The service is right. An equal request keeps the pictures, for they are as good for both,
        and the two change their POSTs; any other has to give the task back.

        Returns:
            The entry, whose outcome is still unknown; `None` where the task is this one's.
        """
        store, line = self._parts.store, self.line
        holder = store.journal.holder(self._key, task_id)
        if holder is None:
            return None
        if are_equal(holder, line):
            error = OutcomeUnknown(
                "The service names a task that was found for an equal request, which has its "
                "pictures. What became of this one is not known."
            )
            theirs, mine = holder.failure or {}, line.failure or {}
            told = {name: theirs.get(name) for name in ("lost_at", "doubt_since")}
            # What is not the one's is not the other's: they ask for the same.
            ruled_out = {**(mine.get("ruled_out") or {}), **(theirs.get("ruled_out") or {})}
            record = failure_record(error, **told, ruled_out=ruled_out or None)
            return store.journal.exchange(self._key, holder.key, record)
        is_back = store.journal.disown(holder.key, task_id, "the service names it for another")
        if is_back and holder.estimate_high is not None:
            store.ledger.lower_to(holder.key, holder.estimate_high)
        return None

    async def reserved(self, receipt: Receipt) -> None:
        """Write down what the service has set aside for a task that was taken up."""
        await self._parts.database_thread.run(self._raise_reservation, receipt)

    def _raise_reservation(self, receipt: Receipt) -> None:
        if receipt.reserved is None:
            return
        try:
            self._parts.store.ledger.raise_to(self._key, receipt.reserved, self._parts.clock())
        except StoreError as error:  # the task's id is worth more than a sum
            log.warning("Task %s: %s", self._key, error)

    def ready(self, links: Sequence[str], until: float, receipt: Receipt | None) -> None:
        """Know where the pictures are; it is written with the end, or in `SOON` seconds.

        A kernel that dies before reads the task once more, and loses nothing.

        Args:
            links: the pictures' addresses, in order.
            until: Unix seconds until which they work.
            receipt: credits as the service reported them, where it did.
        """
        self.has_read_links = True
        self.entry = replace(
            self.line,
            step=Step.READY,
            results=tuple(links),
            links_until=until,
            receipt=receipt or self.line.receipt,
        )
        if self._soon is None:
            later = asyncio.get_running_loop().call_later
            self._soon = later(SOON, lambda: self._end_wait() and spawn(self._write_links()))

    def _end_wait(self) -> bool:
        """Wait no longer with the links; whether they were still to be written."""
        timer, self._soon = self._soon, None
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _write_links(self) -> Coroutine[Any, Any, Entry]:
        links, until, receipt = self.line.results, self.line.links_until, self.line.receipt
        return self.note_down(
            {"step": Step.READY, "results": links, "links_until": until, "receipt": receipt},
            self._parts.store.journal.ready,
            self._key,
            links,
            until=until,
            receipt=receipt,
        )

    async def adopted(self, task_id: str) -> bool:
        """Take an id that was found for the lost reply, unless another task has it; durable.

        Raises:
            StoreError: it can't be written.
        """
        journal, now = self._parts.store.journal, self._parts.clock()

        def write() -> bool:
            self._write_all()  # the loss first: after the find it could not be written any more
            is_given = journal.adopt(self._key, task_id, now)
            if is_given:
                self.entry = journal.get(self._key)
            return is_given

        return await self._parts.database_thread.run(write)

    async def disowned(self, task_id: str, why: str) -> bool:
        """Write down that a task that was found for a lost reply is another's; durable.

        The journal's line and the reservation are as before the find: both, or neither.

        Returns:
            Whether it was taken back; `False` where another kernel was quicker.

        Raises:
            StoreError: it is not written; the task still counts as found.
        """
        self._end_wait()  # its links are not ours to write down
        store, high = self._parts.store, self.line.estimate_high

        def write() -> bool:
            self._write_all()
            with store.database.write(durable=True):
                taken_back = store.journal.disown(self._key, task_id, why)
                if taken_back and high is not None:
                    store.ledger.lower_to(self._key, high)
            self.entry = store.journal.get(self._key) or self.entry
            return taken_back

        return await self._parts.database_thread.run(write)

    async def saved(self, receipt: Receipt | None) -> None:
        """Write down that every picture is a file, and what the service charged."""
        now = self._parts.clock()
        await self._ended(
            {"step": Step.SAVED},
            self._settle(receipt, now),
            self._parts.store.journal.finished,
            now,
            links=self.line.results,
            until=self.line.links_until,
            receipt=receipt,
        )

    async def lost(self, error: EvolinkError, receipt: Receipt | None) -> None:
        """Write down that nothing can bring the pictures any more, though they are paid for."""
        now, record = self._parts.clock(), failure_record(error)
        await self._ended(
            {"step": Step.FAILED, "failure": record},
            self._settle(receipt, now),
            self._parts.store.journal.failed,
            record,
            now,
            receipt=receipt,
        )

    async def failed(self, error: EvolinkError, receipt: Receipt | None) -> None:
        """Write down that the service gave up, and give the credits back unless it kept them."""
        now, record = self._parts.clock(), failure_record(error)
        is_charged = error.billed is not Billed.NO  # perhaps spent counts as spent
        await self._ended(
            {"step": Step.FAILED, "failure": record},
            self._settle(receipt, now) if is_charged else self._release(now),
            self._parts.store.journal.failed,
            record,
            now,
            receipt=receipt,
        )

    async def refused(self, error: EvolinkError) -> None:
        """Write down that the request surely was not accepted, and give its credits back."""
        now, record = self._parts.clock(), failure_record(error)
        await self._ended(
            {"step": Step.REFUSED, "failure": record},
            self._release(now),
            self._parts.store.journal.refused,
            record,
            now,
        )

    async def _ended(
        self,
        meaning: Mapping[str, Any],
        keep_books: Callable[[], None],
        move: Callable[..., Entry],
        *args: Any,
        **facts: Any,
    ) -> None:
        """Write an end into journal and ledger: both, or neither.

        A kernel killed between the two would leave credits reserved for a task that no kernel
        takes up any more.
        """

        self._end_wait()  # the end says it, too

        def write() -> Entry:
            with self._parts.store.database.write():
                entry = move(self._key, *args, **facts)
                keep_books()
                return entry

        await self.note_down(meaning, write)
        self._learn()

    def _settle(self, receipt: Receipt | None, now: float) -> Callable[[], None]:
        """What puts the service's charge in place of what was reserved."""
        return lambda: self._parts.store.ledger.settle(self._key, receipt or Receipt(), now)

    def _release(self, now: float) -> Callable[[], None]:
        """What gives back the reserved credits: it was surely not charged."""
        return lambda: self._parts.store.ledger.release(self._key, now)

    async def quietly(self, function: Callable[..., object], *args: object) -> None:
        """Book-keeping whose failure must not spoil what the task has achieved."""
        try:
            await self._parts.database_thread.run(function, *args)
        except StoreError as error:
            log.warning("Task %s: %s", self._key, error)

    def _write_all(self) -> None:
        while self._unwritten:
            self.entry = self._unwritten[0]()
            del self._unwritten[0]

    def _write_together(self) -> Callable[[], None]:
        """The same in a shared transaction: a step waits until that is written."""
        steps = tuple(self._unwritten)
        written = [write() for write in steps]

        def then() -> None:
            # Another of ours that waited with this one may have written them, too.
            while self._unwritten and self._unwritten[0] in steps:
                del self._unwritten[0]
            self.entry = written[-1] if written else self.entry

        return then
