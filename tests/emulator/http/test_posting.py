"""Callbacks on the wire: what is sent, to whom not, and how long is waited."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from evolink_widgets.emulator.service import callbacks

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def receiver(talk: Talk) -> AsyncIterator[str]:
    """A server on this machine; yields its address."""
    async with await asyncio.start_server(talk, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


def saying(line: bytes, heard: list[bytes]) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        heard.append(await reader.readuntil(b"}"))
        writer.write(line)
        writer.close()

    return talk


def test_the_task_comes_as_json_in_one_post() -> None:
    heard: list[bytes] = []

    async def story() -> int:
        async with receiver(saying(b"HTTP/1.1 204 No Content\r\n\r\n", heard)) as url:
            return await callbacks.post(f"{url}/hook/ö?a=b c", {"id": "x"}, loopback=True)

    assert asyncio.run(story()) == 204
    head, body = heard[0].decode(), heard[1]
    assert head.startswith("POST /hook/%C3%B6?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1:")
    assert "Content-Type: application/json" in head
    assert json.loads(body) == {"id": "x"}


@pytest.mark.parametrize(
    ("line", "status"),
    [(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", 302), (b"", 0), (b"?\r\n", 0)],
)
def test_redirects_are_not_followed_and_nonsense_is_no_answer(line: bytes, status: int) -> None:
    heard: list[bytes] = []

    async def story() -> int:
        async with receiver(saying(line, heard)) as url:
            return await callbacks.post(url, {}, loopback=True)

    assert asyncio.run(story()) == status
    assert len(heard) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_not_called_unless_that_was_allowed(host: str) -> None:
    heard: list[bytes] = []

    async def story() -> int:
        async with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n", heard)) as url:
            return await callbacks.post(url.replace("127.0.0.1", host), {})

    assert asyncio.run(story()) == 0
    assert heard == []


def test_who_does_not_answer_in_time_has_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def story() -> int:
        async with receiver(silence) as url:
            return await callbacks.post(url, {}, loopback=True)

    monkeypatch.setattr(callbacks, "TIMEOUT_SECONDS", 0.05)
    assert asyncio.run(story()) == 0


def test_nobody_listens() -> None:
    async def story() -> int:
        async with receiver(saying(b"", [])) as url:
            pass
        return await callbacks.post(url, {}, loopback=True)

    assert asyncio.run(story()) == 0
