"""The result of scanning an image file: its facts, and the file without private metadata."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Broken", "Scan", "claimed"]


class Broken(Exception):
    """The bytes are no whole picture, or no safe one; `str()` says why: "it breaks off …"."""


@dataclass(frozen=True)
class Scan:
    """A JPEG, PNG or WebP, read part by part and put together again; no pixel was decoded.

    Attributes:
        clean: the file with the same pixels, byte for byte, and nothing that is not sent.
        width: pixels, as stored.
        height: pixels, as stored.
        orientation: Exif's, 1 to 8; 1 is upright.
        profile: the ICC profile, where there is a sound one.
        exif: the Exif block as it is kept, if it is to be.
        removed: what was left out, in words.
        extra: bytes after the picture's end.
        frames: it holds further pictures.
        recode: a sentence for each reason why these bytes can't be sent as they are.
        progressive: a JPEG that is decoded in passes and in whole.
    """

    clean: bytes
    width: int
    height: int
    orientation: int = 1
    profile: bytes | None = None
    exif: bytes | None = None
    removed: tuple[str, ...] = ()
    extra: int = 0
    frames: bool = False
    recode: tuple[str, ...] = ()
    progressive: bool = False


def claimed(width: int, height: int, most: int) -> None:
    """Refuse a size that can't be, or that would fill memory, before anything is decoded.

    Args:
        width, height: pixels, as the file's header says.
        most: pixels that may be decoded.

    Raises:
        Broken: with the size and the limit.
    """
    if width < 1 or height < 1:
        raise Broken(f"it claims {width}×{height} pixels")
    if width * height > most:
        raise Broken(f"it claims {width:,}×{height:,} pixels; at most {most:,} are read")
