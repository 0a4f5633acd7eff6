"""Sizes: a ratio and a tier, or pixels, and what the service makes of them.

The contract, in words. A size is `auto`, one of 15 ratios, or `WxH` (`W×H`). A ratio with a
tier aims at an area: w = √(area·a/b), h = √(area·b/a), each rounded to a multiple of 16. Where
that passes an edge of 3840 or the greatest area, both unrounded edges are scaled until no edge
passes 3840, and floored to multiples of 16. Portrait is landscape turned.

Which pixels are legal stands in one table, `PIXEL_RULES`. A rule is added by a row there: its name,
its condition, and what a refusal says. What is refused (`size_problem`), what is legal (`fits`) and
the nearest legal pixels (`nearest_pixels`) follow from the table, and so do the panel's messages.
Then add a line to `tests/rules/request/test_sizes.py`, with both sides of the limit. The emulator
reads the contract by itself: its own rules stand in `emulator/contract/read_request.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = [
    "AUTO",
    "MAX_AREA",
    "MAX_EDGE",
    "MAX_RATIO",
    "MIN_AREA",
    "MIN_EDGE",
    "PIXEL_RULES",
    "RATIOS",
    "STEP",
    "TIERS",
    "PixelRule",
    "fits",
    "nearest_pixels",
    "nearest_ratio",
    "nearest_tier",
    "parse_pixels",
    "pixels",
    "size_problem",
    "tier_problem",
]

AUTO = "auto"
RATIOS: tuple[str, ...] = (
    "3:1", "21:9", "2:1", "16:9", "3:2", "4:3", "5:4", "1:1",
    "4:5", "3:4", "2:3", "9:16", "1:2", "9:21", "1:3",
)  # fmt: skip
"""From widest to tallest."""
TIERS: tuple[str, ...] = ("1K", "2K", "4K")

STEP = 16
MIN_EDGE, MAX_EDGE = 16, 3840
MIN_AREA, MAX_AREA = 655_360, 8_294_400
MAX_RATIO = 3


class PixelRule(NamedTuple):
    """One rule about a picture's pixels.

    Attributes:
        name: what it is about.
        holds: its condition; called with width and height.
        says: what a size must have, for the sentence that refuses one.
    """

    name: str
    holds: Callable[[int, int], bool]
    says: str


PIXEL_RULES: tuple[PixelRule, ...] = (
    PixelRule(
        "step",
        lambda width, height: width % STEP == 0 and height % STEP == 0,
        f"both edges in multiples of {STEP}",
    ),
    PixelRule(
        "edges",
        lambda width, height: min(width, height) >= MIN_EDGE and max(width, height) <= MAX_EDGE,
        f"edges of {MIN_EDGE} to {MAX_EDGE} pixels",
    ),
    PixelRule(
        "area",
        lambda width, height: MIN_AREA <= width * height <= MAX_AREA,
        f"{MIN_AREA:,} to {MAX_AREA:,} pixels in all",
    ),
    PixelRule(
        "proportion",
        lambda width, height: max(width, height) <= MAX_RATIO * min(width, height),
        f"a long edge of at most {MAX_RATIO} times the short one",
    ),
)
"""Every rule about pixels; a refusal names those that are broken in this order."""

_AREAS = {"1K": 1_048_576, "2K": 4_194_304, "4K": 8_294_400}
_PIXELS = late_pattern(r"([0-9]{1,9})\s*[xX×]\s*([0-9]{1,9})", re.ASCII)
_PAIR = late_pattern(r"([0-9]{1,4}(?:\.[0-9]{1,4})?)\s*[:/xX×]\s*([0-9]{1,4}(?:\.[0-9]{1,4})?)")
_NUMBER = late_pattern(r"[0-9]{1,5}(?:\.[0-9]{1,3})?")
_RATIO_LIKE = 40
"""Smaller numbers than any picture's edges: `16x9` means the ratio."""


def parse_pixels(text: str) -> tuple[int, int] | None:
    """`"1280x720"`, `"1280X720"` or `"1280×720"` as `(1280, 720)`; `None` for any other text.

    The numbers may still break a rule: see `fits`.
    """
    match = _PIXELS.fullmatch(text.strip())
    return (int(match[1]), int(match[2])) if match else None


def fits(width: int, height: int) -> bool:
    """Whether the service takes these pixels: all of `PIXEL_RULES` hold."""
    return all(rule.holds(width, height) for rule in PIXEL_RULES)


