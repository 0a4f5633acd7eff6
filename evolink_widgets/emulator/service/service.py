"""The emulated service without HTTP: tasks that age by the clock, credits, pictures.

Nothing runs in the background: a task's status is computed from its age whenever it is read, so
the clock may be turned by hand. Time and chance are arguments.
"""

from __future__ import annotations

import functools
import hashlib
import random
import string
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from evolink_widgets.emulator.contract import credit_formula, task_faults, timing
from evolink_widgets.emulator.contract.read_request import CheckedRequest, read_request
from evolink_widgets.emulator.contract.refusal import Refusal
from evolink_widgets.emulator.contract.task_record import (
    LINK_SECONDS,
    Link,
    TaskRecord,
    document,
    row,
)
from evolink_widgets.emulator.service.account import Accounts
from evolink_widgets.emulator.service.faults import Weather
from evolink_widgets.emulator.service.rate_limit import Buckets
from evolink_widgets.emulator.storage.drawn_pictures import DrawnPictures
from evolink_widgets.emulator.storage.recognise import Drawn, DrawnIndex
from evolink_widgets.emulator.storage.resolve_references import (
    Missing,
    RequestReferences,
    remembered,
)
from evolink_widgets.emulator.storage.stored_uploads import StoredUploads
from evolink_widgets.emulator.storage.task_file import TaskFile

__all__ = ["Service", "TaskRecord", "owner_of"]

_ID_ALPHABET = string.ascii_lowercase + string.digits
_POLICY_SECONDS = 3.0
"""Seconds of the real service's time after which the content policy speaks."""


