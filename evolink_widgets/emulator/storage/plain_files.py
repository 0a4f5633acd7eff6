"""Opens the emulator's own files so that no link leads elsewhere.

They lie in a store's folder, which may come from a stranger or be shared with others: a link, a
pipe or the second name of a file elsewhere is neither read nor written to. The permissions of
what is made are what the umask leaves, so that a group can share it.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path

__all__ = ["append", "is_folder", "keep", "read", "write_new"]

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_PLAIN = _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read(path: Path, start: int = 0) -> bytes:
    """Read a file from a place on.

    Raises:
        OSError: it is not there, or no plain file.
    """
    with os.fdopen(_open(path, os.O_RDONLY), "rb") as file:
        file.seek(start)
        return file.read()


def append(path: Path, data: bytes) -> None:
    """Add to a file in one write; it is made where it is missing.

    Raises:
        OSError: it can't be written, is no plain file, or has a second name elsewhere.
    """
    handle = _open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        if os.fstat(handle).st_nlink > 1:
            raise OSError(errno.ELOOP, "it has a second name elsewhere", str(path))
        os.write(handle, data)
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes) -> None:
    """Write a file in one step, in the place of whatever has its name.

    Raises:
        OSError: it can't be written.
    """
    passing = path.with_name(f".{secrets.token_hex(16)}.part")
    try:
        with os.fdopen(_open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(data)
        passing.replace(path)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise


def keep(path: Path, kept: Path) -> None:
    """Give a file another name beside its own, or copy it; the time of it is now.

    Raises:
        OSError: it is no plain file, or can't be kept.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.ELOOP, "it is no plain file", str(path))
    try:
        os.link(path, kept)
    except OSError:  # no second names on this disk
        write_new(kept, read(path))
    os.utime(kept)


def is_folder(path: Path) -> bool:
    """Tell whether this is a folder, and no link to one."""
    return path.is_dir() and not path.is_symlink()


def _open(path: Path, flags: int) -> int:
    if not _NO_LINK and path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link", str(path))
    try:
        handle = os.open(path, flags | _PLAIN, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link", str(path)) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.ELOOP, "it is no plain file", str(path))
    return handle
