"""The database's numbered migrations: each is applied once, in order, and never edited again.

Times are Unix seconds, credits are counted in millionths (whole numbers: sums are exact),
records are JSON text with everything beyond ASCII escaped, so that any string survives.
A change is one SQL statement, or a function where SQL is not enough.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from sqlite3 import Connection

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.service_address import plain_service
from evolink_widgets.store.file_names import search_text

Change = str | Callable[[Connection], None]

# "EVLK": tells our database from any other file with the same name.
APPLICATION_ID = 0x45564C4B

_FIRST: tuple[Change, ...] = (
    """CREATE TABLE tasks (
        key TEXT PRIMARY KEY,
        step TEXT NOT NULL,
        service TEXT NOT NULL,
        request TEXT NOT NULL,
        recipe TEXT,
        identity TEXT,
        idempotency_key TEXT NOT NULL,
        task_id TEXT,
        created_at REAL NOT NULL,
        sent_at REAL,
        accepted_at REAL,
        ended_at REAL,
        results TEXT NOT NULL DEFAULT '[]',
        links_until REAL,
        estimate_high REAL,
        receipt TEXT,
        failure TEXT,
        origin TEXT,
        owner TEXT,
        lease_until REAL
    ) WITHOUT ROWID""",
    "CREATE INDEX tasks_open ON tasks (created_at) WHERE ended_at IS NULL",
    "CREATE INDEX tasks_by_task_id ON tasks (service, task_id) WHERE task_id IS NOT NULL",
    "CREATE INDEX tasks_by_identity ON tasks (identity) WHERE identity IS NOT NULL",
    """CREATE TABLE sets (
        key TEXT PRIMARY KEY,
        stem TEXT NOT NULL UNIQUE,
        recipe TEXT NOT NULL,
        identity TEXT NOT NULL,
        service TEXT NOT NULL,
        simulated INTEGER NOT NULL,
        task_id TEXT,
        expected INTEGER NOT NULL,
        created_at REAL NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX sets_by_identity ON sets (identity, created_at)",
    "CREATE INDEX sets_by_time ON sets (created_at)",
    """CREATE TABLE pictures (
        key TEXT NOT NULL REFERENCES sets (key),
        number INTEGER NOT NULL,
        path TEXT NOT NULL UNIQUE,
        format TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        bytes_count INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        created_at REAL NOT NULL,
        PRIMARY KEY (key, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE ledger (
        key TEXT PRIMARY KEY,
        service TEXT NOT NULL,
        state TEXT NOT NULL,
        reserved INTEGER NOT NULL,
        charged INTEGER,
        reserved_at REAL NOT NULL,
        settled_at REAL
    ) WITHOUT ROWID""",
    "CREATE INDEX ledger_by_time ON ledger (reserved_at)",
    """CREATE TABLE ledger_scopes (
        scope TEXT NOT NULL,
        key TEXT NOT NULL REFERENCES ledger (key),
        PRIMARY KEY (scope, key)
    ) WITHOUT ROWID""",
    """CREATE TABLE notes (
        name TEXT PRIMARY KEY,
        record TEXT NOT NULL
    ) WITHOUT ROWID""",
)

# What a search looks for stands in columns of its own; the rest of the recipe stays JSON.
_COLUMNS = ("prompt", "size", "quality", "model")
_LONGEST_RECIPE = 1_000_000
_AT_ONCE = 1_000


def _fill_columns(connection: Connection) -> None:
    # As bytes: a row damaged by hand need not hold UTF-8. What can't be read stays NULL, and
    # the row is as it was.
    rows = connection.execute(
        "SELECT CAST(key AS BLOB), CAST(recipe AS BLOB) FROM sets WHERE length(recipe) <= ?",
        (_LONGEST_RECIPE,),
    ).fetchall()
    for key, recipe in rows:
        asked = _asked(recipe)
        connection.execute(
            "UPDATE sets SET prompt = ?, size = ?, quality = ?, model = ?, words = ? "
            "WHERE key = CAST(? AS TEXT)",
            (*map(asked.get, _COLUMNS), asked.get("words"), key),
        )


def _asked(recipe: bytes) -> dict[str, str]:
    try:
        request = json.loads(recipe.decode("utf-8"))["request"]
        found = {
            name: request[name].encode("utf-8", "replace").decode("utf-8")
            for name in _COLUMNS
            if isinstance(request.get(name), str)
        }
        if "prompt" in found:
            found["words"] = search_text(found["prompt"])
        return found
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


