"""Counts pictures by what filters choose, and finds prompts by their words, without the recipes.

A *kind* is one combination of size, quality, model, notebook and simulated or not. Its row says
how many sets and pictures of it are not in the trash: a gallery's counts and the values that
filters can have are sums over a few rows. Every change of that is made inside `recounted`.

A set's prompt stands in `prompts`, as the search compares it, with how many pictures of the set
are not in the trash. A search reads that narrow table: words of any length in any script, also
where SQLite has no full-text search. A picture's row has its kind and its prompt as numbers,
which the index by time holds, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from sqlite3 import Connection

from evolink_widgets.store.database.database import Database
from evolink_widgets.store.database.schema import count_pictures

__all__ = ["differences", "kind_and_prompt", "put_right", "recounted"]

_FIELDS = ("size", "quality", "model", "notebook", "simulated")

_COUNTED = """SELECT kind, count(DISTINCT key) AS sets, count(*) AS pictures FROM pictures
WHERE trashed_at IS NULL GROUP BY kind"""


@contextmanager
def recounted(connection: Connection, key: str) -> Iterator[None]:
    """Let the pictures of a set change, and its kind's counts with them.

    Args:
        connection: inside the transaction that changes them.
        key: the set's key.
    """
    before = _kept(connection, key)
    yield
    after = _kept(connection, key)
    if before == after:
        return
    row = connection.execute(
        "SELECT kind, prompt FROM pictures WHERE key = ? LIMIT 1", (key,)
    ).fetchone()
    connection.execute(
        "UPDATE kinds SET sets = sets + ?, pictures = pictures + ? WHERE kind = ?",
        ((after > 0) - (before > 0), after - before, row["kind"]),
    )
    connection.execute("UPDATE prompts SET pictures = ? WHERE prompt = ?", (after, row["prompt"]))


def kind_and_prompt(connection: Connection, key: str) -> tuple[int, int]:
    """Return the numbers of a set's kind and of its prompt; new ones where it has none yet.

    Args:
        connection: inside a transaction.
        key: the set's key.
    """
    known = connection.execute(
        "SELECT kind, prompt FROM pictures WHERE key = ? LIMIT 1", (key,)
    ).fetchone()
    if known is not None and None not in tuple(known):
        return int(known["kind"]), int(known["prompt"])
    row = connection.execute(
        f"SELECT words, {', '.join(_FIELDS)} FROM sets WHERE key = ?", (key,)
    ).fetchone()
    kind = _kind(connection, row[1:])
    return kind, _prompt(connection, kind, row["words"] or "")


def differences(database: Database) -> list[str]:
    """Recount the pictures of each kind; say what differs.

    Args:
        database: the store's; it is only read.
    """
    stored = "SELECT kind, sets, pictures FROM kinds WHERE pictures != 0 OR sets != 0"
    wrong = database.rows(
        f"SELECT kind FROM (SELECT * FROM ({stored}) EXCEPT {_COUNTED}) UNION "
        f"SELECT kind FROM (SELECT * FROM ({_COUNTED}) EXCEPT {stored})"
    )
    said = [f"kind {row['kind']} is counted wrong" for row in wrong]
    fits = " AND ".join(f"kinds.{name} IS sets.{name}" for name in _FIELDS)
    summed = (
        "SELECT prompt, count(*) AS pictures FROM pictures WHERE trashed_at IS NULL GROUP BY prompt"
    )
    counted = "SELECT prompt, pictures FROM prompts WHERE pictures != 0"
    wrong = database.rows(
        f"SELECT prompt FROM (SELECT * FROM ({counted}) EXCEPT {summed}) UNION "
        f"SELECT prompt FROM (SELECT * FROM ({summed}) EXCEPT {counted})"
    )
    said += [f"prompt {row['prompt']} is counted wrong" for row in wrong]
    strays = database.rows(
        "SELECT pictures.key FROM pictures JOIN sets USING (key) "
        "LEFT JOIN kinds ON kinds.kind = pictures.kind "
        f"LEFT JOIN prompts ON prompts.prompt = pictures.prompt WHERE NOT coalesce({fits}, 0) "
        "OR prompts.kind IS NOT pictures.kind OR prompts.words IS NOT coalesce(sets.words, '')"
    )
    return said + [f"set {row['key']} has another kind or prompt" for row in strays]


def put_right(database: Database) -> None:
    """Count all pictures anew, from the rows of sets and pictures."""
    with database.write() as connection:
        for table in ("kinds", "prompts"):
            connection.execute(f"DELETE FROM {table}")
        count_pictures(connection)


def _kept(connection: Connection, key: str) -> int:
    sql = "SELECT count(*) FROM pictures WHERE key = ? AND trashed_at IS NULL"
    return int(connection.execute(sql, (key,)).fetchone()[0])


def _kind(connection: Connection, values: Sequence[object]) -> int:
    fits = " AND ".join(f"{name} IS ?" for name in _FIELDS)
    found = connection.execute(f"SELECT kind FROM kinds WHERE {fits}", values).fetchone()
    if found is not None:
        return int(found["kind"])
    added = connection.execute(
        f"INSERT INTO kinds ({', '.join(_FIELDS)}, sets, pictures) VALUES (?, ?, ?, ?, ?, 0, 0)",
        values,
    )
    return int(added.lastrowid or 0)


def _prompt(connection: Connection, kind: int, words: str) -> int:
    added = connection.execute(
        "INSERT INTO prompts (kind, pictures, words) VALUES (?, 0, ?)", (kind, words)
    )
    return int(added.lastrowid or 0)
