"""Screens: pages in a browser's window, and apps on a phone."""

from __future__ import annotations

from itertools import pairwise

from evolink_widgets.emulator.painter.drawing.colour import (
    WHITE,
    Colour,
    darker,
    lighter,
    luminance,
    mix,
)
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.lettering.page import (
    page,
    page_colours,
    part_names,
    part_sizes,
    series,
    sheet,
)


def window(p: Pen) -> tuple[Colour, Colour, Colour]:
    """A browser's window."""
    paper, ink, quiet = sheet(p, title=False)
    p.inside.rect(0, -4, 138, 6, mix(quiet, ink, 0.12))
    for k, tone in enumerate(((236, 106, 94), (244, 190, 80), (98, 196, 100))):
        p.inside.oval(6 + k * 6, 1, 1.9, 1.9, tone)
    p.inside.rect(28, -1.6, 110, 3.6, paper, 2.4)
    return paper, ink, quiet


def rows(p: Pen, x: float, y: float, wide: float, count: int, tone: Colour) -> None:
    """Lines of text that is not read."""
    for k in range(count):
        p.inside.rect(x, y + k * 5, x + wide * (1, 0.86, 0.6)[k % 3], y + 2.2 + k * 5, tone, 1)


@page("web page")
def web_page(p: Pen) -> None:
    """A landing page: headline, button, picture and three cards."""
    paper, ink, quiet = window(p)
    accent = series(p, 0)
    p.inside.rect(0, 6, 138, 60, lighter(accent, 0.72) if luminance(paper) > 128 else p.main)
    p.inside.oval(12, 13, 3, 3, accent)
    for k in range(4):
        p.inside.rect(76 + k * 15, 12, 87 + k * 15, 14, mix(ink, quiet, 0.4), 1)
    p.words(p.text or "Welcome", 40, 32, 66, 18, ink, bold=0.03)
    rows(p, 8, 43, 50, 1, mix(ink, quiet, 0.4))
    p.inside.rect(8, 48, 36, 56, accent, 4)
    p.words("Start", 22, 52, 20, 5, WHITE)
    p.inside.rect(84, 18, 130, 55, lighter(accent, 0.3), 3)
    p.inside.oval(118, 28, 5, 5, (250, 214, 120))
    p.inside.blob("84,56! 84,46 98,34 112,46 122,40 131,50 131,56!", darker(accent, 0.2))
    for k, name in enumerate((part_names(p, "Plans Team News", 3) * 3)[:3]):
        x = 8 + k * 43
        p.inside.rect(x, 65, x + 37, 97, mix(paper, quiet, 0.4), 3)
        p.inside.oval(x + 18, 73, 5, 5, series(p, k))
        p.words(name, x + 18.5, 83, 32, 6, ink, most=6)
        rows(p, x + 5, 88, 27, 2, quiet)


@page("dashboard")
def dashboard(p: Pen) -> None:
    """Figures, bars, a line and a ring in a window."""
    paper, ink, quiet = window(p)
    card = mix(paper, quiet, 0.34)
    p.inside.rect(0, 6, 18, 103, mix(paper, series(p, 0), 0.3))
    for k in range(5):
        p.inside.rect(6, 14 + k * 11, 12, 20 + k * 11, mix(quiet, ink, 0.35), 2)
    p.words(p.text or "Dashboard", 58, 13, 72, 9, ink, bold=0.02)
    for k, name in enumerate((part_names(p, "Sales Users Orders", 3) * 3)[:3]):
        x = 23 + k * 38
        p.inside.rect(x, 20, x + 34, 41, card, 2)
        p.words(name, x + 17, 25.4, 28, 6, mix(ink, quiet, 0.3), most=5)
        figure = f"{p.rng.randint(11, 98)}{('k', '%', '')[k]}"
        p.words(figure, x + 17, 34.4, 28, 11, series(p, k), bold=0.03)
    p.inside.rect(23, 45, 94, 98, card, 2)
    spots = [(30 + k * 11.4, 92 - 40 * v) for k, v in enumerate(part_sizes(p, 6))]
    for across, y in spots:
        p.inside.rect(across - 3, y + 6, across + 3, 94, series(p, 0), 1, 0.85)
    for (x0, y0), (x1, y1) in pairwise(spots):
        p.inside.line(x0, y0, x1, y1, 1.6, series(p, 1))
    p.inside.rect(99, 45, 133, 98, card, 2)
    p.inside.ring(116, 63, 13, 5, series(p, 2))
    p.inside.arc(116, 63, 10.6, 10.6, 200, 320, 5, series(p, 3))
    rows(p, 104, 82, 24, 3, mix(quiet, ink, 0.2))


