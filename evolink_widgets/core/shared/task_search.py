"""One look at the service's list for all whose replies were lost, however many they are.

A look is the list, a reading of each task in it that could be one of theirs and has no owner, and
the journal read after it: the owner of a task of the list is known in the journal by then, or on
its way there. No request is answered from a list that was begun before it
asked: that one could lack the very task that is looked for, and show a stranger's in its place.
So those who ask while a look is going on share the next one.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from evolink_widgets.clock import ClockOffset
from evolink_widgets.core.loop import spawn
from evolink_widgets.core.shared.candidates import Candidates
from evolink_widgets.core.shared.task_match import Found, LostRequest, find, lost_request
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.evidence import Expected, expected
from evolink_widgets.rules.tasks.schedule import bucket_of
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.store.ledger.amounts import Amounts, read_amounts

if TYPE_CHECKING:
    from evolink_widgets.core.loop import Workers
    from evolink_widgets.core.service.client import Client
    from evolink_widgets.rules.tasks.task import TaskListItem, TaskSnapshot
    from evolink_widgets.store.store import Store

Asked = tuple[Entry, "asyncio.Future[Found]"]

Lists = Mapping[str, tuple["TaskListItem", ...]]


class NoList(Exception):
    """The service has no list of tasks: looking again is of no use."""


class TaskSearch:
    """Looks for the tasks of one service whose replies were lost; to be used on the core's loop.

    Args:
        client: the service.
        store: where its tasks are written down.
        service: its name there.
        records: the thread for the database.
        paid_timeout: seconds after which the reply to a POST can't come any more.
        apart: seconds from the beginning of one look to the next.
    """

    def __init__(
        self,
        client: Client,
        store: Store,
        service: str,
        records: Workers,
        *,
        paid_timeout: float,
        apart: float,
    ) -> None:
        self._client = client
        self._store = store
        self._journal = store.journal
        self._service = service
        self._records = records
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
        wanted = await self._records.run(self._without_owner, entries, lists)
        readings = await self._candidates.read(wanted)
        return await self._records.run(self._decide, entries, lists, readings)

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
        return find(requests, items, readings, known, rivals)

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
        # With the number of pictures, as the identity of a recipe leaves it out.
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
