"""A connection of our own: what it takes for the end of a reply, and when it is used again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from services import AGENT, KEY, read_request, server

from evolink_widgets.core import loop
from evolink_widgets.core.service.connection import LONG
from evolink_widgets.core.service.transport import NoAnswer, Timeouts, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.rules.tasks.outcome import Event

BODY = bytes(range(256)) * (3 * LONG // 256)
SMALL = b"a short word"


def counted(body: bytes, *more: bytes, length: int | None = None) -> bytes:
    """A reply that says how long it is."""
    head = [b"HTTP/1.1 200 OK", b"content-length: %d" % (len(body) if length is None else length)]
    return b"\r\n".join([*head, *more, b"", b""]) + body


def chunked(body: bytes) -> bytes:
    """A reply in chunks, of one byte and of all the others."""
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (body[:1], body[1:]))
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n"


def old(body: bytes) -> bytes:
    """A reply of HTTP/1.0."""
    return counted(body).replace(b"HTTP/1.1", b"HTTP/1.0")


def speak(
    said: bytes, ask: str, *, cut: bool = False, apart: int = 0
) -> tuple[object, object, int]:
    """Ask twice for what is `said`: both outcomes, and over how many connections.

    Args:
        said: the reply to each request.
        ask: "call", "download" or "head".
        cut: the server hangs up after it.
        apart: bytes that go out alone first.
    """
    connections = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        asked = 0  # what asks nothing is a stranger's, who looks for a free port
        while True:
            await read_request(reader)
            asked += 1
            connections += asked == 1
            if apart:
                writer.write(said[:apart])
                await writer.drain()
                await asyncio.sleep(0.01)
            writer.write(said[apart:])
            if cut:
                return

    async def one(made: Transport, url: str) -> object:
        try:
            if ask != "download":
                return (await made.call("GET" if ask == "call" else "HEAD", f"{url}/x")).body
            async with made.download(f"{url}/x") as got:
                return b"".join([chunk async for chunk in got.chunks])
        except NoAnswer as exc:
            return exc

    async def run() -> tuple[object, object, int]:
        async with server(talk) as url:
            brief = Timeouts(connect=20, read=20)
            made = Transport(Key(KEY, "a test"), (url,), agent=AGENT, timeouts=brief)
            try:
                return await one(made, url), await one(made, url), connections
            finally:
                await made.close()

    return loop.wait_on_loop(run(), 60)


@pytest.mark.parametrize("ask", ["call", "download"])
@pytest.mark.parametrize("body", [b"", SMALL, BODY], ids=["empty", "small", "large"])
@pytest.mark.parametrize("frame", [counted, chunked])
def test_a_reply_that_ends_leaves_its_connection_to_the_next(
    frame: Callable[[bytes], bytes], body: bytes, ask: str
) -> None:
    if frame is chunked and not body:
        return
    for apart in (0, 10, len(frame(body)) - len(body) + 1):
        assert speak(frame(body), ask, apart=apart) == (body, body, 1), apart


@pytest.mark.parametrize("ask", ["call", "download"])
@pytest.mark.parametrize("body", [SMALL, BODY], ids=["small", "large"])
@pytest.mark.parametrize("why", ["says close", "old", "more than was said"])
def test_a_connection_that_may_not_be_used_again_is_not(why: str, body: bytes, ask: str) -> None:
    said = {
        "says close": counted(body, b"connection: close"),
        "old": old(body),
        "more than was said": counted(body) + counted(b"for another"),
    }[why]
    assert speak(said, ask) == (body, body, 2)


@pytest.mark.parametrize("ask", ["call", "download"])
@pytest.mark.parametrize("body", [SMALL, BODY], ids=["small", "large"])
def test_a_reply_that_is_cut_off_is_none(body: bytes, ask: str) -> None:
    for kept in (0, 1, len(body) - 1):
        first, second, connections = speak(
            counted(body[:kept], length=len(body)), ask, cut=True, apart=10
        )
        for got in (first, second):
            assert isinstance(got, NoAnswer)
            assert got.event is Event.BROKEN_OFF
            assert f"received {kept} bytes, expected {len(body)}" in got.reason
        assert connections == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "without sending a response"),
        (b"HTTP/1.1 200 OK\r\n", "without sending a response"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", "conflicting"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", "bad Content-Length"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\n", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n", "Transfer-Encoding"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 30_000, "too long"),
        (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n", ""),
        (counted(SMALL).replace(b"1.1", b"9"), "illegal"),
    ],
)
def test_what_is_no_reply_is_told_as_such(said: bytes, why: str) -> None:
    for ask in ("call", "download"):
        got, _, connections = speak(said, ask, cut=True)
        assert isinstance(got, NoAnswer)
        assert got.event is Event.BROKEN_OFF
        assert why in got.reason
        assert connections == 2


def test_words_before_the_reply_are_passed_over() -> None:
    said = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n" + counted(SMALL)
    assert speak(said, "call", apart=30) == (SMALL, SMALL, 1)
    no_body = b"HTTP/1.1 304 Same\r\ncontent-length: 200000\r\n\r\n"
    assert speak(no_body, "download") == (b"", b"", 1)


@pytest.mark.parametrize("length", [0, len(SMALL), len(BODY)])
def test_a_head_has_no_body_however_long_a_one_it_tells_of(length: int) -> None:
    assert speak(counted(b"", length=length), "head") == (b"", b"", 1)


def test_what_is_paid_for_goes_over_a_connection_of_httpcores_own() -> None:
    """The one request of which it is decided whether it was sent stays with the library."""
    from evolink_widgets.core.service.connection import Connection

    used: list[str] = []
    original = Connection.handle_async_request

    async def spy(self: Connection, request: object) -> object:
        used.append(str(self))
        return await original(self, request)  # type: ignore[arg-type]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await read_request(reader):
            writer.write(counted(SMALL))

    async def run() -> list[int]:
        async with server(talk) as url:
            made = Transport(Key(KEY, "a test"), (url,), agent=AGENT)
            counts = []
            for paid in (True, False):
                await made.call("POST", f"{url}/x", body={}, paid=paid)
                counts.append(len(used))
            await made.close()
            return counts

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "handle_async_request", spy)
        assert loop.wait_on_loop(run(), 60) == [0, 1]
