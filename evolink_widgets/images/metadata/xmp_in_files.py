"""Finds and inserts XMP in PNG, JPEG and WebP; every other byte stays as it was.

PNG: an `iTXt` chunk with the keyword `XML:com.adobe.xmp`, here right behind the header.
JPEG: an APP1 segment before the picture; what does not fit into one (65,502 bytes) goes on in
APP1 segments of another signature, each with the MD5 of the whole, its length, and its place.
WebP: a chunk `XMP ` behind the picture, announced by a flag in `VP8X`, which simple files have
not and then get. (XMP specification part 3; WebP container specification.)
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from evolink_widgets.images.metadata.xmp import MOST_BYTES
from evolink_widgets.images.png_chunks import SIGNATURE, png_chunk
from evolink_widgets.images.proof.check_picture import sniff

_PNG_HEAD = len(SIGNATURE)
_PNG_XMP = b"XML:com.adobe.xmp\x00"
_JPEG_EXIF = b"Exif\x00\x00"
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_MORE = b"http://ns.adobe.com/xmp/extension/\x00"
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
JPEG_MOST = 65_502
"""Bytes of a packet that fit into one JPEG segment."""
_JPEG_BLOCK = 65_400
_WEBP_XMP, _WEBP_ALPHA = 0x04, 0x10


class BadContainer(Exception):
    """The bytes are no whole PNG, JPEG or WebP; `str()` says what is wrong."""


class Packets(NamedTuple):
    """The XMP in a file: the packet, and by their MD5 the extensions of it (JPEG alone)."""

    main: bytes | None
    extensions: dict[str, bytes]


class _Part(NamedTuple):
    name: bytes
    start: int
    body: int
    end: int


def packets(data: bytes) -> Packets:
    """Return the XMP of a picture file.

    Raises:
        BadContainer: it is no PNG, JPEG or WebP, or it breaks off.
    """
    kind = sniff(data[:16])
    if kind == "png":
        found = [
            _png_text(data[part.body : part.end - 4]) for part in _png(data) if _is_xmp(data, part)
        ]
        return Packets(found[0] if found else None, {})
    if kind == "webp":
        bodies = [
            data[part.body : part.body + _size(data, part)]
            for part in _webp(data)
            if part.name == b"XMP "
        ]
        return Packets(bodies[0] if bodies else None, {})
    if kind == "jpeg":
        return _jpeg_packets(data)
    raise BadContainer("it is no PNG, JPEG or WebP")


def guid(extension: bytes) -> str:
    """Return the name under which a JPEG's packet refers to its extension."""
    return hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()


def with_packet(data: bytes, packet: bytes, extension: bytes = b"") -> bytes:
    """Return the picture file with this XMP in place of the one it has.

    Args:
        data: the file.
        packet: the XMP; at most `JPEG_MOST` bytes for a JPEG.
        extension: what goes on behind it, for a JPEG alone.

    Raises:
        BadContainer: it is no PNG, JPEG or WebP, or it breaks off.
    """
    kind = sniff(data[:16])
    if kind == "png":
        return _png_with(data, packet)
    if kind == "jpeg":
        return _jpeg_with(data, packet, extension)
    if kind == "webp":
        return _webp_with(data, packet)
    raise BadContainer("it is no PNG, JPEG or WebP")


def _png(data: bytes) -> Iterator[_Part]:
    place = _PNG_HEAD
    while place + 12 <= len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        if end > len(data):
            break
        part = _Part(data[place + 4 : place + 8], place, place + 8, end)
        if place == _PNG_HEAD and part.name != b"IHDR":
            break
        yield part
        if part.name == b"IEND":
            return
        place = end
    raise BadContainer(f"the PNG breaks off after {place:,} bytes")


def _is_xmp(data: bytes, part: _Part) -> bool:
    return part.name == b"iTXt" and data.startswith(_PNG_XMP, part.body)


def _png_text(body: bytes) -> bytes:
    rest = body[len(_PNG_XMP) :]
    packed = rest[:1] == b"\x01"
    _, _, rest = rest[2:].partition(b"\x00")  # the language
    _, _, text = rest.partition(b"\x00")  # the keyword in that language
    if not packed:
        return text
    try:
        opened = zlib.decompressobj().decompress(text, MOST_BYTES + 1)
    except zlib.error as exc:
        raise BadContainer(f"the PNG's XMP can't be unpacked ({exc})") from exc
    return opened


def _png_with(data: bytes, packet: bytes) -> bytes:
    chunk = png_chunk(b"iTXt", _PNG_XMP + b"\x00\x00\x00\x00" + packet)
    parts = list(_png(data))
    kept = [data[part.start : part.end] for part in parts if not _is_xmp(data, part)]
    return b"".join([data[:_PNG_HEAD], kept[0], chunk, *kept[1:], data[parts[-1].end :]])


