"""Working over a picture that we did not paint: light, weather, season, colours, new things."""

from __future__ import annotations

from dataclasses import replace

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from evolink_widgets.emulator.painter.composing.compose import paint
from evolink_widgets.emulator.painter.composing.placement import paint_subjects
from evolink_widgets.emulator.painter.drawing import masks
from evolink_widgets.emulator.painter.drawing.canvas import Canvas
from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.drawing.colour import (
    BLACK,
    Colour,
    lighter,
    luminance,
    mix,
    times,
    turned,
)
from evolink_widgets.emulator.painter.lettering.kinds import kind_of
from evolink_widgets.emulator.painter.places import Place
from evolink_widgets.emulator.painter.reading.change import Change
from evolink_widgets.emulator.painter.reading.scene import Scene, Subject
from evolink_widgets.emulator.painter.scenery.lettering import paint_title
from evolink_widgets.emulator.painter.scenery.light import Light, light_for
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext
from evolink_widgets.emulator.painter.scenery.sky import aurora, moon, stars
from evolink_widgets.emulator.painter.scenery.weather import lightning, paint_weather

_GROUND = Place("a picture's ground", lambda context: None, stand=(0.5, 0.85))
_MOODS = {
    "night": (0.55, 0.8),
    "dusk": (0.8, 0.9),
    "sunset": (1.1, 1.0),
    "dawn": (1.0, 1.0),
    "day": (1.05, 1.0),
}
"""How much colour is left, and how dark it gets, by time of day."""
_DIM = 105.0
"""Mean brightness below which a picture counts as taken in the dark."""


def retouched(
    picture: Image.Image,
    change: Change,
    added: tuple[Subject, ...],
    chance: Chance,
    detail: int,
) -> Image.Image:
    """``picture`` after the change, with further subjects in it. Styles come afterwards."""
    asked = change.scene
    picture = _prepared(picture, change, chance)
    place = None if asked.place == "snow" else asked.place
    if place is None and change.elsewhere:
        place = chance.stream("elsewhere").choice(("beach", "mountain", "city", "forest"))
    weather = asked.weather or ("snow" if asked.place == "snow" else None)
    season = asked.season or ("winter" if weather == "snow" else None)
    if place:
        scene = Scene(time=asked.time, place=place, weather=weather, season=season, sky=asked.sky)
        picture = _elsewhere(picture, replace(scene, time=asked.time or "day"), chance, detail)
        weather = None
    scene = Scene(
        time=asked.time or ("night" if weather == "aurora" or _mean(picture) < 60 else "day"),
        place=place,
        weather=weather,
        season=season,
        sky=asked.sky,
        subjects=_newcomers(change, added),
        text=asked.text,
    )
    context = _stage(picture, scene, chance, detail)
    if not place:
        _season(context)
        _light_and_sky(context, asked.time is not None or weather is not None, change.sky)
    if scene.subjects:
        swapped = bool(change.swapped)
        paint_subjects(
            context, _GROUND, () if swapped else [_span(masks.thing(picture), picture.width)]
        )
    if weather:
        paint_weather(context)
    for glow in context.glows:
        context.canvas.glow(glow.x, glow.y, glow.radius, glow.colour, glow.strength)
    paint_title(context)
    return context.canvas.image


def _prepared(picture: Image.Image, change: Change, chance: Chance) -> Image.Image:
    """The picture turned, brought closer, without what has to go, in other colours."""
    if change.vary:
        picture = ImageEnhance.Color(ImageOps.mirror(picture)).enhance(1.15)
    if change.scene.framing == "close":
        picture = _closer(picture)
    if change.removed or change.swapped:
        picture = _filled(picture, masks.thing(picture))
    return _recoloured(picture, change, chance)


def pasted(
    picture: Image.Image, guest: Image.Image, number: int, count: int, chance: Chance
) -> Image.Image:
    """The thing of another picture, cut out with a soft rim and stood in the foreground."""
    mask = masks.thing(guest)
    firm = mask.point([max(0, min(255, (v - 70) * 2)) for v in range(256)])
    firm.paste(0, (0, 0, mask.width, 2))
    box = firm.getbbox() or (20, 20, 76, 76)
    across, down = guest.width / mask.width, guest.height / mask.height
    part = (
        round(box[0] * across),
        round(box[1] * down),
        round(box[2] * across),
        round(box[3] * down),
    )
    high = picture.height * (0.46 if count < 3 else 0.34)
    scale = min(high / max(1, part[3] - part[1]), picture.width * 0.42 / max(1, part[2] - part[0]))
    size = max(2, round((part[2] - part[0]) * scale)), max(2, round((part[3] - part[1]) * scale))
    cut = guest.crop(part).resize(size, Image.Resampling.LANCZOS)
    rim = firm.crop(box).resize(size, Image.Resampling.BICUBIC)
    slots = (
        ((number + 1) / (count + 1)) if count > 1 else chance.stream("guest").choice((0.22, 0.78))
    )
    left = round(picture.width * slots - size[0] / 2)
    top = round(picture.height * 0.93 - size[1])
    canvas = Canvas(*picture.size)
    canvas.replace(picture.copy())
    canvas.glow(left + size[0] / 2, top + size[1], size[0] * 0.6, BLACK, 0.4, squash=0.14)
    canvas.image.paste(cut, (left, top), rim)
    return canvas.image


