"""Pictures on their way to the browser: at a pace that servers bear, honest when one is gone."""

from __future__ import annotations

import io
import shutil

import pytest
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.transfers.outgoing_pictures import CHUNK, SendRate

from ..conftest import Browser

ASK = {"size": "1024x640", "quality": "low", "n": 2}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_goes_at_once_and_what_is_more_waits_for_its_share() -> None:
    clock = Clock()
    pace = SendRate(most=1000, seconds=3.0, clock=clock)
    assert [pace.wait(300) for _ in range(3)] == [0.0, 0.0, 0.0]
    clock.now += 1.0
    assert pace.wait(300) == 2.0
    clock.now += 2.0
    assert pace.wait(300) == 0.0


def test_something_too_large_for_the_pace_goes_alone_and_not_never() -> None:
    pace = SendRate(most=1000, seconds=3.0, clock=Clock())
    assert pace.wait(5000) == 0.0
    assert pace.wait(1) == 3.0


def test_no_window_of_three_seconds_holds_more_than_its_share() -> None:
    clock = Clock()
    pace = SendRate(most=1000, seconds=3.0, clock=clock)
    sent: list[tuple[float, int]] = []
    for size in [400, 350, 90, 600, 10, 999, 500, 500, 1, 700] * 5:
        while (seconds := pace.wait(size)) > 0:
            clock.now += seconds
        sent.append((clock.now, size))
    for begin, _ in sent:
        assert sum(size for at, size in sent if begin <= at < begin + 3.0) <= 1000


def test_a_grid_of_forty_comes_at_once() -> None:
    pace = SendRate(clock=Clock())
    assert [pace.wait(40_000) for _ in range(40)] == [0.0] * 40


def test_what_is_pulled_and_what_comes_unasked_share_one_pace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = ew.generate("a fox", **ASK).result(20)
    page = Browser(ew.ImageGrid(images))
    pace = SendRate(most=10_000_000)
    monkeypatch.setattr(outgoing_pictures, "send_rate", pace)
    page.ask("bytes", picture=f"{images.key}.0", what="original", offset=0)
    assert pace.wait(10_000_000) > 0


def test_a_preview_is_a_webp_of_at_most_1600_pixels_in_pieces() -> None:
    images = ew.generate("a city at night", size="2048x1360", quality="high").result(30)
    page = Browser(ew.ImageGrid(images))
    name = f"{images.key}.0"
    whole, total = b"", 1
    while len(whole) < total:
        told, (part,) = page.ask("bytes", picture=name, what="preview", offset=len(whole))
        total = told["total"]
        assert 0 < len(part) <= CHUNK
        whole += part
    with Image.open(io.BytesIO(whole)) as image:
        assert (image.format, max(image.size)) == ("WEBP", 1600)
    told, (part,) = page.ask("bytes", picture=name, what="original", offset=10**12)
    assert part == b""


@pytest.mark.parametrize("copies_are_kept", [True, False])
def test_a_file_that_was_deleted_is_told_in_its_place(copies_are_kept: bool) -> None:
    task = ew.generate("a fox", **ASK)
    images = task.result(20)
    for image in images:
        image.thumbnail(512)
        image.path.unlink()
    if not copies_are_kept:
        shutil.rmtree(ew.session().store.root / ".thumbs")
    page = Browser(ew.ImageGrid(images))
    page.ask("hello")
    for content, (thumb,) in page.pictures(task.key, 2):
        assert content["alt"].startswith(content["name"])
        assert bool(thumb) is copies_are_kept
    answer, _ = page.ask("bytes", picture=f"{task.key}.0", what="original", offset=0)
    assert answer["kind"] == "rejected"
    assert images[0].path.name in answer["message"]


@pytest.mark.parametrize(
    "fields", [{"what": "anything"}, {"what": None}, {"offset": -1}, {"offset": "0"}]
)
def test_bytes_that_make_no_sense_are_refused(fields: dict[str, object]) -> None:
    images = ew.generate("a fox", **ASK).result(20)
    page = Browser(ew.ImageGrid(images))
    asked = {"picture": f"{images.key}.0", "what": "original", "offset": 0, **fields}
    assert page.ask("bytes", **asked)[0]["kind"] == "rejected"


def test_a_piece_that_can_not_be_read_is_refused_at_once() -> None:
    """A page would wait for an answer, and ask for it again."""
    images = ew.generate("a fox", **ASK).result(20)
    page = Browser(ew.ImageGrid(images))
    told, _ = page.ask("bytes", picture=f"{images.key}.0", what="original", offset=10**40)
    assert told["kind"] == "rejected"
    assert told["message"] == "Something went wrong in the kernel."
