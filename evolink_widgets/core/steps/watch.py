"""The middle act of a story: watching the task until the service has finished it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from typing import TYPE_CHECKING

from evolink_widgets.core.state import Stage
from evolink_widgets.core.steps.adopt import AnothersTask, check_number, give_back
from evolink_widgets.errors import Billed, DownloadFailed, EvolinkError, TaskFailed
from evolink_widgets.rules.tasks.schedule import Plan, bucket_of, expected_seconds
from evolink_widgets.rules.tasks.task import TaskSnapshot, TaskStatus, task_failure
from evolink_widgets.text import counted

if TYPE_CHECKING:
    from evolink_widgets.core.steps.runner import TaskStory

log = logging.getLogger("evolink_widgets")

LINKS_LIVE = 24 * 3600.0
"""Seconds for which the service keeps its links to pictures."""

TROUBLE_AFTER = 2
"""Readings that must fail in a row before anybody is told."""


AGAIN = 3
"""Tries to read a task once more before it is written down as failed."""


async def follow(story: TaskStory) -> None:
    """Watch until the service has finished the task, well or badly.

    Raises:
        TaskFailed: the service gave up; the journal has it.
        EvolinkError: it can't be watched (the key may not, the service does not know it).
    """
    entry, wiring = story.record.line, story.wiring
    assert entry.task_id is not None
    if story.task.state.stage not in (Stage.PENDING, Stage.PROCESSING):
        story.tell(stage=Stage.PENDING)
    with wiring.limits.read_pace.telling(story.held):
        snapshot = await _first_reading(story, entry.task_id)
        plan = _plan(story)
        while True:
            if snapshot is None or not snapshot.status.finished:
                snapshot = await _watch(story, entry.task_id, plan)
            if snapshot.status is TaskStatus.COMPLETED:
                break
            again = await _read_again(story, snapshot)
            if again.status.finished and again.status is not TaskStatus.COMPLETED:
                break
            snapshot = again
        story.leave_room()
        wiring.lessons.learned()
        if snapshot.status is TaskStatus.COMPLETED:
            try:
                await _complete(story, snapshot)
            except AnothersTask as why:
                await give_back(story, why)
        else:
            await _fail(story, snapshot)


async def _watch(story: TaskStory, task_id: str, plan: Plan) -> TaskSnapshot:
    """Read the task until it has ended, telling how far it is."""
    entry, wiring = story.record.line, story.wiring
    elapsed = max(0.0, wiring.clock() - (entry.accepted_at or entry.created_at))
    began = asyncio.get_running_loop().time() - elapsed
    failures = 0

    def seen(snapshot: TaskSnapshot) -> None:
        nonlocal failures
        failures = 0
        waiting = snapshot.status is TaskStatus.PENDING
        age = asyncio.get_running_loop().time() - began
        story.tell(
            stage=Stage.PENDING if waiting else Stage.PROCESSING,
            progress=_further(story.task.state.progress, snapshot.progress),
            left=plan.remaining(age),
            receipt=story.merged(snapshot.receipt),
            note=None,
        )

    def trouble(error: EvolinkError) -> None:
        nonlocal failures
        failures += 1
        if wiring.limits.read_pace.says is None and failures >= TROUBLE_AFTER:
            story.tell(note=f"{error.message} The task goes on; looking again.")

    story.tell(left=plan.remaining(elapsed))
    return await wiring.watcher.watch(task_id, plan, elapsed, seen, trouble)


def _further(before: int | None, said: int | None) -> int | None:
    """The progress to show: it never moves back, and 100 % is said when there are files."""
    if said is None:
        return before
    return max(before or 0, min(said, 99))


async def _read_again(story: TaskStory, snapshot: TaskSnapshot) -> TaskSnapshot:
    """Read a task once more that is said to have failed: what follows can't be taken back.

    One reading may be behind, or ahead of what the service finds in the end. Where it can't be
    read again within a few tries, the first reading counts.
    """
    patience = story.wiring.patience
    for failures in range(1, 1 + AGAIN):
        await asyncio.sleep(patience.after(failures))
        with contextlib.suppress(EvolinkError):
            return await story.wiring.client.task(snapshot.id)
    return snapshot


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
    story.oddities = _oddities(story, snapshot)
    for oddity in story.oddities:
        log.warning("Task %s: %s", story.key, oddity)
    story.tell(stage=Stage.SAVING, progress=99, left=None, receipt=receipt, note=None)
    story.record.ready(snapshot.results, wiring.clock() + LINKS_LIVE, receipt)


def _oddities(story: TaskStory, snapshot: TaskSnapshot) -> list[str]:
    """What the service reported and can't be true, or nobody asked for: one sentence each."""
    found = []
    if snapshot.odd:
        counts = (
            ""
            if story.merged(snapshot.receipt).charged is not None
            else ("; what was reserved for it goes on counting")
        )
        said = " and ".join(snapshot.odd)
        found.append(f"The service reported {said}, which can't be true and does not count{counts}")
    came, asked = sum(map(bool, snapshot.results)), story.request.n
    for_what = f"{counted(asked, 'picture')} {'was' if asked == 1 else 'were'} asked for"
    if snapshot.offered > max(asked, len(snapshot.results)):
        given = f"The service gave {snapshot.offered:,} links where {for_what}"
        found.append(f"{given}; the first {came} are kept")
    elif came > asked:
        found.append(f"The service made {came} pictures where {for_what}")
    return found


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
    if snapshot.odd:
        error.message += f" It reported {' and '.join(snapshot.odd)}, which can't be true."
    receipt = story.merged(snapshot.receipt)
    story.tell(receipt=receipt)
    await story.record.failed(error, receipt)
    raise error
