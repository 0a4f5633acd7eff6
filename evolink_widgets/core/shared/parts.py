"""What every story of a session shares, wired once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evolink_widgets.core.service.retry import Patience
from evolink_widgets.core.workers import Workers

if TYPE_CHECKING:
    from evolink_widgets.core.service.client import Client
    from evolink_widgets.core.service.download import Downloader
    from evolink_widgets.core.service.limits import Limits
    from evolink_widgets.core.shared.balance import Balance
    from evolink_widgets.core.shared.durations import Lessons
    from evolink_widgets.core.shared.flush import SharedFlush
    from evolink_widgets.core.shared.task_search import Lookout
    from evolink_widgets.core.shared.upload import Uploader
    from evolink_widgets.core.shared.watcher import Watcher
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.request.request import ImageRequest
    from evolink_widgets.store.gallery.pool import Pool
    from evolink_widgets.store.store import Store

LEASE = 60.0
"""Seconds for which a kernel that says nothing is believed to be alive."""


@dataclass
class Wiring:
    """The parts that a story works with.

    Attributes:
        service: the service's name in the journal.
        simulated: whether an emulator plays it.
        owner: this session's name for leases in the journal.
        store: the folder.
        client: the service.
        downloads: the picture hosts.
        uploader: gives links to references.
        watcher: reads all live tasks.
        lookout: finds the tasks whose replies were lost.
        limits: the room of the key.
        patience: how long things are tried again.
        clock: Unix seconds.
        balance: the last reading of what is left.
        pool: the pictures of each recipe.
        estimate: what a request will cost.
        may_spend: whether anything may be bought now.
        paid_timeout: seconds after which the reply to a POST can't come any more.
        records: one thread for the database: its writes keep their order.
        pictures: threads for files, and for looking at pictures.
        lessons: how long tasks take, as far as learned.
        flush: writes the lines around each POST.
    """

    service: str
    simulated: bool
    owner: str
    store: Store
    client: Client
    downloads: Downloader
    uploader: Uploader
    watcher: Watcher
    lookout: Lookout
    limits: Limits
    patience: Patience
    clock: Callable[[], float]
    balance: Balance
    pool: Pool
    estimate: Callable[[ImageRequest], Estimate]
    may_spend: Callable[[], bool]
    paid_timeout: float
    records: Workers
    pictures: Workers
    lessons: Lessons
    flush: SharedFlush

    @property
    def recipe_service(self) -> str:
        """The service's name in recipes: pictures of any emulator are emulated ones."""
        return "emulator" if self.simulated else self.service
