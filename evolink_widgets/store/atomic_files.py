"""Writes files atomically: whole or not at all, flushed to the disk, never over another."""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path

from evolink_widgets.store import safe_files

_BLOCK = 1 << 20

# What file systems without hard links answer (FAT, some network folders).
_NO_LINKS = frozenset(
    getattr(errno, name)
    for name in ("EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES", "EINVAL")
    if hasattr(errno, name)
)


def flush_folder(path: Path) -> None:
    """Put a folder's names on the disk; where folders can't be opened (Windows), nothing."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def place(part: Path, target: Path) -> None:
    """Give `part` the name `target`, in one step, unless something has that name.

    Where the file system has links, `part` keeps its old name too; the caller removes it.

    Raises:
        FileExistsError: something has that name; both files are as they were.
        OSError: it could not be done.
    """
    try:
        safe_files.link(part, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError, AttributeError) as exc:
        if isinstance(exc, OSError) and exc.errno not in _NO_LINKS:
            raise
        _place_without_links(part, target)


def take_back(part: Path, target: Path) -> None:
    """Undo `place`: `part` is there, `target` is not."""
    if safe_files.is_there(part):
        safe_files.remove(target)
    else:
        safe_files.rename(target, part)


def _place_without_links(part: Path, target: Path) -> None:
    # An empty file takes the name, so that no other process can; then the real one replaces it.
    # A process killed in between leaves it empty: the next process may have that name.
    try:
        safe_files.make_new(target).close()
    except FileExistsError:
        if not safe_files.is_plain(target) or target.lstat().st_size:
            raise
    try:
        safe_files.rename(part, target)
    except BaseException:
        with suppress(OSError):
            safe_files.remove(target)
        raise


def replace(target: Path, data: bytes) -> None:
    """Write our own file `target` anew: the old bytes or the new ones, never a part of them."""
    temporary = target.with_name(safe_files.new_name(".tmp"))
    try:
        with safe_files.make_new(temporary) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        safe_files.rename(temporary, target)
    except BaseException:
        with suppress(OSError):
            safe_files.remove(temporary)
        raise


def copy(source: Path, target: Path) -> Path:
    """Copy a file under the first free name like `target`; an equal copy is found again.

    Returns:
        The copy's path: `fox.png`, or `fox-2.png` where another file has that name.
    """
    with temporary(target.parent) as path:
        with safe_files.read_plain(source) as file, safe_files.change_plain(path) as written:
            shutil.copyfileobj(file, written, _BLOCK)
        return place_new(path, target)


def write_new(data: bytes, target: Path) -> Path:
    """Write a file under the first free name like `target`; an equal one is found again."""
    with temporary(target.parent) as path:
        with safe_files.change_plain(path) as file:
            file.write(data)
        return place_new(path, target)


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Give a hidden, empty file in `folder`; it is gone afterwards, whatever happens."""
    path = new_temporary(folder)
    try:
        yield path
    finally:
        with suppress(OSError):
            safe_files.remove(path)


def new_temporary(folder: Path) -> Path:
    """Make a hidden, empty file in `folder`, under a name that can't be guessed."""
    path = folder / safe_files.new_name(".tmp")
    safe_files.make_new(path).close()
    return path


def sweep(folder: Path) -> None:
    """Remove what was left to grow there by processes that were killed more than a day ago."""
    long_ago = time.time() - 86_400
    for name in safe_files.names_in(folder):
        if not name.endswith((".tmp", ".part")):
            continue
        path = folder / name
        with suppress(OSError):
            if path.lstat().st_mtime < long_ago:
                safe_files.remove(path)


def place_new(path: Path, target: Path) -> Path:
    """Give a finished file the first free name like `target`; an equal one is found again."""
    safe_files.flush(path)
    for candidate in free_names(target):
        try:
            place(path, candidate)
            flush_folder(target.parent)
            return candidate
        except FileExistsError:
            if safe_files.is_plain(candidate) and filecmp.cmp(candidate, path, shallow=False):
                return candidate
    raise AssertionError("free_names has no end")


def free_names(target: Path) -> Iterator[Path]:
    """Yield `a.png`, `a-2.png`, `a-3.png`, … for ever."""
    more = (target.with_name(f"{target.stem}-{number}{target.suffix}") for number in count(2))
    return chain((target,), more)
