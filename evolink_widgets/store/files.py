"""Putting files in place: whole or not at all, on the disk before it counts, never over another."""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path

# What file systems without hard links answer (FAT, some network folders).
_NO_LINKS = frozenset(
    getattr(errno, name)
    for name in ("EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EACCES", "EINVAL")
    if hasattr(errno, name)
)


def flush(path: Path) -> None:
    """Put the bytes of a file on the disk (fsync)."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


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
        os.link(part, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError, AttributeError) as exc:
        if isinstance(exc, OSError) and exc.errno not in _NO_LINKS:
            raise
        _place_without_links(part, target)


def take_back(part: Path, target: Path) -> None:
    """Undo `place`: `part` is there, `target` is not."""
    if part.exists():
        target.unlink(missing_ok=True)
    else:
        target.replace(part)


def _place_without_links(part: Path, target: Path) -> None:
    # An empty file takes the name, so that nobody else can; then the real one replaces it.
    # A process killed in between leaves it empty: whoever comes next may have that name.
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        if not target.is_file() or target.stat().st_size:
            raise
    try:
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            target.unlink()
        raise


def replace(target: Path, data: bytes) -> None:
    """Write our own file `target` anew: the old bytes or the new ones, never a part of them."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_MODE)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def copy(source: Path, target: Path) -> Path:
    """Copy a file under the first free name like `target`; an equal copy is found again.

    Returns:
        The copy's path: `fox.png`, or `fox-2.png` where another file has that name.
    """
    with temporary(target.parent) as path:
        shutil.copyfile(source, path)
        return place_new(path, target)


def write_new(data: bytes, target: Path) -> Path:
    """Write a file under the first free name like `target`; an equal one is found again."""
    with temporary(target.parent) as path:
        path.write_bytes(data)
        return place_new(path, target)


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Give a hidden, empty file in `folder`; it is gone afterwards, whatever happens."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what `temporary` left there in processes that were killed more than a day ago."""
    long_ago = time.time() - 86_400
    for path in folder.glob(".*.tmp"):
        with suppress(OSError):
            if path.stat().st_mtime < long_ago:
                path.unlink()


def place_new(path: Path, target: Path) -> Path:
    """Give a finished file the first free name like `target`; an equal one is found again."""
    path.chmod(_MODE)
    flush(path)
    for candidate in free_names(target):
        try:
            place(path, candidate)
            flush_folder(target.parent)
            return candidate
        except FileExistsError:
            if candidate.is_file() and filecmp.cmp(candidate, path, shallow=False):
                return candidate
    raise AssertionError("free_names has no end")


def free_names(target: Path) -> Iterator[Path]:
    """Yield `a.png`, `a-2.png`, `a-3.png`, … for ever."""
    more = (target.with_name(f"{target.stem}-{number}{target.suffix}") for number in count(2))
    return chain((target,), more)


# The umask can only be read by setting it, which other threads would see: once, at import.
_UMASK = os.umask(0o077)
os.umask(_UMASK)
_MODE = 0o666 & ~_UMASK
