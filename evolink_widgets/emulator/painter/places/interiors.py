"""Indoors and still lifes: room, library, table top, studio, cave."""

from __future__ import annotations

import math
from random import Random

from PIL import Image

from evolink_widgets.emulator.painter.drawing.chance import Wander, cloudy
from evolink_widgets.emulator.painter.drawing.colour import (
    Colour,
    colour,
    darker,
    lighter,
    mix,
    turned,
)
from evolink_widgets.emulator.painter.places.land import FLOWERS, foliage
from evolink_widgets.emulator.painter.places.registry import place
from evolink_widgets.emulator.painter.places.skyline import skyline
from evolink_widgets.emulator.painter.places.terrain import fill_below, ridge, round_tree
from evolink_widgets.emulator.painter.scenery.lens import blurred
from evolink_widgets.emulator.painter.scenery.paint_context import Glow, PaintContext
from evolink_widgets.emulator.painter.scenery.sky import paint_sky

WALLPAPER = tuple(
    colour(c)
    for c in ("c9d4c5", "e6d3bd", "b9c7d6", "e2bfae", "d8cbe0", "8fa89c", "d9a58a", "6f8598")
)
WOOD = tuple(colour(c) for c in ("b98358", "a06a45", "c99a6c", "8a5a3c"))
BINDINGS = tuple(
    colour(c)
    for c in (
        "8f3b36",
        "2f5d62",
        "c9a24a",
        "4a4e74",
        "6d7f4e",
        "b56b45",
        "d9c7a3",
        "3c3a4a",
        "a65c72",
    )
)


def view(context: PaintContext, rng: Random, horizon: float) -> None:
    """What a window shows: sky, hills, perhaps a town."""
    kept = context.horizon
    context.horizon = horizon
    paint_sky(context)
    if "city" in context.scene.also or rng.random() < 0.3:
        skyline(context, rng, horizon + 4, 0.3, 0.2)
    for depth, tone in ((0.3, (110, 140, 130)), (0.55, (92, 134, 88))):
        line = ridge(
            context, rng, horizon + context.unit * 0.08 * depth, context.unit * 0.03, octaves=3
        )
        fill_below(context, line, context.light.on(tone, depth))
        for _ in range(5):
            x = rng.uniform(0, context.width)
            round_tree(
                context,
                rng,
                x,
                line(x),
                context.unit * 0.14 * depth,
                context.light.on(foliage(context, rng, (70, 116, 70)), depth),
            )
    context.horizon = kept


def _inner_light(context: PaintContext) -> tuple[Colour, float]:
    """Tint of indoor surfaces, and how much lamps outshine the window (0..1)."""
    if context.light.lamps:
        return (232, 190, 150), 0.75
    return mix(context.light.ambient, (255, 244, 228), 0.35), 0.0


