"""Pictures are drawn off the loop, once, and kept while there is room."""

from __future__ import annotations

import asyncio
import io
import threading
from functools import partial
from typing import Any

import httpx
import pytest
from PIL import Image

from evolink_widgets.emulator.contract.read_request import CheckedRequest, read_request
from evolink_widgets.emulator.http.app import API_URL, create_app
from evolink_widgets.emulator.service.drawing_thread import DrawingThread
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.emulator.storage import drawn_pictures
from evolink_widgets.emulator.storage.drawn_pictures import DrawnPictures, format_of


def ask(size: str = "1024x640") -> CheckedRequest:
    return read_request({"model": "gpt-image-2", "prompt": "a fox", "size": size, "quality": "low"})


def test_a_worker_returns_and_raises_what_its_calls_do_on_a_thread_of_its_own() -> None:
    async def story() -> None:
        worker = DrawingThread()
        threads = await asyncio.gather(*(worker.run(threading.current_thread) for _ in range(3)))
        assert len(set(threads)) == 1
        assert threads[0] is not threading.current_thread()
        assert threads[0].daemon
        with pytest.raises(ZeroDivisionError):
            await worker.run(lambda: 1 // 0)

    asyncio.run(story())


def test_a_worker_leaves_out_what_nobody_waits_for_any_more() -> None:
    async def story() -> None:
        worker, gate, done = DrawingThread(), threading.Event(), []
        first = asyncio.create_task(worker.run(gate.wait))
        given_up = asyncio.create_task(worker.run(lambda: done.append("in vain")))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        gate.set()
        await first
        await worker.run(lambda: done.append("wanted"))
        assert done == ["wanted"]

    asyncio.run(story())


def test_what_is_waited_for_goes_before_what_is_drawn_ahead() -> None:
    async def story() -> None:
        worker, gate, done = DrawingThread(), threading.Event(), list[str]()
        last = threading.Event()

        def ahead(number: int) -> None:
            done.append(f"ahead {number}")
            if number == 7:
                last.set()

        first = asyncio.create_task(worker.run(gate.wait))
        await asyncio.sleep(0)
        for number in range(20):
            worker.begin(partial(ahead, number))
        wanted = asyncio.create_task(worker.run(lambda: done.append("wanted")))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(first, wanted)
        assert done[0] == "wanted"
        assert await asyncio.to_thread(last.wait, 20)
        assert done[1:] == [f"ahead {number}" for number in range(8)]

    asyncio.run(story())


def test_a_notebooks_pictures_are_drawn_while_their_task_runs() -> None:
    service = Service(seed=1, draws_ahead=True)
    drawn = threading.Event()
    draw = service.drawn.draw

    def seen(*about: Any) -> tuple[bytes, str]:
        made = draw(*about)
        drawn.set()
        return made

    service.drawn.draw = seen  # type: ignore[method-assign]
    body = {"model": "gpt-image-2", "prompt": "a fox", "size": "816x816", "quality": "low"}

    async def story() -> None:
        app = create_app(service)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=API_URL) as client:
            headers = {"authorization": "Bearer any"}
            reply = await client.post("/v1/images/generations", json=body, headers=headers)
            assert reply.json()["status"] == "pending"

    asyncio.run(story())
    assert drawn.wait(20)


@pytest.mark.parametrize(
    ("seed", "size", "kind"),
    [("a", "1024x640", "webp"), ("b", "1024x640", "png"), ("a", "2880x2880", "jpeg")],
)
def test_pictures_are_png_mostly_and_jpeg_where_png_would_be_slow(
    seed: str, size: str, kind: str
) -> None:
    assert format_of(seed, ask(size)) == kind
    data, mime = DrawnPictures().draw("task", 0, ask(size), seed)
    with Image.open(io.BytesIO(data)) as picture:
        assert f"{picture.width}x{picture.height}" == size
        assert Image.MIME[picture.format or ""] == mime == f"image/{kind}"


def test_the_last_pictures_are_kept_within_the_room_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = DrawnPictures()
    first, _ = shelf.draw("b", 0, ask(), "seed")
    assert shelf.draw("b", 0, ask(), "seed")[0] is first
    monkeypatch.setattr(drawn_pictures, "_ROOM", len(first))
    for number in range(1, 4):
        shelf.draw("b", number, ask(), "seed")
    again, _ = shelf.draw("b", 0, ask(), "seed")
    assert again is not first
    assert again == first
