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
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext
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


def nebula(context: PaintContext, rng: Random, bottom: float) -> None:
    """Clouds of coloured gas among the stars."""
    hue = rng.random()
    box = (0.0, 0.0, float(context.width), bottom)
    for number in range(2 + context.detail):
        tone = turned((210, 60, 150), hue + rng.uniform(-0.16, 0.16), 1, 1)
        noise = cloudy(rng, (220, 220), (2 + number, 2 + number), 5)
        noise = noise.point([min(255, round(max(0, v - 118) ** 1.15)) for v in range(256)])
        context.canvas.stain(noise, tone, box, 0.6 - 0.12 * number)
        core = noise.point([max(0, v - 120) for v in range(256)])
        context.canvas.stain(core, lighter(tone, 0.55), box, 0.45)


@place(
    "space", horizon=(1.0, 1.0), stand=(0.3, 0.7), surface="void", indoors=True, times=("night",)
)
def space(context: PaintContext) -> None:
    """Stars, nebula, a large planet and a small moon."""
    rng = context.rng("space")
    context.horizon = float(context.height)
    context.canvas.wash(((0, (6, 6, 22)), (0.6, (14, 12, 40)), (1, (24, 16, 52))))
    nebula(context, rng, context.height)
    stars(context, 1.2)
    if not any(s.name == "planet" for s in context.scene.subjects):
        side = rng.choice((0.12, 0.86))
        x, y = context.width * side, context.height * rng.uniform(0.62, 0.95)
        ball(context, rng, x, y, context.unit * rng.uniform(0.24, 0.4), ring=rng.random() < 0.5)
        ball(
            context,
            rng,
            context.width * (1 - side) + rng.uniform(-0.1, 0.1) * context.unit,
            context.height * rng.uniform(0.12, 0.3),
            context.unit * rng.uniform(0.03, 0.07),
            tone=(190, 190, 200),
        )


@place("moon ground", horizon=(0.56, 0.64), stand=(0.35, 0.75), indoors=True, times=("night",))
def moon_ground(context: PaintContext) -> None:
    """Grey or red dust, craters, a black sky with the Earth in it."""
    rng = context.rng("moon ground")
    unit = context.unit
    red = "mars" in context.scene.sky or rng.random() < 0.25
    dust = (196, 116, 82) if red else (168, 168, 178)
    context.canvas.wash(
        ((0, (5, 5, 18)), (1, (44, 24, 34) if red else (22, 22, 48))), 0, context.horizon + 4
    )
    stars(context, 1.1)
    x = context.width * (0.5 + rng.choice((-1, 1)) * rng.uniform(0.14, 0.32))
    ball(
        context,
        rng,
        x,
        context.horizon * rng.uniform(0.3, 0.5),
        unit * rng.uniform(0.10, 0.16),
        tone=(74, 130, 200),
        ring=red,
    )
    layers = 3 + context.detail
    for number in range(layers):
        t = number / (layers - 1)
        base = context.ground_at(0.42 * t**1.3)
        line = ridge(context, rng, base, unit * (0.04 + 0.02 * t), length=0.5 + t, octaves=4)
        fill_below(context, line, mix((40, 38, 60), dust, 0.35 + 0.55 * t))
        context.canvas.mist(base, base + unit * 0.16, mix((40, 38, 60), dust, 0.95), 0.35)
    for _ in range(context.many(22 * context.width / unit)):
        y = context.ground_at(rng.uniform(0.3, 1.0))
        r = unit * 0.07 * context.depth_at(y) * rng.uniform(0.25, 1.1)
        cx = rng.uniform(0, context.width)
        push = context.sun_side * r * 0.1
        context.canvas.ellipse(cx, y, r, r * 0.32, lighter(dust, 0.22), 0.9)
        context.canvas.ellipse(cx + push, y + r * 0.03, r * 0.86, r * 0.25, darker(dust, 0.5), 0.9)
        context.canvas.ellipse(
            cx - push * 1.3, y + r * 0.08, r * 0.62, r * 0.16, darker(dust, 0.25)
        )
    stones(context, rng, 8, context.ground_at(0.4), context.height, darker(dust, 0.1), 0.02)


