"""`RecordingTransport`: connections as they are, and a recorder that hears what goes over them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from evolink_widgets.cassettes.recorder import Recorder
from evolink_widgets.core.service.client import BATCH, GENERATIONS, TASKS
from evolink_widgets.core.service.files_api import UPLOAD
from evolink_widgets.core.service.transport import Download, NoAnswer, Reply, Transport
from evolink_widgets.rules.tasks.outcome import Event
from evolink_widgets.rules.tasks.task import read_mapping

__all__ = ["RecordingTransport", "UploadHeard", "fetch_pictures"]

log = logging.getLogger("evolink_widgets")

_LARGEST = 2**28


class RecordingTransport(Transport):
    """As `Transport`; whatever it hears it tells a recorder, after the key was taken out.

    A fault in recording never touches what is recorded: it is logged, and the exchange goes on.

    Args:
        args: as for `Transport`.
        recorder: hears everything.
        more: as for `Transport`.
    """

    def __init__(self, *args: Any, recorder: Recorder, **more: Any) -> None:
        super().__init__(*args, **more)
        self._recorder = recorder
        if self._key is not None:
            recorder.hide = self._key.hide_in
        self._fetching: dict[str, bytearray] = {}

    async def call(
        self,
        method: str,
        url: str,
        *,
        paid: bool = False,
        body: object = None,
        stream: AsyncIterator[bytes] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: float | None = None,
    ) -> Reply:
        """Call the API as `Transport` does."""
        path, key = urlsplit(url).path, _key_in(headers or {})
        sent = UploadHeard(headers or {}) if stream is not None and path.endswith(UPLOAD) else None
        how: dict[str, Any] = {"paid": paid, "body": body, "query": query, "headers": headers}
        how |= {"limit": limit, "stream": stream if sent is None else sent.heard(stream)}
        if paid:
            self._tell(self._recorder.asked, key, read_mapping(body))
        try:
            reply = await super().call(method, url, **how)
        except NoAnswer as exc:
            if paid:
                is_out = exc.event is not Event.NOT_SENT
                self._tell(self._recorder.lost if is_out else self._recorder.unsent, key)
            raise
        if paid and path.endswith(GENERATIONS):
            said = (key, reply.status, reply.document(), reply.headers)
            self._tell(self._recorder.answered, *said)
        elif 200 <= reply.status < 300:
            self._hear(method, path, reply, sent)
        return reply

    @contextlib.asynccontextmanager
    async def download(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Download]:
        """Fetch a picture as `Transport` does."""
        began = time.monotonic()
        async with super().download(url, headers) as reply:
            if reply.status in (200, 206) and self._recorder.wants(url):
                reply = replace(reply, chunks=self._heard(url, reply, began))
            yield reply

    async def _heard(self, url: str, reply: Download, began: float) -> AsyncIterator[bytes]:
        """The pieces of a picture, also where it came in two goes."""
        held = self._fetching.setdefault(url, bytearray())
        start = _start_of(reply)
        del held[start:]
        follows = len(held) == start
        async for chunk in reply.chunks:
            if follows and len(held) < _LARGEST:
                held += chunk
            yield chunk
        if follows and len(held) == _length_of(reply, len(held)):
            del self._fetching[url]
            took = time.monotonic() - began
            await self._aside(self._recorder.fetched, url, bytes(held), took)

    def _hear(self, method: str, path: str, reply: Reply, sent: UploadHeard | None) -> None:
        if sent is not None:
            link = read_mapping(read_mapping(reply.document()).get("data")).get("file_url")
            if isinstance(link, str):
                self._tell(self._recorder.uploaded, link, sent.digest())
        elif method == "GET" and f"{TASKS}/" in path:
            self._tell(self._recorder.read, reply.document())
        elif path.endswith(BATCH):
            data = read_mapping(reply.document()).get("data")
            for document in data if isinstance(data, list) else ():
                self._tell(self._recorder.read, document)

    async def close(self) -> None:
        """Close all connections; what is on the tape by now is all."""
        await super().close()
        await self._aside(self._recorder.close)

    def _tell(self, hear: Callable[..., object], *said: object) -> None:
        try:
            hear(*said)
        except Exception:
            log.exception("Something could not be recorded")

    async def _aside(self, hear: Callable[..., object], *said: object) -> None:
        """Tell it of a picture on another thread, as it is written; no stop cuts that short."""
        await asyncio.shield(asyncio.to_thread(self._tell, hear, *said))


async def fetch_pictures(recorder: Recorder, transport: Transport) -> None:
    """Fetch the pictures of finished tasks for a recorder, where no client of this process does.

    One that can't be fetched is tried again the next time.
    """
    for link in recorder.pending():
        began, data = time.monotonic(), bytearray()
        try:
            async with transport.download(link) as reply:
                if reply.status != 200:
                    continue
                async for piece in reply.chunks:
                    data += piece
                    if len(data) > _LARGEST:
                        break
                else:
                    took = time.monotonic() - began
                    await asyncio.to_thread(recorder.fetched, link, bytes(data), took)
        except NoAnswer as error:
            log.info("A picture for %s could not be fetched: %s", recorder.path.name, error)


class UploadHeard:
    """An upload as it goes by: the digest of the file in its multipart body."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        told = {name.lower(): value for name, value in headers.items()}
        border = told.get("content-type", "").rpartition("boundary=")[2].strip('"')
        self._border = f"\r\n--{border}".encode()
        self._body = bytearray(b"\r\n")

    async def heard(self, stream: AsyncIterator[bytes] | None) -> AsyncIterator[bytes]:
        """The pieces, as they come."""
        assert stream is not None
        async for piece in stream:
            self._body += piece
            yield piece

    def digest(self) -> str:
        """SHA-256 of the file, in hex."""
        for part in self._body.split(self._border):
            head, _, data = part.partition(b"\r\n\r\n")
            if b'filename="' in head:
                return hashlib.sha256(data).hexdigest()
        return hashlib.sha256(b"").hexdigest()


def _key_in(headers: Mapping[str, str]) -> str:
    told = {name.lower(): value for name, value in headers.items()}
    return told.get("idempotency-key", "")


def _start_of(reply: Download) -> int:
    """The byte at which a reply begins; beyond every picture where it does not say."""
    if reply.status == 200:
        return 0
    first = reply.headers.get("content-range", "").removeprefix("bytes ").partition("-")[0]
    return int(first) if first.isdecimal() else _LARGEST


def _length_of(reply: Download, came: int) -> int:
    """How long the whole file is, where the reply says so."""
    if reply.status == 206:
        total = reply.headers.get("content-range", "").rpartition("/")[2]
    else:
        total = reply.headers.get("content-length", "")
    return int(total) if total.isdecimal() else came
