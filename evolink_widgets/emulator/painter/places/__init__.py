"""Places: the settings a scene can have."""

from __future__ import annotations

from evolink_widgets.emulator.painter.places import interiors, land, space, town, water
from evolink_widgets.emulator.painter.places.registry import PLACES, Place

__all__ = ["PLACES", "Place", "interiors", "land", "space", "town", "water"]
