"""Reads ICC colour profiles: kept where they say what the colours mean, else left out."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from evolink_widgets.images.reference_limits import ReferenceLimits

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["sound", "to_srgb"]

_SPACES = {"L": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB ", "CMYK": b"CMYK", "LAB": b"Lab "}
"""Colour spaces of profiles, by Pillow's mode."""


def sound(profile: bytes | None, mode: str, limits: ReferenceLimits) -> bytes | None:
    """The profile, cut to the length that it names; `None` where it does not hold for `mode`.

    Args:
        profile: what stands in the file.
        mode: the picture's colours, in Pillow's words.
        limits: how long it may be.
    """
    if not profile or len(profile) < 132 or len(profile) > limits.profile_bytes:
        return None
    length = int.from_bytes(profile[:4], "big")
    if not 132 <= length <= len(profile) or profile[36:40] != b"acsp":
        return None
    if profile[16:20] != _SPACES.get(mode):
        return None
    profile = profile[:length]
    from PIL import ImageCms

    try:
        ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except Exception:  # lcms raises several kinds
        return None
    return profile


def to_srgb(image: Image, profile: bytes | None) -> Image:
    """A CMYK or Lab picture in sRGB, by its profile where it has one that works."""
    from PIL import ImageCms

    try:
        known = io.BytesIO(profile) if profile else None
        source = ImageCms.ImageCmsProfile(known) if known else None
        if source is None and image.mode == "LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        if source is not None:
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
            assert converted is not None
            return converted
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        pass
    return image.convert("RGB")
