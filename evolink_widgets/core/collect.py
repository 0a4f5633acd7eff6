"""The last act of a story: fetching the pictures and taking them in, before it is "done"."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence, Set
from typing import TYPE_CHECKING

from evolink_widgets.core.download import LinkRefused
from evolink_widgets.core.follow import LINKS_LIVE, follow
from evolink_widgets.core.state import Stage
from evolink_widgets.errors import DownloadFailed, EvolinkError, LinkExpired, NotFound, StoreError
from evolink_widgets.store.gallery import Gallery
from evolink_widgets.store.opening import size_of

if TYPE_CHECKING:
    from evolink_widgets.core.story import TaskStory


async def collect(story: TaskStory) -> None:
    """Fetch every picture that is not here yet, several at once.

    Raises:
        DownloadFailed: at least one could not be fetched; the others are saved, and the task
            stays open.
        StoreError: the files can't be written; the task stays open.
    """
    await story.load_images()
    story.tell(stage=Stage.SAVING, progress=99)
    here = set(story.mine)
    if here:
        await story.wiring.pictures.run(_tidy, story.wiring.store.gallery, story.key, here)
    links = Links(story, story.record.line.results)
    wanted = [index for index in links.places if index not in here]
    if (wanted or not here) and not story.record.has_read_links:
        await _read_anew(story)
        links = Links(story, story.record.line.results)
        wanted = [index for index in links.places if index not in here]
    outcomes = await asyncio.gather(
        *(_picture(story, links, index) for index in wanted), return_exceptions=True
    )
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    await _close_if_gone(story, errors)
    for error in errors:
        if not isinstance(error, DownloadFailed):
            raise error
    if errors:
        raise errors[0]
    await story.record.saved(story.task.state.receipt)


async def _read_anew(story: TaskStory) -> None:
    """Ask the service for the links: those in the journal are another process's word.

    The folder may be a stranger's, and its links lead wherever that one likes.

    Raises:
        LinkExpired: the service does not know the task.
        EvolinkError: as `follow`.
    """
    try:
        await follow(story)
    except NotFound:
        gone = LinkExpired(
            "The service does not know the task, and says of no links where its pictures are.",
            task_id=story.task.id,
        )
        await _close_if_gone(story, [gone])
        raise gone from None


async def _close_if_gone(story: TaskStory, errors: Sequence[BaseException]) -> None:
    """Write down that pictures are lost, once nothing can bring them any more.

    Raises:
        LinkExpired: the service has forgotten the task, and its links would be dead anyway.
    """
    until, wiring = story.record.line.links_until, story.wiring
    gone = next((error for error in errors if isinstance(error, LinkExpired)), None)
    if gone is None or until is None or wiring.clock() < until:
        return
    await story.record.lost(gone, story.task.state.receipt)
    raise gone


async def _picture(story: TaskStory, links: Links, index: int) -> None:
    """Fetch one picture until it is whole and taken in."""
    wiring = story.wiring
    gallery = wiring.store.gallery
    part = await wiring.pictures.run(gallery.part_path, story.key, index)
    pauses = iter(wiring.patience.download)
    best = 0
    while True:
        link = links[index]
        try:
            await wiring.downloads.fetch(link, part)
            # Never cut short: whoever collects the task next uses the same file.
            admitted = wiring.pictures.run(
                gallery.admit,
                story.key,
                index,
                part,
                story.recipe,
                now=wiring.clock(),
                task_id=story.task.id,
                expected=max(story.request.n, len(links.places)),
                notebook=story.record.line.origin,
            )
            story.landed(await story.uninterrupted(admitted))
            return
        except LinkRefused as error:
            await links.renew(link, error)
            pause = _next(pauses, error)
        except DownloadFailed as error:
            come = size_of(part)
            if come > best:  # it gets on, if slowly: that is no reason to give up
                best, pauses = come, iter(wiring.patience.download)
            pause = _next(pauses, error)
        await asyncio.sleep(wiring.patience.spread(pause))


def _tidy(gallery: Gallery, key: str, here: Set[int]) -> None:
    """Remove what a killed kernel left of pictures that it had taken in already."""
    for index in here:
        with contextlib.suppress(StoreError):
            gallery.drop_part(key, index)


def _next(pauses: Iterator[float], error: DownloadFailed) -> float:
    pause = next(pauses, None)
    if pause is None:
        raise error
    return pause


class Links:
    """The addresses of a task's pictures, renewed together when the hosts refuse them."""

    def __init__(self, story: TaskStory, results: tuple[str, ...]) -> None:
        self._story = story
        self._results = results
        self._lock = asyncio.Lock()

    @property
    def places(self) -> list[int]:
        """The numbers of the pictures that the service made, from 0."""
        return [index for index, link in enumerate(self._results) if link]

    def __getitem__(self, index: int) -> str:
        return self._results[index]

    async def renew(self, refused: str, error: LinkRefused) -> None:
        """Ask the task for new links, once for all pictures that were refused.

        Raises:
            LinkExpired: the service no longer has the task.
        """
        story, wiring = self._story, self._story.wiring
        assert story.task.id is not None
        async with self._lock:
            if refused not in self._results:
                return
            try:
                snapshot = await wiring.client.task(story.task.id)
            except NotFound:
                raise LinkExpired(
                    "The links have run out, and the service no longer knows the task.",
                    task_id=story.task.id,
                ) from None
            except EvolinkError:
                return  # the pause before the next try serves this too
            if sum(map(bool, snapshot.results)) < len(self.places):
                return
            self._results = snapshot.results
            until = wiring.clock() + LINKS_LIVE
            story.record.ready(snapshot.results, until, story.task.state.receipt)
