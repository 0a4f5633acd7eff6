"""Draws a study's cells as a figure for a paper: PDF, SVG or PNG, with axis labels and repeats.

It is drawn by Matplotlib, which is asked for only here: in a PDF its text stays text, in a font
that is embedded (DejaVu Sans, which Matplotlib brings, and for other scripts what is installed).
Pillow would make pictures of the words. Nothing of it goes into the notebook.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.batches.study.cells import CellState
from evolink_widgets.batches.study.pivot import Pivot
from evolink_widgets.errors import ConfigurationError, EvolinkError
from evolink_widgets.rules.tasks.played import badge_of
from evolink_widgets.store.gallery.pictures import GeneratedImage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "draw_figure"]

FORMATS = ("pdf", "png", "svg")
_INCH = 2.54
_POINTS = 8.0
"""Of the text, as journals ask for."""

_SMALLEST = 5.0
"""Points to which the heads of narrow columns shrink, so that their words stay whole."""

_GAP = 0.05
"""Inches between cells."""

_LABELS = 0.95
"""Inches for the labels of rows, at most a quarter of the width."""

_LINE = _POINTS * 1.25 / 72
"""Inches of a line; letters stand on four fifths of it."""

_MOST_LINES = 3
_MOST_PIXELS = 60_000_000

_SCRIPTS = ("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans KR", "Noto Sans Arabic",
            "Noto Sans Devanagari", "Hiragino Sans", "Yu Gothic", "Microsoft YaHei",
            "Arial Unicode MS")  # fmt: skip
"""Fonts for what DejaVu Sans does not have, where they are installed."""


def draw_figure(
    pivot: Pivot,
    states: Mapping[Cell, CellState],
    *,
    format: str,
    dpi: int = 300,
    width_cm: float = 17.0,
) -> bytes:
    """The figure as bytes of a file.

    Args:
        pivot: which cells stand where; a facet's levels are panels below one another.
        states: what each cell has; its repeats stand side by side in it.
        format: one of `FORMATS`.
        dpi: pixels of an inch, of the pictures in each format.
        width_cm: of the whole.

    Raises:
        ConfigurationError: Matplotlib is not installed, or the figure would be too large.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.font_manager import fontManager
    except ImportError:
        raise ConfigurationError(
            "A figure is drawn by Matplotlib, which is not installed.",
            advice="pip install matplotlib",
        ) from None
    there = {font.name for font in fontManager.ttflist}
    family = ["DejaVu Sans", *(name for name in _SCRIPTS if name in there)]
    settings: Any = {"font.family": family, "font.size": _POINTS, "pdf.fonttype": 42,
                                "svg.fonttype": "none", "text.usetex": False}  # fmt: skip
    with rc_context(settings):
        sheet = _Sheet(pivot, states, width_cm / _INCH)
        pixels = sheet.width * sheet.height * dpi**2
        if pixels > _MOST_PIXELS:
            raise ConfigurationError(
                f"The figure would be {width_cm:g} × {sheet.height * _INCH:.0f} cm with {dpi} dpi, "
                f"{pixels / 1e6:,.0f} million pixels; {_MOST_PIXELS / 1e6:.0f} are the most.",
                advice="Take a smaller dpi= or width_cm=, or an axis with fewer levels.",
            )
        figure = Figure(figsize=(sheet.width, sheet.height), dpi=dpi, facecolor="white")
        FigureCanvasAgg(figure)
        sheet.draw(figure, dpi)
        out = io.BytesIO()
        figure.savefig(out, format=format, dpi=dpi, metadata=_metadata(format, states))
    return out.getvalue()


