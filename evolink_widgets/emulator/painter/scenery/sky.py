"""The sky: gradient, sun and moon, stars, clouds, aurora, planets, rainbow."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from evolink_widgets.emulator.painter.drawing.chance import Wander, cloudy
from evolink_widgets.emulator.painter.drawing.colour import Colour, lighter, mix, turned
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext


def paint_sky(context: PaintContext) -> None:
    """Paint everything above the horizon (and the colour behind it)."""
    canvas, light = context.canvas, context.light
    canvas.wash(light.sky, 0, context.horizon + 2)
    if context.horizon < context.height:
        canvas.wash(((0, light.haze), (1, light.haze)), context.horizon, context.height)
    extras = context.scene.sky
    if light.stars > 0:
        stars(context, light.stars * (1.5 if "stars" in extras else 1.0))
    if context.scene.weather == "aurora":
        aurora(context)
    elif light.disc_shown or extras & {"sun", "moon", "crescent"}:
        disc(context)
    if "planet" in extras:
        planet(context)
    if "rainbow" in extras:
        rainbow(context)
    clouds(context)


def disc(context: PaintContext) -> None:
    """The sun or the moon, with the air shining around it."""
    canvas, light = context.canvas, context.light
    x, y = context.sun
    wide = context.unit * (1.1 if not light.moon else 0.5)
    canvas.glow(x, y, wide, light.glow, 0.75 * light.glowing, power=1.7)
    if not light.moon:
        canvas.glow(x, y, wide * 0.36, lighter(light.glow, 0.5), light.glowing, power=1.5)
        radius = context.unit * (0.05 if light.reach > 0.8 else 0.034)
        canvas.ellipse(x, y, radius, radius, light.disc)
        return
    big = 1.6 if context.scene.sky & {"moon", "crescent"} else 1.0
    moon(context, x, y, context.unit * 0.045 * big)


def moon(context: PaintContext, x: float, y: float, radius: float) -> None:
    """A full moon with seas, or a crescent when asked for."""
    canvas, light = context.canvas, context.light
    rng = context.rng("moon")
    edge = max(8, round(radius * 2))
    face = Image.new("RGB", (edge, edge), light.disc)
    pencil = ImageDraw.Draw(face, "RGBA")
    for _ in range(11):
        a, r = rng.uniform(0, 6.3), edge * rng.uniform(0.05, 0.42)
        size = edge * rng.uniform(0.03, 0.13)
        cx, cy = edge / 2 + r * math.cos(a), edge / 2 + r * math.sin(a)
        pencil.ellipse((cx - size, cy - size, cx + size, cy + size), fill=(150, 150, 170, 46))
    mask = Image.new("L", (edge, edge))
    ImageDraw.Draw(mask).ellipse((0, 0, edge - 1, edge - 1), fill=255)
    crescent = "crescent" in context.scene.sky or (
        "moon" not in context.scene.sky and rng.random() < 0.35
    )
    if crescent:
        shift = edge * 0.3
        ImageDraw.Draw(mask).ellipse((shift, -edge * 0.1, edge + shift, edge * 0.9), fill=0)
    canvas.glow(x, y, radius * 2.4, light.glow, 0.5)
    canvas.image.paste(face, (round(x - radius), round(y - radius)), mask)


def stars(context: PaintContext, amount: float) -> None:
    """Stars of uneven brightness; at high quality also the band of the Milky Way."""
    canvas, rng = context.canvas, context.rng("stars")
    low = context.horizon
    if context.detail > 0 and amount >= 1.0:
        milky_way(context)
    count = context.many(220 * amount * context.width * low / (context.unit * context.unit))
    for _ in range(count):
        x, y = rng.uniform(0, context.width), low * rng.random() ** 1.35
        bright = rng.random() ** 3
        size = context.unit * (0.0007 + 0.0018 * bright)
        tone = mix((255, 250, 235), turned((190, 210, 255), rng.uniform(-0.1, 0.1)), rng.random())
        canvas.ellipse(x, y, size, size, tone, min(1.0, (0.35 + 0.65 * bright) * amount))
        if bright > 0.93 and context.detail > 0:
            canvas.glow(x, y, size * 9, tone, 0.5)


def milky_way(context: PaintContext) -> None:
    """A faint slanted band of star dust."""
    rng = context.rng("milky way")
    noise = cloudy(rng, (192, 128), (9, 5), 4)
    band = Image.new("L", (192, 128))
    slope, shift = rng.uniform(-0.7, 0.7), rng.uniform(30, 80)
    pencil = ImageDraw.Draw(band)
    for x in range(-10, 202, 3):
        y = shift + (x - 96) * slope
        pencil.ellipse((x - 14, y - 11, x + 14, y + 11), fill=190)
    band = band.filter(ImageFilter.GaussianBlur(10))
    dust = ImageChops.multiply(band, noise.point([max(0, v - 60) for v in range(256)]))
    box = (0.0, 0.0, float(context.width), context.horizon)
    context.canvas.stain(dust, lighter(context.light.glow, 0.3), box, 0.8)


def clouds(context: PaintContext) -> None:
    """Wisps of cirrus, then banks of cumulus; the weather decides how many."""
    scene, rng = context.scene, context.rng("clouds")
    weather = scene.weather
    if weather in ("rain", "storm", "snow"):
        overcast(context, 0.9 if weather == "storm" else 0.6)
        return
    if weather == "aurora":
        return
    asked = "clouds" in scene.sky
    if context.detail > 0:
        wisps(context, rng.uniform(0.2, 0.55) * (0.5 if context.light.moon else 1.0))
    if weather == "clear" and not asked:
        return
    low_sun = context.light.reach > 0.8
    if low_sun or (context.light.moon and not asked):
        bands(context, rng, rng.randint(4, 9))
    if not low_sun or asked:
        count = rng.randint(5, 8) if asked else rng.randint(1, 4)
        if context.light.moon and not asked:
            count = rng.randint(0, 2)
        for number in range(count):
            far = number / max(1, count)
            y = context.horizon * (0.86 - 0.66 * far * rng.uniform(0.7, 1.1))
            size = context.unit * (0.10 + 0.2 * far) * rng.uniform(0.8, 1.25)
            cumulus(
                context, rng, rng.uniform(-0.05, 1.05) * context.width, y, size, 0.35 + 0.65 * far
            )


def wisps(context: PaintContext, strength: float) -> None:
    """High thin clouds combed by the wind."""
    noise = cloudy(context.rng("wisps"), (160, 160), (2, 12), 4)
    noise = noise.point([min(255, round(max(0, v - 125) * 1.9)) for v in range(256)])
    fade = (
        Image.linear_gradient("L")
        .resize((160, 160))
        .point([round(255 * math.sin(math.pi * v / 255) ** 0.7) for v in range(256)])
    )
    box = (0.0, 0.0, float(context.width), context.horizon)
    context.canvas.stain(ImageChops.multiply(noise, fade), context.light.cloud[0], box, strength)


def overcast(context: PaintContext, strength: float) -> None:
    """A closed, heavy cover."""
    rng = context.rng("overcast")
    lit, dark = context.light.cloud
    box = (0.0, -0.05 * context.height, float(context.width), context.horizon * 0.96)
    fade = (
        Image.linear_gradient("L")
        .resize((160, 160))
        .point([round(255 * min(1.0, (255 - v) / 120)) for v in range(256)])
    )
    for cells, tone, share in (((3, 4), dark, 0.9), ((5, 9), lit, 0.55)):
        noise = cloudy(rng, (160, 160), cells, 4)
        noise = noise.point([min(255, round(max(0, v - 85) * 2.2)) for v in range(256)])
        context.canvas.stain(ImageChops.multiply(noise, fade), tone, box, strength * share)


def bands(context: PaintContext, rng: Random, count: int) -> None:
    """Long flat clouds near the horizon, lit from below."""
    lit, dark = context.light.cloud
    for _ in range(count):
        t = rng.random()
        y = context.horizon * (0.95 - 0.75 * t)
        x = rng.uniform(-0.1, 1.1) * context.width
        length = context.unit * rng.uniform(0.35, 1.0) * (0.5 + t)
        thick = context.unit * rng.uniform(0.007, 0.022) * (0.5 + t)
        near = 1 - min(1.0, abs(x - context.sun[0]) / context.width)
        tone = mix(dark, lit, 0.3 + 0.6 * near)
        for _ in range(3 + 2 * context.detail):
            dx, dy = rng.uniform(-0.4, 0.4) * length, rng.uniform(-1.2, 1.2) * thick
            half, high = length * rng.uniform(0.2, 0.5), thick * rng.uniform(0.3, 0.8)
            context.canvas.ellipse(
                x + dx, y + dy, half, high, mix(tone, dark, rng.random() * 0.3), 0.5
            )
        if not context.light.moon:
            context.canvas.ellipse(
                x, y + thick, length * 0.34, thick * 0.3, lighter(lit, 0.25 * near), 0.6
            )


def cumulus(
    context: PaintContext, rng: Random, x: float, y: float, size: float, strength: float
) -> None:
    """One fair-weather cloud: a heap of balls on a flat base, bright on the sun's side."""
    lit, dark = context.light.cloud
    across, down = 200, 100
    mask = Image.new("L", (across, down))
    shade = Image.new("L", (across, down))
    body, under = ImageDraw.Draw(mask), ImageDraw.Draw(shade)
    puffs = 9 + 6 * context.detail
    for number in range(puffs):
        t = (number + 0.5) / puffs
        arch = math.sin(math.pi * t) ** 0.8
        r = (8 + 20 * arch) * rng.uniform(0.65, 1.1)
        cx = 22 + 156 * t + rng.uniform(-5, 5)
        cy = 76 - arch * rng.uniform(4, 40)
        body.ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)
        push = -context.sun_side * r * 0.22
        under.ellipse((cx - r + push, cy - r * 0.62, cx + r + push, cy + r * 1.4), fill=255)
    body.rectangle((0, 80, across, down), fill=0)
    mask = mask.filter(ImageFilter.GaussianBlur(1.6))
    shade = ImageChops.multiply(shade.filter(ImageFilter.GaussianBlur(5)), mask)
    box = (x - size, y - size * 0.75, x + size, y + size * 0.25)
    fade = mix(context.light.haze, lit, strength)
    context.canvas.stain(mask, fade, box, 0.94)
    context.canvas.stain(shade, mix(context.light.haze, dark, strength), box, 0.62)


