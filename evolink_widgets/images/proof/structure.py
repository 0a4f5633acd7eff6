"""Follows the structure of a PNG, JPEG or WebP while its bytes come, in pieces of any length.

Nothing is kept but a PNG's beginning, which says how its pixels are to be read: a picture of any
size is proved in bounded memory, and never read a second time. A PNG's checksums prove its
pixels; the other two have none, and only decoding proves theirs. What a picture from elsewhere may
hold is for `images.scans` to say, which knows it whole.
"""

from __future__ import annotations

import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator

from evolink_widgets.images.png_chunks import SIGNATURE
from evolink_widgets.images.scan_result import Broken

__all__ = ["JpegStructure", "PngStructure", "Structure", "WebpStructure", "webp_pixels"]

JPEG_START, JPEG_END, JPEG_SCAN = 0xD8, 0xD9, 0xDA
JPEG_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})
"""Markers of a JPEG that nothing belongs to."""
JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of the segment of a JPEG that says its size."""
NEXT_JPEG_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
"""Where coded pixels end: FF and anything but a stuffed zero, a restart or filling."""

Steps = Generator[None, None, None]
"""Yields where the next bytes are needed."""

_CHUNK_NAME = re.compile(rb"\w{4}", re.ASCII)
_LONGEST_KEPT, _MOST_KEPT = 1 << 20, 1 << 23
"""Bytes of one PNG chunk, and of all before the pixels, that are kept."""


class Structure(ABC):
    """A picture file's structure, as far as its bytes have come.

    A subclass says in `_walk` what follows what; it stops there wherever the bytes end, and goes
    on with the next piece.

    Attributes:
        is_whole: whether its end has come.
        pixels: width and height, where the file says them outright.
    """

    def __init__(self) -> None:
        self.is_whole = False
        self.pixels: tuple[int, int] | None = None
        self._piece = memoryview(b"")
        self._at = 0
        self._way = self._walk()

    def feed(self, piece: memoryview) -> None:
        """Go on with the file's next bytes; what stands behind its end is passed over.

        Raises:
            Broken: it is no picture, whatever comes.
        """
        self._piece, self._at = piece, 0
        next(self._way, None)
        self._piece = memoryview(b"")

    @abstractmethod
    def _walk(self) -> Steps:
        """Go through the file from its first byte, and say when it `is_whole`."""

    def _take(self, count: int) -> Generator[None, None, bytes]:
        """So many of the next bytes."""
        taken = bytearray()
        yield from self._pass(count, taken.extend)
        return bytes(taken)

    def _pass(self, count: int, see: Callable[[memoryview], object] | None = None) -> Steps:
        """Pass over so many bytes, and show them, piece by piece."""
        while count:
            while self._at == len(self._piece):
                yield
            some = self._piece[self._at : self._at + count]
            self._at += len(some)
            count -= len(some)
            if see is not None:
                see(some)


class PngStructure(Structure):
    """A PNG, chunk by chunk, each against its checksum.

    Attributes:
        head: its bytes up to the pixels, without what is too long to be of use.
        has_pixels: whether any have come.
    """

    def __init__(self) -> None:
        super().__init__()
        self.head = bytearray(SIGNATURE)
        self.has_pixels = False
        self._check = 0

    def _walk(self) -> Steps:
        yield from self._take(len(SIGNATURE))
        while not self.is_whole:
            if self.has_pixels:
                self._pass_whole_chunks()
            start = yield from self._take(8)
            length, name = int.from_bytes(start[:4], "big"), start[4:]
            if not _CHUNK_NAME.fullmatch(name):
                raise Broken("a chunk has no name")
            if name == b"IDAT" and not self.has_pixels:
                self.has_pixels = True
                self.head += start
            yield from self._chunk(start, length, name.decode("ascii"))
            self.is_whole = name == b"IEND"

    def _pass_whole_chunks(self) -> None:
        """Check the chunks that are here from end to end: of pixels there may be thousands."""
        piece, at = self._piece, self._at
        while at + 8 <= len(piece) and bytes(piece[at + 4 : at + 8]) == b"IDAT":
            end = at + 12 + int.from_bytes(piece[at : at + 4], "big")
            if end > len(piece):
                break
            if zlib.crc32(piece[at + 4 : end - 4]) != int.from_bytes(piece[end - 4 : end], "big"):
                raise _wrong("IDAT")
            at = end
        self._at = at

    def _chunk(self, start: bytes, length: int, name: str) -> Steps:
        self._check = zlib.crc32(start[4:])
        kept: bytearray | None = None
        if not self.has_pixels and length <= _LONGEST_KEPT and len(self.head) < _MOST_KEPT:
            kept = bytearray(start)

        def see(body: memoryview) -> None:
            self._check = zlib.crc32(body, self._check)
            if kept is not None:
                kept.extend(body)

        yield from self._pass(length, see)
        check = yield from self._take(4)
        if int.from_bytes(check, "big") != self._check:
            raise _wrong(name)
        if kept is not None:
            self.head += kept + check


def _wrong(name: str) -> Broken:
    return Broken(f"its chunk {name} is damaged: the checksum is wrong")


class JpegStructure(Structure):
    """A JPEG, from marker to marker, as tolerant of filling and junk between them as decoders."""

    def _walk(self) -> Steps:
        yield from self._take(2)
        are_pixels = False
        while not self.is_whole:
            marker = yield from self._marker()
            if marker == JPEG_END:
                self.is_whole = True
            elif marker not in JPEG_ALONE and marker != JPEG_START:
                length = int.from_bytes((yield from self._take(2)), "big") - 2
                if length < 0:
                    raise Broken("a segment has no length")
                if marker in JPEG_FRAMES and length >= 5 and not are_pixels:
                    body = yield from self._take(5)
                    self.pixels = int.from_bytes(body[3:], "big"), int.from_bytes(body[1:3], "big")
                    length -= 5
                yield from self._pass(length)
                are_pixels = are_pixels or marker == JPEG_SCAN

    def _marker(self) -> Generator[None, None, int]:
        """Pass over pixels and filling to the next marker."""
        while True:
            found = NEXT_JPEG_MARKER.search(self._piece, self._at)
            if found is not None:
                self._at = found.end()
                return found[1][0]
            is_cut = self._at < len(self._piece) and self._piece[-1] == 0xFF
            self._at = len(self._piece)
            yield
            if is_cut:
                found = NEXT_JPEG_MARKER.match(b"\xff" + self._piece[:1].tobytes())
                if found is not None:
                    self._at = 1
                    return found[1][0]


class WebpStructure(Structure):
    """A WebP, chunk by chunk, to the end that its first bytes name."""

    def _walk(self) -> Steps:
        start = yield from self._take(12)
        left = int.from_bytes(start[4:8], "little") - 4
        while left >= 8:
            start = yield from self._take(8)
            name, length = start[:4], int.from_bytes(start[4:], "little")
            left -= 8
            if length > left:
                raise Broken("a chunk is longer than the file")
            body = yield from self._take(min(length, 10))
            self.pixels = self.pixels or webp_pixels(name, body)
            # A last chunk of odd length may lack its filling.
            length = min(length + length % 2, left)
            yield from self._pass(length - len(body))
            left -= length
        yield from self._pass(max(0, left))
        self.is_whole = True


def webp_pixels(name: bytes, body: bytes) -> tuple[int, int] | None:
    """Return width and height as a WebP's chunk says them; `None` where it does not.

    Args:
        name: the chunk's.
        body: its first ten bytes, or all of them.

    Raises:
        Broken: it is to hold a picture, and does not begin as one.
    """
    if name == b"VP8X" and len(body) >= 10:
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
        return width, height
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        width, height = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return width, height
    if name == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name in (b"VP8 ", b"VP8L"):
        raise Broken("it is a WebP whose picture does not begin as one")
    return None
