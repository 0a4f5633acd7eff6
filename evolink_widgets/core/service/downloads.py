"""Fetches pictures from the hosts that the service names: streamed, resumed, not cut short."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from evolink_widgets.core.loop import Workers
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.service.transport import Download, LinkForbidden, NoAnswer, Transport
from evolink_widgets.errors import DownloadFailed
from evolink_widgets.store.gallery.admission.part import Part

PIECE = 2**20
"""Bytes that are collected before a worker writes and proves them."""

LIGHT = 2**18
"""Bytes that a finished download may leave to be written when it is taken in."""

LARGEST = 2**28
"""Bytes a picture may have at most; the largest legal one is far below."""

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)\s*$")

REFUSED = frozenset({401, 403, 404, 410})
"""Answers of a picture host to a link whose time is over."""


class LinkRefused(DownloadFailed):
    """This link does not lead to the picture, or not any more; the task may have a new one."""


class Downloader:
    """Fetches pictures from the hosts that the service names; the key never goes there.

    Each comes into its `Part`, which a worker writes and proves in pieces of a megabyte. Here only
    that the bytes are all there is seen to.

    Args:
        transport: the connections.
        limits: how many at once.
        workers: the threads that write.
    """

    def __init__(self, transport: Transport, limits: Limits, workers: Workers) -> None:
        self._transport = transport
        self._limits = limits
        self._workers = workers

    async def fetch(self, link: str, part: Part) -> None:
        """Fetch `link` into `part`, going on where an earlier try ended.

        A small picture is only held then; whoever takes it in writes it.

        Raises:
            LinkRefused: the link's time is over; ask the task for a new one.
            DownloadFailed: anything else that another try may mend. What came is kept in
                `part` when it may be continued.
            StoreError: the file can't be written.
        """
        if not _is_web_address(link):
            raise DownloadFailed("The service's link to a picture is no web address.")
        async with self._limits.downloads:
            try:
                async with self._transport.download(link, _ask_for(part)) as reply:
                    await self._take(reply, part)
            except LinkForbidden as exc:
                raise LinkRefused(f"A picture is not fetched. {exc.reason}") from None
            except NoAnswer as exc:
                raise DownloadFailed(f"A picture's download broke off ({exc.reason}).") from None

    async def _take(self, reply: Download, part: Part) -> None:
        if reply.status in REFUSED:
            raise LinkRefused(f"The picture host refused the link (status {reply.status}).")
        if reply.status == 416:  # there is nothing after what we have
            if _total(reply.headers) == part.size:
                return
            await self._workers.run(part.begin_anew)
            raise DownloadFailed("The picture changed while it was fetched.")
        if reply.status not in (200, 206):
            raise DownloadFailed(f"The picture host answered with status {reply.status}.")
        start, total = _extent(reply, part.size)
        if total is not None and total > LARGEST:
            raise DownloadFailed(f"The file has {total:,} bytes: too many for a picture.")
        if part.size and not start:
            await self._workers.run(part.begin_anew)
        part.version = _version(reply.headers)
        await self._fill(reply, part)
        if total is not None and part.size != total:
            raise DownloadFailed(f"Only {part.size:,} of a picture's {total:,} bytes came.")

    async def _fill(self, reply: Download, part: Part) -> None:
        try:
            async for chunk in reply.chunks:
                part.hold(chunk)
                if part.size > LARGEST:
                    raise DownloadFailed("The file has too many bytes for a picture.")
                if part.held >= PIECE:
                    await self._workers.run(part.write)
            if part.held > LIGHT:
                await self._workers.run(part.write)
        except BaseException:
            # What came before a break is worth keeping: the next try goes on from there. A write
            # that was at work as this was cancelled has ended, too, when this one has.
            await self._workers.run(part.write)
            raise


def _ask_for(part: Part) -> dict[str, str]:
    if not part.size:
        return {}
    asked = {"range": f"bytes={part.size}-"}
    return {**asked, "if-range": part.version} if part.version else asked


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
