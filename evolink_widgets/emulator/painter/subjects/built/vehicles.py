"""What rolls: car, bus, truck, bicycle, train."""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

TYRE: Colour = (44, 42, 50)
GLASS: Colour = (150, 196, 216)
CHROME: Colour = (222, 226, 232)
LAMP: Colour = (255, 236, 170)


def wheel(p: Pen, x: float, y: float, radius: float) -> None:
    """A tyre with its rim."""
    p.oval(x, y, radius, radius, TYRE)
    p.oval(x, y, radius * 0.58, radius * 0.58, CHROME)
    p.oval(x, y, radius * 0.3, radius * 0.3, darker(CHROME, 0.45))


def lamp(p: Pen, x: float, y: float) -> None:
    """A headlamp, lit at night."""
    p.oval(x, y, 3.4, 4, LAMP)
    if p.lit:
        p.light(x + 2, y, 26, LAMP, 0.8)


@subject("car", wide=214, tall=1.5, colours="c8463f 3f7fb0 e0b04a 5f9a8a", hero=0.34,
         homes="street, city, beach", seat=(100, 10), room=0.36, inner=(130, 45))  # fmt: skip
def car(p: Pen) -> None:
    """A round little car."""
    p.blob("8,82! 8,58 22,48 50,44 70,20 86,12 124,12 146,22 164,44 196,50 208,62 208,82!", p.main)
    p.inside.blob("62,44! 78,22 88,18 103,17! 103,44!", GLASS)
    p.inside.blob("109,44! 109,17! 124,18 140,26 152,44!", GLASS)
    p.inside.poly([(84, 44), (97, 17), (103, 17), (93, 44)], (255, 255, 255), 0.35)
    p.inside.rect(4, 70, 212, 86, darker(p.main, 0.3))
    p.inside.line(106, 46, 106, 78, 1.2, darker(p.main, 0.35))
    p.inside.stroke("12,56 60,49 160,50 200,57", 2.0, 2.0, lighter(p.main, 0.4))
    p.rect(112, 53, 122, 55.4, CHROME, 1)
    p.rect(2, 76, 26, 82, CHROME, 2)
    p.rect(190, 76, 214, 82, CHROME, 2)
    p.oval(11, 60, 3, 4.4, (206, 60, 56))
    lamp(p, 202, 62)
    for x in (52, 164):
        p.oval(x, 80, 24, 22, darker(p.main, 0.6))
        wheel(p, x, 82, 18)


@subject("bus", wide=230, tall=3.2, colours="d8503f 4f8fc0 e8b23a", hero=0.38, homes="street, city")
def bus(p: Pen) -> None:
    """A city bus."""
    p.rect(6, 10, 224, 88, p.main, 9)
    p.inside.rect(6, 66, 224, 72, lighter(p.main, 0.6))
    p.inside.rect(0, 78, 230, 90, p.dark)
    for k in range(5):
        p.inside.rect(16 + k * 36, 22, 46 + k * 36, 52, LAMP if p.lit else GLASS, 3)
    p.inside.rect(198, 22, 230, 56, GLASS, 3)
    lamp(p, 220, 74)
    for x in (54, 176):
        wheel(p, x, 86, 15)


@subject(
    "truck", wide=200, tall=3, colours="c8503f 4a7fa0 5f8a5a", hero=0.38, homes="street, desert"
)
def truck(p: Pen) -> None:
    """A lorry with a box."""
    p.rect(6, 12, 128, 82, (240, 234, 224), 3)
    p.inside.rect(6, 60, 128, 66, p.main)
    p.blob("132,82! 132,28! 164,28! 178,52 194,58! 194,82!", p.main)
    p.inside.blob("142,52! 142,36! 160,36! 171,52!", GLASS)
    p.rect(4, 78, 196, 86, (70, 68, 78))
    lamp(p, 190, 70)
    for x in (36, 66, 164):
        wheel(p, x, 86, 14)


