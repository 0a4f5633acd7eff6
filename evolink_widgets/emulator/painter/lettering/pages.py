"""Pages: charts, diagrams, screens, logos and posters, lettered with what the prompt says.

``p.text`` is a page's title, ``p.items`` are the names of its parts: bars, boxes, circles. An
item may carry its number ("rent 40 %"). Each page has usual names for when none were given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
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
from evolink_widgets.emulator.painter.subjects.registry import Artist, subject

INK: Colour = (44, 46, 60)
PAPER: Colour = (252, 251, 247)
SERIES: tuple[Colour, ...] = (
    (79, 143, 192), (236, 146, 70), (96, 168, 120), (206, 92, 110), (150, 110, 190), (64, 168, 172),
)  # fmt: skip
_SPANS = {
    "quarter": "Q1 Q2 Q3 Q4",
    "month": "Jan Feb Mar Apr May Jun",
    "week": "Mon Tue Wed Thu Fri",
    "day": "Mon Tue Wed Thu Fri",
    "year": "2021 2022 2023 2024 2025",
    "region": "North South East West",
    "team": "Red Blue Green Gold",
    "country": "DE FR ES IT PL",
}
"""Usual names by a word of the title."""
_NUMBER = re.compile(r"\s*[:=]?\s*(\d+(?:[.,]\d+)?)\s*(?:%|percent|k|m)?$", re.IGNORECASE)
PAGE_NAMES: set[str] = set()


def page(
    name: str,
    *,
    wide: float = 140,
    colours: str = "4f8fc0 d2604a 5fa07a 7c5fb0",
    hero: float = 0.6,
    inner: tuple[float, float] | None = None,
    room: float = 0.0,
) -> Callable[[Artist], Artist]:
    """Register an artist of a page. A picture in it stands at ``inner``, ``room`` of it tall."""
    PAGE_NAMES.add(name)
    return subject(
        name,
        wide=wide,
        tall=1.6,
        colours=colours,
        homes="studio",
        hero=hero,
        inner=inner,
        room=room,
    )


def _colours(p: Pen) -> tuple[Colour, Colour, Colour]:
    """Paper, ink and a quiet line; a page that was asked for in a dark colour is dark."""
    if luminance(p.main) < 64:
        return (36, 38, 52), (240, 240, 246), (84, 88, 106)
    return PAPER, INK, (216, 214, 210)


def _sheet(p: Pen, title: bool = True) -> tuple[Colour, Colour, Colour]:
    """A sheet with the page's title on it."""
    paper, ink, quiet = _colours(p)
    p.rect(1, -3, 139, 103, darker(paper, 0.12), 3)
    p.rect(0, -4, 138, 102, paper, 3)
    if title and p.text:
        p.words(p.text, 69, 6, 122, 12, ink, bold=0.02)
    return paper, ink, quiet


def _named(p: Pen, usual: str, most: int = 6) -> list[str]:
    """The parts' names: those asked for, or usual ones for the title."""
    if p.items:
        return [_NUMBER.sub("", one) or one for one in p.items][:most]
    words = (p.text or "").casefold()
    return next((names for word, names in _SPANS.items() if word in words), usual).split()[:most]


def _values(p: Pen, count: int) -> list[float]:
    """The parts' sizes, 0..1: those asked for, or a rise with a little chance in it."""
    asked = [_NUMBER.search(one) for one in p.items[:count]]
    if asked and all(asked):
        found = [float(one.group(1).replace(",", ".")) for one in asked if one]
        return [max(0.04, value / (max(found) or 1)) for value in found]
    value, values = 0.34, []
    for _ in range(count):
        value = max(0.2, min(1.0, value + p.rng.uniform(-0.1, 0.28)))
        values.append(value)
    return values


def _tone(p: Pen, number: int) -> Colour:
    return p.main if number == 0 and luminance(p.main) > 64 else SERIES[number % len(SERIES)]


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
    _, ink, quiet = _sheet(p)
    _axes(p, ink, quiet)
    names = _named(p, "A B C D E")
    half = 40 / len(names)
    for x, value in zip(_ticks(p, names, ink), _values(p, len(names)), strict=True):
        top = 88 - 66 * value
        p.inside.rect(x - half, top, x + half, 87.5, _tone(p, 0), 1)
        p.inside.rect(x - half, top, x - half * 0.4, 87.5, WHITE, 1, 0.22)


