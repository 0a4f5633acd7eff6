"""PNG's signature, and the writer of a PNG chunk.

Source: PNG (Third Edition), 5.2 and 5.3.
"""

from __future__ import annotations

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_chunk(name: bytes, body: bytes = b"") -> bytes:
    """Return a whole chunk: length, name, body and check."""
    check = zlib.crc32(body, zlib.crc32(name)).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + name + body + check
