"""More that moves by engine: motorcycle, helicopter, submarine, satellite."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, darker, lighter
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.built.vehicles import CHROME, GLASS, TYRE, lamp
from evolink_widgets.emulator.painter.subjects.registry import subject

STEEL: Colour = (196, 202, 214)
INKY: Colour = (56, 52, 62)
PANEL: Colour = (52, 84, 150)


@subject("motorcycle", wide=164, tall=1.15, colours="c8403f 3f7f9f e0a04a 4f9a82", hero=0.4,
         homes="street, city, mountain", mount=True, seat=(62, 38))  # fmt: skip
def motorcycle(p: Pen) -> None:
    """A motor scooter."""
    p.stroke("118,18 130,52 134,74", 6, 6, darker(CHROME, 0.2))
    for x in (36, 132):
        p.oval(x, 76, 22, 22, TYRE)
        p.oval(x, 76, 11, 11, CHROME)
        p.oval(x, 76, 4.6, 4.6, darker(CHROME, 0.5))
    p.blob("112,14! 124,16! 132,50 124,84! 112,84! 118,50", p.main)
    p.blob("8,60 18,46 40,42 74,44 84,54 88,78! 122,80! 120,90! 66,90! 58,78 42,62 24,62", p.main)
    p.inside.blob("20,60 60,58 84,62 90,92 60,92 50,70", darker(p.main, 0.3), 0.5)
    p.inside.blob("20,50 40,45 64,46 50,50 28,54", WHITE, 0.35)
    p.blob("30,44! 34,36 60,35 84,40 86,46! 60,48", (96, 62, 50))
    p.blob("112,58 136,52 152,60 154,68! 140,62 124,62 112,68!", p.dark)
    p.blob("12,68! 16,54 36,50 58,58 62,70!  50,58 28,58", p.dark)
    p.stroke("118,18 112,10 100,12", 3, 3, INKY)
    p.stroke("104,12 96,14", 4.6, 4.6, INKY)
    p.oval(123, 22, 7, 8, CHROME)
    lamp(p, 126, 22)
    p.line(112, 8, 104, -2, 1.4, INKY)
    p.oval(103, -3, 5, 4, CHROME)
    p.oval(10, 60, 3, 3.4, (226, 60, 54))


@subject("helicopter", wide=190, tall=4, colours="c8503f 3f7fb0 e0a83a", hero=0.34, stands="air",
         homes="mountain, city, sea")  # fmt: skip
def helicopter(p: Pen) -> None:
    """A helicopter."""
    p.poly([(8, 14), (20, 14), (30, 40), (18, 44)], p.dark)
    p.blob("14,36! 60,40 90,36 96,60 70,62! 18,46!", p.main)
    p.oval(16, 28, 15, 15, (226, 232, 240), 0, 0.75)
    p.oval(16, 28, 3, 3, INKY)
    p.rect(112, 16, 120, 34, INKY)
    p.blob("66,58 74,38 94,30 122,29 150,34 170,48 176,62 168,74 146,80 96,80 74,74", p.main)
    p.inside.blob("72,66 120,70 180,64 168,84 90,84", darker(p.main, 0.35))
    p.inside.blob("136,34! 152,34 168,46 174,58! 150,60! 136,58!", GLASS)
    p.inside.rect(104, 38, 130, 58, GLASS, 3)
    p.inside.poly([(140, 36), (150, 36), (142, 58), (137, 58)], WHITE, 0.4)
    p.line(96, 80, 92, 92, 3, INKY)
    p.line(144, 80, 148, 92, 3, INKY)
    p.stroke("76,90 82,94 158,94 166,90", 3.4, 3.4, INKY)
    p.poly([(34, 11), (116, 14), (198, 10), (198, 13), (116, 18), (34, 14)], darker(STEEL, 0.3))
    p.oval(116, 14, 5, 4, INKY)
    p.oval(92, 68, 2.4, 2.4, (255, 90, 80))


@subject("submarine", wide=190, tall=6, colours="e0a83a d8604a 5a7f9f", hero=0.36, stands="under",
         homes="reef")  # fmt: skip
def submarine(p: Pen) -> None:
    """A round submarine with portholes."""
    p.poly([(6, 40), (18, 40), (26, 58), (26, 64), (18, 84), (6, 84)], p.dark)
    p.oval(8, 62, 4, 26, darker(STEEL, 0.25))
    p.oval(8, 62, 4, 5, INKY)
    p.line(112, -8, 112, 22, 4, darker(p.main, 0.3))
    p.stroke("112,-7 124,-7", 4.4, 4.4, darker(p.main, 0.3))
    p.rect(120, -10, 126, -3, GLASS, 1)
    p.blob("78,36! 82,16! 122,16! 130,36!", darker(p.main, 0.1))
    p.blob("20,62 28,44 60,34 110,32 154,36 178,48 186,62 178,78 152,90 110,94 60,90 28,80", p.main)
    p.inside.blob("24,70 100,76 186,64 170,98 60,98", darker(p.main, 0.4), 0.6)
    p.inside.blob("50,42 110,37 156,42 120,46 70,48", WHITE, 0.35)
    for x in (66, 100, 134):
        p.inside.oval(x, 60, 11.4, 11.4, darker(STEEL, 0.1))
        p.inside.oval(x, 60, 8.4, 8.4, (255, 230, 160))
        p.inside.oval(x - 3, 57, 2.4, 2, WHITE, 0, 0.8)
        p.light(x, 60, 16, (255, 226, 150), 0.5)
    for k in range(12 if p.detail else 0):
        p.inside.oval(34 + k * 12, 80 - abs(k - 6) * 0.7, 1.2, 1.2, darker(p.main, 0.35))
    p.blob("176,66 188,62 192,68 184,74", (255, 246, 210))
    p.light(186, 68, 30, (255, 244, 200), 0.6)


@subject("satellite", wide=200, tall=3, colours="d8c08a c8ccd6", hero=0.3, stands="air",
         homes="space", tint=False)  # fmt: skip
def satellite(p: Pen) -> None:
    """A satellite with two wings of solar cells."""
    for x0, x1 in ((2, 72), (128, 198)):
        p.line(min(x1, 100), 50, max(x0, 100), 50, 3, STEEL)
        p.poly([(x0, 30), (x1, 26), (x1, 70), (x0, 74)], STEEL)
        p.inside.poly([(x0 + 2, 33), (x1 - 2, 29), (x1 - 2, 67), (x0 + 2, 71)], PANEL)
        for k in range(1, 6):
            x = x0 + k * 11.7
            p.inside.line(x, 24, x, 76, 1.1, lighter(PANEL, 0.4))
        p.inside.line(x0, 51, x1, 49, 1.1, lighter(PANEL, 0.4))
        p.inside.poly([(x0, 30), (x0 + 24, 28), (x0 + 6, 72), (x0, 74)], WHITE, 0.16)
    p.rect(80, 30, 120, 72, p.main, 3)
    p.inside.rect(106, 28, 122, 74, darker(p.main, 0.35), 0, 0.5)
    for y in (42, 56):
        p.inside.line(80, y, 120, y, 1.2, darker(p.main, 0.3))
    p.blob("78,24! 88,10 104,6 122,12! 112,24 96,30", (240, 242, 246))
    p.inside.oval(100, 17, 17, 7, darker(STEEL, 0.15), -16)
    p.line(99, 18, 103, 0, 1.6, STEEL)
    p.oval(103, -1, 2.8, 2.8, (240, 90, 80))
    p.line(100, 72, 100, 88, 2.4, STEEL)
    p.poly([(92, 86), (108, 86), (104, 96), (96, 96)], darker(STEEL, 0.3))
