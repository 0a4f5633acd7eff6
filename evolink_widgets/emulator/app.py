"""The service's HTTP face: one ASGI application with three hosts, and a control room for tests.

Which host is meant is told by the request's Host header, so the same application serves in
process and on ports. A fault that breaks a connection calls what the server offers under
`scope["extensions"]["evolink.drop"]`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from . import callbacks
from .checks import Refusal
from .faults import Fault
from .files import FileRefusal
from .service import Record, Service

__all__ = ["API_URL", "FILES_URL", "MEDIA_URL", "create_app"]

#: The hosts in process; `.invalid` never resolves, so nothing of it can leave the machine.
API_URL = "http://api.emulator.invalid"
FILES_URL = "http://files.emulator.invalid"
MEDIA_URL = "http://media.emulator.invalid"

_MAX_BODY = 2 * 1024 * 1024
_LIBRARY_AGENTS = ("python-httpx", "python-requests", "python-urllib", "aiohttp", "curl")
_CHUNK = 64 * 1024
_STATUSES = ("pending", "processing", "completed", "failed", "cancelled")
Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    service: Service,
    *,
    files_url: str = FILES_URL,
    media_url: str = MEDIA_URL,
    send: callbacks.Sender = callbacks.post,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> ASGIApp:
    """The ASGI application.

    Args:
        service: the state.
        files_url: the address of the files API, as clients reach it.
        media_url: the address of the pictures; its host serves nothing else.
        send, sleep: how callbacks are posted and waited for.
    """
    face = _Face(service, files_url.rstrip("/"), media_url.rstrip("/"), send, sleep)
    api = Starlette(
        routes=face.routes(),
        exception_handlers={HTTPException: _http_error, FileRefusal: _file_error},
    )
    media = Starlette(routes=[Route("/{path:path}", face.media, methods=["GET"])])
    media_host = urlsplit(media_url).netloc.encode()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Starlette's own Host route ignores the port, and on ports only that tells them apart.
        host = dict(scope.get("headers") or ()).get(b"host", b"")
        # A connection that a fault broke ends here; the server has nothing to report.
        with contextlib.suppress(ClientDisconnect):
            await (media if host == media_host else api)(scope, receive, send)

    return app


class _Face:
    """The handlers, over one service."""

    def __init__(
        self,
        service: Service,
        files_url: str,
        media_url: str,
        send: callbacks.Sender,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.service = service
        self._files_url = files_url
        self._media_url = media_url
        self._send = send
        self._sleep = sleep
        self._calls: set[asyncio.Task[None]] = set()
        self._bad_links: set[str] = set()

    def routes(self) -> list[Route]:
        """All routes but the media host's."""
        upload = "/api/v1/files/upload"
        return [
            Route("/v1/images/generations", self._api("create", self.create), methods=["POST"]),
            Route("/v1/tasks", self._api("list", self.list), methods=["GET"]),
            Route("/v1/tasks/batch", self._api("batch", self.batch), methods=["POST"]),
            Route("/v1/tasks/{task_id}", self._api("read", self.read), methods=["GET"]),
            Route("/v1/credits", self._api("credits", self.credits), methods=["GET"]),
            Route(f"{upload}/stream", self._api("files", self.upload_stream), methods=["POST"]),
            Route(f"{upload}/base64", self._api("files", self.upload_base64), methods=["POST"]),
            Route(f"{upload}/url", self._api("files", self.upload_url), methods=["POST"]),
            Route("/api/v1/files/list", self._api("files", self.list_files), methods=["GET"]),
            Route("/api/v1/files/quota", self._api("files", self.quota), methods=["GET"]),
            Route(
                "/api/v1/files/{file_id}", self._api("files", self.delete_file), methods=["DELETE"]
            ),
            Route("/files/{file_id}/{name}", self.download_file, methods=["GET"]),
            Route("/emulator/weather", self.weather, methods=["GET", "POST"]),
            Route("/emulator/counts", self.counts, methods=["GET"]),
        ]

    def _api(self, place: str, handler: Handler) -> Handler:
        """A handler behind the door: key, rate, weather, request id, error bodies."""

        async def at_the_door(request: Request) -> Response:
            number = sum(self.service.counts.values())
            name = hashlib.sha256(f"{place}/{number}".encode()).hexdigest()[:20]
            fault = None
            try:
                self.service.admit(place, _key(request))
                fault = self.service.weather.strike(place)
                if fault:
                    self.service.counts[f"fault {fault.name}"] += 1
                    await self._before(fault)
                reply = await handler(request)
                if fault:
                    reply = self._after(fault, request, reply)
            except Refusal as refusal:
                reply = JSONResponse(refusal.body, refusal.status, headers=refusal.headers)
            except FileRefusal as refusal:
                reply = JSONResponse(refusal.body, refusal.status)
            reply.headers["X-Request-Id"] = f"req-{name}"
            return reply

        return at_the_door

    async def _before(self, fault: Fault) -> None:
        if fault.name == "slow":
            await self._sleep(3.0 if fault.seconds is None else fault.seconds)
        if fault.name in ("no batch", "no list"):
            raise Refusal(404, "not_found", "There is no such address.")
        self.service.blow(fault.name, fault.seconds)

    def _after(self, fault: Fault, request: Request, reply: Response) -> Response:
        self.service.blow_after(fault.name)
        if fault.name == "reply lost":
            _drop(request)
        elif fault.name == "malformed json":
            return PlainTextResponse("<html><body>Bad gateway</body></html>")
        elif fault.name == "no task":
            return JSONResponse({"success": True, "data": None})
        return reply

    # -- the API -------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        """POST /v1/images/generations."""
        body = await _json_body(request)
        idempotency = _idempotency(request)
        self.service.begin(idempotency)
        try:
            calls = isinstance(body, dict) and body.get("callback_url") is not None
            if calls:  # its host is looked up, which may take a while
                record, again = await asyncio.to_thread(self.service.create, body, idempotency)
            else:
                record, again = self.service.create(body, idempotency)
        finally:
            self.service.end(idempotency)
        if record.ask.callback_url and not again:
            call = asyncio.get_running_loop().create_task(self._call_back(record))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        document = self.service.document(record, self._link)
        return JSONResponse(document, headers={"Idempotency-Replayed": "true"} if again else None)

    async def read(self, request: Request) -> Response:
        """GET /v1/tasks/{id}."""
        record = self.service.find(request.path_params["task_id"])
        return JSONResponse(self.service.document(record, self._link))

    async def batch(self, request: Request) -> Response:
        """POST /v1/tasks/batch: those that exist."""
        body = await _json_body(request)
        ids = body.get("task_ids") if isinstance(body, dict) else None
        texts = isinstance(ids, list) and all(isinstance(item, str) for item in ids)
        if not isinstance(ids, list) or not texts or not 1 <= len(ids) <= 50:
            message = "task_ids must be a list of 1 to 50 ids."
            raise Refusal(400, "invalid_parameters", message, param="task_ids")
        self.service.counts["batch ids"] += len(ids)
        found = []
        for task_id in ids:
            with contextlib.suppress(Refusal):
                found.append(self.service.find(task_id))
        return JSONResponse({"data": [self.service.document(r, self._link) for r in found]})

    async def list(self, request: Request) -> Response:
        """GET /v1/tasks: newest first, in pages."""
        query = request.query_params
        page = _number(query.get("page"), "page", 1, 1_000_000)
        size = _number(query.get("page_size"), "page_size", 20, 50)
        rows = [self.service.row(record) for record in self.service.all()]
        if model := query.get("model"):
            rows = [row for row in rows if row["model"] == model]
        if kind := query.get("type"):
            rows = [row for row in rows if row["type"] == kind]
        if (status := query.get("status")) is not None:
            if status not in _STATUSES:
                message = f"status must be one of {', '.join(_STATUSES)}."
                raise Refusal(400, "invalid_parameters", message, param="status")
            wanted = {"pending", "processing"} if status == "processing" else {status}
            rows = [row for row in rows if row["status"] in wanted]
        part = rows[(page - 1) * size : page * size]
        return JSONResponse({"data": part, "total": len(rows), "page": page, "page_size": size})

    async def credits(self, request: Request) -> Response:
        """GET /v1/credits."""
        return JSONResponse(dict(self.service.credits()))

    async def _call_back(self, record: Record) -> None:
        while True:
            ends = self.service.ends_at(record)
            left = 0.2 if ends is None else ends - self.service.clock()
            if left <= 0:
                break
            await self._sleep(min(left, 5.0))
        document = self.service.document(record, self._link)
        url = record.ask.callback_url or ""
        statuses = await callbacks.deliver(url, document, send=self._send, sleep=self._sleep)
        self.service.counts["callbacks"] += len(statuses)

    # -- files ---------------------------------------------------------------------------------

    async def upload_stream(self, request: Request) -> Response:
        """POST …/upload/stream: multipart."""
        try:
            form = await request.form(max_files=1, max_fields=8)
        except (HTTPException, AssertionError) as error:
            raise FileRefusal(400, "The body must be multipart with one file.") from error
        file = form.get("file")
        if file is None or isinstance(file, str):
            raise FileRefusal(400, "The field file is missing.")
        data = await file.read()
        name = _field(form, "file_name", "fileName") or file.filename
        return self._stored(data, name, _field(form, "upload_path", "uploadPath"))

    async def upload_base64(self, request: Request) -> Response:
        """POST …/upload/base64."""
        body = await _file_json(request)
        stored = self.service.files.put_base64(
            body.get("base64_data", body.get("base64Data")),
            name=_field(body, "file_name", "fileName"),
            path=_field(body, "upload_path", "uploadPath"),
        )
        return self._uploaded(stored)

    async def upload_url(self, request: Request) -> Response:
        """POST …/upload/url: offline, so only what this emulator serves itself can be fetched."""
        body = await _file_json(request)
        link = body.get("file_url", body.get("fileUrl"))
        data = await self._own_bytes(link) if isinstance(link, str) else None
        if data is None:
            raise FileRefusal(400, "The link cannot be fetched by the emulator.")
        name = _field(body, "file_name", "fileName")
        return self._stored(data, name, _field(body, "upload_path", "uploadPath"))

    async def _own_bytes(self, link: str) -> bytes | None:
        parts = urlsplit(link)
        base = f"{parts.scheme}://{parts.netloc}"
        steps = parts.path.strip("/").split("/")
        if base == self._files_url and len(steps) == 3:
            return self.service.files.get(steps[1]).data
        if base == self._media_url and len(steps) == 2:
            with contextlib.suppress(Refusal, ValueError):
                number = int(steps[1].split(".")[0]) - 1
                data, _ = await asyncio.to_thread(self.service.picture, steps[0], number)
                return data
        return None

    def _stored(self, data: bytes, name: str | None, path: str | None) -> Response:
        return self._uploaded(self.service.files.put(data, name=name, path=path))

    def _uploaded(self, stored: Any) -> Response:
        data = self.service.files.document(stored, self._files_url)
        return JSONResponse({"success": True, "code": 200, "msg": "uploaded", "data": data})

    async def list_files(self, request: Request) -> Response:
        """GET /api/v1/files/list."""
        page = _number(request.query_params.get("page"), "page", 1, 1_000_000)
        size = _number(request.query_params.get("pageSize"), "pageSize", 20, 100)
        stored = self.service.files.all()
        part = stored[(page - 1) * size : page * size]
        rows = [self.service.files.document(file, self._files_url) for file in part]
        data = {"files": rows, "total": len(stored), "page": page, "pageSize": size}
        return JSONResponse({"success": True, "code": 200, "msg": "", "data": data})

    async def quota(self, request: Request) -> Response:
        """GET /api/v1/files/quota."""
        data = self.service.files.quota()
        return JSONResponse({"success": True, "code": 200, "msg": "", "data": data})

    async def delete_file(self, request: Request) -> Response:
        """DELETE /api/v1/files/{id}."""
        self.service.files.delete(request.path_params["file_id"])
        return JSONResponse({"success": True, "code": 200, "msg": "deleted", "data": None})

    async def download_file(self, request: Request) -> Response:
        """GET of an uploaded file."""
        stored = self.service.files.get(request.path_params["file_id"])
        return Response(stored.data, media_type=stored.mime_type)

    # -- pictures ------------------------------------------------------------------------------

    def _link(self, record: Record, number: int, expires: int) -> str:
        # Each link is told apart from the earlier ones for the same picture: one may expire alone.
        self.service.counts["links issued"] += 1
        issue = self.service.counts["links issued"]
        mark = _mark(record.id, number, expires)
        name = f"{record.id}/{number + 1}.img"
        return f"{self._media_url}/{name}?expires={expires}&issue={issue}&mark={mark}"

    async def media(self, request: Request) -> Response:
        """The media host: pictures, for a day, to callers who send no key."""
        self.service.counts["downloads"] += 1
        if "authorization" in request.headers:
            self.service.counts["keys sent to the media host"] += 1
            return PlainTextResponse("Authorization is not taken here.", 403)
        agent = request.headers.get("user-agent", "").lower()
        if not agent or agent.startswith(_LIBRARY_AGENTS):
            return PlainTextResponse("Forbidden", 403)
        fault = self.service.weather.strike("download")
        if fault:
            self.service.counts[f"fault {fault.name}"] += 1
        link = str(request.url)
        if fault and fault.name == "expired links":
            self._bad_links.add(link)
        try:
            task_id, name = request.path_params["path"].split("/")
            number = int(name.removesuffix(".img")) - 1
            query = request.query_params
            expires = int(query.get("expires", "0"))
            if query.get("mark") != _mark(task_id, number, expires):
                return PlainTextResponse("Signature does not match", 403)
            if expires <= self.service.clock() or link in self._bad_links:
                return PlainTextResponse("Request has expired", 403)
            data, mime = await asyncio.to_thread(self.service.picture, task_id, number)
        except (Refusal, ValueError):
            return PlainTextResponse("Not found", 404)
        return _picture_reply(request, data, mime, fault)

    # -- the control room ----------------------------------------------------------------------

    async def weather(self, request: Request) -> Response:
        """GET: the faults in play. POST {"play": name, …}: play one."""
        if request.method == "POST":
            body = await _json_body(request)
            try:
                wish = dict(body) if isinstance(body, dict) else {}
                name = str(wish.pop("play", ""))
                self.service.weather.play(name, **wish)
            except (TypeError, ValueError) as error:
                raise HTTPException(400, str(error)) from None
            if name == "fair":
                self.service.free_stuck()
        return JSONResponse({"weather": self.service.weather.now})

    async def counts(self, request: Request) -> Response:
        """How often what was asked for, for tests and benchmarks."""
        self.service.credits()  # settles what has ended
        counts = dict(self.service.counts)
        return JSONResponse({**counts, "charged credits": self.service.account.used})


