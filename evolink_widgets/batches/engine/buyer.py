"""`EngineBuyer`: a batch's buyer whose asks go to workers; all else is as with any batch."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from evolink_widgets.batches.engine.borrow import Workplace
from evolink_widgets.batches.engine.calls import Calls, Cluster
from evolink_widgets.batches.engine.elsewhere import PictureElsewhere
from evolink_widgets.batches.engine.lender import Lender
from evolink_widgets.batches.runs.buying import AtWork, Buyer
from evolink_widgets.batches.runs.outcome import Outcome
from evolink_widgets.core.task import Task
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.request.request import ImageRequest

__all__ = ["EngineBuyer"]


class EngineBuyer(Buyer):
    """Brings recipes by the workers of an engine.

    What the store has in part, or has under way, this process asks for itself: it knows how to
    wait for the one and to add to the other. Workers get what is wholly new.

    Args:
        cluster: the workers.
        place: where they work.
        check: whether a worker can work; raises where it can't.
        given: what `Buyer` takes, by place and by name.
    """

    def __init__(
        self,
        cluster: Cluster,
        place: Workplace,
        check: Callable[[str], None],
        *given: Any,
        **named: Any,
    ) -> None:
        super().__init__(*given, **named)
        self.wanted = self._rest = list(self.wanted)
        self._away: dict[int, list[PictureElsewhere]] = {}
        self._told = self._ended
        self._ended = self._with_those_away
        self._lender = Lender(self.session, Calls(self.session, cluster, check), place)
        self._here: set[int] = set()

    def pause(self) -> None:
        """Send nothing more for now; workers hand back what they have not sent."""
        super().pause()
        self._lender.withdraw()

    def stop(self, why: EvolinkError | None = None) -> None:
        """Send nothing more; it ends when what was sent has ended."""
        super().stop(why)
        self._lender.withdraw()

    def _session_closes(self) -> None:
        super()._session_closes()
        self._lender.withdraw()

    @property
    def _withdraws(self) -> bool:
        """Always: what a pause took back, or a worker hands back, may come after the pause."""
        return True

    async def _take_from_store(self) -> None:
        await self._lender.collect_left()
        await super()._take_from_store()
        await self._take_from_elsewhere()
        places = [place for _, place in self._queue]
        requests = [self.wanted[place].request for place in places]
        begun = await self._lender.begun(requests)
        self._here = {place for place, here in zip(places, begun, strict=True) if here}

    async def _take_from_elsewhere(self) -> None:
        """What stays elsewhere answers, too; of what is there in part the rest is wanted."""
        known = await self._lender.known_elsewhere()
        left = []
        for rank, place in self._queue if known else ():
            wanted = self.wanted[place]
            there = known.get(self.session.identity(wanted.request), [])[: wanted.need]
            if there:
                self._away[place] = there
                self._rest[place] = replace(wanted, need=wanted.need - len(there))
            if there and len(there) == wanted.need:
                self._ended(place, Outcome((), (), ()))
            else:
                left.append((rank, place))
        if known:
            self._queue = left
            heapq.heapify(self._queue)

    def _with_those_away(self, place: int, outcome: Outcome) -> None:
        """Tell of a recipe's end, with those of its pictures that were elsewhere already."""
        there = self._away.get(place, ())
        credits, reused = self._credits_and_reused(there)
        self._told(
            place,
            replace(
                outcome,
                images=(*there, *outcome.images),
                credits=(*credits, *outcome.credits),
                reused=(*reused, *outcome.reused),
            ),
        )

    def _submit(self, place: int, request: ImageRequest, execution: Any) -> Task:
        if place in self._here:
            return super()._submit(place, request, execution)
        return self._lender.submit(
            request,
            group=place,
            terms=self._terms,
            estimate=self._estimates[place],
        )

    def _put_back(self, place: int, tasks: Iterable[Task] = ()) -> None:
        """Of what has come and stays elsewhere no store knows: only the rest is asked for again."""
        tasks, wanted = list(tasks), self.wanted[place]
        there = [
            image
            for task in tasks
            for at, image in task.state.placed
            if at < task.request.n and isinstance(image, PictureElsewhere)
        ]
        if 0 < len(there) < wanted.need:
            self._away[place] = [*self._away.get(place, ()), *there]
            self._rest[place] = replace(wanted, need=wanted.need - len(there))
        super()._put_back(place, tasks)

    def _task_ended(self, place: int, work: AtWork, task: Task) -> None:
        if self._lender.is_to_be_asked_here(task.key):  # another kernel was quicker
            self._here.add(place)
            work.open.discard(task.key)
            if not work.open:
                for leave in work.leave:
                    leave()
                del self.at_work[place]
                self._put_back(place, work.tasks)
                self._look_for_room()
                self._tell()
            return
        super()._task_ended(place, work, task)
