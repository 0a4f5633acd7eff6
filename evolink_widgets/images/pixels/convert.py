"""Codes a PNG, JPEG or WebP anew as another of the three."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from evolink_widgets.images.pixels.pixels import decode, plain
from evolink_widgets.images.proof.check_picture import sniff
from evolink_widgets.images.reference_limits import LIMITS
from evolink_widgets.images.scan_result import Broken

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["converted"]

_OPTIONS: dict[str, dict[str, Any]] = {
    "png": {"compress_level": 4},
    "jpeg": {"quality": 95, "subsampling": 0},
    "webp": {"lossless": True, "quality": 50, "method": 2},
}


def converted(data: bytes, kind: str) -> bytes:
    """Return a picture file coded as another format, with its colour profile and Exif.

    PNG and WebP keep every pixel of eight bits a channel. JPEG has a small loss, and no
    transparency: what is clear becomes white.

    Args:
        data: a whole PNG, JPEG or WebP.
        kind: "png", "jpeg" or "webp".

    Raises:
        Broken: it can't be decoded or coded.
    """
    image = decode(data, (sniff(data[:16]) or "none").upper(), LIMITS).image
    exif = image.info.get("exif")
    pixels, profile, _ = plain(image, LIMITS)
    if kind == "jpeg" and pixels.mode == "RGBA":
        pixels = _on_white(pixels)
    pixels.info = {}  # the coders would take more from it, such as another program's XMP
    options = dict(_OPTIONS[kind])
    if profile:
        options["icc_profile"] = profile
    if isinstance(exif, bytes):
        options["exif"] = b"Exif\0\0" + exif.removeprefix(b"Exif\0\0")
    out = io.BytesIO()
    try:
        pixels.save(out, kind.upper(), **options)
    except Exception as exc:  # the coders raise many kinds, for instance at their own limits
        raise Broken(f"it can't be coded as {kind.upper()} ({exc})") from exc
    return out.getvalue()


def _on_white(image: Image) -> Image:
    from PIL import Image as pillow

    page = pillow.new("RGBA", image.size, "white")
    page.alpha_composite(image)
    return page.convert("RGB")
