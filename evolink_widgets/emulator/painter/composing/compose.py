"""Composition: fill the gaps of a scene by chance, set light and horizon, paint back to front."""

from __future__ import annotations

from dataclasses import replace

from evolink_widgets.emulator.painter.composing.placement import homes, paint_subjects
from evolink_widgets.emulator.painter.drawing.canvas import Canvas
from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.places import PLACES, Place
from evolink_widgets.emulator.painter.reading.scene import Scene, without
from evolink_widgets.emulator.painter.scenery.lens import defocus
from evolink_widgets.emulator.painter.scenery.lettering import paint_title
from evolink_widgets.emulator.painter.scenery.light import light_for
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext
from evolink_widgets.emulator.painter.scenery.sky import paint_sky
from evolink_widgets.emulator.painter.scenery.weather import lightning, paint_weather

_DEFAULT_PLACES = (
    "mountain",
    "meadow",
    "lake",
    "sea",
    "desert",
    "forest",
    "snow",
    "abstract",
    "abstract",
    "beach",
    "clouds",
)


def settled(scene: Scene, chance: Chance) -> Scene:
    """Choose what the prompt left open."""
    rng = chance.stream("settle")
    place = scene.place
    if place is None:
        choices = homes(scene) or list(_DEFAULT_PLACES)
        open_air = [one for one in choices if not PLACES[one].indoors]
        if scene.weather or scene.sky:  # what is asked of the sky needs one
            choices = open_air or ["meadow", "mountain", "snow"]
        place = rng.choice(choices)
        if scene.empty:
            place = rng.choice(_DEFAULT_PLACES)
        elif place == "abstract":
            place = "mountain"
    time = scene.time
    if time is None:
        time = rng.choice(PLACES[place].times)
        if scene.weather == "aurora" or scene.sky & {"moon", "crescent", "stars"}:
            time = "night"
        elif "sun" in scene.sky or "rainbow" in scene.sky:
            time = rng.choice(("day", "sunset", "dawn") if "sun" in scene.sky else ("day",))
    return replace(scene, place=place, time=time)


def paint(scene: Scene, chance: Chance, width: int, height: int, detail: int) -> Canvas:
    """Paint ``scene`` on a canvas of ``width`` × ``height``."""
    scene = settled(scene, chance)
    scene = signless(scene)
    place = PLACES[scene.place or "meadow"]
    context = context_of(scene, place, chance, Canvas(width, height), detail)
    if not place.indoors:
        paint_sky(context)
        if scene.weather == "storm":
            lightning(context)
    place.back(context)
    _shine(context)  # the lamps behind the cast
    if scene.style == "photo":
        defocus(context)
    paint_subjects(context, place)
    if place.front:
        place.front(context)
    if not place.indoors and place.surface != "under":
        paint_weather(context)
    _shine(context)
    paint_title(context)
    return context.canvas


def _shine(context: PaintContext) -> None:
    for glow in context.glows:
        context.canvas.glow(glow.x, glow.y, glow.radius, glow.colour, glow.strength)
    context.glows.clear()


def signless(scene: Scene) -> Scene:
    """A poster is a manner, and a shop has a board of its own: neither needs a sign."""
    manner = scene.style == "poster" and not scene.text
    if not manner and not any(one.name == "shop" for one in scene.subjects):
        return scene
    return without(scene, {n for n, one in enumerate(scene.subjects) if one.name == "sign"})


def context_of(
    scene: Scene, place: Place, chance: Chance, canvas: Canvas, detail: int
) -> PaintContext:
    """The context to paint a scene in, once the scene is settled."""
    rng = chance.stream("stage")
    light = light_for(scene.time or "day", scene.weather, chance.stream("light"))
    if scene.sky_tint:
        light = light.tinted(scene.sky_tint)
    share = rng.uniform(*place.horizon)
    aspect = canvas.width / canvas.height
    if place.horizon[0] < 1:
        share += 0.04 * max(-1.0, min(1.0, (1 - aspect)))  # a tall picture sees more sky
    horizon = canvas.height * min(1.0, share)
    side = rng.choice((-1, 1))
    sun_x = canvas.width * (0.5 + side * rng.uniform(0.12, 0.3))
    sun_y = horizon * (1 - rng.uniform(*light.height))
    return PaintContext(canvas, scene, light, chance, detail, horizon, (sun_x, sun_y))
