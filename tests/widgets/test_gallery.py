"""`Gallery`: everything in the store, as Python and the browser see it."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import traitlets
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.widgets.base.transfers.outgoing_pictures import CHUNK

from .conftest import Browser

ASK: dict[str, Any] = {"size": "1024x640", "quality": "low", "n": 2}
ALL: dict[str, Any] = {"query": {}}


@pytest.fixture
def gallery() -> Iterator[Callable[..., ew.Gallery]]:
    """Makes galleries, and closes them at the end."""
    made: list[ew.Gallery] = []

    def make(**traits: Any) -> ew.Gallery:
        made.append(ew.Gallery(**traits))
        return made[-1]

    yield make
    for one in made:
        one.close()


def paint(*prompts: str, **ask: Any) -> list[ew.GeneratedImage]:
    """Ask for pictures of each prompt, one after the other; newest last."""
    return [image for prompt in prompts for image in ew.generate(prompt, **ASK | ask).result(30)]


def ids(images: list[ew.GeneratedImage]) -> list[str]:
    return [f"{image.task_key}.{image.index}" for image in images]


def shown(page: Browser, **query: Any) -> set[str]:
    return {item["id"] for item in page.ask("page", query=query, offset=0, limit=60)[0]["items"]}


def eventually(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_it_counts_and_names_what_there_is(gallery: Callable[..., ew.Gallery]) -> None:
    images = paint("a fox", "a hare")
    page = Browser(gallery())
    assert page.ask("hello")[0]["folder"] == "evolink_images"
    told = page.ask("look", **ALL)[0]
    assert told["count"] == 4
    assert list(told["facets"]["size"]) == ["1024x640"]
    assert list(told["facets"]["quality"]) == ["low"]
    items = page.ask("page", query={}, offset=0, limit=60)[0]["items"]
    assert {item["id"] for item in items} == set(ids(images))
    assert {item["prompt"] for item in items[:2]} == {"a hare"}, "the newest first"
    assert {(item["width"], item["height"]) for item in items} == {(1024, 640)}


def test_it_opens_on_a_store_that_is_not_there_yet(gallery: Callable[..., ew.Gallery]) -> None:
    one = gallery()
    assert Browser(one).ask("look", **ALL)[0]["count"] == 0
    assert not one.images
    assert not Path("evolink_images").exists(), "looking makes nothing"


def test_small_pictures_come_in_messages_of_bytes(gallery: Callable[..., ew.Gallery]) -> None:
    wanted = ids(paint("a fox", n=3))
    page = Browser(gallery())
    assert page.ask("thumbs", view="a", pictures=wanted)[0]["kind"] == "ok"
    eventually(lambda: len(come(page)) == 3)
    assert list(come(page)) == wanted, "the most wanted first"
    for small in come(page).values():
        with Image.open(io.BytesIO(small)) as image:
            assert (image.format, image.size) == ("WEBP", (320, 200))


def come(page: Browser) -> dict[str, bytes]:
    """The small pictures that have come."""
    told = [one for one in list(page.line.messages) if one[0].get("kind") == "thumbs"]
    return {
        item["id"]: part
        for content, parts in told
        for item, part in zip(content["pictures"], parts, strict=True)
    }


def test_a_file_that_is_gone_says_so_in_its_place(gallery: Callable[..., ew.Gallery]) -> None:
    first, second = paint("a fox")
    first.path.unlink()
    page = Browser(gallery())
    page.tell("thumbs", view="a", pictures=ids([first, second]))
    content, parts = page.wait(lambda told: told.get("kind") == "thumbs")
    assert first.path.name in content["pictures"][0]["gone"]
    assert parts[0] == b""
    eventually(lambda: bool(come(page).get(ids([second])[0])))


def test_each_filter_leaves_out_what_does_not_fit(gallery: Callable[..., ew.Gallery]) -> None:
    fox = paint("a red fox", n=1)[0]
    hare = paint("a hare", n=1, quality="high", size="640x1024")[0]
    one = gallery()
    page = Browser(one)
    both = {*ids([fox, hare])}
    assert shown(page, text="FOX red") == {ids([fox])[0]}
    assert shown(page, quality="high") == shown(page, size="640x1024") == {ids([hare])[0]}
    assert shown(page, simulated=True) == shown(page, model="gpt-image-2") == both
    assert shown(page, simulated=False) == shown(page, favourite=True) == set()
    assert shown(page, since=hare.created_at) == {ids([hare])[0]}
    assert shown(page, until=hare.created_at) == {ids([fox])[0]}
    one.text = "hare"
    assert [image.path for image in one.images] == [hare.path]


@pytest.mark.parametrize(
    "query",
    [
        {"text": 7},
        {"text": None},
        {"favourite": 1},
        {"since": "yesterday"},
        {"since": True},
        {"simulated": "yes"},
        {"size": ["16:9"]},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    gallery: Callable[..., ew.Gallery], query: dict[str, object]
) -> None:
    page = Browser(gallery())
    for kind in ("look", "page", "ids"):
        assert page.ask(kind, query=query)[0]["kind"] == "rejected"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("page", {"offset": -1}),
        ("page", {"limit": "60"}),
        ("ids", {"to": 1.5}),
        ("code", {"picture": "no such"}),
        ("facts", {"picture": "k.99999999999"}),
        ("price", {"picture": None}),
        ("runAgain", {"picture": "k.0"}),
        ("favourite", {"pictures": ["../etc.passwd"]}),
        ("trash", {"pictures": [["k", 0]]}),
        ("bytes", {"picture": "k.0", "what": "original"}),
        ("bytes", {"picture": "k.0", "what": "passwords"}),
        ("bytes", {"picture": "/etc/passwd", "what": "zip"}),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_a_sentence(
    gallery: Callable[..., ew.Gallery], kind: str, fields: dict[str, object]
) -> None:
    paint("a fox", n=1)
    answer = Browser(gallery()).ask(kind, **fields)[0]
    assert answer["kind"] == "rejected"
    assert answer["message"].endswith(".")


def test_traits_come_from_both_sides(gallery: Callable[..., ew.Gallery]) -> None:
    one = gallery(size="16:9", favourite=True)
    page = Browser(one)
    page.set(text="fox", quality="high", trashed=True)
    assert one.query == ew_query(
        text="fox", size="16:9", quality="high", favourite=True, trashed=True
    )
    seen: list[Any] = []
    one.observe(lambda change: seen.append(len(change.new)), names="images")
    one.text = "hare"
    assert page.state("text") == "hare"
    eventually(lambda: bool(seen))


def ew_query(**fields: Any) -> Any:
    from evolink_widgets.store.gallery.rows.query import Query

    return Query(**fields)


def test_days_and_moments_are_taken_for_seconds(gallery: Callable[..., ew.Gallery]) -> None:
    day = date(2026, 11, 24)
    one = gallery(since=day, until=day)
    assert datetime.fromtimestamp(one.since) == datetime(2026, 11, 24)
    assert datetime.fromtimestamp(one.until) == datetime(2026, 11, 25), "to the end of the day"
    moment = datetime(2026, 11, 24, 12, 30)
    one.until = moment
    assert one.until == moment.timestamp()
    one.since = None
    for wrong in ("yesterday", True, float("inf"), timedelta(1)):
        with pytest.raises(traitlets.TraitError):
            one.since = wrong


def test_images_is_a_sequence_that_reads_as_it_is_used(
    gallery: Callable[..., ew.Gallery],
) -> None:
    images = paint("a fox", "a hare", n=3)
    found = gallery().images
    assert len(found) == 6
    assert {image.path for image in found} == {image.path for image in images}
    assert found[0].task_key == found[-4].task_key == images[-1].task_key
    assert [image.path for image in found[1:3]] == [found[1].path, found[2].path]
    assert [image.path for image in found[::-2]] == [found[5].path, found[3].path, found[1].path]
    with pytest.raises(IndexError, match="6 pictures"):
        found[6]
    paint("an owl", n=1)
    assert len(found) == 7, "it follows the store"


def test_the_selection_gives_its_pictures(gallery: Callable[..., ew.Gallery]) -> None:
    images = paint("a fox")
    one = gallery()
    Browser(one).set(selected=[ids(images)[1], "gone.0", ids(images)[0]])
    assert [image.path for image in one.selected_images] == [images[1].path, images[0].path]


def test_a_range_gives_ids_and_no_more_than_can_be_selected(
    gallery: Callable[..., ew.Gallery],
) -> None:
    paint("a fox", n=4)
    one = gallery()
    page = Browser(one)
    every = [f"{image.task_key}.{image.index}" for image in one.images]
    told = page.ask("ids", query={}, **{"from": 1, "to": 3})[0]
    assert told["ids"] == every[1:3]
    assert told["most"] >= 1000
    assert page.ask("ids", query={}, **{"from": 3, "to": 1})[0]["ids"] == []


def test_facts_and_code_of_a_picture(gallery: Callable[..., ew.Gallery]) -> None:
    image = paint("a fox")[0]
    page = Browser(gallery())
    rows = dict(page.ask("facts", picture=ids([image])[0])[0]["rows"])
    assert rows["Prompt"] == "a fox"
    assert rows["Model"] == "gpt-image-2"
    assert rows["File"] == image.path.name
    assert rows["Would cost"].endswith("credits"), "the receipt is known after the task is over"
    assert str(time.localtime().tm_year) in rows["Saved"]
    assert page.ask("code", picture=ids([image])[0])[0]["text"] == image.as_code()


def test_favourites_are_marked_and_found(gallery: Callable[..., ew.Gallery]) -> None:
    first, second = ids(paint("a fox"))
    page = Browser(gallery())
    page.ask("favourite", pictures=[second], on=True)
    page.wait(lambda told: told.get("kind") == "changed")
    assert shown(page, favourite=True) == {second}
    page.ask("favourite", pictures=[first, second], on=False)
    assert shown(page, favourite=True) == set()


def test_deleting_goes_to_the_trash_and_can_be_undone(gallery: Callable[..., ew.Gallery]) -> None:
    images = paint("a fox")
    first, second = ids(images)
    page = Browser(gallery())
    assert page.ask("trash", pictures=[first])[0]["count"] == 1
    assert not images[0].path.exists()
    assert shown(page) == {second}
    assert shown(page, trashed=True) == {first}
    page.ask("thumbs", view="a", pictures=[first])
    eventually(lambda: bool(come(page).get(first)))
    assert page.ask("restore", pictures=[first])[0]["count"] == 1
    assert images[0].path.exists()
    assert shown(page) == {first, second}


def test_emptying_the_trash_deletes_for_good_and_says_what_it_freed(
    gallery: Callable[..., ew.Gallery],
) -> None:
    first, *others = sorted(ids(paint("a fox")))
    page = Browser(gallery())
    page.ask("trash", pictures=[first])
    answer = page.ask("emptyTrash")[0]
    assert (answer["kind"], answer["count"]) == ("ok", 1)
    assert answer["text"].startswith("1 picture deleted, ")
    assert shown(page, trashed=True) == set()
    assert shown(page) == set(others)
    assert page.ask("restore", pictures=[first])[0]["count"] == 0
    assert page.ask("emptyTrash")[0]["count"] == 0


def test_asking_again_tells_the_price_first_and_pays_once(
    gallery: Callable[..., ew.Gallery],
) -> None:
    images = paint("a fox")
    one = gallery()
    page = Browser(one)
    name = ids(images)[0]
    price = page.ask("price", picture=name)[0]["text"]
    assert price.startswith("Ask again for 2 pictures: would cost about ")
    assert "credits" in price
    assert "Nothing is charged" in price
    assert len(one.images) == 2, "a price buys nothing"
    # The same request twice: the answer was lost, and the person pressed once.
    ask = {"kind": "runAgain", "id": "same", "picture": name, **page.press()}
    page.say(ask)
    page.say(ask)
    (answer, *more) = page.answers("same", 1)
    assert answer["kind"] == "accepted"
    page.run(answer["run"]["key"], stage="done")
    assert more == []
    eventually(lambda: len(one.images) == 4)
    assert len(ew.spending()) == 2
    page.wait(lambda told: told.get("kind") == "changed")
    assert {image.task_key for image in one.images} == {images[0].task_key, answer["run"]["key"]}


def test_a_task_that_is_asked_again_can_be_stopped(gallery: Callable[..., ew.Gallery]) -> None:
    name = ids(paint("a fox"))[0]
    ew.weather("stuck")
    page = Browser(gallery())
    key = page.ask("runAgain", picture=name)[0]["run"]["key"]
    page.run(key, stage="processing")
    assert [run["key"] for run in page.ask("hello")[0]["runs"]] == [key]
    page.ask("stop", key=key)
    assert page.run(key, stage="stopped")["actions"][0] == "resume"


def test_pictures_that_land_while_it_is_open_are_told(gallery: Callable[..., ew.Gallery]) -> None:
    page = Browser(gallery())
    assert page.ask("look", **ALL)[0]["count"] == 0
    paint("a fox")  # by another cell: the gallery has nothing to do with it
    page.wait(lambda told: told.get("kind") == "changed")
    assert page.ask("look", **ALL)[0]["count"] == 2


def test_what_another_kernel_does_is_told(
    gallery: Callable[..., ew.Gallery], tmp_path: Path
) -> None:
    from evolink_widgets.store.store import Store

    images = paint("a fox")
    page = Browser(gallery())
    page.ask("look", **ALL)
    other = Store(tmp_path / "evolink_images")
    other.gallery.trash([(images[0].task_key, images[0].index)], now=time.time())
    page.wait(lambda told: told.get("kind") == "changed")
    assert page.ask("look", **ALL)[0]["count"] == 1
    other.close()


def test_many_are_packed_beside_the_notebook_and_fetched_in_pieces(
    gallery: Callable[..., ew.Gallery], tmp_path: Path
) -> None:
    images = paint("a city at night", size="1024x1024", quality="high", n=2)
    page = Browser(gallery())
    told = page.ask("zip", pictures=ids(images))[0]
    path = Path(told["path"])
    assert path.parent == tmp_path
    assert "2 pictures" in told["text"]
    assert path.name in told["text"]
    with zipfile.ZipFile(path) as packed:
        assert "manifest.json" in packed.namelist()
        assert len(packed.namelist()) >= 3
    whole, total = b"", 1
    while len(whole) < total:
        piece, (part,) = page.ask("bytes", picture=told["zip"], what="zip", offset=len(whole))
        total = piece["total"]
        assert piece["name"] == path.name
        assert 0 < len(part) <= CHUNK
        whole += part
    assert whole == path.read_bytes()
    second = page.ask("zip", pictures=ids(images[:1]))[0]
    assert second["path"] != told["path"], "nothing is overwritten"
    images[0].path.unlink()
    assert "1 of 2 pictures" in page.ask("zip", pictures=ids(images))[0]["text"]
    assert page.ask("zip", pictures=ids(images[:1]))[0]["kind"] == "rejected"


def test_the_originals_are_fetched_by_their_ids(gallery: Callable[..., ew.Gallery]) -> None:
    image = paint("a fox", n=1)[0]
    told, (part,) = Browser(gallery()).ask(
        "bytes", picture=ids([image])[0], what="original", offset=0
    )
    assert told["name"] == image.path.name
    assert image.bytes.startswith(part)


def test_a_saved_notebook_shows_the_newest_and_how_many(
    gallery: Callable[..., ew.Gallery],
) -> None:
    one = gallery()
    assert "No pictures yet in evolink_images" in one._static_html()
    paint("a fox & <b>hare</b>", n=4)
    paint("an owl", n=10)
    markup = one._static_html()
    assert markup.count("<img") == 12
    assert "14 pictures in evolink_images" in markup
    assert "<b>hare" not in markup
    assert str(Path.cwd()) not in markup
    assert len(markup) < 150_000


def test_its_state_stays_small(gallery: Callable[..., ew.Gallery]) -> None:
    paint("a fox", n=4)
    one = gallery()
    state = {name: value for name, value in one.get_state().items() if name not in ("_esm", "_css")}
    assert len(str(state)) < 1500
    assert repr(one) == "<Gallery of evolink_images>"


def test_a_damaged_store_is_a_sentence(gallery: Callable[..., ew.Gallery], tmp_path: Path) -> None:
    one = gallery()
    (tmp_path / "evolink_images").mkdir()
    (tmp_path / "evolink_images" / "evolink.sqlite").write_bytes(b"no database at all" * 100)
    answer = Browser(one).ask("look", **ALL)[0]
    assert answer["kind"] == "rejected"
    assert "evolink.sqlite" in answer["message"]


def test_handlers_answer_without_waiting_for_the_database(
    gallery: Callable[..., ew.Gallery],
) -> None:
    paint("a fox")
    one = gallery()
    page = Browser(one)
    with one._backend.store.database._lock:  # a long read
        name = page.tell("look", **ALL)
        assert page.ask("thumbs", view="a", pictures=[])[0]["kind"] == "ok"
        assert [m for m, _ in page.line.messages if m.get("id") == name] == []
    assert page.answers(name, 1)[0]["count"] == 2


def test_a_closed_gallery_hears_no_more(gallery: Callable[..., ew.Gallery]) -> None:
    one = gallery()
    page = Browser(one)
    page.ask("look", **ALL)
    one.close()
    before = len(page.line.messages)
    paint("a fox")
    assert len(page.line.messages) == before
