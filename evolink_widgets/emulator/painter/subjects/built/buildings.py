"""What is built: lighthouse, house, castle, tower, church, windmill, tent, bridge, temple."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

WARM: Colour = (255, 216, 134)
PANE: Colour = (92, 120, 150)
STONE: Colour = (120, 112, 116)
ROOF: Colour = (168, 74, 60)
DOOR: Colour = (104, 66, 46)


def window(p: Pen, x: float, y: float, wide: float, high: float, arch: bool = False) -> None:
    """A window around (x, y), lit when the lamps are."""
    glass = WARM if p.lit else PANE
    frame = lighter(p.main, 0.45)
    p.inside.rect(x - wide * 0.66, y - high * 0.62, x + wide * 0.66, y + high * 0.62, frame, 0.6)
    p.inside.rect(
        x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, glass, wide / 2 if arch else 0.3
    )
    p.inside.line(x, y - high / 2, x, y + high / 2, 0.6, frame)
    if p.lit:
        p.light(x, y, max(wide, high) * 1.3, WARM, 0.6)
    elif p.detail:
        p.inside.poly(
            [(x - wide / 2, y), (x, y - high / 2), (x + wide * 0.2, y - high / 2),
             (x - wide / 2, y + high * 0.3)], (255, 255, 255), 0.25,
        )  # fmt: skip


def shaded_side(p: Pen, x0: float, y0: float, x1: float, y1: float, share: float = 0.25) -> None:
    """The wall that the light does not reach."""
    p.inside.rect(x0, y0, x1, y1, darker(p.main, 0.8), 0, share)


@subject("lighthouse", wide=70, tall=24, colours="f6f1e6", homes="beach, sea, beach", hero=0.72)
def lighthouse(p: Pen) -> None:
    """A striped lighthouse on its rock."""
    wall, band = (lighter(p.main, 0.9), (206, 62, 54))
    if p.main != (246, 241, 230):
        band = p.main
    p.blob("2,100! 8,90 20,84 36,82 52,85 62,91 68,100!", STONE)
    p.inside.blob("2,100 10,95 30,93 40,100", darker(STONE, 0.3))
    p.inside.blob("20,84 36,82 46,86 30,89", lighter(STONE, 0.3))
    p.poly([(24, 87), (28.5, 26), (43.5, 26), (48, 87)], wall)
    for k in (0, 2, 4):
        y0, y1 = 30 + k * 11, 41 + k * 11
        a0, a1 = (y0 - 26) / 61 * 4.5, (y1 - 26) / 61 * 4.5
        p.poly([(28.5 - a0, y0), (43.5 + a0, y0), (43.5 + a1, y1), (28.5 - a1, y1)], band)
    p.inside.poly([(40, 26), (43.5, 26), (48, 87), (41.5, 87)], darker(band, 0.8), 0.28)
    p.inside.poly([(29.5, 26), (32, 26), (29, 87), (26, 87)], (255, 255, 255), 0.25)
    for y in (46, 66):
        p.inside.rect(34.4, y, 37.6, y + 6, WARM if p.lit else darker(PANE, 0.3), 1.6)
    p.inside.rect(33, 76, 39, 88, DOOR, 3)
    p.rect(24.5, 23.5, 47.5, 26.5, (60, 58, 72), 0.6)
    for k in range(6):
        p.line(25.5 + k * 4.2, 19.4, 25.5 + k * 4.2, 24, 0.6, (60, 58, 72))
    p.line(25, 19.6, 47, 19.6, 0.7, (60, 58, 72))
    p.rect(29.6, 11, 42.4, 23.6, WARM if p.lit else (196, 214, 220))
    for x in (30, 34, 38, 42):
        p.line(x, 11, x, 23.6, 0.8, (60, 58, 72))
    p.blob("27,11.5! 31,5 36,2.5 41,5 45,11.5!", band)
    p.line(36, -3, 36, 3, 0.8, (60, 58, 72))
    if p.lit:
        p.light(36, 17, 60, (255, 232, 170), 0.75)
        p.light(36, 17, 16, (255, 250, 230), 1.0)
    else:
        p.light(36, 17, 12, (255, 244, 210), 0.5)


@subject("house", wide=124, tall=7, colours="f0e2c8 e6c8a4 d8dcd4 f3e9dc", hero=0.5,
         homes="meadow, mountain, garden, snow")  # fmt: skip
def house(p: Pen) -> None:
    """A cottage with a chimney."""
    wall = p.main
    red = p.main[0] > p.main[1] * 1.6
    roof = (84, 76, 84) if red else ROOF
    p.rect(88, 12, 99, 40, (150, 96, 84))
    p.rect(86.4, 10, 100.6, 15, (120, 76, 70), 0.8)
    for k, (x, y, r) in enumerate(((95, 4, 4.0), (99, -3, 5.4), (105, -10, 3.8))):
        p.oval(x, y, r, r * 0.85, (236, 234, 238), 0, 1.0 - 0.08 * k)
    p.rect(16, 50, 108, 100, wall)
    p.poly([(22, 52), (42, 20), (62, 52)], wall)
    p.poly([(4, 54), (20, 18), (104, 18), (120, 54)], roof)
    for k in range(4 if p.detail else 0):
        p.inside.line(12 - k, 26 + k * 7, 122, 26 + k * 7, 0.7, darker(roof, 0.3), 0.7)
    p.inside.rect(16, 54, 108, 59, darker(wall, 0.7), 0, 0.35)
    shaded_side(p, 92, 54, 108, 100, 0.18)
    p.rect(54, 68, 70, 100, DOOR, 2)
    p.inside.rect(56.5, 72, 67.5, 82, darker(DOOR, 0.25), 1)
    p.oval(67, 86, 1.1, 1.1, (236, 200, 110))
    window(p, 34, 76, 16, 16)
    window(p, 90, 76, 16, 16)
    window(p, 62, 38, 11, 12, arch=True)
    p.rect(51, 97, 73, 101, STONE)
    for k in range(9 if p.detail else 0):
        bush = 20 + k * 3.4 if k < 5 else 48 + k * 6.0
        p.oval(bush, 98, 4, 4, mix((92, 140, 80), (70, 110, 74), k % 3 / 2))


@subject("castle", wide=128, tall=40, colours="cfc6bc b9b4bc d8c8b0", hero=0.66,
         homes="mountain, meadow, forest")  # fmt: skip
def castle(p: Pen) -> None:
    """A castle: towers with pointed roofs, battlements, a gate."""
    wall, roof = p.main, (92, 98, 148)
    flag: Colour = (214, 72, 66)

    def tower(x: float, wide: float, top: float, base: float, tone: Colour) -> None:
        p.rect(x - wide / 2, top, x + wide / 2, base, tone)
        p.inside.rect(x + wide * 0.16, top, x + wide / 2, base, darker(tone, 0.7), 0, 0.22)
        p.rect(x - wide * 0.6, top - 1, x + wide * 0.6, top + 4, lighter(tone, 0.12))
        p.poly([(x - wide * 0.68, top), (x, top - wide * 1.5), (x + wide * 0.68, top)], roof)
        p.inside.poly(
            [(x + wide * 0.1, top), (x, top - wide * 1.5), (x + wide * 0.68, top)],
            darker(roof, 0.4), 0.6,
        )  # fmt: skip
        p.line(x, top - wide * 1.5 - 8, x, top - wide * 1.4, 0.8, (70, 62, 70))
        tip = top - wide * 1.5 - 8
        p.poly([(x, tip), (x + 8, tip + 2.4), (x, tip + 5)], flag)
        p.inside.rect(x - 1.6, top + 9, x + 1.6, top + 16, WARM if p.lit else (70, 66, 84), 1.6)

    def battlement(x0: float, x1: float, y: float, tone: Colour) -> None:
        count = max(2, round((x1 - x0) / 7))
        step = (x1 - x0) / (count - 0.5)
        for k in range(count):
            p.rect(x0 + k * step, y - 4.4, x0 + (k + 0.5) * step, y + 1, tone)

    far = darker(wall, 0.1)
    tower(46, 14, 36, 100, far)
    tower(84, 14, 40, 100, far)
    tower(65, 20, 36, 100, lighter(wall, 0.04))
    p.rect(28, 58, 100, 100, wall)
    battlement(28, 100, 58, wall)
    tower(20, 20, 54, 100, lighter(wall, 0.08))
    tower(108, 20, 54, 100, wall)
    p.inside.rect(28, 58, 100, 62, darker(wall, 0.6), 0, 0.2)
    p.blob("55,100! 55,84 58,77 64,74 70,77 73,84 73,100!", darker(DOOR, 0.3))
    for k in range(4):
        p.inside.line(57.5 + k * 4.4, 76, 57.5 + k * 4.4, 100, 0.7, (150, 130, 110))
    for x in (40, 88):
        p.inside.rect(x - 2, 72, x + 2, 80, WARM if p.lit else (70, 66, 84), 2)
        if p.lit:
            p.light(x, 76, 9, WARM, 0.4)
    for k in range(26 if p.detail else 8):
        x, y = 12 + (k * 37) % 104, 62 + (k * 23) % 36
        if abs(x - 64) > 12:
            p.inside.rect(x, y, x + 5, y + 1.6, darker(wall, 0.3), 0.5, 0.4)
    p.blob("0,101! 10,96 40,98 64,99 92,97 118,96 128,101!", mix((92, 128, 84), STONE, 0.3))


@subject("tower", wide=44, tall=40, colours="c8b8a4 b8b0b0", hero=0.7, homes="city, meadow")
def tower(p: Pen) -> None:
    """A clock tower."""
    wall = p.main
    p.rect(11, 34, 33, 100, wall)
    shaded_side(p, 26, 34, 33, 100)
    p.rect(8, 32, 36, 37, lighter(wall, 0.15))
    p.rect(10, 16, 34, 33, lighter(wall, 0.05))
    p.rect(8.4, 14, 35.6, 18, lighter(wall, 0.2))
    p.poly([(8, 15), (22, -8), (36, 15)], (92, 104, 120))
    p.oval(22, 25.4, 6.6, 6.6, (250, 244, 228))
    p.inside.line(22, 25.4, 22, 20.6, 0.8, (50, 44, 54))
    p.inside.line(22, 25.4, 25.4, 27, 0.8, (50, 44, 54))
    for y in (46, 60, 74):
        window(p, 22, y, 5, 8, arch=True)
    p.rect(17, 88, 27, 100, DOOR, 4)


@subject("church", wide=104, tall=20, colours="f2ece0 e0d2bc", hero=0.58, homes="meadow, mountain")
def church(p: Pen) -> None:
    """A village church with a steeple."""
    wall, roof = p.main, (110, 84, 88)
    p.rect(34, 60, 96, 100, wall)
    p.poly([(30, 62), (40, 40), (92, 40), (102, 62)], roof)
    p.rect(12, 36, 38, 100, lighter(wall, 0.1))
    shaded_side(p, 30, 36, 38, 100, 0.2)
    p.poly([(8, 38), (25, -2), (42, 38)], roof)
    p.line(25, -12, 25, 0, 1.2, (90, 80, 70))
    p.line(21.6, -8, 28.4, -8, 1.2, (90, 80, 70))
    p.oval(25, 50, 5, 5, WARM if p.lit else PANE)
    p.blob("19,100! 19,84 25,78 31,84 31,100!", DOOR)
    for x in (52, 68, 84):
        window(p, x, 78, 6, 16, arch=True)


@subject("windmill", wide=90, tall=16, colours="efe6d6 e0c8a8", hero=0.62, homes="meadow")
def windmill(p: Pen) -> None:
    """A windmill with lattice sails."""
    wall = p.main
    p.poly([(28, 100), (34, 36), (56, 36), (62, 100)], wall)
    p.inside.poly([(49, 36), (56, 36), (62, 100), (51, 100)], darker(wall, 0.8), 0.22)
    p.blob("31,38! 34,26 45,20 56,26 59,38!", ROOF)
    window(p, 45, 54, 6, 8)
    window(p, 45, 70, 6, 8)
    p.rect(39, 84, 51, 100, DOOR, 5)
    for dx, dy in ((0.5, 0.87), (-0.87, 0.5), (-0.5, -0.87), (0.87, -0.5)):
        ex, ey = 45 + dx * 42, 32 + dy * 42
        p.line(45, 32, ex, ey, 1.6, (96, 72, 60))
        sx, sy = 45 + dx * 10, 32 + dy * 10
        nx, ny = -dy * 8, dx * 8
        p.poly([(sx, sy), (ex, ey), (ex + nx, ey + ny), (sx + nx, sy + ny)], (250, 244, 230))
        for k in range(1, 7):
            t = k / 7
            x, y = sx + (ex - sx) * t, sy + (ey - sy) * t
            p.inside.line(x, y, x + nx, y + ny, 0.7, (150, 120, 100))
        p.inside.line(sx + nx / 2, sy + ny / 2, ex + nx / 2, ey + ny / 2, 0.7, (150, 120, 100))
    p.oval(45, 32, 3, 3, (80, 60, 52))


@subject("tent", wide=128, tall=2.4, colours="e8a04a d9694a 6fa08a", hero=0.4,
         homes="mountain, forest, lake", inner=(60, 98))  # fmt: skip
def tent(p: Pen) -> None:
    """A tent with its flap open."""
    p.poly([(4, 100), (54, 12), (96, 20), (124, 100)], p.dark)
    p.poly([(4, 100), (54, 12), (96, 100)], p.main)
    p.poly([(34, 100), (54, 30), (68, 100)], WARM if p.lit else darker(p.main, 0.7))
    p.poly([(54, 22), (68, 100), (82, 100)], lighter(p.main, 0.2))
    p.line(54, 12, 0, 101, 0.8, lighter(p.main, 0.5))
    if p.lit:
        p.light(52, 80, 40, WARM, 0.7)


@subject(
    "bridge",
    wide=220,
    tall=12,
    colours="b8a898 a8a0a0",
    hero=0.34,
    seat=(110, 29),
    homes="lake, city",
)
def bridge(p: Pen) -> None:
    """A stone bridge of three arches."""
    p.blob("0,100! 0,52! 50,34 110,28 170,34 220,52! 220,100!", p.main)
    for x, r, h in ((38, 24, 34), (110, 32, 46), (182, 24, 34)):
        top, side = 96 - h, 98 - h * 0.6
        p.oval(x, side, r + 4, h * 0.4 + 6, lighter(p.main, 0.2))
        p.hole(f"{x - r},102! {x - r},{side} {x},{top} {x + r},{side} {x + r},102!")
    p.stroke("0,52 50,34 110,28 170,34 220,52", 5, 5, lighter(p.main, 0.25), caps=False)


@subject("temple", wide=110, tall=18, colours="c8463a b83c34", hero=0.6, homes="mountain, garden")
def temple(p: Pen) -> None:
    """A pagoda of four storeys."""
    roof: Colour = (62, 74, 88)
    p.rect(16, 94, 94, 101, STONE, 1)
    for k in range(4):
        y, half = 94 - k * 22, 30 - k * 5
        p.rect(55 - half, y - 16, 55 + half, y, p.main)
        p.inside.rect(55 - half, y - 16, 55 + half, y - 12, darker(p.main, 0.6), 0, 0.5)
        for sign in (-1, 0, 1):
            x = 55 + sign * half * 0.6
            p.inside.rect(x - 3, y - 11, x + 3, y - 1, WARM if p.lit else (240, 220, 180), 0.6)
        w = half + 15
        p.blob(f"{55 - w},{y - 17}! {55 - half},{y - 19} {55 - half * 0.6},{y - 26}! "
               f"{55 + half * 0.6},{y - 26}! {55 + half},{y - 19} {55 + w},{y - 17}! {55},{y - 14}",
               roof)  # fmt: skip
    p.line(55, -12, 55, 4, 1.8, (220, 180, 90))


@subject("pyramid", wide=170, tall=60, colours="dcb878 d0a868", hero=0.46, homes="desert")
def pyramid(p: Pen) -> None:
    """A stepped stone pyramid, one side in shade."""
    p.poly([(2, 100), (92, 4), (168, 100)], p.main)
    p.inside.poly([(92, 4), (118, 100), (168, 100)], darker(p.main, 0.35))
    for k in range(14 if p.detail else 6):
        y = 12 + k * (88 / (14 if p.detail else 6))
        p.inside.line(0, y, 170, y, 0.5, darker(p.main, 0.4), 0.5)