def _tint(local: Colour, light: Colour) -> Colour:
    return (local[0] * light[0] // 255, local[1] * light[1] // 255, local[2] * light[2] // 255)


@place(
    "room",
    horizon=(0.62, 0.68),
    stand=(0.3, 0.66),
    surface="floor",
    indoors=True,
    times=("day", "sunset", "dawn", "night", "dusk"),
)
def room(context: PaintContext) -> None:
    """A wall with a window on the weather, boards, a rug, a plant, pictures."""
    rng = context.rng("room")
    unit, wide, high = context.unit, context.width, context.height
    side = rng.choice((-1, 1))
    centre = wide * (0.5 + side * rng.uniform(0.14, 0.24))
    half = min(unit * 0.25, wide * 0.24)
    top, sill = context.horizon * 0.16, context.horizon * 0.74
    view(context, rng, sill - (sill - top) * 0.22)
    tint, dim = _inner_light(context)
    wall = _tint(context.scene.walls or rng.choice(WALLPAPER), tint)
    if dim:
        wall = mix(wall, context.light.shade, 0.28)
    frame = _wall_with_hole(context, wall, (centre - half, top, centre + half, sill))
    _window(context, frame, lighter(_tint((240, 234, 222), tint), 0.1))
    floor = _tint(rng.choice(WOOD), tint)
    _boards(context, rng, floor)
    context.canvas.rect(
        (0, context.horizon - unit * 0.03, wide, context.horizon), lighter(wall, 0.35)
    )
    context.canvas.mist(
        context.horizon, context.horizon + unit * 0.05, context.light.shade, 0.4, rising=True
    )
    if not context.scene.bare:
        _pictures(context, rng, centre, half, side, tint)
        _rug(context, rng, tint)
    _sun_patch(context, centre, half, dim)
    if context.detail and not context.scene.bare:
        pot_plant(
            context, rng, wide * (0.5 + side * 0.46), context.ground_at(0.16), unit * 0.34, tint
        )
        _standing_lamp(
            context, wide * (0.5 - side * 0.44), context.ground_at(0.12), unit * 0.5, dim, tint
        )
    context.canvas.vignette(context.light.shade, 0.45)
    _ = high


def _wall_with_hole(
    context: PaintContext, wall: Colour, hole: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    left, top, right, bottom = hole
    low = context.horizon
    for box in (
        (0, 0, context.width, top),
        (0, bottom, context.width, low),
        (0, top, left, bottom),
        (right, top, context.width, bottom),
    ):
        context.canvas.rect(box, wall)
    stripe = lighter(wall, 0.07)
    step = context.unit * 0.045
    for k in range(int(context.width / step) + 1):
        x = k * step
        for y0, y1 in (
            ((0.0, low),) if not left - step * 0.5 < x < right else ((0.0, top), (bottom, low))
        ):
            context.canvas.rect((x, y0, x + step * 0.5, y1), stripe, alpha=0.6)
    return hole


def _window(context: PaintContext, hole: tuple[float, float, float, float], tone: Colour) -> None:
    left, top, right, bottom = hole
    thick = context.unit * 0.014
    draw = context.canvas.draw
    for box in (
        (left - thick, top - thick, right + thick, top),
        (left - thick, bottom, right + thick, bottom + thick),
        (left - thick, top, left, bottom),
        (right, top, right + thick, bottom),
    ):
        context.canvas.rect(box, tone)
    middle = (left + right) / 2
    context.canvas.rect((middle - thick * 0.4, top, middle + thick * 0.4, bottom), tone)
    bar = top + (bottom - top) * 0.36
    context.canvas.rect((left, bar - thick * 0.3, right, bar + thick * 0.3), tone)
    context.canvas.rect(
        (left - thick * 2.4, bottom + thick * 0.6, right + thick * 2.4, bottom + thick * 2.4), tone
    )
    context.canvas.stain(
        Image.linear_gradient("L").rotate(180),
        context.light.shade,
        (left - thick * 2, bottom + thick * 2.4, right + thick * 2, bottom + thick * 6),
        0.3,
    )
    cloth = mix(tone, context.light.glow, 0.2)
    for sign, edge in ((-1, left), (1, right)):
        for k in range(5):
            x = edge + sign * thick * (1.2 - k * 1.05)
            shade = mix(cloth, context.light.shade, 0.1 + 0.12 * (k % 2))
            context.canvas.polygon(
                [
                    (x - thick * 0.7, top - thick * 2),
                    (x + thick * 0.7, top - thick * 2),
                    (x + thick * 0.8 + sign * thick * 0.8, bottom + thick * 4),
                    (x - thick * 0.8 + sign * thick * 0.8, bottom + thick * 4),
                ],
                shade,
                0.96,
            )
    draw.rounded_rectangle(
        (left - thick * 5, top - thick * 2.8, right + thick * 5, top - thick * 2),
        thick * 0.4,
        fill=darker(tone, 0.5),
    )


def _boards(context: PaintContext, rng: Random, tone: Colour) -> None:
    light, unit = context.light, context.unit
    y = context.horizon
    context.canvas.wash(
        ((0, mix(tone, light.shade, 0.25)), (0.3, tone), (1, mix(tone, light.shade, 0.3))), y
    )
    vanish = context.width / 2
    seam = darker(tone, 0.4)
    spread = context.width * 0.075
    for k in range(-12, 13):
        x0, x1 = vanish + k * spread, vanish + k * spread * 2.6
        x2, x3 = vanish + (k + 1) * spread, vanish + (k + 1) * spread * 2.6
        shade = mix(tone, darker(tone, 0.3), rng.random() * 0.6)
        context.canvas.polygon(
            [(x0, y), (x2, y), (x3, context.height), (x1, context.height)], shade, 0.45
        )
        context.canvas.line([(x0, y), (x1, context.height)], unit * 0.002, seam, 0.6)
        for _ in range(2):
            t = rng.random()
            row = y + (context.height - y) * t
            a, b = x0 + (x1 - x0) * t, x2 + (x3 - x2) * t
            context.canvas.line([(a, row), (b, row)], unit * 0.002, seam, 0.6)


def _pictures(
    context: PaintContext, rng: Random, centre: float, half: float, side: int, tint: Colour
) -> None:
    unit = context.unit
    free = centre - half - unit * 0.12 if side > 0 else context.width - centre - half - unit * 0.12
    x0 = 0.0 if side > 0 else context.width - free
    for k in range(max(1, min(3, round(free / (unit * 0.2))))):
        w, h = unit * rng.uniform(0.10, 0.15), unit * rng.uniform(0.11, 0.17)
        x = x0 + free * (k + 0.5) / max(1, min(3, round(free / (unit * 0.2)))) - w / 2
        y = context.horizon * rng.uniform(0.26, 0.36)
        context.canvas.rect(
            (x + unit * 0.006, y + unit * 0.008, x + w + unit * 0.006, y + h + unit * 0.008),
            context.light.shade,
            alpha=0.27,
        )
        context.canvas.rect((x, y, x + w, y + h), _tint(rng.choice(WOOD), tint))
        m = unit * 0.012
        paper = _tint((246, 240, 228), tint)
        context.canvas.rect((x + m * 0.6, y + m * 0.6, x + w - m * 0.6, y + h - m * 0.6), paper)
        box = (x + m * 1.8, y + m * 1.8, x + w - m * 1.8, y + h - m * 1.8)
        hue = _tint(turned((220, 140, 90), rng.random()), tint)
        context.canvas.rect(box, lighter(hue, 0.5))
        context.canvas.ellipse(
            (box[0] + box[2]) / 2, box[1] + (box[3] - box[1]) * 0.4, w * 0.13, w * 0.13, hue
        )
        context.canvas.rect(
            (box[0], box[1] + (box[3] - box[1]) * 0.65, box[2], box[3]), darker(hue, 0.4)
        )


def _rug(context: PaintContext, rng: Random, tint: Colour) -> None:
    unit = context.unit
    tone = _tint(turned((176, 76, 70), rng.random()), tint)
    x, y = context.width * 0.5, context.ground_at(0.52)
    ry = (context.height - context.horizon) * 0.34
    rx = min(context.width * 0.4, ry * 3.4)
    rings = (
        (1.0, tone),
        (0.92, lighter(tone, 0.6)),
        (0.87, tone),
        (0.62, lighter(tone, 0.35)),
        (0.57, tone),
        (0.3, lighter(tone, 0.55)),
    )
    context.canvas.ellipse(x, y + unit * 0.008, rx, ry, context.light.shade, 0.3)
    for share, shade in rings[: 3 if context.detail == 0 else 6]:
        context.canvas.ellipse(x, y, rx * share, ry * share, shade)


def _sun_patch(context: PaintContext, centre: float, half: float, dim: float) -> None:
    if dim or context.detail == 0 or not context.light.disc_shown:
        return
    skew = -context.sun_side * half * 0.9
    y0, y1 = context.ground_at(0.1), context.ground_at(0.62)
    for a, b in ((-1.0, -0.06), (0.06, 1.0)):
        context.canvas.polygon(
            [
                (centre + half * a + skew * 0.5, y0),
                (centre + half * b + skew * 0.5, y0),
                (centre + half * b * 1.35 + skew * 1.6, y1),
                (centre + half * a * 1.35 + skew * 1.6, y1),
            ],
            lighter(context.light.glow, 0.2),
            0.30,
        )


def pot_plant(
    context: PaintContext, rng: Random, x: float, base: float, height: float, tint: Colour
) -> None:
    """A big-leaved plant in a pot."""
    pot = _tint(rng.choice(((206, 118, 84), (230, 224, 212), (92, 116, 128))), tint)
    context.canvas.ellipse(x, base, height * 0.2, height * 0.035, context.light.shade, 0.4)
    for k in range(9):
        a = math.radians(200 + 140 * k / 8)
        reach = height * rng.uniform(0.45, 0.72)
        tip = (x + math.cos(a) * reach * 0.7, base - height * 0.3 + math.sin(a) * reach)
        mid = (x + math.cos(a) * reach * 0.2, base - height * 0.3 + math.sin(a) * reach * 0.62)
        dx, dy = tip[1] - mid[1], mid[0] - tip[0]
        leaf = _tint(
            turned((70, 134, 84), rng.uniform(-0.04, 0.03), 1, rng.uniform(0.8, 1.15)), tint
        )
        context.canvas.line([(x, base - height * 0.28), mid], height * 0.014, darker(leaf, 0.2))
        context.canvas.polygon(
            [
                mid,
                (
                    mid[0] + (tip[0] - mid[0]) * 0.45 + dx * 0.4,
                    mid[1] + (tip[1] - mid[1]) * 0.45 + dy * 0.4,
                ),
                tip,
                (
                    mid[0] + (tip[0] - mid[0]) * 0.45 - dx * 0.4,
                    mid[1] + (tip[1] - mid[1]) * 0.45 - dy * 0.4,
                ),
            ],
            leaf,
        )
        context.canvas.line([mid, tip], height * 0.008, lighter(leaf, 0.25))
    context.canvas.polygon(
        [
            (x - height * 0.16, base - height * 0.3),
            (x + height * 0.16, base - height * 0.3),
            (x + height * 0.12, base),
            (x - height * 0.12, base),
        ],
        pot,
    )
    context.canvas.rect(
        (x - height * 0.175, base - height * 0.32, x + height * 0.175, base - height * 0.26),
        lighter(pot, 0.12),
    )


def _standing_lamp(
    context: PaintContext, x: float, base: float, height: float, dim: float, tint: Colour
) -> None:
    metal = _tint((72, 66, 66), tint)
    context.canvas.line([(x, base), (x, base - height)], height * 0.014, metal)
    context.canvas.ellipse(x, base, height * 0.09, height * 0.02, metal)
    top = base - height
    shade = (255, 226, 168) if dim else _tint((240, 226, 200), tint)
    context.canvas.polygon(
        [
            (x - height * 0.08, top),
            (x + height * 0.08, top),
            (x + height * 0.14, top + height * 0.2),
            (x - height * 0.14, top + height * 0.2),
        ],
        shade,
    )
    if dim:
        context.canvas.glow(x, top + height * 0.12, height * 1.3, (255, 196, 120), 0.55)
        context.glows.append(Glow(x, top + height * 0.12, height * 0.5, (255, 214, 150), 0.5))


@place(
    "library",
    horizon=(0.66, 0.72),
    stand=(0.25, 0.7),
    surface="floor",
    indoors=True,
    times=("night", "sunset", "day", "dusk"),
)
def library(context: PaintContext) -> None:
    """Shelves up to the ceiling, a rug, warm light."""
    rng = context.rng("library")
    tint, dim = (240, 200, 160), 0.8
    wood = _tint(rng.choice(WOOD[1:2] + WOOD[3:]), tint)
    context.canvas.wash(((0, darker(wood, 0.55)), (1, darker(wood, 0.3))), 0, context.horizon)
    rows = 6
    bay = min(context.unit * 0.42, context.width / 2)
    count = math.ceil(context.width / bay)
    for k in range(count):
        _shelves(context, rng, k * context.width / count, context.width / count, rows, wood, tint)
    _boards(context, rng, _tint(rng.choice(WOOD), tint))
    context.canvas.mist(
        context.horizon,
        context.horizon + context.unit * 0.07,
        context.light.shade,
        0.5,
        rising=True,
    )
    _rug(context, rng, tint)
    x = context.width * rng.choice((0.3, 0.7))
    context.canvas.glow(x, context.horizon * 0.6, context.unit * 0.8, (255, 200, 120), 0.4 * dim)
    context.canvas.vignette((20, 10, 16), 0.75)


def _shelves(
    context: PaintContext,
    rng: Random,
    left: float,
    wide: float,
    rows: int,
    wood: Colour,
    tint: Colour,
) -> None:
    unit = context.unit
    row = context.horizon / rows
    post = unit * 0.016
    for number in range(rows):
        base = (number + 1) * row - post * 0.6
        x = left + post
        while x < left + wide - post * 1.6:
            thick = unit * rng.uniform(0.008, 0.022)
            high = row * rng.uniform(0.5, 0.8)
            if rng.random() < 0.06:
                x += thick * 2
                continue
            tone = _tint(rng.choice(BINDINGS), tint)
            end = min(x + thick, left + wide - post)
            context.canvas.rect((x, base - high, end, base), tone)
            if context.detail:
                context.canvas.rect(
                    (x, base - high * 0.85, end, base - high * 0.8), lighter(tone, 0.35)
                )
                context.canvas.rect((end - thick * 0.22, base - high, end, base), darker(tone, 0.3))
            x = end + 1
        context.canvas.rect((left, base, left + wide, base + post), wood)
        context.canvas.mist(base - row + post, base - row + post * 4, (16, 8, 10), 0.5, rising=True)
    context.canvas.rect((left - post / 2, 0, left + post / 2, context.horizon), lighter(wood, 0.06))


@place(
    "tabletop",
    horizon=(0.56, 0.64),
    stand=(0.3, 0.62),
    surface="floor",
    indoors=True,
    times=("day", "dawn", "sunset", "night"),
)
def tabletop(context: PaintContext) -> None:
    """A wooden table close by, the room behind it out of focus."""
    rng = context.rng("tabletop")
    tint, dim = _inner_light(context)
    unit = context.unit
    side = rng.choice((-1, 1))
    centre = context.width * (0.5 + side * rng.uniform(0.1, 0.26))
    half = min(unit * 0.36, context.width * 0.34)
    view(context, rng, context.horizon * 0.8)
    wall = _tint(rng.choice(WALLPAPER), tint)
    if dim:
        wall = mix(wall, context.light.shade, 0.45)
    hole = _wall_with_hole(
        context, wall, (centre - half, -unit, centre + half, context.horizon * 0.86)
    )
    _window(context, hole, _tint((240, 234, 222), tint))
    pot_plant(context, rng, centre - half * 0.55, context.horizon * 0.92, unit * 0.4, tint)
    for k in range(context.many(7)):
        x = context.width * (0.5 - side * rng.uniform(0.1, 0.55))
        if dim:
            context.canvas.glow(
                x,
                context.horizon * rng.uniform(0.1, 0.8),
                unit * rng.uniform(0.04, 0.09),
                (255, 206, 130),
                0.9,
                power=0.4,
            )
        _ = k
    blurred(context, 3.4)
    wood = _tint(rng.choice(WOOD), tint)
    if context.scene.surface:
        wood = mix(context.scene.surface, tint, 0.12)
    y = context.horizon
    context.canvas.wash(
        ((0, lighter(wood, 0.16)), (0.15, wood), (1, mix(wood, context.light.shade, 0.4))), y
    )
    _grain_of_wood(context, rng, wood)
    context.canvas.mist(y - unit * 0.02, y, context.light.shade, 0.25)
    context.canvas.glow(
        centre, y + unit * 0.1, unit * 0.6, lighter(context.light.glow, 0.3), 0.4, squash=0.3
    )
    context.canvas.vignette(context.light.shade, 0.5)


def _grain_of_wood(context: PaintContext, rng: Random, wood: Colour) -> None:
    unit = context.unit
    y = context.horizon
    noise = cloudy(rng, (120, 160), (2, 60), 3).point([max(0, v - 120) for v in range(256)])
    context.canvas.stain(noise, darker(wood, 0.5), (0, y, context.width, context.height), 0.75)
    for k in range(1, 5):
        row = y + (context.height - y) * (k / 5) ** 1.5
        context.canvas.line(
            [(0, row), (context.width, row)], unit * 0.003 * (0.4 + k / 4), darker(wood, 0.55), 0.7
        )
        context.canvas.line(
            [(0, row + unit * 0.003), (context.width, row + unit * 0.003)],
            unit * 0.002,
            lighter(wood, 0.25),
            0.5,
        )


@place(
    "stage", horizon=(0.66, 0.7), stand=(0.3, 0.6), surface="floor", indoors=True, times=("day",)
)
def stage(context: PaintContext) -> None:
    """Boards between curtains, in a spotlight."""
    canvas, unit, wide = context.canvas, context.unit, context.width
    canvas.wash(((0, (30, 22, 34)), (1, (58, 40, 60))))
    _boards(context, context.rng("stage place"), (150, 100, 66))
    low = context.ground_at(0.5)
    canvas.polygon(
        [(wide / 2, -unit * 0.1), (wide / 2 + unit * 0.36, low), (wide / 2 - unit * 0.36, low)],
        (255, 236, 190),
        0.2,
    )
    canvas.ellipse(wide / 2, low, unit * 0.36, unit * 0.08, (255, 240, 200), 0.4)
    for k in range(10):
        cloth = darker((170, 38, 46), 0.25 if k % 2 else 0.02)
        x = k * wide * 0.036 if k < 5 else wide * (1 - (k - 4) * 0.036)
        canvas.rect((x, 0, x + wide * 0.036, context.ground_at(0.12)), cloth)
        canvas.ellipse(wide * (k + 0.5) / 10, 0, wide * 0.06, context.height * 0.13, cloth)


@place(
    "studio", horizon=(0.62, 0.7), stand=(0.3, 0.6), surface="floor", indoors=True, times=("day",)
)
def studio(context: PaintContext) -> None:
    """A seamless coloured backdrop under soft light."""
    rng = context.rng("studio")
    asked = context.scene.colours
    base = asked[0] if asked else turned(rng.choice(WALLPAPER), rng.uniform(-0.02, 0.02), 1.2)
    if context.light.moon:
        base = mix(base, context.light.shade, 0.55)
    context.canvas.wash(
        (
            (0, lighter(base, 0.1)),
            (0.55, base),
            (0.68, mix(base, darker(base, 0.4), 0.25)),
            (1, lighter(base, 0.14)),
        )
    )
    x = context.width * (0.5 + 0.12 * context.sun_side)
    context.canvas.glow(
        x,
        context.height * 0.36,
        max(context.width, context.height) * 0.62,
        lighter(base, 0.72),
        0.7,
    )
    if context.detail:
        _arches(context, rng, base)
    context.canvas.vignette(darker(base, 0.55), 0.4)


def _arches(context: PaintContext, rng: Random, base: Colour) -> None:
    """A quiet disc or arch behind the thing, as photographers use them."""
    kind = rng.choice(["disc", "arch", "none", "steps"])
    unit, low = context.unit, context.ground_at(0.2)
    tone = lighter(turned(base, rng.uniform(-0.08, 0.08), 1.1), 0.18)
    x = context.width * 0.5
    if kind == "disc":
        context.canvas.ellipse(x, low - unit * 0.33, unit * 0.33, unit * 0.33, tone, 0.75)
    elif kind == "arch":
        half = unit * 0.28
        context.canvas.draw.pieslice(
            (x - half, low - unit * 0.72, x + half, low - unit * 0.72 + half * 2),
            180,
            360,
            fill=tone,
        )
        context.canvas.rect((x - half, low - unit * 0.72 + half, x + half, low), tone)
        context.canvas.mist(low, low + unit * 0.05, darker(base, 0.4), 0.25, rising=True)
    elif kind == "steps":
        for k, share in enumerate((0.9, 0.62)):
            half, top = context.width * share / 2, low - unit * 0.0 + unit * 0.05 * (1 - k)
            shade = lighter(tone, 0.12 * k)
            context.canvas.rect((x - half, top, x + half, top + unit * 0.05), darker(shade, 0.12))
            context.canvas.ellipse(x, top, half, unit * 0.02, shade)


@place("cave", horizon=(0.6, 0.66), stand=(0.35, 0.7), indoors=True, times=("night",))
def cave(context: PaintContext) -> None:
    """Rock in layers around a bright opening; crystals glow in the dark."""
    rng = context.rng("cave")
    unit = context.unit
    hue = rng.uniform(-0.12, 0.2)
    bright = turned((120, 200, 230), hue)
    context.canvas.wash(((0, darker(bright, 0.4)), (0.6, bright), (1, darker(bright, 0.55))))
    cx, cy = context.width * rng.uniform(0.36, 0.64), context.horizon * 0.8
    context.canvas.glow(cx, cy, unit * 0.7, lighter(bright, 0.8), 0.9)
    layers = 3 + context.detail
    for number in range(layers):
        t = (number + 1) / layers
        rock = mix(darker(bright, 0.35), turned((24, 22, 44), hue), 0.25 + 0.75 * t)
        for edge in (0, 1):
            wander = Wander(rng, 5, 0.6)
            points = []
            for k in range(81):
                x = context.width * k / 80
                off = abs(x - cx) / (context.width * 0.62)
                hang = context.unit * (0.08 + 0.62 * off**1.4 * (1.25 - t * 0.5)) * (1.1 - 0.35 * t)
                spike = max(0.0, wander(k * 0.55)) ** 2 * unit * 0.35
                rough = wander(k * 0.13 + 7) * unit * 0.05
                if edge == 0:
                    points.append((x, hang * 0.9 + spike + rough - unit * 0.12 * t))
                else:
                    points.append(
                        (x, context.ground_at(0.1 + 0.22 * t) - hang * 0.32 - spike * 0.45 - rough)
                    )
            far = -10.0 if edge == 0 else context.height + 10.0
            context.canvas.polygon([(0, far), *points, (context.width, far)], rock)
        context.canvas.glow(cx, cy, unit * 0.5, lighter(bright, 0.4), 0.14)
    for _ in range(context.many(12)):
        x = rng.choice((rng.uniform(0, 0.3), rng.uniform(0.7, 1))) * context.width
        _shard(
            context,
            rng,
            x,
            context.ground_at(rng.uniform(0.3, 0.95)),
            unit * rng.uniform(0.04, 0.13),
            turned(rng.choice(FLOWERS), 0, 0.8, 1.2),
        )


def _shard(
    context: PaintContext, rng: Random, x: float, base: float, size: float, tone: Colour
) -> None:
    for k in range(4):
        lean = (k - 1.5) * 0.34 + rng.uniform(-0.1, 0.1)
        high, half = size * rng.uniform(0.6, 1.2), size * 0.13
        tip = (x + math.sin(lean) * high, base - math.cos(lean) * high)
        root = x + (k - 1.5) * half
        context.canvas.polygon(
            [(root - half, base), (tip[0] - half * 0.6, tip[1] + half), tip, (root, base)],
            lighter(tone, 0.35),
        )
        context.canvas.polygon(
            [(root + half, base), (tip[0] + half * 0.6, tip[1] + half), tip, (root, base)],
            darker(tone, 0.25),
        )
    context.glows.append(Glow(x, base - size * 0.4, size * 1.8, tone, 0.5))
