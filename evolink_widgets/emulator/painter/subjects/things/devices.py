"""What people of today and of the laboratory use."""

from __future__ import annotations

import math

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, darker, lighter, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.subjects.registry import subject

CASE: Colour = (206, 210, 218)
SCREEN: Colour = (40, 50, 78)
INK: Colour = (48, 46, 58)
BRASS: Colour = (214, 170, 86)
SERIES: tuple[Colour, ...] = ((79, 143, 192), (232, 140, 70), (96, 168, 120), (206, 92, 110),
                              (150, 110, 190))  # fmt: skip


@subject("laptop", wide=160, tall=0.25, colours="c8ccd4 8f96a4", hero=0.36, homes="tabletop",
         inner=(80, 73), room=0.62)  # fmt: skip
def laptop(p: Pen) -> None:
    """A laptop with lines of code on its screen."""
    p.rect(22, 4, 138, 82, darker(p.main, 0.5), 5)
    p.inside.rect(27, 9, 133, 76, SCREEN, 2)
    rows = ((0, 30, 0), (8, 44, 1), (8, 26, 2), (16, 52, 3), (16, 34, 1), (8, 20, 4), (0, 24, 0))
    for k, (indent, long, tone) in enumerate(rows):
        y = 17 + k * 8.4
        p.inside.rect(34 + indent, y, 34 + indent + long, y + 3.6, lighter(SERIES[tone], 0.2), 1.6)
        p.inside.rect(38 + indent + long, y, 50 + indent + long, y + 3.6, (120, 134, 170), 1.6)
    p.inside.poly([(100, 6), (140, 6), (140, 60)], WHITE, 0.07)
    p.poly([(20, 82), (140, 82), (158, 96), (2, 96)], p.main)
    p.inside.poly([(30, 84), (130, 84), (137, 89.6), (23, 89.6)], darker(p.main, 0.45))
    p.inside.poly([(64, 91), (96, 91), (98, 95), (62, 95)], darker(p.main, 0.18))
    p.rect(2, 95, 158, 100, darker(p.main, 0.25), 2)
    p.light(80, 44, 60, (130, 160, 240), 0.25)


@subject("phone", wide=56, tall=0.15, colours="3a3c48 8a90a0 d8a0a0", hero=0.5,
         homes="tabletop, studio", inner=(28, 72), room=0.4)  # fmt: skip
def phone(p: Pen) -> None:
    """A phone with small squares on its screen."""
    p.rect(3, 0, 53, 100, p.main, 8)
    p.inside.rect(6, 4, 50, 96, SCREEN, 6)
    p.inside.blob("6,60 20,50 36,62 50,52 52,100 4,100", (70, 100, 160))
    p.inside.blob("6,76 24,66 50,80 52,100 4,100", (90, 150, 170))
    for row in range(3):
        for k in range(3):
            x, y = 11 + k * 12.4, 22 + row * 13
            p.inside.rect(x, y, x + 9, y + 9, lighter(SERIES[(row * 3 + k * 2) % 5], 0.15), 2.4)
    p.inside.rect(20, 6, 36, 9, (20, 22, 32), 1.5)
    p.inside.rect(14, 80, 42, 90, (240, 244, 250), 4, 0.3)
    p.inside.poly([(34, 2), (52, 2), (52, 50)], WHITE, 0.08)
    p.light(28, 50, 46, (150, 180, 250), 0.25)


@subject("camera", wide=134, tall=0.15, colours="46444e 8a5a42 c8c4bc", hero=0.36, homes="tabletop")
def camera(p: Pen) -> None:
    """A camera with a bright lens."""
    p.blob("40,26! 46,8! 88,8! 94,26!", lighter(p.main, 0.14))
    p.rect(14, 16, 34, 26, CASE, 2)
    p.rect(104, 14, 120, 24, darker(CASE, 0.2), 2)
    p.rect(4, 24, 130, 96, CASE, 8)
    p.inside.rect(4, 40, 130, 82, p.main)
    p.inside.rect(56, 11, 78, 22, (170, 210, 226), 2)
    p.oval(67, 61, 33, 33, darker(p.main, 0.35))
    p.oval(67, 61, 29, 29, CASE)
    p.oval(67, 61, 25, 25, INK)
    p.inside.oval(67, 61, 19, 19, (50, 66, 108))
    p.inside.oval(67, 61, 11, 11, (24, 28, 52))
    p.inside.oval(60, 53, 5.6, 4.4, (190, 216, 250), -30)
    p.inside.oval(75, 69, 3, 2.4, (150, 120, 210))
    p.oval(116, 33, 3.6, 3.6, (216, 70, 62))


@subject("telescope", wide=130, tall=1.4, colours="b8864a 4f6a8f", hero=0.52,
         homes="mountain, meadow, room")  # fmt: skip
