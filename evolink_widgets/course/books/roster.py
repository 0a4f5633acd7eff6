"""Reads the list of students, and makes the tokens that are handed out to them."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from evolink_widgets.errors import ConfigurationError

__all__ = ["TOKEN_PREFIX", "Student", "new_token", "read_students", "token_hash", "write_tokens"]

TOKEN_PREFIX = "evc-"
"""How every token begins: it can't be taken for a key of the service."""

_MOST = 10_000
"""Students in one course."""


@dataclass(frozen=True)
class Student:
    """A student of the course.

    Attributes:
        name: as in the list; unique in a course.
        budget: credits; `None` is the course's usual one.
    """

    name: str
    budget: float | None = None


def read_students(text: str) -> list[Student]:
    """The students of a CSV file with a column `name` and, where some differ, `budget`.

    Args:
        text: of the file, with its line of column names. Other columns are ignored.

    Raises:
        ConfigurationError: a column, a name or a budget is wrong; it names the line.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    # Spreadsheets write what their country separates lists with.
    between = next((one for one in ";\t" if one in first and "," not in first), ",")
    rows = csv.DictReader(io.StringIO(text), delimiter=between)
    columns = [(one or "").strip().lower() for one in rows.fieldnames or ()]
    if "name" not in columns:
        raise ConfigurationError(
            f"The list of students has the columns {', '.join(columns) or 'none'}; "
            "it needs one called name.",
            advice="Begin the file with the line: name,budget",
        )
    rows.fieldnames = columns
    found: dict[str, Student] = {}
    for row in rows:
        name = (row.get("name") or "").strip()
        if not name:
            continue
        if name in found:
            raise ConfigurationError(f"Line {rows.line_num}: the name {name!r} is there twice.")
        budget = row.get("budget")
        if between != ",":  # in those countries a comma stands before the decimals
            budget = (budget or "").replace(",", ".")
        found[name] = Student(name, _budget(budget, rows.line_num))
    if not 0 < len(found) <= _MOST:
        raise ConfigurationError(f"The list names {len(found)} students; it may be 1 to {_MOST}.")
    return list(found.values())


def _budget(text: str | None, line: int) -> float | None:
    if not (text or "").strip():
        return None
    try:
        credits = float(text or "")
    except ValueError:
        credits = math.nan
    if not 0 <= credits < math.inf:
        raise ConfigurationError(
            f"Line {line}: the budget {text!r} must be a number of credits, 0 or more."
        )
    return credits


def new_token() -> str:
    """A token of 192 bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """What the books keep of a token; the token can't be found from it.

    A plain hash is enough: the token is 192 bits of chance, and no word to be guessed.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def write_tokens(tokens: Iterable[tuple[str, str]]) -> str:
    """The names and their tokens as CSV, to be handed out once."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("name", "token"))
    writer.writerows(tokens)
    return out.getvalue()