def _handset(p: Pen) -> tuple[Colour, Colour, Colour]:
    paper, ink, quiet = page_colours(p)
    p.rect(0, -6, 58, 104, (34, 36, 46), 9)
    p.inside.rect(3, -3, 55, 101, paper, 7)
    p.inside.rect(21, -1, 37, 2, (34, 36, 46), 1.5)
    return paper, ink, quiet


@page("app", wide=58, hero=0.72)
def app(p: Pen) -> None:
    """An app on a phone: a head, a card, a list and a bar below."""
    paper, ink, quiet = _handset(p)
    p.inside.rect(3, 4, 55, 22, series(p, 0))
    p.words(p.text or "My app", 29, 13, 44, 12, WHITE, bold=0.02)
    p.inside.rect(8, 26, 50, 44, lighter(series(p, 0), 0.6), 3)
    for k in range(6):
        high = 4 + 9 * p.rng.random()
        p.inside.rect(12 + k * 6, 42 - high, 16 + k * 6, 42, series(p, 0), 1)
    for k, name in enumerate((part_names(p, "Today Week Month Year", 4) * 4)[:4]):
        y = 51 + k * 10
        p.inside.oval(12, y, 3.4, 3.4, series(p, k + 1))
        p.words(name, 28, y, 22, 6, ink, most=5)
        p.inside.rect(42, y - 1, 50, y + 1, quiet, 1)
    p.inside.rect(3, 90, 55, 101, mix(paper, quiet, 0.5))
    for k in range(4):
        p.inside.oval(
            10.5 + k * 12.4, 95, 2.4, 2.4, series(p, 0) if k == 0 else mix(quiet, ink, 0.3)
        )


@page("login screen", wide=58, hero=0.72)
def login(p: Pen) -> None:
    """A phone that asks for name and password."""
    paper, ink, quiet = _handset(p)
    p.inside.oval(29, 18, 8, 8, series(p, 0))
    p.inside.oval(29, 16, 3, 3, WHITE)
    p.inside.oval(29, 22.6, 5, 3, WHITE)
    p.words(p.text or "Welcome", 29, 35, 44, 12, ink, bold=0.02, most=9)
    for k, name in enumerate(("E-mail", "Password")):
        y = 50 + k * 13
        p.inside.rect(8, y - 5, 50, y + 5, mix(paper, quiet, 0.45), 2.5)
        p.words(name, 22, y, 24, 5, mix(ink, quiet, 0.4), most=4.4)
    p.inside.rect(8, 73, 50, 83, series(p, 0), 5)
    p.words("Log in", 29, 78, 26, 6, WHITE, bold=0.02)
    rows(p, 18, 89, 22, 1, quiet)


@page("chat screen", wide=58, hero=0.72)
def chat(p: Pen) -> None:
    """A phone with a conversation."""
    paper, ink, quiet = _handset(p)
    p.inside.rect(3, 4, 55, 16, series(p, 0))
    p.words(p.text or "Chat", 29, 10, 42, 8, WHITE, bold=0.02, most=7)
    for k in range(5):
        y, own = 22 + k * 13, k % 2
        x = 18 if own else 7
        p.inside.rect(x, y, x + 34, y + 10, series(p, 0) if own else mix(paper, quiet, 0.6), 4)
        rows(p, x + 4, y + 2, 24, 2, WHITE if own else mix(ink, quiet, 0.5))
    p.inside.rect(7, 89, 51, 97, mix(paper, quiet, 0.5), 4)
