"""Where a scene's things stand: on a table, in a furnished room, before a portrait's backdrop."""

from __future__ import annotations

from dataclasses import replace

from evolink_widgets.emulator.painter.lettering.kinds import is_small, wears_a_hat
from evolink_widgets.emulator.painter.reading.nouns import FURNISHED
from evolink_widgets.emulator.painter.reading.scene import Scene, Subject, without


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


def furnished(scene: Scene, rooms: list[str]) -> Scene:
    """A room that was named is furnished as such, unless something else is to be seen in it."""
    wanted = next((FURNISHED[room].split() for room in rooms if room in FURNISHED), [])
    there = {one.form or one.name for one in scene.subjects}
    if (
        not wanted
        or scene.place != "room"
        or not there <= {one.partition("=")[0] for one in wanted}
    ):
        return scene
    pairs = [one.partition("=") for one in wanted]
    more = tuple(Subject(name, label=label) for name, _, label in pairs if name not in there)
    return replace(scene, subjects=scene.subjects + more)


def portrayed(scene: Scene) -> Scene:
    """A portrait of a person shows head and shoulders."""
    if scene.framing != "close" or not scene.subjects:
        return scene
    first, *others = scene.subjects
    if (first.form or first.name) not in ("person", "child") or first.count > 2:
        return scene
    if wears_a_hat(first.role) and any(one.name == "hat" for one in others):
        scene = without(scene, {n for n, one in enumerate(scene.subjects) if one.name == "hat"})
        others = list(scene.subjects[1:])
    return replace(
        scene,
        subjects=(replace(first, form="bust"), *others),
        place=scene.place or "studio",
        framing="",
    )
