"""What grows: trees, pine, palm, cactus, flowers, mushroom, potted plant."""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

BARK: Colour = (112, 78, 60)
STEM: Colour = (92, 142, 76)
POT: Colour = (190, 104, 74)


def petals(p: Pen, x: float, y: float, count: int, reach: float, wide: float, tone: Colour) -> None:
    """A ring of petals around (x, y)."""
    for k in range(count):
        a = 360 * k / count
        dx, dy = math.cos(math.radians(a)), math.sin(math.radians(a))
        p.oval(x + dx * reach * 0.6, y + dy * reach * 0.6, reach * 0.5, wide, tone, a)


def _stem(p: Pen, x: float, top: float) -> None:
    p.stroke(f"{x},{top} {x + 1.5},76 {x},101", 2.6, 3.4, STEM)
    p.stroke(f"{x},90 {x - 12},78 {x - 20},74", 3, 0.6, STEM, belly=7)
    p.stroke(f"{x},84 {x + 12},72 {x + 19},66", 3, 0.6, darker(STEM, 0.15), belly=7)


@subject("tree", wide=104, tall=9, colours="6f9f52 5f9058 86a94e", hero=0.64,
         homes="meadow, meadow, lake", leafy=True, seat=(70, 62))  # fmt: skip
def tree(p: Pen) -> None:
    """A broad old tree."""
    p.blob("34,101! 44,92 46,70 40,52! 62,52! 57,70 60,92 72,101!", BARK)
    p.inside.blob("54,50 62,50 58,72 62,94 72,101 56,101", darker(BARK, 0.35))
    p.stroke("50,72 34,56 26,46", 5, 2.4, BARK)
    p.stroke("54,70 72,56 80,44", 5, 2.4, darker(BARK, 0.2))
    spots = ((28, 46, 20), (76, 46, 20), (52, 50, 22), (36, 26, 21), (68, 26, 21), (52, 16, 20))
    for x, y, r in spots:
        p.oval(x, y, r, r * 0.86, darker(p.main, 0.16))
    for x, y, r in spots:
        p.inside.oval(x - 4, y - 5, r * 0.78, r * 0.62, p.main)
    for k in range(46 if p.detail else 14):
        x, y, r = spots[k % 6]
        a, d = p.rng.uniform(0, math.tau), r * 0.75 * p.rng.random() ** 0.5
        tone = lighter(p.main, 0.22) if k % 3 else darker(p.main, 0.2)
        p.inside.oval(x - 3 + d * math.cos(a), y - 3 + d * math.sin(a) * 0.8, 2.8, 2.0, tone,
                      p.rng.uniform(-40, 40))  # fmt: skip


@subject("pine", wide=66, tall=12, colours="3f7058 4a7a58 35644f", hero=0.62,
         homes="mountain, snow, forest")  # fmt: skip
def pine(p: Pen) -> None:
    """A fir in five storeys."""
    p.rect(29, 84, 37, 101, BARK)
    for k in range(5):
        y, half = 90 - k * 16, 31 - k * 5.4
        p.blob(f"{33 - half},{y}! 33,{y - 30}! {33 + half},{y}! {33 + half * 0.4},{y + 3} "
               f"{33 - half * 0.4},{y + 3}", lighter(p.main, 0.05 * k))  # fmt: skip
        p.inside.poly([(33, y - 30), (33 + half, y), (33 + 3, y + 2)], darker(p.main, 0.3), 0.4)


@subject("palm", wide=96, tall=10, colours="4f9a5c 5fa452", hero=0.66, homes="beach, desert")
def palm(p: Pen) -> None:
    """A leaning palm with nuts."""
    p.stroke("38,101 40,70 50,40 56,24", 8, 4.4, (150, 112, 80))
    for k in range(9):
        p.inside.line(34, 94 - k * 8, 62, 92 - k * 8, 0.9, (110, 80, 60))
    for ex, ey, droop in ((6, 40, 8), (14, 8, -4), (56, -8, -6), (92, 10, -4), (98, 42, 8),
                          (34, 54, 4), (80, 56, 4)):  # fmt: skip
        mx, my = (56 + ex) / 2, (22 + ey) / 2 - 10 - droop * 0.2
        p.stroke(f"56,23 {mx},{my} {ex},{ey}", 3, 0.6, mix(p.main, p.dark, (ey + 8) / 110), belly=8)
        p.inside.stroke(f"56,23 {mx},{my} {ex},{ey}", 0.8, 0.4, p.dark)
    for x, y in ((52, 27), (59, 28), (56, 31)):
        p.oval(x, y, 3.6, 3.6, (110, 72, 50))


@subject("cactus", wide=70, tall=3, colours="5f9a5c 4f8a64", hero=0.5, homes="desert")
def cactus(p: Pen) -> None:
    """A saguaro in flower."""
    p.stroke("24,60 12,58 12,36", 10, 10, darker(p.main, 0.1))
    p.stroke("46,70 58,66 58,44", 10, 10, darker(p.main, 0.1))
    p.stroke("35,101 35,14", 20, 18, p.main)
    for x in (29, 35, 41):
        p.inside.line(x, 8, x, 101, 0.9, darker(p.main, 0.3))
    petals(p, 35, 5, 6, 6, 2.4, (240, 110, 150))
    petals(p, 12, 32, 5, 4, 1.8, (240, 110, 150))


