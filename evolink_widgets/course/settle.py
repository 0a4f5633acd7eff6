"""Keeps the books true where no student looks: reads what runs, finds what was lost.

A student may close the notebook before a picture is done; its charge is written down all the
same. A reply that was lost on its way to the gateway is looked for in the service's list, by the
kit's own rules of evidence (`rules.tasks.evidence`), for all students together: a task is given
to the ask that it must be of, and to no other.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from evolink_widgets.course.allowed import request_of
from evolink_widgets.course.books.asks import Ask, Step
from evolink_widgets.course.books.books import Books
from evolink_widgets.course.upstream.upstream import PAGE_SIZE, Upstream, gather_tasks
from evolink_widgets.errors import BadReply, InvalidRequest
from evolink_widgets.rules.pricing.learning import Learned, Sample
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.pricing.tariff import Tariff, facts_of
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.assignment import certain_assignments
from evolink_widgets.rules.tasks.evidence import Expected, Weight, expected, weigh
from evolink_widgets.rules.tasks.task import TaskListItem, TaskSnapshot, read_task

__all__ = ["Settler"]

log = logging.getLogger("evolink_widgets")

_EARLY, _LATE = 2.0, 60.0
"""Seconds before an ask, and after its loss, in which its task may seem to be made."""
_PAGES = 4
_NEWEST = 200
"""Asks from which prices are learned."""
_FEW = 20
"""Of those that are read before others of the loop have their turn."""


class Settler:
    """Looks at everything unfinished.

    Args:
        books: the course's.
        upstream: the service.
    """

    def __init__(self, books: Books, upstream: Upstream) -> None:
        self._books = books
        self._upstream = upstream
        self._prices = Learned()

    def price(self, request: ImageRequest) -> Estimate:
        """What a request may cost, as the course's receipts teach."""
        return self._prices.estimate(request)

    async def look(self) -> None:
        """Look once at everything unfinished.

        Raises:
            Unanswered: the service did not answer.
        """
        unfinished = await self._books.unfinished()
        running = [ask.task_id for ask in unfinished if ask.step is Step.RUNNING and ask.task_id]
        await self._books.saw(await gather_tasks(self._upstream, running))
        amounts = await _amounts(await self._books.newest(_NEWEST))
        self._prices = Learned.from_samples(amounts.charged)
        lost = [ask for ask in unfinished if ask.step is Step.LOST]
        if lost:
            await self._find(min(ask.asked_at for ask in lost) - _EARLY, amounts)

    async def _find(self, since: float, amounts: _Amounts) -> None:
        items = await self._list(since)
        # After the list: whatever stands in it was asked for before, and is in the books.
        owned, asks = await self._books.without_task(item.id for item in items)
        unowned = [item.id for item in items if item.id not in owned]
        readings = {
            one.id: (one, said) for one, said in await gather_tasks(self._upstream, unowned)
        }
        created = {item.id: item.created for item in items}
        tariffs = Tariff.learn(amounts.reserved), Tariff.learn(amounts.charged)
        edges: dict[str, dict[str, bool]] = {}
        groups: dict[str, str] = {}
        for ask in sorted(asks, key=lambda one: one.asked_at):
            edges[ask.key] = _candidates(ask, readings, created, tariffs)
            # One on its way hears of its own task: it takes no other's, and gives none away.
            waits = ask.key if ask.step is Step.SENDING else ""
            groups[ask.key] = f"{waits} {ask.student} {sorted(ask.request.items())}"
        lost = {ask.key: ask for ask in asks if ask.step is Step.LOST}
        for key, task_id in certain_assignments(edges, groups).items():
            snapshot, document = readings[task_id]
            if key in lost and await self._books.accepted(key, snapshot, document, was_found=True):
                self._upstream.recordings.found(lost[key].student, key, document)
                log.info("Found the task of an ask of %s whose reply was lost", lost[key].student)

    async def _list(self, since: float) -> list[TaskListItem]:
        found: list[TaskListItem] = []
        for number in range(1, _PAGES + 1):
            page = await self._upstream.page(number)
            if page is None:
                break
            found += [item for item in page if item.created is None or item.created >= since]
            if len(page) < PAGE_SIZE or (page[-1].created or since) < since:
                break
        return found


def _candidates(
    ask: Ask,
    readings: Mapping[str, tuple[TaskSnapshot, Mapping[str, Any]]],
    created: Mapping[str, int | None],
    tariffs: tuple[Tariff, Tariff],
) -> dict[str, bool]:
    """The tasks that could be an ask's, and whether that is proven."""
    try:
        request = request_of(ask.request)
    except InvalidRequest:
        return {}
    told: Expected = expected(request, *tariffs)
    until = math.inf if ask.step is Step.SENDING else (ask.lost_at or ask.asked_at) + _LATE
    found = {}
    for task_id, (snapshot, _) in readings.items():
        at = created.get(task_id)
        fits = at is not None and ask.asked_at - _EARLY <= at <= until
        if not fits or snapshot.model not in (None, request.model):
            continue
        weight = weigh(told, snapshot).weight
        if weight is not Weight.CONTRADICTION:
            found[task_id] = weight is Weight.PROOF
    return found


class _Amounts(NamedTuple):
    """What the service has set aside, and taken, for asks of this course; newest first."""

    reserved: list[Sample]
    charged: list[Sample]


async def _amounts(asks: Sequence[Ask]) -> _Amounts:
    found = _Amounts([], [])
    for number, ask in enumerate(asks, 1):
        if number % _FEW == 0:
            await asyncio.sleep(0)  # students wait for this loop
        if ask.document is None:
            continue
        try:
            request, task = request_of(ask.request), read_task(ask.document)
        except (InvalidRequest, BadReply):
            continue
        if task.receipt.reserved:
            found.reserved.append(replace(facts_of(request), charged=task.receipt.reserved))
        made = len(task.results)
        if task.receipt.charged and made and request.pixels and not request.references:
            found.charged.append(replace(facts_of(request, made), charged=task.receipt.charged))
    return found
