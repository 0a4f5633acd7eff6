"""Sends a task's paid request once: what is written, and what follows if it is refused or lost.

1. Each reference gets a link that the service can fetch (`_linked`), the key has room, and it is
   this request's turn (`_in_turn`).
2. The journal's line says SENDING and is on the disk before the POST (`_post`). The POST may take
   120 s (`Timeouts.paid` in `core.service.transport`) and is never cut short, also by `stop()`.
3. A task id came: the journal says ACCEPTED, and `core.steps.watch` goes on.
4. It surely was not accepted (no connection was made; 429): it goes out again after a pause, under
   the same key; once also with new links, where the service can't fetch the old ones (`_renewed`).
   Any other refusal ends it: REFUSED, its credits are given back, the error is raised. Which is
   which is told by the one table, `rules.tasks.outcome`.
5. It may have been accepted (the POST timed out or broke off, a 5xx, an answer that can't be
   read): the outcome is unknown. The journal says UNKNOWN with the error and the time of the loss
   (`_lost`), its credits stay reserved, and `send` returns. It is not sent again.

After an unknown outcome the runner calls `core.steps.find`, which looks for the task in the
service's list, about 0.2, 1, 3, 7 and 13 s later (`RetryPolicy.look`). A task that must be this
request's is taken up, and goes on as in 3. Else the task ends as `OutcomeUnknown`, with what was
looked at and what it may cost. `task.look_again()` and `ew.recover()` look once more. Only a
person sends it again, with `task.send_again()` or the button of that name, where `spend` allows
it; this module then sends it under the same key. The service may answer with a task that another
request has found meanwhile: `TaskBooks.accepted` sees to that. A kernel that dies after 2 leaves
SENDING, and `ew.recover()` goes on as after 5.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.client import Sent
from evolink_widgets.core.service.limits import WORTH_SAYING
from evolink_widgets.core.shared.lost_tasks import (
    in_doubt_since,
    surely_not_accepted,
)
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import (
    EvolinkError,
    InvalidRequest,
    OutcomeUnknown,
    RateLimited,
    RequestRefused,
)
from evolink_widgets.problem import Problem, shown
from evolink_widgets.references.secret_links import whole_link
from evolink_widgets.rules.request.addresses import Zone, reachable_from, zone_of_host
from evolink_widgets.rules.request.links import digest_of
from evolink_widgets.rules.tasks.outcome import Outcome
from evolink_widgets.store.journal.failures import failure_record
from evolink_widgets.store.journal.journal import Entry, Step

if TYPE_CHECKING:
    from evolink_widgets.core.steps.context import TaskContext
    from evolink_widgets.rules.request.request import ImageRequest

UPLOADING = "Uploading the references."


async def send(context: TaskContext) -> None:
    """Send the request until it is accepted, refused for good, or lost.

    It goes out again only where the table of outcomes says that it surely was not accepted.

    Raises:
        OutcomeUnknown: it was sent again and refused; the one before may have been accepted.
        EvolinkError: refused, surely not charged; the journal has it.
    """
    parts = context.parts
    pauses = iter(parts.retry.unsent)
    limited, again = 0.0, False
    request = await _linked(context)
    await context.take_room()
    if not parts.simulated:
        await parts.balance.before()
    while True:
        sent = await _in_turn(context, request)
        error = sent.error
        if error is None or sent.verdict.find:  # accepted; or lost, and the runner looks for it
            return
        pause: float | None = None
        if isinstance(error, RateLimited):
            pause = max(0.25, parts.limits.post_pace.wait)
            limited += pause
            if limited > parts.retry.limited:
                pause = None
        elif sent.verdict.resend:
            pause = _next(pauses, parts.retry)
        elif not again and (renewal := await _renewed(context, request, error)) is not None:
            request, again, pause = renewal, True, 0.0
        elif _refuses_our_address(context, request, error):
            pause = 0.0
        if pause is None:
            if not surely_not_accepted(context.books.line):
                raise OutcomeUnknown(
                    f"Sent again, the request was refused. {error.message} "
                    "What became of the one before is still not known.",
                    code=error.code,
                    request_id=error.request_id,
                )
            await context.books.refused(error)
            raise error
        pace = parts.limits.post_pace
        said = f"{error.message} Trying again in {pause:.0f} s."
        is_held = isinstance(error, RateLimited) and pace.wait >= WORTH_SAYING
        context.tell(stage=Stage.QUEUED, note=pace.says if is_held else said)
        if not is_held:  # else the pace makes it wait, and says so
            await asyncio.sleep(pause)


async def _in_turn(context: TaskContext, request: ImageRequest) -> Sent:
    """Send it when it is its turn, and say meanwhile what it waits for."""
    limits = context.parts.limits
    with contextlib.ExitStack() as waiting:
        waiting.enter_context(limits.post_pace.telling(context.says))
        async with limits.posts:
            await limits.post_pace.turn()
            waiting.close()
            context.tell(stage=Stage.SENDING, note=None)
            return await context.uninterrupted(_post(context, request))


async def _post(context: TaskContext, request: ImageRequest) -> Sent:
    """One POST between two lines of the journal; it is never cut short."""
    parts, journal = context.parts, context.parts.store.journal
    earlier = context.books.line
    own_address = None
    if parts.callbacks is not None and request.callback_url is None:
        own_address = await parts.callbacks.expect(earlier.idempotency_key)
    entry = await context.books.sending()
    context.before = parts.balance.last
    sent = await parts.client.create(request, entry.idempotency_key, own_address)
    if sent.snapshot is not None:
        task_id, receipt = sent.snapshot.id, sent.snapshot.receipt
        await context.books.accepted(task_id, receipt)
        if context.books.step is Step.ACCEPTED:
            context.estimated_time = sent.snapshot.estimated_time
            context.accepted(task_id, receipt)
    elif sent.error is not None:
        record = _lost(context, earlier, entry, sent)
        await context.books.note_down(
            {"step": Step.UNKNOWN, "failure": record}, journal.unknown, context.key, record
        )
    return sent


def _lost(context: TaskContext, earlier: Entry, entry: Entry, sent: Sent) -> dict[str, Any]:
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
        lost_at=context.parts.clock(),
        accepted=False if is_refused else None,
        doubt_since=None if is_refused else in_doubt_since(entry),
        ruled_out=(earlier.failure or {}).get("ruled_out"),
        balance=None if context.before is None else vars(context.before),
    )


def _next(pauses: Iterator[float], retry: RetryPolicy) -> float | None:
    pause = next(pauses, None)
    return None if pause is None else retry.spread(pause)


async def _linked(context: TaskContext) -> ImageRequest:
    """Return the task's request with a link in the place of each name: kept bytes, hidden secrets.

    Raises:
        EvolinkError: one has no link that the service can fetch; nothing was sent, and the
            journal says so.
    """
    request = context.request
    if not request.references:
        return request
    try:
        if broken := list(_link_problems(request, context.parts.client.host)):
            raise InvalidRequest(broken)
        links = tuple(whole_link(one) or one for one in request.references)
        if any(map(digest_of, links)):
            context.tell(note=UPLOADING)
            with context.parts.limits.files_pace.telling(
                lambda said: context.says(said or UPLOADING)
            ):
                links = await context.parts.uploader.links(links)
    except EvolinkError as error:
        if context.books.step is Step.INTENDED:  # what may be paid for stays unknown
            context.tell(stage=Stage.QUEUED, note=None)
            await context.books.refused(error)
        raise
    return request if links == request.references else replace(request, references=links)


async def _renewed(
    context: TaskContext, sent: ImageRequest, error: EvolinkError
) -> ImageRequest | None:
    """Return the request with new links, where the service has refused those that were sent.

    Args:
        context: the task.
        sent: the request as it was sent.
        error: what the service answered.

    Returns:
        The request to be sent now; `None` where new links would not help.

    Raises:
        EvolinkError: a reference has no link that the service can fetch.
    """
    refused = isinstance(error, RequestRefused) and error.status in (400, 404, 422)
    uploaded = any(map(digest_of, context.request.references))
    if not refused or not uploaded or "image_urls" not in error.message:
        return None
    await context.parts.uploader.renew(context.request.references, sent.references)
    return await _linked(context)


def _refuses_our_address(context: TaskContext, request: ImageRequest, error: EvolinkError) -> bool:
    """Whether the service refuses the address that we have added; then none is added any more."""
    callbacks = context.parts.callbacks
    if callbacks is None or not callbacks.is_named or request.callback_url is not None:
        return False
    refused = isinstance(error, RequestRefused) and error.status in (400, 422)
    if not refused or "callback" not in error.message.lower():
        return False
    callbacks.give_up()
    return True


def _link_problems(request: ImageRequest, host: str | None) -> Iterator[Problem]:
    """Why the service could not fetch a reference.

    Args:
        request: its references are links and names.
        host: of the API; `None` where it is in this process and fetches what it likes.
    """
    own = None if host is None else zone_of_host(host)
    reached = reachable_from([] if own is None else [own])
    for at, name in enumerate(request.references):
        place = f"references[{at}]"
        if digest_of(name) is not None:
            continue
        link = whole_link(name)
        if link is None:
            rule = "must be given anew: the secret part of the link was not kept"
            yield Problem(place, shown(name), f"{rule}. Give the link, or the picture's file")
        elif host is not None:
            zone = zone_of_host(urlsplit(link).hostname or "")
            if zone not in reached:
                rule = "must be a link that the service can reach"
                yield Problem(place, shown(name), f"{rule}, and this one {_where(zone)}")


def _where(zone: Zone | None) -> str:
    if zone is None:
        return "names its host in no plain way. Give the picture's file instead"
    return f"leads into {zone.value}. Give the picture's file instead: it is uploaded"
