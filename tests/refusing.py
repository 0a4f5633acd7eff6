"""A database that refuses a change, as a full disk would: by a trigger of a test's own."""

from __future__ import annotations

import sqlite3
import sys


def refuse(connection: sqlite3.Connection, trigger: str) -> None:
    """Make a trigger on this connection; ours runs none where Python can switch them off."""
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, True)
    connection.execute(trigger)
