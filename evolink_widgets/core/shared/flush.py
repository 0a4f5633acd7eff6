"""The two lines around each POST; those that wait at the same moment share a flush to the disk.

A flush is the dearest part of what is written of a task. Where many are asked for at once they
queue for the database's thread, and the first one there writes for all of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evolink_widgets.core.loop import Workers
    from evolink_widgets.store.database.database import Database

Line = Callable[[], Callable[[], None]]
"""Writes something durable; returns what to do once that is on the disk. On a worker.

It may be called a second time, where nothing stayed of the first.
"""


@dataclass
class _Waiting:
    line: Line
    error: Exception | None = None


class SharedFlush:
    """Writes durable lines; to be used on the core's loop.

    Args:
        database: where the lines are written.
        records: the one thread for it.
    """

    def __init__(self, database: Database, records: Workers) -> None:
        self._database = database
        self._records = records
        self._waiting: deque[_Waiting] = deque()

    async def write(self, line: Line) -> None:
        """Write one line; it is on the disk when this returns.

        A cancelled caller stops waiting; the line is written all the same.

        Raises:
            StoreError: it is not written.
        """
        mine = _Waiting(line)
        self._waiting.append(mine)
        await self._records.run(self._write_waiting)  # unless the one before wrote it, too
        if mine.error is not None:
            raise mine.error

    def _write_waiting(self) -> None:
        together = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if len(together) > 1:
            try:
                with self._database.write(durable=True):
                    written = [one.line() for one in together]
            except Exception:
                pass  # nothing is written; one that can't be must not hold up the others
            else:
                for then in written:
                    then()
                return
        for one in together:
            try:
                one.line()()
            except Exception as error:  # it is the caller's, not this turn's
                one.error = error
