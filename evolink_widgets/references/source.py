"""A reference before and after it is made ready: what was given, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.images.metadata.exif import UPRIGHT
from evolink_widgets.rules.request.links import kept_name

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Original", "Ready", "Source"]


@dataclass(frozen=True)
class Source:
    """A picture that was given, before anything was done to it.

    Attributes:
        place: how it is named in messages: "references[2]".
        named: what was given, in words: "'cat.png'", "an array of uint8, 480×640×3".
        data: the file's bytes, the file, or pixels that no other code can change.
        orientation: of the pixels, as Exif counts; 1 is upright.
    """

    place: str
    named: str
    data: bytes | Path | Image = field(repr=False)
    orientation: int = UPRIGHT


@dataclass(frozen=True)
class Original:
    """The facts of a picture as it was given, for notices and the recipe.

    Attributes:
        named: in words.
        kind: what it was: "a TIFF", "an array".
        width: pixels, upright.
        height: pixels, upright.
        bytes_count: of the file; `None` for pixels.
        sha256: of the file's bytes, in hex; `None` for pixels.
    """

    named: str
    kind: str
    width: int
    height: int
    bytes_count: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Ready:
    """A reference as it is sent.

    Attributes:
        data: the bytes, a whole JPEG, PNG or WebP of at most 50 MB.
        format: "jpeg", "png" or "webp".
        width: pixels.
        height: pixels.
        sha256: of the bytes, in hex: the reference's identity in a recipe.
        notices: what was done to it, one sentence each; empty where nothing was.
        original: what was given.
    """

    data: bytes = field(repr=False)
    format: str
    width: int
    height: int
    sha256: str
    notices: tuple[str, ...]
    original: Original

    @property
    def name(self) -> str:
        """Its name in a request until it is uploaded: `evolink-ref:` and its hash."""
        return kept_name(self.sha256)

    @property
    def mime(self) -> str:
        """Its media type: "image/png"."""
        return f"image/{self.format}"
