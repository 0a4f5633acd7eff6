"""A prompt read as a scene: its words, its page, and then all else that is in it."""

from __future__ import annotations

import re
from dataclasses import replace

from evolink_widgets.emulator.painter.lettering.kinds import carries_words
from evolink_widgets.emulator.painter.reading.asked_text import (
    SHOWING,
    Page,
    asked_text,
    read_page,
    shouted,
)
from evolink_widgets.emulator.painter.reading.nouns import MOTIFS
from evolink_widgets.emulator.painter.reading.reader import Reader
from evolink_widgets.emulator.painter.reading.scene import Relation, Scene, Subject
from evolink_widgets.emulator.painter.reading.vocabulary import read

_LONG = 40
"""Words: a longer prompt tells a story, where an unknown noun is seldom a thing to be seen."""


def parse(prompt: str) -> Scene:
    """Read ``prompt``. Never fails; an unknown language gives an empty scene."""
    text, rest = asked_text(prompt)
    page = read_page(rest)
    reader = Reader(long=len(rest.split()) > _LONG)
    if page:
        if text is None and (shout := shouted(prompt)):
            text = shout
        reader.open(page, text)
        rest = page.rest
    for meaning in read(rest):
        reader.take(meaning)
    scene = replace(reader.scene(), text=text)
    if page:
        return _paged(scene, page)
    return _inscribed(_on_a_poster(scene, prompt))


def _motif(page: Page) -> Subject | None:
    """What of a page's topic is drawn on it: a trade shows its tool."""
    topic = page.topic.casefold()
    found = [word for word in MOTIFS if re.search(rf"\b{word}", topic)]
    if found:
        return Subject(MOTIFS[max(found, key=len)])
    known = [one for one in parse(topic).subjects if one.label == "" and one.name != "shop"]
    return replace(known[0], count=1) if known else None


def _paged(scene: Scene, page: Page) -> Scene:
    """A scene with a page: what it shows is set into it, and colours are its own."""
    first, *others = scene.subjects
    if not first.colour and scene.colours:
        first = replace(first, colour=scene.colours[0])
    relations = scene.relations
    if page.kind in SHOWING and (motif := _motif(page)):
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


def _inscribed(scene: Scene) -> Scene:
    """Give the asked-for words to the first thing that can carry them."""
    if not scene.text or any(one.name in ("sign", "shop") for one in scene.subjects):
        return scene
    for number, one in enumerate(scene.subjects):
        if carries_words(one.form or one.name):
            subjects = list(scene.subjects)
            subjects[number] = replace(one, label=scene.text)
            return replace(scene, subjects=tuple(subjects))
    return scene
