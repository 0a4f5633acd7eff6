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
from evolink_widgets.emulator.painter.scenery.context import Stage

FLOWERS = tuple(colour(c) for c in ("f2604a", "f7c64a", "f4f0ea", "c76ad0", "f08ab4", "6a86e0"))
AUTUMN = tuple(colour(c) for c in ("d9742a", "c24a2a", "e0a53a", "a83c30"))
BLOSSOM = tuple(colour(c) for c in ("f4b8cc", "f9d6e0", "e796b4"))


def foliage(stage: Stage, rng: Random, green: Colour) -> Colour:
    """Leaf colour of the season. Draws as often in each, so that no season moves a tree."""
    season = stage.scene.season
    draw, hue, value = rng.random(), rng.uniform(-0.04, 0.03), rng.uniform(0.85, 1.15)
    if season == "autumn":
        return AUTUMN[int(draw * len(AUTUMN))]
    if season == "spring" and draw < 0.6:
        return BLOSSOM[int(draw / 0.6 * len(BLOSSOM))]
    if season == "winter":
        return mix(green, (150, 164, 176), 0.6)
    return turned(green, hue, 1.0, value)


def white_ground(stage: Stage) -> bool:
    """Does snow lie on the ground."""
    return stage.scene.season == "winter" or (
        stage.scene.weather == "snow" and stage.scene.place not in ("city", "street", "room")
    )


def far_range(stage: Stage, name: str = "far range", height: float = 0.26) -> None:
    """Distant mountains for any open place, in two veils of haze."""
    rng = stage.rng(name)
    rock = (96, 104, 138)
    base = stage.horizon + stage.unit * 0.01
    for depth, share in ((0.12, 1.0), (0.28, 0.62)):
        mountains(
            stage,
            rng,
            base,
            stage.unit * height * share * rng.uniform(0.8, 1.2),
            stage.light.on(rock, depth),
            snow=0.35 if share == 1.0 else 0.0,
            peaks=2.0,
            contrast=0.18,
        )
        stage.canvas.mist(base - stage.unit * height * share * 0.7, base, stage.light.haze, 0.5)


def _also_far(stage: Stage) -> None:
    """The scene's second place, seen in the distance."""
    also = stage.scene.also
    if "mountain" in also or "snow" in also:
        far_range(stage, height=0.34)
    if "city" in also:
        skyline(stage, stage.rng("far city"), stage.horizon + 2, 0.2, 0.3)


@place("mountain", horizon=(0.6, 0.68), stand=(0.4, 0.75))
def mountain(stage: Stage) -> None:
    """Three ranges one behind the other, firs on the near slope."""
    rng = stage.rng("mountain")
    light, unit = stage.light, stage.unit
    tall = min(stage.horizon * 0.72, unit * 0.62) * rng.uniform(0.85, 1.08)
    rock = rng.choice(((104, 106, 132), (112, 100, 112), (92, 108, 128)))
    steps = 2 if stage.detail == 0 else 3
    for number in range(steps):
        t = number / (steps - 1)
        base = stage.horizon + unit * 0.05 * t
        high = tall * (1 - 0.56 * t)
        mountains(
            stage,
            rng,
            base,
            high,
            light.on(rock, 0.3 + 0.4 * t),
            peaks=1.0 + 1.5 * t,
            snow=0.5 - 0.25 * t,
            contrast=0.42,
        )
        stage.canvas.mist(base - high * 0.55, base + 4, light.haze, 0.75 - 0.3 * t)
    slope_with_firs(stage, rng)


def slope_with_firs(stage: Stage, rng: Random) -> None:
    """Green slopes falling towards the viewer, firs along their crests."""
    light, unit = stage.light, stage.unit
    snowy = white_ground(stage)
    layers = 2 + stage.detail
    for number in range(layers):
        t = (number + 1) / layers
        base = stage.horizon + (stage.height - stage.horizon) * (0.02 + 0.5 * (t - 1 / layers))
        line = ridge(stage, rng, base, unit * 0.06, length=0.9, octaves=2)
        green = (236, 240, 248) if snowy else turned((86, 124, 74), rng.uniform(-0.03, 0.03))
        fir = light.on((44, 78, 66), 0.25 + 0.65 * t)
        size = unit * (0.05 + 0.09 * t)
        gaps = Wander(rng, 3)
        step = size * 0.26
        for k in range(int(stage.width / step) + 1):
            x = k * step + rng.uniform(-0.4, 0.4) * step
            if gaps(x / unit * 1.7) + (0.25 if t < 0.7 else -0.12) > 0:
                conifer(
                    stage,
                    rng,
                    x,
                    line(x) + size * 0.08,
                    size * rng.uniform(0.6, 1.25),
                    fir,
                    snow=snowy,
                )
        hill(stage, line, light.on(green, 0.35 + 0.65 * t))
        if number < layers - 1:
            stage.canvas.mist(base - size, base + unit * 0.12, light.haze, 0.3)
    ground = light.on((90, 132, 70))
    if not snowy:
        grass(stage, rng, 240, stage.ground_at(0.5), stage.height, ground, 0.035)
        blossoms(stage, rng, 70, stage.ground_at(0.45), stage.height, FLOWERS)
    stones(stage, rng, 5, stage.ground_at(0.55), stage.height, light.on((128, 126, 134)))


