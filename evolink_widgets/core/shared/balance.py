"""The balance before and after: a hint, never a proof, of whether a lost request was charged.

Readings are taken as they come (a panel asks, a user asks), one before a session's first
purchase, and one when there is a question. The last one outlives the kernel, in the journal.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evolink_widgets.errors import EvolinkError, StoreError
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.runtime.deadline import deadline
from evolink_widgets.text.wording import moment

if TYPE_CHECKING:
    from evolink_widgets.core.loop import Workers
    from evolink_widgets.core.service.client import Client
    from evolink_widgets.rules.tasks.task import Credits
    from evolink_widgets.store.store import Store

FIRST = 0.5
"""Seconds for which a session's first purchase waits for the reading before it."""

FITS = 1.5
"""How far the balance may have fallen below or beyond the estimate, as a factor."""


@dataclass(frozen=True)
class Reading:
    """What was left at one moment.

    Attributes:
        at: Unix seconds.
        left: credits of the account; of the key where the account is not told.
    """

    at: float
    left: float

    @classmethod
    def of(cls, record: object) -> Reading | None:
        """The reading that a record holds; `None` where it holds none."""
        found = record if isinstance(record, Mapping) else {}
        at, left = found.get("at"), found.get("left")
        if isinstance(at, (int, float)) and isinstance(left, (int, float)):
            return cls(float(at), float(left))
        return None


class Balance:
    """The last reading of one service's balance; to be used on the core's loop.

    Args:
        client: the service.
        store: where the last reading is kept.
        service: the service's name in the journal.
        database_thread: the thread for the database.
        clock: Unix seconds.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        service: str,
        database_thread: Workers,
        clock: Callable[[], float],
    ) -> None:
        self.last: Reading | None = None
        self._client = client
        self._store = store
        self._service = service
        self._database_thread = database_thread
        self._clock = clock
        self._first: asyncio.Future[Credits] | None = None
        self._shared = 0.0
        self._failed: EvolinkError | None = None
        self._turn = asyncio.Lock()

    async def read(self) -> Credits:
        """Ask the service, and keep the answer.

        Raises:
            ServiceError: it could not be learned.
        """
        credits = await self._client.credits()
        left = credits.account_remaining
        left = credits.key_remaining if left is None else left
        if left is not None:
            self.last = Reading(self._clock(), left)
            with contextlib.suppress(StoreError):
                await self._database_thread.run(
                    self._store.journal.remember,
                    self._note,
                    vars(self.last),
                )
        return credits

    async def before(self) -> None:
        """See to it that there is a reading, if it comes soon."""
        if self.last is not None:
            return
        if self._first is None:
            self._first = asyncio.ensure_future(self.read())
        with contextlib.suppress(EvolinkError, TimeoutError):
            async with deadline(FIRST):
                await asyncio.shield(self._first)

    async def hint(
        self, key: str, sent_at: float, estimate: Estimate, before: Reading | None
    ) -> str:
        """One sentence about what became of the balance; empty where nothing can be said.

        Args:
            key: the task whose reply was lost.
            sent_at: Unix seconds when it was sent.
            estimate: what it would cost.
            before: the last reading before that, where this kernel knows it.
        """
        try:
            if before is None:
                before = await self._database_thread.run(self._recalled)
            if before is None or before.at > sent_at:
                return ""
            await self._read_since(self._clock())
            others = await self._database_thread.run(self._others, key, before.at)
        except EvolinkError:
            return ""
        now = self.last
        if now is None or now.at < sent_at:
            return ""
        fell = before.left - now.left
        since = f"since {moment(before.at, now.at)}, before the request"
        if others:
            said = (
                f"The balance fell by {fell:.4g} credits {since}, but other tasks had a part in it"
            )
        elif abs(fell) < estimate.low / FITS / 2:
            said = f"The balance is what it was {since}: that speaks for no charge"
        elif estimate.low / FITS <= fell <= estimate.high * FITS:
            said = f"The balance fell by {fell:.4g} credits {since}: that fits a charge"
        else:
            said = f"The balance changed by {-fell:+.4g} credits {since}: that does not fit"
        return f"{said} (a hint, no proof)."

    async def _read_since(self, moment: float) -> None:
        """Read what is left, not before this moment; many who ask at once share a reading.

        Raises:
            ServiceError: it could not be learned.
        """
        async with self._turn:
            if self._shared < moment:
                self._shared, self._failed = self._clock(), None
                try:
                    await self.read()
                except EvolinkError as error:
                    self._failed = error
            if self._failed is not None:
                raise self._failed

    @property
    def _note(self) -> str:
        return f"balance {self._service}"

    def _recalled(self) -> Reading | None:
        return Reading.of(self._store.journal.recall(self._note))

    def _others(self, key: str, since: float) -> bool:
        """Whether other tasks of this store were paid for meanwhile."""
        return self._store.ledger.moved(self._service, since, but=key)
