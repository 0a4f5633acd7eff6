"""Furry animals: fox, wolf, cat, dog, bear, panda, rabbit, mouse, squirrel, hedgehog."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

NOSE: Colour = (40, 30, 38)
CREAM: Colour = (250, 240, 226)


@subject(
    "fox",
    wide=104,
    tall=0.8,
    colours="e07a34 d96a2c e88a40",
    homes="forest, snow, meadow",
    head=(62, 12),
    hand=(82, 70),
    seat=(58, 24),
)
def fox(p: Pen) -> None:
    """A sitting fox, tail around its side."""
    fur, dark, white = p.main, p.dark, mix(CREAM, p.main, 0.06)
    p.blob("44,92 30,98 12,94 2,78 6,60 16,48 22,44! 26,58 36,70 48,80", darker(fur, 0.12))
    p.inside.blob("2,40 30,40 25,52 18,60 4,62 -4,52", white)
    p.blob("40,99! 34,84 38,64 48,48 62,42 74,48 80,64 82,84 84,99!", fur)
    p.inside.blob("38,99 30,80 42,72 54,82 56,99", darker(fur, 0.16))
    p.inside.blob("56,46 62,52 68,46 74,56 72,72 66,84 60,76 54,60", white)
    for x in (62, 73):
        p.stroke(f"{x},66 {x},84 {x + 1},97", 11, 9, fur)
        p.inside.stroke(f"{x},84 {x + 1},98", 11, 10, mix(dark, NOSE, 0.6))
    p.inside.line(67.5, 72, 67.5, 99, 1.0, dark, 0.6)
    p.blob(
        "38,27 40,12 41,-2! 54,10 64,11 74,10 87,-2! 88,12 90,27 80,39 70,48 64,50 58,48 48,39", fur
    )
    p.inside.blob("43,12 43,3! 51,11 46,18", mix(dark, NOSE, 0.4))
    p.inside.blob("85,12 85,3! 77,11 82,18", mix(dark, NOSE, 0.4))
    p.inside.blob("34,26 48,28 58,34 62,46 64,54 48,46 38,36", white)
    p.inside.blob("94,26 80,28 70,34 66,46 64,54 80,46 90,36", white)
    p.inside.blob("58,34 64,28 70,34 67,46 64,49 61,46", fur)
    p.oval(64, 47.5, 3.6, 2.8, NOSE)
    p.eye(53.5, 28.5, 2.9)
    p.eye(74.5, 28.5, 2.9)


@subject(
    "wolf",
    wide=112,
    tall=0.9,
    colours="8d939c 7d848f a09a92",
    homes="snow, forest, mountain",
    head=(76, 8),
    seat=(50, 34),
)
def wolf(p: Pen) -> None:
    """A standing wolf, head raised."""
    fur, dark, pale = p.main, p.dark, lighter(p.main, 0.5)
    p.stroke("24,50 12,62 6,80", 9, 3, darker(fur, 0.15), belly=7)
    for x in (36, 80):
        p.stroke(f"{x},60 {x - 2},78 {x + 1},96", 10, 6, dark)
    p.blob(
        "22,46 34,36 52,36 66,34 74,22 82,12 88,10 92,20 90,38 92,52 88,66 76,70 56,66 40,68 26,64",
        fur,
    )
    p.inside.blob("70,40 82,34 94,44 90,68 78,72 70,60", pale)
    p.inside.blob("24,62 50,60 70,66 60,74 30,74", darker(fur, 0.2))
    for x, y in ((28, 58), (86, 58)):
        p.stroke(f"{x},{y} {x - 3},78 {x},96", 12, 6.5, fur)
        p.stroke(f"{x},96 {x + 4},97.5", 6, 4, fur)
    p.blob("74,18 78,8 80,-4! 87,6 92,8 99,16 110,22 111,26 106,30 96,32 86,34 76,30", fur)
    p.inside.blob("88,28 98,24 112,26 104,34 90,38", pale)
    p.inside.poly([(79, 8), (81, 0), (85, 7)], dark)
    p.oval(109.5, 22.5, 2.6, 2.2, NOSE)
    p.eye(93, 17, 2.2, (60, 46, 20))


@subject(
    "cat",
    wide=92,
    tall=0.45,
    colours="d9924e 6e6a72 e8d5b5 4a454e c9773f b9aca0",
    homes="room, garden, street",
    head=(54, 12),
    hand=(74, 72),
    seat=(50, 26),
)
def cat(p: Pen) -> None:
    """A sitting cat with its tail around its paws."""
    fur, dark, white = p.main, p.dark, lighter(p.main, 0.62)
    p.stroke("34,92 16,96 6,86 8,70 16,62", 9, 6, darker(fur, 0.14), belly=3)
    p.blob("32,98! 26,84 30,66 40,50 54,44 66,50 74,66 76,84 78,98!", fur)
    p.inside.blob("30,99 24,80 36,72 47,84 48,99", darker(fur, 0.14))
    p.inside.blob("48,50 54,55 60,50 66,64 62,82 54,86 47,78 45,62", white)
    for x in (48, 60):
        p.stroke(f"{x},68 {x},86 {x + 1},96", 10, 9, fur)
        p.inside.oval(x + 1.5, 98, 6.5, 4.6, white)
    p.blob(
        "29,29 31,14 32,-1! 43,9 54,8 65,9 76,-1! 77,14 79,29 73,41 63,47 54,48 45,47 35,41", fur
    )
    p.inside.blob("35,13 35,4! 41,10 37,16", mix((236, 160, 160), fur, 0.25))
    p.inside.blob("73,13 73,4! 67,10 71,16", mix((236, 160, 160), fur, 0.25))
    if p.detail:
        stripe = darker(fur, 0.28)
        for mark in (48.5, 54, 59.5):
            p.inside.stroke(f"{mark},7 {mark},15", 2.4, 0.6, stripe)
        for y in (62, 71, 80):
            p.inside.stroke(f"26,{y} 37,{y + 4}", 2.6, 0.6, stripe)
            p.inside.stroke(f"82,{y} 71,{y + 4}", 2.6, 0.6, stripe)
    p.inside.oval(48.5, 40, 8.5, 6.4, white)
    p.inside.oval(59.5, 40, 8.5, 6.4, white)
    for x in (43, 65):
        p.eyes.append((x, 27.5, 4.4))
        p.oval(x, 27.5, 5.0, 5.4, mix((150, 190, 90), (240, 220, 120), 0.4))
        p.oval(x + 0.4, 27.5, 2.3, 4.6, NOSE)
        p.oval(x + 1.8, 25.4, 1.4, 1.4, (255, 255, 255))
    p.poly([(51, 35), (57, 35), (54, 38.6)], (222, 120, 124))
    p.stroke("54,38 54,41 50,43", 0.9, 0.7, dark)
    p.stroke("54,41 58,43", 0.9, 0.7, dark)
    for y in (38, 41):
        p.stroke(f"46,{y} 34,{y - 2 + (y - 38)}", 0.5, 0.3, lighter(fur, 0.7))
        p.stroke(f"62,{y} 74,{y - 2 + (y - 38)}", 0.5, 0.3, lighter(fur, 0.7))


@subject(
    "dog",
    wide=96,
    tall=0.6,
    colours="c98d52 a8703e e6cfa6 7a5136 f0e6d6",
    homes="garden, meadow, beach, street",
    head=(60, 10),
    hand=(80, 72),
    seat=(54, 26),
)
def dog(p: Pen) -> None:
    """A sitting dog with soft ears and its tongue out."""
    fur, white = p.main, lighter(p.main, 0.6)
    ear = darker(fur, 0.3)
    p.stroke("36,90 22,90 12,78 10,66", 8, 4, fur, belly=2)
    p.blob("36,98! 29,84 34,64 44,48 58,44 72,50 78,66 80,84 82,98!", fur)
    p.inside.blob("34,99 27,80 40,72 51,84 52,99", darker(fur, 0.14))
    p.inside.blob("50,48 60,54 70,48 74,64 68,84 60,88 52,82 48,64", white)
    for x in (53, 68):
        p.stroke(f"{x},66 {x},86 {x + 1},96", 12, 10, fur)
        p.inside.oval(x + 2, 98, 7.6, 4.8, white)
    p.blob("36,24 42,10 54,5 66,5 78,10 84,24 82,38 72,48 60,50 48,48 38,38", fur)
    p.inside.blob("54,4 66,4 64,22 70,34 72,50 48,50 50,34 56,22", white)
    p.blob("44,9 34,10 26,22 25,36 32,42 38,34 42,20", ear)
    p.blob("76,9 86,10 94,22 95,36 88,42 82,34 78,20", ear)
    p.blob("57,42 63,42 64,52 60,56 56,52", (232, 112, 118))
    p.stroke("52,42 60,44 68,42", 1.2, 1.2, darker(fur, 0.55))
    p.oval(60, 35.5, 5.4, 3.9, NOSE)
    p.inside.oval(58.6, 34.3, 1.6, 0.9, (130, 120, 130))
    p.eye(49, 25.5, 3.0)
    p.eye(71, 25.5, 3.0)
    p.inside.rect(40, 51, 80, 55.5, (206, 62, 58), 2)
    p.oval(60, 57, 2.8, 2.8, (246, 204, 90))


def _sitting_bear(p: Pen, fur: Colour, limbs: Colour, ears: Colour) -> None:
    p.blob("18,98! 14,80 20,60 34,48 50,45 66,48 80,60 86,80 82,98!", fur)
    p.inside.oval(50, 76, 21, 23, lighter(fur, 0.22))
    p.stroke("26,60 17,72 20,84", 16, 13, limbs)
    p.stroke("74,60 83,72 80,84", 16, 13, limbs)
    p.oval(26, 92, 14, 9, limbs, -8)
    p.oval(74, 92, 14, 9, limbs, 8)
    p.inside.oval(23, 92, 7, 5, lighter(limbs, 0.25), -8)
    p.inside.oval(77, 92, 7, 5, lighter(limbs, 0.25), 8)
    for x in (31, 69):
        p.oval(x, 12, 9, 9, ears)
        p.oval(x, 13, 5, 5, lighter(ears, 0.25))
    p.blob("24,30 28,14 40,6 60,6 72,14 76,30 70,44 58,50 42,50 30,44", fur)


@subject(
    "bear",
    wide=100,
    tall=1.5,
    colours="7d5537 6a4630 8f6644",
    homes="forest, mountain, snow",
    head=(50, 8),
    hand=(80, 80),
    seat=(50, 10),
)
def bear(p: Pen) -> None:
    """A sitting bear."""
    _sitting_bear(p, p.main, darker(p.main, 0.1), darker(p.main, 0.1))
    muzzle = lighter(p.main, 0.4)
    p.oval(50, 38, 12.5, 9.6, muzzle)
    p.oval(50, 33.6, 5.0, 3.6, NOSE)
    p.stroke("50,37 50,41 45,43", 1.2, 0.8, darker(p.main, 0.6))
    p.stroke("50,41 55,43", 1.2, 0.8, darker(p.main, 0.6))
    p.eye(39.5, 25, 2.7)
    p.eye(60.5, 25, 2.7)


@subject(
    "panda",
    wide=100,
    tall=1.4,
    colours="f6f2ea",
    homes="forest, garden",
    tint=False,
    head=(50, 8),
    hand=(80, 80),
    seat=(50, 10),
)
def panda(p: Pen) -> None:
    """A sitting panda with a bamboo shoot."""
    black: Colour = (48, 44, 54)
    _sitting_bear(p, p.main, black, black)
    p.inside.blob("10,56 30,46 50,56 70,46 90,56 84,68 66,60 50,66 34,60 16,68", black)
    p.oval(38.5, 26, 7, 8.6, black, 24)
    p.oval(61.5, 26, 7, 8.6, black, -24)
    p.eye(40, 25.5, 2.6, (20, 16, 22))
    p.eye(60, 25.5, 2.6, (20, 16, 22))
    p.oval(50, 36.5, 4.4, 3.2, NOSE)
    p.stroke("50,39 50,42 46,44", 1.0, 0.7, NOSE)
    p.stroke("50,42 54,44", 1.0, 0.7, NOSE)
    p.stroke("66,88 78,66 84,46", 3.6, 2.6, (122, 176, 84))
    for x, y, turn in ((86, 48, -50), (80, 54, -140), (88, 60, -20)):
        p.oval(x, y, 7, 2, (98, 158, 78), turn)


@subject(
    "rabbit",
    wide=78,
    tall=0.4,
    colours="d9c5ad b7a08a efe6da a88a70 9c938f",
    homes="meadow, garden, snow",
    head=(40, 30),
    hand=(60, 76),
    seat=(36, 54),
)
def rabbit(p: Pen) -> None:
    """A sitting rabbit, ears up."""
    fur, white = p.main, lighter(p.main, 0.65)
    p.oval(11, 86, 8, 8, white)
    for sign, lean in ((-1, -3), (1, 4)):
        x = 40 + sign * 9
        p.blob(f"{x - 6},32 {x - 7 + lean},14 {x + lean},-2 {x + 7 + lean},14 {x + 6},32", fur)
        p.inside.blob(
            f"{x - 3},30 {x - 3.5 + lean},14 {x + lean},4 {x + 3.5 + lean},14 {x + 3},30",
            mix((240, 170, 170), fur, 0.3),
        )
    p.blob("12,98! 8,84 14,66 28,56 44,56 58,64 66,82 66,98!", fur)
    p.inside.blob("8,99 6,80 22,70 36,80 38,99", darker(fur, 0.12))
    p.inside.blob("40,60 56,60 66,80 60,99 44,99 40,80", white)
    p.oval(26, 95.5, 15, 4.6, lighter(fur, 0.15))
    for x in (48, 58):
        p.stroke(f"{x},76 {x + 1},95", 8, 7.5, fur)
    p.blob("17,46 22,33 34,27 46,27 58,33 63,46 58,57 48,63 40,64 32,63 22,57", fur)
    p.inside.oval(35.5, 55, 7, 6, white)
    p.inside.oval(44.5, 55, 7, 6, white)
    p.eye(28.5, 44, 3.3)
    p.eye(51.5, 44, 3.3)
    p.poly([(37.4, 49.5), (42.6, 49.5), (40, 52.6)], (222, 120, 130))
    p.stroke("40,52 40,55 36.5,57", 0.9, 0.6, darker(fur, 0.5))
    p.stroke("40,55 43.5,57", 0.9, 0.6, darker(fur, 0.5))


@subject(
    "mouse",
    wide=112,
    tall=0.2,
    colours="a8a0a0 b9a48c 8f8a92",
    homes="meadow, room, garden",
    head=(74, 34),
    hand=(90, 84),
    seat=(48, 46),
    hero=0.4,
)
def mouse(p: Pen) -> None:
    """A mouse with large ears."""
    fur, pink = p.main, mix((238, 168, 164), p.main, 0.15)
    p.stroke("22,90 6,92 0,80 6,68 -2,58", 3, 1, pink)
    p.blob("16,98! 14,80 24,58 46,46 68,52 82,70 84,98!", fur)
    p.inside.blob("50,99 56,76 74,70 84,84 84,99", lighter(fur, 0.55))
    p.oval(56, 32, 15, 15, fur)
    p.oval(57, 33, 10.5, 10.5, pink)
    p.blob("54,62 60,46 74,40 88,48 104,68 106,73 100,78 82,82 64,80", fur)
    p.oval(80, 32, 14, 14.5, darker(fur, 0.06))
    p.oval(80.5, 33.5, 9.6, 10, pink)
    p.oval(105.5, 72, 3.6, 3.2, (226, 124, 130))
    p.eye(88, 59, 3.6)
    for y in (70, 74, 78):
        p.stroke(f"98,73 112,{y}", 0.5, 0.3, lighter(fur, 0.5))
    for x in (54, 76):
        p.oval(x, 97, 8, 3.2, pink)


@subject(
    "squirrel",
    wide=96,
    tall=0.3,
    colours="b8683a a35a34 8c6a52",
    homes="forest, garden",
    head=(66, 18),
    hand=(80, 64),
    seat=(56, 28),
    hero=0.42,
)
def squirrel(p: Pen) -> None:
    """A squirrel with its brush up and a nut in its paws."""
    fur, white = p.main, lighter(p.main, 0.68)
    p.blob("44,96 22,98 6,82 4,56 12,30 2,18! 26,16 38,30 36,50 40,72", darker(fur, 0.1))
    p.inside.blob("38,90 22,86 14,68 16,46 24,30 30,40 28,60", lighter(fur, 0.25))
    p.blob("40,98! 34,80 40,58 52,46 66,46 74,60 76,80 72,98!", fur)
    p.inside.blob("60,50 70,52 76,70 72,92 62,90 56,70", white)
    p.blob("50,30 54,20 55,6! 63,16 72,16 77,5! 81,18 88,30 90,38 84,44 70,48 56,44", fur)
    p.inside.blob("72,42 82,34 94,38 86,50 74,50", white)
    p.eye(75, 29, 3.3)
    p.oval(89.5, 36.5, 2.2, 1.9, NOSE)
    p.oval(50, 96, 14, 4.4, fur)
    p.oval(78, 62, 6, 6.6, (150, 96, 52))
    p.oval(78, 57.4, 6.4, 2.6, (104, 68, 42))
    p.stroke("60,62 70,66 76,64", 6, 5, fur)


@subject(
    "hedgehog",
    wide=124,
    tall=0.22,
    colours="8a6a50 7a6250",
    homes="forest, garden",
    seat=(52, 26),
    head=(92, 52),
    hero=0.36,
)
def hedgehog(p: Pen) -> None:
    """A hedgehog trotting through the leaves."""
    spines = darker(p.main, 0.25)
    face = mix((226, 190, 150), p.main, 0.2)
    back: list[tuple[float, float]] = []
    for k in range(27):
        t = k / 26
        x, y = 8 + 88 * t, 92 - 66 * (1 - abs(2 * t - 0.94) ** 2.2)
        back += [(x, y), (x - 7 + 5 * t, y - 11)]
    p.poly([(6, 94), *back, (98, 94)], spines)
    for row in range(2 + p.detail):
        for k in range(15 - row):
            x, y = 20 + k * 5 + row * 2, 50 + row * 12 + abs(k - 7) * 1.8
            p.inside.stroke(f"{x},{y} {x - 6},{y - 8}", 1.6, 0.3, lighter(p.main, 0.35))
    p.blob("74,94! 76,70 86,58 98,62 108,74 120,84 121,88 112,92 100,96!", face)
    p.blob("8,90 60,86 100,92 96,97 14,97", darker(face, 0.2))
    p.oval(82, 62, 6, 6, darker(face, 0.2))
    p.eye(103, 75, 2.8)
    p.oval(120.5, 85.5, 3.2, 2.9, NOSE)
    for x in (30, 48, 78, 92):
        p.oval(x, 97, 6.4, 3, darker(face, 0.25))
