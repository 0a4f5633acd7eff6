"""Looks, before anything is bought, whether every worker of an engine can work for this store."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from evolink_widgets.batches.engine import worker
from evolink_widgets.batches.engine.borrow import KEY_FOR_WORKERS, Workplace
from evolink_widgets.batches.engine.buyer import EngineBuyer
from evolink_widgets.batches.engine.calls import Cluster
from evolink_widgets.batches.engine.dask import DaskCluster
from evolink_widgets.batches.engine.elsewhere import Elsewhere, check_address
from evolink_widgets.batches.engine.worker import Hello
from evolink_widgets.batches.runs.buying import Buyer
from evolink_widgets.connect.current import proof_of_key
from evolink_widgets.core.session import Session
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.rules.tasks.played import EMULATOR, RECORDED
from evolink_widgets.version import __version__

__all__ = ["buyer_on"]

NO_FOLDER = (
    'Name a folder on a disk that outlives the workers: b.create(on=client, worker_store="/data"). '
    "What is bought there and not yet home would be lost with a temporary one."
)


def buyer_on(
    client: Any, session: Session, worker_store: str | Path | None, store: str | None
) -> Callable[..., Buyer]:
    """What makes a buyer whose asks go to the workers of a client.

    Args:
        client: `dask.distributed.Client`.
        session: the driver's.
        worker_store: a folder on the workers.
        store: where pictures stay, as fsspec takes it; `None` brings them home.

    Raises:
        ConfigurationError: it can't be used, or a worker can't work; nothing was sent.
    """
    cluster = DaskCluster(client)
    if worker_store is None or not Path(worker_store).is_absolute():
        raise ConfigurationError(
            f"worker_store must be an absolute path on the workers; it is {worker_store!r:.80}.",
            advice=NO_FOLDER,
        )
    if session.service == RECORDED:
        raise ConfigurationError(
            "A cassette that is replayed in this process can't be reached by workers.",
            advice="Create the batch here: without on=.",
        )
    if session.service == EMULATOR:
        raise ConfigurationError(
            "The emulator inside this process can't be reached by workers.",
            advice="Serve one with python -m evolink_widgets.emulator --port 8790, and name it: "
            'ew.configure(base_url="http://127.0.0.1:8790").',
        )
    pictures = None if store is None else check_address(store)
    if pictures is not None:
        Elsewhere(pictures).check()
    place = Workplace(
        str(worker_store), session.base_url, session.files_url, session.simulated, pictures
    )
    addresses = cluster.workers()
    if not addresses:
        raise ConfigurationError(
            "The cluster has no workers.", advice="Start some, or call client.wait_for_workers(1)."
        )
    acquaintance = Acquaintance(cluster, session, place)
    for address in addresses:
        acquaintance.check(address)
    return partial(EngineBuyer, cluster, place, acquaintance.check)


class Acquaintance:
    """Asks a worker who it is and whether it can work, before it gets anything to send.

    Args:
        cluster: the workers.
        session: the driver's.
        place: where they are to work.
    """

    def __init__(self, cluster: Cluster, session: Session, place: Workplace) -> None:
        self._cluster = cluster
        self._place = place
        self._simulated = session.simulated
        self._challenge = secrets.token_bytes(16)
        self._ours = None if session.simulated else proof_of_key(self._challenge)
        self._known: set[str] = set()

    def check(self, address: str) -> None:
        """Look once whether a worker can work; blocks.

        Raises:
            ConfigurationError: it can't.
        """
        if address in self._known:
            return
        try:
            said: Hello = self._cluster.ask(address, worker.hello, self._place, self._challenge)
        except Exception as error:
            raise ConfigurationError(
                f"Worker {address} can't be asked: {error}.",
                advice='Install the same there: pip install "evolink-widgets[dask]".',
            ) from error
        _check(address, said, self._ours, simulated=self._simulated)
        self._known.add(address)


def _check(address: str, said: Hello, ours: bytes | None, *, simulated: bool) -> None:
    where = f"Worker {address} on {said.host}"
    if said.version != __version__:
        raise ConfigurationError(
            f"{where} has evolink-widgets {said.version}, and this process {__version__}.",
            advice="Install the same version on both.",
        )
    if said.trouble is not None:
        raise ConfigurationError(
            f"{where}: {said.trouble}.", advice="Name a folder that its user can write to."
        )
    if simulated:
        return
    if said.proof is None:
        raise ConfigurationError(
            f"{where} has no API key, and the live service needs one.",
            advice=KEY_FOR_WORKERS,
        )
    if ours is None or not hmac.compare_digest(ours, said.proof):
        raise ConfigurationError(
            f"{where} has another API key than this process. What a lost worker has bought is "
            "looked for in the list of tasks of this process's key.",
            advice="Set EVOLINK_API_KEY to the same key on both.",
        )
