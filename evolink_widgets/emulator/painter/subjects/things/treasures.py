"""What one finds, wears, gives or plays with: crown, gift, key, kite, ball, sword, crystal …"""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

GOLD: Colour = (236, 184, 72)
WOOD: Colour = (128, 82, 54)
STEEL: Colour = (204, 212, 222)
INK: Colour = (46, 42, 54)


def star_points(
    x: float, y: float, outer: float, inner: float, points: int = 5
) -> list[tuple[float, float]]:
    """The corners of a star that stands on two of its points."""
    ring = []
    for k in range(2 * points):
        a = math.pi * k / points - math.pi / 2
        r = inner if k % 2 else outer
        ring.append((x + r * math.cos(a), y + r * math.sin(a)))
    return ring


@subject("star", wide=104, tall=0.5, colours="f4c64a f0b83a", hero=0.42, stands="air",
         homes="clouds, mountain")  # fmt: skip
def star(p: Pen) -> None:
    """A five-pointed star with bevelled sides."""
    ring = star_points(52, 54, 51, 23)
    p.poly(ring, p.main)
    for k in range(0, 10, 2):
        p.inside.poly([(52, 54), ring[k], ring[(k + 1) % 10]], darker(p.main, 0.2))
        p.inside.poly([(52, 54), ring[k], ring[k - 1]], lighter(p.main, 0.25))
    p.light(52, 52, 70, p.main, 0.4)


@subject("heart", wide=108, tall=0.5, colours="d8304a e0506a", hero=0.4, stands="air",
         homes="clouds, meadow, studio")  # fmt: skip
def heart(p: Pen) -> None:
    """A heart."""
    p.blob(
        "54,24! 64,9 80,3 96,9 105,26 102,46 86,68 54,99! 22,68 6,46 3,26 12,9 28,3 44,9", p.main
    )
    p.inside.blob("88,4 112,26 106,54 54,104 92,56 98,26", darker(p.main, 0.35), 0.4)
    p.inside.blob("14,34 16,20 28,13 36,16 24,22 20,36", WHITE, 0.5)


@subject("gift", wide=96, tall=0.3, colours="c8404f 3f7fb0 4f9a72 e0a83a", hero=0.36,
         homes="room, tabletop, studio", seat=(48, 28))  # fmt: skip
def gift(p: Pen) -> None:
    """A present with a bow."""
    ribbon: Colour = (250, 226, 150) if p.main[0] > 150 else (238, 108, 98)
    p.blob("48,27! 30,4 14,6 12,20 26,28", ribbon)
    p.blob("48,27! 66,4 82,6 84,20 70,28", ribbon)
    p.inside.blob("44,25 32,11 22,12 22,20 32,25", darker(ribbon, 0.3))
    p.inside.blob("52,25 64,11 74,12 74,20 64,25", darker(ribbon, 0.3))
    p.rect(8, 44, 88, 100, p.main, 2)
    p.inside.rect(62, 44, 90, 102, darker(p.main, 0.5), 0, 0.3)
    p.rect(3, 27, 93, 46, lighter(p.main, 0.14), 2)
    p.inside.rect(39, 26, 57, 102, ribbon)
    p.inside.rect(8, 46, 88, 49, darker(p.main, 0.5), 0, 0.35)
    p.oval(48, 27, 8, 6.4, darker(ribbon, 0.1))
    if p.detail:
        for x, y in (
            (20, 58),
            (28, 78),
            (72, 62),
            (78, 86),
            (18, 92),
            (68, 94),
            (30, 36),
            (72, 37),
        ):
            p.inside.oval(x, y, 2.6, 2.6, lighter(p.main, 0.4))


