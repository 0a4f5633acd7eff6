"""Which kind of database a folder has; what reads a library is loaded where there is one."""

from __future__ import annotations

from pathlib import Path

from evolink_widgets.store.database.database import FILE, Database
from evolink_widgets.store.unwritten import is_library

__all__ = ["database_in"]


def database_in(root: Path) -> Database:
    """Return the database of a store's folder: a library's is only read."""
    if is_library(root):
        from evolink_widgets.store.library.library import library_database

        return library_database(root)
    return Database(root / FILE)
