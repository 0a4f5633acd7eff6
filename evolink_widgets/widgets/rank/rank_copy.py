"""What stays of a ranking without a kernel: a table whose rows are dots and whiskers, and text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from evolink_widgets.judging.standing import Placed, Standing
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import thumbnail_html
from evolink_widgets.text.scrolling import scrolling
from evolink_widgets.text.wording import counted

__all__ = ["MOST_ROWS", "head_of", "lines_of", "open_words", "ranking_html", "signed", "span_of"]

MOST_ROWS = 50
"""Items that are shown; all of them stand in the frame."""

_MOST_THUMBS = 12
_NAME = 80
_FONT = "font:12px/1.5 var(--jp-ui-font-family,system-ui,sans-serif)"
_CELL = "text-align:start;padding:4px 12px 4px 0;border-top:1px solid #8885;vertical-align:middle"
_PLOT = "position:relative;height:24px;min-width:120px;direction:ltr"
_DOT = "width:10px;height:10px;border-radius:50%"
_NUMBER = f"{_CELL};white-space:nowrap;text-align:end"


def head_of(standing: Standing) -> str:
    """ "116 votes, 2 judges, 9 without a difference"."""
    said = [counted(standing.votes, "vote")]
    if len(standing.judges) > 1:
        said.append(counted(len(standing.judges), "judge"))
    if standing.ties:
        said.append(f"{standing.ties:,} without a difference")
    return ", ".join(said)


def open_words(standing: Standing, name: Callable[[Any], str]) -> str:
    """What is not settled yet, in a sentence.

    Args:
        standing: the ranking.
        name: gives an item's name.
    """
    if not standing.votes:
        return "No votes yet."
    if standing.open is None:
        return "Every neighbour's order is settled."
    first, second = (one_line(name(item), _NAME) for item in standing.open)
    if standing.left is None:
        return f"Too few votes to say how many more separate {first} from {second}."
    verb = "separates" if standing.left == 1 else "separate"
    return f"About {counted(standing.left, 'more vote')} {verb} {first} from {second}."


def lines_of(standing: Standing, name: Callable[[Any], str], most: int = 20) -> Iterator[str]:
    """A line for each item, as plain text."""
    names = [one_line(name(one.item), 40) for one in standing.placed[:most]]
    wide = max(map(len, names), default=0)
    for number, (one, said) in enumerate(zip(standing.placed, names, strict=False), 1):
        yield (
            f"{number:>3}. {said.ljust(wide)}  {signed(one.rating)}  "
            f"({signed(one.low)} to {signed(one.high)})  won {one.wins} of {one.pairs}"
        )
    if len(standing.placed) > most:
        yield f"     and {len(standing.placed) - most:,} more; to_frame() has all"


def ranking_html(
    standing: Standing, name: Callable[[Any], str], example: Callable[[Any], GeneratedImage]
) -> str:
    """The ranking as a table; without its styles the numbers are still there.

    Args:
        standing: the ranking.
        name: gives an item's name.
        example: gives a picture of an item.
    """
    low, high = span_of(standing)
    rows = [
        _row(number, one, name(one.item), example(one.item) if number <= _MOST_THUMBS else None,
             low, high)
        for number, one in enumerate(standing.placed[:MOST_ROWS], 1)
    ]  # fmt: skip
    heads = ("", "", "", "score", "95 % interval", "won")
    labels = "".join(
        f'<th scope="col" style="{_NUMBER};border-top:0;font-weight:400{_end(word)}">{word}</th>'
        if word
        else '<td style="border-top:0"></td>'
        for word in heads
    )
    table = (
        f'<table style="border-collapse:collapse;width:100%;'
        f'max-width:66em;table-layout:auto;{_FONT}"><thead><tr>{labels}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    return scrolling(table, "Ranking")


def _end(word: str) -> str:
    return ";padding-inline-end:0" if word == "won" else ""


def span_of(standing: Standing) -> tuple[float, float]:
    """Where the scale of the plots begins and ends: the average is in its middle."""
    shown = standing.placed[:MOST_ROWS]
    most = max((max(one.high, -one.low) for one in shown), default=1.0)
    most = 1.04 * max(most, 0.5)
    return -most, most


def signed(value: float) -> str:
    """A score with its sign: +0.86, −0.12."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "−")


def _row(
    number: int, one: Placed, name: str, picture: GeneratedImage | None, low: float, high: float
) -> str:
    def share(value: float) -> str:
        return f"{100 * (value - low) / (high - low):.1f}%"

    def bar(where: str) -> str:
        return f'<div style="position:absolute;background:currentColor;{where}"></div>'

    width = f"{100 * (one.high - one.low) / (high - low):.1f}%"
    plot = (
        f'<div aria-hidden="true" style="{_PLOT}">'
        + bar("left:50%;top:-4px;bottom:-4px;width:1px;opacity:.25")
        + bar(f"left:{share(one.low)};width:{width};top:11px;height:2px;opacity:.55")
        + bar(f"left:{share(one.low)};width:2px;top:8px;height:8px;opacity:.55")
        + bar(f"left:{share(one.high)};width:2px;top:8px;height:8px;opacity:.55")
        + bar(f"left:calc({share(one.rating)} - 5px);top:7px;{_DOT}")
        + "</div>"
    )
    thumb = "" if picture is None else thumbnail_html(picture, 40)
    said = f"<bdi>{escape(one_line(name, _NAME))}</bdi>"
    cells = (
        f'<td style="{_CELL};width:44px">{thumb}</td>',
        f'<th scope="row" style="{_CELL};font-weight:600">{said}</th>',
        f'<td style="{_CELL};width:50%">{plot}</td>',
        f'<td style="{_NUMBER}">{signed(one.rating)}</td>',
        f'<td style="{_NUMBER}">{signed(one.low)} to {signed(one.high)}</td>',
        f'<td style="{_NUMBER};padding-inline-end:0">{one.wins:,} of {one.pairs:,}</td>',
    )
    return f"<tr>{''.join(cells)}</tr>"
