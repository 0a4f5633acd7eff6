"""A limit on waiting ends what takes too long, and never keeps a cancellation from its task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from evolink_widgets.core.service.in_process import AppTransport, Message, Receive, Send
from evolink_widgets.runtime.deadline import deadline


def test_what_takes_too_long_ends() -> None:
    async def wait() -> None:
        async with deadline(0.01):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        asyncio.run(wait())


def test_what_has_no_limit_is_waited_for() -> None:
    async def wait() -> str:
        async with deadline(None):
            await asyncio.sleep(0.01)
        return "here"

    assert asyncio.run(wait()) == "here"


async def cancelled_after(turns: int, work: Callable[[], Awaitable[object]]) -> bool | None:
    """Whether work that is cancelled after so many turns ends so; `None` where it was over."""
    task = asyncio.ensure_future(work())
    for _ in range(turns):
        await asyncio.sleep(0)
    if not task.cancel():
        return None
    await asyncio.wait([task])
    return task.cancelled()


def test_work_that_is_cancelled_in_the_turn_in_which_it_is_done_ends_cancelled() -> None:
    async def main() -> bool | None:
        done = asyncio.get_running_loop().create_future()

        async def work() -> None:
            async with deadline(60):
                await done

        task = asyncio.ensure_future(work())
        await asyncio.sleep(0)
        done.set_result(None)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(main())


def test_an_exchange_with_the_emulator_can_be_cancelled_in_every_turn() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"piece", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def exchange() -> None:
        async with httpx.AsyncClient(transport=AppTransport(app)) as client:
            assert (await client.get("http://emulator.test/")).content == b"piece" * 3

    async def main() -> list[bool | None]:
        return [await cancelled_after(turns, exchange) for turns in range(100)]

    told = asyncio.run(main())
    assert told[-1] is None, "it was over before all turns were tried"
    assert told.count(True) > 5
    assert False not in told
