"""What swims, and one that breathes fire: fish, whale, dolphin, octopus, jellyfish, dragon."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

PALE: Colour = (246, 240, 228)


@subject("fish", wide=150, tall=0.3, colours="f0983a e8604f 4f9ac8 f2c53a", stands="under",
         hero=0.26, homes="reef")  # fmt: skip
def fish(p: Pen) -> None:
    """A fish with flowing fins."""
    p.blob("34,50! 14,30 2,14! 8,50 2,88! 16,70", darker(p.main, 0.12))
    p.blob("60,26! 74,4 108,8 112,24!", darker(p.main, 0.15))
    p.blob("70,78! 62,98 84,94 96,80!", darker(p.main, 0.15))
    p.blob("28,50 46,32 76,20 108,22 134,36 146,52 134,66 108,80 76,82 46,68", p.main)
    p.inside.blob("40,64 80,76 140,60 110,90 70,90", mix(PALE, p.main, 0.35))
    for x in (62, 98):
        p.inside.blob(
            f"{x},14 {x + 12},16 {x + 14},50 {x + 10},88 {x - 2},88 {x + 3},50", PALE, 0.85
        )
    p.blob("86,54 72,64 74,76 92,66", darker(p.main, 0.2))
    p.oval(126, 44, 6.4, 6.4, PALE)
    p.eye(127, 44, 3.6)


@subject("whale", wide=200, tall=6, colours="4f7498 5f84a8 46627f", stands="under", hero=0.36,
         homes="reef, sea")  # fmt: skip
def whale(p: Pen) -> None:
    """A whale with a pale throat."""
    p.blob("30,54! 14,40 4,16! 24,24 34,36 50,22 66,26! 54,44 44,56!", p.dark)
    p.blob(
        "28,54! 60,54 90,30 130,18 168,24 192,46 196,64 180,84 146,96 104,96 66,84 40,66", p.main
    )
    p.inside.blob("60,84 110,80 150,74 200,60 190,100 100,104", PALE)
    for k in range(6):
        y = 80 + k * 3.4
        p.inside.stroke(f"{104 + k * 2},{y} 150,{y - 2} 190,{y - 14}", 0.8, 0.6, darker(PALE, 0.3))
    p.blob("112,78 96,98 84,104 100,84", p.dark)
    p.inside.blob("90,32 130,20 168,26 150,30 110,36", (255, 255, 255), 0.2)
    p.inside.stroke("196,64 176,66 160,60", 1.4, 0.8, p.dark)
    p.eye(160, 54, 3)


@subject("dolphin", wide=170, tall=1.6, colours="7f98b0 6f8aa4", stands="under", hero=0.34,
         homes="sea, reef")  # fmt: skip
def dolphin(p: Pen) -> None:
    """A leaping dolphin."""
    p.blob("20,78! 4,76 0,92! 16,92 24,104! 34,88", p.dark)
    p.blob("84,24! 74,2 72,-2! 94,10 104,24!", p.dark)
    p.blob("20,84 40,48 78,22 116,22 138,36 150,44 168,50 168,56 148,58 120,64 84,62 48,74", p.main)
    p.inside.blob("44,76 86,58 130,56 170,54 150,70 80,76", PALE)
    p.blob("100,58 94,78 84,86 86,62", p.dark)
    p.eye(134, 44, 2.4)


@subject("octopus", wide=120, tall=0.6, colours="c8604f a85a8a d98a4a", stands="under", hero=0.4,
         homes="reef")  # fmt: skip
def octopus(p: Pen) -> None:
    """An octopus."""
    for k, x in enumerate((6, 24, 44, 76, 96, 114)):
        p.stroke(f"{44 + k * 6},54 {(x + 60) / 2},84 {x},98 {x + (8 if k > 2 else -8)},86", 12, 3,
                 p.dark if k % 2 else p.main)  # fmt: skip
    p.blob("60,0 84,10 90,32 80,56 70,66 50,66 40,56 30,32 36,10", p.main)
    p.inside.oval(50, 18, 8, 10, lighter(p.main, 0.35), 30, 0.6)
    for x in (50, 70):
        p.oval(x, 44, 6.4, 6.8, PALE)
        p.eye(x, 45, 3.6)


@subject("jellyfish", wide=80, tall=0.5, colours="d89ae0 8ac8f0 f0a0b8", stands="under", hero=0.4,
         homes="reef")  # fmt: skip
def jellyfish(p: Pen) -> None:
    """A glowing jellyfish."""
    for k in range(7):
        x = 14 + k * 8.6
        p.stroke(f"{x},42 {x - 4},60 {x + 5},78 {x - 3},98", 2.6, 0.8, lighter(p.main, 0.2))
    p.blob("4,46! 8,22 24,6 40,2 56,6 72,22 76,46! 64,41 52,47! 40,41 28,47! 16,41", p.main)
    p.inside.oval(28, 20, 9, 12, (255, 255, 255), 34, 0.5)
    p.light(40, 36, 60, p.main, 0.5)


@subject("dragon", wide=176, tall=7, colours="4f9a6a b8443f 5a6fa8", hero=0.56, stands="air",
         homes="mountain, clouds", mount=True, seat=(92, 48), head=(150, 14))  # fmt: skip
def dragon(p: Pen) -> None:
    """A winged dragon."""
    belly = mix((246, 214, 140), p.main, 0.15)
    p.blob("100,46! 112,16 104,-12! 84,-2 66,10 78,20 70,34 86,36", darker(p.main, 0.35))
    p.stroke("70,66 40,84 16,74 2,86", 16, 2, p.main)
    p.poly([(6, 82), (-10, 80), (-2, 96)], p.dark)
    p.blob("60,66 74,48 100,42 122,44 134,32 138,18 146,8 158,8 174,18 174,24 158,28 150,34 146,50 "
           "132,66 108,78 80,80", p.main)  # fmt: skip
    p.inside.blob("66,78 100,66 128,54 144,34 152,36 146,58 116,84 80,88", belly)
    for x, y in ((84, 74), (112, 72)):
        p.stroke(f"{x},{y} {x - 6},86 {x + 2},96", 9, 5, p.dark)
    p.blob("92,52! 84,20 50,-10! 42,8 24,14! 38,24 30,38! 46,40 46,54! 62,50 72,60!", p.dark)
    for ex, ey in ((24, 14), (30, 38), (50, -10)):
        p.inside.stroke(f"90,52 {(90 + ex) / 2},{(52 + ey) / 2 - 4} {ex},{ey}", 2, 0.8, p.pale)
    for x, y in ((122, 42), (132, 30), (138, 16)):
        p.poly([(x - 5, y + 5), (x - 7, y - 6), (x + 3, y)], belly)
    p.stroke("148,10 140,0 132,-4", 3.6, 0.6, belly)
    p.eye(157, 15, 2.6, (200, 60, 30))
    p.oval(171, 18, 1.2, 1.0, p.dark)
