"""Routes of the image API: ask for pictures, read and list tasks, read credits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evolink_widgets.emulator.contract.refusal import Refusal, bad
from evolink_widgets.emulator.contract.task_record import Link, TaskRecord
from evolink_widgets.emulator.http.request_gate import RequestGate, Sleep
from evolink_widgets.emulator.http.request_values import idempotency_key, read_json, whole
from evolink_widgets.emulator.service import callbacks
from evolink_widgets.emulator.service.service import Service

__all__ = ["ImageRoutes"]

_MOST_IDS = 50
_STATUSES = ("pending", "processing", "completed", "failed", "cancelled")
_LONGEST_NAP = 5.0
_STUCK_NAP = 0.2


class ImageRoutes:
    """The handlers, over one service.

    Args:
        service: the state.
        gate: what every request passes.
        link: makes the link of one picture.
        draw_ahead: draws a task's pictures while it runs.
        send, sleep: how callbacks are posted and waited for.
    """

    def __init__(
        self,
        service: Service,
        gate: RequestGate,
        link: Link,
        draw_ahead: Callable[[TaskRecord], None],
        *,
        send: callbacks.Sender,
        sleep: Sleep,
    ) -> None:
        self._service = service
        self._gate = gate
        self._link = link
        self._draw_ahead = draw_ahead
        self._send = send
        self._sleep = sleep
        self._calls: set[asyncio.Task[None]] = set()

    def routes(self) -> list[Route]:
        """Its addresses."""
        api = self._gate.api
        return [
            Route("/v1/images/generations", api("create", self.create), methods=["POST"]),
            Route("/v1/tasks", api("list", self.list), methods=["GET"]),
            Route("/v1/tasks/batch", api("batch", self.batch), methods=["POST"]),
            Route("/v1/tasks/{task_id}", api("read", self.read), methods=["GET"]),
            Route("/v1/credits", api("credits", self.credits), methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """POST /v1/images/generations: the task, at once."""
        body = await read_json(request)
        idempotency = idempotency_key(request)
        owner = request.state.owner
        self._service.begin(idempotency, owner=owner)
        try:
            await self._gate.linger("create")
            record, again = self._service.create(body, idempotency, owner=owner)
        finally:
            self._service.end(idempotency, owner=owner)
        if record.ask.callback_url and not again:
            call = asyncio.get_running_loop().create_task(self._call_back(record))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
        if self._service.draws_ahead and not again:
            self._draw_ahead(record)
        document = self._service.document(record, self._link)
        return JSONResponse(document, headers={"Idempotency-Replayed": "true"} if again else None)

    async def read(self, request: Request) -> Response:
        """GET /v1/tasks/{id}."""
        task_id, owner = request.path_params["task_id"], request.state.owner
        record = self._service.find(task_id, owner=owner)
        return JSONResponse(self._service.document(record, self._link))

    async def batch(self, request: Request) -> Response:
        """POST /v1/tasks/batch: those that exist, in the order that was asked for."""
        body = await read_json(request)
        ids = body.get("task_ids") if isinstance(body, dict) else None
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            ids = []
        if not 1 <= len(ids) <= _MOST_IDS:
            raise bad("task_ids", f"task_ids must be a list of 1 to {_MOST_IDS} ids.")
        self._service.counts["batch ids"] += len(ids)
        found = [self._document_of(one, request.state.owner) for one in dict.fromkeys(ids)]
        return JSONResponse({"data": [document for document in found if document]})

    async def list(self, request: Request) -> Response:
        """GET /v1/tasks: newest first, in pages."""
        query = request.query_params
        page = whole(query.get("page"), "page", usual=1, most=1_000_000)
        size = whole(query.get("page_size"), "page_size", usual=20, most=50)
        status = query.get("status")
        if status is not None and status not in _STATUSES:
            raise bad("status", f"status must be one of {', '.join(_STATUSES)}.")
        model, owner = query.get("model") or None, request.state.owner
        rows = self._service.rows(status=status, model=model, owner=owner)
        if query.get("type", "image") not in ("", "image"):
            rows = []
        part = [row() for row in rows[(page - 1) * size : page * size]]
        return JSONResponse({"data": part, "total": len(rows), "page": page, "page_size": size})

    async def credits(self, request: Request) -> Response:
        """GET /v1/credits: the key's and the account's."""
        return JSONResponse(self._service.credits(request.state.owner))

    def _document_of(self, task_id: str, owner: str) -> dict[str, object] | None:
        try:
            return self._service.document(self._service.find(task_id, owner=owner), self._link)
        except Refusal:
            return None

    async def _call_back(self, record: TaskRecord) -> None:
        """Wait for the task's end and tell the address that it named."""
        while not record.ended(now := self._service.clock()):
            ends = record.ends_at
            await self._sleep(_STUCK_NAP if ends is None else min(ends - now, _LONGEST_NAP))
        document = self._service.document(record, self._link)
        url = record.ask.callback_url or ""
        statuses = await callbacks.deliver(url, document, send=self._send, sleep=self._sleep)
        self._service.counts["callbacks"] += len(statuses)
