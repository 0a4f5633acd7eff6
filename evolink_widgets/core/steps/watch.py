"""Watching a task until the service has finished it: the step after it was accepted."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from evolink_widgets.core.steps.find import AnothersTask, check_number, give_back
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import (
    Billed,
    DownloadFailed,
    EvolinkError,
    RateLimited,
    RequestRefused,
    TaskFailed,
)
from evolink_widgets.rules.tasks.schedule import (
    WORTH,
    Plan,
    bucket_of,
    expected_seconds,
    shortest_pause,
)
from evolink_widgets.rules.tasks.task import LINKS_LIVE, TaskSnapshot, TaskStatus, task_failure
from evolink_widgets.store.journal.journal import is_found
from evolink_widgets.text.wording import counted

if TYPE_CHECKING:
    from evolink_widgets.core.steps.context import TaskContext

log = logging.getLogger("evolink_widgets")

TROUBLE_AFTER = 2
"""Readings that must fail in a row before the state says so."""


PATIENCE = 1.5
"""For how many times the longest usual time a callback is waited for, before a task is read."""

AGAIN = 3
"""Refusals to tell once more of a task that is said to have failed before that is believed."""

UNSURE = "The task is said to have failed; asking once more."


async def follow(context: TaskContext) -> None:
    """Watch until the service has finished the task, well or badly.

    Raises:
        TaskFailed: the service gave up; the journal has it.
        EvolinkError: it can't be watched (the key may not, the service does not know it).
    """
    entry, parts = context.books.line, context.parts
    assert entry.task_id is not None
    if context.task.state.stage not in (Stage.PENDING, Stage.PROCESSING):
        context.tell(stage=Stage.PENDING)
    with parts.limits.read_pace.telling(context.held):
        snapshot = await _first_reading(context, entry.task_id)
        plan = _plan(context)
        while True:
            if snapshot is None or not snapshot.status.finished:
                snapshot = await _hear_or_watch(context, entry.task_id, plan)
            if snapshot.status is TaskStatus.COMPLETED:
                break
            snapshot = await _read_again(context, snapshot)
            if snapshot.status.finished and snapshot.status is not TaskStatus.COMPLETED:
                break
        context.leave_room()
        parts.durations.learned()
        if snapshot.status is TaskStatus.COMPLETED:
            try:
                await _complete(context, snapshot)
            except AnothersTask as why:
                await give_back(context, why)
        else:
            await _fail(context, snapshot)


async def _hear_or_watch(context: TaskContext, task_id: str, plan: Plan) -> TaskSnapshot:
    """Read the task when the service says that it has ended; without that as often as it takes."""
    callbacks, key = context.parts.callbacks, context.books.line.idempotency_key
    if callbacks is None:
        return await _watch(context, task_id, plan)
    watcher = context.parts.watcher
    async with callbacks.listening(key, partial(watcher.told, task_id)) as one:
        snapshot = await _watch(context, task_id, plan, is_told=one.is_likely)
        one.is_over = True
        return snapshot


async def _watch(
    context: TaskContext, task_id: str, plan: Plan, *, is_told: bool = False
) -> TaskSnapshot:
    """Read the task until it has ended, telling how far it is."""
    entry, parts = context.books.line, context.parts
    elapsed = max(0.0, parts.clock() - (entry.accepted_at or entry.created_at))
    began = asyncio.get_running_loop().time() - elapsed
    failures = 0

    def seen(snapshot: TaskSnapshot) -> None:
        nonlocal failures
        failures = 0
        waiting = snapshot.status is TaskStatus.PENDING
        age = asyncio.get_running_loop().time() - began
        context.tell(
            stage=Stage.PENDING if waiting else Stage.PROCESSING,
            progress=_further(context.task.state.progress, snapshot.progress),
            left=plan.remaining(age),
            receipt=context.merged(snapshot.receipt),
            note=None,
        )

    def trouble(error: EvolinkError) -> None:
        nonlocal failures
        failures += 1
        if parts.limits.read_pace.says is None and failures >= TROUBLE_AFTER:
            context.tell(note=f"{error.message} The task goes on; looking again.")

    left = plan.remaining(elapsed)
    if not is_told:
        context.tell(left=left)
        return await parts.watcher.watch(task_id, plan, elapsed, seen, trouble)
    # No reading tells that it has begun; it is at work for most of the time.
    context.tell(stage=Stage.PROCESSING, left=left)
    quiet = PATIENCE * left[1] + 0.5
    return await parts.watcher.watch(task_id, plan, elapsed, seen, trouble, quiet=quiet)


def _further(before: int | None, said: int | None) -> int | None:
    """The progress to show: it never moves back, and 100 % is said when there are files."""
    if said is None:
        return before
    return max(before or 0, min(said, 99))


async def _read_again(context: TaskContext, snapshot: TaskSnapshot) -> TaskSnapshot:
    """Read a task once more that is said to have failed: what follows can't be taken back.

    One reading may be behind, or ahead of what the service finds in the end. A service that can't
    be asked is waited for; where it refuses again and again to tell of the task, it may have
    forgotten it, and the first reading counts.
    """
    retry = context.parts.retry
    failures = refusals = 0
    while refusals < AGAIN:
        failures += 1
        await asyncio.sleep(retry.after(failures))
        try:
            return await context.parts.client.task(snapshot.id)
        except EvolinkError as error:
            if isinstance(error, RequestRefused) and not isinstance(error, RateLimited):
                refusals += 1
            elif failures >= TROUBLE_AFTER:
                context.tell(note=f"{error.message} {UNSURE}")
    return snapshot


async def _first_reading(context: TaskContext, task_id: str) -> TaskSnapshot | None:
    """Read a task that was taken up at once: it may be finished, and tells its estimate."""
    if context.estimated_time is not None:
        return None
    try:
        snapshot = await context.parts.client.task(task_id)
    except EvolinkError:
        return None  # the watcher knows what to make of it
    context.estimated_time = snapshot.estimated_time
    await context.books.reserved(snapshot.receipt)
    return snapshot


def _plan(context: TaskContext) -> Plan:
    estimated = context.estimated_time or expected_seconds(context.request)
    return Plan(
        context.parts.durations.known,
        bucket_of(context.request),
        estimated,
        cost=WORTH,
        shortest=shortest_pause(estimated),
    )


async def _complete(context: TaskContext, snapshot: TaskSnapshot) -> None:
    parts = context.parts
    failures = 0
    while not any(snapshot.results):
        # The status can be ahead of the links by a moment.
        failures += 1
        if failures > 4:
            await _without_pictures(context, snapshot)
        await asyncio.sleep(parts.retry.after(failures))
        try:
            snapshot = await parts.client.task(snapshot.id)
        except EvolinkError as error:
            context.tell(note=error.message)
    if is_found(context.books.line):
        check_number(context, snapshot)
    receipt = context.merged(snapshot.receipt)
    context.oddities = _oddities(context, snapshot)
    for oddity in context.oddities:
        log.warning("Task %s: %s", context.key, oddity)
    context.tell(stage=Stage.SAVING, progress=99, left=None, receipt=receipt, note=None)
    context.books.ready(snapshot.results, parts.clock() + LINKS_LIVE, receipt)


def _oddities(context: TaskContext, snapshot: TaskSnapshot) -> list[str]:
    """What the service reported and can't be true, or was not asked for: one sentence each."""
    found = []
    if snapshot.odd:
        counts = (
            ""
            if context.merged(snapshot.receipt).charged is not None
            else ("; what was reserved for it goes on counting")
        )
        said = " and ".join(snapshot.odd)
        found.append(f"The service reported {said}, which can't be true and does not count{counts}")
    came, asked = sum(map(bool, snapshot.results)), context.request.n
    for_what = f"{counted(asked, 'picture')} {'was' if asked == 1 else 'were'} asked for"
    if snapshot.offered > max(asked, len(snapshot.results)):
        given = f"The service gave {snapshot.offered:,} links where {for_what}"
        found.append(f"{given}; the first {came} are kept")
    elif came > asked:
        found.append(f"The service made {came} pictures where {for_what}")
    return found


async def _without_pictures(context: TaskContext, snapshot: TaskSnapshot) -> None:
    """End, or leave for later, a task that is finished and gives no link.

    Raises:
        TaskFailed: it was free, so nothing is owed; the journal has it.
        DownloadFailed: what was paid for may come yet; the task stays open.
    """
    receipt = context.merged(snapshot.receipt)
    if receipt.charged == 0:
        error = TaskFailed(
            "The service finished the task without a picture, and charged nothing.",
            billed=Billed.NO,
            task_id=snapshot.id,
        )
        context.tell(receipt=receipt)
        await context.books.failed(error, receipt)
        raise error
    raise DownloadFailed(
        "The service says that the task is finished and gives no link to a picture."
    )


async def _fail(context: TaskContext, snapshot: TaskSnapshot) -> None:
    error = task_failure(snapshot)
    if snapshot.odd:
        error.message += f" It reported {' and '.join(snapshot.odd)}, which can't be true."
    receipt = context.merged(snapshot.receipt)
    context.tell(receipt=receipt)
    await context.books.failed(error, receipt)
    raise error
