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
from evolink_widgets.store.user_paths import is_same_folder

__all__ = ["FORMAT", "MARKER", "OWN_VARIABLE", "VARIABLE", "check_may_write", "is_library",
           "is_published", "leave_unwritten", "publishing", "take_as_own"]  # fmt: skip

VARIABLE = "EVOLINK_LIBRARY"
"""Names libraries, with the system's path separator between them."""

OWN_VARIABLE = "EVOLINK_STORE"
"""Names the own store: that is no library, also where the other variable names it, too."""

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
    """Treat a folder as a library from now on, in this process, however its path is spelled."""
    _named.update({folder, *_spellings(folder, _own)})


def take_as_own(folder: Path) -> None:
    """Treat a folder as a store that may be written to, unless its own file says otherwise."""
    _own.add(folder)
    _named.difference_update(_spellings(folder, _named))


def is_library(folder: Path) -> bool:
    """Tell whether a store's folder is a library."""
    if folder == _publishing.folder:
        return False
    if (value := os.environ.get(VARIABLE, "")) != _environment.seen:
        _environment.seen = value
        _leave_named(value)
    # A library is not looked at for each file of the own store: it may lie on a slow disk.
    is_named = folder in _named or (folder not in _own and bool(_spellings(folder, _named)))
    return is_named or is_published(folder)


def _spellings(folder: Path, known: set[Path]) -> list[Path]:
    """Those of some paths that lead to a folder."""
    return [one for one in list(known) if is_same_folder(one, folder)]


def _leave_named(value: str) -> None:
    own = _folders(os.environ.get(OWN_VARIABLE, ""))
    for folder in (one for part in value.split(os.pathsep) for one in _folders(part)):
        if not _spellings(folder, _own.union(own)):
            leave_unwritten(folder)


def _folders(text: str) -> list[Path]:
    """The folder that a variable names; none where it is empty or can't be one."""
    with suppress(OSError, RuntimeError, ValueError):  # it is said where it is used
        path = text.strip(" \t\"'`")
        return [Path(path).expanduser().absolute()] if path else []
    return []


def is_published(folder: Path) -> bool:
    """Tell whether a folder's own file says that it is a library: `publish` has made it."""
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


def check_may_write(folder: Path) -> None:
    """Look whether files may be made, changed or removed in a folder.

    Raises:
        OSError: it is a library, or a folder in one.
    """
    # Of what lies in a library only the store's own folders are meant: the hidden, the months'.
    is_inner = folder.name[:1] == "." or MONTH.fullmatch(folder.name) is not None
    is_inner = is_inner and folder not in _own
    for one in (folder, folder.parent) if is_inner else (folder,):
        # What was paid for while it was the own store may be on its way, and has to be saved.
        if is_library(one) and (is_published(one) or not _spellings(one, _own)):
            raise OSError(errno.EROFS, "it is a library, which is never written to", str(one))


@contextmanager
def publishing(folder: Path) -> Iterator[None]:
    """Let this thread write to a library: to make it, or to bring it up to date."""
    before, _publishing.folder = _publishing.folder, folder
    try:
        yield
    finally:
        _publishing.folder = before
