"""The first acts of a story: the paid request, sent once, and found when its reply is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evolink_widgets.core.linking import linked, renewed
from evolink_widgets.core.service.client import Sent
from evolink_widgets.core.service.pace import WORTH_SAYING
from evolink_widgets.core.service.retry import Patience
from evolink_widgets.core.shared.balance import Reading
from evolink_widgets.core.shared.task_search import (
    NoList,
    in_doubt_since,
    latest_loss,
    surely_not_accepted,
)
from evolink_widgets.core.state import Stage
from evolink_widgets.core.steps.adopt import adopt
from evolink_widgets.errors import EvolinkError, OutcomeUnknown, RateLimited
from evolink_widgets.rules.tasks.outcome import Outcome
from evolink_widgets.store.journal.failures import error_from, failure_record
from evolink_widgets.store.journal.journal import Entry, Step

if TYPE_CHECKING:
    from evolink_widgets.core.steps.runner import TaskStory
    from evolink_widgets.rules.pricing.pricing import Estimate
    from evolink_widgets.rules.request.request import ImageRequest

LOOKING = "The reply was lost; looking for the task at the service."


async def send(story: TaskStory) -> None:
    """Send the request until it is accepted, refused for good, or lost.

    It goes out again only where the table of outcomes says that it surely was not accepted.

    Raises:
        OutcomeUnknown: it was sent again and refused; the one before may have been accepted.
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
        sent = await _in_turn(story, request)
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
            if not surely_not_accepted(story.record.line):
                raise OutcomeUnknown(
                    f"Sent again, the request was refused. {error.message} "
                    "What became of the one before is still not known.",
                    code=error.code,
                    request_id=error.request_id,
                )
            await story.record.refused(error)
            raise error
        pace = wiring.limits.post_pace
        said = f"{error.message} Trying again in {pause:.0f} s."
        is_held = isinstance(error, RateLimited) and pace.wait >= WORTH_SAYING
        story.tell(stage=Stage.QUEUED, note=pace.says if is_held else said)
        if not is_held:  # else the pace makes it wait, and says so
            await asyncio.sleep(pause)


async def _in_turn(story: TaskStory, request: ImageRequest) -> Sent:
    """Send it when it is its turn, and say meanwhile what it waits for."""
    limits = story.wiring.limits
    with contextlib.ExitStack() as waiting:
        waiting.enter_context(limits.post_pace.telling(story.says))
        async with limits.posts:
            await limits.post_pace.turn()
            waiting.close()
            story.tell(stage=Stage.SENDING, note=None)
            return await story.uninterrupted(_post(story, request))


async def _post(story: TaskStory, request: ImageRequest) -> Sent:
    """One POST between two lines of the journal; it is never cut short."""
    wiring, journal = story.wiring, story.wiring.store.journal
    earlier = story.record.line
    entry = await story.record.sending()
    story.before = wiring.balance.last
    sent = await wiring.client.create(request, entry.idempotency_key)
    if sent.snapshot is not None:
        task_id, receipt = sent.snapshot.id, sent.snapshot.receipt
        await story.record.accepted(task_id, receipt)
        story.estimated_time = sent.snapshot.estimated_time
        story.accepted(task_id, receipt)
    elif sent.error is not None:
        record = _lost(story, earlier, entry, sent)
        await story.record.note_down(
            {"step": Step.UNKNOWN, "failure": record}, journal.unknown, story.key, record
        )
    return sent


def _lost(story: TaskStory, earlier: Entry, entry: Entry, sent: Sent) -> dict[str, Any]:
    """What the journal keeps of a POST that brought no task.

    One that was surely not accepted is also UNKNOWN to the journal, with a line that says
    better: the next POST makes it SENDING again, and that line counts no more. But its refusal
    says nothing of an earlier POST whose answer was lost: what is known of that one stays.
    """
    assert sent.error is not None
    doubt = in_doubt_since(earlier)
    is_refused = sent.verdict.kind is not Outcome.UNKNOWN
    if is_refused and doubt is not None:
        kept = {
            name: value for name, value in (earlier.failure or {}).items() if name != "accepted"
        }
        return {**kept, "doubt_since": doubt}
    return failure_record(
        sent.error,
        lost_at=story.wiring.clock(),
        accepted=False if is_refused else None,
        doubt_since=None if is_refused else in_doubt_since(entry),
        ruled_out=(earlier.failure or {}).get("ruled_out"),
        balance=None if story.before is None else vars(story.before),
    )


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
        record = failure_record(
            lost,
            lost_at=latest_loss(entry, wiring.paid_timeout),
            doubt_since=in_doubt_since(entry),
            ruled_out=(entry.failure or {}).get("ruled_out"),
        )
        entry = await story.record.note_down(
            {"step": Step.UNKNOWN, "failure": record},
            wiring.store.journal.unknown, story.key, record,
        )  # fmt: skip
    story.tell(stage=Stage.SENDING, note=LOOKING)
    looked = "The service's list of tasks could not be read."
    listed = False
    for pause in wiring.patience.look:
        await asyncio.sleep(pause)  # not spread: who looks at the same time looks together
        try:
            with wiring.limits.list_pace.telling(lambda said: story.says(said or LOOKING)):
                found, listed = await wiring.lookout.look(entry), True
        except NoList:
            break
        except EvolinkError as error:
            story.tell(note=f"{error.message} {LOOKING}")
            continue
        looked = found.said
        if found.task_id is not None and await adopt(story, found.task_id):
            return
    cost = wiring.estimate(story.request)
    hint = ""
    if not listed:
        sent_at = in_doubt_since(entry) or entry.created_at
        before = story.before or Reading.of((entry.failure or {}).get("balance"))
        hint = await wiring.balance.hint(story.key, sent_at, cost, before)
    raise _unknown(entry, looked, cost, hint)


def _unknown(entry: Entry, looked: str, cost: Estimate, hint: str) -> OutcomeUnknown:
    record = entry.failure or {}
    said = str(record.get("message") or "The answer to the request was lost.")
    code, request_id = record.get("code"), record.get("request_id")
    amount = str(cost).partition(" ·")[0]
    price = f"If it was accepted, it costs {amount[:1].lower()}{amount[1:]}."
    message = " ".join(part for part in (said, looked, price, hint) if part)
    return OutcomeUnknown(message, code=code, request_id=request_id)


def _next(pauses: Iterator[float], patience: Patience) -> float | None:
    pause = next(pauses, None)
    return None if pause is None else patience.spread(pause)
