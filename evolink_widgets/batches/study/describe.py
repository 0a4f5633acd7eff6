"""A study in words and as static HTML: what it crosses, what fits its budget, what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from math import prod
from typing import Any

from evolink_widgets.batches.describe import (
    badge,
    batch_counts,
    framed,
    money_words,
    paragraph,
    problem_lines,
)
from evolink_widgets.batches.study.axes import Axes, plural
from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.batches.study.fit import Fitted
from evolink_widgets.store.file_names import one_line
from evolink_widgets.text.wording import counted

__all__ = ["said_cell", "study_html", "study_lines"]

_FIGURE = "margin:0 0 2px;font:600 20px/28px var(--jp-ui-font-family,system-ui,sans-serif)"

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
    return [_whole(facts), *_design(facts), _store(facts), *problem_lines(facts)]


def study_html(facts: Mapping[str, Any]) -> str:
    """The same as HTML that stays in the saved notebook; colours are the host's own.

    Args:
        facts: as the study gathers them.
    """
    said = [*_design(facts), _store(facts), *problem_lines(facts)]
    lines = [
        paragraph(f"{badge(facts)}<strong>Study</strong> {escape(_crossed(facts))}"),
        f'<p style="{_FIGURE}">{escape(_verdict(facts))}</p>',
        _all(facts),
        _money_line(facts),
        *(paragraph(escape(one)) for one in said),
        _map(facts["axes"], facts["fit"]),
    ]
    return framed(lines)


def _all(facts: Mapping[str, Any]) -> str:
    """What every picture would cost, where the design leaves some out."""
    fit: Fitted = facts["fit"]
    if len(fit.cells) * fit.repeats == _pictures(facts):
        return ""
    said = f"All {_pictures(facts):,} pictures would cost {_money(facts, 'whole')}."
    return paragraph(escape(said))


def _verdict(facts: Mapping[str, Any]) -> str:
    """The figure that decides: "18 of 24 cells fit 100 credits"."""
    cells = len(facts["fit"].cells)
    total = _cells_of(facts["axes"])
    said = counted(total, "cell") if cells == total else f"{cells:,} of {counted(total, 'cell')}"
    if facts["fit"].repeats > 1:
        said += f" × {facts['fit'].repeats}"
    if facts["budget"] is None:
        return f"{said}, {_money(facts, 'price').partition(' · ')[0]}"
    verb = "fits" if cells == 1 == total else "fit"
    fits = verb if _fits(facts) else "may end before"
    return f"{said} {fits} {facts['budget']:,g} credits"


def _money_line(facts: Mapping[str, Any]) -> str:
    """What comes at least and at most, the cap, and what is beyond it: density is certainty."""
    if facts["budget"] is None:
        return ""
    low, high, cap = facts["price"].low, facts["price"].high, facts["budget"]
    all_of_it = max(facts["whole"].high, high, cap) or 1.0
    accent = "var(--jp-brand-color1,#1976d2)"

    def part(start: float, end: float, style: str) -> str:
        place = f"left:{100 * start / all_of_it:.2f}%;width:{100 * (end - start) / all_of_it:.2f}%"
        return f'<i style="position:absolute;top:0;bottom:0;{place};{style}"></i>'

    stripes = "background:repeating-linear-gradient(90deg,{0} 0 2px,transparent 2px {1}px)"
    parts = [
        part(cap, all_of_it, "border:1px dashed;border-left:0;opacity:.5")
        if cap < all_of_it
        else "",
        part(0, low, stripes.format(accent, 3)),
        part(low, high, stripes.format(accent, 7)),
        part(cap, cap, "border-left:2px solid"),
    ]
    said = f"{_money(facts, 'price')}; the budget is {cap:,g}; all would cost up to "
    said += f"{facts['whole'].high:,.4g}"
    style = "position:relative;height:8px;max-width:640px;margin:4px 0 8px;direction:ltr"
    label = escape(said, quote=True)
    return f'<div role="img" aria-label="{label}" style="{style}">{"".join(parts)}</div>'


def _fits(facts: Mapping[str, Any]) -> bool:
    return bool(facts["price"].high <= facts["budget"] + 1e-6)


def _whole(facts: Mapping[str, Any]) -> str:
    """3 prompts × 2 qualities × 4 styles × 2 repeats = 48 pictures: about 90 to 150 credits."""
    pictures = counted(_pictures(facts), "picture")
    return f"{_crossed(facts)} = {pictures}: {_money(facts, 'whole')}"


def _crossed(facts: Mapping[str, Any]) -> str:
    axes: Axes = facts["axes"]
    parts = [plural(name, count) for name, count in zip(axes.names, axes.counts, strict=True)]
    if facts["asked"] > 1 or not parts:
        parts.append(counted(facts["asked"], "repeat"))
    return " × ".join(parts)


def _pictures(facts: Mapping[str, Any]) -> int:
    return int(_cells_of(facts["axes"]) * facts["asked"])


def _design(facts: Mapping[str, Any]) -> Iterator[str]:
    fit: Fitted = facts["fit"]
    axes: Axes = facts["axes"]
    total = _cells_of(axes)
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
        fits = _fits(facts)
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
    return money_words(facts, facts[which])


def _store(facts: Mapping[str, Any]) -> str:
    """A batch's line without what the design has said already: rows and distinct ones."""
    return " · ".join(batch_counts(facts)[2:])


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
    return prod(axes.counts)


def _square(count: int, most: int) -> str:
    style = "height:14px;box-sizing:border-box;border-radius:3px;opacity:.7;border:1px "
    if not count:
        return f'<i style="{style}dashed"></i>'
    share = round(8 + 40 * count / most)
    ground = f"color-mix(in srgb,currentColor {share}%,transparent)"
    return f'<i style="{style}solid;background:{ground}"></i>'
