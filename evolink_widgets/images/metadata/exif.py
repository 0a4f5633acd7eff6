"""Reads two facts of Exif metadata: the orientation, and whether it holds a GPS position.

Exif is a small TIFF. It is read with a bound on every step: it may come from anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["UPRIGHT", "Exif", "read_exif"]

UPRIGHT = 1
_ORIENTATION = 0x0112
_POSITION = 0x8825
_SHORT = 3
_MOST_ENTRIES = 1000


@dataclass(frozen=True)
class Exif:
    """Facts of a block.

    Attributes:
        orientation: 1 to 8; 1 where it says nothing or nonsense.
        position: it points to a place on earth.
        upright: the block itself, saying 1.
    """

    orientation: int
    position: bool
    upright: bytes


def read_exif(block: bytes) -> Exif:
    """Read a block, from its byte order mark on; a broken one says nothing."""
    nothing = Exif(UPRIGHT, False, block)
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(block[:4])
    if order is None:
        return nothing

    def whole(at: int, length: int) -> int:
        return int.from_bytes(block[at : at + length], order)  # type: ignore[arg-type]

    start = whole(4, 4)
    count = min(whole(start, 2), _MOST_ENTRIES)
    orientation, position, upright = UPRIGHT, False, block
    for at in range(start + 2, start + 2 + 12 * count, 12):
        if at + 12 > len(block):
            break
        tag, kind, value = whole(at, 2), whole(at + 2, 2), whole(at + 8, 2)
        if tag == _POSITION:
            position = True
        elif tag == _ORIENTATION and kind == _SHORT and 1 <= value <= 8:
            orientation = value
            one = UPRIGHT.to_bytes(2, order)  # type: ignore[arg-type]
            upright = block[: at + 8] + one + block[at + 10 :]
    return Exif(orientation, position, upright)
