"""TCP and TLS for httpcore, straight on asyncio: what `httpcore.AnyIOBackend` does, for less.

The core runs on asyncio alone. So there is nothing to find out before each read: no cancel scope,
no lock, and no table of all that can be known of a socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

import httpcore

from evolink_widgets.core.loop import spawn
from evolink_widgets.runtime.deadline import deadline

__all__ = ["Sockets", "Stream", "addresses_of"]

APART = 0.25
"""Seconds after which the next address of a name is tried beside the first."""

FULL = 2**20
"""Bytes that wait in a stream before the other side has to wait; at half of it it goes on."""


class Sockets(httpcore.AsyncNetworkBackend):
    """Makes connections on asyncio's loop."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the address of a host that answers first.

        Raises:
            httpcore.ConnectError: it can't be found, or no address answers.
            httpcore.ConnectTimeout: it was not done in time.
        """
        try:
            async with deadline(timeout):
                addresses = await addresses_of(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from None
        except OSError as exc:
            raise httpcore.ConnectError(_why(exc)) from None
        await self.check(host, addresses)
        return await _first(lambda address: _connect(address, port, timeout), addresses)

    async def check(self, host: str, addresses: Sequence[str]) -> None:
        """Raise where an address must not be connected to; here all may be."""

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Nothing leads to a socket of this machine."""
        raise httpcore.ConnectError("no service is reached through a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait between two tries to connect."""
        await asyncio.sleep(seconds)


class Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One connection: what comes waits here, in the pieces in which it came."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._pieces: deque[bytes] = deque()
        self._size = 0
        self._is_paused = False
        self._is_over = False
        self._is_gone = False
        self._lost: Exception | None = None
        self._may_write = True
        self._reader: asyncio.Future[bool] | None = None
        self._writer: asyncio.Future[bool] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hear from asyncio that it stands."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods only

    def data_received(self, data: bytes) -> None:
        """Keep what came, and hold the other side up when it is too much."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size > FULL and not self._is_paused and self._transport is not None:
            self._is_paused = True
            self._transport.pause_reading()
        _settle(self._reader, True)

    def eof_received(self) -> None:
        """Nothing more comes; asyncio hangs up then."""
        self._is_over = True
        _settle(self._reader, True)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone, in peace or not."""
        self._is_over = self._is_gone = True
        self._lost = exc
        _settle(self._reader, True)
        _settle(self._writer, True)

    def pause_writing(self) -> None:
        """The other side takes no more for now."""
        self._may_write = False

    def resume_writing(self) -> None:
        """It takes more again."""
        self._may_write = True
        _settle(self._writer, True)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next piece, or nothing where the other side has ended.

        A piece is as large as it came, be it more than `max_bytes`: it goes to a parser that
        takes any, and to cut it would only cost.

        Raises:
            httpcore.ReadTimeout: none came in time.
            httpcore.ReadError: the connection broke.
        """
        if not self._pieces and not self._is_over:
            self._reader = asyncio.get_running_loop().create_future()
            if not await _within(self._reader, timeout):
                raise httpcore.ReadTimeout("no answer in time")
        if self._pieces:
            piece = self._pieces.popleft()
            self._size -= len(piece)
            if self._is_paused and self._size <= FULL // 2 and self._transport is not None:
                self._is_paused = False
                self._transport.resume_reading()
            return piece
        if self._lost is not None:
            raise httpcore.ReadError(_why(self._lost))
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, and wait while the other side takes no more.

        Raises:
            httpcore.WriteTimeout: it did not take it in time.
            httpcore.WriteError: the connection is gone.
        """
        if not buffer:
            return
        if self._is_gone or self._transport is None or self._transport.is_closing():
            raise self._broken_off()
        self._transport.write(buffer)
        if not self._may_write:
            self._writer = asyncio.get_running_loop().create_future()
            if not await _within(self._writer, timeout):
                raise httpcore.WriteTimeout("what was sent was not taken in time")
            if not self._may_write:
                raise self._broken_off()

    async def aclose(self) -> None:
        """Hang up; what was not sent yet is given up."""
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Stream:
        """Go on under TLS.

        Raises:
            httpcore.ConnectError: the other side speaks no TLS, or shows no good certificate.
            httpcore.ConnectTimeout: it was not done in time.
        """
        if self._transport is None or self._transport.is_closing():
            raise httpcore.ConnectError("the connection was closed before TLS")
        secure = Stream()
        agreeing = asyncio.get_running_loop().start_tls(
            self._transport, secure, ssl_context, server_hostname=server_hostname
        )
        try:
            async with deadline(timeout):
                secure._transport = await agreeing
        except BaseException as exc:
            await self.aclose()
            if isinstance(exc, TimeoutError):
                raise httpcore.ConnectTimeout("TLS was not agreed upon in time") from None
            if isinstance(exc, (OSError, ValueError)):
                raise httpcore.ConnectError(_why(exc)) from None
            raise
        if secure._transport is None:  # asyncio's word for a connection that went meanwhile
            raise httpcore.ConnectError("the connection was closed before TLS")
        return secure

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of a connection: whether it was ended while it was idle, and TLS.

        The loop reads what has come before it goes on, so the system is not asked again: what
        is on its way could not be known either.
        """
        if info == "is_readable":
            return bool(self._pieces) or self._is_over
        return None if self._transport is None else self._transport.get_extra_info(info)

    def _broken_off(self) -> httpcore.WriteError:
        why = "the connection was closed" if self._lost is None else _why(self._lost)
        return httpcore.WriteError(why)


async def addresses_of(host: str, port: int) -> list[str]:
    """All addresses of a host, in the resolver's order, each once.

    Raises:
        OSError: it has none.
    """
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:  # a label that is empty or too long
        raise OSError(f"{host[:80]} is no name of a host") from exc
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def _connect(address: str, port: int, timeout: float | None) -> Stream:
    connecting = asyncio.get_running_loop().create_connection(Stream, address, port)
    try:
        async with deadline(timeout):
            _, stream = await connecting
    except TimeoutError:
        raise httpcore.ConnectTimeout(f"{address} did not answer in time") from None
    except OSError as exc:
        raise httpcore.ConnectError(_why(exc)) from None
    return stream


async def _first(
    connect: Callable[[str], Awaitable[Stream]], addresses: Sequence[str]
) -> httpcore.AsyncNetworkStream:
    """The first connection that stands; each address begins a little after the one before."""
    if len(addresses) == 1:
        return await connect(addresses[0])
    waiting = list(addresses)
    going: set[asyncio.Future[Stream]] = set()
    failure: BaseException = httpcore.ConnectError("the name has no address")
    try:
        while waiting or going:
            if waiting:
                going.add(asyncio.ensure_future(connect(waiting.pop(0))))
            done, going = await asyncio.wait(
                going, timeout=APART if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            stands = [one for one in done if one.exception() is None]
            failure = next((one.exception() for one in done if one.exception()), None) or failure
            if stands:
                going.update(stands[1:])
                return stands[0].result()
    finally:
        for one in going:
            one.add_done_callback(_hang_up)
            one.cancel()
    raise failure


def _hang_up(late: asyncio.Future[Stream]) -> None:
    """Close a connection that came too late."""
    if not late.cancelled() and late.exception() is None:
        spawn(late.result().aclose())


async def _within(future: asyncio.Future[bool], timeout: float | None) -> bool:
    """What the future is set to, or `False` when the time is over."""
    if timeout is None:
        return await future
    timer = asyncio.get_running_loop().call_later(timeout, _settle, future, False)
    try:
        return await future
    finally:
        timer.cancel()


def _settle(future: asyncio.Future[bool] | None, value: bool) -> None:
    if future is not None and not future.done():
        future.set_result(value)


def _why(exc: Exception) -> str:
    """What went wrong with a socket, in the system's words where it has some."""
    if isinstance(exc, OSError) and not isinstance(exc, ssl.SSLError):
        if exc.errno and not isinstance(exc, socket.gaierror):
            return os.strerror(exc.errno)
        return exc.strerror or str(exc)
    return str(exc)
