"""The line that is written before each POST; those that wait at the same moment share a flush.

A flush to the disk is the dearest part of what is written of a task. Where many are asked for
at once they queue for the database's thread, and whoever comes first writes for all of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evolink_widgets.core.workers import Workers
    from evolink_widgets.store.journal import Entry
    from evolink_widgets.store.store import Store


class Departures:
    """Says of tasks that their POST goes out now; to be used on the core's loop.

    Args:
        store: its journal is written.
        records: the one thread for the database.
        clock: Unix seconds.
    """

    def __init__(self, store: Store, records: Workers, clock: Callable[[], float]) -> None:
        self._store = store
        self._records = records
        self._clock = clock
        self._waiting: deque[str] = deque()
        self._written: dict[str, Entry | Exception] = {}

    async def write(self, key: str) -> Entry:
        """Write that the task's POST goes out now; on the disk when this returns.

        Not to be cancelled, and not to be called twice at once for one task.

        Raises:
            StoreError: it is not written, so nothing may be sent.
        """
        self._waiting.append(key)
        await self._records.run(self._write_waiting)  # unless somebody before wrote it, too
        written = self._written.pop(key)
        if isinstance(written, Exception):
            raise written
        return written

    def _write_waiting(self) -> None:
        keys = [self._waiting.popleft() for _ in range(len(self._waiting))]
        journal, now = self._store.journal, self._clock()
        if len(keys) > 1:
            try:
                with self._store.database.write(durable=True):
                    written = {key: journal.sending(key, now) for key in keys}
            except Exception:
                pass  # nothing is written; one that can't be must not hold up the others
            else:
                self._written |= written
                return
        for key in keys:
            try:
                self._written[key] = journal.sending(key, now)
            except Exception as error:  # it is the caller's, whoever's turn this is
                self._written[key] = error
