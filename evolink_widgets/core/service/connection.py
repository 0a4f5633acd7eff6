"""One HTTP/1.1 connection that leads straight to a host: h11 reads the words, the bytes pass it by.

What httpcore's own connection does, on asyncio alone: no locks for other loops, no hooks around
each step. A body of known length, as a picture has, comes in the pieces in which the socket gave
it; through h11 each byte would be copied three times. What is paid for does not go this way, and
neither does what goes through a proxy.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterable, AsyncIterator
from time import monotonic
from typing import Any

import h11
import httpcore

from evolink_widgets.core.service.sockets import Sockets

__all__ = ["Connections"]

MOST_HEADERS = 100 * 1024
"""Bytes that a reply's headers may have; httpcore's own limit."""

LONG = 2**16
"""Bytes from which a body passes h11 by; shorter ones have mostly come with the headers."""


class Connections:
    """Makes connections.

    Args:
        sockets: how a host is reached.
        context: for TLS; `None` where none is spoken.
        kept_for: seconds that an idle one is kept open.
    """

    def __init__(self, sockets: Sockets, context: ssl.SSLContext | None, kept_for: float) -> None:
        self._sockets = sockets
        self._context = context
        self._kept_for = kept_for

    def create_connection(self, origin: httpcore.Origin) -> Connection:
        """One connection, which is made when the first request is sent."""
        return Connection(origin, self._sockets, self._context, self._kept_for)


class Connection(httpcore.AsyncConnectionInterface):
    """One connection; it has one request at a time, as `Pool` sees to."""

    def __init__(
        self,
        origin: httpcore.Origin,
        sockets: Sockets,
        context: ssl.SSLContext | None,
        kept_for: float,
    ) -> None:
        self._origin = origin
        self._sockets = sockets
        self._context = context
        self._kept_for = kept_for
        self._stream: httpcore.AsyncNetworkStream | None = None
        self._words = _words()
        self._is_idle = False
        self._is_closed = False
        self._asks_head = False
        self._expires = 0.0

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request, and read the head of its response.

        Raises:
            httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError: it broke;
                the connection is closed.
        """
        self._is_idle, self._asks_head = False, request.method == b"HEAD"
        timeouts = request.extensions.get("timeout", {})
        try:
            stream = self._stream or await self._connect(timeouts.get("connect"))
            note = request.extensions.get("trace")
            if note is not None:
                await note("http11.send_request_headers.started", {"request": request})
            # A service that takes no more may have said why.
            with contextlib.suppress(httpcore.WriteError):
                await self._send(request, stream, timeouts.get("write"))
            event = await self._next(timeouts.get("read"))
            while not isinstance(event, h11.Response):  # "100 Continue" and the like
                event = await self._next(timeouts.get("read"))
        except BaseException:
            await self.aclose()
            raise
        return httpcore.Response(
            event.status_code,
            headers=event.headers.raw_items(),
            content=_Body(self, event, timeouts.get("read")),
            extensions={"http_version": b"HTTP/" + event.http_version},
        )

    async def body(self, head: h11.Response, timeout: float | None) -> AsyncIterator[bytes]:
        """The body of the response that has begun; the connection is idle after it, or closed.

        What comes beyond the body answers nothing of ours, and must not answer what comes next.
        """
        try:
            length = 0 if self._asks_head else _length(head)
            if length > LONG:
                assert self._stream is not None
                keeps = self._words.our_state is h11.DONE  # all was sent, and it will not hang up
                piece, _ = self._words.trailing_data
                came = len(piece)
                while came < length:
                    if piece:
                        yield piece
                    piece = await self._stream.read(LONG, timeout)
                    if not piece:
                        raise _cut_off(came, length)
                    came += len(piece)
                yield piece[: len(piece) - (came - length)]
                keeps, self._words = keeps and came == length, _words()
            else:
                while isinstance(event := await self._next(timeout), h11.Data):
                    yield bytes(event.data)
                keeps = self._words.our_state is self._words.their_state is h11.DONE
                keeps = keeps and not self._words.trailing_data[0]
                if keeps:
                    self._words.start_next_cycle()
        except BaseException:
            await self.aclose()
            raise
        if keeps:
            self._is_idle, self._expires = True, monotonic() + self._kept_for
        else:
            await self.aclose()

    async def aclose(self) -> None:
        """Hang up."""
        self._is_idle, self._is_closed = False, True
        if self._stream is not None:
            await self._stream.aclose()

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        """Whether it leads to this origin."""
        return bool(origin == self._origin)

    def is_available(self) -> bool:
        """Whether a request can be sent now."""
        return self._is_idle

    def has_expired(self) -> bool:
        """Whether it was idle for too long, or the host has ended it or says what was not asked."""
        if not self._is_idle or self._stream is None:
            return False
        return monotonic() > self._expires or bool(self._stream.get_extra_info("is_readable"))

    def is_idle(self) -> bool:
        """Whether its last response has been read to the end, and it is open."""
        return self._is_idle

    def is_closed(self) -> bool:
        """Whether it was hung up."""
        return self._is_closed

    def info(self) -> str:
        """What it is, in a few words."""
        return f"HTTP/1.1 to {self._origin}"

    async def _connect(self, timeout: float | None) -> httpcore.AsyncNetworkStream:
        host = self._origin.host.decode("ascii")
        self._stream = await self._sockets.connect_tcp(host, self._origin.port, timeout)
        if self._context is not None and self._origin.scheme == b"https":
            self._context.set_alpn_protocols(["http/1.1"])
            self._stream = await self._stream.start_tls(self._context, host, timeout)
        return self._stream

    async def _send(
        self, request: httpcore.Request, stream: httpcore.AsyncNetworkStream, timeout: float | None
    ) -> None:
        try:
            head = h11.Request(
                method=request.method, target=request.url.target, headers=request.headers
            )
            waiting = self._words.send(head) or b""
            assert isinstance(request.stream, AsyncIterable)
            async for chunk in request.stream:
                waiting += self._words.send(h11.Data(data=chunk)) or b""
                if len(waiting) >= LONG:
                    await stream.write(waiting, timeout)
                    waiting = b""
            waiting += self._words.send(h11.EndOfMessage()) or b""
        except h11.LocalProtocolError as exc:
            raise httpcore.LocalProtocolError(str(exc)) from exc
        await stream.write(waiting, timeout)

    async def _next(self, timeout: float | None) -> Any:
        """The next event of the response."""
        assert self._stream is not None
        words = self._words
        try:
            while (event := words.next_event()) is h11.NEED_DATA:
                data = await self._stream.read(LONG, timeout)
                if not data and words.their_state is h11.SEND_RESPONSE:
                    raise httpcore.RemoteProtocolError(
                        "Server disconnected without sending a response."
                    )
                words.receive_data(data)
        except h11.RemoteProtocolError as exc:
            raise httpcore.RemoteProtocolError(str(exc)) from exc
        return event


class _Body:
    """The body of a response; one that is not read to its end takes its connection with it."""

    def __init__(self, connection: Connection, head: h11.Response, timeout: float | None) -> None:
        self._connection = connection
        self._head = head
        self._timeout = timeout

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.body(self._head, self._timeout)

    async def aclose(self) -> None:
        if not self._connection.is_idle():
            await self._connection.aclose()


def _words() -> h11.Connection:
    return h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=MOST_HEADERS)


def _cut_off(came: int, length: int) -> httpcore.RemoteProtocolError:
    return httpcore.RemoteProtocolError(
        "peer closed connection without sending complete message body "
        f"(received {came} bytes, expected {length})"
    )


def _length(head: h11.Response) -> int:
    """How many bytes follow a head; 0 where only h11 knows."""
    headers = dict(head.headers)
    if head.status_code in (204, 304) or b"transfer-encoding" in headers:
        return 0
    return int(headers.get(b"content-length", b"0"))  # h11 has seen that it is a number
