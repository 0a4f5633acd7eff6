"""Which pictures of libraries a person has marked as favourites: kept in the person's own store."""

from __future__ import annotations

from collections.abc import Iterable

from evolink_widgets.errors import StoreReadOnly
from evolink_widgets.store import in_use
from evolink_widgets.store.database.database import FILE, Database, dump, load_object
from evolink_widgets.store.unwritten import is_library

__all__ = ["star", "starred"]

_NOTE = "favourites in libraries"


def starred() -> frozenset[tuple[str, int]]:
    """Return the pictures that are marked in the store in use: each a task's key and a place.

    Raises:
        StoreError: the own store can't be read.
    """
    database = _own()
    if database is None:
        return frozenset()
    try:
        rows = database.rows("SELECT record FROM notes WHERE name = ?", (_NOTE,))
    finally:
        database.close()
    return _read(rows[0]["record"]) if rows else frozenset()


def star(pictures: Iterable[tuple[str, int]], on: bool) -> None:
    """Mark pictures, or take the mark back.

    Raises:
        StoreError: this process has no store of its own, or it can't be written to.
    """
    database = _own()
    if database is None:
        raise StoreReadOnly(
            "These pictures are a library's, which is only read.",
            advice="Mark them in a notebook: the marks go to its own store.",
        )
    try:
        with database.write() as connection:
            found = connection.execute(
                "SELECT record FROM notes WHERE name = ?", (_NOTE,)
            ).fetchone()
            before = _read(found["record"]) if found is not None else frozenset()
            now = before | set(pictures) if on else before - set(pictures)
            record = dump({"pictures": sorted(now)})
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (_NOTE, record))
    finally:
        database.close()


def _own() -> Database | None:
    """The own store's database, where this process has begun to use one."""
    root = in_use.choice.settled
    return None if root is None or is_library(root) else Database(root / FILE)


def _read(record: object) -> frozenset[tuple[str, int]]:
    found = load_object(record if isinstance(record, str) else None, "the note of favourites")
    listed = (found or {}).get("pictures")
    return frozenset(
        (one[0], one[1])
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, list) and len(one) == 2
        if isinstance(one[0], str) and isinstance(one[1], int)
    )
