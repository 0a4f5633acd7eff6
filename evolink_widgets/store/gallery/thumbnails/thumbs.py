"""Makes thumbnails: small WebP copies, kept in `.thumbs/`, safe from decompression bombs.

The order is open → thumbnail → convert: a JPEG is then decoded at a fraction of its size, and
the conversion works on the small picture. It runs in whichever thread calls.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.images.pixels.large_png import shrunk
from evolink_widgets.images.proof.check_picture import EXTENSIONS, MOST_PIXELS
from evolink_widgets.store.safe_files import (
    file_error,
    make_new,
    new_name,
    own_folder,
    read_plain,
    remove,
    rename,
)

if TYPE_CHECKING:
    from PIL.Image import Image

PREVIEW_EDGE = 512
"""Copies up to this edge are made from one kept preview: 12 ms, not 250 for a large PNG."""

_QUALITY = 82
_THOROUGH, _QUICK = 4, 2
"""How hard WebP's coder tries: where bytes are counted, and where time is (half of it for 4 %)."""
_LARGEST = 32_000_000
"""Bytes of a small copy; none that is made here has as many."""
_LADDER = (80, 68, 55, 42, 30, 20)
_SHEET_COLUMNS, _SHEET_GAP = 5, 8


@dataclass(frozen=True)
class Thumb:
    """A small copy: WebP bytes, and its size in pixels.

    Example:
        >>> image = ew.generate("a fox", size="1:1").result()[0]
        >>> small = ew.store.thumbnail(image.path, edge=96)
        >>> isinstance(small, ew.store.Thumb), small.width, small.height
        (True, 96, 96)
    """

    data: bytes
    width: int
    height: int


def thumbnail(
    source: Path | bytes,
    edge: int = 320,
    *,
    limit: int | None = None,
    cache: Path | None = None,
    name: str | None = None,
) -> Thumb:
    """Return `source` as a WebP that fits into `edge` × `edge` pixels; never enlarged.

    Args:
        source: a picture file, or its bytes.
        edge: the longest edge in pixels.
        limit: bytes it may have at most: quality, then size, are lowered to fit.
        cache: the folder of the store where it is kept; `source` is a file of that store then,
            and no link. `None` keeps nothing.
        name: what `source` is called there (its SHA-256); without it nothing is kept.

    Raises:
        StoreDamaged: `source` is missing, or no picture that can be decoded.

    Example:
        >>> image = ew.generate("a fox", size="3:2").result()[0]
        >>> ew.store.thumbnail(image.path, edge=96).width
        96
    """
    kept = None
    if cache is not None and name is not None:
        kept = cache / f"{name[:32]}_{edge}{f'_{limit}' if limit else ''}.webp"
        found = _kept(kept)
        if found is not None:
            return found
    if kept is not None and (edge < PREVIEW_EDGE or (limit is not None and edge <= PREVIEW_EDGE)):
        source = thumbnail(source, PREVIEW_EDGE, cache=cache, name=name).data
    image = _small(source, edge, is_stored=cache is not None)
    thumb = _encode(image, _QUALITY, _QUICK) if limit is None else _fit(image, limit)
    if kept is not None:
        _keep(kept, thumb.data)
    return thumb


def as_jpeg(thumb: Thumb, limit: int) -> str:
    """Return a thumb as a JPEG of at most `limit` bytes in base64, on white where it is clear."""
    from PIL import Image

    with Image.open(io.BytesIO(thumb.data)) as image:
        clear = image.convert("RGBA")
    page = Image.new("RGBA", clear.size, "white")
    page.alpha_composite(clear)
    return _jpeg(page.convert("RGB"), limit)


def as_sheet(thumbs: Sequence[Thumb], limit: int) -> str:
    """Return thumbs side by side, in even rows on white, as a JPEG of at most `limit` bytes.

    It is base64, as `as_jpeg` gives it.
    """
    from PIL import Image

    rows = math.ceil(len(thumbs) / _SHEET_COLUMNS)
    columns = math.ceil(len(thumbs) / rows)
    wide = max(thumb.width for thumb in thumbs) + _SHEET_GAP
    high = max(thumb.height for thumb in thumbs) + _SHEET_GAP
    size = (columns * wide - _SHEET_GAP, rows * high - _SHEET_GAP)
    page = Image.new("RGBA", size, "white")
    for number, thumb in enumerate(thumbs):
        row, column = divmod(number, columns)
        with Image.open(io.BytesIO(thumb.data)) as image:
            page.alpha_composite(image.convert("RGBA"), (column * wide, row * high))
    return _jpeg(page.convert("RGB"), limit)


