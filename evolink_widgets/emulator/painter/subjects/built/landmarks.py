"""Marks in the land: shop, skyscraper, igloo, volcano, rock, campfire."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.built.buildings import (
    DOOR,
    PANE,
    STONE,
    WARM,
    window,
)
from evolink_widgets.emulator.painter.subjects.registry import subject

BARK: Colour = (112, 76, 56)
LAVA: Colour = (255, 120, 50)
ICE: Colour = (234, 244, 250)


@subject("shop", wide=130, tall=7, colours="d8604a 4f8f8a 5a7fb0 e0a84a", hero=0.52,
         homes="street, city", inner=(96, 100))  # fmt: skip
def shop(p: Pen) -> None:
    """A little shop with an awning and a full window."""
    wall = mix(p.main, (250, 240, 224), 0.72)
    p.rect(8, 6, 122, 100, wall)
    p.rect(4, 2, 126, 9, lighter(wall, 0.3), 1)
    for x in (34, 65, 96):
        window(p, x, 22, 13, 15)
    p.rect(14, 34, 116, 45, p.dark, 2)
    p.words(p.text or "SHOP", 65, 39.6, 60, 10, (255, 240, 206))
    glass = WARM if p.lit else mix(PANE, WHITE, 0.35)
    p.inside.rect(16, 58, 80, 92, darker(p.main, 0.35), 1)
    p.inside.rect(19, 61, 77, 89, glass)
    for k, tone in enumerate(((206, 92, 76), (240, 196, 90), (110, 160, 110), (120, 120, 190),
                              (226, 140, 90))):  # fmt: skip
        p.inside.rect(23 + k * 10.4, 78 - (k * 5 % 8), 30 + k * 10.4, 88, tone, 1.4)
    p.inside.line(19, 88, 77, 88, 2, darker(p.main, 0.35))
    p.inside.rect(86, 58, 110, 100, darker(DOOR, 0.1), 1)
    p.inside.rect(89, 61, 107, 84, glass)
    p.oval(106, 88, 1.5, 1.5, (240, 206, 120))
    p.rect(10, 44, 120, 49, darker(p.main, 0.1))
    for k in range(10):
        x = 10 + k * 11
        tone = p.main if k % 2 == 0 else (252, 246, 236)
        p.poly([(x, 46), (x + 11, 46), (x + 11.8, 60), (x - 0.8, 60)], tone)
        p.oval(x + 5.5, 60, 6, 4, tone)
    p.rect(4, 97, 126, 101, STONE)
    p.rect(3, 86, 13, 98, (176, 104, 76), 1)
    p.oval(8, 82, 7, 7, (94, 146, 84))
    if p.lit:
        p.light(48, 76, 30, WARM, 0.6)
        p.light(98, 74, 20, WARM, 0.5)


@subject("skyscraper", wide=70, tall=120, colours="7f98b8 8a8fa8 a8988a 6f8f98", hero=0.78,
         homes="city")  # fmt: skip
def skyscraper(p: Pen) -> None:
    """A tall building in three steps."""
    for x0, x1, top in ((8, 62, 44), (15, 55, 20), (23, 47, 4)):
        p.rect(x0, top, x1, 101, p.main)
        p.inside.rect(x1 - (x1 - x0) * 0.3, top, x1, 101, darker(p.main, 0.25))
        p.rect(x0 - 1, top - 1, x1 + 1, top + 1.6, lighter(p.main, 0.3))
    p.line(35, -14, 35, 4, 1.2, lighter(p.main, 0.4))
    for row in range(24):
        y = 8 + row * 3.8
        reach = 11 if y < 22 else 19 if y < 46 else 26
        for k in range(-6, 7):
            x = 35 + k * 4.1
            if abs(k * 4.1) + 1.6 > reach:
                continue
            lit = p.lit and p.rng.random() < 0.62
            glass = (255, 220, 140) if lit else mix((150, 190, 220), p.main, 0.25)
            if p.lit and not lit:
                glass = darker(p.main, 0.35)
            p.inside.rect(x - 1.2, y, x + 1.2, y + 2.3, glass)
    p.inside.rect(27, 92, 43, 101, WARM if p.lit else darker(p.main, 0.5))
    if p.lit:
        p.light(35, 50, 60, (255, 214, 140), 0.25)
        p.light(35, -13, 8, (255, 90, 80), 0.9)


@subject("igloo", wide=134, tall=2, colours="eaf2f8", hero=0.36, homes="snow", tint=False,
         seat=(56, 18))  # fmt: skip
def igloo(p: Pen) -> None:
    """An igloo of snow blocks."""
    p.blob("2,100! 4,66 22,34 56,18 90,34 108,66 110,100!", ICE)
    p.inside.blob("76,22 116,60 114,102 70,102 92,66", (150, 178, 206), 0.45)
    for k, y in enumerate((38, 54, 70, 86)):
        p.inside.stroke(f"0,{y + 4} 56,{y - 3} 112,{y + 4}", 1.1, 1.1, (176, 198, 218))
        for m in range(8):
            x = 6 + m * 15 + (k % 2) * 7
            p.inside.line(x, y - 1, x + (56 - x) * 0.05, y - 16, 1.1, (176, 198, 218))
    p.blob("78,100! 78,76 86,62 104,58 122,64 130,78 130,100!", lighter(ICE, 0.4))
    p.inside.blob("88,100! 88,80 95,71 105,69 114,72 120,81 120,100!",
                  (250, 196, 116) if p.lit else (72, 98, 132))  # fmt: skip
    for x, y in ((82, 84), (86, 68), (104, 60), (121, 68), (126, 86)):
        p.inside.line(x, y, x + (104 - x) * 0.22, y + 4, 1.2, (176, 198, 218))
    p.blob("0,101! 30,96 70,98 110,95 134,101!", WHITE)
    if p.lit:
        p.light(104, 86, 34, (255, 206, 130), 0.7)


@subject("volcano", wide=190, tall=900, colours="6a5a5e 7a625a", hero=0.66,
         homes="beach, sea, forest", tint=False)  # fmt: skip
def volcano(p: Pen) -> None:
    """An erupting volcano."""
    for k, (x, y, r) in enumerate(((92, 18, 15.0), (112, 8, 14.0), (76, 9, 12.0), (130, 2, 9.0))):
        share = 0.25 * k
        p.oval(x, y, r, r * 0.8, mix((110, 104, 112), (200, 190, 194), share))
        p.inside.oval(x - 3, y - 3, r * 0.6, r * 0.45, mix((150, 140, 146), (226, 214, 216), share))
    for x, top in ((82, 8), (95, 0), (108, 10)):
        p.stroke(f"95,37 {(95 + x) / 2},20 {x},{top}", 5, 1.5, LAVA)
    for x, y in ((68, 16), (120, 20), (128, 10), (60, 4), (100, -4)):
        p.oval(x, y, 1.8, 1.8, (255, 190, 90))
    p.blob("0,101! 42,78 66,50 78,36! 95,40 112,36! 124,50 148,78 190,101!", p.main)
    p.inside.blob("112,35 128,52 154,80 194,102 110,102 118,72", darker(p.main, 0.5), 0.4)
    p.inside.blob("56,60 74,37 92,41 80,60 66,78 40,84", lighter(p.main, 0.2), 0.6)
    for path, wide in (("90,37 86,52 92,64 80,80 84,94", 7), ("100,37 106,54 104,68 118,86", 5.5),
                       ("82,39 72,55 62,66", 4)):  # fmt: skip
        p.inside.stroke(path, wide, 1, LAVA)
        p.inside.stroke(path, wide * 0.45, 0.5, (255, 220, 120))
    p.inside.oval(95, 37, 17, 3.4, (255, 170, 70))
    p.light(95, 31, 46, (255, 130, 60), 0.8)
    p.light(88, 66, 30, LAVA, 0.35)


@subject("rock", wide=130, tall=1.6, colours="8d8a90 9a9088 7f858c", hero=0.36,
         homes="mountain, beach, desert", seat=(60, 20))  # fmt: skip
def rock(p: Pen) -> None:
    """A boulder with moss, a smaller one beside it."""
    p.poly([(88, 101), (92, 78), (106, 66), (122, 74), (129, 101)], darker(p.main, 0.1))
    p.inside.poly([(110, 66), (130, 72), (132, 102), (112, 102)], darker(p.main, 0.4))
    p.poly(
        [(2, 101), (8, 66), (22, 40), (48, 18), (74, 24), (94, 48), (106, 82), (108, 101)], p.main
    )
    p.inside.poly([(74, 22), (110, 60), (112, 102), (78, 102), (66, 66)], darker(p.main, 0.32))
    p.inside.poly([(22, 40), (48, 18), (74, 24), (66, 64), (40, 52)], lighter(p.main, 0.25))
    p.inside.stroke("40,52 34,74 38,100", 1.4, 0.7, darker(p.main, 0.5))
    p.inside.stroke("66,64 82,74 96,72", 1.3, 0.6, darker(p.main, 0.6))
    p.inside.blob("40,22 50,16 64,20 74,24 66,30 54,26 46,30", (120, 156, 92), 0.8)
    for k in range(9 if p.detail else 4):
        x = 6 + k * 13
        p.stroke(f"{x},101 {x - 2},94 {x + 3},88", 1.8, 0.4, (104, 144, 82))


@subject("campfire", shines=True, wide=100, tall=0.9, colours="ff9a3a", hero=0.36,
         homes="forest, beach, mountain", tint=False)  # fmt: skip
def campfire(p: Pen) -> None:
    """A campfire between stones."""
    for x, y in ((14, 93), (32, 98), (52, 99), (72, 97), (88, 92)):
        p.oval(x, y, 9, 6, (128, 124, 130))
        p.inside.oval(x - 2, y - 2, 5, 2.6, (166, 160, 164))
    p.blob(
        "50,-4! 58,14 74,28 80,52 74,76 60,88 40,88 26,76 20,54 28,34! 34,44 40,26", (240, 94, 40)
    )
    p.blob("52,18! 58,34 70,46 72,64 64,82 36,82 28,64 34,46! 40,54 46,38", (255, 164, 60))
    p.blob("50,42! 56,54 62,66 58,80 42,80 38,68 44,58", (255, 236, 150))
    p.stroke("16,92 84,78", 9, 8, BARK)
    p.stroke("84,94 18,80", 9, 8, darker(BARK, 0.25))
    for x, y in ((17, 92), (83, 94)):
        p.inside.oval(x, y, 3.6, 4, (196, 150, 106))
    for x, y, r in ((30, 12, 1.4), (72, 8, 1.8), (84, 30, 1.2), (18, 34, 1.3), (62, -6, 1.2)):
        p.oval(x, y, r, r, (255, 200, 100))
    p.light(50, 60, 96, (255, 160, 70), 0.85)
