"""Fetching a task's pictures and taking them into the store: its last step before it is "done"."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, NoReturn

from evolink_widgets.core.steps.find import AnothersTask, PixelCheck, give_back
from evolink_widgets.core.steps.watch import follow
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import DownloadFailed, EvolinkError, LinkExpired, NotFound, StoreError
from evolink_widgets.rules.tasks.task import LINKS_LIVE
from evolink_widgets.store.gallery.admission.admission import Arrival, NewSet
from evolink_widgets.store.gallery.gallery import StoredPictures
from evolink_widgets.store.journal.journal import Step, is_found

if TYPE_CHECKING:
    from evolink_widgets.core.steps.context import TaskContext
    from evolink_widgets.store.gallery.admission.part import Part
    from evolink_widgets.store.gallery.gallery import GeneratedImage

AGAIN = 3
"""New links of a picture that are each tried as patiently as the first, before it is left; and
tries to read a task once more that brought too few."""

UNKNOWN = 3
"""Readings in a row that do not know the task before it is said to be gone."""


async def collect(context: TaskContext) -> None:
    """Fetch every picture that is not here yet, several at once.

    Raises:
        DownloadFailed: at least one could not be fetched; the others are saved, and the task
            stays open.
        StoreError: the files can't be written; the task stays open.
    """
    if not context.books.is_new:
        await context.load_images()
    context.tell(stage=Stage.SAVING, progress=99)
    here = set(context.mine)
    if here:
        await context.parts.file_threads.run(_tidy, context.parts.store.gallery, context.key, here)
    recipe_file = RecipeFile(context, is_owed=bool(here))
    try:
        is_ours = await _fetch_all(context, here, recipe_file)
        while is_ours and await _more_have_come(context):
            is_ours = await _fetch_all(context, set(context.mine), recipe_file)
    except BaseException:
        await context.wait_for_open_steps()  # what is being taken in counts, too
        await recipe_file.settle()
        raise
    if is_ours:
        await recipe_file.settle()
        await context.books.saved(context.task.state.receipt)


async def _fetch_all(context: TaskContext, here: Set[int], recipe_file: RecipeFile) -> bool:
    """Fetch what is not here; whether the task has proved to be this request's."""
    links = Links(context, context.books.line.results)
    wanted = [index for index in links.places if index not in here]
    if (wanted or not here) and not context.books.has_read_links:
        await _read_anew(context)
        if context.books.step is not Step.READY:
            return False  # it has shown that it is another's
        links = Links(context, context.books.line.results)
        wanted = [index for index in links.places if index not in here]
    # A found task whose first picture is taken in has been held against what was asked.
    check = PixelCheck(context) if is_found(context.books.line) and not here else None
    recipe_file.missing = len(wanted)
    outcomes = await asyncio.gather(
        *(_picture(context, links, check, recipe_file, index) for index in wanted),
        return_exceptions=True,
    )
    errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for error in errors:
        if isinstance(error, AnothersTask):
            await give_back(context, error)
            return False
    for error in errors:
        if not isinstance(error, DownloadFailed):
            raise error
    if errors:
        await _close_if_gone(context, links)
        raise errors[0]
    return True


async def _more_have_come(context: TaskContext) -> bool:
    """Read a task once more that brought fewer pictures than were asked for: its end is final.

    The status can be ahead of some of the links by a moment, as it can be of all of them.
    """
    line, parts = context.books.line, context.parts
    come = sum(map(bool, line.results))
    if line.task_id is None or come >= context.request.n:
        return False
    for failures in range(1, 1 + AGAIN):
        await asyncio.sleep(parts.retry.after(failures))
        try:
            snapshot = await parts.client.task(line.task_id)
        except NotFound:
            return False
        except EvolinkError:
            continue
        found = Links(context, line.results).in_place(snapshot.results)
        if not come < sum(map(bool, found)) <= context.request.n:
            return False
        receipt = context.merged(snapshot.receipt)
        context.tell(receipt=receipt)
        context.books.ready(found, parts.clock() + LINKS_LIVE, receipt)
        return True
    return False


async def _read_anew(context: TaskContext) -> None:
    """Ask the service for the links: those in the journal are another process's word.

    The folder may be a stranger's, and its links lead wherever that one likes.

    Raises:
        LinkExpired: the service does not know the task.
        EvolinkError: as `follow`.
    """
    try:
        await follow(context)
    except NotFound:
        await _gone(context, "The service does not know the task, and its links are not believed.")


async def _close_if_gone(context: TaskContext, links: Links) -> None:
    """Say that the pictures are gone, once the service no longer knows the task.

    Raises:
        LinkExpired: the service does not know the task any more, and its links do not work. The
            task stays open until their time is over: another key may know it.
    """
    if links.unknown >= UNKNOWN:
        await _gone(context, "The links have run out, and the service no longer knows the task.")


async def _gone(context: TaskContext, why: str) -> NoReturn:
    """Say that the pictures are gone; write it down once nothing can bring them any more.

    Raises:
        LinkExpired: always. The task stays open until the time of its links is over.
    """
    until, gone = context.books.line.links_until, LinkExpired(why, task_id=context.task.id)
    if until is not None and context.parts.clock() >= until:
        await context.books.lost(gone, context.task.state.receipt)
    raise gone


