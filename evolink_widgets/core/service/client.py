"""The service: a coroutine for each endpoint, and the download of a picture from its link.

`Client.create` is the only code that spends money: it sends its request once and says what became
of it. All the other calls cost nothing and may be tried again.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from evolink_widgets.clock import ClockOffset, now
from evolink_widgets.core.loop import Workers
from evolink_widgets.core.service.limits import Limits, Pace
from evolink_widgets.core.service.transport import (
    Download,
    LinkForbidden,
    NoAnswer,
    Reply,
    Transport,
)
from evolink_widgets.errors import (
    BadReply,
    DownloadFailed,
    EvolinkError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceError,
    ServiceUnavailable,
    Unreachable,
)
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.outcome import Event, Verdict, judge, service_error
from evolink_widgets.rules.tasks.task import (
    Credits,
    TaskListItem,
    TaskSnapshot,
    read_credits,
    read_task,
    read_task_list,
)
from evolink_widgets.store.safe_files import (
    change_plain,
    guarded,
    is_plain,
    is_there,
    make_new,
    remove,
    size_of,
)

GENERATIONS = "/v1/images/generations"
TASKS = "/v1/tasks"
BATCH = "/v1/tasks/batch"
CREDITS = "/v1/credits"
EMULATOR_WEATHER = "/emulator/weather"

NOT_OFFERED = frozenset({404, 405, 410, 501})
"""Answers of a service that does not have a call at all."""

PROBE_AGAIN = 600.0
"""Seconds until a call that was not offered is tried again."""

PAGES = 4
"""Pages of the task list that are searched, newest first."""


@dataclass(frozen=True)
class Sent:
    """What became of a request that costs money.

    Attributes:
        verdict: whether it was accepted, and what may be done next.
        snapshot: the task, when it was accepted.
        error: why not, in all other cases.
    """

    verdict: Verdict
    snapshot: TaskSnapshot | None = None
    error: EvolinkError | None = None


class Client:
    """One service under one key. Nothing but an `EvolinkError` leaves these coroutines.

    Args:
        transport: the connections.
        base_url: the API's address, without a slash at its end.
        limits: the room of the key, shared with all other clients that have it.
        clock: Unix seconds.
    """

    batch_size = 50
    page_size = 50

    def __init__(
        self,
        transport: Transport,
        base_url: str,
        limits: Limits,
        *,
        clock: Callable[[], float] = now,
    ) -> None:
        self._transport = transport
        self._base_url = base_url
        self._limits = limits
        self._clock = clock
        self._no_batch_until = 0.0
        self.host = None if transport.in_process else urlsplit(base_url).hostname
        """Where the service is; `None` in this process."""
        self.clock_offset: ClockOffset | None = None
        """By how much the service's clock is ahead of ours; `None` until a reply tells a time."""

    async def create(
        self, request: ImageRequest, idempotency_key: str, callback_url: str | None = None
    ) -> Sent:
        """Ask for pictures: one POST, never repeated here and never raised from.

        What follows from it is in `Sent.verdict`, out of the one table of outcomes. The
        caller has waited for room and for the pace: from here on nothing holds it up.

        Args:
            request: what is asked.
            idempotency_key: the task's.
            callback_url: our own server's address, where the request names none.
        """
        sent_at = self._clock()
        own = {} if callback_url is None else {"callback_url": callback_url}
        try:
            reply = await self._transport.call(
                "POST",
                self._base_url + GENERATIONS,
                paid=True,
                body=own | request.payload(),
                headers={"idempotency-key": idempotency_key},
            )
        except NoAnswer as exc:
            verdict = judge("POST", exc.event)
            if exc.lasting:  # the same would happen again
                verdict = replace(verdict, resend=False)
            if verdict.find:
                lost = f"The request went out and its answer was lost ({exc.reason})."
                return Sent(verdict, error=OutcomeUnknown(lost))
            return Sent(verdict, error=_unreachable(exc))
        self._note_time(reply, sent_at)
        return self._read_sent(reply)

    def _read_sent(self, reply: Reply) -> Sent:
        document = reply.document()
        snapshot = _task_or_none(document, reply)
        if snapshot is not None and 200 <= reply.status < 300:
            self._limits.post_pace.accepted()
            return Sent(judge("POST", Event.ANSWERED, reply.status, is_task=True), snapshot)
        error = self._error(reply, document, "POST")
        self._report_to(self._limits.post_pace, error)
        verdict = judge("POST", Event.ANSWERED, reply.status, code=error.code)
        if verdict.find:
            return Sent(
                verdict,
                error=OutcomeUnknown(
                    f"The request went out and got no usable answer. {error.message}",
                    code=error.code,
                    status=error.status,
                    request_id=error.request_id,
                ),
            )
        return Sent(verdict, error=error)

    async def task(self, task_id: str) -> TaskSnapshot:
        """Read one task."""
        if not task_id.strip("."):  # the way to another address of the service
            raise NotFound(f"{task_id!r} is no task's id.", task_id=task_id)
        document = await self._read_tasks("GET", f"{TASKS}/{quote(task_id, safe='')}")
        snapshot = read_task(document)
        if snapshot.id != task_id:
            raise BadReply(f"The service answered with another task than {task_id}.")
        return snapshot

    @property
    def reads_batches(self) -> bool:
        """Whether the service may have the call that reads many tasks at once."""
        return self._clock() >= self._no_batch_until

    async def tasks(self, task_ids: Sequence[str]) -> dict[str, TaskSnapshot] | None:
        """Read up to `batch_size` tasks at once; `None` where the service has no such call.

        Tasks that the service left out are absent.
        """
        try:
            document = await self._read_tasks("POST", BATCH, body={"task_ids": list(task_ids)})
        except ServiceError as error:
            if isinstance(error, BadReply) or error.status in NOT_OFFERED or error.status == 400:
                self._no_batch_until = self._clock() + PROBE_AGAIN
                return None
            raise
        items = document.get("data") if isinstance(document, dict) else None
        if not isinstance(items, list):
            self._no_batch_until = self._clock() + PROBE_AGAIN
            return None
        wanted = set(task_ids)
        found = (_task_or_none(item) for item in items)
        return {task.id: task for task in found if task is not None and task.id in wanted}

    async def listing(self, model: str, since: float) -> tuple[TaskListItem, ...] | None:
        """The account's newest tasks of a model; `None` where the service has no list.

        Args:
            model: only tasks of this model.
            since: Unix seconds of the service's clock; older tasks are not looked for.
        """
        found: list[TaskListItem] = []
        for page in range(1, PAGES + 1):
            query = {
                "type": "image",
                "model": model,
                "page": str(page),
                "page_size": str(self.page_size),
            }
            try:
                document = await self._read("GET", TASKS, query=query, pace=self._limits.list_pace)
                items = read_task_list(document)
            except ServiceError as error:
                if error.status in NOT_OFFERED or (isinstance(error, BadReply) and page == 1):
                    return None
                raise
            found += items
            oldest = min((item.created for item in items if item.created is not None), default=0)
            if len(items) < self.page_size or oldest < since:
                break
        return tuple({item.id: item for item in found}.values())

    async def credits(self) -> Credits:
        """What is left, on this key and on the account."""
        return read_credits(await self._read("GET", CREDITS, pace=self._limits.credits_pace))

    async def emulator_weather(self, body: object = None, limit: float | None = None) -> object:
        """What an emulator on a port says of its weather; `body` changes it.

        Args:
            body: the weather to play.
            limit: seconds to wait at most.
        """
        method = "GET" if body is None else "POST"
        return await self._read(method, EMULATOR_WEATHER, body=body, limit=limit)

    def _read_tasks(
        self, method: str, path: str, body: object = None
    ) -> Coroutine[Any, Any, object]:
        """Ask how tasks are getting on."""
        pace = self._limits.read_pace
        return self._read(method, path, body=body, pace=pace, about_task=True)

    async def _read(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        pace: Pace | None = None,
        about_task: bool = False,
        limit: float | None = None,
    ) -> object:
        """A call that costs nothing, once; the caller decides about another try.

        Args:
            method: the HTTP method.
            path: the address at the API.
            body: sent as JSON.
            query: parameters of the address.
            pace: what it waits for; `None` where nothing holds it up.
            about_task: it asks how tasks are getting on, and a refusal says so.
            limit: seconds to wait at most; by default as for any call.
        """
        if pace is not None:
            await pace.turn()
        sent_at = self._clock()
        try:
            reply = await self._transport.call(
                method, self._base_url + path, body=body, query=query, limit=limit
            )
        except NoAnswer as exc:
            raise _unreachable(exc) from None
        self._note_time(reply, sent_at)
        document = reply.document()
        if 200 <= reply.status < 300:
            if pace is not None:
                pace.accepted()
            if document is None:
                raise BadReply(
                    "The service's answer is not JSON.",
                    status=reply.status,
                    request_id=reply.headers.get("x-request-id"),
                )
            return document
        # To the table of outcomes only the paid call is a "POST"; this one is free, whatever it is.
        error = self._error(reply, document, "GET", about_task=about_task)
        if pace is not None:
            self._report_to(pace, error)
        raise error

    def _error(
        self, reply: Reply, document: object, method: str, *, about_task: bool = False
    ) -> ServiceError:
        return service_error(
            reply.status,
            document,
            reply.headers,
            method=method,
            now=self._clock(),
            about_task=about_task,
        )

    @staticmethod
    def _report_to(pace: Pace, error: EvolinkError) -> None:
        if isinstance(error, RateLimited):
            pace.refused(error.retry_after)
        else:
            pace.accepted()

    def _note_time(self, reply: Reply, sent_at: float) -> None:
        try:
            said = _seconds(reply.headers["date"])
        except (KeyError, ValueError, TypeError, OverflowError):
            return
        self.clock_offset = ClockOffset.told(
            said, sent=sent_at, received=self._clock(), known=self.clock_offset
        )


@functools.lru_cache(maxsize=8)
def _seconds(date: str) -> float:
    """A Date header as Unix seconds; all replies of a second have the same."""
    return parsedate_to_datetime(date).timestamp()


def _task_or_none(document: object, reply: Reply | None = None) -> TaskSnapshot | None:
    request_id = None if reply is None else reply.headers.get("x-request-id")
    try:
        return read_task(document, request_id=request_id)
    except BadReply:
        return None


def _unreachable(exc: NoAnswer) -> ServiceError:
    if exc.event is Event.NOT_SENT:
        return Unreachable(f"The service can't be reached ({exc.reason}).", advice=exc.advice)
    return ServiceUnavailable(f"The service's answer did not come ({exc.reason}).")


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

    Each comes into its `.part` file: streamed, resumed, its length checked. Whether the bytes are
    a picture is the gallery's to say; here only that they are all there. At most half a megabyte
    is in memory, and the file is written by a worker.

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
