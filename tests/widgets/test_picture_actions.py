"""What can be done with pictures in every panel: favourites, one zip, a gallery of some of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

import evolink_widgets as ew

from .conftest import Browser

ASK: dict[str, Any] = {"size": "1024x640", "quality": "low", "n": 2}


def paint(prompt: str = "a fox") -> ew.ImageSet:
    return ew.generate(prompt, **ASK).result(30)


def ids(images: ew.ImageSet) -> list[str]:
    return [f"{images.key}.{image.index}" for image in images]


def test_a_picture_in_hand_knows_of_a_mark_that_was_set_in_a_gallery() -> None:
    images = paint()
    page = Browser(ew.Gallery())
    page.ask("favourite", pictures=ids(images)[1:], on=True)
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
        assert len([name for name in packed.namelist() if name.endswith(".png")]) == 2
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