def aurora(context: PaintContext) -> None:
    """Curtains of green and violet light."""
    rng = context.rng("aurora")
    across, down = 240, 120
    for number in range(2 + context.detail):
        path, power = Wander(rng, 3), Wander(rng, 5, 0.8)
        base, swing = rng.uniform(50, 84), rng.uniform(12, 26)
        start = rng.uniform(0, 40)
        layer = Image.new("L", (across, down))
        for x in range(across):
            y = base + swing * path(start + x / 90)
            tall = 34 + 26 * power(start + x / 16)
            strength = max(0.0, 0.5 + 0.6 * power(start + 9 + x / 30))
            column = Image.linear_gradient("L").resize((1, max(2, round(tall))))
            layer.paste(round(235 * min(1.0, strength)), (x, round(y - tall)), column)
        layer = layer.filter(ImageFilter.BoxBlur(1))
        hue = rng.uniform(-0.03, 0.06)
        low, top = turned((80, 255, 170), hue), turned((150, 90, 255), hue)
        tall_box = (0.0, 0.0, float(context.width), context.horizon)
        context.canvas.stain(layer, mix(low, top, 0.15 + 0.3 * (number % 2)), tall_box, 0.85)
        upper = ImageChops.offset(layer, 0, -14).filter(ImageFilter.GaussianBlur(5))
        context.canvas.stain(upper, top, tall_box, 0.4)