def _jpeg(flat: Image, limit: int) -> str:
    while True:
        for quality in _LADDER:
            buffer = io.BytesIO()
            flat.save(buffer, "JPEG", quality=quality, optimize=True)
            if buffer.tell() <= limit or max(flat.size) <= 16:
                return base64.b64encode(buffer.getvalue()).decode("ascii")
        flat.thumbnail((max(16, flat.width * 3 // 4), max(16, flat.height * 3 // 4)))


def _small(source: Path | bytes, edge: int, *, is_stored: bool) -> Image:
    from PIL import Image, ImageOps

    called = "The picture" if isinstance(source, bytes) else str(source)
    try:
        with ExitStack() as stack:
            image = stack.enter_context(
                Image.open(
                    stack.enter_context(_opened(source, is_stored)),
                    formats=[kind.upper() for kind in EXTENSIONS],
                )
            )
            if image.width * image.height > MOST_PIXELS:
                raise StoreDamaged(f"{called} claims {image.width}×{image.height} pixels.")
            by_strips = shrunk(image, edge) if image.format == "PNG" else None
            ready = by_strips or _smooth(image)
            ready.thumbnail((edge, edge))  # nothing is left to do for what is shrunk
            upright = ImageOps.exif_transpose(ready) or ready
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except FileNotFoundError as exc:
        raise StoreDamaged(
            f"{called} is not there any more.", advice="It was moved or deleted; put it back."
        ) from exc
    except StoreDamaged:
        raise
    except OSError as exc:
        if exc.errno is not None:  # the disk's fault, not the picture's
            raise file_error(exc, Path(called), "read") from exc
        raise StoreDamaged(f"{called} can't be decoded ({exc}).") from exc
    except Exception as exc:  # Pillow's decoders raise many kinds on broken bytes
        raise StoreDamaged(f"{called} can't be decoded ({exc}).") from exc


def _opened(source: Path | bytes, is_stored: bool) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    # A user's own file may be a link; one in a store's folder may not.
    return read_plain(source) if is_stored else source.open("rb")


def _smooth(image: Image) -> Image:
    # Pillow shrinks these modes without smoothing, or clips their values: convert them first.
    if image.mode in ("P", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 257).convert("L")
    return image


def _encode(image: Image, quality: int, effort: int) -> Thumb:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=effort)
    return Thumb(buffer.getvalue(), image.width, image.height)


def _fit(image: Image, limit: int) -> Thumb:
    while True:
        for quality in _LADDER:
            thumb = _encode(image, quality, _THOROUGH)
            if len(thumb.data) <= limit:
                return thumb
        if max(image.size) <= 16:
            return thumb
        smaller = image.copy()
        smaller.thumbnail((max(16, image.width * 3 // 4), max(16, image.height * 3 // 4)))
        image = smaller


def _kept(path: Path) -> Thumb | None:
    from PIL import Image

    try:
        with read_plain(path) as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            return None
        # The cache is not flushed to the disk: after a power cut a file may be cut off, and
        # Pillow opens no WebP that is.
        with Image.open(io.BytesIO(data), formats=["WEBP"]) as image:
            return Thumb(data, image.width, image.height)
    except Exception:  # whatever is wrong with it, it can be made again
        return None


def _keep(path: Path, data: bytes) -> None:
    # A cache that can't be written (read-only, full) only makes the next look slower.
    with suppress(OSError):
        own_folder(path.parent.parent, path.parent.name)
        temporary = path.with_name(new_name(".tmp"))
        try:
            with make_new(temporary) as file:
                file.write(data)
            rename(temporary, path)
        except BaseException:
            with suppress(OSError):
                remove(temporary)
            raise
