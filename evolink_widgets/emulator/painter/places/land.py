"""Open land: mountain, meadow, forest, desert, snow, garden."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from evolink_widgets.emulator.painter.drawing.chance import Wander, cloudy
from evolink_widgets.emulator.painter.drawing.colour import (
    Colour,
    colour,
    darker,
    lighter,
    mix,
    turned,
)
from evolink_widgets.emulator.painter.places.registry import place
from evolink_widgets.emulator.painter.places.skyline import skyline
from evolink_widgets.emulator.painter.places.terrain import (
    blossoms,
    conifer,
    fill_below,
    grass,
    hill,
    mountains,
    ridge,
    round_tree,
    stones,
)
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext

FLOWERS = tuple(colour(c) for c in ("f2604a", "f7c64a", "f4f0ea", "c76ad0", "f08ab4", "6a86e0"))
AUTUMN = tuple(colour(c) for c in ("d9742a", "c24a2a", "e0a53a", "a83c30"))
BLOSSOM = tuple(colour(c) for c in ("f4b8cc", "f9d6e0", "e796b4"))


def foliage(context: PaintContext, rng: Random, green: Colour) -> Colour:
    """Leaf colour of the season. Draws as often in each, so that no season moves a tree."""
    season = context.scene.season
    draw, hue, value = rng.random(), rng.uniform(-0.04, 0.03), rng.uniform(0.85, 1.15)
    if season == "autumn":
        return AUTUMN[int(draw * len(AUTUMN))]
    if season == "spring" and draw < 0.6:
        return BLOSSOM[int(draw / 0.6 * len(BLOSSOM))]
    if season == "winter":
        return mix(green, (150, 164, 176), 0.6)
    return turned(green, hue, 1.0, value)


def white_ground(context: PaintContext) -> bool:
    """Does snow lie on the ground."""
    return context.scene.season == "winter" or (
        context.scene.weather == "snow" and context.scene.place not in ("city", "street", "room")
    )


def far_range(context: PaintContext, name: str = "far range", height: float = 0.26) -> None:
    """Distant mountains for any open place, in two veils of haze."""
    rng = context.rng(name)
    rock = (96, 104, 138)
    base = context.horizon + context.unit * 0.01
    for depth, share in ((0.12, 1.0), (0.28, 0.62)):
        mountains(
            context,
            rng,
            base,
            context.unit * height * share * rng.uniform(0.8, 1.2),
            context.light.on(rock, depth),
            snow=0.35 if share == 1.0 else 0.0,
            peaks=2.0,
            contrast=0.18,
        )
        context.canvas.mist(
            base - context.unit * height * share * 0.7, base, context.light.haze, 0.5
        )


def _also_far(context: PaintContext) -> None:
    """The scene's second place, seen in the distance."""
    also = context.scene.also
    if "mountain" in also or "snow" in also:
        far_range(context, height=0.34)
    if "city" in also:
        skyline(context, context.rng("far city"), context.horizon + 2, 0.2, 0.3)


@place("mountain", horizon=(0.6, 0.68), stand=(0.4, 0.75))
def mountain(context: PaintContext) -> None:
    """Three ranges one behind the other, firs on the near slope."""
    rng = context.rng("mountain")
    light, unit = context.light, context.unit
    tall = min(context.horizon * 0.72, unit * 0.62) * rng.uniform(0.85, 1.08)
    rock = rng.choice(((104, 106, 132), (112, 100, 112), (92, 108, 128)))
    steps = 2 if context.detail == 0 else 3
    for number in range(steps):
        t = number / (steps - 1)
        base = context.horizon + unit * 0.05 * t
        high = tall * (1 - 0.56 * t)
        mountains(
            context,
            rng,
            base,
            high,
            light.on(rock, 0.3 + 0.4 * t),
            peaks=1.0 + 1.5 * t,
            snow=0.5 - 0.25 * t,
            contrast=0.42,
        )
        context.canvas.mist(base - high * 0.55, base + 4, light.haze, 0.75 - 0.3 * t)
    slope_with_firs(context, rng)


