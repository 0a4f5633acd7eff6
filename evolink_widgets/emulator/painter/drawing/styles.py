"""Styles: the manner a finished picture is repainted in when the prompt names one."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from evolink_widgets.emulator.painter.drawing.chance import Chance, cloudy, tiled
from evolink_widgets.emulator.painter.drawing.colour import Colour
from evolink_widgets.emulator.painter.drawing.strokes import oil, stained_glass

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


def _small_size(size: tuple[int, int], short: int) -> tuple[int, int]:
    """A size of the same shape whose shorter edge is at most ``short``."""
    factor = min(1.0, short / min(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _small(picture: Image.Image, short: int) -> Image.Image:
    size = _small_size(picture.size, short)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.BOX)


def _calmed(picture: Image.Image, short: int, rounds: int = 2) -> Image.Image:
    """A smaller copy without its fine texture: forms stay, blades of grass go."""
    small = _small(picture, short)
    for _ in range(rounds):
        small = small.filter(ImageFilter.MedianFilter(3))
    return small


def _daubed(picture: Image.Image, short: int, rounds: int = 2) -> Image.Image:
    """Flat daubs of colour at the picture's size."""
    return _calmed(picture, short, rounds).resize(picture.size, Image.Resampling.BICUBIC)


def _few(picture: Image.Image, short: int, tones: int) -> Image.Image:
    """The picture in ``tones`` flat colours with clean borders."""
    small = _calmed(ImageEnhance.Color(picture).enhance(1.2), short)
    palette = small.quantize(tones, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    large = small.resize(picture.size, Image.Resampling.BICUBIC)
    return large.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")


def _hatching(size: tuple[int, int], gap: float, turn: int, tone: int) -> Image.Image:
    """A grey sheet of slanting pencil lines."""
    edge = 256
    tile = Image.new("L", (edge, edge), 255)
    pencil = ImageDraw.Draw(tile)
    step = edge / max(4, round(edge / gap))
    for k in range(-edge, 2 * edge, max(3, round(step))):
        ends = (k, 0, k + edge, edge) if turn > 0 else (k, edge, k + edge, 0)
        pencil.line(ends, fill=tone, width=max(1, round(step * 0.28)))
    return tiled(tile.filter(ImageFilter.GaussianBlur(0.7)), size)


def _watercolour(picture: Image.Image, chance: Chance) -> Image.Image:
    wash = ImageEnhance.Color(_calmed(picture, 330)).enhance(1.3)
    wash = wash.resize(_small_size(picture.size, 640), Image.Resampling.BICUBIC)
    bleed = wash.filter(ImageFilter.GaussianBlur(min(wash.size) * 0.003))
    pale = Image.blend(bleed, Image.new("RGB", wash.size, _PAPER), 0.26)
    rims = _edges(wash, 0.0035).point([min(255, 96 + level * 159 // 255) for level in range(256)])
    blooms = cloudy(chance.stream("blooms"), (256, 256), (5, 5), 4)
    blooms = blooms.point([230 + level * 25 // 255 for level in range(256)])
    rims = ImageChops.multiply(rims, blooms.resize(wash.size, Image.Resampling.BICUBIC))
    inked = ImageChops.multiply(pale, Image.merge("RGB", (rims, rims, rims)))
    border = Image.radial_gradient("L").resize(wash.size)
    fray = cloudy(chance.stream("fray"), (256, 256), (14, 14), 4).resize(wash.size)
    mask = ImageChops.add(border, fray, 1, -128)
    inked.paste(_PAPER, (0, 0), mask.point([max(0, min(255, (v - 222) * 5)) for v in range(256)]))
    sheet = _paper(picture, chance, 0.55)
    bright = inked.point([min(255, v * 9 // 8) for v in range(256)] * 3)
    large = bright.resize(picture.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(large, Image.merge("RGB", (sheet, sheet, sheet)))


def _sketch(picture: Image.Image, chance: Chance) -> Image.Image:
    lines = _edges(picture, 0.0028).point([max(0, 255 - (255 - v) * 3) for v in range(256)])
    tone = ImageOps.autocontrast(ImageOps.grayscale(_daubed(picture, 360, 1)), 1)
    gap = max(4.0, min(picture.size) / 130)
    sheet = _paper(picture, chance, 0.35)
    for level, turn, grey in ((168, 1, 160), (112, -1, 132), (64, 1, 96)):
        mask = tone.point([max(0, min(255, (level - v) * 6)) for v in range(256)])
        sheet.paste(ImageChops.multiply(sheet, _hatching(picture.size, gap, turn, grey)), mask=mask)
        gap *= 0.8
    return _colours(ImageChops.multiply(lines, sheet), (48, 46, 56), (250, 247, 240))


def _ink(picture: Image.Image, chance: Chance) -> Image.Image:
    tone = ImageOps.autocontrast(ImageOps.grayscale(_daubed(picture, 340, 2)), 1)
    steps = tone.point([(70, 132, 190, 232, 255)[level * 5 // 256] for level in range(256)])
    steps = steps.filter(ImageFilter.GaussianBlur(min(picture.size) * 0.002))
    lines = _edges(picture, 0.0045).point([max(0, 255 - (255 - v) * 2) for v in range(256)])
    drawn = ImageChops.multiply(ImageChops.multiply(lines, steps), _paper(picture, chance, 0.6))
    return _colours(drawn, (22, 22, 32), _PAPER)


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
    return _few(picture, 480, 14)


def _cut_paper(picture: Image.Image, chance: Chance) -> Image.Image:
    sheets = _few(picture, 380, 11)
    grey = ImageOps.grayscale(sheets)
    drop = max(1, round(min(picture.size) * 0.006))
    above = ImageChops.offset(grey, drop, drop)
    shade = ImageChops.subtract(above, grey).filter(ImageFilter.GaussianBlur(drop * 0.7))
    shade = shade.point([255 - min(110, v * 3) for v in range(256)])
    shade = ImageChops.multiply(shade, _paper(picture, chance, 0.3))
    return ImageChops.multiply(sheets, Image.merge("RGB", (shade, shade, shade)))


def _neon(picture: Image.Image, chance: Chance) -> Image.Image:
    calm = _calmed(picture, 420).resize(_small_size(picture.size, 640), Image.Resampling.BICUBIC)
    lines = ImageOps.invert(_edges(calm, 0.0045)).point([min(255, v * 2) for v in range(256)])
    vivid = ImageEnhance.Color(ImageOps.autocontrast(calm, 2)).enhance(2.8)
    tinted = Image.blend(vivid, Image.new("RGB", calm.size, (255, 60, 200)), 0.25)
    lit = ImageChops.multiply(tinted, Image.merge("RGB", (lines, lines, lines)))
    halo = lit.filter(ImageFilter.GaussianBlur(min(calm.size) * 0.012))
    night = ImageChops.multiply(calm, Image.new("RGB", calm.size, (58, 42, 104)))
    shining = ImageChops.screen(ImageChops.screen(night, halo), lit)
    return shining.resize(picture.size, Image.Resampling.BICUBIC)


def _photo(picture: Image.Image, chance: Chance) -> Image.Image:
    """A lens and a film: bloom, a soft curve, warm light, darker corners."""
    small = _small(picture, 200)
    bloom = small.point([max(0, level - 150) * 2 for level in range(256)] * 3)
    bloom = bloom.filter(ImageFilter.GaussianBlur(7)).resize(
        picture.size, Image.Resampling.BILINEAR
    )
    lit = ImageChops.screen(picture, bloom.point([level * 2 // 5 for level in range(256)] * 3))
    curve = [level + round(15 * _wave(level / 255)) for level in range(256)]
    warm = [min(255, max(0, v + shift)) for shift in (5, 1, -5) for v in curve]
    film = lit.point(warm)
    corners = Image.radial_gradient("L").resize(picture.size, Image.Resampling.BILINEAR)
    dark = corners.point([255 - max(0, level - 110) * 2 // 5 for level in range(256)])
    return ImageChops.multiply(film, Image.merge("RGB", (dark, dark, dark)))


def _wave(share: float) -> float:
    """An S around the middle: shadows go down, lights go up."""
    return -math.sin(2 * math.pi * share)


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
    flat = ImageEnhance.Color(_daubed(picture, 420, 3)).enhance(1.1)
    sheet = _paper(picture, chance, 0.5)
    return ImageChops.multiply(flat, Image.merge("RGB", (sheet, sheet, sheet)))


_MANNERS: dict[str, Manner] = {
    "watercolour": _watercolour,
    "oil": oil,
    "gouache": _gouache,
    "pixel": _pixel,
    "sketch": _sketch,
    "ink": _ink,
    "sepia": _sepia,
    "poster": _poster,
    "paper": _cut_paper,
    "neon": _neon,
    "blueprint": _blueprint,
    "black and white": _grey,
    "pastel": _pastel,
    "photo": _photo,
    "stained glass": stained_glass,
}
