"""The lens: what lies behind the cast goes out of focus."""

from __future__ import annotations

from PIL import Image, ImageFilter

from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext

_FIRMEST = 256
"""Blurring happens on a copy whose shorter edge is about this."""


def blurred(context: PaintContext, strength: float) -> None:
    """Put all painted so far out of focus."""
    context.canvas.replace(_soft(context, strength))


def defocus(context: PaintContext) -> None:
    """Put the distance out of focus; the ground is sharp where the cast stands."""
    soft = _soft(context, 1.5)
    ramp = Image.new("L", (1, 64))
    near = context.ground_at(0.85)
    far = min(context.horizon, near - 1)
    for row in range(64):
        y = (row + 0.5) / 64 * context.height
        ramp.putpixel((0, row), round(255 * max(0.0, min(1.0, (near - y) / (near - far)))))
    picture = context.canvas.image.copy()
    picture.paste(soft, (0, 0), ramp.resize(picture.size, Image.Resampling.BILINEAR))
    context.canvas.replace(picture)


def _soft(context: PaintContext, strength: float) -> Image.Image:
    if context.detail == 0:
        strength *= 0.8
    small = context.canvas.image.reduce(max(1, round(context.unit / _FIRMEST)))
    small = small.filter(ImageFilter.GaussianBlur(strength))
    return small.resize(context.canvas.image.size, Image.Resampling.BICUBIC)
