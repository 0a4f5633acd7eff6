"""Checks and reads the emulator's stored lines: tasks, drawn pictures, uploads.

They are read as strictly as a request: the files may have been written by another version, cut
short, or changed by hand, and a number that is text would be found out only much later.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeGuard

from evolink_widgets.emulator.contract.read_request import CheckedRequest
from evolink_widgets.emulator.contract.task_record import TaskRecord
from evolink_widgets.emulator.storage.recognise import Drawn

__all__ = ["Freed", "read_line", "read_upload"]

_SHOWN = 60
"""Characters of a wrong value that are told."""


_LONGEST_LINK = 2 * 1024 * 1024


class Freed(NamedTuple):
    """A task that stood still goes on.

    Attributes:
        id: the task.
        at: since when, in Unix seconds.
    """

    id: str
    at: float


class _FieldRule(NamedTuple):
    """What a field must be.

    Attributes:
        tells: the rule, in words that follow "must be".
        holds: whether a value keeps it.
    """

    tells: str
    holds: Callable[[object], bool]


_ANY = r"(?s:.*)"


def _text(most: int = 1_000, form: str = _ANY) -> _FieldRule:
    def holds(value: object) -> bool:
        whole = isinstance(value, str) and len(value) <= most and re.fullmatch(form, value)
        return bool(whole) and not re.search("[\ud800-\udfff]", str(value))

    like = "" if form == _ANY else f" that matches {form}"
    return _FieldRule(f"text of at most {most} characters{like}", holds)


def _number(least: float, most: float) -> _FieldRule:
    def holds(value: object) -> bool:
        return _is_number(value) and least <= value <= most

    return _FieldRule(f"a number from {least:g} to {most:g}", holds)


def _whole(least: int, most: int) -> _FieldRule:
    def holds(value: object) -> bool:
        return _is_number(value) and isinstance(value, int) and least <= value <= most

    return _FieldRule(f"a whole number from {least} to {most}", holds)


def _each(rule: _FieldRule, most: int) -> _FieldRule:
    def holds(value: object) -> bool:
        return isinstance(value, list) and len(value) <= most and all(map(rule.holds, value))

    return _FieldRule(f"a list of at most {most}, each {rule.tells}", holds)


def _or_null(rule: _FieldRule) -> _FieldRule:
    return _FieldRule(f"{rule.tells}, or null", lambda value: value is None or rule.holds(value))


def _is_number(value: object) -> TypeGuard[float]:
    try:
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:  # a whole number that no float holds
        return False


def _is_positive(value: object) -> bool:
    return _is_number(value) and value > 0


_POSITIVE = _FieldRule("a number greater than 0", _is_positive)
_AMOUNT = _FieldRule("a number from 0", lambda value: _is_number(value) and value >= 0)
_TRUTH = _FieldRule("true or false", lambda value: isinstance(value, bool))
_SECONDS = _number(0, 1e11)
"""A date."""
_EDGE = _whole(16, 3840)
_TASK_ID = _text(100, r"task-unified-[\w-]+")

_ASK = {
    "model": _text(),
    "prompt": _text(32_000, r"(?s:.+)"),
    "width": _EDGE,
    "height": _EDGE,
    "resolution": _text(2, "[124]K"),
    "quality": _text(6, "low|medium|high"),
    "n": _whole(1, 10),
    "references": _each(_text(_LONGEST_LINK), 16),
    "callback_url": _or_null(_text(2_048)),
    "auto": _TRUTH,
}
_TASK = {
    "id": _TASK_ID,
    "number": _whole(0, 10**9),
    "created": _SECONDS,
    "lasts": _POSITIVE,
    "usual": _AMOUNT,
    "reserved": _AMOUNT,
    "owner": _text(),
    "picture_seed": _text(),
    "idempotency": _or_null(_text()),
    "digest": _text(),
    "fate": _text(),
    "sources": _each(_text(), 16),
    "prices": _POSITIVE,
}
_LATER = {"references", "callback_url", "auto", "idempotency", "digest", "fate", "sources",
          "prices", "account"}  # fmt: skip
"""What older versions did not write."""
_FREED = {"id": _TASK_ID, "at": _SECONDS}
_DRAWN = {
    "source": _text(110, r"task-unified-[\w-]+/\d{1,2}"),
    "digest": _text(64, "[0-9a-f]+"),
    "shape": _number(1e-6, 1e6),
    "look": _text(1_000),
}
_UPLOAD = {
    "name": _text(200, r"[A-Za-z0-9._-]+"),
    "original_name": _text(200),
    "folder": _text(200),
    "mime_type": _text(20, r"image/\w+"),
    "size": _whole(0, 2**40),
    "uploaded": _SECONDS,
    "account": _text(),
}


def read_line(line: bytes) -> TaskRecord | Drawn | Freed:
    """Read one line of the task file; unknown fields are passed over.

    Raises:
        ValueError: it makes no sense; why.
    """
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(entry, dict):
        raise ValueError(f"it must be an object; it is {_shown(entry)}")
    if "freed" in entry:
        return Freed(**_fields("freed", entry["freed"], _FREED))
    if "drawn" in entry:
        return Drawn(**_fields("drawn", entry["drawn"], _DRAWN))
    if "task" not in entry:
        raise ValueError("it tells of no task, no picture and nothing freed")
    task = _fields("task", entry["task"], _TASK)
    ask = _fields("task.ask", entry["task"].get("ask"), _ASK)
    for fields, name in ((ask, "references"), (task, "sources")):
        fields[name] = tuple(fields.get(name, ()))
    return TaskRecord(ask=CheckedRequest(**ask), **task)


def read_upload(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an upload's record.

    Raises:
        ValueError: one of them makes no sense; why.
    """
    return _fields("upload", record, _UPLOAD)


def _fields(of: str, told: object, rules: Mapping[str, _FieldRule]) -> dict[str, Any]:
    if not isinstance(told, Mapping):
        raise ValueError(f"{of} must be an object; it is {_shown(told)}")
    found = {}
    for name, rule in rules.items():
        if name not in told and name in _LATER:
            continue
        value = told.get(name)
        if not rule.holds(value):
            raise ValueError(f"{of}.{name} must be {rule.tells}; it is {_shown(value)}")
        found[name] = value
    return found


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
