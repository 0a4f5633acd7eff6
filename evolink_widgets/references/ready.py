"""Makes a reference ready to send: converts what the service refuses, removes what is private.

Where the bytes are a JPEG, PNG or WebP that can be sent, their pixels are sent byte for byte and
only what stands around them is left out. Everything else is decoded, and coded anew from its
pixels alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.images.file_kinds import (
    AVIF,
    BMP,
    GIF,
    HEAD,
    HEIF,
    TAKEN,
    TIFF,
    WEBP,
    FileKind,
    kind_of,
)
from evolink_widgets.images.metadata.exif import UPRIGHT, read_exif
from evolink_widgets.images.pixels import pixels
from evolink_widgets.images.reference_limits import LIMITS, ReferenceLimits
from evolink_widgets.images.scan_result import Broken, Scan, claimed
from evolink_widgets.images.scans.jpeg import scan_jpeg
from evolink_widgets.images.scans.png import scan_png
from evolink_widgets.images.scans.webp import scan_webp
from evolink_widgets.problem import Problem
from evolink_widgets.references.source import Original, Ready, Source

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["glance", "make_ready"]

_SCANS: dict[str, Callable[..., Scan]] = {"JPEG": scan_jpeg, "PNG": scan_png, "WEBP": scan_webp}
_FORMATS = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp"}
_CONVERTED = frozenset({GIF.words, BMP.words, TIFF.words, AVIF.words, HEIF.words, WEBP.words})
"""Kinds that are never sent as they are."""
_NAMES = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP"}
_ENDINGS = {"JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "PNG": (".png",), "WEBP": (".webp",),
            "GIF": (".gif",), "BMP": (".bmp", ".dib"), "TIFF": (".tif", ".tiff"),
            "AVIF": (".avif", ".avifs"), "HEIF": (".heic", ".heif")}  # fmt: skip


def make_ready(
    source: Source, *, keep_metadata: bool = False, limits: ReferenceLimits = LIMITS
) -> Ready:
    """Make one picture ready to be sent. Blocks: milliseconds, or seconds where it is converted.

    Args:
        source: what was given.
        keep_metadata: leave Exif, XMP, comments and the like in it, the position too.
        limits: what is read and sent at most.

    Raises:
        InvalidRequest: it is no picture, or no safe one; the reason is in its problem.
    """
    try:
        if not isinstance(source.data, (bytes, Path)):
            return _from_pixels(source, source.data, limits)
        data = source.data if isinstance(source.data, bytes) else read_file(source.data, limits)
        kind = kind_of(data[:HEAD])
        if kind.reader is None:
            raise Broken(f"it is {kind.words}")
        notices = _wrong_ending(source, kind)
        if kind.reader in _SCANS:
            scan = _SCANS[kind.reader](data, limits, keep_metadata=keep_metadata)
            ready = _from_scan(source, kind, scan, data, notices, limits)
        else:
            ready = _from_file(source, kind, data, notices, limits, keep_metadata)
    except (Broken, OSError) as exc:
        raise _refused(source, exc) from exc
    return ready


def glance(source: Source, *, limits: ReferenceLimits = LIMITS) -> None:
    """Refuse a file that its size and first bytes give away, and read no more of it.

    What is whole at first sight may still be refused by `make_ready`.

    Args:
        source: what was given; only a file is looked at.
        limits: what is read at most.

    Raises:
        InvalidRequest: as `make_ready` does.
    """
    if not isinstance(source.data, Path):
        return
    try:
        _check_is_file(source.data)
        with source.data.open("rb") as file:
            head, size = file.read(HEAD), os.fstat(file.fileno()).st_size
        if size > limits.read_bytes:
            raise _too_long(limits)
        if (kind := kind_of(head)).reader is None:
            raise Broken(f"it is {kind.words}")
    except (Broken, OSError) as exc:
        raise _refused(source, exc) from exc


def read_file(path: Path, limits: ReferenceLimits) -> bytes:
    """A file's bytes. Not mapped into memory: a file cut short meanwhile would end the kernel.

    Raises:
        Broken: it is no file, or too long to be a picture.
        OSError: it can't be read.
    """
    _check_is_file(path)
    with path.open("rb") as file:
        data = file.read(limits.read_bytes + 1)
    if len(data) > limits.read_bytes:
        raise _too_long(limits)
    return data


def _check_is_file(path: Path) -> None:
    if not path.is_file():  # a pipe or a device would never end
        raise Broken("it is a folder" if path.is_dir() else "it is no file")


def _too_long(limits: ReferenceLimits) -> Broken:
    return Broken(f"it has more than {limits.read_bytes:,} bytes")


def _refused(source: Source, exc: Broken | OSError) -> InvalidRequest:
    broken = exc if isinstance(exc, Broken) else Broken(f"it can't be read ({exc.strerror})")
    return InvalidRequest([refusal(source, broken)])


def refusal(source: Source, exc: Broken) -> Problem:
    """The problem that says why a picture is refused, and what would do instead."""
    why, advice = str(exc).removeprefix("it is "), ""
    if isinstance(source.data, (bytes, Path)):
        advice = next((f" ({kind.advice})" for kind in _kinds_of(source) if kind.advice), "")
    return Problem(source.place, f"{source.named}: {why}{advice}", f"must be a whole {TAKEN}")


def _kinds_of(source: Source) -> tuple[FileKind, ...]:
    if isinstance(source.data, bytes):
        return (kind_of(source.data[:HEAD]),)
    try:
        if isinstance(source.data, Path) and source.data.is_file():
            with source.data.open("rb") as file:
                return (kind_of(file.read(HEAD)),)
    except OSError:
        pass
    return ()


def _from_scan(
    source: Source,
    kind: FileKind,
    scan: Scan,
    data: bytes,
    notices: list[str],
    limits: ReferenceLimits,
) -> Ready:
    """From a file that can be sent nearly as it is, if nothing speaks against it."""
    assert kind.reader is not None
    if scan.frames:
        notices.append("It holds further pictures; the first is used.")
    if scan.extra:
        notices.append(f"{scan.extra:,} bytes behind the picture's end were left out.")
    if scan.removed:
        notices.append(f"Left out: {', '.join(scan.removed)}.")
    swapped = scan.orientation >= 5
    size = (scan.height, scan.width) if swapped else (scan.width, scan.height)
    original = _original(source, kind, size, data)
    fits = len(scan.clean) <= limits.sent_bytes and scan.width * scan.height <= limits.sent_pixels
    if fits and scan.orientation == UPRIGHT and not scan.recode:
        pixels.prove(scan.clean, kind.reader, limits)
        return _ready(scan.clean, _FORMATS[kind.reader], size, notices, original)
    notices += [sentence for sentence in scan.recode if sentence]
    too_long = len(scan.clean) if len(scan.clean) > limits.sent_bytes else 0
    found = pixels.decode(scan.clean, kind.reader, limits, progressive=scan.progressive)
    found.image.info["icc_profile"] = scan.profile
    found = replace(found, orientation=scan.orientation)
    return _recoded(found, _wish(kind), scan.exif, notices, original, limits, too_long)


def _from_file(
    source: Source,
    kind: FileKind,
    data: bytes,
    notices: list[str],
    limits: ReferenceLimits,
    keep: bool,
) -> Ready:
    """From a file of a kind that the service does not take."""
    assert kind.reader is not None
    if not pixels.can_read(kind.reader):
        raise Broken(f"it is {kind.words}, which this installation of Pillow can't read")
    found = pixels.decode(data, kind.reader, limits)
    if found.frames:
        what = "pages" if kind.reader == "TIFF" else "pictures"
        notices.append(f"It holds further {what}; the first is used.")
    block = found.image.info.get("exif") if keep else None
    if found.beside and not isinstance(block, bytes):
        notices.append("Left out: what stood in it beside the picture.")
    if found.deep:
        notices.append("Its 16 bits a channel became 8.")
    exif = read_exif(block.removeprefix(b"Exif\0\0")).upright if isinstance(block, bytes) else None
    original = _original(source, kind, _upright_size(found), data)
    return _recoded(found, _wish(kind), exif, notices, original, limits)


def _from_pixels(source: Source, image: Image, limits: ReferenceLimits) -> Ready:
    """From a picture in memory."""
    claimed(*image.size, limits.decoded_pixels)
    found = pixels.Decoded(image, source.orientation)
    original = Original(source.named, "a picture in memory", *_upright_size(found))
    return _recoded(found, "png", None, [], original, limits)


def _original(source: Source, kind: FileKind, size: tuple[int, int], data: bytes) -> Original:
    digest = hashlib.sha256(data).hexdigest()
    return Original(source.named, kind.words, *size, len(data), digest)


def _upright_size(found: pixels.Decoded) -> tuple[int, int]:
    width, height = found.image.size
    return (height, width) if found.orientation >= 5 else (width, height)


def _wish(kind: FileKind) -> str:
    """The format in which a recoded picture is sent: photographs stay photographs."""
    return "jpeg" if kind.reader in ("JPEG", "AVIF", "HEIF") else "png"


def _recoded(
    found: pixels.Decoded,
    wished: str,
    exif: bytes | None,
    notices: list[str],
    original: Original,
    limits: ReferenceLimits,
    too_long: int = 0,
) -> Ready:
    """Coded anew, from the pixels alone; `too_long` is the file's length where that is why."""
    image, profile, changes = pixels.plain(found.image, limits)
    notices += [change for change in changes if change not in notices]
    image = pixels.scaled(image, limits.sent_pixels)
    if image.width * image.height < original.width * original.height:
        claim = original.width * original.height / 1e6
        notices.append(f"It has {claim:,.3g} megapixels; it was scaled down.")
        too_long = 0
    if found.orientation != UPRIGHT:
        image = pixels.turned(image, found.orientation)
        notices.append("It was turned upright, as its Exif says.")
    if image.mode == "RGBA":
        wished = "png"
    data, form, image, changes = pixels.code(image, wished, profile, exif, limits, too_long)
    if original.kind in _CONVERTED and not changes:
        notices.insert(0, f"It was {original.kind}; it is sent as {_NAMES[form]}.")
    return _ready(data, form, image.size, [*notices, *changes], original)


def _ready(
    data: bytes, form: str, size: tuple[int, int], notices: list[str], original: Original
) -> Ready:
    digest = hashlib.sha256(data).hexdigest()
    return Ready(data, form, *size, digest, tuple(notices), original)


def _wrong_ending(source: Source, kind: FileKind) -> list[str]:
    if not isinstance(source.data, Path) or not source.data.suffix:
        return []
    ending = source.data.suffix.lower()
    known = {one for endings in _ENDINGS.values() for one in endings}
    if ending not in known or ending in _ENDINGS.get(kind.reader or "", ()):
        return []
    return [f"Its name ends in {ending}; it is {kind.words}, and is taken as that."]
