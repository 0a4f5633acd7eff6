"""Watches all live tasks of a session: looks when each is likely to be done.

Each task has a plan of its own (`rules.tasks.schedule`). Where the service has that call, readings
go out in batches: when as many tasks have likely ended as are worth a request, with the likeliest
in each place that is free. Where it has not, where it leaves a task out or keeps repeating an old
reading, tasks are read one by one. What the plans learn of the
service is kept for the next kernel (`LearnedDurations`).
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from evolink_widgets.core.loop import Workers, spawn
from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.client import Client
from evolink_widgets.errors import EvolinkError, RateLimited, RequestRefused, StoreError
from evolink_widgets.rules.tasks.schedule import Durations, Plan
from evolink_widgets.rules.tasks.task import TaskSnapshot

if TYPE_CHECKING:
    from evolink_widgets.store.journal.journal import Journal

log = logging.getLogger("evolink_widgets")

EACH = 0.002
"""Seconds that two batches are apart for each task that is watched: a few are not worth a delay."""

APART = 2.3
"""How far two batches are apart at most, in shortest pauses of a plan, as long as ends come
evenly. A task ends half of that before it is seen, which is what reading it singly takes."""

SOONEST, LATEST = 0.3, 2.0
"""How far two batches are apart at least and at most, against that."""

AHEAD = 0.15
"""How far ahead the rate of ends is taken, against that."""

SAMPLE = 100
"""Of so many tasks it is estimated when to send: it is a ratio, so that some speak for all."""

REPLY_LEARNED, LONGEST_REPLY = 0.2, 1.0
"""How much the last batch's reply weighs in how long one takes, and what is believed at most."""

LIKELY = 0.0005
"""From this likelihood to have ended on, the likeliest come first where a batch has places left."""

TELLING = 20
"""Per cent of progress from which it says something about the end."""

SUSPECT, TRUSTED = 5, 80
"""Equal batch readings in a row after which a task is read singly at once, as the batch may be
stale. Twice as many each time that it was not and has told of ends, up to the second."""

STALE = 5
"""Batch readings in a row, each behind what its task had said of itself, that end their use. A
task may end, and a bar that halts may go on, between a batch and the single reading after it."""

NO_WONDER = 0.02
"""From this likelihood on that a task ended between both readings, that speaks of no staleness."""

REFUSALS = 5
"""Refused readings, with none between them that told something, before it is clear that the
service does not tell of a task: one alone may come from a proxy, a key that is being changed, or
a machine of the service that has not heard of the task yet."""

WRITTEN_APART = 1.0
"""Seconds between two writes of what was learned, however many tasks end meanwhile."""

AFTER_FAULT = 1.0
"""Seconds until the watching goes on after a fault of its own."""

Seen = Callable[[TaskSnapshot], object]
Trouble = Callable[[EvolinkError], object]
Told = TypeVar("Told")


@dataclass(eq=False)
class _Watch:
    """One task that is watched. Times are on the loop's clock."""

    task_id: str
    plan: Plan
    started: float
    seen: Seen
    trouble: Trouble
    ended: asyncio.Future[TaskSnapshot]
    read_at: float
    due: float
    early: float = 0.0
    quiet_until: float = 0.0
    told: bool = False
    at_once: bool = False
    looking: bool = False
    asked: float = 0.0
    left_out: bool = False
    failures: int = 0
    refusals: int = 0
    refused_since: float = 0.0
    reading: tuple[object, ...] = ()
    repeats: int = 0
    singly: tuple[object, ...] | None = None


