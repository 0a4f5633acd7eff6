"""Tasks that outlive the process: one line of JSON for each, in a file that several may share."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .checks import Ask

if TYPE_CHECKING:
    from .service import Record

__all__ = ["Memory"]


class Memory:
    """The file. Lines that make no sense are passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def append(self, record: Record) -> None:
        """Write a task down. One short write, so that processes do not mix their lines."""
        line = json.dumps({**dataclasses.asdict(record), "settled": False})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def news(self, known: Mapping[str, Any]) -> Iterator[Record]:
        """The tasks written since the last call that are not known yet."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except OSError:
            return
        whole, newline, _ = text.rpartition(b"\n")
        self._read += len(whole) + len(newline)
        for line in whole.splitlines():
            record = _parse(line)
            if record is not None and record.id not in known:
                yield record


def _parse(line: bytes) -> Record | None:
    from .service import Record

    try:
        fields = json.loads(line)
        ask = fields.pop("ask")
        ask["references"] = tuple(ask["references"])
        return Record(ask=Ask(**ask), **fields)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
