"""What stands in rooms: chair, sofa, table, bed, bench, piano, vase, globe, clocks, door."""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

WOOD: Colour = (140, 92, 60)
FACE: Colour = (250, 246, 234)
BRASS: Colour = (214, 170, 86)
INK: Colour = (48, 42, 52)
GLASS: Colour = (212, 230, 234)


def dial(p: Pen, x: float, y: float, radius: float, hours: float = 10.17) -> None:
    """A clock's face with hands."""
    p.inside.oval(x, y, radius, radius, FACE)
    for k in range(12):
        a = math.tau * k / 12
        near, far = radius * (0.74 if k % 3 else 0.66), radius * 0.88
        p.inside.line(x + near * math.cos(a), y + near * math.sin(a), x + far * math.cos(a),
                      y + far * math.sin(a), radius * (0.05 if k % 3 else 0.09), INK)  # fmt: skip
    for turn, reach, thick in ((hours / 12, 0.46, 0.11), (hours % 1, 0.7, 0.07)):
        a = math.tau * turn - math.pi / 2
        p.inside.line(x, y, x + radius * reach * math.cos(a), y + radius * reach * math.sin(a),
                      radius * thick, INK)  # fmt: skip
    p.inside.oval(x, y, radius * 0.09, radius * 0.09, (206, 62, 58))


@subject("chair", wide=88, tall=1.0, colours="c8604f 4f7f8f c89a4a 6a8a5f", hero=0.46, homes="room",
         seat=(44, 62))  # fmt: skip
def chair(p: Pen) -> None:
    """An armchair with a cushion."""
    for x in (16, 72):
        p.line(x, 84, x + (-2 if x < 44 else 2), 100, 5, WOOD)
    p.blob("14,64! 12,24 22,6 44,2 66,6 76,24 74,64!", p.main)
    p.inside.blob("22,60 22,26 30,14 44,11 58,14 66,26 66,60", lighter(p.main, 0.12))
    for x, y in ((34, 26), (54, 26), (44, 38)):
        p.inside.oval(x, y, 1.8, 1.8, darker(p.main, 0.35))
    p.rect(10, 68, 78, 90, darker(p.main, 0.2), 5)
    p.rect(16, 57, 72, 74, lighter(p.main, 0.2), 7)
    for x in (12, 76):
        p.rect(x - 10, 46, x + 10, 90, p.main, 9)
        p.inside.oval(x, 56, 7, 7, darker(p.main, 0.2))


@subject("sofa", wide=190, tall=0.9, colours="4f7f8f c8604f 7a8a5f 8f6a9a", hero=0.34, homes="room",
         seat=(95, 58))  # fmt: skip
def sofa(p: Pen) -> None:
    """A sofa with two cushions."""
    for x in (20, 170):
        p.line(x, 84, x, 101, 6, WOOD)
    p.rect(18, 10, 172, 76, p.main, 16)
    p.inside.line(95, 10, 95, 60, 1.4, darker(p.main, 0.35))
    p.rect(14, 62, 176, 92, darker(p.main, 0.22), 5)
    for x in (24, 96):
        p.rect(x, 54, x + 70, 74, lighter(p.main, 0.16), 8)
    for x, tone, turn in ((46, (240, 204, 120), 14), (146, (236, 228, 214), -12)):
        a = math.radians(turn)
        p.poly(
            [
                (
                    x + 17 * math.cos(a + k * math.pi / 2 + 0.785),
                    40 + 17 * math.sin(a + k * math.pi / 2 + 0.785),
                )
                for k in range(4)
            ],
            tone,
        )
    for x in (14, 176):
        p.rect(x - 13, 34, x + 13, 92, lighter(p.main, 0.05), 11)
        p.inside.oval(x, 46, 9, 9, darker(p.main, 0.2))


@subject("table", wide=170, tall=0.75, colours="a8734a 8a5a3c c09468", hero=0.3, homes="room",
         seat=(85, 22))  # fmt: skip