class Watcher:
    """Reads live tasks until they finish; to be used on the core's loop only.

    Args:
        client: the service.
        retry: pauses after failures.
    """

    def __init__(self, client: Client, retry: RetryPolicy) -> None:
        self._client = client
        self._retry = retry
        self._live: dict[_Watch, None] = {}
        self._changed = asyncio.Event()
        self._running = False
        self._next = math.inf
        self._looked_at = -math.inf
        self._reply_takes = 0.0
        self._stale = 0
        self._suspect = SUSPECT
        self._told_ends = False

    async def watch(
        self,
        task_id: str,
        plan: Plan,
        elapsed: float,
        seen: Seen,
        trouble: Trouble,
        *,
        quiet: float = 0.0,
    ) -> TaskSnapshot:
        """Read a task until the service has finished it, well or badly.

        There is no deadline: what is paid for is waited for. Cancelling ends the watching. A
        refused reading says nothing of the task; when that is all that comes, `REFUSALS` times
        in a row and for `RetryPolicy.refused` seconds, watching it any longer is of no use now.

        Args:
            task_id: the service's id.
            plan: when to look.
            elapsed: seconds since the service accepted it.
            seen: told of each reading that is not the last.
            trouble: told of each reading that failed and will be tried again.
            quiet: seconds in which the service is to tell of the end, so that it need not be
                read before `told` is called; after that it is read as any other.

        Raises:
            RequestRefused: the service refuses to tell of it; its own kind says why.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        started = now - elapsed
        due = started + plan.first() if elapsed < 1.0 else now
        ended: asyncio.Future[TaskSnapshot] = loop.create_future()
        watch = _Watch(task_id, plan, started, seen, trouble, ended, started, due)
        watch.early = started + plan.hardly_before()
        if quiet:
            watch.quiet_until = now + quiet
            watch.due = max(due, watch.quiet_until) if elapsed < 1.0 else due
        self._live[watch] = None
        self._wake()
        try:
            return await watch.ended
        finally:
            del self._live[watch]
            if not self._live:
                self._changed.set()

    def look_now(self, task_id: str) -> None:
        """Read a task at once, without waiting for its next turn."""
        for watch in self._watches_of(task_id):
            watch.due, watch.at_once = asyncio.get_running_loop().time(), True
            self._wake()

    def told(self, task_id: str) -> None:
        """Read a task at once: the service has said that it ended. It may not be true."""
        for watch in self._watches_of(task_id):
            watch.told, watch.quiet_until = True, 0.0
        self.look_now(task_id)

    def _watches_of(self, task_id: str) -> list[_Watch]:
        """Usually one; a service that answers two asks with one task has both waiting for it."""
        return [watch for watch in self._live if watch.task_id == task_id]

    def _wake(self) -> None:
        self._changed.set()
        if not self._running:
            self._running = True
            spawn(self._run(), name="evolink-watcher")

    async def _run(self) -> None:
        try:
            while self._live:
                try:
                    await self._turn()
                except Exception:  # no fault may end the watching of what is paid for
                    log.exception("The watching of tasks met a fault; it goes on.")
                    await asyncio.sleep(AFTER_FAULT)
        finally:
            self._running = False

    async def _turn(self) -> None:
        """Wait until readings are due, or until something changed; send them."""
        loop = asyncio.get_running_loop()
        self._changed.clear()
        waiting = self._waiting()
        self._next = min((watch.due for watch in waiting), default=math.inf)
        pause = self._next - loop.time()
        if pause > 0:
            await self._pause(pause)
            return
        if self._batches and len(waiting) > 1:
            await self._gather()
        due = self._due(self._waiting(), loop.time())
        if due:
            self._looked_at = loop.time()
            self._look(due)

    def _waiting(self) -> list[_Watch]:
        return [watch for watch in self._live if not watch.looking]

    async def _pause(self, seconds: float) -> None:
        """Wait that long, or until something changed."""
        if math.isinf(seconds):
            await self._changed.wait()
            return
        timer = asyncio.get_running_loop().call_later(seconds, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            timer.cancel()

    @property
    def _batches(self) -> bool:
        return self._client.reads_batches and self._stale < STALE

    async def _gather(self) -> None:
        """Wait until it is worth a request to read what is due, and what is likeliest with it.

        Waiting a little longer keeps those waiting that have ended, and spares those that end
        meanwhile the time until the batch after. So a batch goes out when the first outweigh
        the second: behind a cluster of ends, not in it. Where ends come evenly that is every
        `apart` seconds.
        """
        loop = asyncio.get_running_loop()
        shortest = min(watch.plan.shortest for watch in self._live)
        apart = min(EACH * len(self._live), APART * shortest)
        while waiting := self._waiting():
            now = loop.time()
            even, latest = self._looked_at + apart, self._looked_at + LATEST * apart
            if any(watch.at_once for watch in waiting):
                pause = even - now  # that they ended is known, and belongs to no estimate
            elif now < self._looked_at + SOONEST * apart:
                pause = self._looked_at + SOONEST * apart - now
            else:
                pause = min(self._not_yet(now, apart) * apart, latest - now)
            if pause <= 0:
                return
            await asyncio.sleep(pause)

    def _not_yet(self, now: float, apart: float) -> float:
        """How long to wait on before it is judged again, in parts of `apart`; 0 is to send now."""
        seen = now + self._reply_takes
        soon = seen + AHEAD * apart
        likely = [watch for watch in self._live if watch.early <= soon and watch.quiet_until <= now]
        likely = likely[:: 1 + len(likely) // SAMPLE]
        ended = sum(self._ended(watch, seen) for watch in likely)
        ending = (sum(self._ended(watch, soon) for watch in likely) - ended) / AHEAD
        if ended >= ending:
            return 0.0
        return 0.06 if ended > ending / 2 else 0.12

    def _ended(self, watch: _Watch, by: float) -> float:
        """How likely it is that a task has ended by then, and no reading on its way tells it."""
        after = watch.read_at
        if watch.looking:
            after = max(after, watch.asked + self._reply_takes)
        return watch.plan.ended(after - watch.started, by - watch.started)

    def _due(self, waiting: list[_Watch], now: float) -> list[_Watch]:
        due = [watch for watch in waiting if watch.due <= now]
        places = -len(due) % self._client.batch_size if due else 0
        return due + self._with_them(waiting, now, places) if self._batches and places else due

    def _with_them(self, waiting: list[_Watch], now: float, places: int) -> list[_Watch]:
        """What a batch takes along, as that costs no request: who has likely ended, then who was
        not read for longest, as what is believed of it may be wrong."""
        seen = now + self._reply_takes
        others = (
            (self._ended(watch, seen) if watch.early <= seen else 0.0, watch)
            for watch in waiting
            if watch.due > now >= watch.quiet_until and not (watch.failures or watch.left_out)
        )
        ranked = (
            ((-share if share > LIKELY else 0.0, watch.read_at), watch) for share, watch in others
        )
        return [watch for _, watch in heapq.nsmallest(places, ranked, key=lambda one: one[0])]

    def _look(self, watches: list[_Watch]) -> None:
        for watch in watches:
            watch.looking, watch.at_once, watch.asked = True, False, self._looked_at
        if not self._batches or len(watches) < 2:
            for watch in watches:
                spawn(self._look_singly(watch), name="evolink-look")
            return
        size = self._client.batch_size
        for start in range(0, len(watches), size):
            spawn(self._look_at_many(watches[start : start + size]), name="evolink-look")

    async def _look_at_many(self, watches: list[_Watch]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            found = await self._client.tasks(list(dict.fromkeys(one.task_id for one in watches)))
        except Exception as error:
            for watch in watches:
                self._failed(watch, error)
            return
        if not self._batches:
            self._read_what_failed()
        took = min(loop.time() - began, LONGEST_REPLY)
        weight = REPLY_LEARNED if self._reply_takes else 1.0
        self._reply_takes += weight * (took - self._reply_takes)
        for watch in watches:
            snapshot = None if found is None else found.get(watch.task_id)
            watch.left_out = snapshot is None
            try:
                if snapshot is None:  # no such call, or this task was left out of the answer
                    spawn(self._look_singly(watch), name="evolink-look")
                elif isinstance(snapshot, EvolinkError):
                    self._failed(watch, snapshot)
                elif self._suspicious(watch, snapshot):
                    spawn(self._check_singly(watch), name="evolink-look")
                else:
                    self._read(watch, snapshot)
            except Exception as error:  # it is this task's alone
                self._failed(watch, error)

    def _read_what_failed(self) -> None:
        """Read at once what waits for a call that is used no more: it failed with that."""
        now = asyncio.get_running_loop().time()
        for watch in self._waiting():
            if watch.failures:
                watch.due = min(watch.due, now)
        self._changed.set()

    def _suspicious(self, watch: _Watch, snapshot: TaskSnapshot) -> bool:
        reading = _reading(snapshot)
        repeated = reading == watch.reading
        if watch.singly is not None:  # what it had said of itself before this batch went out
            self._compared(repeated and reading != watch.singly)
            watch.singly = None
        watch.repeats = watch.repeats + 1 if repeated else 0
        watch.reading = reading
        self._told_ends |= snapshot.status.finished
        return watch.repeats >= self._suspect and not snapshot.status.finished

    async def _check_singly(self, watch: _Watch) -> None:
        watch.repeats = 0
        loop = asyncio.get_running_loop()
        began = loop.time() - watch.started
        snapshot = await self._look_singly(watch)
        if snapshot is None:
            return
        if not snapshot.status.finished:
            watch.singly = _reading(snapshot)
        elif watch.plan.ended(began, loop.time() - watch.started) < NO_WONDER:
            self._compared(True)  # there is no further batch reading to hold against it

    def _compared(self, is_behind: bool) -> None:
        self._stale = self._stale + 1 if is_behind else 0
        if is_behind:
            self._suspect = SUSPECT
        elif self._told_ends:
            self._suspect = min(2 * self._suspect, TRUSTED)
        self._told_ends = False

    async def _look_singly(self, watch: _Watch) -> TaskSnapshot | None:
        try:
            snapshot = await self._client.task(watch.task_id)
            self._read(watch, snapshot)
        except Exception as error:
            self._failed(watch, error)
            return None
        return snapshot

    def _read(self, watch: _Watch, snapshot: TaskSnapshot) -> None:
        if watch.ended.done():
            return
        now = asyncio.get_running_loop().time()
        elapsed, gap = now - watch.started, now - watch.read_at
        watch.read_at = now
        if snapshot.status.finished:
            watch.ended.set_result(snapshot)  # first: nothing that is learned may hold it up
            if watch.told:
                watch.plan.finished(elapsed)
            elif gap <= max(0.5, 0.5 * elapsed):  # else it is not known when it ended
                watch.plan.finished(elapsed - gap / 2)
            return
        # The first per cents are mostly the queue: what they point to is several times too far.
        telling = snapshot.progress if (snapshot.progress or 0) >= TELLING else None
        watch.told &= watch.at_once
        due = max(watch.quiet_until, watch.started + watch.plan.next(elapsed, telling))
        watch.early = watch.started + watch.plan.hardly_before()
        watch.failures, watch.refusals = 0, 0
        _tell(watch.seen, snapshot)  # after the plan, which says what is left
        self._again(watch, due)

    def _failed(self, watch: _Watch, error: Exception) -> None:
        if not isinstance(error, EvolinkError):
            log.error("A reading of a task met a fault; it goes on.", exc_info=error)
        if watch.ended.done():
            return
        watch.failures += 1
        now = asyncio.get_running_loop().time()
        if isinstance(error, RequestRefused) and not isinstance(error, RateLimited):
            watch.refused_since = watch.refused_since if watch.refusals else now
            watch.refusals += 1
            lasts = now - watch.refused_since >= self._retry.refused
            if lasts and watch.refusals >= REFUSALS:
                watch.ended.set_exception(error)
                return
        if isinstance(error, EvolinkError):
            _tell(watch.trouble, error)
        self._again(watch, now + self._retry.after(watch.failures))

    def _again(self, watch: _Watch, due: float) -> None:
        # What was told during the reading may be later than what that has seen.
        watch.due = asyncio.get_running_loop().time() if watch.at_once else due
        watch.looking = False
        if watch.due < self._next:  # else it is found when the watcher wakes anyway
            self._changed.set()


def _tell(listener: Callable[[Told], object], what: Told) -> None:
    """Tell one who listens; a fault of theirs ends no watching."""
    try:
        listener(what)
    except Exception:
        log.exception("What was read of a task could not be shown; it is watched on.")


def _reading(snapshot: TaskSnapshot) -> tuple[object, ...]:
    return snapshot.status, snapshot.progress


class LearnedDurations:
    """How long one service's tasks take: what this kernel has learned, kept for the next one.

    To be used on the core's loop.

    Args:
        journal: keeps them, under the service's name.
        service: the service's name in the journal.
        database_thread: the thread for the database.

    Attributes:
        known: what is known; the watcher's plans add to it.
    """

    def __init__(self, journal: Journal, service: str, database_thread: Workers) -> None:
        self._journal = journal
        self._name = f"durations {service}"
        self._database_thread = database_thread
        self._timer: asyncio.TimerHandle | None = None
        self._is_behind = False
        self.known = self._recalled()

    def learned(self) -> None:
        """Hear that a task has taught something: it is written at once, or after the pause."""
        self._is_behind = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WRITTEN_APART, self._after_pause)
            spawn(self.keep())

    async def keep(self) -> None:
        """Write what is not written yet; a failure spoils nothing."""
        if not self._is_behind:
            return
        self._is_behind = False
        record = self.known.to_record()
        try:
            await self._database_thread.run(self._journal.remember, self._name, record)
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
