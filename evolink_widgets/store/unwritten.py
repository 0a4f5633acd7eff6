"""Which folders are libraries: stores that answer, and that this package never writes to.

A folder is one once it was named as such: to this process, in `EVOLINK_LIBRARY`, or by a file in
it, `library.json`, which `ew.store.publish` puts there. So processes leave it as it is, whatever
they open it as: a server, or a worker that was handed a picture.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evolink_widgets.moved_files import MONTH
from evolink_widgets.store.process_globals import process_global

__all__ = ["FORMAT", "MARKER", "VARIABLE", "check_may_write", "is_library", "leave_unwritten",
           "publishing", "take_as_own"]  # fmt: skip

VARIABLE = "EVOLINK_LIBRARY"
"""Names libraries, with the system's path separator between them."""

MARKER = "library.json"
"""The file that says of a folder that it is a library."""

FORMAT = "evolink-widgets library 1"

_LARGEST = 100_000
_named: set[Path] = process_global(f"{__name__} named", set)
_own: set[Path] = process_global(f"{__name__} own", set)


class _Environment:
    """What the environment named when it was last looked at."""

    seen = ""


_environment = process_global(f"{__name__} environment", _Environment)


class _Publishing(threading.local):
    """The folder that this thread publishes to."""

    folder: Path | None = None


_publishing = _Publishing()


def leave_unwritten(folder: Path) -> None:
    """Treat a folder as a library from now on, in this process; also by its other spelling."""
    _named.update((folder, Path(os.path.realpath(folder))))


def take_as_own(folder: Path) -> None:
    """Treat a folder as a store that may be written to, unless its own file says otherwise."""
    both = (folder, Path(os.path.realpath(folder)))
    _own.update(both)
    _named.difference_update(both)


def is_library(folder: Path) -> bool:
    """Tell whether a store's folder is a library."""
    if folder == _publishing.folder:
        return False
    if (value := os.environ.get(VARIABLE, "")) != _environment.seen:
        _environment.seen = value
        _leave_named(value)
    return folder in _named or _is_marked(folder)


def _leave_named(value: str) -> None:
    for path in filter(None, (part.strip(" \t\"'`") for part in value.split(os.pathsep))):
        with suppress(OSError, RuntimeError, ValueError):  # it is said where it is used
            folder = Path(path).expanduser().absolute()
            if folder not in _own:
                leave_unwritten(folder)


def check_may_write(folder: Path) -> None:
    """Look whether files may be made, changed or removed in a folder.

    Raises:
        OSError: it is a library, or a folder in one.
    """
    # Of what lies in a library only the store's own folders are meant: the hidden, the months'.
    is_inner = folder.name[:1] == "." or MONTH.fullmatch(folder.name) is not None
    for one in (folder, folder.parent) if is_inner else (folder,):
        # What was paid for while it was the own store may be on its way, and has to be saved.
        if is_library(one) and (one not in _own or _is_marked(one)):
            raise OSError(errno.EROFS, "it is a library, which is never written to", str(one))


@contextmanager
def publishing(folder: Path) -> Iterator[None]:
    """Let this thread write to a library: to make it, or to bring it up to date."""
    before, _publishing.folder = _publishing.folder, folder
    try:
        yield
    finally:
        _publishing.folder = before


def _is_marked(folder: Path) -> bool:
    path = folder / MARKER
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            record = json.loads(file.read(_LARGEST))
        return isinstance(record, dict) and record.get("format") == FORMAT
    except (OSError, ValueError, RecursionError):
        return False
