"""Routes of the files API: upload references in three ways, list and delete them."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evolink_widgets.emulator.contract.refusal import FileRefusal, Refusal
from evolink_widgets.emulator.http.media_routes import MediaRoutes
from evolink_widgets.emulator.http.request_gate import RequestGate, refused
from evolink_widgets.emulator.http.request_values import limited, read_json, whole
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.emulator.storage.stored_uploads import (
    MAX_BYTES,
    StoredFile,
    StoredUploads,
    file_id_in,
    from_base64,
)

__all__ = ["UploadRoutes"]

_MULTIPART = MAX_BYTES + 1024 * 1024
"""Room for the fields and borders around the largest file."""
_BASE64 = MAX_BYTES * 4 // 3 + 1024 * 1024
"""Base64 takes four bytes for three."""


class UploadRoutes:
    """The handlers, over one service.

    Args:
        service: the state.
        gate: what every request passes.
        base: the address of the files host, as clients reach it.
        media: the picture host, whose pictures may be uploaded by their link.
    """

    def __init__(self, service: Service, gate: RequestGate, base: str, media: MediaRoutes) -> None:
        self._service = service
        self._gate = gate
        self._base = base
        self._media = media

    def routes(self) -> list[Route]:
        """Its addresses."""
        files, upload = self._gate.files, "/api/v1/files/upload"
        return [
            Route(f"{upload}/stream", files(self.stream), methods=["POST"]),
            Route(f"{upload}/base64", files(self.base64), methods=["POST"]),
            Route(f"{upload}/url", files(self.url), methods=["POST"]),
            Route("/api/v1/files/list", files(self.list), methods=["GET"]),
            Route("/api/v1/files/quota", files(self.quota), methods=["GET"]),
            Route("/api/v1/files/{file_id}", files(self.delete), methods=["DELETE"]),
            Route("/files/{file_id}/{name}", self.download, methods=["GET"]),
        ]

    async def stream(self, request: Request) -> Response:
        """POST …/upload/stream: multipart."""
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise FileRefusal(400, "The body must be multipart/form-data.")
        parser = MultiPartParser(
            request.headers, limited(request, _MULTIPART), max_files=1, max_fields=8
        )  # not request.form(): it reads without a limit
        try:
            form = await parser.parse()
        except (MultiPartException, HTTPException, AssertionError, KeyError, ValueError):
            raise FileRefusal(400, "The body must be multipart with one file.") from None
        file = form.get("file")
        if len(form.multi_items()) > len(form):
            raise FileRefusal(400, "A field was sent more than once.")
        if file is None or isinstance(file, str):
            raise FileRefusal(400, "The field file is required.")
        data = await file.read()
        await form.close()
        return await self._stored(request, data, form, usual_name=file.filename)

    async def base64(self, request: Request) -> Response:
        """POST …/upload/base64: plain or a data URL."""
        body = await _fields(request, _BASE64)
        data = await asyncio.to_thread(from_base64, body.get("base64_data", body.get("base64Data")))
        return await self._stored(request, data, body)

    async def url(self, request: Request) -> Response:
        """POST …/upload/url: offline, so only what this emulator serves can be fetched."""
        body = await _fields(request)
        link = body.get("file_url", body.get("fileUrl"))
        if not isinstance(link, str):
            raise FileRefusal(400, "file_url is required and must be text.")
        data = await self._own_bytes(link)
        if data is None:
            message = "The emulator is offline: file_url must lead to a file or picture of its own."
            raise FileRefusal(400, message)
        return await self._stored(request, data, body)

    async def list(self, request: Request) -> Response:
        """GET /api/v1/files/list: newest first, in pages."""
        query = request.query_params
        page = whole(query.get("page"), "page", usual=1, most=1_000_000)
        size = whole(query.get("pageSize"), "pageSize", usual=20, most=100)
        stored = self._service.files.all(account=self._account(request))
        part = stored[(page - 1) * size : page * size]
        rows = [StoredUploads.document(file, self._base) for file in part]
        return _said("", {"files": rows, "total": len(stored), "page": page, "pageSize": size})

    async def quota(self, request: Request) -> Response:
        """GET /api/v1/files/quota."""
        return _said("", self._service.files.quota(account=self._account(request)))

    async def delete(self, request: Request) -> Response:
        """DELETE /api/v1/files/{id}."""
        file_id = request.path_params["file_id"]
        self._service.files.delete(file_id, account=self._account(request))
        return _said("deleted", None)

    async def download(self, request: Request) -> Response:
        """GET of an uploaded file; its link is all that is needed."""
        try:
            data, mime = await asyncio.to_thread(
                self._service.files.read, request.path_params["file_id"]
            )
        except FileRefusal as refusal:
            return refused(refusal)
        shown = "attachment" if "download" in request.query_params else "inline"
        return Response(data, media_type=mime, headers={"Content-Disposition": shown})

    def _account(self, request: Request) -> str:
        return self._service.account.name_of(request.state.owner)

    async def _own_bytes(self, link: str) -> bytes | None:
        try:
            parts = urlsplit(link)
        except ValueError:
            return None
        base = f"{parts.scheme}://{parts.netloc}"
        file_id = file_id_in(parts.path)
        if base == self._base and file_id is not None:
            data, _ = await asyncio.to_thread(self._service.files.read, file_id)
            return data
        try:
            return await self._media.bytes_of(link)
        except Refusal:
            return None

    async def _stored(
        self,
        request: Request,
        data: bytes,
        fields: Mapping[str, Any],
        usual_name: str | None = None,
    ) -> Response:
        name = _text(fields, "file_name", "fileName") or usual_name
        path = _text(fields, "upload_path", "uploadPath")
        put = functools.partial(self._service.files.put, account=self._account(request))
        stored: StoredFile = await asyncio.to_thread(put, data, name=name, path=path)
        return _said("uploaded", StoredUploads.document(stored, self._base))


async def _fields(request: Request, *most: int) -> dict[str, Any]:
    body = await read_json(request, *most)
    if not isinstance(body, dict):
        raise FileRefusal(400, "The body must be a JSON object.")
    return body


def _text(fields: Mapping[str, Any], *names: str) -> str | None:
    """A text of the request, under its usual or its camelCase name.

    Raises:
        FileRefusal: 400: it is none.
    """
    found = next((fields[name] for name in names if name in fields), None)
    if found is not None and (not isinstance(found, str) or re.search("[\ud800-\udfff]", found)):
        raise FileRefusal(400, f"{names[0]} must be text.")
    return found


def _said(message: str, data: object) -> Response:
    return JSONResponse({"success": True, "code": 200, "msg": message, "data": data})
