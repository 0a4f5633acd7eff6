"""PNG, chunk by chunk: what decides the pixels and their colours is kept, the rest is left out.

Every kept chunk has a fixed form, so that nothing hides in it; the pixels are inflated once, in
pieces, to see that they are all there and no more.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from evolink_widgets.images.metadata.exif import UPRIGHT, read_exif
from evolink_widgets.images.metadata.icc import sound
from evolink_widgets.images.png_chunks import png_chunk
from evolink_widgets.images.reference_limits import ReferenceLimits
from evolink_widgets.images.scan_result import Broken, Scan, claimed

__all__ = ["scan_png"]

_MOST_CHUNKS = 100_000
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
           (0, 1, 1, 2))  # fmt: skip
"""x0, y0, dx, dy of the seven passes of an interlaced picture."""
_COLOURS = {b"gAMA": (4,), b"cHRM": (32,), b"sRGB": (1,), b"cICP": (4,), b"sBIT": (1, 2, 3, 4),
            b"pHYs": (9,), b"bKGD": (1, 2, 6)}  # fmt: skip
"""Chunks that say what the colours mean, and the lengths that they can have."""
_ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})
_WORDS = {b"eXIf": "Exif", b"tEXt": "a comment", b"zTXt": "a comment", b"iTXt": "a comment",
          b"tIME": "a date", b"caBX": "content credentials"}  # fmt: skip
_XMP = b"XML:com.adobe.xmp\0"
_PIECE, _FED = 1 << 20, 1 << 16
"""Bytes that are inflated at once, and given to be inflated."""


@dataclass(frozen=True)
class _Chunk:
    name: bytes
    body: memoryview
    whole: memoryview
    intact: bool
    end: int


@dataclass
class _Parts:
    """What was found on the way."""

    kept: list[bytes | memoryview]
    pixels: list[memoryview] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    orientation: int = UPRIGHT
    exif: bytes | None = None
    profile: bytes | None = None
    palette: bool = False
    frames: bool = False
    end: int = 0


def scan_png(data: bytes, limits: ReferenceLimits, *, keep_metadata: bool = False) -> Scan:
    """Look into a PNG.

    Args:
        data: the file's bytes.
        limits: what is read at most.
        keep_metadata: leave Exif, XMP, comments and the like in it.

    Raises:
        Broken: it breaks off, a checksum is wrong, or it claims what can't be.
    """
    header = _header(data, limits)
    width, height, depth, colour, _ = header
    parts = _Parts(kept=[data[:8]])
    for chunk in _chunks(data):
        _take(chunk, colour, limits, parts, keep_metadata)
    if colour == 3 and not parts.palette:
        raise Broken("it is a PNG without its palette")
    recode = _check_pixels(parts.pixels, header)
    if depth == 16:
        recode.append("Its 16 bits a channel became 8.")
    return Scan(
        clean=b"".join(parts.kept),
        width=width,
        height=height,
        orientation=parts.orientation,
        profile=parts.profile,
        exif=parts.exif if keep_metadata else None,
        removed=tuple(dict.fromkeys(parts.removed)),
        extra=len(data) - parts.end if data[parts.end :].strip(b"\0") else 0,
        frames=parts.frames,
        recode=tuple(recode),
    )


def _take(chunk: _Chunk, colour: int, limits: ReferenceLimits, parts: _Parts, keep: bool) -> None:
    name, body = chunk.name, chunk.body
    if name == b"IEND":
        parts.end = chunk.end
        parts.kept.append(png_chunk(b"IEND"))
    elif name == b"IDAT":
        parts.pixels.append(body)
        parts.kept.append(chunk.whole)
    elif name in _ANIMATION:
        parts.frames = True
    elif not chunk.intact:
        parts.removed.append("a damaged chunk")
    elif name == b"iCCP":
        parts.profile = sound(_inflated(bytes(body), limits), _mode(colour), limits)
        if parts.profile is None:
            parts.removed.append("a colour profile that makes no sense")
        else:
            profile = b"ICC profile\0\0" + zlib.compress(parts.profile)
            parts.kept.append(png_chunk(b"iCCP", profile))
    elif not name[0] & 32 or name == b"tRNS" or name in _COLOURS:
        if _is_in_form(name, len(body), colour):
            parts.palette = parts.palette or name == b"PLTE"
            parts.kept.append(chunk.whole)
    else:
        word = _WORDS.get(name, "application data")
        if name == b"eXIf":
            facts = read_exif(bytes(body))
            parts.orientation, parts.exif = facts.orientation, facts.upright
            word = "Exif with a position" if facts.position else word
        elif name == b"iTXt" and body[: len(_XMP)] == _XMP:
            word = "XMP"
        if keep:
            parts.kept.append(chunk.whole)
        else:
            parts.removed.append(word)


def _header(data: bytes, limits: ReferenceLimits) -> tuple[int, int, int, int, int]:
    if data[8:16] != b"\0\0\0\rIHDR" or len(data) < 33:
        raise Broken("it is a PNG without its header")
    if zlib.crc32(data[12:29]) != int.from_bytes(data[29:33], "big"):
        raise Broken("its header is damaged: the checksum is wrong")
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    depth, colour, compression, filters, interlace = data[24:29]
    claimed(width, height, limits.decoded_pixels)
    if depth not in _DEPTHS.get(colour, ()) or compression or filters or interlace > 1:
        raise Broken("its header asks for what no PNG can be")
    return width, height, depth, colour, interlace


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """The chunks from the header to IEND."""
    view, at = memoryview(data), 8
    for number in range(_MOST_CHUNKS):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data) or len(name) < 4:
            raise Broken(f"it breaks off after {len(data):,} bytes")
        if not name.isalpha():
            raise Broken("it has a chunk without a name")
        intact = zlib.crc32(view[at + 4 : end - 4]) == int.from_bytes(view[end - 4 : end], "big")
        critical = not name[0] & 32
        if critical and not intact:
            raise Broken(f"its chunk {name.decode()} is damaged: the checksum is wrong")
        if critical and name not in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
            raise Broken(f"it needs a reader that knows its chunk {name.decode()}")
        if (name == b"IHDR") != (number == 0):
            raise Broken("it has two headers")
        yield _Chunk(name, view[at + 8 : end - 4], view[at:end], intact, end)
        if name == b"IEND":
            return
        at = end
    raise Broken(f"it has more than {_MOST_CHUNKS:,} chunks")


def _is_in_form(name: bytes, length: int, colour: int) -> bool:
    if name == b"IHDR":
        return True
    if name == b"PLTE":
        return 3 <= length <= 768 and length % 3 == 0
    if name == b"tRNS":
        return length <= 256 if colour == 3 else length == {0: 2, 2: 6}.get(colour)
    return length in _COLOURS.get(name, ())


def _check_pixels(pixels: list[memoryview], header: tuple[int, int, int, int, int]) -> list[str]:
    """Inflate the pixels in pieces and count them.

    Returns:
        Why they can't be sent as they are, if so.

    Raises:
        Broken: some are missing or damaged.
    """
    expected, found, hidden = _size_of(*header), 0, False
    stream = zlib.decompressobj()
    pieces = (body[at : at + _FED] for body in pixels for at in range(0, len(body), _FED))
    for piece in pieces:
        if stream.eof or found > expected:
            hidden = True
            break
        waiting: bytes | memoryview = piece
        try:
            while waiting and not stream.eof and found <= expected:
                found += len(stream.decompress(waiting, _PIECE))
                waiting = stream.unconsumed_tail
        except zlib.error as exc:
            raise Broken("its pixels are damaged") from exc
        hidden = hidden or bool(stream.unused_data)
    while not stream.eof and found < expected and (more := stream.decompress(b"", _PIECE)):
        found += len(more)
    if found < expected:
        raise Broken("some of its pixels are missing")
    hidden = hidden or found > expected
    return ["Data hidden behind its pixels was left out."] if hidden else []


def _size_of(width: int, height: int, depth: int, colour: int, interlace: int) -> int:
    """Bytes of the inflated pixels, a filter byte before each row."""

    def rows(columns: int, lines: int) -> int:
        return lines * (1 + (columns * depth * _CHANNELS[colour] + 7) // 8) if columns else 0

    if not interlace:
        return rows(width, height)
    sizes = (
        (-(-(width - x) // dx), -(-(height - y) // dy))
        for x, y, dx, dy in _PASSES
        if width > x and height > y
    )
    return sum(rows(columns, lines) for columns, lines in sizes)


def _inflated(body: bytes, limits: ReferenceLimits) -> bytes | None:
    """The profile in an iCCP chunk, as long as it is no bomb."""
    at = body.find(b"\0", 0, 81)
    if at < 1:
        return None
    try:
        return zlib.decompressobj().decompress(body[at + 2 :], limits.profile_bytes + 1)
    except zlib.error:
        return None


def _mode(colour: int) -> str:
    return "L" if colour in (0, 4) else "RGB"