def slope_with_firs(context: PaintContext, rng: Random) -> None:
    """Green slopes falling towards the viewer, firs along their crests."""
    light, unit = context.light, context.unit
    snowy = white_ground(context)
    layers = 2 + context.detail
    for number in range(layers):
        t = (number + 1) / layers
        base = context.horizon + (context.height - context.horizon) * (
            0.02 + 0.5 * (t - 1 / layers)
        )
        line = ridge(context, rng, base, unit * 0.06, length=0.9, octaves=2)
        green = (236, 240, 248) if snowy else turned((86, 124, 74), rng.uniform(-0.03, 0.03))
        fir = light.on((44, 78, 66), 0.25 + 0.65 * t)
        size = unit * (0.05 + 0.09 * t)
        gaps = Wander(rng, 3)
        step = size * 0.26
        for k in range(int(context.width / step) + 1):
            x = k * step + rng.uniform(-0.4, 0.4) * step
            if gaps(x / unit * 1.7) + (0.25 if t < 0.7 else -0.12) > 0:
                conifer(
                    context,
                    rng,
                    x,
                    line(x) + size * 0.08,
                    size * rng.uniform(0.6, 1.25),
                    fir,
                    snow=snowy,
                )
        hill(context, line, light.on(green, 0.35 + 0.65 * t))
        if number < layers - 1:
            context.canvas.mist(base - size, base + unit * 0.12, light.haze, 0.3)
    ground = light.on((90, 132, 70))
    if not snowy:
        grass(context, rng, 240, context.ground_at(0.5), context.height, ground, 0.035)
        blossoms(context, rng, 70, context.ground_at(0.45), context.height, FLOWERS)
    stones(context, rng, 5, context.ground_at(0.55), context.height, light.on((128, 126, 134)))


def near_grass(context: PaintContext) -> None:
    """Tall grass at the lower edge, between the viewer and the scene."""
    if context.detail == 0 or white_ground(context):
        return
    rng = context.rng("near grass")
    tone = mix(context.light.on((52, 84, 44)), context.light.shade, 0.25)
    grass(context, rng, 110, context.height * 0.99, context.height * 1.05, tone, 0.11)
    if context.detail > 1:
        blossoms(context, rng, 14, context.height * 0.93, context.height * 1.0, FLOWERS, 0.010)


@place("meadow", front=near_grass, horizon=(0.5, 0.62), stand=(0.42, 0.78))
def meadow(context: PaintContext) -> None:
    """Rolling hills, single trees, flowers in the near grass."""
    rng = context.rng("meadow")
    light, unit = context.light, context.unit
    far_range(context, height=rng.uniform(0.1, 0.24))
    if "city" in context.scene.also:
        _also_far(context)
    snowy = white_ground(context)
    layers = (2, 4, 5)[context.detail]
    golden = rng.random() < 0.25
    for number in range(layers):
        t = number / (layers - 1)
        base = context.horizon + (context.height - context.horizon) * 0.46 * t**1.4
        line = ridge(context, rng, base, unit * (0.03 + 0.03 * t), length=0.7 + t, octaves=2)
        local = (
            (238, 242, 250)
            if snowy
            else turned(
                (196, 176, 84) if golden and number % 2 else (112, 158, 78),
                rng.uniform(-0.05, 0.03),
                1.0,
                rng.uniform(0.9, 1.1),
            )
        )
        depth = 0.3 + 0.7 * t
        _grove(context, rng, line, t, depth)
        hill(context, line, light.on(local, depth))
        if t < 0.8:
            context.canvas.mist(base - unit * 0.04, base + unit * 0.16, light.haze, 0.22 * (1 - t))
    if snowy:
        return
    tone = light.on((104, 150, 66))
    grass(context, rng, 420, context.ground_at(0.42), context.height, tone, 0.05)
    blossoms(context, rng, 190, context.ground_at(0.36), context.height, FLOWERS)


