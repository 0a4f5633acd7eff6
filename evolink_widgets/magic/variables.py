"""Puts the notebook's variables where a text names them in braces: `{name}`, as in an f-string.

Names only, with attributes, items, a conversion and a format: `{fox.seed}`, `{words[0]}`,
`{price:.2f}`. Nothing is evaluated, and what would read badly in a prompt that is paid for (a
table, a task, `None`) is refused until `!s` says that it is meant.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Mapping
from enum import Enum
from numbers import Number
from pathlib import PurePath
from string import Formatter
from typing import Any
from uuid import UUID

from evolink_widgets.problem import Problem, shown

__all__ = ["fill", "names_of", "value_of"]

_PLAIN = (str, bool, Number, datetime.date, datetime.time, datetime.timedelta, Enum, PurePath, UUID)
_BRACES = "must name variables of the notebook in braces; {{ and }} are braces, or use --literal"
_NAME = re.compile(r"[^\W\d]\w*")
_ONE = re.compile(r"\{([^{}!:]+)\}")
_DEPTH = 2


def fill(field: str, text: str, names: Mapping[str, Any]) -> tuple[str, list[Problem]]:
    """Put variables into a text; what can't be put there is told, all of it at once.

    Args:
        field: what the text is, for what is told.
        text: with names in braces.
        names: the notebook's variables.
    """
    return _fill(field, text, names, _DEPTH)


def value_of(field: str, text: str, names: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    """What an option's value stands for: the very object of one variable, or a text with some.

    Args:
        field: the option.
        text: its value as written.
        names: the notebook's variables.
    """
    if one := _ONE.fullmatch(text):
        try:
            return Formatter().get_field(one[1].strip(), (), dict(names))[0], []
        except Exception as error:
            return text, [_missing(field, one[1], names, error)]
    return fill(field, text, names)


def names_of(names: Mapping[str, Any]) -> list[str]:
    """The variables that a prompt is likely to name: plain ones first."""
    own = [name for name in names if name[:1] != "_"]
    return sorted(own, key=lambda name: (not isinstance(names[name], _PLAIN), name))


def _fill(field: str, text: str, names: Mapping[str, Any], depth: int) -> tuple[str, list[Problem]]:
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return text, [Problem(field, shown(_around_a_brace(text)), _BRACES)]
    filled, problems = [], []
    for before, name, form, conversion in parts:
        filled.append(before)
        if name is None:
            continue
        inner = form or ""
        if inner and depth:
            inner, more = _fill(field, inner, names, depth - 1)
            problems += more
        said, problem = _said(field, name, inner, conversion, names)
        filled.append(said)
        problems += problem
    return "".join(filled), problems


def _said(
    field: str, name: str, form: str, conversion: str | None, names: Mapping[str, Any]
) -> tuple[str, list[Problem]]:
    if not _NAME.match(name.strip()):
        return "", [Problem(field, shown(f"{{{name}}}"), _BRACES)]
    try:
        value = Formatter().get_field(name.strip(), (), dict(names))[0]
    except Exception as error:
        return "", [_missing(field, name, names, error)]
    if conversion is None and not isinstance(value, _PLAIN) and not _is_plain_scalar(value):
        rule = "must take text, numbers or dates from the notebook, or say that more is meant"
        what = f"{{{name}}}, {_a(type(value).__name__)}"
        return "", [Problem(field, what, rule, f"{{{name}!s}}")]
    try:
        said = Formatter().convert_field(value, conversion) if conversion else value
        return format(said, form), []
    except Exception as error:
        rule = f"must have a format that its value takes ({error})"
        return "", [Problem(field, shown(f"{{{name}:{form}}}"), rule, f"{{{name}}}")]


def _missing(field: str, name: str, names: Mapping[str, Any], error: Exception) -> Problem:
    first = re.split(r"[.\[]", name.strip(), maxsplit=1)[0]
    if first in names:
        found = f"{{{name}}}"
        rule = f"must name what there is: {first} is {_a(type(names[first]).__name__)} without that"
        return Problem(field, shown(found), rule, f"{{{first}}}")
    own = names_of(names)
    near = difflib.get_close_matches(first, own, 1, 0.5)
    rule = "must name variables of the notebook; {{ and }} are braces"
    hint = "{" + name.replace(first, near[0], 1) + "}" if near else None
    return Problem(field, shown(f"{{{name}}}"), rule, hint)


def _is_plain_scalar(value: object) -> bool:
    """Whether it is a NumPy or pandas scalar, which are no `Number`s all: a bool, a timestamp."""
    return type(value).__module__.partition(".")[0] == "numpy" and getattr(value, "shape", 1) == ()


def _a(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _around_a_brace(text: str) -> str:
    at = next((at for at, character in enumerate(text) if character in "{}"), 0)
    return text[max(0, at - 20) : at + 20]
