"""Kinds by name, those of the plain forms and pages among them, and what they are good for."""

from __future__ import annotations

from evolink_widgets.emulator.painter.lettering import charts, diagrams, panels, prints, screens
from evolink_widgets.emulator.painter.lettering.forms import LABELS, Label
from evolink_widgets.emulator.painter.lettering.page import PAGE_NAMES
from evolink_widgets.emulator.painter.lettering.portrait import wears_a_hat
from evolink_widgets.emulator.painter.subjects import KINDS, SubjectKind

__all__ = [
    "PAGE_NAMES",
    "carries_words",
    "charts",
    "diagrams",
    "is_a_being",
    "is_a_building",
    "is_small",
    "is_worn",
    "kind_of",
    "label_of",
    "panels",
    "prints",
    "screens",
    "wears_a_hat",
]

_SMALL = 0.7
"""Metres: what is lower stands on tables."""
_ROOM = 3.5
"""Metres: what is taller is no furniture."""
_OWN: dict[str, Label] = {
    "cup": (47, 63, 54, 36, "k"),
    "teapot": (66, 84, 60, 18, "w"),
    "bottle": (22, 78, 28, 22, "k"),
    "vase": (30, 38, 30, 14, "w"),
    "gift": (34, 74, 54, 24, "w"),
    "hat": (58, 50, 46, 26, "w"),
    "truck": (60, 42, 100, 44, "k"),
    "bus": (80, 72, 130, 14, "w"),
    "car": (70, 72, 44, 14, "w"),
    "balloon": (44, 34, 50, 22, "w"),
    "toy balloon": (27, 22, 40, 20, "w"),
    "cake": (62, 72, 80, 26, "x"),
    "laptop": (80, 42, 96, 56, "w"),
    "phone": (28, 50, 40, 50, "w"),
    "books": (58, 50, 70, 14, "k"),
    "heart": (52, 40, 70, 34, "w"),
    "door": (36, 62, 34, 26, "w"),
    "boat": (72, 82, 70, 16, "w"),
    "submarine": (78, 82, 80, 12, "k"),
    "aeroplane": (90, 52, 80, 10, "k"),
    "rocket": (30, 52, 20, 24, "k"),
    "house": (58, 58, 44, 10, "k"),
    "skyscraper": (26, 20, 34, 12, "k"),
    "sofa": (80, 36, 80, 18, "w"),
    "bed": (122, 66, 60, 20, "w"),
    "ball": (50, 50, 70, 26, "k"),
    "bread": (74, 90, 90, 14, "c"),
    "pumpkin": (60, 62, 70, 30, "k"),
    "umbrella": (52, 28, 60, 16, "w"),
    "robot": (36, 62, 34, 12, "w"),
    "treasure": (68, 84, 100, 16, "c"),
    "tent": (58, 30, 30, 12, "w"),
    "lamp": (30, 22, 44, 20, "k"),
    "clock": (50, 72, 40, 10, "k"),
    "kite": (30, 34, 34, 12, "w"),
}
"""Where the drawn subjects are lettered; those without are no place for words."""


def kind_of(name: str, form: str = "") -> SubjectKind | None:
    """The kind that a subject is drawn as."""
    return KINDS.get(form or name)


def label_of(name: str) -> Label | None:
    """Where a kind is lettered, if there is a place on it."""
    return LABELS.get(name) or _OWN.get(name)


def carries_words(name: str) -> bool:
    """Are asked-for words lettered on it, better than above the scene? Pages have their title."""
    lettered = label_of(name) is not None and name != "robot" and not is_a_being(name)
    return lettered or name in ("sign", "shop")


def is_a_being(name: str) -> bool:
    """Animals and people: they have names of their own, and no label."""
    kind = KINDS.get(name)
    return kind is not None and (
        kind.hand is not None
        or kind.head is not None
        or ".animals." in kind.draw.__module__
        or name == "snowman"
    )


def is_a_building(name: str) -> bool:
    """Is it too large for a room?"""
    kind = KINDS.get(name)
    return kind is not None and kind.tall > _ROOM and kind.stands == "ground"


def is_worn(name: str) -> bool:
    """Does it go on heads?"""
    kind = KINDS.get(name)
    return kind is not None and kind.worn


def is_small(name: str) -> bool:
    """Does it stand on tables?"""
    kind = KINDS.get(name)
    return kind is not None and kind.tall < _SMALL and not is_a_being(name)