def table(p: Pen) -> None:
    """A wooden table with a bowl of fruit's worth of room on it."""
    for x in (34, 136):
        p.poly([(x - 4, 40), (x + 4, 40), (x + 2, 82), (x - 2, 82)], darker(p.main, 0.35))
    p.poly([(26, 12), (144, 12), (168, 30), (2, 30)], lighter(p.main, 0.12))
    for k in range(5 if p.detail else 0):
        p.inside.line(40 + k * 22, 12, 20 + k * 32, 30, 0.9, darker(p.main, 0.2))
    p.rect(2, 29, 168, 37, p.main, 1)
    p.rect(12, 36, 158, 47, darker(p.main, 0.2))
    p.rect(72, 38, 98, 45, darker(p.main, 0.05), 1)
    p.oval(85, 41.5, 2, 2, BRASS)
    for x in (16, 154):
        p.poly([(x - 6, 36), (x + 6, 36), (x + 3.4, 100), (x - 3.4, 100)], darker(p.main, 0.1))


@subject("bed", wide=200, tall=1.0, colours="6f8fb0 b07a8a 7f9a7a", hero=0.34, homes="room",
         seat=(110, 52))  # fmt: skip
def bed(p: Pen) -> None:
    """A bed with a blanket and pillows."""
    p.rect(4, 6, 16, 100, WOOD, 3)
    p.rect(10, 14, 30, 74, lighter(WOOD, 0.12), 4)
    p.rect(186, 44, 196, 100, WOOD, 3)
    p.rect(12, 72, 190, 92, darker(WOOD, 0.15))
    p.rect(14, 56, 188, 80, FACE, 6)
    p.blob("20,58 22,42 36,36 56,40 62,52 56,60", lighter(FACE, 0.4))
    p.inside.stroke("28,52 40,47 54,52", 1.2, 0.8, darker(FACE, 0.2))
    p.blob("60,58! 72,46 110,42 160,44 188,54! 192,86! 70,86! 64,72", p.main)
    p.blob("60,58! 72,46 88,44 84,60 86,86! 70,86! 64,72", lighter(p.main, 0.55))
    for k in range(4):
        x = 100 + k * 22
        p.inside.stroke(f"{x},42 {x + 4},62 {x},88", 2.4, 2.4, lighter(p.main, 0.25))
    p.inside.rect(80, 78, 194, 90, darker(p.main, 0.4), 0, 0.3)


@subject("bench", wide=180, tall=0.85, colours="8a5f42 7a6a4a", hero=0.3, homes="garden, street",
         seat=(90, 54))  # fmt: skip
def bench(p: Pen) -> None:
    """A park bench."""
    iron: Colour = (64, 66, 74)
    for x in (22, 158):
        p.stroke(f"{x - 4},10 {x},50 {x - 6},100", 5, 5, iron)
        p.stroke(f"{x},56 {x + 10},76 {x + 12},100", 5, 5, iron)
        p.stroke(f"{x - 2},38 {x + 10},38 {x + 13},54", 4, 4, iron)
    for k in range(3):
        y = 8 + k * 13
        p.rect(6, y, 174, y + 9, mix(p.main, p.pale, 0.3 * (k % 2)), 2)
    for k in range(3):
        y = 52 + k * 7
        p.rect(4 - k, y, 176 + k, y + 6, darker(p.main, 0.08 * k), 2)


@subject("door", wide=76, tall=2.1, colours="3f7f8a b8483f 4f7f5a 3a4f86", hero=0.62,
         homes="street, meadow", inner=(38, 98))  # fmt: skip
