"""The wire itself: one request is sent once, its reply is its own, and no more waits than may."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import httpcore
import pytest
from corporate import certificates
from services import AGENT, KEY, read_request, reply, server

from evolink_widgets.core import loop
from evolink_widgets.core.service.connection import Connections
from evolink_widgets.core.service.pool import ORIGINS, Pool
from evolink_widgets.core.service.sockets import FULL, Sockets, Stream
from evolink_widgets.core.service.transport import CONNECTIONS, NoAnswer, Reply, Timeouts, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.rules.tasks.outcome import Event

PROMPT = {"prompt": "a fox"}
KEEP = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Peer:
    """A raw server that counts: connections, those that are open, and requests in full."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.connections = 0
        self.open = 0
        self.requests: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            await self._talk(reader, writer)
        finally:
            self.open -= 1

    async def next(self, reader: asyncio.StreamReader) -> bytes:
        """The next request of a connection."""
        request = await read_request(reader)
        self.requests.append(request)
        return request


def speak(
    peer: Peer, say: Callable[[Transport, str], Awaitable[Any]], timeouts: Timeouts | None = None
) -> Any:
    """Run `say` against a server."""

    async def run() -> Any:
        async with server(peer) as url:
            made = Transport(Key(KEY, "a test"), (url,), agent=AGENT, timeouts=timeouts)
            try:
                return await say(made, url)
            finally:
                await made.close()

    return loop.wait_on_loop(run(), 30)


async def outcome(asking: Awaitable[Reply]) -> Reply | NoAnswer:
    """The reply, or why there is none."""
    try:
        return await asking
    except NoAnswer as exc:
        return exc


@pytest.mark.parametrize("paid", [True, False])
@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("ends", ["in peace", "with a reset"])
def test_a_request_that_meets_a_closing_connection_is_sent_once(
    method: str, ends: str, paid: bool
) -> None:
    """The service closes what it has kept open at the very moment at which it is used."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await peer.next(reader)
        writer.write(KEEP)
        await peer.next(reader)
        if ends == "with a reset":
            writer.transport.abort()

    async def say(made: Transport, url: str) -> Reply | NoAnswer:
        await made.call("GET", f"{url}/v1/warm", paid=paid)
        # What is paid for has a connection of its own, so there it is the first that dies.
        peer._talk = dying if paid else peer._talk
        return await outcome(made.call(method, f"{url}/v1/x", body=PROMPT, paid=paid))

    async def dying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await peer.next(reader)
        if ends == "with a reset":
            writer.transport.abort()

    peer = Peer(talk)
    got = speak(peer, say)
    assert isinstance(got, NoAnswer)
    assert got.event is Event.BROKEN_OFF
    assert sum(b"/v1/x" in request for request in peer.requests) == 1
    assert peer.connections == (2 if paid else 1)


def test_a_connection_that_was_closed_while_it_was_idle_is_not_used() -> None:
    closed = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await peer.next(reader)
        writer.write(KEEP)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    async def say(made: Transport, url: str) -> list[int]:
        statuses = []
        for _ in range(5):
            closed.clear()
            statuses.append((await made.call("POST", f"{url}/v1/x", body=PROMPT)).status)
            await asyncio.wait_for(closed.wait(), 10)
            await asyncio.sleep(0)  # the loop hears of the end with its next turn
            await asyncio.sleep(0)
        return statuses

    peer = Peer(talk)
    assert speak(peer, say) == [200] * 5
    assert len(peer.requests) == peer.connections == 5


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer) -> None:
    """Answer every request with the number that stands in its address."""
    while True:
        request = await peer.next(reader)
        body = request.split(b" ")[1].rpartition(b"/")[2]
        await asyncio.sleep(0)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()


def test_connections_are_used_again_and_each_reply_is_its_own() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(reader, writer, peer)

    async def say(made: Transport, url: str) -> tuple[list[bytes], int]:
        got = []
        for _ in range(5):
            calls = (made.call("GET", f"{url}/v1/{number}") for number in range(100))
            got += [found.body for found in await asyncio.gather(*calls)]
        return got, peer.open

    peer = Peer(talk)
    got, still_open = speak(peer, say)
    assert got == [str(number).encode() for number in range(100)] * 5
    assert still_open <= peer.connections <= CONNECTIONS


def test_the_limit_of_a_call_covers_its_wait_for_room() -> None:
    is_full = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await peer.next(reader)
        if len(peer.requests) == CONNECTIONS:
            is_full.set()
        await asyncio.Event().wait()

    async def say(made: Transport, url: str) -> Reply | NoAnswer:
        readings = [
            asyncio.ensure_future(made.call("GET", f"{url}/v1/slow")) for _ in range(CONNECTIONS)
        ]
        await is_full.wait()
        got = await outcome(made.call("GET", f"{url}/v1/credits", limit=0.05))
        for one in readings:
            one.cancel()
        await asyncio.gather(*readings, return_exceptions=True)
        return got

    peer = Peer(talk)
    got = speak(peer, say, Timeouts(connect=60, read=60, total=60))
    assert isinstance(got, NoAnswer)
    assert got.event is Event.NOT_SENT
    assert not any(b"credits" in request for request in peer.requests)


class Everywhere(Sockets):
    """Leads every host to one server, and keeps the connections in mind."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.made: list[Stream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the server, whatever the host."""
        stream = await super().connect_tcp("127.0.0.1", self.port, timeout)
        assert isinstance(stream, Stream)
        self.made.append(stream)
        return stream

    def open(self) -> int:
        """How many connections this side has not closed."""
        streams = [one.get_extra_info("socket") for one in self.made]
        return sum(one.fileno() != -1 for one in streams)


