"""The picture in the making: canvas, scene, light and horizon, as every painter needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from evolink_widgets.emulator.painter.drawing.canvas import Canvas
from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.drawing.colour import Colour
from evolink_widgets.emulator.painter.reading.scene import Scene
from evolink_widgets.emulator.painter.scenery.light import Light


@dataclass
class Glow:
    """A light that shines into the air after all shapes are drawn. Canvas pixels."""

    x: float
    y: float
    radius: float
    colour: Colour
    strength: float


@dataclass
class PaintContext:
    """What every painter of one picture needs to know. All coordinates are canvas pixels."""

    canvas: Canvas
    scene: Scene
    light: Light
    chance: Chance
    detail: int
    """0 low, 1 medium, 2 high."""
    horizon: float
    """Y of the horizon."""
    sun: tuple[float, float]
    """Where the sun or moon stands."""
    shore: float = 0.0
    """Y where land ends and water begins, for places that have both."""
    lettered: bool = False
    """Are the asked-for words on something in the scene, large enough to be read."""
    glows: list[Glow] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Width of the canvas."""
        return self.canvas.width

    @property
    def height(self) -> int:
        """Height of the canvas."""
        return self.canvas.height

    @property
    def unit(self) -> float:
        """The shorter edge: lengths that should not depend on the format."""
        return self.canvas.unit

    @property
    def sun_side(self) -> float:
        """-1 when the light comes from the left, 1 from the right."""
        return -1.0 if self.sun[0] < self.canvas.width / 2 else 1.0

    def rng(self, name: str) -> Random:
        """A stream of chance of its own for ``name``."""
        return self.chance.stream(name)

    def depth_at(self, y: float) -> float:
        """0 at the horizon, 1 at the bottom edge."""
        return min(1.0, max(0.0, (y - self.horizon) / max(1.0, self.height - self.horizon)))

    def ground_at(self, depth: float) -> float:
        """The y of a depth."""
        return self.horizon + (self.height - self.horizon) * depth

    def many(self, count: float) -> int:
        """A number of small details: a third at low quality, more at high."""
        return max(1, round(count * (0.35, 1.0, 1.7)[self.detail]))