def _grove(context: PaintContext, rng: Random, line: object, t: float, depth: float) -> None:
    assert callable(line)
    if t > 0.85:
        return
    for _ in range(context.many(rng.randint(2, 5) * context.width / context.unit)):
        x = rng.uniform(0, context.width)
        size = context.unit * (0.035 + 0.10 * t) * rng.uniform(0.7, 1.3)
        local = foliage(context, rng, (74, 122, 66))
        if rng.random() < 0.3 and context.scene.season != "autumn":
            conifer(
                context,
                rng,
                x,
                line(x) + size * 0.1,
                size * 1.2,
                context.light.on((54, 92, 72), depth),
                snow=white_ground(context),
            )
        else:
            round_tree(context, rng, x, line(x) + size * 0.1, size, context.light.on(local, depth))


def forest_front(context: PaintContext) -> None:
    """Two dark trunks and ferns that frame the view."""
    if context.detail == 0:
        return
    rng = context.rng("forest front")
    dark = mix(context.light.on((46, 44, 52)), context.light.shade, 0.55)
    wide = context.unit * rng.uniform(0.05, 0.075)
    for side in (0, 1):
        edge = -wide * 0.2 if side == 0 else context.width + wide * 0.2
        sign = 1 if side == 0 else -1
        points = [(edge, 0.0)]
        bend = Wander(rng, 3)
        for k in range(11):
            y = context.height * k / 10
            points.append(
                (edge + sign * wide * (0.75 + 0.3 * bend(k * 0.4) + (0.5 if k == 10 else 0)), y)
            )
        context.canvas.polygon(
            [*points, (edge - sign * wide, float(context.height)), (edge - sign * wide, 0)], dark
        )
    if not white_ground(context):
        tone = mix(context.light.on((44, 82, 52)), context.light.shade, 0.3)
        grass(context, rng, 70, context.height * 0.99, context.height * 1.04, tone, 0.13)


@place(
    "forest",
    front=forest_front,
    horizon=(0.5, 0.58),
    stand=(0.4, 0.75),
    times=("day", "dawn", "day", "sunset"),
)
def forest(context: PaintContext) -> None:
    """Trees in veils of mist, shafts of light, a clearing."""
    rng = context.rng("forest")
    light, unit = context.light, context.unit
    snowy = white_ground(context)
    if "mountain" in context.scene.also:
        far_range(context, height=0.4)
    layers = (3, 4, 5)[context.detail]
    broad = rng.random() < 0.35 or context.scene.season in ("autumn", "spring")
    for number in range(layers):
        t = number / (layers - 1)
        base = context.horizon + (context.height - context.horizon) * 0.30 * t**1.3
        size = unit * (0.26 + 0.46 * t)
        step = size * (0.13 if t < 0.7 else 0.19)
        clearing = context.width * 0.2 * max(0.0, t - 0.35) * 2
        for k in range(int(context.width / step) + 2):
            x = k * step + rng.uniform(-0.45, 0.45) * step
            if abs(x - context.width * 0.5) < clearing:
                continue
            local = foliage(context, rng, (52, 92, 70) if not broad else (78, 118, 58))
            tone = light.on(local, 0.14 + 0.66 * t)
            high = size * rng.uniform(0.65, 1.2)
            if broad and rng.random() < 0.6:
                round_tree(context, rng, x, base + size * 0.03, high * 0.85, tone)
            else:
                if broad:
                    tone = light.on((52, 92, 70), 0.14 + 0.66 * t)
                conifer(context, rng, x, base + size * 0.03, high, tone, snow=snowy)
        line = ridge(context, rng, base, unit * 0.012, length=0.6)
        floor = (
            (234, 239, 248)
            if snowy
            else mix((84, 116, 66), local if broad else (72, 100, 62), 0.25)
        )
        fill_below(context, line, light.on(floor, 0.25 + 0.65 * t))
        context.canvas.mist(
            base - size * 0.35, base + unit * 0.05, light.haze, 0.55 * (1 - t) + 0.1
        )
    if context.detail and context.scene.weather not in ("rain", "storm"):
        shafts(context)
    if not snowy:
        grass(
            context,
            rng,
            300,
            context.ground_at(0.34),
            context.height,
            light.on((76, 118, 62)),
            0.045,
        )
        blossoms(context, rng, 40, context.ground_at(0.4), context.height, FLOWERS, 0.006)


