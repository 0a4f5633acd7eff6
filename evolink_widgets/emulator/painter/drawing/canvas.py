"""The canvas: a picture under work, larger than the result so that edges come out smooth.

Hard shapes are drawn straight on it (they become anti-aliased when the canvas is brought to its
final size); soft things (skies, glows, mist) are made small and stretched, which is quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

from evolink_widgets.emulator.painter.drawing.colour import Colour, Stops, at

Point = tuple[float, float]


@lru_cache(maxsize=8)
def _falloff(power: float) -> Image.Image:
    """A round soft spot, 255 in the middle and 0 at the rim."""
    spot = Image.radial_gradient("L")
    edge = 180.0  # the gradient reaches 255 in the corners of its square, 181 at its sides
    return spot.point([round(255 * max(0.0, 1 - level / edge) ** power) for level in range(256)])


@lru_cache(maxsize=1)
def _down() -> Image.Image:
    """A vertical ramp, 0 at the top and 255 at the bottom, one pixel wide."""
    return Image.linear_gradient("L").resize((1, 256))


class Canvas:
    """An RGB picture with the drawing verbs that the painters share. Units are canvas pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.unit = float(min(width, height))
        self.image = Image.new("RGB", (width, height))
        self._pencil()

    def _pencil(self) -> None:
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def replace(self, image: Image.Image) -> None:
        """Go on with another picture of the same size."""
        self.image = image
        self._pencil()

    def wash(self, stops: Stops, top: float = 0, bottom: float | None = None) -> None:
        """Fill the rows from ``top`` to ``bottom`` with a vertical gradient."""
        start = max(0, round(top))
        end = self.height if bottom is None else min(self.height, round(bottom))
        if end <= start:
            return
        steps = min(256, end - start)
        column = Image.new("RGB", (1, steps))
        span = max(1.0, (self.height if bottom is None else bottom) - top)
        scale = (end - start) / steps
        column.putdata(
            [at(stops, (start - top + (step + 0.5) * scale) / span) for step in range(steps)]
        )
        self.image.paste(
            column.resize((self.width, end - start), Image.Resampling.BILINEAR), (0, start)
        )

    def polygon(self, points: Sequence[Point], colour: Colour, alpha: float = 1.0) -> None:
        """Fill a polygon."""
        if len(points) > 2:
            self.draw.polygon(points, fill=(*colour, round(255 * alpha)))

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, colour: Colour, alpha: float = 1.0
    ) -> None:
        """Fill an ellipse around (x, y)."""
        self.draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=(*colour, round(255 * alpha)))

    def rect(
        self, box: tuple[float, float, float, float], colour: Colour, alpha: float = 1.0
    ) -> None:
        """Fill the box (left, top, right, bottom); an empty box draws nothing."""
        if box[2] > box[0] and box[3] > box[1]:
            self.draw.rectangle(box, fill=(*colour, round(255 * alpha)))

    def line(
        self, points: Sequence[Point], width: float, colour: Colour, alpha: float = 1.0
    ) -> None:
        """Draw a line of constant width."""
        self.draw.line(
            list(points),
            fill=(*colour, round(255 * alpha)),
            width=max(1, round(width)),
            joint="curve",
        )

    def stain(
        self,
        mask: Image.Image,
        colour: Colour,
        box: tuple[float, float, float, float] | None = None,
        strength: float = 1.0,
    ) -> None:
        """Lay ``colour`` through a soft mask stretched over ``box`` (default: everything)."""
        left, top, right, bottom = box or (0.0, 0.0, float(self.width), float(self.height))
        x0, y0 = max(0, round(left)), max(0, round(top))
        x1, y1 = min(self.width, round(right)), min(self.height, round(bottom))
        if x1 <= x0 or y1 <= y0 or strength <= 0:
            return
        across, down = mask.width / (right - left), mask.height / (bottom - top)
        part = (
            max(0.0, (x0 - left) * across),
            max(0.0, (y0 - top) * down),
            min(float(mask.width), (x1 - left) * across),
            min(float(mask.height), (y1 - top) * down),
        )
        if part[2] - part[0] < 1e-3 or part[3] - part[1] < 1e-3:
            return
        if strength != 1.0:
            mask = mask.point([min(255, round(level * strength)) for level in range(256)])
        soft = mask.resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR, box=part)
        self.image.paste(colour, (x0, y0, x1, y1), soft)

    def glow(
        self,
        x: float,
        y: float,
        radius: float,
        colour: Colour,
        strength: float = 1.0,
        *,
        squash: float = 1.0,
        power: float = 2.0,
    ) -> None:
        """A soft round light (or, in a dark colour, a soft shadow)."""
        high = radius * squash
        self.stain(_falloff(power), colour, (x - radius, y - high, x + radius, y + high), strength)

    def mist(
        self, top: float, bottom: float, colour: Colour, strength: float, *, rising: bool = False
    ) -> None:
        """A band of haze, thickest at ``bottom`` (or at ``top`` when ``rising``)."""
        ramp = _down()
        if rising:
            ramp = ramp.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        self.stain(ramp, colour, (0, top, self.width, bottom), strength)

    def vignette(self, colour: Colour, strength: float) -> None:
        """Darken the corners a little."""
        mask = Image.radial_gradient("L").point(
            [round(max(0, level - 120) * 255 / 135) for level in range(256)]
        )
        self.stain(mask, colour, None, strength)
