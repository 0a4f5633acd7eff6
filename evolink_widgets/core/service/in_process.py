"""Reaches an application in this process as if there were a socket: the emulator, above all.

No port, no second process. What the application says comes piece by piece, with back pressure, and
it can break the connection off.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx

from evolink_widgets.core.loop import spawn
from evolink_widgets.runtime.deadline import deadline

__all__ = ["App", "AppTransport", "Message", "Receive", "Send"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class AppTransport(httpx.AsyncBaseTransport):
    """Reaches an ASGI application in this process; streams, and can be broken off."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand one request to the application."""
        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port or (443 if url.scheme == "https" else 80)),
            "client": ("127.0.0.1", 0),
            "root_path": "",
        }
        exchange = AppExchange(self._app, scope, await request.aread())
        limit = request.extensions.get("timeout", {}).get("read")
        try:
            async with deadline(limit):
                status, headers = await exchange.start()
        except BaseException as exc:
            exchange.close()
            raise _as_httpx(exc, request) from None
        return httpx.Response(
            status, headers=headers, stream=_AppStream(exchange, limit, request), request=request
        )


class _AppStream(httpx.AsyncByteStream):
    """The body of a reply from an application in this process."""

    def __init__(self, exchange: AppExchange, limit: float | None, request: httpx.Request) -> None:
        self._exchange = exchange
        self._limit = limit
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._exchange.body()
        while True:
            try:
                async with deadline(self._limit):
                    chunk = await chunks.__anext__()
            except StopAsyncIteration:
                return
            except (Dropped, TimeoutError) as exc:
                raise _as_httpx(exc, self._request) from None
            yield chunk

    async def aclose(self) -> None:
        self._exchange.close()


def _as_httpx(exc: BaseException, request: httpx.Request) -> BaseException:
    """What httpx would raise had there been a socket."""
    if isinstance(exc, Dropped):
        return httpx.ReadError("the connection was broken off", request=request)
    if isinstance(exc, TimeoutError):
        return httpx.ReadTimeout("no reply in time", request=request)
    return exc


class Dropped(Exception):
    """The application broke the connection off, or crashed."""


class AppExchange:
    """One exchange with an ASGI application in this process, streamed in both directions.

    The emulator is reached through this instead of a socket: no port, no second process. Unlike a
    transport that collects the whole reply first, the body arrives piece by piece with back
    pressure, and the application can break the connection off: it finds a callable under
    `scope["extensions"]["evolink.drop"]`, as it does on a real port.

    Args:
        app: the ASGI application.
        scope: the connection's scope, without extensions.
        body: the request's body.
    """

    def __init__(self, app: App, scope: dict[str, Any], body: bytes) -> None:
        self._app = app
        self._scope = {**scope, "extensions": {"evolink.drop": self._drop}}
        self._body: bytes | None = body
        # Room for one message: the application waits until its reader has taken it.
        self._reply: asyncio.Queue[Message | None] = asyncio.Queue(1)
        self._gone = asyncio.Event()
        self._broken = False

    async def start(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Send the request and wait for the reply's status and headers.

        Raises:
            Dropped: the connection was broken off before a reply.
        """
        spawn(self._serve(), name="evolink-asgi")
        message = await self._next()
        return message["status"], [(bytes(k), bytes(v)) for k, v in message.get("headers", ())]

    async def body(self) -> AsyncIterator[bytes]:
        """The reply's body in pieces.

        Raises:
            Dropped: the connection was broken off in the middle.
        """
        while True:
            message = await self._next()
            if chunk := message.get("body", b""):
                yield chunk
            if not message.get("more_body", False):
                return

    def close(self) -> None:
        """Leave. As behind a real port, the application goes on and is not heard."""
        self._gone.set()
        while not self._reply.empty():  # it may be waiting for room
            self._reply.get_nowait()

    async def _next(self) -> Message:
        if self._broken and self._reply.empty():
            raise Dropped
        message = await self._reply.get()
        if message is None:
            raise Dropped
        return message

    async def _serve(self) -> None:
        # The application logs its own crash; to us it is a connection that died.
        with contextlib.suppress(Exception):
            await self._app(self._scope, self._receive, self._send)
        self._drop()

    async def _receive(self) -> Message:
        body, self._body = self._body, None
        if body is not None:
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._gone.is_set():
            return
        if message["type"] in ("http.response.start", "http.response.body"):
            await self._reply.put(message)

    def _drop(self) -> None:
        """Break the connection off now; what the application says after it is not heard."""
        self._gone.set()
        self._broken = True
        if self._reply.empty():  # wake a reader that waits; else it finds out by itself
            self._reply.put_nowait(None)
