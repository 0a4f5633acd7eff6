"""The lens: what lies behind the cast goes out of focus."""

from __future__ import annotations

from PIL import Image, ImageFilter

from evolink_widgets.emulator.painter.scenery.context import Stage

_FIRMEST = 256  #: blurring happens on a copy whose shorter edge is about this


def blurred(stage: Stage, strength: float) -> None:
    """Put all painted so far out of focus."""
    stage.canvas.replace(_soft(stage, strength))


def defocus(stage: Stage) -> None:
    """Put the distance out of focus; the ground is sharp where the cast stands."""
    soft = _soft(stage, 1.5)
    ramp = Image.new("L", (1, 64))
    near = stage.ground_at(0.85)
    far = min(stage.horizon, near - 1)
    for row in range(64):
        y = (row + 0.5) / 64 * stage.height
        ramp.putpixel((0, row), round(255 * max(0.0, min(1.0, (near - y) / (near - far)))))
    picture = stage.canvas.image.copy()
    picture.paste(soft, (0, 0), ramp.resize(picture.size, Image.Resampling.BILINEAR))
    stage.canvas.replace(picture)


def _soft(stage: Stage, strength: float) -> Image.Image:
    if stage.detail == 0:
        strength *= 0.8
    small = stage.canvas.image.reduce(max(1, round(stage.unit / _FIRMEST)))
    small = small.filter(ImageFilter.GaussianBlur(strength))
    return small.resize(stage.canvas.image.size, Image.Resampling.BICUBIC)
