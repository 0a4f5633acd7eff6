"""A prompt read as a scene: what is in the picture, where, when and in which manner."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from evolink_widgets.emulator.painter.drawing.colour import Colour
from evolink_widgets.emulator.painter.drawing.colour import colour as read_colour
from evolink_widgets.emulator.painter.reading.vocabulary import Meaning, read

MOST_SUBJECTS = 5
MOST_AFTER_EDITS = 9
MOST_OF_A_KIND = 9
LONGEST_TEXT = 120

_QUOTED = re.compile(r"[\"“”„«»「『](.{1,400}?)[\"“”«»」』]", re.DOTALL)
_SINGLE = re.compile(r"(?:^|(?<=\s))['‘](\S.{0,200}?)['’](?=\s|$|[,.!?;])", re.DOTALL)


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
    """Quoted words to be lettered."""
    colours: tuple[Colour, ...] = ()
    """Colours that belong to no subject."""
    framing: str = ""
    """"", "close" or "wide"."""
    sky_tint: Colour | None = None
    """A colour asked for the sky alone."""

    @property
    def empty(self) -> bool:
        """Nothing of the prompt was recognised."""
        return not (
            self.time or self.place or self.weather or self.subjects or self.sky or self.season
        )


def parse(prompt: str) -> Scene:
    """Read ``prompt``. Never fails; an unknown language gives an empty scene."""
    text, rest = quoted(prompt)
    reader = _Reader()
    for meaning in read(rest):
        reader.take(meaning)
    return replace(reader.scene(), text=text)


def quoted(prompt: str) -> tuple[str | None, str]:
    """The words of a prompt that stand in quotes, and the rest."""
    found = _QUOTED.search(prompt[:8000]) or _SINGLE.search(prompt[:8000])
    if not found:
        return None, prompt
    text = " ".join("".join(c if c.isprintable() else " " for c in found.group(1)).split())
    rest = prompt[: found.start()] + " ; " + prompt[found.end() :]
    return text[:LONGEST_TEXT] or None, rest


class _Reader:
    """Walks through the meanings, holding adjectives until their noun comes."""

    def __init__(self) -> None:
        self.picked: dict[str, str] = {}
        self.places: list[str] = []
        self.sky: set[str] = set()
        self.subjects: list[Subject] = []
        self.relations: list[Relation] = []
        self.colours: list[Colour] = []
        self.link: str | None = None
        self.denied = False
        self.posed = False
        """Whether the last word was a pose."""
        self._forget()

    def _forget(self) -> None:
        self.colour: Colour | None = None
        self.colour_phrase = ""
        self.size = ""
        self.count = 1

    def take(self, meaning: Meaning) -> None:
        kind = meaning.kind
        if kind not in ("pose", "count", "colour", "size", "subject"):
            self.posed = False
        if self.denied and kind not in ("count", "size", "colour", "relation"):
            if kind == "unknown" and len(meaning.phrase) < 4:
                return
            self.denied = False
            self._forget()
            return
        if kind == "subject":
            self._noun(meaning)
        elif kind == "place":
            self._place(meaning)
        elif kind in ("time", "weather", "style", "season", "framing"):
            self.picked.setdefault(kind, meaning.sense)
        elif kind == "sky":
            self.sky.add(meaning.sense)
            self._release()
        elif kind == "pose":
            if self.subjects and not self.subjects[-1].pose:
                self.subjects[-1] = replace(self.subjects[-1], pose=meaning.sense)
                self.posed = True
        elif kind == "relation":
            self._release()
            if self.link is None or meaning.sense not in ("beside", "in", "on"):
                self.link = meaning.sense
        else:
            self._small(meaning)

    def _small(self, meaning: Meaning) -> None:
        """Adjectives, parts and punctuation."""
        kind, sense = meaning.kind, meaning.sense
        if kind == "colour":
            self._keep_colour()
            self.colour, self.colour_phrase = read_colour(sense), meaning.phrase
        elif kind == "size":
            self.size = sense
        elif kind == "count":
            self.count = max(1, min(MOST_OF_A_KIND, int(sense)))
        elif kind == "part":
            self.denied = sense == "not"
            if (
                self.subjects
                and self.colour
                and meaning.phrase in ("fur", "feathers", "petals", "paint", "hair")
            ):
                self.subjects[-1] = replace(self.subjects[-1], colour=self.colour)
            self._forget()
        elif kind == "stop":
            self._release()
            self.denied = False
            if sense not in ",、,":
                self.link = None

    def _keep_colour(self) -> None:
        if self.colour:
            self.colours.append(self.colour)
            self.colour = None

    def _release(self) -> None:
        """No noun came: what was held belongs to the picture, or was a thing itself."""
        if self.colour and self.colour_phrase == "orange":
            self.colour = None
            self._noun(Meaning("subject", "orange", "orange"))
            return
        self._keep_colour()
        self._forget()

    def _place(self, meaning: Meaning) -> None:
        self._keep_colour()
        self._forget()
        if meaning.sense not in self.places:
            self.places.append(meaning.sense)
        self.link = None

    def _noun(self, meaning: Meaning) -> None:
        if meaning.sense.startswith("stack"):
            return
        name, own = _name(meaning.sense)
        count = self.count
        if name == "kite" and self.posed:  # "flying a kite" is held, and no one flies
            self.subjects[-1] = replace(self.subjects[-1], pose="")
            self.link = "holding"
        self.posed = False
        if meaning.plural and count == 1:
            count = 3
        found = Subject(name, count, self.colour or own, self.size)
        self._forget()
        if len(self.subjects) >= MOST_SUBJECTS:
            return
        for number, earlier in enumerate(self.subjects):
            if earlier.name == name and earlier.colour == found.colour and self.link != "beside":
                self._relate(number)
                return
        self.subjects.append(found)
        self._relate(len(self.subjects) - 1)

    def _relate(self, number: int) -> None:
        if self.link and number > 0:
            self.relations.append(Relation(number - 1, self.link, number))
        self.link = None

    def scene(self) -> Scene:
        self._release()
        strong = [place for place in self.places if place not in ("clouds", "studio")]
        if "abstract" in strong:  # "geometry in coral and blue": coral is a colour there
            strong = ["abstract"]
        places = strong or self.places
        season, weather = self.picked.get("season"), self.picked.get("weather")
        if "snow" in places and len(places) > 1:
            places = [place for place in places if place != "snow"]
            season, weather = season or "winter", weather or "snow"
        return Scene(
            time=self.picked.get("time"),
            place=places[0] if places else None,
            also=tuple(places[1:4]),
            weather=weather,
            style=self.picked.get("style"),
            season=season,
            sky=frozenset(self.sky),
            subjects=tuple(self.subjects),
            relations=tuple(self.relations),
            colours=tuple(self.colours[:4]),
            framing=self.picked.get("framing", ""),
        )


def _name(sense: str) -> tuple[str, Colour | None]:
    """Split "bear white" into the subject and its own colour; names may have blanks."""
    name, _, last = sense.rpartition(" ")
    shades = {
        "white": "f4f1ea",
        "black": "2e2c36",
        "gray": "8d9099",
        "gold": "d9a441",
        "brown": "8a5a3a",
        "red": "c8382f",
        "blue": "3a6fc4",
        "yellow": "f2c53a",
        "green": "4f9a4c",
        "orange": "ee7f2e",
        "pink": "f0a5bb",
        "cream": "efdcb4",
    }
    if name and last in shades and sense != "ice cream":
        return name, read_colour(shades[last])
    return sense, None