def shafts(context: PaintContext) -> None:
    """Slanting beams between the trees."""
    rng = context.rng("shafts")
    across, down = 128, 128
    mask = Image.new("L", (across, down))

    pencil = ImageDraw.Draw(mask)
    x0, y0 = context.sun[0] / context.width * across, -30
    for _ in range(7):
        x1 = rng.uniform(-0.2, 1.2) * across
        wide = rng.uniform(3, 9)
        pencil.polygon(
            [(x0 - 1, y0), (x0 + 1, y0), (x1 + wide, down), (x1 - wide, down)],
            fill=rng.randint(90, 200),
        )
    fade = Image.linear_gradient("L").resize((across, down)).point([255 - v for v in range(256)])

    mask = ImageChops.multiply(mask.filter(ImageFilter.GaussianBlur(2.5)), fade)
    box = (0.0, 0.0, float(context.width), context.ground_at(0.5))
    context.canvas.stain(
        mask, lighter(context.light.glow, 0.2), box, 0.34 * context.light.glowing * 2
    )


@place("desert", horizon=(0.52, 0.6), stand=(0.4, 0.75), times=("day", "sunset", "dawn", "dusk"))
def desert(context: PaintContext) -> None:
    """Dunes with knife-sharp crests, far mesas."""
    rng = context.rng("desert")
    light, unit = context.light, context.unit
    sand = rng.choice(((232, 176, 112), (226, 160, 104), (238, 196, 138)))
    _mesas(context, rng, light.on(mix(sand, (150, 80, 70), 0.5), 0.25))
    layers = (2, 4, 5)[context.detail]
    for number in range(layers):
        t = number / (layers - 1)
        base = context.horizon + (context.height - context.horizon) * 0.62 * t**1.25
        _dune(context, rng, base, unit * (0.04 + 0.10 * t), light.on(sand, 0.3 + 0.7 * t), t)
    texture = cloudy(rng, (200, 120), (5, 40), 3).point([max(0, v - 120) for v in range(256)])
    box = (0.0, context.ground_at(0.35), float(context.width), float(context.height))
    if context.detail:
        context.canvas.stain(texture, mix(light.on(sand), light.shade, 0.4), box, 0.35)


def _mesas(context: PaintContext, rng: Random, tone: Colour) -> None:
    unit = context.unit
    for _ in range(max(1, round(rng.randint(1, 3) * context.width / unit))):
        x = rng.uniform(0, context.width)
        wide, high = unit * rng.uniform(0.06, 0.2), unit * rng.uniform(0.04, 0.13)
        y = context.horizon + unit * 0.02
        context.canvas.polygon(
            [
                (x - wide * 1.3, y),
                (x - wide, y - high * 0.55),
                (x - wide * 0.8, y - high),
                (x + wide * 0.75, y - high),
                (x + wide * 0.95, y - high * 0.5),
                (x + wide * 1.4, y),
            ],
            tone,
        )
        shade = mix(tone, context.light.shade, 0.25)
        s = -context.sun_side
        context.canvas.polygon(
            [
                (x + s * wide * 0.2, y),
                (x + s * wide * 0.3, y - high),
                (x + s * wide * 0.77, y - high),
                (x + s * wide * 0.95, y - high * 0.5),
                (x + s * wide * 1.3, y),
            ],
            shade,
            0.8,
        )