@subject(
    "flower",
    wide=60,
    tall=0.5,
    colours="e8607a f0a23a a86ad0 f4f0ea",
    hero=0.5,
    grip=(30, 82),
    homes="garden, meadow",
)
def flower(p: Pen) -> None:
    """A daisy-like flower on its stem."""
    _stem(p, 30, 28)
    petals(p, 30, 26, 12, 25, 5, darker(p.main, 0.08))
    petals(p, 30, 26, 10, 19, 4, lighter(p.main, 0.2))
    p.oval(30, 26, 8, 8, (240, 190, 70))
    p.inside.oval(29, 25, 5, 5, (250, 212, 110))


@subject(
    "sunflower",
    wide=66,
    tall=1.8,
    colours="f4b93a f2a92c",
    hero=0.6,
    grip=(33, 82),
    homes="meadow, garden",
    tint=False,
)
def sunflower(p: Pen) -> None:
    """A sunflower."""
    _stem(p, 33, 30)
    petals(p, 33, 28, 20, 29, 4, darker(p.main, 0.15))
    petals(p, 33, 28, 18, 25, 3.6, p.main)
    p.oval(33, 28, 13, 13, (92, 58, 38))
    for k in range(50 if p.detail else 20):
        a, d = k * 2.4, 1.7 * math.sqrt(k)
        p.inside.oval(33 + d * math.cos(a), 28 + d * math.sin(a), 0.8, 0.8, (150, 98, 52))


@subject(
    "rose",
    wide=56,
    tall=0.6,
    colours="c8304a e07a94 f4e0d8",
    hero=0.5,
    grip=(28, 82),
    homes="garden",
)
def rose(p: Pen) -> None:
    """A rose."""
    _stem(p, 28, 34)
    p.oval(28, 25, 20, 19, p.dark)
    for k in range(14):
        a, r = k * 2.0, 15 - k
        tone = mix(p.main, lighter(p.main, 0.35), (k % 4) / 4)
        p.oval(28 + r * 0.55 * math.cos(a), 24 + r * 0.5 * math.sin(a), 4 + r * 0.55, 3 + r * 0.45,
               tone, math.degrees(a))  # fmt: skip
    p.oval(28, 24, 2.4, 2.2, p.dark)


@subject(
    "tulip",
    wide=50,
    tall=0.5,
    colours="e0504a f0a83e d070b0",
    hero=0.5,
    grip=(25, 82),
    homes="garden, meadow",
)
def tulip(p: Pen) -> None:
    """A tulip."""
    _stem(p, 25, 36)
    p.blob("25,44 12,38 8,22 10,4! 18,14 25,2! 32,14 40,4! 42,22 38,38", p.main)
    p.inside.blob("25,46 17,30 25,4 33,30", lighter(p.main, 0.25))


@subject("mushroom", wide=86, tall=0.25, colours="d2453c d86a3a b8703e", hero=0.46, homes="forest")
def mushroom(p: Pen) -> None:
    """A toadstool with white dots."""
    p.blob("32,101! 36,76 34,52! 54,52! 51,76 58,101!", (244, 234, 214))
    p.inside.blob("46,50 56,50 52,76 60,101 48,101", (206, 190, 172))
    p.blob("34,56! 30,64 44,68 58,64 53,56!", (250, 244, 230))
    p.blob("3,56! 6,34 22,14 43,7 64,14 80,34 83,56! 64,61 43,63 22,61", p.main)
    p.inside.blob("3,54 22,58 43,60 64,58 83,54 80,66 6,66", (232, 214, 190))
    p.inside.blob("64,12 84,34 84,56 66,58 72,36", darker(p.main, 0.3), 0.5)
    for x, y, r in ((24, 32, 6.0), (44, 20, 5.0), (50, 42, 7.0), (70, 34, 4.5), (14, 48, 3.6)):
        p.inside.oval(x, y, r, r * 0.85, (252, 246, 236))


@subject("plant", wide=80, tall=0.8, colours="4f9462 5f9f58", hero=0.46, homes="room, tabletop")
def plant(p: Pen) -> None:
    """A plant in a pot."""
    for ex, ey in ((8, 40), (20, 14), (40, 0), (60, 14), (72, 40), (30, 30), (52, 30)):
        p.stroke(f"40,72 {(40 + ex) / 2 + (ex - 40) * 0.1},{(60 + ey) / 2 - 6} {ex},{ey}", 3, 0.8,
                 mix(p.main, p.dark, abs(ex - 40) / 60), belly=11)  # fmt: skip
    p.poly([(22, 68), (58, 68), (54, 100), (26, 100)], POT)
    p.rect(19, 64, 61, 72, lighter(POT, 0.15), 1)


@subject("bonsai", wide=110, tall=0.5, colours="5f8f56", hero=0.44, homes="room, tabletop")
def bonsai(p: Pen) -> None:
    """A bonsai in a flat dish."""
    p.stroke("54,86 46,68 64,54 54,36", 9, 4, BARK, belly=2)
    p.stroke("58,58 78,52 86,46", 4, 2, BARK)
    for x, y, r in ((54, 26, 26.0), (88, 42, 19.0), (26, 46, 19.0)):
        p.oval(x, y, r, r * 0.55, p.dark)
        p.oval(x - 2, y - 3, r * 0.9, r * 0.4, p.main)
    p.stroke("52,62 34,54 26,50", 4, 2, BARK)
    p.poly([(20, 85), (90, 85), (82, 100), (28, 100)], (82, 110, 138))
