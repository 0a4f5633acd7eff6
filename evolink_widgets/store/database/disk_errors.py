"""Turns sqlite3 and OS errors into the package's own, with what to do next."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from evolink_widgets.errors import StoreDamaged, StoreError, StoreFull, StoreReadOnly
from evolink_widgets.store.safe_files import NotPlain, make_new, new_name, remove

_FULL = frozenset(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)
)
_FORBIDDEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST})

# SQLite's primary result codes (sqlite.org/rescode.html), with the words that name them where
# Python is older than 3.11 and gives no code.
_CODES: tuple[tuple[int, str], ...] = (
    (5, "database is locked"),
    (6, "database table is locked"),
    (8, "readonly database"),
    (10, "disk I/O error"),
    (11, "malformed"),
    (13, "database or disk is full"),
    (14, "unable to open database file"),
    (26, "file is not a database"),
)


@contextmanager
def guarded(path: Path, doing: str) -> Iterator[None]:
    """Turn whatever the disk or the database raises inside into a `StoreError`.

    Args:
        path: the file or folder at work; it is named in the message.
        doing: what was tried, as it ends the sentence "… could not be …": "written".
    """
    try:
        yield
    except sqlite3.Error as exc:
        raise database_error(exc, path) from exc
    except OSError as exc:
        raise file_error(exc, path, doing) from exc
    except UnicodeEncodeError as exc:
        raise StoreError(
            f"{str(path)!a} could not be {doing}: this locale has no such letters in file names.",
            advice="Set PYTHONUTF8=1, or choose another folder with ew.configure(store=...).",
        ) from exc


def file_error(exc: OSError, path: Path, doing: str) -> StoreError:
    """Return the package's error for an OS error on `path`.

    Args:
        exc: the error.
        path: the file or folder.
        doing: what failed, as a participle: "read", "written".
    """
    if isinstance(exc, NotPlain):
        return not_plain(exc)
    what = f"{path} could not be {doing}: {exc.strerror or exc}."
    if exc.errno in _FULL:
        return StoreFull(what)
    if exc.errno in _FORBIDDEN:
        return StoreReadOnly(what)
    return StoreError(what)


def not_plain(exc: NotPlain) -> StoreDamaged:
    """Return the package's error for a file that may lead elsewhere."""
    return StoreDamaged(
        f"{exc.filename} is left alone: {exc.strerror}.",
        advice="Find out who put it there; then remove it, or choose another folder with "
        "ew.configure(store=...).",
    )


def database_error(exc: sqlite3.Error, path: Path) -> StoreError:
    """Return the package's error for an SQLite error on the database at `path`."""
    code = _primary_code(exc)
    if code in (5, 6):
        return StoreError(
            f"{path} is held by another program ({exc}).",
            advice="Close the program that holds it, or try again.",
        )
    if code in (11, 26):
        return StoreDamaged(f"{path} is damaged ({exc}).")
    if code == 13:
        return StoreFull(f"{path} could not be written: {exc}.")
    if code == 8:
        return StoreReadOnly(f"{path} could not be written: {exc}.")
    if code in (10, 14):
        return _ask_the_disk(exc, path)
    return StoreError(f"{path} could not be used: {exc}.")


def _primary_code(exc: sqlite3.Error) -> int | None:
    code = getattr(exc, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & 0xFF
    said = str(exc)
    return next((number for number, words in _CODES if words in said), None)


def _ask_the_disk(exc: sqlite3.Error, path: Path) -> StoreError:
    # "disk I/O error" and "unable to open" keep the OS's reason to themselves (a quota, a
    # read-only mount, a file where the folder should be): a small write brings it out.
    try:
        name = path.with_name(new_name(".tmp"))
        try:
            with make_new(name) as probe:
                probe.write(bytes(65_536))
                probe.flush()
                os.fsync(probe.fileno())
        finally:
            with suppress(OSError):
                remove(name)
    except OSError as reason:
        return file_error(reason, path, "written")
    if _primary_code(exc) == 10:
        return StoreFull(f"{path} could not be written: {exc}; a disk or quota limit is reached.")
    return StoreError(f"{path} could not be opened: {exc}.")
