"""Finds the tasks whose replies were lost: one look at the service's list for all lost requests.

Read in this order: `rules.tasks.evidence` (what of a task speaks for a request, and what of it is
proof), `rules.tasks.assignment` (which task must be whose, of all lost requests and all tasks),
this module (what is read for it, and when), `core.steps.find` (what one lost request does with
the answer), `store.ledger.amounts` (the prices of earlier tasks, which proof rests on).

A wrong find would show a stranger's pictures under this request's prompt, and book their credits.
So a task is taken for a request's only where its evidence proves it and where, of all lost
requests and all tasks without an owner, nothing else can be true (`assign_tasks`).

A look is the list, a reading of each task in it that could be one of theirs and has no owner, and
the journal read after it: the owner of a task of the list is known in the journal by then, or on
its way there. No request is answered from a list that was begun before it asked: that one could
lack the very task that is looked for, and show a stranger's in its place. So those who ask while
a look is going on share the next one (`TaskSearch`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evolink_widgets.core.loop import Workers, spawn
from evolink_widgets.errors import EvolinkError, InvalidRequest, NotFound
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.assignment import certain_assignments
from evolink_widgets.rules.tasks.evidence import Expected, Finding, Weight, expected, tell, weigh
from evolink_widgets.rules.tasks.schedule import bucket_of
from evolink_widgets.rules.tasks.task import TaskListItem, TaskSnapshot
from evolink_widgets.runtime.clock import ClockOffset
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.store.ledger.amounts import Amounts, read_amounts

if TYPE_CHECKING:
    from evolink_widgets.core.service.client import Client
    from evolink_widgets.store.store import Store

log = logging.getLogger("evolink_widgets")

EARLY = 2.0
"""Seconds a task may seem older than its request: both clocks are told in whole seconds."""

LATE = 15.0
"""Seconds after the loss was noticed in which the service may still have written it down, where
it had not answered at all. An answer, if only a fault, comes after that."""

SINGLY = 10
"""Tasks that are read in one look where each is a call of its own."""

READ_AGAIN = 20.0
"""Seconds after which a task that was not finished is read again: it may tell more by then."""

Asked = tuple[Entry, "asyncio.Future[Found]"]

Lists = Mapping[str, tuple["TaskListItem", ...]]


@dataclass(frozen=True)
class LostRequest:
    """One request of unknown outcome.

    Attributes:
        key: the task's local key.
        model: the model that was asked.
        identity: equal for requests whose pictures are interchangeable.
        since: Unix seconds on the service's clock: not created before that.
        until: Unix seconds on the service's clock: not created after that.
        expected: what its task would show; `None` where the request can't be read.
        ruled_out: ids of tasks that were taken for it once and turned out to be others'.
    """

    key: str
    model: str
    identity: str | None
    since: float
    until: float
    expected: Expected | None = None
    ruled_out: frozenset[str] = frozenset()

    def fits(self, item: TaskListItem) -> bool:
        """Whether this task of the list is of its time and model."""
        return (
            item.created is not None
            and item.model in (None, self.model)
            and self.since <= item.created <= self.until
            and item.id not in self.ruled_out
        )

    def weigh(self, task: TaskSnapshot | None) -> Finding:
        """What a task's evidence comes to; `None` is a task that could not be read."""
        if task is None or self.expected is None:
            return Finding(Weight.POSSIBLE)
        return weigh(self.expected, task)


@dataclass(frozen=True)
class Found:
    """What a look has come to, for one request.

    Attributes:
        task_id: the task that must be its; `None` where none must be.
        said: what was looked at and why none was taken, for the screen.
    """

    task_id: str | None
    said: str = ""


class NoList(Exception):
    """The service has no list of tasks: looking again is of no use."""


