"""A check as HTML that stays in the saved notebook: text, no script, the host's own colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from evolink_widgets.store.gallery.thumbnails.static_copy import NO_MATHS

__all__ = ["checked_html"]

_BOX = (
    "max-width:66em;padding:8px 12px;border:1px solid currentColor;border-radius:6px;"
    "font:13px/1.5 var(--jp-ui-font-family,system-ui,sans-serif);overflow-wrap:anywhere"
)
_ROW = "display:flex;gap:8px;align-items:baseline;margin:4px 0"
_MARK = (
    "flex:none;box-sizing:border-box;width:6.5em;padding:0 6px;border-radius:4px;"
    "border:1px {line} currentColor;font-weight:{weight};white-space:nowrap"
)
_FOLD = "margin:8px 0 0"
_CODE = "margin:4px 0 0;overflow-x:auto;white-space:pre-wrap"


def checked_html(
    summary: str,
    rows: Sequence[tuple[bool, str, str | None]],
    folded: tuple[str, str] | None,
) -> str:
    """Return what a check has found as one piece of HTML.

    Args:
        summary: the line above.
        rows: whether it holds, the sentence, and why that is not known.
        folded: hint and answer; `None` once they are not needed.
    """
    items = "".join(_item(*row) for row in rows)
    found = (
        f'<div role="status"><strong>{escape(summary)}</strong>'
        f'<ul role="list" style="list-style:none;margin:4px 0 0;padding:0">{items}</ul></div>'
    )
    folds = ""
    if folded is not None:
        hint, answer = folded
        code = f'<pre style="{_CODE}"><code>{escape(answer)}</code></pre>'
        folds = _fold("Hint", f'<p style="margin:4px 0 0">{_with_code(hint)}</p>')
        folds += _fold("Answer", code)
    return f'<div class="ew-check {NO_MATHS}" style="{_BOX}">{found}{folds}</div>'


def _item(holds: bool, sentence: str, reason: str | None) -> str:
    sign, word = ("✓", "yes") if holds else ("○", "not yet")
    style = _MARK.format(line="solid" if holds else "dashed", weight=700 if holds else 400)
    mark = f'<span style="{style}"><span aria-hidden="true">{sign} </span>{word}</span>'
    because = f"<br><small>{escape(reason)}</small>" if reason else ""
    return f'<li style="{_ROW}">{mark} <span>{escape(sentence)}{because}</span></li>'


def _fold(name: str, inside: str) -> str:
    pointer = '<summary style="cursor:pointer;width:fit-content">'
    return f'<details style="{_FOLD}">{pointer}{name}</summary>{inside}</details>'


def _with_code(text: str) -> str:
    """The text with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
