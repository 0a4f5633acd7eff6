"""The recipe file beside each set: what was asked, and which pictures of it are there."""

from __future__ import annotations

import json
import time
from pathlib import Path
from sqlite3 import Connection, Row

from evolink_widgets.store.database.database import load_object
from evolink_widgets.store.file_names import inside
from evolink_widgets.store.safe_files import guarded, remove, rewrite

FORMAT = "evolink-widgets recipe 1"


def write(root: Path, connection: Connection, key: str) -> None:
    """Write a set's recipe file anew, after its rows; without pictures there is none.

    Args:
        root: the store's folder.
        connection: inside the transaction that changes the rows.
        key: the set's key.

    Raises:
        StoreError: it can't be written; the one before is still there.
    """
    found = connection.execute("SELECT * FROM sets WHERE key = ?", (key,)).fetchone()
    if found is None:
        return
    pictures = connection.execute(
        "SELECT * FROM pictures WHERE key = ? AND trashed_at IS NULL ORDER BY number", (key,)
    ).fetchall()
    path = inside(root, f"{found['stem']}.json")
    with guarded(path, "written"):
        if not pictures:
            remove(path)
            return
        rewrite(path, _readable(_record(found, pictures)))


def _record(found: Row, pictures: list[Row]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "made": moment(found["created_at"]),
        "task": {"key": found["key"], "id": found["task_id"]},
        "simulated": bool(found["simulated"]),
        "recipe": load_object(found["recipe"], f"the recipe of set {found['key']}"),
        "pictures": [
            {
                "file": row["path"],
                "index": row["number"],
                "width": row["width"],
                "height": row["height"],
                "sha256": row["sha256"],
            }
            for row in pictures
        ],
    }


def moment(when: float) -> str | None:
    """Return Unix seconds as people read them, in UTC; `None` where no calendar has them."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
    except (OverflowError, OSError, ValueError):  # a clock that was far off
        return None


def _readable(record: object) -> bytes:
    try:
        return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:  # a lone surrogate in the prompt
        return (json.dumps(record, indent=2) + "\n").encode()
