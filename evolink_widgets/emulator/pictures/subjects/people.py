"""Who walks on two legs: person, astronaut, robot, wizard, ghost, snowman."""

from __future__ import annotations

from ..colour import Colour, darker, lighter
from ..pen import Pen
from .registry import subject

SKINS: tuple[Colour, ...] = ((244, 205, 172), (222, 170, 128), (166, 112, 78), (108, 72, 54))
HAIRS: tuple[Colour, ...] = ((58, 42, 40), (112, 70, 44), (206, 160, 90), (150, 72, 44))
DARK: Colour = (44, 40, 54)


def _head(p: Pen, x: float, y: float, size: float) -> None:
    skin, hair = p.rng.choice(SKINS), p.rng.choice(HAIRS)
    p.oval(x, y - size * 0.1, size * 1.12, size * 1.12, hair)
    p.oval(x, y + size * 0.16, size * 0.92, size * 0.9, skin)
    p.inside.blob(
        f"{x - size},{y} {x - size * 0.5},{y - size * 0.5} {x + size},{y - size * 0.3} "
        f"{x + size},{y - size * 1.2} {x - size},{y - size * 1.2}", hair,
    )  # fmt: skip
    for sign in (-1, 1):
        p.oval(x + sign * size * 0.36, y + size * 0.22, size * 0.1, size * 0.14, DARK)
    p.stroke(f"{x - 2},{y + size * 0.6} {x},{y + size * 0.7} {x + 2},{y + size * 0.6}", 0.7, 0.7,
             (190, 90, 84))  # fmt: skip


@subject("person", wide=56, tall=1.7, colours="d9624a 3f7fa8 e0a84a 5f8f6a 8a6fa8", hero=0.5,
         homes="meadow, beach, street", head=(28, 6), hand=(47, 66))  # fmt: skip
def person(p: Pen) -> None:
    """A person in a coat and boots."""
    for x in (23, 33):
        p.stroke(f"{x},66 {x},96", 7.4, 6, (66, 70, 96))
        p.oval(x + 1.5, 97.4, 5.4, 3.2, DARK)
    p.stroke("18,36 11,50 10,62", 7, 5.6, p.dark)
    p.stroke("38,36 45,50 46,62", 7, 5.6, p.dark)
    p.oval(10, 64, 3, 3, SKINS[1])
    p.oval(46, 64, 3, 3, SKINS[1])
    p.blob("20,32 28,29 36,32 41,46 44,74! 28,77 12,74! 15,46", p.main)
    p.inside.line(28, 32, 28, 77, 0.8, p.dark)
    p.inside.blob("33,30 44,46 46,78 36,78 37,50", p.dark, 0.4)
    p.rect(18, 28, 38, 34, lighter(p.main, 0.45), 3)
    _head(p, 28, 17, 11.5)


@subject("astronaut", wide=68, tall=1.9, colours="f2f2f0 ece8e2", hero=0.54,
         homes="moon ground, space", head=(34, 2), hand=(57, 66))  # fmt: skip
def astronaut(p: Pen) -> None:
    """An astronaut with a golden visor."""
    suit, grey = p.main, darker(p.main, 0.22)
    p.rect(14, 30, 54, 66, darker(p.main, 0.35), 6)
    for x in (26, 42):
        p.stroke(f"{x},66 {x},92", 13, 11.5, suit if x < 30 else grey)
        p.rect(x - 7, 90, x + 8, 100, darker(p.main, 0.45), 3)
        p.inside.line(x - 7, 80, x + 7, 80, 1.2, grey)
    p.stroke("20,42 10,54 11,64", 11.5, 9.5, suit)
    p.stroke("48,42 58,54 57,64", 11.5, 9.5, grey)
    p.oval(11, 67, 5.2, 5.2, darker(p.main, 0.45))
    p.oval(57, 67, 5.2, 5.2, darker(p.main, 0.45))
    p.rect(17, 36, 51, 73, suit, 9)
    p.inside.blob("42,36 52,40 52,74 38,74 44,54", grey)
    p.inside.rect(24, 50, 44, 62, darker(p.main, 0.4), 2)
    for x, tone in ((28, (222, 74, 66)), (34, (250, 200, 90)), (40, (90, 170, 220))):
        p.oval(x, 56, 1.9, 1.9, tone)
    p.inside.rect(18, 43, 24, 47, (62, 112, 186), 1)
    p.oval(34, 20, 20, 20, suit)
    p.inside.oval(38, 22, 18, 19, grey, 0, 0.4)
    p.oval(35.5, 21, 15.4, 13.4, darker(p.main, 0.55))
    p.oval(35.5, 21, 13.8, 11.8, (226, 158, 68))
    p.inside.blob("22,20 28,11 44,11 49,20 36,24", (250, 206, 120))
    p.inside.oval(29, 15.5, 3.6, 2, (255, 255, 255), -30, 0.85)


@subject("robot", wide=72, tall=1.6, colours="8fa8b8 d98a4a 6fae9a c8b04a", hero=0.5,
         homes="city, room, street", head=(36, 6), hand=(62, 72))  # fmt: skip
