"""Finds names for pictures' files that are free on the disk and in the database."""

from __future__ import annotations

from pathlib import Path
from sqlite3 import Connection

from evolink_widgets.images.formats import PictureFacts
from evolink_widgets.store.file_names import in_database
from evolink_widgets.store.safe_files import free_names, is_plain, is_there, place, sha256_of


def place_free(
    connection: Connection, source: Path, target: Path, picture: tuple[str, int]
) -> Path:
    """Give `source` the first free name like `target`, in one step; return that name.

    Args:
        connection: inside the transaction that writes the row.
        source: the file; where the file system has links it keeps its old name too.
        target: the wished name. Another one is taken where a file has it, or where the row of
            another picture does: that one may lie in the trash and come back.
        picture: whose file it is: task key and place in the task.
    """
    for candidate in free_names(target):
        if _belongs_to_another(connection, in_database(candidate.name), picture):
            continue
        try:
            place(source, candidate)
            return candidate
        except FileExistsError:
            continue
    raise AssertionError("free_names has no end")


def already_there(
    connection: Connection, target: Path, facts: PictureFacts, picture: tuple[str, int]
) -> Path | None:
    """Return the file like `target` that holds just these bytes and is no other picture's.

    A process killed after the file got its name and before its row was written leaves it so.

    Args:
        connection: to the store's database.
        target: the name that the file was to get.
        facts: of the bytes.
        picture: the picture's task key and number.
    """
    for candidate in free_names(target):
        if not is_there(candidate):
            return None
        if _belongs_to_another(connection, in_database(candidate.name), picture):
            continue
        if is_plain(candidate) and _same_bytes(candidate, facts):
            return candidate
    return None


def _belongs_to_another(connection: Connection, name: str, picture: tuple[str, int]) -> bool:
    found = connection.execute(
        "SELECT key, number FROM pictures WHERE path = ?", (name,)
    ).fetchone()
    return found is not None and (found["key"], found["number"]) != picture


def _same_bytes(path: Path, facts: PictureFacts) -> bool:
    return path.stat().st_size == facts.bytes_count and sha256_of(path) == facts.sha256