@subject("bicycle", wide=160, tall=1.1, colours="d24a42 3f7fb0 4f9a7a e0a23a", hero=0.42,
         homes="street, garden", mount=True, seat=(60, 22))  # fmt: skip
def bicycle(p: Pen) -> None:
    """A bicycle seen from the side."""
    for x in (34, 126):
        p.ring(x, 68, 31, 3.4, TYRE)
        p.ring(x, 68, 27.6, 1.1, CHROME)
        for k in range(6 + 2 * p.detail):
            a = math.pi * k / (6 + 2 * p.detail)
            dx, dy = math.cos(a) * 28, math.sin(a) * 28
            p.line(x - dx, 68 - dy, x + dx, 68 + dy, 0.45, CHROME)
        p.oval(x, 68, 3, 3, darker(CHROME, 0.4))
    for x0, y0, x1, y1 in (
        (34, 68, 60, 32), (34, 68, 76, 70), (60, 32, 76, 70), (60, 34, 108, 30), (76, 70, 110, 36),
        (106, 22, 126, 68),
    ):  # fmt: skip
        p.line(x0, y0, x1, y1, 3.4, p.main)
        p.oval(x0, y0, 1.7, 1.7, p.main)
        p.oval(x1, y1, 1.7, 1.7, p.main)
    p.line(60, 32, 57, 22, 2.2, CHROME)
    p.blob("44,19 56,17 70,20 68,23 56,24 46,25", (90, 60, 48))
    p.stroke("106,22 105,13 112,10 120,13", 2.2, 2.2, CHROME)
    p.stroke("118,12 124,16", 4, 3.6, (90, 60, 48))
    p.ring(76, 70, 8, 1.6, (90, 88, 98))
    p.line(76, 70, 83, 83, 2, (90, 88, 98))
    p.rect(79, 82, 91, 85, TYRE, 1)
    p.line(34, 64, 76, 62, 0.7, (90, 88, 98))
    lamp(p, 117, 27)


@subject("train", wide=250, tall=4.2, colours="35423f 7a2f34 2f4a6a", hero=0.36,
         homes="mountain, meadow, desert")  # fmt: skip
def train(p: Pen) -> None:
    """A steam locomotive with a carriage."""
    red: Colour = (196, 62, 54)
    for x, y, r in ((204, 0, 9.0), (190, -8, 7.0), (176, -11, 5.0)):
        p.oval(x, y, r * 1.3, r * 0.7, (236, 232, 236))
    p.rect(4, 26, 96, 80, red, 3)
    p.rect(0, 20, 100, 29, darker(red, 0.4), 3)
    for k in range(3):
        p.inside.rect(12 + k * 28, 36, 32 + k * 28, 58, LAMP if p.lit else GLASS, 2)
    p.rect(92, 76, 112, 80, TYRE)
    p.rect(108, 18, 146, 82, p.main, 2)
    p.rect(102, 12, 152, 20, darker(p.main, 0.4), 2)
    p.inside.rect(116, 28, 138, 48, LAMP if p.lit else GLASS, 2)
    p.rect(142, 38, 226, 78, p.main, 8)
    for x in (160, 184, 208):
        p.inside.line(x, 36, x, 80, 2, (220, 176, 90))
    p.inside.rect(142, 40, 226, 46, lighter(p.main, 0.3), 2)
    p.poly([(200, 38), (197, 8), (215, 8), (212, 38)], darker(p.main, 0.3))
    p.rect(194, 5, 218, 11, (220, 176, 90), 2)
    p.blob("166,40! 166,30 172,25 178,30 178,40!", (220, 176, 90))
    p.rect(108, 76, 232, 84, red, 1)
    p.poly([(226, 76), (248, 98), (222, 98)], darker(p.main, 0.2))
    lamp(p, 226, 44)
    for x in (20, 40, 62, 82):
        wheel(p, x, 89, 10)
    for x in (128, 160, 190):
        wheel(p, x, 84, 15)
    wheel(p, 214, 90, 9)
    p.line(126, 86, 192, 86, 2.6, CHROME)
