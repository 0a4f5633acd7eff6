"""What crawls, hops or lurks: frog, turtle, snail, dinosaur, crab, starfish, shark."""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

INK: Colour = (40, 34, 44)
PALE: Colour = (248, 240, 224)


@subject("frog", wide=120, tall=0.12, colours="6fae4a 5a9e58 8ab648", hero=0.4, seat=(60, 24),
         homes="lake, forest, garden", head=(60, 18))  # fmt: skip
def frog(p: Pen) -> None:
    """A frog that sits and smiles."""
    skin, dark = p.main, darker(p.main, 0.2)
    for sign in (-1, 1):
        p.oval(60 + sign * 40, 80, 18, 17, dark, sign * 20)
        p.oval(60 + sign * 42, 96, 19, 4.6, darker(skin, 0.3))
    p.blob("26,98! 20,80 30,58 46,50 74,50 90,58 100,80 94,98!", skin)
    p.inside.oval(60, 84, 25, 25, mix(PALE, skin, 0.25))
    for x in (40, 80):
        p.stroke(f"{x},64 {x - 1},82 {x},94", 11, 8.5, lighter(skin, 0.06))
        for dx in (-6, 0, 6):
            p.oval(x + dx, 96.6, 4.2, 3, lighter(skin, 0.06))
    p.blob("16,44 24,28 44,22 60,24 76,22 96,28 104,44 94,58 76,64 44,64 26,58", skin)
    p.inside.blob("18,50 40,56 60,58 80,56 102,50 94,66 60,70 26,66", mix(PALE, skin, 0.35))
    for x in (36, 84):
        p.oval(x, 20, 14.5, 14.5, skin)
        p.oval(x, 19, 10, 10, (252, 248, 226))
        p.oval(x, 20, 6, 6.4, INK)
        p.eyes.append((x, 20, 4.6))
        p.oval(x + 2.2, 17, 2.1, 2.1, (255, 255, 255))
    p.stroke("26,46 42,53 60,55 78,53 94,46", 1.7, 1.7, darker(skin, 0.6))
    for x in (56, 64):
        p.inside.oval(x, 40, 1.1, 1.4, darker(skin, 0.5))
    for x, y, r in ((26, 76, 3.4), (95, 72, 4), (100, 84, 2.6), (20, 86, 2.4)):
        p.inside.oval(x, y, r, r * 0.8, darker(skin, 0.35))


@subject("turtle", wide=160, tall=0.5, colours="6f9a52 5a8a6a 8a9a4a", hero=0.34,
         homes="beach, lake, reef", seat=(72, 16), head=(140, 30))  # fmt: skip
def turtle(p: Pen) -> None:
    """A tortoise on its way."""
    skin = mix(p.main, (214, 196, 120), 0.5)
    shell = darker(mix(p.main, (120, 84, 44), 0.45), 0.1)
    p.stroke("24,76 12,82 4,86", 9, 1.5, skin)
    p.stroke("112,72 126,58 138,44", 19, 15, skin)
    p.oval(143, 42, 16, 13.5, skin, -8)
    p.eye(149, 38, 2.8)
    p.stroke("147,49 153,49 157,46", 1.3, 0.9, darker(skin, 0.5))
    for x, tone in ((58, 0.22), (98, 0.22), (38, 0.0), (116, 0.0)):
        p.stroke(f"{x},74 {x - 2},95", 17, 15, darker(skin, tone))
        p.inside.oval(x - 2, 99, 8, 3.4, darker(skin, 0.35))
    p.blob("16,76! 20,46 44,20 72,14 100,22 122,48 128,76!", shell)
    for k, x in enumerate((46, 72, 98)):
        y = 44 + abs(k - 1) * 4
        p.inside.poly([(x - 10, y + 14), (x - 14, y), (x - 7, y - 14), (x + 7, y - 14),
                       (x + 14, y), (x + 10, y + 14)], lighter(shell, 0.22))  # fmt: skip
        p.inside.poly([(x - 6, y + 8), (x - 8, y), (x - 4, y - 8), (x + 4, y - 8), (x + 8, y),
                       (x + 6, y + 8)], lighter(shell, 0.4))  # fmt: skip
    for x in (26, 59, 85, 117):
        p.inside.oval(x, 64, 8, 6, lighter(shell, 0.16))
    p.inside.blob("34,34 56,20 78,18 62,26 44,42", (255, 255, 255), 0.16)
    p.blob("12,72! 40,77 72,79 104,77 132,72! 128,82 72,87 16,82", mix(PALE, shell, 0.4))


