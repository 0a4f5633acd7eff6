"""What every step of a task may read, write and report: its journal entry, state and pictures.

The steps (`send`, `follow`, `collect`, …) know this class alone; the runner, which calls them in
turn, stands above them.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from evolink_widgets.core.loop import spawn
from evolink_widgets.core.money import Terms
from evolink_widgets.core.shared.task_search import surely_not_accepted
from evolink_widgets.core.steps.record import OPEN, TaskRecord
from evolink_widgets.core.task import Stage, stopped
from evolink_widgets.errors import Billed, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.journal.journal import Entry, Step

if TYPE_CHECKING:
    from evolink_widgets.core.executions import Ask
    from evolink_widgets.core.shared.balance import Reading
    from evolink_widgets.core.shared.parts import SessionParts
    from evolink_widgets.core.task import Task

T = TypeVar("T")


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
        is_held: whether it is this kernel's to collect already.
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
        is_held: bool,
    ) -> None:
        self.parts = parts
        self.registry = registry
        self.key = key
        self.recipe = recipe
        self.request = recipe.request
        self.terms = terms
        self.record = TaskRecord(
            parts, key, entry, self._trouble, learn=registry.learn, is_held=is_held
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
            SpendingRefused: spending is switched off.
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
        if self.record.entry is None:  # it waits, or shows how what it waits for gets on
            return _CHARGED_BY_STAGE.get(self.task.state.stage, Billed.LATER)
        if self.is_unsent():
            return Billed.NO
        if self.task.id is None:
            return Billed.UNKNOWN
        return Billed.YES if self.record.step in (Step.READY, Step.SAVED) else Billed.LATER

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
            found = await self.parts.pictures.run(self.parts.store.gallery.images, self.key)
            self.mine = {image.index: image for image in found}
            self.show()

    def landed(self, image: GeneratedImage) -> None:
        """Take in a picture of its own purchase."""
        self.mine[image.index] = image
        if not self.task.state.stage.ended:
            self.show()

    def is_unsent(self) -> bool:
        """Whether nothing of it is, or may come to be, accepted."""
        entry = self.record.entry
        if entry is None:
            return not self.awaited
        if not self.record.is_held:  # another kernel's: what it does with it is not known here
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
