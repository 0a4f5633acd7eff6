"""The database's numbered migrations: each is applied once, in order, and never edited again.

Times are Unix seconds, credits are counted in millionths (whole numbers: sums are exact),
records are JSON text with everything beyond ASCII escaped, so that any string survives.
"""

from __future__ import annotations

# "EVLK": tells our database from any other file with the same name.
APPLICATION_ID = 0x45564C4B

_FIRST: tuple[str, ...] = (
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

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
"""Migration number n (from 1) takes a database from version n - 1 to n."""