@subject(
    "crown",
    wide=116,
    tall=0.2,
    colours="eec04e e8b440",
    worn=True,
    hero=0.36,
    homes="tabletop, studio",
)
def crown(p: Pen) -> None:
    """A golden crown with stones."""
    p.blob("12,98! 4,28! 32,60! 34,16! 58,50! 82,16! 84,60! 112,28! 104,98!", p.main)
    p.inside.blob("84,10 116,20 108,102 78,102", darker(p.main, 0.4), 0.35)
    p.inside.rect(0, 78, 116, 90, darker(p.main, 0.22))
    for x, y in ((4, 25), (34, 12), (82, 12), (112, 25)):
        p.oval(x, y, 5.4, 5.4, lighter(p.main, 0.3))
    p.oval(58, 46, 5.4, 5.4, lighter(p.main, 0.3))
    for k, tone in enumerate(((206, 54, 66), (66, 120, 196), (206, 54, 66), (70, 164, 110),
                              (206, 54, 66))):  # fmt: skip
        x = 22 + k * 18
        p.inside.oval(x, 84, 5, 4.4, tone)
        p.inside.oval(x - 1.4, 82.6, 1.4, 1.2, WHITE, 0, 0.7)
    p.inside.rect(12, 92, 104, 98, lighter(p.main, 0.25))


@subject("hat", wide=112, tall=0.25, colours="3a3644 7a4f36 4f6a4a", worn=True, hero=0.34,
         homes="tabletop, studio")  # fmt: skip
def hat(p: Pen) -> None:
    """A hat with a band."""
    p.oval(56, 88, 55, 11, darker(p.main, 0.25))
    p.oval(56, 85, 53, 9.4, p.main)
    p.blob("27,85! 28,40 24,12! 40,5 56,3 72,5 88,12! 84,40 85,85! 56,92", p.main)
    p.inside.blob("70,4 92,10 88,86 66,92 74,44", darker(p.main, 0.5), 0.35)
    p.inside.blob("24,64 56,71 88,64 88,80 56,88 24,80", (196, 60, 58))
    p.inside.oval(56, 10, 31, 6, lighter(p.main, 0.12))
    p.inside.blob("34,20 40,16 40,56 36,60", WHITE, 0.16)


@subject(
    "kite",
    wide=92,
    tall=1.0,
    colours="e0544a 3f8fc0 f0a83e",
    held=0.85,
    hero=0.46,
    grip=(30, 99),
    stands="air",
    homes="meadow, beach, clouds",
)
def kite(p: Pen) -> None:
    """A kite with a tail of bows."""
    other = mix(lighter(p.main, 0.5), (255, 224, 130), 0.6)
    p.stroke("48,62 56,74 40,84 30,100", 1, 0.8, (250, 246, 236), caps=False)
    for x, y, tone in ((53, 71, p.main), (50, 79, other), (39, 86, p.main), (33, 95, other)):
        p.poly([(x, y), (x - 6, y - 4), (x - 6, y + 4)], tone)
        p.poly([(x, y), (x + 6, y - 4), (x + 6, y + 4)], darker(tone, 0.15))
    p.poly([(48, -4), (84, 26), (48, 64), (12, 26)], p.main)
    p.inside.poly([(48, -4), (84, 26), (48, 26)], other)
    p.inside.poly([(12, 26), (48, 26), (48, 64)], other)
    p.inside.poly([(48, 26), (84, 26), (48, 64)], darker(p.main, 0.12))
    p.inside.line(48, -4, 48, 64, 1.2, darker(p.main, 0.5))
    p.inside.line(12, 26, 84, 26, 1.2, darker(p.main, 0.5))


@subject("ball", wide=100, tall=0.2, colours="e0544a 3f8fc0 f0b83e 4f9a72", hero=0.3,
         homes="garden, beach, meadow")  # fmt: skip
def ball(p: Pen) -> None:
    """A ball in coloured segments."""
    p.oval(50, 51, 49, 49, (250, 246, 238))
    tones = (p.main, (250, 246, 238), mix(p.main, (250, 214, 90), 0.75), (250, 246, 238))
    for k in range(8):
        a, b = math.tau * k / 8, math.tau * (k + 1) / 8
        mid = (a + b) / 2
        p.inside.poly([(40, 38), (50 + 60 * math.cos(a), 51 + 60 * math.sin(a)),
                       (50 + 70 * math.cos(mid), 51 + 70 * math.sin(mid)),
                       (50 + 60 * math.cos(b), 51 + 60 * math.sin(b))], tones[k % 4])  # fmt: skip
    p.inside.oval(40, 38, 8, 7.4, (250, 246, 238), -20)
    p.inside.blob("70,4 110,50 70,106 40,104 76,80 86,44", (40, 30, 60), 0.22)
    p.inside.oval(28, 22, 7, 10, WHITE, 40, 0.7)


