"""Checks that a file is a whole picture: type by its first bytes, end by its last, size by header.

Pillow alone is not asked: it takes a JPEG that was cut off for a whole one where a user has
set `LOAD_TRUNCATED_IMAGES`, and it would open forty other formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evolink_widgets.images.formats import EXTENSIONS, MOST_PIXELS, sniff
from evolink_widgets.images.png_chunks import png_chunk
from evolink_widgets.store.safe_files import read_plain

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


def check_picture(path: Path) -> PictureFacts:
    """Return what `path` holds; it is read once, in blocks, and its pixels are not decoded.

    Raises:
        NotAPicture: it is empty, cut off, of another type, or too large to decode.
        OSError: it can't be read.
    """
    digest = sha256()
    with read_plain(path) as file:
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
    width, height = _dimensions(path, kind)
    return PictureFacts(kind, width, height, size, digest.hexdigest())


def _whole(kind: str, head: bytes, tail: bytes, size: int) -> bool:
    if kind == "png":
        return _PNG_END in tail
    if kind == "jpeg":
        return b"\xff\xd9" in tail
    return size >= int.from_bytes(head[4:8], "little") + 8


def _dimensions(path: Path, kind: str) -> tuple[int, int]:
    from PIL import Image

    try:
        with read_plain(path) as file, Image.open(file, formats=[kind.upper()]) as image:
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


def pixels_of(path: Path) -> tuple[int, int] | None:
    """Return width and height as a picture's header says; `None` where that can't be read."""
    from PIL import Image

    try:
        kinds = [name.upper() for name in EXTENSIONS]
        with read_plain(path) as file, Image.open(file, formats=kinds) as image:
            return image.size
    except Exception:  # Pillow's decoders raise many kinds on broken bytes
        return None


def same_bytes(path: Path, facts: PictureFacts) -> bool:
    """Tell whether the file at `path` holds exactly the bytes that `facts` are about."""
    if path.stat().st_size != facts.bytes_count:
        return False
    digest = sha256()
    with read_plain(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() == facts.sha256
