"""What landscapes are made of: ridges, mountains, hills, trees, grass, stones, water light."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from evolink_widgets.emulator.painter.drawing.chance import Wander
from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix, turned
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext

Line = Callable[[float], float]


def ridge(
    context: PaintContext,
    rng: Random,
    base: float,
    swing: float,
    *,
    length: float = 1.0,
    octaves: int = 4,
    roughness: float = 0.5,
) -> Line:
    """A line of heights across the picture; ``length`` is the broadest swell in units."""
    wander = Wander(rng, octaves, roughness)
    shift = rng.uniform(0, 50)
    scale = 1 / (length * context.unit)
    return lambda x: base - swing * wander(shift + x * scale)


def fill_below(
    context: PaintContext, line: Line, tone: Colour, bottom: float | None = None, step: float = 6.0
) -> None:
    """Fill from a line down to ``bottom`` (default: the lower edge)."""
    low = float(context.height) if bottom is None else bottom
    step = max(2.0, step * context.unit / 2000)
    count = math.ceil(context.width / step) + 1
    points = [(number * step, line(number * step)) for number in range(count)]
    context.canvas.polygon([(0, low), *points, (points[-1][0], low)], tone)


def hill(
    context: PaintContext, line: Line, tone: Colour, *, light: float = 0.18, depth: float = 0.25
) -> None:
    """A rounded hill whose crest catches the light."""
    fill_below(context, line, tone)
    if context.detail == 0:
        return
    crest = mix(tone, context.light.glow, light)
    layers = 3 + 2 * context.detail
    for number in range(layers):
        t = (number + 1) / layers
        thick = context.unit * depth * (1 - t) ** 1.5
        shift = thick * 0.35 + 1
        _band(context, _lowered(line, shift * 0.02), line, thick, crest, 0.16)


def _lowered(line: Line, drop: float) -> Line:
    return lambda x: line(x) + drop


def _band(
    context: PaintContext, top: Line, line: Line, thick: float, tone: Colour, alpha: float
) -> None:
    step = 14 * context.unit / 2000
    count = math.ceil(context.width / step) + 1
    upper = [(n * step, top(n * step)) for n in range(count)]
    lower = [
        (n * step, line(n * step) + thick * (0.6 + 0.4 * math.sin(n * 0.13 + thick)))
        for n in range(count)
    ]
    context.canvas.polygon(upper + lower[::-1], tone, alpha)


def mountains(
    context: PaintContext,
    rng: Random,
    base: float,
    height: float,
    tone: Colour,
    *,
    snow: float = 0.0,
    peaks: float = 2.2,
    contrast: float = 0.3,
) -> None:
    """A range with lit and shaded flanks; ``snow`` is the share of the height that is white."""
    step = max(3.0, 5 * context.unit / 2000)
    count = math.ceil(context.width / step) + 2
    tops = _summits(context, rng, base, height, peaks)
    crag = Wander(rng, 5, 0.62)

    def line(x: float) -> float:
        rise = 0.0
        for px, ph, wide in tops:
            t = 1 - abs(x - px) / wide
            if t > 0:
                rise = max(rise, ph * t**1.12)
        rough = crag(x / (context.unit * 0.16)) * height * 0.10 * min(1.0, 0.25 + rise / height)
        return base - rise - rough - height * 0.06

    points = [(n * step, line(n * step)) for n in range(count)]
    context.canvas.polygon([(0, base + 4), *points, (points[-1][0], base + 4)], tone)
    flank = mix(tone, context.light.shade, contrast)
    lit = mix(tone, context.light.glow, 0.24 * contrast / 0.3)
    if context.detail:
        _sunny_sides(context, rng, points, base, lit)
    if snow > 0:
        _snow_caps(context, rng, points, base, height, snow, tone)
    _flanks(context, rng, points, base, flank)


def _summits(
    context: PaintContext, rng: Random, base: float, height: float, peaks: float
) -> list[tuple[float, float, float]]:
    number = max(2, round(peaks * context.width / context.unit))
    tops = []
    for k in range(number + 2):
        x = (k - 0.5 + rng.uniform(-0.3, 0.3)) * context.width / number
        tall = height * rng.uniform(0.45, 1.0)
        tops.append((x, tall, tall * rng.uniform(1.1, 1.7)))
    for _ in range(number * 2):
        tall = height * rng.uniform(0.2, 0.5)
        tops.append((rng.uniform(0, context.width), tall, tall * rng.uniform(1.2, 2.0)))
    return tops


def _extremes(points: list[tuple[float, float]], reach: int) -> list[int]:
    """Indices of the local summits."""
    found = []
    for n in range(1, len(points) - 1):
        low, high = max(0, n - reach), min(len(points), n + reach + 1)
        if points[n][1] == min(y for _, y in points[low:high]):
            found.append(n)
    return found


def _flanks(
    context: PaintContext, rng: Random, points: list[tuple[float, float]], base: float, tone: Colour
) -> None:
    """The shaded side below each summit, bounded by a zigzag spine."""
    away = -context.sun_side
    reach = max(3, round(0.03 * context.unit / max(1.0, points[1][0] - points[0][0])))
    for n in _extremes(points, reach):
        x, y = points[n]
        drop = base - y
        if drop < context.unit * 0.02:
            continue
        side = [points[n]]
        k = n
        while 0 < k < len(points) - 1 and points[k][1] < base - drop * 0.12:
            k += 1 if away > 0 else -1
            side.append(points[k])
            if abs(points[k][0] - x) > drop * 1.1 and points[k][1] < side[-2][1]:
                break
        spine = []
        steps = 7
        for s in range(steps, 0, -1):
            t = s / steps
            wobble = rng.uniform(-0.14, 0.1) * drop * (0.3 + t * 0.7)
            spine.append((x - away * drop * 0.10 * t + away * wobble, y + drop * t * 0.97))
        context.canvas.polygon([*side, (side[-1][0], base), *spine], tone, 0.55)


def _sunny_sides(
    context: PaintContext, rng: Random, points: list[tuple[float, float]], base: float, tone: Colour
) -> None:
    side = context.sun_side
    for n in _extremes(points, 5):
        x, y = points[n]
        drop = (base - y) * rng.uniform(0.4, 0.7)
        ribs = []
        for t in (0.0, 0.25, 0.5, 0.75, 1.0):
            ribs.append((x + side * drop * (0.15 + 0.6 * t) * rng.uniform(0.6, 1.0), y + drop * t))
        context.canvas.polygon([(x, y), *ribs, (x + side * drop * 0.1, y + drop * 0.8)], tone, 0.5)


def _snow_caps(
    context: PaintContext,
    rng: Random,
    points: list[tuple[float, float]],
    base: float,
    height: float,
    share: float,
    tone: Colour,
) -> None:
    white = mix(tone, context.light.on((248, 250, 255)), 0.86)
    edge = Wander(rng, 5, 0.75)
    level = base - height * (1 - share)

    def line(x: float) -> float:
        return level + edge(x / (context.unit * 0.07)) * height * 0.17

    run: list[tuple[float, float]] = []
    for point in [*points, (0.0, base * 9)]:
        if point[1] < line(point[0]) and point[1] < base:
            run.append(point)
            continue
        if len(run) > 2:
            context.canvas.polygon(run + [(x, max(y, line(x))) for x, y in reversed(run)], white)
        run = []


def conifer(
    context: PaintContext,
    rng: Random,
    x: float,
    base: float,
    height: float,
    tone: Colour,
    *,
    snow: bool = False,
) -> None:
    """A fir: uneven tiers of drooping branches."""
    tiers = 5 + 2 * context.detail
    half = height * rng.uniform(0.19, 0.26)
    trunk = height * 0.025
    context.canvas.polygon(
        [
            (x - trunk, base),
            (x - trunk, base - height * 0.2),
            (x + trunk, base - height * 0.2),
            (x + trunk, base),
        ],
        darker(tone, 0.3),
    )
    left, right = [], []
    for tier in range(tiers):
        t = (tier + 1) / tiers
        y = base - height * (0.93 * (1 - t) + 0.06)
        wide = half * t**0.85 * rng.uniform(0.82, 1.12)
        left += [(x - wide, y + height * 0.02), (x - wide * 0.48, y - height * 0.012)]
        wide = half * t**0.85 * rng.uniform(0.82, 1.12)
        right += [(x + wide, y + height * 0.02), (x + wide * 0.48, y - height * 0.012)]
    shape = [(x, base - height), *left[:-1], *reversed(right[:-1])]
    context.canvas.polygon(shape, tone)
    side = right if context.sun_side > 0 else left
    if context.detail and height > context.unit * 0.05:
        lit = mix(tone, context.light.glow, 0.2)
        inner = [
            (x, base - height),
            *side[:-1],
            (x + (side[-2][0] - x) * 0.35, base - height * 0.07),
        ]
        context.canvas.polygon(inner, lit, 0.5)
    if snow:
        white = context.light.on((244, 248, 255), 0.9)
        for tier in range(1, tiers):
            px, py = (left, right)[tier % 2][(tier - 1) * 2]
            reach = (px - x) * 0.96
            context.canvas.polygon(
                [
                    (px, py),
                    (x + reach * 0.2, py - height * 0.085),
                    (x + reach * 0.1, py - height * 0.03),
                    (x + reach * 0.55, py - height * 0.012),
                ],
                white,
                0.9,
            )
        context.canvas.polygon(
            [
                (x, base - height),
                (x - half * 0.16, base - height * 0.88),
                (x + half * 0.16, base - height * 0.88),
            ],
            white,
        )


def round_tree(
    context: PaintContext, rng: Random, x: float, base: float, height: float, tone: Colour
) -> None:
    """A broad-leaved tree seen from afar: a trunk and a heap of leaf balls."""
    trunk = height * 0.035
    bark = darker(mix(tone, (90, 60, 50), 0.5), 0.3)
    context.canvas.polygon(
        [
            (x - trunk, base),
            (x - trunk * 0.6, base - height * 0.5),
            (x + trunk * 0.6, base - height * 0.5),
            (x + trunk, base),
        ],
        bark,
    )
    balls = []
    for _ in range(7 + 4 * context.detail):
        a, r = rng.uniform(0, math.tau), rng.random() ** 0.5 * height * 0.23
        balls.append(
            (
                x + r * math.cos(a) * 1.1,
                base - height * 0.66 + r * math.sin(a),
                height * rng.uniform(0.09, 0.17),
            )
        )
    lit = mix(tone, context.light.glow, 0.22)
    low = mix(tone, context.light.shade, 0.25)
    for bx, by, r in balls:
        context.canvas.ellipse(bx - context.sun_side * r * 0.15, by + r * 0.2, r, r, low)
    for bx, by, r in balls:
        context.canvas.ellipse(bx, by, r * 0.92, r * 0.9, tone)
    for bx, by, r in balls[:: 1 if context.detail > 1 else 2]:
        context.canvas.ellipse(
            bx + context.sun_side * r * 0.25, by - r * 0.28, r * 0.6, r * 0.5, lit, 0.6
        )


def grass(
    context: PaintContext,
    rng: Random,
    count: float,
    top: float,
    bottom: float,
    tone: Colour,
    tall: float = 0.05,
) -> None:
    """Blades of grass, smaller towards the horizon."""
    for _ in range(context.many(count * context.width / context.unit)):
        t = rng.random()
        y = top + (bottom - top) * t
        x = rng.uniform(0, context.width)
        size = context.unit * tall * (0.25 + 0.75 * context.depth_at(y)) * rng.uniform(0.5, 1.2)
        lean = rng.uniform(-0.4, 0.4) * size
        wide = size * 0.06 + 0.8
        shade = mix(tone, turned(tone, rng.uniform(-0.05, 0.03), 1.1, rng.uniform(0.7, 1.25)), 0.8)
        context.canvas.polygon(
            [
                (x - wide, y),
                (x + lean * 0.35 - wide * 0.5, y - size * 0.6),
                (x + lean, y - size),
                (x + lean * 0.35 + wide * 0.5, y - size * 0.6),
                (x + wide, y),
            ],
            shade,
        )


def blossoms(
    context: PaintContext,
    rng: Random,
    count: float,
    top: float,
    bottom: float,
    tones: tuple[Colour, ...],
    size: float = 0.008,
) -> None:
    """Dots of flowers in the grass, in drifts."""
    drift = Wander(rng, 3)
    for _ in range(context.many(count * context.width / context.unit)):
        y = top + (bottom - top) * rng.random() ** 0.8
        x = rng.uniform(0, context.width)
        if drift(x / context.unit * 2.2 + y / context.unit * 3) < -0.12:
            continue
        depth = context.depth_at(y)
        r = context.unit * size * (0.25 + 0.95 * depth) * rng.uniform(0.6, 1.2)
        tone = context.light.on(rng.choice(tones), 0.35 + 0.65 * depth)
        if r > context.unit * 0.006 and context.detail:
            stem = context.light.on((70, 110, 60), depth)
            context.canvas.line([(x, y), (x + r * 0.3, y + r * 3.5)], r * 0.3, stem)
            for k in range(5):
                a = k * math.tau / 5 + x
                context.canvas.ellipse(
                    x + r * 0.7 * math.cos(a), y + r * 0.6 * math.sin(a), r * 0.6, r * 0.5, tone
                )
            context.canvas.ellipse(x, y, r * 0.4, r * 0.35, context.light.on((250, 214, 90), depth))
        else:
            context.canvas.ellipse(x, y, r, r * 0.75, tone)


def stones(
    context: PaintContext,
    rng: Random,
    count: float,
    top: float,
    bottom: float,
    tone: Colour,
    size: float = 0.03,
) -> None:
    """Scattered boulders with a lit top."""
    for _ in range(context.many(count * context.width / context.unit)):
        y = rng.uniform(top, bottom)
        depth = context.depth_at(y)
        r = context.unit * size * (0.2 + 0.8 * depth) * rng.uniform(0.4, 1.2)
        x = rng.uniform(0, context.width)
        shade = mix(tone, darker(tone, 0.4), rng.random() * 0.5)
        context.canvas.ellipse(x, y, r * 1.15, r * 0.2, context.light.shade, 0.3)
        ring = [
            (
                x + r * math.cos(a) * rng.uniform(0.85, 1.1),
                y - max(0.0, math.sin(a)) * r * 0.75 * rng.uniform(0.8, 1.1),
            )
            for a in (0, 0.5, 1.0, 1.5, 2.0, 2.6, math.pi)
        ]
        context.canvas.polygon(ring, shade)
        top_side = ring[0:4] if context.sun_side > 0 else ring[3:7]
        context.canvas.polygon([*top_side, (x, y - r * 0.3)], lighter(shade, 0.25), 0.7)


def glitter(
    context: PaintContext, rng: Random, top: float, bottom: float, strength: float = 1.0
) -> None:
    """The path of light that a low sun or the moon lays on water."""
    if not context.light.disc_shown:
        return
    tone = mix(context.light.glow, context.light.disc, 0.6)
    x0 = context.sun[0]
    for _ in range(context.many(190)):
        t = rng.random() ** 1.2
        y = top + (bottom - top) * t
        spread = context.unit * (0.035 + 0.13 * t)
        x = x0 + rng.gauss(0, 0.6) * spread
        half = context.unit * (0.004 + 0.03 * t) * rng.uniform(0.4, 1.3)
        context.canvas.ellipse(
            x,
            y,
            half,
            max(0.8, half * 0.07),
            tone,
            strength * rng.uniform(0.35, 0.9) * (1 - 0.55 * t),
        )


def ripples(
    context: PaintContext,
    rng: Random,
    top: float,
    bottom: float,
    dark: Colour,
    bright: Colour,
    count: float = 260,
) -> None:
    """Small waves: thin lenses, longer and wider apart towards the viewer."""
    for _ in range(context.many(count * context.width / context.unit)):
        t = rng.random() ** 1.5
        y = top + (bottom - top) * t
        half = context.unit * (0.006 + 0.06 * t) * rng.uniform(0.4, 1.3)
        tone = dark if rng.random() < 0.55 else bright
        context.canvas.ellipse(
            rng.uniform(0, context.width),
            y,
            half,
            max(0.7, half * 0.05),
            tone,
            rng.uniform(0.12, 0.4),
        )