@subject("treasure", wide=136, tall=0.7, colours="8a5836 7a4a30", hero=0.38,
         homes="beach, cave, reef")  # fmt: skip
def treasure(p: Pen) -> None:
    """An open chest full of gold."""
    p.blob("10,50! 14,22 34,6 68,3 102,6 122,22 126,50!", darker(p.main, 0.35))
    p.inside.blob("16,52 20,28 40,14 68,11 96,14 116,28 120,52", darker(p.main, 0.65))
    for x in (24, 68, 112):
        p.inside.rect(x - 4, 0, x + 4, 52, GOLD)
    p.blob("12,58! 26,44 44,46 58,36 76,38 92,44 110,44 124,58!", GOLD)
    for k in range(20 if p.detail else 9):
        x, y = 20 + (k * 41 % 96), 45 + (k * 17 % 10) + abs(k * 41 % 96 - 48) * 0.05
        p.inside.oval(x, y, 4.6, 3, lighter(GOLD, 0.15 + 0.3 * (k % 2)))
        p.inside.oval(x, y + 0.6, 2.6, 1.5, darker(GOLD, 0.15))
    p.poly([(46, 36), (53, 30), (60, 36), (53, 45)], (210, 60, 80))
    p.poly([(84, 38), (91, 32), (98, 38), (91, 47)], (80, 150, 214))
    p.rect(8, 54, 128, 100, p.main, 3)
    for y in (69, 84):
        p.inside.line(8, y, 128, y, 1.4, darker(p.main, 0.4))
    for x in (22, 114):
        p.inside.rect(x - 5, 52, x + 5, 102, GOLD)
    p.inside.rect(6, 54, 130, 59, darker(GOLD, 0.1))
    p.rect(58, 52, 78, 74, lighter(GOLD, 0.2), 3)
    p.oval(68, 62, 3.4, 3.4, INK)
    p.inside.poly([(66.6, 62), (69.4, 62), (70.4, 70), (65.6, 70)], INK)
    p.light(68, 40, 50, (255, 220, 120), 0.5)


@subject(
    "sword",
    wide=40,
    tall=1.1,
    colours="c8d2de",
    held=0.55,
    hero=0.6,
    grip=(20, 15),
    homes="mountain, cave, studio",
    tint=False,
)
def sword(p: Pen) -> None:
    """A sword, point down."""
    p.poly([(14.5, 30), (25.5, 30), (24.5, 88), (20, 101), (15.5, 88)], STEEL)
    p.inside.poly([(20, 30), (26, 30), (25, 88), (20, 102)], darker(STEEL, 0.3))
    p.inside.line(20, 30, 20, 88, 1, lighter(STEEL, 0.5))
    p.blob("2,26! 10,25 20,24 30,25 38,26! 38,31! 30,31 20,33 10,31 2,31!", GOLD)
    p.rect(17, 6, 23, 25, (110, 60, 50), 1)
    for k in range(4):
        p.inside.line(16, 10 + k * 4, 24, 8 + k * 4, 1, darker((110, 60, 50), 0.4))
    p.oval(20, 3, 4.8, 4.8, GOLD)
    p.inside.oval(20, 3, 2.2, 2.2, (200, 54, 66))


@subject("key", wide=140, tall=0.08, colours="d8a848 b88a4a", hero=0.26, homes="tabletop")
def key(p: Pen) -> None:
    """An old key."""
    p.rect(44, 45, 134, 55, p.main, 3)
    p.rect(112, 50, 119, 80, p.main, 1)
    p.rect(124, 50, 132, 86, p.main, 1)
    p.rect(117, 66, 126, 73, p.main)
    for x, y in ((26, 28), (10, 50), (26, 72)):
        p.ring(x, y, 17, 8, p.main)
    p.oval(30, 50, 7, 7, darker(p.main, 0.15))
    for x in (48, 54):
        p.rect(x - 2, 41, x + 2, 59, darker(p.main, 0.2), 1)
    p.inside.line(60, 47.6, 110, 47.6, 1.8, lighter(p.main, 0.5))


@subject("crystal", wide=100, tall=0.3, colours="8a6ad0 4fa8c8 5fb88a d870a8", hero=0.44,
         homes="cave, studio, tabletop")  # fmt: skip
