"""Manners that lay a picture anew, piece by piece: brush strokes in oil, glass in lead."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from evolink_widgets.emulator.painter.drawing.chance import Chance, cloudy
from evolink_widgets.emulator.painter.drawing.colour import Colour, mix, turned

_LEAD: Colour = (30, 28, 36)
Spot = tuple[float, float]


class _Sketch:
    """A small copy of a picture whose colours and slopes are quick to ask for."""

    def __init__(self, picture: Image.Image, short: int) -> None:
        self.scale = min(1.0, short / min(picture.size))
        size = (
            max(2, round(picture.width * self.scale)),
            max(2, round(picture.height * self.scale)),
        )
        small = picture.resize(size, Image.Resampling.BOX)
        grey = ImageOps.grayscale(small).filter(ImageFilter.GaussianBlur(1.2))
        self.width, self.height = size
        self._colours = small.tobytes()
        self._grey = grey.tobytes()

    def colour(self, x: float, y: float) -> Colour:
        """The colour at a place of the large picture."""
        at = 3 * self._index(x, y)
        return self._colours[at], self._colours[at + 1], self._colours[at + 2]

    def slope(self, x: float, y: float) -> Spot:
        """How the brightness rises to the right and downwards there."""
        column = min(self.width - 2, max(1, int(x * self.scale)))
        row = min(self.height - 2, max(1, int(y * self.scale)))
        at = row * self.width + column
        grey = self._grey
        return grey[at + 1] - grey[at - 1], grey[at + self.width] - grey[at - self.width]

    def _index(self, x: float, y: float) -> int:
        column = min(self.width - 1, max(0, int(x * self.scale)))
        row = min(self.height - 1, max(0, int(y * self.scale)))
        return row * self.width + column


def oil(picture: Image.Image, chance: Chance) -> Image.Image:
    """Brush strokes in three sizes that follow the forms; fine ones only where there are edges."""
    rng = chance.stream("brush")
    short = min(picture.size)
    sketch = _Sketch(ImageEnhance.Color(picture).enhance(1.25), 300)
    ground = picture.resize((max(1, picture.width // 12), max(1, picture.height // 12)))
    canvas = ground.resize(picture.size, Image.Resampling.BICUBIC)
    pencil = ImageDraw.Draw(canvas)
    drift = rng.uniform(-0.5, 0.5)
    for step, long, wide, least in (
        (0.024, 0.075, 0.030, 0),
        (0.0145, 0.036, 0.015, 4),
        (0.0085, 0.02, 0.0095, 13),
    ):
        gap = max(2.0, short * step)
        for row in range(int(picture.height / gap) + 1):
            for column in range(int(picture.width / gap) + 1):
                x = (column + rng.random()) * gap
                y = (row + rng.random()) * gap
                across, down = sketch.slope(x, y)
                if abs(across) + abs(down) < least:
                    continue
                turn = drift + math.sin(x / short * 3.1) * 0.4 + math.cos(y / short * 2.3) * 0.4
                if abs(across) + abs(down) > 6:
                    turn = math.atan2(down, across) + math.pi / 2
                half = short * long * rng.uniform(0.35, 0.6)
                dx, dy = math.cos(turn) * half, math.sin(turn) * half
                tone = turned(sketch.colour(x, y), 0, 1, rng.uniform(0.93, 1.08))
                thick = max(1, round(short * wide * rng.uniform(0.6, 1.1)))
                pencil.line((x - dx, y - dy, x + dx, y + dy), fill=tone, width=thick)
    noise = cloudy(chance.stream("bristles"), (512, 256), (18, 120), 3)
    relief = noise.filter(ImageFilter.EMBOSS).resize(picture.size, Image.Resampling.BILINEAR)
    soft = relief.point([128 + (level - 128) // 3 for level in range(256)])
    return ImageChops.overlay(canvas, Image.merge("RGB", (soft, soft, soft)))


def stained_glass(picture: Image.Image, chance: Chance) -> Image.Image:
    """Pieces of glass whose corners lie on the picture's edges, set in lead."""
    rng = chance.stream("glass")
    short = min(picture.size)
    sketch = _Sketch(ImageEnhance.Color(picture).enhance(1.3), 220)
    cell = max(4.0, short / 26)
    columns, rows = math.ceil(picture.width / cell), math.ceil(picture.height / cell)
    corners = [
        [_corner(sketch, picture.size, cell, column, row, rng) for column in range(columns + 1)]
        for row in range(rows + 1)
    ]
    window = Image.new("RGB", picture.size, _LEAD)
    pencil = ImageDraw.Draw(window)
    seams: list[tuple[Spot, Spot, float]] = []
    for row in range(rows):
        for column in range(columns):
            a, b = corners[row][column], corners[row][column + 1]
            d, c = corners[row + 1][column], corners[row + 1][column + 1]
            halves = ((a, b, c), (a, c, d)) if (row + column) % 2 else ((a, b, d), (b, c, d))
            tones = [_glass(sketch, half) for half in halves]
            apart = max(abs(one - two) for one, two in zip(*tones, strict=True))
            if apart < 34:
                tone = turned(mix(tones[0], tones[1], 0.5), 0, 1.1, rng.uniform(1.0, 1.26))
                pencil.polygon((a, b, c, d), fill=tone)
            else:
                for half, tone in zip(halves, tones, strict=True):
                    pencil.polygon(half, fill=turned(tone, 0, 1.1, rng.uniform(1.0, 1.26)))
                shared = (a, c) if (row + column) % 2 else (b, d)
                seams.append((*shared, 1.5 if apart > 80 else 1.0))
            seams += [(a, b, 1.0), (a, d, 1.0)]
    for start, end, weight in seams:
        pencil.line((*start, *end), fill=_LEAD, width=max(1, round(short * 0.0046 * weight)))
    noise = cloudy(chance.stream("panes"), (256, 256), (20, 20), 3)
    sheen = noise.point([206 + level * 49 // 255 for level in range(256)])
    sheen = sheen.resize(picture.size, Image.Resampling.BILINEAR)
    lit = ImageChops.multiply(window, Image.merge("RGB", (sheen, sheen, sheen)))
    small = lit.resize((max(1, picture.width // 8), max(1, picture.height // 8)))
    halo = small.filter(ImageFilter.GaussianBlur(max(0.6, short / 500)))
    return Image.blend(
        lit, ImageChops.screen(lit, halo.resize(picture.size, Image.Resampling.BILINEAR)), 0.3
    )


def _corner(
    sketch: _Sketch, size: tuple[int, int], cell: float, column: int, row: int, rng: Random
) -> Spot:
    """A corner of the net, moved to the strongest edge near by; the rim's corners stay on it."""
    x, y = column * cell, row * cell
    best = 14.0
    found = x + rng.uniform(-0.36, 0.36) * cell, y + rng.uniform(-0.36, 0.36) * cell
    for k in range(-3, 4):
        for m in range(-3, 4):
            spot = x + k * cell * 0.15, y + m * cell * 0.15
            across, down = sketch.slope(*spot)
            force = abs(across) + abs(down) - (abs(k) + abs(m))
            if force > best:
                best, found = force, spot
    across_rim = x <= 0 or x >= size[0]
    down_rim = y <= 0 or y >= size[1]
    return x if across_rim else found[0], y if down_rim else found[1]


def _glass(sketch: _Sketch, corners: tuple[Spot, ...]) -> Colour:
    """The mean colour of a piece, from its middle and three spots around it."""
    cx = sum(x for x, _ in corners) / len(corners)
    cy = sum(y for _, y in corners) / len(corners)
    spots = [(cx, cy), *((x * 0.45 + cx * 0.55, y * 0.45 + cy * 0.55) for x, y in corners)]
    tones = [sketch.colour(x, y) for x, y in spots]
    count = len(tones)
    return (
        sum(tone[0] for tone in tones) // count,
        sum(tone[1] for tone in tones) // count,
        sum(tone[2] for tone in tones) // count,
    )
