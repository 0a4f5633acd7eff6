"""A skyline: rows of towers with their windows, near or far."""

from __future__ import annotations

from random import Random

from evolink_widgets.emulator.painter.drawing.colour import Colour, colour, mix, turned
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext

LAMPLIGHT = tuple(colour(c) for c in ("ffd98a", "ffe9b4", "ffc46a", "fff0cc"))


def skyline(context: PaintContext, rng: Random, base: float, depth: float, height: float) -> None:
    """One row of buildings along ``base``; ``height`` in units."""
    unit, light = context.unit, context.light
    steel = rng.choice(((112, 122, 148), (128, 120, 140), (104, 126, 146)))
    x = -unit * 0.05
    middle = context.width * rng.uniform(0.3, 0.7)
    while x < context.width + unit * 0.05:
        wide = unit * rng.uniform(0.035, 0.085) * (0.6 + depth)
        bulge = 1.25 - 0.8 * abs(x - middle) / context.width
        high = unit * height * rng.uniform(0.35, 1.0) * bulge
        tone = light.on(turned(steel, rng.uniform(-0.03, 0.03), 1, rng.uniform(0.85, 1.12)), depth)
        _tower(context, rng, x, base, wide, high, tone, depth)
        x += wide * rng.uniform(0.92, 1.15)


def _tower(
    context: PaintContext,
    rng: Random,
    x: float,
    base: float,
    wide: float,
    high: float,
    tone: Colour,
    depth: float,
) -> None:
    canvas, top = context.canvas, base - high
    roof = rng.choice(["flat", "flat", "step", "spire", "slant", "dome", "antenna"])
    canvas.polygon([(x, base), (x, top), (x + wide, top), (x + wide, base)], tone)
    if roof == "step":
        canvas.polygon(
            [
                (x + wide * 0.2, top),
                (x + wide * 0.2, top - wide * 0.4),
                (x + wide * 0.8, top - wide * 0.4),
                (x + wide * 0.8, top),
            ],
            tone,
        )
        canvas.line(
            [(x + wide / 2, top - wide * 0.4), (x + wide / 2, top - wide * 0.9)], wide * 0.05, tone
        )
    elif roof == "spire":
        canvas.polygon(
            [(x + wide * 0.1, top), (x + wide / 2, top - wide * 1.3), (x + wide * 0.9, top)], tone
        )
    elif roof == "slant":
        canvas.polygon([(x, top), (x + wide, top - wide * 0.45), (x + wide, top)], tone)
    elif roof == "dome":
        canvas.ellipse(x + wide / 2, top, wide * 0.42, wide * 0.4, tone)
    elif roof == "antenna":
        canvas.line([(x + wide * 0.7, top), (x + wide * 0.7, top - wide * 1.1)], wide * 0.05, tone)
        if context.light.lamps:
            canvas.ellipse(
                x + wide * 0.7, top - wide * 1.1, wide * 0.06, wide * 0.06, (255, 90, 80)
            )
    shade = mix(tone, context.light.shade, 0.3)
    half = x + wide * (0.58 if context.sun_side < 0 else 0.0)
    canvas.polygon(
        [(half, base), (half, top), (half + wide * 0.42, top), (half + wide * 0.42, base)],
        shade,
        0.5,
    )
    if context.detail == 0 and depth < 0.5:
        return
    _panes(context, rng, x, top, wide, base, tone, depth)


def _panes(
    context: PaintContext,
    rng: Random,
    x: float,
    top: float,
    wide: float,
    base: float,
    tone: Colour,
    depth: float,
) -> None:
    columns = rng.choice((3, 4, 5))
    gap = wide / (columns + 0.5)
    row = gap * rng.uniform(0.8, 1.3)
    if row < context.unit * 0.004:
        return
    lit_share = rng.uniform(0.25, 0.6) if context.light.lamps else 0.0
    dark = mix(tone, context.light.shade, 0.35)
    shine = mix(tone, context.light.sky[len(context.light.sky) // 2][1], 0.55)
    y = top + row * 0.8
    while y < base - row:
        for k in range(columns):
            px = x + gap * (k + 0.45)
            if rng.random() < lit_share:
                pane = mix(rng.choice(LAMPLIGHT), tone, 0.45 * (1 - depth))
            else:
                pane = shine if rng.random() < 0.25 else dark
            context.canvas.rect((px, y, px + gap * 0.6, y + row * 0.55), pane)
        y += row
