"""Editing: a picture that derives from others. Ours are painted again, foreign ones worked over."""

from __future__ import annotations

import hashlib
import io
import math
import warnings
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageOps

from evolink_widgets.emulator.painter.composing.compose import paint
from evolink_widgets.emulator.painter.composing.painting import Painting, revised, stand_in
from evolink_widgets.emulator.painter.drawing.chance import Chance
from evolink_widgets.emulator.painter.drawing.styles import styled
from evolink_widgets.emulator.painter.reading.change import read_change
from evolink_widgets.emulator.painter.retouch import pasted, retouched

Reference = Painting | bytes
Size = tuple[int, int]

_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 120_000_000
"""Larger ones are not decoded, but stood in for."""


def painted(work: Painting, size: Size, detail: int) -> Image.Image:
    """A painting on a canvas of ``size``, in its style."""
    chance = work.chance
    return styled(paint(work.scene, chance, *size, detail).image, work.scene.style, chance)


def derived(
    prompt: str, references: Sequence[Reference], *, index: int, seed: int | str
) -> Painting | None:
    """The painting that an edit of ours comes to; None where foreign pictures are in it."""
    ours = [one for one in references if isinstance(one, Painting)]
    if len(ours) < len(references) or (len(ours) > 1 and read_change(prompt).apart):
        return None
    return revised(ours[0], prompt, ours[1:], index=index, seed=seed)


def edited(
    prompt: str,
    references: Sequence[Reference],
    size: Size,
    detail: int,
    *,
    index: int,
    seed: int | str,
) -> Image.Image:
    """The first reference after the edit, with the others in it."""
    chance = Chance(prompt, index, seed, *map(_name, references))
    change = read_change(prompt)
    if change.apart and len(references) > 1:
        picture = styled(_beside(references, size, detail), change.scene.style, chance)
        return _drifted(picture, chance, index)
    first = _known(references[0], size)
    guests: list[Image.Image] = []
    ours: list[Painting] = []
    half = max(1, size[0] // 2), max(1, size[1] // 2)  # they are cut out and shown smaller
    for one in references[1:]:
        found = _known(one, half)
        if isinstance(found, Painting):
            ours.append(found)
        else:
            guests.append(found)
    if isinstance(first, Painting):
        work = revised(first, prompt, ours, index=index, seed=seed)
        manner, chance_of_manner = work.scene.style, work.chance
        scene = replace(work.scene, style=None) if guests else work.scene
        picture = paint(scene, work.chance, *size, detail).image
    else:
        added = tuple(one for work in ours for one in work.scene.subjects if not one.hidden)
        manner, chance_of_manner = change.scene.style, chance
        picture = retouched(first, change, added, chance, detail)
    for number, guest in enumerate(guests):
        picture = pasted(picture, guest, number, len(guests), chance)
    return _drifted(styled(picture, manner, chance_of_manner), chance, index)


def _known(reference: Reference, size: Size) -> Painting | Image.Image:
    """A reference ready for work; what cannot be opened is stood in for."""
    if isinstance(reference, Painting):
        return reference
    return _opened(reference, size) or stand_in(hashlib.sha256(reference).hexdigest())


def _beside(references: Sequence[Reference], size: Size, detail: int) -> Image.Image:
    """The references in a grid, each cropped to its cell."""
    count = len(references)
    wide = size[0] >= size[1]
    long = math.ceil(math.sqrt(count))
    columns = count if count < 4 and wide else 1 if count < 4 else long
    rows = math.ceil(count / columns)
    board = Image.new("RGB", size, (250, 248, 244))
    gap = max(1, min(size) // 120)
    for number, reference in enumerate(references):
        row, column = divmod(number, columns)
        across = columns if row < rows - 1 else count - columns * (rows - 1)
        left, right = size[0] * column // across, size[0] * (column + 1) // across
        top, bottom = size[1] * row // rows, size[1] * (row + 1) // rows
        cell = max(1, right - left - gap), max(1, bottom - top - gap)
        known = _known(reference, cell)
        part = painted(known, cell, detail) if isinstance(known, Painting) else known
        board.paste(part, (left + gap // 2, top + gap // 2))
    return board


def _drifted(picture: Image.Image, chance: Chance, index: int) -> Image.Image:
    """A breath of exposure, and after the first picture of a set also another crop."""
    rng = chance.stream("drift")
    gains = [1 + rng.uniform(-0.012, 0.012) for _ in range(3)]
    table = [min(255, round(level * gain)) for gain in gains for level in range(256)]
    picture = picture.point(table)
    if index == 0:
        return picture
    zoom = rng.uniform(0.03, 0.09)
    left = picture.width * zoom * rng.random()
    top = picture.height * zoom * rng.random()
    box = (left, top, left + picture.width * (1 - zoom), top + picture.height * (1 - zoom))
    return picture.resize(picture.size, Image.Resampling.BICUBIC, box=box)


def _name(reference: Reference) -> str:
    """What tells references apart."""
    if isinstance(reference, bytes):
        return hashlib.sha256(reference).hexdigest()
    return repr((reference.scene, reference.key, reference.air))


def _opened(data: bytes, size: Size) -> Image.Image | None:
    """The picture upright and in RGB, cropped to the shape of ``size``; None if there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    return None
                picture.draft("RGB", (2 * max(size), 2 * max(size)))
                upright = ImageOps.exif_transpose(picture)
                if "A" in upright.getbands() or "transparency" in upright.info:
                    clear = upright.convert("RGBA")
                    upright = Image.new("RGBA", clear.size, (255, 255, 255, 255))
                    upright.alpha_composite(clear)
                return ImageOps.fit(upright.convert("RGB"), size, Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return None
