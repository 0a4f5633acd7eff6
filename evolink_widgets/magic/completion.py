"""What may come next in a line or a cell of ours, while it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evolink_widgets.magic.variables import names_of
from evolink_widgets.magic.words import ASKING, LINES, Option

__all__ = ["Completions", "complete"]

_CELL = re.compile(r"\s*%%evolink(?=\s|$)")
_LINE = re.compile(r"\s*(?:[\w.]+\s*=\s*)?%evolink\s+(?P<rest>.*)$")
_OPEN_BRACE = re.compile(r"\{(?P<name>[^\W\d]?\w*)$")
_LAST_WORD = re.compile(r"\S*$")


@dataclass(frozen=True)
class Completions:
    """What may come next.

    Attributes:
        fragment: what is typed of it.
        words: what may stand in its place, the likely ones first.
    """

    fragment: str
    words: tuple[str, ...]


def complete(
    text: str,
    names: Mapping[str, Any],
    looked_up: Mapping[str, Callable[[], Iterable[str]]],
) -> Completions | None:
    """Complete what is typed before the cursor; `None` where it is not ours.

    Args:
        text: the cell up to the cursor.
        names: the notebook's variables.
        looked_up: values that are known only when they are asked for, by option: presets, faults.
    """
    head, _, line = text.rpartition("\n")
    is_cell = _CELL.match(text.lstrip("\n"))
    if is_cell and (head.strip() or not _CELL.match(line)):
        return _names(line, names)
    if is_cell:
        return _names(line, names) or _options(line, ASKING, looked_up)
    if found := _LINE.match(line):
        rest = found["rest"]
        first, blank, after = rest.partition(" ")
        if not blank:
            return _among(first, LINES)
        if first not in LINES:
            return None
        fragment, before = _fragment(after), _words_before(after)
        if LINES[first].takes and not any(word.startswith("-") for word in (*before, fragment)):
            said = "".join(f"{word} " for word in before)
            known = looked_up.get(first, tuple)()
            return _among(fragment, [one[len(said) :] for one in known if one.startswith(said)])
        return _options(after, LINES[first].options, looked_up)
    return None


def _options(
    line: str,
    options: Iterable[Option],
    looked_up: Mapping[str, Callable[[], Iterable[str]]],
) -> Completions | None:
    fragment, before = _fragment(line), _words_before(line)
    by_word = {word: one for one in options for word in (one.name, one.short) if word}
    option, joined, value = fragment.partition("=")
    if joined and option in by_word:
        return _among(value, _values(by_word[option], looked_up))
    last = by_word.get(before[-1]) if before else None
    if last is not None and last.takes and not fragment.startswith("-"):
        return _among(fragment, _values(last, looked_up))
    used = {by_word[word.partition("=")[0]].name for word in before
            if word.partition("=")[0] in by_word}  # fmt: skip
    left = [one.name for one in by_word.values() if one.name not in used]
    return _among(fragment, dict.fromkeys(left))


def _values(option: Option, looked_up: Mapping[str, Callable[[], Iterable[str]]]) -> Iterable[str]:
    return option.legal or looked_up.get(option.name, tuple)()


def _names(line: str, names: Mapping[str, Any]) -> Completions | None:
    """The notebook's variables, behind a brace that was opened and is no doubled one."""
    found = _OPEN_BRACE.search(line)
    if found is None:
        return None
    opened = len(line[: found.start() + 1]) - len(line[: found.start() + 1].rstrip("{"))
    return _among(found["name"], names_of(names)) if opened % 2 else None


def _fragment(line: str) -> str:
    found = _LAST_WORD.search(line)
    return found[0] if found else ""


def _words_before(line: str) -> list[str]:
    return line[: len(line) - len(_fragment(line))].split()


def _among(fragment: str, words: Iterable[str]) -> Completions:
    return Completions(fragment, tuple(word for word in words if word.startswith(fragment)))
