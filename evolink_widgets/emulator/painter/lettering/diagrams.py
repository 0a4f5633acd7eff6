"""Diagrams: boxes, circles and arrows with the names of the parts."""

from __future__ import annotations

import math
from itertools import pairwise

from evolink_widgets.emulator.painter.drawing.colour import WHITE, Colour, mix
from evolink_widgets.emulator.painter.drawing.pen import Pen, Picture
from evolink_widgets.emulator.painter.lettering.page import page, part_names, series, sheet

_NUMBERS = {"one": 1, "a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}


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
    _, ink, _ = sheet(p)
    names = part_names(p, "Start Check Work Done")
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
        icon = p.icons[k] if k < len(p.icons) else None
        _box(
            p, name, x, y + (high / 4 if icon else 0), wide, high / (2 if icon else 1), series(p, k)
        )
        if icon:  # it stands on its name
            p.picture(icon, x, y - high / 4 - 1, min(high * 0.72, 70 * wide / icon[1]))


@page("venn diagram")
def venn(p: Pen) -> None:
    """Circles that overlap."""
    _, ink, _ = sheet(p)
    names = part_names(p, "A B", 3)
    spots = [(47, 57), (91, 57)] if len(names) < 3 else [(49, 44), (89, 44), (69, 72)]
    radius = 37 if len(names) < 3 else 29
    for k, (x, y) in enumerate(spots[: max(2, len(names))]):
        p.inside.oval(x, y, radius, radius, series(p, k), 0, 0.55)
    for k, ((x, y), name) in enumerate(zip(spots, names, strict=False)):
        out = (-10, 10, 0)[k]
        p.words(name, x + out, y + (6 if k == 2 else 0), radius * 1.15, 22, ink, most=9, bold=0.02)


@page("tree diagram")
def tree(p: Pen) -> None:
    """One box above the others, as an organisation has it."""
    _, ink, _ = sheet(p)
    names = part_names(p, "CEO Sales Product People")
    step = 132 / max(1, len(names) - 1)
    wide = min(40.0, step * 0.84)
    p.inside.line(69, 38, 69, 54, 1.2, ink)
    for k, name in enumerate(names[1:]):
        x = 69 + (k - (len(names) - 2) / 2) * step
        p.inside.line(min(x, 69), 54, max(x, 69) + 0.1, 54, 1.2, ink)
        p.inside.line(x, 54, x, 66, 1.2, ink)
        p.inside.oval(x, 62, 6, 6, series(p, k + 1))
        _box(p, name, x, 77, wide, 20, series(p, k + 1))
    p.inside.oval(69, 20, 6, 6, series(p, 0))
    _box(p, names[0], 69, 33, 42, 18, series(p, 0))


@page("cycle diagram")
def cycle(p: Pen) -> None:
    """Stations around a ring."""
    _, ink, quiet = sheet(p)
    names = part_names(p, "Plan Do Check Act")
    p.inside.ring(69, 57, 32, 2, quiet)
    for k, name in enumerate(names):
        turn = math.tau * k / len(names) - math.pi / 2
        mid = turn + math.pi / len(names)
        x, y = 69 + 32 * math.cos(mid), 57 + 32 * math.sin(mid)
        _arrow(p, x + 3 * math.sin(mid), y - 3 * math.cos(mid),
               x - 3 * math.sin(mid), y + 3 * math.cos(mid), ink)  # fmt: skip
        _box(p, name, 69 + 40 * math.cos(turn), 57 + 32 * math.sin(turn), 36, 15, series(p, k))


@page("timeline")
def timeline(p: Pen) -> None:
    """Stations on a line."""
    _, ink, _ = sheet(p)
    names = part_names(p, "2021 2022 2023 2024 2025")
    p.inside.line(8, 56, 130, 56, 2, ink)
    step = 120 / len(names)
    for k, name in enumerate(names):
        x, side = 9 + step * (k + 0.5), -1 if k % 2 else 1
        p.inside.line(x, 56, x, 56 - side * 14, 1, ink)
        p.inside.oval(x, 56, 4.4, 4.4, series(p, k))
        p.inside.oval(x, 56, 2, 2, WHITE)
        _box(p, name, x, 56 - side * 23, min(40, step * 1.3), 16, series(p, k))


@page("mind map")
def mind_map(p: Pen) -> None:
    """An idea in the middle, thoughts around it."""
    _, ink, _ = sheet(p, title=False)
    names = part_names(p, "Who What When Where Why", 6)
    for k, name in enumerate(names):
        turn = math.tau * (k + 0.5) / len(names)
        x, y = 69 + 48 * math.cos(turn), 50 + 36 * math.sin(turn)
        p.inside.line(69, 50, x, y, 1.4, series(p, k))
        p.inside.oval(x, y, 19, 10, series(p, k))
        p.words(name, x, y, 30, 12, WHITE, most=8)
    p.inside.oval(69, 50, 27, 14, ink)
    p.words(p.text or "Idea", 69, 50, 42, 16, WHITE, most=10)


@page("network diagram")
def topology(p: Pen) -> None:
    """Machines and the lines between them: each is drawn as what it is, its name below."""
    _, ink, quiet = sheet(p)
    names = part_names(p, "Internet Router Server Laptop Printer", 8)
    icons = [*p.icons, *(None,) * len(names)]
    backbone: list[tuple[str, Picture | None]] = []
    leaves: list[tuple[str, Picture | None]] = []
    for name, icon in zip(names, icons, strict=False):
        count, bare = _counted(name)
        on_line = count == 1 and not leaves and len(backbone) < max(1, min(3, len(names) - 2))
        (backbone if on_line or not backbone else leaves).extend([(bare, icon)] * min(count, 4))
    leaves = leaves[:6]
    top, low = 34.0, 76.0
    step = 120 / max(1, len(backbone))
    spots = [(9 + step * (k + 0.5), top) for k in range(len(backbone))]
    for left, right in pairwise(spots):
        p.inside.line(*left, *right, 1.4, mix(ink, quiet, 0.4))
    wide = 126 / max(1, len(leaves))
    below = [(6 + wide * (k + 0.5), low) for k in range(len(leaves))]
    for x, y in below:
        p.inside.line(*spots[-1], x, y, 1.4, mix(ink, quiet, 0.4))
    for k, ((x, y), (name, icon)) in enumerate(zip(spots + below, backbone + leaves, strict=True)):
        p.inside.rect(x - 12, y - 11, x + 12, y + 11, (255, 255, 255), 3)
        if icon:
            p.inside.picture(icon, x, y, min(18.0, 2000 / icon[1]))
        else:
            p.inside.oval(x, y, 9, 9, series(p, k))
            p.words(name[:1].upper(), x, y, 10, 10, WHITE, bold=0.03)
        p.words(name, x, y + 15, max(24, min(step, wide)), 7, ink, most=6)


def _counted(name: str) -> tuple[int, str]:
    """ "Three servers" is one machine, three times."""
    first, _, rest = name.partition(" ")
    number = _NUMBERS.get(first.casefold(), int(first) if first.isdecimal() else 0)
    if number < 2 or not rest:
        return 1, rest if number == 1 and rest else name
    return number, rest.removesuffix("s").capitalize()


@page("neural network")
def network(p: Pen) -> None:
    """Layers of nodes, all joined."""
    _, ink, quiet = sheet(p)
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
            p.inside.oval(x, y, 5, 5, series(p, k))
    for k, name in enumerate(part_names(p, "input layers layers output", 4)):
        p.words(name, 20 + k * 33, 98, 30, 6, ink, most=6)


@page("matrix")
def matrix(p: Pen) -> None:
    """Four fields."""
    paper, _, _ = sheet(p)
    for k, name in enumerate(
        (part_names(p, "Strengths Weaknesses Opportunities Threats", 4) * 4)[:4]
    ):
        x, y = 36 + (k % 2) * 66, 36 + (k // 2) * 42
        p.inside.rect(x - 31, y - 19, x + 31, y + 19, series(p, k), 2)
        p.words(name, x, y - 8, 52, 12, WHITE, most=9)
        for row in range(2):
            p.inside.rect(
                x - 22, y + 2 + row * 6, x + 14 - row * 8, y + 4.4 + row * 6, paper, 1, 0.7
            )