def nearest_pixels(width: int, height: int) -> tuple[int, int]:
    """The legal pixels nearest to `width × height`.

    The wish is first brought within area and proportion, so that a picture that is too large
    keeps its shape; then the legal pixels with the shortest way to that are taken, and of
    equally near ones those truest in shape. Legal pixels come back unchanged.
    """
    width, height = max(1, width), max(1, height)
    shape = min(max(width / height, 1 / MAX_RATIO), float(MAX_RATIO))
    # The greatest area of a wide shape lies beyond the longest edge.
    most = min(MAX_AREA, MAX_EDGE * MAX_EDGE / max(shape, 1 / shape))
    area = min(max(width * height, MIN_AREA), most)
    ideal_w, ideal_h = math.sqrt(area * shape), math.sqrt(area / shape)

    def distance(legal: tuple[int, int]) -> tuple[float, float, int]:
        w, h = legal
        return round(math.hypot(w - ideal_w, h - ideal_h), 6), abs(math.log(w / h / shape)), -w

    found: list[tuple[int, int]] = []
    for reach in range(MAX_EDGE // STEP + 1):
        ring = _ring(_to_step(ideal_w), _to_step(ideal_h), reach)
        found += [legal for legal in ring if fits(*legal)]
        # What is further out is at least this far away.
        if found and distance(min(found, key=distance))[0] <= (reach + 0.5) * STEP:
            break
    return min(found, key=distance)


def _ring(width: int, height: int, reach: int) -> Iterator[tuple[int, int]]:
    """The pixels on the step's grid that are so many steps away from these, in either edge."""
    for across in range(-reach, reach + 1):
        whole_side = abs(across) == reach
        for down in range(-reach, reach + 1, 1 if whole_side else 2 * reach):
            edges = width + across * STEP, height + down * STEP
            if min(edges) > 0:
                yield edges


def nearest_ratio(width: float, height: float) -> str:
    """The one of the 15 ratios that is nearest in proportion; both numbers above 0."""
    wanted = math.log(width / height)
    return min(RATIOS, key=lambda ratio: abs(_log_shape(ratio) - wanted))


def nearest_tier(text: str) -> str:
    """The tier nearest to what was written: `8K` → `4K`, `2048` → `2K`; else `1K`."""
    match = _NUMBER.search(text)
    number = float(match[0]) if match else 0.0
    if number <= 0:
        return TIERS[0]
    thousands = number if number < 100 else number / 1024
    return min(TIERS, key=lambda tier: abs(math.log(thousands / int(tier[0]))))


def pixels(size: str, resolution: str | None = None) -> tuple[int, int] | None:
    """The pixels of a picture of this size and tier; `None` for `auto`.

    Args:
        size: `auto`, one of `RATIOS`, or pixels.
        resolution: one of `TIERS` in any case; default `1K`; without effect unless size is a
            ratio, and still to be one of them.

    Raises:
        InvalidRequest: size or resolution breaks a rule.

    Example:
        >>> pixels("16:9", "4k")
        (3840, 2160)
    """
    tier = TIERS[0] if resolution is None else resolution
    broken = [problem for problem in (size_problem(size), tier_problem(tier)) if problem]
    if broken:
        raise InvalidRequest(broken)
    if size == AUTO:
        return None
    exact = parse_pixels(size)
    if exact:
        return exact
    a, b = (int(part) for part in size.split(":"))
    if a < b:
        height, width = _of_ratio(b, a, tier.upper())
    else:
        width, height = _of_ratio(a, b, tier.upper())
    return width, height


def size_problem(size: object) -> Problem | None:
    """The rule that a size breaks, or `None`."""
    exact = None
    if isinstance(size, str):
        if size == AUTO or size in RATIOS:
            return None
        exact = parse_pixels(size)
    if exact and max(exact) > _RATIO_LIKE:
        broken = [rule.says for rule in PIXEL_RULES if not rule.holds(*exact)]
        if not broken:
            return None
        width, height = nearest_pixels(*exact)
        return Problem("size", shown(size), f"must have {_and(broken)}", f"{width}x{height}")
    rule = f"must be auto, one of the ratios {', '.join(RATIOS)}, or pixels such as 1280x720"
    return Problem("size", shown(size), rule, _near_size(size))


def tier_problem(resolution: object) -> Problem | None:
    """The rule that a resolution breaks, or `None`; any case will do."""
    if isinstance(resolution, str) and resolution.upper() in TIERS:
        return None
    nearest = nearest_tier(resolution) if isinstance(resolution, str) else TIERS[0]
    return Problem("resolution", shown(resolution), f"must be one of {', '.join(TIERS)}", nearest)


def _near_size(size: Any) -> str:
    """What was probably meant: `Auto`, `16/9`, `16x9`, `17:9`, a pair of numbers."""
    if type(size) in (tuple, list) and [type(edge) for edge in size] == [int, int]:
        size = "{}x{}".format(*(min(max(edge, 0), 10**8) for edge in size))
    if not isinstance(size, str):
        return AUTO
    exact = parse_pixels(size)
    if exact and max(exact) > _RATIO_LIKE:
        width, height = nearest_pixels(*exact)
        return f"{width}x{height}"
    match = _PAIR.fullmatch(size.strip())
    if match and float(match[1]) > 0 and float(match[2]) > 0:
        return nearest_ratio(float(match[1]), float(match[2]))
    return AUTO


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


def _and(phrases: list[str]) -> str:
    *most, last = phrases
    return f"{', '.join(most)} and {last}" if most else last
