"""The borrower's side: a loan is written down in a folder of its own, then sent and collected.

Writing down (`take`) and sending (`fulfil`) are two calls, and only the first has the requests.
The second may be made any number of times, after any crash and by any process that sees the
folder: the folder's journal says what was sent, and that is collected and never sent again. A
borrower that does not see the folder has not taken the loan, and sends nothing of it.
"""

from __future__ import annotations

import asyncio
import io
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from evolink_widgets.core import loop
from evolink_widgets.core.loans.loan import Loan, Return
from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.transport import Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key, find_key
from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.errors import (
    Billed,
    ConfigurationError,
    EvolinkError,
    RateLimited,
    ServiceUnavailable,
    StoreDamaged,
    StoreError,
)
from evolink_widgets.images.proof.check_picture import check_picture
from evolink_widgets.rules.request.service_address import is_loopback, service_name
from evolink_widgets.rules.tasks.schedule import Durations
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.file_names import KEY
from evolink_widgets.store.journal.failures import failure_record
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.store.safe_files import guarded
from evolink_widgets.store.store import Store
from evolink_widgets.version import __version__

__all__ = [
    "KEY_FOR_WORKERS",
    "Fulfilment",
    "Workplace",
    "closed",
    "folder_of",
    "forget",
    "proof_here",
    "session_of",
    "take",
]

KEY_FOR_WORKERS = (
    "Set EVOLINK_API_KEY in the environment of each worker, before it starts: the key is never "
    "sent to one."
)

LIMITED = 20.0
"""Seconds, in all, that a purchase waits because the service answers 429. Then all that is unsent
of its loan goes home, for what is paid of it waits; the lender decides when it is asked for again.
"""

_MARK = "loan"
_CLAIMS = 1.0
"""Seconds between two tries to become the one who collects a loan."""

_TAKES_BACK = 0.5
"""Seconds after which what was just being sent, and was turned away, is taken back as well."""


@dataclass(frozen=True)
class Workplace:
    """Where a worker works, and for which service; a key is not among it.

    Attributes:
        root: a folder on the worker, on a disk that outlives it.
        base_url: the service.
        files_url: its files service.
        simulated: whether an emulator plays it.
        pictures: where pictures stay, such as "s3://bucket/animals"; `None` is to come home.
    """

    root: str
    base_url: str
    files_url: str
    simulated: bool
    pictures: str | None = None


def folder_of(root: Path, name: str) -> Path:
    """The folder of a loan under a borrower's root.

    Raises:
        StoreDamaged: `name` is no loan's.
    """
    if not KEY.fullmatch(name):
        raise StoreDamaged(f"{name!r:.80} is no loan's name.")
    return root / f"loan-{name}"


def take(root: Path, loan: Loan) -> None:
    """Write a loan down, durably: nothing of it is sent yet.

    Args:
        root: the borrower's folder; its disk should outlive the process.
        loan: what is lent.

    Raises:
        StoreError: it can't be written.
    """
    store = Store(folder_of(root, loan.name))
    try:
        for digest, data in loan.references.items():
            form = check_picture(io.BytesIO(data)).format
            store.uploads.keep(data, digest, form)
        moment = now()
        with store.database.write(durable=True):
            store.journal.remember(_MARK, {"name": loan.name, "service": loan.service})
            for ask in loan.asks:
                store.ledger.reserve(
                    ask.key, ask.high, now=moment, service=loan.service, scopes=loan.scopes
                )
                store.journal.intend(
                    ask.recipe["request"],
                    service=loan.service,
                    now=moment,
                    key=ask.key,
                    idempotency_key=ask.idempotency_key,
                    recipe=ask.recipe,
                    identity=ask.identity,
                    estimate_high=ask.high,
                    origin=loan.origin,
                )
    finally:
        store.close()


def returns_of(store: Store) -> list[Return]:
    """What a loan's folder says of each of its purchases.

    Raises:
        StoreError: it can't be read.
    """
    return [
        Return(
            entry.key,
            entry.step,
            entry.task_id,
            entry.accepted_at,
            entry.receipt,
            entry.failure,
            entry.ended_at is not None,
        )
        for entry in store.journal.entries()
    ]


def closed(root: Path, name: str) -> list[Return]:
    """What a loan's folder says, once nothing of it can be sent any more; without the service.

    Raises:
        StoreError: it can't be read or written.
    """
    store = Store(folder_of(root, name))
    why = ServiceUnavailable("The workers could not send it.", billed=Billed.NO)
    try:
        with store.database.write(durable=True):
            for entry in store.journal.unsent_entries():
                if store.journal.claim(entry.key, store.owner, now()):
                    store.journal.refused(entry.key, failure_record(why), now())
                    store.ledger.release(entry.key, now())
        return returns_of(store)
    finally:
        store.close()


def forget(root: Path, name: str) -> None:
    """Remove the folder of a loan that has come home.

    Raises:
        StoreError: it can't be removed.
    """
    folder = folder_of(root, name)
    if folder.is_symlink():
        raise StoreError(f"{folder} is a link.", advice="Remove it by hand.")
    with guarded(folder, "removed"):
        shutil.rmtree(folder)