def telescope(p: Pen) -> None:
    """A telescope on its tripod."""
    for x in (30, 66, 96):
        p.stroke(f"64,52 {(64 + x) / 2},74 {x},101", 4.4, 3, (110, 76, 54))
    p.oval(64, 52, 7, 7, INK)
    a = math.radians(-28)

    def at(along: float, off: float) -> tuple[float, float]:
        return (64 + along * math.cos(a) - off * math.sin(a),
                42 + along * math.sin(a) + off * math.cos(a))  # fmt: skip

    for start, end, half, tone in (
        (-58, -42, 4.5, INK),
        (-46, -14, 6.5, BRASS),
        (-18, 22, 9.5, p.main),
        (16, 58, 12.5, p.main),
    ):
        p.poly([at(start, -half), at(end, -half), at(end, half), at(start, half)], tone)
        p.inside.poly([at(start, half * 0.3), at(end, half * 0.3), at(end, half), at(start, half)],
                      darker(tone, 0.5), 0.35)  # fmt: skip
        p.inside.poly([at(start, -half), at(end, -half), at(end, -half * 0.5),
                       at(start, -half * 0.5)], WHITE, 0.3)  # fmt: skip
    for along, half in ((-18, 10), (18, 13), (56, 14)):
        p.poly([at(along - 2, -half), at(along + 2, -half), at(along + 2, half),
                at(along - 2, half)], BRASS)  # fmt: skip


@subject("microscope", wide=90, tall=0.4, colours="e4e6ea 4f6a8f", hero=0.48, homes="tabletop")
def microscope(p: Pen) -> None:
    """A microscope with a flask beside it."""
    p.blob("8,100! 10,92 24,88 58,88 66,94 68,100!", INK)
    p.stroke("30,90 14,74 14,52 30,36", 9, 9, darker(p.main, 0.2))
    p.rect(18, 70, 62, 76, INK, 2)
    p.rect(36, 66, 58, 70, (150, 200, 226))
    p.poly([(34, 12), (52, 6), (62, 46), (44, 51)], p.main)
    p.poly([(30, 2), (46, -3), (49, 8), (33, 13)], INK)
    p.poly([(47, 50), (60, 46), (60, 60), (52, 62)], BRASS)
    p.inside.poly([(46, 8), (52, 6), (62, 46), (56, 48)], darker(p.main, 0.5), 0.3)
    p.oval(22, 60, 6, 6, BRASS)
    p.blob("74,60! 82,60! 82,74 90,94 88,100! 68,100! 66,94 74,74", (206, 226, 232))
    p.inside.blob("64,88! 92,88! 94,102 62,102", (110, 190, 150))
    p.rect(72, 57, 84, 61, (230, 240, 244), 1)


@subject("light bulb", shines=True, wide=72, tall=0.12, colours="ffe08a ffd47a", hero=0.46,
         homes="studio, tabletop")  # fmt: skip
def light_bulb(p: Pen) -> None:
    """A shining bulb."""
    p.blob("36,0 56,6 69,22 69,40 60,54 52,66 50,76! 22,76! 20,66 12,54 3,40 3,22 16,6",
           lighter(p.main, 0.3))  # fmt: skip
    p.inside.oval(36, 36, 24, 26, lighter(p.main, 0.6))
    p.inside.stroke(
        "28,76 26,56 22,44 30,48 36,40 42,48 50,44 46,56 44,76", 1.7, 1.7, (226, 140, 50)
    )
    p.rect(22, 74, 50, 94, (150, 156, 168), 2)
    for y in (79, 85, 91):
        p.inside.stroke(f"20,{y + 1} 36,{y} 52,{y - 2}", 1.8, 1.8, (104, 108, 122))
    p.rect(29, 93, 43, 99, INK, 3)
    p.inside.blob("14,24 22,12 34,8 24,18 18,32", WHITE, 0.7)
    p.light(36, 36, 84, (255, 224, 150), 0.8)


def _gear(p: Pen, x: float, y: float, radius: float, teeth: int, tone: Colour) -> None:
    for k in range(teeth):
        a, w = math.tau * k / teeth, math.tau / teeth * 0.27
        p.poly(
            [
                (
                    x + radius * 0.8 * math.cos(a - w * 1.3),
                    y + radius * 0.8 * math.sin(a - w * 1.3),
                ),
                (x + radius * math.cos(a - w * 0.8), y + radius * math.sin(a - w * 0.8)),
                (x + radius * math.cos(a + w * 0.8), y + radius * math.sin(a + w * 0.8)),
                (
                    x + radius * 0.8 * math.cos(a + w * 1.3),
                    y + radius * 0.8 * math.sin(a + w * 1.3),
                ),
            ],
            tone,
        )
    p.oval(x, y, radius * 0.84, radius * 0.84, tone)
    p.inside.oval(x, y, radius * 0.62, radius * 0.62, darker(tone, 0.16))
    p.inside.oval(x, y, radius * 0.3, radius * 0.3, lighter(tone, 0.2))
    p.oval(x, y, radius * 0.15, radius * 0.15, darker(tone, 0.6))


@subject("gear", wide=116, tall=0.3, colours="9aa4b4 c8964a 7f8a9a", hero=0.42, homes="studio")
def gear(p: Pen) -> None:
    """Two wheels that mesh."""
    _gear(p, 88, 72, 27, 10, mix(p.main, BRASS, 0.7))
    _gear(p, 42, 46, 42, 14, p.main)
