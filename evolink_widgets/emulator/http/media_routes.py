"""Routes of the picture host: results are downloaded for a day, without a key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from evolink_widgets.emulator.contract import task_faults
from evolink_widgets.emulator.contract.refusal import Refusal
from evolink_widgets.emulator.contract.task_record import LINK_SECONDS, TaskRecord
from evolink_widgets.emulator.http.request_gate import RequestGate, refused
from evolink_widgets.emulator.http.request_values import break_off
from evolink_widgets.emulator.service.drawing_thread import DrawingThread
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.emulator.storage.drawn_pictures import format_of
from evolink_widgets.emulator.storage.resolve_references import PICTURE_PATH

__all__ = ["MediaRoutes"]

_LIBRARY_AGENTS = ("python-httpx", "python-requests", "python-urllib", "aiohttp", "curl", "wget")
"""Default user agents of libraries. The real host may turn them away; a client names itself."""
_PIECE = 64 * 1024
_SPOILED_BYTES = 64


class MediaRoutes:
    """Links and pictures, over one service.

    Args:
        service: the state.
        gate: tells the weather.
        base: the host's address, as clients reach it.
    """

    def __init__(self, service: Service, gate: RequestGate, base: str) -> None:
        self._service = service
        self._gate = gate
        self._base = base
        self._worker = DrawingThread()

    def routes(self) -> list[Route]:
        """All addresses of the host."""
        return [Route("/{path:path}", self.download, methods=["GET"])]

    def link(self, record: TaskRecord, number: int) -> str:
        """The link of one picture, valid until a day after the task's end."""
        expires = int((record.ends_at or 0) + LINK_SECONDS)
        ending = {"jpeg": "jpg"}.get(kind := format_of(record.picture_seed, record.ask), kind)
        path = f"/{record.id}/{record.issue}/{number + 1}.{ending}"
        base = task_faults.NOWHERE if task_faults.links_lead_nowhere(record) else self._base
        return f"{base}{path}?expires={expires}&mark={_mark(path, expires)}"

    def draw_ahead(self, record: TaskRecord) -> None:
        """Draw a task's pictures while it runs, when nothing else is to be drawn."""
        for number in record.delivered:
            self._worker.begin(partial(self._service.draw, record, number))

    async def bytes_of(self, link: str) -> bytes:
        """The picture behind a link of this host.

        Raises:
            Refusal: the link is none of ours, or its time is over.
        """
        parts = urlsplit(link)
        if f"{parts.scheme}://{parts.netloc}" != self._base:
            raise Refusal(404, "not_found", "Not a link of this host.")
        record, number = self._opened(parts.path, dict(parse_qsl(parts.query)))
        data, _ = await self._picture(record, number)
        return data

    async def download(self, request: Request) -> Response:
        """GET of a picture, in whole or from a byte on."""
        self._service.counts["downloads"] += 1
        if "authorization" in request.headers:
            self._service.counts["keys sent to the media host"] += 1
            return PlainTextResponse("Authorization is not taken here", 403)
        if _is_robot(request) and self._gate.strike("download", "agent"):
            return PlainTextResponse("Forbidden", 403)
        try:
            self._gate.turn_away("download")
            await self._gate.linger("download")
            record, number = self._opened(request.url.path, request.query_params)
            if (dead := task_faults.dead_reply(record)) is not None:
                return dead
            fault = self._gate.strike("download", "body")
            name = fault.name if fault else ""
            if name == "expired links":
                record.issue += 1
                raise _expired()
            if name == "wrong type download":
                return Response("<!doctype html><title>Sorry</title>", media_type="text/html")
            data, mime = await self._picture(record, number)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                return PlainTextResponse(str(refusal), refusal.status)
            return refused(refusal)
        if name == "corrupt download":
            data = _corrupt(data, mime)
        # A picture is the same each time it is drawn, so its place names its bytes.
        tag = f'"{record.id}-{number}"'
        return _Picture(request, data, mime, tag, cut=name == "truncated download")

    def _opened(self, path: str, query: Mapping[str, str]) -> tuple[TaskRecord, int]:
        """The task and number that a link leads to.

        Raises:
            Refusal: 404 no such link, 403 not one of ours, or its time is over.
        """
        match = PICTURE_PATH.fullmatch(path)
        expires = query.get("expires", "")
        if match is None or not expires.isdecimal():
            raise Refusal(404, "not_found", "Not found")
        if query.get("mark") != _mark(path, int(expires)):
            raise Refusal(403, "forbidden", "Signature does not match")
        record = self._service.find(match["task"])
        if int(expires) <= self._service.clock() or int(match["issue"]) < record.issue:
            raise _expired()
        return record, int(match["number"]) - 1

    async def _picture(self, record: TaskRecord, number: int) -> tuple[bytes, str]:
        return await self._worker.run(partial(self._service.picture, record.id, number))


class _Picture(Response):
    """A picture's bytes in pieces, whole or from a byte on; or the first half of them."""

    def __init__(self, request: Request, data: bytes, mime: str, tag: str, *, cut: bool) -> None:
        start = _start_of(request, tag)
        status = 200 if start is None else 206
        body = data[start or 0 :]
        headers = {"Accept-Ranges": "bytes", "ETag": tag, "Content-Length": str(len(body))}
        if start is not None and start >= len(data):
            status, body = 416, b""
            headers |= {"Content-Range": f"bytes */{len(data)}", "Content-Length": "0"}
        elif start is not None:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        super().__init__(None, status, headers, mime)
        self._whole = memoryview(body)
        self._cut = cut and bool(body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        end = len(self._whole) // 2 if self._cut else len(self._whole)
        for at in range(0, end, _PIECE):
            piece = bytes(self._whole[at : min(at + _PIECE, end)])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if self._cut:
            await break_off(scope, receive)
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _is_robot(request: Request) -> bool:
    agent = request.headers.get("user-agent", "").lower()
    return not agent or agent.startswith(_LIBRARY_AGENTS)


def _start_of(request: Request, tag: str) -> int | None:
    """The byte from which on the caller wants the picture; `None` for all of it."""
    match = re.fullmatch(r"bytes=(\d{1,12})-", request.headers.get("range", ""))
    if match is None or request.headers.get("if-range", tag) != tag:
        return None
    return int(match[1])


def _corrupt(data: bytes, mime: str) -> bytes:
    """Spoil a picture such that a decoder can tell."""
    # PNG has check sums all over; the others notice damage to their headers only.
    at = len(data) // 2 if mime == "image/png" else 12
    wrong = bytes(byte ^ 0x5A for byte in data[at : at + _SPOILED_BYTES])
    return data[:at] + wrong + data[at + _SPOILED_BYTES :]


def _mark(path: str, expires: int) -> str:
    """Proves that we made the link; no secret, as no caller here is to be kept out."""
    return hashlib.sha256(f"{path}?{expires}".encode()).hexdigest()[:16]


def _expired() -> Refusal:
    return Refusal(403, "expired", "Request has expired")