def crystal(p: Pen) -> None:
    """A cluster of crystals."""
    for x, top, half, foot, tone in (
        (22, 40, 9, 20, 0.25),
        (78, 34, 10, 80, 0.2),
        (36, 18, 12, 36, 0.08),
        (64, 26, 11, 62, 0.12),
        (50, 0, 15, 50, 0.0),
    ):
        body = darker(p.main, tone)
        p.poly([(foot - half, 98), (x - half, top + half * 1.4), (x, top),
                (x + half, top + half * 1.4), (foot + half, 98)], body)  # fmt: skip
        p.inside.poly([(foot - half, 98), (x - half, top + half * 1.4), (x, top),
                       (x - half * 0.2, top + half * 1.8), (foot - half * 0.2, 98)],
                      lighter(body, 0.4))  # fmt: skip
        p.inside.poly([(x + half, top + half * 1.4), (x, top), (x - half * 0.2, top + half * 1.8)],
                      lighter(body, 0.6))  # fmt: skip
    p.blob("4,101! 12,90 30,86 50,88 72,86 90,90 97,101!", (96, 92, 104))
    p.inside.blob("10,101 30,92 60,93 90,100", (70, 66, 80))
    p.light(50, 50, 60, p.main, 0.45)


@subject("leaf", wide=100, tall=0.12, colours="d87a34 c8442f e0a83a", hero=0.42,
         homes="forest, garden")  # fmt: skip
def leaf(p: Pen) -> None:
    """A maple leaf."""
    p.stroke("50,74 51,88 46,101", 2.4, 1.6, darker(p.main, 0.4))
    p.poly(
        [
            (50, -2),
            (57, 16),
            (66, 11),
            (64, 34),
            (76, 22),
            (80, 30),
            (98, 26),
            (91, 42),
            (98, 48),
            (77, 64),
            (80, 73),
            (52, 70),
            (50, 78),
            (48, 70),
            (20, 73),
            (23, 64),
            (2, 48),
            (9, 42),
            (2, 26),
            (20, 30),
            (24, 22),
            (36, 34),
            (34, 11),
            (43, 16),
        ],
        p.main,
    )
    p.inside.poly([(50, -2), (100, 20), (100, 74), (50, 74)], darker(p.main, 0.4), 0.22)
    for x, y in ((50, 2), (92, 32), (8, 32), (78, 68), (22, 68)):
        p.inside.stroke(f"50,70 {(50 + x) / 2},{(66 + y) / 2} {x},{y}", 1.8, 0.5,
                        lighter(p.main, 0.4))  # fmt: skip


@subject("violin", wide=56, tall=0.6, colours="a85a32 8f4a2c", hero=0.56, homes="room, studio")
def violin(p: Pen) -> None:
    """A violin with its bow."""
    p.line(52, 2, 44, 100, 1.3, WOOD)
    p.line(54.4, 3, 46.6, 100, 0.6, (244, 238, 226))
    p.rect(21.6, 6, 26.4, 54, INK)
    p.blob("24,-6 28,-4 29,2 27,8 21,8 19,2 20,-4", darker(p.main, 0.3))
    for x, y in ((15, 0), (33, 3), (15, 6), (33, 8)):
        p.line(x, y, 24, y + 0.6, 1.6, INK)
    p.blob("24,36 36,37 41,45 39,55 33,61 35,67 43,76 43,90 33,99 24,100 15,99 5,90 5,76 13,67 "
           "15,61 9,55 7,45 12,37", darker(p.main, 0.35))  # fmt: skip
    p.inside.blob("24,38 35,39 39,46 37,54 31,61 33,68 41,77 41,89 32,97 24,98 16,97 7,89 7,77 "
                  "15,68 17,61 11,54 9,46 13,39", p.main)  # fmt: skip
    p.inside.rect(21.6, 34, 26.4, 62, INK)
    for sign in (-1, 1):
        p.inside.stroke(f"{24 + sign * 8},62 {24 + sign * 11},68 {24 + sign * 8},72 "
                        f"{24 + sign * 11},78", 1.3, 1.3, darker(p.main, 0.7))  # fmt: skip
    p.rect(18, 71, 30, 73.4, (226, 196, 150))
    p.rect(21, 80, 27, 95, INK, 2)
    for k in range(4):
        p.inside.line(22.2 + k * 1.2, 4, 21.6 + k * 1.6, 82, 0.35, (240, 236, 226))
