"""Inserts the rows of a new set and of its pictures."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, NamedTuple

from evolink_widgets.images.formats import EXTENSIONS, PictureFacts
from evolink_widgets.store.database.database import dump, insert, storable
from evolink_widgets.store.file_names import TRASH, in_database, inside, search_text, stems
from evolink_widgets.store.gallery.free_names import already_there, place_free
from evolink_widgets.store.safe_files import flush_folder, own_folder, take_back

if TYPE_CHECKING:
    from evolink_widgets.rules.request.recipe import Recipe


class NewSet(NamedTuple):
    """A set's row before its first picture is in."""

    key: str
    recipe: Recipe
    task_id: str | None
    expected: int
    created_at: float
    notebook: str | None


class NewPicture(NamedTuple):
    """A checked file on its way in, and what its row says beside the file's facts."""

    number: int
    file: Path
    facts: PictureFacts
    created_at: float
    favourite: bool = False
    trashed_at: float | None = None


def shelve(
    root: Path, connection: Connection, about: NewSet, picture: NewPicture
) -> tuple[Path, bool]:
    """Give a picture its readable name, and write its row; the set's row too, where it is new.

    Args:
        root: the store's folder.
        connection: inside a transaction.
        about: the picture's set.
        picture: the picture; where the file system has links its file keeps its old name too.

    Returns:
        The picture's place, and whether it was put there now: it may have been there already,
        from a process that was killed before it wrote the row.
    """
    folder = root if picture.trashed_at is None else root / TRASH
    stem = _stem_of(root, connection, about)
    target = inside(folder, f"{stem}_{picture.number + 1}{EXTENSIONS[picture.facts.format]}")
    slot = (about.key, picture.number)
    path = already_there(connection, target, picture.facts, slot)
    placed = path is None
    if path is None:
        if picture.trashed_at is not None:
            own_folder(root, TRASH)
        path = place_free(connection, picture.file, target, slot)
        flush_folder(folder)
    try:
        _write_row(connection, about.key, picture, in_database(path.name))
    except BaseException:
        if placed:
            take_back(picture.file, path)
        raise
    return path, placed


def _stem_of(root: Path, connection: Connection, about: NewSet) -> str:
    key, recipe = about.key, about.recipe
    found = connection.execute("SELECT stem FROM sets WHERE key = ?", (key,)).fetchone()
    if found is not None:
        return str(found["stem"])
    # Four letters of the key are enough nearly always; all of them always.
    for letters in (4, 8, len(key)):
        name = next(stems(root, recipe.request.prompt, key[:letters], about.created_at))
        if not connection.execute("SELECT 1 FROM sets WHERE stem = ?", (name,)).fetchone():
            break
    columns = {
        "key": key,
        "stem": name,
        "recipe": dump(recipe.to_record()),
        "identity": recipe.identity,
        "service": recipe.service,
        "simulated": recipe.service == "emulator",
        "task_id": storable(about.task_id),
        "expected": about.expected,
        "created_at": about.created_at,
        "prompt": storable(recipe.request.prompt),
        "size": recipe.request.size,
        "quality": recipe.request.quality,
        "model": recipe.request.model,
        "notebook": storable(about.notebook),
        "words": search_text(recipe.request.prompt),
    }
    insert(connection, "sets", columns)
    return name


def _write_row(connection: Connection, key: str, picture: NewPicture, name: str) -> None:
    number, facts = picture.number, picture.facts
    connection.execute("DELETE FROM pictures WHERE key = ? AND number = ?", (key, number))
    columns = {
        "key": key,
        "number": number,
        "path": name,
        "format": facts.format,
        "width": facts.width,
        "height": facts.height,
        "bytes_count": facts.bytes_count,
        "sha256": facts.sha256,
        "created_at": picture.created_at,
        "favourite": int(picture.favourite),
        "trashed_at": picture.trashed_at,
    }
    insert(connection, "pictures", columns)
