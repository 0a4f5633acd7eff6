"""The pen: draws one subject in units of its own on a small tile with a mask.

A subject's box is 100 units high and ``wide`` units wide; x grows to the right, y downwards, and
100 is where it stands. The ``inside`` pen colours only what is drawn already: stripes, shadows and
faces never reach beyond the silhouette.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageDraw

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter
from evolink_widgets.emulator.painter.drawing.curves import Point, outline, oval, read_path, ribbon
from evolink_widgets.emulator.painter.drawing.letters import lettered

Picture = tuple["Callable[[Pen], None]", float, Colour]
"""How another thing is drawn: its artist, its width and its colour."""


class Pen:
    """Drawing verbs in the subject's units. Faces right unless flipped afterwards."""

    def __init__(
        self,
        wide: float,
        height: int,
        main: Colour,
        *,
        rng: Random,
        detail: int,
        lit: bool,
        margin: float = 14.0,
    ) -> None:
        self.main = main
        """The subject's leading colour."""
        self.rng = rng
        self.detail = detail
        """0 low, 1 medium, 2 high."""
        self.lit = lit
        """Are lamps and windows lit."""
        self.text: str | None = None
        """A sign's words, or a page's title."""
        self.items: tuple[str, ...] = ()
        """Names of a page's parts."""
        self.icons: tuple[Picture | None, ...] = ()
        """How the parts are drawn, where that is known."""
        self.role = ""
        """Which one of its kind it is, as the prompt says it."""
        self.traits: frozenset[str] = frozenset()
        """How a being looks."""
        self.hair: Colour | None = None
        self.eyes: list[tuple[float, float, float]] = []
        """Where it looks from: x, y and size of each eye, in the subject's units."""
        self.person = False
        """Is it one of us: a face over a neck."""
        self.filled = False
        """Is something else set into it."""
        self.lettering = 0.0
        """How large the largest letters on it are, in tile pixels."""
        self.seated = False
        """In the saddle: the near leg hangs over the mount's side."""
        self.scale = height / 100
        self.margin = margin
        self.size = (
            max(4, round((wide + 2 * margin) * self.scale)),
            max(4, round((100 + 2 * margin) * self.scale)),
        )
        self.tile = Image.new("RGB", self.size, main)
        self.mask = Image.new("L", self.size)
        self._ink = ImageDraw.Draw(self.tile, "RGBA")
        self._cut = ImageDraw.Draw(self.mask)
        self._inside = False
        self.lights: list[tuple[float, float, float, Colour, float]] = []

    @property
    def dark(self) -> Colour:
        """The leading colour in shadow."""
        return darker(self.main, 0.35)

    @property
    def pale(self) -> Colour:
        """The leading colour in light."""
        return lighter(self.main, 0.35)

    @property
    def inside(self) -> Pen:
        """The same pen, held so that it cannot cross the silhouette."""
        other = object.__new__(Pen)
        other.__dict__ = dict(self.__dict__)
        other._inside = True
        return other

    def spot(self, x: float, y: float) -> Point:
        """Tile pixels of a place in the subject's units."""
        return (x + self.margin) * self.scale, (y + self.margin) * self.scale

    def poly(self, points: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
        """A polygon with straight sides."""
        if len(points) < 3:
            return
        at = [self.spot(x, y) for x, y in points]
        self._ink.polygon(at, fill=(*colour, round(alpha * 255)))
        if not self._inside:
            self._cut.polygon(at, fill=255)

    def blob(self, path: str, colour: Colour, alpha: float = 1.0) -> None:
        """A closed outline through the points of ``path``, smooth but for its corners."""
        self.poly(outline(read_path(path), steps=5 + 2 * self.detail), colour, alpha)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: Colour,
        turn: float = 0.0,
        alpha: float = 1.0,
    ) -> None:
        """An ellipse, turned clockwise by ``turn`` degrees."""
        self.poly(oval(x, y, rx, ry, turn, 44 if rx + ry > 12 else 24), colour, alpha)

    def rect(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        colour: Colour,
        round_by: float = 0.0,
        alpha: float = 1.0,
    ) -> None:
        """A box with round corners."""
        (left, top), (right, bottom) = (
            self.spot(min(x0, x1), min(y0, y1)),
            self.spot(max(x0, x1), max(y0, y1)),
        )
        if right - left < 1 or bottom - top < 1:
            return
        radius = min(round_by * self.scale, (right - left) / 2, (bottom - top) / 2)
        self._ink.rounded_rectangle(
            (left, top, right, bottom), radius, fill=(*colour, round(alpha * 255))
        )
        if not self._inside:
            self._cut.rounded_rectangle((left, top, right, bottom), radius, fill=255)

    def stroke(
        self,
        path: str,
        start: float,
        end: float | None,
        colour: Colour,
        *,
        belly: float = 0.0,
        alpha: float = 1.0,
        caps: bool = True,
    ) -> None:
        """A smooth tapering stroke: legs, tails, branches. ``end`` None keeps the width."""
        last = start if end is None else end
        nodes = read_path(path)
        points = outline(nodes, closed=False, steps=5 + 2 * self.detail)
        self.poly(ribbon(points, start, last, belly), colour, alpha)
        if caps and alpha == 1.0:
            for (x, y), width in ((points[0], start), (points[-1], last)):
                if width > 0.6:
                    self.oval(x, y, width / 2, width / 2, colour)

    def line(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        width: float,
        colour: Colour,
        alpha: float = 1.0,
    ) -> None:
        """A straight bar of constant width with square ends."""
        self.poly(ribbon([(x0, y0), (x1, y1)], width, width), colour, alpha)

    def arc(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        start: float,
        end: float,
        width: float,
        colour: Colour,
    ) -> None:
        """A bent line: part of an ellipse, degrees clockwise from three o'clock."""
        ring = oval(x, y, rx, ry, 0, 72)
        a, b = round(start / 5), round(end / 5)
        points = [ring[k % 72] for k in range(a, b + 1)]
        self.poly(ribbon(points, width, width), colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour) -> None:
        """A circle line that leaves its middle open."""
        (left, top), (right, bottom) = (
            self.spot(x - radius, y - radius),
            self.spot(x + radius, y + radius),
        )
        thick = max(1, round(width * self.scale))
        self._ink.ellipse((left, top, right, bottom), outline=colour, width=thick)
        if not self._inside:
            self._cut.ellipse((left, top, right, bottom), outline=255, width=thick)

    def hole(self, path: str) -> None:
        """Cut an opening out of the silhouette."""
        points = outline(read_path(path), steps=6)
        self._cut.polygon([self.spot(x, y) for x, y in points], fill=0)

    def light(
        self,
        x: float,
        y: float,
        radius: float,
        colour: Colour = (255, 214, 140),
        strength: float = 0.8,
    ) -> None:
        """A light that shines into the air around it once everything is drawn."""
        self.lights.append((*self.spot(x, y), radius * self.scale, colour, strength))

    def words(
        self,
        text: str,
        x: float,
        y: float,
        wide: float,
        high: float,
        colour: Colour,
        *,
        bold: float = 0.0,
        most: float = 100.0,
    ) -> float:
        """Letter ``text`` around (x, y), as large as the box allows; returns its size in pixels."""
        box = wide * self.scale, high * self.scale
        size = lettered(
            self._ink, text, self.spot(x, y), box, colour, bold=bold, most=most * self.scale
        )
        self.lettering = max(self.lettering, size)
        return size

    def picture(self, picture: Picture, x: float, y: float, high: float) -> None:
        """Draw another thing around (x, y), ``high`` units tall."""
        artist, wide, main = picture
        other = Pen(wide, max(8, round(high * self.scale)), main, rng=self.rng,
                    detail=self.detail, lit=False)  # fmt: skip
        artist(other)
        left, top = self.spot(x, y)
        at = round(left - other.size[0] / 2), round(top - other.size[1] / 2)
        self.tile.paste(other.tile, at, other.mask)
        if not self._inside:
            self.mask.paste(255, at, other.mask)

    def eye(self, x: float, y: float, size: float, iris: Colour = (30, 24, 32)) -> None:
        """A dark eye with a spark."""
        self.eyes.append((x, y, size))
        self.oval(x, y, size, size * 1.1, iris)
        self.oval(x + size * 0.35, y - size * 0.4, size * 0.34, size * 0.34, (255, 255, 255))
