"""`Buyer`: brings what a batch wants, from the store first; all of it runs on the core's loop.

What the store has is taken in bulk, without a task. The rest is asked for in order, a bounded
number at a time, each ask an execution of its own. An error that is not a row's own (no room in
the budget, no network, a full disk) holds what is unsent: nothing that was sent is given up, and
what is never sent says why.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from evolink_widgets.batches.rows.files import ReferenceFiles
from evolink_widgets.batches.rows.plan import Wanted
from evolink_widgets.batches.runs.outcome import Meaning, Outcome, meaning_of
from evolink_widgets.core import loop
from evolink_widgets.core.loop import Workers
from evolink_widgets.core.money import Terms
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task, TaskState, withdrawn
from evolink_widgets.errors import Billed, EvolinkError
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.runtime.deadline import deadline
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.pool import Offer

__all__ = ["AT_ONCE", "PAUSES", "Buyer"]

log = logging.getLogger("evolink_widgets")

AT_ONCE = 480
"""Recipes asked for and not ended: a little more than the core has out of one key, so that room
there never waits for us, and few enough that memory does not grow with the frame."""

_readers = Workers("evolink-references", 2)
"""Reads and converts reference files; a few rows ahead of those that are sent."""

PAUSES = (2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 60.0, 120.0, 120.0, 180.0)
"""Seconds before one more is sent after the service could not be reached; then the run ends."""


@dataclass
class AtWork:
    """One recipe that is being asked for.

    Attributes:
        tasks: its asks.
        leave: ends the subscription to each.
        open: keys of the tasks that have not ended.
        began: when it was asked for, on a clock that never jumps.
    """

    tasks: list[Task] = field(default_factory=list)
    leave: list[Callable[[], None]] = field(default_factory=list)
    open: set[str] = field(default_factory=set)
    began: float = 0.0


class Buyer:
    """Brings the pictures of recipes, and tells what came of each.

    Args:
        session: where they are asked for.
        wanted: all recipes.
        order: those that are to be brought (their places in `wanted`), in order.
        terms: the caps that hold.
        estimates: what each of all recipes may cost; on the loop none is found out anew, for
            that reads the database.
        files: read before a row is sent, where that was not done yet.
        ended: told of each recipe's end: its place and what came of it.
        changed: told that something else has changed.
        raises: whether the first error of a row ends the sending.
    """

    def __init__(
        self,
        session: Session,
        wanted: Sequence[Wanted],
        order: Sequence[int],
        terms: Terms,
        estimates: Sequence[Estimate],
        files: ReferenceFiles,
        *,
        ended: Callable[[int, Outcome], object],
        changed: Callable[[], object],
        raises: bool = False,
    ) -> None:
        self.session = session
        self.wanted = wanted
        self.order = list(order)
        self.at_work: dict[int, AtWork] = {}
        self.is_paused = False
        self.held: EvolinkError | None = None
        self.halted: EvolinkError | None = None
        self.looks_again_at: float | None = None
        self.credits = 0.0
        self.unreported = 0
        self._terms = terms
        self._estimates = estimates
        self._files = files
        self._ended = ended
        self._changed = changed
        self._raises = raises
        self._is_closed = False
        self._leave_session = session.when_closed(self._session_closes)
        self._name = uuid4().hex
        self._queue: list[tuple[int, int]] = []
        self._ranks = {place: rank for rank, place in enumerate(self.order)}
        self._wake = asyncio.Event()
        self._failures = 0
        self._tight: Meaning | None = None
        self._withdrawing: set[str] = set()
        self._taken_back: set[str] = set()
        self._bought: dict[tuple[str, int], float | None] = {}
        # Of a task whose pictures are paid for and not here: what each of them was charged.
        self._to_come: dict[str, float] = {}

    def goes_on_from(self, before: Buyer) -> None:
        """Know what an earlier one of the same run has bought: its pictures are no reused ones."""
        self._bought |= before._bought
        self._to_come |= before._to_come

    @property
    def unsent(self) -> int:
        """How many recipes are not asked for yet."""
        return len(self._queue)

    @property
    def rendering(self) -> int:
        """How many recipes are at work and may have been sent."""
        return len(self.at_work)

    async def run(self) -> None:
        """Bring all of them; what can't be brought has its reason when this returns."""
        try:
            await self._take_from_store()
            await self._buy()
        except EvolinkError as error:
            self.halted = self.halted or error
        except Exception as exc:
            log.exception("A batch came to an unexpected end")
            self.halted = EvolinkError(f"Something unexpected happened: {exc!r}.")
        self._leave_session()
        self.held = self.looks_again_at = None
        why = self.halted or withdrawn()
        while self._queue:
            _, place = heapq.heappop(self._queue)
            self._ended(place, Outcome.unsent(self.wanted[place].need, why))
        self._changed()

    def pause(self) -> None:
        """Send nothing more for now; what was sent goes on."""
        self.is_paused = True
        self._withdraw()
        self._tell()

    def resume(self) -> None:
        """Go on with what is unsent, and look at once where a pause was to pass first."""
        self.is_paused, self.looks_again_at, self.held = False, None, None
        self._tell()

    def stop(self, why: EvolinkError | None = None) -> None:
        """Send nothing more; it ends when what was sent has ended."""
        self.halted = self.halted or why or withdrawn()
        self._withdraw()
        self._tell()

    def _session_closes(self) -> None:
        """Send nothing more: its session has been closed, and stops what was asked for."""
        self._is_closed = True
        self._tell()

    # From the store.

    async def _take_from_store(self) -> None:
        asked = [(self.wanted[place].request, self.wanted[place].need) for place in self.order]
        taken: set[int] = set()

        def found(at: int, offers: list[Offer]) -> None:
            place = self.order[at]
            taken.add(place)
            images = tuple(offer.image for offer in offers)
            self._ended(place, Outcome(images, *self._credits_and_reused(images)))

        self._queue = [(rank, place) for place, rank in self._ranks.items()]
        try:
            await self.session.find_stored(asked, found)
        finally:
            self._queue = [one for one in self._queue if one[1] not in taken]
            heapq.heapify(self._queue)
        self._changed()

    # By asking.

    async def _buy(self) -> None:
        while self.at_work or (self._queue and not self._is_halted):
            self._fill()
            await self._sleep()

    def _fill(self) -> None:
        """Ask for as many as may be out at once."""
        most = min(AT_ONCE, len(self.at_work) + 1) if self._tight else AT_ONCE
        while self._queue and len(self.at_work) < most and self._may_send:
            _, place = heapq.heappop(self._queue)
            self.at_work[place] = AtWork(began=monotonic())
            if self._files.is_unread(self.wanted[place].request):
                loop.spawn(self._read_and_ask(place), name="evolink-batch-references")
            else:
                self._ask(place)
        self._changed()

    @property
    def _may_send(self) -> bool:
        return not self.is_paused and self.held is None and not self._is_halted

    @property
    def _is_halted(self) -> bool:
        """Whether no more is asked for: it was halted, or its session has been closed."""
        return self.halted is not None or self._is_closed

    async def _read_and_ask(self, place: int) -> None:
        wanted = self.wanted[place]
        try:
            wanted.request = await _readers.run(self._files.read, wanted.request)
        except EvolinkError as error:
            self._never_sent(place, error)
        except Exception as exc:
            log.exception("A reference of a batch could not be read")
            self._never_sent(place, EvolinkError(f"Its references could not be read: {exc!r}."))
        else:
            if self._may_send:
                self._ask(place)
            else:
                del self.at_work[place]
                self._put_back(place)
        self._look_for_room()
        self._tell()

    async def _sleep(self) -> None:
        """Wait for news; or until it is time to look whether the service is back."""
        left = None
        if self.looks_again_at is not None and not self.is_paused:
            left = max(0.0, self.looks_again_at - monotonic())
        try:
            async with deadline(left):
                await self._wake.wait()
        except TimeoutError:
            self.held, self.looks_again_at = None, None
        self._wake.clear()

    def _tell(self) -> None:
        self._wake.set()
        self._changed()

    def _ask(self, place: int) -> None:
        wanted = self.wanted[place]
        asks = wanted.asks()
        # Asks of one recipe get different pictures within one execution; one alone needs none.
        execution: tuple[object, ...] | None = None
        if len(asks) > 1 or wanted.apart:
            execution = ("batch", self._name, None if wanted.apart else place)
        work = self.at_work[place]
        try:
            for request in asks:
                task = self._submit(place, request, execution)
                work.tasks.append(task)
                work.open.add(task.key)
        except EvolinkError as error:
            for task in work.tasks:
                task.stop()
            self._never_sent(place, error)
            return
        for task in list(work.tasks):
            work.leave.append(task.subscribe(self._listener(place, task)))

    def _never_sent(self, place: int, error: EvolinkError) -> None:
        """A row could not be asked for; or no row can be now."""
        work = self.at_work.pop(place)
        if not self._goes_back(place, error, work.tasks):
            self._ended(place, Outcome.unsent(self.wanted[place].need, error))
            if self._raises:
                self.stop(error)

    def _submit(self, place: int, request: ImageRequest, execution: Hashable) -> Task:
        is_whole = len(self.wanted[place].asks()) == 1
        return self.session.submit(
            request,
            execution=execution,
            terms=self._terms,
            estimate=self._estimates[place] if is_whole else None,
        )

    def _listener(self, place: int, task: Task) -> Callable[[TaskState], None]:
        def listen(state: TaskState) -> None:
            work = self.at_work.get(place)
            if work is None or task.key not in work.open:
                return
            if state.stage.ended and task.key not in self._withdrawing:
                self._task_ended(place, work, task)
            elif state.stage is Stage.QUEUED and (self.is_paused or self._is_halted):
                # It was just being sent, and was turned away: it would be sent again.
                asyncio.get_running_loop().call_soon(self._withdraw)

        return listen

    def _task_ended(self, place: int, work: AtWork, task: Task) -> None:
        work.open.discard(task.key)
        self._note_charge(task)
        if work.open:
            return
        for leave in work.leave:
            leave()
        del self.at_work[place]
        error = next((one.error for one in work.tasks if one.error is not None), None)
        if error is None or not self._goes_back(place, error, work.tasks):
            outcome = self._outcome(place, work, error)
            if outcome.error is None and not outcome.is_free:
                self._failures = 0
                self._tight = self._tight if self._tight is Meaning.ROOM else None
            self._ended(place, outcome)
            if self._raises and outcome.error is not None:
                self.stop(outcome.error)
        if error is None or error is not self.held:  # its own refusal has made no room
            self._look_for_room()
        self._tell()

    def _look_for_room(self) -> None:
        """A row has ended: what was held for want of room is tried again."""
        if self.looks_again_at is None:
            self.held = None

    def _goes_back(self, place: int, error: EvolinkError, tasks: Sequence[Task]) -> bool:
        """Whether it is to be asked for again, or never was sent, as the error is not its own."""
        meaning = meaning_of(error)
        was_withdrawn = error.billed is Billed.NO and type(error) is type(withdrawn())
        # The pause may be over, where another ask of the recipe was on its way meanwhile.
        by_us = self._withdraws or not self._taken_back.isdisjoint(task.key for task in tasks)
        if was_withdrawn and by_us:
            self._put_back(place, tasks)
            return True
        if meaning is Meaning.ROW:
            return False
        if meaning is Meaning.END or error.billed is not Billed.NO:
            self.halted = self.halted or error
            if error.billed is not Billed.NO:
                return False
        elif meaning is Meaning.ROOM:
            self._tight, self.held = meaning, error
            if not self.at_work:
                self.halted = self.halted or error
        elif self.halted is None:
            self._hold_for_a_while(error)
        self._put_back(place, tasks)
        return True

    @property
    def _withdraws(self) -> bool:
        """Whether what was withdrawn was taken back by this run, and not by a person."""
        return self.is_paused or self._is_halted

    def _hold_for_a_while(self, error: EvolinkError) -> None:
        if self.looks_again_at is not None:
            return  # many fail together: that is one failure
        if self._failures >= len(PAUSES):
            self.halted = error
            return
        self.held, self._tight = error, Meaning.PAUSE
        self.looks_again_at = monotonic() + PAUSES[self._failures]
        self._failures += 1

    def _put_back(self, place: int, tasks: Iterable[Task] = ()) -> None:
        """Ask for it again later, at the store first, where what some asks have brought is."""
        for task in tasks:
            task.give_back()
        heapq.heappush(self._queue, (self._ranks[place], place))

    def _withdraw(self) -> None:
        """Take back what is asked for and was not sent; it is free of charge."""
        for place, work in list(self.at_work.items()):
            for task in work.tasks:
                if task.key in work.open and task.state.stage is Stage.QUEUED:
                    self._take_back(place, work, task)

    def _take_back(self, place: int, work: AtWork, task: Task) -> None:
        self._withdrawing.add(task.key)
        task.stop()
        self._withdrawing.discard(task.key)
        if task.state.stage is Stage.STOPPED:  # it has just been sent after all
            task.resume()
        elif place in self.at_work:
            self._taken_back.add(task.key)
            self._task_ended(place, work, task)

    def _note_charge(self, task: Task) -> None:
        """Remember what was charged for each picture that this run has bought."""
        state = task.state
        reused = frozenset() if state.reused is None else state.reused.slots
        own = [one for one in state.images if (one.task_key, one.index) not in reused]
        charged = None if state.receipt is None else state.receipt.charged
        self.credits += charged or 0.0
        share = None if charged is None else charged / max(1, len(own))
        self.unreported += len(own) if charged is None else 0
        for image in own:
            self._bought[image.task_key, image.index] = share
        if charged and not own:  # paid for, and still to be fetched
            self._to_come[task.key] = charged / max(1, state.expected - len(state.images))

    def _outcome(self, place: int, work: AtWork, error: EvolinkError | None) -> Outcome:
        images: list[GeneratedImage | None] = []
        for task in work.tasks:
            placed = dict(task.state.placed)
            images += [placed.get(at) for at in range(task.request.n)]
        if error is None and None in images:
            error = _not_all(images)
        missed = None if error is None else _charged_for_nothing(work.tasks, error)
        credits, reused = self._credits_and_reused(images, missed)
        return Outcome(tuple(images), credits, reused, monotonic() - work.began, error)

    def _credits_and_reused(
        self, images: Sequence[GeneratedImage | None], missed: float | None = None
    ) -> tuple[tuple[float | None, ...], tuple[bool, ...]]:
        """What this run was charged for each picture, and whether it came from the store.

        Args:
            images: the pictures; `None` for one that did not come.
            missed: what was charged for each of those.
        """
        credits: list[float | None] = []
        reused: list[bool] = []
        for image in images:
            slot = None if image is None else (image.task_key, image.index)
            is_ours = slot is not None and (slot in self._bought or slot[0] in self._to_come)
            reused.append(slot is not None and not is_ours)
            if slot is None:
                credits.append(missed)
            elif slot in self._bought:
                credits.append(self._bought[slot])
            else:
                credits.append(self._to_come.get(slot[0], 0.0))
        return tuple(credits), tuple(reused)


def _not_all(images: Sequence[GeneratedImage | None]) -> EvolinkError:
    """The service says that it is done, and has made fewer pictures than were asked for."""
    from evolink_widgets.errors import TaskFailed

    come = sum(image is not None for image in images)
    return TaskFailed(f"{come} of {len(images)} pictures came; what did not come is not charged.")


def _charged_for_nothing(tasks: Sequence[Task], error: EvolinkError) -> float | None:
    """What was charged for pictures that are not here, each; `None` where that is not known."""
    if error.billed is Billed.NO:
        return 0.0
    charges = [task.receipt.charged for task in tasks if task.receipt and not task.images]
    known = [charge for charge in charges if charge is not None]
    missing = sum(task.request.n - len(task.images) for task in tasks)
    return sum(known) / max(1, missing) if known else None
