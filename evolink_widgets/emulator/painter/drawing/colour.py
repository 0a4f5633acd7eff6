"""Colours as plain (red, green, blue) tuples of 0..255, and the arithmetic painters need."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

Colour = tuple[int, int, int]
Stops = Sequence[tuple[float, Colour]]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
INK: Colour = (38, 34, 48)


def colour(text: str) -> Colour:
    """Read ``"#rrggbb"`` or ``"rrggbb"``."""
    digits = text.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Go from ``first`` (share 0) to ``second`` (share 1), in a straight line."""
    keep = 1.0 - share
    return (
        round(first[0] * keep + second[0] * share),
        round(first[1] * keep + second[1] * share),
        round(first[2] * keep + second[2] * share),
    )


def lighter(base: Colour, share: float) -> Colour:
    """Mix with white."""
    return mix(base, WHITE, share)


def darker(base: Colour, share: float) -> Colour:
    """Mix with a deep blue-violet rather than black: shadows outdoors are never grey."""
    return mix(base, (22, 16, 40), share)


def times(base: Colour, light: Colour) -> Colour:
    """Colour of a surface seen under a coloured light (channel by channel)."""
    return (
        base[0] * light[0] // 255,
        base[1] * light[1] // 255,
        base[2] * light[2] // 255,
    )


def luminance(base: Colour) -> float:
    """Perceived brightness, 0..255."""
    return 0.299 * base[0] + 0.587 * base[1] + 0.114 * base[2]


def turned(base: Colour, hue: float = 0.0, saturation: float = 1.0, value: float = 1.0) -> Colour:
    """Turn the hue (in turns, -0.5..0.5) and scale saturation and value."""
    h, s, v = colorsys.rgb_to_hsv(base[0] / 255, base[1] / 255, base[2] / 255)
    s = min(1.0, s * saturation)
    v = min(1.0, v * value)
    r, g, b = colorsys.hsv_to_rgb((h + hue) % 1.0, s, v)
    return round(r * 255), round(g * 255), round(b * 255)


def at(stops: Stops, place: float) -> Colour:
    """Colour of a gradient at ``place`` (stops are sorted, 0..1)."""
    before = stops[0]
    for stop in stops:
        if place <= stop[0]:
            span = stop[0] - before[0]
            return stop[1] if span <= 0 else mix(before[1], stop[1], (place - before[0]) / span)
        before = stop
    return before[1]


def ramp(stops: Stops) -> list[int]:
    """A look-up table of 768 numbers that colours a grey picture (for ``L``→``RGB`` by point)."""
    table = [at(stops, level / 255) for level in range(256)]
    return [entry[channel] for channel in range(3) for entry in table]