def _mark(task_id: str, number: int, expires: int) -> str:
    return hashlib.sha256(f"{task_id}/{number}/{expires}".encode()).hexdigest()[:16]


def _picture_reply(request: Request, data: bytes, mime: str, fault: Fault | None) -> Response:
    name = fault.name if fault else ""
    if name == "wrong type download":
        return Response("<!doctype html><title>Sorry</title>", media_type="text/html")
    if name == "corrupt download":
        # PNG has check sums all over; the others only notice damage to their headers.
        at = len(data) // 2 if mime == "image/png" else 12
        wrong = bytes(byte ^ 0x5A for byte in data[at : at + 64])
        data = data[:at] + wrong + data[at + 64 :]
    start = _range_start(request.headers.get("range"), len(data))
    body = data[start:]
    headers = {
        "Content-Length": str(len(body)),
        "Accept-Ranges": "bytes",
        "ETag": f'"{hashlib.sha256(data).hexdigest()[:16]}"',
    }
    if start:
        headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
    kept = len(body) // 2 if name == "truncated download" else len(body)
    pieces = _pieces(request, body[:kept], cut=kept < len(body))
    return StreamingResponse(pieces, 206 if start else 200, headers=headers, media_type=mime)


async def _pieces(request: Request, body: bytes, *, cut: bool) -> AsyncIterator[bytes]:
    for at in range(0, len(body), _CHUNK):
        yield body[at : at + _CHUNK]
    if cut:
        # Let the server hand over what it has before the connection dies.
        await asyncio.sleep(0)
        _drop(request)


