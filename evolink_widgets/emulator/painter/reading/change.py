"""An edit read as a change: what of a scene stays, what is added, taken away, recoloured, moved.

``read_change`` understands the words, ``changed`` applies them to a scene. What the words do not
name stays as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.drawing.colour import Colour, colour, turned
from evolink_widgets.emulator.painter.lettering.kinds import carries_words, kind_of
from evolink_widgets.emulator.painter.reading.asked_text import asked_text
from evolink_widgets.emulator.painter.reading.parse import parse
from evolink_widgets.emulator.painter.reading.scene import (
    MOST_AFTER_EDITS,
    UNKNOWN,
    Relation,
    Scene,
    Subject,
    without,
)
from evolink_widgets.emulator.painter.reading.vocabulary import read as read_words

_VERBS = {
    "add": "add|adding|put|place|insert|include|draw|hang|füge|ajoute|añade|添加",
    "give": "give|gib|donne|dale|给",
    "remove": "remove|removing|delete|erase|without|take away|get rid of|entferne|ohne|supprime|"
    "sans|quita|sin|去掉|没有",
    "swap": "replace|swap|exchange|turn|transform|convert|ersetze|verwandle|remplace|"
    "reemplaza|换成",
    "make": "make|making|change|changing|set|let|keep|paint|render|redraw|show|move|"
    "mach|mache|ändere|fais|haz|rends|变成|把",
}
_CLAUSE = re.compile(
    "|".join(
        rf"(?P<{name}>(?<!\w)(?:{words})(?!\w)|{words.split('|')[-1]})"
        for name, words in _VERBS.items()
    ),
    re.IGNORECASE,
)
_BRINGING = ("add", "give", "swap", "remove")
_OTHER = re.compile(
    r"(?:another|different|other|new|change the|changed?|andere|autre|otro)\s+(?:\w+\s+)?"
    r"(?:colou?rs?|farben?|couleurs?)|recolou?r|换.{0,2}颜色",
    re.IGNORECASE,
)
_VARY = re.compile(
    r"variations?|variants?|vary|another (?:version|one|take)|different version|alternatives?|"
    r"once more|variante|变体",
    re.IGNORECASE,
)
_APART = re.compile(
    r"collage|side by side|split|grid|diptych|triptych|before and after|nebeneinander|拼图",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"(?:different|another|new) (?:background|place|scene|location)", re.I)
_BIGGER = re.compile(r"\b(?:bigger|larger|huge|giant|größer|plus grand|más grande)\b", re.I)
_SMALLER = re.compile(r"\b(?:smaller|tinier|tiny|kleiner|plus petit|más pequeñ[oa])\b", re.I)
_SKY = re.compile(r"\b(?:sky|himmel|ciel|cielo)\b|天空", re.IGNORECASE)
_PALETTE = tuple(
    map(colour, ("3a6fc4", "4f9a4c", "c8382f", "7c4fb0", "e8812c", "2f9c95", "e88bab"))
)


@dataclass(frozen=True)
class Change:
    """What an edit asks for. Empty where the words named nothing."""

    scene: Scene = field(default_factory=Scene)
    """Time, place, weather, season, style, words …."""
    named: tuple[Subject, ...] = ()
    """Every subject mentioned, in order."""
    added: tuple[range, ...] = ()
    """Which of them, for every time that something was added."""
    relations: tuple[Relation, ...] = ()
    """Between them."""
    removed: tuple[str, ...] = ()
    swapped: tuple[tuple[str, Subject], ...] = ()
    coloured: tuple[tuple[str, Colour], ...] = ()
    """"" is the main subject."""
    sized: tuple[tuple[str, str], ...] = ()
    counted: tuple[tuple[str, int], ...] = ()
    sky: Colour | None = None
    other_colour: tuple[str, ...] | None = None
    """Whose colour is to be another one."""
    elsewhere: bool = False
    vary: bool = False
    apart: bool = False
    """The references are shown beside each other."""


def read_change(prompt: str) -> Change:
    """Read an edit. Never fails; unknown words change nothing."""
    text, rest = asked_text(prompt)
    found = Change(scene=Scene(text=text))
    clauses = _clauses(rest[:8000])
    for verb, clause in clauses:
        found = _with_clause(found, verb, clause)
    if text:
        found = replace(found, named=_inscribed(found.named, text))
    nothing = found == Change()
    return replace(
        found, vary=nothing and bool(_VARY.search(rest)), apart=bool(_APART.search(rest))
    )


def _inscribed(named: tuple[Subject, ...], text: str) -> tuple[Subject, ...]:
    """Put the asked-for words on the first thing of an edit that carries them."""
    for number, one in enumerate(named):
        if carries_words(one.form or one.name):
            return (*named[:number], replace(one, label=text), *named[number + 1 :])
    return named


def _clauses(text: str) -> list[tuple[str, str]]:
    """Cut a prompt at its verbs: (what kind of verb, the words from there on)."""
    cuts = [(match.start(), match.end(), match.lastgroup or "") for match in _CLAUSE.finditer(text)]
    clauses = [("", text[: cuts[0][0]] if cuts else text)]
    for number, (_, start, verb) in enumerate(cuts):
        end = cuts[number + 1][0] if number + 1 < len(cuts) else len(text)
        clauses.append((verb, text[start:end]))
    return [(verb, clause) for verb, clause in clauses if clause.strip()]


def _with_clause(change: Change, verb: str, clause: str) -> Change:
    read = parse(clause)
    if verb not in _BRINGING:  # "make the light softer" brings no thing of that name
        read = without(read, {n for n, one in enumerate(read.subjects) if one.form == UNKNOWN})
    names = tuple(one.name for one in read.subjects)
    kept = change.scene
    place = read.place
    if _SKY.search(clause) and place == "clouds":
        place = None
        if read.colours:
            change = replace(change, sky=read.colours[0])
    if verb == "remove":
        return replace(change, removed=change.removed + names)
    scene = replace(
        kept,
        time=read.time or kept.time,
        place=place or kept.place,
        also=read.also or kept.also,
        weather=read.weather or kept.weather,
        season=read.season or kept.season,
        style=read.style or kept.style,
        framing=read.framing or kept.framing,
        walls=read.walls or kept.walls,
        sky=kept.sky | read.sky,
    )
    change = replace(change, scene=scene, elsewhere=bool(_ELSEWHERE.search(clause)))
    if verb == "swap" and len(read.subjects) > 1:
        pair = (names[0], read.subjects[1])
        return replace(change, swapped=(*change.swapped, pair))
    if _OTHER.search(clause):
        return replace(change, other_colour=names)
    numbered = any(one.kind == "count" and one.sense != "1" for one in read_words(clause))
    counted = tuple((one.name, one.count) for one in read.subjects) if numbered else ()
    shift = len(change.named)
    ties = tuple(Relation(r.first + shift, r.kind, r.second + shift) for r in read.relations)
    if verb == "give" and len(names) > 1:
        ties = (Relation(shift, "holding", shift + 1),)
    new = (range(shift, shift + len(names)),) if verb in ("add", "give") and names else ()
    return replace(
        change,
        added=change.added + new,
        named=change.named + read.subjects,
        relations=change.relations + ties,
        coloured=change.coloured + _coloured(clause, read),
        sized=change.sized + (() if verb == "add" else _sized(clause, read)),
        counted=change.counted + (counted if verb not in ("add", "give") else ()),
    )


def _coloured(clause: str, read: Scene) -> tuple[tuple[str, Colour], ...]:
    """Which subject is to have which colour; "" is the main one."""
    found = [(one.name, one.colour) for one in read.subjects if one.colour]
    if read.colours and not _SKY.search(clause):  # "make the fox blue": the colour comes last
        found.append((read.subjects[-1].name if read.subjects else "", read.colours[0]))
    return tuple(found)


def _sized(clause: str, read: Scene) -> tuple[tuple[str, str], ...]:
    found = [(one.name, one.size) for one in read.subjects if one.size]
    size = "large" if _BIGGER.search(clause) else "small" if _SMALLER.search(clause) else ""
    if size:
        found += [(one.name, size) for one in read.subjects] or [("", size)]
    return tuple(found)


def changed(scene: Scene, change: Change, chance: Chance) -> Scene:
    """``scene`` after the change. Its own subjects keep their numbers, so nothing else moves."""
    asked = change.scene
    place, weather, season = asked.place, asked.weather, asked.season
    if place == "snow" and scene.place != "snow":  # "in the snow": the same place in winter
        place, weather, season = None, weather or "snow", season or "winter"
    if place is None and change.elsewhere:
        place = chance.stream("elsewhere").choice(("beach", "mountain", "city", "forest", "space"))
    if scene.place in ("room", "library", "tabletop", "studio", "cave") and weather == "snow":
        season = season or "winter"
    time = asked.time or ("night" if weather == "aurora" else scene.time)
    result = replace(
        scene,
        time=time,
        place=place or scene.place,
        also=asked.also or (scene.also if place is None else ()),
        weather=None if weather == "clear" else weather or scene.weather,
        season=season or scene.season,
        style=asked.style or scene.style,
        text=asked.text or scene.text,
        framing=asked.framing or scene.framing,
        walls=asked.walls or scene.walls,
        sky=scene.sky | asked.sky,
        sky_tint=change.sky or scene.sky_tint,
        subjects=_revised(scene, change, chance),
    )
    if asked.time in ("day", "dawn") or weather in ("rain", "storm", "fog"):
        result = replace(result, sky=result.sky - ({"moon", "crescent", "stars"} - asked.sky))
    return _joined(result, change)


def _revised(scene: Scene, change: Change, chance: Chance) -> tuple[Subject, ...]:
    """The scene's own subjects: swapped, recoloured, resized, lettered anew or hidden."""
    subjects, asked = scene.subjects, change.scene.text
    words = (scene.text, asked) if scene.text and asked else None
    swaps = dict(change.swapped)
    colours, sizes = dict(change.coloured), dict(change.sized)
    counts = dict(change.counted)
    names = {one.name for one in subjects}
    rng = chance.stream("another colour")
    revised = []
    for number, one in enumerate(subjects):
        if one.name in swaps:
            new = swaps[one.name]
            one = replace(
                one, name=new.name, form=new.form, label=new.label, colour=new.colour or one.colour
            )
        if any(one.name.endswith(name) or name.endswith(one.name) for name in change.removed):
            one = replace(one, hidden=True)
        tone = colours.get(one.name) or (colours.get("") if number == 0 else None)
        if change.other_colour is not None and (
            one.name in change.other_colour
            or (number == 0 and not names & set(change.other_colour))
        ):
            tone = _another(one, rng.random())
        one = replace(
            one,
            colour=tone or one.colour,
            size=sizes.get(one.name) or (sizes.get("", "") if number == 0 else "") or one.size,
            count=counts.get(one.name, one.count),
        )
        if words and one.label and one.label in (words[0], *words[0].splitlines()):
            one = replace(one, label=words[1])
        revised.append(one)
    return tuple(revised)