def planet(context: PaintContext) -> None:
    """A large ringed world hanging in the sky."""
    rng = context.rng("planet")
    x = context.width * rng.choice((0.24, 0.74)) + rng.uniform(-0.05, 0.05) * context.width
    ball(
        context,
        rng,
        x,
        context.horizon * rng.uniform(0.25, 0.45),
        context.unit * 0.15,
        ring=rng.random() < 0.7,
    )


def ball(
    context: PaintContext,
    rng: Random,
    x: float,
    y: float,
    radius: float,
    *,
    ring: bool = False,
    tone: Colour | None = None,
) -> None:
    """A banded planet, lit from the sun's side."""
    base = tone or turned((214, 140, 96), rng.random())
    edge = 320
    face = Image.new("RGB", (edge, edge), base)
    pencil = ImageDraw.Draw(face, "RGBA")
    y0 = 0.0
    while y0 < edge:
        thick = rng.uniform(8, 38)
        shade = turned(
            base, rng.uniform(-0.04, 0.04), rng.uniform(0.7, 1.1), rng.uniform(0.75, 1.25)
        )
        pencil.ellipse((-edge * 0.3, y0, edge * 1.3, y0 + thick * 2.4), fill=(*shade, 150))
        y0 += thick
    mask = Image.new("L", (edge, edge))
    ImageDraw.Draw(mask).ellipse((1, 1, edge - 2, edge - 2), fill=255)
    night = Image.new("L", (edge, edge), 255)
    push = context.sun_side * edge * 0.24
    ImageDraw.Draw(night).ellipse((push - 20, -edge * 0.16, edge + push + 20, edge * 0.96), fill=0)
    night = night.filter(ImageFilter.GaussianBlur(22))
    face.paste(
        mix(context.light.shade, (8, 6, 24), 0.5),
        (0, 0),
        night.point([round(v * 0.86) for v in range(256)]),
    )
    context.canvas.glow(x, y, radius * 1.6, lighter(base, 0.3), 0.35)
    if ring:
        _ring(context, x, y, radius, lighter(base, 0.45), 180, 360)
    size = round(radius * 2)
    place = (round(x - radius), round(y - radius))
    context.canvas.image.paste(
        face.resize((size, size), Image.Resampling.BILINEAR),
        place,
        mask.resize((size, size), Image.Resampling.BILINEAR),
    )
    if ring:
        _ring(context, x, y, radius, lighter(base, 0.45), 0, 180)