async def _picture(
    context: TaskContext,
    links: Links,
    check: PixelCheck | None,
    recipe_file: RecipeFile,
    index: int,
) -> None:
    """Fetch one picture until it is whole and taken in."""
    parts = context.parts
    part = parts.store.gallery.part(context.key, index, is_new=context.books.is_new)
    pauses = iter(parts.retry.download)
    best = again = 0
    while True:
        link, readings = links[index], links.readings
        try:
            await parts.downloads.fetch(link, part)
            if check is not None:
                await check.admits(part)
            # Never cut short: the next kernel that collects the task uses the same file.
            admitted = _admit(context, links, recipe_file, index, part)
            context.landed(await context.uninterrupted(admitted))
            return
        except DownloadFailed as error:
            come = part.size
            if come > best:  # it gets on, if slowly: that is no reason to give up
                best, pauses = come, iter(parts.retry.download)
            elif await links.renew(link, readings, error) and again < AGAIN:
                again, pauses = again + 1, iter(parts.retry.download)
            pause = _next(pauses, error)
        await asyncio.sleep(parts.retry.spread(pause))


async def _admit(
    context: TaskContext, links: Links, recipe_file: RecipeFile, index: int, part: Part
) -> GeneratedImage:
    """Take a fetched picture in, together with others that are there at the same moment."""
    parts, now = context.parts, context.parts.clock()
    about = NewSet(
        context.key,
        context.recipe,
        context.task.id,
        max(context.request.n, len(links.places)),
        now,
        context.books.line.origin,
    )
    arrival = Arrival(about, index, part, now)
    if not arrival.is_light:  # what takes long must not hold up the others
        arrival = await parts.file_threads.run(parts.store.gallery.examine, arrival)
    return await recipe_file.admit(arrival)


def _tidy(gallery: StoredPictures, key: str, here: Set[int]) -> None:
    """Remove what a killed kernel left of pictures that it had taken in already."""
    for index in here:
        with contextlib.suppress(StoreError):
            gallery.drop_part(key, index)


def _next(pauses: Iterator[float], error: DownloadFailed) -> float:
    pause = next(pauses, None)
    if pause is None:
        raise error
    return pause


class RecipeFile:
    """The recipe file of a set: written once, with its last picture or when no more will come.

    A kernel that is killed before has left the task open, and the next one that collects it
    settles this.

    Args:
        context: the task.
        is_owed: whether pictures are here whose recipe file may not be written.

    Attributes:
        missing: how many pictures are to come.
    """

    def __init__(self, context: TaskContext, *, is_owed: bool) -> None:
        self.missing = 0
        self._context = context
        self._is_owed = is_owed

    async def admit(self, arrival: Arrival) -> GeneratedImage:
        """Take a picture in, and with the last one write the file."""
        self.missing -= 1
        arrival = arrival._replace(are_more_coming=self.missing > 0)
        try:
            image = await self._context.parts.admission.do(arrival)
        except BaseException:
            self.missing += 1
            raise
        self._is_owed = arrival.are_more_coming
        return image

    async def settle(self) -> None:
        """Write the file, if that is owed: no further picture comes now."""
        context = self._context
        if self._is_owed:
            self._is_owed = False
            write = context.parts.store.gallery.write_recipe
            await context.uninterrupted(context.books.quietly(write, context.key))


class Links:
    """The addresses of a task's pictures, asked for anew when one does not work.

    However a link fails, only the service can say whether there is another: the task is read
    again before a picture is given up, once for all pictures that failed meanwhile.

    Attributes:
        readings: how often the task was read.
        unknown: how often in a row the service did not know the task.
    """

    def __init__(self, context: TaskContext, results: tuple[str, ...]) -> None:
        self.readings = 0
        self.unknown = 0
        self._context = context
        self._results = results
        self._lock = asyncio.Lock()

    @property
    def places(self) -> list[int]:
        """The numbers of the pictures that the service made, from 0."""
        return [index for index, link in enumerate(self._results) if link]

    def __getitem__(self, index: int) -> str:
        return self._results[index]

    async def renew(self, failed: str, readings: int, error: DownloadFailed) -> bool:
        """Ask the task for links, where nothing has asked since a link failed.

        Args:
            failed: the link that does not work.
            readings: how often the task had been read when that was begun.
            error: how it failed.

        Returns:
            Whether the picture has another link now.
        """
        context, parts = self._context, self._context.parts
        assert context.task.id is not None
        async with self._lock:
            if failed not in self._results or self.readings != readings:
                return failed not in self._results
            context.says(f"{error.message} Asking the service for its links again.")
            self.readings += 1
            try:
                with parts.limits.read_pace.telling(context.held):
                    snapshot = await parts.client.task(context.task.id)
            except EvolinkError as unread:
                self.unknown = self.unknown + 1 if isinstance(unread, NotFound) else 0
                return False  # the pause before the next try serves this too
            self.unknown = 0
            found = self.in_place(snapshot.results)
            if found != self._results:
                self._results = found
                until = parts.clock() + LINKS_LIVE
                context.books.ready(found, until, context.task.state.receipt)
            return failed not in self._results

    def in_place(self, results: tuple[str, ...]) -> tuple[str, ...]:
        """The links of a reading, each at its picture's place; the old ones where some lack."""
        links, places = [link for link in results if link], self.places
        if len(links) < len(places):
            return self._results
        if {self._results[place] for place in places} <= set(links):
            return self._with_more(results)
        if all(place < len(results) and results[place] for place in places):
            return results
        found = dict(zip(places, links, strict=False))
        return tuple(found.get(place, "") for place in range(len(self._results)))

    def _with_more(self, results: tuple[str, ...]) -> tuple[str, ...]:
        """A reading that has all of the links, and perhaps more: none moves to another place.

        What is told late may stand before the others. Under their numbers they are fetched
        already: one of them would be fetched twice, and the late one never.
        """
        if all(results[at : at + 1] == (link,) for at, link in enumerate(self._results) if link):
            return results
        more = iter([link for link in results if link and link not in self._results])
        return (*[link or next(more, "") for link in self._results], *more)
