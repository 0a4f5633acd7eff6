"""Pages: charts, diagrams, screens, logos and posters, lettered with what the prompt says.

``p.text`` is a page's title, ``p.items`` are the names of its parts: bars, boxes, circles. An
item may carry its number ("rent 40 %"). Each page has usual names for when none were given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from evolink_widgets.emulator.painter.drawing.colour import (
    Colour,
    darker,
    luminance,
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


def page_colours(p: Pen) -> tuple[Colour, Colour, Colour]:
    """Paper, ink and a quiet line; a page that was asked for in a dark colour is dark."""
    if luminance(p.main) < 64:
        return (36, 38, 52), (240, 240, 246), (84, 88, 106)
    return PAPER, INK, (216, 214, 210)


def sheet(p: Pen, title: bool = True) -> tuple[Colour, Colour, Colour]:
    """A sheet with the page's title on it."""
    paper, ink, quiet = page_colours(p)
    p.rect(1, -3, 139, 103, darker(paper, 0.12), 3)
    p.rect(0, -4, 138, 102, paper, 3)
    if title and p.text:
        p.words(p.text, 69, 6, 122, 12, ink, bold=0.02)
    return paper, ink, quiet


def part_names(p: Pen, usual: str, most: int = 6) -> list[str]:
    """The parts' names: those asked for, or usual ones for the title."""
    if p.items:
        return [_NUMBER.sub("", one) or one for one in p.items][:most]
    words = (p.text or "").casefold()
    return next((names for word, names in _SPANS.items() if word in words), usual).split()[:most]


def part_sizes(p: Pen, count: int) -> list[float]:
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


def series(p: Pen, number: int) -> Colour:
    """The colour of a part; the first has the page's own."""
    return p.main if number == 0 and luminance(p.main) > 64 else SERIES[number % len(SERIES)]