@pytest.mark.parametrize(("kept_for", "are_kept"), [(-1.0, False), (600.0, True)])
def test_hosts_that_are_asked_once_leave_nothing_behind(kept_for: float, are_kept: bool) -> None:
    """What may still be used is kept, for as many hosts as there are; what is over is closed."""
    hosts = 3 * ORIGINS

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(reader, writer, peer)

    async def run() -> tuple[int, int, int]:
        async with server(peer) as url:
            sockets = Everywhere(int(url.rpartition(":")[2]))
            pool = Pool(Connections(sockets, None, kept_for), kept=4)
            for number in range(hosts):
                asked = httpcore.Request(
                    "GET", f"http://host{number}.test/{number}", headers={"host": "x"}
                )
                response = await pool.handle_async_request(asked)
                assert await response.aread() == str(number).encode()
                await response.aclose()
            await asyncio.sleep(0)  # the loop closes what was hung up with its next turn
            found = sockets.open()
            await pool.aclose()
            await asyncio.sleep(0)
            return found, sockets.open(), len(pool._idle)

    peer = Peer(talk)
    still_open, after, known = loop.wait_on_loop(run(), 60)
    assert after == 0
    if are_kept:
        assert still_open == known == hosts
    else:
        assert still_open <= ORIGINS
        assert known <= ORIGINS


def test_a_call_that_was_given_up_leaves_its_reply_to_no_other() -> None:
    asked, held = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await peer.next(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
            if b"/v1/slow" in request:
                asked.set()
                await held.wait()
                writer.write(b"stale")
            writer.write(b"fresh")

    async def say(made: Transport, url: str) -> bytes:
        slow = asyncio.ensure_future(made.call("GET", f"{url}/v1/slow"))
        await asyncio.wait_for(asked.wait(), 10)
        slow.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await slow
        held.set()
        return (await made.call("GET", f"{url}/v1/quick")).body

    peer = Peer(talk)
    assert speak(peer, say) == b"fresh"
    assert peer.connections == 2


def test_a_service_that_says_no_before_all_is_sent_is_heard() -> None:
    pieces = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal pieces
        for _ in range(1000):
            pieces += 1
            yield bytes(2**16)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply(b"too much", "413 Content Too Large"))

    async def say(made: Transport, url: str) -> Reply | NoAnswer:
        length = {"content-length": str(1000 * 2**16)}
        return await outcome(made.call("POST", f"{url}/v1/x", stream=stream(), headers=length))

    peer = Peer(talk)
    got = speak(peer, say)
    # The reply may be lost to the reset that a system sends for what it was not let read.
    assert got.status == 413 if isinstance(got, Reply) else got.event is Event.BROKEN_OFF
    assert len(peer.requests) == 1


def test_a_service_that_takes_no_more_is_given_no_more_and_not_waited_for_for_ever() -> None:
    pieces = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal pieces
        while True:
            pieces += 1
            yield bytes(2**16)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def say(made: Transport, url: str) -> Reply | NoAnswer:
        length = {"content-length": str(2**40)}
        return await outcome(made.call("POST", f"{url}/v1/x", stream=stream(), headers=length))

    got = speak(Peer(talk), say, Timeouts(connect=1, read=0.3, total=5))
    assert isinstance(got, NoAnswer)
    assert got.event is Event.TIMED_OUT
    assert pieces * 2**16 < 2**25  # what the system's own buffers hold


class Plug(asyncio.Transport):
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def is_closing(self) -> bool:
        return "abort" in self.told

    def __getattribute__(self, name: str) -> Any:
        if name in ("pause_reading", "resume_reading", "abort"):
            return lambda: self.told.append(name)
        return super().__getattribute__(name)


