"""The last steps: final size, grain, the mark, and a real file of the asked format."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageDraw, ImageFont

from evolink_widgets.emulator.painter.drawing.chance import grain_tile, tiled
from evolink_widgets.emulator.painter.drawing.colour import luminance

MARK = "simulated"


def resized(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Bring the canvas to the exact size: box filter down, bicubic up."""
    if picture.size == (width, height):
        return picture
    if picture.width % width == 0 and picture.width // width == picture.height / height:
        return picture.reduce(picture.width // width)
    if picture.width > width:
        return picture.resize((width, height), Image.Resampling.BOX)
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def grained(picture: Image.Image, strength: int) -> Image.Image:
    """Add fine film grain: it hides the steps of gradients."""
    if strength <= 0:
        return picture
    noise = tiled(grain_tile(512, strength), picture.size)
    return ImageChops.add(picture, Image.merge("RGB", (noise, noise, noise)), 1, -128)


def marked(picture: Image.Image) -> Image.Image:
    """Write the small "simulated" mark into the lower right corner, in place."""
    short = min(picture.size)
    size = max(6.0, min(short * 0.021, picture.width * 0.03) + 3)
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(MARK)
    wide, high = right - left, bottom - top
    pad = size * 0.55
    dot = size * 0.26
    full = wide + dot * 3.2 + pad * 1.5
    box = (
        max(0, round(picture.width - full - pad)),
        max(0, round(picture.height - high - pad * 2.2)),
        picture.width,
        picture.height,
    )
    part = picture.crop(box)
    pixel = part.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    dark = luminance((int(pixel[0]), int(pixel[1]), int(pixel[2]))) < 150
    tone = (255, 255, 255, 205) if dark else (30, 28, 40, 190)
    soft = (0, 0, 0, 70) if dark else (255, 255, 255, 70)
    pencil = ImageDraw.Draw(part, "RGBA")
    x, y = pad * 0.5 + dot * 3.2, pad * 0.9 - top
    for dx, colour in ((max(1.0, size * 0.05), soft), (0.0, tone)):
        pencil.text((x + dx, y + dx), MARK, font=font, fill=colour)
        cy = pad * 0.9 + high * 0.5
        ring = (x - dot * 2.9 + dx, cy - dot + dx, x - dot * 0.9 + dx, cy + dot + dx)
        pencil.ellipse(ring, outline=colour, width=max(1, round(size * 0.09)))
    picture.paste(part, box[:2])
    return picture


def encoded(picture: Image.Image, format: str) -> bytes:
    """Write PNG (level 1), JPEG (q92) or WebP (method 0): quick, and still small enough."""
    out = io.BytesIO()
    kind = format.lower()
    if kind == "png":
        picture.save(out, "PNG", compress_level=1)
    elif kind in ("jpeg", "jpg"):
        picture.save(out, "JPEG", quality=92)
    elif kind == "webp":
        picture.save(out, "WEBP", quality=90, method=0)
    else:
        raise ValueError(f"format must be png, jpeg or webp, not {format!r}")
    return out.getvalue()
