"""Copies a file out of another store's folder: no link, no device, nothing huge."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from evolink_widgets.images.formats import NotAPicture

__all__ = ["copy_untrusted_file"]

_LARGEST = 256_000_000
_BLOCK = 1 << 20
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def copy_untrusted_file(source: Path, target: Path, root: Path) -> None:
    """Copy a picture's file.

    Args:
        source: the file.
        target: an empty file of our own.
        root: the stranger's folder; one between it and the file must be no link.

    Raises:
        NotAPicture: it is no plain file of that folder, or it is not there.
    """
    if source.parent != root and source.parent.is_symlink():
        raise NotAPicture("its folder is a link")
    try:
        if not stat.S_ISREG(source.lstat().st_mode):
            raise NotAPicture("it is no plain file")
        handle = os.open(source, os.O_RDONLY | _NO_LINK)
    except FileNotFoundError as exc:
        raise NotAPicture("it is not there any more") from exc
    except OSError as exc:
        raise NotAPicture(f"it can't be read ({exc.strerror})") from exc
    with os.fdopen(handle, "rb") as file, target.open("wb") as copy:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):  # put in its place since
            raise NotAPicture("it is no plain file")
        if found.st_size > _LARGEST:
            raise NotAPicture(f"it has {found.st_size:,} bytes")
        shutil.copyfileobj(file, copy, _BLOCK)
