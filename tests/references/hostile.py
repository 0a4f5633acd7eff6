"""Hostile files, made by code: each with the fate that it must meet.

"refused": an error with a reason. "safe": a picture with nothing of `MARK` in it. "either": the
one or the other, as the decoder has it; never a crash, never a hang.
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageCms, TiffImagePlugin
from png_parts import SIGNATURE, chunk

MARK = b"GPS-SECRET-48.8584N-2.2945E"
"""A position in words. No byte of it may be in anything that is sent."""


@dataclass(frozen=True)
class Hostile:
    """One file.

    Attributes:
        fate: "refused", "safe" or "either".
        make: its bytes.
    """

    fate: str
    make: Callable[[], bytes]


HOSTILE: dict[str, Hostile] = {}
"""By name; the ending is part of the attack."""


def add(name: str, fate: str, make: Callable[[], bytes]) -> None:
    assert name not in HOSTILE, name
    HOSTILE[name] = Hostile(fate, make)


# What the files are made of.


@cache
def drawn(mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    small = Image.frombytes("RGB", (8, 8), random.Random(7).randbytes(192))
    return small.resize(size, Image.Resampling.BICUBIC).convert(mode)


def saved(kind: str, mode: str = "RGB", size: tuple[int, int] = (96, 64), **how: object) -> bytes:
    out = io.BytesIO()
    drawn(mode, size).save(out, kind, **how)
    return out.getvalue()


def exif(orientation: int = 1, order: str = "<") -> bytes:
    """Exif with a position, the maker's name being `MARK`; from the byte order mark on."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    data = 8 + 2 + 4 * 12 + 4
    place = data + len(MARK) + 1
    entries = [
        struct.pack(f"{order}HHII", 0x010F, 2, len(MARK) + 1, data),
        struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0),
        struct.pack(f"{order}HHII", 0x8825, 4, 1, place),
        struct.pack(f"{order}HHII", 0x9286, 2, len(MARK) + 1, data),
    ]
    first = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)
    gps = [
        struct.pack(f"{order}HHI4s", 1, 2, 2, b"N\0"),
        struct.pack(f"{order}HHII", 2, 5, 3, place + 2 + 2 * 12 + 4),
    ]
    numbers = struct.pack(f"{order}6I", 48, 1, 51, 1, 30, 1)
    table = struct.pack(f"{order}H", len(gps)) + b"".join(gps) + bytes(4)
    return mark + struct.pack(f"{order}I", 8) + first + MARK + b"\0" + table + numbers


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf>" + MARK + b"</rdf></x:xmpmeta>"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(MARK)) + MARK


@cache
def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


END = chunk(b"IEND")


def header(
    width: int = 8, height: int = 8, depth: int = 8, colour: int = 2, lace: int = 0
) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace))


def idat(width: int = 8, height: int = 8, channels: int = 3) -> bytes:
    row = b"\0" + bytes(range(width * channels % 256)).ljust(width * channels, b"\x40")
    return chunk(b"IDAT", zlib.compress(row * height))


def png(*before: bytes, after: bytes = b"") -> bytes:
    return SIGNATURE + header() + b"".join(before) + idat() + END + after


def named_profile(profile: bytes) -> bytes:
    return chunk(b"iCCP", MARK + b"\0\0" + zlib.compress(profile))


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(*parts: bytes, after: bytes = b"", **how: object) -> bytes:
    """A JPEG with more segments after its beginning."""
    plain = saved("JPEG", **how)  # type: ignore[arg-type]
    return plain[:2] + b"".join(parts) + plain[2:] + after


def at_frame(data: bytes) -> int:
    """Where the size stands in a JPEG."""
    found = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    return found + 5


