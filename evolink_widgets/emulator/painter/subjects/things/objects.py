"""Things of a size for a table: cup, teapot, lantern, lamp, candle, book, guitar, umbrella."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

FLAME: Colour = (255, 206, 110)
IRON: Colour = (58, 56, 66)
PAPER: Colour = (250, 243, 226)
WOOD: Colour = (120, 76, 52)


def steam(p: Pen, x: float, y: float) -> None:
    """Two curls of steam."""
    for dx in (-6, 6):
        p.stroke(f"{x + dx},{y} {x + dx - 4},{y - 8} {x + dx + 3},{y - 16} {x + dx - 2},{y - 25}",
                 2.2, 0.4, (246, 244, 244), belly=1.4)  # fmt: skip


@subject(
    "cup",
    wide=112,
    tall=0.1,
    colours="e4e0d6 7fa8b8 d98a6a f0ece4",
    hero=0.42,
    deep=True,
    room=0.7,
    inner=(52, 48),
    grip=(90, 58),
    homes="tabletop",
)
def cup(p: Pen) -> None:
    """A steaming cup on its saucer."""
    steam(p, 50, 26)
    p.oval(52, 93, 50, 7, lighter(p.main, 0.1))
    p.inside.oval(52, 92, 34, 4, darker(p.main, 0.2))
    p.ring(88, 56, 15, 5.4, darker(p.main, 0.12))
    p.blob("10,36! 94,36! 90,64 78,84 66,91! 38,91! 26,84 14,64", p.main)
    p.inside.blob("70,36 96,36 92,64 76,90 60,92 76,66", darker(p.main, 0.5), 0.25)
    p.inside.blob("18,42 24,42 28,66 38,84 28,82 20,64", (255, 255, 255), 0.5)
    p.oval(52, 36, 42, 8, lighter(p.main, 0.25))
    p.oval(52, 37, 38, 6, (122, 72, 44))
    p.inside.oval(46, 36, 18, 2.4, (168, 108, 70))


@subject("teapot", wide=140, tall=0.2, colours="4f7f9a c8604a 6f9a7a e4d8c0", hero=0.46,
         homes="tabletop")  # fmt: skip
def teapot(p: Pen) -> None:
    """A round teapot."""
    steam(p, 128, 26)
    p.ring(24, 58, 19, 6, p.dark)
    p.blob("92,80! 108,66 114,46 122,32! 134,32! 128,50 118,76 96,94!", darker(p.main, 0.12))
    p.blob("22,62 30,38 50,26 66,24 84,26 102,38 110,62 102,86 86,98! 46,98! 30,86", p.main)
    p.inside.blob("90,28 112,46 112,74 90,100 76,100 96,66", p.dark, 0.5)
    p.inside.blob("36,44 46,34 52,34 42,52 38,68 33,60", (255, 255, 255), 0.5)
    p.inside.rect(20, 66, 112, 71, lighter(p.main, 0.5))
    p.blob("42,29! 50,18 66,15 82,18 90,29! 66,33", lighter(p.main, 0.15))
    p.oval(66, 11, 5.4, 5.4, p.dark)


@subject(
    "lantern",
    shines=True,
    wide=62,
    tall=0.5,
    colours="c89a4a 5a5a68 b8543f",
    hero=0.42,
    grip=(31, 4),
    seat=(31, 12),
    homes="forest, tabletop",
)
def lantern(p: Pen) -> None:
    """A lantern with a flame."""
    p.ring(31, 9, 9, 2, IRON)
    p.rect(16, 30, 46, 86, mix(FLAME, (255, 250, 230), 0.4), 3)
    p.inside.oval(31, 62, 12, 18, (255, 246, 210))
    p.blob("31,44 38,58 38,68 31,74 24,68 24,58", (255, 166, 60))
    p.blob("31,54 35,63 31,71 27,63", (255, 240, 170))
    p.rect(27, 74, 35, 86, PAPER)
    for x in (15, 31, 47):
        p.line(x, 30, x, 86, 2, darker(p.main, 0.2))
    p.blob("8,31! 20,20 24,14! 38,14! 42,20 54,31!", p.main)
    p.rect(9, 85, 53, 93, p.main, 2)
    p.rect(5, 92, 57, 100, p.dark, 2)
    p.light(31, 60, 78, FLAME, 0.75)


@subject("candle", shines=True, wide=40, tall=0.2, colours="f4ead4", hero=0.4, homes="tabletop")
def candle(p: Pen) -> None:
    """A burning candle."""
    p.oval(20, 95, 19, 5.4, (190, 150, 80))
    p.rect(10, 36, 30, 95, p.main, 3)
    p.inside.rect(22, 36, 30, 95, darker(p.main, 0.2))
    p.stroke("12,38 12,56", 4, 5, lighter(p.main, 0.4))
    p.line(20, 28, 20, 37, 1, IRON)
    p.blob("20,4 26,18 25,27 20,31 15,27 14,18", (255, 176, 70))
    p.blob("20,14 23,23 20,29 17,23", (255, 246, 190))
    p.light(20, 20, 60, FLAME, 0.85)


@subject(
    "lamp", wide=70, tall=0.5, colours="e8b86a c8604a 5f9a8a", hero=0.48, homes="room, tabletop"
)
def lamp(p: Pen) -> None:
    """A table lamp."""
    p.rect(32, 44, 38, 92, (170, 130, 80))
    p.oval(35, 94, 20, 6, (150, 110, 66))
    p.poly([(20, 6), (50, 6), (66, 52), (4, 52)], p.main)
    p.inside.poly([(26, 6), (36, 6), (40, 52), (18, 52)], (255, 250, 220), 0.45)
    p.light(35, 46, 60, FLAME, 0.8)


@subject(
    "book",
    wide=150,
    tall=0.25,
    colours="a8443f 3f6f8f 5a7a5a",
    hero=0.36,
    grip=(75, 62),
    seat=(75, 44),
    homes="tabletop, library",
)
def book(p: Pen) -> None:
    """An open book."""
    p.blob("4,40! 40,34 75,44! 110,34 146,40! 150,96! 110,90 75,101! 40,90 0,96!", p.main)
    p.blob("10,34! 42,28 75,40! 75,96! 42,85 6,90!", PAPER)
    p.blob("140,34! 108,28 75,40! 75,96! 108,85 144,90!", mix(PAPER, (210, 196, 176), 0.35))
    p.inside.blob("75,38 64,34 66,92 75,98", (190, 172, 150), 0.6)
    for k in range(6):
        y = 42 + k * 7
        p.inside.stroke(f"16,{y + 1} 42,{y - 4} 64,{y + 2}", 1.1, 1.1, (160, 146, 136))
        p.inside.stroke(f"86,{y + 2} 108,{y - 4} 134,{y + 1}", 1.1, 1.1, (150, 136, 126))


@subject("books", wide=120, tall=0.3, colours="a8443f", hero=0.34, homes="tabletop, library",
         seat=(58, 22))  # fmt: skip
def books(p: Pen) -> None:
    """A pile of books."""
    tones = (p.main, (63, 111, 143), (224, 168, 74), (90, 122, 90))
    for k, tone in enumerate(tones):
        y, x = 80 - k * 19, 8 + (k * 13) % 17
        p.rect(x, y, x + 96, y + 20, tone, 3)
        p.inside.rect(x + 6, y + 4, x + 100, y + 16, PAPER)
        p.inside.rect(x, y, x + 8, y + 20, darker(tone, 0.2))


@subject(
    "guitar", wide=52, tall=1.0, colours="c8843f b8602f 8a4a34", hero=0.56, homes="room, studio"
)
def guitar(p: Pen) -> None:
    """An acoustic guitar, upright."""
    p.rect(23, 6, 29, 60, darker(WOOD, 0.3))
    p.blob("21,10! 20,-4 26,-7 32,-4 31,10!", WOOD)
    for y in (-1, 4):
        for x in (19, 33):
            p.oval(x, y, 1.6, 1.2, (226, 220, 206))
    p.blob("26,42 36,44 40,52 37,61 44,68 50,80 46,94 34,100 26,101 18,100 6,94 2,80 8,68 15,61 "
           "12,52 16,44", p.dark)  # fmt: skip
    p.inside.blob("26,44 35,46 38,52 35,61 42,69 47,80 43,92 33,98 26,98 19,98 9,92 5,80 10,69 "
                  "17,61 14,52 17,46", p.main)  # fmt: skip
    p.oval(26, 66, 7.4, 7.4, lighter(WOOD, 0.3))
    p.oval(26, 66, 6, 6, (48, 32, 30))
    p.inside.rect(23, 40, 29, 61, darker(WOOD, 0.3))
    p.rect(17, 84, 35, 88, darker(WOOD, 0.2), 1)
    for k in range(4):
        p.inside.line(24 + k * 1.35, 4, 24 + k * 1.35, 86, 0.35, (246, 236, 214))


@subject(
    "umbrella",
    held=1.04,
    wide=104,
    tall=1.0,
    colours="d2453c 3f7fa8 e0b04a",
    hero=0.44,
    shelters=True,
    grip=(52, 84),
    homes="street, beach",
)
def umbrella(p: Pen) -> None:
    """An open umbrella."""
    p.stroke("52,8 52,90 55,97 61,97 64,91", 2.2, 2.2, WOOD)
    p.blob("1,40! 8,22 26,9 52,4 78,9 96,22 103,40! 90,36 77,40! 64,36 52,40! 39,36 27,40! 14,36",
           p.main)  # fmt: skip
    p.inside.blob("52,3 27,40 39,36 52,40", lighter(p.main, 0.18))
    p.inside.blob("52,3 77,40 90,36 103,40 90,16", darker(p.main, 0.2))
    p.line(52, -1, 52, 6, 1.8, WOOD)


@subject(
    "sign",
    shines=True,
    wide=130,
    tall=1.6,
    colours="ff5a8a 41d0e8 ffb03a",
    hero=0.5,
    homes="street",
)
def sign(p: Pen) -> None:
    """A board on two posts; the words are lettered on it."""
    for x in (24, 106):
        p.line(x, 40, x, 101, 5, IRON)
    p.rect(2, 8, 128, 66, IRON, 7)
    p.rect(5, 11, 125, 63, p.main if p.text else lighter(p.main, 0.2), 5)
    p.inside.rect(9, 15, 121, 59, (36, 32, 48), 3)
    p.words(p.text or "OPEN", 65, 37, 104, 34, lighter(p.main, 0.35))
    p.light(65, 37, 80, p.main, 0.4)
