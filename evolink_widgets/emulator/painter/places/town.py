"""Built places: city and street."""

from __future__ import annotations

from random import Random

from evolink_widgets.emulator.painter.drawing.canvas import Point
from evolink_widgets.emulator.painter.drawing.colour import Colour, colour, darker, lighter, mix
from evolink_widgets.emulator.painter.places.land import far_range, foliage, white_ground
from evolink_widgets.emulator.painter.places.registry import place
from evolink_widgets.emulator.painter.places.skyline import LAMPLIGHT, skyline
from evolink_widgets.emulator.painter.places.terrain import fill_below, ridge, round_tree
from evolink_widgets.emulator.painter.places.water import mirror, water
from evolink_widgets.emulator.painter.scenery.paint_context import Glow, PaintContext

SIGNS = tuple(colour(c) for c in ("ff4f8b", "41e0e8", "ffb03a", "9a6bff", "5cf08a", "ff5a4a"))
WALLS = tuple(
    colour(c)
    for c in ("c9745a", "d9a46a", "e3cfa8", "a8b4b8", "b98a7a", "8fa39a", "cf8f7f", "dcb8a0")
)


@place(
    "city",
    horizon=(0.56, 0.64),
    stand=(0.62, 0.82),
    surface="shore",
    times=("dusk", "night", "sunset", "day", "dawn"),
)
def city(context: PaintContext) -> None:
    """Skyline behind a river or a park; a promenade in front."""
    rng = context.rng("city")
    light, unit = context.light, context.unit
    if "mountain" in context.scene.also:
        far_range(context, height=0.4)
    base = context.horizon + unit * 0.01
    tall = min(context.horizon * 0.8, unit * 0.5)
    rows: tuple[tuple[float, float], ...] = ((0.22, 1.0), (0.42, 0.78), (0.68, 0.5))
    if context.detail == 0:
        rows = rows[::2]
    if light.lamps:
        context.canvas.glow(
            context.width / 2, base, context.width * 0.7, (255, 170, 110), 0.35, squash=0.4
        )
    for depth, share in rows:
        skyline(context, rng, base + unit * 0.02 * depth, depth, tall / unit * share)
        context.canvas.mist(base - tall * share * 0.6, base, light.haze, 0.45 * (1 - depth))
    if rng.random() < 0.6 or "sea" in context.scene.also or "lake" in context.scene.also:
        water(context, base, context.height, (44, 80, 110))
        mirror(context, base, context.height, 0.66)
    else:
        _park(context, rng, base)
    _promenade(context, rng)


def _park(context: PaintContext, rng: Random, base: float) -> None:
    light, unit = context.light, context.unit
    lawn = (236, 240, 248) if white_ground(context) else (104, 146, 84)
    context.canvas.wash(((0, light.on(lawn, 0.6)), (1, light.on(lawn))), base)
    for depth, size in ((0.6, 0.09), (0.8, 0.14)):
        for _ in range(context.many(12 * context.width / unit)):
            local = foliage(context, rng, (70, 116, 72))
            round_tree(
                context,
                rng,
                rng.uniform(0, context.width),
                base + unit * 0.04 * depth,
                unit * size * rng.uniform(0.7, 1.2),
                light.on(local, depth),
            )


def _promenade(context: PaintContext, rng: Random) -> None:
    light, unit = context.light, context.unit
    context.shore = context.ground_at(0.46)
    stone = light.on((188, 182, 178) if not white_ground(context) else (238, 242, 250))
    y = context.shore
    context.canvas.wash(((0, mix(stone, light.haze, 0.15)), (1, mix(stone, light.shade, 0.35))), y)
    context.canvas.rect((0, y, context.width, y + unit * 0.008), mix(stone, light.shade, 0.45))
    vanish = context.width * rng.uniform(0.35, 0.65)
    seam = mix(stone, light.shade, 0.3)
    for k in range(-14, 15):
        context.canvas.line(
            [
                (vanish + k * unit * 0.09, y + unit * 0.01),
                (vanish + k * unit * 0.34, context.height),
            ],
            unit * 0.002,
            seam,
            0.55,
        )
    for k in range(1, 5):
        row = y + (context.height - y) * (k / 5) ** 1.6
        context.canvas.line([(0, row), (context.width, row)], unit * 0.002, seam, 0.55)
    _railing(context, y, mix(light.on((60, 64, 76)), light.shade, 0.2))
    for k in range(max(2, round(2.2 * context.width / unit))):
        x = (k + 0.5) * context.width / max(2, round(2.2 * context.width / unit))
        lamp_post(context, x + rng.uniform(-0.03, 0.03) * unit, y + unit * 0.012, unit * 0.22)


