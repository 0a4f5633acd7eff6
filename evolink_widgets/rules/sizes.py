"""Sizes: a ratio and a tier, or pixels, and what the service makes of them.

The contract, in words. A size is `auto`, one of 15 ratios, or `WxH` (`W×H`). A ratio with a
tier aims at an area: w = √(area·a/b), h = √(area·b/a), each rounded to a multiple of 16. Where
that passes an edge of 3840 or the greatest area, both unrounded edges are scaled until no edge
passes 3840, and floored to multiples of 16. Portrait is landscape turned.
"""

from __future__ import annotations

import math
import re

__all__ = [
    "AUTO",
    "MAX_AREA",
    "MAX_EDGE",
    "MAX_RATIO",
    "MIN_AREA",
    "MIN_EDGE",
    "RATIOS",
    "STEP",
    "TIERS",
    "fits",
    "nearest_pixels",
    "nearest_ratio",
    "parse_pixels",
    "pixels",
]

AUTO = "auto"
#: From widest to tallest.
RATIOS: tuple[str, ...] = (
    "3:1", "21:9", "2:1", "16:9", "3:2", "4:3", "5:4", "1:1",
    "4:5", "3:4", "2:3", "9:16", "1:2", "9:21", "1:3",
)  # fmt: skip
TIERS: tuple[str, ...] = ("1K", "2K", "4K")

STEP = 16
MIN_EDGE, MAX_EDGE = 16, 3840
MIN_AREA, MAX_AREA = 655_360, 8_294_400
MAX_RATIO = 3

_AREAS = {"1K": 1_048_576, "2K": 4_194_304, "4K": 8_294_400}
_PIXELS = re.compile(r"([0-9]{1,6})\s*[xX×]\s*([0-9]{1,6})", re.ASCII)


def parse_pixels(text: str) -> tuple[int, int] | None:
    """`"1280x720"`, `"1280X720"` or `"1280×720"` as `(1280, 720)`; `None` for any other text.

    The numbers may still break a rule: see `fits`.
    """
    match = _PIXELS.fullmatch(text.strip())
    return (int(match[1]), int(match[2])) if match else None


def fits(width: int, height: int) -> bool:
    """Whether the service takes these pixels: step, edges, area and proportion."""
    return (
        width % STEP == 0
        and height % STEP == 0
        and min(width, height) >= MIN_EDGE
        and max(width, height) <= MAX_EDGE
        and MIN_AREA <= width * height <= MAX_AREA
        and max(width, height) <= MAX_RATIO * min(width, height)
    )


def nearest_pixels(width: int, height: int) -> tuple[int, int]:
    """The legal pixels that look most like `width × height`: the proportion counts before area.

    Legal pixels come back unchanged.
    """
    if fits(width, height):
        return width, height
    width, height = max(1, width), max(1, height)
    shape = min(max(width / height, 1 / MAX_RATIO), float(MAX_RATIO))
    area = min(max(width * height, MIN_AREA), MAX_AREA)
    ideal = math.sqrt(area * shape)
    first = int(max(MIN_EDGE, min(MAX_EDGE, ideal))) // STEP * STEP
    best: tuple[float, tuple[int, int]] | None = None
    for w in range(max(STEP, first - 8 * STEP), min(MAX_EDGE, first + 8 * STEP) + 1, STEP):
        middle = round(w / shape / STEP) * STEP
        for h in (middle - STEP, middle, middle + STEP):
            if not fits(w, h):
                continue
            cost = 4 * abs(math.log(w / h / shape)) + abs(math.log(w * h / area))
            if best is None or cost < best[0]:
                best = (cost, (w, h))
    return best[1] if best else (1024, 1024)


def nearest_ratio(width: float, height: float) -> str:
    """The one of the 15 ratios that is nearest in proportion."""
    wanted = math.log(width / height)
    return min(RATIOS, key=lambda ratio: abs(_log_shape(ratio) - wanted))


def pixels(size: str, resolution: str | None = None) -> tuple[int, int] | None:
    """The pixels of a picture of this size and tier; `None` for `auto`.

    Args:
        size: `auto`, one of `RATIOS`, or pixels.
        resolution: one of `TIERS` in any case; default `1K`; ignored with pixels.

    Raises:
        InvalidRequest: size or resolution breaks a rule.
    """
    if size == AUTO:
        return None
    tier = (resolution or "1K").upper()
    exact = parse_pixels(size)
    if exact and fits(*exact):
        return exact
    if size not in RATIOS or tier not in TIERS:
        from evolink_widgets.errors import InvalidRequest
        from evolink_widgets.rules.request import problems

        raise InvalidRequest(problems(prompt="-", size=size, resolution=tier))
    a, b = (int(part) for part in size.split(":"))
    if a < b:
        height, width = _of_ratio(b, a, tier)
    else:
        width, height = _of_ratio(a, b, tier)
    return width, height


def _of_ratio(a: int, b: int, tier: str) -> tuple[int, int]:
    area = _AREAS[tier]
    exact_w, exact_h = math.sqrt(area * a / b), math.sqrt(area * b / a)
    width, height = _to_step(exact_w), _to_step(exact_h)
    if max(width, height) <= MAX_EDGE and width * height <= MAX_AREA:
        return width, height
    scale = min(1.0, MAX_EDGE / max(exact_w, exact_h))
    # The tiny term keeps 3840.0000000001 and 2159.9999999 on their multiples of 16.
    return (
        int((exact_w * scale + 1e-6) // STEP) * STEP,
        int((exact_h * scale + 1e-6) // STEP) * STEP,
    )


def _to_step(edge: float) -> int:
    return math.floor(edge / STEP + 0.5) * STEP


def _log_shape(ratio: str) -> float:
    a, b = ratio.split(":")
    return math.log(int(a) / int(b))
