"""Paintings: how a picture of ours came to be, so that an edit can paint the same scene again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from evolink_widgets.emulator.painter.composing.compose import settled
from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.reading.change import Change, changed, read_change
from evolink_widgets.emulator.painter.reading.parse import parse
from evolink_widgets.emulator.painter.reading.scene import (
    MOST_AFTER_EDITS,
    UNKNOWN,
    Scene,
    without,
)

_PASSING = frozenset(
    ("clouds", "snowfall", "rain", "fog", "lightning", "aurora", "brush", "bristles", "glass",
     "panes", "paper", "fray", "blooms", "drift")
)  # fmt: skip
"""What an edit paints anew: air, not things. All else keeps its place."""
_LASTING = frozenset(("settle", "light"))
"""What is the first picture's for good."""


@dataclass(frozen=True)
class Painting:
    """A scene and the chance it is painted with, in three layers.

    Attributes:
        scene: what is in it.
        ground: decides place, time and mood of light: the first picture's, for good.
        key: decides where things stand: the first picture's, until a variation.
        air: decides what passes, such as clouds: the last edit's.
        prompt: the last words that it was asked with: those again mean a variation.
    """

    scene: Scene
    ground: tuple[str, ...]
    key: tuple[str, ...]
    air: tuple[str, ...]
    prompt: str = ""

    @property
    def chance(self) -> Chance:
        """Where its random choices come from."""
        return _Layers(self)


class _Layers(Chance):
    """The chance of a painting: which layer a choice belongs to is told by its name."""

    def __init__(self, painting: Painting) -> None:
        super().__init__(*painting.key)
        self._ground = Chance(*painting.ground)
        self._air = Chance(*painting.air)

    def picks(self, name: str) -> Chance:
        """The layer that ``name`` belongs to."""
        if name in _LASTING:
            return self._ground
        return self._air if name in _PASSING else self


def original(prompt: str, *, index: int, seed: int | str, shape: float) -> Painting:
    """The painting of a prompt. ``shape`` is width by height."""
    key = (prompt, str(index), str(seed), str(round(shape, 2)))
    return Painting(parse(prompt), key, key, key, prompt)


def stand_in(link: str) -> Painting:
    """A painting for a link that cannot be fetched: the same each time, and after its name."""
    parts = urlsplit(link)
    name = unquote(parts.path.rsplit("/", 1)[-1]).rsplit(".", 1)[0]
    words = re.sub(r"[^\w]+|_|\d+", " ", name)
    digest = hashlib.sha256(link.encode("utf-8", "surrogatepass")).hexdigest()
    key = (words, digest)
    scene = parse(words)  # words of a file's name are often none
    guessed = {n for n, one in enumerate(scene.subjects) if one.form == UNKNOWN}
    return Painting(without(scene, guessed), key, key, key)


def revised(
    base: Painting, prompt: str, others: Sequence[Painting], *, index: int, seed: int | str
) -> Painting:
    """``base`` after an edit, with the subjects of the other references in it."""
    again = prompt.strip() != "" and prompt.strip() == base.prompt.strip()
    change = Change(vary=True) if again else read_change(prompt)
    chance = base.chance
    scene = settled(base.scene, chance)
    for other in others:
        guests = [replace(one, late=True) for one in other.scene.subjects if not one.hidden]
        room = max(0, MOST_AFTER_EDITS - len(scene.subjects))
        scene = replace(scene, subjects=scene.subjects + tuple(guests[:room]))
    air = (*base.key, prompt, str(index), str(seed))
    scene = changed(scene, change, Chance(*air))
    return Painting(scene, base.ground, air if change.vary else base.key, air, prompt)
