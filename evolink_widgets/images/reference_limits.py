"""Limits of a reference image (bytes, pixels, passes), and the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIMITS", "ReferenceLimits"]


@dataclass(frozen=True)
class ReferenceLimits:
    """The limits of one reference.

    Attributes:
        sent_bytes: the service takes links to at most 50 MB (its reference); it does not say
            which megabyte, so the smaller one holds.
        sent_pixels: the service names none. An assumption: the pictures it makes have 8.3
            million, a reference counts at most 1,536 tokens, so 64 million lose nothing.
        decoded_pixels: what is unpacked at once, four bytes each: half a gigabyte.
        jpeg_pixels: a JPEG's pixels can be halved while it is unpacked; this takes in the
            200-megapixel cameras of telephones.
        read_bytes: of a file, so that a mistake (a film, a disk image) does not fill memory.
        profile_bytes: of an ICC profile; the largest in use have about 2 MB.
        scans: passes × pixels of a progressive JPEG. A camera's have about ten passes; a file
            of thousands costs minutes to decode.
    """

    sent_bytes: int = 50_000_000
    sent_pixels: int = 64_000_000
    decoded_pixels: int = 128_000_000
    jpeg_pixels: int = 256_000_000
    read_bytes: int = 256 * 2**20
    profile_bytes: int = 4 * 2**20
    scans: int = 2_000_000_000


LIMITS = ReferenceLimits()
