"""The rows of a picture and of its set: what they hold is checked, and what is damaged is said."""

from __future__ import annotations

import math
import re
from pathlib import Path
from sqlite3 import Row
from typing import Any

from evolink_widgets.errors import InvalidRequest, StoreDamaged
from evolink_widgets.images.formats import EXTENSIONS
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.store.database.database import load_object, storable
from evolink_widgets.store.file_names import KEY, TRASH, inside

SELECT = (
    "SELECT pictures.*, sets.recipe, sets.task_id, sets.notebook "
    "FROM pictures JOIN sets USING (key)"
)
"""Reads pictures so that `read_image` understands them; a WHERE may follow."""

_ENDINGS = frozenset(EXTENSIONS.values())
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def read_recipe(root: Path, key: str, recipe: Any) -> Recipe:
    """Return the recipe in a set's row.

    Args:
        root: the store's folder, for the message.
        key: the set's task key, for the message.
        recipe: the column's value.

    Raises:
        StoreDamaged: it is none.
    """
    what = f"the recipe of set {key}"
    try:
        return Recipe.from_record(load_object(recipe, what))
    except InvalidRequest as exc:
        raise StoreDamaged(f"In {root}, {what} is no recipe: {exc.message}") from exc


def place_of(root: Path, row: Row) -> Path:
    """Return where a picture's file belongs: in the folder, or in its trash.

    Raises:
        StoreDamaged: the row names a place outside, or a file that is no picture.
    """
    place = inside(root if row["trashed_at"] is None else root / TRASH, row["path"])
    if place.name[:1] == "." or place.suffix not in _ENDINGS:
        raise StoreDamaged(f"The database names a file that is no picture: {place.name!r:.100}.")
    return place


def check_key(key: object) -> str:
    """Return a task's key.

    Raises:
        StoreDamaged: it is none; a file can't be named after it.
    """
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise StoreDamaged(f"{key!r:.100} is no task's key.")
    return key


def in_reach(key: str, number: int) -> bool:
    """Tell whether SQLite can be asked for this picture: UTF-8, and 63 bits."""
    return storable(key) == key and 0 <= number < 1 << 63


def is_digest(value: object) -> bool:
    """Tell whether a value is a SHA-256 in hex, as file names hold it."""
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def check_row(root: Path, row: Row) -> None:
    """Check a row of `SELECT`: what a file's name does not say.

    Raises:
        StoreDamaged: the row is not what this package writes.
    """
    wrong = [
        name
        for name, fits in (
            ("number", _count(row["number"], 0)),
            ("width", _count(row["width"], 1)),
            ("height", _count(row["height"], 1)),
            ("bytes_count", _count(row["bytes_count"], 1)),
            ("format", row["format"] in EXTENSIONS),
            ("created_at", _time(row["created_at"])),
            ("sha256", is_digest(row["sha256"])),
            ("task_id", _text_or_none(row["task_id"])),
            ("notebook", _text_or_none(row["notebook"])),
        )
        if not fits
    ]
    if wrong:
        raise StoreDamaged(
            f"In {root}, the row of picture {row['number']!r} of task {row['key']} is damaged: "
            f"{', '.join(wrong)}."
        )


def _count(value: object, least: int) -> bool:
    return isinstance(value, int) and value >= least


def _time(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)
