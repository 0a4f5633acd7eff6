"""Finds files that a store has moved into the folder of their month: `2026-11/` for `2026-11-24_…`.

A file's name says which folder that is, so that a name written down before (in a notebook, in a
frame, in an export) still leads to the picture, with no database at hand. Names stay as they are,
and no two pictures of a store share one.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["MONTH", "month_of", "where_it_lies"]

MONTH = late_pattern(r"[0-9]{4}-[0-9]{2}", re.ASCII)
"""What a month's folder is called."""

_NAME = late_pattern(r"([0-9]{4}-[0-9]{2})-[0-9]{2}_", re.ASCII)


def month_of(name: str) -> str | None:
    """Return the month in the name of a set's file; `None` where it has none."""
    found = _NAME.match(name)
    return found[1] if found else None


def where_it_lies(path: Path) -> Path:
    """Return where a store's file is now; the path as given where it is there, or nowhere.

    Args:
        path: where it is, or was: in the store's folder, or in its month's.
    """
    month = month_of(path.name)
    if month is None or _is_file(path):
        return path
    folder = path.parent
    moved = [folder / month / path.name]
    if folder.name == month:
        moved.append(folder.parent / path.name)
    for other in moved:
        # A folder that is a link is none of the store's.
        if _is_file(other) and (other.parent == folder.parent or not other.parent.is_symlink()):
            return other
    return path


def _is_file(path: Path) -> bool:
    try:
        found = path.lstat()
        # An empty one may be a name that is only held (`safe_files.place`), by a process killed.
        return stat.S_ISREG(found.st_mode) and found.st_size > 0
    except (OSError, ValueError):  # no such letters in this locale
        return False
