"""The parts that all tasks of a session share, made and put together on its first use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evolink_widgets.core.loop import SharedFlush, SharedWork, Workers
from evolink_widgets.core.service.client import Client
from evolink_widgets.core.service.downloads import Downloader
from evolink_widgets.core.service.files_api import Files
from evolink_widgets.core.service.limits import Limits, limits_for
from evolink_widgets.core.shared.balance import Balance
from evolink_widgets.core.shared.callbacks import CallbackPlace, Callbacks
from evolink_widgets.core.shared.lost_tasks import TaskSearch
from evolink_widgets.core.shared.upload import Uploader
from evolink_widgets.core.shared.watcher import LearnedDurations, Watcher
from evolink_widgets.rules.request.service_address import service_name
from evolink_widgets.rules.tasks.played import recipe_service
from evolink_widgets.store.gallery.admission.admission import Arrival
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.pool import Pool

if TYPE_CHECKING:
    from evolink_widgets.core.retry import RetryPolicy
    from evolink_widgets.core.service.transport import Transport
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.request.request import ImageRequest
    from evolink_widgets.store.store import Store

LEASE = 60.0
"""Seconds for which a kernel that says nothing is believed to be alive."""


@dataclass
class SessionParts:
    """The parts that every task of a session works with.

    Attributes:
        service: the service's name in the journal.
        simulated: whether an emulator plays it.
        owner: this session's name for leases in the journal.
        store: the folder.
        client: the service.
        downloads: the picture hosts.
        uploader: gives links to references.
        watcher: reads all live tasks.
        search: finds the tasks whose replies were lost.
        limits: the room of the key.
        retry: how long things are tried again.
        clock: Unix seconds.
        balance: the last reading of what is left.
        pool: the pictures of each recipe.
        estimate: what a request will cost.
        identities: the pools that may answer a request.
        may_spend: whether anything may be bought now.
        paid_timeout: seconds after which the reply to a POST can't come any more.
        database_thread: one thread for the database: its writes keep their order.
        file_threads: for files, and for looking at pictures.
        durations: how long tasks take, as far as learned.
        flush: writes the lines around each POST.
        admission: takes fetched pictures into the store.
        callbacks: hears from the service; `None` where it can't call back.
    """

    service: str
    simulated: bool
    owner: str
    store: Store
    client: Client
    downloads: Downloader
    uploader: Uploader
    watcher: Watcher
    search: TaskSearch
    limits: Limits
    retry: RetryPolicy
    clock: Callable[[], float]
    balance: Balance
    pool: Pool
    estimate: Callable[[ImageRequest], Estimate]
    identities: Callable[[ImageRequest], list[str]]
    may_spend: Callable[[], bool]
    paid_timeout: float
    database_thread: Workers
    file_threads: Workers
    durations: LearnedDurations
    flush: SharedFlush
    admission: SharedWork[Arrival, GeneratedImage]
    callbacks: Callbacks | None

    @property
    def recipe_service(self) -> str:
        """The service's name in recipes: pictures of any emulator are emulated ones."""
        return recipe_service(self.service, simulated=self.simulated)


def assemble(
    transport: Transport,
    *,
    service: str,
    base_url: str,
    files_url: str,
    simulated: bool,
    key_name: str,
    store: Store,
    owner: str,
    estimate: Callable[[ImageRequest], Estimate],
    identities: Callable[[ImageRequest], list[str]],
    may_spend: Callable[[], bool],
    retry: RetryPolicy,
    clock: Callable[[], float],
    callbacks: CallbackPlace | None,
) -> SessionParts:
    """Make the parts of one session and put them together.

    Args:
        transport: the connections.
        service: the service's name in the journal.
        base_url: the API's address.
        files_url: the address of its files API.
        simulated: whether an emulator plays the service.
        key_name: a name for the key; sessions with the same one share their limits.
        store: the folder.
        owner: this session's name for leases in the journal.
        estimate: what a request will cost, in credits.
        identities: the pools that may answer a request, in their order.
        may_spend: whether anything may be bought now.
        retry: how long things are tried again, in seconds.
        clock: Unix seconds.
        callbacks: where the service may call back, if it can.
    """
    limits = limits_for(service, key_name)
    client = Client(transport, base_url, limits, clock=clock)
    database_thread, file_threads = Workers("evolink-records", 1), Workers("evolink-pictures", 2)
    uploader = Uploader(
        store.uploads,
        Files(transport, files_url, limits, file_threads, clock=clock),
        account=service_name(files_url),
        owner=owner,
        retry=retry,
        database_thread=database_thread,
        workers=file_threads,
        clock=clock,
    )
    search = TaskSearch(
        client,
        store,
        service,
        database_thread,
        paid_timeout=transport.timeouts.paid,
        apart=retry.together,
    )
    return SessionParts(
        service=service,
        simulated=simulated,
        owner=owner,
        store=store,
        client=client,
        downloads=Downloader(transport, limits, file_threads),
        uploader=uploader,
        watcher=Watcher(client, retry),
        search=search,
        limits=limits,
        retry=retry,
        clock=clock,
        balance=Balance(client, store, service, database_thread, clock),
        pool=Pool(store.root, store.database, store.libraries),
        estimate=estimate,
        identities=identities,
        may_spend=may_spend,
        paid_timeout=transport.timeouts.paid,
        database_thread=database_thread,
        file_threads=file_threads,
        durations=LearnedDurations(store.journal, service, database_thread),
        flush=SharedFlush(store.database, database_thread),
        admission=SharedWork(file_threads, store.gallery.admit_together),
        callbacks=None
        if callbacks is None
        else Callbacks(callbacks, store.journal, service, database_thread, clock),
    )
