"""At, on and under the water: beach, sea, lake, reef."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from evolink_widgets.emulator.painter.drawing.chance import Wander, cloudy
from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix, turned
from evolink_widgets.emulator.painter.drawing.curves import outline, ribbon
from evolink_widgets.emulator.painter.places.land import FLOWERS, far_range, foliage, white_ground
from evolink_widgets.emulator.painter.places.registry import place
from evolink_widgets.emulator.painter.places.terrain import (
    blossoms,
    conifer,
    fill_below,
    glitter,
    grass,
    ridge,
    ripples,
    round_tree,
    stones,
)
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext


def water(context: PaintContext, top: float, bottom: float, local: Colour) -> None:
    """A sheet of water that mirrors the sky at its far edge and shows its own colour near by."""
    rng = context.rng("water")
    light = context.light
    sky_low = light.sky[-1][1]
    sky_mid = light.sky[len(light.sky) // 2][1]
    near = light.on(local)
    context.canvas.wash(
        (
            (0, mix(sky_low, light.on(local), 0.25)),
            (0.25, mix(sky_mid, near, 0.45)),
            (1, mix(near, light.shade, 0.18)),
        ),
        top,
        bottom,
    )
    glitter(context, rng, top, bottom)
    ripples(context, rng, top + 2, bottom, mix(near, light.shade, 0.35), mix(sky_low, near, 0.2))
    context.canvas.mist(top, top + (bottom - top) * 0.12, light.haze, 0.5, rising=True)


def headland(context: PaintContext, rng: Random) -> None:
    """A far tongue of land on one side of the sea."""
    if "mountain" in context.scene.also:
        far_range(context, height=0.3)
        return
    light, unit = context.light, context.unit
    side = -context.sun_side
    for depth, size in ((0.12, 1.0), (0.3, 0.55)):
        wander = Wander(rng, 4)
        reach = context.width * rng.uniform(0.35, 0.6) * size
        points = []
        for k in range(41):
            t = k / 40
            x = t * reach if side < 0 else context.width - t * reach
            high = unit * 0.10 * size * (1 - t) ** 0.7 * (0.9 + 0.5 * wander(t * 3))
            points.append((x, context.horizon - max(0.0, high)))
        edge = 0.0 if side < 0 else float(context.width)
        context.canvas.polygon(
            [(edge, context.horizon + 2), *points, (points[-1][0], context.horizon + 2)],
            light.on((92, 108, 120), depth),
        )


def palm(
    context: PaintContext,
    rng: Random,
    x: float,
    base: float,
    height: float,
    tone: Colour,
    leaf: Colour,
) -> None:
    """A leaning palm, for framing."""
    lean = rng.uniform(0.12, 0.4) * rng.choice((-1, 1)) * height
    trunk = [(x + lean * (k / 8) ** 1.8, base - height * k / 8) for k in range(9)]
    context.canvas.polygon(ribbon(trunk, height * 0.055, height * 0.03), tone)
    top = trunk[-1]
    for k in range(9):
        angle = math.pi * (k + rng.uniform(-0.3, 0.3)) / 8
        reach = height * rng.uniform(0.34, 0.46)
        droop = reach * (0.55 + 0.35 * abs(math.cos(angle)))
        spine = []
        for s in range(8):
            t = s / 7
            spine.append(
                (
                    top[0] + math.cos(angle) * reach * t,
                    top[1] - math.sin(angle) * reach * 0.75 * t + droop * t * t,
                )
            )
        shade = mix(leaf, context.light.glow, 0.2 if k % 2 else 0.0)
        for number in range(len(spine) - 1):
            (ax, ay), (bx, by) = spine[number], spine[number + 1]
            length = reach * 0.2 * math.sin(math.pi * (number + 0.7) / 8)
            context.canvas.polygon([(ax, ay), (bx, by), (bx - length * 0.1, by + length)], shade)
            context.canvas.polygon(
                [(ax, ay), (bx, by), (bx + length * 0.5, by + length * 0.5)], shade
            )
        context.canvas.line(spine, height * 0.012, shade)


@place("sea", horizon=(0.48, 0.58), stand=(0.3, 0.62), surface="water")
def sea(context: PaintContext) -> None:
    """Open water with long swells."""
    rng = context.rng("sea")
    light = context.light
    headland(context, rng)
    local = turned((38, 112, 150), rng.uniform(-0.04, 0.04))
    water(context, context.horizon, context.height, local)
    rough = 1.9 if context.scene.weather == "storm" else 1.0
    layers = (3, 6, 8)[context.detail]
    for number in range(layers):
        t = (number + 1) / layers
        base = context.ground_at(t**1.7)
        wander = Wander(rng, 3, 0.6)
        shift = rng.uniform(0, 60)
        swing = context.unit * 0.025 * t * rough
        span = 1 / (context.unit * (0.10 + 0.3 * t))

        def line(
            x: float,
            w: Wander = wander,
            s: float = shift,
            b: float = base,
            a: float = swing,
            f: float = span,
        ) -> float:
            return b - a * (1 - abs(w(s + x * f))) ** 2

        tone = mix(light.on(local), light.shade, 0.1 + 0.25 * t)
        step = 10 * context.unit / 2000 + 2
        count = int(context.width / step) + 2
        crest = [(n * step, line(n * step)) for n in range(count)]
        fall = swing * 2.2 + context.unit * 0.012 * t
        low = [(x, y + fall * (0.6 + 0.4 * math.sin(x * span * 5))) for x, y in crest]
        context.canvas.polygon(crest + low[::-1], tone, 0.42)
        foam = [(x, y + swing * 0.16) for x, y in crest]
        context.canvas.polygon(crest + foam[::-1], mix(light.on((240, 248, 250)), tone, 0.35), 0.7)
    glitter(context, rng, context.horizon + 3, context.height, 0.8)


@place("beach", front=None, horizon=(0.44, 0.52), stand=(0.55, 0.8), surface="shore")
def beach(context: PaintContext) -> None:
    """Sea, foam and sand; a palm leans in."""
    rng = context.rng("beach")
    light, unit = context.light, context.unit
    headland(context, rng)
    shore = context.ground_at(rng.uniform(0.34, 0.42))
    context.shore = shore
    local = turned((52, 160, 176), rng.uniform(-0.04, 0.03))
    tilt = rng.uniform(-0.06, 0.06) * unit
    water(context, context.horizon, shore + unit * 0.1, local)
    sand = rng.choice(((240, 214, 166), (236, 204, 156), (244, 224, 186)))
    base = ridge(context, rng, shore, unit * 0.02, length=0.8, octaves=2)

    def edge(x: float) -> float:
        return base(x) + tilt * (x / context.width - 0.5) * 2

    foam = light.on((250, 252, 252))
    for shift, tone, alpha in (
        (-0.050, foam, 0.5),
        (-0.043, light.on(lighter(local, 0.25)), 1.0),
        (-0.012, foam, 0.95),
    ):
        wobble = Wander(rng, 4)

        def wave(x: float, s: float = shift, w: Wander = wobble) -> float:
            return edge(x) + unit * (s + 0.010 * w(x / unit * 5))

        if alpha < 1 or shift == -0.012:
            fill_below(context, wave, tone)
        else:
            fill_below(context, wave, tone)
    wet = Wander(rng, 4)
    fill_below(
        context,
        lambda x: edge(x) + unit * 0.008 * wet(x / unit * 4),
        mix(light.on(darker(sand, 0.28)), light.sky[-1][1], 0.3),
    )
    dry = Wander(rng, 3)
    fill_below(
        context, lambda x: edge(x) + unit * (0.04 + 0.012 * dry(x / unit * 3)), light.on(sand, 0.96)
    )
    _sand_texture(context, rng, sand, shore + unit * 0.04)
    _shells(context, rng, shore + unit * 0.08)
    if context.detail:
        side = -context.sun_side
        for k in range(1 + (rng.random() < 0.6)):
            x = context.width * (0.5 + side * rng.uniform(0.4, 0.52))
            leaf = mix(light.on((52, 112, 70)), light.shade, 0.35 if light.reach > 0.8 else 0.1)
            palm(
                context,
                rng,
                x,
                context.ground_at(0.62 + 0.1 * k),
                min(context.height * 0.62, unit * rng.uniform(0.5, 0.64)),
                mix(light.on((120, 88, 62)), light.shade, 0.2),
                leaf,
            )


def _sand_texture(context: PaintContext, rng: Random, sand: Colour, top: float) -> None:
    light = context.light
    box = (0.0, top, float(context.width), float(context.height))
    context.canvas.mist(top, context.height, mix(light.on(sand), light.shade, 0.45), 0.42)
    if context.detail:
        mask = cloudy(rng, (200, 100), (6, 26), 3).point([max(0, v - 120) for v in range(256)])
        context.canvas.stain(mask, mix(light.on(sand), light.shade, 0.5), box, 0.4)
        for _ in range(context.many(220)):
            y = rng.uniform(top, context.height)
            r = context.unit * 0.0016 * (0.4 + context.depth_at(y))
            context.canvas.ellipse(
                rng.uniform(0, context.width),
                y,
                r,
                r * 0.6,
                mix(light.on(sand), light.shade, 0.55),
                0.4,
            )


def _shells(context: PaintContext, rng: Random, top: float) -> None:
    tones = ((250, 230, 220), (244, 190, 170), (255, 245, 230), (226, 150, 130))
    for _ in range(context.many(9)):
        y = rng.uniform(top, context.height)
        x, r = rng.uniform(0, context.width), context.unit * 0.008 * (0.5 + context.depth_at(y))
        tone = context.light.on(rng.choice(tones))
        context.canvas.ellipse(x, y + r * 0.3, r * 1.2, r * 0.4, context.light.shade, 0.25)
        context.canvas.draw.pieslice((x - r, y - r, x + r, y + r), 180, 360, fill=tone)
        for k in (-0.5, 0.0, 0.5):
            context.canvas.line(
                [(x, y), (x + k * r, y - r * 0.8)], r * 0.1, darker(tone, 0.25), 0.6
            )


def mirror(context: PaintContext, level: float, bottom: float, strength: float) -> None:
    """Reflect what stands above ``level`` in the water below it, broken by small waves."""
    canvas = context.canvas
    rng = context.rng("mirror")
    tall = min(round(bottom - level), round(level))
    if tall < 4:
        return
    y = round(level)
    part = canvas.image.crop((0, y - tall, canvas.width, y))
    part = part.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    broken = Image.new("RGB", part.size)
    row = 0
    wave = Wander(rng, 3, 0.7)
    while row < tall:
        thick = max(2, round(context.unit * (0.001 + 0.007 * row / tall)))
        shift = round(wave(row / context.unit * 30) * context.unit * 0.012 * (0.15 + row / tall))
        strip = part.crop((0, row, part.width, min(tall, row + thick)))
        broken.paste(strip, (shift, row))
        if shift:
            edge = strip.crop((0, 0, abs(shift), strip.height))
            broken.paste(edge, (0 if shift > 0 else part.width + shift, row))
        row += thick
    fade = (
        Image.linear_gradient("L")
        .resize((1, 64))
        .point([round((255 - v * 0.55) * strength) for v in range(256)])
    )
    canvas.image.paste(broken, (0, y), fade.resize(broken.size, Image.Resampling.BILINEAR))


def lake_front(context: PaintContext) -> None:
    """Reeds at the near bank."""
    if context.detail == 0:
        return
    rng = context.rng("reeds")
    light, unit = context.light, context.unit
    tone = mix(light.on((74, 98, 54)), light.shade, 0.35)
    for side in (0, 1):
        for _ in range(context.many(16)):
            x = rng.random() ** 1.6 * context.width * 0.17
            x = x if side == 0 else context.width - x
            high = unit * rng.uniform(0.10, 0.24)
            lean = rng.uniform(-0.12, 0.12) * high
            y = float(context.height)
            context.canvas.line(
                [(x, y), (x + lean * 0.4, y - high * 0.6), (x + lean, y - high)], unit * 0.004, tone
            )
            if rng.random() < 0.4:
                context.canvas.line(
                    [(x + lean * 0.9, y - high * 0.92), (x + lean * 1.1, y - high * 1.1)],
                    unit * 0.012,
                    mix(light.on((96, 62, 40)), light.shade, 0.3),
                )


@place("lake", front=lake_front, horizon=(0.46, 0.54), stand=(0.72, 0.9), surface="shore")
def lake(context: PaintContext) -> None:
    """Still water that mirrors mountains and trees; a green bank in front."""
    rng = context.rng("lake")
    light, unit = context.light, context.unit
    far_range(context, height=rng.uniform(0.26, 0.38))
    snowy = white_ground(context)
    for depth, size in ((0.35, 0.09), (0.55, 0.15)):
        line = ridge(
            context, rng, context.horizon - unit * size * 0.1, unit * size * 0.25, length=0.8
        )
        gaps = Wander(rng, 3)
        step = unit * size * 0.24
        for k in range(int(context.width / step) + 1):
            x = k * step + rng.uniform(-0.4, 0.4) * step
            edge = abs(x / context.width - 0.5) * 2
            if gaps(x / unit * 2) < 0.5 - edge * (1.0 if depth > 0.5 else 0.4):
                continue
            high = unit * size * rng.uniform(0.7, 1.3)
            if rng.random() < 0.7 and context.scene.season not in ("autumn", "spring"):
                conifer(
                    context, rng, x, line(x) + 3, high, light.on((48, 86, 72), depth), snow=snowy
                )
            else:
                local = foliage(context, rng, (80, 122, 66))
                round_tree(context, rng, x, line(x) + 3, high * 0.9, light.on(local, depth))
        bank = (232, 238, 246) if snowy else (96, 128, 80)
        fill_below(context, line, light.on(bank, depth), context.horizon + 3)
    water(context, context.horizon, context.height, (46, 110, 130))
    mirror(context, context.horizon, context.height, 0.62)
    glitter(context, rng, context.horizon + 4, context.ground_at(0.7), 0.7)
    ripples(
        context,
        rng,
        context.horizon + unit * 0.02,
        context.height,
        light.shade,
        lighter(light.sky[-1][1], 0.2),
        70,
    )
    _bank(context, rng, snowy)


def _bank(context: PaintContext, rng: Random, snowy: bool) -> None:
    light, unit = context.light, context.unit
    context.shore = context.ground_at(rng.uniform(0.56, 0.64))
    slope = rng.uniform(-0.06, 0.06) * unit
    base = ridge(context, rng, context.shore, unit * 0.02, length=0.7, octaves=3)

    def line(x: float) -> float:
        return base(x) + slope * (x / context.width * 2 - 1)

    ground = (236, 241, 249) if snowy else (106, 150, 76)
    fill_below(
        context, lambda x: line(x) - unit * 0.006, mix(light.on((206, 190, 156)), light.haze, 0.1)
    )
    fill_below(context, lambda x: line(x) + unit * 0.008, light.on(ground, 0.9))
    context.canvas.mist(context.shore, context.height, mix(light.on(ground), light.shade, 0.5), 0.5)
    stones(
        context,
        rng,
        6,
        context.shore - unit * 0.01,
        context.shore + unit * 0.03,
        light.on((138, 138, 142)),
        0.026,
    )
    if not snowy:
        grass(
            context,
            rng,
            420,
            context.shore + unit * 0.02,
            context.height,
            light.on((100, 146, 68)),
            0.045,
        )
        blossoms(context, rng, 90, context.shore + unit * 0.04, context.height, FLOWERS)


@place("reef", horizon=(0.74, 0.8), stand=(0.35, 0.8), surface="under", times=("day",))
def reef(context: PaintContext) -> None:
    """Under water: rays from above, corals, weeds and bubbles."""
    rng = context.rng("reef")
    unit = context.unit
    hue = rng.uniform(-0.05, 0.05)
    dim = 0.5 if context.light.moon else 1.0
    top, mid, low = (
        turned(c, hue, 1, dim) for c in ((120, 226, 226), (34, 140, 176), (14, 62, 112))
    )
    context.canvas.wash(((0, top), (0.4, mid), (1, low)))
    _rays(context, rng, lighter(top, 0.5))
    for depth in (0.15, 0.35, 0.6)[: 2 + (context.detail > 0)]:
        base = context.horizon + (context.height - context.horizon) * depth * 0.4
        line = ridge(context, rng, base - unit * 0.03, unit * 0.10, length=0.45, octaves=4)
        fill_below(context, line, mix(mid, turned((40, 60, 110), hue), 0.25 + depth))
        for _ in range(context.many(5 * context.width / unit)):
            x = rng.uniform(0, context.width)
            tone = mix(mid, turned((236, 110, 120), rng.uniform(-0.25, 0.2)), 0.25 + depth * 0.9)
            _coral(context, rng, x, line(x) + unit * 0.02, unit * (0.06 + 0.14 * depth), tone)
    _sea_floor(context, rng, mid)


def _rays(context: PaintContext, rng: Random, tone: Colour) -> None:
    mask = Image.new("L", (160, 160))
    pencil = ImageDraw.Draw(mask)
    source = rng.uniform(40, 120)
    for _ in range(9):
        x = rng.uniform(-60, 220)
        wide = rng.uniform(3, 13)
        top = source + (x - source) * 0.25
        pencil.polygon(
            [(top - wide * 0.2, -5), (top + wide * 0.2, -5), (x + wide, 165), (x - wide, 165)],
            fill=rng.randint(60, 150),
        )
    fade = Image.linear_gradient("L").resize((160, 160)).point([255 - v for v in range(256)])
    mask = ImageChops.multiply(mask.filter(ImageFilter.GaussianBlur(2)), fade)
    context.canvas.stain(mask, tone, (0, 0, context.width, context.horizon * 1.05), 0.8)
    shine = cloudy(rng, (160, 60), (10, 6), 3).point(
        [min(255, max(0, v - 140) * 3) for v in range(256)]
    )
    fade = Image.linear_gradient("L").resize((160, 60)).point([255 - v for v in range(256)])
    context.canvas.stain(
        ImageChops.multiply(shine, fade),
        lighter(tone, 0.4),
        (0, 0, context.width, context.height * 0.16),
        0.7,
    )


def _coral(
    context: PaintContext, rng: Random, x: float, base: float, size: float, tone: Colour
) -> None:
    kind = rng.choice(["fan", "branch", "weed", "brain", "tube"])
    canvas = context.canvas
    if kind == "weed":
        for k in range(4):
            sway = rng.uniform(-0.3, 0.3) * size
            spine = [
                (
                    x + k * size * 0.12 + math.sin(t * 1.3 + k) * size * 0.10 + sway * t / 6,
                    base - size * 1.5 * t / 6,
                )
                for t in range(7)
            ]
            smooth = outline([(px, py, False) for px, py in spine], closed=False, steps=4)
            canvas.polygon(
                ribbon(smooth, size * 0.07, size * 0.01, size * 0.05),
                mix(tone, (50, 150, 96), 0.75),
            )
    elif kind == "brain":
        canvas.ellipse(x, base, size * 0.6, size * 0.5, mix(tone, (20, 30, 80), 0.25))
        canvas.ellipse(x, base - size * 0.04, size * 0.56, size * 0.44, tone)
        for k in range(5):
            canvas.draw.arc(
                (
                    x - size * 0.1 * k - 4,
                    base - size * 0.36,
                    x + size * 0.1 * k + 4,
                    base + size * 0.3,
                ),
                190,
                350,
                fill=(*lighter(tone, 0.3), 130),
                width=max(1, round(size * 0.02)),
            )
    elif kind == "tube":
        for k in range(4):
            tx, high = x + (k - 1.5) * size * 0.2, size * rng.uniform(0.5, 1.0)
            canvas.draw.rounded_rectangle(
                (tx - size * 0.09, base - high, tx + size * 0.09, base + size * 0.2),
                size * 0.08,
                fill=tone,
            )
            canvas.ellipse(
                tx, base - high + size * 0.05, size * 0.09, size * 0.05, darker(tone, 0.4)
            )
    else:
        _branches(
            context,
            rng,
            x,
            base,
            size * (0.42 if kind == "branch" else 0.5),
            -math.pi / 2,
            3 + (context.detail > 0),
            tone,
            0.5 if kind == "fan" else 0.42,
        )


def _branches(
    context: PaintContext,
    rng: Random,
    x: float,
    y: float,
    length: float,
    angle: float,
    depth: int,
    tone: Colour,
    spread: float,
) -> None:
    ex, ey = x + math.cos(angle) * length, y + math.sin(angle) * length
    context.canvas.line([(x, y), (ex, ey)], max(1.5, length * 0.3), tone)
    context.canvas.ellipse(ex, ey, length * 0.15, length * 0.15, lighter(tone, 0.12))
    if depth > 0:
        for side in (-1, 1):
            turn = side * spread * rng.uniform(0.6, 1.3)
            _branches(
                context,
                rng,
                ex,
                ey,
                length * rng.uniform(0.6, 0.8),
                angle + turn,
                depth - 1,
                tone,
                spread,
            )


def _sea_floor(context: PaintContext, rng: Random, mid: Colour) -> None:
    unit = context.unit
    dim = 0.5 if context.light.moon else 1.0
    sand = turned((206, 196, 160), 0, 1, dim)
    line = ridge(context, rng, context.horizon + unit * 0.05, unit * 0.02, length=0.6)
    fill_below(context, line, mix(sand, mid, 0.5))
    context.canvas.mist(context.horizon, context.height * 1.02, mix(sand, (16, 50, 90), 0.5), 0.6)
    for _ in range(context.many(9 * context.width / unit)):
        side = rng.choice((0, 1))
        x = rng.random() ** 1.3 * context.width * 0.36
        x = x if side == 0 else context.width - x
        y = rng.uniform(context.horizon + unit * 0.08, context.height * 1.02)
        tone = turned((240, 104, 116), rng.uniform(-0.25, 0.25), 0.95, dim)
        _coral(context, rng, x, y, unit * rng.uniform(0.10, 0.2), tone)
    for _ in range(context.many(26)):
        x, y = rng.uniform(0, context.width), rng.uniform(0, context.horizon)
        r = unit * rng.uniform(0.002, 0.008)
        context.canvas.draw.ellipse(
            (x - r, y - r, x + r, y + r),
            outline=(230, 255, 255, 120),
            width=max(1, round(r * 0.25)),
        )
        context.canvas.ellipse(x - r * 0.35, y - r * 0.35, r * 0.2, r * 0.2, (255, 255, 255), 0.7)
    for _ in range(context.many(5)):
        _shoal(context, rng, mix(mid, (20, 60, 110), 0.55))


def _shoal(context: PaintContext, rng: Random, tone: Colour) -> None:
    x, y = rng.uniform(0, context.width), rng.uniform(context.horizon * 0.15, context.horizon * 0.8)
    way = rng.choice((-1, 1))
    for _ in range(rng.randint(4, 9)):
        fx, fy = x + rng.gauss(0, 0.06) * context.unit, y + rng.gauss(0, 0.025) * context.unit
        r = context.unit * rng.uniform(0.005, 0.010)
        context.canvas.ellipse(fx, fy, r, r * 0.4, tone, 0.75)
        context.canvas.polygon(
            [
                (fx - way * r * 0.8, fy),
                (fx - way * r * 1.5, fy - r * 0.4),
                (fx - way * r * 1.5, fy + r * 0.4),
            ],
            tone,
            0.75,
        )
