"""From a prompt to the bytes of a picture file."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from .chance import Chance, Wander
from .colour import Colour, mix, turned

FORMATS = ("png", "jpeg", "webp")


def render(
    prompt: str,
    *,
    width: int,
    height: int,
    quality: str = "medium",
    index: int = 0,
    seed: int | str = 0,
    format: str = "png",
    references: Sequence[bytes] = (),
) -> bytes:
    """Paint ``prompt`` and return a real PNG, JPEG or WebP of exactly ``width`` × ``height``."""
    chance = Chance(prompt, index, seed, width, height, quality)
    rng = chance.stream("hills")
    top: Colour = turned((70, 120, 200), rng.uniform(-0.2, 0.2))
    low: Colour = turned((250, 200, 160), rng.uniform(-0.1, 0.1))
    picture = Image.new("RGB", (1, 64))
    for y in range(64):
        picture.putpixel((0, y), mix(top, low, y / 63))
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for layer in range(5):
        ridge = Wander(rng)
        base = height * (0.5 + layer * 0.1)
        points = [
            (x, base + ridge(x / width * 3) * height * 0.1) for x in range(0, width + 8, 8)
        ]
        shade = mix(low, turned((30, 50, 70), rng.uniform(-0.1, 0.1)), 0.3 + layer * 0.15)
        draw.polygon([(0, height), *points, (width + 8, height)], fill=shade)
    edge = max(8, min(width, height) // 40)
    draw.text((edge, height - 2 * edge), "simulated", font=ImageFont.load_default(edge))
    out = io.BytesIO()
    if format == "png":
        picture.save(out, "PNG", compress_level=1)
    elif format == "jpeg":
        picture.save(out, "JPEG", quality=92)
    else:
        picture.save(out, "WEBP", quality=90, method=0)
    return out.getvalue()