def robot(p: Pen) -> None:
    """A friendly robot."""
    eye: Colour = (130, 240, 255)
    p.line(36, 0, 36, 10, 1.6, DARK)
    p.oval(36, -1, 3.2, 3.2, (240, 90, 80))
    for x in (26, 46):
        p.rect(x - 4, 76, x + 4, 94, p.dark, 1)
        p.rect(x - 8, 92, x + 8, 100, darker(p.main, 0.5), 3)
    p.stroke("16,50 8,58 10,70", 6, 6, p.dark)
    p.stroke("56,50 64,58 62,70", 6, 6, p.dark)
    p.oval(10, 72, 5, 5, darker(p.main, 0.5))
    p.oval(62, 72, 5, 5, darker(p.main, 0.5))
    p.rect(14, 42, 58, 80, p.main, 5)
    p.inside.rect(49, 42, 58, 80, p.dark, 0, 0.5)
    p.inside.rect(22, 50, 46, 68, darker(p.main, 0.5), 2)
    for k, tone in enumerate(((240, 100, 90), (250, 206, 90), (110, 220, 140))):
        p.oval(27 + k * 7, 55, 2, 2, tone)
    p.inside.rect(25, 61, 43, 64, eye, 1)
    p.rect(30, 36, 42, 44, p.dark)
    p.rect(12, 8, 60, 39, lighter(p.main, 0.12), 9)
    p.inside.rect(17, 14, 55, 33, DARK, 7)
    for x in (28, 44):
        p.oval(x, 22.5, 4.6, 4.8, eye)
        p.oval(x + 1.4, 21, 1.4, 1.4, (255, 255, 255))
        p.light(x, 22.5, 9, eye, 0.5)
    p.inside.stroke("31,29 36,31 41,29", 1.1, 1.1, eye)
    for x in (9, 63):
        p.rect(x - 3, 17, x + 3, 30, darker(p.main, 0.4), 1.5)


@subject("wizard", wide=70, tall=1.8, colours="5a5aa8 7a4f9a 3f6f8a", hero=0.52, hand=(58, 60),
         homes="forest, mountain, library")  # fmt: skip
def wizard(p: Pen) -> None:
    """A wizard with beard, hat and staff."""
    p.line(60, 24, 60, 100, 2.4, (110, 78, 56))
    p.oval(60, 22, 4.6, 4.6, (150, 230, 255))
    p.light(60, 22, 22, (150, 220, 255), 0.8)
    p.stroke("44,44 54,54 59,58", 9, 8, p.dark)
    p.blob("24,38 34,35 44,38 52,70 58,100! 10,100! 16,70", p.main)
    p.inside.blob("40,36 60,100 44,100 42,66", p.dark, 0.5)
    p.oval(34, 30, 10, 10.4, SKINS[0])
    p.blob("24,32 34,36 44,32 43,52 34,68 25,52", (240, 238, 240))
    for x in (30, 38):
        p.oval(x, 28.6, 1.2, 1.5, DARK)
    p.blob("14,25! 22,20 27,8 40,-10! 42,6 46,20 54,25! 34,28", p.dark)
    p.inside.stroke("22,20 34,23 47,20", 2.6, 2.6, (236, 196, 90))


@subject("snowman", wide=64, tall=1.7, colours="f6f8fb", hero=0.5, homes="snow", tint=False)
def snowman(p: Pen) -> None:
    """A snowman with scarf and carrot."""
    p.stroke("18,52 4,40 0,34", 1.6, 1, (100, 70, 54))
    p.stroke("46,52 60,42 64,34", 1.6, 1, (100, 70, 54))
    for y, r in ((78, 23.0), (48, 17.0), (24, 13.0)):
        p.oval(32, y, r, r * 0.96, p.main)
        p.inside.oval(32 + r * 0.5, y + r * 0.3, r * 0.5, r * 0.6, darker(p.main, 0.3), 0, 0.25)
    for y in (44, 53):
        p.oval(32, y, 1.5, 1.5, DARK)
    p.rect(20, 33, 44, 38, (206, 62, 58), 2)
    p.rect(38, 34, 43, 50, (186, 52, 50), 1)
    p.eye(27, 20, 1.7)
    p.eye(37, 20, 1.7)
    p.poly([(31, 23), (45, 27), (31, 28)], (240, 140, 60))
    p.rect(21, -6, 43, 10, DARK, 1)
    p.rect(15, 9, 49, 13, DARK, 1)
    p.inside.rect(21, 4, 43, 9, (206, 62, 58))


@subject("ghost", wide=70, tall=1.6, colours="f0f0f8 e4ecf8", hero=0.44, homes="forest, cave")
def ghost(p: Pen) -> None:
    """A small surprised ghost."""
    p.blob("8,96! 6,40 16,14 35,4 54,14 64,40 62,96! 52,86 44,98! 35,86 26,98! 18,86", p.main)
    p.inside.blob("50,14 66,40 64,98 50,90 54,50", darker(p.main, 0.3), 0.3)
    for x in (26, 44):
        p.eye(x, 36, 4.6)
    p.oval(35, 52, 4.6, 6, DARK)
    p.light(35, 50, 50, (210, 220, 255), 0.25)
