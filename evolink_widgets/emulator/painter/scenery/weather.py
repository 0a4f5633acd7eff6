"""Weather between the viewer and the scene: rain, snow, fog, lightning."""

from __future__ import annotations

import math
from random import Random

from evolink_widgets.emulator.painter.drawing.chance import Wander, cloudy
from evolink_widgets.emulator.painter.drawing.colour import lighter, mix
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext


def paint_weather(context: PaintContext) -> None:
    """Paint the weather over the finished scene."""
    weather = context.scene.weather
    if weather == "fog":
        fog(context)
    elif weather == "rain":
        rain(context, 1.0)
    elif weather == "storm":
        rain(context, 1.5)
    elif weather == "snow":
        snowfall(context)


def fog(context: PaintContext) -> None:
    """Two drifting banks that thin out towards the viewer."""
    rng = context.rng("fog")
    tone = lighter(context.light.haze, 0.1)
    for cells, strength in (((2, 5), 0.75), ((4, 9), 0.5)):
        noise = cloudy(rng, (160, 120), cells, 3).point([max(0, v - 50) for v in range(256)])
        context.canvas.stain(
            noise,
            tone,
            (0, context.horizon * 0.35, context.width, context.ground_at(0.9)),
            strength,
        )


def rain(context: PaintContext, amount: float) -> None:
    """Slanting streaks in three depths, and rings where drops meet the ground."""
    rng = context.rng("rain")
    tone = lighter(context.light.haze, 0.45)
    slant = rng.uniform(-0.22, 0.22) - 0.1
    area = context.width * context.height / context.unit**2
    for near in (0.35, 0.65, 1.0):
        for _ in range(context.many(230 * amount * area * (1.25 - near))):
            x, y = rng.uniform(-0.1, 1.1) * context.width, rng.uniform(-0.05, 1.0) * context.height
            length = context.unit * 0.055 * near * rng.uniform(0.6, 1.2)
            context.canvas.line(
                [(x, y), (x + slant * length, y + length)],
                context.unit * 0.0016 * near + 0.5,
                tone,
                0.20 + 0.16 * near,
            )
    if context.detail:
        for _ in range(context.many(60 * area)):
            y = context.ground_at(rng.uniform(0.3, 1.0))
            r = context.unit * 0.012 * context.depth_at(y) * rng.uniform(0.4, 1.1)
            x = rng.uniform(0, context.width)
            context.canvas.draw.ellipse(
                (x - r, y - r * 0.3, x + r, y + r * 0.3),
                outline=(*tone, 110),
                width=max(1, round(r * 0.12)),
            )


def snowfall(context: PaintContext) -> None:
    """Flakes of many sizes; the nearest are large and soft."""
    rng = context.rng("snowfall")
    tone = mix(context.light.haze, (255, 255, 255), 0.75)
    area = context.width * context.height / context.unit**2
    for _ in range(context.many(330 * area)):
        near = rng.random() ** 3
        r = context.unit * (0.0012 + 0.005 * near)
        x, y = rng.uniform(0, context.width), rng.uniform(0, context.height)
        context.canvas.ellipse(x, y, r, r, tone, 0.55 + 0.4 * near)
    if context.detail:
        for _ in range(context.many(10 * area)):
            r = context.unit * rng.uniform(0.008, 0.018)
            context.canvas.glow(
                rng.uniform(0, context.width),
                rng.uniform(0, context.height),
                r * 1.4,
                tone,
                0.75,
                power=0.8,
            )


def lightning(context: PaintContext) -> None:
    """A forked bolt out of the clouds; belongs behind the subjects."""
    rng = context.rng("lightning")
    x = context.width * rng.choice((rng.uniform(0.12, 0.35), rng.uniform(0.65, 0.88)))
    context.canvas.glow(x, context.horizon * 0.3, context.unit * 0.6, (214, 220, 255), 0.6)
    _bolt(context, rng, x, 0.0, context.horizon * rng.uniform(0.85, 1.0), context.unit * 0.008, 2)


def _bolt(
    context: PaintContext,
    rng: Random,
    x: float,
    top: float,
    bottom: float,
    width: float,
    forks: int,
) -> None:
    wander = Wander(rng, 5, 0.8)
    shift = rng.uniform(-0.2, 0.2)
    steps = 18
    points = []
    for k in range(steps + 1):
        t = k / steps
        points.append(
            (
                x
                + (shift * t + 0.22 * wander(t * 2) * math.sin(math.pi * min(1, t + 0.2)))
                * (bottom - top),
                top + (bottom - top) * t,
            )
        )
    for wide, tone, alpha in (
        (4.5, (150, 160, 255), 0.22),
        (2.2, (200, 206, 255), 0.4),
        (1.0, (255, 255, 255), 1.0),
    ):
        context.canvas.line(points, width * wide, tone, alpha)
    if forks:
        for _ in range(2):
            k = rng.randint(4, steps - 6)
            fx, fy = points[k]
            _bolt(
                context,
                rng,
                fx,
                fy,
                fy + (bottom - fy) * rng.uniform(0.3, 0.6),
                width * 0.5,
                forks - 1,
            )
