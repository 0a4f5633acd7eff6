"""What is printed: logos, posters, slides, menus, certificates, covers."""

from __future__ import annotations

from evolink_widgets.emulator.painter.drawing.colour import darker, lighter, luminance, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.lettering.page import (
    INK,
    PAPER,
    page,
    page_colours,
    part_names,
    part_sizes,
    series,
)


@page("logo", wide=120, colours="2f5a8a b8503f 3f7a5a 6a4f8a", hero=0.66, inner=(60, 60), room=0.46)
def logo(p: Pen) -> None:
    """A round mark and the name below; the motif of the prompt is set into the mark."""
    name = p.text or "LOGO"
    p.rect(-6, -8, 126, 106, PAPER, 5)
    p.oval(60, 36, 37, 37, p.main)
    p.inside.oval(60, 36, 34, 34, PAPER)
    p.inside.oval(60, 36, 32, 32, lighter(p.main, 0.78))
    if not p.filled:
        p.words(name[:1].upper(), 60, 36, 40, 46, p.main, bold=0.04)
    p.words(name, 60, 88, 116, 24, p.main, bold=0.035, most=21)


@page("poster", wide=76, colours="e0604a 2f5a8a e8a83a 3f8a7a", hero=0.74, inner=(38, 96), room=0.5)
def poster(p: Pen) -> None:
    """A poster: large words over shapes."""
    light = luminance(p.main) > 150
    ink = darker(p.main, 0.72) if light else PAPER
    p.rect(0, -4, 76, 104, darker(p.main, 0.3), 0.6)
    p.inside.rect(0, -4, 75, 103, p.main)
    if not p.filled:
        p.inside.oval(62, 84, 34, 34, lighter(p.main, 0.25))
        p.inside.oval(8, 92, 20, 20, mix(p.main, (250, 214, 120), 0.6))
        p.inside.line(-6, 70, 82, 58, 3, lighter(p.main, 0.45))
    high = 54 if not p.filled else 24 if p.items else 36
    p.words(p.text or "POSTER", 38, 4 + high / 2, 64, high, ink, bold=0.035)
    for k, name in enumerate(p.items[: 2 if p.filled else 4]):
        p.words(name, 38, high + 12 + k * 10, 60, 8, ink)


@page("slide", wide=150)
def slide(p: Pen) -> None:
    """A slide: a headline, points, a picture."""
    paper, ink, _ = page_colours(p)
    p.rect(0, -2, 150, 92, paper, 2)
    p.inside.rect(0, -2, 5, 92, series(p, 0))
    p.words(p.text or "Our plan", 62, 14, 104, 16, ink, bold=0.03)
    for k, name in enumerate(part_names(p, "Why What How", 4)):
        y = 36 + k * 14
        p.inside.oval(16, y, 2.6, 2.6, series(p, k))
        p.words(name, 50, y, 58, 9, ink, most=8)
    p.inside.rect(90, 30, 142, 80, lighter(series(p, 0), 0.6), 2)
    for k, value in enumerate(part_sizes(p, 5)):
        p.inside.rect(96 + k * 9, 76 - 40 * value, 102 + k * 9, 76, series(p, 0), 1)


@page("menu", wide=76, colours="3a3c48 7a4a2e 3f6f5a", hero=0.72)
def menu(p: Pen) -> None:
    """A list of dishes or doings."""
    ink = darker(p.main, 0.1)
    p.rect(0, -4, 76, 104, p.main, 2)
    p.inside.rect(4, 0, 72, 100, (250, 244, 230), 1)
    p.words(p.text or "MENU", 38, 13, 58, 16, ink, bold=0.03)
    p.inside.line(16, 25, 60, 25, 0.8, ink)
    for k, name in enumerate(part_names(p, "Soup Salad Pasta Fish Cake Coffee", 6)):
        y = 34 + k * 11
        p.words(name, 28, y, 36, 8, ink, most=6.5)
        p.inside.rect(56, y - 1, 66, y + 1, mix(ink, PAPER, 0.4), 1)


@page("certificate", colours="b8863a 2f5a8a")
def certificate(p: Pen) -> None:
    """A framed sheet with a seal."""
    p.rect(0, -4, 140, 102, p.main, 1)
    p.inside.rect(4, 0, 136, 98, PAPER)
    p.inside.rect(8, 4, 132, 94, p.main, 0, 0.25)
    p.inside.rect(9.4, 5.4, 130.6, 92.6, PAPER)
    p.words("Certificate", 70, 22, 90, 18, INK, bold=0.02)
    p.words(p.text or "", 70, 48, 100, 22, darker(p.main, 0.2), bold=0.02, most=14)
    p.inside.line(20, 80, 60, 80, 0.8, INK)
    p.inside.poly([(100, 76), (112, 76), (116, 98), (106, 92), (97, 98)], (206, 84, 76))
    p.inside.oval(106, 74, 11, 11, p.main)
    p.inside.oval(106, 74, 7.6, 7.6, lighter(p.main, 0.4))


@page(
    "book cover", wide=68, colours="2f3a5a 8a2f3a 3f6f5a e0a84a", hero=0.7, inner=(36, 84), room=0.4
)
def cover(p: Pen) -> None:
    """A book seen from the front."""
    ink = darker(p.main, 0.75) if luminance(p.main) > 150 else PAPER
    p.rect(4, -2, 70, 104, (238, 230, 212), 1)
    p.rect(0, -4, 66, 102, p.main, 1.5)
    p.inside.rect(0, -4, 5, 102, darker(p.main, 0.25))
    p.words(p.text or "A Novel", 36, 22, 52, 34, ink, bold=0.03)
    if not p.filled:
        p.inside.oval(36, 64, 15, 15, lighter(p.main, 0.3))
        p.inside.oval(36, 64, 9, 9, mix(p.main, (250, 214, 120), 0.7))
    for name in p.items[:1]:
        p.words(name, 36, 93, 48, 8, ink)
