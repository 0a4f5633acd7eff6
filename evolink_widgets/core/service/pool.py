"""Finds the connection for a request at once, however many there are.

httpcore's own pool looks at every connection and every request at each beginning and each end, and
asks the system for each socket that is idle: at 50 requests in flight that was two fifths of the
loop's time. Here idle connections lie in a stack for each origin, the one used last on top; how
many are in use is for the callers to bound.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from typing import Any, Protocol

import httpcore

__all__ = ["Pool"]

ORIGINS = 32
"""Hosts whose connections may lie here before those that are over are looked for at all hosts."""

Origin = tuple[bytes, bytes, int]
"""Scheme, host and port: httpcore's own can't be looked up by."""


class Ways(Protocol):
    """What makes connections, as httpcore's own pools do. Nothing else of them is used."""

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """One that leads to this origin."""


class Pool:
    """Sends each request over an idle connection, or over a new one.

    A request is never sent a second time, whatever became of it: it may have arrived.

    Args:
        ways: makes connections: directly or through a proxy.
        kept: idle connections of one origin that are kept open.
    """

    def __init__(self, ways: Ways, kept: int) -> None:
        self._ways = ways
        self._kept = kept
        self._idle: defaultdict[Origin, deque[httpcore.AsyncConnectionInterface]]
        self._idle = defaultdict(deque)
        self._is_closed = False

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; its connection is idle again once the response has been closed."""
        origin = request.url.origin
        name = (origin.scheme, origin.host, origin.port)
        connection = await self._take(name) or self._ways.create_connection(origin)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            await connection.aclose()
            raise
        body = _Body(response.stream, self, name, connection)
        return httpcore.Response(
            response.status, headers=response.headers, content=body, extensions=response.extensions
        )

    async def give_back(
        self, origin: Origin, connection: httpcore.AsyncConnectionInterface
    ) -> None:
        """Keep a connection whose response has been read to its end, or close it."""
        idle = self._idle[origin]
        if not self._is_closed and connection.is_idle() and len(idle) < self._kept:
            idle.append(connection)
        elif not connection.is_closed():
            await connection.aclose()
        if len(self._idle) > ORIGINS:
            for one in self._expired():
                with contextlib.suppress(Exception):
                    await one.aclose()

    def _expired(self) -> list[httpcore.AsyncConnectionInterface]:
        """Take out what is over, of hosts that may never be asked again, and forget them."""
        found = []
        for origin, idle in list(self._idle.items()):
            while idle and idle[0].has_expired():
                found.append(idle.popleft())
            if not idle:
                del self._idle[origin]
        return found

    async def aclose(self) -> None:
        """Close what is idle now, and the rest as it is given back."""
        self._is_closed = True
        for idle in list(self._idle.values()):
            while idle:
                with contextlib.suppress(Exception):
                    await idle.pop().aclose()

    async def _take(self, origin: Origin) -> httpcore.AsyncConnectionInterface | None:
        """The connection that was used last of those that are still good."""
        idle = self._idle.get(origin)
        while idle and idle[0].has_expired():  # the one that was not used for longest
            await idle.popleft().aclose()
        while idle:
            connection = idle.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None


class _Body:
    """A response's body, after which its connection is given back."""

    def __init__(
        self,
        stream: Any,
        pool: Pool,
        origin: Origin,
        connection: httpcore.AsyncConnectionInterface,
    ) -> None:
        self._stream = stream
        self._pool = pool
        self._origin = origin
        self._connection = connection
        self._is_closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        body: AsyncIterator[bytes] = self._stream.__aiter__()
        return body

    async def aclose(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            try:
                await self._stream.aclose()
            finally:
                await self._pool.give_back(self._origin, self._connection)
