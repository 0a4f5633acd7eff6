"""The border to HTTP: what a broken exchange means, and who sees the key."""

from __future__ import annotations

import asyncio
import gzip
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from services import AGENT, KEY, read_request, reply, server

from evolink_widgets.core import loop
from evolink_widgets.core.service.transport import MAX_BODY, NoAnswer, Reply, Timeouts, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.rules.tasks.outcome import Event

PROMPT = {"prompt": "a fox"}


def transport(*urls: str, **more: Any) -> Transport:
    return Transport(Key(KEY, "a test"), urls, agent=AGENT, **more)


def ask(
    say: Callable[[asyncio.StreamWriter], Awaitable[None]],
    timeouts: Timeouts | None = None,
    **how: Any,
) -> tuple[Reply | NoAnswer, list[bytes]]:
    """Call a server that answers with `say`; the outcome, and the requests that it saw."""
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_request(reader))
        await say(writer)

    async def call() -> Reply | NoAnswer:
        async with server(talk) as url:
            made = transport(url, timeouts=timeouts)
            try:
                return await made.call("POST", f"{url}/v1/x", body=PROMPT, **how)
            except NoAnswer as exc:
                return exc
            finally:
                await made.close()

    return loop.wait_on_loop(call(), 30), seen


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def half_a_reply(writer: asyncio.StreamWriter) -> None:
    writer.write(reply(b'{"id": "task-unified-1"}')[:-8])


async def garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\0\1\2 this is not HTTP\r\n\r\n")


async def trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(MAX_BODY // 2**16 + 2):
        writer.write(bytes(2**16))
        await writer.drain()


async def bad_gzip(writer: asyncio.StreamWriter) -> None:
    writer.write(reply(b"this is no gzip", content_encoding="gzip"))


@pytest.mark.parametrize(
    ("say", "event"),
    [
        (silence, Event.TIMED_OUT),
        (trickle, Event.TIMED_OUT),
        (hang_up, Event.BROKEN_OFF),
        (half_a_reply, Event.BROKEN_OFF),
        (garbage, Event.BROKEN_OFF),
        (endless, Event.BROKEN_OFF),
        (bad_gzip, Event.BROKEN_OFF),
    ],
)
@pytest.mark.parametrize("paid", [True, False])
def test_after_sending_it_may_have_arrived(
    say: Callable[[asyncio.StreamWriter], Awaitable[None]], event: Event, paid: bool
) -> None:
    brief = Timeouts(connect=1, read=0.3, total=0.6, paid=0.6)
    outcome, seen = ask(say, brief, paid=paid)
    assert isinstance(outcome, NoAnswer)
    assert outcome.event is event
    assert len(seen) == 1


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1", "http://nowhere.invalid", "https://127.0.0.1:1", "http://[::1", "ftp://x"],
)  # fmt: skip
def test_what_could_not_connect_was_not_sent(url: str) -> None:
    async def call() -> None:
        made = transport("http://127.0.0.1:1", "http://nowhere.invalid", "https://127.0.0.1:1")
        try:
            await made.call("POST", f"{url}/v1/x", paid=True, body=PROMPT)
        finally:
            await made.close()

    with pytest.raises(NoAnswer) as caught:
        loop.wait_on_loop(call(), 30)
    assert caught.value.event is Event.NOT_SENT


def test_a_server_that_speaks_no_tls_was_sent_nothing() -> None:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(100))
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def call() -> None:
        async with server(talk) as url:
            url = url.replace("http:", "https:")
            made = transport(url)
            try:
                await made.call("POST", f"{url}/v1/x", paid=True, body=PROMPT)
            finally:
                await made.close()

    with pytest.raises(NoAnswer) as caught:
        loop.wait_on_loop(call(), 30)
    assert caught.value.event is Event.NOT_SENT
    assert all(b"fox" not in hello and KEY.encode() not in hello for hello in seen)


def test_a_whole_answer_is_read_whatever_its_status_and_shape() -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        html = gzip.compress(b"<html>Bad gateway</html>")
        writer.write(reply(html, "502 Bad Gateway", content_encoding="gzip", X_Request_Id="r1"))

    outcome, (seen,) = ask(say)
    assert isinstance(outcome, Reply)
    assert (outcome.status, outcome.document()) == (502, None)
    assert outcome.headers["x-request-id"] == "r1"
    assert f"authorization: bearer {KEY}".encode() in seen.lower()
    assert f"user-agent: {AGENT}".encode() in seen.lower()


