"""Reading the tasks that could be the ones looked for: seldom, and few at a time.

A reading is free for us, and may make the service ask its own provider.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from evolink_widgets.errors import EvolinkError, NotFound

if TYPE_CHECKING:
    from evolink_widgets.core.service.client import Client
    from evolink_widgets.rules.tasks.task import TaskSnapshot

log = logging.getLogger("evolink_widgets")

SINGLY = 10
"""Tasks that are read in one look where each is a call of its own."""

READ_AGAIN = 20.0
"""Seconds after which a task that was not finished is read again: it may tell more by then."""


class Candidates:
    """The newest readings of tasks without an owner; to be used on the core's loop.

    Args:
        client: the service.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._told: dict[str, tuple[float, TaskSnapshot]] = {}

    async def read(self, wanted: Sequence[str]) -> dict[str, TaskSnapshot]:
        """Readings of tasks, as far as they can be had now; what tells no more is not read again.

        Args:
            wanted: ids; those that matter most come first. All others are forgotten.
        """
        now = asyncio.get_running_loop().time()
        self._told = {
            one: self._told[one] for one in wanted if one in self._told and now < self._told[one][0]
        }
        readings = await self._ask([one for one in wanted if one not in self._told])
        for one, snapshot in readings.items():
            if snapshot.status.finished:
                self._told[one] = (math.inf, snapshot)
            elif snapshot.receipt.reserved is not None:
                self._told[one] = (now + READ_AGAIN, snapshot)
        return {**readings, **{one: snapshot for one, (_, snapshot) in self._told.items()}}

    async def _ask(self, wanted: Sequence[str]) -> dict[str, TaskSnapshot]:
        """What can be read now; what can't is read at the next look, and speaks for nothing yet."""
        readings: dict[str, TaskSnapshot] = {}
        try:
            if wanted and self._client.reads_batches:
                found = await self._client.tasks(wanted[: self._client.batch_size])
                if found is not None:
                    return found
            for one in wanted[:SINGLY]:
                with contextlib.suppress(NotFound):
                    readings[one] = await self._client.task(one)
        except EvolinkError as error:
            log.debug("Tasks that could be the ones looked for can't be read: %s", error)
        return readings
