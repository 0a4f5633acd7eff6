"""Checks that a file is a whole picture: a PNG, JPEG or WebP that does not break off.

Every download is checked here while it comes, before it goes into the gallery. A file's format is
told by its first bytes, its end by its structure and its last bytes, its size by its header.
Pillow alone is not asked: it takes a JPEG that was cut off for a whole one where a user has set
`LOAD_TRUNCATED_IMAGES`, and it would open forty other formats.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from evolink_widgets.images.png_chunks import SIGNATURE, png_chunk
from evolink_widgets.images.proof.structure import (
    JpegStructure,
    PngStructure,
    Structure,
    WebpStructure,
)
from evolink_widgets.images.scan_result import Broken

__all__ = [
    "EXTENSIONS",
    "MOST_PIXELS",
    "NotAPicture",
    "PictureCheck",
    "PictureFacts",
    "check_picture",
    "sniff",
]

# The service's own limit is 8,294,400 pixels; this one only keeps bombs out of memory.
MOST_PIXELS = 64_000_000
EXTENSIONS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}

_BLOCK = 1 << 20
_HEAD, _TAIL = 64, 4096
"""Bytes that tell a file's format, and bytes in which its end must be."""
_STRUCTURES: dict[str, type[Structure]] = {
    "png": PngStructure,
    "jpeg": JpegStructure,
    "webp": WebpStructure,
}
_ENDS = {"png": png_chunk(b"IEND"), "jpeg": b"\xff\xd9", "webp": b""}


class NotAPicture(Exception):
    """The bytes are no whole PNG, JPEG or WebP; `str()` says what they are."""


@dataclass(frozen=True)
class PictureFacts:
    """The facts of a picture file: format, size in pixels, bytes and SHA-256."""

    format: str
    width: int
    height: int
    bytes_count: int
    sha256: str


def sniff(head: bytes) -> str | None:
    """Return "png", "jpeg" or "webp" by a file's first 16 bytes; `None` for anything else."""
    if head.startswith(SIGNATURE):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return None


class PictureCheck:
    """Checks a picture file while its bytes come, in pieces of any length; none of them is kept.

    Attributes:
        bytes_count: how many have come.
    """

    def __init__(self) -> None:
        self.bytes_count = 0
        self._digest = sha256()
        self._head = b""
        self._tail = b""
        self._kind: str | None = None
        self._structure: Structure | None = None

    def feed(self, piece: bytes | bytearray | memoryview) -> None:
        """Go on with the file's next bytes.

        Raises:
            NotAPicture: it is of another type, or damaged; what follows need not come.
        """
        self._digest.update(piece)
        self.bytes_count += len(piece)
        view = memoryview(piece)
        self._tail = (self._tail + bytes(view[-_TAIL:]))[-_TAIL:]
        if self._structure is None:
            self._head += bytes(view[: _HEAD - len(self._head)])
            if self.bytes_count < _HEAD:
                return
            self._begin()
            self._follow(memoryview(self._head))
            view = view[len(view) - (self.bytes_count - _HEAD) :]
        self._follow(view)

    def finish(self) -> PictureFacts:
        """Return what the file holds, now that its last byte has come.

        A JPEG and a WebP may still not be decodable: they have no checksums.

        Raises:
            NotAPicture: it is empty, cut off, of another type, or too large to decode.
        """
        if self._structure is None:
            self._begin()
            self._follow(memoryview(self._head))
        kind, structure = self._kind, self._structure
        assert kind is not None
        assert structure is not None
        if not structure.is_whole or _ENDS[kind] not in self._tail:
            raise NotAPicture(
                f"it is a {kind.upper()} that breaks off after {self.bytes_count:,} bytes"
            )
        pixels = self._pixels(structure)
        if pixels is None:
            raise _unreadable(kind, "it does not say its size")
        width, height = pixels
        if width * height > MOST_PIXELS:
            raise NotAPicture(f"it claims {width}×{height} pixels")
        return PictureFacts(kind, width, height, self.bytes_count, self._digest.hexdigest())

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height, as far as what has come tells them."""
        if self._structure is None:
            return None
        try:
            return self._pixels(self._structure)
        except NotAPicture:
            return None

    def _begin(self) -> None:
        self._kind = sniff(self._head)
        if self._kind is None:
            raise NotAPicture(_describe(self._head))
        self._structure = _STRUCTURES[self._kind]()

    def _follow(self, view: memoryview) -> None:
        assert self._kind is not None
        assert self._structure is not None
        try:
            self._structure.feed(view)
        except Broken as exc:
            raise _unreadable(self._kind, exc) from exc

    def _pixels(self, structure: Structure) -> tuple[int, int] | None:
        if not isinstance(structure, PngStructure):
            return structure.pixels
        if not structure.has_pixels:
            raise _unreadable("png", "it has no pixels")
        return _opened(io.BytesIO(structure.head), "png")


def check_picture(file: BinaryIO) -> PictureFacts:
    """Return what an open file holds; it is read once, in blocks, and no pixels are decoded.

    Raises:
        NotAPicture: it is empty, cut off, of another type, or too large to decode.
        OSError: it can't be read.
    """
    check = PictureCheck()
    file.seek(0)
    while block := file.read(_BLOCK):
        check.feed(block)
    facts = check.finish()
    if facts.format != "png":  # a PNG's checksums have proved it
        _opened(file, facts.format)
    return facts


def _opened(file: BinaryIO, kind: str) -> tuple[int, int]:
    """What Pillow finds at a file's beginning: it is the one to decode it later."""
    from PIL import Image

    try:
        with Image.open(file, formats=[kind.upper()]) as image:
            return image.size
    except OSError as exc:
        if exc.errno is not None:
            raise
        raise _unreadable(kind, exc) from exc
    except Exception as exc:  # Pillow's decoders raise many kinds on broken bytes
        raise _unreadable(kind, exc) from exc


def _unreadable(kind: str, why: object) -> NotAPicture:
    return NotAPicture(f"it is no readable {kind.upper()} ({why})")


def _describe(head: bytes) -> str:
    if not head:
        return "it is empty"
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "it is a web page, not a PNG, JPEG or WebP"
    if text.startswith((b"{", b"[")):
        return "it is JSON, not a PNG, JPEG or WebP"
    return "it is no PNG, JPEG or WebP"
