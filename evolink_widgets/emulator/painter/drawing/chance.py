"""Chance that can be asked again: every random choice of a picture comes from a named stream.

A stream's numbers depend on the picture's identity and the stream's name only, so adding a detail
in one place never moves another, and the three qualities of one picture share one composition.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from random import Random

from PIL import Image


class Chance:
    """Named, independent random streams for one picture."""

    def __init__(self, *identity: object) -> None:
        self._key = "\x1f".join(str(part) for part in identity)

    def picks(self, name: str) -> Chance:
        """Whose numbers ``name`` gets: an edit keeps some of the first picture's."""
        return self

    def stream(self, name: str) -> Random:
        """Return a fresh generator for ``name``; the same name always gives the same numbers."""
        text = f"{self.picks(name)._key}\x1f{name}".encode("utf-8", "surrogatepass")
        return Random(int.from_bytes(hashlib.sha256(text).digest()[:8], "big"))


class Wander:
    """Smooth one-dimensional noise in about -1..1: ridges, coasts, curtains of light."""

    def __init__(self, rng: Random, octaves: int = 4, roughness: float = 0.5) -> None:
        self._octaves = [
            (2.0**octave, roughness**octave, [rng.uniform(-1, 1) for _ in range(64)])
            for octave in range(octaves)
        ]
        self._norm = sum(weight for _, weight, _ in self._octaves)

    def __call__(self, x: float) -> float:
        """Value at ``x``; one unit is the width of the broadest swell."""
        total = 0.0
        for frequency, weight, values in self._octaves:
            place = x * frequency
            cell = math.floor(place)
            t = place - cell
            t = t * t * (3 - 2 * t)
            first, second = values[cell % 64], values[(cell + 1) % 64]
            total += weight * (first + (second - first) * t)
        return total / self._norm


@lru_cache(maxsize=4)
def grain_tile(edge: int = 512, strength: int = 6) -> Image.Image:
    """A square of fine grain around mid grey 128, ±``strength``: the same for every picture."""
    noise = Image.frombytes("L", (edge, edge), Random(11).randbytes(edge * edge))
    low = 128 - strength
    return noise.point([low + level * 2 * strength // 255 for level in range(256)])


def tiled(tile: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Cover ``size`` with copies of ``tile``."""
    cover = Image.new(tile.mode, size)
    for x in range(0, size[0], tile.width):
        for y in range(0, size[1], tile.height):
            cover.paste(tile, (x, y))
    return cover


def cloudy(
    rng: Random, size: tuple[int, int], cells: tuple[int, int], octaves: int = 4
) -> Image.Image:
    """Soft fractal noise as a grey picture stretched to 0..255.

    ``cells`` is how many blobs of the coarsest octave lie across and down.
    """
    result: Image.Image | None = None
    for octave in range(octaves):
        across = max(2, min(size[0], cells[0] << octave))
        down = max(2, min(size[1], cells[1] << octave))
        grid = Image.frombytes("L", (across, down), rng.randbytes(across * down))
        layer = grid.resize(size, Image.Resampling.BICUBIC)
        result = layer if result is None else Image.blend(result, layer, 1 / (1.6 + octave))
    assert result is not None
    low, high = result.getextrema()
    assert isinstance(low, (int, float))
    assert isinstance(high, (int, float))
    span = max(1.0, high - low)
    return result.point([max(0, min(255, round((v - low) * 255 / span))) for v in range(256)])
