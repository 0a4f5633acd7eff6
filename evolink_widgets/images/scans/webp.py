"""WebP, chunk by chunk: the coded picture, its transparency and its profile are kept."""

from __future__ import annotations

from collections.abc import Iterator

from evolink_widgets.images.metadata.exif import UPRIGHT, read_exif
from evolink_widgets.images.metadata.icc import sound
from evolink_widgets.images.proof.structure import webp_pixels
from evolink_widgets.images.reference_limits import ReferenceLimits
from evolink_widgets.images.scan_result import Broken, Scan, claimed

__all__ = ["scan_webp"]

_MOST_CHUNKS = 10_000
_ICC, _ALPHA, _EXIF, _XMP, _ANIMATED = 0x20, 0x10, 0x08, 0x04, 0x02
_WORDS = {b"EXIF": "Exif", b"XMP ": "XMP"}


def scan_webp(data: bytes, limits: ReferenceLimits, *, keep_metadata: bool = False) -> Scan:
    """Look into a WebP.

    Args:
        data: the file's bytes.
        limits: what is read at most.
        keep_metadata: leave Exif, XMP, comments and the like in it.

    Raises:
        Broken: it breaks off, or holds no picture.
    """
    end = int.from_bytes(data[4:8], "little") + 8
    if end > len(data) or end < 20:
        raise Broken(f"it breaks off after {len(data):,} bytes")
    kept: list[tuple[bytes, bytes]] = []
    removed: list[str] = []
    canvas, size = None, None
    orientation, exif, profile, animated = UPRIGHT, None, None, False
    for name, body in _chunks(data, end):
        if name == b"VP8X" and (pixels := webp_pixels(name, body[:10])) is not None:
            canvas = (body[0], *pixels)
            animated = bool(body[0] & _ANIMATED)
        elif name in (b"VP8 ", b"VP8L") and size is None:
            size = webp_pixels(name, body[:10])
            kept.append((name, body))
        elif name == b"ALPH" and size is None:
            kept.append((name, body))
        elif name in (b"ANIM", b"ANMF"):
            animated = True
        elif name == b"ICCP" and profile is None:
            profile = sound(body, "RGB", limits)
            if profile is None:
                removed.append("a colour profile that makes no sense")
        elif name in _WORDS and keep_metadata:
            kept.append((name, body))
        else:
            removed.append(_WORDS.get(name, "application data"))
        if name == b"EXIF":
            facts = read_exif(body.removeprefix(b"Exif\0\0"))
            orientation, exif = facts.orientation, facts.upright
            if facts.position and not keep_metadata:
                removed[-1] = "Exif with a position"
    if size is None and not (animated and canvas):
        raise Broken("it is a WebP without a picture in it")
    width, height = size if size is not None and not animated else canvas[1:] if canvas else (0, 0)
    claimed(width, height, limits.decoded_pixels)
    # The frames of a film are not taken apart: the first is decoded.
    whole = data[:end] if animated else _rebuilt(kept, canvas, (width, height), profile)
    return Scan(
        clean=whole,
        width=width,
        height=height,
        orientation=orientation,
        profile=profile,
        exif=exif if keep_metadata else None,
        removed=tuple(dict.fromkeys(removed)),
        extra=len(data) - end if data[end:].strip(b"\0") else 0,
        frames=animated,
        recode=("",) if animated else (),
    )


def _chunks(data: bytes, end: int) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            return
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > end:
            raise Broken(f"it breaks off after {len(data):,} bytes")
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise Broken(f"it has more than {_MOST_CHUNKS:,} chunks")


def _rebuilt(
    kept: list[tuple[bytes, bytes]],
    canvas: tuple[int, int, int] | None,
    size: tuple[int, int],
    profile: bytes | None,
) -> bytes:
    names = {name for name, _ in kept}
    flags = (canvas[0] & _ALPHA if canvas else 0) | (_ICC if profile else 0)
    flags |= (_EXIF if b"EXIF" in names else 0) | (_XMP if b"XMP " in names else 0)
    chunks = list(kept)
    if profile is not None:
        chunks.insert(0, (b"ICCP", profile))
    if flags or b"ALPH" in names:
        width, height = ((edge - 1).to_bytes(3, "little") for edge in size)
        chunks.insert(0, (b"VP8X", bytes((flags, 0, 0, 0)) + width + height))
    else:  # a plain file holds its picture alone
        chunks = [chunk for chunk in chunks if chunk[0] in (b"VP8 ", b"VP8L")]
    body = b"".join(
        name + len(part).to_bytes(4, "little") + part + b"\0" * (len(part) % 2)
        for name, part in chunks
    )
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body