def _newcomers(change: Change, added: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """What the edit wants to see that a foreign picture cannot be known to hold."""
    wanted = [change.named[n] for group in change.added for n in group[:1]]
    if not change.added and not change.coloured and not change.sized:
        wanted += change.named[:2]
    wanted += [new for _, new in change.swapped]
    found = [one for one in (*wanted, *added) if kind_of(one.name, one.form)]
    late = not change.swapped
    return tuple(replace(one, late=late) for one in found[:4])


def _span(mask: Image.Image, wide: int) -> tuple[float, float]:
    """From where to where a mask's thing reaches across a picture."""
    box = mask.point([255 * (v > 100) for v in range(256)]).getbbox()
    if box is None or box[2] - box[0] > 0.8 * mask.width:
        box = (mask.width // 3, 0, mask.width * 2 // 3, 0)
    return box[0] / mask.width * wide, box[2] / mask.width * wide


def _mean(picture: Image.Image) -> float:
    tiny = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(tiny, tuple)
    return luminance((int(tiny[0]), int(tiny[1]), int(tiny[2])))


def _stage(picture: Image.Image, scene: Scene, chance: Chance, detail: int) -> PaintContext:
    canvas = Canvas(*picture.size)
    canvas.replace(picture.copy())
    light = light_for(scene.time or "day", scene.weather, chance.stream("light"))
    low = masks.horizon(masks.sky(picture)) * picture.height
    rng = chance.stream("stage")
    side = rng.choice((-1, 1))
    sun = picture.width * (0.5 + side * rng.uniform(0.14, 0.3))
    return PaintContext(
        canvas, scene, light, chance, detail, low, (sun, low * rng.uniform(0.3, 0.5))
    )


def _closer(picture: Image.Image) -> Image.Image:
    wide, high = picture.size
    box = (wide * 0.18, high * 0.18, wide * 0.82, high * 0.82)
    return picture.resize(picture.size, Image.Resampling.LANCZOS, box=box)


def _filled(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The thing painted over with what is to its left and right."""
    small = picture.resize(mask.size, Image.Resampling.BOX)
    wide = mask.filter(ImageFilter.MaxFilter(11))
    raw, cover = small.tobytes(), wide.tobytes()
    tones = [(raw[k], raw[k + 1], raw[k + 2]) for k in range(0, len(raw), 3)]
    for row in range(0, len(tones), mask.width):
        line = range(row, row + mask.width)
        free = [at for at in line if cover[at] <= 40] or [row, row + mask.width - 1]
        for at in line:
            if cover[at] > 40:
                left = max((spot for spot in free if spot < at), default=free[0])
                right = min((spot for spot in free if spot > at), default=free[-1])
                share = 0.5 if left >= right else (at - left) / (right - left)
                tones[at] = mix(tones[left], tones[right], min(1.0, max(0.0, share)))
    small.putdata(tones)
    soft = small.filter(ImageFilter.GaussianBlur(1.5)).resize(
        picture.size, Image.Resampling.BICUBIC
    )
    rim = wide.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(1.5))
    result = picture.copy()
    result.paste(soft, (0, 0), rim.resize(picture.size, Image.Resampling.BICUBIC))
    return result


def _recoloured(picture: Image.Image, change: Change, chance: Chance) -> Image.Image:
    """The thing in the asked colour: its light and shade stay."""
    tone = change.coloured[-1][1] if change.coloured and not change.added else None
    if change.other_colour is None and tone is None:
        return picture
    mask = masks.thing(picture)
    now = masks.main_colour(picture, mask)
    if tone is None:
        turn = chance.stream("another colour").choice((0.33, 0.5, -0.33))
        tone = turned(now, turn, 1.4) if max(now) - min(now) > 24 else (58, 111, 196)
    lift = 128 / max(24.0, luminance(now))
    grey = ImageOps.grayscale(picture).point([min(255, round(v * lift)) for v in range(256)])
    dark, pale = times(tone, (60, 56, 76)), lighter(tone, 0.8)
    washed = ImageOps.colorize(grey, dark, pale, mid=tone)
    result = picture.copy()
    result.paste(
        washed, (0, 0), masks.alike(picture, mask).point([v * 9 // 10 for v in range(256)])
    )
    return result


def _elsewhere(picture: Image.Image, scene: Scene, chance: Chance, detail: int) -> Image.Image:
    """The thing cut out and set into a place that we paint."""
    ground = paint(scene, chance, *picture.size, detail).image
    light = light_for(scene.time or "day", scene.weather, chance.stream("light"))
    tint = Image.new("RGB", picture.size, lighter(light.ambient, 0.25))
    return pasted(ground, ImageChops.multiply(picture, tint), 0, 1, chance)


def _season(context: PaintContext) -> None:
    """Leaves turn; the year's light."""
    season, picture = context.scene.season, context.canvas.image
    if season in ("autumn", "spring"):
        hue, saturation, value = picture.convert("HSV").split()
        turn = (8, 26) if season == "autumn" else (66, 92)
        greens = [
            round(turn[0] + (v - 34) / 86 * (turn[1] - turn[0])) if 34 <= v <= 120 else v
            for v in range(256)
        ]
        lively = saturation.point([min(255, v * 6 // 5) for v in range(256)])
        picture = Image.merge("HSV", (hue.point(greens), lively, value)).convert("RGB")
    elif season == "summer":
        picture = ImageEnhance.Color(picture).enhance(1.25)
    elif season == "winter":
        picture = _snowed(context, ImageEnhance.Color(picture).enhance(0.6))
    context.canvas.replace(picture)


def _snowed(context: PaintContext, picture: Image.Image) -> Image.Image:
    """Snow on the ground and on all that faces up."""
    size = picture.size
    canvas = Canvas(*size)
    canvas.replace(Image.new("RGB", size))
    canvas.wash(((0, BLACK), (0.06, (150, 150, 150)), (1, (215, 215, 215))), context.horizon)
    spared = masks.thing(context.canvas.image).resize(size, Image.Resampling.BICUBIC)
    ground = ImageChops.subtract(
        canvas.image.convert("L"), spared.point([v * 3 // 4 for v in range(256)])
    )
    open_air = ImageOps.invert(masks.sky(context.canvas.image)).resize(size)
    caps = ImageChops.multiply(masks.tops(context.canvas.image).resize(size), open_air)
    grey = ImageOps.autocontrast(ImageOps.grayscale(picture), 1)
    snow = ImageOps.colorize(grey, (150, 166, 196), (252, 253, 255))
    white = picture.copy()
    white.paste(snow, (0, 0), ImageChops.lighter(ground, caps))
    return white


def _light_and_sky(context: PaintContext, graded: bool, tint: Colour | None) -> None:
    """The time of day and the weather's grey: on things, and in the sky."""
    picture, light, scene = context.canvas.image, context.light, context.scene
    above = masks.sky(picture).resize(picture.size, Image.Resampling.BICUBIC)
    if tint:
        light = light.tinted(tint)
    if graded:
        picture = _graded(picture, light, scene.time or "day")
    if graded or tint:
        air = Canvas(*picture.size)
        air.rect((0, 0, *picture.size), light.sky[-1][1])
        air.wash(light.sky, 0, max(context.horizon, picture.height * 0.3))
        dome = PaintContext(
            air, scene, light, context.chance, context.detail, context.horizon, context.sun
        )
        if light.stars and scene.weather in (None, "aurora"):
            stars(dome, light.stars)
            if scene.weather == "aurora":
                aurora(dome)
            else:
                moon(dome, *context.sun, context.unit * 0.05)
        elif light.disc_shown and scene.time in ("sunset", "dawn"):
            air.glow(*context.sun, context.unit * 0.9, light.glow, 0.6)
            air.ellipse(*context.sun, context.unit * 0.045, context.unit * 0.045, light.disc)
        if scene.weather == "storm":
            lightning(dome)
        relief = ImageChops.overlay(air.image, ImageOps.autocontrast(context.canvas.image, 2))
        sky = Image.blend(air.image, relief, 0.3)
        shine = above.point([v * (9 if light.moon else 7) // 10 for v in range(256)])
        picture = picture.copy()
        picture.paste(sky, (0, 0), shine)
    if graded and light.lamps:
        picture = _lamps(picture, context.canvas.image, above)
    context.canvas.replace(picture)


def _graded(picture: Image.Image, light: Light, time: str) -> Image.Image:
    keep, dark = _MOODS.get(time, (1.0, 1.0))
    if time == "day" and _mean(picture) < _DIM:
        lift = [round(255 * (v / 255) ** 0.62) for v in range(256)]
        return ImageEnhance.Color(picture.point(lift * 3)).enhance(1.2)
    toned = ImageEnhance.Color(picture).enhance(keep)
    tone = times(light.ambient, (round(255 * dark),) * 3)
    return ImageChops.multiply(toned, Image.new("RGB", picture.size, tone))


def _lamps(dark: Image.Image, before: Image.Image, sky: Image.Image) -> Image.Image:
    """What was brightest on the ground shines in the dark, as windows and lamps do."""
    grey = ImageOps.grayscale(before.resize((256, 256), Image.Resampling.BOX))
    near = grey.filter(ImageFilter.GaussianBlur(9))
    bright = ImageChops.subtract(grey, near).point(
        [max(0, min(255, (v - 26) * 7)) for v in range(256)]
    )
    bright = ImageChops.multiply(bright, ImageOps.invert(sky.resize((256, 256))))
    halo = ImageChops.add(bright, bright.filter(ImageFilter.GaussianBlur(5)))
    warm = ImageOps.colorize(halo, (0, 0, 0), (255, 206, 128))
    return ImageChops.screen(dark, warm.resize(dark.size, Image.Resampling.BICUBIC))
