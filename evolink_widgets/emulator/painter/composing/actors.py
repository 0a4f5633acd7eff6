"""Figures: one actor drawn as a tile and set into the scene's light, with its shadow and lamps."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps

from evolink_widgets.emulator.painter.drawing.colour import Colour, lighter, mix, times
from evolink_widgets.emulator.painter.drawing.pen import Pen, Picture
from evolink_widgets.emulator.painter.lettering.kinds import PAGE_NAMES, kind_of, label_of
from evolink_widgets.emulator.painter.lettering.labels import label
from evolink_widgets.emulator.painter.places import Place
from evolink_widgets.emulator.painter.places.land import foliage
from evolink_widgets.emulator.painter.reading.scene import Subject
from evolink_widgets.emulator.painter.reading.vocabulary import read
from evolink_widgets.emulator.painter.scenery.paint_context import Glow, PaintContext
from evolink_widgets.emulator.painter.subjects import SubjectKind
from evolink_widgets.emulator.painter.subjects.people import spectacles

_FINE = 2
"""Tiles are drawn this much larger, so that their edges come out smooth."""
_LARGEST_TILE = 2200
_SNOWED_ON = 1.9
"""Metres: what is taller keeps snow on it."""
_LETTERED = ("sign", "shop", "clock", "watch")
_LEGIBLE = 0.026
"""Letters that are read, against the picture's shorter edge."""


@dataclass(frozen=True)
class Actor:
    """One thing in the picture. Lengths in canvas pixels; (x, y) is where it stands."""

    kind: SubjectKind
    subject: Subject
    number: int
    """Which subject of the scene."""
    x: float
    y: float
    high: float
    flip: bool
    aloft: bool = False
    """Casts no shadow at its feet."""
    order: float = 0.0
    """Those with a lower one are painted first."""
    seated: bool = False
    """In the saddle."""
    hung: bool = False
    """From a cord that comes from above."""

    @property
    def wide(self) -> float:
        """Width of its box."""
        return self.high * self.kind.wide / 100

    def spot(self, place: tuple[float, float]) -> tuple[float, float]:
        """Canvas pixels of a place in the subject's units."""
        across = (place[0] / self.kind.wide - 0.5) * self.wide
        return self.x + (-across if self.flip else across), self.y + (
            place[1] / 100 - 1
        ) * self.high


def draw(context: PaintContext, place: Place, actor: Actor) -> None:
    """Paint one actor, its shadow first."""
    kind, light = actor.kind, context.light
    rng = context.rng(f"{kind.name} {actor.number}")
    main = rng.choice(kind.colours)
    if kind.leafy:
        main = foliage(context, rng, main)
    if actor.subject.colour and kind.tint:
        main = actor.subject.colour
    high = max(8, min(_LARGEST_TILE, round(actor.high * _FINE)))
    pen = Pen(kind.wide, high, main, rng=rng, detail=context.detail, lit=light.lamps)
    pen.seated = actor.seated
    _lettered_tile(context, actor, pen)
    if actor.subject.colour and not kind.tint:
        pen.tile = _washed(pen.tile, actor.subject.colour)
    scale = actor.high / high
    size = max(1, round(pen.size[0] * scale)), max(1, round(pen.size[1] * scale))
    tile = pen.tile.resize(size, Image.Resampling.BOX)
    mask = pen.mask.resize(size, Image.Resampling.BOX)
    flip = actor.flip and kind.name not in _LETTERED and not pen.lettering  # words read one way
    if flip:
        tile = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    left = round(actor.x - size[0] / 2)
    top = round(actor.y - (100 + pen.margin) / (100 + 2 * pen.margin) * size[1])
    if not actor.aloft:
        _shadow(context, place, actor, mask)
    if actor.hung:
        cord = [(actor.x, 0.0), (actor.x, actor.y - actor.high * 0.97)]
        context.canvas.line(cord, context.unit * 0.003, context.light.shade)
    lit = _lit(context, place, tile, mask, actor)
    if actor.kind.tall > _SNOWED_ON and _snows(context, place):
        lit.paste(lighter(context.light.ambient, 0.75), (0, 0), _cap(mask, actor.high))
    context.canvas.image.paste(lit, (left, top), mask)
    for x, y, radius, tone, strength in pen.lights:
        across = size[0] - x * scale if flip else x * scale
        context.glows.append(
            Glow(
                left + across,
                top + y * scale,
                radius * scale,
                tone,
                strength * (1.0 if light.lamps else 0.35),
            )
        )


def _lettered_tile(context: PaintContext, actor: Actor, pen: Pen) -> None:
    """Draw the thing, and on it what it is to say."""
    kind, subject, scene = actor.kind, actor.subject, context.scene
    board = kind.name in ("sign", "shop")
    text = subject.label or (scene.text if board else None)
    pen.text, pen.items, pen.role = text or None, subject.items, subject.role
    pen.traits, pen.hair = subject.traits, subject.hair
    pen.icons = tuple(_picture(name) for name in subject.items)
    pen.filled = any(one.kind == "in" and one.second == actor.number for one in scene.relations)
    kind.draw(pen)
    if kind.head and not pen.eyes:  # behind a visor
        x, y = kind.head
        pen.eyes += [(x - 6, y + 16, 3.0), (x + 6, y + 16, 3.0)]
    spectacles(pen)
    if text and not board and kind.name not in PAGE_NAMES and kind.name != "bust":
        label(pen, text, label_of(kind.name), kind.wide)
    size = pen.lettering * actor.high / (pen.scale * 100)
    asked = scene.text and text and set(text.splitlines()) <= set(scene.text.splitlines())
    if asked and size > _LEGIBLE * context.unit:
        context.lettered = True


