"""Tasks that outlive the process: lines of JSON in a file that several processes may share."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import plain
from .checks import Ask
from .looks import Drawn
from .record import Record

__all__ = ["Memory"]

#: What the clock and later lines tell anew.
_PASSING = ("freed_at", "settled", "issue")


class Memory:
    """The file. It is only added to; lines that make no sense are passed over.

    Args:
        path: the file; its folder is made when the first line is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def add(self, record: Record) -> None:
        """Write a task down.

        Raises:
            OSError: it cannot be written.
        """
        fields = dataclasses.asdict(record)
        self._append({"task": {n: v for n, v in fields.items() if n not in _PASSING}})

    def free(self, record: Record) -> None:
        """Write down that a task goes on that stood still.

        Raises:
            OSError: it cannot be written.
        """
        self._append({"freed": {"id": record.id, "at": record.freed_at}})

    def draw(self, drawn: Drawn) -> None:
        """Write down that a picture was drawn and how it looks.

        Raises:
            OSError: it cannot be written.
        """
        self._append({"drawn": dataclasses.asdict(drawn)})

    def news(self) -> Iterator[Record | Drawn | tuple[str, float]]:
        """What was written since the last call, our own lines among it.

        Yields:
            a task, a picture that was drawn, or the id of a task that goes on and since when.
        """
        try:
            if self._path.lstat().st_size < self._read:  # another file was put in its place
                self._read = 0
            text = plain.read(self._path, self._read)
        except OSError:
            return
        whole, newline, _ = text.rpartition(b"\n")
        self._read += len(whole) + len(newline)
        for line in whole.splitlines():
            found = _parse(line)
            if found is not None:
                yield found

    def _append(self, entry: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One write, so that processes do not mix their lines; it begins on a new line, so that
        # a line that a killed process left unfinished spoils itself alone.
        line = b"\n" + json.dumps(entry).encode() + b"\n"
        plain.append(self._path, line)


def _parse(line: bytes) -> Record | Drawn | tuple[str, float] | None:
    try:
        entry = json.loads(line)
        if "freed" in entry:
            return str(entry["freed"]["id"]), float(entry["freed"]["at"])
        if "drawn" in entry:
            told = entry["drawn"]
            shape = float(told["shape"])
            if not 0 < shape < 1e6:
                return None
            return Drawn(str(told["source"]), str(told["digest"]), shape, str(told["look"]))
        fields = entry["task"]
        ask = fields.pop("ask")
        ask["references"] = tuple(ask["references"])
        fields["sources"] = tuple(map(str, fields.get("sources", ())))
        return Record(ask=Ask(**ask), **fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
