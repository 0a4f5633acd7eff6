"""One exchange with an ASGI application in this process, streamed in both directions.

The emulator is reached through this instead of a socket: no port, no second process. Unlike a
transport that collects the whole reply first, the body arrives piece by piece with back
pressure, and the application can break the connection off: it finds a callable under
`scope["extensions"]["evolink.drop"]`, as it does on a real port.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from evolink_widgets.core.loop import spawn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Dropped(Exception):
    """The application broke the connection off, or crashed."""


class AppExchange:
    """A request handed to the application and its reply as it comes.

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