class Service:
    """The whole service but its HTTP. Safe for several threads.

    Args:
        clock: Unix seconds.
        seed: of chance. The first task of a recipe has the same duration and pictures in every
            service of this seed, whatever else is asked before it; so has its second. Ids
            repeat, too, where no Idempotency-Key says that another process may share the
            service. `None`, the default, repeats nothing.
        speed: how much faster than the real service time passes in a task.
        weather: the faults to play; default: fair.
        memory: a file in which tasks outlive this process; several processes may share it.
            Uploads lie in a folder beside it.
        balance, allowance: credits of the account and of each key (`None`: no limit of its own).
        rate: requests a second for each key, and the burst; `None` for no limit.
        prices: times the published ones; may be changed, for tasks accepted from then on.
        keys: the API keys that are accepted; empty: any.
        draws_ahead: whether pictures are drawn while their task runs, and not when they are
            fetched: for one person's notebook, where the time is there and each is fetched.
        accounts: whether each key is an account of its own, which sees its own tasks, credits
            and files only. By default all keys belong to one account.
        loopback_callbacks: also call back to this very machine, without TLS if need be; the
            real service refuses that.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        seed: int | None = None,
        speed: float = 1.0,
        weather: Weather | None = None,
        memory: Path | None = None,
        balance: float = 10_000.0,
        allowance: float | None = 2_000.0,
        rate: tuple[float, float] | None = (200.0, 400.0),
        loopback_callbacks: bool = False,
        prices: float = 1.0,
        keys: Collection[str] = (),
        accounts: bool = False,
        draws_ahead: bool = False,
    ) -> None:
        self.clock = clock
        self.speed = speed
        self.weather = weather or Weather()
        self.counts: Counter[str] = Counter()
        self.account = Accounts(balance, allowance, apart=accounts)
        self.index = DrawnIndex(self._note_drawn)
        self.drawn = DrawnPictures(self.index)
        # A folder may be shared by processes of one seed, and their files' ids must differ.
        folder = memory.with_suffix(".files") if memory else None
        self.files = StoredUploads(clock, None if folder else seed, folder)
        self.references = RequestReferences(
            self.files, self.index, find=self._known, draw=self._bytes_of, clock=clock
        )
        self.buckets = Buckets(rate, clock)
        self.loopback_callbacks = loopback_callbacks
        self.prices = prices
        self.draws_ahead = draws_ahead
        self._owners = frozenset(map(owner_of, keys))
        self._seed = seed
        self._tasks: dict[str, TaskRecord] = {}
        self._open: dict[str, TaskRecord] = {}
        self._asked: Counter[str] = Counter()
        self._by_key: dict[tuple[str, str], str] = {}
        self._deciding: set[tuple[str, str]] = set()
        self._lock = threading.RLock()
        self._memory = TaskFile(memory) if memory else None
        self.weather.watch(self.free_stuck)
        self._remember()

    # -- asking --------------------------------------------------------------------------------

    def takes(self, owner: str) -> bool:
        """Whether a key is accepted; it is given as its digest, see `owner_of`."""
        return not self._owners or owner in self._owners

    def begin(self, idempotency: str | None, *, owner: str = "") -> None:
        """Note that a POST with this key is being decided; a second one has to wait.

        Raises:
            Refusal: 409 `paid_outcome_unknown` while the first is still being decided.
        """
        name = (self.account.name_of(owner), idempotency or "")
        with self._lock:
            if idempotency and name in self._deciding:
                message = "The first request under this key is still being decided."
                raise Refusal(409, "paid_outcome_unknown", message)
            if idempotency:
                self._deciding.add(name)

    def end(self, idempotency: str | None, *, owner: str = "") -> None:
        """The POST is decided."""
        with self._lock:
            self._deciding.discard((self.account.name_of(owner), idempotency or ""))

    def create(
        self, body: object, idempotency: str | None = None, *, owner: str = ""
    ) -> tuple[TaskRecord, bool]:
        """Accept a request, or find it again under its Idempotency-Key.

        Args:
            body: the parsed JSON.
            idempotency: the key it came with.
            owner: who asks; see `owner_of`.

        Returns:
            the task, and whether it is an earlier one.

        Raises:
            Refusal: 400 with the field, 402, or 409 `idempotency_conflict`.
        """
        ask = read_request(body, loopback_callbacks=self.loopback_callbacks)
        digest = hashlib.sha256(repr(ask).encode()).hexdigest()
        with self._lock:
            self._remember()
            name = (self.account.name_of(owner), idempotency or "")
            if idempotency and (known := self._by_key.get(name)):
                record = self._tasks[known]
                if record.digest != digest:
                    message = "This Idempotency-Key was used with a different request."
                    raise Refusal(409, "idempotency_conflict", message)
                self.counts["replayed"] += 1
                return record, True
            self._settle_ended()
            reserved = credit_formula.reserve(ask, self.prices)
            self.account.of(owner).check(owner, reserved)
            fate, sources = self._fate_of(ask)
            ask = replace(ask, references=remembered(ask.references, sources))
            record = self._record(ask, fate, sources, owner, idempotency)
            record.reserved, record.digest = reserved, digest
            self._write_down(record)
            self._admit(record)
            self.counts["accepted"] += 1
        return record, False

    def _fate_of(self, ask: CheckedRequest) -> tuple[str, tuple[str, ...]]:
        """What will become of the task, and what its references lead to.

        Raises:
            Refusal: 400 for a reference that is stored here and of no use.
        """
        try:
            sources = self.references.resolve(ask.references)
        except Missing as missing:
            return missing.fate, ()
        fault = self.weather.strike("task", "task")
        return fault.name if fault else "", sources

    def _record(
        self,
        ask: CheckedRequest,
        fate: str,
        sources: tuple[str, ...],
        owner: str,
        idempotency: str | None,
    ) -> TaskRecord:
        now = self.clock()
        number = len(self._tasks)
        seed = None if self._seed is None else self._seed_of(ask, sources)
        chance = random.Random(seed)
        seconds = timing.duration(ask, chance)
        if fate == "policy refusal":
            seconds = min(seconds, _POLICY_SECONDS)
        # Two processes under one seed must not draw the same id in the same second.
        task_id = self._new_id(now, random.Random() if idempotency else chance)
        return TaskRecord(
            id=task_id,
            number=number,
            created=now,
            ask=ask,
            lasts=seconds / self.speed,
            usual=timing.usual_duration(ask) / self.speed,
            reserved=0.0,
            owner=owner,
            picture_seed=seed or task_id,
            idempotency=idempotency,
            fate=fate,
            sources=sources,
            prices=self.prices,
        )

    def _seed_of(self, ask: CheckedRequest, sources: tuple[str, ...]) -> str:
        """The seed of a task: the recipe, and how often it was asked for under this seed."""
        contents = self.references.name_contents(ask.references, sources)
        recipe = (ask.model, ask.prompt, ask.width, ask.height, ask.quality, contents)
        name = f"{self._seed}/{hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]}"
        return f"{name}/{self._asked[name]}"

    def _new_id(self, now: float, chance: random.Random) -> str:
        while True:
            letters = "".join(chance.choices(_ID_ALPHABET, k=8))
            task_id = f"task-unified-{int(now)}-{letters}"
            if task_id not in self._tasks:
                return task_id

    def _write_down(self, record: TaskRecord) -> None:
        if self._memory is None:
            return
        try:
            self._memory.add(record)
        except OSError as error:
            message = f"The emulator cannot write its memory file: {error}"
            raise Refusal(503, "service_unavailable", message) from error

    def _admit(self, record: TaskRecord) -> None:
        self._tasks[record.id] = self._open[record.id] = record
        self._asked[record.picture_seed.rpartition("/")[0]] += 1
        self.account.hold(record.id, record.owner, record.reserved)
        if record.idempotency:
            self._by_key[self.account.name_of(record.owner), record.idempotency] = record.id

    # -- looking -------------------------------------------------------------------------------

    def find(self, task_id: str, *, owner: str | None = None) -> TaskRecord:
        """The task with this id.

        Args:
            task_id: its id.
            owner: who asks; `None` asks for any account's.

        Raises:
            Refusal: 400 `invalid_task_id`, or 404 `task_not_found`.
        """
        if not task_id.startswith("task-unified-"):
            raise Refusal(400, "invalid_task_id", "Not a task id.", param="task_id")
        with self._lock:
            if task_id not in self._tasks:
                self._remember()
            record = self._tasks.get(task_id)
        if record is None or not self._sees(owner, record):
            raise Refusal(404, "task_not_found", "There is no such task.", param="task_id")
        return record

    def all(self, *, owner: str | None = None) -> list[TaskRecord]:
        """All tasks that a caller may see, newest first; `None` may see all."""
        with self._lock:
            self._remember()
            mine = [record for record in self._tasks.values() if self._sees(owner, record)]
            return sorted(mine, key=lambda r: (-r.created, -r.number))

    def _sees(self, owner: str | None, record: TaskRecord) -> bool:
        name_of = self.account.name_of
        return owner is None or name_of(owner) == name_of(record.owner)

    def ends_at(self, record: TaskRecord) -> float | None:
        """When the task ends, in Unix seconds; `None` while it is stuck."""
        return record.ends_at

    def document(self, record: TaskRecord, link: Link) -> dict[str, Any]:
        """The task as GET gives it; credits of an ended task are settled by then.

        Args:
            record: the task.
            link: makes the link of one picture from task and number.
        """
        now = self.clock()
        with self._lock:
            self._settle(record, now)
            told = document(record, now, link)
            record.readings += 1
            record.endings += record.ended(now)
        return told

    def rows(
        self, *, status: str | None, model: str | None, owner: str | None = None
    ) -> list[Callable[[], dict[str, Any]]]:
        """The list's rows, newest first, to be called for those that are shown.

        Args:
            status: only tasks that stand so now; "processing" includes the pending ones.
            model: only tasks of this model.
            owner: only tasks of this key; `None` is every key.
        """
        now = self.clock()
        wanted = {"pending", "processing"} if status == "processing" else {status}
        return [
            functools.partial(row, record, now)
            for record in self.all(owner=owner)
            if (model is None or record.ask.model == model)
            and (status is None or record.status(now) in wanted)
        ]

    def credits(self, owner: str = "") -> dict[str, Any]:
        """Return the reply of `GET /v1/credits` to a caller."""
        with self._lock:
            self._remember()
            self._settle_ended()
            return self.account.of(owner).document(owner)

    def free_stuck(self) -> None:
        """Fair weather: tasks that stand still go on. The weather calls this by itself."""
        with self._lock:
            self._remember()
            for record in self._open.values():
                if record.fate == "stuck" and record.freed_at is None:
                    record.freed_at = self.clock()
                    self._note_freed(record)

    def _note_freed(self, record: TaskRecord) -> None:
        if self._memory is None:
            return
        try:
            self._memory.free(record)
        except OSError:  # this process frees it all the same
            return

    # -- pictures ------------------------------------------------------------------------------

    def picture(self, task_id: str, number: int) -> tuple[bytes, str]:
        """A finished picture and its MIME type. Takes a while: call it from a worker thread.

        Raises:
            Refusal: 404: there is none, or it is older than a day.
        """
        record = self.find(task_id)
        now = self.clock()
        ends = record.ends_at
        if ends is None or not ends <= now < ends + LINK_SECONDS or number not in record.delivered:
            raise Refusal(404, "not_found", "There is no such picture.")
        return self.draw(record, number)

    def draw(self, record: TaskRecord, number: int) -> tuple[bytes, str]:
        """A picture and its MIME type, whether or not its task has ended. Takes a while."""
        follow = functools.partial(self.references.follow, record)
        if not record.ask.references:
            follow = functools.partial(list)
        ask = task_faults.drawn_as(record)
        return self.drawn.draw(record.id, number, ask, record.picture_seed, follow)

    def _bytes_of(self, record: TaskRecord, number: int) -> bytes:
        return self.draw(record, number)[0]

    def _known(self, task_id: str) -> TaskRecord | None:
        with self._lock:
            if task_id not in self._tasks:
                self._remember()
            return self._tasks.get(task_id)

    def _note_drawn(self, drawn: Drawn) -> None:
        if self._memory is None:
            return
        try:
            self._memory.draw(drawn)
        except OSError:  # this process knows it all the same
            return

    # -- books ---------------------------------------------------------------------------------

    def _settle(self, record: TaskRecord, now: float) -> None:
        if record.settled or not record.ended(now):
            return
        record.settled = True
        self._open.pop(record.id, None)
        self.account.of(record.owner).settle(record.id, record.charge)
        if record.charge:
            self.counts["charges"] += 1

    def _settle_ended(self) -> None:
        now = self.clock()
        for record in list(self._open.values()):
            self._settle(record, now)

    def _remember(self) -> None:
        """Take in what was written into the shared memory, by others or an earlier process."""
        if self._memory is None:
            return
        for found in self._memory.news():
            if isinstance(found, Drawn):
                self.index.learn(found)
            elif isinstance(found, TaskRecord):
                if found.id not in self._tasks:
                    self._admit(found)
            elif (record := self._tasks.get(found.id)) and record.freed_at is None:
                record.freed_at = found.at


def owner_of(key: str) -> str:
    """A digest that stands for an API key; the key itself is kept nowhere."""
    return hashlib.sha256(f"evolink emulator {key}".encode()).hexdigest()[:16]