def door(p: Pen) -> None:
    """A door in a stone arch, with a lamp."""
    stone: Colour = (196, 188, 176)
    p.blob("6,100! 6,36 12,16 26,4 38,2 50,4 64,16 70,36 70,100!", stone)
    for k in range(9):
        a = math.radians(180 + 180 * k / 8)
        p.inside.line(38 + 22 * math.cos(a), 36 + 24 * math.sin(a), 38 + 36 * math.cos(a),
                      36 + 38 * math.sin(a), 0.9, darker(stone, 0.3))  # fmt: skip
    for y in (52, 68, 84):
        p.inside.line(0, y, 76, y, 0.9, darker(stone, 0.3))
    p.inside.blob("15,100! 15,38 20,22 30,14 38,12 46,14 56,22 61,38 61,100!", p.main)
    p.inside.line(38, 12, 38, 100, 0.9, darker(p.main, 0.4))
    for x in (20, 42):
        for y in (44, 72):
            p.inside.rect(x, y, x + 14, y + 22, darker(p.main, 0.22), 1.5)
            p.inside.rect(x + 1.4, y + 1.4, x + 14, y + 22, lighter(p.main, 0.1), 1.5)
    p.inside.blob("20,38 23,26 31,19 45,19 53,26 56,38", (255, 220, 140) if p.lit else GLASS)
    p.inside.line(38, 16, 38, 38, 1, p.main)
    p.oval(56, 66, 2.2, 2.2, BRASS)
    p.rect(0, 97, 76, 102, darker(stone, 0.2))
    if p.lit:
        p.light(38, 30, 30, (255, 214, 140), 0.6)


@subject("piano", wide=150, tall=1.5, colours="2e2c36 5a3a30", hero=0.44, homes="room",
         seat=(75, 6))  # fmt: skip
def piano(p: Pen) -> None:
    """A grand piano with its lid up."""
    for x in (26, 118):
        p.poly([(x - 5, 66), (x + 5, 66), (x + 2.4, 98), (x - 2.4, 98)], darker(p.main, 0.1))
        p.oval(x, 98, 3.4, 2.4, BRASS)
    p.line(80, 70, 78, 96, 2.4, BRASS)
    p.blob("34,42! 40,4 72,-6 110,2 144,30 146,42!", lighter(p.main, 0.14))
    p.inside.blob("40,42 46,10 74,2 108,8 136,32 138,42", lighter(p.main, 0.28))
    p.line(96, 40, 88, 8, 1.6, (160, 120, 80))
    p.rect(28, 40, 148, 68, p.main, 7)
    p.inside.rect(28, 40, 148, 45, lighter(p.main, 0.3))
    p.rect(4, 52, 60, 68, p.main, 3)
    p.inside.rect(6, 55, 44, 61, (250, 248, 242))
    for k in range(12):
        p.inside.line(9 + k * 3, 55, 9 + k * 3, 61, 0.5, (120, 116, 120))
    for k in (0, 1, 3, 4, 5, 7, 8, 10):
        p.inside.rect(8 + k * 3, 55, 10 + k * 3, 58.6, INK)
    p.poly([(18, 50), (24, 30), (46, 30), (44, 50)], FACE)
    for k in range(4):
        p.inside.line(24, 34 + k * 4, 42, 34 + k * 4, 0.6, (140, 130, 130))
    p.inside.blob("100,46 146,46 146,56 110,54", WHITE, 0.14)


@subject("vase", wide=70, tall=0.35, colours="4f7fa8 d8cfc0 b8604a 5f8f86", hero=0.44,
         homes="tabletop, room", deep=True, room=1.15, inner=(35, 62))  # fmt: skip
def vase(p: Pen) -> None:
    """A painted vase."""
    band = lighter(p.main, 0.6)
    p.blob("20,6! 50,6! 47,20 50,32 64,50 66,70 56,90 46,100! 24,100! 14,90 4,70 6,50 20,32 23,20",
           p.main)  # fmt: skip
    p.oval(35, 6, 16, 3.6, darker(p.main, 0.45))
    p.inside.rect(0, 46, 70, 50, band)
    p.inside.rect(0, 76, 70, 80, band)
    for k in range(5):
        x = 9 + k * 13
        p.inside.poly([(x, 55), (x + 5, 63), (x, 71), (x - 5, 63)], band)
    p.inside.blob("48,4 52,30 72,52 70,84 48,104 58,76 52,44 44,24", darker(p.main, 0.6), 0.3)
    p.inside.blob("16,46 12,60 16,74 20,58", WHITE, 0.4)


@subject("globe", wide=84, tall=0.4, colours="4f8fc0 3f7fae", hero=0.44, homes="library, tabletop",
         tint=False)  # fmt: skip