def _range_start(value: str | None, size: int) -> int:
    match = re.fullmatch(r"bytes=(\d+)-", value or "")
    start = int(match[1]) if match else 0
    return start if start < size else 0


def _drop(request: Request) -> None:
    drop = request.scope.get("extensions", {}).get("evolink.drop")
    if drop is not None:
        drop()
    raise ClientDisconnect


def _key(request: Request) -> str | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def _idempotency(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not re.fullmatch(r"[A-Za-z0-9._-]{16,96}", key):
        message = "Idempotency-Key must be 16 to 96 of A-Z a-z 0-9 . _ -"
        raise Refusal(400, "invalid_parameters", message, param="Idempotency-Key")
    return key


async def _json_body(request: Request) -> object:
    body = await request.body()
    if len(body) > _MAX_BODY:
        raise Refusal(413, "request_too_large", "The body is too large.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "invalid_json", "The body is not JSON.", param="body") from None


async def _file_json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise FileRefusal(400, "The body must be a JSON object.")
    return body


def _number(text: str | None, name: str, usual: int, most: int) -> int:
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,7}", text, re.ASCII) or not 1 <= int(text) <= most:
        message = f"{name} must be a whole number from 1 to {most}."
        raise Refusal(400, "invalid_parameters", message, param=name)
    return int(text)


def _field(fields: Any, *names: str) -> str | None:
    found = next((fields[name] for name in names if name in fields), None)
    return found if isinstance(found, str) else None


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else "error"
    headers = error.headers if isinstance(error, HTTPException) else None
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "invalid_request")
    body = Refusal(status, code, str(detail)).body
    return JSONResponse(body, status, headers=headers)


async def _file_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FileRefusal)
    return JSONResponse(error.body, error.status)
