"""What one eats and drinks: fruit, cake, bread, pizza, burger, ice cream, sushi, wine, bottle."""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

CREAM: Colour = (252, 242, 226)
CRUST: Colour = (206, 142, 74)
STEM: Colour = (104, 74, 50)
LEAF: Colour = (104, 156, 76)
PLATE: Colour = (240, 238, 234)
GLASS: Colour = (206, 224, 230)


def _leaf(p: Pen, x: float, y: float, long: float, turn: float) -> None:
    a = math.radians(turn)
    p.stroke(f"{x},{y} {x + long * 0.5 * math.cos(a) + 1},{y + long * 0.5 * math.sin(a) - 1} "
             f"{x + long * math.cos(a)},{y + long * math.sin(a)}", 1.5, 0.5, LEAF,
             belly=long * 0.42)  # fmt: skip


def _plate(p: Pen, x: float, y: float, rx: float) -> None:
    p.oval(x, y + 1.6, rx, rx * 0.13, darker(PLATE, 0.25))
    p.oval(x, y, rx, rx * 0.12, PLATE)
    p.inside.oval(x, y - 0.4, rx * 0.72, rx * 0.075, darker(PLATE, 0.1))


def _shine(p: Pen, x: float, y: float, size: float) -> None:
    p.inside.oval(x, y, size * 0.5, size, WHITE, 24, 0.5)


@subject("apple", wide=96, tall=0.1, colours="cf3a34 c8302f 7fae4a", hero=0.36, homes="tabletop",
         grip=(48, 90))  # fmt: skip
def apple(p: Pen) -> None:
    """An apple with its leaf."""
    p.stroke("48,28 49,16 55,6", 3.6, 2.6, STEM)
    _leaf(p, 52, 16, 26, -18)
    p.blob("48,26 62,19 82,22 92,42 88,68 74,92 60,99 48,96 36,99 22,92 8,68 4,42 14,22 34,19",
           p.main)  # fmt: skip
    p.inside.blob("68,20 96,40 90,72 66,100 58,100 82,66", darker(p.main, 0.4), 0.4)
    p.inside.blob("34,24 48,30 62,24 56,36 40,36", darker(p.main, 0.45), 0.5)
    _shine(p, 22, 46, 13)


@subject("orange", wide=96, tall=0.09, colours="ee8a2e f09a34", hero=0.34, homes="tabletop")
def orange(p: Pen) -> None:
    """An orange and a slice of another."""
    p.oval(42, 56, 42, 43, p.main)
    p.inside.blob("66,18 90,50 76,92 40,104 70,78 74,46", darker(p.main, 0.35), 0.4)
    for k in range(26 if p.detail else 8):
        a, d = k * 2.4, 7.4 * math.sqrt(k)
        p.inside.oval(42 + d * math.cos(a), 56 + d * math.sin(a), 0.8, 0.8, darker(p.main, 0.22))
    p.stroke("42,18 43,12", 4, 3, STEM)
    _leaf(p, 43, 14, 24, -28)
    _shine(p, 20, 40, 11)
    p.oval(76, 79, 21, 21, darker(p.main, 0.05))
    p.oval(76, 79, 18, 18, CREAM)
    for k in range(8):
        a = math.tau * k / 8
        p.inside.poly([(76, 79), (76 + 17 * math.cos(a + 0.07), 79 + 17 * math.sin(a + 0.07)),
                       (76 + 17 * math.cos(a + 0.71), 79 + 17 * math.sin(a + 0.71))],
                      lighter(p.main, 0.15))  # fmt: skip