class TaskSearch:
    """Looks for the tasks of one service whose replies were lost; to be used on the core's loop.

    Args:
        client: the service.
        store: where its tasks are written down.
        service: its name there.
        database_thread: the thread for the database.
        paid_timeout: seconds after which the reply to a POST can't come any more.
        apart: seconds from the beginning of one look to the next.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        service: str,
        database_thread: Workers,
        *,
        paid_timeout: float,
        apart: float,
    ) -> None:
        self._client = client
        self._store = store
        self._journal = store.journal
        self._service = service
        self._database_thread = database_thread
        self._paid_timeout = paid_timeout
        self._apart = apart
        self._begun = -math.inf
        self._asked: list[Asked] = []
        self._candidates = Candidates(client)
        self._looking: asyncio.Task[None] | None = None

    async def look(self, entry: Entry) -> Found:
        """The one task that must be this request's, if there is one, and what was looked at.

        Args:
            entry: a request of unknown outcome; nothing of it is on its way any more.

        Raises:
            NoList: the service has no list.
            EvolinkError: the list, or the journal, can't be read now.
        """
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._asked.append((entry, answer))
        if self._looking is None:
            self._looking = spawn(self._look_in_turn(), name="evolink-search")
        return await answer

    async def _look_in_turn(self) -> None:
        """Look until no request waits for a look."""
        clock = asyncio.get_running_loop().time
        try:
            while self._asked:
                await asyncio.sleep(max(0.0, self._begun + self._apart - clock()))
                asked, self._asked = self._asked, []
                self._begun = clock()
                await self._answer([one for one in asked if not one[1].done()])
        finally:
            self._looking = None

    async def _answer(self, asked: Sequence[Asked]) -> None:
        """Look once for all of these, and tell each what was found."""
        found: Sequence[Found] = ()
        trouble: Exception | None = None
        try:
            found = await self._find([entry for entry, _ in asked])
        except Exception as error:  # each that asked says what it means to it
            trouble = error
        for at, (_, answer) in enumerate(asked):
            if answer.done():  # its task was stopped meanwhile
                continue
            if trouble is None:
                answer.set_result(found[at])
            else:
                answer.set_exception(trouble)

    async def _find(self, entries: Sequence[Entry]) -> list[Found]:
        asked = [self._lost_request(entry) for entry in entries]
        lists: dict[str, tuple[TaskListItem, ...]] = {}
        for model in {one.model for one in asked}:
            since = min(one.since for one in asked if one.model == model)
            items = await self._client.listing(model, since)
            if items is None:
                raise NoList
            lists[model] = items
        if not asked:
            return []
        wanted = await self._database_thread.run(self._without_owner, entries, lists)
        readings = await self._candidates.read(wanted)
        return await self._database_thread.run(self._decide, entries, lists, readings)

    def _without_owner(self, entries: Sequence[Entry], lists: Lists) -> list[str]:
        """The tasks that could be one of these requests', theirs first. On a worker."""
        known = self._journal.known_task_ids(self._service)
        asked = [self._lost_request(entry) for entry in entries]
        all_ = [*asked, *map(self._lost_request, self._rivals({entry.key for entry in entries}))]
        free = [item for items in lists.values() for item in items if item.id not in known]
        fitting = [item for item in free if any(one.fits(item) for one in all_)]
        fitting.sort(key=lambda item: not any(one.fits(item) for one in asked))
        return [item.id for item in fitting]

    def _decide(
        self, entries: Sequence[Entry], lists: Lists, readings: Mapping[str, TaskSnapshot]
    ) -> list[Found]:
        """Which task each gets: all of them, and all others of unknown outcome, at once.

        On a worker.
        """
        known = self._journal.known_task_ids(self._service)
        amounts = read_amounts(self._store.database, self._service)
        requests = [self._lost_request(entry, amounts) for entry in entries]
        others = self._rivals({entry.key for entry in entries})
        # One on its way will hear its own id: that can't be shared with any other.
        rivals = [
            replace(rival, identity=None) if entry.step is Step.SENDING else rival
            for entry in others
            for rival in (self._lost_request(entry, amounts),)
        ]
        items = [item for found in lists.values() for item in found]
        return assign_tasks(requests, items, readings, known, rivals)

    def _rivals(self, asked: Set[str]) -> list[Entry]:
        """All others whose outcome is not known, those on their way among them."""
        return [
            entry
            for entry in self._journal.open_entries(self._service)
            if entry.step in (Step.SENDING, Step.UNKNOWN)
            and entry.key not in asked
            and not surely_not_accepted(entry)
        ]

    def _lost_request(self, entry: Entry, amounts: Amounts | None = None) -> LostRequest:
        return lost_request_of(
            entry,
            paid_timeout=self._paid_timeout,
            offset=self._client.clock_offset or ClockOffset(),
            amounts=amounts,
        )


def lost_request(
    key: str,
    model: str,
    identity: str | None,
    *,
    sent_at: float,
    lost_at: float,
    answered: bool,
    offset: ClockOffset,
    expected: Expected | None = None,
    ruled_out: Set[str] = frozenset(),
) -> LostRequest:
    """What is looked for, of a request whose reply was lost.

    Args:
        key: the task's local key.
        model: the model that was asked.
        identity: the recipe's identity.
        sent_at: Unix seconds of our clock when the request went out.
        lost_at: Unix seconds when its reply was given up, or could have come at the latest.
        answered: whether the service had answered, with something that was no task.
        offset: by how much the service's clock is ahead of ours.
        expected: what its task would show.
        ruled_out: tasks that are known to be others'.
    """
    # All of the offset's range: a window that leaves out the own task gives it to a stranger's.
    since = sent_at + offset.low - EARLY
    until = lost_at + offset.high + (EARLY if answered else LATE)
    return LostRequest(key, model, identity, since, until, expected, frozenset(ruled_out))


