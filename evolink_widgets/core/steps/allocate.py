"""What one ask takes from the store, waits for, and buys: decided at once, in one transaction.

Two cells, threads or processes that ask for the same at the same time meet in the database:
the first to come writes down that it buys, and the next one finds that and waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from evolink_widgets.core.executions import Ask
from evolink_widgets.core.money import Terms, check_open, check_spending
from evolink_widgets.core.steps.buy import buy
from evolink_widgets.core.stored import Stored
from evolink_widgets.core.task import Stage, TaskState, stopped
from evolink_widgets.errors import EvolinkError, SpendingRefused
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.pool import Offer, Slot
from evolink_widgets.store.journal.failures import error_from, failure_record
from evolink_widgets.store.journal.journal import Entry
from evolink_widgets.store.journal.new_names import new_key

if TYPE_CHECKING:
    from evolink_widgets.core.shared.parts import SessionParts
    from evolink_widgets.core.steps.context import TaskContext

ASKED_BEFORE = "These pictures were asked for before; waiting for them."
GOING_ON = "Going on may buy what others did not bring"
ANEW = "To pay for new ones, whatever became of those, ask with fresh=True."


class PicturesMissing(Exception):
    """An ask ends without all of its pictures, whatever became of its own purchase.

    Args:
        stage: how it ends.
        error: why, with the truth about the money.
    """

    def __init__(self, stage: Stage, error: EvolinkError) -> None:
        super().__init__(error.message)
        self.stage = stage
        self.error = error


class TakeUp(Protocol):
    """Finds or starts another task of the journal; `core.recovery.recover.take_up` does."""

    async def __call__(
        self, key: str, *, entry: Entry | None = None, to_send: bool = False
    ) -> TaskContext | None:
        """Return the task, at work; `None` where there is none to be taken up.

        Args:
            key: the task's local key.
            entry: its line in the journal, where that is known.
            to_send: whether it is a purchase of our own that was just decided.
        """


class Allocation:
    """The places of one ask, and what fills each: stored pictures, open tasks or a purchase.

    Args:
        parts: the session's parts.
        recipe: the whole ask.
        identities: the pools that may answer, in order.
        ask: the ask's part in the run of the cell.
        take_up: starts the tasks that are waited for.
    """

    def __init__(
        self,
        parts: SessionParts,
        recipe: Recipe,
        identities: Sequence[str],
        ask: Ask,
        *,
        take_up: TakeUp,
    ) -> None:
        self.ask = ask
        self.images: dict[int, GeneratedImage] = {}
        self.own: tuple[int, ...] = ()
        self.lost: list[TaskContext] = []
        self.gone: tuple[str, ...] = ()
        self._parts = parts
        self._recipe = recipe
        self._identities = tuple(identities)
        self._take_up = take_up
        self._waiting: dict[int, Slot] = {}
        self._reused: list[Offer] = []
        self._mine: set[Slot] = set()
        self._bought: set[str] = set()
        self._others: dict[str, TaskContext] = {}

    @property
    def is_short(self) -> bool:
        """Whether pictures are missing that the ask itself does not buy."""
        return bool(self._waiting or self._empty())

    @property
    def reused(self) -> Stored | None:
        """What did not have to be bought again."""
        return stored_of(self._reused)

    @property
    def loss(self) -> str | None:
        """What was paid for before and is not there any more, where that was bought anew."""
        if not self.gone:
            return None
        return f"{_names(self.gone)} not in the store's folder any more, and bought anew"

    @property
    def awaited(self) -> frozenset[str]:
        """Keys of the tasks of others that it waits for."""
        return frozenset(slot.key for slot in self._waiting.values())

    def withdraw_twins(self) -> frozenset[str]:
        """Stop what the ask took up, where that was not sent yet, and return the keys of those.

        The first handle was waited for in vain and given up for this one: what is still to be
        sent would be bought for no handle that anything waits for.
        """
        twins = [
            other
            for key, other in self._others.items()
            if key in self.awaited and other.shares_set_of(self.ask) and other.is_unsent()
        ]
        for twin in twins:
            twin.stop()
        return frozenset(twin.key for twin in twins)

    def place_of(self, number: int) -> int:
        """The place of a picture that the ask itself has bought, by its number there."""
        if number < len(self.own):
            return self.own[number]
        return self._recipe.request.n + number - len(self.own)  # more came than was asked for

    def part(self, n: int) -> Recipe:
        """The recipe of so many of the pictures."""
        return replace(self._recipe, request=replace(self._recipe.request, n=n))

    def take(self, key: str, terms: Terms, *, own: bool) -> Entry | None:
        """Fill the empty places: from the store, from open tasks, by a purchase. On a worker.

        Args:
            key: the purchase's local key, should there be one.
            terms: what it may cost.
            own: whether the purchase is the ask's own; otherwise it is waited for.

        Returns:
            The purchase's entry in the journal, not sent yet; `None` where nothing is bought.

        Raises:
            SpendingRefused: something is missing and may not be bought; nothing was taken.
            PicturesMissing: the same, for as long as a lesson's check is open.
            StoreError: it can't be read, or what has to be bought not written down.
        """
        empty = self._empty()
        with self.ask.execution.lock:
            offers, entry = self._choose(len(empty)), None
            missing = len(empty) - len(offers)
            if missing:
                gone = self._parts.pool.gone(self._identities)[:missing]
                self._check_spending(missing, gone)
                with self._parts.store.database.write():
                    # Again, now that no other process can write.
                    offers = self._choose(len(empty))
                    missing = len(empty) - len(offers)
                    if missing:
                        if not own:
                            with _stopped_by_a_check():
                                check_open(GOING_ON)
                        entry = buy(self._parts, key, self.part(missing), terms)
                        self.gone += tuple(gone[:missing])
            self._note(empty, offers, entry, own)
            self.ask.take(self._mine)
        return entry

    async def fill(self, context: TaskContext) -> None:
        """Wait for what others bring, and buy what they fail to.

        Raises:
            PicturesMissing: it may be paid for and is not here, or it could not be bought.
        """
        self.lost.clear()
        while self.is_short:
            if self._empty():
                await context.uninterrupted(self._take_more(context))
            keys = {slot.key for slot in self._waiting.values()}
            ends = await asyncio.gather(
                *(self._bring(context, key) for key in keys), return_exceptions=True
            )
            for end in ends:
                if isinstance(end, BaseException):
                    raise end

    async def _take_more(self, context: TaskContext) -> None:
        key, run = new_key(), self._parts.database_thread.run
        try:
            entry = await run(self.take, key, context.terms, own=False)
        except EvolinkError as error:
            raise PicturesMissing(Stage.REFUSED, error) from None
        context.show()
        if entry is not None:
            self._bought.add(key)
            await self._take_up(key, entry=entry, to_send=True)

    async def _bring(self, context: TaskContext, key: str) -> None:
        """Wait for one task, and take its pictures as they land."""
        wanted = {place: slot.number for place, slot in self._waiting.items() if slot.key == key}
        with _stopped_by_a_check():
            other = await self._take_up(key)
        if other is not None:
            self._others[key] = other
            leave = other.task.subscribe(lambda state: self._mirror(context, other, wanted, state))
            try:
                await other.own_end.wait()
                await other.left()  # stopped before it was sent: it is withdrawn first
            finally:
                leave()
            self._take_from(context, other, wanted)
        for place in wanted:
            del self._waiting[place]
        missing = wanted.keys() - self.images.keys()
        await self._parts.database_thread.run(
            self._give_back, {Slot(key, wanted[one]) for one in missing}
        )
        if missing and other is not None:
            self._raise_if_out(other)

    def _raise_if_out(self, other: TaskContext) -> None:
        """Say what became of a task that brought nothing, unless it was surely not charged."""
        state = other.task.state
        error = state.error or stopped(state.task_id, other.charge())
        if other.is_open:
            self.lost.append(other)
            raise PicturesMissing(state.stage, _for_another(error))
        if other.key in self._bought:
            raise PicturesMissing(state.stage, error)

    def _mirror(
        self, context: TaskContext, other: TaskContext, wanted: Mapping[int, int], state: TaskState
    ) -> None:
        """Show how the task that is waited for gets on."""
        self._take_from(context, other, wanted)
        if not self.own and not state.stage.ended and not context.task.state.stage.ended:
            context.tell(
                stage=state.stage,
                progress=state.progress,
                left=state.left,
                note=state.note or ASKED_BEFORE,
            )

    def _take_from(
        self, context: TaskContext, other: TaskContext, wanted: Mapping[int, int]
    ) -> None:
        landed = {
            place: other.mine[number]
            for place, number in wanted.items()
            if number in other.mine and place not in self.images
        }
        if not landed:
            return
        self.images |= landed
        receipt = other.task.receipt
        if other.key in self._bought:
            context.tell(receipt=receipt)
        else:
            share = None
            if receipt is not None and receipt.charged is not None:
                # One that is still being fetched was paid for with the others.
                together = max(len(other.mine), len(other.books.line.results))
                share = receipt.charged / together
            paid_at = other.task.state.started_at
            notebook = other.books.line.origin
            for place, image in landed.items():
                slot = Slot(other.key, wanted[place])
                self._reused.append(Offer(slot, image, share, paid_at, notebook))
        context.show()

    def _empty(self) -> list[int]:
        filled = {*self.images, *self.own, *self._waiting}
        return [place for place in range(self._recipe.request.n) if place not in filled]

    def _choose(self, n: int) -> list[Offer]:
        return self._parts.pool.choose(
            n,
            self._identities,
            service=self._parts.service,
            taken=self.ask.others | self._mine,
            now=self._parts.clock(),
        )

    def _note(
        self, empty: Sequence[int], offers: Sequence[Offer], entry: Entry | None, own: bool
    ) -> None:
        for place, offer in zip(empty, offers, strict=False):
            self._mine.add(offer.slot)
            if offer.image is None:
                self._waiting[place] = offer.slot
            else:
                self.images[place] = offer.image
                self._reused.append(offer)
        if entry is None:
            return
        bought = {place: Slot(entry.key, at) for at, place in enumerate(empty[len(offers) :])}
        self._mine.update(bought.values())
        if own:
            self.own = tuple(bought)
        else:
            self._waiting |= bought

    def _give_back(self, slots: set[Slot]) -> None:
        """Let this and later asks take them, should they come after all. On a worker."""
        self._mine -= slots
        with self.ask.execution.lock:
            self.ask.slots.difference_update(slots)

    def _check_spending(self, missing: int, gone: Sequence[str]) -> None:
        n = self._recipe.request.n
        what = "This picture is" if n == 1 else f"{missing} of {n} pictures are"
        libraries = self._parts.store.libraries
        said = f"{what} not in the store"
        if libraries:
            kind = "the library" if len(libraries) == 1 else "the libraries"
            said += f", nor in {kind} {' and '.join(one.name for one in libraries)}"
        if self.ask.others:  # a loop takes one after the other
            said += ", beside those that this run of the cell has taken"
        if gone:
            said += f" ({_names(gone)} not there any more: moved or deleted)"
        check_spending(
            self._parts.may_spend, said, lambda: [library.problem for library in libraries]
        )


@contextlib.contextmanager
def _stopped_by_a_check() -> Iterator[None]:
    """What an open check refuses here can be resumed after it: the ask is not over."""
    try:
        yield
    except SpendingRefused as refusal:
        raise PicturesMissing(Stage.STOPPED, refusal) from None


def stored_of(offers: Sequence[Offer]) -> Stored | None:
    """What the pictures that are here cost, in one statement; `None` where none is."""
    here = [(offer, offer.image) for offer in offers if offer.image is not None]
    if not here:
        return None
    shares = [offer.credits for offer, _ in here]
    known = [share for share in shares if share is not None]
    notebooks = {offer.notebook for offer, _ in here}
    return Stored(
        pictures=len(here),
        credits=sum(known) if len(known) == len(shares) else None,
        paid_at=max(offer.paid_at or 0.0 for offer, _ in here),
        notebook=notebooks.pop() if len(notebooks) == 1 else None,
        simulated=all(image.simulated or image.recorded for _, image in here),
        recorded=any(image.recorded for _, image in here),
        slots=frozenset((offer.slot.key, offer.slot.number) for offer, _ in here),
        libraries=tuple(dict.fromkeys(offer.library for offer, _ in here if offer.library)),
        borrowed=sum(offer.library is not None for offer, _ in here),
    )


def _names(files: Sequence[str]) -> str:
    """The first of some files, how many more there are, and the verb."""
    more = len(files) - 1
    return f"{files[0]} and {more} more are" if more else f"{files[0]} is"


def _for_another(error: EvolinkError) -> EvolinkError:
    """The error of one task as another ask is told of it, which can do one thing more."""
    twin = error_from(failure_record(error), error.task_id)
    twin.advice = f"{error.advice} {ANEW}"
    return twin
