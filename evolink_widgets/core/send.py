"""The first acts of a story: the paid request, sent once, and found when its reply is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evolink_widgets.core.balance import Reading
from evolink_widgets.core.client import Sent
from evolink_widgets.core.failures import error_from, failure_record
from evolink_widgets.core.linking import linked, renewed
from evolink_widgets.core.lookup import Search, find, search_for
from evolink_widgets.core.patience import Patience
from evolink_widgets.core.state import Stage
from evolink_widgets.errors import EvolinkError, OutcomeUnknown, RateLimited
from evolink_widgets.rules.outcome import Kind
from evolink_widgets.store.journal import Entry, Step

if TYPE_CHECKING:
    from evolink_widgets.core.story import TaskStory
    from evolink_widgets.rules.pricing import Estimate
    from evolink_widgets.rules.request import ImageRequest

LOOKING = "The reply was lost; looking for the task at the service."


async def send(story: TaskStory) -> None:
    """Send the request until it is accepted, refused for good, or lost.

    It goes out again only where the table of outcomes says that it surely was not accepted.

    Raises:
        EvolinkError: refused, surely not charged; the journal has it.
    """
    wiring = story.wiring
    pauses = iter(wiring.patience.unsent)
    limited, again = 0.0, False
    request = await linked(story)
    await story.take_room()
    if not wiring.simulated:
        await wiring.balance.before()
    while True:
        async with wiring.limits.posts:
            await wiring.limits.post_pace.turn()
            story.tell(stage=Stage.SENDING, note=None)
            sent = await story.uninterrupted(_post(story, request))
        error = sent.error
        if error is None or sent.verdict.find:
            return
        pause: float | None = None
        if isinstance(error, RateLimited):
            pause = max(0.25, wiring.limits.post_pace.wait)
            limited += pause
            if limited > wiring.patience.limited:
                pause = None
        elif sent.verdict.resend:
            pause = _next(pauses, wiring.patience)
        elif not again and (renewal := await renewed(story, request, error)) is not None:
            request, again, pause = renewal, True, 0.0
        if pause is None:
            await story.record.refused(error)
            raise error
        story.tell(stage=Stage.QUEUED, note=f"{error.message} Trying again in {pause:.0f} s.")
        await asyncio.sleep(pause)


async def _post(story: TaskStory, request: ImageRequest) -> Sent:
    """One POST between two lines of the journal; it is never cut short."""
    wiring, journal = story.wiring, story.wiring.store.journal
    entry = await story.record.write(journal.sending, story.key, wiring.clock())
    story.before = wiring.balance.last
    sent = await wiring.client.create(request, entry.idempotency_key)
    now = wiring.clock()
    if sent.snapshot is not None:
        task_id, receipt = sent.snapshot.id, sent.snapshot.receipt
        await story.record.note_down(
            {"step": Step.ACCEPTED, "task_id": task_id, "accepted_at": now},
            journal.accepted, story.key, task_id, now, receipt=receipt,
        )  # fmt: skip
        story.estimated_time = sent.snapshot.estimated_time
        story.accepted(task_id, receipt)
    elif sent.error is not None:
        # Surely not accepted is also UNKNOWN to the journal, with a line that says better: the
        # next POST makes it SENDING again, and that line counts no more.
        accepted = None if sent.verdict.kind is Kind.UNKNOWN else False
        balance = None if story.before is None else vars(story.before)
        record = failure_record(sent.error, lost_at=now, accepted=accepted, balance=balance)
        await story.record.note_down(
            {"step": Step.UNKNOWN, "failure": record}, journal.unknown, story.key, record
        )
    return sent


async def search(story: TaskStory) -> None:
    """Look for a request whose reply was lost, and adopt the one task that must be it.

    Raises:
        OutcomeUnknown: none or several could be it; it may have been charged.
        EvolinkError: it surely never was accepted.
    """
    entry, wiring = story.record.line, story.wiring
    if surely_not_accepted(entry):
        error = error_from(entry.failure)
        await story.record.refused(error)
        raise error
    if entry.step is Step.SENDING:  # an earlier kernel died over it
        lost = OutcomeUnknown("The kernel ended before the answer to the request was written down.")
        record = failure_record(lost, lost_at=_latest(entry, wiring.paid_timeout))
        entry = await story.record.note_down(
            {"step": Step.UNKNOWN, "failure": record},
            wiring.store.journal.unknown, story.key, record,
        )  # fmt: skip
    story.tell(stage=Stage.SENDING, note=LOOKING)
    listed = False
    for pause in wiring.patience.look:
        await asyncio.sleep(wiring.patience.spread(pause))
        try:
            found, listed = await _look(story, entry), True
        except _NoList:
            break
        except EvolinkError as error:
            story.tell(note=f"{error.message} {LOOKING}")
            continue
        if found is not None and await _adopt(story, found):
            return
    cost = wiring.estimate(story.request)
    hint = ""
    if not listed:
        sent_at = entry.sent_at or entry.created_at
        before = story.before or Reading.of((entry.failure or {}).get("balance"))
        hint = await wiring.balance.hint(story.key, sent_at, cost, before)
    raise _unknown(entry, listed, cost, hint)


async def _look(story: TaskStory, entry: Entry) -> str | None:
    """The one task of the service's list that must be ours, or `None`."""
    wiring = story.wiring
    mine = _search(entry, wiring.client.skew, wiring.paid_timeout)
    items = await wiring.client.listing(mine.model, mine.since)
    if items is None:
        raise _NoList

    def neighbours() -> tuple[set[str], list[Entry]]:
        journal = wiring.store.journal
        return journal.known_task_ids(wiring.service), journal.open_entries(wiring.service)

    known, entries = await wiring.records.run(neighbours)
    rivals = [
        _search(other, wiring.client.skew, wiring.paid_timeout)
        for other in entries
        if other.key != story.key
        and other.step in (Step.SENDING, Step.UNKNOWN)
        and not surely_not_accepted(other)
    ]
    return find(mine, items, known, rivals)


