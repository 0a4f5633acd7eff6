"""The links of a request's references, right before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evolink_widgets.core.state import Stage
from evolink_widgets.errors import EvolinkError, RequestRefused
from evolink_widgets.rules.kept import digest_of
from evolink_widgets.store.journal import Step

if TYPE_CHECKING:
    from evolink_widgets.core.story import TaskStory
    from evolink_widgets.rules.request import ImageRequest

UPLOADING = "Uploading the references."


async def linked(story: TaskStory) -> ImageRequest:
    """The story's request with a link in the place of each kept reference.

    Raises:
        EvolinkError: one can't be uploaded; nothing was sent, and the journal says so.
    """
    request = story.request
    if not any(map(digest_of, request.references)):
        return request
    story.tell(note=UPLOADING)
    try:
        with story.wiring.limits.files_pace.telling(lambda said: story.says(said or UPLOADING)):
            links = await story.wiring.uploader.links(request.references)
    except EvolinkError as error:
        if story.record.step is Step.INTENDED:  # what may be paid for stays unknown
            story.tell(stage=Stage.QUEUED, note=None)
            await story.record.refused(error)
        raise
    return replace(request, references=links)


async def renewed(story: TaskStory, sent: ImageRequest, error: EvolinkError) -> ImageRequest | None:
    """The request with new links, where the service has refused the ones that were sent."""
    refused = isinstance(error, RequestRefused) and error.status in (400, 404, 422)
    if not refused or sent is story.request or "image_urls" not in error.message:
        return None
    await story.wiring.uploader.renew(story.request.references, sent.references)
    return await linked(story)