@subject("snail", wide=136, tall=0.05, colours="c8763c b8864a a86a8a", hero=0.34,
         homes="garden, forest", seat=(58, 10))  # fmt: skip
def snail(p: Pen) -> None:
    """A snail with its house."""
    body: Colour = (222, 196, 150)
    p.blob("4,98! 20,84 50,78 84,82 100,64 108,46 120,42 130,50 128,64 118,82 108,98!", body)
    p.inside.blob("4,99 30,92 80,94 110,88 116,99", darker(body, 0.25))
    for x, tip in ((114, 108), (124, 130)):
        p.stroke(f"{x},48 {tip},22", 3, 2, body)
        p.oval(tip, 19, 3.8, 3.8, INK)
        p.eyes.append((tip, 19, 2.0))
        p.oval(tip + 1.2, 18, 1.2, 1.2, (255, 255, 255))
    p.stroke("118,60 124,62 128,58", 1.3, 0.9, darker(body, 0.5))
    p.oval(58, 50, 41, 41, darker(p.main, 0.25))
    p.oval(58, 49, 38, 38, p.main)
    steps = 66
    last = (58 + 33.0, 50.0)
    for k in range(1, steps):
        a, r = k * 0.21, 33 * (1 - k / steps)
        here = (58 + r * math.cos(a), 50 + r * math.sin(a))
        p.inside.line(*last, *here, 3.4 * (1 - 0.5 * k / steps), darker(p.main, 0.42))
        last = here
    p.inside.blob("30,34 44,18 62,14 50,24 38,40", (255, 255, 255), 0.3)


@subject("dinosaur", wide=190, tall=9, colours="7a9a5a 6a8aa0 a08a5a", hero=0.6,
         homes="meadow, forest", mount=True, seat=(86, 44), head=(166, 2))  # fmt: skip
def dinosaur(p: Pen) -> None:
    """A long-necked dinosaur."""
    skin, dark = p.main, darker(p.main, 0.22)
    for x in (70, 116):
        p.stroke(f"{x},66 {x},94", 15, 13, dark)
    p.blob("0,90! 22,80 40,60 62,46 88,42 112,46 128,44 142,28 150,12 158,3 170,1 182,7 186,13 "
           "178,18 166,18 160,28 152,48 138,66 118,78 90,82 62,78 40,76 20,88", skin)  # fmt: skip
    p.inside.blob("50,78 90,72 128,64 146,40 160,18 158,44 130,84 70,90", lighter(skin, 0.28))
    for x in (58, 128):
        p.stroke(f"{x},64 {x - 2},94", 18, 14.5, skin)
        for k in (-5, 0, 5):
            p.inside.oval(x - 2 + k, 99.5, 2.4, 3, lighter(skin, 0.55))
    if p.detail:
        for k in range(15):
            spot = 46 + k * 5.6
            p.inside.oval(spot, 56 + (k * 37 % 11) - abs(k - 7) * 0.3, 3.2, 2.2, darker(skin, 0.14))
    p.eye(169, 8, 2.2)
    p.stroke("172,15 179,15 185,12", 1.1, 0.8, darker(skin, 0.5))
    p.inside.oval(181, 8, 0.9, 0.7, darker(skin, 0.5))


@subject("shark", wide=190, tall=2.2, colours="7488a0 66809a 8494a4", hero=0.34, stands="under",
         homes="reef, sea")  # fmt: skip