def near_grass(stage: Stage) -> None:
    """Tall grass at the lower edge, between the viewer and the scene."""
    if stage.detail == 0 or white_ground(stage):
        return
    rng = stage.rng("near grass")
    tone = mix(stage.light.on((52, 84, 44)), stage.light.shade, 0.25)
    grass(stage, rng, 110, stage.height * 0.99, stage.height * 1.05, tone, 0.11)
    if stage.detail > 1:
        blossoms(stage, rng, 14, stage.height * 0.93, stage.height * 1.0, FLOWERS, 0.010)


@place("meadow", front=near_grass, horizon=(0.5, 0.62), stand=(0.42, 0.78))
def meadow(stage: Stage) -> None:
    """Rolling hills, single trees, flowers in the near grass."""
    rng = stage.rng("meadow")
    light, unit = stage.light, stage.unit
    far_range(stage, height=rng.uniform(0.1, 0.24))
    if "city" in stage.scene.also:
        _also_far(stage)
    snowy = white_ground(stage)
    layers = (2, 4, 5)[stage.detail]
    golden = rng.random() < 0.25
    for number in range(layers):
        t = number / (layers - 1)
        base = stage.horizon + (stage.height - stage.horizon) * 0.46 * t**1.4
        line = ridge(stage, rng, base, unit * (0.03 + 0.03 * t), length=0.7 + t, octaves=2)
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
        _grove(stage, rng, line, t, depth)
        hill(stage, line, light.on(local, depth))
        if t < 0.8:
            stage.canvas.mist(base - unit * 0.04, base + unit * 0.16, light.haze, 0.22 * (1 - t))
    if snowy:
        return
    tone = light.on((104, 150, 66))
    grass(stage, rng, 420, stage.ground_at(0.42), stage.height, tone, 0.05)
    blossoms(stage, rng, 190, stage.ground_at(0.36), stage.height, FLOWERS)


def _grove(stage: Stage, rng: Random, line: object, t: float, depth: float) -> None:
    assert callable(line)
    if t > 0.85:
        return
    for _ in range(stage.many(rng.randint(2, 5) * stage.width / stage.unit)):
        x = rng.uniform(0, stage.width)
        size = stage.unit * (0.035 + 0.10 * t) * rng.uniform(0.7, 1.3)
        local = foliage(stage, rng, (74, 122, 66))
        if rng.random() < 0.3 and stage.scene.season != "autumn":
            conifer(
                stage,
                rng,
                x,
                line(x) + size * 0.1,
                size * 1.2,
                stage.light.on((54, 92, 72), depth),
                snow=white_ground(stage),
            )
        else:
            round_tree(stage, rng, x, line(x) + size * 0.1, size, stage.light.on(local, depth))


def forest_front(stage: Stage) -> None:
    """Two dark trunks and ferns that frame the view."""
    if stage.detail == 0:
        return
    rng = stage.rng("forest front")
    dark = mix(stage.light.on((46, 44, 52)), stage.light.shade, 0.55)
    wide = stage.unit * rng.uniform(0.05, 0.075)
    for side in (0, 1):
        edge = -wide * 0.2 if side == 0 else stage.width + wide * 0.2
        sign = 1 if side == 0 else -1
        points = [(edge, 0.0)]
        bend = Wander(rng, 3)
        for k in range(11):
            y = stage.height * k / 10
            points.append(
                (edge + sign * wide * (0.75 + 0.3 * bend(k * 0.4) + (0.5 if k == 10 else 0)), y)
            )
        stage.canvas.polygon(
            [*points, (edge - sign * wide, float(stage.height)), (edge - sign * wide, 0)], dark
        )
    if not white_ground(stage):
        tone = mix(stage.light.on((44, 82, 52)), stage.light.shade, 0.3)
        grass(stage, rng, 70, stage.height * 0.99, stage.height * 1.04, tone, 0.13)


