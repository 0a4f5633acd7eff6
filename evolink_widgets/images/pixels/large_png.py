"""Scales a large PNG down, strip by strip, in bounded memory.

Pillow sets aside the whole picture before it decodes a PNG, 33 MB for 3840×2160, and holds the
interpreter while it does: up to 20 ms in which the kernel stands still. Here the pixels are
inflated a few rows at a time, each strip is given to Pillow as a small PNG of its own, and what it
decoded is averaged before the next one comes. It takes a seventh longer.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import IO, TYPE_CHECKING

from evolink_widgets.images.png_chunks import SIGNATURE, png_chunk

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

__all__ = ["shrunk"]

_CHANNELS = {b"\x08\x02\0\0\0": 3, b"\x08\x06\0\0\0": 4}
"""Depth, colours, compression, filters and order of the rows of the kinds that are worth it, and
their bytes a pixel: 8 bits, no palette, from top to bottom."""
_SEEN = (b"tRNS", b"eXIf", b"fcTL")
"""Chunks that change how the pixels are seen."""
_SMALL = 1_500_000
"""Pixels up to which a picture is as well decoded whole."""
_STRIP, _FED = 1 << 18, 1 << 16
"""Bytes of pixels a strip, and bytes of the file read at once."""
_GAP = 2.0
"""How many times larger than wanted the average is at least: as in Pillow's `thumbnail`."""


def shrunk(image: ImageFile, edge: int) -> Image | None:
    """Return the picture so that it fits into `edge` × `edge` pixels, as `thumbnail` makes it.

    Args:
        image: opened and not yet decoded; it can still be decoded after that.
        edge: the longest edge that is wanted, in pixels.

    Returns:
        `None` where Pillow's own way is as good: for other kinds of files, for small pictures,
        and where it knows better what is wrong, or how the pixels are to be seen.
    """
    from PIL import Image

    width, height = image.size
    if image.format != "PNG" or image.fp is None or width * height <= _SMALL:
        return None
    wanted = _within(width, height, edge)
    across, down = (int(now / then / _GAP) for now, then in zip(image.size, wanted, strict=True))
    if across < 2 or down < 2:
        return None
    position = image.fp.tell()
    image.fp.seek(0)
    header = image.fp.read(33)
    if (channels := _CHANNELS.get(header[24:29])) is None:
        image.fp.seek(position)
        return None
    row = 1 + width * channels
    rows = max(1, _STRIP // row // down) * down
    weighed = "RGBa" if image.mode == "RGBA" else image.mode  # what is clear has no colour
    average = Image.new(weighed, (-(-width // across), -(-height // down)))
    above = bytes(row)  # a row without a filter: what the filters of the next one refer to
    top = 0
    try:
        for lines in _inflated(image.fp, row * rows, row * height):
            strip = _decoded(header, width, above, lines)
            part = strip.convert(weighed).reduce((across, down), (0, 1, *strip.size))
            average.paste(part, (0, top // down))
            above = b"\0" + strip.crop((0, strip.height - 1, *strip.size)).tobytes()
            top += strip.height - 1
    except (zlib.error, _OtherWayError):
        return None
    finally:
        image.fp.seek(position)
    box = (0, 0, width / across, height / down)
    small = average.resize(wanted, Image.Resampling.BICUBIC, box).convert(image.mode)
    small.info = dict(image.info)
    return small


def _within(width: int, height: int, edge: int) -> tuple[int, int]:
    """The whole pixels nearest in shape, as Pillow chooses them."""
    long, short = max(width, height), min(width, height)
    ideal = edge * short / long
    near = (math.floor(ideal), math.ceil(ideal))
    other = max(1, min(near, key=lambda n: abs(long / short - edge / n) if n else math.inf))
    return (edge, other) if width >= height else (other, edge)


class _OtherWayError(Exception):
    """This file is better left to Pillow."""


def _inflated(file: IO[bytes], size: int, expected: int) -> Iterator[bytearray]:
    """The filtered rows, `size` bytes at a time, `expected` in all; the last piece is shorter."""
    stream = zlib.decompressobj()
    pixels = _pixels(file)
    lines = bytearray()
    for piece in chain(pixels, (b"",)):  # nothing more: what zlib has kept comes out
        fed = piece
        while True:
            wanted = min(size, expected)
            lines += stream.decompress(fed, wanted - len(lines))
            fed = stream.unconsumed_tail
            if len(lines) == wanted:
                yield lines
                expected -= wanted
                lines = bytearray()
                if not expected:
                    for _ in pixels:  # to see what stands behind them
                        pass
                    return
            elif not fed:
                break
    raise _OtherWayError


def _pixels(file: IO[bytes]) -> Iterator[bytes]:
    """What the chunks with pixels hold, a piece at a time."""
    while True:
        head = file.read(8)
        left, name = int.from_bytes(head[:4], "big"), head[4:]
        if name == b"IEND":
            return
        if len(head) < 8 or name in _SEEN:
            raise _OtherWayError
        if name != b"IDAT":
            file.seek(left + 4, io.SEEK_CUR)
            continue
        while left:
            piece = file.read(min(left, _FED))
            if not piece:
                raise _OtherWayError
            left -= len(piece)
            yield piece
        file.seek(4, io.SEEK_CUR)


def _decoded(header: bytes, width: int, above: bytes, lines: bytearray) -> Image:
    """Filtered rows as a picture, with the row above them as its first."""
    from PIL import Image

    height = 1 + len(lines) // len(above)
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    packed = zlib.compressobj(0)
    body = packed.compress(above) + packed.compress(lines) + packed.flush()
    whole = b"".join(
        (
            SIGNATURE,
            png_chunk(b"IHDR", size + header[24:29]),
            png_chunk(b"IDAT", body),
            png_chunk(b"IEND"),
        )
    )
    image = Image.open(io.BytesIO(whole), formats=["PNG"])
    image.load()
    return image
