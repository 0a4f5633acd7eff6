"""Keeps small copies of the course's pictures, for the teacher's page."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

import sqlalchemy as sql

from evolink_widgets.core.service.transport import NoAnswer, Transport
from evolink_widgets.course.books.asks import Ask, Step
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.books.tables import PICTURES
from evolink_widgets.errors import BadReply, StoreDamaged
from evolink_widgets.rules.tasks.task import read_task
from evolink_widgets.store.gallery.thumbnails.thumbs import thumbnail

__all__ = ["SmallPictures"]

log = logging.getLogger("evolink_widgets")

_EDGE = 320
_MOST = 100 * 2**20
"""Bytes of one picture that are fetched."""
_AT_ONCE = 2


class SmallPictures:
    """Fetches each finished picture once and keeps a copy of about 20 kB in the books.

    Args:
        books: the course's.
        transport: fetches links; the key goes to none of them.
    """

    def __init__(self, books: Books, transport: Transport) -> None:
        self._books = books
        self._transport = transport
        self._tried: set[str] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, asks: Sequence[Ask]) -> None:
        """Fetch those that are not here yet; one that can't be fetched is left out."""
        fresh = [ask for ask in asks if ask.step is Step.DONE and ask.task_id not in self._tried]
        here = await self.all() if fresh else set()
        wanted: list[tuple[str, int, str]] = []
        for ask in fresh:
            task_id = str(ask.task_id)
            self._tried.add(task_id)
            with contextlib.suppress(BadReply):
                links = enumerate(read_task(ask.document).results)
                wanted += [(task_id, at, link) for at, link in links if (task_id, at) not in here]
        await asyncio.gather(*(self._fetch(*one) for one in wanted))

    async def read(self, task_id: str, number: int) -> bytes | None:
        """A small copy as WebP; `None` where there is none."""
        query = sql.select(PICTURES.c.small).where(
            PICTURES.c.task_id == task_id, PICTURES.c.number == number
        )
        return await self._books.run(lambda connection: connection.scalar(query))

    async def all(self) -> set[tuple[str, int]]:
        """Which there are: the task, and the picture's number in it."""
        query = sql.select(PICTURES.c.task_id, PICTURES.c.number)
        return await self._books.run(
            lambda connection: {(row.task_id, row.number) for row in connection.execute(query)}
        )

    async def _fetch(self, task_id: str, number: int, link: str) -> None:
        async with self._room:
            data = bytearray()
            try:
                async with self._transport.download(link) as reply:
                    if reply.status != 200:
                        return
                    async for piece in reply.chunks:
                        data += piece
                        if len(data) > _MOST:
                            return
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
