"""Puts a large store in order while its kernel works: in small steps, with long pauses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from evolink_widgets.errors import StoreError
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.gallery.moves.months import MANY, is_tidy, move_some
from evolink_widgets.store.spent_sums import count_new

if TYPE_CHECKING:
    from evolink_widgets.core.shared.parts import SessionParts

log = logging.getLogger("evolink_widgets")

_FIRST, _LEAST, _TIMES = 20.0, 0.1, 9
"""Seconds before the first step; between two, at least; and how often a step's own time."""


async def keep_in_order(
    parts: Callable[[], SessionParts | None], *, first: float = _FIRST, many: int = MANY
) -> None:
    """Count what older versions have spent, and move their pictures into a folder a month.

    It ends with the session, or where the store can't be written to; another session goes on.

    Args:
        parts: gives the session's parts; `None` once it is closed.
        first: seconds to wait before anything is done: what the user asks for comes first.
        many: how many pictures one folder may hold.
    """
    await asyncio.sleep(first)
    now = parts()
    if now is None:
        return
    # A connection of its own: a step keeps no other code of this process from the database.
    with closing(Database(now.store.database.path)) as database:
        try:
            await now.file_threads.run(count_new, database)
            if await now.file_threads.run(is_tidy, database, many):
                return
            after: str | None = ""
            while after is not None and (now := parts()) is not None:
                began = monotonic()
                after = await now.file_threads.run(move_some, now.store.root, database, after)
                await asyncio.sleep(max(_LEAST, _TIMES * (monotonic() - began)))
        except StoreError as exc:
            log.info("The store is not put in order: %s", exc)
