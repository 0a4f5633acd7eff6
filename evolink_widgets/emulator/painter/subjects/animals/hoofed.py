"""Large animals on four legs: horse, unicorn, zebra, elephant, deer, sheep, cow, pig, giraffe …"""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

DARK: Colour = (44, 36, 42)


def legs(
    p: Pen,
    spots: tuple[tuple[float, float], ...],
    colour: Colour,
    start: float,
    end: float,
    hoof: Colour | None = None,
) -> None:
    """Straight legs with a knee, from (x, y) down to the ground."""
    for number, (x, y) in enumerate(spots):
        bend = -2.2 if number % 2 == 0 else 1.6
        p.stroke(f"{x},{y} {x + bend},{(y + 97) / 2} {x},{96.5}", start, end, colour)
        if hoof:
            p.inside.rect(x - end, 93.4, x + end, 101, hoof)


def _horse(p: Pen, mane: Colour) -> None:
    fur = p.main
    p.stroke("24,48 12,56 8,72 11,86", 6, 2, mane, belly=8)
    legs(p, ((37, 58), (80, 60)), p.dark, 10, 5, DARK)
    p.blob(
        "22,50 27,41 42,39 60,42 74,38 84,26 92,12 100,6 106,9 117,24 120,31 116,36 109,34 "
        "102,31 98,42 95,56 84,65 64,66 44,65 28,64",
        fur,
    )
    p.inside.blob("24,62 50,60 80,62 94,50 98,70 30,74", darker(fur, 0.16))
    legs(p, ((30, 57), (87, 58)), fur, 13, 5.4, DARK)
    p.stroke("101,5 90,14 82,28 77,40", 3, 5, mane, belly=7)
    p.blob("98,8 101,-2! 104,8", fur)
    p.stroke("101,3 106,10 106,15", 4, 1, mane)
    p.eye(107, 19, 2.1)
    p.oval(116.5, 30.5, 1.2, 1.0, darker(fur, 0.5))


@subject(
    "horse",
    wide=124,
    tall=1.7,
    colours="8a5534 6f4530 b07a4a 4c3a36",
    hero=0.52,
    homes="meadow, beach, desert",
    mount=True,
    seat=(56, 44),
    head=(100, 4),
)
def horse(p: Pen) -> None:
    """A standing horse."""
    _horse(p, darker(p.main, 0.6))


@subject(
    "unicorn",
    wide=124,
    tall=1.7,
    colours="f6f2f6 f2eaf4",
    hero=0.52,
    homes="meadow, forest, clouds",
    mount=True,
    seat=(56, 44),
    head=(100, 4),
)
def unicorn(p: Pen) -> None:
    """A white horse with a golden horn and a coloured mane."""
    p.stroke("104,5 113,-12", 3.4, 0.3, (240, 200, 96), caps=False)
    _horse(p, (222, 130, 190))
    p.stroke("100,8 92,20 85,34", 1.5, 2, (130, 160, 236), belly=2.4)
    p.stroke("23,50 13,60 11,78", 1.5, 1, (130, 160, 236), belly=2.4)


@subject(
    "zebra",
    wide=124,
    tall=1.5,
    colours="f4f0ea",
    hero=0.5,
    tint=False,
    homes="meadow, desert",
    mount=True,
    seat=(56, 44),
    head=(100, 4),
)
def zebra(p: Pen) -> None:
    """A horse in stripes."""
    _horse(p, DARK)
    for k in range(13):
        x = 27 + k * 5.2
        p.inside.stroke(f"{x},34 {x + 2},52 {x - 1},70", 2.3, 0.9, DARK)
    for k in range(6):
        p.inside.stroke(f"{78 + k * 4},{40 - k * 5.6} {90 + k * 3},{46 - k * 4.5}", 2.2, 1.4, DARK)
    for x in (30, 37, 80, 87):
        for y in (72, 78, 84, 90):
            p.inside.line(x - 7, y, x + 7, y + 1, 1.8, DARK)
    p.inside.oval(118, 33, 5, 5, DARK)