def _dune(
    context: PaintContext, rng: Random, base: float, swing: float, tone: Colour, t: float
) -> None:
    line = ridge(context, rng, base, swing, length=0.55 + 0.6 * t, octaves=2, roughness=0.3)
    fill_below(context, line, mix(tone, context.light.glow, 0.14 * context.light.glowing))
    shade = mix(tone, context.light.shade, 0.42)
    step = max(3.0, context.unit / 180)
    points = [(n * step, line(n * step)) for n in range(int(context.width / step) + 2)]
    tops = [
        n
        for n in range(4, len(points) - 4)
        if points[n][1] == min(y for _, y in points[n - 4 : n + 5])
    ]
    away = -context.sun_side
    for n in tops:
        x, y = points[n]
        reach = swing * rng.uniform(2.5, 4.0)
        side = [p for p in points if 0 <= (p[0] - x) * away <= reach]
        if away < 0:
            side.reverse()
        spine = []
        for k in range(8, -1, -1):
            s = k / 8
            spine.append(
                (x + away * reach * (0.10 * math.sin(s * 4.2) + 0.28 * s), y + swing * 2.6 * s**0.9)
            )
        end = side[-1] if side else (x, y)
        context.canvas.polygon(
            [*side, (end[0] + away * swing, end[1] + swing * 1.8), *spine], shade, 0.75
        )


@place("snow", horizon=(0.52, 0.62), stand=(0.42, 0.76), times=("day", "dawn", "dusk", "sunset"))
def snow(context: PaintContext) -> None:
    """Snowy hills, firs under their load, a pale range behind."""
    rng = context.rng("snow")
    light, unit = context.light, context.unit
    far_range(context, height=rng.uniform(0.22, 0.36))
    layers = (2, 4, 5)[context.detail]
    white = (240, 244, 252)
    for number in range(layers):
        t = number / (layers - 1)
        base = context.horizon + (context.height - context.horizon) * 0.5 * t**1.4
        line = ridge(context, rng, base, unit * (0.02 + 0.035 * t), length=0.8 + t, octaves=2)
        if t < 0.9:
            _firs_in_groups(context, rng, line, t)
        tone = light.on(mix((206, 220, 242), white, t), 0.45 + 0.55 * t)
        hill(context, line, tone, light=0.3)
        if t < 0.8:
            context.canvas.mist(base - unit * 0.1, base + unit * 0.05, light.haze, 0.4 * (1 - t))
    soft = cloudy(rng, (160, 100), (3, 9), 3).point([max(0, v - 110) for v in range(256)])
    box = (0.0, context.ground_at(0.2), float(context.width), float(context.height))
    context.canvas.stain(soft, mix(light.on((176, 196, 232)), light.shade, 0.15), box, 0.5)
    if context.detail > 1:
        for _ in range(context.many(90)):
            context.canvas.ellipse(
                rng.uniform(0, context.width),
                rng.uniform(context.ground_at(0.3), context.height),
                unit * 0.0012,
                unit * 0.0012,
                lighter(light.glow, 0.7),
                0.8,
            )


def _firs_in_groups(context: PaintContext, rng: Random, line: object, t: float) -> None:
    assert callable(line)
    gaps = Wander(rng, 3)
    size = context.unit * (0.06 + 0.17 * t)
    tone = context.light.on((52, 84, 88), 0.2 + 0.65 * t)
    step = size * 0.3
    shift = rng.uniform(0, 30)
    for k in range(int(context.width / step) + 1):
        x = k * step + rng.uniform(-0.4, 0.4) * step
        if gaps(shift + x / context.unit * 1.5) > 0.05 + 0.22 * t:
            conifer(
                context,
                rng,
                x,
                line(x) + size * 0.06,
                size * rng.uniform(0.6, 1.2),
                tone,
                snow=True,
            )


def garden_front(context: PaintContext) -> None:
    """Flowers close to the viewer."""
    if context.detail:
        rng = context.rng("garden front")
        tone = mix(context.light.on((58, 104, 56)), context.light.shade, 0.15)
        grass(context, rng, 80, context.height * 0.99, context.height * 1.04, tone, 0.10)
        blossoms(context, rng, 46, context.height * 0.9, context.height * 1.02, FLOWERS, 0.014)


