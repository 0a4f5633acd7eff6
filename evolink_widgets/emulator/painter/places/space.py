"""Beyond the ground: space, another world's surface, above the clouds, abstract."""

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
from evolink_widgets.emulator.painter.places.terrain import fill_below, ridge, stones
from evolink_widgets.emulator.painter.scenery.context import Stage
from evolink_widgets.emulator.painter.scenery.sky import ball, cumulus, stars

PALETTES = tuple(
    tuple(colour(c) for c in row.split())
    for row in (
        "1d2b53 7e2553 ff5e5b ffb86b fff1d0",
        "0b3954 087e8b bfd7ea ff5a5f f7e9d7",
        "2d3047 419d78 e0a458 fff8f0 c04a3a",
        "14213d 3a5a8c 8fb8de f4e3c1 fca311",
        "3b1f4a 7b3f7d c96f8b f2b79f fbe8d3",
        "073b3a 0b6e4f 6bbf59 f3e9a2 f7a84a",
        "22223b 4a4e69 9a8c98 c9ada7 f2e9e4",
        "5f0f40 9a031e fb8b24 e9c46a f4efe6",
    )
)


def nebula(stage: Stage, rng: Random, bottom: float) -> None:
    """Clouds of coloured gas among the stars."""
    hue = rng.random()
    box = (0.0, 0.0, float(stage.width), bottom)
    for number in range(2 + stage.detail):
        tone = turned((210, 60, 150), hue + rng.uniform(-0.16, 0.16), 1, 1)
        noise = cloudy(rng, (220, 220), (2 + number, 2 + number), 5)
        noise = noise.point([min(255, round(max(0, v - 118) ** 1.15)) for v in range(256)])
        stage.canvas.stain(noise, tone, box, 0.6 - 0.12 * number)
        core = noise.point([max(0, v - 120) for v in range(256)])
        stage.canvas.stain(core, lighter(tone, 0.55), box, 0.45)


@place(
    "space", horizon=(1.0, 1.0), stand=(0.3, 0.7), surface="void", indoors=True, times=("night",)
)
def space(stage: Stage) -> None:
    """Stars, nebula, a large planet and a small moon."""
    rng = stage.rng("space")
    stage.horizon = float(stage.height)
    stage.canvas.wash(((0, (6, 6, 22)), (0.6, (14, 12, 40)), (1, (24, 16, 52))))
    nebula(stage, rng, stage.height)
    stars(stage, 1.2)
    if not any(s.name == "planet" for s in stage.scene.subjects):
        side = rng.choice((0.12, 0.86))
        x, y = stage.width * side, stage.height * rng.uniform(0.62, 0.95)
        ball(stage, rng, x, y, stage.unit * rng.uniform(0.24, 0.4), ring=rng.random() < 0.5)
        ball(
            stage,
            rng,
            stage.width * (1 - side) + rng.uniform(-0.1, 0.1) * stage.unit,
            stage.height * rng.uniform(0.12, 0.3),
            stage.unit * rng.uniform(0.03, 0.07),
            tone=(190, 190, 200),
        )


@place("moon ground", horizon=(0.56, 0.64), stand=(0.35, 0.75), indoors=True, times=("night",))
def moon_ground(stage: Stage) -> None:
    """Grey or red dust, craters, a black sky with the Earth in it."""
    rng = stage.rng("moon ground")
    unit = stage.unit
    red = "mars" in stage.scene.sky or rng.random() < 0.25
    dust = (196, 116, 82) if red else (168, 168, 178)
    stage.canvas.wash(
        ((0, (5, 5, 18)), (1, (44, 24, 34) if red else (22, 22, 48))), 0, stage.horizon + 4
    )
    stars(stage, 1.1)
    x = stage.width * (0.5 + rng.choice((-1, 1)) * rng.uniform(0.14, 0.32))
    ball(
        stage,
        rng,
        x,
        stage.horizon * rng.uniform(0.3, 0.5),
        unit * rng.uniform(0.10, 0.16),
        tone=(74, 130, 200),
        ring=red,
    )
    layers = 3 + stage.detail
    for number in range(layers):
        t = number / (layers - 1)
        base = stage.ground_at(0.42 * t**1.3)
        line = ridge(stage, rng, base, unit * (0.04 + 0.02 * t), length=0.5 + t, octaves=4)
        fill_below(stage, line, mix((40, 38, 60), dust, 0.35 + 0.55 * t))
        stage.canvas.mist(base, base + unit * 0.16, mix((40, 38, 60), dust, 0.95), 0.35)
    for _ in range(stage.many(22 * stage.width / unit)):
        y = stage.ground_at(rng.uniform(0.3, 1.0))
        r = unit * 0.07 * stage.depth_at(y) * rng.uniform(0.25, 1.1)
        cx = rng.uniform(0, stage.width)
        push = stage.sun_side * r * 0.1
        stage.canvas.ellipse(cx, y, r, r * 0.32, lighter(dust, 0.22), 0.9)
        stage.canvas.ellipse(cx + push, y + r * 0.03, r * 0.86, r * 0.25, darker(dust, 0.5), 0.9)
        stage.canvas.ellipse(cx - push * 1.3, y + r * 0.08, r * 0.62, r * 0.16, darker(dust, 0.25))
    stones(stage, rng, 8, stage.ground_at(0.4), stage.height, darker(dust, 0.1), 0.02)