@place(
    "forest",
    front=forest_front,
    horizon=(0.5, 0.58),
    stand=(0.4, 0.75),
    times=("day", "dawn", "day", "sunset"),
)
def forest(stage: Stage) -> None:
    """Trees in veils of mist, shafts of light, a clearing."""
    rng = stage.rng("forest")
    light, unit = stage.light, stage.unit
    snowy = white_ground(stage)
    if "mountain" in stage.scene.also:
        far_range(stage, height=0.4)
    layers = (3, 4, 5)[stage.detail]
    broad = rng.random() < 0.35 or stage.scene.season in ("autumn", "spring")
    for number in range(layers):
        t = number / (layers - 1)
        base = stage.horizon + (stage.height - stage.horizon) * 0.30 * t**1.3
        size = unit * (0.26 + 0.46 * t)
        step = size * (0.13 if t < 0.7 else 0.19)
        clearing = stage.width * 0.2 * max(0.0, t - 0.35) * 2
        for k in range(int(stage.width / step) + 2):
            x = k * step + rng.uniform(-0.45, 0.45) * step
            if abs(x - stage.width * 0.5) < clearing:
                continue
            local = foliage(stage, rng, (52, 92, 70) if not broad else (78, 118, 58))
            tone = light.on(local, 0.14 + 0.66 * t)
            high = size * rng.uniform(0.65, 1.2)
            if broad and rng.random() < 0.6:
                round_tree(stage, rng, x, base + size * 0.03, high * 0.85, tone)
            else:
                if broad:
                    tone = light.on((52, 92, 70), 0.14 + 0.66 * t)
                conifer(stage, rng, x, base + size * 0.03, high, tone, snow=snowy)
        line = ridge(stage, rng, base, unit * 0.012, length=0.6)
        floor = (
            (234, 239, 248)
            if snowy
            else mix((84, 116, 66), local if broad else (72, 100, 62), 0.25)
        )
        fill_below(stage, line, light.on(floor, 0.25 + 0.65 * t))
        stage.canvas.mist(base - size * 0.35, base + unit * 0.05, light.haze, 0.55 * (1 - t) + 0.1)
    if stage.detail and stage.scene.weather not in ("rain", "storm"):
        shafts(stage)
    if not snowy:
        grass(stage, rng, 300, stage.ground_at(0.34), stage.height, light.on((76, 118, 62)), 0.045)
        blossoms(stage, rng, 40, stage.ground_at(0.4), stage.height, FLOWERS, 0.006)


def shafts(stage: Stage) -> None:
    """Slanting beams between the trees."""
    rng = stage.rng("shafts")
    across, down = 128, 128
    mask = Image.new("L", (across, down))

    pencil = ImageDraw.Draw(mask)
    x0, y0 = stage.sun[0] / stage.width * across, -30
    for _ in range(7):
        x1 = rng.uniform(-0.2, 1.2) * across
        wide = rng.uniform(3, 9)
        pencil.polygon(
            [(x0 - 1, y0), (x0 + 1, y0), (x1 + wide, down), (x1 - wide, down)],
            fill=rng.randint(90, 200),
        )
    fade = Image.linear_gradient("L").resize((across, down)).point([255 - v for v in range(256)])

    mask = ImageChops.multiply(mask.filter(ImageFilter.GaussianBlur(2.5)), fade)
    box = (0.0, 0.0, float(stage.width), stage.ground_at(0.5))
    stage.canvas.stain(mask, lighter(stage.light.glow, 0.2), box, 0.34 * stage.light.glowing * 2)


@place("desert", horizon=(0.52, 0.6), stand=(0.4, 0.75), times=("day", "sunset", "dawn", "dusk"))
def desert(stage: Stage) -> None:
    """Dunes with knife-sharp crests, far mesas."""
    rng = stage.rng("desert")
    light, unit = stage.light, stage.unit
    sand = rng.choice(((232, 176, 112), (226, 160, 104), (238, 196, 138)))
    _mesas(stage, rng, light.on(mix(sand, (150, 80, 70), 0.5), 0.25))
    layers = (2, 4, 5)[stage.detail]
    for number in range(layers):
        t = number / (layers - 1)
        base = stage.horizon + (stage.height - stage.horizon) * 0.62 * t**1.25
        _dune(stage, rng, base, unit * (0.04 + 0.10 * t), light.on(sand, 0.3 + 0.7 * t), t)
    texture = cloudy(rng, (200, 120), (5, 40), 3).point([max(0, v - 120) for v in range(256)])
    box = (0.0, stage.ground_at(0.35), float(stage.width), float(stage.height))
    if stage.detail:
        stage.canvas.stain(texture, mix(light.on(sand), light.shade, 0.4), box, 0.35)