def _picture(name: str) -> Picture | None:
    """How a part of a page is drawn: a server for "three servers"."""
    known = [one for one in read(name) if one.kind in ("subject", "thing", "like")]
    sense = known[-1].sense if known else name.casefold().removesuffix("s").split(" ")[-1] + " icon"
    kind = kind_of(sense)
    return (kind.draw, kind.wide, kind.colours[0]) if kind else None


def _snows(context: PaintContext, place: Place) -> bool:
    outside = not place.indoors and place.surface in ("land", "shore", "water")
    return outside and (context.scene.weather == "snow" or context.scene.season == "winter")


def _cap(mask: Image.Image, high: float) -> Image.Image:
    """What of a shape faces up: snow lies on it."""
    lower = Image.new("L", mask.size)
    lower.paste(mask, (0, max(2, round(high * 0.028))))
    cap = ImageChops.subtract(mask, lower)
    return cap.filter(ImageFilter.GaussianBlur(max(0.5, high * 0.004)))


def _washed(tile: Image.Image, tone: Colour) -> Image.Image:
    """A thing whose colours belong together, seen through another colour."""
    grey = ImageOps.grayscale(tile)
    dark, pale = times(tone, (70, 66, 84)), lighter(tone, 0.75)
    return Image.blend(tile, ImageOps.colorize(grey, dark, pale, mid=tone), 0.7)


def _shadow(context: PaintContext, place: Place, actor: Actor, mask: Image.Image) -> None:
    """A dark touch where it stands, and the shape itself laid on the ground by a low sun."""
    canvas, light = context.canvas, context.light
    canvas.glow(actor.x, actor.y, actor.wide * 0.62, light.shade, 0.62, squash=0.16, power=1.2)
    reach = 0.2 if _furnished(place) else min(0.8, light.reach)
    if reach < 0.1 or place.surface in ("void", "under"):
        return
    fallen = mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    small = max(1, mask.width // 4), max(1, round(mask.height * reach * 0.5 / 4))
    fallen = fallen.resize(small, Image.Resampling.BOX)
    lean = -context.sun_side * small[1] * 1.1
    wide = (small[0] + round(abs(lean)), small[1])
    start = -max(0.0, -lean)  # room on the left when it leans to the left
    fallen = fallen.transform(
        wide,
        Image.Transform.AFFINE,
        (1, -lean / small[1], start, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    fallen = fallen.filter(ImageFilter.GaussianBlur(max(0.6, mask.width / 160)))
    foot = 14 / 128 * small[1]
    left = actor.x - mask.width / 2 + start * 4
    top = actor.y - foot * 4
    canvas.stain(fallen, light.shade, (left, top, left + wide[0] * 4, top + wide[1] * 4), 0.42)


def _furnished(place: Place) -> bool:
    """Rooms have lamps of their own; the moon and caves only look like outdoors."""
    return place.indoors and place.surface == "floor"


def _lit(
    context: PaintContext, place: Place, tile: Image.Image, mask: Image.Image, actor: Actor
) -> Image.Image:
    """The tile in the scene's light: tinted, darker away from the sun, a bright rim towards it."""
    light = context.light
    ambient: Colour = light.ambient
    if place.indoors:
        ambient = lighter(ambient, 0.72 if light.lamps else 0.6)
    elif light.moon:
        ambient = lighter(ambient, 0.22)
    if actor.kind.shines:
        ambient = lighter(ambient, 0.8)
    tile = ImageChops.multiply(tile, Image.new("RGB", tile.size, ambient))
    shift = max(1, round(actor.high * 0.03)) * (1 if context.sun_side < 0 else -1)
    down = max(1, round(actor.high * 0.02))
    moved = Image.new("L", mask.size)
    moved.paste(mask, (shift, down))
    rim = ImageChops.subtract(mask, moved).filter(
        ImageFilter.GaussianBlur(max(0.5, actor.high * 0.008))
    )
    tile.paste(
        mix(light.glow, (255, 255, 255), 0.25),
        (0, 0),
        rim.point([round(v * 0.5) for v in range(256)]),
    )
    coarse = max(1, min(4, round(actor.high / 128)))  # it is soft: a small copy will do
    small = mask.reduce(coarse)
    away = Image.new("L", small.size)
    away.paste(small, (round(-shift * 5 / coarse), round(-down * 4 / coarse)))
    dim = ImageChops.subtract(small, away).point([round(v * 0.3) for v in range(256)])
    dim = dim.filter(ImageFilter.GaussianBlur(max(1.0, actor.high * 0.05) / coarse))
    tile.paste(
        times(light.shade, (210, 210, 230)),
        (0, 0),
        dim.resize(mask.size, Image.Resampling.BILINEAR),
    )
    far = 0.22 if place.surface == "under" else 0.05
    if context.scene.weather == "fog":
        far = 0.3
    return Image.blend(tile, Image.new("RGB", tile.size, light.haze), far)
