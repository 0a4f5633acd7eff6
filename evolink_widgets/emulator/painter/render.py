"""From a prompt to the bytes of a picture file."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image

from evolink_widgets.emulator.painter.composing.painting import original
from evolink_widgets.emulator.painter.drawing.finish import encoded, grained, marked, resized
from evolink_widgets.emulator.painter.edit import Reference, edited, painted

QUALITIES = ("low", "medium", "high")

_CANVAS_PIXELS = (1.1e6, 3.2e6, 4.3e6)  # by quality; large results may use half as much again
_GRAIN = (0, 5, 7)


def drawn(
    prompt: str,
    *,
    width: int,
    height: int,
    quality: str = "medium",
    index: int = 0,
    seed: int | str = 0,
    references: Sequence[Reference] = (),
) -> Image.Image:
    """Paint ``prompt`` on exactly ``width`` × ``height``. The same arguments, the same picture.

    With references the first of them is changed as the prompt says, and the others are put into
    it. A reference is a painting (the same scene is painted again), or the bytes of a picture
    (it is cropped to the new shape and worked over).
    """
    if width < 1 or height < 1:
        raise ValueError(f"a picture needs at least one pixel, not {width} x {height}")
    detail = QUALITIES.index(quality) if quality in QUALITIES else 1
    across, down = _canvas_size(width, height, detail)
    if references:
        picture = edited(prompt, references, (across, down), detail, index=index, seed=seed)
    else:
        work = original(prompt, index=index, seed=seed, shape=width / height)
        picture = painted(work, (across, down), detail)
    return marked(grained(resized(picture, width, height), _GRAIN[detail]))


def render(
    prompt: str,
    *,
    width: int,
    height: int,
    quality: str = "medium",
    index: int = 0,
    seed: int | str = 0,
    format: str = "png",
    references: Sequence[Reference] = (),
) -> bytes:
    """What ``drawn`` paints, as a real PNG, JPEG or WebP file."""
    picture = drawn(
        prompt,
        width=width,
        height=height,
        quality=quality,
        index=index,
        seed=seed,
        references=references,
    )
    return encoded(picture, format)


def _canvas_size(width: int, height: int, detail: int) -> tuple[int, int]:
    """A whole multiple of the result where that is affordable, else what the limit allows."""
    limit = _CANVAS_PIXELS[detail] * (1.4 if width * height > 3e6 else 1.0)
    factor = math.sqrt(limit / (width * height))
    if factor >= 1:
        whole = max(1, min(24, int(factor)))
        return width * whole, height * whole
    return max(1, round(width * factor)), max(1, round(height * factor))