def test_a_stream_holds_the_other_side_up_when_too_much_waits() -> None:
    async def run() -> tuple[list[str], int]:
        stream, plug = Stream(), Plug()
        stream.connection_made(plug)
        for _ in range(5):
            stream.data_received(bytes(FULL // 4))
        before = list(plug.told)
        read = 0
        while plug.told == before:
            read += len(await stream.read(1))
        return plug.told, read

    told, read = loop.wait_on_loop(run(), 10)
    assert told == ["pause_reading", "resume_reading"]
    assert read >= FULL // 2


def test_what_came_before_a_break_is_read_before_the_break() -> None:
    async def run() -> bytes:
        stream = Stream()
        stream.connection_made(Plug())
        stream.data_received(b"all of it")
        stream.connection_lost(ConnectionResetError(104, "reset"))
        got = await stream.read(100)
        with pytest.raises(httpcore.ReadError):
            await stream.read(100)
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"more")
        return got

    assert loop.wait_on_loop(run(), 10) == b"all of it"


def test_a_name_that_is_not_found_or_does_not_answer_is_a_connection_that_failed() -> None:
    async def run(host: str, port: int) -> None:
        await Sockets().connect_tcp(host, port, 5)

    for host in ("nowhere.invalid", "x" * 70, "a..b"):
        with pytest.raises(httpcore.ConnectError):
            loop.wait_on_loop(run(host, 80), 30)
    with pytest.raises(httpcore.ConnectError, match="Connection refused"):
        loop.wait_on_loop(run("127.0.0.1", 1), 30)
    with pytest.raises(httpcore.ConnectError, match="Connection refused"):  # ::1 and 127.0.0.1
        loop.wait_on_loop(run("localhost", 1), 30)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A CA, and a certificate for this machine with its key."""
    return certificates(tmp_path_factory.mktemp("certificates"))


def over_tls(
    pem: tuple[Path, Path, Path], talk: Talk, say: Callable[[Transport, str], Awaitable[Any]],
    timeouts: Timeouts | None = None, listens: str = "127.0.0.1",
) -> Any:  # fmt: skip
    """Run `say` against a server that speaks TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem[1], pem[2])

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.close()

    async def run() -> Any:
        listening = await asyncio.start_server(handle, listens, 0, ssl=context)
        url = f"https://localhost:{listening.sockets[0].getsockname()[1]}"
        made = Transport(Key(KEY, "a test"), (url,), agent=AGENT, timeouts=timeouts)
        try:
            return await say(made, url)
        finally:
            await made.close()
            listening.close()

    return loop.wait_on_loop(run(), 30)


def test_tls_carries_large_bodies_both_ways_over_one_connection(
    pem: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem[0]))
    body, sizes = bytes(range(256)) * 2**14, []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sizes.append(0)
        while True:
            sizes[-1] += len(await read_request(reader))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    async def stream() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 2**16):
            yield body[at : at + 2**16]

    async def say(made: Transport, url: str) -> list[bytes]:
        length = {"content-length": str(len(body))}
        return [
            (await made.call("POST", f"{url}/v1/x", stream=stream(), headers=length)).body
            for _ in range(3)
        ]

    assert over_tls(pem, talk, say) == [body] * 3
    assert len(sizes) == 1
    assert sizes[0] > 3 * len(body)


@pytest.mark.parametrize(
    ("does", "event"), [("hangs up", Event.BROKEN_OFF), ("stalls", Event.TIMED_OUT)]
)
def test_tls_that_breaks_in_a_reply_is_told_as_any_break(
    pem: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, does: str, event: Event
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem[0]))
    requests = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        await read_request(reader)
        requests += 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await writer.drain()
        if does == "stalls":
            await reader.read()
        writer.transport.abort()

    async def say(made: Transport, url: str) -> Reply | NoAnswer:
        return await outcome(made.call("POST", f"{url}/v1/x", body=PROMPT, paid=True))

    got = over_tls(pem, talk, say, Timeouts(connect=5, read=0.3, total=1, paid=0.5))
    assert isinstance(got, NoAnswer)
    assert (got.event, requests) == (event, 1)


@pytest.mark.parametrize("why", ["no such CA", "another name"])
def test_a_certificate_that_is_not_good_was_sent_nothing(
    pem: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "another name":
        monkeypatch.setenv("SSL_CERT_FILE", str(pem[0]))
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(100))

    async def say(made: Transport, url: str) -> Reply | NoAnswer:
        if why == "another name":
            url = url.replace("localhost", "127.0.0.2")
            made = Transport(Key(KEY, "a test"), (url,), agent=AGENT)
        return await outcome(made.call("POST", f"{url}/v1/x", body=PROMPT, paid=True))

    got = over_tls(pem, talk, say, listens="0.0.0.0" if why == "another name" else "127.0.0.1")
    assert isinstance(got, NoAnswer)
    assert got.event is Event.NOT_SENT
    assert "CERTIFICATE_VERIFY_FAILED" in got.reason
    assert not any(seen)


def test_a_handshake_that_is_never_answered_was_sent_nothing() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(2**16):
            pass

    async def say(made: Transport, url: str) -> Reply | NoAnswer:
        url = url.replace("http:", "https:")
        brief = Timeouts(connect=0.3)
        secure = Transport(Key(KEY, "a test"), (url,), agent=AGENT, timeouts=brief)
        try:
            return await outcome(secure.call("POST", f"{url}/v1/x", body=PROMPT, paid=True))
        finally:
            await secure.close()

    got = speak(Peer(talk), say)
    assert isinstance(got, NoAnswer)
    assert got.event is Event.NOT_SENT
