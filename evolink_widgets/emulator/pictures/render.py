"""From a prompt to the bytes of a picture file."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .chance import Chance
from .compose import paint
from .finish import encoded, grained, marked, resized
from .scene import parse
from .styles import styled

QUALITIES = ("low", "medium", "high")

_CANVAS_PIXELS = (1.1e6, 3.2e6, 4.3e6)  # by quality; large results may use half as much again
_GRAIN = (0, 5, 7)


def render(
    prompt: str,
    *,
    width: int,
    height: int,
    quality: str = "medium",
    index: int = 0,
    seed: int | str = 0,
    format: str = "png",
    references: Sequence[bytes] = (),
) -> bytes:
    """Paint ``prompt`` and return a real PNG, JPEG or WebP of exactly ``width`` × ``height``."""
    if width < 1 or height < 1:
        raise ValueError(f"a picture needs at least one pixel, not {width} x {height}")
    detail = QUALITIES.index(quality) if quality in QUALITIES else 1
    chance = Chance(prompt, index, seed, round(width / height, 2))
    across, down = _canvas_size(width, height, detail)
    scene = parse(prompt)
    canvas = paint(scene, chance, across, down, detail)
    picture = resized(styled(canvas.image, scene.style, chance), width, height)
    picture = marked(grained(picture, _GRAIN[detail]))
    return encoded(picture, format)


def _canvas_size(width: int, height: int, detail: int) -> tuple[int, int]:
    """A whole multiple of the result where that is affordable, else what the limit allows."""
    limit = _CANVAS_PIXELS[detail] * (1.4 if width * height > 3e6 else 1.0)
    factor = math.sqrt(limit / (width * height))
    if factor >= 1:
        whole = max(1, min(24, int(factor)))
        return width * whole, height * whole
    return max(1, round(width * factor)), max(1, round(height * factor))