def _jpeg(data: bytes) -> Iterator[_Part]:
    """Yield the segments before the picture; the last part is all the rest."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF or marker in _JPEG_ALONE:
            place += 1 if marker == 0xFF else 2
            continue
        if marker in (0xD9, 0xDA):
            yield _Part(b"", place, place, len(data))
            return
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if end < place + 4 or end > len(data):
            break
        yield _Part(bytes([marker]), place, place + 4, end)
        place = end
    raise BadContainer(f"the JPEG is damaged after {place:,} bytes")


def _holds(data: bytes, part: _Part, signature: bytes) -> bool:
    return part.name == b"\xe1" and data.startswith(signature, part.body)


def _jpeg_packets(data: bytes) -> Packets:
    main: bytes | None = None
    blocks: dict[str, dict[int, bytes]] = {}
    lengths: dict[str, int] = {}
    for part in _jpeg(data):
        if main is None and _holds(data, part, _JPEG_XMP):
            main = data[part.body + len(_JPEG_XMP) : part.end]
        elif _holds(data, part, _JPEG_MORE):
            head = part.body + len(_JPEG_MORE)
            if head + 40 > part.end:
                continue
            name = data[head : head + 32].decode("ascii", "replace")
            lengths[name] = int.from_bytes(data[head + 32 : head + 36], "big")
            offset = int.from_bytes(data[head + 36 : head + 40], "big")
            blocks.setdefault(name, {})[offset] = data[head + 40 : part.end]
    whole = {}
    for name, some in blocks.items():
        joined = b"".join(some[offset] for offset in sorted(some))
        if len(joined) == lengths[name] and guid(joined) == name:
            whole[name] = joined
    return Packets(main, whole)


def _jpeg_with(data: bytes, packet: bytes, extension: bytes) -> bytes:
    parts = list(_jpeg(data))
    first = next(
        number
        for number, part in enumerate(parts)
        # JFIF and Exif each want to be the very first.
        if part.name != b"\xe0" and not _holds(data, part, _JPEG_EXIF)
    )
    new = [_segment(_JPEG_XMP + packet)]
    name, length = guid(extension).encode("ascii"), len(extension).to_bytes(4, "big")
    for offset in range(0, len(extension), _JPEG_BLOCK):
        block = extension[offset : offset + _JPEG_BLOCK]
        new.append(_segment(_JPEG_MORE + name + length + offset.to_bytes(4, "big") + block))
    before = data[: parts[first].start]
    after = [
        data[part.start : part.end] for part in parts[first:] if not _holds(data, part, _JPEG_XMP)
    ]
    return b"".join([before, *new, *after])


def _segment(body: bytes) -> bytes:
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


def _webp(data: bytes) -> Iterator[_Part]:
    place, last = 12, 8 + int.from_bytes(data[4:8], "little")
    if last > len(data):
        raise BadContainer(f"the WebP breaks off after {len(data):,} bytes")
    while place + 8 <= last:
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        end = place + 8 + size + size % 2
        if place + 8 + size > last:
            raise BadContainer(f"the WebP is damaged after {place:,} bytes")
        yield _Part(data[place : place + 4], place, place + 8, min(end, last))
        place = end


def _size(data: bytes, part: _Part) -> int:
    return int.from_bytes(data[part.start + 4 : part.start + 8], "little")


def _webp_with(data: bytes, packet: bytes) -> bytes:
    parts = list(_webp(data))
    if not parts:
        raise BadContainer("the WebP is empty")
    chunks = [_padded(data[part.start : part.end]) for part in parts if part.name != b"XMP "]
    if parts[0].name == b"VP8X":
        head = bytearray(chunks.pop(0))
        head[8] |= _WEBP_XMP
    else:
        width, height, alpha = _webp_canvas(data, parts[0])
        head = bytearray(b"VP8X\x0a\x00\x00\x00")
        head += bytes([_WEBP_XMP | (_WEBP_ALPHA if alpha else 0), 0, 0, 0])
        head += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    xmp = _padded(b"XMP " + len(packet).to_bytes(4, "little") + packet)
    body = b"".join([b"WEBP", bytes(head), *chunks, xmp])
    after = data[8 + int.from_bytes(data[4:8], "little") :]
    return b"RIFF" + len(body).to_bytes(4, "little") + body + after


def _padded(chunk: bytes) -> bytes:
    return chunk + b"\x00" * (len(chunk) % 2)


def _webp_canvas(data: bytes, part: _Part) -> tuple[int, int, bool]:
    """Return width, height and whether there may be transparency, from a simple file."""
    head = data[part.body : part.body + 10]
    if part.name == b"VP8L" and head[:1] == b"\x2f":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    if part.name == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width = int.from_bytes(head[6:8], "little") & 0x3FFF
        return width, int.from_bytes(head[8:10], "little") & 0x3FFF, False
    raise BadContainer("the WebP begins with no picture")