@subject("lemon", wide=124, tall=0.08, colours="f4d23c f0c832", hero=0.3, homes="tabletop")
def lemon(p: Pen) -> None:
    """A lemon with its leaf, a half before it."""
    _leaf(p, 40, 26, 30, -150)
    p.blob("4,54! 14,44 30,26 56,20 82,28 98,44 110,50! 100,62 84,80 56,86 30,80 14,64", p.main)
    p.inside.blob("20,70 56,78 100,56 84,90 40,92", darker(p.main, 0.35), 0.45)
    _shine(p, 40, 40, 9)
    p.oval(92, 76, 24, 23, darker(p.main, 0.06))
    p.oval(92, 76, 20.5, 19.5, CREAM)
    for k in range(9):
        a = math.tau * k / 9
        p.inside.poly([(92, 76), (92 + 18 * math.cos(a + 0.08), 76 + 17 * math.sin(a + 0.08)),
                       (92 + 18 * math.cos(a + 0.62), 76 + 17 * math.sin(a + 0.62))],
                      lighter(p.main, 0.25))  # fmt: skip


@subject("pear", wide=76, tall=0.11, colours="b8bf4e c8c05a a8b84a", hero=0.4, homes="tabletop")
def pear(p: Pen) -> None:
    """A pear."""
    p.stroke("38,14 40,4 46,-4", 3.4, 2.4, STEM)
    _leaf(p, 42, 4, 20, 8)
    p.blob("38,10 47,14 52,28 56,44 68,58 73,76 64,94 46,100 30,100 12,94 3,76 8,58 20,44 24,28 "
           "29,14", p.main)  # fmt: skip
    p.inside.blob("48,14 58,40 76,62 66,98 44,102 60,78 50,50", darker(p.main, 0.4), 0.4)
    p.inside.oval(24, 80, 12, 13, (232, 140, 84), 20, 0.35)
    _shine(p, 24, 62, 11)


@subject("strawberry", wide=80, tall=0.05, colours="dc3a40 d02f3a", hero=0.34, homes="tabletop",
         tint=False)  # fmt: skip
def strawberry(p: Pen) -> None:
    """A strawberry."""
    p.blob("40,20 60,16 76,28 76,50 64,76 46,98 40,100 34,98 16,76 4,50 4,28 20,16", p.main)
    p.inside.blob("62,18 82,40 64,80 44,102 56,70 64,44", darker(p.main, 0.4), 0.4)
    for row in range(6):
        for k in range(6 - row):
            x = 40 + (k - (5 - row) / 2) * 12.4
            p.inside.oval(x, 32 + row * 11, 1.5, 2.3, (250, 216, 120))
    _shine(p, 17, 42, 8)
    for turn in (-170, -140, -90, -40, -10):
        a = math.radians(turn)
        p.stroke(
            f"40,19 {40 + 15 * math.cos(a)},{19 + 6 * math.sin(a)} "
            f"{40 + 31 * math.cos(a)},{22 + 12 * math.sin(a)}",
            5,
            0.6,
            LEAF,
            belly=6,
        )
    p.stroke("40,18 41,8 46,2", 3, 2.4, darker(LEAF, 0.2))


@subject("pumpkin", wide=120, tall=0.4, colours="e8842c e07a26", hero=0.36,
         homes="garden, meadow", seat=(60, 16))  # fmt: skip
def pumpkin(p: Pen) -> None:
    """A pumpkin; with a face that shines when the lamps are lit."""
    p.stroke("60,26 60,12 68,2", 8, 5, (110, 130, 70))
    for x, rx, shade in ((22, 20, 0.3), (98, 20, 0.3), (38, 24, 0.16), (82, 24, 0.16), (60, 22, 0)):
        p.oval(x, 61, rx, 37 - abs(x - 60) * 0.1, darker(p.main, shade))
    for x in (34, 60, 86):
        p.inside.stroke(
            f"{60 + (x - 60) * 0.5},26 {x + (x - 60) * 0.2},60 {60 + (x - 60) * 0.6},97",
            1.4,
            1.2,
            darker(p.main, 0.4),
        )
    p.inside.blob("30,40 44,30 54,32 42,40 36,54", WHITE, 0.25)
    if p.lit:
        flame: Colour = (255, 226, 130)
        for x in (42, 78):
            p.inside.poly([(x - 9, 58), (x + 9, 58), (x, 42)], flame)
            p.light(x, 53, 22, flame, 0.7)
        p.inside.blob("28,70! 44,76 60,77 76,76 92,70! 82,86 60,92 38,86", flame)
        p.inside.rect(50, 74, 57, 81, darker(p.main, 0.1))
        p.inside.rect(66, 84, 73, 92, darker(p.main, 0.1))
        p.light(60, 80, 50, flame, 0.7)


