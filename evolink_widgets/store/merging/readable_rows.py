"""Saves from a damaged database the rows that can still be read, into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from sqlite3 import Connection, Row

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.database.checking import harden
from evolink_widgets.store.database.database import Database, insert, sqlite_guarded
from evolink_widgets.store.database.schema import MIGRATIONS, count_pictures

__all__ = ["copy_readable_rows"]

#: Tables of sums, which are made anew.
_SUMS = ("kinds", "prompts", "hours_spent", "notebooks_spent")


def copy_readable_rows(source: Path, target: Path) -> None:
    """Copy what can be read of a damaged database into a new one of the same schema.

    Args:
        source: the damaged one; a copy of our own, for what its journal holds is taken into it.
        target: the new one.

    Raises:
        StoreDamaged: nothing of it can be read.
    """
    with sqlite_guarded(source, "read"), closing(sqlite3.connect(source)) as damaged:
        harden(damaged)
        damaged.row_factory = Row
        damaged.text_factory = lambda data: data.decode("utf-8", "replace")
        version = damaged.execute("PRAGMA user_version").fetchone()[0]
        if not 0 < version <= len(MIGRATIONS):
            raise StoreDamaged(f"{source} is damaged: its version is {version}.")
        with (
            closing(Database(target, migrations=MIGRATIONS[:version])) as made,
            made.write() as connection,
        ):
            sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
            tables = {str(row["name"]) for row in connection.execute(sql)}
            for name in sorted(tables.difference(_SUMS)):
                for row in _rows(damaged, connection, name):
                    with suppress(sqlite3.IntegrityError):  # both ways have met it
                        insert(connection, name, dict(row))
            if tables.issuperset(_SUMS):
                connection.execute("UPDATE ledger SET pictures = NULL")  # counted anew
                count_pictures(connection)


def _rows(damaged: Connection, made: Connection, table: str) -> Iterator[Row]:
    """The rows before the first page that can't be read, and those behind the last."""
    columns = made.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [row["name"] for row in columns if row["pk"]]
    wanted = ", ".join(row["name"] for row in columns)
    for way in ("ASC", "DESC"):
        order = ", ".join(f"{name} {way}" for name in keys)
        try:
            yield from damaged.execute(f"SELECT {wanted} FROM {table} ORDER BY {order}")
            return
        except sqlite3.DatabaseError:
            continue