def clouds_front(context: PaintContext) -> None:
    """A last bank of cloud before the viewer."""
    rng = context.rng("clouds front")
    _bank(context, rng, context.height * 1.0, 0.3, 1.0)


def _bank(context: PaintContext, rng: Random, y: float, size: float, strength: float) -> None:
    step = context.unit * size * 0.9
    for k in range(-1, int(context.width / step) + 2):
        x = (k + rng.uniform(0, 0.9)) * step
        cumulus(
            context,
            rng,
            x,
            y + rng.uniform(0, 0.25) * context.unit * size,
            context.unit * size * rng.uniform(0.8, 1.25),
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
def clouds(context: PaintContext) -> None:
    """A sea of clouds seen from above."""
    rng = context.rng("cloud sea")
    low = mix(context.light.cloud[0], context.light.haze, 0.5)
    context.canvas.wash(((0, context.light.haze), (1, low)), context.horizon)
    rows = (2, 3, 4)[context.detail]
    for number in range(rows):
        t = (number + 1) / rows
        _bank(context, rng, context.ground_at(0.1 + 0.55 * t), 0.10 + 0.15 * t, 0.4 + 0.5 * t)


@place(
    "abstract", horizon=(0.6, 0.7), stand=(0.3, 0.6), surface="void", indoors=True, times=("day",)
)
def abstract(context: PaintContext) -> None:
    """One of several ways of composing pure shape and colour."""
    rng = context.rng("abstract")
    palette = list(rng.choice(PALETTES))
    for number, tone in enumerate(context.scene.colours[:3]):
        palette[1 + number] = tone
    if context.light.moon:
        palette = [mix(tone, (10, 8, 30), 0.35) for tone in palette]
    rng.choice((_paper_waves, _ribbons, _discs, _paper_waves, _horizon_lines))(
        context, rng, palette
    )


def _shadowed(context: PaintContext, mask: Image.Image, tone: Colour, drop: float) -> None:
    """Lay a shape of cut paper with its soft shadow. ``mask`` is a quarter of the canvas wide."""
    blur = max(1.0, drop / 4)
    shade = ImageChops.offset(mask, round(-context.sun_side * drop / 4), round(drop / 4))
    context.canvas.stain(shade.filter(ImageFilter.GaussianBlur(blur)), (14, 8, 30), None, 0.5)
    context.canvas.image.paste(
        tone,
        (0, 0),
        mask.resize(context.canvas.image.size, Image.Resampling.BICUBIC).point(
            [min(255, max(0, (v - 96) * 4)) for v in range(256)]
        ),
    )


def _paper_waves(context: PaintContext, rng: Random, palette: list[Colour]) -> None:
    small = (context.width // 4, context.height // 4)
    context.canvas.wash(((0, lighter(palette[-1], 0.2)), (1, palette[-1])))
    x, y = context.width * rng.uniform(0.25, 0.75), context.height * rng.uniform(0.25, 0.5)
    context.canvas.glow(x, y, context.unit * 0.5, lighter(palette[2], 0.5), 0.6)
    context.canvas.ellipse(x, y, context.unit * 0.16, context.unit * 0.16, palette[2])
    layers = (5, 7, 9)[context.detail]
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
        _shadowed(context, mask, mix(palette[k], palette[k + 1], place - k), context.unit * 0.016)


def _ribbons(context: PaintContext, rng: Random, palette: list[Colour]) -> None:
    context.canvas.wash(((0, palette[0]), (1, mix(palette[0], palette[1], 0.7))))
    strands = (26, 48, 72)[context.detail]
    for bundle in range(3):
        paths = (Wander(rng, 2, 0.4), Wander(rng, 2, 0.4))
        tones = rng.sample(palette[1:], 2)
        middle, shift = context.height * rng.uniform(0.3, 0.7), rng.uniform(0, 9)
        for number in range(strands):
            t = number / strands
            points = []
            for k in range(49):
                s = k / 48
                sway = paths[0](shift + s * 2.4) * (1 - t) + paths[1](shift + s * 2.1 + 3) * t
                points.append(
                    (
                        s * context.width * 1.04 - context.width * 0.02,
                        middle + sway * context.unit * 0.55 + (t - 0.5) * context.unit * 0.12,
                    )
                )
            context.canvas.line(points, context.unit * 0.0035, mix(tones[0], tones[1], t), 0.75)
        _ = bundle
    context.canvas.glow(
        context.width * rng.random(),
        context.height * rng.random(),
        context.unit * 0.7,
        palette[-1],
        0.25,
    )


def _discs(context: PaintContext, rng: Random, palette: list[Colour]) -> None:
    context.canvas.wash(((0, lighter(palette[-1], 0.25)), (1, palette[-1])))
    for number in range((7, 12, 18)[context.detail]):
        r = context.unit * rng.uniform(0.05, 0.28) * (1 - number / 40)
        x, y = rng.uniform(0.08, 0.92) * context.width, rng.uniform(0.08, 0.92) * context.height
        tone = rng.choice(palette[:-1])
        kind = rng.choice(["disc", "disc", "half", "ring", "lines"])
        if kind == "disc":
            context.canvas.glow(x + r * 0.1, y + r * 0.14, r * 1.5, darker(palette[-1], 0.6), 0.5)
            context.canvas.ellipse(x, y, r, r, tone, 0.9)
        elif kind == "half":
            start = rng.choice((0, 90, 180, 270))
            context.canvas.draw.pieslice(
                (x - r, y - r, x + r, y + r), start, start + 180, fill=tone
            )
        elif kind == "ring":
            context.canvas.draw.ellipse(
                (x - r, y - r, x + r, y + r), outline=tone, width=max(2, round(r * 0.14))
            )
        else:
            a = rng.uniform(0, math.pi)
            for k in range(-4, 5):
                dx, dy = math.cos(a) * r, math.sin(a) * r
                ox, oy = -math.sin(a) * r * 0.2 * k, math.cos(a) * r * 0.2 * k
                context.canvas.line(
                    [(x - dx + ox, y - dy + oy), (x + dx + ox, y + dy + oy)], r * 0.05, tone
                )


def _horizon_lines(context: PaintContext, rng: Random, palette: list[Colour]) -> None:
    context.canvas.wash(tuple((k / 4, tone) for k, tone in enumerate(palette)))
    x, y, r = context.width * rng.uniform(0.3, 0.7), context.height * 0.46, context.unit * 0.24
    context.canvas.glow(x, y, r * 2.6, lighter(palette[-1], 0.4), 0.7)
    context.canvas.ellipse(x, y, r, r, lighter(palette[-1], 0.3))
    lines = (20, 34, 52)[context.detail]
    for number in range(lines):
        t = number / lines
        base = context.height * (0.42 + 0.62 * t**1.2)
        wander = Wander(rng, 3, 0.5)
        points = [
            (
                k * context.width / 90,
                base
                - max(0.0, wander(k * 0.07))
                * context.unit
                * 0.16
                * (0.3 + t)
                * math.exp(-(((k / 90 - x / context.width) / 0.36) ** 2)),
            )
            for k in range(91)
        ]
        context.canvas.polygon(
            [(0, context.height), *points, (context.width, context.height)],
            mix(palette[min(3, int(t * 4))], palette[0], 0.5 + 0.4 * t),
        )
        context.canvas.line(points, context.unit * 0.0025, mix(palette[-1], palette[2], t), 0.9)