def _ring(
    context: PaintContext, x: float, y: float, radius: float, tone: Colour, start: int, end: int
) -> None:
    for share, alpha in ((2.05, 130), (1.85, 190), (1.62, 110)):
        rx, ry = radius * share, radius * share * 0.24
        context.canvas.draw.arc(
            (x - rx, y - ry, x + rx, y + ry),
            start,
            end,
            fill=(*tone, alpha),
            width=max(1, round(radius * 0.09)),
        )


def rainbow(context: PaintContext) -> None:
    """A bow of seven bands, faint where it meets the ground."""
    colours = ("e8504a", "f08a3c", "f5d24a", "6cc46a", "4aa8e0", "4a62c8", "8a5ac0")
    radius = min(context.width * 0.46, context.horizon * 1.0)
    edge = 400
    across = context.width * (0.5 + 0.08 * -context.sun_side)
    band = edge * 0.016
    for number, text in enumerate(colours):
        mask = Image.new("L", (edge, edge // 2))
        r = edge / 2 - 2 - number * band
        ImageDraw.Draw(mask).arc(
            (edge / 2 - r, edge / 2 - r, edge / 2 + r, edge / 2 + r),
            180,
            360,
            fill=150,
            width=round(band + 1),
        )
        mask = mask.filter(ImageFilter.GaussianBlur(1))
        red, green, blue = (int(text[i : i + 2], 16) for i in (0, 2, 4))
        context.canvas.stain(
            mask,
            (red, green, blue),
            (across - radius, context.horizon - radius, across + radius, context.horizon),
            0.85,
        )
