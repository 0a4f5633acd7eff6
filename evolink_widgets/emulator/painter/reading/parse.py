"""A prompt read as a scene: its words, its page, and then all else that is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from evolink_widgets.emulator.painter.lettering.kinds import carries_words, kind_of
from evolink_widgets.emulator.painter.reading.asked_text import (
    SCREENS,
    SHOWING,
    Page,
    asked_text,
    read_page,
    shouted,
)
from evolink_widgets.emulator.painter.reading.nouns import INSCRIPTIONS, MOTIFS
from evolink_widgets.emulator.painter.reading.reader import Reader
from evolink_widgets.emulator.painter.reading.scene import Relation, Scene, Subject
from evolink_widgets.emulator.painter.reading.vocabulary import INSCRIPTION, Meaning, read

_HANDHELD = frozenset(("app", "login screen", "chat screen"))
"""Pages that have their own phone."""
_NAME = re.compile(r"(?<=\s)[^\W\d_a-zа-я][^\W\d_]+")
_LONG = 40
"""Words: a longer prompt tells a story, where an unknown noun is seldom a thing to be seen."""


def _meanings(text: str) -> list[Meaning]:
    """The meanings of a text; "a star on it" and "a moon logo" are no sky."""
    found = read(text)
    for number, one in enumerate(found):
        before, after = found[max(0, number - 2) : number], found[number + 1 : number + 2]
        drawn = any(other.sense == "printed" for other in before) or any(
            other.sense == "upon it" or other.phrase in INSCRIPTIONS for other in after
        )
        word = one.phrase.split(" ")[-1]
        known = [name for name in (word, f"{word} icon") if kind_of(name)]
        if drawn and known and one.kind in ("sky", "place"):
            found[number] = Meaning("subject", known[0], one.phrase)
    return found


def parse(prompt: str) -> Scene:
    """Read ``prompt``. Never fails; an unknown language gives an empty scene."""
    text, rest = asked_text(prompt)
    page = read_page(rest.replace(INSCRIPTION, ""))
    named = frozenset(one.casefold() for one in _NAME.findall(rest))
    reader = Reader(len(rest.split()) > _LONG, named)
    if page is None:
        for meaning in _meanings(rest):
            reader.take(meaning)
        scene = replace(reader.scene(), text=text)
        return _inscribed(_on_a_poster(scene, prompt), reader.spots, prompt)
    if text is None and not page.topic and (shout := shouted(prompt)):
        text = shout
    shown = page.kind not in _HANDHELD and _shows(page.before)
    for meaning in read(page.before) if shown else ():
        reader.take(meaning)
    screen = reader.open(page, text)
    for meaning in read(page.after if shown else f"{page.manner} {page.after}"):
        reader.take(meaning)
    scene = replace(reader.scene(), text=text)
    if shown and screen and len(scene.subjects) > screen:
        return replace(scene, relations=(*scene.relations, Relation(screen, "in", screen - 1)))
    return _paged(scene, page)


def _shows(before: str) -> bool:
    """Does a page stand on a screen: "a laptop with a dashboard"?"""
    found = [one for one in read(before) if one.kind in ("subject", "thing", "like")]
    return bool(found) and found[-1].sense in SCREENS


def _motif(page: Page, name: str) -> Subject | None:
    """What is drawn on a page: a trade's tool, or what it is called after ("Tiny Fox")."""
    shown = [one for item in page.items for one in parse(item).subjects if one.label == ""]
    if shown:  # "a logo with a lobster"
        return replace(shown[0], count=1)
    topic = page.topic.casefold()
    found = [word for word in MOTIFS if re.search(rf"\b{word}", topic)]
    if found:
        return Subject(MOTIFS[min(found, key=lambda word: (topic.index(word), -len(word)))])
    known = [
        one
        for words in (topic, name.casefold())
        for one in parse(words).subjects
        if one.label == "" and one.name != "shop"
    ]
    return replace(known[0], count=1) if known else None


def _paged(scene: Scene, page: Page) -> Scene:
    """A scene with a page: what it shows is set into it, and colours are its own."""
    first, *others = scene.subjects
    if not first.colour and scene.colours:
        first = replace(first, colour=scene.colours[0])
    relations = scene.relations
    if page.kind in SHOWING and others and others[0].name != "person":
        relations = (*relations, Relation(1, "in", 0))  # "a logo with a whale"
    elif page.kind in SHOWING and (motif := _motif(page, first.label)):
        others.append(motif)
        relations = (*relations, Relation(len(others), "in", 0))
    return replace(scene, subjects=(first, *others), relations=relations)


def _on_a_poster(scene: Scene, prompt: str) -> Scene:
    """A poster is a manner, but one of words alone is a thing."""
    alone = not scene.subjects and not scene.place and not scene.sky
    if scene.style != "poster" or not alone:
        return scene
    if not scene.text and not (shout := shouted(prompt)):
        return scene
    text = scene.text or shout
    sheet = Subject("poster", label=text or "", colour=next(iter(scene.colours), None))
    return replace(scene, style=None, text=text, subjects=(sheet,), place="studio")


def _inscribed(scene: Scene, spots: Sequence[int], prompt: str) -> Scene:
    """Give the asked-for words to what they were asked on, or to the first thing for words.

    ``spots`` are the numbers of the subjects that each line was said of.
    """
    subjects = list(scene.subjects)
    if not scene.text and (cry := shouted(prompt)):  # "a sale banner, 50% OFF"
        subjects = [replace(one, label="\n".join(filter(None, (one.label, cry))))
                    if one.name == "sign" else one for one in subjects]  # fmt: skip
        return replace(scene, subjects=tuple(subjects))
    fitting = [n for n, one in enumerate(subjects) if carries_words(one.form or one.name)]
    if not scene.text or not fitting:
        return scene
    boards = [n for n in fitting if subjects[n].name in ("sign", "shop")]
    lines: dict[int, list[str]] = {}
    for number, line in enumerate(scene.text.splitlines()):
        spot = spots[number] if number < len(spots) else -1
        lines.setdefault(spot if spot in fitting else (boards or fitting)[0], []).append(line)
    for spot, said in lines.items():
        subjects[spot] = replace(subjects[spot], label="\n".join(said))
    return replace(scene, subjects=tuple(subjects))
