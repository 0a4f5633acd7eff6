"""Finds pictures that look nearly alike: by a hash of 64 bits over light and dark, and no pixels.

The hash says of 8 × 8 places whether it gets lighter to the right. Two hashes that differ in three
bits at most have one of their four quarters in common, so that only those are compared.
"""

from __future__ import annotations

import io
from collections.abc import Mapping

from evolink_widgets.errors import StoreError
from evolink_widgets.store.gallery.pictures import GeneratedImage

__all__ = ["near_duplicates", "picture_hash"]

FARTHEST = 3
"""Bits in which two pictures that are told as alike may differ."""


def picture_hash(image: GeneratedImage) -> int | None:
    """The hash of a picture; `None` where it can't be read, or is one plain colour."""
    from PIL import Image

    try:
        small = Image.open(io.BytesIO(image.small(256).data))
        grey = small.convert("L").resize((9, 8), Image.Resampling.BOX)
    except (StoreError, OSError):
        return None
    light = grey.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = 9 * row + column
            bits = bits << 1 | (light[at + 1] > light[at])
    return bits or None


def near_duplicates(hashes: Mapping[str, int]) -> list[list[str]]:
    """Groups of names whose pictures look nearly alike, in the order of the names.

    Args:
        hashes: a hash by name.
    """
    group = {name: name for name in hashes}

    def root(name: str) -> str:
        while group[name] != name:
            group[name] = group[group[name]]
            name = group[name]
        return name

    for quarter in range(4):
        alike: dict[int, list[str]] = {}
        for name, bits in hashes.items():
            others = alike.setdefault(bits >> 16 * quarter & 0xFFFF, [])
            for other in others:
                if root(name) != root(other) and (bits ^ hashes[other]).bit_count() <= FARTHEST:
                    group[root(name)] = root(other)
            others.append(name)
    found: dict[str, list[str]] = {}
    for name in hashes:
        found.setdefault(root(name), []).append(name)
    return [names for names in found.values() if len(names) > 1]