@subject("grapes", wide=80, tall=0.2, colours="6a4a8a 5a3f7a 8aa04a", hero=0.4, homes="tabletop")
def grapes(p: Pen) -> None:
    """A bunch of grapes."""
    p.stroke("40,24 41,10 50,0", 3.6, 2.6, STEM)
    p.blob("42,16! 52,2 70,4 80,12! 74,20 78,28! 62,28 50,26", LEAF)
    p.inside.stroke("46,18 60,15 72,16", 1, 0.5, darker(LEAF, 0.3))
    for row, count in enumerate((4, 5, 4, 3, 2, 1)):
        for k in range(count):
            x = 40 + (k - (count - 1) / 2) * 14.6
            y = 30 + row * 12.4
            p.oval(x, y, 9.2, 9.6, darker(p.main, 0.3))
            p.inside.oval(x - 0.6, y - 0.8, 7.9, 8.2, lighter(p.main, 0.06 * ((row + k) % 3)))
            p.inside.oval(x - 3, y - 3.4, 2, 2.4, WHITE, 20, 0.5)


@subject("cake", wide=124, tall=0.25, colours="f0b0bc f4d8b0 a8d0c8", hero=0.44, homes="tabletop",
         seat=(62, 30))  # fmt: skip
def cake(p: Pen) -> None:
    """A layered cake with berries and burning candles."""
    sponge: Colour = (226, 178, 112)
    _plate(p, 62, 94, 60)
    p.rect(16, 46, 108, 93, sponge, 3)
    p.inside.rect(16, 62, 108, 68, CREAM)
    p.inside.rect(16, 80, 108, 86, (196, 70, 84))
    p.inside.rect(84, 44, 112, 96, darker(sponge, 0.7), 0, 0.14)
    p.blob("14,54! 14,42 24,36 62,34 100,36 110,42 110,54! 106,62 101,58 95,50 88,62 82,66 76,54 "
           "68,52 62,64 55,62 50,52 42,52 38,60 32,62 26,52 20,60", p.main)  # fmt: skip
    p.inside.oval(62, 40, 44, 5, lighter(p.main, 0.35))
    for k in range(5):
        x = 30 + k * 16
        p.oval(x, 38, 6, 5.4, (206, 52, 62))
        p.inside.oval(x - 1.6, 36, 1.6, 1.3, WHITE, 0, 0.7)
    for x, tone in ((38, (120, 176, 214)), (62, (250, 206, 110)), (86, (150, 196, 130))):
        p.rect(x - 2, 14, x + 2, 37, tone, 1)
        p.blob(f"{x},0 {x + 3.4},8 {x},13 {x - 3.4},8", (255, 180, 74))
        p.blob(f"{x},5 {x + 1.6},9 {x},12 {x - 1.6},9", (255, 246, 190))
        p.light(x, 8, 16, (255, 206, 120), 0.7)


@subject("bread", wide=150, tall=0.12, colours="cf9048 c2823e", hero=0.32, homes="tabletop")
def bread(p: Pen) -> None:
    """A scored loaf on a board, a slice cut off."""
    p.rect(0, 88, 150, 98, (150, 102, 64), 4)
    p.blob("14,88! 8,60 26,36 66,28 104,36 122,60 118,88!", p.main)
    p.inside.blob("16,86 60,76 120,84 118,96 12,96", darker(p.main, 0.3), 0.6)
    for k in range(4):
        x = 34 + k * 21
        p.inside.stroke(f"{x - 7},{54 - abs(k - 1.5)} {x + 2},44 {x + 11},{38 + abs(k - 1.5) * 2}",
                        2, 1, mix(CREAM, p.main, 0.2), belly=5)  # fmt: skip
    p.inside.blob("20,56 36,40 64,33 48,42 30,60", WHITE, 0.25)
    p.blob("108,90! 106,62 112,52 126,48 138,52 144,62 142,90!", darker(p.main, 0.15))
    p.blob("111,88! 110,64 115,56 126,52 136,56 140,64 139,88!", CREAM)
    for x, y in ((118, 66), (130, 62), (124, 76), (134, 78), (117, 82)):
        p.inside.oval(x, y, 2, 1.4, (226, 200, 160))


