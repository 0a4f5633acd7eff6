"""What a place is to the composer: where its horizon lies, what it stands on, who paints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext

Painter = Callable[[PaintContext], None]


@dataclass(frozen=True)
class Place:
    """One setting. Shares are of the picture's height, from the top."""

    name: str
    back: Painter
    """Paints all that lies behind the subjects."""
    front: Painter | None = None
    """Paints what stands between the subjects and the viewer."""
    horizon: tuple[float, float] = (0.5, 0.6)
    stand: tuple[float, float] = (0.45, 0.8)
    """Where feet go, as depths (0 horizon, 1 bottom)."""
    surface: str = "land"
    """"land", "water", "shore" (both), "under", "void", "floor"."""
    indoors: bool = False
    """No sky, no weather."""
    times: tuple[str, ...] = ("day", "sunset", "dawn", "day", "dusk")
    """When none is asked for."""


PLACES: dict[str, Place] = {}


def place(
    name: str,
    *,
    front: Painter | None = None,
    horizon: tuple[float, float] = (0.5, 0.6),
    stand: tuple[float, float] = (0.45, 0.8),
    surface: str = "land",
    indoors: bool = False,
    times: tuple[str, ...] = ("day", "sunset", "dawn", "day", "dusk"),
) -> Callable[[Painter], Painter]:
    """Register a painter as the back of a place."""

    def register(painter: Painter) -> Painter:
        PLACES[name] = Place(name, painter, front, horizon, stand, surface, indoors, times)
        return painter

    return register
