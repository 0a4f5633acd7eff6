"""Kills a process that brings an old store up to date, as it comes to a line of the schema.

Arguments: the old store, a place. After each kill the copy is as it was, or up to date; and it
opens, with all that it had. Prints "ok <kills>".
"""

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from evolink_widgets.store import Query, Store
from evolink_widgets.store.database.schema import MIGRATIONS
from evolink_widgets.store.gallery.rows import kinds

OLD, ROOT = Path(sys.argv[1]), Path(sys.argv[2])


def version() -> int:
    with closing(sqlite3.connect(ROOT / "evolink.sqlite")) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def trace(act: Callable[[str], None]) -> None:
    def count(frame, event, _):
        code = frame.f_code
        if not (code.co_filename.endswith("schema.py") or code.co_name == "_migrate"):
            return None
        act(f"{code.co_name}:{frame.f_lineno}")
        return count

    sys.settrace(count)


def migrate() -> None:
    with closing(Store(ROOT)) as store:
        store.database.rows("SELECT 1")


def moments() -> list[int]:
    """How many lines are run before each is come to first, and last."""
    passed: list[str] = []
    anew()
    trace(passed.append)
    migrate()
    sys.settrace(None)
    last = {place: at for at, place in enumerate(passed)}
    first = {place: at for at, place in reversed(list(enumerate(passed)))}
    return sorted({*first.values(), *last.values()})


def killed_after(lines: int) -> bool:
    def count(place: str) -> None:
        nonlocal lines
        lines -= 1
        if lines < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    pid = os.fork()
    if pid == 0:
        trace(count)
        migrate()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def look() -> None:
    assert version() in (before, len(MIGRATIONS)), "half of it was written"
    with closing(Store(ROOT)) as store:
        assert store.gallery.count(Query()) == 3 == len(store.gallery.page(Query(), 0, 9))
        assert store.gallery.count(Query(text="fox")) == 2
        assert store.ledger.spent().tasks == 3
        assert kinds.differences(store.database) == []
        assert store.database.rows("PRAGMA integrity_check")[0][0] == "ok"
    assert version() == len(MIGRATIONS)


def anew() -> None:
    shutil.rmtree(ROOT, ignore_errors=True)
    shutil.copytree(OLD, ROOT)


anew()
before = version()
migrate()  # the schema that is compared with is made once, and not in each child
kills = 0
for moment in moments():
    anew()
    kills += killed_after(moment)
    look()
print("ok", kills)
