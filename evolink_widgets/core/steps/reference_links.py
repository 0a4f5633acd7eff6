"""The links of a request's references, right before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evolink_widgets.core.task import Stage
from evolink_widgets.errors import EvolinkError, InvalidRequest, RequestRefused
from evolink_widgets.problem import Problem, shown
from evolink_widgets.references.secret_links import whole_link
from evolink_widgets.rules.request.addresses import Zone, reachable_from, zone_of_host
from evolink_widgets.rules.request.links import digest_of
from evolink_widgets.store.journal.journal import Step

if TYPE_CHECKING:
    from evolink_widgets.core.steps.context import TaskContext
    from evolink_widgets.rules.request.request import ImageRequest

UPLOADING = "Uploading the references."


async def linked(context: TaskContext) -> ImageRequest:
    """Return the task's request with a link in the place of each name: kept bytes, hidden secrets.

    Raises:
        EvolinkError: one has no link that the service can fetch; nothing was sent, and the
            journal says so.
    """
    request = context.request
    if not request.references:
        return request
    try:
        if broken := list(_problems(request, context.parts.client.host)):
            raise InvalidRequest(broken)
        links = tuple(whole_link(one) or one for one in request.references)
        if any(map(digest_of, links)):
            context.tell(note=UPLOADING)
            with context.parts.limits.files_pace.telling(
                lambda said: context.says(said or UPLOADING)
            ):
                links = await context.parts.uploader.links(links)
    except EvolinkError as error:
        if context.record.step is Step.INTENDED:  # what may be paid for stays unknown
            context.tell(stage=Stage.QUEUED, note=None)
            await context.record.refused(error)
        raise
    return request if links == request.references else replace(request, references=links)


async def renewed(
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
    return await linked(context)


def _problems(request: ImageRequest, host: str | None) -> Iterator[Problem]:
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
