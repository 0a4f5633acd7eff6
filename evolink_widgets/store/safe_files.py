"""Opens, renames and removes the store's files without following links.

A store's folder may come from a stranger, or be shared with other users: a name in it may be a
link, a pipe, or the second name of a file elsewhere, and the hidden folders may be links too.
What is written is made exclusively, under a name that can't be guessed, or is looked at first;
what is read, renamed or removed is a plain file of the folder that is held open meanwhile.

The store's own folder may be a link: the user has named it.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PARTS = ".parts"
"""The folder inside the store where files grow."""

TRASH = ".trash"
"""The folder inside the store where deleted pictures wait."""

THUMBS = ".thumbs"
"""The folder inside the store with small copies."""

REFERENCES = ".references"
"""The folder inside the store where the bytes of references are."""

HIDDEN = frozenset({PARTS, TRASH, THUMBS, REFERENCES})
"""Folders of a store that have to be its own: none of them may be a link."""

# Windows has none of these; its links are looked for by name there.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_PLAIN = _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_PATH", os.O_RDONLY)
_HOLDS_FOLDERS = _NO_LINK != 0 and {os.open, os.link, os.rename, os.unlink} <= os.supports_dir_fd


class NotPlain(OSError):
    """A file or folder of the store is a link or a device, or not the store's own."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(errno.ELOOP, reason, str(path))


def read_plain(path: Path) -> BinaryIO:
    """Open a file for reading.

    Raises:
        NotPlain: it is no plain file, or its folder is a link.
        OSError: it can't be opened.
    """
    return os.fdopen(_open(path, os.O_RDONLY), "rb")


def change_plain(path: Path) -> BinaryIO:
    """Open a file to be changed.

    Raises:
        NotPlain: it is no plain file, or has another name elsewhere.
        OSError: it can't be opened.
    """
    handle = _open(path, os.O_RDWR)
    if os.fstat(handle).st_nlink > 1:
        os.close(handle)
        raise NotPlain(path, "it has a second name elsewhere")
    return os.fdopen(handle, "rb+")


def flush(path: Path) -> None:
    """Put the bytes of a file on the disk (fsync)."""
    handle = _open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_new(path: Path) -> BinaryIO:
    """Make a file, with the permissions that the umask leaves, and open it for writing.

    Raises:
        FileExistsError: something has that name, be it a link.
        NotPlain: its folder is a link.
        OSError: it can't be made.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN
    with _held(path.parent) as folder:
        handle = os.open(path.name if folder is not None else path, flags, 0o666, dir_fd=folder)
    return os.fdopen(handle, "wb")


def new_name(ending: str) -> str:
    """Return a hidden name that can't be guessed."""
    return f".{secrets.token_hex(16)}{ending}"


def own_folder(root: Path, name: str) -> Path:
    """Make one of the store's hidden folders, where it is missing; return it.

    Raises:
        NotPlain: it is a link.
        OSError: it can't be made.
    """
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    if _leads_away(folder):
        raise NotPlain(folder, "it is a link")
    return folder


def is_plain(path: Path) -> bool:
    """Tell whether this is a plain file, in a folder that is the store's own."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        return path.parent.name not in HIDDEN or not _leads_away(path.parent)
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Tell whether anything has this name, be it a link that leads nowhere."""
    try:
        return os.path.lexists(path)
    except ValueError:  # no such letters in this locale
        return False


def size_of(path: Path) -> int:
    """Return the bytes of a plain file; 0 where there is none."""
    return path.lstat().st_size if is_plain(path) else 0


def link(source: Path, target: Path) -> None:
    """Give a file a second name.

    Raises:
        FileExistsError: something has that name.
        OSError: it can't be done.
    """
    with _held(source.parent) as there, _held(target.parent) as here:
        if there is None or here is None:
            os.link(source, target)
        else:
            os.link(
                source.name, target.name, src_dir_fd=there, dst_dir_fd=here, follow_symlinks=False
            )


def rename(source: Path, target: Path) -> None:
    """Give a file another name, in the place of whatever has it."""
    with _held(source.parent) as there, _held(target.parent) as here:
        if there is None or here is None:
            source.replace(target)
        else:
            os.replace(source.name, target.name, src_dir_fd=there, dst_dir_fd=here)


def remove(path: Path) -> None:
    """Remove a file, or a link and not what it leads to; where there is none, nothing."""
    with suppress(FileNotFoundError), _held(path.parent) as folder:
        os.unlink(path.name if folder is not None else path, dir_fd=folder)


def names_in(folder: Path) -> list[str]:
    """Return what a folder holds; nothing where there is none, or a link in its place."""
    try:
        if folder.name in HIDDEN and _leads_away(folder):
            return []
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _open(path: Path, flags: int) -> int:
    try:
        with _held(path.parent) as folder:
            name = path.name if folder is not None else path
            if not _NO_LINK and path.is_symlink():
                raise NotPlain(path, "it is a link")
            handle = os.open(name, flags | _PLAIN, dir_fd=folder)
    except NotPlain:
        raise
    except OSError as exc:
        if exc.errno == errno.ELOOP or (exc.errno == errno.ENXIO and is_there(path)):
            raise NotPlain(path, _what(path)) from exc
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotPlain(path, "it is no plain file")
    return handle


def _what(path: Path) -> str:
    return "it is a link" if path.is_symlink() else "it is no plain file"


@contextmanager
def _held(folder: Path) -> Iterator[int | None]:
    """Hold a folder open, so that it can't become another; `None` where that can't be done."""
    ours = folder.name in HIDDEN
    if not _HOLDS_FOLDERS:
        if ours and _leads_away(folder):
            raise NotPlain(folder, "it is a link")
        yield None
        return
    try:
        handle = os.open(folder, _FOLDER | (_NO_LINK if ours else 0))
    except OSError as exc:
        if ours and exc.errno in (errno.ELOOP, errno.ENOTDIR) and folder.is_symlink():
            raise NotPlain(folder, "it is a link") from exc
        raise
    try:
        yield handle
    finally:
        os.close(handle)


def _leads_away(folder: Path) -> bool:
    is_junction = getattr(os.path, "isjunction", None)  # Windows, from Python 3.12 on
    return folder.is_symlink() or bool(is_junction and is_junction(folder))