@place(
    "garden",
    front=garden_front,
    horizon=(0.46, 0.54),
    stand=(0.42, 0.72),
    times=("day", "day", "dawn", "sunset"),
)
def garden(context: PaintContext) -> None:
    """Lawn and winding path between beds, trees and a clipped hedge."""
    rng = context.rng("garden")
    light, unit = context.light, context.unit
    for depth, size in ((0.3, 0.3), (0.5, 0.36)):
        step = unit * size * 0.34
        for k in range(int(context.width / step) + 2):
            x = k * step + rng.uniform(-0.5, 0.5) * step
            local = foliage(context, rng, (84, 134, 78))
            round_tree(
                context,
                rng,
                x,
                context.horizon + unit * 0.03 * depth,
                unit * size * rng.uniform(0.7, 1.15),
                light.on(local, depth),
            )
        context.canvas.mist(
            context.horizon - unit * size * 0.8, context.horizon + unit * 0.03, light.haze, 0.45
        )
    hedge = light.on((66, 110, 66), 0.65)
    line = ridge(context, rng, context.horizon - unit * 0.035, unit * 0.006, length=0.1)
    fill_below(context, line, hedge, context.horizon + unit * 0.05)
    context.canvas.mist(
        context.horizon - unit * 0.01,
        context.horizon + unit * 0.05,
        mix(hedge, light.shade, 0.5),
        0.7,
    )
    lawn = (122, 170, 84) if not white_ground(context) else (238, 242, 250)
    context.canvas.wash(
        ((0, light.on(lawn, 0.6)), (0.4, light.on(lawn, 0.9)), (1, light.on(darker(lawn, 0.18)))),
        context.horizon + unit * 0.05,
    )
    _path(context, rng)
    if not white_ground(context):
        grass(
            context,
            rng,
            300,
            context.ground_at(0.2),
            context.height,
            light.on((112, 162, 76)),
            0.028,
        )
    for side in (0, 1):
        _bed(context, rng, side)


def _path(context: PaintContext, rng: Random) -> None:
    light, unit = context.light, context.unit
    sand = light.on((226, 206, 170), 0.9)
    start = context.width * rng.uniform(0.4, 0.6)
    end = context.width * rng.uniform(0.3, 0.7)
    left, right = [], []
    for k in range(25):
        t = k / 24
        y = context.horizon + unit * 0.05 + (context.height - context.horizon) * t
        x = start + (end - start) * t + math.sin(t * 4.4 + start) * unit * 0.09 * (0.3 + t)
        half = unit * (0.012 + 0.12 * t**1.3)
        left.append((x - half, y))
        right.append((x + half, y))
    context.canvas.polygon(left + right[::-1], sand)
    context.canvas.line(left, unit * 0.005, mix(sand, light.shade, 0.35), 0.5)
    context.canvas.line(right, unit * 0.005, mix(sand, light.shade, 0.35), 0.5)


def _bed(context: PaintContext, rng: Random, side: int) -> None:
    light, unit = context.light, context.unit
    for _ in range(context.many(60)):
        depth = rng.uniform(0.12, 0.75)
        y = context.ground_at(depth)
        reach = context.width * (0.30 - 0.12 * depth)
        x = rng.random() ** 1.4 * reach
        x = x if side == 0 else context.width - x
        r = unit * (0.016 + 0.030 * depth)
        leaf = light.on(foliage(context, rng, (70, 122, 62)), 0.5 + depth / 2)
        context.canvas.ellipse(x, y, r, r * 0.8, mix(leaf, light.shade, 0.2))
        context.canvas.ellipse(x, y - r * 0.25, r * 0.9, r * 0.65, leaf)
        for _ in range(4 + 2 * context.detail):
            tone = light.on(rng.choice(FLOWERS), 0.6 + depth / 2)
            fx, fy = x + rng.uniform(-0.8, 0.8) * r, y - rng.uniform(-0.1, 0.8) * r
            context.canvas.ellipse(fx, fy, r * 0.2, r * 0.18, tone)
            context.canvas.ellipse(fx, fy, r * 0.07, r * 0.06, lighter(tone, 0.5))
