"""The files service, one coroutine an endpoint: where pictures of this machine get a link.

Nothing here costs money. What may be tried again says the table of outcomes, as for every call
that is free.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

from evolink_widgets.core.loop import Workers
from evolink_widgets.core.service.limits import Limits
from evolink_widgets.core.service.transport import NoAnswer, Reply, Transport
from evolink_widgets.errors import (
    BadReply,
    EvolinkError,
    NotFound,
    RateLimited,
    RequestRefused,
    ServiceError,
    ServiceUnavailable,
    Unreachable,
)
from evolink_widgets.rules.request.links import reference_rule
from evolink_widgets.rules.tasks.outcome import Event, service_error
from evolink_widgets.rules.tasks.task import read_mapping, read_number, read_seconds, read_text
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.uploads import KEPT, Upload

__all__ = ["Files", "Quota"]

UPLOAD = "/api/v1/files/upload/stream"
LIST = "/api/v1/files/list"
QUOTA = "/api/v1/files/quota"

PIECE = 1 << 18
"""Bytes that are read from the disk at once while a file goes out."""

SLOWEST = 50_000.0
"""Bytes a second below which an upload counts as broken off."""

GONE = frozenset({401, 403, 404, 410})
"""Answers of a link that leads nowhere any more."""

_MIMES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_LONGEST_KEPT = 30 * 86_400.0


@dataclass(frozen=True)
class Quota:
    """How many files the account may have; `None` where the service does not say."""

    used: int | None
    most: int | None

    @property
    def full(self) -> bool:
        """Whether no further file finds room."""
        return self.used is not None and self.most is not None and self.used >= self.most


class Files:
    """One files service under one key. Nothing but an `EvolinkError` leaves these coroutines.

    Args:
        transport: the connections.
        base_url: the files service's address, without a slash at its end.
        limits: the room of the key.
        workers: threads that read from the disk.
        clock: Unix seconds.
    """

    def __init__(
        self,
        transport: Transport,
        base_url: str,
        limits: Limits,
        workers: Workers,
        *,
        clock: Callable[[], float] = now,
    ) -> None:
        self._transport = transport
        self._base_url = base_url
        self._limits = limits
        self._workers = workers
        self._clock = clock

    def seconds_for(self, size: int) -> float:
        """How long an upload of that many bytes may take at most."""
        return max(self._transport.timeouts.total, 10.0 + size / SLOWEST)

    async def upload(self, path: Path, name: str) -> Upload:
        """Send a file, once, as it comes from the disk; never more of it than a piece in memory.

        Args:
            path: the file.
            name: what it is called there; it can be found again by it.

        Raises:
            RequestRefused: the service does not take it.
            ServiceError: it did not arrive, or it is not known whether it did.
        """
        border = f"evolink-{secrets.token_hex(12)}"
        before = "".join(_parts(border, name, _MIMES[path.suffix])).encode()
        after = f"\r\n--{border}--\r\n".encode()
        file: BinaryIO = await self._workers.run(lambda: path.open("rb"))
        try:
            size = await self._workers.run(file.seek, 0, os.SEEK_END)
            await self._workers.run(file.seek, 0)
            document = await self._call(
                "POST",
                UPLOAD,
                stream=self._body(before, file, after),
                headers={
                    "content-type": f"multipart/form-data; boundary={border}",
                    "content-length": str(len(before) + size + len(after)),
                },
                limit=self.seconds_for(size),
            )
        finally:
            await self._workers.run(file.close)
        return self._read_file(read_mapping(document).get("data"))

    async def find(self, name: str, size: int) -> Upload | None:
        """A file that was uploaded before, by its name and size.

        `None` where there is none, or where the service has no list.

        Raises:
            ServiceError: it could not be learned now.
        """
        try:
            document = await self._call("GET", LIST, query={"page": "1", "pageSize": "100"})
        except RateLimited:
            raise
        except RequestRefused:
            return None
        items = _items(read_mapping(document).get("data"))
        if items is None:
            raise BadReply("The files service's answer holds no list.")
        for item in items:
            names = (item.get("file_name"), item.get("original_name"))
            if name in names and read_number(item.get("file_size")) in (size, None):
                try:
                    found = self._read_file(item)
                except BadReply:
                    continue
                if found.expires_at > self._clock():
                    return found
        return None

    async def quota(self) -> Quota:
        """How full the account is; unknown where the service does not say."""
        try:
            said = read_mapping(read_mapping(await self._call("GET", QUOTA)).get("data"))
        except ServiceError:
            said = {}
        used, most = (
            read_number(said.get("used_files")),
            read_number(said.get("max_files")),
        )
        left = read_number(said.get("remain_files"))
        if used is None and most is not None and left is not None:
            used = most - left
        return Quota(*(None if value is None else int(value) for value in (used, most)))

    async def is_gone(self, link: str) -> bool:
        """Whether a link surely leads nowhere any more; one that can't be asked does not count."""
        try:
            async with self._transport.download(link, {"range": "bytes=0-0"}) as reply:
                return reply.status in GONE
        except NoAnswer:
            return False

    async def _body(self, before: bytes, file: BinaryIO, after: bytes) -> AsyncIterator[bytes]:
        yield before
        while piece := await self._workers.run(file.read, PIECE):
            yield piece
        yield after

    async def _call(self, method: str, path: str, **how: Any) -> object:
        """One call, once; the caller decides about another try."""
        await self._limits.files_pace.turn()
        try:
            reply = await self._transport.call(method, self._base_url + path, **how)
        except NoAnswer as exc:
            if exc.event is Event.NOT_SENT:
                message = f"The files service can't be reached ({exc.reason})."
                raise Unreachable(message, advice=exc.advice) from None
            message = f"The files service's answer did not come ({exc.reason})."
            raise ServiceUnavailable(message) from None
        document = reply.document()
        error = self._error(reply, document)
        if isinstance(error, RateLimited):
            self._limits.files_pace.refused(error.retry_after)
        else:
            self._limits.files_pace.accepted()
        if error is not None:
            raise error
        if document is None:
            raise BadReply("The files service's answer is not JSON.", **_facts(reply))
        return document

    def _error(self, reply: Reply, document: object) -> ServiceError | None:
        """The error that an answer is; a no may also come with a 200."""
        said = read_mapping(document)
        status = reply.status
        if 200 <= status < 300 and said.get("success") is False:
            code = read_number(said.get("code"))
            status = int(code) if code is not None and 400 <= code < 600 else 400
        if 200 <= status < 300:
            return None
        # It is no read, and it is free all the same.
        error = service_error(status, document, reply.headers, method="GET", now=self._clock())
        if isinstance(error, NotFound):
            error.advice = "Check the files_url, or give references as links."
        return error

    def _read_file(self, said: object) -> Upload:
        """A file as the service tells of it.

        Raises:
            BadReply: there is no link in it that the service itself would take.
        """
        told = read_mapping(said)
        link = told.get("file_url")
        if not isinstance(link, str) or reference_rule(link) is not None:
            raise BadReply("The files service's answer holds no link.")
        now = self._clock()
        until = _moment(told.get("expires_at"))
        if until is None or not now < until < now + _LONGEST_KEPT:
            until = now + KEPT
        since = _moment(told.get("upload_time"))
        if since is None or not until - _LONGEST_KEPT < since <= now:
            since = now
        return Upload(link, read_text(told.get("file_id"), 200), since, until)