@subject(
    "elephant",
    wide=136,
    tall=3.0,
    colours="8d93a4 7f8798 9a94a0",
    hero=0.54,
    homes="meadow, desert",
    mount=True,
    seat=(54, 18),
    head=(96, 14),
    hand=(128, 84),
)
def elephant(p: Pen) -> None:
    """An elephant with its trunk lowered."""
    skin, dark, pale = p.main, p.dark, lighter(p.main, 0.2)
    p.stroke("17,42 10,56 11,68", 3, 1.6, dark)
    for x in (36, 78):
        p.stroke(f"{x},60 {x},94", 16, 15, dark)
    p.blob("16,46 22,28 40,17 62,15 82,18 96,28 98,54 92,70 74,76 36,76 20,68", skin)
    p.inside.blob("18,66 50,72 90,66 86,84 24,84", darker(skin, 0.2))
    for x in (26, 88):
        p.stroke(f"{x},60 {x},93", 19, 17, skin)
        for k in (-5, 0, 5):
            p.inside.oval(x + k, 100, 2.6, 3, lighter(skin, 0.5))
    p.blob(
        "84,34 88,20 100,13 112,18 118,30 122,48 124,66 128,76 134,80 135,86 128,88 120,84 114,74 "
        "111,62 104,58 92,54",
        skin,
    )
    p.stroke("108,56 113,64 122,66", 4.4, 1, (250, 244, 230))
    for k in range(5):
        p.inside.stroke(f"{113 + k * 1.2},{48 + k * 7} {123 + k},{46 + k * 7.6}", 0.8, 0.8, dark)
    p.blob("76,26 86,17 98,21 101,34 97,50 88,60 79,54 73,40", darker(skin, 0.1))
    p.inside.blob("80,30 88,22 96,26 97,38 92,50 86,53 79,44", mix(pale, (232, 160, 160), 0.35))
    p.eye(109, 30, 2.1)


@subject(
    "deer",
    wide=112,
    tall=1.6,
    colours="b0764a 9a6640 c08a58",
    hero=0.54,
    homes="forest, meadow, snow",
    head=(86, 30),
    mount=True,
    seat=(46, 54),
)
def deer(p: Pen) -> None:
    """A stag with branched antlers."""
    fur, pale = p.main, lighter(p.main, 0.6)
    horn: Colour = (226, 204, 170)
    for sign in (-1, 1):
        x = 86 + sign * 2
        p.stroke(f"{x},32 {x + sign * 9},20 {x + sign * 11},2", 2.6, 1, horn)
        p.stroke(f"{x + sign * 7},23 {x + sign * 17},16 {x + sign * 19},6", 2, 0.9, horn)
        p.stroke(f"{x + sign * 10},12 {x + sign * 4},4", 1.8, 0.8, horn)
    legs(p, ((34, 68), (70, 68)), p.dark, 8, 3.6, DARK)
    p.oval(20, 56, 5, 4, pale)
    p.blob(
        "18,58 24,52 40,52 58,54 70,50 77,40 82,32 90,30 98,38 105,44 106,48 100,51 92,50 86,60 "
        "80,70 64,74 40,73 24,70",
        fur,
    )
    p.inside.blob("26,70 60,68 80,66 84,54 92,52 84,80 30,80", lighter(fur, 0.3))
    legs(p, ((28, 67), (75, 67)), fur, 10, 3.8, DARK)
    p.blob("83,34 74,30 70,32 76,38", fur)
    p.eye(94.5, 39.5, 2.1)
    p.oval(105.5, 46.5, 2.0, 1.8, DARK)
    if p.detail:
        for k in range(8):
            p.inside.oval(32 + k * 5, 57 + (k % 3) * 4, 1.3, 1.1, pale)


@subject(
    "sheep",
    wide=116,
    tall=0.9,
    colours="f5efe4 efe6d6",
    hero=0.4,
    homes="meadow",
    seat=(50, 22),
    head=(92, 26),
)
def sheep(p: Pen) -> None:
    """A sheep, mostly wool."""
    wool, face = p.main, (74, 66, 70)
    legs(p, ((34, 74), (44, 74), (68, 74), (78, 74)), face, 8, 6)
    for k in range(16):
        a = k * math.tau / 16
        p.oval(54 + math.cos(a) * 32, 52 + math.sin(a) * 24, 13, 12, darker(wool, 0.05))
    p.oval(54, 50, 36, 27, wool)
    for k in range(9 if p.detail else 0):
        x, y = 30 + (k * 37 % 52), 36 + (k * 23 % 32)
        p.inside.arc(x, y, 5.6, 5, 20, 200, 1.1, darker(wool, 0.16))
    p.blob("82,30 92,26 101,32 106,48 102,58 94,60 86,54", face)
    p.oval(80, 38, 8, 4, face, 20)
    for x, y in ((82, 28), (90, 24), (97, 28)):
        p.oval(x, y, 8, 7, wool)
    p.eyes.append((97, 40, 2.8))
    p.oval(97, 40, 2.8, 2.9, (250, 248, 244))
    p.oval(97.6, 40.2, 1.6, 1.8, (24, 20, 26))


