"""`Study`: named axes as a batch whose frame is the design; it buys nothing until `create`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import evolink_widgets as public
from evolink_widgets.batches.batch import Batch, costs_of, total_of
from evolink_widgets.batches.rows.frames import Frame, read_frame
from evolink_widgets.batches.rows.plan import Plan, planned
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.batches.study.axes import Axes, Library
from evolink_widgets.batches.study.balance import Balance, Cell, balance_of
from evolink_widgets.batches.study.cells import Cells
from evolink_widgets.batches.study.describe import said_cell, study_html, study_lines
from evolink_widgets.batches.study.designs import all_cells
from evolink_widgets.batches.study.fields import Fields
from evolink_widgets.batches.study.figure import FORMATS, draw_figure
from evolink_widgets.batches.study.fit import Design, Fitted, check_design, fitted
from evolink_widgets.batches.study.pivot import Pivot, pivoted
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.settings import choice, number, seed_of
from evolink_widgets.errors import ConfigurationError, InvalidRequest, StoreError
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.pricing.pricing import estimate as published
from evolink_widgets.rules.request.request import whole_number
from evolink_widgets.store.user_paths import path_of
from evolink_widgets.text.printable import printable

__all__ = ["Study"]

_RUNS = 50
"""Runs that are asked what came of a cell: a press on a cell is one."""


class Study(Batch):
    """Pictures laid out over named axes; a batch whose frame is the design, a row a picture.

    Usually made by `ew.study`. It sends nothing: `create` does.

    Args:
        axes: what is crossed, and what stays the same.
        session: gives the session in use.
        repeats: pictures of each cell.
        design: "full", "fraction" or "latin".
        budget: credits that the design has to fit; also the cap of each run.
        seed: of the chance that chooses among designs that are equal.
        keep_metadata: leave location and camera data in references.

    Attributes:
        axes: the axes by name, each with its levels.
        repeats: pictures of each cell, as many as the budget has room for.
        budget: credits; `None` is no limit.

    Raises:
        InvalidRequest: an axis is used by nothing, or a template or the design can't be made.

    Example:
        >>> s = ew.study("a {animal}, {style}", animal=["fox", "owl"], style=["gouache", "ink"])
        >>> len(s), s.balance.d_efficiency
        (4, 1.0)
    """

    def __init__(
        self,
        axes: Axes,
        session: Callable[[], Session],
        *,
        repeats: int = 1,
        design: Design = "full",
        budget: float | None = None,
        seed: int = 0,
        keep_metadata: bool = False,
    ) -> None:
        self._axes = axes
        self._asked_repeats = _whole(repeats)
        self.budget = None if budget is None else number("budget", budget)
        self.design = choice("design", design, Design)
        self.seed = seed_of("seed", seed)
        check_design(self.design, axes)
        self._fields = Fields(axes)
        self._all = all_cells(axes.counts)
        self._crossing_for: object = None
        self._joined: list[Cell] = []
        self._joining = threading.Lock()
        self._runs: list[BatchRun] = []
        self._watchers: list[Callable[[BatchRun], object]] = []
        self._cells_made: Cells | None = None
        self._session = session
        self._keeps_metadata = keep_metadata
        self._fit = self._fitted(design)
        super().__init__(
            self._frame_of(self._fit.cells),
            self._fields.functions,
            session,
            repeats="rows",
            keep_metadata=keep_metadata,
            said=self._fields.said,
            budget=self.budget,
        )

    def _fitted(self, design: Design) -> Fitted:
        crossing = self._crossing()
        prices = {
            cell: 0.0 if place is None else published(crossing.wanted[place[0]].request).high
            for cell, place in zip(self._all, crossing.cells, strict=True)
        }
        return fitted(
            design,
            self._axes,
            prices,
            repeats=self._asked_repeats,
            budget=self.budget,
            seed=self.seed,
        )

    def _crossing(self) -> Plan:
        """Every cell of the crossing once, as the session in use knows them."""
        session = self._session()
        here = (session.service, session.simulated, session.store.root)
        if self._crossing_for != here:
            rows = [self._axes.labels(cell) for cell in self._all]
            self._crossed = planned(
                read_frame(rows),
                self._fields.functions,
                session,
                repeats="rows",
                keep_metadata=self._keeps_metadata,
            )
            self._crossing_for = here
        return self._crossed

    # What it is made of.

    @property
    def axes(self) -> dict[str, tuple[Any, ...]]:
        """The axes by name, each with its levels as the frame has them."""
        return {axis.name: axis.labels for axis in self._axes.axes}

    @property
    def repeats(self) -> int:
        """How many pictures each cell has."""
        return self._fit.repeats

    @property
    def cells(self) -> int:
        """How many cells are asked for."""
        return len(self._fit.cells) + len(self._joined)

    @property
    def design_cells(self) -> tuple[Cell, ...]:
        """The cells that are asked for, each a level's number for each axis; joined ones last."""
        return (*self._fit.cells, *self._joined)

    @property
    def frame(self) -> Any:
        """The design, a row for each cell and repeat; of the kind that the axes' columns have."""
        return _native(self._rows(self.design_cells), self._axes.library)

    @property
    def balance(self) -> Balance:
        """How even the design is: levels, pairs of levels, D-efficiency."""
        return balance_of(
            self._axes.names, [axis.said for axis in self._axes.axes], self._fit.cells
        )

    @property
    def left_out(self) -> Any:
        """The cells of the design that the budget has no room for, as a frame: a row for each."""
        rows = [self._axes.labels(cell) for cell in self._fit.left_out]
        names = [*self._axes.names, *self._axes.fixed]
        return _native(rows, self._axes.library, names)

    @property
    def estimate_of_all(self) -> Estimate:
        """What every cell with all of its repeats would cost, had the store none of them."""
        crossing, times = self._crossing(), self._asked_repeats
        once = total_of(costs_of(self._session(), crossing.wanted))
        return Estimate(once.low * times, once.high * times, once.basis, once.pictures * times)

    def _rows(self, cells: Sequence[Cell]) -> list[dict[str, Any]]:
        return [
            {**self._axes.labels(cell), "repeat": repeat + 1}
            for cell in cells
            for repeat in range(self._fit.repeats)
        ]

    def _frame_of(self, cells: Sequence[Cell]) -> Frame:
        return read_frame(_native(self._rows(cells), self._axes.library))

    def _join(self, cell: Cell) -> None:
        """Take a cell that is bought by itself into the study."""
        with self._joining:
            if cell in self._fit.cells or cell in self._joined:
                return
            self._joined.append(cell)
            self._frame = self._frame_of(self.design_cells)
            self._planned_for = None
            self._current_plan()

    # Buying.

    def _begin(self, **how: Any) -> BatchRun:
        run = super()._begin(**how)
        # What an older one has brought is in the store.
        self._runs = [*self._runs, run][-_RUNS:]
        for watcher in tuple(self._watchers):
            watcher(run)
        return run

    def buy_cell(self, cell: Cell) -> BatchRun:
        """Buy the pictures of one cell that the store does not have; returns at once with the run.

        A cell that is not in the design joins it: the frame has its rows from now on.

        Args:
            cell: a level's number for each axis.

        Raises:
            ConfigurationError: there is no such cell, or it breaks a rule.
        """
        slot = self._cells.slot(cell)
        if slot is None:
            said = said_cell(self._axes, cell) if cell in self._cells else "it"
            raise ConfigurationError(f"{said} can't be asked for.", advice="s.problems says why.")
        self._join(cell)
        # `errors_only` is about the design, not about one cell of it.
        return self._begin(only=[self._place_of(cell)], is_last=False)

    def _place_of(self, cell: Cell) -> int:
        """The place of a cell's recipe among what the design wants."""
        row = self.design_cells.index(cell) * self._fit.repeats
        found = self._plan.cells[row]
        assert found is not None  # its slot was found: it breaks no rule
        return found[0]

    def watch(self, watcher: Callable[[BatchRun], object]) -> Callable[[], None]:
        """Call `watcher` with each run that begins from now on; returns what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    # Being looked at.

    @property
    def _cells(self) -> Cells:
        """What every cell of the crossing has."""
        if self._cells_made is None:
            self._cells_made = Cells(self)
        return self._cells_made

    def grid(self, x: str | None = None, y: str | None = None, facet: str | None = None) -> Any:
        """Show the cells by two axes; buys nothing. The last line of a cell.

        What is in the store or comes in a run is shown, also of cells that are not in the design.
        The other axes are turned by a control each; `facet` names the one that is in sight.

        Args:
            x: the axis across; by default the longest that is left.
            y: the axis down; by default the prompt, or the first.
            facet: the axis whose levels are turned over.

        Raises:
            ConfigurationError: the study has no such axis, or one is named twice.

        Example:
            >>> s = ew.study("a {animal}, {style}", animal=["fox", "owl"], style=["ink", "oil"])
            >>> view = s.grid(x="style", y="animal")
        """
        return public.StudyView(self, x=x, y=y, facet=facet)

    def figure(
        self,
        dest: str | Path,
        *,
        x: str | None = None,
        y: str | None = None,
        facet: str | None = None,
        dpi: int = 300,
        width_cm: float = 17.0,
    ) -> Path:
        """Draw the cells as a figure for a paper; returns its path. It shows nothing here.

        The levels of `facet` are panels below one another, and repeats stand side by side. In a
        PDF and in SVG text stays text. Needs Matplotlib. A file of that name is replaced.

        Args:
            dest: the file; its name ends in .pdf, .png or .svg.
            x, y, facet: axes, as in `grid`.
            dpi: pixels of an inch, of the pictures in each format.
            width_cm: of the whole; 17 is usual over two columns, 8.5 in one.

        Raises:
            ConfigurationError: an argument can't be used, or Matplotlib is not installed.
            StoreError: the store can't be read, or the file not be written.
        """
        path = path_of(dest, "dest", ConfigurationError)
        kind = path.suffix.lower().lstrip(".")
        if kind not in FORMATS:
            raise ConfigurationError(
                f"dest must end in .pdf, .png or .svg; it is {shown(path.name)}.",
                advice="Name the file so.",
            )
        pivot = pivoted(self._axes, x, y, facet)
        data = self._figure_bytes(
            kind, pivot, int(number("dpi", dpi)), number("width_cm", width_cm)
        )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            raise StoreError(
                f"{path.name} can't be written ({error.strerror}).", advice="Name another place."
            ) from error
        return path

    def _figure_bytes(
        self, kind: str, pivot: Pivot, dpi: int = 300, width_cm: float = 17.0
    ) -> bytes:
        self._cells.look()
        return draw_figure(pivot, self._cells.states(), format=kind, dpi=dpi, width_cm=width_cm)

    # In words.

    def __repr__(self) -> str:
        return printable("\n".join(study_lines(self.facts())))

    def _ipython_display_(self) -> None:
        raise NotImplementedError  # IPython shows `_repr_html_` then: the design is decided first

    def _display_(self) -> object:
        return self.grid()

    def _repr_html_(self) -> str:
        return study_html(self.facts())

    def facts(self) -> dict[str, Any]:
        """What is shown of it: as of any batch, and its axes, its fit and its design."""
        kept: Fitted | None = None
        if self._fit.dropped_repeats and self.design == "full":
            kept = self._fitted("fraction")
        return {
            **super().facts(),
            "axes": self._axes,
            "fit": self._fit,
            "joined": len(self._joined),
            "design": self.design,
            "seed": self.seed,
            "budget": self.budget,
            "balance": self.balance,
            "asked": self._asked_repeats,
            "whole": self.estimate_of_all,
            "price": total_of(self._costs()),
            "instead": kept,
        }


def _whole(repeats: object) -> int:
    found = whole_number(repeats)
    if found is None or not 1 <= found <= 100:
        rule = "must be a whole number from 1 to 100"
        raise InvalidRequest([Problem("repeats", shown(repeats), rule)])
    return found


def _native(
    rows: list[dict[str, Any]], library: Library, names: Sequence[str] | None = None
) -> Any:
    """Rows as a frame of a library; a list of dicts where there is none."""
    if not library:
        return rows
    import narwhals.stable.v2 as nw

    columns = {
        name: _alike([row[name] for row in rows]) for name in names or (rows[0] if rows else ())
    }
    return nw.from_dict(columns, backend=library).to_native()


def _alike(values: list[Any]) -> list[Any]:
    """A column has one type; where levels have several they are text."""
    kinds = {type(value) for value in values}
    return values if len(kinds) < 2 or kinds <= {int, float} else list(map(str, values))