def _railing(context: PaintContext, y: float, tone: Colour) -> None:
    unit = context.unit
    high = unit * 0.05
    context.canvas.line([(0, y - high), (context.width, y - high)], unit * 0.006, tone)
    context.canvas.line([(0, y - high * 0.2), (context.width, y - high * 0.2)], unit * 0.004, tone)
    step = unit * 0.022
    for k in range(int(context.width / step) + 1):
        wide = 0.005 if k % 6 == 0 else 0.002
        context.canvas.line([(k * step, y - high), (k * step, y)], unit * wide, tone)


def lamp_post(context: PaintContext, x: float, base: float, height: float) -> None:
    """A street lamp; lit when the light is low."""
    tone = mix(context.light.on((52, 54, 66)), context.light.shade, 0.2)
    canvas = context.canvas
    canvas.line([(x, base), (x, base - height)], height * 0.03, tone)
    canvas.ellipse(x, base, height * 0.05, height * 0.015, tone)
    head = base - height
    canvas.polygon(
        [
            (x - height * 0.05, head),
            (x - height * 0.035, head + height * 0.09),
            (x + height * 0.035, head + height * 0.09),
            (x + height * 0.05, head),
        ],
        (255, 232, 180) if context.light.lamps else lighter(tone, 0.5),
    )
    canvas.polygon(
        [(x - height * 0.06, head), (x, head - height * 0.05), (x + height * 0.06, head)], tone
    )
    if context.light.lamps:
        context.glows.append(Glow(x, head + height * 0.05, height * 0.62, (255, 205, 130), 0.75))
        canvas.glow(x, base, height * 0.6, (255, 205, 130), 0.35, squash=0.22)


@place("street", horizon=(0.5, 0.58), stand=(0.4, 0.78), times=("dusk", "night", "day", "sunset"))
def street(context: PaintContext) -> None:
    """A street in perspective: house fronts, shop windows, lamps, wet road when it rains."""
    rng = context.rng("street")
    light, unit = context.light, context.unit
    vanish = context.width * rng.uniform(0.38, 0.62)
    reach = (context.height - context.horizon) / 0.5
    reach = max(reach, context.width * 0.62)
    eye = (context.height - context.horizon) / reach

    def spot(x: float, y: float, z: float) -> Point:
        return vanish + x * reach / z, context.horizon + (eye - y) * reach / z

    line = ridge(context, rng, context.horizon - unit * 0.02, unit * 0.03, length=0.3)
    fill_below(context, line, light.on((120, 124, 140), 0.18), context.horizon + 4)
    road = light.on((92, 92, 104) if not white_ground(context) else (214, 220, 232))
    walk = light.on((164, 158, 156) if not white_ground(context) else (240, 243, 250))
    context.canvas.wash(
        ((0, mix(road, light.haze, 0.6)), (0.35, road), (1, mix(road, light.shade, 0.3))),
        context.horizon,
    )
    for side in (-1, 1):
        context.canvas.polygon(
            [
                spot(side * 0.62, 0, 12),
                spot(side * 1.02, 0, 12),
                spot(side * 1.02, 0, 0.6),
                spot(side * 0.62, 0, 0.6),
            ],
            walk,
        )
        context.canvas.polygon(
            [
                spot(side * 0.60, 0, 12),
                spot(side * 0.62, 0, 12),
                spot(side * 0.62, 0, 0.6),
                spot(side * 0.60, 0, 0.6),
            ],
            mix(walk, light.shade, 0.45),
        )
    for k in range(9):
        z = 0.9 + k * 0.9
        context.canvas.polygon(
            [
                spot(-0.018, 0, z + 0.4),
                spot(0.018, 0, z + 0.4),
                spot(0.018, 0, z),
                spot(-0.018, 0, z),
            ],
            light.on((236, 232, 220)),
            0.8,
        )
    edges = [0.55, 0.95, 1.4, 2.0, 2.8, 3.9, 5.4, 7.5, 11.0]
    for near, far in zip(edges[-2::-1], edges[:0:-1], strict=True):
        for side in (-1, 1):
            _front(context, rng, spot, side, near, far)
        z = near + 0.1
        if near > 0.9 and context.detail:
            for side in (-1, 1):
                fx, fy = spot(side * 0.7, 0, z)
                lamp_post(context, fx, fy, 0.52 * reach / z * 0.62)
    context.canvas.mist(
        context.horizon - unit * 0.16, context.horizon + unit * 0.03, light.haze, 0.35
    )
    if context.scene.weather in ("rain", "storm") or (light.lamps and rng.random() < 0.4):
        mirror(context, context.horizon + unit * 0.02, context.height, 0.34)


