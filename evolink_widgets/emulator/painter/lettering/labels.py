"""Labels: a name or asked-for words on a thing, or on a plate at its foot."""

from __future__ import annotations

from PIL import Image

from evolink_widgets.emulator.painter.drawing.colour import Colour, luminance
from evolink_widgets.emulator.painter.drawing.letters import fitting, legible
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.lettering.forms import Label, tone_of

_LEAST = 7.0
"""Letters on the thing itself are no smaller than this, in hundredths of its height."""
_SOLID = 150
"""How much of a label's place the thing covers, of 255."""
_APART = 95.0
"""How far letters and ground differ in luminance."""
_DARK: Colour = (40, 38, 52)
_PALE: Colour = (252, 250, 244)


def label(p: Pen, text: str, zone: Label | None, wide: float) -> None:
    """Letter ``text`` where the kind has a place for it, else on a plate at its foot."""
    if not legible(text):
        return
    if zone is None or fitting(text, zone[2], zone[3]) < _LEAST or not _solid(p, zone):
        _plate(p, text, wide)
        return
    x, y, across, down, ink = zone
    if ink == "x":  # the ground is too lively to be read on
        p.inside.rect(x - across / 2, y - down / 2, x + across / 2, y + down / 2, _PALE, 4)
        p.words(text, x, y, across * 0.9, down * 0.84, _DARK, bold=0.015, most=26)
        return
    p.words(text, x, y, across, down, _readable(p, tone_of(ink, p), zone), bold=0.015, most=26)


def _mean(p: Pen, picture: Image.Image, zone: Label) -> bytes:
    """The mean of a picture of the pen's where the label is."""
    x, y, across, down, _ = zone
    left, top = p.spot(x - across / 2, y - down / 2)
    right, bottom = p.spot(x + across / 2, y + down / 2)
    box = max(0.0, left), max(0.0, top), min(p.size[0], right), min(p.size[1], bottom)
    return picture.resize((1, 1), Image.Resampling.BOX, box).tobytes()


def _solid(p: Pen, zone: Label) -> bool:
    """Is there enough of the thing to letter on?"""
    return _mean(p, p.mask, zone)[0] > _SOLID


def _readable(p: Pen, ink: Colour, zone: Label) -> Colour:
    """The label's ink, or one that stands out where the ground has taken an asked-for colour."""
    red, green, blue = _mean(p, p.tile, zone)
    light = luminance((red, green, blue))
    if abs(light - luminance(ink)) > _APART:
        return ink
    return _DARK if light > 128 else _PALE


def _plate(p: Pen, text: str, wide: float) -> None:
    """A small board before the thing's foot, as museums have it."""
    half = min(wide / 2 + 11, 5.4 * len(text) / 2 + 6)
    middle = wide / 2
    p.rect(middle - half, 90, middle + half, 108, (112, 82, 58), 2)
    p.rect(middle - half + 1.4, 91.4, middle + half - 1.4, 106.6, (250, 244, 228), 1.4)
    p.words(text, middle, 99, 2 * half - 6, 13, _DARK, bold=0.015)
