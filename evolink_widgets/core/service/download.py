"""Fetching one picture into its `.part` file: streamed, resumed, its length checked.

Whether the bytes are a picture is the gallery's to say; here only that they are all there. At
most half a megabyte is in memory, and the file is written by a worker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.service.replies import Download, LinkForbidden, NoAnswer
from evolink_widgets.core.workers import Workers
from evolink_widgets.errors import DownloadFailed
from evolink_widgets.store.safe_files import (
    change_plain,
    guarded,
    is_plain,
    is_there,
    make_new,
    remove,
    size_of,
)

if TYPE_CHECKING:
    from evolink_widgets.core.service.transport import Transport

PIECE = 2**19
"""Bytes that are collected before a worker writes them."""

LARGEST = 2**28
"""Bytes a picture may have at most; the largest legal one is far below."""

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)\s*$")

REFUSED = frozenset({401, 403, 404, 410})
"""Answers of a picture host to a link whose time is over."""


class LinkRefused(DownloadFailed):
    """This link does not lead to the picture, or not any more; the task may have a new one."""


class Downloader:
    """Fetches pictures from the hosts that the service names; the key never goes there.

    Args:
        transport: the connections.
        limits: how many at once.
        workers: the threads that write.
    """

    def __init__(self, transport: Transport, limits: Limits, workers: Workers) -> None:
        self._transport = transport
        self._limits = limits
        self._workers = workers
        self._versions: dict[Path, str] = {}

    async def fetch(self, link: str, part: Path) -> None:
        """Fetch `link` into `part`, going on where an earlier try ended.

        Raises:
            LinkRefused: the link's time is over; ask the task for a new one.
            DownloadFailed: anything else that another try may mend. What came is kept in
                `part` when it may be continued.
            StoreError: the file can't be written.
        """
        if not _is_web_address(link):
            raise DownloadFailed("The service's link to a picture is no web address.")
        async with self._limits.downloads:
            have = await self._workers.run(_size, part)
            try:
                async with self._transport.download(link, self._ask_for(part, have)) as reply:
                    await self._take(reply, part, have)
            except LinkForbidden as exc:
                raise LinkRefused(f"A picture is not fetched. {exc.reason}") from None
            except NoAnswer as exc:
                raise DownloadFailed(f"A picture's download broke off ({exc.reason}).") from None

    def forget(self, part: Path) -> None:
        """Start from the first byte next time."""
        self._versions.pop(part, None)
        with guarded(part, "removed"):
            remove(part)

    def _ask_for(self, part: Path, have: int) -> dict[str, str]:
        if not have:
            return {}
        version = self._versions.get(part)
        return {"range": f"bytes={have}-", **({"if-range": version} if version else {})}

    async def _take(self, reply: Download, part: Path, have: int) -> None:
        if reply.status in REFUSED:
            raise LinkRefused(f"The picture host refused the link (status {reply.status}).")
        if reply.status == 416:  # there is nothing after what we have
            if _total(reply.headers) == have:
                return
            await self._workers.run(self.forget, part)
            raise DownloadFailed("The picture changed while it was fetched.")
        if reply.status not in (200, 206):
            raise DownloadFailed(f"The picture host answered with status {reply.status}.")
        start, total = _extent(reply, have)
        if total is not None and total > LARGEST:
            raise DownloadFailed(f"The file has {total:,} bytes: too many for a picture.")
        self._versions[part] = _version(reply.headers)
        size = await self._write(reply, part, start)
        if total is not None and size != total:
            raise DownloadFailed(f"Only {size:,} of a picture's {total:,} bytes came.")

    async def _write(self, reply: Download, part: Path, start: int) -> int:
        at = start
        waiting = bytearray()
        truncate = True
        try:
            async for chunk in reply.chunks:
                waiting += chunk
                if at + len(waiting) > LARGEST:
                    raise DownloadFailed("The file has too many bytes for a picture.")
                if len(waiting) >= PIECE:
                    piece, waiting = waiting, bytearray()
                    await self._workers.run(_put, part, at, piece, truncate)
                    at, truncate = at + len(piece), False
        finally:
            # What came before a break is worth keeping: the next try goes on from there.
            if waiting or truncate:
                await self._workers.run(_put, part, at, waiting, truncate)
        return at + len(waiting)


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _extent(reply: Download, have: int) -> tuple[int, int | None]:
    """Where the body begins in the file, and the whole file's length if known.

    Raises:
        DownloadFailed: the range is not the one that was asked for.
    """
    length = reply.headers.get("content-length", "")
    if reply.status == 200:
        return 0, int(length) if length.isdecimal() else None
    match = _RANGE.match(reply.headers.get("content-range", ""))
    if match is None or int(match[1]) != have:
        raise DownloadFailed("The picture host sent another part than was asked for.")
    return have, int(match[2]) if match[2].isdecimal() else None


def _total(headers: Mapping[str, str]) -> int | None:
    _, _, total = headers.get("content-range", "").rpartition("/")
    return int(total) if total.isdecimal() else None


def _version(headers: Mapping[str, str]) -> str:
    """What names these very bytes, for If-Range; weak tags do not."""
    tag = headers.get("etag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("last-modified", "")


def _size(part: Path) -> int:
    """What is there to go on from; what is no plain file goes, and is not followed."""
    with guarded(part, "read"):
        if is_there(part) and not is_plain(part):
            remove(part)
        return size_of(part)


def _put(part: Path, at: int, data: bytearray, truncate: bool) -> None:
    """Write `data` at its place; the first piece of a try cuts off what does not belong."""
    with guarded(part, "written"), _opened(part, at) as file:
        if truncate:
            file.truncate(at)
        file.seek(at)
        file.write(data)


def _opened(part: Path, at: int) -> BinaryIO:
    try:
        return change_plain(part)
    except FileNotFoundError:
        if at:
            raise DownloadFailed("What had come of a picture was removed meanwhile.") from None
        return make_new(part)
