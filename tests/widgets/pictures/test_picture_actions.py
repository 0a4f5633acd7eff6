"""What can be done with pictures in every panel alike, and what other panels are told of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ipywidgets.widgets.widget import _instances

import evolink_widgets as ew
from evolink_widgets.widgets.pictures import picture_panel
from evolink_widgets.widgets.studio import references

from ..conftest import Browser

ASK: dict[str, Any] = {"size": "1024x640", "quality": "low", "n": 2}


def paint(prompt: str = "a fox") -> ew.ImageSet:
    return ew.generate(prompt, **ASK).result(30)


def ids(images: ew.ImageSet) -> list[str]:
    return [f"{images.key}.{image.index}" for image in images]


def test_a_picture_in_hand_knows_of_a_mark_that_was_set_in_a_gallery() -> None:
    images = paint()
    page = Browser(ew.Gallery())
    answer, _ = page.ask("favourite", pictures=ids(images)[1:], on=True)
    assert answer.get("count") == 1, answer
    assert [image.favourite for image in images] == [False, True]
    page.ask("favourite", pictures=ids(images), on=False)
    assert not any(image.favourite for image in images)


@pytest.mark.parametrize("panel", ["studio", "grid", "mixed grid", "gallery"])
def test_favourites_are_marked_in_every_panel(panel: str) -> None:
    images = paint()
    names = ids(images)
    if panel == "studio":
        studio = ew.ImageStudio(prompt="a fox", **ASK)
        names = [f"{studio.reuse().key}.{place}" for place in range(2)]
        page = Browser(studio)
        page.pictures(names[0].partition(".")[0], 2)
    elif panel == "gallery":
        page = Browser(ew.Gallery())
    else:
        page = Browser(ew.ImageGrid(images if panel == "grid" else images[::-1]))
        names = names if panel == "grid" else ["pictures.1", "pictures.0"]
    assert page.ask("favourite", pictures=names[:1], on=True)[0]["count"] == 1
    assert [image.favourite for image in images] == [True, False]
    if panel != "gallery":
        page.ask("hello")
        page.wait(lambda told: told.get("kind") == "picture" and told["favourite"])
        refused = page.ask("favourite", pictures=["nobody.0"], on=True)[0]
        assert "no such picture" in refused["message"]


def test_python_marks_favourites_too() -> None:
    images = paint()
    ew.store.favourite(images)
    assert all(image.favourite for image in images)
    ew.store.favourite(images[0], on=False)
    assert [image.favourite for image in images] == [False, True]


def test_the_pictures_of_a_run_are_one_zip_that_leaves_nothing_beside_the_notebook(
    tmp_path: Path,
) -> None:
    images = paint()
    page = Browser(ew.ImageGrid(images))
    before = set(tmp_path.iterdir())
    told = page.ask("zip", pictures=ids(images))[0]
    piece, (data,) = page.ask("bytes", picture=told["zip"], what="zip", offset=0)
    while len(data) < piece["total"]:
        data += page.ask("bytes", picture=told["zip"], what="zip", offset=len(data))[1][0]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert len([name for name in packed.namelist() if name.endswith((".png", ".webp"))]) == 2
    assert set(tmp_path.iterdir()) == before


def test_a_gallery_of_some_pictures_shows_those_alone() -> None:
    foxes, hares = paint(), paint("a hare")
    chosen = [hares[1], foxes[0]]
    gallery = ew.Gallery(chosen)
    assert set(gallery.images) == set(chosen)
    page = Browser(gallery)
    assert page.ask("look", query={})[0]["count"] == 2
    found = page.ask("page", query={"text": "fox"}, offset=0, limit=60)[0]["items"]
    assert [item["id"] for item in found] == [f"{foxes.key}.0"]
    assert len(page.ask("ids", query={}, **{"from": 0, "to": 9})[0]["ids"]) == 2
    gallery.text = "hare"
    assert list(gallery.images) == [hares[1]]
    assert gallery._static_html().count("<img ") == 2
    assert list(ew.Gallery([]).images) == []


def test_a_gallery_refuses_what_is_not_its_stores(tmp_path: Path) -> None:
    images = paint()
    with pytest.raises(ew.ConfigurationError, match=r"pictures\[1\] must be a saved picture"):
        ew.Gallery([images[0], "fox.png"])  # type: ignore[list-item]
    ew.configure(store=tmp_path / "another")
    with pytest.raises(ew.ConfigurationError, match=r"pictures\[0\] is of another store"):
        ew.Gallery(images)


PANELS = ["studio", "grid", "mixed grid", "gallery"]


def open_panel(panel: str, images: ew.ImageSet) -> tuple[Browser, list[str]]:
    """A panel with the pictures of a set in it, and their ids there."""
    if panel == "studio":
        studio = ew.ImageStudio(prompt=images[0].recipe.request.prompt, **ASK)
        key = studio.reuse().key
        page = Browser(studio)
        page.pictures(key, 2)
        return page, [f"{key}.{place}" for place in range(2)]
    if panel == "gallery":
        return Browser(ew.Gallery()), ids(images)
    if panel == "grid":
        return Browser(ew.ImageGrid(images)), ids(images)
    return Browser(ew.ImageGrid(images[::-1])), ["pictures.1", "pictures.0"]


@pytest.mark.parametrize("panel", PANELS)
def test_a_picture_goes_to_the_trash_from_every_panel_and_comes_back(panel: str) -> None:
    images = paint()
    page, names = open_panel(panel, images)
    assert page.ask("trash", pictures=names[:1])[0]["count"] == 1
    assert [image.trashed for image in images] == [True, False]
    assert not images[0].path.exists()
    assert page.ask("restore", pictures=names[:1])[0]["count"] == 1
    assert images[0].path.exists()
    assert not images[0].trashed


@pytest.mark.parametrize("panel", PANELS)
def test_a_picture_is_asked_for_again_in_every_panel_once_its_price_was_told(panel: str) -> None:
    images = paint()
    page, names = open_panel(panel, images)
    price = page.ask("price", picture=names[1])[0]["text"]
    assert price.startswith("Ask again for 2 pictures: would cost about 0.")
    run = page.ask("runAgain", picture=names[1])[0]["run"]
    page.run(run["key"], stage="done")
    assert run["prompt"] == "a fox"
    made = {one.task_key for one in ew.Gallery().images}
    assert made == {images.key, run["key"]}, "bought anew, and once"


@pytest.mark.parametrize("panel", PANELS[:3])
def test_a_mark_that_is_set_elsewhere_reaches_an_open_panel(panel: str) -> None:
    images = paint()
    page, names = open_panel(panel, images)
    ew.store.favourite(images[0])
    told = page.wait(lambda told: told["kind"] == "marks")[0]["pictures"]
    assert told == [{"id": names[0], "favourite": True, "trashed": False}]
    gallery = Browser(ew.Gallery())
    gallery.ask("trash", pictures=ids(images))

    def is_trashed(told: dict[str, Any]) -> bool:
        return told["kind"] == "marks" and all(one["trashed"] for one in told["pictures"])

    told = page.wait(is_trashed)[0]["pictures"]
    assert {one["id"]: one["favourite"] for one in told} == {names[0]: True, names[1]: False}
    # A page that comes later is told with the picture itself, which is shown from its small copy.
    page.line.messages.clear()
    page.ask("hello")
    content, (thumb,) = page.wait(lambda told: told["kind"] == "picture" and told["trashed"])
    assert thumb
    assert "not there" not in content["alt"]


def test_a_mark_that_python_sets_reaches_an_open_gallery() -> None:
    images = paint()
    page = Browser(ew.Gallery())
    ew.store.favourite(images)
    page.wait(lambda told: told["kind"] == "changed")


def test_a_closed_panel_is_told_nothing_and_one_of_other_pictures_neither() -> None:
    foxes, hares = paint(), paint("a hare")
    closed, other = ew.ImageGrid(foxes), ew.ImageGrid(hares)
    lines = [Browser(closed).line, Browser(other).line]
    closed.close()
    ew.store.favourite(foxes)
    ew.store.favourite(hares)
    Browser(other).wait(lambda told: told["kind"] == "marks")
    told = [[m["pictures"] for m, _ in line.messages if m["kind"] == "marks"] for line in lines]
    assert told[0] == []
    assert {one["id"] for some in told[1] for one in some} == set(ids(hares))


@pytest.mark.parametrize("panel", PANELS)
def test_two_pictures_are_compared_in_every_panel(panel: str) -> None:
    images = paint()
    page, names = open_panel(panel, images)
    told = page.ask("compare", pictures=names)[0]
    made = _instances[told["model"]]
    assert isinstance(made, ew.ImageCompare)
    assert Browser(made).ask("hello")[0]["pictures"][0]["alt"] == images[0].alt
    again = eval(told["code"], {"ew": ew})
    assert again.prompts == ("a fox", "a fox")
    # There is one at a time, and none once it is not seen.
    second = page.ask("compare", pictures=names[::-1])[0]["model"]
    assert made.comm is None
    page.ask("compared")
    assert second not in _instances


def test_one_picture_is_compared_with_the_one_it_was_made_from() -> None:
    (fox,) = ew.generate("a fox", **ASK | {"n": 1}).result(30)
    night = fox.edit("make it night").result(30)
    page = Browser(ew.ImageGrid(night))
    told = page.ask("compare", pictures=ids(night))[0]
    assert _instances[told["model"]].prompts == ("a fox", "make it night")
    page = Browser(ew.ImageGrid(fox))
    refused = page.ask("compare", pictures=[f"{fox.task_key}.0"])[0]
    assert refused["message"].startswith("There is nothing to compare it with.")
    assert "Select another picture" in refused["message"]


@pytest.mark.parametrize("panel", PANELS[1:])
@pytest.mark.parametrize("edits", [False, True])
def test_pictures_go_from_any_panel_into_the_tray_of_the_studio_in_use(
    panel: str, edits: bool
) -> None:
    images = paint()
    unused, studio = Browser(ew.ImageStudio()), Browser(ew.ImageStudio())
    for one in (studio, unused, studio):
        one.ask("hello")
    page, names = open_panel(panel, images)
    asked = page.tell("refer", pictures=names[:1], edits=edits)
    told = studio.wait(lambda told: told["kind"] == "refer")[0]
    studio.ask("referred")
    card = studio.ask("take", reference=told["references"][0])[0]["card"]
    assert card["facts"].startswith("1,024 × 640 px")
    wanted = {"size": "1024x640", "resolution": "1K", "quality": "low"}
    assert told["fields"] == (wanted if edits else None)
    (answer,) = page.answers(asked, 1)
    assert answer["code"] is None
    assert "studio" in answer["text"].lower()
    assert not [m for m, _ in unused.line.messages if m["kind"] == "refer"]


def test_without_a_studio_the_line_of_code_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_panel, "HANDOVER", 0.01)
    monkeypatch.setattr(references, "HANDOVER", 0.01)
    images = paint()
    gone = Browser(ew.ImageStudio())
    gone.ask("hello")  # its page has gone since, and answers no more
    page = Browser(ew.Gallery())
    told = page.ask("refer", pictures=ids(images), edits=False)[0]
    assert told["text"].startswith("No studio is open")
    lines = [image.as_code().splitlines()[-1] for image in images]
    assert told["code"] == f'ew.generate("…", references=[{", ".join(lines)}])'
    told = page.ask("refer", pictures=ids(images)[:1], edits=True)[0]
    assert told["code"] == f'{lines[0]}.edit("…")'
