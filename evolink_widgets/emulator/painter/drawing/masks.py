"""Where is what in a picture that we did not paint: sky, the thing in it, surfaces that face up.

All masks are small grey pictures, white where it is; they are stretched when they are used.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from evolink_widgets.emulator.painter.drawing.colour import Colour

_EDGE = 96
_SKY_STEP = 15
"""A larger step of brightness from row to row ends the sky."""
_RIM = 12
"""How far in from its sides a picture is taken for background."""
_LOWEST = 77
"""No sky reaches further down."""


def _reduced(picture: Image.Image) -> Image.Image:
    return picture.resize((_EDGE, _EDGE), Image.Resampling.BOX)


def sky(picture: Image.Image) -> Image.Image:
    """From the top of each column down to the first edge. Black where a picture has no sky."""
    small = _reduced(picture).filter(ImageFilter.GaussianBlur(1))
    raw = small.tobytes()
    depths = []
    for x in range(_EDGE):
        last, depth = raw[3 * x : 3 * x + 3], 0
        for depth in range(_LOWEST):
            at = 3 * (depth * _EDGE + x)
            now = raw[at : at + 3]
            limit = _SKY_STEP * (2 if depth < _EDGE // 3 else 1)  # clouds, more likely
            if max(abs(a - b) for a, b in zip(now, last, strict=True)) > limit:
                break
            last = now
        depths.append(depth)
    mask = bytearray(_EDGE * _EDGE)
    for x in range(_EDGE):
        near = sorted(depths[max(0, x - 9) : x + 10])
        usual = near[len(near) // 2]
        for y in range(max(min(usual - 6, depths[x] + 9), min(depths[x], usual + 5))):
            mask[y * _EDGE + x] = 255
    found = Image.frombytes("L", (_EDGE, _EDGE), bytes(mask)).filter(ImageFilter.MedianFilter(5))
    busy = ImageStat.Stat(_reduced(picture).crop((0, 0, _EDGE, 12)).convert("L")).stddev[0]
    if ImageStat.Stat(found).mean[0] < 20 or busy > 60:
        return Image.new("L", (_EDGE, _EDGE))
    return found.filter(ImageFilter.GaussianBlur(1.2))


def horizon(mask: Image.Image) -> float:
    """Where the sky of a mask ends, as a share of the height; 0.5 without a sky."""
    share = ImageStat.Stat(mask).mean[0] / 255
    return max(0.3, min(0.75, share)) if share > 0.08 else 0.5


def thing(picture: Image.Image) -> Image.Image:
    """What stands out from what is to its left and right, most of all near the middle."""
    small = _reduced(picture)
    sides = Image.new("RGB", (2, _EDGE))
    for x, left in ((0, 0), (1, _EDGE - _RIM)):
        strip = small.crop((left, 0, left + _RIM, _EDGE))
        sides.paste(strip.resize((1, _EDGE), Image.Resampling.BOX), (x, 0))
    rows = sides.resize((_EDGE, _EDGE), Image.Resampling.BILINEAR)
    around = small.filter(ImageFilter.GaussianBlur(_EDGE / 3))
    loud = Image.blend(_loudness(small, rows), _loudness(small, around), 0.2)
    middle = ImageOps.invert(Image.radial_gradient("L").resize((_EDGE, _EDGE)))
    loud = ImageChops.multiply(ImageOps.autocontrast(loud), middle.point(_lift(1.2)))
    found = ImageOps.autocontrast(loud).filter(ImageFilter.GaussianBlur(1.2))
    level = max(70, _level(found, 0.24))
    firm = found.point([max(0, min(255, (v - level) * 8 + 128)) for v in range(256)])
    closed = firm.filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.MinFilter(5))
    return closed.filter(ImageFilter.GaussianBlur(1.2))


def _loudness(picture: Image.Image, ground: Image.Image) -> Image.Image:
    apart = ImageChops.difference(picture, ground).filter(ImageFilter.GaussianBlur(1.5))
    red, green, blue = apart.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _lift(power: float) -> list[int]:
    return [round(255 * (v / 255) ** power) for v in range(256)]


def _level(grey: Image.Image, share: float) -> int:
    """The brightness that ``share`` of the pixels pass."""
    counts, left = grey.histogram(), round(share * _EDGE * _EDGE)
    for level in range(255, 0, -1):
        left -= counts[level]
        if left <= 0:
            return level
    return 0


def main_colour(picture: Image.Image, mask: Image.Image) -> Colour:
    """The mean colour under a mask."""
    mean = ImageStat.Stat(_reduced(picture), mask.point([255 * (v > 150) for v in range(256)])).mean
    if len(mean) < 3:
        return (128, 128, 128)
    return round(mean[0]), round(mean[1]), round(mean[2])


def alike(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The part of a mask whose colour is like the thing's main colour; at the picture's size."""
    tone = main_colour(picture, mask)
    small = picture.reduce(2) if min(picture.size) > 64 else picture
    apart = ImageChops.difference(small, Image.new("RGB", small.size, tone)).convert("L")
    near = apart.point([max(0, min(255, 300 - 3 * v)) for v in range(256)])
    near = near.filter(ImageFilter.GaussianBlur(1.5)).resize(picture.size)
    wide = mask.resize(picture.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(wide, near.point([24 + v * 231 // 255 for v in range(256)]))


def tops(picture: Image.Image) -> Image.Image:
    """Surfaces that face up: below an edge where it gets darker or busier downwards."""
    grey = ImageOps.grayscale(picture.resize((384, 384), Image.Resampling.BOX))
    grey = grey.filter(ImageFilter.GaussianBlur(1.5))
    lower = ImageChops.offset(grey, 0, -4)
    edge = ImageChops.difference(grey, lower)
    side = ImageChops.difference(grey, ImageChops.offset(grey, 4, 0))
    flat = ImageChops.subtract(edge, side)
    found = flat.point([max(0, min(255, (v - 14) * 9)) for v in range(256)])
    found = ImageChops.lighter(found, ImageChops.offset(found, 0, 3))
    found.paste(0, (0, 0, 384, 6))
    return found.filter(ImageFilter.GaussianBlur(1.4))
