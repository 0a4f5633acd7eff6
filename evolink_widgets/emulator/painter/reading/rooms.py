"""Where a scene's things stand: on a table, in a furnished room, before a portrait's backdrop."""

from __future__ import annotations

from dataclasses import replace

from evolink_widgets.emulator.painter.lettering.kinds import (
    PAGE_NAMES,
    is_a_being,
    is_small,
    wears_a_hat,
)
from evolink_widgets.emulator.painter.reading.nouns import COMPANY, FURNISHED, word_set
from evolink_widgets.emulator.painter.reading.scene import (
    UNKNOWN,
    Relation,
    Scene,
    Subject,
    without,
)

_TOPS = word_set("table desk shelf cabinet bench piano")
"""Furniture with a top to stand things on."""


def upon_its_furniture(scene: Scene) -> Scene:
    """ "a desk with a lamp and a book": small things that came with it stand on it."""
    relations = list(scene.relations)
    tied = {(one.first, one.kind) for one in relations if one.kind != "beside"}
    base = None
    for number, one in enumerate(scene.subjects):
        kind = one.form or one.name
        if kind in _TOPS and one.count == 1:
            base = number
            continue
        before = [link for link in relations if link.second == number]
        joined = any(link.kind in ("beside", "holding") for link in before) or number - 1 == base
        if base is None or not is_small(kind) or one.hidden or kind in ("ball", "rug"):
            base = base if joined and is_small(kind) else None
            continue
        if not any(first == number for first, _ in tied):
            relations = [link for link in relations if link.second != number]
            relations.append(Relation(number, "on", base))
    return _clear_plates(replace(scene, relations=tuple(relations)))


_UNDER = {
    "dish": "empty plate",
    "broom": "flying broom",
    "shelf": "wall shelf",
    "board long": "surf",
}
"""What something is drawn as when another is on it."""


def _clear_plates(scene: Scene) -> Scene:
    """A plate that something is on has nothing else on it."""
    laden = {one.second for one in scene.relations if one.kind in ("on", "riding")}
    return replace(
        scene,
        subjects=tuple(
            replace(one, form=_UNDER[one.form], label="")
            if n in laden and one.form in _UNDER
            else one
            for n, one in enumerate(scene.subjects)
        ),
    )


def on_its_table(scene: Scene) -> Scene:
    """Small things and a table: it is the ground that they stand on."""
    last = len(scene.subjects) - 1
    if (
        last < 1
        or (scene.subjects[last].form or scene.subjects[last].name) != "table"
        or scene.subjects[last].count > 1
    ):
        return scene
    small = all(is_small(one.form or one.name) for one in scene.subjects[:last])
    if not small or scene.place not in (None, "studio", "room"):
        return scene
    tone = scene.subjects[last].colour
    return replace(without(scene, {last}), place="tabletop", surface=tone or scene.surface)


_PALE = (222, 230, 230)
_AUSTERE = word_set("sickbed flask dumbbell server washer car board=Lesson board=Lecture")
"""What stands in rooms that have no rug, lamp and pictures."""
_RATHER = {"server": {"shelf": "server"}, "sickbed": {"bed": "sickbed", "screen": "vitals"}}
"""What things are in a room by what furnishes it."""


def furnished(scene: Scene, rooms: list[str]) -> Scene:
    """A room that was named is furnished as such, unless something else is to be seen in it."""
    wanted = next((FURNISHED[room].split() for room in rooms if room in FURNISHED), [])
    rather = _RATHER.get(wanted[0], {}) if wanted else {}
    kinds = [one.form or one.name for one in scene.subjects]
    scene = replace(scene, subjects=tuple(
        replace(one, form=rather[kind], label="") if kind in rather else one
        for one, kind in zip(scene.subjects, kinds, strict=True)))  # fmt: skip
    there = {one.form or one.name for one in scene.subjects}
    homely = scene.bare or not _AUSTERE & set(wanted)
    if not homely:
        scene = replace(scene, bare=True, walls=scene.walls or _PALE)
    if (
        (scene.bare and homely)
        or not wanted
        or scene.place != "room"
        or any(is_a_being(kind) or kind in PAGE_NAMES for kind in there)
    ):
        return scene
    usual = {one.partition("=")[0] for one in wanted}
    if not there <= usual:
        wanted = [] if there & usual or len(there) > 3 else wanted[:1]
    pairs = [one.partition("=") for one in wanted]
    more = tuple(Subject(name, label=label) for name, _, label in pairs if name not in there)
    return replace(scene, subjects=scene.subjects + more)


def printed_words(scene: Scene, guessed: set[int]) -> Scene:
    """ "a cap with Zugzwang on it": what has no shape is on the thing as its word."""
    subjects, gone = list(scene.subjects), set()
    for tie in scene.relations:
        mark = subjects[tie.second]
        if tie.kind == "printed" and tie.second in guessed and mark.form == UNKNOWN:
            bearer = subjects[tie.first]
            subjects[tie.first] = replace(bearer, label=mark.label)
            gone.add(tie.second)
    return without(replace(scene, subjects=tuple(subjects)), gone) if gone else scene


def accompanied(scene: Scene) -> Scene:
    """A trade's person alone has what makes it known: a cyclist rides."""
    if len(scene.subjects) != 1 or scene.framing == "close":
        return scene
    one = scene.subjects[0]
    words = [word for word in one.role.casefold().split() if COMPANY.get(word)]
    if (one.form or one.name) != "person" or one.count > 2 or not words:
        return scene
    tie, name = COMPANY[words[-1]].split(" ", 1)
    tied = Relation(0, "on" if tie == "riding" and name == "surf" else tie, 1)
    return replace(
        scene,
        subjects=(replace(one, label=""), Subject(name, count=1)),
        relations=(*scene.relations, tied),
    )


_HEADWEAR = ("hat", "cap", "toque", "helmet")


def portrayed(scene: Scene) -> Scene:
    """A portrait of a person shows head and shoulders."""
    if scene.framing != "close" or not scene.subjects:
        return scene
    first = scene.subjects[0]
    if (first.form or first.name) not in ("person", "child") or first.count > 2:
        return scene
    own = {n for n, one in enumerate(scene.subjects) if (one.form or one.name) in _HEADWEAR}
    if wears_a_hat(first.role):
        scene = without(scene, own)
    veiled = {n for n, one in enumerate(scene.subjects) if n and one.form == UNKNOWN}
    scene = without(scene, veiled)  # "with a veil": before the face
    return replace(
        scene,
        subjects=(replace(first, form="bust"), *scene.subjects[1:]),
        place=scene.place or "studio",
        framing="",
    )
