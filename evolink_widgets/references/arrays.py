"""Converts NumPy arrays to pictures, and words what is wrong with those that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evolink_widgets.images.reference_limits import ReferenceLimits

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["NotAPictureArray", "described", "is_array", "picture_of"]

_BAND = 4_000_000
"""Values that are brought to 8 bits at once."""


class NotAPictureArray(Exception):
    """The array is no picture.

    Args:
        rule: what it must be.
        nearest: code that makes it that, with the word `array` for itself.
    """

    def __init__(self, rule: str, nearest: str | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.nearest = nearest


def is_array(given: object) -> bool:
    """Whether it is an array of any library, and no picture of Pillow's."""
    kind = type(given)
    return all(hasattr(kind, name) for name in ("__array__", "shape", "dtype"))


def described(given: Any) -> str:
    """An array in words, as its errors name it: "an array of float64, 480×640×3"."""
    try:
        shape = "×".join(str(edge) for edge in given.shape) or "no axes"
        return f"an array of {given.dtype}, {shape}"
    except Exception:  # a stranger's properties raise what they like
        return f"an array of type {type(given).__name__}"


def picture_of(given: Any, limits: ReferenceLimits) -> Image:
    """A picture with the array's values, which it does not share.

    Args:
        given: H×W, or H×W×1, 3 or 4: gray, RGB or RGBA; uint8, floats from 0 to 1, or bool.
        limits: how many pixels it may have.

    Raises:
        NotAPicture: its shape, type or values are another's.
    """
    import numpy
    from PIL import Image as pillow

    try:
        array = numpy.asarray(given)
    except Exception as exc:
        raise NotAPictureArray("must be an array in this machine's memory", "array.cpu()") from exc
    _check_shape(array, limits)
    _check_values(array, numpy)
    height, width = array.shape[:2]
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    eight = numpy.empty(array.shape, numpy.uint8)
    rows = max(1, _BAND // max(1, array[0].size))
    for top in range(0, height, rows):
        band = array[top : top + rows]
        if band.dtype.kind == "f":
            band = band * 255.0 + 0.5
        elif band.dtype.kind == "b":
            band = band * numpy.uint8(255)
        eight[top : top + rows] = band
    mode = {2: "L", 3: "RGB" if array.shape[-1] == 3 else "RGBA"}[array.ndim]
    return pillow.frombytes(mode, (width, height), eight.tobytes())


def _check_shape(array: Any, limits: ReferenceLimits) -> None:
    shape = array.shape
    if array.ndim == 3 and shape[0] in (1, 3, 4) and shape[2] not in (1, 3, 4):
        raise NotAPictureArray("must have its channels last", "array.transpose(1, 2, 0)")
    if array.ndim == 4 and shape[0] == 1:
        raise NotAPictureArray("must be one picture, without an axis in front", "array[0]")
    if array.ndim not in (2, 3) or (array.ndim == 3 and shape[2] not in (1, 3, 4)):
        raise NotAPictureArray("must be height×width, or height×width×1, 3 or 4")
    if 0 in shape:
        raise NotAPictureArray("must have at least one pixel")
    if shape[0] * shape[1] > limits.decoded_pixels:
        raise NotAPictureArray(f"must have at most {limits.decoded_pixels:,} pixels")


def _check_values(array: Any, numpy: Any) -> None:
    kind, rule = array.dtype.kind, "must be uint8, floats from 0 to 1, or bool"
    if kind == "b" or array.dtype == numpy.uint8:
        return
    if kind not in "fiu":
        raise NotAPictureArray(rule)
    low, high = array.min(), array.max()
    if kind == "f":
        if not (numpy.isfinite(low) and numpy.isfinite(high)):
            nearest = "numpy.nan_to_num(array)" if numpy.isnan(low) else None
            raise NotAPictureArray("must hold numbers only, no NaN and no infinity", nearest)
        if low >= 0 and high <= 1:
            return
        found = f"{rule}; its values go from {low:.4g} to {high:.4g}"
        raise NotAPictureArray(found, "array / 255" if low >= 0 and 1 < high <= 255 else None)
    if low >= 0 and high <= 255:
        raise NotAPictureArray(rule, "array.astype('uint8')")
    nearest = "(array // 257).astype('uint8')" if low >= 0 and high <= 65_535 else None
    raise NotAPictureArray(f"{rule}; its values go from {low} to {high}", nearest)
