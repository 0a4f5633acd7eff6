"""Lettering: the asked-for words set as a title, when nothing in the scene carries them."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import luminance
from evolink_widgets.emulator.painter.drawing.letters import lettered
from evolink_widgets.emulator.painter.scenery.paint_context import PaintContext


def paint_title(context: PaintContext) -> None:
    """Set the scene's words in the upper part of the picture, as large as they fit."""
    text = context.scene.text
    if not text or context.lettered:
        return
    sky = context.light.sky[0][1]
    pale = luminance(sky) < 165 or context.light.moon
    tone, shade = ((255, 250, 238), (20, 16, 40)) if pale else ((36, 32, 58), (255, 255, 255))
    lettered(
        context.canvas.draw,
        text,
        (context.width / 2, context.height * 0.17),
        (context.width * 0.86, context.height * 0.24),
        (*tone, 255),
        most=context.unit * 0.15,
        bold=0.01,
        shade=(0.04, (*shade, 120)),
    )
