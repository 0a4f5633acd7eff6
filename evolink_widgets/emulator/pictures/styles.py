"""Styles: the manner a finished picture is repainted in when the prompt names one."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from .chance import Chance, cloudy
from .colour import Colour

Manner = Callable[[Image.Image, Chance], Image.Image]

_PAPER: Colour = (250, 245, 234)


def styled(picture: Image.Image, style: str | None, chance: Chance) -> Image.Image:
    """Repaint ``picture`` in ``style``; a style without a manner leaves it as it is."""
    manner = _MANNERS.get(style or "")
    return manner(picture, chance) if manner else picture


def _edges(picture: Image.Image, blur: float) -> Image.Image:
    """Outlines as a grey picture: dark lines on white, at any size equally thick."""
    grey = ImageOps.grayscale(picture)
    radius = max(1.0, min(picture.size) * blur)
    smooth = grey.filter(ImageFilter.GaussianBlur(radius * 0.4))
    spread = smooth.filter(ImageFilter.GaussianBlur(radius))
    found = ImageChops.add(ImageChops.difference(smooth, spread), Image.new("L", grey.size), 0.1)
    return ImageOps.invert(found)


def _paper(picture: Image.Image, chance: Chance, strength: float) -> Image.Image:
    """A cloudy sheet of the picture's size, light greys around white."""
    noise = cloudy(chance.stream("paper"), (256, 256), (24, 24), 4)
    low = 255 - round(60 * strength)
    soft = noise.point([low + level * (255 - low) // 255 for level in range(256)])
    return soft.resize(picture.size, Image.Resampling.BICUBIC)


def _colours(grey: Image.Image, dark: Colour, pale: Colour) -> Image.Image:
    return ImageOps.colorize(grey, dark, pale)


def _small(picture: Image.Image, short: int) -> Image.Image:
    factor = short / min(picture.size)
    if factor >= 1:
        return picture
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, Image.Resampling.BOX)


def _daubed(picture: Image.Image, short: int, size: int) -> Image.Image:
    """Flat daubs: a mode filter on a smaller copy."""
    small = _small(picture, short).filter(ImageFilter.ModeFilter(size))
    return small.resize(picture.size, Image.Resampling.BICUBIC)


def _watercolour(picture: Image.Image, chance: Chance) -> Image.Image:
    wash = _daubed(picture, 420, 7).filter(ImageFilter.GaussianBlur(min(picture.size) * 0.002))
    wash = ImageEnhance.Color(wash).enhance(1.15)
    pale = Image.blend(wash, Image.new("RGB", wash.size, _PAPER), 0.24)
    rims = _edges(wash, 0.006).point([min(255, 120 + level * 135 // 255) for level in range(256)])
    sheet = ImageChops.multiply(_paper(picture, chance, 1.0), rims)
    inked = ImageChops.multiply(pale, Image.merge("RGB", (sheet, sheet, sheet)))
    border = Image.radial_gradient("L").resize(picture.size)
    ragged = ImageChops.add(border, _paper(picture, chance, 1.5), 1, -225)
    mask = ragged.point([max(0, min(255, (level - 175) * 5)) for level in range(256)])
    inked.paste(_PAPER, (0, 0), mask)
    return inked


def _oil(picture: Image.Image, chance: Chance) -> Image.Image:
    daubs = ImageEnhance.Color(_daubed(picture, 520, 9)).enhance(1.25)
    noise = cloudy(chance.stream("bristles"), (512, 256), (18, 120), 3)
    relief = noise.filter(ImageFilter.EMBOSS).resize(picture.size, Image.Resampling.BICUBIC)
    soft = relief.point([128 + (level - 128) // 3 for level in range(256)])
    return ImageChops.overlay(daubs, Image.merge("RGB", (soft, soft, soft)))


def _sketch(picture: Image.Image, chance: Chance) -> Image.Image:
    lines = _edges(picture, 0.004)
    tone = ImageOps.autocontrast(ImageOps.grayscale(picture))
    tone = tone.point([min(255, 196 + level * 84 // 255) for level in range(256)])
    drawn = ImageChops.multiply(ImageChops.multiply(lines, tone), _paper(picture, chance, 0.35))
    return _colours(drawn, (52, 50, 58), (250, 247, 240))


def _ink(picture: Image.Image, chance: Chance) -> Image.Image:
    tone = ImageOps.autocontrast(ImageOps.grayscale(_daubed(picture, 420, 7)))
    steps = tone.point([(60, 140, 205, 255, 255)[level * 5 // 256] for level in range(256)])
    drawn = ImageChops.multiply(_edges(picture, 0.006), steps)
    return _colours(ImageChops.multiply(drawn, _paper(picture, chance, 0.7)), (22, 22, 30), _PAPER)


def _pixel(picture: Image.Image, chance: Chance) -> Image.Image:
    small = ImageEnhance.Color(_small(picture, 96)).enhance(1.25)
    few = small.quantize(28, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return few.resize(picture.size, Image.Resampling.NEAREST)


def _sepia(picture: Image.Image, chance: Chance) -> Image.Image:
    grey = ImageOps.autocontrast(ImageOps.grayscale(picture), 1)
    return _colours(grey, (48, 30, 20), (246, 228, 196))


def _grey(picture: Image.Image, chance: Chance) -> Image.Image:
    return ImageOps.autocontrast(ImageOps.grayscale(picture), 1).convert("RGB")


def _poster(picture: Image.Image, chance: Chance) -> Image.Image:
    flat = ImageEnhance.Color(_daubed(picture, 720, 5)).enhance(1.2)
    few = flat.quantize(14, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return few.filter(ImageFilter.MedianFilter(3))


def _neon(picture: Image.Image, chance: Chance) -> Image.Image:
    lines = ImageOps.invert(_edges(picture, 0.005))
    vivid = ImageEnhance.Color(ImageOps.autocontrast(picture, 2)).enhance(2.6)
    tinted = Image.blend(vivid, Image.new("RGB", picture.size, (255, 60, 200)), 0.3)
    lit = ImageChops.multiply(tinted, Image.merge("RGB", (lines, lines, lines)))
    halo = lit.filter(ImageFilter.GaussianBlur(min(picture.size) * 0.012))
    night = ImageChops.multiply(picture, Image.new("RGB", picture.size, (52, 36, 96)))
    return ImageChops.screen(ImageChops.screen(night, halo), lit)


def _blueprint(picture: Image.Image, chance: Chance) -> Image.Image:
    lines = _edges(picture, 0.003)
    sheet = _colours(ImageOps.invert(lines), (24, 62, 128), (232, 242, 255))
    step = max(6, min(picture.size) // 24)
    grid = (52, 92, 160)
    for x in range(0, picture.width, step):
        column = (x, 0, min(picture.width, x + max(1, step // 40)), picture.height)
        sheet.paste(grid, column, lines.crop(column))
    for y in range(0, picture.height, step):
        row = (0, y, picture.width, min(picture.height, y + max(1, step // 40)))
        sheet.paste(grid, row, lines.crop(row))
    return sheet


def _pastel(picture: Image.Image, chance: Chance) -> Image.Image:
    soft = Image.blend(picture, Image.new("RGB", picture.size, (255, 240, 242)), 0.36)
    sheet = _paper(picture, chance, 0.35)
    return ImageChops.multiply(soft, Image.merge("RGB", (sheet, sheet, sheet)))


def _gouache(picture: Image.Image, chance: Chance) -> Image.Image:
    flat = ImageEnhance.Color(_daubed(picture, 560, 7)).enhance(1.1)
    sheet = _paper(picture, chance, 0.5)
    return ImageChops.multiply(flat, Image.merge("RGB", (sheet, sheet, sheet)))


_MANNERS: dict[str, Manner] = {
    "watercolour": _watercolour,
    "oil": _oil,
    "gouache": _gouache,
    "pixel": _pixel,
    "sketch": _sketch,
    "ink": _ink,
    "sepia": _sepia,
    "poster": _poster,
    "paper": _poster,
    "neon": _neon,
    "blueprint": _blueprint,
    "black and white": _grey,
    "pastel": _pastel,
}
