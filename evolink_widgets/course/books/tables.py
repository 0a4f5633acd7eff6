"""The course's tables, in the words of SQLAlchemy: one SQL for SQLite and for PostgreSQL.

Credits are counted in millionths, so that sums are exact; times are Unix seconds.
"""

from __future__ import annotations

import sqlalchemy as sql

__all__ = ["ASKS", "COURSE", "FILES", "METADATA", "MILLION", "PICTURES", "STUDENTS", "VERSION"]

MILLION = 1_000_000
VERSION = 1

METADATA = sql.MetaData()

COURSE = sql.Table(
    "course",
    METADATA,
    sql.Column("name", sql.Text, primary_key=True),
    sql.Column("value", sql.Text, nullable=False),
)
"""`version` of these tables, and `id`, a name for the course that no other has."""

STUDENTS = sql.Table(
    "students",
    METADATA,
    sql.Column("name", sql.Text, primary_key=True),
    sql.Column("token_hash", sql.Text, unique=True),
    sql.Column("budget", sql.BigInteger),
    sql.Column("barred", sql.Boolean, nullable=False, default=False),
)
"""`budget` is null where the course's usual one holds."""

ASKS = sql.Table(
    "asks",
    METADATA,
    sql.Column("key", sql.Text, primary_key=True),
    sql.Column("student", sql.Text, sql.ForeignKey("students.name"), nullable=False),
    sql.Column("sent_under", sql.Text, nullable=False),
    sql.Column("body_hash", sql.Text, nullable=False),
    sql.Column("request", sql.Text, nullable=False),
    sql.Column("step", sql.Text, nullable=False),
    sql.Column("reserved", sql.BigInteger, nullable=False),
    sql.Column("charged", sql.BigInteger),
    # What counts against the caps now: `reserved`, then `charged`, or 0 of what was not bought.
    sql.Column("cost", sql.BigInteger, nullable=False),
    sql.Column("task_id", sql.Text, unique=True),
    sql.Column("document", sql.Text),
    sql.Column("said", sql.Text),
    sql.Column("asked_at", sql.Float, nullable=False),
    # When the gateway that sends it was last heard of; it says so as long as it waits and sends.
    sql.Column("sent_at", sql.Float, nullable=False),
    # It was sent again after a loss: no refusal of the second proves anything of the first.
    sql.Column("repeated", sql.Boolean, nullable=False, default=False),
    sql.Column("lost_at", sql.Float),
    sql.Column("ended_at", sql.Float),
    sql.UniqueConstraint("student", "sent_under"),
)
"""One row for each request that costs money; `document` is the service's last word on its task."""

FILES = sql.Table(
    "files",
    METADATA,
    sql.Column("file_id", sql.Text, primary_key=True),
    sql.Column("student", sql.Text, sql.ForeignKey("students.name"), nullable=False),
)
"""Whose the uploaded references are; the service keeps them for 72 hours."""

PICTURES = sql.Table(
    "pictures",
    METADATA,
    sql.Column("task_id", sql.Text, primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("small", sql.LargeBinary, nullable=False),
)
"""Small copies for the teacher's page: links to pictures die after 24 hours."""

sql.Index("asks_by_student", ASKS.c.student, ASKS.c.cost)
sql.Index("asks_open", ASKS.c.step, ASKS.c.asked_at)
