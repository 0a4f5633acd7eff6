"""Subjects: the things a scene can show, each drawn by a pen of its own."""

from __future__ import annotations

from evolink_widgets.emulator.painter.subjects import (
    beasts,
    birds,
    buildings,
    crawlers,
    devices,
    food,
    furniture,
    heroes,
    hoofed,
    landmarks,
    machines,
    objects,
    people,
    plants,
    swimmers,
    treasures,
    vehicles,
    vessels,
)
from evolink_widgets.emulator.painter.subjects.registry import KINDS, SubjectKind

__all__ = [
    "KINDS",
    "SubjectKind",
    "beasts",
    "birds",
    "buildings",
    "crawlers",
    "devices",
    "food",
    "furniture",
    "heroes",
    "hoofed",
    "landmarks",
    "machines",
    "objects",
    "people",
    "plants",
    "swimmers",
    "treasures",
    "vehicles",
    "vessels",
]