def _mesas(stage: Stage, rng: Random, tone: Colour) -> None:
    unit = stage.unit
    for _ in range(max(1, round(rng.randint(1, 3) * stage.width / unit))):
        x = rng.uniform(0, stage.width)
        wide, high = unit * rng.uniform(0.06, 0.2), unit * rng.uniform(0.04, 0.13)
        y = stage.horizon + unit * 0.02
        stage.canvas.polygon(
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
        shade = mix(tone, stage.light.shade, 0.25)
        s = -stage.sun_side
        stage.canvas.polygon(
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


def _dune(stage: Stage, rng: Random, base: float, swing: float, tone: Colour, t: float) -> None:
    line = ridge(stage, rng, base, swing, length=0.55 + 0.6 * t, octaves=2, roughness=0.3)
    fill_below(stage, line, mix(tone, stage.light.glow, 0.14 * stage.light.glowing))
    shade = mix(tone, stage.light.shade, 0.42)
    step = max(3.0, stage.unit / 180)
    points = [(n * step, line(n * step)) for n in range(int(stage.width / step) + 2)]
    tops = [
        n
        for n in range(4, len(points) - 4)
        if points[n][1] == min(y for _, y in points[n - 4 : n + 5])
    ]
    away = -stage.sun_side
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
        stage.canvas.polygon(
            [*side, (end[0] + away * swing, end[1] + swing * 1.8), *spine], shade, 0.75
        )


@place("snow", horizon=(0.52, 0.62), stand=(0.42, 0.76), times=("day", "dawn", "dusk", "sunset"))
def snow(stage: Stage) -> None:
    """Snowy hills, firs under their load, a pale range behind."""
    rng = stage.rng("snow")
    light, unit = stage.light, stage.unit
    far_range(stage, height=rng.uniform(0.22, 0.36))
    layers = (2, 4, 5)[stage.detail]
    white = (240, 244, 252)
    for number in range(layers):
        t = number / (layers - 1)
        base = stage.horizon + (stage.height - stage.horizon) * 0.5 * t**1.4
        line = ridge(stage, rng, base, unit * (0.02 + 0.035 * t), length=0.8 + t, octaves=2)
        if t < 0.9:
            _firs_in_groups(stage, rng, line, t)
        tone = light.on(mix((206, 220, 242), white, t), 0.45 + 0.55 * t)
        hill(stage, line, tone, light=0.3)
        if t < 0.8:
            stage.canvas.mist(base - unit * 0.1, base + unit * 0.05, light.haze, 0.4 * (1 - t))
    soft = cloudy(rng, (160, 100), (3, 9), 3).point([max(0, v - 110) for v in range(256)])
    box = (0.0, stage.ground_at(0.2), float(stage.width), float(stage.height))
    stage.canvas.stain(soft, mix(light.on((176, 196, 232)), light.shade, 0.15), box, 0.5)
    if stage.detail > 1:
        for _ in range(stage.many(90)):
            stage.canvas.ellipse(
                rng.uniform(0, stage.width),
                rng.uniform(stage.ground_at(0.3), stage.height),
                unit * 0.0012,
                unit * 0.0012,
                lighter(light.glow, 0.7),
                0.8,
            )


def _firs_in_groups(stage: Stage, rng: Random, line: object, t: float) -> None:
    assert callable(line)
    gaps = Wander(rng, 3)
    size = stage.unit * (0.06 + 0.17 * t)
    tone = stage.light.on((52, 84, 88), 0.2 + 0.65 * t)
    step = size * 0.3
    shift = rng.uniform(0, 30)
    for k in range(int(stage.width / step) + 1):
        x = k * step + rng.uniform(-0.4, 0.4) * step
        if gaps(shift + x / stage.unit * 1.5) > 0.05 + 0.22 * t:
            conifer(
                stage, rng, x, line(x) + size * 0.06, size * rng.uniform(0.6, 1.2), tone, snow=True
            )


def garden_front(stage: Stage) -> None:
    """Flowers close to the viewer."""
    if stage.detail:
        rng = stage.rng("garden front")
        tone = mix(stage.light.on((58, 104, 56)), stage.light.shade, 0.15)
        grass(stage, rng, 80, stage.height * 0.99, stage.height * 1.04, tone, 0.10)
        blossoms(stage, rng, 46, stage.height * 0.9, stage.height * 1.02, FLOWERS, 0.014)


@place(
    "garden",
    front=garden_front,
    horizon=(0.46, 0.54),
    stand=(0.42, 0.72),
    times=("day", "day", "dawn", "sunset"),
)
def garden(stage: Stage) -> None:
    """Lawn and winding path between beds, trees and a clipped hedge."""
    rng = stage.rng("garden")
    light, unit = stage.light, stage.unit
    for depth, size in ((0.3, 0.3), (0.5, 0.36)):
        step = unit * size * 0.34
        for k in range(int(stage.width / step) + 2):
            x = k * step + rng.uniform(-0.5, 0.5) * step
            local = foliage(stage, rng, (84, 134, 78))
            round_tree(
                stage,
                rng,
                x,
                stage.horizon + unit * 0.03 * depth,
                unit * size * rng.uniform(0.7, 1.15),
                light.on(local, depth),
            )
        stage.canvas.mist(
            stage.horizon - unit * size * 0.8, stage.horizon + unit * 0.03, light.haze, 0.45
        )
    hedge = light.on((66, 110, 66), 0.65)
    line = ridge(stage, rng, stage.horizon - unit * 0.035, unit * 0.006, length=0.1)
    fill_below(stage, line, hedge, stage.horizon + unit * 0.05)
    stage.canvas.mist(
        stage.horizon - unit * 0.01, stage.horizon + unit * 0.05, mix(hedge, light.shade, 0.5), 0.7
    )
    lawn = (122, 170, 84) if not white_ground(stage) else (238, 242, 250)
    stage.canvas.wash(
        ((0, light.on(lawn, 0.6)), (0.4, light.on(lawn, 0.9)), (1, light.on(darker(lawn, 0.18)))),
        stage.horizon + unit * 0.05,
    )
    _path(stage, rng)
    if not white_ground(stage):
        grass(stage, rng, 300, stage.ground_at(0.2), stage.height, light.on((112, 162, 76)), 0.028)
    for side in (0, 1):
        _bed(stage, rng, side)


def _path(stage: Stage, rng: Random) -> None:
    light, unit = stage.light, stage.unit
    sand = light.on((226, 206, 170), 0.9)
    start = stage.width * rng.uniform(0.4, 0.6)
    end = stage.width * rng.uniform(0.3, 0.7)
    left, right = [], []
    for k in range(25):
        t = k / 24
        y = stage.horizon + unit * 0.05 + (stage.height - stage.horizon) * t
        x = start + (end - start) * t + math.sin(t * 4.4 + start) * unit * 0.09 * (0.3 + t)
        half = unit * (0.012 + 0.12 * t**1.3)
        left.append((x - half, y))
        right.append((x + half, y))
    stage.canvas.polygon(left + right[::-1], sand)
    stage.canvas.line(left, unit * 0.005, mix(sand, light.shade, 0.35), 0.5)
    stage.canvas.line(right, unit * 0.005, mix(sand, light.shade, 0.35), 0.5)


def _bed(stage: Stage, rng: Random, side: int) -> None:
    light, unit = stage.light, stage.unit
    for _ in range(stage.many(60)):
        depth = rng.uniform(0.12, 0.75)
        y = stage.ground_at(depth)
        reach = stage.width * (0.30 - 0.12 * depth)
        x = rng.random() ** 1.4 * reach
        x = x if side == 0 else stage.width - x
        r = unit * (0.016 + 0.030 * depth)
        leaf = light.on(foliage(stage, rng, (70, 122, 62)), 0.5 + depth / 2)
        stage.canvas.ellipse(x, y, r, r * 0.8, mix(leaf, light.shade, 0.2))
        stage.canvas.ellipse(x, y - r * 0.25, r * 0.9, r * 0.65, leaf)
        for _ in range(4 + 2 * stage.detail):
            tone = light.on(rng.choice(FLOWERS), 0.6 + depth / 2)
            fx, fy = x + rng.uniform(-0.8, 0.8) * r, y - rng.uniform(-0.1, 0.8) * r
            stage.canvas.ellipse(fx, fy, r * 0.2, r * 0.18, tone)
            stage.canvas.ellipse(fx, fy, r * 0.07, r * 0.06, lighter(tone, 0.5))
