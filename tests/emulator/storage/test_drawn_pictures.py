"""Pictures are drawn off the loop, once, and kept while there is room."""

from __future__ import annotations

import asyncio
import io
import threading

import pytest
from PIL import Image

from evolink_widgets.emulator.contract.read_request import CheckedRequest, read_request
from evolink_widgets.emulator.service.drawing_thread import DrawingThread
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