def test_the_key_goes_to_no_other_address() -> None:
    async def call() -> None:
        await transport("https://api.example").call("GET", "https://api.example.evil.invalid/v1")

    with pytest.raises(NoAnswer, match="not one of the API's"):
        loop.wait_on_loop(call())


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Moved", "308 Moved"])
def test_a_redirect_of_the_api_is_not_followed(status: str) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"", status, location="http://127.0.0.1:1/v1/x"))

    outcome, seen = ask(say, paid=True)
    assert isinstance(outcome, Reply)
    assert outcome.status == int(status[:3])
    assert len(seen) == 1


def test_an_answer_that_quotes_the_key_is_read_without_it() -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        body = f'{{"error": {{"message": "Incorrect key {KEY[:12]}***{KEY[-7:]}"}}}}'.encode()
        writer.write(reply(body, "401 Unauthorized"))

    outcome, _ = ask(say)
    assert isinstance(outcome, Reply)
    assert outcome.document() == {"error": {"message": "Incorrect key [key]***[key]"}}


def test_a_broken_exchange_shows_no_frame_that_holds_the_key() -> None:
    outcome, _ = ask(hang_up)
    assert isinstance(outcome, NoAnswer)
    frames = traceback.StackSummary.extract(
        traceback.walk_tb(outcome.__traceback__), capture_locals=True
    )
    assert outcome.__cause__ is None
    assert outcome.__suppress_context__
    assert not any("httpx" in frame.filename for frame in frames)
    assert not any(KEY[:8] in text for frame in frames for text in (frame.locals or {}).values())


def test_the_paid_request_has_a_connection_of_its_own() -> None:
    """One that was kept open could be closed by the service at the moment it is used."""
    peers: list[Any] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            peers.append(writer.get_extra_info("peername"))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async def call() -> None:
        async with server(talk) as url:
            made = transport(url)
            for paid in (False, False, True, True):
                await made.call("POST", f"{url}/v1/x", body=PROMPT, paid=paid)
            await made.close()

    loop.wait_on_loop(call(), 30)
    free, again, first, second = peers
    assert free == again
    assert len({free, first, second}) == 3


def test_a_picture_host_and_what_it_redirects_to_never_see_the_key() -> None:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_request(reader)
        seen.append(head)
        if b"/moved" in head:
            writer.write(reply(b"", "302 Found", location="/here"))
        else:
            writer.write(reply(b"picture"))

    async def call() -> bytes:
        async with server(talk) as url:
            made = transport(url)  # even where the picture host is the API's own
            async with made.download(f"{url}/moved") as got:
                body = b"".join([chunk async for chunk in got.chunks])
            await made.close()
            return body

    assert loop.wait_on_loop(call(), 30) == b"picture"
    assert len(seen) == 2
    assert not any(b"authorization" in head.lower() for head in seen)
    assert all(AGENT.encode() in head for head in seen)


Send = Callable[[dict[str, Any]], Awaitable[None]]


async def in_process(app: Any, timeouts: Timeouts | None = None) -> list[bytes]:
    made = transport("http://app.invalid", app=app, timeouts=timeouts)
    async with made.download("http://app.invalid/x") as got:
        return [chunk async for chunk in got.chunks]


def test_an_application_in_this_process_streams() -> None:
    taken = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.wait_for(taken.wait(), 5)  # the reader has it before there is a second
        await send({"type": "http.response.body", "body": b"second"})

    async def call() -> list[bytes]:
        seen = []
        made = transport("http://app.invalid", app=app)
        async with made.download("http://app.invalid/x") as got:
            async for chunk in got.chunks:
                seen.append(chunk)
                taken.set()
        return seen

    assert loop.wait_on_loop(call(), 30) == [b"first", b"second"]


def test_an_application_in_this_process_can_break_the_connection_off() -> None:
    async def app(scope: Any, receive: Any, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        scope["extensions"]["evolink.drop"]()
        await send({"type": "http.response.body", "body": b"never heard"})

    with pytest.raises(NoAnswer) as caught:
        loop.wait_on_loop(in_process(app), 30)
    assert caught.value.event is Event.BROKEN_OFF


def test_an_application_that_crashes_is_a_connection_that_broke() -> None:
    async def app(scope: Any, receive: Any, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(NoAnswer) as caught:
        loop.wait_on_loop(in_process(app), 30)
    assert caught.value.event is Event.BROKEN_OFF


def test_an_application_in_this_process_is_not_waited_for_for_ever() -> None:
    done = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        done.set()

    async def call() -> None:
        try:
            await in_process(app, Timeouts(read=0.05))
        finally:
            await asyncio.wait_for(done.wait(), 5)  # it goes on, and hears that we left

    with pytest.raises(NoAnswer) as caught:
        loop.wait_on_loop(call(), 30)
    assert caught.value.event is Event.TIMED_OUT