def shark(p: Pen) -> None:
    """A shark on patrol."""
    p.blob("28,54! 12,30 2,8! 22,22 38,44", p.dark)
    p.blob("28,54! 16,68 4,88! 28,80 40,62", p.dark)
    p.blob("88,34! 80,12 74,-4! 100,6 118,34!", darker(p.main, 0.12))
    p.blob("26,53! 60,38 104,28 148,32 176,46 190,56! 176,68 148,76 104,80 60,68", p.main)
    p.inside.blob("40,62 90,66 140,64 190,58 170,84 90,92", PALE)
    p.blob("104,68! 96,92 80,104! 92,80 88,66!", p.dark)
    for k in range(4):
        p.inside.stroke(f"{126 + k * 5},44 {123 + k * 5},52 {125 + k * 5},61", 1.4, 0.9, p.dark)
    p.inside.stroke("186,62 170,66 156,64", 1.6, 1.2, darker(p.main, 0.6))
    for k in range(5):
        x = 160 + k * 5
        p.inside.poly([(x, 64.5), (x + 4, 64), (x + 2, 69)], (255, 255, 255))
    p.eye(163, 48, 2.8)
    p.inside.blob("80,36 120,30 160,36 130,36 100,42", (255, 255, 255), 0.22)


@subject("crab", wide=160, tall=0.1, colours="d8543c e0703a c8443f", hero=0.32,
         homes="beach", head=(80, 34))  # fmt: skip
def crab(p: Pen) -> None:
    """A crab with raised claws."""
    dark = darker(p.main, 0.2)
    for sign in (-1, 1):

        def at(x: float, y: float, s: int = sign) -> str:
            return f"{80 + s * x},{y}"

        for k in range(3):
            p.stroke(
                f"{at(34, 70 + k * 5)} {at(56 + k * 2, 62 + k * 11)} {at(62 - k * 5, 92 + k * 3)}",
                5.4,
                1.6,
                dark,
            )
        p.stroke(f"{at(34, 58)} {at(54, 50)} {at(60, 34)}", 8, 7, dark)
        p.blob(f"{at(58, 40)} {at(44, 26)} {at(46, 8)} {at(60, -2)}! {at(60, 14)} {at(66, 18)} "
               f"{at(70, 4)}! {at(78, 16)} {at(74, 34)}", p.main)  # fmt: skip
        p.stroke(f"{at(12, 46)} {at(14, 32)}", 3, 2.6, dark)
        p.oval(80 + sign * 14, 28, 6, 6.2, PALE)
        p.eye(80 + sign * 14.5, 28.4, 3.4)
    p.blob("36,66 42,50 60,42 80,40 100,42 118,50 124,66 114,84 96,92 64,92 46,84", p.main)
    p.inside.blob("44,78 80,84 116,78 100,96 60,96", darker(p.main, 0.14))
    p.inside.blob("50,56 66,47 90,46 72,54 56,64", (255, 255, 255), 0.3)
    p.inside.stroke("66,72 80,78 94,72", 1.7, 1.7, darker(p.main, 0.6))


@subject("starfish", wide=104, tall=0.1, colours="e8744a f0a04a d8608a", hero=0.3,
         homes="beach, reef")  # fmt: skip
def starfish(p: Pen) -> None:
    """A starfish."""
    for k in range(5):
        a = math.radians(-90 + 72 * k)
        x, y = 52 + 48 * math.cos(a), 53 + 48 * math.sin(a)
        mx, my = 52 + 26 * math.cos(a + 0.06), 53 + 26 * math.sin(a + 0.06)
        p.stroke(f"52,53 {mx},{my} {x},{y}", 30, 8, p.main)
    p.oval(52, 53, 19, 19, p.main)
    for k in range(5):
        a = math.radians(-90 + 72 * k)
        for d in range(3 + p.detail):
            r = 9 + d * 9
            p.inside.oval(52 + r * math.cos(a), 53 + r * math.sin(a), 2.5 - d * 0.35,
                          2.5 - d * 0.35, lighter(p.main, 0.5))  # fmt: skip
            if d:
                for side in (-0.22, 0.22):
                    p.inside.oval(52 + r * math.cos(a + side), 53 + r * math.sin(a + side), 1.2,
                                  1.2, darker(p.main, 0.25))  # fmt: skip
    p.eye(46, 50, 2.8)
    p.eye(58, 50, 2.8)
    p.inside.stroke("47,58 52,61 57,58", 1.2, 1.2, darker(p.main, 0.6))
