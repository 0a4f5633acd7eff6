"""What flies, or at least has wings."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

BEAK: Colour = (240, 168, 62)
DARK: Colour = (40, 34, 44)


@subject(
    "bird",
    wide=116,
    tall=0.25,
    colours="4f86c6 d9654a 6aa56a e2b04a 8a6fb0",
    stands="air",
    homes="meadow, garden, forest",
    seat=(48, 40),
    head=(86, 18),
    hero=0.3,
)
def bird(p: Pen) -> None:
    """A songbird in flight, wings raised."""
    body, wing = p.main, darker(p.main, 0.2)
    p.blob("46,56 36,32 34,4! 54,24 66,50", darker(wing, 0.15))
    p.blob("2,74! 8,64 26,58 34,66 12,78", wing)
    p.blob("26,62 44,48 66,44 78,34 90,32 98,40 98,50 90,64 70,78 46,80 30,74", body)
    p.inside.blob("40,78 62,68 88,58 98,50 92,70 66,86 44,84", mix((252, 240, 220), body, 0.1))
    p.blob("40,58 26,36 8,8! 42,24 60,34 72,52 62,62", wing)
    for k in range(4 if p.detail else 0):
        p.inside.stroke(
            f"{16 + k * 9},{18 + k * 4} {46 + k * 6},{52 + k}", 1.1, 0.5, lighter(wing, 0.3)
        )
    p.poly([(96, 40), (112, 46), (97, 50)], BEAK)
    p.eye(90, 42, 2.8)


@subject(
    "owl",
    wide=76,
    tall=0.5,
    colours="8f6a4a a37c58 7a6a62 b59a7c",
    homes="forest, library",
    seat=(38, 8),
    head=(38, 6),
    hand=(56, 70),
    hero=0.44,
)
def owl(p: Pen) -> None:
    """An owl with large eyes."""
    body, dark, pale = p.main, p.dark, lighter(p.main, 0.5)
    p.blob("30,92 34,104 42,104 46,92", dark)
    p.blob(
        "10,20 12,-2! 26,8 38,9 50,8 64,-2! 66,20 70,48 66,76 54,92 38,96 22,92 10,76 6,48", body
    )
    p.inside.blob("22,46 38,42 54,46 58,72 48,92 28,92 18,72", pale)
    for row in range(4):
        for k in range(4 - row % 2):
            x, y = 26 + k * 8 + (row % 2) * 4, 56 + row * 9
            p.inside.arc(x, y, 4.2, 4.6, 10, 170, 1.4, darker(body, 0.1))
    p.blob("6,44 0,62 8,84 20,90 20,64 14,46", dark)
    p.blob("70,44 76,62 68,84 56,90 56,64 62,46", dark)
    for x in (25, 51):
        p.eyes.append((x, 29, 5.6))
        p.oval(x, 29, 15, 15, pale)
        p.oval(x, 29, 11, 11, (250, 214, 110))
        p.oval(x, 29, 6.4, 6.6, DARK)
        p.oval(x + 2.4, 26.4, 2.2, 2.2, (255, 255, 255))
    p.poly([(33.5, 34), (42.5, 34), (38, 46)], BEAK)
    for x in (29, 47):
        for k in (-4, 0, 4):
            p.stroke(f"{x + k * 0.5},91 {x + k},98", 3, 2.4, BEAK)


@subject(
    "eagle",
    wide=170,
    tall=0.9,
    colours="6b4a36 5a4234",
    stands="air",
    homes="mountain, desert",
    seat=(84, 40),
    head=(100, 20),
    hero=0.34,
)
def eagle(p: Pen) -> None:
    """An eagle with spread wings."""
    body, wing = p.main, darker(p.main, 0.18)
    p.blob("80,56 70,92 84,84 92,96 100,84 112,90 104,56", (246, 240, 230))
    for sign in (-1, 1):

        def x(v: float, s: int = sign) -> float:
            return 90 + s * v

        path = (
            f"{x(4)},34 {x(30)},16 {x(58)},10 {x(84)},18! {x(76)},26! {x(84)},34! {x(70)},38! "
            f"{x(74)},48! {x(58)},48! {x(56)},58! {x(40)},56 {x(14)},62"
        )
        p.blob(path, wing)
        p.inside.blob(f"{x(6)},36 {x(34)},22 {x(60)},16 {x(44)},36 {x(14)},50", lighter(body, 0.12))
    p.blob("80,36 92,28 104,36 106,56 98,76 88,76 78,56", body)
    p.blob("86,34 88,22 98,18 106,24 106,34 96,38", (248, 244, 236))
    p.blob("104,25 114,27 116,36! 110,32 104,33", BEAK)
    p.eye(101, 25, 1.9)


@subject(
    "duck",
    wide=110,
    tall=0.4,
    colours="c9a06a e8dcc4 f2c53a",
    stands="water",
    homes="lake",
    seat=(44, 52),
    head=(80, 14),
    hero=0.34,
)
def duck(p: Pen) -> None:
    """A swimming duck."""
    body = p.main
    p.blob(
        "4,52! 18,60 40,56 62,58 68,44 66,28 74,14 86,12 95,20 95,34 88,46 92,66 88,86 66,98 34,98 "
        "14,84",
        body,
    )
    p.inside.blob("10,84 40,86 90,78 88,102 20,102", darker(body, 0.16))
    p.blob("22,66 42,60 66,66 66,80 46,88 26,82", darker(body, 0.12))
    p.inside.stroke("34,74 48,78 62,74", 1.4, 0.6, darker(body, 0.35))
    p.blob("92,24 102,26 109,30 108,35 98,36 91,34", BEAK)
    p.eye(84.5, 24, 2.7)


@subject(
    "swan",
    wide=110,
    tall=0.9,
    colours="f8f6f2 f4f2f6",
    stands="water",
    homes="lake",
    seat=(40, 50),
    head=(82, 2),
    hero=0.42,
)
def swan(p: Pen) -> None:
    """A swan with raised wings."""
    white = p.main
    p.stroke("74,84 88,66 84,44 74,28 76,12 86,8", 14, 7.4, white)
    p.oval(86.5, 10, 8, 6.4, white, 12)
    p.blob("92,7 104,14 102,17 92,14", (240, 130, 60))
    p.inside.poly([(89, 6), (95, 8), (93, 13)], DARK)
    p.blob("2,56! 16,72 34,62 60,64 82,76 86,90 70,100 30,100 12,86", white)
    p.blob("8,46! 24,38 46,46 66,62 72,78 56,90 32,86 16,70", lighter(white, 0.2))
    for k in range(3):
        p.inside.stroke(
            f"{16 + k * 6},{52 + k * 8} {40 + k * 4},{64 + k * 6} {62},{74 + k * 4}",
            1.4,
            0.5,
            darker(white, 0.14),
        )
    p.eye(88, 8.5, 1.4)


@subject(
    "flamingo",
    wide=70,
    tall=1.3,
    colours="f08aa2 ee7f96",
    homes="lake, beach",
    seat=(28, 40),
    head=(52, 2),
    hero=0.52,
)
def flamingo(p: Pen) -> None:
    """A flamingo on one leg."""
    pink = p.main
    leg = darker(pink, 0.2)
    p.stroke("30,58 31,76 30,97", 2, 1.8, leg)
    p.stroke("34,58 44,72 34,78", 2, 1.6, leg)
    p.stroke("30,97.5 38,98.5", 2, 1.4, leg)
    p.stroke("44,46 56,34 50,20 46,10 52,4", 6, 4.6, pink)
    p.oval(54, 5.5, 6.4, 5, pink, 15)
    p.blob("58,5 66,10 65,18 61,16 58,11", (250, 232, 220))
    p.inside.blob("62,11 68,12 66,20 61,17", DARK)
    p.blob("4,56! 14,42 30,36 44,40 50,48 42,60 26,64", pink)
    p.blob("4,60! 14,48 30,44 38,50 30,60 18,63", darker(pink, 0.12))
    p.eye(56, 4, 1.2)


@subject(
    "heron",
    wide=80,
    tall=1.2,
    colours="eef0f2 c4ccd4",
    homes="lake",
    seat=(28, 44),
    head=(52, 2),
    hero=0.54,
)
def heron(p: Pen) -> None:
    """A crane wading."""
    body = p.main
    p.stroke("30,62 31,80 30,98", 1.8, 1.6, DARK)
    p.stroke("36,62 42,78 40,98", 1.8, 1.6, DARK)
    p.stroke("44,48 54,38 47,24 46,12 52,6", 5.4, 4, body)
    p.oval(54, 6.5, 5.4, 4, body, 12)
    p.poly([(58, 5), (78, 11), (58, 9)], BEAK)
    p.inside.oval(53, 3.4, 4, 1.8, (206, 60, 60))
    p.blob("2,62! 12,48 30,40 46,44 50,54 40,64 22,68", body)
    p.blob("2,68! 4,58 20,54 30,58 18,66", DARK)
    p.eye(56, 6, 1.1)


@subject(
    "penguin",
    wide=72,
    tall=1.0,
    colours="343a4c 2c3242",
    homes="snow, beach",
    head=(36, 4),
    hand=(60, 62),
    seat=(36, 6),
    hero=0.44,
)
def penguin(p: Pen) -> None:
    """A penguin."""
    coat = p.main
    white: Colour = (250, 248, 244)
    p.oval(26, 97, 10, 3.6, BEAK, -8)
    p.oval(47, 97, 10, 3.6, BEAK, 8)
    p.blob("8,46 2,62 4,78 12,74 18,54", darker(coat, 0.1))
    p.blob("64,46 70,62 68,78 60,74 54,54", darker(coat, 0.1))
    p.blob("14,50 16,26 24,8 36,3 48,8 56,26 58,50 60,74 52,92 36,97 20,92 12,74", coat)
    p.inside.blob("22,56 24,42 36,36 48,42 50,56 54,76 47,92 36,96 25,92 18,76", white)
    p.inside.blob("20,24 26,16 36,20 46,16 52,24 50,36 36,42 22,36", white)
    p.inside.blob("24,40 36,44 48,40 46,46 36,50 26,46", (248, 206, 96))
    p.poly([(31, 27), (41, 27), (36, 34)], BEAK)
    p.eye(28.5, 22.5, 2.4)
    p.eye(43.5, 22.5, 2.4)


@subject(
    "hen",
    wide=96,
    tall=0.5,
    colours="c8763c e9dcc8 8f4a30",
    homes="meadow, garden",
    seat=(40, 40),
    head=(72, 10),
    hero=0.38,
)
def hen(p: Pen) -> None:
    """A rooster."""
    body, red = p.main, (216, 56, 50)
    for x in (42, 54):
        p.stroke(f"{x},80 {x},95", 3, 2.6, BEAK)
        p.stroke(f"{x - 4},97 {x + 7},97.5", 2.4, 2, BEAK)
    for k, tone in enumerate((darker(body, 0.55), darker(body, 0.4), (60, 96, 90))):
        p.stroke(
            f"28,60 {12 - k * 4},{44 - k * 6} {8 - k},{22 + k * 12} {2},{40 + k * 14}", 10, 2, tone
        )
    p.blob("20,54 34,54 52,52 60,36 62,20 72,10 82,16 84,30 82,48 80,68 66,84 42,86 26,74", body)
    p.blob("30,60 48,56 62,64 54,78 36,76", darker(body, 0.25))
    for x, y in ((66, 10), (72, 5), (79, 8)):
        p.oval(x, y, 5, 6, red)
    p.poly([(82, 22), (94, 26), (82, 30)], BEAK)
    p.oval(84, 36, 3.6, 6, red)
    p.eye(76, 22, 2.3)


@subject(
    "butterfly",
    wide=110,
    tall=0.16,
    colours="e8812c 4f7fd0 c85aa0 f2c53a 6a5ac8",
    stands="air",
    homes="meadow, garden",
    hero=0.34,
)
def butterfly(p: Pen) -> None:
    """A butterfly with patterned wings."""
    wing, edge = p.main, darker(p.main, 0.62)
    spot = lighter(p.main, 0.6)
    for sign in (-1, 1):

        def at(x: float, y: float, s: int = sign) -> str:
            return f"{55 + s * x},{y}"

        def ring(points: list[tuple[float, float]], s: int = sign) -> str:
            return " ".join(at(x, y, s) for x, y in points)

        p.blob(ring([(2, 54), (16, 62), (36, 62), (40, 76), (32, 92), (18, 94), (8, 78)]), edge)
        p.blob(
            ring([(3, 57), (16, 66), (32, 66), (35, 76), (29, 87), (19, 89), (10, 76)]),
            darker(wing, 0.1),
        )
        p.blob(
            ring([(2, 50), (10, 24), (28, 6), (48, 4), (54, 16), (48, 42), (32, 58), (12, 60)]),
            edge,
        )
        p.blob(
            ring([(4, 50), (12, 28), (28, 13), (43, 11), (48, 19), (42, 39), (29, 52), (13, 55)]),
            wing,
        )
        p.inside.oval(55 + sign * 47, 12, 2.4, 2.4, spot)
        p.inside.oval(55 + sign * 49, 26, 2.1, 2.1, spot)
        p.inside.oval(55 + sign * 24, 30, 7, 8, lighter(wing, 0.4), sign * 30)
        p.inside.oval(55 + sign * 25, 78, 5, 5, lighter(wing, 0.4))
        for tip in (14, 30, 44):
            p.inside.stroke(f"{at(3, 50)} {at(tip, 30 - tip * 0.3)}", 1.2, 0.5, edge)
        p.stroke(f"{at(1, 34)} {at(6, 22)} {at(12, 14)}", 1, 0.8, edge)
        p.oval(55 + sign * 12, 14, 1.6, 1.6, edge)
    p.blob("52,38 55,32 58,38 59,54 57,78 55,86 53,78 51,54", (48, 38, 44))


@subject(
    "bee", wide=124, tall=0.08, colours="f4c23c", stands="air", homes="garden, meadow", hero=0.28
)
def bee(p: Pen) -> None:
    """A round bee."""
    for turn, x in ((-36, 50), (-8, 66)):
        p.oval(x, 32, 14, 27, (222, 238, 246), turn)
        p.inside.oval(x, 34, 9, 20, (244, 250, 252), turn)
    p.poly([(12, 66), (-4, 70), (12, 75)], DARK)
    p.oval(54, 68, 44, 28, p.main)
    for x in (30, 50, 70):
        p.inside.blob(f"{x - 5},34 {x + 5},34 {x + 8},68 {x + 5},102 {x - 5},102 {x - 1},68", DARK)
    p.oval(94, 64, 20, 20, mix(p.main, (90, 60, 30), 0.25))
    p.eye(100, 60, 4.4)
    p.stroke("98,46 104,34 112,32", 1.8, 1.6, DARK)
    p.stroke("106,48 114,38 122,38", 1.8, 1.6, DARK)


@subject("ladybird", wide=124, tall=0.05, colours="d8402f", homes="garden, meadow", hero=0.28)
def ladybird(p: Pen) -> None:
    """A ladybird on its way."""
    for x in (30, 54, 78):
        p.stroke(f"{x},84 {x - 4},97", 4, 3, DARK)
    p.oval(98, 68, 18, 18, DARK)
    p.blob("8,90! 10,60 30,34 56,26 82,38 98,64 100,90!", p.main)
    p.inside.stroke("92,44 56,50 8,86", 1.8, 1.4, DARK)
    for x, y, r in ((34, 54, 7), (58, 38, 6), (72, 58, 7), (46, 74, 6.5), (80, 76, 5), (24, 76, 5)):
        p.inside.oval(x, y, r, r, DARK)
    p.oval(104, 62, 4.6, 4.6, (252, 250, 246))
    p.oval(105, 62, 2.4, 2.6, (20, 16, 20))
    p.eyes.append((105, 62, 2.6))
    p.stroke("104,52 112,40", 1.6, 1.4, DARK)


@subject(
    "bat",
    wide=170,
    tall=0.2,
    colours="4a4258 54465c",
    stands="air",
    homes="forest, cave",
    hero=0.26,
)
def bat(p: Pen) -> None:
    """A bat with spread wings."""
    for sign in (-1, 1):

        def x(v: float, s: int = sign) -> float:
            return 85 + s * v

        p.blob(
            f"{x(6)},44 {x(30)},18 {x(56)},22 {x(84)},44! {x(70)},46! {x(62)},62! {x(48)},56! "
            f"{x(38)},74! {x(26)},64! {x(10)},76",
            darker(p.main, 0.1),
        )
        p.inside.stroke(f"{x(10)},46 {x(44)},30 {x(82)},44", 2, 0.8, lighter(p.main, 0.2))
        p.blob(f"{x(6)},30 {x(12)},10! {x(18)},32", p.main)
    p.oval(85, 58, 16, 24, p.main)
    p.oval(85, 40, 16, 15, lighter(p.main, 0.08))
    for sign in (-1, 1):
        p.oval(85 + sign * 6, 39, 3.4, 3.8, (255, 240, 200))
        p.oval(85 + sign * 6, 39.6, 1.8, 2.2, DARK)
        p.eyes.append((85 + sign * 6, 39.6, 2.0))
        p.poly([(85 + sign * 4, 49), (85 + sign * 2, 49), (85 + sign * 3, 53)], (255, 255, 255))