@subject("pizza", wide=150, tall=0.12, colours="e8b84a", hero=0.4, homes="tabletop", tint=False)
def pizza(p: Pen) -> None:
    """A pizza seen from above at a slant, one slice pulled out."""
    p.oval(72, 58, 70, 40, darker(CRUST, 0.25))
    p.oval(72, 55, 70, 39, CRUST)
    p.inside.oval(72, 55, 61, 33, (198, 66, 48))
    p.inside.oval(72, 54.5, 57, 30.5, p.main)
    for x, y in ((40, 44), (72, 36), (100, 46), (54, 66), (88, 64), (70, 52), (30, 58), (112, 58)):
        p.inside.oval(x, y, 8.4, 5, (186, 58, 46))
        p.inside.oval(x - 1, y - 0.8, 6.4, 3.6, (208, 84, 62))
    for x, y, turn in ((56, 42, 20), (86, 52, -40), (42, 56, 70), (72, 68, 10), (100, 66, 50)):
        p.inside.oval(x, y, 5, 2, (84, 138, 70), turn)
    p.hole("74,57! 132,77! 110,92! 92,96!")
    p.blob("86,68! 146,84! 134,97 118,103 104,104!", CRUST)
    p.inside.poly([(86, 68), (139, 85), (128, 94), (104, 99)], p.main)
    p.inside.oval(116, 86, 7.4, 4.6, (196, 70, 54))
    p.stroke("98,76 96,84", 2.4, 1, lighter(p.main, 0.25))


@subject("burger", wide=116, tall=0.12, colours="d8913f", hero=0.38, homes="tabletop", tint=False)
def burger(p: Pen) -> None:
    """A hamburger."""
    p.rect(10, 76, 106, 98, darker(p.main, 0.08), 12)
    p.blob("4,74 16,68 34,74 52,69 70,75 88,69 102,74 112,72 108,82 88,80 70,84 50,80 30,84 10,80",
           LEAF)  # fmt: skip
    p.rect(8, 59, 108, 75, (112, 66, 46), 8)
    p.poly([(10, 58), (106, 58), (88, 70), (70, 61), (40, 71), (26, 61)], (250, 200, 80))
    p.rect(12, 51, 104, 59, (204, 60, 50), 4)
    p.blob("6,52! 10,28 32,11 58,7 84,11 106,28 110,52!", p.main)
    p.inside.blob("74,8 114,34 112,54 84,54 98,34", darker(p.main, 0.4), 0.35)
    for x, y, turn in ((34, 24, 30), (50, 16, -10), (66, 20, 20), (80, 28, -30), (46, 33, 50),
                       (64, 36, -20), (24, 38, 10)):  # fmt: skip
        p.inside.oval(x, y, 3.4, 2, CREAM, turn)


@subject("ice cream", wide=70, tall=0.2, colours="f4a8b8 f2dcb4 a8dcc0", hero=0.46,
         homes="beach, street, studio", grip=(35, 86))  # fmt: skip
def ice_cream(p: Pen) -> None:
    """Three scoops in a cone."""
    cone: Colour = (222, 162, 92)
    p.poly([(14, 48), (56, 48), (35, 102)], cone)
    for k in range(-6, 8):
        p.inside.line(k * 8, 44, k * 8 + 40, 104, 0.9, darker(cone, 0.25))
        p.inside.line(70 - k * 8, 44, 30 - k * 8, 104, 0.9, darker(cone, 0.25))
    p.inside.poly([(44, 46), (58, 46), (35, 104)], darker(cone, 0.5), 0.25)
    for x, y, tone in (
        (23, 36, mix(p.main, (120, 78, 60), 0.7)),
        (47, 36, CREAM),
        (35, 19, p.main),
    ):
        p.oval(x, y, 15, 14.5, tone)
        p.inside.oval(x - 5, y - 5, 3, 4.6, WHITE, 30, 0.45)
    for x, y in ((13, 48), (22, 51), (32, 48), (42, 52), (52, 48)):
        p.oval(x, y - 1, 6, 5, CREAM if x > 30 else mix(p.main, (120, 78, 60), 0.7))
    p.oval(36, 2, 5, 5, (206, 44, 56))
    p.stroke("37,-2 40,-8 46,-11", 1.2, 0.9, (110, 90, 60))


