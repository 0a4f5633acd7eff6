"""A batch in words and as static HTML: what it would buy, and which rows are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from evolink_widgets.problem import shown
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.link_secrets import without_secret
from evolink_widgets.rules.tasks.played import credits_words
from evolink_widgets.text.scrolling import scrolling
from evolink_widgets.text.wording import counted

__all__ = [
    "badge",
    "batch_counts",
    "batch_html",
    "batch_lines",
    "framed",
    "given_words",
    "money_words",
    "paragraph",
    "problem_lines",
    "problem_rows",
    "told",
]

_PROBLEMS = 5
"""How many problems are listed; `b.problems` has all of them."""

_LINE = "margin:0 0 4px;font:13px/1.5 var(--jp-ui-font-family,system-ui,sans-serif)"


def batch_lines(facts: Mapping[str, Any]) -> list[str]:
    """The lines of a batch's `repr`.

    Args:
        facts: as the batch gathers them.
    """
    return [" · ".join(batch_counts(facts)), *problem_lines(facts)]


def batch_html(facts: Mapping[str, Any]) -> str:
    """The same as HTML that stays in the saved notebook; colours are the host's own.

    Args:
        facts: as the batch gathers them.
    """
    head, *rest = batch_counts(facts)
    lines = [
        paragraph(f"{badge(facts)}<strong>{escape(head)}</strong> · {escape(' · '.join(rest))}"),
        paragraph(escape(given_words(facts["given"]))),
    ]
    if facts["problems"]:
        cells = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in problem_rows(facts))
        names = ("Row", "Field", "Value", "Rule", "Nearest")
        titles = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in names)
        more = len(facts["problems"]) - _PROBLEMS
        said = f"; {more:,} more in b.problems" if more > 0 else ""
        caption = f"{counted(facts['bad_rows'], 'row')} left out, with problems{said}"
        table = (
            f'<table class="dataframe"><caption style="caption-side:top;text-align:left">'
            f"{escape(caption)}</caption><thead><tr>{titles}</tr></thead><tbody>{cells}</tbody>"
            "</table>"
        )
        lines.append(scrolling(table, "Rows with problems"))
    return framed(lines)


def framed(parts: Iterable[str]) -> str:
    """HTML that a host shows as it is: a dollar begins no mathematics."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(parts)}</div>'


def paragraph(html: str) -> str:
    """One of its lines."""
    return f'<p style="{_LINE}">{html}</p>'


def badge(facts: Mapping[str, Any]) -> str:
    """Why nothing is charged, in a frame; nothing where the service itself is asked."""
    if not facts["badge"]:
        return ""
    style = "padding:0 6px;border:1px dashed currentColor;border-radius:4px"
    return f'<span style="{style}">{escape(facts["badge"])}</span> '


def money_words(facts: Mapping[str, Any], estimate: Estimate) -> str:
    """An estimate in the middle of a sentence."""
    said = str(estimate)
    if facts["simulated"]:
        said = said.replace("credits", credits_words(facts["badge"]), 1)
    return f"{said[:1].lower()}{said[1:]}"


def _cell(text: str) -> str:
    return f'<td style="text-align:left"><bdi>{escape(text)}</bdi></td>'


def batch_counts(facts: Mapping[str, Any]) -> list[str]:
    """What a batch would buy, part by part: the rows first, what its price rests on last.

    Args:
        facts: as the batch gathers them.
    """
    said = [counted(facts["rows"], "row"), f"{facts['distinct']:,} distinct"]
    if facts["shared"]:
        share = "shares" if facts["shared"] == 1 else "share"
        said[-1] += f", {facts['shared']:,} {share} a picture"
    said.append(f"{facts['pictures'] - facts['to_buy']:,} in the store")
    if facts["bad_rows"]:
        said.append(f"{facts['bad_rows']:,} with problems")
    if facts["to_buy"]:
        most = ""
        if facts["unread"]:
            said.append(f"{facts['unread']:,} with reference files still to be read")
            most = "up to "
        said.append(f"to buy {most}{facts['to_buy']:,}: {money_words(facts, facts['estimate'])}")
        said.append(facts["estimate"].basis)
    else:
        said.append("nothing to buy")
    return said


def told(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they may be shown and handed on: no secret of a link is in them.

    Args:
        given: templates, functions or values.
    """
    found = {name: value for name, value in given.items() if name != "callback_url"}
    references = found.get("references")
    if isinstance(references, str):
        found["references"] = without_secret(references)
    elif isinstance(references, (list, tuple)):
        found["references"] = [
            without_secret(one) if isinstance(one, str) else one for one in references
        ]
    return found


def given_words(given: Mapping[str, Any]) -> str:
    """The fields as they were given, as a call would have them.

    Args:
        given: templates, functions or values.
    """
    parts = []
    for name, value in given.items():
        what = f"{getattr(value, '__name__', 'a function')}()" if callable(value) else shown(value)
        parts.append(f"{name}={what}")
    return ", ".join(parts)


def problem_rows(facts: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The first problems: row, field, value, rule, nearest.

    Args:
        facts: as the batch gathers them.
    """
    return [
        (
            str(one.row),
            one.problem.field,
            one.problem.value,
            one.problem.rule,
            one.problem.nearest or "none",
        )
        for one in facts["problems"][:_PROBLEMS]
    ]


def problem_lines(facts: Mapping[str, Any]) -> list[str]:
    """The first problems, a line each, and how many more there are.

    Args:
        facts: as the batch gathers them.
    """
    lines = [f"  row {one.row}: {one.problem}" for one in facts["problems"][:_PROBLEMS]]
    more = len(facts["problems"]) - _PROBLEMS
    if more > 0:
        lines.append(f"  {more:,} more: b.problems")
    return lines
