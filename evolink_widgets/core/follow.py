"""The middle act of a story: watching the task until the service has finished it."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from evolink_widgets.core.adoption import AnothersTask, check_number, give_back
from evolink_widgets.core.state import Stage
from evolink_widgets.errors import Billed, DownloadFailed, EvolinkError, TaskFailed
from evolink_widgets.rules.schedule import Plan, bucket_of, expected_seconds
from evolink_widgets.rules.task import TaskSnapshot, TaskStatus, task_failure

if TYPE_CHECKING:
    from evolink_widgets.core.story import TaskStory

LINKS_LIVE = 24 * 3600.0
"""Seconds for which the service keeps its links to pictures."""

TROUBLE_AFTER = 2
"""Readings that must fail in a row before anybody is told."""


async def follow(story: TaskStory) -> None:
    """Watch until the service has finished the task, well or badly.

    Raises:
        TaskFailed: the service gave up; the journal has it.
        EvolinkError: it can't be watched (the key may not, the service does not know it).
    """
    entry, wiring = story.record.line, story.wiring
    assert entry.task_id is not None
    elapsed = max(0.0, wiring.clock() - (entry.accepted_at or entry.created_at))
    if story.task.state.stage not in (Stage.PENDING, Stage.PROCESSING):
        story.tell(stage=Stage.PENDING)
    snapshot = await _first_reading(story, entry.task_id)
    plan = _plan(story)
    began = asyncio.get_running_loop().time() - elapsed
    failures = 0

    def seen(snapshot: TaskSnapshot) -> None:
        nonlocal failures
        failures = 0
        waiting = snapshot.status is TaskStatus.PENDING
        age = asyncio.get_running_loop().time() - began
        story.tell(
            stage=Stage.PENDING if waiting else Stage.PROCESSING,
            # 100 % is said when the pictures are files.
            progress=None if snapshot.progress is None else min(snapshot.progress, 99),
            left=plan.remaining(age),
            receipt=story.merged(snapshot.receipt),
            note=None,
        )

    def trouble(error: EvolinkError) -> None:
        nonlocal failures
        failures += 1
        if failures >= TROUBLE_AFTER:
            story.tell(note=f"{error.message} The task goes on; looking again.")

    story.tell(left=plan.remaining(elapsed))
    if snapshot is None or not snapshot.status.finished:
        snapshot = await wiring.watcher.watch(entry.task_id, plan, elapsed, seen, trouble)
    story.leave_room()
    wiring.lessons.learned()
    if snapshot.status is TaskStatus.COMPLETED:
        try:
            await _complete(story, snapshot)
        except AnothersTask as why:
            await give_back(story, why)
    else:
        await _fail(story, snapshot)


async def _first_reading(story: TaskStory, task_id: str) -> TaskSnapshot | None:
    """Read a task that was taken up at once: it may be finished, and tells its estimate."""
    if story.estimated_time is not None:
        return None
    try:
        snapshot = await story.wiring.client.task(task_id)
    except EvolinkError:
        return None  # the watcher knows what to make of it
    story.estimated_time = snapshot.estimated_time
    await story.record.reserved(snapshot.receipt)
    return snapshot


def _plan(story: TaskStory) -> Plan:
    estimated = story.estimated_time or expected_seconds(story.request)
    return Plan(
        story.wiring.lessons.durations,
        bucket_of(story.request),
        estimated,
        cost=0.002,
        # A short task is worth quicker ones: what counts is the delay against what it took.
        shortest=min(0.25, 0.03 * math.sqrt(max(estimated, 0.25))),
    )


async def _complete(story: TaskStory, snapshot: TaskSnapshot) -> None:
    wiring = story.wiring
    failures = 0
    while not any(snapshot.results):
        # The status can be ahead of the links by a moment.
        failures += 1
        if failures > 4:
            await _without_pictures(story, snapshot)
        await asyncio.sleep(wiring.patience.after(failures))
        try:
            snapshot = await wiring.client.task(snapshot.id)
        except EvolinkError as error:
            story.tell(note=error.message)
    check_number(story, snapshot)
    receipt = story.merged(snapshot.receipt)
    story.tell(stage=Stage.SAVING, progress=99, left=None, receipt=receipt, note=None)
    story.record.ready(snapshot.results, wiring.clock() + LINKS_LIVE, receipt)


async def _without_pictures(story: TaskStory, snapshot: TaskSnapshot) -> None:
    """End, or leave for later, a task that is finished and gives no link.

    Raises:
        TaskFailed: it was free, so nothing is owed; the journal has it.
        DownloadFailed: what was paid for may come yet; the task stays open.
    """
    receipt = story.merged(snapshot.receipt)
    if receipt.charged == 0:
        error = TaskFailed(
            "The service finished the task without a picture, and charged nothing.",
            billed=Billed.NO,
            task_id=snapshot.id,
        )
        story.tell(receipt=receipt)
        await story.record.failed(error, receipt)
        raise error
    raise DownloadFailed(
        "The service says that the task is finished and gives no link to a picture."
    )


async def _fail(story: TaskStory, snapshot: TaskSnapshot) -> None:
    error = task_failure(snapshot)
    receipt = story.merged(snapshot.receipt)
    story.tell(receipt=receipt)
    await story.record.failed(error, receipt)
    raise error
