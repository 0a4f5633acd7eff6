"""References to links: each content is uploaded once, and anew when its link has run out.

However many tasks, threads and kernels ask for one content at a time, one uploads it and the
others take its link. When an answer is lost the file is looked for before it is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evolink_widgets.core.loop import Workers, spawn
from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.files_api import Files, quota_reached
from evolink_widgets.errors import (
    AuthenticationError,
    BadReply,
    EvolinkError,
    RateLimited,
    RequestRefused,
    RequestTooLarge,
    ServiceUnavailable,
    Unreachable,
)
from evolink_widgets.rules.request.links import digest_of
from evolink_widgets.store.uploads import Upload, Uploads

__all__ = ["Uploader"]

AT_ONCE = 4
"""Uploads at once: each holds a connection and a few hundred kilobytes."""

LOOK_AGAIN = 0.15
"""Seconds between two looks at a content that another kernel uploads."""

LOOKS = 4
"""Tries to look for a file whose upload got no answer. It is free: then it is sent again."""

BELIEVED = 60.0
"""Seconds for which a link that was seen to work is not asked again: to ask for its first byte
costs less than a task that fails because it is gone."""


class Uploader:
    """Gives links to the references of one store, at one files service. Runs on the core's loop.

    Args:
        uploads: the store's references.
        files: the files service.
        account: the files service's name, and whose account it is, as the store writes it.
        owner: this session's name for leases.
        retry: how long things are tried again.
        database_thread: one thread for the database.
        workers: threads for files.
        clock: Unix seconds.
    """

    def __init__(
        self,
        uploads: Uploads,
        files: Files,
        *,
        account: str,
        owner: str,
        retry: RetryPolicy,
        database_thread: Workers,
        workers: Workers,
        clock: Callable[[], float],
    ) -> None:
        self._uploads = uploads
        self._files = files
        self._account = account
        self._owner = owner
        self._retry = retry
        self._database_thread = database_thread
        self._workers = workers
        self._clock = clock
        self._going: dict[str, asyncio.Task[str]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._seen: dict[str, float] = {}

    async def links(self, references: Sequence[str]) -> tuple[str, ...]:
        """The references as the service takes them: names of kept ones become links.

        Args:
            references: links, and names as `rules.request.links.kept_name` gives them.

        Raises:
            StoreError: the bytes of one are not there any more.
            RequestRefused: the files service does not take one, or has no room.
            ServiceError: one could not be uploaded.
        """
        digests = dict.fromkeys(filter(None, map(digest_of, references)))
        found = await asyncio.gather(*map(self._joined, digests), return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        link_of = dict(zip(digests, found, strict=True))
        return tuple(
            str(link_of[digest]) if (digest := digest_of(one)) else one for one in references
        )

    async def renew(self, references: Sequence[str], links: Sequence[str]) -> None:
        """Forget links that the service has refused; `links` then uploads those contents anew.

        Args:
            references: as they were given to `links`.
            links: what it answered. A newer link than that, which another task has fetched
                meanwhile, stays.
        """
        for reference, link in zip(references, links, strict=True):
            if (digest := digest_of(reference)) is not None:
                await self._forget(digest, link)

    async def _joined(self, digest: str) -> str:
        """The link of a content; who asks while it is on its way waits for the same one."""
        going = self._going.get(digest)
        if going is None:
            going = self._going[digest] = spawn(self._link(digest), name="evolink-upload")
            going.add_done_callback(lambda done: self._ended(digest, done))
        return await asyncio.shield(going)

    def _ended(self, digest: str, done: asyncio.Task[str]) -> None:
        self._going.pop(digest, None)
        if not done.cancelled():
            done.exception()  # its waiters have it; there may be none left

    async def _link(self, digest: str) -> str:
        path = await self._workers.run(self._uploads.file_of, digest)
        size = (await self._workers.run(path.stat)).st_size
        lease = self._files.seconds_for(size) + 60.0
        while True:
            turn = await self._database_thread.run(
                self._uploads.take_turn, self._account, digest, self._owner, self._clock(), lease
            )
            if turn.mine:
                async with self._room:
                    return await self._upload(digest, path, size, doubtful=turn.doubtful)
            if turn.upload is None:
                await asyncio.sleep(self._retry.spread(LOOK_AGAIN))
            elif await self._holds(digest, turn.upload, path.name, size):
                return turn.upload.link

    async def _holds(self, digest: str, upload: Upload, name: str, size: int) -> bool:
        """Whether a remembered link still leads somewhere; one that does not is forgotten.

        So is one that this process has not from the service, unless the service lists it: the
        row may be a stranger's, and its link lead wherever that one likes.
        """
        now = self._clock()
        if now - self._seen.get(upload.link, -BELIEVED) < BELIEVED:
            return True
        known = upload.link in self._seen or await self._is_listed(upload.link, name, size)
        if not known or await self._files.is_gone(upload.link):
            await self._forget(digest, upload.link)
            return False
        self._seen[upload.link] = now
        return True

    async def _is_listed(self, link: str, name: str, size: int) -> bool:
        try:
            found = await self._files.find(name, size)
        except EvolinkError:  # it is uploaded anew, which costs nothing, or says what is wrong
            return False
        return found is not None and found.link == link

    async def _forget(self, digest: str, link: str) -> None:
        self._seen.pop(link, None)
        await self._database_thread.run(self._uploads.forget, self._account, digest, link)

    async def _upload(self, digest: str, path: Path, size: int, *, doubtful: bool) -> str:
        """Upload it, now that it is ours to do; whatever happens, the turn is given back."""
        trial = _Trial(doubtful)
        try:
            upload = await self._try(trial, digest, path, size)
        except BaseException:
            await self._database_thread.run(
                self._uploads.give_up, self._account, digest, self._owner, doubtful=trial.doubtful
            )
            raise
        self._seen[upload.link] = self._clock()
        await self._database_thread.run(self._uploads.arrived, self._account, digest, upload)
        return upload.link

    async def _try(self, trial: _Trial, digest: str, path: Path, size: int) -> Upload:
        """Upload until it is there or refused for good; what may be there is looked for."""
        pauses = iter(self._retry.download)
        limited_until = self._clock() + self._retry.limited
        while True:
            try:
                if trial.look and (found := await self._look(trial, path.name, size)):
                    return found
                await self._database_thread.run(
                    self._uploads.sending, self._account, digest, self._owner, self._clock()
                )
                return await self._send(trial, path)
            except RateLimited:  # refused unread; the pace makes the next call wait
                if self._clock() > limited_until:
                    raise
                pause = 0.05
            except RequestRefused as error:
                raise await self._named(error) from None
            except (Unreachable, ServiceUnavailable, BadReply):
                following = next(pauses, None)
                if following is None:
                    raise
                pause = following
            await asyncio.sleep(self._retry.spread(pause))

    async def _look(self, trial: _Trial, name: str, size: int) -> Upload | None:
        """Look for what may have arrived; after a few looks in vain it is sent again."""
        trial.looks += 1
        found = await self._files.find(name, size)
        trial.looks = LOOKS
        return found

    async def _send(self, trial: _Trial, path: Path) -> Upload:
        trial.doubtful, trial.looks = True, 0
        try:
            return await self._files.upload(path, path.name)
        except (Unreachable, RequestRefused):
            trial.doubtful = False
            raise

    async def _named(self, error: RequestRefused) -> EvolinkError:
        """A refusal of the files service, in words that say what to do about it."""
        if isinstance(error, (AuthenticationError, RequestTooLarge)):
            return error
        quota = await self._files.quota()
        return quota_reached(quota, error) if quota.full else error


@dataclass
class _Trial:
    """What is known of the tries so far.

    Attributes:
        doubtful: the last one may have arrived.
        looks: how often it was looked for since.
    """

    doubtful: bool
    looks: int = 0

    @property
    def look(self) -> bool:
        """Whether it is to be looked for before the next try."""
        return self.doubtful and self.looks < LOOKS
