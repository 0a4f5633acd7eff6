"""A prompt read as a scene: what is in the picture, where, when and in which manner."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evolink_widgets.emulator.painter.drawing.colour import Colour

MOST_SUBJECTS = 5
MOST_AFTER_EDITS = 9
UNKNOWN = "box"
"""The form of what no table names."""
MOST_OF_A_KIND = 9


@dataclass(frozen=True)
class Subject:
    """One kind of thing, as many times as asked for."""

    name: str
    count: int = 1
    colour: Colour | None = None
    size: str = ""
    """"", "small" or "large"."""
    pose: str = ""
    """"", "flying" or "sleeping"."""
    form: str = ""
    """The kind that it is drawn as; "": the one of its name."""
    role: str = ""
    """Which one of its kind it is, as the prompt says it: it decides a portrait's dress."""
    label: str = ""
    """What is lettered on it."""
    items: tuple[str, ...] = ()
    """Names of its parts, on a page."""
    traits: frozenset[str] = frozenset()
    """How a being looks: "old", "beard", "glasses"; senses of the table of traits."""
    hair: Colour | None = None
    late: bool = False
    """Came with an edit: stands where the others leave room."""
    hidden: bool = False
    """Taken away by an edit; the others stay where they are."""


@dataclass(frozen=True)
class Relation:
    """How subject number ``first`` stands to subject number ``second``."""

    first: int
    kind: str
    second: int


@dataclass(frozen=True)
class Scene:
    """Everything the composer understood of a prompt. ``None`` leaves the choice to chance."""

    time: str | None = None
    place: str | None = None
    also: tuple[str, ...] = ()
    """Further places, drawn far away."""
    weather: str | None = None
    style: str | None = None
    season: str | None = None
    sky: frozenset[str] = frozenset()
    subjects: tuple[Subject, ...] = ()
    relations: tuple[Relation, ...] = ()
    text: str | None = None
    """Words that were asked for, to be lettered."""
    colours: tuple[Colour, ...] = ()
    """Colours that belong to no subject."""
    framing: str = ""
    """"", "close" or "wide"."""
    surface: Colour | None = None
    """What the table is made of."""
    walls: Colour | None = None
    """What colour a room was asked to have."""
    bare: bool = False
    """A room with nothing in it but what was asked for."""
    sky_tint: Colour | None = None
    """A colour asked for the sky alone."""

    @property
    def empty(self) -> bool:
        """Nothing of the prompt was recognised."""
        return not (
            self.time or self.place or self.weather or self.subjects or self.sky or self.season
        )


def without(scene: Scene, numbers: set[int]) -> Scene:
    """``scene`` less some of its subjects, by their numbers."""
    kept = [n for n in range(len(scene.subjects)) if n not in numbers]
    place = {old: new for new, old in enumerate(kept)}
    return replace(
        scene,
        subjects=tuple(scene.subjects[n] for n in kept),
        relations=tuple(
            replace(one, first=place[one.first], second=place[one.second])
            for one in scene.relations
            if one.first in place and one.second in place
        ),
    )
