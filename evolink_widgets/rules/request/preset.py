"""A preset: a name for what some of the controls say.

Its values are a request's, by the request's own rules. References are never part of it: they
are pictures of one moment, and a preset is for the next one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.request import ImageRequest, problems

__all__ = ["FIELDS", "MAX_NAME", "name_problem", "plain_name", "preset_fields"]

FIELDS = ("prompt", "size", "resolution", "quality", "n", "model")
"""What a preset may hold, in the order in which it is shown."""

MAX_NAME = 80

_JOINERS = "\u200c\u200d"
"""Joiners are seen nowhere and change how the letters beside them are written."""
_KNOWN = ", ".join(FIELDS)
_ANY_PROMPT = {"prompt": "-"}
"""Stands for the prompt while the other fields are checked."""


def plain_name(name: object) -> str | None:
    """A name in the one form in which names are compared; `None` where no preset can have it."""
    if not isinstance(name, str) or len(name) > 4 * MAX_NAME:
        return None
    plain = unicodedata.normalize("NFC", str.__str__(name))
    fits = 0 < len(plain) <= MAX_NAME and plain == plain.strip(f" {_JOINERS}")
    return plain if fits and all(map(_is_seen, plain)) else None


def name_problem(name: object) -> Problem | None:
    """The rule that a preset's name breaks."""
    if plain_name(name) is not None:
        return None
    rule = f"must have 1 to {MAX_NAME} printable characters, no space first or last"
    if not isinstance(name, str):
        return Problem("name", shown(name), rule)
    seen = "".join(one if _is_seen(one) else " " for one in name[: 4 * MAX_NAME])
    near = plain_name(" ".join(seen.split())[:MAX_NAME].strip())
    return Problem("name", shown(name) if name else "empty", rule, near)


def preset_fields(fields: object) -> dict[str, Any]:
    """Check a preset's fields and return them in a request's own form and in the order of `FIELDS`.

    Raises:
        InvalidRequest: with all problems at once; fields that no preset has are among them.
    """
    if not isinstance(fields, Mapping) or not fields:
        given = "empty" if isinstance(fields, Mapping) else shown(fields)
        raise InvalidRequest([Problem("preset", given, f"must hold at least one of {_KNOWN}")])
    named = {name: fields[name] for name in FIELDS if name in fields}
    broken = [_stranger(name, fields[name]) for name in fields if name not in FIELDS]
    if broken := [*broken, *problems(**{**_ANY_PROMPT, **named})]:
        raise InvalidRequest(broken)
    request = ImageRequest(**{**_ANY_PROMPT, **named})
    return {name: getattr(request, name) for name in named}


def _stranger(name: object, value: object) -> Problem:
    word = name if isinstance(name, str) and name.isidentifier() and len(name) <= 40 else None
    import difflib

    near = difflib.get_close_matches((word or "").lower(), FIELDS, 1, 0.5)
    rule = f"is no field of a preset, which has {_KNOWN}"
    return Problem(word or shown(name), shown(value), rule, near[0] if near else None)


def _is_seen(character: str) -> bool:
    # U+FFFD stands for a letter that was lost.
    return character in _JOINERS or (character.isprintable() and character != "\ufffd")
