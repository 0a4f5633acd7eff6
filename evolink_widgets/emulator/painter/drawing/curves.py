"""Outlines: a compact way of writing them down, and smooth curves through their points.

A path is a string of ``x,y`` pairs separated by blanks. A pair that ends in ``!`` is a corner;
through all others the outline runs smoothly. Curves are Catmull-Rom splines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

Point = tuple[float, float]
Node = tuple[float, float, bool]


@lru_cache(maxsize=2048)
def read_path(path: str) -> tuple[Node, ...]:
    """Read a path into (x, y, is a corner) nodes."""
    nodes = []
    for word in path.split():
        corner = word.endswith("!")
        x, y = word.rstrip("!").split(",")
        nodes.append((float(x), float(y), corner))
    return tuple(nodes)


def _bend(p0: Point, p1: Point, p2: Point, p3: Point, steps: int) -> list[Point]:
    points = []
    for step in range(1, steps + 1):
        t = step / steps
        t2, t3 = t * t, t * t * t
        a = -0.5 * t + t2 - 0.5 * t3
        b = 1 - 2.5 * t2 + 1.5 * t3
        c = 0.5 * t + 2 * t2 - 1.5 * t3
        d = -0.5 * t2 + 0.5 * t3
        points.append(
            (
                a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0],
                a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1],
            )
        )
    return points


def outline(nodes: Sequence[Node], closed: bool = True, steps: int = 8) -> list[Point]:
    """Points of the smooth curve through ``nodes``."""
    count = len(nodes)
    if count < 2:
        return [(x, y) for x, y, _ in nodes]
    points: list[Point] = [nodes[0][:2]]
    for number in range(count if closed else count - 1):
        here, there = nodes[number], nodes[(number + 1) % count]
        before, after = nodes[number - 1], nodes[(number + 2) % count]
        if here[2] or (not closed and number == 0):
            before = here
        if there[2] or (not closed and number == count - 2):
            after = there
        if here[2] and there[2]:
            points.append(there[:2])
        else:
            points.extend(_bend(before[:2], here[:2], there[:2], after[:2], steps))
    return points


def ribbon(points: Sequence[Point], start: float, end: float, belly: float = 0.0) -> list[Point]:
    """Outline of a stroke along ``points`` whose width goes from ``start`` to ``end``.

    ``belly`` widens the middle: a tail, a leaf, a boat.
    """
    count = len(points)
    left: list[Point] = []
    right: list[Point] = []
    for number, (x, y) in enumerate(points):
        x0, y0 = points[max(0, number - 1)]
        x1, y1 = points[min(count - 1, number + 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        t = number / max(1, count - 1)
        half = (start + (end - start) * t + belly * math.sin(math.pi * t)) / 2
        nx, ny = -(y1 - y0) / length * half, (x1 - x0) / length * half
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return left + right[::-1]


def oval(
    x: float, y: float, rx: float, ry: float, turn: float = 0.0, steps: int = 36
) -> list[Point]:
    """Points of an ellipse turned by ``turn`` degrees (clockwise on screen)."""
    angle = math.radians(turn)
    c, s = math.cos(angle), math.sin(angle)
    ring = []
    for step in range(steps):
        a = 2 * math.pi * step / steps
        px, py = rx * math.cos(a), ry * math.sin(a)
        ring.append((x + px * c - py * s, y + px * s + py * c))
    return ring
