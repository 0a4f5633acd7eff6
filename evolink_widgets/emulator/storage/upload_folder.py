"""The folder of uploads: a process's own, or one that several processes share."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evolink_widgets.emulator.storage import plain_files

__all__ = ["UploadFolder"]

log = logging.getLogger("evolink_widgets")

_HELD_SECONDS = 48 * 3600
"""Bytes that were kept for a task go this long after its links, at the latest."""
_MOST_HELD = 400
_NAME = re.compile(r"file-[\w-]{1,80}", re.ASCII)


class UploadFolder:
    """Bytes by name, each with a small record beside it. Not safe for threads: its user locks.

    Args:
        shared: the folder; made with the first file. `None`, or a folder that cannot be
            written: one of the system's for passing files, gone with the process.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._seen: dict[str, dict[str, Any]] = {}
        self._aside: set[str] = set()

    def write(self, name: str, data: bytes, record: dict[str, Any]) -> Path:
        """Keep bytes, and then the record by which others find them.

        Args:
            name: the file's name.
            data: its bytes.
            record: what is told of it, as JSON-safe values.
        """
        at = self._folder() / name
        plain_files.write_new(at, data)
        plain_files.write_new(at.with_suffix(".json"), json.dumps(record).encode())
        return at

    def records(self) -> Iterator[tuple[str, dict[str, Any], Path]]:
        """Every file that is here now: its name, its record, its place."""
        folder = self._where()
        if folder is None:
            return
        try:
            names = {entry.name[:-5] for entry in os.scandir(folder) if entry.name[-5:] == ".json"}
        except OSError:
            return
        self._seen = {name: record for name, record in self._seen.items() if name in names}
        self._aside &= names
        for name in names - self._aside:
            try:
                record = self._seen.get(name) or _read(folder / f"{name}.json")
            except OSError:  # deleted at this very moment
                continue
            except ValueError as reason:
                self.set_aside(name, reason)
                continue
            self._seen[name] = record
            yield name, record, folder / name

    def set_aside(self, name: str, reason: ValueError) -> None:
        """Pass a file over whose record makes no sense, and tell of it, once."""
        self._aside.add(name)
        log.warning("Set aside of the emulator's uploads, %s: %s.", name, reason)

    def drop(self, name: str) -> None:
        """Remove bytes and record."""
        if folder := self._where():
            for ending in (".json", ""):
                with contextlib.suppress(OSError):
                    (folder / f"{name}{ending}").unlink(missing_ok=True)

    def hold(self, name: str) -> None:
        """Keep the bytes for a task, whatever becomes of the file. Only some hundreds are kept."""
        folder = self._where()
        if folder is None:
            return
        try:
            kept = folder / f"{_checked(name)}.held"
            if os.path.lexists(kept):
                return
            plain_files.keep(folder / name, kept)
            self._let_go(folder)
        except OSError:  # no room: the task makes do without
            return

    def held(self, name: str) -> bytes | None:
        """The bytes that were kept for a task; `None` when they are no longer here."""
        folder = self._where()
        try:
            return plain_files.read(folder / f"{_checked(name)}.held") if folder else None
        except OSError:
            return None

    def _let_go(self, folder: Path) -> None:
        held = sorted(folder.glob("*.held"), key=lambda at: at.lstat().st_mtime, reverse=True)
        for number, at in enumerate(held):
            if number >= _MOST_HELD or at.lstat().st_mtime < time.time() - _HELD_SECONDS:
                at.unlink(missing_ok=True)

    def _where(self) -> Path | None:
        """The folder, if there is one yet."""
        if self._own is not None:
            return Path(self._own.name)
        return (
            self._shared
            if self._shared is not None and plain_files.is_folder(self._shared)
            else None
        )

    def _folder(self) -> Path:
        """The folder, made if need be."""
        if self._shared is not None and self._own is None:
            with contextlib.suppress(OSError):
                self._shared.mkdir(parents=True, exist_ok=True)
                if plain_files.is_folder(self._shared) and os.access(self._shared, os.W_OK):
                    return self._shared
        if self._own is None:
            self._own = tempfile.TemporaryDirectory(
                prefix="evolink-files-", ignore_cleanup_errors=True
            )
        return Path(self._own.name)


def _checked(name: str) -> str:
    """The name, which may stand in a stranger's file.

    Raises:
        OSError: it leads elsewhere.
    """
    if not _NAME.fullmatch(name):
        raise OSError(errno.EINVAL, "no name of an upload", name)
    return name


def _read(at: Path) -> dict[str, Any]:
    """A record.

    Raises:
        OSError: there is none.
        ValueError: it is none.
    """
    try:
        record = json.loads(plain_files.read(at).decode("utf-8"))
    except (ValueError, RecursionError):
        raise ValueError("its record is not JSON") from None
    if not isinstance(record, dict):
        raise ValueError("its record must be an object")
    return record
