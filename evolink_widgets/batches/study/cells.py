"""What each cell of a crossing has now: pictures of the store and of runs, failures, a price.

A cell of the design has its pictures where the batch's rows have theirs. A cell beside it takes
those that come after, should its recipe be one of the design's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from evolink_widgets.batches.batch import costs_of
from evolink_widgets.batches.rows.plan import Plan
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.batches.runs.outcome import Outcome, is_worth_retrying
from evolink_widgets.core import loop
from evolink_widgets.core.session import Session
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.pool import Offer

if TYPE_CHECKING:
    from collections.abc import Callable

    from evolink_widgets.batches.study.balance import Cell

__all__ = ["CellState", "Cells", "Slot"]


class Crossed(Protocol):
    """What is asked of a study."""

    _all: list[Cell]
    _runs: list[BatchRun]
    _plan: Plan
    _session: Callable[[], Session]

    @property
    def design_cells(self) -> tuple[Cell, ...]: ...
    @property
    def repeats(self) -> int: ...
    def _crossing(self) -> Plan: ...
    def _current_plan(self) -> Plan: ...


@dataclass(frozen=True)
class Slot:
    """Where a cell's pictures are among those of its recipe.

    Attributes:
        request: for one picture.
        start: the place of the first.
        in_design: whether the design has it.
    """

    request: ImageRequest
    start: int
    in_design: bool


@dataclass(frozen=True)
class CellState:
    """One cell.

    Attributes:
        letter: "n" has pictures, "r" is being made, "q" waits to be asked for, "f" did not come,
            "d" is in the design and not bought, "." is not in the design, "x" breaks a rule.
        images: a place for each repeat.
        credits: what a run was charged for it; `None` where no run has told.
        error: why it did not come.
    """

    letter: str
    images: tuple[GeneratedImage | None, ...] = ()
    credits: float | None = None
    error: EvolinkError | None = None

    @property
    def have(self) -> int:
        """How many pictures are here."""
        return sum(image is not None for image in self.images)

    @property
    def can_be_bought(self) -> bool:
        """Whether asking for it may bring it."""
        return self.letter in "d." or (
            self.letter == "f" and (self.error is None or is_worth_retrying(self.error))
        )


class Cells:
    """What every cell of a study's crossing has.

    Args:
        study: whose cells they are.
    """

    def __init__(self, study: Crossed) -> None:
        self._study = study
        self._slots: dict[Cell, Slot | None] = {}
        self._slots_of: object = None
        self._stored: dict[ImageRequest, tuple[GeneratedImage | None, ...]] = {}

    def __contains__(self, cell: object) -> bool:
        return cell in self.slots()

    def slot(self, cell: Cell) -> Slot | None:
        """Where a cell's pictures are; `None` for one that breaks a rule, or is none."""
        return self.slots().get(cell)

    def slots(self) -> Mapping[Cell, Slot | None]:
        """The same of every cell, in the order of the crossing."""
        study = self._study
        plan, crossing = study._current_plan(), study._crossing()
        design = study.design_cells
        here = (plan, crossing, len(design))
        if self._slots_of != here:
            own = {cell: plan.cells[at * study.repeats] for at, cell in enumerate(design)}
            after = {wanted.request: wanted.need for wanted in plan.wanted}
            slots: dict[Cell, Slot | None] = {}
            for cell, crossed in zip(study._all, crossing.cells, strict=True):
                slots[cell] = None
                if crossed is None:
                    continue
                request = crossing.wanted[crossed[0]].request
                mine = own.get(cell)
                start = mine[1] if mine is not None else after.get(request, 0)
                slots[cell] = Slot(request, start, cell in own)
                if mine is None:
                    after[request] = start + study.repeats
            self._slots, self._slots_of = slots, here
        return self._slots

    def look(self) -> None:
        """Look in the store. Blocks, a second for thousands of cells; not on the core's loop.

        Raises:
            StoreError: the store can't be read.
        """
        session, need = self._study._session(), self._needs()
        requests = list(need)
        counts = session.stored_counts(requests)
        asked = [
            (request, min(count, need[request]))
            for request, count in zip(requests, counts, strict=True)
            if count
        ]
        found: dict[ImageRequest, tuple[GeneratedImage | None, ...]] = {}

        def take(at: int, offers: list[Offer]) -> None:
            found[asked[at][0]] = tuple(offer.image for offer in offers)

        loop.wait_on_loop(session.find_stored(asked, take))
        self._stored = found

    def price(self) -> Mapping[Cell, Estimate]:
        """What the pictures of each cell would cost."""
        crossing, repeats = self._study._crossing(), self._study.repeats
        once = costs_of(self._study._session(), crossing.wanted)
        found = {}
        for cell, place in zip(self._study._all, crossing.cells, strict=True):
            if place is not None:
                share = repeats / crossing.wanted[place[0]].need
                cost = once[place[0]]
                found[cell] = Estimate(cost.low * share, cost.high * share, cost.basis, repeats)
        return found

    def states(self) -> dict[Cell, CellState]:
        """Every cell, in the order of the crossing, as it is now; reads no file and no database."""
        news = self._news()
        return {cell: self._state(slot, news) for cell, slot in self.slots().items()}

    def state(self, cell: Cell) -> CellState:
        """One cell as it is now."""
        return self._state(self.slot(cell), self._news())

    def _needs(self) -> dict[ImageRequest, int]:
        need: dict[ImageRequest, int] = {}
        for slot in filter(None, self.slots().values()):
            last = slot.start + self._study.repeats
            need[slot.request] = max(need.get(slot.request, 0), last)
        return need

    def _news(self) -> Mapping[ImageRequest, tuple[str, Outcome | None]]:
        """What runs say of recipes, the newest run last."""
        found: dict[ImageRequest, tuple[str, Outcome | None]] = {}
        for run in tuple(self._study._runs):
            wanted, letters = run._plan.wanted, run.cells()
            for place, letter in zip(run._meant, letters, strict=False):
                if letter == "." and run._ended.is_set():
                    continue
                found[wanted[place].request] = letter, run._outcomes.get(place)
        return found

    def _state(
        self, slot: Slot | None, news: Mapping[ImageRequest, tuple[str, Outcome | None]]
    ) -> CellState:
        if slot is None:
            return CellState("x")
        letter, outcome = news.get(slot.request, ("", None))
        places = range(slot.start, slot.start + self._study.repeats)
        images = tuple(self._image(slot.request, outcome, place) for place in places)
        is_told = outcome is not None and len(outcome.images) > slot.start
        credits, error = None, None
        if outcome is not None and is_told:
            paid = [one for one in outcome.credits[slot.start : places.stop] if one is not None]
            credits, error = sum(paid), outcome.error
        if None not in images:
            return CellState("n", images, credits)
        if letter in ("r", "."):
            return CellState("r" if letter == "r" else "q", images)
        if any(images):
            return CellState("n", images, credits, error)
        if letter == "f" and is_told:
            return CellState("f", images, credits, error)
        return CellState("d" if slot.in_design else ".", images)

    def _image(
        self, request: ImageRequest, outcome: Outcome | None, place: int
    ) -> GeneratedImage | None:
        for images in (outcome.images if outcome else (), self._stored.get(request, ())):
            image = _at(images, place)
            if image is not None:
                return image
        return None


def _at(images: Sequence[GeneratedImage | None], place: int) -> GeneratedImage | None:
    return images[place] if place < len(images) else None
