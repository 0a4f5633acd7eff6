"""Decodes images within bounds, converts them to 8-bit sRGB, and encodes them to fit.

The only module of this room that has Pillow decode anything.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evolink_widgets.images.metadata.exif import UPRIGHT, read_exif
from evolink_widgets.images.metadata.icc import sound, to_srgb
from evolink_widgets.images.reference_limits import ReferenceLimits
from evolink_widgets.images.scan_result import Broken, claimed

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "Decoded",
    "can_read",
    "code",
    "decode",
    "orientation_of",
    "plain",
    "prove",
    "scaled",
    "turned",
]

_LOSSY = {"jpeg": (95, 85), "webp": (90, 80)}
_WEBP_EDGE = 16_383
_FEWEST = 64
"""Pixels below which nothing is scaled further."""
_QUICK = 8_300_000
"""Pixels from which a PNG is packed quickly rather than tightly."""
_LARGE = 40_000_000
"""Pixels from which a picture is made smaller in whole steps only."""
_TIFF_METADATA = frozenset({34665, 34853, 700, 33723, 270, 271, 272, 305, 306, 315, 33432})
_BITS = 258
_INFO_METADATA = ("exif", "xmp", "comment", "photoshop", "XML:com.adobe.xmp")


@dataclass(frozen=True)
class Decoded:
    """The first picture of a file.

    Attributes:
        image: its pixels, as stored.
        orientation: Exif's, 1 to 8; what Pillow has turned already counts as upright.
        frames: the file holds further pictures.
        beside: it holds more than pixels: Exif, XMP, comments.
        deep: it had 16 bits a channel, which Pillow has cut to 8.
    """

    image: Image
    orientation: int = UPRIGHT
    frames: bool = False
    beside: bool = False
    deep: bool = False


def decode(
    data: bytes, reader: str, limits: ReferenceLimits, *, progressive: bool = False
) -> Decoded:
    """Decode the first picture of a file.

    Args:
        data: the file.
        reader: Pillow's name of its format.
        limits: what is decoded at most.
        progressive: a JPEG that can't be halved while it is decoded.

    Raises:
        Broken: it can't be decoded, or claims too many pixels.
    """
    with _broken_if_not("decoded"):
        image = _opened(data, reader)
        whole = reader != "JPEG" or progressive
        claimed(*image.size, limits.decoded_pixels if whole else limits.jpeg_pixels)
        if math.prod(image.size) > limits.decoded_pixels:
            image.draft(None, (image.width // 2, image.height // 2))
        tags = getattr(image, "tag_v2", {})
        found = Decoded(
            image,
            # Pillow turns a TIFF while it loads it.
            orientation=UPRIGHT if reader == "TIFF" else orientation_of(image),
            frames=bool(getattr(image, "is_animated", False)),
            beside=any(tag in tags for tag in _TIFF_METADATA)
            or any(image.info.get(name) for name in _INFO_METADATA),
            deep=reader == "TIFF" and 16 in _numbers(tags.get(_BITS)) and image.mode[0] != "I",
        )
        image.load()
        claimed(*image.size, limits.decoded_pixels)
        return found


def prove(data: bytes, reader: str, limits: ReferenceLimits) -> None:
    """See that a file that is sent as it is can be decoded: a JPEG at an eighth of its size.

    Args:
        data: the file's bytes.
        reader: Pillow's name of its format.
        limits: how many pixels may be decoded.

    Raises:
        Broken: it can't.
    """
    with _broken_if_not("decoded"):
        image = _opened(data, reader)
        if reader == "JPEG":
            eighth = (max(1, image.width // 8), max(1, image.height // 8))
            image.draft(None, eighth)
        claimed(*image.size, limits.decoded_pixels)
        image.load()


@contextlib.contextmanager
def _broken_if_not(done: str) -> Iterator[None]:
    """Turn whatever Pillow raises on a picture that can't be `done` into `Broken`."""
    try:
        yield
    except Broken:
        raise
    except MemoryError:
        raise Broken(f"there is not enough memory for it to be {done}") from None
    except Exception as exc:  # Pillow's coders raise many kinds on broken bytes
        said = " ".join(str(exc).split())[:80] or type(exc).__name__
        raise Broken(f"it can't be {done} ({said})") from exc


