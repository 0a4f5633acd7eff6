"""Finds the task of a request whose reply was lost, and gives it back where it is another's.

Which task must be this request's is told by `core.shared.lost_tasks`; read that one first. What
proves it is known before its pictures are (`rules.tasks.evidence`). Their number and pixels come
late, so they are held against the request before the first picture is taken in: nothing of
another's task is ever in the gallery, and what was booked for it is taken back in one step.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from evolink_widgets.core.shared.balance import Reading
from evolink_widgets.core.shared.lost_tasks import (
    NoList,
    in_doubt_since,
    latest_loss,
    surely_not_accepted,
)
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import EvolinkError, OutcomeUnknown
from evolink_widgets.rules.tasks.evidence import other_pixels, too_many
from evolink_widgets.store.journal.failures import error_from, failure_record
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.text.wording import counted

if TYPE_CHECKING:
    from evolink_widgets.core.steps.context import TaskContext
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.tasks.task import TaskSnapshot
    from evolink_widgets.store.gallery.admission.part import Part
    from evolink_widgets.store.gallery.gallery import StoredPictures

LOOKING = "The reply was lost; looking for the task at the service."
TAKEN_BACK = "The task that was found is another's; looking once more."


class AnothersTask(Exception):
    """A found task has shown that it is another's; `str()` says by what."""


async def find_lost_task(context: TaskContext) -> None:
    """Look for a request whose reply was lost, and adopt the one task that must be it.

    Raises:
        OutcomeUnknown: none or several could be it; it may have been charged.
        EvolinkError: it surely never was accepted.
    """
    entry, parts = context.books.line, context.parts
    if surely_not_accepted(entry):
        error = error_from(entry.failure)
        await context.books.refused(error)
        raise error
    if entry.step is Step.SENDING:  # an earlier kernel died over it
        lost = OutcomeUnknown("The kernel ended before the answer to the request was written down.")
        record = failure_record(
            lost,
            lost_at=latest_loss(entry, parts.paid_timeout),
            doubt_since=in_doubt_since(entry),
            ruled_out=(entry.failure or {}).get("ruled_out"),
        )
        entry = await context.books.note_down(
            {"step": Step.UNKNOWN, "failure": record},
            parts.store.journal.unknown, context.key, record,
        )  # fmt: skip
    context.tell(stage=Stage.SENDING, note=LOOKING)
    looked = "The service's list of tasks could not be read."
    listed = False
    for pause in parts.retry.look:
        await asyncio.sleep(pause)  # not spread: who looks at the same time looks together
        try:
            with parts.limits.list_pace.telling(lambda said: context.says(said or LOOKING)):
                found, listed = await parts.search.look(entry), True
        except NoList:
            break
        except EvolinkError as error:
            context.tell(note=f"{error.message} {LOOKING}")
            continue
        looked = found.said
        if found.task_id is not None and await adopt(context, found.task_id):
            return
    cost = parts.estimate(context.request)
    hint = ""
    if not listed:
        sent_at = in_doubt_since(entry) or entry.created_at
        before = context.before or Reading.of((entry.failure or {}).get("balance"))
        hint = await parts.balance.hint(context.key, sent_at, cost, before)
    raise _unknown(entry, looked, hint, _cost_of(cost, simulated=parts.simulated))


def _unknown(entry: Entry, looked: str, hint: str, cost: str) -> OutcomeUnknown:
    record = entry.failure or {}
    said = str(record.get("message") or "The answer to the request was lost.")
    code, request_id = record.get("code"), record.get("request_id")
    message = " ".join(part for part in (said, looked, hint) if part)
    return OutcomeUnknown(message, cost=cost, code=code, request_id=request_id)


def _cost_of(estimate: Estimate, *, simulated: bool) -> str:
    amount = str(estimate).partition(" ·")[0]
    verb = "would cost" if simulated else "costs"
    return f"If it was accepted, it {verb} {amount[:1].lower()}{amount[1:]}."


async def adopt(context: TaskContext, task_id: str) -> bool:
    """Take a found task, unless another request was quicker; of several one gets it."""
    if not await context.books.adopted(task_id):
        return False
    context.tell(
        stage=Stage.PENDING, task_id=task_id, note="The reply was lost; the task is found."
    )
    return True


def check_number(context: TaskContext, snapshot: TaskSnapshot) -> None:
    """Hold the number of a found task's pictures against what was asked.

    Raises:
        AnothersTask: there are too many.
    """
    number = len(snapshot.results)
    if too_many(context.request.n, number):
        raise AnothersTask(f"{counted(number, 'picture')}, not {context.request.n}")


class PixelCheck:
    """Holds the pixels of a found task's first picture against what was asked.

    Args:
        context: the task.
    """

    def __init__(self, context: TaskContext) -> None:
        self._context = context
        self._is_needed = True
        self._lock = asyncio.Lock()
        self._contradiction: AnothersTask | None = None

    async def admits(self, part: Part) -> None:
        """Return once a fetched picture may be taken in.

        The first one decides for all: they are of one task.

        Raises:
            AnothersTask: the pixels are another ask's.
        """
        async with self._lock:
            if self._is_needed:
                asked = self._context.request.pixels
                came = await self._context.parts.file_threads.run(part.pixels)
                if came is None:
                    return  # it is no picture, and will be refused as such
                self._is_needed = False
                if other_pixels(asked, came) and asked is not None:
                    said = f"pictures of {_size(came)}, not {_size(asked)}"
                    self._contradiction = AnothersTask(said)
            if self._contradiction is not None:
                raise self._contradiction


async def give_back(context: TaskContext, why: AnothersTask) -> None:
    """Undo a find: the outcome is unknown again, and the task is not found for it any more.

    Killed at any point it is either still found, and will be held against the ask again, or
    undone. What was fetched goes first: the next find must not go on with another's bytes.

    Raises:
        StoreError: it can't be written; the task stays found, for the next kernel to check.
    """
    line, parts = context.books.line, context.parts
    assert line.task_id is not None
    number = max(len(line.results), context.request.n)
    await parts.file_threads.run(_remove_parts, parts.store.gallery, context.key, number)
    await context.books.disowned(line.task_id, str(why))
    context.estimated_time = None
    context.tell(
        stage=Stage.SENDING, task_id=None, receipt=None, progress=None, left=None, note=TAKEN_BACK
    )


def _remove_parts(gallery: StoredPictures, key: str, number: int) -> None:
    for index in range(number):
        gallery.drop_part(key, index)


def _size(pixels: tuple[int, int]) -> str:
    return f"{pixels[0]}×{pixels[1]}"
