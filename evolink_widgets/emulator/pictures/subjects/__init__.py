"""Subjects: the things a scene can show, each drawn by a pen of its own."""

from __future__ import annotations

from . import beasts, birds, buildings, hoofed, objects, people, plants, swimmers, vehicles, vessels
from .registry import KINDS, Kind

__all__ = [
    "KINDS",
    "Kind",
    "beasts",
    "birds",
    "buildings",
    "hoofed",
    "objects",
    "people",
    "plants",
    "swimmers",
    "vehicles",
    "vessels",
]