def clouds_front(stage: Stage) -> None:
    """A last bank of cloud before the viewer."""
    rng = stage.rng("clouds front")
    _bank(stage, rng, stage.height * 1.0, 0.3, 1.0)


def _bank(stage: Stage, rng: Random, y: float, size: float, strength: float) -> None:
    step = stage.unit * size * 0.9
    for k in range(-1, int(stage.width / step) + 2):
        x = (k + rng.uniform(0, 0.9)) * step
        cumulus(
            stage,
            rng,
            x,
            y + rng.uniform(0, 0.25) * stage.unit * size,
            stage.unit * size * rng.uniform(0.8, 1.25),
            strength,
        )


@place(
    "clouds",
    front=clouds_front,
    horizon=(0.74, 0.82),
    stand=(0.3, 0.6),
    surface="void",
    times=("dawn", "day", "sunset", "day"),
)
def clouds(stage: Stage) -> None:
    """A sea of clouds seen from above."""
    rng = stage.rng("cloud sea")
    low = mix(stage.light.cloud[0], stage.light.haze, 0.5)
    stage.canvas.wash(((0, stage.light.haze), (1, low)), stage.horizon)
    rows = (2, 3, 4)[stage.detail]
    for number in range(rows):
        t = (number + 1) / rows
        _bank(stage, rng, stage.ground_at(0.1 + 0.55 * t), 0.10 + 0.15 * t, 0.4 + 0.5 * t)


@place(
    "abstract", horizon=(0.6, 0.7), stand=(0.3, 0.6), surface="void", indoors=True, times=("day",)
)
def abstract(stage: Stage) -> None:
    """One of several ways of composing pure shape and colour."""
    rng = stage.rng("abstract")
    palette = list(rng.choice(PALETTES))
    for number, tone in enumerate(stage.scene.colours[:3]):
        palette[1 + number] = tone
    if stage.light.moon:
        palette = [mix(tone, (10, 8, 30), 0.35) for tone in palette]
    rng.choice((_paper_waves, _ribbons, _discs, _paper_waves, _horizon_lines))(stage, rng, palette)


def _shadowed(stage: Stage, mask: Image.Image, tone: Colour, drop: float) -> None:
    """Lay a shape of cut paper with its soft shadow. ``mask`` is a quarter of the canvas wide."""
    blur = max(1.0, drop / 4)
    shade = ImageChops.offset(mask, round(-stage.sun_side * drop / 4), round(drop / 4))
    stage.canvas.stain(shade.filter(ImageFilter.GaussianBlur(blur)), (14, 8, 30), None, 0.5)
    stage.canvas.image.paste(
        tone,
        (0, 0),
        mask.resize(stage.canvas.image.size, Image.Resampling.BICUBIC).point(
            [min(255, max(0, (v - 96) * 4)) for v in range(256)]
        ),
    )


