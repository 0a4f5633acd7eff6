"""Places: the settings a scene can have."""

from __future__ import annotations

from . import beyond, inside, land, town, water
from .registry import PLACES, Place

__all__ = ["PLACES", "Place", "beyond", "inside", "land", "town", "water"]