def _another(subject: Subject, draw: float) -> Colour:
    """A colour that is plainly not the one that the subject has."""
    kind = kind_of(subject.name, subject.form)
    natural = subject.colour or (kind.colours[0] if kind else (200, 120, 80))

    def apart(tone: Colour) -> float:
        return sum(abs(one - two) for one, two in zip(tone, natural, strict=True))

    far = sorted(_PALETTE, key=apart, reverse=True)[:4]
    return turned(far[int(draw * 4) % 4], 0, 1.05)


def _joined(scene: Scene, change: Change) -> Scene:
    """Add what is new, and tie it to what it was asked to be on, in or with."""
    own = {one.name: number for number, one in reversed(list(enumerate(scene.subjects)))}
    subjects = list(scene.subjects)
    # "add a hat to the fox" adds a hat; "add a fox" adds one more
    again = {group[0] for group in change.added if all(change.named[n].name in own for n in group)}
    places: dict[int, int] = {}
    for number, one in enumerate(change.named):
        known = own.get(one.name)
        if known is not None and (number not in again or subjects[known].hidden):
            places[number] = known
            label = one.label if one.label == change.scene.text else subjects[known].label
            was = subjects[known]
            subjects[known] = replace(
                was,
                hidden=False,
                label=label or "",
                traits=was.traits | one.traits,
                hair=one.hair or was.hair,
            )
        elif len(subjects) < MOST_AFTER_EDITS and kind_of(one.name, one.form):
            places[number] = len(subjects)
            own.setdefault(one.name, len(subjects))
            subjects.append(replace(one, late=True))
    relations = list(scene.relations)
    for relation in change.relations:
        first, second = places.get(relation.first), places.get(relation.second)
        late = [n for n in (first, second) if n is not None and subjects[n].late]
        if first is not None and second is not None and first != second and late:
            kind = relation.kind
            if kind == "on" and _worn(subjects[first]):
                first, second, kind = second, first, "wearing"
            relations.append(Relation(first, kind, second))
    tied = {n for r in relations for n in (r.first, r.second)}
    for number in places.values():
        one = subjects[number]
        if one.late and number and number not in tied and _worn(one):
            relations.append(Relation(0, "wearing", number))
    return replace(scene, subjects=tuple(subjects), relations=tuple(relations))


def _worn(subject: Subject) -> bool:
    kind = kind_of(subject.name, subject.form)
    return kind is not None and kind.worn