def plain(image: Image, limits: ReferenceLimits) -> tuple[Image, bytes | None, list[str]]:
    """A picture in L, RGB or RGBA, its ICC profile if that still holds, and what was changed.

    Gray values of more than 8 bits are divided; numbers that are no 8 or 16-bit values are
    spread from black to white.
    """
    profile = image.info.get("icc_profile")
    given = image.mode
    if given in ("L", "RGB", "RGBA"):
        return image, sound(profile, given, limits), []
    if given in ("CMYK", "LAB"):
        named = "CMYK" if given == "CMYK" else "Lab"
        return (
            to_srgb(image, sound(profile, given, limits)),
            None,
            [f"Its {named} colours were converted to sRGB."],
        )
    if given.startswith("I") or given == "F":
        image, said = _eight_bits(image)
        return image, sound(profile, "L", limits), [said]
    if given == "1":
        return image.convert("L"), None, []
    if given == "P":
        transparent = "transparency" in image.info or (
            image.palette is not None and image.palette.mode == "RGBA"
        )
        image = image.convert("RGBA" if transparent else "RGB")
    elif given in ("LA", "La", "PA", "RGBa"):
        if given == "La":
            image = image.convert("LA")
        image = image.convert("RGBA")
    else:  # YCbCr, HSV, RGBX
        image = image.convert("RGB")
    return image, sound(profile, image.mode, limits), []


def turned(image: Image, orientation: int) -> Image:
    """The picture upright, from Exif's orientation."""
    from PIL.Image import Transpose

    ways = {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE, 6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }  # fmt: skip
    way = ways.get(orientation)
    return image if way is None else image.transpose(way)


def orientation_of(image: Image) -> int:
    """Exif's orientation of an opened picture; 1 where it says nothing or can't be read."""
    try:
        block = image.info.get("exif")
        if isinstance(block, bytes):
            return read_exif(block.removeprefix(b"Exif\0\0")).orientation
        value = image.getexif().get(0x0112)
    except Exception:  # Pillow's own reader meets bytes from anywhere
        return UPRIGHT
    return value if isinstance(value, int) and 1 <= value <= 8 else UPRIGHT


def scaled(image: Image, most: int) -> Image:
    """The picture with at most that many pixels; its sides keep their ratio."""
    from PIL.Image import Resampling

    width, height = image.size
    if width * height <= most:
        return image
    if width * height > _LARGE:  # in whole steps: quick, and with little memory
        return image.reduce(math.ceil(math.sqrt(width * height / most)))
    factor = math.sqrt(most / (width * height))
    size = (max(1, math.floor(width * factor)), max(1, math.floor(height * factor)))
    return image.resize(size, Resampling.LANCZOS, reducing_gap=2.0)


def code(
    image: Image,
    wished: str,
    profile: bytes | None,
    exif: bytes | None,
    limits: ReferenceLimits,
    too_long: int = 0,
) -> tuple[bytes, str, Image, list[str]]:
    """Code a picture so that it fits: as wished, then with a loss, then smaller.

    Args:
        image: L, RGB or RGBA.
        wished: "png" or "jpeg".
        profile: what its colours mean.
        exif: kept in it.
        limits: how long it may be.
        too_long: the bytes that it is known to have without a loss, where they are too many.

    Returns:
        The bytes, their format, the picture as it was coded, and what had to be changed.
    """
    image.info = {}  # nothing of the source rides along
    if not too_long and not (too_long := _guessed_too_long(image, wished, limits)):
        data = _coded(image, wished, 95, profile, exif)
        if len(data) <= limits.sent_bytes:
            return data, wished, image, []
        too_long = len(data)
    large, asked = f"{too_long / 1e6:.3g} MB", image.size
    lossy = "webp" if image.mode == "RGBA" else "jpeg"
    while math.prod(image.size) >= _FEWEST:
        if lossy == "webp" and max(image.size) > _WEBP_EDGE:
            image = scaled(image, int(math.prod(image.size) * (_WEBP_EDGE / max(image.size)) ** 2))
        length = 2 * limits.sent_bytes
        for quality in _LOSSY[lossy]:
            with contextlib.suppress(_TooMuch):
                data = _coded(image, lossy, quality, profile, exif)
                length = len(data)
            if length <= limits.sent_bytes:
                smaller = f", at {image.width}×{image.height}" if image.size != asked else ""
                named = {"jpeg": "JPEG", "webp": "WebP"}[lossy]
                said = f"It has {large}; it is sent as {named}{smaller}, to fit."
                return data, lossy, image, [said]
        image = scaled(image, int(math.prod(image.size) * min(0.7, limits.sent_bytes / length)))
    raise Broken(f"it can't be made to fit into {limits.sent_bytes:,} bytes")


