"""More people: a child, a king or queen, a knight."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.people import DARK, SKINS, head, legs
from evolink_widgets.emulator.painter.subjects.registry import subject

GOLD: Colour = (236, 186, 78)
STEEL: Colour = (176, 186, 202)
FUR: Colour = (250, 246, 238)


@subject("child", sits=True, wide=60, tall=1.15, colours="f0b83e e0644a 4f9ac8 6aae6a", hero=0.42,
         homes="garden, meadow, beach", head=(30, 8), hand=(53, 62))  # fmt: skip
def child(p: Pen) -> None:
    """A child with a waving hand."""
    skin = legs(p, ((25, 76), (36, 76)), 93, (74, 92, 140), (206, 84, 72), 6.4)
    p.stroke("20,56 12,66 10,74", 6.4, 5, p.dark)
    p.oval(10, 76, 3.2, 3.2, skin)
    p.stroke("41,56 50,62 53,54", 6.4, 5, p.main)
    p.oval(53.4, 51.6, 3.4, 3.4, skin)
    p.blob("21,53 30,50 40,53 44,68 46,82! 30,85 14,82! 17,68", p.main)
    for y in (62, 70, 78):
        p.inside.stroke(f"10,{y} 30,{y + 2} 50,{y}", 2, 2, lighter(p.main, 0.45))
    p.inside.blob("36,50 48,56 50,86 38,86 39,68", p.dark, 0.3)
    head(p, 30, 31, 19, skin)


@subject("king", wide=76, tall=1.8, colours="8a2f48 5a3f8f 2f5a8a", hero=0.54,
         homes="room, mountain, garden", head=(38, 2), hand=(63, 58))  # fmt: skip
def king(p: Pen) -> None:
    """A king in a fur-trimmed robe, with crown and sceptre."""
    skin = p.rng.choice(SKINS)
    hair = p.rng.choice(((236, 232, 230), (120, 78, 50), (60, 46, 46)))
    p.line(64, 34, 64, 78, 2.2, GOLD)
    p.oval(64, 32, 4.6, 4.6, GOLD)
    p.oval(64, 32, 2.2, 2.2, (206, 54, 66))
    p.blob("24,42 38,36 52,42 62,70 70,100! 6,100! 14,70", p.main)
    p.inside.blob("46,38 76,100 52,100 48,68", p.dark, 0.5)
    p.inside.blob("32,40 44,40 47,70 50,102 26,102 29,70", FUR)
    for k in range(7):
        p.inside.oval(33 + (k % 2) * 9, 54 + k * 6.4, 1.1, 1.7, DARK)
    p.inside.rect(0, 94, 76, 101, FUR)
    p.stroke("52,46 62,56 63,58", 9, 7, p.dark)
    p.oval(63, 60, 3.8, 3.8, skin)
    p.stroke("24,46 16,58 22,66", 9, 7, p.main)
    p.oval(24, 67, 3.6, 3.6, skin)
    p.blob("22,44 30,38 38,36 46,38 54,44 50,52 38,54 26,52", FUR)
    p.blob("24,20 26,40 34,46 42,46 50,40 52,20", hair)
    p.oval(38, 25, 11.4, 12, skin)
    if p.role not in ("queen", "princess"):
        p.blob("26.6,27 32,33 38,31 44,33 49.4,27 48,40 38,49 28,40", hair)
    p.inside.stroke("35,36.4 38,37.4 41,36.4", 1.2, 1.2, (190, 90, 84))
    for x in (33.6, 42.4):
        p.eyes.append((x, 25, 1.6))
        p.oval(x, 25, 1.3, 1.7, DARK)
        p.inside.stroke(f"{x - 2.2},21.4 {x},20.6 {x + 2.2},21.4", 1, 1, darker(hair, 0.2))
    p.blob("25,18! 23,-1! 31,8! 38,-4! 45,8! 53,-1! 51,18! 38,21", GOLD)
    p.inside.rect(22, 13, 54, 16, darker(GOLD, 0.2))
    for x, tone in ((30, (66, 120, 196)), (38, (206, 54, 66)), (46, (66, 120, 196))):
        p.inside.oval(x, 14.4, 1.8, 1.8, tone)


@subject("knight", sits=True, wide=84, tall=1.85, colours="b8483f 3f6fa8 4f8a5a", hero=0.54,
         homes="mountain, meadow, forest", head=(42, 2), hand=(69, 66))  # fmt: skip
def knight(p: Pen) -> None:
    """A knight in plate, with sword and shield."""
    dark = darker(STEEL, 0.35)
    p.poly([(68, 14), (71, 8), (74, 14), (74, 62), (68, 62)], lighter(STEEL, 0.4))
    p.inside.rect(71, 8, 74, 62, dark, 0, 0.6)
    p.rect(62, 60, 80, 64, GOLD, 1.5)
    p.rect(69.4, 63, 72.6, 74, (110, 66, 50), 1)
    if p.seated:
        p.stroke("42,70 52,84 48,99", 11, 8, STEEL)
        p.oval(51, 99, 7, 3.6, dark)
    else:
        for x in (35, 50):
            p.stroke(f"{x},66 {x},94", 11.5, 9, STEEL if x < 42 else darker(STEEL, 0.15))
            p.inside.oval(x, 81, 5.4, 5, lighter(STEEL, 0.3))
            p.rect(x - 6, 93, x + 8, 100, dark, 3)
    p.stroke("56,42 68,54 70,66", 9.6, 8, darker(STEEL, 0.15))
    p.oval(70.6, 67, 4.4, 4.4, dark)
    p.blob("28,38 42,34 56,38 58,56 56,78! 42,82 28,78! 26,56", p.main)
    p.inside.blob("48,34 62,40 62,82 48,82 50,58", p.dark, 0.5)
    p.inside.rect(20, 62, 64, 66, (96, 62, 48))
    p.inside.rect(39, 61, 45, 67, GOLD, 1)
    for x in (28, 56):
        p.oval(x, 41, 8.4, 7.4, lighter(STEEL, 0.12))
        p.inside.oval(x - 2, 39, 3.4, 2.6, lighter(STEEL, 0.6))
    p.blob("4,46! 22,42 38,46! 38,62 32,76 21,86! 10,76 4,62", mix(p.main, FUR, 0.15))
    p.inside.blob("8,49 22,46 34,49 34,61 29,73 21,81 13,73 8,61", FUR)
    p.inside.rect(18.4, 40, 23.6, 88, p.main)
    p.inside.rect(0, 56, 42, 61, p.main)
    p.stroke("42,6 34,-6 18,-8 12,2", 3, 3, p.main, belly=7)
    p.blob("27,34! 27,18 32,8 42,4 52,8 57,18 57,34! 42,40", STEEL)
    p.inside.blob("46,2 60,14 60,40 46,40 50,22", dark, 0.5)
    p.inside.rect(29, 18, 57, 23, DARK, 1)
    p.inside.line(42, 23, 42, 38, 1.4, dark)
    for x in (33, 37, 47, 51):
        p.inside.line(x, 27, x, 33, 1.2, dark)
    p.inside.blob("31,14 36,8 42,7 37,13", lighter(STEEL, 0.7))