@subject("sushi", wide=160, tall=0.06, colours="f0845a", hero=0.28, homes="tabletop", tint=False)
def sushi(p: Pen) -> None:
    """Two pieces and a roll on a board."""
    rice: Colour = (250, 247, 240)
    p.rect(0, 84, 160, 93, (108, 74, 54), 2)
    p.rect(16, 92, 26, 100, (86, 58, 44))
    p.rect(134, 92, 144, 100, (86, 58, 44))
    for x, tone in ((8, p.main), (62, (206, 64, 70))):
        p.rect(x + 2, 60, x + 46, 85, rice, 9)
        p.blob(f"{x - 4},66 {x + 8},50 {x + 26},44 {x + 44},50 {x + 53},66 {x + 44},70 {x + 26},62 "
               f"{x + 8},70", tone)  # fmt: skip
        for k in range(4):
            p.inside.stroke(f"{x + 7 + k * 11},48 {x + 12 + k * 10},64", 1.6, 1.2,
                            lighter(tone, 0.5))  # fmt: skip
    p.oval(136, 64, 22, 22, (46, 54, 50))
    p.inside.oval(136, 64, 18.4, 18.4, rice)
    p.inside.oval(131, 61, 6, 6, p.main)
    p.inside.oval(141, 62, 5, 5, (116, 170, 90))
    p.inside.oval(137, 70, 5, 4.4, (248, 214, 110))


@subject("wine glass", wide=60, tall=0.24, colours="9a2f48 e8c85a", hero=0.46, homes="tabletop")
def wine_glass(p: Pen) -> None:
    """A glass of wine."""
    p.oval(30, 96, 20, 4.4, GLASS)
    p.rect(28.2, 56, 31.8, 95, lighter(GLASS, 0.2))
    p.blob("9,4! 51,4! 53,26 46,46 34,57 26,57 14,46 7,26", GLASS)
    p.inside.blob("6,25! 54,25! 48,46 30,58 12,46", p.main)
    p.inside.oval(30, 25, 23, 3.6, lighter(p.main, 0.3))
    p.inside.blob("13,8 18,8 16,30 22,46 14,38 11,22", WHITE, 0.5)
    p.oval(30, 4.4, 21, 2.6, lighter(GLASS, 0.5))


@subject("bottle", wide=50, tall=0.3, colours="5a8a6a 7a4f8f 3f7f9f", hero=0.48,
         homes="tabletop, beach")  # fmt: skip
def bottle(p: Pen) -> None:
    """A corked bottle with a label and a glint."""
    p.rect(20, -2, 30, 10, (190, 146, 96), 1)
    p.rect(17.5, 8, 32.5, 14, darker(p.main, 0.15), 2)
    p.blob("19,12! 31,12! 32,28 42,40 46,52 46,94 42,100! 8,100! 4,94 4,52 8,40 18,28", p.main)
    p.inside.blob("4,52 46,52 46,102 4,102", darker(p.main, 0.25), 0.6)
    p.inside.rect(7, 58, 43, 84, CREAM, 2)
    p.inside.rect(12, 64, 38, 66.5, (160, 120, 80))
    p.inside.oval(25, 74, 6, 6, mix(p.main, CREAM, 0.3))
    p.inside.blob("10,48 14,40 20,30 20,46 13,60 12,96 8,94", WHITE, 0.4)
    p.inside.blob("38,42 50,52 50,100 40,100", darker(p.main, 0.6), 0.3)
