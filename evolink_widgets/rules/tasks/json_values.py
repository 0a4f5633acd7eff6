"""Reads single JSON values tolerantly: what makes no sense is `None`.

JSON from a service is whatever it is: numbers as texts, integers of 400 digits, NaN, halves of
surrogate pairs. Nothing here raises.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["first_number", "mapping", "number", "percent", "positive", "seconds", "text"]

_LONGEST_TEXT = 500
_ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters act on terminals and logs; so do line and paragraph separators."""


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def text(value: object, limit: int = _LONGEST_TEXT) -> str | None:
    """A word or sentence on one line, fit for a terminal, a file and a page.

    Lone surrogates, which cannot be stored, become `?`.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(int(value))
    if not isinstance(value, str):
        return None
    line = _ACTIVE.sub(" ", value[: 4 * limit].encode("utf-8", "replace").decode("utf-8"))
    return " ".join(line.split())[:limit] or None


def number(value: object) -> float | None:
    """A finite number, also one that came as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def first_number(*values: object) -> float | None:
    """The first that is a number: zero is one."""
    return next((read for value in values if (read := number(value)) is not None), None)


def positive(value: object) -> float | None:
    """A number above zero."""
    read = number(value)
    return read if read is not None and read > 0 else None


def seconds(*values: object) -> int | None:
    """Unix seconds from the first value that can be a time; milliseconds are divided."""
    for value in values:
        read = number(value)
        if read is not None and 0 < read < 1e14:
            return int(read / 1000 if read > 1e11 else read)
    return None


def percent(value: object) -> int | None:
    """A number brought within 0 to 100, with or without its sign."""
    read = number(value.strip().removesuffix("%") if isinstance(value, str) else value)
    return None if read is None else int(min(100, max(0, read)))
