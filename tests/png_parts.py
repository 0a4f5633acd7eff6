"""A PNG's parts, for tests that build or read one byte by byte."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, body: bytes = b"", *, check: int | None = None) -> bytes:
    """A whole chunk; `check` in place of the right one."""
    crc = zlib.crc32(name + body) if check is None else check
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)


def pixels_of(data: bytes) -> bytes:
    """What all IDAT chunks hold."""
    found, at = b"", len(SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            found += data[at + 8 : at + 8 + length]
        at += 12 + length
    return found
