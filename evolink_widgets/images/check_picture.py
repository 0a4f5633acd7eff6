"""Checks that a file is a whole picture: a PNG, JPEG or WebP that does not break off.

Every download is checked here before it comes into the gallery. A file's format is told by its
first bytes, its end by its last, its size by its header. Pillow alone is not asked: it takes a
JPEG that was cut off for a whole one where a user has set `LOAD_TRUNCATED_IMAGES`, and it would
open forty other formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from evolink_widgets.images.png_chunks import SIGNATURE, png_chunk

__all__ = [
    "EXTENSIONS",
    "MOST_PIXELS",
    "NotAPicture",
    "PictureFacts",
    "check_picture",
    "header_pixels",
    "sniff",
]

# The service's own limit is 8,294,400 pixels; this one only keeps bombs out of memory.
MOST_PIXELS = 64_000_000
EXTENSIONS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}

_BLOCK = 1 << 20
_PNG_END = png_chunk(b"IEND")


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


def check_picture(file: BinaryIO) -> PictureFacts:
    """Return what an open file holds; it is read once, in blocks, and no pixels are decoded.

    Raises:
        NotAPicture: it is empty, cut off, of another type, or too large to decode.
        OSError: it can't be read.
    """
    digest = sha256()
    file.seek(0)
    head = file.read(64)
    kind = sniff(head)
    if kind is None:
        raise NotAPicture(_describe(head))
    file.seek(0)
    while block := file.read(_BLOCK):
        digest.update(block)
    size = file.tell()
    file.seek(max(0, size - 4096))
    tail = file.read()
    if not _whole(kind, head, tail, size):
        raise NotAPicture(f"it is a {kind.upper()} that breaks off after {size:,} bytes")
    width, height = _dimensions(file, kind)
    return PictureFacts(kind, width, height, size, digest.hexdigest())


def header_pixels(file: BinaryIO) -> tuple[int, int] | None:
    """Return width and height as a file's header says; `None` where that can't be read."""
    from PIL import Image

    try:
        kinds = [name.upper() for name in EXTENSIONS]
        with Image.open(file, formats=kinds) as image:
            return image.size
    except Exception:  # Pillow's decoders raise many kinds on broken bytes
        return None


def _whole(kind: str, head: bytes, tail: bytes, size: int) -> bool:
    if kind == "png":
        return _PNG_END in tail
    if kind == "jpeg":
        return b"\xff\xd9" in tail
    return size >= int.from_bytes(head[4:8], "little") + 8


def _dimensions(file: BinaryIO, kind: str) -> tuple[int, int]:
    from PIL import Image

    try:
        with Image.open(file, formats=[kind.upper()]) as image:
            width, height = image.size
            if kind == "png" and width * height <= MOST_PIXELS:
                image.verify()
    except OSError as exc:
        if exc.errno is not None:
            raise
        raise NotAPicture(f"it is no readable {kind.upper()} ({exc})") from exc
    except Exception as exc:  # Pillow's decoders raise many kinds on broken bytes
        raise NotAPicture(f"it is no readable {kind.upper()} ({exc})") from exc
    if width * height > MOST_PIXELS:
        raise NotAPicture(f"it claims {width}×{height} pixels")
    return width, height


def _describe(head: bytes) -> str:
    if not head:
        return "it is empty"
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "it is a web page, not a PNG, JPEG or WebP"
    if text.startswith((b"{", b"[")):
        return "it is JSON, not a PNG, JPEG or WebP"
    return "it is no PNG, JPEG or WebP"