_SECOND: tuple[Change, ...] = (
    "ALTER TABLE sets ADD COLUMN prompt TEXT",
    "ALTER TABLE sets ADD COLUMN size TEXT",
    "ALTER TABLE sets ADD COLUMN quality TEXT",
    "ALTER TABLE sets ADD COLUMN model TEXT",
    "ALTER TABLE sets ADD COLUMN notebook TEXT",
    # The prompt as the search compares it: SQLite itself knows small letters in ASCII alone.
    "ALTER TABLE sets ADD COLUMN words TEXT",
    "ALTER TABLE pictures ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE pictures ADD COLUMN trashed_at REAL",
    _fill_columns,
    "UPDATE sets SET notebook = (SELECT origin FROM tasks WHERE tasks.key = sets.key)",
    # Narrow copies: a search through thousands of pictures reads these alone, not the recipes.
    "CREATE INDEX pictures_by_time "
    "ON pictures (trashed_at, created_at DESC, key, number, favourite)",
    "CREATE INDEX sets_by_request ON sets (size, quality, model, notebook, simulated)",
    "CREATE INDEX sets_by_words ON sets (words)",
)

_THIRD: tuple[Change, ...] = (
    # References at the files service: one row for each content and account, and who uploads it.
    """CREATE TABLE uploads (
        account TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        link TEXT,
        file_id TEXT,
        uploaded_at REAL,
        expires_at REAL,
        tried_at REAL,
        owner TEXT,
        lease_until REAL,
        PRIMARY KEY (account, sha256)
    ) WITHOUT ROWID""",
    # What a kept reference was made from: it may differ, by its format or by what was taken out.
    """CREATE TABLE origins (
        sha256 TEXT NOT NULL,
        original TEXT NOT NULL,
        PRIMARY KEY (sha256, original)
    ) WITHOUT ROWID""",
    "CREATE INDEX pictures_by_content ON pictures (sha256)",
)

_FOURTH: tuple[Change, ...] = (
    # What the controls say, under a name; the record holds the fields that the preset names.
    """CREATE TABLE presets (
        name TEXT PRIMARY KEY,
        record TEXT NOT NULL
    ) WITHOUT ROWID""",
    # The last prompts, without a look at every task.
    "CREATE INDEX tasks_by_time ON tasks (created_at DESC, key)",
)


def _name_services_plainly(connection: Connection) -> None:
    # "API.evolink.ai:443" was written as it was configured. Under the one name of the service
    # its credits count against the cap, its open tasks are collected, its pictures answer.
    for table in ("tasks", "sets", "ledger"):
        names = f"SELECT DISTINCT CAST(service AS BLOB) FROM {table}"
        for (raw,) in connection.execute(names).fetchall():
            name = raw.decode("utf-8", "replace")
            plain = plain_service(name)
            if plain == name:
                continue
            if table != "ledger":
                _rename_recipes(connection, table, name, plain)
            connection.execute(f"UPDATE {table} SET service = ? WHERE service = ?", (plain, name))


def _rename_recipes(connection: Connection, table: str, name: str, plain: str) -> None:
    rows = connection.execute(
        f"SELECT CAST(key AS BLOB), CAST(recipe AS BLOB) FROM {table} "
        "WHERE service = ? AND length(recipe) <= ?",
        (name, _LONGEST_RECIPE),
    ).fetchall()
    for key, written in rows:
        try:
            recipe = Recipe.from_record(json.loads(written.decode("utf-8")))
        except (ValueError, TypeError, RecursionError, InvalidRequest):
            continue  # what can't be read stays as it is
        if recipe.service == name:
            recipe = replace(recipe, service=plain)
            connection.execute(
                f"UPDATE {table} SET recipe = ?, identity = ? WHERE key = CAST(? AS TEXT)",
                (json.dumps(recipe.to_record()), recipe.identity, key),
            )


_FIFTH: tuple[Change, ...] = (_name_services_plainly,)

