"""How long tasks take: what this kernel has learned of it, kept for the next one."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from evolink_widgets.core.loop import spawn
from evolink_widgets.errors import StoreError
from evolink_widgets.rules.tasks.schedule import Durations

if TYPE_CHECKING:
    from evolink_widgets.core.loop import Workers
    from evolink_widgets.store.journal.journal import Journal

log = logging.getLogger("evolink_widgets")

PAUSE = 1.0
"""Seconds between two writes, however many tasks end meanwhile."""


class LearnedDurations:
    """The durations of one service; to be used on the core's loop.

    Args:
        journal: keeps them, under the service's name.
        service: the service's name in the journal.
        records: the thread for the database.

    Attributes:
        known: what is known; the watcher's plans add to it.
    """

    def __init__(self, journal: Journal, service: str, records: Workers) -> None:
        self._journal = journal
        self._name = f"durations {service}"
        self._records = records
        self._timer: asyncio.TimerHandle | None = None
        self._is_behind = False
        self.known = self._recalled()

    def learned(self) -> None:
        """Hear that a task has taught something: it is written at once, or after the pause."""
        self._is_behind = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._after_pause)
            spawn(self.keep())

    async def keep(self) -> None:
        """Write what is not written yet; a failure spoils nothing."""
        if not self._is_behind:
            return
        self._is_behind = False
        record = self.known.to_record()
        try:
            await self._records.run(self._journal.remember, self._name, record)
        except StoreError as error:
            log.warning("How long tasks take is not written down: %s", error)

    def _after_pause(self) -> None:
        self._timer = None
        if self._is_behind:
            self.learned()

    def _recalled(self) -> Durations:
        try:
            return Durations.from_record(self._journal.recall(self._name))
        except StoreError:  # a store that can't be used says so when it is needed
            return Durations()
