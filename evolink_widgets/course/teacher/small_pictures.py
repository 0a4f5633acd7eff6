"""Keeps small copies of the course's pictures, for the teacher's page."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import sqlalchemy as sql

from evolink_widgets.core.service.transport import NoAnswer, Transport
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.tables import PICTURES
from evolink_widgets.course.rush import Rush
from evolink_widgets.errors import BadReply, StoreDamaged
from evolink_widgets.rules.tasks.task import read_task
from evolink_widgets.store.gallery.thumbnails.thumbs import thumbnail

__all__ = ["SmallPictures"]

log = logging.getLogger("evolink_widgets")

_EDGE = 320
_MOST = 100 * 2**20
"""Bytes of one picture that are fetched."""
_AT_ONCE = 2
_LOOKED_AFTER = 1_000
"""Asks whose pictures are fetched; older ones have been for hours."""
_PART = 20
"""Asks that are read at once."""


class SmallPictures:
    """Fetches each finished picture once and keeps a copy of about 20 kB in the books.

    To make one takes a core for a tenth of a second, and the interpreter for a part of it: while
    a class asks, few are made.

    Args:
        books: the course's.
        transport: fetches links; the key goes to none of them.
        rush: is waited for before each.
    """

    def __init__(self, books: Books, transport: Transport, rush: Rush | None = None) -> None:
        self._books = books
        self._transport = transport
        self._rush = rush or Rush()
        self._tried: set[str] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._bench = asyncio.Lock()

    async def fetch(self) -> None:
        """Fetch those that are not here yet; one that can't be fetched is left out."""
        done = await self._books.newest_done(_LOOKED_AFTER)
        fresh = [task_id for task_id in done if task_id not in self._tried]
        here = await self.all() if fresh else set()
        for first in range(0, len(fresh), _PART):
            wanted: list[tuple[str, int, str]] = []
            for ask in await self._books.of_tasks(fresh[first : first + _PART]):
                task_id = str(ask.task_id)
                self._tried.add(task_id)
                with contextlib.suppress(BadReply):
                    links = enumerate(read_task(ask.document).results)
                    wanted += [(task_id, at, one) for at, one in links if (task_id, at) not in here]
            await asyncio.gather(*(self._fetch(*one) for one in wanted))

    async def read(self, task_id: str, number: int) -> bytes | None:
        """A small copy as WebP; `None` where there is none."""
        query = sql.select(PICTURES.c.small).where(
            PICTURES.c.task_id == task_id, PICTURES.c.number == number
        )
        return await self._books.read(lambda connection: connection.scalar(query))

    async def all(self) -> set[tuple[str, int]]:
        """Which there are: the task, and the picture's number in it."""
        query = sql.select(PICTURES.c.task_id, PICTURES.c.number)
        return await self._books.read(
            lambda connection: {(row.task_id, row.number) for row in connection.execute(query)}
        )

    async def _fetch(self, task_id: str, number: int, link: str) -> None:
        async with self._room:
            await self._rush.over()
            data = bytearray()
            try:
                async with self._transport.download(link) as reply:
                    if reply.status != 200:
                        return
                    async for piece in reply.chunks:
                        data += piece
                        if len(data) > _MOST:
                            return
                async with self._bench:  # one core is left to those who ask
                    small = (await asyncio.to_thread(thumbnail, bytes(data), _EDGE)).data
            except (NoAnswer, StoreDamaged) as error:
                log.info("No small copy of picture %s of task %s: %s", number, task_id, error)
                return
        insert = sql.insert(PICTURES).values(task_id=task_id, number=number, small=small)

        def change(connection: sql.Connection) -> None:
            there = sql.select(PICTURES.c.number).where(
                PICTURES.c.task_id == task_id, PICTURES.c.number == number
            )
            if connection.scalar(there) is None:  # another gateway may have been quicker
                connection.execute(insert)

        await self._books.run(change)
