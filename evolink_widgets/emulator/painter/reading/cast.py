"""The cast: the subjects that were read so far, and how they stand to each other."""

from __future__ import annotations

from dataclasses import replace

from evolink_widgets.emulator.painter.drawing.colour import Colour
from evolink_widgets.emulator.painter.drawing.colour import colour as read_colour
from evolink_widgets.emulator.painter.lettering.kinds import (
    carries_words,
    is_a_being,
    is_a_building,
    is_small,
)
from evolink_widgets.emulator.painter.reading.asked_text import SCREENS
from evolink_widgets.emulator.painter.reading.scene import Relation, Subject
from evolink_widgets.emulator.painter.reading.sorts import (
    AND,
    CLOTHES,
    DARK,
    DRESSED,
    HOLDERS,
    LABELLING,
    NECKWEAR,
    SPECTACLES,
    WITH,
)
from evolink_widgets.emulator.painter.reading.vocabulary import look_up


class Cast:
    """Subjects, their relations, and the word that links the next one to the last."""

    def __init__(self) -> None:
        self.subjects: list[Subject] = []
        self.guessed: set[int] = set()
        """Numbers of the subjects that stand for unknown words."""
        self.relations: list[Relation] = []
        self.link: str | None = None
        self.after = ""
        """The last small word before the phrase."""
        self.listed: set[int] = set()
        """Subjects that go on a list: "a hat, a cup and a hammer"."""
        self.comma = False
        """Whether a comma was the last that stood between the nouns."""

    def _bearer(self) -> int | None:
        """The being that what is said now belongs to: "a man with a hat and glasses"."""
        number = len(self.subjects) - 1
        for one in reversed(self.relations):
            if one.second == number and one.kind in ("wearing", "holding"):
                number = one.first
        if number < 0 or not is_a_being(self.subjects[number].form or self.subjects[number].name):
            return None
        return number

    def _into_it(self) -> None:
        """ "a snow globe with a house in it"."""
        last = self.relations[-1] if self.relations else None
        if last and last.second == len(self.subjects) - 1 and last.kind in LABELLING:
            self.relations[-1] = Relation(last.second, "in", last.first)

    def _upon_it(self) -> bool:
        """ "a mug with a cat on it": the cat is a picture on the mug."""
        last = self.relations[-1] if self.relations else None
        if last is None or last.second != len(self.subjects) - 1:
            return False
        bearer = self.subjects[last.first]
        if last.kind not in LABELLING or not carries_words(bearer.form or bearer.name):
            return False
        self.relations[-1] = replace(last, kind="printed")
        return True

    def _sort_of_link(self, first: int, second: int) -> str:
        """What a word between two nouns means for these two."""
        one, other = (
            subject.form or subject.name
            for subject in (self.subjects[first], self.subjects[second])
        )
        if self.link == "shown":
            return "full" if one in SCREENS else "printed" if carries_words(one) else "holding"
        if self.after.startswith("with") and one in HOLDERS and self.link in LABELLING:
            return "full"  # "a vase with tulips"
        if self.link == "holding" and other == "person" and is_a_being(one):
            return "beside"  # "a man shaking hands with a woman"
        return self.link or ""

    def _drop_last(self) -> None:
        """The last thing only told how another is: what it was tied to, that one is."""
        self.subjects.pop()
        number = len(self.subjects)
        gone = [one for one in self.relations if number in (one.first, one.second)]
        self.relations = [one for one in self.relations if one not in gone]
        if gone and gone[-1].second == number and gone[-1].first == number - 1:
            self.link = gone[-1].kind
        self.listed.discard(number)
        self.guessed.discard(number)

    def _relate(self, number: int) -> None:
        if number > 0 and self.link in ("shown", *LABELLING):
            self.link = self._sort_of_link(number - 1, number)
        if self.link == "full":
            self.relations.append(Relation(number, "in", number - 1))
        elif self.link and number > 0:
            first = number - 1
            self.link = self._sort_of_link(first, number)
            self.relations.append(Relation(first, self.link, number))
            while (
                self.link in ("on", "in", "under")
                and first in self.listed
                and is_light(self.subjects[first - 1])
            ):
                first -= 1  # "a cup and a hammer on a bench": both are on it
                self.relations.append(Relation(first, self.link, number))
        joined = self.after in AND if self.link == "beside" else not self.link and self.comma
        if number and joined:
            self.listed.add(number)
        self.link, self.comma = None, False

    def _flown(self, kite: int) -> None:
        """ "flying a dragon kite": it is held, and no one flies."""
        flier = self.subjects[kite - 1]
        if flier.pose == "flying":
            self.subjects[kite - 1] = replace(flier, pose="")
            self.relations.append(Relation(kite - 1, "holding", kite))

    def _narrows(self, place: str) -> bool:
        """Does the last noun only tell what sort of place it is?"""
        last = self.subjects[-1]
        kind = last.form or last.name
        indoors = place in ("room", "tabletop", "studio")
        return kind in ("rock", "tree", "pine") or (indoors and is_a_building(kind))

    def _worn(self, found: Subject) -> bool:
        """ "a woman in a navy suit": clothes are how their wearer looks."""
        if found.form == "glasses" and self._bespectacled(found.name):
            return True
        last = self.subjects[-1] if self.subjects else None
        with_it = self.link == "beside" and self.after in WITH | AND
        if found.form not in CLOTHES and found.name not in NECKWEAR:
            return False
        if last is None or not (with_it or self.link in DRESSED):
            return False
        kind = last.form or last.name
        if not is_a_being(kind):
            return False
        if wear := NECKWEAR.get(found.name):
            last = replace(last, traits=last.traits | {wear})
            self.subjects[-1] = last
        if kind in ("person", "child"):
            dressed = f"{last.role} {found.name}"
            self.subjects[-1] = replace(last, role=dressed, colour=found.colour or last.colour)
        self.link = None
        return True

    def _bespectacled(self, name: str) -> bool:
        number = self._bearer()
        if name not in SPECTACLES or number is None:
            return False
        if self.link not in DRESSED and self.after not in (
            "with",
            "and",
            "mit",
            "avec",
            "con",
            "y",
        ):
            return False
        last = self.subjects[number]
        kind = "sunglasses" if any(one in name for one in DARK) else "glasses"
        self.subjects[number] = replace(last, traits=last.traits | {kind})
        self.link = None
        return True


def own_colour(name: str) -> str:
    """ "gold coin", "red wine": the noun says it."""
    first = look_up(name.split(" ")[0])
    return first.sense if first and first.kind == "colour" and " " in name else ""


def is_light(subject: Subject) -> bool:
    """May it be on something?"""
    kind = subject.form or subject.name
    return is_small(kind) or is_a_being(kind)


def shaded(sense: str) -> tuple[str, Colour | None]:
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
