"""Charts: bars, lines, rings, dots, squares and tables with their names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen
from evolink_widgets.emulator.painter.lettering.page import (
    page,
    part_names,
    part_sizes,
    series,
    sheet,
)


def _axes(p: Pen, ink: Colour, quiet: Colour) -> None:
    for k in range(4):
        p.inside.line(14, 24 + k * 16, 130, 24 + k * 16, 0.5, quiet)
    p.inside.line(14, 17, 14, 88.6, 1.1, ink)
    p.inside.line(13.5, 88, 131, 88, 1.1, ink)


def _ticks(p: Pen, names: Sequence[str], ink: Colour) -> list[float]:
    step = 114 / max(1, len(names))
    middles = [16 + step * (k + 0.5) for k in range(len(names))]
    for x, name in zip(middles, names, strict=True):
        p.words(name, x, 94, step * 0.92, 7, ink, most=6)
    return middles


@page("chart")
def bars(p: Pen) -> None:
    """Bars with their names below."""
    _, ink, quiet = sheet(p)
    _axes(p, ink, quiet)
    names = part_names(p, "A B C D E", 12)
    half = 40 / len(names)
    for x, value in zip(_ticks(p, names, ink), part_sizes(p, len(names)), strict=True):
        top = 88 - 66 * value
        p.inside.rect(x - half, top, x + half, 87.5, series(p, 0), 1)
        p.inside.rect(x - half, top, x - half * 0.4, 87.5, WHITE, 1, 0.22)


@page("line chart")
def curve(p: Pen) -> None:
    """Two lines over time."""
    _, ink, quiet = sheet(p)
    _axes(p, ink, quiet)
    spots = _ticks(p, part_names(p, "Jan Feb Mar Apr May Jun", 12), ink)
    for number in (1, 0):
        tops = [84 - 62 * value for value in part_sizes(p, len(spots))]
        line = list(zip(spots, tops, strict=True))
        if number == 0:
            p.inside.poly([(spots[0], 87.5), *line, (spots[-1], 87.5)], series(p, 0), 0.18)
        for (x0, y0), (x1, y1) in pairwise(line):
            p.inside.line(x0, y0, x1, y1, 1.8, series(p, number))
        for x, y in line:
            p.inside.oval(x, y, 2.4, 2.4, series(p, number))


@page("pie chart")
def pie(p: Pen) -> None:
    """A ring in parts, each named beside it."""
    paper, ink, _ = sheet(p)
    names = part_names(p, "A B C D")
    shares = part_sizes(p, len(names))
    turn = -math.pi / 2
    for k, (name, share) in enumerate(zip(names, shares, strict=True)):
        end = turn + math.tau * share / sum(shares)
        ring = [
            (46 + 37 * math.cos(turn + (end - turn) * s / 16),
             56 + 37 * math.sin(turn + (end - turn) * s / 16))
            for s in range(17)
        ]  # fmt: skip
        p.inside.poly([(46, 56), *ring], series(p, k))
        p.inside.line(46, 56, *ring[0], 1.2, paper)
        y = 56 + (k - (len(names) - 1) / 2) * 13
        p.inside.rect(90, y - 4, 98, y + 4, series(p, k), 1.6)
        p.words(name, 117, y, 34, 10, ink, most=8)
        turn = end
    p.inside.oval(46, 56, 15, 15, paper)


@page("scatter plot")
def scatter(p: Pen) -> None:
    """Dots around a slope."""
    _, ink, quiet = sheet(p)
    _axes(p, ink, quiet)
    for k in range(44):
        x = p.rng.uniform(18, 126)
        y = max(20.0, min(84.0, 84 - (x - 14) * 0.5 + p.rng.gauss(0, 8)))
        p.inside.oval(x, y, 2.1, 2.1, series(p, k % 2), 0, 0.8)
    p.inside.line(18, 82, 128, 27, 1, ink, 0.6)
    for name, x, y in zip(part_names(p, "x y")[:2], (120, 24), (94, 18), strict=False):
        p.words(name, x, y, 30, 7, ink, most=6)


@page("heatmap")
def heat(p: Pen) -> None:
    """Squares in shades of one colour."""
    paper, ink, _ = sheet(p)
    names = part_names(p, "Mon Tue Wed Thu Fri")
    step = 114 / 10
    for row, name in enumerate(names):
        high = 74 / len(names)
        y = 18 + row * high
        p.words(name, 13, y + high / 2, 22, 7, ink, most=5.5)
        for k in range(9):
            tone = mix(paper, series(p, 0), 0.1 + 0.9 * p.rng.random() ** 1.4)
            p.inside.rect(26 + k * step, y, 25 + (k + 1) * step, y + high - 1, tone, 1)


@page("funnel")
def funnel(p: Pen) -> None:
    """Bands that narrow."""
    sheet(p)
    names = part_names(p, "Visits Leads Trials Sales")
    high = 80 / len(names)
    for k, name in enumerate(names):
        y, top, low = 16 + k * high, 60 - 42 * k / len(names), 60 - 42 * (k + 1) / len(names)
        p.inside.poly(
            [(69 - top, y), (69 + top, y), (69 + low, y + high - 1.5), (69 - low, y + high - 1.5)],
            series(p, k),
        )
        p.words(name, 69, y + high / 2, low * 1.5, high * 0.7, WHITE, most=9)


@page("gantt chart")
def gantt(p: Pen) -> None:
    """Bars that follow each other in time."""
    _, ink, quiet = sheet(p)
    names = part_names(p, "Plan Design Build Test Launch")
    high = 74 / len(names)
    for k in range(7):
        p.inside.line(40 + k * 15, 16, 40 + k * 15, 94, 0.5, quiet)
    for k, name in enumerate(names):
        y, start = 18 + k * high, 40 + k * 88 / len(names) * 0.85
        p.words(name, 22, y + high * 0.4, 30, high * 0.7, ink, most=6)
        p.inside.rect(start, y + 1, start + 30, y + high * 0.75, series(p, k), 2)


@page("table page")
def table(p: Pen) -> None:
    """Rows and columns with a head."""
    _, ink, quiet = sheet(p)
    names = part_names(p, "Item Count Price Total", 5)
    step = 126 / len(names)
    p.inside.rect(6, 16, 132, 27, series(p, 0), 1)
    for k, name in enumerate(names):
        p.words(name, 6 + step * (k + 0.5), 21.5, step * 0.84, 8, WHITE, most=6.5)
        for row in range(6):
            y = 34 + row * 11
            wide = step * p.rng.uniform(0.3, 0.7)
            p.inside.rect(
                10 + k * step, y - 1.4, 10 + k * step + wide, y + 1.4, mix(ink, quiet, 0.6)
            )
        p.inside.line(6 + k * step, 16, 6 + k * step, 96, 0.5, quiet)
    for row in range(7):
        p.inside.line(6, 28.5 + row * 11, 132, 28.5 + row * 11, 0.6, quiet)
