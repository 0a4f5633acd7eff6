"""Finds a stored picture by what a person has of it: its file's name, its path, or its id.

The side panel of Jupyter writes such a name into a cell, and a notebook that is handed on finds
the picture by it. Nothing is asked of a service, and nothing is written down.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from sqlite3 import Row
from unicodedata import normalize

from evolink_widgets.errors import StoreError
from evolink_widgets.moved_files import month_of
from evolink_widgets.problem import shown
from evolink_widgets.store.database.database import Database, storable
from evolink_widgets.store.file_names import KEY, TRASH, in_database
from evolink_widgets.store.gallery.pictures import GeneratedImage, find
from evolink_widgets.store.library.library import Library
from evolink_widgets.store.user_paths import absolute, path_of

__all__ = ["find_by_name", "find_in_any"]

_ID = re.compile(rf"({KEY.pattern})\.([0-9]{{1,9}})", re.ASCII)
#: A name that is nearly one of these is told of: the newest are what a person most likely means.
_LOOKED_AT, _TOLD, _LIKE = 2_000, 3, 0.6


def find_by_name(root: Path, database: Database, name: object) -> GeneratedImage:
    """Return the picture of a store that a name stands for, in the trash or not.

    Args:
        root: the store's folder.
        database: its database.
        name: a file's name, a path, or an id: the task's key, a dot, the place from 0.

    Raises:
        StoreError: no picture of this store has it, or its file is gone.
    """
    path = path_of(name, "name")
    if path.name != str(path):
        _check_folder(root, path)
    elif match := _ID.fullmatch(str(path)):
        key, index = match[1], int(match[2])
        if database.rows("SELECT 1 FROM pictures WHERE key = ? AND number = ?", (key, index)):
            return find(root, database, key, index)
        ids = (f"{row['key']}.{row['number']}" for row in _newest(database))
        raise _unknown(root, name, str(path), ids)
    file = storable(in_database(path.name)) or ""
    # A name that came from a Mac may spell its letters in another form than ours.
    rows = database.rows(
        "SELECT key, number FROM pictures WHERE path IN (?1, ?2) ORDER BY path = ?1 DESC LIMIT 1",
        (file, normalize("NFC", file)),
    )
    if not rows:
        raise _unknown(root, name, file, (row["path"] for row in _newest(database)))
    return find(root, database, rows[0]["key"], rows[0]["number"])


def find_in_any(
    root: Path, database: Database, libraries: Sequence[Library], name: object
) -> GeneratedImage:
    """Return the picture that a name stands for: the own store's, or the first library's.

    Args:
        root: the own store's folder.
        database: its database.
        libraries: where to look then, one after the other.
        name: as in `find_by_name`.

    Raises:
        StoreError: none of them has it; what is said is of the own store, or of the library that
            the name is a path into.
    """
    try:
        return find_by_name(root, database, name)
    except StoreError as exc:
        refused = exc
    for library in libraries:
        try:
            return find_by_name(library.root, library.database, name)
        except StoreError as exc:
            path = path_of(name, "name")
            if path.name != str(path) and path.is_relative_to(library.root):
                refused = exc
    raise refused


def _check_folder(root: Path, path: Path) -> None:
    """A path into another folder is none of this store, whatever its last part is."""
    folder = Path(os.path.realpath(absolute(path, "name").parent))
    own = Path(os.path.realpath(root))
    if folder not in (own, own / TRASH, own / (month_of(path.name) or "")):
        raise StoreError(
            f"name must be a picture of the store in {root}; {shown(str(path))} lies in "
            "another folder.",
            advice="ew.recipe(path) reads what a copy was made from; "
            "ew.configure(store=folder) takes another store.",
        )


def _unknown(root: Path, name: object, given: str, names: Iterable[object]) -> StoreError:
    known = list(dict.fromkeys(text for text in names if isinstance(text, str)))
    near = difflib.get_close_matches(given[:255], known, _TOLD, _LIKE)
    said = [f"Nearest: {', '.join(map(repr, near))}."] if near else []
    said.append("ew.Gallery() shows all of them." if known else "It has no pictures yet.")
    return StoreError(
        "name must be the file name, the path or the id (as in 'k3j2mnpqrstu.0') of a picture "
        f"of the store in {root}; it is {shown(name)}.",
        advice=" ".join(said),
    )


def _newest(database: Database) -> list[Row]:
    return database.rows(
        "SELECT key, number, path FROM pictures WHERE trashed_at IS NULL "
        "ORDER BY created_at DESC, key, number LIMIT ?",
        (_LOOKED_AT,),
    )