@subject(
    "cow",
    wide=130,
    tall=1.5,
    colours="f4efe8",
    hero=0.46,
    homes="meadow",
    mount=True,
    seat=(56, 30),
    head=(106, 26),
)
def cow(p: Pen) -> None:
    """A black-and-white cow."""
    patch = DARK if sum(p.main) > 500 else darker(p.main, 0.5)
    p.stroke("16,38 8,54 10,72", 3, 3, p.main)
    p.oval(10, 76, 3.6, 5, patch)
    legs(p, ((32, 64), (84, 64)), p.dark, 11, 8, patch)
    p.blob("14,40 24,31 60,31 88,30 100,32 104,46 98,62 86,70 40,72 20,66", p.main)
    p.inside.blob("22,28 44,28 50,44 38,56 24,50", patch)
    p.inside.blob("62,44 78,36 90,46 84,62 66,62", patch)
    p.oval(46, 73, 9, 6, (240, 176, 172))
    legs(p, ((25, 64), (91, 64)), p.main, 13, 8.6, patch)
    p.oval(92, 33, 8, 4, patch, 24)
    p.blob("96,24 106,20 114,24 122,42 124,52 116,58 106,54 98,42", p.main)
    p.inside.blob("94,22 105,18 108,34 100,42", patch)
    p.stroke("99,24 95,14", 3, 1, (236, 222, 196))
    p.stroke("111,22 114,12", 3, 1, (236, 222, 196))
    p.oval(118, 52, 9, 7, (240, 180, 172))
    p.oval(121, 50.5, 1.3, 1.8, patch)
    p.eye(110, 34, 2.4)


@subject(
    "pig",
    wide=124,
    tall=0.8,
    colours="f0a9a8 eab0a6",
    hero=0.38,
    homes="meadow",
    seat=(54, 28),
    head=(92, 26),
)
def pig(p: Pen) -> None:
    """A round pink pig."""
    skin, dark = p.main, darker(p.main, 0.16)
    p.arc(12, 48, 6, 6, 90, 380, 2.4, dark)
    legs(p, ((36, 72), (80, 72)), dark, 13, 10, darker(skin, 0.45))
    p.blob("16,52 26,34 52,26 80,30 98,46 98,66 84,80 50,84 26,78", skin)
    legs(p, ((28, 72), (88, 72)), skin, 14, 11, darker(skin, 0.45))
    p.oval(94, 48, 20, 20, lighter(skin, 0.06))
    p.blob("80,36 80,22! 92,30", dark)
    p.blob("98,28 108,19! 108,34", dark)
    p.oval(110, 52, 9, 10, dark)
    p.oval(108, 52, 1.5, 2.6, darker(skin, 0.55))
    p.oval(113, 52, 1.5, 2.6, darker(skin, 0.55))
    p.eye(97, 42, 2.5)


@subject(
    "giraffe",
    wide=86,
    tall=5.0,
    colours="e6b464 dca652",
    hero=0.66,
    homes="meadow, desert",
    mount=True,
    seat=(28, 54),
    head=(62, 2),
)
def giraffe(p: Pen) -> None:
    """A giraffe."""
    fur, spot = p.main, darker(mix(p.main, (150, 80, 40), 0.6), 0.1)
    p.stroke("13,58 7,66 8,74", 1.6, 1.6, spot)
    legs(p, ((20, 68), (44, 68)), p.dark, 6, 3, DARK)
    p.blob(
        "12,60 17,54 32,53 42,50 48,36 54,18 57,8 61,4 67,5 76,12 79,16 76,19 68,18 64,22 60,40 "
        "56,58 50,70 36,73 20,72",
        fur,
    )
    for k in range(22 if p.detail else 12):
        t = k / 22
        if t < 0.45:
            x, y, r = 16.0 + (k * 13 % 36), 57.0 + (k * 7 % 14), 3.2
        else:
            s = (t - 0.45) / 0.55
            x, y, r = 50 + s * 10 + (k % 2) * 3 - 1, 58 - s * 44, 2.7 - s * 1.0
        p.inside.oval(x, y, r, r * 0.85, spot)
    legs(p, ((15, 67), (49, 67)), fur, 7, 3.2, DARK)
    for x in (60, 64):
        p.stroke(f"{x},6 {x - 0.5},-1", 1.2, 1.2, spot)
        p.oval(x - 0.5, -1, 1.2, 1.2, DARK)
    p.oval(57, 9, 4, 1.8, fur, 20)
    p.eye(68.5, 9.5, 1.4)


