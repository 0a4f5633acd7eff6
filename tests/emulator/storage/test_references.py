"""Results derive from their references: ours are painted again, others are worked over."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from evolink_widgets.emulator.http.app import FILES_URL
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.emulator.storage import recognise as looks_module
from evolink_widgets.emulator.storage.recognise import Drawn, DrawnIndex

from ..conftest import Ask, Caller, Clock

SIZE = "1024x640"


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def apart(first: Image.Image, second: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


def photograph(tone: tuple[int, int, int] = (200, 40, 40)) -> Image.Image:
    """A ball on a table: nothing that was drawn here."""
    picture = Image.new("RGB", (900, 600), (150, 150, 160))
    pencil = ImageDraw.Draw(picture)
    pencil.rectangle((0, 400, 900, 600), fill=(120, 90, 60))
    pencil.ellipse((320, 180, 580, 440), fill=tone)
    return picture


def as_file(picture: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


@pytest.fixture
def upload(service: Service) -> Any:
    def put(data: bytes) -> str:
        return str(service.files.document(service.files.put(data), FILES_URL)["file_url"])

    return put


@pytest.fixture
def made(ask: Ask, clock: Clock, call: Caller) -> Any:
    """Ask, wait, and fetch the first picture: its link and its bytes."""

    def make(prompt: str, *references: str, **fields: Any) -> tuple[str, bytes]:
        more = {"image_urls": list(references)} if references else {}
        task = ask(prompt=prompt, quality="low", **more, **fields).json["id"]
        clock.now += 3600
        told = call("GET", f"/v1/tasks/{task}").json
        assert told["status"] == "completed", told
        return told["results"][0], call("GET", told["results"][0], key=None).body

    return make


def test_an_edit_of_our_own_picture_paints_the_same_scene_again(made: Any, upload: Any) -> None:
    _, fox = made("a fox in a meadow at noon")
    _, blue = made("make the fox blue", upload(fox))
    before, after = opened(fox), opened(blue)
    ground = (0, 560, 1024, 620)  # below the fox's paws, left of the mark
    assert apart(before.crop(ground), after.crop(ground)) < 6
    assert apart(before, after) > 2
    _, night = made("make it night", upload(fox))
    assert sum(ImageStat.Stat(opened(night)).mean) < 0.6 * sum(ImageStat.Stat(before).mean)


def test_a_result_is_a_reference_by_its_own_link_too(made: Any, upload: Any) -> None:
    link, fox = made("a fox in a meadow at noon")
    _, by_link = made("make the fox blue", link)
    _, by_file = made("make the fox blue", upload(fox))
    assert apart(opened(by_link), opened(by_file)) < 8


@pytest.mark.parametrize(
    ("kind", "how", "shrink"), [("JPEG", {"quality": 85}, 1), ("WEBP", {"quality": 80}, 2)]
)
def test_our_picture_is_known_again_in_another_format_and_size(
    made: Any, upload: Any, kind: str, how: dict[str, Any], shrink: int
) -> None:
    _, castle = made("a castle on a hill at noon")
    picture = opened(castle)
    small = picture.resize((picture.width // shrink, picture.height // shrink))
    _, night = made("make it night", upload(as_file(small, kind, **how)))
    _, known = made("make it night", upload(castle))
    assert apart(opened(night), opened(known)) < 8


def test_an_edit_of_an_edit_goes_on_from_there(made: Any) -> None:
    link, _ = made("a fox in a meadow at noon")
    link, blue = made("make the fox blue", link)
    _, snowed = made("in the snow", link)

    def coldness(data: bytes) -> float:
        red, _, blue = ImageStat.Stat(opened(data).crop((300, 200, 724, 560))).mean
        return blue - red

    _, fox_in_snow = made("in the snow", made("a fox in a meadow at noon")[0])
    assert coldness(snowed) > coldness(fox_in_snow) + 3
    assert apart(opened(blue), opened(snowed)) > 10


def test_a_photograph_is_worked_over_and_still_seen(made: Any, upload: Any) -> None:
    data = as_file(photograph(), "JPEG", quality=92)
    _, changed = made("in the snow", upload(data))
    picture = opened(changed)
    assert f"{picture.width}x{picture.height}" == SIZE
    assert 2 < apart(picture, photograph().resize(picture.size)) < 90


def test_the_same_ask_gives_the_same_picture_and_the_next_ask_another() -> None:
    def pictures() -> list[bytes]:
        clock = Clock()
        one = Service(clock=clock, seed=1)
        reference = one.files.put(as_file(photograph()))
        link = one.files.document(reference, FILES_URL)["file_url"]
        body = {"model": "gpt-image-2", "prompt": "make it night", "size": SIZE, "quality": "low",
                "n": 2, "image_urls": [link]}  # fmt: skip
        records = [one.create(body)[0] for _ in range(2)]
        clock.now += 3600
        return [one.picture(record.id, k)[0] for record in records for k in range(2)]

    first, second = pictures(), pictures()
    assert first == second
    assert len(set(first)) == 4


def test_a_link_to_elsewhere_has_a_stable_stand_in_after_its_name(made: Any) -> None:
    where = "https://example.com/pictures/red-fox_2.jpg"
    _, one = made("make it night", where)
    _, again = made("make it night", where)
    _, other = made("make it night", "https://example.com/pictures/lighthouse.jpg")
    assert apart(opened(one), opened(again)) < 8
    assert apart(opened(one), opened(other)) > 8


def test_several_references_come_together(made: Any, upload: Any) -> None:
    fox, _ = made("a fox in a meadow at noon")
    house, _ = made("a house by a lake")
    _, alone = made("together", fox)
    _, both = made("together", fox, house)
    assert apart(opened(alone), opened(both)) > 3
    ball = upload(as_file(photograph()))
    _, mixed = made("together", fox, ball)
    assert apart(opened(alone), opened(mixed)) > 3
    _, beside = made("both side by side", fox, ball)
    left, right = opened(beside).crop((0, 0, 500, 640)), opened(beside).crop((524, 0, 1024, 640))
    assert apart(left, right) > 20


def test_what_was_deleted_after_the_ask_still_serves_it(
    service: Service, upload: Any, ask: Ask, clock: Clock, call: Caller
) -> None:
    def pale(picture: bytes) -> float:
        return sum(ImageStat.Stat(opened(picture)).mean)

    link = upload(as_file(Image.new("RGB", (800, 600), (240, 240, 236))))
    task = ask(prompt="sharper", quality="low", image_urls=[link]).json["id"]
    service.files.delete(link.split("/")[-2])
    clock.now += 3600
    told = call("GET", f"/v1/tasks/{task}").json
    assert pale(call("GET", told["results"][0], key=None).body) > 600


def test_a_result_that_is_gone_fails_the_task_like_a_file_that_is(
    made: Any, ask: Ask, call: Caller, clock: Clock
) -> None:
    link, _ = made("a fox")
    clock.now += 25 * 3600
    unknown = link.replace("task-unified-", "task-unified-9")
    for gone in (link, unknown):
        task = ask(prompt="make it night", image_urls=[gone]).json["id"]
        clock.now += 3600
        told = call("GET", f"/v1/tasks/{task}").json
        assert told["error"]["code"] == "resource_not_found"


@pytest.mark.parametrize(
    "link",
    ["https://x.invalid/fox.png", "https://X.INVALID./fox.png", "https://pictures.test/fox.png",
     "http://localhost:8888/fox.png", "http://127.0.0.1/fox.png", "http://10.0.0.7/fox.png",
     "http://[::1]:8888/fox.png", "http://my-machine/fox.png", "http://nas.local/fox.png"],
)  # fmt: skip
def test_a_reference_that_no_service_can_reach_fails_its_task_uncharged(
    ask: Ask, call: Caller, clock: Clock, service: Service, link: str
) -> None:
    asked = ask(image_urls=["https://example.com/hare.png", link])
    assert asked.status == 200
    clock.now += 3600
    told = call("GET", f"/v1/tasks/{asked.json['id']}").json
    assert (told["status"], told["error"]["code"]) == ("failed", "image_processing_error")
    assert told["usage"]["credits_used"] == service.account.used == 0


def test_a_file_that_is_of_no_use_is_refused_though_another_cannot_be_reached(
    ask: Ask, upload: Any
) -> None:
    gif = upload(as_file(photograph(), "GIF"))
    assert ask(image_urls=["https://x.invalid/fox.png", gif]).status == 400


def test_references_are_billed_as_input_tokens_of_every_picture(ask: Ask) -> None:
    def reserved(count: int, n: int = 1) -> float:
        links = [f"https://example.com/{k}.png" for k in range(count)]
        more = {"image_urls": links} if count else {}
        return float(ask(n=n, **more).json["usage"]["credits_reserved"])

    one = 1536 * 0.0072 / 1000 * 68
    assert reserved(1) - reserved(0) == pytest.approx(one, abs=2e-4)
    assert reserved(3, n=2) - reserved(0, n=2) == pytest.approx(6 * one, abs=2e-4)


def test_what_was_drawn_is_known_to_the_next_process(tmp_path: Path, clock: Clock) -> None:
    memory = tmp_path / "memory.jsonl"
    first = Service(clock=clock, memory=memory)
    record, _ = first.create({"model": "gpt-image-2", "prompt": "a fox", "size": SIZE,
                              "quality": "low"})  # fmt: skip
    clock.now += 3600
    data, _ = first.picture(record.id, 0)
    second = Service(clock=clock, memory=memory)
    assert second.index.alike(data) == f"{record.id}/0"
    stored = second.files.put(data)
    link = second.files.document(stored, FILES_URL)["file_url"]
    edit, _ = second.create({"model": "gpt-image-2", "prompt": "make it night", "size": SIZE,
                             "quality": "low", "image_urls": [link]})  # fmt: skip
    assert edit.sources == (f"{record.id}/0",)
    clock.now += 3600
    third = Service(clock=clock, memory=memory)
    assert third.picture(edit.id, 0) == second.picture(edit.id, 0)


def test_looks_are_bounded_and_take_no_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks_module, "_MOST", 3)
    index = DrawnIndex()
    for number in range(5):
        picture = Image.new("RGB", (64, 40), (number * 50, 10, 200 - number * 40))
        index.remember(f"task-unified-1/{number}", as_file(picture), picture)
    assert index.alike(as_file(Image.new("RGB", (64, 40), (200, 10, 40)))) == "task-unified-1/4"
    assert index.alike(as_file(Image.new("RGB", (64, 40), (0, 10, 200)))) is None
    assert index.alike(b"no picture") is None
    assert not index.learn(Drawn("task-unified-2/0", "00", 1.0, "%%%"))
    assert not index.learn(Drawn("task-unified-2/0", "00", 1.0, "QUJD"))
