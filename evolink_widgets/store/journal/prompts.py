"""Lists recent prompts of the journal, to be asked again or changed."""

from __future__ import annotations

from collections.abc import Iterator

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.database.database import Database, load_object, storable

__all__ = ["recent"]

_PAGE = 50
_MOST_TASKS = 2_000
"""One prompt may have been asked for thousands of times: what is older is not looked at."""
_LONGEST_REQUEST = 1_000_000
"""Longer than any request that this package writes."""


def recent(database: Database, most: int = 100, room: int = 100_000) -> list[str]:
    """Return the distinct prompts of the last tasks, newest first.

    A row that can't be read is passed over: who needs the task is told of it.

    Args:
        database: the store's.
        most: how many, at most.
        room: how many bytes they may have together; the newest is there, however long.
    """
    found: dict[str, None] = {}
    for prompt in _prompts(database):
        if prompt in found:
            continue
        room -= len(prompt.encode())
        if len(found) >= most or (found and room < 0):
            break
        found[prompt] = None
    return list(found)


def _prompts(database: Database) -> Iterator[str]:
    for offset in range(0, _MOST_TASKS, _PAGE):
        rows = database.rows(
            "SELECT CASE WHEN length(request) <= ? THEN request END AS request FROM tasks "
            "ORDER BY created_at DESC, key LIMIT ? OFFSET ?",
            (_LONGEST_REQUEST, _PAGE, offset),
        )
        for row in rows:
            try:
                prompt = (load_object(row["request"], "a request") or {}).get("prompt")
            except StoreDamaged:
                continue
            # Half of a surrogate pair could not be sent on, to a browser or to the service.
            if isinstance(prompt, str) and prompt.strip() and storable(prompt) == prompt:
                yield prompt
        if len(rows) < _PAGE:
            return