@subject(
    "camel",
    wide=124,
    tall=2.1,
    colours="cfa06a c09258",
    hero=0.5,
    homes="desert",
    mount=True,
    seat=(48, 28),
    head=(104, 8),
)
def camel(p: Pen) -> None:
    """A dromedary."""
    fur = p.main
    p.stroke("18,46 10,56 11,68", 2.4, 2, p.dark)
    legs(p, ((34, 64), (74, 64)), p.dark, 8, 5)
    p.blob(
        "16,48 24,42 34,38 42,20 50,18 58,36 68,42 80,46 88,40 92,26 97,13 104,9 113,13 121,20 "
        "121,25 113,27 106,25 103,36 98,52 88,62 66,68 36,68 20,62",
        fur,
    )
    p.inside.blob("22,62 60,60 92,56 86,76 26,76", darker(fur, 0.18))
    legs(p, ((26, 62), (81, 62)), fur, 10, 5.4)
    p.inside.blob("36,26 46,18 56,26 66,46 46,52 30,46", (190, 70, 64))
    p.inside.line(32, 42, 64, 42, 2.4, (240, 200, 110))
    p.blob("98,14 97,6! 102,10", fur)
    p.eye(109, 16, 1.8)


def _big_cat(p: Pen) -> None:
    fur = p.main
    p.stroke("20,50 8,46 2,58 6,68", 5, 4, fur)
    for x in (36, 74):
        p.stroke(f"{x},62 {x - 1},78 {x + 2},95", 12, 9, p.dark)
    p.blob("18,50 26,40 44,37 64,38 82,34 94,40 96,56 86,68 66,70 42,69 24,66", fur)
    p.inside.blob("26,66 60,62 84,64 80,78 28,78", lighter(fur, 0.4))
    for x in (28, 82):
        p.stroke(f"{x},58 {x - 2},78 {x},95", 15, 10, fur)
        p.oval(x + 3, 96.4, 7.4, 3.8, fur)


def _cat_face(p: Pen, x: float, y: float) -> None:
    fur = p.main
    p.oval(x - 10, y - 13, 5.4, 5.4, fur)
    p.oval(x + 10, y - 13, 5.4, 5.4, fur)
    p.oval(x, y, 15, 15, fur)
    p.oval(x - 4, y + 6, 5.6, 5, lighter(fur, 0.6))
    p.oval(x + 4, y + 6, 5.6, 5, lighter(fur, 0.6))
    p.poly([(x - 3.4, y + 1), (x + 3.4, y + 1), (x, y + 5)], (120, 62, 62))
    p.eye(x - 6, y - 3, 2.1)
    p.eye(x + 6, y - 3, 2.1)


@subject(
    "lion",
    wide=118,
    tall=1.2,
    colours="dca45a d29a50",
    hero=0.46,
    homes="meadow, desert",
    seat=(48, 40),
    head=(92, 10),
)
def lion(p: Pen) -> None:
    """A lion with a full mane."""
    _big_cat(p)
    mane = darker(mix(p.main, (140, 70, 30), 0.6), 0.1)
    p.oval(6, 70, 5, 6, mane)
    for k in range(18):
        a = k * math.tau / 18
        p.oval(
            92 + math.cos(a) * 19,
            36 + math.sin(a) * 20,
            8.4,
            8.4,
            mane if k % 2 else lighter(mane, 0.12),
        )
    p.oval(92, 36, 20, 21, mane)
    _cat_face(p, 93, 35)


@subject(
    "tiger",
    wide=118,
    tall=1.1,
    colours="e88a34 e2802c",
    hero=0.46,
    homes="forest",
    seat=(48, 40),
    head=(92, 22),
)
def tiger(p: Pen) -> None:
    """A tiger."""
    _big_cat(p)
    for k in range(10):
        x = 27 + k * 6.2
        p.inside.stroke(f"{x},34 {x + 2},46 {x - 1},57", 3.2, 0.5, DARK)
    for x in (28, 36, 74, 82):
        for y in (72, 80):
            p.inside.stroke(f"{x - 8},{y} {x + 2},{y + 1}", 2.2, 0.4, DARK)
    _cat_face(p, 93, 38)
    for k in (-4, 0, 4):
        p.inside.stroke(f"{93 + k},23 {93 + k * 0.7},29", 2, 0.5, DARK)
    for sign in (-1, 1):
        for y in (36, 41):
            p.inside.stroke(f"{93 + sign * 16},{y} {93 + sign * 9},{y + 1}", 2, 0.5, DARK)
