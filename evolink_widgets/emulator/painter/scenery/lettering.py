"""Lettering: quoted words of a prompt set as a title, when no sign in the scene carries them."""

from __future__ import annotations

import textwrap

from PIL import ImageFont

from evolink_widgets.emulator.painter.drawing.colour import luminance
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext


def paint_title(context: PaintContext) -> None:
    """Set the scene's words in the upper part of the picture, as large as they fit."""
    text = context.scene.text
    if not text or any(subject.name in ("sign", "shop") for subject in context.scene.subjects):
        return
    lines = textwrap.wrap(text, 8 if len(text) < 9 else max(12, len(text) // 3 + 4))[:4]
    trial = ImageFont.load_default(100)
    longest = max(trial.getlength(line) for line in lines)
    size = min(context.unit * 0.15, 100 * context.width * 0.86 / max(1.0, longest))
    font = ImageFont.load_default(max(5.0, size))
    sky = context.light.sky[0][1]
    pale = luminance(sky) < 165 or context.light.moon
    tone, shade = ((255, 250, 238), (20, 16, 40)) if pale else ((36, 32, 58), (255, 255, 255))
    y = context.height * 0.05 + size * 0.6
    for line in lines:
        for shift, fill in ((size * 0.04, (*shade, 120)), (0.0, (*tone, 255))):
            context.canvas.draw.text(
                (context.width / 2 + shift, y + shift), line, font=font, fill=fill, anchor="mm"
            )
        y += size * 1.15
