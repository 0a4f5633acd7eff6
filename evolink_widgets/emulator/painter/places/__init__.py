"""Places: the settings a scene can have."""

from __future__ import annotations

from evolink_widgets.emulator.painter.places import beyond, inside, land, town, water
from evolink_widgets.emulator.painter.places.registry import PLACES, Place

__all__ = ["PLACES", "Place", "beyond", "inside", "land", "town", "water"]