async def _adopt(story: TaskStory, task_id: str) -> bool:
    """Take the task, unless another request was quicker; of several one gets it."""
    wiring, journal = story.wiring, story.wiring.store.journal
    now = wiring.clock()
    if not await wiring.records.run(journal.adopt, story.key, task_id, now):
        return False
    story.record.entry = await wiring.records.run(journal.get, story.key)
    story.tell(stage=Stage.PENDING, task_id=task_id, note="The reply was lost; the task is found.")
    return True


def surely_not_accepted(entry: Entry) -> bool:
    """Whether the last POST of a request of unknown outcome is known to have been refused."""
    return entry.step is Step.UNKNOWN and (entry.failure or {}).get("accepted") is False


def _search(entry: Entry, skew: float, paid_timeout: float) -> Search:
    request = entry.request
    failure = entry.failure or {}
    lost_at = failure.get("lost_at")
    return search_for(
        entry.key,
        str(request.get("model")),
        # With the number of pictures, as the identity of a recipe leaves it out.
        None if entry.identity is None else f"{entry.identity}/{request.get('n')}",
        sent_at=entry.sent_at or entry.created_at,
        lost_at=lost_at if isinstance(lost_at, (int, float)) else _latest(entry, paid_timeout),
        answered=failure.get("status") is not None,
        skew=skew,
    )


def _latest(entry: Entry, paid_timeout: float) -> float:
    return (entry.sent_at or entry.created_at) + paid_timeout


class _NoList(Exception):
    """The service has no list of tasks: looking again is of no use."""


def _unknown(entry: Entry, listed: bool, cost: Estimate, hint: str) -> OutcomeUnknown:
    record = entry.failure or {}
    said = str(record.get("message") or "The answer to the request was lost.")
    looked = (
        "The service's list shows no task that must be it."
        if listed
        else "The service's list of tasks could not be read."
    )
    code, request_id = record.get("code"), record.get("request_id")
    amount = str(cost).partition(" ·")[0]
    price = f"If it was accepted, it costs {amount[:1].lower()}{amount[1:]}."
    message = " ".join(part for part in (said, looked, price, hint) if part)
    return OutcomeUnknown(message, code=code, request_id=request_id)


def _next(pauses: Iterator[float], patience: Patience) -> float | None:
    pause = next(pauses, None)
    return None if pause is None else patience.spread(pause)