def _paper_waves(stage: Stage, rng: Random, palette: list[Colour]) -> None:
    small = (stage.width // 4, stage.height // 4)
    stage.canvas.wash(((0, lighter(palette[-1], 0.2)), (1, palette[-1])))
    x, y = stage.width * rng.uniform(0.25, 0.75), stage.height * rng.uniform(0.25, 0.5)
    stage.canvas.glow(x, y, stage.unit * 0.5, lighter(palette[2], 0.5), 0.6)
    stage.canvas.ellipse(x, y, stage.unit * 0.16, stage.unit * 0.16, palette[2])
    layers = (5, 7, 9)[stage.detail]
    turn = rng.uniform(-0.5, 0.5)
    for number in range(layers):
        t = number / (layers - 1)
        wander = Wander(rng, 2, 0.35)
        base = small[1] * (0.34 + 0.62 * t)
        points = [
            (
                float(px),
                base
                + turn * (px - small[0] / 2) * 0.5
                - wander(px / small[1] * 1.5 + number * 0.3) * small[1] * 0.13,
            )
            for px in range(0, small[0] + 8, 4)
        ]
        mask = Image.new("L", small)
        ImageDraw.Draw(mask).polygon(
            [(-5, small[1] + 99), *points, (small[0] + 9, small[1] + 99)], fill=255
        )
        place = (1 - t) * (len(palette) - 1.01)
        k = int(place)
        _shadowed(stage, mask, mix(palette[k], palette[k + 1], place - k), stage.unit * 0.016)


def _ribbons(stage: Stage, rng: Random, palette: list[Colour]) -> None:
    stage.canvas.wash(((0, palette[0]), (1, mix(palette[0], palette[1], 0.7))))
    strands = (26, 48, 72)[stage.detail]
    for bundle in range(3):
        paths = (Wander(rng, 2, 0.4), Wander(rng, 2, 0.4))
        tones = rng.sample(palette[1:], 2)
        middle, shift = stage.height * rng.uniform(0.3, 0.7), rng.uniform(0, 9)
        for number in range(strands):
            t = number / strands
            points = []
            for k in range(49):
                s = k / 48
                sway = paths[0](shift + s * 2.4) * (1 - t) + paths[1](shift + s * 2.1 + 3) * t
                points.append(
                    (
                        s * stage.width * 1.04 - stage.width * 0.02,
                        middle + sway * stage.unit * 0.55 + (t - 0.5) * stage.unit * 0.12,
                    )
                )
            stage.canvas.line(points, stage.unit * 0.0035, mix(tones[0], tones[1], t), 0.75)
        _ = bundle
    stage.canvas.glow(
        stage.width * rng.random(), stage.height * rng.random(), stage.unit * 0.7, palette[-1], 0.25
    )


def _discs(stage: Stage, rng: Random, palette: list[Colour]) -> None:
    stage.canvas.wash(((0, lighter(palette[-1], 0.25)), (1, palette[-1])))
    for number in range((7, 12, 18)[stage.detail]):
        r = stage.unit * rng.uniform(0.05, 0.28) * (1 - number / 40)
        x, y = rng.uniform(0.08, 0.92) * stage.width, rng.uniform(0.08, 0.92) * stage.height
        tone = rng.choice(palette[:-1])
        kind = rng.choice(["disc", "disc", "half", "ring", "lines"])
        if kind == "disc":
            stage.canvas.glow(x + r * 0.1, y + r * 0.14, r * 1.5, darker(palette[-1], 0.6), 0.5)
            stage.canvas.ellipse(x, y, r, r, tone, 0.9)
        elif kind == "half":
            start = rng.choice((0, 90, 180, 270))
            stage.canvas.draw.pieslice((x - r, y - r, x + r, y + r), start, start + 180, fill=tone)
        elif kind == "ring":
            stage.canvas.draw.ellipse(
                (x - r, y - r, x + r, y + r), outline=tone, width=max(2, round(r * 0.14))
            )
        else:
            a = rng.uniform(0, math.pi)
            for k in range(-4, 5):
                dx, dy = math.cos(a) * r, math.sin(a) * r
                ox, oy = -math.sin(a) * r * 0.2 * k, math.cos(a) * r * 0.2 * k
                stage.canvas.line(
                    [(x - dx + ox, y - dy + oy), (x + dx + ox, y + dy + oy)], r * 0.05, tone
                )


def _horizon_lines(stage: Stage, rng: Random, palette: list[Colour]) -> None:
    stage.canvas.wash(tuple((k / 4, tone) for k, tone in enumerate(palette)))
    x, y, r = stage.width * rng.uniform(0.3, 0.7), stage.height * 0.46, stage.unit * 0.24
    stage.canvas.glow(x, y, r * 2.6, lighter(palette[-1], 0.4), 0.7)
    stage.canvas.ellipse(x, y, r, r, lighter(palette[-1], 0.3))
    lines = (20, 34, 52)[stage.detail]
    for number in range(lines):
        t = number / lines
        base = stage.height * (0.42 + 0.62 * t**1.2)
        wander = Wander(rng, 3, 0.5)
        points = [
            (
                k * stage.width / 90,
                base
                - max(0.0, wander(k * 0.07))
                * stage.unit
                * 0.16
                * (0.3 + t)
                * math.exp(-(((k / 90 - x / stage.width) / 0.36) ** 2)),
            )
            for k in range(91)
        ]
        stage.canvas.polygon(
            [(0, stage.height), *points, (stage.width, stage.height)],
            mix(palette[min(3, int(t * 4))], palette[0], 0.5 + 0.4 * t),
        )
        stage.canvas.line(points, stage.unit * 0.0025, mix(palette[-1], palette[2], t), 0.9)
