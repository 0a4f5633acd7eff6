"""What floats or flies with people in it: boat, ship, balloon, rocket, aeroplane, UFO."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

WOOD: Colour = (140, 88, 56)
ROPE: Colour = (92, 70, 60)
STEEL: Colour = (206, 212, 222)
GLASS: Colour = (120, 176, 210)


@subject(
    "boat",
    wide=170,
    tall=1.4,
    colours="c8503f 3f7fb0 e0a84a 5f9a7a",
    stands="water",
    hero=0.24,
    homes="lake, sea, lake",
    seat=(80, 62),
    deep=True,
    room=0.95,
    inner=(84, 73),
)
def boat(p: Pen) -> None:
    """A rowing boat with an oar."""
    p.stroke("96,30 60,58 22,84", 2.6, 2.6, WOOD)
    p.blob("12,92 18,78 30,78 26,92", lighter(WOOD, 0.2))
    p.blob("4,42! 40,60 84,62 128,58 166,34! 156,72 138,92 110,98 58,98 32,92 14,72", p.main)
    p.inside.blob("4,40 40,58 84,60 128,56 168,32 168,44 128,68 84,71 40,69 4,52", (250, 240, 222))
    p.inside.blob("20,88 80,90 150,84 130,101 40,101", darker(p.main, 0.35))
    p.inside.stroke("12,66 60,80 110,80 158,62", 1.0, 1.0, darker(p.main, 0.3))
    p.blob("10,46! 40,61 84,63 128,59 160,40! 128,54 84,56 40,55", darker(WOOD, 0.4))
    p.stroke("96,30 116,64", 2.4, 2.4, WOOD)


@subject("ship", wide=128, tall=22, colours="8a5a3c 7a4c38", stands="water", hero=0.62,
         homes="sea", seat=(60, 80))  # fmt: skip
def ship(p: Pen) -> None:
    """A sailing ship, three masts under full sail."""
    sail: Colour = (250, 243, 226)
    p.line(104, 82, 126, 66, 1.4, ROPE)
    for x, top in ((30, 16), (62, 2), (92, 14)):
        p.line(x, top, x, 84, 1.8, WOOD)
        p.poly([(x, top - 5), (x - 11, top - 2.6), (x, top)], (206, 62, 58))
    for x, top, half in ((30, 20, 12), (62, 7, 16), (92, 18, 12)):
        rows = 3 if top > 10 else 4
        gap = (76 - top) / rows
        for k in range(rows):
            y, h = top + k * gap, half * (0.62 + 0.38 * k / (rows - 1))
            b = y + gap * 0.86
            p.blob(f"{x - h},{y}! {x + h},{y}! {x + h + 4},{y + gap * 0.45} {x + h + 1},{b}! "
                   f"{x + 3},{b - 2.4} {x - h - 1},{b}! {x - h + 3},{y + gap * 0.45}",
                   mix(sail, (230, 214, 196), 0.16 * k))  # fmt: skip
            p.line(x - h - 1, y, x + h + 1, y, 0.9, ROPE)
    p.poly([(95, 24), (124, 67), (100, 74)], lighter(sail, 0.4))
    if p.detail:
        for x0, x1 in ((30, 10), (62, 44), (92, 76)):
            p.line(x0, 18, x1, 84, 0.35, ROPE)
    p.blob("8,76! 18,82 60,85 98,82 112,76! 108,88 98,97 88,100! 26,100! 16,94", p.main)
    p.inside.stroke("8,83 40,89 80,89 110,83", 2.4, 2.4, (236, 200, 120), caps=False)
    p.inside.blob("12,92 60,96 106,92 98,102 20,102", darker(p.main, 0.45))
    for k in range(7):
        x = 26 + k * 11
        p.inside.rect(x - 1.6, 90.6, x + 1.6, 93.6, (255, 214, 130) if p.lit else (50, 36, 36), 0.4)
    p.rect(9, 70, 24, 79, darker(p.main, 0.12), 1)
    if p.lit:
        p.light(16, 74, 10, strength=0.6)


@subject(
    "balloon",
    wide=76,
    tall=20,
    colours="e0544a f0a83e 4a8fc0 8a5fb0 4fa88a",
    stands="air",
    hero=0.46,
    deep=True,
    room=0.2,
    inner=(38, 95),
    homes="mountain, meadow, desert",
)
def balloon(p: Pen) -> None:
    """A hot-air balloon in two colours."""
    other = lighter(mix(p.main, (255, 214, 120), 0.55), 0.3)
    p.line(27, 66, 32, 86, 0.6, ROPE)
    p.line(49, 66, 44, 86, 0.6, ROPE)
    p.line(38, 68, 38, 86, 0.4, ROPE)
    p.blob("38,0 58,6 72,22 74,38 66,54 52,67 48,71! 28,71! 24,67 10,54 2,38 4,22 18,6", p.main)
    for x, wide in ((14, 7), (38, 9), (62, 7)):
        near = 38 + (x - 38) * 0.3
        p.inside.blob(f"{38 + (x - 38) * 0.1},-1 {x + wide},22 {x + wide},42 {near + 3},72 "
                      f"{near - 3},72 {x - wide},42 {x - wide},22", other)  # fmt: skip
    p.inside.blob("60,4 78,24 76,46 48,74 58,50 66,30", darker(p.main, 0.6), 0.22)
    p.inside.blob("22,8 12,22 10,36 16,30 22,18", (255, 255, 255), 0.35)
    p.inside.rect(22, 66, 54, 72, darker(p.main, 0.25))
    p.rect(31, 86, 45, 99, (170, 116, 70), 2.4)
    p.inside.rect(31, 86, 45, 89, (110, 70, 48))
    for k in range(3):
        p.inside.line(31, 91 + k * 3, 45, 91 + k * 3, 0.6, (126, 82, 52))
    if p.lit:
        p.light(38, 74, 20, (255, 190, 100), 0.8)
        p.light(38, 46, 34, (255, 200, 120), 0.35)


@subject("toy balloon", wide=60, tall=0.6, colours="e0544a f0a83e 4a8fc0 e07aa8", stands="air",
         held=0.85, hero=0.34, grip=(30, 99), homes="meadow, garden, clouds")  # fmt: skip
def toy_balloon(p: Pen) -> None:
    """A party balloon on its string."""
    p.stroke("30,62 26,74 34,86 30,100", 0.8, 0.6, (236, 236, 236), caps=False)
    p.poly([(26, 66), (30, 59), (34, 66)], p.dark)
    p.blob("30,0 48,6 56,24 50,44 36,60 30,62 24,60 10,44 4,24 12,6", p.main)
    p.inside.oval(19, 20, 4.4, 9, (255, 255, 255), 24, 0.55)


@subject("rocket", wide=64, tall=30, colours="f2f0ec", stands="air", hero=0.56,
         homes="space, moon ground, clouds")  # fmt: skip
def rocket(p: Pen) -> None:
    """A rocket under way."""
    trim: Colour = (216, 66, 58)
    body = p.main
    p.blob("24,78! 20,88 26,94 32,112 38,94 44,88 40,78!", (255, 176, 66))
    p.blob("27,78! 26,86 32,100 38,86 37,78!", (255, 240, 180))
    p.light(32, 92, 30, (255, 170, 80), 0.9)
    p.blob("20,46! 8,60 4,78! 20,72", trim)
    p.blob("44,46! 56,60 60,78! 44,72", trim)
    p.blob("32,-4! 44,12 48,34 46,60 42,76! 22,76! 18,60 16,34 20,12", body)
    p.inside.blob("32,-6 46,14 47,20! 17,20! 18,14", trim)
    p.inside.blob("40,0 50,30 48,80 36,80 42,50", darker(body, 0.7), 0.22)
    p.inside.rect(14, 64, 50, 69, trim)
    p.oval(32, 36, 8.4, 8.4, (90, 96, 116))
    p.oval(32, 36, 6.4, 6.4, (255, 226, 150) if p.lit else GLASS)
    p.inside.oval(29.6, 33.4, 2.2, 1.6, (255, 255, 255), -30, 0.8)
    p.oval(32, 53, 3.6, 3.6, (90, 96, 116))
    p.oval(32, 53, 2.4, 2.4, GLASS)
    p.poly([(24, 76), (40, 76), (42, 80), (22, 80)], (84, 88, 104))
    p.blob("30,56! 34,56! 34.6,80! 32,84 29.4,80!", darker(trim, 0.15))


@subject("aeroplane", wide=190, tall=6, colours="f2f2f0 e8ecf0", stands="air", hero=0.28,
         homes="clouds, mountain")  # fmt: skip
def aeroplane(p: Pen) -> None:
    """An airliner from the side."""
    trim: Colour = (62, 112, 186)
    p.poly([(20, 46), (4, 4), (26, 4), (50, 40)], trim)
    p.poly([(96, 50), (70, 22), (82, 22), (126, 48)], darker(p.main, 0.2))
    p.blob("6,48! 40,40 150,38 172,42 186,52 180,62 150,68 60,66 24,58", p.main)
    p.inside.blob("20,58 80,60 190,56 170,76 40,76", darker(p.main, 0.6), 0.25)
    p.inside.line(10, 56, 190, 56, 2.4, trim)
    for k in range(14):
        p.inside.rect(52 + k * 7.6, 46, 55.4 + k * 7.6, 50.4, (90, 110, 140), 1)
    p.inside.blob("168,44 178,46 182,50 168,50", GLASS)
    p.poly([(84, 58), (128, 58), (78, 96), (62, 96)], darker(p.main, 0.12))
    p.oval(98, 74, 11, 5.4, darker(p.main, 0.3))
    p.poly([(18, 50), (42, 50), (20, 64), (8, 64)], darker(p.main, 0.15))


@subject("ufo", wide=170, tall=6, colours="a8b0c0 98a4b8", stands="air", hero=0.26,
         homes="mountain, desert, space")  # fmt: skip
def ufo(p: Pen) -> None:
    """A flying saucer."""
    p.blob("50,46! 54,22 70,8 85,5 100,8 116,22 120,46!", (168, 226, 222))
    p.inside.oval(70, 22, 6, 10, (255, 255, 255), 30, 0.6)
    p.oval(85, 56, 82, 20, p.main)
    p.inside.oval(85, 48, 60, 9, lighter(p.main, 0.35))
    p.inside.blob("0,62 85,74 170,62 150,82 20,82", darker(p.main, 0.4))
    for k in range(7):
        x = 25 + k * 20
        y = 61 + 8 * (1 - abs(k - 3) / 3)
        p.oval(x, y, 4, 3.4, (255, 236, 140) if k % 2 else (140, 255, 190))
        p.light(x, y, 12, (255, 236, 140) if k % 2 else (140, 255, 190), 0.6)
    p.light(85, 96, 50, (190, 255, 220), 0.4)