def assign_tasks(
    asked: Sequence[LostRequest],
    items: Sequence[TaskListItem],
    readings: Mapping[str, TaskSnapshot],
    known: Set[str],
    rivals: Sequence[LostRequest],
) -> list[Found]:
    """Which task each request finds; nothing is given to two.

    Args:
        asked: what is looked for.
        items: the service's list.
        readings: the tasks of it that could be read.
        known: ids that belong to tasks of the journal.
        rivals: the other requests whose outcome is not known, those on their way among them.
    """
    free = [item for item in items if item.id not in known]
    asks = [*asked, *rivals]
    findings = {
        ask.key: {item.id: ask.weigh(readings.get(item.id)) for item in free if ask.fits(item)}
        for ask in asks
    }
    edges = {
        key: {
            task: finding.weight is Weight.PROOF
            for task, finding in found.items()
            if finding.weight is not Weight.CONTRADICTION
        }
        for key, found in findings.items()
    }
    # One whose recipe is not known is interchangeable with nothing.
    groups = {ask.key: (ask.identity, None if ask.identity else ask.key) for ask in asks}
    given = certain_assignments(edges, groups)
    return [
        Found(
            given.get(ask.key),
            tell(findings[ask.key].values(), sum(one.id in ask.ruled_out for one in items)),
        )
        for ask in asked
    ]


def lost_request_of(
    entry: Entry, *, paid_timeout: float, offset: ClockOffset, amounts: Amounts | None = None
) -> LostRequest:
    """What is looked for, of a request whose answer is not known.

    Args:
        entry: its line in the journal.
        paid_timeout: seconds after which the reply to a POST can't come any more.
        offset: by how much the service's clock is ahead of ours.
        amounts: what is known of the service's prices; only with it evidence can be weighed.
    """
    # While a POST is out, what is written of the one before it says nothing of its answer.
    failure = (entry.failure or {}) if entry.step is Step.UNKNOWN else {}
    lost_at = failure.get("lost_at")
    if not isinstance(lost_at, (int, float)):
        lost_at = latest_loss(entry, paid_timeout)
    return lost_request(
        entry.key,
        str(entry.request.get("model")),
        # With the number of pictures, as the identity of a recipe leaves it out (`are_equal`).
        None if entry.identity is None else f"{entry.identity}/{entry.request.get('n')}",
        sent_at=in_doubt_since(entry) or entry.created_at,
        lost_at=lost_at,
        answered=failure.get("status") is not None,
        offset=offset,
        expected=None if amounts is None else _expected(entry, amounts),
        ruled_out=set((entry.failure or {}).get("ruled_out") or ()),
    )


def _expected(entry: Entry, amounts: Amounts) -> Expected | None:
    try:
        request = ImageRequest.from_record(entry.request)
    except InvalidRequest:
        return None
    seconds = amounts.seconds.get(bucket_of(request))
    return expected(request, amounts.reserves, amounts.charges, seconds)


def in_doubt_since(entry: Entry) -> float | None:
    """Unix seconds since when a POST of it may have been accepted; `None` where none may.

    A request that was sent again is in doubt since the first POST whose answer was lost.
    """
    if entry.step is not Step.SENDING and (entry.step is not Step.UNKNOWN or _is_refused(entry)):
        return None
    since = (entry.failure or {}).get("doubt_since")
    return since if isinstance(since, (int, float)) else entry.sent_at or entry.created_at


def surely_not_accepted(entry: Entry) -> bool:
    """Whether every POST of a request without an answer is known to have been refused."""
    return entry.step is Step.UNKNOWN and _is_refused(entry)


def _is_refused(entry: Entry) -> bool:
    return (entry.failure or {}).get("accepted") is False


def latest_loss(entry: Entry, paid_timeout: float) -> float:
    """Unix seconds after which the answer to its last POST can't have come any more."""
    return (entry.sent_at or entry.created_at) + paid_timeout


class Candidates:
    """The newest readings of tasks without an owner, read seldom and few at a time.

    A reading is free for us, and may make the service ask its own provider. To be used on the
    core's loop.

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
                    read = found.items()
                    return {one: told for one, told in read if isinstance(told, TaskSnapshot)}
            for one in wanted[:SINGLY]:
                with contextlib.suppress(NotFound):
                    readings[one] = await self._client.task(one)
        except EvolinkError as error:
            log.debug("Tasks that could be the ones looked for can't be read: %s", error)
        return readings
