"""A study in words and as static HTML: what it crosses, what fits its budget, what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from evolink_widgets.batches.describe import LINE, batch_lines
from evolink_widgets.batches.study.axes import Axes, plural
from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.batches.study.fit import Fitted
from evolink_widgets.store.file_names import one_line
from evolink_widgets.text import counted

__all__ = ["said_cell", "study_html", "study_lines"]

_LISTED = 4
"""How many cells that are left out are named; `s.left_out` has all."""

_MAP = 40
"""Levels of an axis up to which the design is drawn as a map."""


def said_cell(axes: Axes, cell: Cell) -> str:
    """A cell by its levels: "a fox, low, gouache"."""
    labels = (axis.said[at] for axis, at in zip(axes.axes, cell, strict=True))
    return ", ".join(one_line(label, 40) for label in labels)


def study_lines(facts: Mapping[str, Any]) -> list[str]:
    """The lines of a study's `repr`.

    Args:
        facts: as the study gathers them.
    """
    head, *rest = batch_lines(facts)
    return [_whole(facts), *_design(facts), _store(head), *rest]


def study_html(facts: Mapping[str, Any]) -> str:
    """The same as HTML that stays in the saved notebook; colours are the host's own.

    Args:
        facts: as the study gathers them.
    """
    head, *rest = batch_lines(facts)
    badge = ""
    if facts["simulated"]:
        style = "padding:0 6px;border:1px dashed currentColor;border-radius:4px"
        badge = f'<span style="{style}">Simulated</span> '
    design, *more = _design(facts)
    lines = [
        f'<p style="{LINE}">{badge}{escape(_whole(facts))}</p>',
        f'<p style="{LINE}"><strong>{escape(design)}</strong></p>',
        *(f'<p style="{LINE}">{escape(line)}</p>' for line in (*more, _store(head), *rest)),
        _map(facts["axes"], facts["fit"]),
    ]
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(lines)}</div>'


def _whole(facts: Mapping[str, Any]) -> str:
    """3 prompts × 2 qualities × 4 styles × 2 repeats = 48 pictures: about 90 to 150 credits."""
    axes: Axes = facts["axes"]
    parts = [plural(name, count) for name, count in zip(axes.names, axes.counts, strict=True)]
    pictures = facts["asked"]
    for count in axes.counts:
        pictures *= count
    if facts["asked"] > 1 or not parts:
        parts.append(counted(facts["asked"], "repeat"))
    return f"{' × '.join(parts)} = {counted(pictures, 'picture')}: {_money(facts, 'whole')}"


def _design(facts: Mapping[str, Any]) -> Iterator[str]:
    fit: Fitted = facts["fit"]
    axes: Axes = facts["axes"]
    total = 1
    for count in axes.counts:
        total *= count
    cells = len(fit.cells)
    said = f"{cells:,} of {counted(total, 'cell')}" if cells < total else counted(total, "cell")
    pictures = cells * fit.repeats
    name = {"full": "Full design", "latin": _latin_name(axes), "fraction": "Fraction"}
    kind = name[facts["design"]]
    if fit.left_out:
        kind = f"Part of the {kind[0].lower()}{kind[1:]}"
    line = f"{kind}: {said}"
    if fit.repeats > 1:
        line += f" × {fit.repeats} = {counted(pictures, 'picture')}"
    if facts["joined"]:
        line += f", and {counted(facts['joined'], 'cell')} bought by itself"
    line += f", {_money(facts, 'price')}"
    if facts["budget"] is not None:
        fits = facts["price"].high <= facts["budget"] + 1e-6
        line += f"; {'fits' if fits else 'may end before'} {facts['budget']:,g}"
        line += "" if fits else ", for receipts are above the published prices"
    yield line
    yield str(facts["balance"])
    yield from _losses(facts)


def _losses(facts: Mapping[str, Any]) -> Iterator[str]:
    """What the budget has no room for, and what would keep more of it."""
    fit: Fitted = facts["fit"]
    lost = []
    if fit.dropped_repeats:
        lost.append(f"{fit.dropped_repeats:,} of {counted(facts['asked'], 'repeat')}")
    if fit.left_out:
        lost.append(counted(len(fit.left_out), "cell"))
    if not lost:
        return
    named = [said_cell(facts["axes"], cell) for cell in fit.left_out[:_LISTED]]
    more = len(fit.left_out) - len(named)
    cells = f": {'; '.join(named)}" if named else ""
    rest = f"; {more:,} more in s.left_out" if more > 0 else ""
    yield f"The budget of {facts['budget']:,g} has no room for {' and '.join(lost)}{cells}{rest}"
    instead: Fitted | None = facts["instead"]
    if instead is not None and instead.repeats > fit.repeats:
        kept = f"{instead.repeats} repeats of {counted(len(instead.cells), 'cell')}"
        yield f'design="fraction" fits {kept} instead'


def _latin_name(axes: Axes) -> str:
    return {3: "Latin square", 4: "Graeco-Latin square"}.get(
        len(axes.axes), "Hyper-Graeco-Latin square"
    )


def _money(facts: Mapping[str, Any], which: str) -> str:
    said = str(facts[which])
    if facts["simulated"]:
        said = said.replace("credits", "simulated credits", 1)
    return f"{said[:1].lower()}{said[1:]}"


def _store(head: str) -> str:
    """A batch's line without what the design has said already: rows and distinct ones."""
    return " · ".join(head.split(" · ")[2:])


def _map(axes: Axes, fit: Fitted) -> str:
    """The design as a small map of its two longest axes; a cell that is not in it is dashed."""
    order = sorted(range(len(axes.axes)), key=lambda axis: -axes.counts[axis])[:2]
    if len(order) < 2 or axes.counts[order[0]] > _MAP or len(fit.cells) == _cells_of(axes):
        return ""
    across, down = order
    seen: dict[tuple[int, int], int] = {}
    for cell in fit.cells:
        place = cell[down], cell[across]
        seen[place] = seen.get(place, 0) + 1
    most = max(seen.values())
    if len(seen) == axes.counts[down] * axes.counts[across] and most == min(seen.values()):
        return ""  # there is nothing to see
    squares = "".join(
        _square(seen.get((row, column), 0), most)
        for row in range(axes.counts[down])
        for column in range(axes.counts[across])
    )
    label = f"{axes.names[down]} by {axes.names[across]}: "
    label += f"{len(seen)} of {axes.counts[down] * axes.counts[across]} pairs are in the design"
    style = f"display:inline-grid;gap:3px;grid-template-columns:repeat({axes.counts[across]},14px)"
    return (
        f'<div role="img" aria-label="{escape(label, quote=True)}" style="{style}">{squares}</div>'
    )


def _cells_of(axes: Axes) -> int:
    total = 1
    for count in axes.counts:
        total *= count
    return total


def _square(count: int, most: int) -> str:
    style = "height:14px;box-sizing:border-box;border-radius:3px;opacity:.7;border:1px "
    if not count:
        return f'<i style="{style}dashed"></i>'
    share = round(8 + 40 * count / most)
    ground = f"color-mix(in srgb,currentColor {share}%,transparent)"
    return f'<i style="{style}solid;background:{ground}"></i>'