def _guessed_too_long(image: Image, wished: str, limits: ReferenceLimits) -> int:
    """The length of a large PNG, from a band of it, where it is far too long; else 0.

    Coding 90 MB only to see that they are too many takes many seconds.
    """
    width, height = image.size
    if wished != "png" or width * height * len(image.mode) <= limits.sent_bytes:
        return 0
    bands = 16
    rows = height // bands
    sample = image.crop((0, (height - rows) // 2, width, (height + rows) // 2))
    guess = len(_coded(sample, "png", 0, None, None)) * bands
    return guess if guess > 1.2 * limits.sent_bytes else 0


def _coded(
    image: Image, kind: str, quality: int, profile: bytes | None, exif: bytes | None
) -> bytes:
    options: dict[str, Any] = {
        # A large picture's seconds count for more than a tenth of its bytes.
        "png": {"compress_level": 1 if math.prod(image.size) > _QUICK else 4},
        "jpeg": {"quality": quality, "subsampling": 0 if quality >= 95 else 2},
        "webp": {"quality": quality, "method": 0},
    }[kind]
    if profile:
        options["icc_profile"] = profile
    if exif:
        options["exif"] = b"Exif\0\0" + exif
    out = io.BytesIO()
    with _broken_if_not("coded"):
        try:
            image.save(out, kind.upper(), **options)
        except ValueError as exc:
            if kind == "webp" and "encoding error" in str(exc):
                raise _TooMuch from exc
            raise
    return out.getvalue()


class _TooMuch(Broken):
    """WebP has a bound of its own on what a picture may hold, apart from its size."""


def _opened(data: bytes, reader: str) -> Image:
    """Open by the format's own class: `Image.open` would refuse or warn at other sizes."""
    from PIL import Image as pillow

    if not can_read(reader):
        raise Broken("this installation of Pillow can't read its format")
    factory = pillow.OPEN[reader][0]
    return factory(io.BytesIO(data), "")


def can_read(reader: str) -> bool:
    """Whether Pillow has the format, here; HEIF comes with a package of its own."""
    from PIL import Image as pillow

    if reader != "HEIF":
        module = {"JPEG": "Jpeg", "PNG": "Png", "WEBP": "WebP", "GIF": "Gif", "BMP": "Bmp",
                  "TIFF": "Tiff", "AVIF": "Avif"}[reader]  # fmt: skip
        importlib.import_module(f"PIL.{module}ImagePlugin")
    return reader in pillow.OPEN


def _numbers(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _eight_bits(image: Image) -> tuple[Image, str]:
    """Gray of 16 or 32 bits, or of real numbers, as 8 bits."""
    if image.mode in ("I;16", "I;16L", "I;16B", "I;16N", "I;16S"):
        image = image.convert("I")
        low, high, said = 0.0, 65_535.0, "Its 16 bits a channel became 8."
    else:
        first, last = (float(value) for value in image.getextrema()[:2])  # type: ignore[arg-type]
        low, high, said = _range(first, last, real=image.mode == "F")
    scale = 255.0 / (high - low) if high > low else 0.0
    spread = image.convert("F").point(lambda value: value * scale + (0.5 - low * scale))
    return spread.convert("L"), said


def _range(first: float, last: float, *, real: bool) -> tuple[float, float, str]:
    if not (math.isfinite(first) and math.isfinite(last)):
        raise Broken("its values are not all numbers")
    if first >= 0 and last <= (1 if real else 255):
        return 0.0, 1.0 if real else 255.0, "Its gray values became 8 bits."
    if not real and first >= 0 and last <= 65_535:
        return 0.0, 65_535.0, "Its 16 bits a channel became 8."
    return first, last, f"Its values, {first:g} to {last:g}, were spread from black to white."
