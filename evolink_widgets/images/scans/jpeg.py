"""JPEG, segment by segment: what decides the pixels is kept as it is, the rest is left out.

A JPEG is a row of segments, each a marker and a length, and between them the coded pixels.
Cameras put Exif, XMP, IPTC, previews and much else into the segments APP0 to APP15.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from evolink_widgets.images.metadata.exif import UPRIGHT, read_exif
from evolink_widgets.images.metadata.icc import sound
from evolink_widgets.images.proof.structure import (
    JPEG_ALONE,
    JPEG_END,
    JPEG_FRAMES,
    JPEG_SCAN,
    JPEG_START,
    NEXT_JPEG_MARKER,
)
from evolink_widgets.images.reference_limits import ReferenceLimits
from evolink_widgets.images.scan_result import Broken, Scan, claimed

__all__ = ["scan_jpeg"]

_MOST_SEGMENTS = 10_000
_FILLING = re.compile(rb"[^\xff]")

_COM, _APP0, _APP1, _APP2, _APP14 = 0xFE, 0xE0, 0xE1, 0xE2, 0xEE
_USUAL_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: what every reader knows."""
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})

_ICC = b"ICC_PROFILE\0"
_EXIF = b"Exif\0"
_XMP = (b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0")
_WORDS = {0xED: "IPTC", 0xEB: "content credentials", _COM: "a comment"}


@dataclass
class _Parts:
    """What was found on the way."""

    front: list[bytes] = field(default_factory=list)
    body: list[bytes | memoryview] = field(default_factory=list)
    profile: dict[int, bytes] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    exif: bytes | None = None
    orientation: int = UPRIGHT
    frame: tuple[int, int, int, int, int] | None = None
    scans: int = 0
    more_pictures: bool = False


def scan_jpeg(data: bytes, limits: ReferenceLimits, *, keep_metadata: bool = False) -> Scan:
    """Look into a JPEG.

    Args:
        data: the file's bytes.
        limits: what is read at most.
        keep_metadata: leave Exif, XMP, comments and the like in it.

    Raises:
        Broken: it breaks off, contradicts itself, or would take minutes to decode.
    """
    parts = _Parts()
    end = _walk(data, limits, parts, keep_metadata)
    if parts.frame is None or not parts.scans:
        raise Broken("it is a JPEG without a picture in it")
    marker, precision, height, width, components = parts.frame
    profile = sound(b"".join(parts.profile[at] for at in sorted(parts.profile)),
                    {1: "L", 3: "RGB", 4: "CMYK"}.get(components, ""), limits)  # fmt: skip
    if parts.profile and profile is None:
        parts.removed.append("a colour profile that makes no sense")
    usual = marker in _USUAL_FRAMES and precision == 8 and components in (1, 3)
    unusual = () if usual or components == 4 else ("Its unusual coding was changed.",)
    clean = [b"\xff\xd8", *parts.front, *_profile_segments(profile), *parts.body, b"\xff\xd9"]
    extra = len(data) - end if data[end:].strip(b"\0") else 0
    return Scan(
        clean=b"".join(clean),
        width=width,
        height=height,
        orientation=parts.orientation,
        profile=profile,
        exif=parts.exif if keep_metadata else None,
        removed=tuple(dict.fromkeys(parts.removed)),
        extra=0 if parts.more_pictures else extra,
        frames=parts.more_pictures and extra > 0,
        recode=unusual if components != 4 else ("",),
        progressive=marker in _PROGRESSIVE,
    )


def _walk(data: bytes, limits: ReferenceLimits, parts: _Parts, keep: bool) -> int:
    """Read all segments up to the end of the picture.

    Returns:
        Where it ends.
    """
    view, at = memoryview(data), 2
    for _ in range(_MOST_SEGMENTS):
        at = data.find(b"\xff", at)
        found = _FILLING.search(data, at) if at >= 0 else None
        if found is None:
            raise Broken(f"it breaks off after {len(data):,} bytes")
        marker, at = data[found.start()], found.end()
        if marker == JPEG_END:
            return at
        if marker in JPEG_ALONE:
            continue
        if marker == JPEG_START:
            raise Broken("it begins a second time in its middle")
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > len(data):
            raise Broken(f"it breaks off after {len(data):,} bytes")
        body, whole = data[at + 2 : at + length], view[at - 2 : at + length]
        at += length
        if marker == JPEG_SCAN:
            at = _take_pixels(data, view, whole, at, limits, parts)
        elif _APP0 <= marker <= 0xEF or marker == _COM:
            _take_application(marker, body, whole, parts, keep)
        else:
            if marker in JPEG_FRAMES:
                _take_frame(marker, body, limits, parts)
            parts.body.append(whole)
    raise Broken(f"it has more than {_MOST_SEGMENTS:,} segments")


def _take_pixels(
    data: bytes,
    view: memoryview,
    header: memoryview,
    at: int,
    limits: ReferenceLimits,
    parts: _Parts,
) -> int:
    if parts.frame is None:
        raise Broken("it is a JPEG whose pixels come before their size")
    _, _, height, width, _ = parts.frame
    parts.scans += 1
    if parts.scans > 1 and parts.scans * width * height > max(limits.scans, 20 * width * height):
        raise Broken(f"it has more than {parts.scans - 1} passes; decoding it would take minutes")
    found = NEXT_JPEG_MARKER.search(data, at)
    if found is None:
        raise Broken(f"it breaks off after {len(data):,} bytes")
    parts.body += [header, view[at : found.start()]]
    return found.start()


def _take_frame(marker: int, body: bytes, limits: ReferenceLimits, parts: _Parts) -> None:
    if parts.frame is not None or len(body) < 6:
        raise Broken("it is a JPEG with two sizes")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    progressive = marker in _PROGRESSIVE
    claimed(width, height, limits.decoded_pixels if progressive else limits.jpeg_pixels)
    parts.frame = (marker, body[0], height, width, body[5])


def _take_application(
    marker: int, body: bytes, whole: memoryview, parts: _Parts, keep: bool
) -> None:
    if marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 12:
        if not parts.front:
            parts.front.append(b"\xff\xe0\x00\x10" + body[:12] + b"\0\0")
        if any(body[12:14]):
            parts.removed.append("a thumbnail")
        return
    if marker == _APP2 and body.startswith(_ICC) and len(body) > 14:
        parts.profile.setdefault(body[12], body[14:])
        return
    if marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
        parts.body.append(b"\xff\xee\x00\x0e" + body[:12])
        return
    if marker == _APP2 and body.startswith(b"MPF\0"):
        parts.more_pictures = True  # offsets into the file, which no longer hold
        return
    if marker == _APP1 and body.startswith(_EXIF) and parts.exif is None:
        facts = read_exif(body[6:])
        parts.exif, parts.orientation = facts.upright, facts.orientation
        word = "Exif with a position" if facts.position else "Exif"
    elif marker == _APP1:
        word = "XMP" if body.startswith(_XMP) else "Exif" if body.startswith(_EXIF) else ""
    else:
        word = "a thumbnail" if body.startswith(b"JFXX\0") else _WORDS.get(marker, "")
    if keep:
        parts.body.append(whole)
    else:
        parts.removed.append(word or "application data")


def _profile_segments(profile: bytes | None) -> list[bytes]:
    if profile is None:
        return []
    room = 65_519
    pieces = [profile[at : at + room] for at in range(0, len(profile), room)]
    if len(pieces) > 255:
        return []
    return [
        b"\xff\xe2" + (len(piece) + 16).to_bytes(2, "big") + _ICC + bytes((number, len(pieces)))
        + piece
        for number, piece in enumerate(pieces, 1)
    ]  # fmt: skip
