"""A box of a saved output that scrolls what is wider than its place, by keys, too."""

from __future__ import annotations

from html import escape

__all__ = ["scrolling"]

# The browser's own ring, which is seen in light and dark, inside: no output cuts it off there.
_STYLE = "overflow-x:auto;max-width:100%;outline-offset:-2px"


def scrolling(inside: str, name: str, classes: str = "") -> str:
    """A box that Tab reaches and arrow keys scroll, with a name for a screen reader.

    Args:
        inside: HTML.
        name: what it shows, in a few words.
        classes: of the box.
    """
    named = f'class="{classes}" ' if classes else ""
    return (
        f'<div {named}role="region" aria-label="{escape(name)}" tabindex="0" '
        f'style="{_STYLE}">{inside}</div>'
    )