def _parts(border: str, name: str, mime: str) -> Iterator[str]:
    """What stands before the bytes in a multipart body."""
    yield f'--{border}\r\nContent-Disposition: form-data; name="file_name"\r\n\r\n{name}\r\n'
    yield f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    yield f"Content-Type: {mime}\r\n\r\n"


def _items(data: object) -> list[Mapping[str, Any]] | None:
    """The files of a list, however it is wrapped; `None` where there is no list."""
    if isinstance(data, Mapping):
        data = next((value for value in data.values() if isinstance(value, list)), None)
    if not isinstance(data, list):
        return None
    return [item for item in data if isinstance(item, Mapping)]


def _moment(value: object) -> float | None:
    """Unix seconds from a date in ISO 8601, or from a number."""
    if isinstance(value, str) and not value.isdigit():
        try:
            moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    read = read_seconds(value)
    return None if read is None else float(read)


def _facts(reply: Reply) -> dict[str, Any]:
    return {"status": reply.status, "request_id": reply.headers.get("x-request-id")}


def quota_reached(quota: Quota, refusal: EvolinkError) -> RequestRefused:
    """The error for an account that has no room for another file."""
    return RequestRefused(
        f"The account's file quota is used up: it has {quota.used} of {quota.most} files.",
        advice="Wait until older uploads run out (72 hours), delete some, or give links.",
        code="file_quota",
        status=refusal.status,
        request_id=refusal.request_id,
    )