def resized(data: bytes, width: int, height: int) -> bytes:
    at = at_frame(data)
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def riff(*parts: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body + after


@cache
def vp8() -> bytes:
    plain = saved("WEBP", quality=80)
    return plain[20 : 20 + int.from_bytes(plain[16:20], "little")]


def vp8x(flags: int, width: int = 96, height: int = 64) -> tuple[bytes, bytes]:
    edges = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes((flags, 0, 0, 0)) + edges


def tiff(*entries: tuple[int, int, int, int], tail: bytes = b"", loop: bool = False) -> bytes:
    """A gray TIFF of 8×8 whose table can be added to; `loop`: the next table is the first."""
    rows = {
        256: (3, 1, 8), 257: (3, 1, 8), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1),
        273: (4, 1, 0), 277: (3, 1, 1), 278: (3, 1, 8), 279: (4, 1, 64),
    }  # fmt: skip
    rows.update({tag: (kind, count, value) for tag, kind, count, value in entries})
    size = 2 + 12 * len(rows) + 4
    if rows[273][2] == 0:
        rows[273] = (4, 1, 8 + size)
    table = struct.pack("<H", len(rows))
    for tag, (kind, count, value) in sorted(rows.items()):
        table += struct.pack("<HHII", tag, kind, count, value)
    table += struct.pack("<I", 8 if loop else 0)
    return b"II*\0" + struct.pack("<I", 8) + table + bytes(range(64)) + tail


def gif(*extensions: bytes, after: bytes = b"") -> bytes:
    plain = saved("GIF", "P")
    at = 13 + 3 * 2 ** ((plain[10] & 7) + 1)
    return plain[:at] + b"".join(extensions) + plain[at:] + after


def comment(text: bytes) -> bytes:
    return b"\x21\xfe" + bytes((len(text),)) + text + b"\0"