@page("line chart")
def curve(p: Pen) -> None:
    """Two lines over time."""
    _, ink, quiet = _sheet(p)
    _axes(p, ink, quiet)
    spots = _ticks(p, _named(p, "Jan Feb Mar Apr May Jun"), ink)
    for number in (1, 0):
        tops = [84 - 62 * value for value in _values(p, len(spots))]
        line = list(zip(spots, tops, strict=True))
        if number == 0:
            p.inside.poly([(spots[0], 87.5), *line, (spots[-1], 87.5)], _tone(p, 0), 0.18)
        for (x0, y0), (x1, y1) in pairwise(line):
            p.inside.line(x0, y0, x1, y1, 1.8, _tone(p, number))
        for x, y in line:
            p.inside.oval(x, y, 2.4, 2.4, _tone(p, number))


@page("pie chart")
def pie(p: Pen) -> None:
    """A ring in parts, each named beside it."""
    paper, ink, _ = _sheet(p)
    names = _named(p, "A B C D")
    shares = _values(p, len(names))
    turn = -math.pi / 2
    for k, (name, share) in enumerate(zip(names, shares, strict=True)):
        end = turn + math.tau * share / sum(shares)
        ring = [
            (46 + 37 * math.cos(turn + (end - turn) * s / 16),
             56 + 37 * math.sin(turn + (end - turn) * s / 16))
            for s in range(17)
        ]  # fmt: skip
        p.inside.poly([(46, 56), *ring], _tone(p, k))
        p.inside.line(46, 56, *ring[0], 1.2, paper)
        y = 56 + (k - (len(names) - 1) / 2) * 13
        p.inside.rect(90, y - 4, 98, y + 4, _tone(p, k), 1.6)
        p.words(name, 117, y, 34, 10, ink, most=8)
        turn = end
    p.inside.oval(46, 56, 15, 15, paper)


@page("scatter plot")
def scatter(p: Pen) -> None:
    """Dots around a slope."""
    _, ink, quiet = _sheet(p)
    _axes(p, ink, quiet)
    for k in range(44):
        x = p.rng.uniform(18, 126)
        y = max(20.0, min(84.0, 84 - (x - 14) * 0.5 + p.rng.gauss(0, 8)))
        p.inside.oval(x, y, 2.1, 2.1, _tone(p, k % 2), 0, 0.8)
    p.inside.line(18, 82, 128, 27, 1, ink, 0.6)
    for name, x, y in zip(_named(p, "x y")[:2], (120, 24), (94, 18), strict=False):
        p.words(name, x, y, 30, 7, ink, most=6)


@page("heatmap")
def heat(p: Pen) -> None:
    """Squares in shades of one colour."""
    paper, ink, _ = _sheet(p)
    names = _named(p, "Mon Tue Wed Thu Fri")
    step = 114 / 10
    for row, name in enumerate(names):
        high = 74 / len(names)
        y = 18 + row * high
        p.words(name, 13, y + high / 2, 22, 7, ink, most=5.5)
        for k in range(9):
            tone = mix(paper, _tone(p, 0), 0.1 + 0.9 * p.rng.random() ** 1.4)
            p.inside.rect(26 + k * step, y, 25 + (k + 1) * step, y + high - 1, tone, 1)


@page("funnel")
def funnel(p: Pen) -> None:
    """Bands that narrow."""
    _sheet(p)
    names = _named(p, "Visits Leads Trials Sales")
    high = 80 / len(names)
    for k, name in enumerate(names):
        y, top, low = 16 + k * high, 60 - 42 * k / len(names), 60 - 42 * (k + 1) / len(names)
        p.inside.poly(
            [(69 - top, y), (69 + top, y), (69 + low, y + high - 1.5), (69 - low, y + high - 1.5)],
            _tone(p, k),
        )
        p.words(name, 69, y + high / 2, low * 1.5, high * 0.7, WHITE, most=9)


@page("gantt chart")
def gantt(p: Pen) -> None:
    """Bars that follow each other in time."""
    _, ink, quiet = _sheet(p)
    names = _named(p, "Plan Design Build Test Launch")
    high = 74 / len(names)
    for k in range(7):
        p.inside.line(40 + k * 15, 16, 40 + k * 15, 94, 0.5, quiet)
    for k, name in enumerate(names):
        y, start = 18 + k * high, 40 + k * 88 / len(names) * 0.85
        p.words(name, 22, y + high * 0.4, 30, high * 0.7, ink, most=6)
        p.inside.rect(start, y + 1, start + 30, y + high * 0.75, _tone(p, k), 2)


