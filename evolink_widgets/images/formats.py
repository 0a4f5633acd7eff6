"""The three formats that the service makes: their names, file endings and first bytes."""

from __future__ import annotations

from evolink_widgets.images.png_chunks import SIGNATURE

__all__ = ["EXTENSIONS", "MOST_PIXELS", "sniff"]

# The service's own limit is 8,294,400 pixels; this one only keeps bombs out of memory.
MOST_PIXELS = 64_000_000
EXTENSIONS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}


def sniff(head: bytes) -> str | None:
    """Return "png", "jpeg" or "webp" by a file's first 16 bytes; `None` for anything else."""
    if head.startswith(SIGNATURE):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return None
