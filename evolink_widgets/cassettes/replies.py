"""A player's ASGI face: the service's addresses, answered from a tape.

What is off the tape is refused, in the service's own form and before anything could be charged,
or handed to another application in this process: the emulator.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evolink_widgets.cassettes.player import FILES_URL, MEDIA_URL, OffTape, Player
from evolink_widgets.core.service.client import BATCH, CREDITS, GENERATIONS, TASKS
from evolink_widgets.core.service.files_api import UPLOAD
from evolink_widgets.core.service.in_process import App, Message, Receive, Send
from evolink_widgets.rules.tasks.outcome import OFF_TAPE
from evolink_widgets.rules.tasks.task import read_mapping

__all__ = ["API_URL", "FILES_URL", "create_app"]

API_URL = "http://api.tape.invalid"
_ADVICE = (
    "Ask for what was recorded, record it, or let the emulator draw what is off the tape: "
    'off_tape="emulator".'
)
_PICTURE = re.compile(r"/(?P<task>[\w-]{1,120})/(?P<place>\d)", re.ASCII)
_UPLOADED = re.compile(re.escape(FILES_URL) + r"/files/(?P<digest>[0-9a-f]{64})/[\w.-]+")
_PIECE = 2**16


def create_app(
    player: Player,
    off_tape: App | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> App:
    """The ASGI application.

    Args:
        player: what is played.
        off_tape: answers what is not on the tape; `None` refuses it.
        sleep: waits, for as long as the service took.
    """
    replies = _Replies(player, off_tape, sleep)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await replies.answer(request)
        if response is None:
            scope["extensions"]["evolink.drop"]()
            return
        await response(scope, receive, send)

    return app


class _Replies:
    def __init__(
        self, player: Player, off_tape: App | None, sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._player = player
        self._off_tape = off_tape
        self._sleep = sleep
        self._elsewhere: dict[str, str] = {}

    async def answer(self, request: Request) -> Response | None:
        """Answer a call; `None` where its answer was lost."""
        host, path = request.headers.get("host", ""), request.url.path
        if host == MEDIA_URL.removeprefix("http://"):
            return await self._picture(request)
        if host == FILES_URL.removeprefix("http://") and request.method == "GET":
            return Response() if path.startswith("/files/") else _refused(404, "not_found", path)
        if path == GENERATIONS and request.method == "POST":
            return await self._create(request)
        if path == UPLOAD and request.method == "POST":
            return await self._upload(request)
        if path == BATCH and request.method == "POST":
            return await self._read_many(request)
        if path == CREDITS:
            data = {"token": {"unlimited_credits": True}, "user": {}}
            return JSONResponse({"success": True, "message": "", "data": data})
        if path == TASKS:
            return self._list(request)
        if path.startswith(TASKS + "/"):
            task_id = path.removeprefix(TASKS + "/")
            document = self._player.task(task_id)
            if document is not None:
                return JSONResponse(document)
            if self._off_tape is not None:
                return await self._handed_on(request)
            return _refused(404, "task_not_found", "The tape has no such task.")
        if self._off_tape is not None and not path.startswith("/emulator"):
            return await self._handed_on(request)
        return _refused(404, "not_found", "A tape has no such address.")

    async def _create(self, request: Request) -> Response | None:
        body = await request.body()
        asked = _mapping_of(body)
        key = request.headers.get("idempotency-key") or hashlib.sha256(body).hexdigest()
        links = asked.get("image_urls")
        uploads = {
            link: f"sha256:{match['digest']}"
            for link in (links if isinstance(links, list) else ())
            if isinstance(link, str) and (match := _UPLOADED.fullmatch(link))
        }
        try:
            replayed = self._player.post(key, asked, uploads)
        except OffTape as why:
            if self._off_tape is None:
                return _refused(400, OFF_TAPE, f"{why}", fallback_suggestion=_ADVICE)
            return await self._create_elsewhere(request, asked, uploads)
        await self._sleep(replayed.wait)
        if replayed.document is None:
            return None
        headers = {"Idempotency-Replayed": "true"} if replayed.again else {}
        if replayed.answer.retry_after is not None:
            headers["Retry-After"] = f"{self._player.scaled(replayed.answer.retry_after):.3f}"
        return JSONResponse(replayed.document, replayed.answer.status or 200, headers)

    async def _create_elsewhere(
        self, request: Request, asked: Mapping[str, Any], uploads: Mapping[str, str]
    ) -> Response:
        """Hand a request on, with the links that its references have there."""
        links = []
        for link in asked.get("image_urls") or []:
            digest = uploads.get(link)
            if digest is not None and digest not in self._elsewhere:  # of an earlier kernel
                message = "image_urls holds an upload that has expired."
                return _refused(400, "invalid_request", message, param="image_urls")
            links.append(self._elsewhere[digest] if digest is not None else link)
        body = {**asked, "image_urls": links} if links else asked
        return await self._handed_on(request, json.dumps(body).encode())

    async def _upload(self, request: Request) -> Response:
        body = await request.body()
        async with Request(request.scope, _once(body)).form(max_part_size=2**28) as form:
            file = form.get("file")
            if file is None or isinstance(file, str):
                return JSONResponse({"success": False, "code": 400, "msg": "no file"}, 400)
            digest = hashlib.sha256(await file.read()).hexdigest()
            name = re.sub(r"[^\w.-]", "_", file.filename or "file", flags=re.ASCII)[-80:]
            kind = file.content_type
        if self._off_tape is not None:
            reply = await self._handed_on(request, body)
            link = read_mapping(_mapping_of(bytes(reply.body)).get("data")).get("file_url")
            if not isinstance(link, str):
                return reply
            self._elsewhere[f"sha256:{digest}"] = link
        link = f"{FILES_URL}/files/{digest}/{name}"
        data = {"file_id": digest[:24], "file_name": name, "file_url": link, "mime_type": kind}
        return JSONResponse({"success": True, "code": 200, "msg": "", "data": data})

    async def _read_many(self, request: Request) -> Response:
        body = await request.body()
        ids = _mapping_of(body).get("task_ids")
        wanted = [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
        found = {one: self._player.task(one) for one in wanted}
        data: list[Any] = [document for document in found.values() if document is not None]
        rest = [one for one, document in found.items() if document is None]
        if rest and self._off_tape is not None:
            reply = await self._handed_on(request, json.dumps({"task_ids": rest}).encode())
            more = _mapping_of(bytes(reply.body)).get("data")
            data += more if isinstance(more, list) else []
        return JSONResponse({"data": data})

    def _list(self, request: Request) -> Response:
        model = request.query_params.get("model")
        rows = [
            {
                "id": one["id"],
                "status": one.get("status"),
                "model": one.get("model"),
                "type": "image",
                "progress": one.get("progress"),
                "created_at": one["created"],
                "has_results": bool(one.get("results")),
                "has_error": bool(one.get("error")),
                "credits_used": read_mapping(one.get("usage")).get("credits_used")
                or read_mapping(one.get("billing")).get("charged_credits"),
            }
            for one in self._player.tasks()
            if model in (None, "", one.get("model"))
        ]
        page = max(1, _whole(request.query_params.get("page"), 1))
        size = min(50, max(1, _whole(request.query_params.get("page_size"), 20)))
        part = rows[(page - 1) * size : page * size]
        return JSONResponse({"data": part, "total": len(rows), "page": page, "page_size": size})

    async def _picture(self, request: Request) -> Response:
        match = _PICTURE.fullmatch(request.url.path)
        found: tuple[bytes, str, float] | None = None
        if match is not None:
            with contextlib.suppress(OSError, ValueError):
                play = functools.partial(self._player.picture, match["task"], int(match["place"]))
                found = await asyncio.to_thread(play)
        if found is None:
            return Response("Not found", 404, media_type="text/plain")
        data, kind, wait = found
        await self._sleep(wait)
        return Response(data, media_type=kind)

    async def _handed_on(self, request: Request, body: bytes | None = None) -> Response:
        """The emulator's whole reply; it knows its hosts by other names."""
        assert self._off_tape is not None
        sent = await request.body() if body is None else body
        host = request.headers.get("host", "").replace(".tape.", ".emulator.").encode()
        replaced = {b"host": host, b"content-length": str(len(sent)).encode()}
        scope = {
            **request.scope,
            "headers": [
                (name, replaced.get(name, value)) for name, value in request.scope["headers"]
            ],
        }
        start: Message = {"status": 502, "headers": []}
        pieces: list[bytes] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                pieces.append(message.get("body", b""))

        await self._off_tape(scope, _once(sent), send)
        reply = Response(b"".join(pieces), start["status"])
        reply.raw_headers = [
            one for one in start["headers"] if one[0].lower() != b"content-length"
        ] + [(b"content-length", str(len(reply.body)).encode())]
        return reply


def _refused(status: int, code: str, message: str, **more: str) -> Response:
    message = message.encode("utf-8", "replace").decode()  # a file's name may be no Unicode
    kind = "not_found_error" if status == 404 else "invalid_request_error"
    return JSONResponse({"error": {"code": code, "message": message, "type": kind, **more}}, status)


def _mapping_of(body: bytes) -> Mapping[str, Any]:
    try:
        return read_mapping(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _whole(text: str | None, usual: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else usual