_SIXTH: tuple[Change, ...] = (
    # What a judge says of a picture; `verdict` is "keep", "reject" or, with a caption alone, null.
    """CREATE TABLE verdicts (
        key TEXT NOT NULL,
        number INTEGER NOT NULL,
        judge TEXT NOT NULL,
        verdict TEXT,
        caption TEXT,
        at REAL NOT NULL,
        PRIMARY KEY (key, number, judge)
    ) WITHOUT ROWID""",
    # Which of two pictures a judge finds better; `outcome` is "left", "right" or "tie". A vote
    # has a name of its own, so that it is merged once; one taken back stays, and counts no more.
    """CREATE TABLE votes (
        vote TEXT PRIMARY KEY,
        question TEXT NOT NULL,
        judge TEXT NOT NULL,
        left_key TEXT NOT NULL,
        left_number INTEGER NOT NULL,
        right_key TEXT NOT NULL,
        right_number INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        at REAL NOT NULL,
        withdrawn INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    "CREATE INDEX votes_by_question ON votes (question, at)",
)


def count_pictures(connection: Connection) -> None:
    """Fill `kinds` and `prompts`, which are empty, from the sets and their pictures."""
    connection.execute(
        "INSERT INTO kinds (size, quality, model, notebook, simulated, sets, pictures) "
        "SELECT DISTINCT size, quality, model, notebook, simulated, 0, 0 FROM sets"
    )
    _number_prompts(connection)
    counted = connection.execute(
        "SELECT count(nullif(pictures, 0)), sum(pictures), kind FROM prompts GROUP BY kind"
    ).fetchall()
    counts = [tuple(row) for row in counted]
    connection.executemany("UPDATE kinds SET sets = ?, pictures = ? WHERE kind = ?", counts)


def _number_prompts(connection: Connection) -> None:
    # As bytes, as in `_fill_columns`.
    cursor = connection.execute(
        "SELECT CAST(key AS BLOB), CAST(words AS BLOB), (SELECT kind FROM kinds "
        "WHERE kinds.size IS sets.size AND kinds.quality IS sets.quality "
        "AND kinds.model IS sets.model AND kinds.notebook IS sets.notebook "
        "AND kinds.simulated IS sets.simulated), (SELECT count(*) FROM pictures "
        "WHERE pictures.key = sets.key AND trashed_at IS NULL) FROM sets ORDER BY key"
    )
    for start in count(1, _AT_ONCE):
        found = list(enumerate(cursor.fetchmany(_AT_ONCE), start))
        if not found:
            return
        connection.executemany(
            "INSERT INTO prompts VALUES (?, ?, ?, coalesce(CAST(? AS TEXT), ''))",
            [(prompt, kind, pictures, words) for prompt, (_, words, kind, pictures) in found],
        )
        connection.executemany(
            "UPDATE pictures SET kind = ?, prompt = ? WHERE key = CAST(? AS TEXT)",
            [(kind, prompt, key) for prompt, (key, _, kind, _) in found],
        )


_SEVENTH: tuple[Change, ...] = (
    # What a row of the ledger counts for in the sums below, and that it is counted: all three are
    # null until then (`store/spent_sums.py`).
    "ALTER TABLE ledger ADD COLUMN simulated INTEGER",
    "ALTER TABLE ledger ADD COLUMN notebook TEXT",
    "ALTER TABLE ledger ADD COLUMN pictures INTEGER",
    "CREATE INDEX ledger_uncounted ON ledger (key) WHERE pictures IS NULL",
    "CREATE INDEX ledger_counted ON ledger (simulated, reserved_at DESC, key) "
    "WHERE pictures IS NOT NULL",
    "CREATE INDEX ledger_by_notebook ON ledger (simulated, notebook, reserved_at DESC, key) "
    "WHERE pictures IS NOT NULL",
    # Hours since 1970: a day begins at another moment in each time zone.
    """CREATE TABLE hours_spent (
        simulated INTEGER NOT NULL,
        hour INTEGER NOT NULL,
        tasks INTEGER NOT NULL,
        pictures INTEGER NOT NULL,
        reported INTEGER NOT NULL,
        charged INTEGER NOT NULL,
        unreported INTEGER NOT NULL,
        reserved INTEGER NOT NULL,
        PRIMARY KEY (simulated, hour)
    ) WITHOUT ROWID""",
    # "" is outside of notebooks.
    """CREATE TABLE notebooks_spent (
        simulated INTEGER NOT NULL,
        notebook TEXT NOT NULL,
        tasks INTEGER NOT NULL,
        pictures INTEGER NOT NULL,
        reported INTEGER NOT NULL,
        charged INTEGER NOT NULL,
        unreported INTEGER NOT NULL,
        reserved INTEGER NOT NULL,
        PRIMARY KEY (simulated, notebook)
    ) WITHOUT ROWID""",
    # What filters choose by, each combination once, with how many sets and pictures of it are not
    # in the trash; and the prompts as the search compares them (`store/gallery/rows/kinds.py`).
    """CREATE TABLE kinds (
        kind INTEGER PRIMARY KEY,
        size TEXT,
        quality TEXT,
        model TEXT,
        notebook TEXT,
        simulated INTEGER,
        sets INTEGER NOT NULL,
        pictures INTEGER NOT NULL
    )""",
    "CREATE INDEX kinds_by_request ON kinds (size, quality, model, notebook, simulated)",
    """CREATE TABLE prompts (
        prompt INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        pictures INTEGER NOT NULL,
        words TEXT NOT NULL
    )""",
    "ALTER TABLE pictures ADD COLUMN kind INTEGER",
    "ALTER TABLE pictures ADD COLUMN prompt INTEGER",
    "DROP INDEX pictures_by_time",
    count_pictures,
    "CREATE INDEX pictures_by_time ON pictures "
    "(trashed_at, created_at DESC, key, number, favourite, kind, prompt)",
    # The search and the filters read those instead.
    "DROP INDEX sets_by_request",
    "DROP INDEX sets_by_words",
)

MIGRATIONS: tuple[tuple[Change, ...], ...] = (
    _FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH,
)  # fmt: skip
"""Migration number n (from 1) takes a database from version n - 1 to n."""