class _Sheet:
    """Where everything stands, in inches from the top.

    Args:
        pivot: which cells stand where.
        states: what each has.
        width: of the whole.
    """

    def __init__(self, pivot: Pivot, states: Mapping[Cell, CellState], width: float) -> None:
        self.width = width
        self._states = states
        self._panels = list(pivot.panels())
        self._across, self._down = pivot.labels(pivot.x), pivot.labels(pivot.y)
        words = [pivot.rest, _badge(states)]
        self._foot = " · ".join(filter(None, words))
        self._left = min(_LABELS, width / 4) if any(self._down) else 0.0
        count = len(self._across)
        self._edge = (width - self._left - _GAP * (count - 1)) / count
        if self._edge < 0.1:
            raise ConfigurationError(
                f"{count:,} cells of {pivot.x} do not fit side by side into {width * _INCH:g} cm.",
                advice="Take a larger width_cm=, or this axis down: y=.",
            )
        repeats = max((len(state.images) for state in states.values()), default=1) or 1
        self._columns = math.ceil(math.sqrt(repeats))
        self._small = (self._edge - (self._columns - 1) * _GAP / 2) / self._columns
        self._shape = _tallest(states)
        lines = math.ceil(repeats / self._columns)
        self._row = lines * self._small * self._shape + (lines - 1) * _GAP / 2
        words = [word for label in self._across for word in label.split()]
        longest = max((_width(word, _POINTS) for word in words), default=0.0)
        self._points = max(_SMALLEST, min(_POINTS, _POINTS * self._edge / (longest or 1.0)))
        self._corner = _wrapped(pivot.corner, self._left - _GAP) if self._left else [""]
        self._heads = [_wrapped(label, self._edge, self._points) for label in self._across]
        self._labels = [_wrapped(label, self._left - _GAP) for label in self._down]
        self._row = max(self._row, max(map(len, self._labels)) * _LINE)
        self._top = (max(map(len, (*self._heads, self._corner))) + 0.4) * _LINE
        self._title = 1.5 * _LINE if any(title for title, _ in self._panels) else 0.0
        self._panel = self._title + self._top + len(self._down) * (self._row + _GAP)
        foot = 1.3 * _LINE if self._foot else 0.0
        self.height = len(self._panels) * self._panel + (len(self._panels) - 1) * _LINE + foot

    def draw(self, figure: Figure, dpi: int) -> None:
        """Draw all of it."""
        y = 0.0
        for title, rows in self._panels:
            self._text(figure, 0, y, [title], weight="bold")
            y += self._title
            self._text(figure, 0, y, self._corner, color="0.4")
            for at, head in enumerate(self._heads):
                self._text(figure, self._x(at), y, head, size=self._points)
            y += self._top
            for label, row in zip(self._labels, rows, strict=True):
                self._text(figure, 0, y, label)
                for at, cell in enumerate(row):
                    self._cell(figure, self._x(at), y, self._states[cell], dpi)
                y += self._row + _GAP
            y += _LINE
        self._text(figure, 0, y - 0.8 * _LINE, [self._foot], color="0.4")

    def _x(self, at: int) -> float:
        return self._left + at * (self._edge + _GAP)

    def _cell(self, figure: Figure, x: float, y: float, state: CellState, dpi: int) -> None:
        """The repeats of a cell, side by side; dashed where there is no picture."""
        for at, image in enumerate(state.images or (None,)):
            left = x + (at % self._columns) * (self._small + _GAP / 2)
            top = y + (at // self._columns) * (self._small * self._shape + _GAP / 2)
            self._picture(figure, left, top, image, dpi)

    def _picture(
        self, figure: Figure, x: float, y: float, image: GeneratedImage | None, dpi: int
    ) -> None:
        across, up = self._small / self.width, self._small * self._shape / self.height
        axes = figure.add_axes((x / self.width, 1 - y / self.height - up, across, up))
        axes.set_axis_off()
        pixels = None if image is None else _pixels(image, round(self._small * dpi))
        if pixels is not None:
            axes.imshow(pixels, interpolation="none")
            axes.set_anchor("NW")
            return
        line: Any = {"color": "0.6", "linewidth": 0.5, "linestyle": (0, (4, 3))}
        axes.plot([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], **line)
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(-0.01, 1.01)

    def _text(self, figure: Figure, x: float, y: float, lines: Sequence[str], **style: Any) -> None:
        for number, line in enumerate(lines):
            at = (x / self.width, 1 - (y + (number + 0.8) * _LINE) / self.height)
            # A price's dollars are no formula.
            figure.text(*at, line, va="baseline", ha="left", parse_math=False, **style)


def _tallest(states: Mapping[Cell, CellState]) -> float:
    """Height over width of the tallest picture; what is wider has room below it."""
    shapes = [
        image.height / image.width for state in states.values() for image in state.images if image
    ]
    return max(shapes, default=1.0)


def _pixels(image: GeneratedImage, edge: int) -> Any:
    """A picture as small as it is drawn; `None` for one that is gone."""
    try:
        picture = image.pil.convert("RGB")
    except EvolinkError:
        return None
    picture.thumbnail((max(edge, 8), max(edge, 8)))
    return picture


def _is_simulated(states: Mapping[Cell, CellState]) -> bool:
    return any(image.simulated for state in states.values() for image in state.images if image)


def _badge(states: Mapping[Cell, CellState]) -> str:
    return badge_of(image for state in states.values() for image in state.images if image)


def _width(text: str, points: float) -> float:
    """How wide a text is, in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=points)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that no font has is told of when it is drawn
        width = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]
    return float(width) / 72


def _wrapped(text: str, width: float, points: float = _POINTS) -> list[str]:
    """Lines that fit into a width, three at most; a word that does not fit is cut."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or _width(longer, points) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]} …"]
    return [_cut(line, width, points) for line in lines]


def _cut(line: str, width: float, points: float) -> str:
    kept = line
    while len(kept) > 1 and _width(kept if kept == line else f"{kept}…", points) > width + 0.005:
        kept = kept[:-1]
    return kept if kept == line else f"{kept}…"


def _metadata(format: str, states: Mapping[Cell, CellState]) -> dict[str, Any]:
    """That AI made the pictures, as each format can say it."""
    said = "Pictures made by AI"
    if _is_simulated(states):
        said += ", simulated by an emulator"
    if format == "pdf":
        return {"Title": "A study", "Subject": said, "Keywords": "trainedAlgorithmicMedia"}
    if format == "svg":
        return {"Title": "A study", "Description": said}
    return {"Title": "A study", "Description": f"{said} (trainedAlgorithmicMedia)"}
