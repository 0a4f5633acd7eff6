"""One look at the service's list for all whose replies were lost, however many they are.

A look is the list, and the journal read after it: whoever owns a task of the list is known in
the journal by then, or on its way there. Nobody is answered from a list that was begun before it
asked: that one could lack the very task that is looked for, and show a stranger's in its place.
So those who ask while a look is going on share the next one.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from evolink_widgets.core.lookup import Search, find, search_for
from evolink_widgets.core.loop import spawn
from evolink_widgets.store.journal import Entry, Step

if TYPE_CHECKING:
    from evolink_widgets.core.client import Client
    from evolink_widgets.core.workers import Workers
    from evolink_widgets.rules.task import TaskListItem
    from evolink_widgets.store.journal import Journal

Asked = tuple[Entry, "asyncio.Future[str | None]"]


class NoList(Exception):
    """The service has no list of tasks: looking again is of no use."""


class Lookout:
    """Looks for the tasks of one service whose replies were lost; to be used on the core's loop.

    Args:
        client: the service.
        journal: where its tasks are written down.
        service: its name there.
        records: the thread for the database.
        paid_timeout: seconds after which the reply to a POST can't come any more.
        apart: seconds from the beginning of one look to the next.
    """

    def __init__(
        self,
        client: Client,
        journal: Journal,
        service: str,
        records: Workers,
        *,
        paid_timeout: float,
        apart: float,
    ) -> None:
        self._client = client
        self._journal = journal
        self._service = service
        self._records = records
        self._paid_timeout = paid_timeout
        self._apart = apart
        self._begun = -math.inf
        self._asked: list[Asked] = []
        self._looking: asyncio.Task[None] | None = None

    async def look(self, entry: Entry) -> str | None:
        """The id of the one task that must be this request's; `None` where none must be.

        Args:
            entry: a request of unknown outcome; nothing of it is on its way any more.

        Raises:
            NoList: the service has no list.
            EvolinkError: the list, or the journal, can't be read now.
        """
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._asked.append((entry, answer))
        if self._looking is None:
            self._looking = spawn(self._look_in_turn(), name="evolink-lookout")
        return await answer

    async def _look_in_turn(self) -> None:
        """Look until nobody asks any more."""
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
        found: Sequence[str | None] = ()
        trouble: Exception | None = None
        try:
            found = await self._find([entry for entry, _ in asked])
        except Exception as error:  # each that asked says what it means to it
            trouble = error
        for at, (_, answer) in enumerate(asked):
            if answer.done():  # whoever asked was stopped meanwhile
                continue
            if trouble is None:
                answer.set_result(found[at])
            else:
                answer.set_exception(trouble)

    async def _find(self, entries: Sequence[Entry]) -> list[str | None]:
        searches = [self._search(entry) for entry in entries]
        lists: dict[str, tuple[TaskListItem, ...]] = {}
        for model in {search.model for search in searches}:
            since = min(search.since for search in searches if search.model == model)
            items = await self._client.listing(model, since)
            if items is None:
                raise NoList
            lists[model] = items
        if not searches:
            return []
        return await self._records.run(self._decide, searches, lists)

    def _decide(
        self, searches: Sequence[Search], lists: Mapping[str, tuple[TaskListItem, ...]]
    ) -> list[str | None]:
        """Which task each gets, one after the other: nothing is given to two. On a worker."""
        known = self._journal.known_task_ids(self._service)
        rivals = {
            entry.key: self._search(entry)
            for entry in self._journal.open_entries(self._service)
            if entry.step in (Step.SENDING, Step.UNKNOWN) and not surely_not_accepted(entry)
        }
        found: list[str | None] = []
        for mine in searches:
            others = [rival for key, rival in rivals.items() if key != mine.key]
            task_id = find(mine, lists[mine.model], known, others)
            if task_id is not None:
                known.add(task_id)
                rivals.pop(mine.key, None)
            found.append(task_id)
        return found

    def _search(self, entry: Entry) -> Search:
        return search_of(entry, paid_timeout=self._paid_timeout, skew=self._client.skew)


def search_of(entry: Entry, *, paid_timeout: float, skew: float) -> Search:
    """What is looked for, of a request whose answer is not known.

    Args:
        entry: its line in the journal.
        paid_timeout: seconds after which the reply to a POST can't come any more.
        skew: seconds by which the service's clock is ahead of ours.
    """
    # While a POST is out, what is written of the one before it says nothing of its answer.
    failure = (entry.failure or {}) if entry.step is Step.UNKNOWN else {}
    lost_at = failure.get("lost_at")
    if not isinstance(lost_at, (int, float)):
        lost_at = latest_loss(entry, paid_timeout)
    return search_for(
        entry.key,
        str(entry.request.get("model")),
        # With the number of pictures, as the identity of a recipe leaves it out.
        None if entry.identity is None else f"{entry.identity}/{entry.request.get('n')}",
        sent_at=in_doubt_since(entry) or entry.created_at,
        lost_at=lost_at,
        answered=failure.get("status") is not None,
        skew=skew,
    )


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
