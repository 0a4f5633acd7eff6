"""Tells a file's format from its first bytes, never from its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evolink_widgets.images.png_chunks import SIGNATURE

__all__ = ["HEAD", "TAKEN", "FileKind", "kind_of"]

HEAD = 1024
"""Bytes of a file that tell what it is."""

TAKEN = "PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF"


@dataclass(frozen=True)
class FileKind:
    """A kind of file.

    Attributes:
        words: what a person calls it, with its article: "a GIF".
        reader: Pillow's name of the format, where it is a picture that we read.
        advice: what makes a picture of it, where something does.
    """

    words: str
    reader: str | None = None
    advice: str = ""


JPEG = FileKind("a JPEG", "JPEG")
PNG = FileKind("a PNG", "PNG")
WEBP = FileKind("a WebP", "WEBP")
GIF = FileKind("a GIF", "GIF")
BMP = FileKind("a BMP", "BMP")
TIFF = FileKind("a TIFF", "TIFF")
AVIF = FileKind("an AVIF", "AVIF")
HEIF = FileKind("a HEIC picture", "HEIF", "export it as JPEG, or register pillow-heif")

_DRAWN = "export it as PNG"
_EXPORTED = "export it as PNG or JPEG"

_BEGINNINGS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (SIGNATURE, PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"%PDF", FileKind("a PDF", advice="export the page as PNG")),
    (b"%!PS", FileKind("a PostScript file", advice=_DRAWN)),
    (b"8BPS", FileKind("a Photoshop file", advice=_EXPORTED)),
    (b"\0\0\1\0", FileKind("an icon file", advice=_DRAWN)),
    (b"\0\0\0\x0cjP  ", FileKind("a JPEG 2000", advice=_EXPORTED)),
    (b"\xff\x4f\xff\x51", FileKind("a JPEG 2000", advice=_EXPORTED)),
    (b"\xff\x0a", FileKind("a JPEG XL", advice=_EXPORTED)),
    (b"\0\0\0\x0cJXL ", FileKind("a JPEG XL", advice=_EXPORTED)),
    (b"gimp xcf", FileKind("a GIMP file", advice=_EXPORTED)),
    (b"v/1\1", FileKind("an OpenEXR", advice=_EXPORTED)),
    (b"FUJIFILMCCD-RAW", FileKind("a camera's raw file", advice="develop it to JPEG")),
    (
        b"PK\3\4",
        FileKind("a ZIP archive or an Office document", advice="take the picture out of it"),
    ),
    (b"\x1f\x8b", FileKind("a gzip archive", advice="take the picture out of it")),
    (b"7z\xbc\xaf", FileKind("a 7z archive", advice="take the picture out of it")),
    (b"Rar!", FileKind("a RAR archive", advice="take the picture out of it")),
    (b"\x1aE\xdf\xa3", FileKind("a film", advice="take a still of it")),
    (b"OggS", FileKind("a sound or film")),
    (b"ID3", FileKind("a sound")),
    (b"\x7fELF", FileKind("a program")),
    (b"MZ", FileKind("a program")),
    (b"SQLite format 3\0", FileKind("a database")),
    (b"\x93NUMPY", FileKind("a NumPy file", advice="give numpy.load(…) of it")),
    (b"\x80\x04\x95", FileKind("a pickle")),
    (b"version https://git-lfs", FileKind("a Git LFS pointer", advice="run git lfs pull")),
)
"""The first bytes of what is no picture of ours, or none at all."""
_BRANDS = {
    b"avif": AVIF, b"avis": AVIF,
    b"heic": HEIF, b"heix": HEIF, b"heim": HEIF, b"heis": HEIF, b"hevc": HEIF, b"hevx": HEIF,
    b"mif1": HEIF, b"msf1": HEIF,
    b"crx ": FileKind("a camera's raw file", advice="develop it to JPEG"),
}  # fmt: skip
"""Four-letter brands of the container that AVIF, HEIC and films share."""
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Lengths of the header that follows "BM" and twelve bytes more."""
_FILM = FileKind("a film", advice="take a still of it")
_MARKUP = re.compile(rb"<(?:!doctype|!--|\?xml|\?php|html|head|body|script|svg|[a-z]+[\s>])", re.I)


def kind_of(head: bytes) -> FileKind:
    """Tell a file's kind.

    Args:
        head: its first `HEAD` bytes, or all where there are fewer.
    """
    if not head:
        return FileKind("empty")
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF":
        return WEBP if head[8:12] == b"WEBP" else FileKind("a sound or film")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return BMP
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    return _of_text(head)


def _of_brands(head: bytes) -> FileKind:
    length = min(int.from_bytes(head[:4], "big"), 128, len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    named = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    # A brand of its own says more than the family's.
    return next((kind for kind in named if kind is not HEIF), named[0] if named else _FILM)


def _of_text(head: bytes) -> FileKind:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.strip(b"\0"):
        return FileKind("nothing but zeros")
    if text[:1] == b"<" and _MARKUP.match(text):
        if re.search(rb"<svg[\s>]", head, re.I):
            return FileKind("an SVG drawing", advice=_DRAWN)
        return FileKind(
            "a web page or other markup", advice="save the picture itself, not its page"
        )
    if text[:1] in (b"{", b"["):
        return FileKind("JSON")
    if all(byte >= 32 or byte in b"\t\n\r\f" for byte in head) and _is_utf8(head):
        return FileKind("text")
    return FileKind("of no kind that is known here")


def _is_utf8(head: bytes) -> bool:
    """Whether it is text in UTF-8; its end may be the middle of a character."""
    return len(head) - len(head.decode("utf-8", "ignore").encode()) < 4
