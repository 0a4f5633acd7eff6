"""How the parts of a session are made and put together, on its first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from evolink_widgets.core.service.client import Client
from evolink_widgets.core.service.download import Downloader
from evolink_widgets.core.service.files_api import Files
from evolink_widgets.core.service.limits import limits_for
from evolink_widgets.core.shared.balance import Balance
from evolink_widgets.core.shared.durations import Lessons
from evolink_widgets.core.shared.flush import SharedFlush
from evolink_widgets.core.shared.parts import Keeper, Wiring
from evolink_widgets.core.shared.task_search import Lookout
from evolink_widgets.core.shared.upload import Uploader
from evolink_widgets.core.shared.watcher import Watcher
from evolink_widgets.core.workers import Workers
from evolink_widgets.rules.request.service_address import service_name
from evolink_widgets.store.gallery.pool import Pool

if TYPE_CHECKING:
    from evolink_widgets.core.service.retry import Patience
    from evolink_widgets.core.service.transport import Transport
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.request.request import ImageRequest
    from evolink_widgets.store.store import Store


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
    keeper: Keeper,
    estimate: Callable[[ImageRequest], Estimate],
    may_spend: Callable[[], bool],
    patience: Patience,
    clock: Callable[[], float],
) -> Wiring:
    """The parts of one session; what each of these is for stands at `Session` and `Wiring`."""
    limits = limits_for(service, key_name)
    client = Client(transport, base_url, limits, clock=clock)
    records, pictures = Workers("evolink-records", 1), Workers("evolink-pictures", 2)
    uploader = Uploader(
        store.uploads,
        Files(transport, files_url, limits, pictures, clock=clock),
        account=service_name(files_url),
        owner=owner,
        patience=patience,
        records=records,
        workers=pictures,
        clock=clock,
    )
    lookout = Lookout(
        client,
        store,
        service,
        records,
        paid_timeout=transport.timeouts.paid,
        apart=patience.together,
    )
    return Wiring(
        service=service,
        simulated=simulated,
        owner=owner,
        store=store,
        client=client,
        downloads=Downloader(transport, limits, pictures),
        uploader=uploader,
        watcher=Watcher(client, patience),
        lookout=lookout,
        limits=limits,
        patience=patience,
        clock=clock,
        balance=Balance(client, store, service, records, clock),
        pool=Pool(store.root, store.database),
        estimate=estimate,
        may_spend=may_spend,
        keeper=keeper,
        paid_timeout=transport.timeouts.paid,
        records=records,
        pictures=pictures,
        lessons=Lessons(store.journal, service, records),
        flush=SharedFlush(store.database, records),
    )