def _front(
    context: PaintContext, rng: Random, spot: object, side: int, near: float, far: float
) -> None:
    assert callable(spot)
    light = context.light
    depth = max(0.25, 1 - far / 12)
    tone = light.on(rng.choice(WALLS), depth)
    if side == context.sun_side:
        tone = mix(tone, light.shade, 0.32)
    high = rng.uniform(0.95, 1.7)
    wall = [spot(side, 0, near), spot(side, high, near), spot(side, high, far), spot(side, 0, far)]
    context.canvas.polygon(wall, tone)
    eave = mix(tone, light.shade, 0.4)
    context.canvas.polygon(
        [
            spot(side, high, near),
            spot(side * 0.985, high + 0.04, near),
            spot(side * 0.985, high + 0.04, far),
            spot(side, high, far),
        ],
        eave,
    )
    columns = max(2, round((far - near) / near * 4.5))
    floors = max(2, round((high - 0.42) / 0.27))

    def pane(u0: float, u1: float, y0: float, y1: float) -> list[Point]:
        def z(u: float) -> float:  # even spacing on the wall
            return near + (far - near) * u

        return [
            spot(side, y0, z(u0)),
            spot(side, y1, z(u0)),
            spot(side, y1, z(u1)),
            spot(side, y0, z(u1)),
        ]

    dark = mix(tone, light.shade, 0.5)
    glass = mix(dark, light.sky[0][1], 0.4)
    for floor in range(floors):
        y = 0.5 + floor * (high - 0.5) / floors
        for column in range(columns):
            u = (column + 0.28) / columns
            lit = light.lamps and rng.random() < 0.5
            shade = mix(rng.choice(LAMPLIGHT), tone, 0.2 * (1 - depth)) if lit else glass
            context.canvas.polygon(
                pane(u - 0.02, u + 0.44 / columns + 0.02, y - 0.012, y + 0.172), lighter(tone, 0.2)
            )
            context.canvas.polygon(pane(u, u + 0.44 / columns, y, y + 0.16), shade)
    _shop(context, rng, pane, spot, side, near, far, tone, depth)


def _shop(
    context: PaintContext,
    rng: Random,
    pane: object,
    spot: object,
    side: int,
    near: float,
    far: float,
    tone: Colour,
    depth: float,
) -> None:
    assert callable(pane)
    assert callable(spot)
    light = context.light
    glass = (
        mix((255, 214, 140), tone, 0.15)
        if light.lamps
        else mix(mix(tone, light.shade, 0.5), light.sky[-1][1], 0.3)
    )
    context.canvas.polygon(pane(0.08, 0.6, 0.06, 0.31), glass)
    context.canvas.polygon(pane(0.7, 0.9, 0.0, 0.3), darker(tone, 0.55))
    cloth = light.on(rng.choice(SIGNS) if light.lamps else rng.choice(WALLS), depth)
    for stripe in range(6):
        u0, u1 = 0.05 + stripe * 0.1, 0.05 + (stripe + 1) * 0.1
        z0, z1 = near + (far - near) * u0, near + (far - near) * u1
        shade = cloth if stripe % 2 else lighter(cloth, 0.65)
        context.canvas.polygon(
            [
                spot(side, 0.4, z0),
                spot(side, 0.4, z1),
                spot(side * 0.88, 0.32, z1),
                spot(side * 0.88, 0.32, z0),
            ],
            shade,
        )
    if light.lamps and rng.random() < 0.6 and context.detail:
        z = near + (far - near) * 0.25
        sign = rng.choice(SIGNS)
        corners = [
            spot(side * 0.99, 0.5, z),
            spot(side * 0.99, 0.78, z),
            spot(side * 0.90, 0.78, z),
            spot(side * 0.90, 0.5, z),
        ]
        context.canvas.polygon(corners, mix(sign, (255, 255, 255), 0.25))
        x = sum(p[0] for p in corners) / 4
        y = sum(p[1] for p in corners) / 4
        context.glows.append(Glow(x, y, context.unit * 0.30 / near, sign, 0.5))
