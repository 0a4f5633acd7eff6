"""Keeps tasks across processes: lines of JSON in a file that several may share."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evolink_widgets.emulator.contract.task_record import TaskRecord
from evolink_widgets.emulator.storage import plain_files
from evolink_widgets.emulator.storage.recognise import Drawn
from evolink_widgets.emulator.storage.stored_lines import Freed, read_line

__all__ = ["TaskFile"]

log = logging.getLogger("evolink_widgets")

_PASSING = ("freed_at", "settled", "issue")
"""What the clock and later lines tell anew."""


class TaskFile:
    """The file. It is only added to; lines that make no sense are told and set aside.

    Args:
        path: the file; its folder is made when the first line is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._lines = 0

    def add(self, record: TaskRecord) -> None:
        """Write a task down.

        Raises:
            OSError: it cannot be written.
        """
        fields = dataclasses.asdict(record)
        self._append({"task": {n: v for n, v in fields.items() if n not in _PASSING}})

    def free(self, record: TaskRecord) -> None:
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

    def news(self) -> Iterator[TaskRecord | Drawn | Freed]:
        """Read what was written since the last call, our own lines among it.

        Yields:
            a task, a picture that was drawn, or that a task goes on and since when.
        """
        aside: list[str] = []
        for line in self._new_lines():
            self._lines += 1
            if not line.strip():
                continue
            try:
                found = read_line(line)
            except ValueError as reason:
                aside.append(f"line {self._lines}: {reason}")
            else:
                yield found
        if aside:
            more = f" (the first of {len(aside)} lines)" if len(aside) > 1 else ""
            log.warning("Set aside of the emulator's file %s, %s%s.", self._path, aside[0], more)

    def _new_lines(self) -> list[bytes]:
        try:
            if self._path.lstat().st_size < self._read:  # another file was put in its place
                self._read = self._lines = 0
            text = plain_files.read(self._path, self._read)
        except OSError:
            return []
        whole, newline, _ = text.rpartition(b"\n")
        self._read += len(whole) + len(newline)
        return whole.split(b"\n") if newline else []

    def _append(self, entry: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One write, so that processes do not mix their lines; it begins on a new line, so that
        # a line that a killed process left unfinished spoils itself alone.
        line = b"\n" + json.dumps(entry).encode() + b"\n"
        plain_files.append(self._path, line)
