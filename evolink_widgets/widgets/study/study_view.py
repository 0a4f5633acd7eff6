"""`StudyView`: the cells of a study by two axes; any of them is bought by itself, by a press."""

from __future__ import annotations

import contextvars
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

import traitlets

from evolink_widgets.batches.run import BatchRun
from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.batches.study.cells import CellState
from evolink_widgets.batches.study.pivot import Pivot, no_axis, pivoted
from evolink_widgets.batches.study.study import Study
from evolink_widgets.core.loop import call_on_loop
from evolink_widgets.core.task import Task, TaskState
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.tasks.played import NOT_CHARGED
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import sheet
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import assets, describe, money
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.saved_runs import finished
from evolink_widgets.widgets.base.teller import Teller
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.gallery.thumbnails import ThumbnailSender
from evolink_widgets.widgets.pictures.picture_panel import PicturePanel
from evolink_widgets.widgets.study.static_grid import pictures_of, static_grid

__all__ = ["StudyView"]


_EDGE = 320
"""The longest edge of a picture in a cell, in pixels."""

_SHEET = 24
"""Pictures of the copy that stays for what takes no HTML."""


class _Bought(NamedTuple):
    """A purchase as the press tickets know it."""

    key: str
    run: BatchRun


class StudyView(PicturePanel):
    """A grid of a study's cells by two axes; buys nothing but the cells that are pressed for.

    Usually made by `s.grid(x=..., y=..., facet=...)`. The labels of both axes stay in sight, the
    other axes are turned by a control each, and the same keys zoom everywhere (+, − and 0).

    Args:
        study: whose cells are shown.
        x: the axis across; by default the longest that is left.
        y: the axis down; by default the prompt, or the first.
        facet: the axis whose levels are turned over in sight; by default none.

    Traits:
        x, y, facet: the axes by name; "" is none.
        at: of each axis that is neither across nor down the level in sight, by its number.
        zoom: a cell's edge in pixels, from 56 to 304.
        images: the pictures that are here, in the order of the cells.
        selected: ids of the selected pictures, `"<cell>.<repeat>"`, both from 0.

    Raises:
        ConfigurationError: the study has no such axis, or one is named twice.

    Example:
        >>> s = ew.study("a {animal}, {style}", animal=["fox", "owl"], style=["ink", "oil"])
        >>> view = ew.StudyView(s, x="style", y="animal")
        >>> view.x = "animal"
    """

    _esm = assets.esm("study")
    _css = assets.css("study")

    x = traitlets.Unicode("").tag(sync=True)
    y = traitlets.Unicode("").tag(sync=True)
    facet = traitlets.Unicode("").tag(sync=True)
    at = traitlets.Dict(value_trait=traitlets.Int(), key_trait=traitlets.Unicode()).tag(sync=True)
    zoom = traitlets.Int(128, min=56, max=304).tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {
        **PicturePanel._handlers,
        "want": "_on_want",
        "studyCell": "_on_study_cell",
        "buyCell": "_on_buy_cell",
        "figure": "_on_figure",
    }
    _forms: ClassVar[tuple[str, ...]] = (*PicturePanel._forms, "figure")

    def __init__(
        self,
        study: Study,
        *,
        x: str | None = None,
        y: str | None = None,
        facet: str | None = None,
        **traits: Any,
    ) -> None:
        self._study = study
        self._crossed: list[Cell] = list(study._all)
        self._told: list[tuple[str, int]] = []
        self._teller = Teller("a study", self._tell)
        self._followed_runs: list[BatchRun] = []
        self._figure = b""
        pivot = pivoted(study._axes, x, y, facet)
        super().__init__(x=pivot.x, y=pivot.y, facet=pivot.facet, **traits)
        self._thumbnails = ThumbnailSender(lambda name: self._find(name)[0], self.send, _EDGE)
        self._leave.append(study.watch(self._began))
        for run in study._runs:
            self._follow_run(run)

    @traitlets.validate("x", "y", "facet")
    def _check_axis(self, proposal: Any) -> str:
        name = str(proposal["value"])
        if name and name not in self._study.axes:
            raise traitlets.TraitError(no_axis(self._study._axes, proposal["trait"].name, name))
        return name

    # -- what runs say -------------------------------------------------------------------------

    def _began(self, run: BatchRun) -> None:
        self._follow_run(run)
        call_on_loop(self._teller.changed)

    def _follow_run(self, run: BatchRun) -> None:
        # In a context of its own: what is told later is told for the cell that runs then.
        self._followed_runs.append(run)
        self._leave.append(contextvars.Context().run(run.subscribe, self._teller.changed))

    async def _tell(self) -> None:
        """Send what has changed."""
        changes = await outgoing_pictures.workers.run(self._changes)
        if changes:
            self.send({"kind": "cells", "changes": changes, "head": self._head()})
            self._companion.update()
            self._reflect_soon()

    def _changes(self) -> list[list[Any]]:
        before, now = self._told, self._letters()
        self._told = now
        if len(before) != len(now):
            return []  # no page has asked yet
        return [
            [place, *new]
            for place, (old, new) in enumerate(zip(before, now, strict=True))
            if old != new
        ]

    def _letters(self) -> list[tuple[str, int]]:
        return [(one.letter, one.have) for one in self._study._cells.states().values()]

    def _head(self) -> dict[str, Any]:
        states = list(self._study._cells.states().values())
        here = sum(state.letter == "n" for state in states)
        credits = sum(state.credits or 0.0 for state in states)
        making = sum(state.letter in "rq" for state in states)
        said = [f"{here:,} of {counted(len(states), 'cell')}"]
        if making:
            said.append(f"{making:,} on their way")
        if credits:
            said.append(f"{money.amount(credits)} credits")
        return {"text": " · ".join(said), "ended": not making}

    def _now(self, name: str) -> Any:
        return tuple(image for _, image in self._named())

    # -- what the browser says -----------------------------------------------------------------

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        self._pages += 1
        self._answer_later(content, lambda: ("welcome", self._welcome([])))
        self._companion.meet_page()
        return None

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        cells, axes = self._study._cells, self._study._axes
        cells.look()
        self._told = self._letters()
        self._reflect_soon()
        prices: dict[str, int] = {}
        priced = []
        found = cells.price()
        for cell in self._crossed:
            text = money.span(found[cell]) if cell in found else ""
            priced.append(prices.setdefault(text, len(prices)))
        self._shown_uncharged = self._study._session().simulated
        return {
            "axes": [{"name": axis.name, "levels": list(axis.said)} for axis in axes.axes],
            "letters": "".join(letter for letter, _ in self._told),
            "have": [have for _, have in self._told],
            "prices": list(prices),
            "priced": priced,
            "repeats": self._study.repeats,
            "simulated": self._study._session().simulated,
            "badge": self._study._session().badge,
            "head": self._head(),
        }

    def _on_want(self, content: dict[str, Any]) -> Answer:
        places = content.get("places")
        names = [str(one) for one in places] if isinstance(places, list) else []
        self._thumbnails.want(str(content.get("view")), names)
        return "ok", {}

    def _on_study_cell(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "studyCell", self._cell_told, content.get("place"))

    def _cell_told(self, given: object) -> dict[str, Any]:
        cell = self._cell(given)
        state = self._study._cells.state(cell)
        axes = self._study._axes
        rows = [[axis.name, axis.said[at]] for axis, at in zip(axes.axes, cell, strict=True)]
        if state.credits is not None and state.letter == "n":
            cost = f"{money.amount(state.credits)} credits" if state.credits else ""
            rows.append([_charge_word(state), cost or "0, from the store"])
        return {
            "rows": rows,
            "why": describe.trouble(state.error) if state.error is not None else "",
            "buys": state.can_be_bought,
            "pictures": [
                None if image is None else outgoing_pictures.words_of(image)
                for image in state.images
            ],
        }

    def _on_buy_cell(self, content: dict[str, Any]) -> Answer:
        self._answer_later(content, lambda: self._buy_cell(content))
        return None

    def _buy_cell(self, content: dict[str, Any]) -> Answer:
        """Buy one cell for one press.

        Raises:
            AskFirst: it may cost more than the page buys without a question.
            EvolinkError: it is here or on its way, or a press has just asked for it.
        """
        cell = self._cell(content.get("place"))
        state = self._study._cells.state(cell)
        if not state.can_be_bought:
            raise EvolinkError(
                "This cell is here, or on its way: nothing was asked for.", advice="Look at it."
            )
        if money.is_limited(content):
            price, simulated = self._study._cells.price()[cell], self._study._session().simulated
            money.check_unasked(price, content["most"], simulated)
        place = self._crossed.index(cell)
        self._presses.buy(
            content.get("press"),
            ("cell", place),
            lambda: _Bought(f"cell{place}", self._study.buy_cell(cell)),
        )
        return "ok", {}

    # -- pictures by their names ---------------------------------------------------------------

    def _cell(self, given: object) -> Cell:
        try:
            place = int(str(given))
            return self._crossed[place if place >= 0 else len(self._crossed)]
        except (ValueError, IndexError):
            raise EvolinkError("This study has no such cell.", advice="Show it again.") from None

    def _find(self, name: object) -> tuple[GeneratedImage, TaskState]:
        place, _, repeat = str(name).partition(".")
        images = self._study._cells.state(self._cell(place)).images
        image = images[int(repeat)] if repeat.isdigit() and int(repeat) < len(images) else None
        if image is None:
            raise EvolinkError("There is no picture of this yet.", advice="Look again later.")
        return image, finished([image])

    def _named(self) -> Iterator[tuple[str, GeneratedImage]]:
        for place, state in enumerate(self._study._cells.states().values()):
            for repeat, image in enumerate(state.images):
                if image is not None:
                    yield f"{place}.{repeat}", image

    def _landed(self, tasks: list[Task]) -> Iterable[tuple[str, int, GeneratedImage]]:
        return ()  # pages ask for what is in view

    # -- a figure ------------------------------------------------------------------------------

    def _on_figure(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "ok", self._draw_figure)

    def _draw_figure(self) -> dict[str, Any]:
        self._figure = self._study._figure_bytes("png", self._pivot())
        return {}

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        if what != "figure":
            return super()._piece(picture, what, offset)
        part = self._figure[offset : offset + outgoing_pictures.CHUNK]
        told = {"total": len(self._figure), "offset": offset, "type": "image/png"}
        return {**told, "name": "study.png"}, part

    # -- being shown ---------------------------------------------------------------------------

    def _pivot(self) -> Pivot:
        y = "" if self.y == self.x else self.y
        facet = "" if self.facet in (self.x, y) else self.facet
        return Pivot(self._study._axes, self.x, y, facet, dict(self.at))

    def _static_html(self) -> str:
        self._look_once()
        return static_grid(self._study, self._pivot(), self._key, self._head()["text"])

    def _static_picture(self) -> dict[str, str]:
        self._look_once()
        return sheet(list(pictures_of(self._study, self._pivot(), _SHEET).values()))

    def _look_once(self) -> None:
        if not self._pages:  # a page has looked already
            self._study._cells.look()

    def __repr__(self) -> str:
        by = f"{self.y} by {self.x}" if self.y else self.x
        return f"<StudyView, {by}, {counted(len(self._crossed), 'cell')}>"

    def close(self) -> None:
        """Take the view away; what was asked for goes on."""
        if self.comm is not None:
            self._thumbnails.stop()
        super().close()


def _charge_word(state: CellState) -> str:
    """What stands beside a cell's credits: nothing is charged for what was played."""
    images = [image for image in state.images if image is not None]
    if any(image.recorded for image in images):
        return NOT_CHARGED.lower()
    return "would cost" if any(image.simulated for image in images) else "charged"
