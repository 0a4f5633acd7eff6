"""Subjects: the things a scene can show, each drawn by a pen of its own."""

from __future__ import annotations

from evolink_widgets.emulator.painter.subjects import heroes, people, plants
from evolink_widgets.emulator.painter.subjects.animals import (
    beasts,
    birds,
    crawlers,
    hoofed,
    swimmers,
)
from evolink_widgets.emulator.painter.subjects.built import (
    buildings,
    landmarks,
    machines,
    vehicles,
    vessels,
)
from evolink_widgets.emulator.painter.subjects.registry import KINDS, SubjectKind
from evolink_widgets.emulator.painter.subjects.things import (
    devices,
    food,
    furniture,
    objects,
    treasures,
)

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