def screen(width: int, height: int, flags: int = 0) -> bytes:
    """How a GIF begins."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, flags, 0, 0)


def frame(width: int, height: int) -> bytes:
    """One picture of a GIF, with a single pixel in it."""
    return b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0"


SVG = (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script>"
       b"<text>" + MARK + b"</text></svg>")  # fmt: skip
HTML = b"<!DOCTYPE html><html><script>alert(1)</script>" + MARK + b"</html>"
ZIP = b"PK\x03\x04" + bytes(26) + MARK + b"PK\x05\x06" + bytes(18)

# Nothing, and nearly nothing.

add("empty.png", "refused", lambda: b"")
add("one-byte.jpg", "refused", lambda: b"\xff")
add("zeros.png", "refused", lambda: bytes(1_000_000))
add("noise.webp", "refused", lambda: random.Random(3).randbytes(5000))
for ending, beginning in {
    "png": SIGNATURE, "jpg": b"\xff\xd8\xff", "webp": b"RIFF\xff\xff\0\0WEBP", "gif": b"GIF89a",
    "bmp": b"BM", "tif": b"II*\0", "avif": b"\0\0\0\x1cftypavif",
}.items():  # fmt: skip
    add(f"only-a-beginning.{ending}", "refused", lambda beginning=beginning: beginning)

# What is no picture, called one.

for name, content in {
    "svg-with-script.png": SVG,
    "svg-with-bom.jpg": b"\xef\xbb\xbf<?xml version='1.0'?>\n" + SVG,
    "page.jpg": HTML,
    "page-after-blanks.png": b"\n \t" + HTML,
    "bare-script.png": b"<script>alert(1)</script>",
    "laughs.png": b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><l/>",
    "program.php.jpg": b"<?php system($_GET['c']); ?>",
    "document.png": b"%PDF-1.7\n1 0 obj\n/JavaScript (app.alert(1))\n",
    "postscript.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
    "archive.webp": ZIP,
    "program.png": b"\x7fELF\x02\x01\x01" + bytes(60),
    "windows.png": b"MZ" + bytes(60) + saved("PNG"),
    "film.png": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100),
    "pickle.png": b"\x80\x04\x95\x1b\0\0\0\0\0\0\0cposix\nsystem\n(S'true'\ntR.",
    "icon.png": b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0" + bytes(1128),
    "photoshop.jpg": b"8BPS\0\1" + bytes(40),
    "words.gif": "Kein Bild, nur Wörter.\n".encode() * 40,
    "record.png": b'{"image": "data:image/png;base64,AAAA"}',
    "pointer.png": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n",
    "sound.webp": b"RIFF\x24\0\0\0WAVEfmt " + bytes(24),
    "phone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
}.items():
    add(name, "refused", lambda content=content: content)

# Another kind than the name says: taken for what it is.

add("jpeg-called.png", "safe", lambda: saved("JPEG"))
add("png-called.jpg", "safe", lambda: saved("PNG"))
add("webp-called.gif", "safe", lambda: saved("WEBP"))
add("gif-called.webp", "safe", lambda: saved("GIF", "P"))

# Broken off, at many places.

for kind, ending in {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}.items():
    for share in (2, 10, 33, 50, 75, 95):
        add(f"cut-at-{share}.{ending}", "refused",
            lambda kind=kind, share=share: _cut(saved(kind, size=(160, 120)), share))  # fmt: skip
    add(f"cut-by-one.{ending}", "refused", lambda kind=kind: saved(kind, size=(160, 120))[:-1])
for kind, ending in {"GIF": "gif", "BMP": "bmp", "TIFF": "tif", "AVIF": "avif"}.items():
    for share in (10, 50, 90):
        add(f"cut-at-{share}.{ending}", "either" if share == 90 else "refused",
            lambda kind=kind, share=share: _cut(saved(kind, size=(160, 120)), share))  # fmt: skip
add("cut-progressive.jpg", "refused", lambda: _cut(saved("JPEG", progressive=True), 60))


def _cut(data: bytes, share: int) -> bytes:
    return data[: max(1, len(data) * share // 100)]


# Bombs.

add("bomb-size.png", "refused", lambda: SIGNATURE + header(60_000, 60_000) + idat() + END)
add("bomb-edge.png", "refused", lambda: SIGNATURE + header(2**31 - 1, 1) + idat() + END)
add("bomb-pixels.png", "safe", lambda: SIGNATURE + header()
    + chunk(b"IDAT", zlib.compress(bytes(80_000_000))) + END)  # fmt: skip
add("bomb-claimed.png", "refused", lambda: SIGNATURE + header(10_000, 10_000) + idat() + END)
add(
    "bomb-text.png",
    "safe",
    lambda: png(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(40_000_000)))),
)
add(
    "bomb-profile.png",
    "safe",
    lambda: png(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(40_000_000)))),
)
add("bomb-chunks.png", "refused", lambda: png(chunk(b"tEXt") * 150_000))
add("bomb-size.jpg", "refused", lambda: resized(saved("JPEG"), 65_500, 65_500))
add("bomb-progressive.jpg", "refused",
    lambda: resized(saved("JPEG", progressive=True), 16_000, 16_000))  # fmt: skip
add("bomb-passes.jpg", "refused", lambda: _passes(700))
add("bomb-segments.jpg", "refused", lambda: jpeg(segment(0xFE, b"") * 60_000))
add("bomb-filling.jpg", "safe", lambda: jpeg(b"\xff" * 20_000_000))
add("bomb-size.webp", "safe", lambda: riff(vp8x(0, 2**24, 2**24), (b"VP8 ", vp8())))
add("bomb-film.webp", "refused", lambda: riff(vp8x(2, 2**14, 2**14), (b"ANIM", bytes(6)),
                                              (b"ANMF", bytes(16) + vp8())))  # fmt: skip
add("bomb-lossless.webp", "refused",
    lambda: riff((b"VP8L", b"\x2f" + (2**28 - 1).to_bytes(4, "little") + bytes(8))))  # fmt: skip
add("bomb-chunks.webp", "refused", lambda: riff(vp8x(0), *[(b"JUNK", b"")] * 30_000))
add("bomb-screen.gif", "refused", lambda: screen(65_535, 65_535) + frame(65_535, 65_535) + b"\x3b")
add("bomb-frame.gif", "refused", lambda: screen(8, 8) + frame(65_535, 65_535) + b"\x3b")
add("bomb-frames.gif", "safe", lambda: _frames(50_000))
add("bomb-size.bmp", "refused", lambda: _bmp(50_000, 50_000))
add("bomb-height.bmp", "refused", lambda: _bmp(2**31 - 1, 2**31 - 1))
add("bomb-runs.bmp", "either", lambda: _bmp(10_000, 10_000, bits=8, compression=1))
add("bomb-size.tif", "refused", lambda: tiff((256, 4, 1, 100_000), (257, 4, 1, 100_000)))
add("bomb-edge.tif", "refused", lambda: tiff((256, 4, 1, 2**32 - 1), (257, 4, 1, 2**32 - 1)))
add("bomb-strips.tif", "either", lambda: tiff((273, 4, 2**30, 8), (279, 4, 2**30, 8)))
add("bomb-tag.tif", "either", lambda: tiff((270, 2, 2**32 - 1, 8)))
add("bomb-deflate.tif", "either", lambda: tiff((259, 3, 1, 8), (279, 4, 1, 400_000),
    tail=zlib.compress(bytes(80_000_000))))  # fmt: skip


def _passes(number: int) -> bytes:
    """A progressive JPEG whose first pass comes again and again."""
    out = io.BytesIO()
    Image.new("RGB", (2000, 2000), "red").save(out, "JPEG", progressive=True, quality=10)
    data = out.getvalue()
    at = data.index(b"\xff\xda")
    end = data.index(b"\xff\xc4", at)
    return data[:at] + data[at:end] * number + data[end:]


def _frames(number: int) -> bytes:
    palette = bytes(range(12))
    return screen(1, 1, 0x81) + palette + frame(1, 1) * number + b"\x3b"


def _bmp(width: int, height: int, bits: int = 24, compression: int = 0) -> bytes:
    palette = bytes(1024) if bits == 8 else b""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 54 + len(palette)) + head + palette + bytes(64)


# Tables that lead in circles, lengths that can't be, checksums that are wrong.

add("circle.tif", "safe", lambda: tiff(loop=True))
add("circle-exif.tif", "safe", lambda: tiff((34665, 4, 1, 8), (34853, 4, 1, 8), (330, 4, 1, 8)))
add("nowhere.tif", "refused", lambda: b"II*\0\xff\xff\xff\xff" + bytes(20))
add("itself.tif", "refused", lambda: b"II*\0\0\0\0\0" + bytes(20))
add("entries.tif", "refused", lambda: b"II*\0\x08\0\0\0\xff\xff" + bytes(40))
add("big.tif", "either", lambda: b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**63) + bytes(40))
add(
    "longest-chunk.png",
    "refused",
    lambda: SIGNATURE + header() + b"\xff\xff\xff\xffIDAT" + bytes(99),
)
add(
    "longest-legal.png",
    "refused",
    lambda: SIGNATURE + header() + b"\x7f\xff\xff\xfftEXt" + bytes(99),
)
add("crc-of-header.png", "refused", lambda: _flip(png(), 30))
add(
    "crc-of-pixels.png",
    "refused",
    lambda: SIGNATURE + header() + chunk(b"IDAT", b"x", check=5) + END,
)
add("crc-of-end.png", "refused", lambda: _flip(png(), -1))
add("crc-of-text.png", "safe", lambda: png(chunk(b"tEXt", b"a\0" + MARK, check=1)))
add("crc-of-palette.png", "refused", lambda: png(chunk(b"PLTE", bytes(6), check=1)))
add("no-pixels.png", "refused", lambda: SIGNATURE + header() + END)
add("no-end.png", "refused", lambda: SIGNATURE + header() + idat())
add("two-headers.png", "refused", lambda: SIGNATURE + header() + header() + idat() + END)
add("late-header.png", "refused", lambda: SIGNATURE + idat() + header() + END)
add("no-edge.png", "refused", lambda: SIGNATURE + header(0, 8) + idat() + END)
add("three-bits.png", "refused", lambda: SIGNATURE + header(depth=3) + idat() + END)
add("no-colour.png", "refused", lambda: SIGNATURE + header(colour=5) + idat() + END)
add("critical.png", "refused", lambda: png(chunk(b"CgBI", bytes(4))))
add("unnamed.png", "refused", lambda: png(chunk(b"\0\0\0\0", MARK)))
add("garbage-pixels.png", "refused",
    lambda: SIGNATURE + header() + chunk(b"IDAT", b"\x78\x9c" + bytes(40)) + END)  # fmt: skip
add("few-pixels.png", "refused", lambda: SIGNATURE + header(8, 800) + idat() + END)
add("no-palette.png", "refused",
    lambda: SIGNATURE + header(colour=3) + idat(channels=1) + END)  # fmt: skip
add("interlaced.png", "refused", lambda: SIGNATURE + header(lace=1) + idat(4, 4) + END)
add("long-segment.jpg", "refused", lambda: b"\xff\xd8\xff\xe1\xff\xff" + bytes(99))
add("no-length.jpg", "refused", lambda: jpeg(b"\xff\xe1\0\0"))
add(
    "no-frame.jpg",
    "refused",
    lambda: b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + b"\xff\xd9",
)
add("two-frames.jpg", "refused", lambda: jpeg(segment(0xC0, b"\x08\0\x08\0\x08\1\1\x11\0")))
add("two-beginnings.jpg", "refused", lambda: jpeg(b"\xff\xd8"))
add("no-edge.jpg", "refused", lambda: resized(saved("JPEG"), 0, 64))
add("no-height.jpg", "refused", lambda: resized(saved("JPEG"), 96, 0))
add("twelve-bits.jpg", "refused", lambda: _put(saved("JPEG"), at_frame(saved("JPEG")) - 1, 12))
add(
    "no-tables.jpg",
    "refused",
    lambda: _put(saved("JPEG"), saved("JPEG").index(b"\xff\xdb") + 1, 0xFE),
)
add("pixels-first.jpg", "refused", lambda: b"\xff\xd8" + segment(0xDA, bytes(6)) + b"\0\xff\xd9")
add(
    "longest-chunk.webp", "refused", lambda: b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff" + vp8()
)
add("long-inside.webp", "refused", lambda: _put(saved("WEBP"), 19, 0x7F))
add("no-picture.webp", "refused", lambda: riff(vp8x(0), (b"EXIF", exif())))
add("garbage.webp", "either", lambda: riff((b"VP8 ", vp8()[:10] + bytes(400))))
add(
    "garbage-lossless.webp",
    "refused",
    lambda: riff((b"VP8L", b"\x2f\xff\xff\0\x10" + b"\xff" * 99)),
)
add("garbage.avif", "refused", lambda: b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(300))
add("flipped.avif", "either", lambda: _put(saved("AVIF"), len(saved("AVIF")) // 2, 0))
add("garbage.gif", "refused", lambda: b"GIF89a" + random.Random(4).randbytes(400))
add("no-picture.gif", "refused", lambda: screen(8, 8) + b"\x3b")
add(
    "garbage.bmp",
    "refused",
    lambda: b"BM" + bytes(12) + b"\x28\0\0\0" + random.Random(5).randbytes(99),
)


def _flip(data: bytes, at: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes((data[at] ^ 0xFF,)) + data[at + 1 :]


def _put(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes((value,)) + data[at + 1 :]


# Two things in one file.

add("zip-behind.png", "safe", lambda: png(after=ZIP))
add("zip-behind.jpg", "safe", lambda: jpeg(after=ZIP))
add("page-behind.webp", "safe", lambda: saved("WEBP") + HTML)
add("zip-behind.gif", "safe", lambda: gif(after=ZIP))
add("script-within.gif", "safe", lambda: gif(comment(b"*/=1;alert(1)//" + MARK)))
add("script-within.jpg", "safe", lambda: jpeg(segment(0xFE, b"*/=1;<script>" + MARK)))
add("php-within.png", "safe", lambda: png(chunk(b"tEXt", b"c\0<?php " + MARK + b" ?>")))
add("script-within.bmp", "safe", lambda: _gap(b"*/=1;alert(1)//" + MARK))
add("picture-in-document.jpg", "refused", lambda: b"%PDF-1.4\nstream\n" + saved("JPEG"))
add("page-before.png", "refused", lambda: HTML + saved("PNG"))
add("behind-pixels.png", "safe", lambda: SIGNATURE + header() + chunk(b"IDAT", zlib.compress(
    (b"\0" + bytes(24)) * 8) + MARK) + END)  # fmt: skip
add("chunk-behind-pixels.png", "safe", lambda: SIGNATURE + header() + idat()
    + chunk(b"IDAT", MARK) + END)  # fmt: skip
add("within-pixels.png", "safe", lambda: SIGNATURE + header() + chunk(b"IDAT", zlib.compress(
    (b"\0" + bytes(24)) * 8 + MARK, 0)) + END)  # fmt: skip


def _gap(text: bytes) -> bytes:
    """A BMP whose pixels begin later than its header ends."""
    plain = saved("BMP")
    at = 54 + len(text)
    return plain[:10] + struct.pack("<I", at) + plain[14:54] + text + plain[54:]


# Profiles of garbage, or of another's colours.

ICC_HEAD = b"ICC_PROFILE\0\1\1"
GARBAGE = MARK * 20
FALSE = struct.pack(">I", 600) + bytes(12) + b"RGB XYZ " + bytes(12) + b"acsp" + MARK * 22
for name, profile in {
    "garbage": GARBAGE,
    "false": FALSE,
    "endless": b"\xff" * 4 + FALSE[4:],
}.items():
    add(f"profile-{name}.jpg", "safe",
        lambda profile=profile: jpeg(segment(0xE2, ICC_HEAD + profile)))  # fmt: skip
    add(f"profile-{name}.png", "safe",
        lambda profile=profile: png(named_profile(profile)))  # fmt: skip
    add(f"profile-{name}.webp", "safe",
        lambda profile=profile: riff(vp8x(0x20), (b"ICCP", profile), (b"VP8 ", vp8())))  # fmt: skip
    add(f"profile-{name}.tif", "safe", lambda profile=profile: saved("TIFF", icc_profile=profile))
add("profile-for-cmyk.jpg", "safe",
    lambda: jpeg(segment(0xE2, ICC_HEAD + GARBAGE), mode="CMYK"))  # fmt: skip
add("profile-named.png", "safe",
    lambda: png(named_profile(srgb())))  # fmt: skip
add("profile-with-tail.jpg", "safe", lambda: jpeg(segment(0xE2, ICC_HEAD + srgb() + MARK)))

# A position, in every place where one can be.

for order, word in (("<", "little"), (">", "big")):
    for orientation in (1, 6):
        block = exif(orientation, order)
        add(f"exif-{word}-{orientation}.jpg", "safe",
            lambda block=block: jpeg(segment(0xE1, b"Exif\0\0" + block)))  # fmt: skip
        add(
            f"exif-{word}-{orientation}.png", "safe", lambda block=block: png(chunk(b"eXIf", block))
        )
        add(f"exif-{word}-{orientation}.webp", "safe", lambda block=block: riff(
            vp8x(8), (b"VP8 ", vp8()), (b"EXIF", b"Exif\0\0" + block)))  # fmt: skip
EXIF_SEGMENT = segment(0xE1, b"Exif\0\0" + exif())
for name, parts in {
    "exif-twice": EXIF_SEGMENT * 2,
    "exif-broken": segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + MARK),
    "exif-circle": segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(4) + MARK),
    "exif-alone": segment(0xE1, b"Exif\0\0"),
    "exif-odd": segment(0xE1, b"Exif\0\0" + exif(999)),
    "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
    "xmp-more": segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + XMP),
    "iptc": segment(0xED, IPTC),
    "comment": segment(0xFE, MARK),
    "jfif-thumbnail": segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\3\3" + MARK),
    "jfxx": segment(0xE0, b"JFXX\0\x10" + jpeg(EXIF_SEGMENT)),
    "flashpix": segment(0xE2, b"FPXR\0" + MARK),
    "credentials": segment(0xEB, b"JP\0\1" + MARK),
    "unknown": segment(0xE5, MARK),
    "adobe-tail": segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + MARK),
    "garbage-between": segment(0xFE, b"") + b"\0\0" + MARK,
}.items():
    add(f"{name}.jpg", "safe", lambda parts=parts: jpeg(parts))
add("more-pictures.jpg", "safe",
    lambda: jpeg(segment(0xE2, b"MPF\0" + exif()), after=jpeg(EXIF_SEGMENT)))  # fmt: skip
add("between-passes.jpg", "safe", lambda: _between(segment(0xFE, MARK)))
add("exif-cmyk.jpg", "safe", lambda: jpeg(EXIF_SEGMENT, mode="CMYK"))
for name, more in {
    "text": chunk(b"tEXt", b"Comment\0" + MARK),
    "packed-text": chunk(
        b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(exif().hex().encode())
    ),
    "xmp": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    "unknown": chunk(b"gpSx", MARK),
    "credentials": chunk(b"caBX", MARK),
    "palette-names": chunk(b"sPLT", MARK + b"\0\x08"),
    "colours": chunk(b"cHRM", MARK),
    "density": chunk(b"pHYs", MARK),
    "transparency": chunk(b"tRNS", MARK),
    "animated": chunk(b"acTL", bytes(8)) + chunk(b"fdAT", MARK),
}.items():
    add(f"{name}.png", "safe", lambda more=more: png(more))
for name, piece in {
    "xmp": (b"XMP ", XMP), "unknown": (b"GPSX", MARK), "exif-odd": (b"EXIF", MARK),
}.items():  # fmt: skip
    add(f"{name}.webp", "safe", lambda piece=piece: riff(vp8x(12), (b"VP8 ", vp8()), piece))
add("exif-film.webp", "safe", lambda: _film())
add("comment.gif", "safe", lambda: gif(comment(MARK)))
add("xmp.gif", "safe", lambda: gif(b"\x21\xff\x0bXMP DataXMP" + bytes((len(MARK),)) + MARK + b"\0"))
add("gap.bmp", "safe", lambda: _gap(MARK))
add("behind.bmp", "safe", lambda: saved("BMP") + MARK)
add("exif.tif", "safe", lambda: saved("TIFF", exif=b"Exif\0\0" + exif(6)))
add("words.tif", "safe", lambda: saved("TIFF", tiffinfo=_tags()))
add("pages.tif", "safe", lambda: _pages())
add("exif.avif", "safe", lambda: saved("AVIF", exif=exif(6)))
add("xmp.avif", "safe", lambda: saved("AVIF", xmp=XMP))


def _between(part: bytes) -> bytes:
    data = saved("JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + part + data[at:]


def _film() -> bytes:
    out = io.BytesIO()
    more = [drawn().rotate(90), drawn().rotate(180)]
    drawn().save(out, "WEBP", save_all=True, append_images=more, exif=exif(6), xmp=XMP)
    return out.getvalue()


def _tags() -> TiffImagePlugin.ImageFileDirectory_v2:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270] = MARK.decode()
    tags[700] = XMP
    tags.tagtype[700] = 1
    tags[33723] = IPTC
    tags.tagtype[33723] = 7
    return tags


def _pages() -> bytes:
    out = io.BytesIO()
    drawn().save(out, "TIFF", save_all=True, append_images=[drawn("L")], tiffinfo=_tags())
    return out.getvalue()
