"""What things cost, as far as this store's receipts have taught; the published prices before."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from evolink_widgets.clock import monotonic
from evolink_widgets.errors import StoreError
from evolink_widgets.rules.pricing.learning import Learned

if TYPE_CHECKING:
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.request.request import ImageRequest
    from evolink_widgets.store.database.database import Database

log = logging.getLogger("evolink_widgets")

RECEIPTS = 400
"""How many of the newest receipts are read: far more than any kind of request uses."""

SHARE = 0.01
"""How much of the time may be spent on reading them again, while many tasks end."""

OTHERS = 60.0
"""Seconds after which they are read again for the sake of what other kernels have paid."""


class Prices:
    """Estimates for one service; safe from any thread.

    Args:
        database: the store's.
        service: the service's name in the ledger.
    """

    def __init__(self, database: Database, service: str) -> None:
        self._database = database
        self._service = service
        self._lock = threading.Lock()
        self._learned = Learned()
        self._is_stale = True
        self._read_at = 0.0
        self._pause = 0.0

    def estimate(self, request: ImageRequest) -> Estimate:
        """What a request will cost, in credits, as a range with its basis; sends nothing."""
        with self._lock:
            age = monotonic() - self._read_at
            if (self._is_stale and age >= self._pause) or age > OTHERS:
                self._read()
            learned = self._learned
        return learned.estimate(request)

    def learn(self) -> None:
        """Hear that there is a new receipt."""
        self._is_stale = True

    def _read(self) -> None:
        from evolink_widgets.store.ledger.ledger import samples

        began = monotonic()
        self._is_stale = False
        try:
            found = samples(self._database, self._service, limit=RECEIPTS)
            self._learned = Learned.from_samples(found)
        except StoreError as error:  # a write to that store says so; a price need not be
            log.debug("Prices can't be learned: %s", error)
        self._read_at = monotonic()
        self._pause = (self._read_at - began) / SHARE
