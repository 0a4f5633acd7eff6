"""The names of judges: one that a person gives, or one that the store gives itself.

The store's own name is made by chance, once, and kept in it. The name of the user's account would
be a person's, in a folder that is handed on; and on many hubs everyone is called "jovyan", so that
two people's verdicts would be taken for one's when their stores are merged.
"""

from __future__ import annotations

import secrets

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.store.database.database import Database, storable

__all__ = ["LONGEST", "judge_in", "plain_judge"]

LONGEST = 80
"""Characters of a name."""

_NOTE = "judge"
_RULE = f"must be a name of 1 to {LONGEST} printable characters"


def judge_in(database: Database, name: str | None = None) -> str:
    """Return the name under which a person judges in a store.

    Args:
        database: the store's.
        name: the name that the person gives; `None` is the store's own, "judge-7f3a" for
            instance: the same one each time, and another one in each store.

    Raises:
        InvalidRequest: the name is none.
        StoreError: the store can't be read, or it has no name yet and can't be written to.
    """
    if name is not None:
        plain = plain_judge(name)
        if plain is None:
            raise InvalidRequest([Problem("judge", shown(name), _RULE)])
        return plain
    known = _own_name(database)
    if known is None:
        with database.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO notes (name, record) VALUES (?, ?)",
                (_NOTE, f"judge-{secrets.token_hex(2)}"),
            )
        known = _own_name(database)
    return known or "judge"


def plain_judge(name: object) -> str | None:
    """Return a name without white space around it; `None` where it can't be one."""
    plain = storable(name.strip()) if isinstance(name, str) else None
    return plain if plain and len(plain) <= LONGEST and plain.isprintable() else None


def _own_name(database: Database) -> str | None:
    rows = database.rows("SELECT record FROM notes WHERE name = ?", (_NOTE,))
    return plain_judge(rows[0]["record"]) if rows else None