def session_of(folder: Path, place: Workplace) -> Session:
    """A session on a loan's folder, with this process's own key.

    It looks for no lost replies: only the lender knows what else was asked for under that key.

    Raises:
        ConfigurationError: there is no key here, and the service needs one.
    """
    key = find_key()
    if key is None and is_loopback(place.base_url):
        key = Key("no-secret", "the emulator")
    if key is None:
        raise ConfigurationError(
            "This worker has no API key, and the live service needs one.", advice=KEY_FOR_WORKERS
        )
    return Session(
        service=service_name(place.base_url),
        base_url=place.base_url,
        files_url=place.files_url,
        transport=partial(_kept_connections, key, (place.base_url, place.files_url)),
        store=Store(folder),
        key_name=key.fingerprint(),
        key_source=key.source,
        simulated=place.simulated,
        retry=RetryPolicy(look=(), limited=LIMITED),
    )


def proof_here(challenge: bytes) -> bytes | None:
    """The answer to a challenge by this process's key; `None` where there is none."""
    key = find_key()
    return None if key is None else key.proof(challenge)


class _Kept(Transport):
    """Connections that stay open from one loan to the next."""

    async def close(self) -> None:
        """They end with the process."""


#: By the loop that they are on, the key and the addresses.
_kept: dict[object, Transport] = process_global(f"{__name__} kept", dict)


#: How long the tasks of each service take, as all loans of this process have learned it.
_durations: dict[str, Durations] = process_global(f"{__name__} durations", dict)


def _kept_connections(key: Key, urls: tuple[str, str]) -> Transport:
    name = (loop.generation(), key.fingerprint(), urls)
    if name not in _kept:
        _kept[name] = _Kept(key, urls, agent=f"evolink-widgets/{__version__}")
    return _kept[name]


class Fulfilment:
    """One loan at work: what is unsent is sent, what was sent is collected.

    Args:
        session: on the loan's folder; it looks for no lost replies (`RetryPolicy.look` is empty),
            for it does not know what others under the same key have asked for.
        send: whether what is unsent may be sent; else it is closed, at no cost.
    """

    def __init__(self, session: Session, *, send: bool) -> None:
        self._session = session
        self._send = send
        self._is_withdrawn = False
        self._tasks: dict[str, Task] = {}

    @property
    def states(self) -> dict[str, TaskState]:
        """How each of its tasks stands now, by key."""
        return {key: task.state for key, task in list(self._tasks.items())}

    def run(self) -> list[Return]:
        """Block until all of it has ended, as far as it can end here.

        Raises:
            StoreError: the folder can't be read or written.
        """
        try:
            loop.wait_on_loop(self._run())
        finally:
            self._session.close()
        try:
            return returns_of(self._session.store)
        finally:
            self._session.store.close()

    def withdraw(self) -> None:
        """Take back what was not sent yet; it costs nothing."""
        self._is_withdrawn = True
        self._take_back()

    def _take_back(self) -> None:
        for task in list(self._tasks.values()):
            if task.state.stage is Stage.QUEUED:
                task.stop()

    async def _run(self) -> None:
        from evolink_widgets.core.recovery.recover import take_up

        parts = self._session.parts
        # What the loans before have taught of how long tasks take: fewer looks are in vain.
        parts.durations.known = _durations.setdefault(parts.service, parts.durations.known)
        journal, run = parts.store.journal, parts.database_thread.run
        left = {entry.key for entry in await run(journal.entries) if entry.ended_at is None}
        while left:
            claimed = await run(self._claim, left)
            for entry in claimed:
                left.discard(entry.key)
                to_send = entry.step is Step.INTENDED and self._send
                runner = await take_up(
                    parts, self._session, entry.key, entry=entry, to_send=to_send
                )
                if runner is not None:
                    self._tasks[entry.key] = runner.task
                    if to_send and self._is_withdrawn:
                        runner.task.stop()
            if left:  # another process has them; it may end
                await asyncio.sleep(_CLAIMS)
                ended = {one.key for one in await run(journal.entries) if one.ended_at is not None}
                left -= ended
        await self._all_end()

    async def _all_end(self) -> None:
        """Wait for the end of all; once the service turns away for long, of what was sent."""
        waits = {asyncio.ensure_future(_end_of(task)) for task in self._tasks.values()}
        while waits:
            ended, waits = await asyncio.wait(
                waits,
                timeout=_TAKES_BACK if self._is_withdrawn else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if any(isinstance(wait.result(), RateLimited) for wait in ended):
                self._is_withdrawn = True
            if self._is_withdrawn:
                self._take_back()

    def _claim(self, keys: set[str]) -> list[Entry]:
        """Claim those that no living process has; on a worker."""
        store, parts = self._session.store, self._session.parts
        with store.database.write():
            mine = [key for key in keys if store.journal.claim(key, parts.owner, parts.clock())]
        found = (store.journal.get(key) for key in mine)
        return [entry for entry in found if entry is not None]


async def _end_of(task: Task) -> EvolinkError | None:
    """Wait for the end of a task; why it ended without its pictures."""
    try:
        await task
    except EvolinkError as error:
        return error
    return None