@page("table page")
def table(p: Pen) -> None:
    """Rows and columns with a head."""
    _, ink, quiet = _sheet(p)
    names = _named(p, "Item Count Price Total", 5)
    step = 126 / len(names)
    p.inside.rect(6, 16, 132, 27, _tone(p, 0), 1)
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


def _box(p: Pen, name: str, x: float, y: float, wide: float, high: float, tone: Colour) -> None:
    p.inside.rect(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, tone, 3)
    p.words(name, x, y, wide * 0.86, high * 0.7, WHITE, most=9)


def _arrow(p: Pen, x0: float, y0: float, x1: float, y1: float, tone: Colour) -> None:
    p.inside.line(x0, y0, x1, y1, 1.2, tone)
    turn = math.atan2(y1 - y0, x1 - x0)
    wings = [(x1 - 5 * math.cos(turn + s), y1 - 5 * math.sin(turn + s)) for s in (-0.5, 0.5)]
    p.inside.poly([(x1, y1), *wings], tone)


@page("diagram")
def flow(p: Pen) -> None:
    """Boxes in the order that they are gone through."""
    _, ink, _ = _sheet(p)
    names = _named(p, "Start Check Work Done")
    columns = min(3, len(names)) if len(names) != 4 else 2
    rows = -(-len(names) // columns)
    spots = []
    for k in range(len(names)):
        row, column = divmod(k, columns)
        column = columns - 1 - column if row % 2 else column
        spots.append((69 + (column - (columns - 1) / 2) * 132 / columns,
                      56 + (row - (rows - 1) / 2) * 76 / rows))  # fmt: skip
    wide, high = 132 / columns * 0.7, min(26.0, 76 / rows * 0.6)
    for (x0, y0), (x1, y1) in pairwise(spots):
        dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        reach = wide / 2 if dx else 0
        lift = 0 if dx else high / 2
        _arrow(p, x0 + dx * reach, y0 + dy * lift, x1 - dx * (reach + 1), y1 - dy * (lift + 1), ink)
    for k, ((x, y), name) in enumerate(zip(spots, names, strict=True)):
        _box(p, name, x, y, wide, high, _tone(p, k))


@page("venn diagram")
def venn(p: Pen) -> None:
    """Circles that overlap."""
    _, ink, _ = _sheet(p)
    names = _named(p, "A B", 3)
    spots = [(47, 57), (91, 57)] if len(names) < 3 else [(49, 44), (89, 44), (69, 72)]
    radius = 37 if len(names) < 3 else 29
    for k, (x, y) in enumerate(spots[: max(2, len(names))]):
        p.inside.oval(x, y, radius, radius, _tone(p, k), 0, 0.55)
    for k, ((x, y), name) in enumerate(zip(spots, names, strict=False)):
        out = (-10, 10, 0)[k]
        p.words(name, x + out, y + (6 if k == 2 else 0), radius * 1.15, 22, ink, most=9, bold=0.02)


@page("tree diagram")
def tree(p: Pen) -> None:
    """One box above the others, as an organisation has it."""
    _, ink, _ = _sheet(p)
    names = _named(p, "CEO Sales Product People")
    step = 132 / max(1, len(names) - 1)
    wide = min(40.0, step * 0.84)
    p.inside.line(69, 38, 69, 54, 1.2, ink)
    for k, name in enumerate(names[1:]):
        x = 69 + (k - (len(names) - 2) / 2) * step
        p.inside.line(min(x, 69), 54, max(x, 69) + 0.1, 54, 1.2, ink)
        p.inside.line(x, 54, x, 66, 1.2, ink)
        p.inside.oval(x, 62, 6, 6, _tone(p, k + 1))
        _box(p, name, x, 77, wide, 20, _tone(p, k + 1))
    p.inside.oval(69, 20, 6, 6, _tone(p, 0))
    _box(p, names[0], 69, 33, 42, 18, _tone(p, 0))


@page("cycle diagram")
def cycle(p: Pen) -> None:
    """Stations around a ring."""
    _, ink, quiet = _sheet(p)
    names = _named(p, "Plan Do Check Act")
    p.inside.ring(69, 57, 32, 2, quiet)
    for k, name in enumerate(names):
        turn = math.tau * k / len(names) - math.pi / 2
        mid = turn + math.pi / len(names)
        x, y = 69 + 32 * math.cos(mid), 57 + 32 * math.sin(mid)
        _arrow(p, x + 3 * math.sin(mid), y - 3 * math.cos(mid),
               x - 3 * math.sin(mid), y + 3 * math.cos(mid), ink)  # fmt: skip
        _box(p, name, 69 + 40 * math.cos(turn), 57 + 32 * math.sin(turn), 36, 15, _tone(p, k))


@page("timeline")
def timeline(p: Pen) -> None:
    """Stations on a line."""
    _, ink, _ = _sheet(p)
    names = _named(p, "2021 2022 2023 2024 2025")
    p.inside.line(8, 56, 130, 56, 2, ink)
    step = 120 / len(names)
    for k, name in enumerate(names):
        x, side = 9 + step * (k + 0.5), -1 if k % 2 else 1
        p.inside.line(x, 56, x, 56 - side * 14, 1, ink)
        p.inside.oval(x, 56, 4.4, 4.4, _tone(p, k))
        p.inside.oval(x, 56, 2, 2, WHITE)
        _box(p, name, x, 56 - side * 23, min(40, step * 1.3), 16, _tone(p, k))


@page("mind map")
def mind_map(p: Pen) -> None:
    """An idea in the middle, thoughts around it."""
    _, ink, _ = _sheet(p, title=False)
    names = _named(p, "Who What When Where Why", 6)
    for k, name in enumerate(names):
        turn = math.tau * (k + 0.5) / len(names)
        x, y = 69 + 48 * math.cos(turn), 50 + 36 * math.sin(turn)
        p.inside.line(69, 50, x, y, 1.4, _tone(p, k))
        p.inside.oval(x, y, 19, 10, _tone(p, k))
        p.words(name, x, y, 30, 12, WHITE, most=8)
    p.inside.oval(69, 50, 27, 14, ink)
    p.words(p.text or "Idea", 69, 50, 42, 16, WHITE, most=10)


@page("network diagram")
def network(p: Pen) -> None:
    """Layers of nodes, all joined."""
    _, ink, quiet = _sheet(p)
    layers = (3, 5, 5, 2)
    spots = [
        [(20 + k * 33, 56 + (n - (count - 1) / 2) * 15) for n in range(count)]
        for k, count in enumerate(layers)
    ]
    for left, right in pairwise(spots):
        for x0, y0 in left:
            for x1, y1 in right:
                p.inside.line(x0, y0, x1, y1, 0.5, mix(ink, quiet, 0.5))
    for k, layer in enumerate(spots):
        for x, y in layer:
            p.inside.oval(x, y, 5, 5, _tone(p, k))
    for k, name in enumerate(_named(p, "input layers layers output", 4)):
        p.words(name, 20 + k * 33, 98, 30, 6, ink, most=6)


@page("matrix")
def matrix(p: Pen) -> None:
    """Four fields."""
    paper, _, _ = _sheet(p)
    for k, name in enumerate((_named(p, "Strengths Weaknesses Opportunities Threats", 4) * 4)[:4]):
        x, y = 36 + (k % 2) * 66, 36 + (k // 2) * 42
        p.inside.rect(x - 31, y - 19, x + 31, y + 19, _tone(p, k), 2)
        p.words(name, x, y - 8, 52, 12, WHITE, most=9)
        for row in range(2):
            p.inside.rect(
                x - 22, y + 2 + row * 6, x + 14 - row * 8, y + 4.4 + row * 6, paper, 1, 0.7
            )


def _window(p: Pen) -> tuple[Colour, Colour, Colour]:
    """A browser's window."""
    paper, ink, quiet = _sheet(p, title=False)
    p.inside.rect(0, -4, 138, 6, mix(quiet, ink, 0.12))
    for k, tone in enumerate(((236, 106, 94), (244, 190, 80), (98, 196, 100))):
        p.inside.oval(6 + k * 6, 1, 1.9, 1.9, tone)
    p.inside.rect(28, -1.6, 110, 3.6, paper, 2.4)
    return paper, ink, quiet


def _rows(p: Pen, x: float, y: float, wide: float, rows: int, tone: Colour) -> None:
    for k in range(rows):
        p.inside.rect(x, y + k * 5, x + wide * (1, 0.86, 0.6)[k % 3], y + 2.2 + k * 5, tone, 1)


@page("web page")
def web_page(p: Pen) -> None:
    """A landing page: headline, button, picture and three cards."""
    paper, ink, quiet = _window(p)
    accent = _tone(p, 0)
    p.inside.rect(0, 6, 138, 60, lighter(accent, 0.72) if luminance(paper) > 128 else p.main)
    p.inside.oval(12, 13, 3, 3, accent)
    for k in range(4):
        p.inside.rect(76 + k * 15, 12, 87 + k * 15, 14, mix(ink, quiet, 0.4), 1)
    p.words(p.text or "Welcome", 40, 32, 66, 18, ink, bold=0.03)
    _rows(p, 8, 43, 50, 1, mix(ink, quiet, 0.4))
    p.inside.rect(8, 48, 36, 56, accent, 4)
    p.words("Start", 22, 52, 20, 5, WHITE)
    p.inside.rect(84, 18, 130, 55, lighter(accent, 0.3), 3)
    p.inside.oval(118, 28, 5, 5, (250, 214, 120))
    p.inside.blob("84,56! 84,46 98,34 112,46 122,40 131,50 131,56!", darker(accent, 0.2))
    for k, name in enumerate((_named(p, "Plans Team News", 3) * 3)[:3]):
        x = 8 + k * 43
        p.inside.rect(x, 65, x + 37, 97, mix(paper, quiet, 0.4), 3)
        p.inside.oval(x + 18, 73, 5, 5, _tone(p, k))
        p.words(name, x + 18.5, 83, 32, 6, ink, most=6)
        _rows(p, x + 5, 88, 27, 2, quiet)


@page("dashboard")
def dashboard(p: Pen) -> None:
    """Figures, bars, a line and a ring in a window."""
    paper, ink, quiet = _window(p)
    card = mix(paper, quiet, 0.34)
    p.inside.rect(0, 6, 18, 103, mix(paper, _tone(p, 0), 0.3))
    for k in range(5):
        p.inside.rect(6, 14 + k * 11, 12, 20 + k * 11, mix(quiet, ink, 0.35), 2)
    p.words(p.text or "Dashboard", 58, 13, 72, 9, ink, bold=0.02)
    for k, name in enumerate((_named(p, "Sales Users Orders", 3) * 3)[:3]):
        x = 23 + k * 38
        p.inside.rect(x, 20, x + 34, 41, card, 2)
        p.words(name, x + 17, 25.4, 28, 6, mix(ink, quiet, 0.3), most=5)
        figure = f"{p.rng.randint(11, 98)}{('k', '%', '')[k]}"
        p.words(figure, x + 17, 34.4, 28, 11, _tone(p, k), bold=0.03)
    p.inside.rect(23, 45, 94, 98, card, 2)
    spots = [(30 + k * 11.4, 92 - 40 * v) for k, v in enumerate(_values(p, 6))]
    for across, y in spots:
        p.inside.rect(across - 3, y + 6, across + 3, 94, _tone(p, 0), 1, 0.85)
    for (x0, y0), (x1, y1) in pairwise(spots):
        p.inside.line(x0, y0, x1, y1, 1.6, _tone(p, 1))
    p.inside.rect(99, 45, 133, 98, card, 2)
    p.inside.ring(116, 63, 13, 5, _tone(p, 2))
    p.inside.arc(116, 63, 10.6, 10.6, 200, 320, 5, _tone(p, 3))
    _rows(p, 104, 82, 24, 3, mix(quiet, ink, 0.2))


def _handset(p: Pen) -> tuple[Colour, Colour, Colour]:
    paper, ink, quiet = _colours(p)
    p.rect(0, -6, 58, 104, (34, 36, 46), 9)
    p.inside.rect(3, -3, 55, 101, paper, 7)
    p.inside.rect(21, -1, 37, 2, (34, 36, 46), 1.5)
    return paper, ink, quiet


@page("app", wide=58, hero=0.72)
def app(p: Pen) -> None:
    """An app on a phone: a head, a card, a list and a bar below."""
    paper, ink, quiet = _handset(p)
    p.inside.rect(3, 4, 55, 22, _tone(p, 0))
    p.words(p.text or "My app", 29, 13, 44, 12, WHITE, bold=0.02)
    p.inside.rect(8, 26, 50, 44, lighter(_tone(p, 0), 0.6), 3)
    for k in range(6):
        high = 4 + 9 * p.rng.random()
        p.inside.rect(12 + k * 6, 42 - high, 16 + k * 6, 42, _tone(p, 0), 1)
    for k, name in enumerate((_named(p, "Today Week Month Year", 4) * 4)[:4]):
        y = 51 + k * 10
        p.inside.oval(12, y, 3.4, 3.4, _tone(p, k + 1))
        p.words(name, 28, y, 22, 6, ink, most=5)
        p.inside.rect(42, y - 1, 50, y + 1, quiet, 1)
    p.inside.rect(3, 90, 55, 101, mix(paper, quiet, 0.5))
    for k in range(4):
        p.inside.oval(
            10.5 + k * 12.4, 95, 2.4, 2.4, _tone(p, 0) if k == 0 else mix(quiet, ink, 0.3)
        )


@page("login screen", wide=58, hero=0.72)
def login(p: Pen) -> None:
    """A phone that asks for name and password."""
    paper, ink, quiet = _handset(p)
    p.inside.oval(29, 18, 8, 8, _tone(p, 0))
    p.inside.oval(29, 16, 3, 3, WHITE)
    p.inside.oval(29, 22.6, 5, 3, WHITE)
    p.words(p.text or "Welcome", 29, 35, 44, 12, ink, bold=0.02, most=9)
    for k, name in enumerate(("E-mail", "Password")):
        y = 50 + k * 13
        p.inside.rect(8, y - 5, 50, y + 5, mix(paper, quiet, 0.45), 2.5)
        p.words(name, 22, y, 24, 5, mix(ink, quiet, 0.4), most=4.4)
    p.inside.rect(8, 73, 50, 83, _tone(p, 0), 5)
    p.words("Log in", 29, 78, 26, 6, WHITE, bold=0.02)
    _rows(p, 18, 89, 22, 1, quiet)


@page("chat screen", wide=58, hero=0.72)
def chat(p: Pen) -> None:
    """A phone with a conversation."""
    paper, ink, quiet = _handset(p)
    p.inside.rect(3, 4, 55, 16, _tone(p, 0))
    p.words(p.text or "Chat", 29, 10, 42, 8, WHITE, bold=0.02, most=7)
    for k in range(5):
        y, own = 22 + k * 13, k % 2
        x = 18 if own else 7
        p.inside.rect(x, y, x + 34, y + 10, _tone(p, 0) if own else mix(paper, quiet, 0.6), 4)
        _rows(p, x + 4, y + 2, 24, 2, WHITE if own else mix(ink, quiet, 0.5))
    p.inside.rect(7, 89, 51, 97, mix(paper, quiet, 0.5), 4)


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
    high = 34 if p.filled else 54
    p.words(p.text or "POSTER", 38, 4 + high / 2, 64, high, ink, bold=0.035)
    for k, name in enumerate(p.items[:3]):
        p.words(name, 38, 70 + k * 10, 60, 9, ink)


@page("slide", wide=150)
def slide(p: Pen) -> None:
    """A slide: a headline, points, a picture."""
    paper, ink, _ = _colours(p)
    p.rect(0, -2, 150, 92, paper, 2)
    p.inside.rect(0, -2, 5, 92, _tone(p, 0))
    p.words(p.text or "Our plan", 62, 14, 104, 16, ink, bold=0.03)
    for k, name in enumerate(_named(p, "Why What How", 4)):
        y = 36 + k * 14
        p.inside.oval(16, y, 2.6, 2.6, _tone(p, k))
        p.words(name, 50, y, 58, 9, ink, most=8)
    p.inside.rect(90, 30, 142, 80, lighter(_tone(p, 0), 0.6), 2)
    for k, value in enumerate(_values(p, 5)):
        p.inside.rect(96 + k * 9, 76 - 40 * value, 102 + k * 9, 76, _tone(p, 0), 1)


@page("menu", wide=76, colours="3a3c48 7a4a2e 3f6f5a", hero=0.72)
def menu(p: Pen) -> None:
    """A list of dishes or doings."""
    ink = darker(p.main, 0.1)
    p.rect(0, -4, 76, 104, p.main, 2)
    p.inside.rect(4, 0, 72, 100, (250, 244, 230), 1)
    p.words(p.text or "MENU", 38, 13, 58, 16, ink, bold=0.03)
    p.inside.line(16, 25, 60, 25, 0.8, ink)
    for k, name in enumerate(_named(p, "Soup Salad Pasta Fish Cake Coffee", 6)):
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