def globe(p: Pen) -> None:
    """A globe on its stand."""
    land: Colour = (118, 168, 96)
    p.arc(42, 42, 42, 42, -60, 120, 4, BRASS)
    p.line(42, 84, 42, 94, 4, BRASS)
    p.blob("18,101! 22,93 42,91 62,93 66,101!", WOOD)
    p.oval(42, 42, 37, 37, p.main)
    p.inside.blob("12,26 22,16 36,14 42,24 34,32 30,42 22,40 12,36", land)
    p.inside.blob("30,46 40,48 42,58 34,74 28,62", land)
    p.inside.blob("52,16 68,18 78,30 76,44 66,40 60,48 52,38 48,26", lighter(land, 0.15))
    p.inside.blob("60,54 72,54 70,66 62,66", land)
    for k in (-1, 0, 1):
        p.inside.stroke(
            f"4,{42 + k * 16} 42,{45 + k * 18} 80,{42 + k * 16}", 0.6, 0.6, (206, 226, 238)
        )
    p.inside.blob("60,8 84,40 62,80 42,84 68,60 70,30", (20, 30, 70), 0.25)
    p.inside.oval(24, 22, 6, 8, WHITE, 40, 0.35)


@subject("clock", wide=96, tall=0.3, colours="c8503f 3f7f8f e0a83a", hero=0.4,
         homes="tabletop, room")  # fmt: skip
def clock(p: Pen) -> None:
    """An alarm clock."""
    for x, turn in ((24, -34), (72, 34)):
        p.oval(x, 16, 15, 10, darker(p.main, 0.15), turn)
    p.rect(46, 2, 50, 16, INK, 1)
    p.line(30, 84, 20, 100, 6, darker(p.main, 0.35))
    p.line(66, 84, 76, 100, 6, darker(p.main, 0.35))
    p.oval(48, 54, 41, 41, p.main)
    p.inside.oval(48, 54, 36, 36, darker(p.main, 0.3))
    dial(p, 48, 54, 34)
    p.inside.blob("20,40 32,26 46,22 34,34 26,48", WHITE, 0.4)


@subject("watch", wide=72, tall=0.07, colours="d8a848 b8bcc8", hero=0.42, homes="tabletop")
def watch(p: Pen) -> None:
    """A pocket watch on its chain."""
    for k in range(7):
        a = k * 0.42
        p.ring(39 + 9 * a + 2, 4 - 4 * math.sin(a * 2.1), 3.6, 1.4, darker(p.main, 0.15))
    p.ring(36, 15, 7, 2.6, p.main)
    p.rect(32, 20, 40, 30, darker(p.main, 0.15), 1)
    p.oval(36, 64, 36, 36, p.main)
    p.inside.oval(36, 64, 31, 31, darker(p.main, 0.25))
    dial(p, 36, 64, 29, 1.83)
    p.inside.blob("12,54 22,40 36,37 24,48 17,62", WHITE, 0.4)


@subject("hourglass", wide=64, tall=0.3, colours="a8703e 8a5a3c", hero=0.46,
         homes="tabletop, library")  # fmt: skip
def hourglass(p: Pen) -> None:
    """An hourglass, half run."""
    sand: Colour = (238, 200, 126)
    for x in (9, 55):
        p.rect(x - 2.4, 8, x + 2.4, 92, darker(p.main, 0.1), 1)
    p.blob("14,9! 50,9! 50,26 42,40 34,50 42,60 50,74 50,91! 14,91! 14,74 22,60 30,50 22,40 14,26",
           GLASS)  # fmt: skip
    p.inside.blob("18,30! 32,33 46,30! 41,39 33,48 31,48 23,39", sand)
    p.inside.line(32, 46, 32, 76, 1.2, sand)
    p.inside.blob("14,91! 18,82 32,70 46,82 50,91!", sand)
    p.inside.blob("18,12 22,12 21,26 27,38 20,30", WHITE, 0.6)
    p.inside.blob("18,88 18,76 25,64 22,78", WHITE, 0.6)
    p.rect(2, 1, 62, 10, p.main, 3)
    p.rect(2, 90, 62, 99, p.main, 3)
