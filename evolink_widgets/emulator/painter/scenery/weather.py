"""Weather between the viewer and the scene: rain, snow, fog, lightning."""

from __future__ import annotations

import math
from random import Random

from evolink_widgets.emulator.painter.drawing.chance import Wander, cloudy
from evolink_widgets.emulator.painter.drawing.colour import lighter, mix
from evolink_widgets.emulator.painter.scenery.context import Stage


def paint_weather(stage: Stage) -> None:
    """Paint the weather over the finished scene."""
    weather = stage.scene.weather
    if weather == "fog":
        fog(stage)
    elif weather == "rain":
        rain(stage, 1.0)
    elif weather == "storm":
        rain(stage, 1.5)
    elif weather == "snow":
        snowfall(stage)


def fog(stage: Stage) -> None:
    """Two drifting banks that thin out towards the viewer."""
    rng = stage.rng("fog")
    tone = lighter(stage.light.haze, 0.1)
    for cells, strength in (((2, 5), 0.75), ((4, 9), 0.5)):
        noise = cloudy(rng, (160, 120), cells, 3).point([max(0, v - 50) for v in range(256)])
        stage.canvas.stain(
            noise, tone, (0, stage.horizon * 0.35, stage.width, stage.ground_at(0.9)), strength
        )


def rain(stage: Stage, amount: float) -> None:
    """Slanting streaks in three depths, and rings where drops meet the ground."""
    rng = stage.rng("rain")
    tone = lighter(stage.light.haze, 0.45)
    slant = rng.uniform(-0.22, 0.22) - 0.1
    area = stage.width * stage.height / stage.unit**2
    for near in (0.35, 0.65, 1.0):
        for _ in range(stage.many(230 * amount * area * (1.25 - near))):
            x, y = rng.uniform(-0.1, 1.1) * stage.width, rng.uniform(-0.05, 1.0) * stage.height
            length = stage.unit * 0.055 * near * rng.uniform(0.6, 1.2)
            stage.canvas.line(
                [(x, y), (x + slant * length, y + length)],
                stage.unit * 0.0016 * near + 0.5,
                tone,
                0.20 + 0.16 * near,
            )
    if stage.detail:
        for _ in range(stage.many(60 * area)):
            y = stage.ground_at(rng.uniform(0.3, 1.0))
            r = stage.unit * 0.012 * stage.depth_at(y) * rng.uniform(0.4, 1.1)
            x = rng.uniform(0, stage.width)
            stage.canvas.draw.ellipse(
                (x - r, y - r * 0.3, x + r, y + r * 0.3),
                outline=(*tone, 110),
                width=max(1, round(r * 0.12)),
            )


def snowfall(stage: Stage) -> None:
    """Flakes of many sizes; the nearest are large and soft."""
    rng = stage.rng("snowfall")
    tone = mix(stage.light.haze, (255, 255, 255), 0.75)
    area = stage.width * stage.height / stage.unit**2
    for _ in range(stage.many(330 * area)):
        near = rng.random() ** 3
        r = stage.unit * (0.0012 + 0.005 * near)
        x, y = rng.uniform(0, stage.width), rng.uniform(0, stage.height)
        stage.canvas.ellipse(x, y, r, r, tone, 0.55 + 0.4 * near)
    if stage.detail:
        for _ in range(stage.many(10 * area)):
            r = stage.unit * rng.uniform(0.008, 0.018)
            stage.canvas.glow(
                rng.uniform(0, stage.width),
                rng.uniform(0, stage.height),
                r * 1.4,
                tone,
                0.75,
                power=0.8,
            )


def lightning(stage: Stage) -> None:
    """A forked bolt out of the clouds; belongs behind the subjects."""
    rng = stage.rng("lightning")
    x = stage.width * rng.choice((rng.uniform(0.12, 0.35), rng.uniform(0.65, 0.88)))
    stage.canvas.glow(x, stage.horizon * 0.3, stage.unit * 0.6, (214, 220, 255), 0.6)
    _bolt(stage, rng, x, 0.0, stage.horizon * rng.uniform(0.85, 1.0), stage.unit * 0.008, 2)


def _bolt(
    stage: Stage, rng: Random, x: float, top: float, bottom: float, width: float, forks: int
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
        stage.canvas.line(points, width * wide, tone, alpha)
    if forks:
        for _ in range(2):
            k = rng.randint(4, steps - 6)
            fx, fy = points[k]
            _bolt(
                stage,
                rng,
                fx,
                fy,
                fy + (bottom - fy) * rng.uniform(0.3, 0.6),
                width * 0.5,
                forks - 1,
            )
