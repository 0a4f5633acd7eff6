"""The copy of a study's grid that stays in the saved notebook: a table with small pictures."""

from __future__ import annotations

import re
from html import escape

from evolink_widgets.batches.study.balance import Cell
from evolink_widgets.batches.study.pivot import Pivot
from evolink_widgets.batches.study.study import Study
from evolink_widgets.rules.tasks.played import badge_of
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import NO_MATHS, html, thumbnail_html
from evolink_widgets.text.scrolling import scrolling
from evolink_widgets.widgets.base.companion import MOST_PICTURES

__all__ = ["pictures_of", "static_grid"]

_EDGE = 96
_TEXT = "font:12px/1.4 var(--jp-ui-font-family,system-ui,sans-serif);text-align:start;padding:4px"
_ABSENT = "box-sizing:border-box;border:1px dashed;border-radius:6px;opacity:.4"


def pictures_of(study: Study, pivot: Pivot, most: int) -> dict[Cell, GeneratedImage]:
    """The first picture of each cell that is laid out and has one, up to so many."""
    states = study._cells.states()
    found: dict[Cell, GeneratedImage] = {}
    for _, rows in pivot.panels():
        for cell in (cell for row in rows for cell in row):
            image = next((one for one in states[cell].images if one is not None), None)
            if image is not None and len(found) < most:
                found[cell] = image
    return found


def static_grid(study: Study, pivot: Pivot, key: str, caption: str) -> str:
    """The table, under the live view with this key; pictures up to what a notebook bears.

    Args:
        study: whose cells they are.
        pivot: which cells stand where.
        key: of the live view.
        caption: a line under it.
    """
    drawn = pictures_of(study, pivot, MOST_PICTURES)
    there = sum(state.have > 0 for state in study._cells.states().values())
    tables = "".join(
        _table(pivot, title, rows, drawn)
        for title, rows in pivot.panels()
        if any(cell in drawn for row in rows for cell in row)
    )
    more = there - len(drawn)
    said = [
        badge_of(drawn.values()),
        caption,
        pivot.rest,
        f"{more:,} more cells have pictures" if more > 0 else "",
    ]
    foot = html([], key=key, caption=" · ".join(filter(None, said)))
    name = re.sub(r"[^A-Za-z0-9_-]", "", key)
    return foot + scrolling(tables, "Pictures of the study", f"ew-static-{name} {NO_MATHS}")


def _table(
    pivot: Pivot, title: str, rows: list[list[Cell]], drawn: dict[Cell, GeneratedImage]
) -> str:
    head = "".join(_head("col", label) for label in pivot.labels(pivot.x))
    tall = max(image.height * _EDGE // max(image.width, image.height) for image in drawn.values())
    body = "".join(
        f"<tr>{_head('row', label)}{''.join(_cell(drawn.get(cell), tall) for cell in row)}</tr>"
        for label, row in zip(pivot.labels(pivot.y), rows, strict=True)
        if any(cell in drawn for cell in row)
    )
    caption = f'<caption style="caption-side:top;{_TEXT}"><bdi>{escape(title)}</bdi></caption>'
    return (
        f'<table style="border-spacing:4px;border-collapse:separate">{caption if title else ""}'
        f"<thead><tr>{_head('col', pivot.corner)}{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _head(scope: str, label: str) -> str:
    if not label:  # of an axis that is none: a head that says nothing is no head
        return "<td></td>"
    width = f"max-width:{_EDGE if scope == 'col' else 140}px;overflow-wrap:anywhere"
    style = f"{_TEXT};font-weight:400;vertical-align:top;{width}"
    return f'<th scope="{scope}" style="{style}"><bdi>{escape(label)}</bdi></th>'


def _cell(image: GeneratedImage | None, tall: int) -> str:
    style = "padding:0;vertical-align:top"
    if image is None:
        size = f"width:{_EDGE}px;height:{tall}px"
        return f'<td style="{style}"><div style="{_ABSENT};{size}"></div></td>'
    return f'<td style="{style}">{thumbnail_html(image, _EDGE)}</td>'
