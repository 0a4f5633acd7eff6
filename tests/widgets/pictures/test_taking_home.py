"""All of a store goes home through the kernel, in pieces, and is taken in by another store."""

from __future__ import annotations

from pathlib import Path

import pytest

import evolink_widgets as ew
from evolink_widgets.store import Store
from evolink_widgets.widgets.base.transfers.outgoing_pictures import CHUNK

from ..conftest import Browser


def paint(count: int) -> list[ew.GeneratedImage]:
    return list(ew.generate("a fox", size="1024x640", quality="low", n=count).result(30))


@pytest.mark.parametrize("panel", [ew.Gallery, ew.ImageStudio])
def test_it_comes_in_pieces_and_a_piece_that_got_lost_comes_again(
    panel: type[ew.Gallery] | type[ew.ImageStudio], tmp_path: Path
) -> None:
    ew.configure(seed=1)  # by chance all could be small
    images = paint(4)
    widget = panel()
    page = Browser(widget)
    home = page.ask("hello")[0]["home"]
    assert (home["folder"], home["machine"]) == ("evolink_images", None)
    assert str(tmp_path) not in str(home), "a saved notebook tells of no folder"
    name = page.ask("home")[0]["home"]
    whole, total = b"", 1
    while len(whole) < total:
        asked = {"picture": name, "what": "home", "offset": len(whole)}
        told, (part,) = page.ask("bytes", **asked)
        assert page.ask("bytes", **asked)[1] == [part], "its answer may have been lost"
        total, whole = told["total"], whole + part
        assert len(part) <= CHUNK
    assert len(whole) > 2 * CHUNK
    passed = page.ask("bytes", picture=name, what="home", offset=0)[0]
    assert "has passed" in passed["message"]
    again = page.ask("bytes", picture=name, what="home", offset=len(whole))[0]
    assert "not known any more" in again["message"]
    (tmp_path / "home.zip").write_bytes(whole)
    mine = Store(tmp_path / "mine")
    assert mine.merge(tmp_path / "home.zip").pictures == 4
    mine.close()
    for image in images:
        assert (tmp_path / "mine" / image.path.name).read_bytes() == image.path.read_bytes()
    assert not list(tmp_path.glob("*.zip*"))[1:], "nothing is left beside the notebook"
    widget.close()


def test_where_the_machine_is_given_back_the_page_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    images = paint(1)
    for widget in (ew.Gallery(), ew.ImageStudio()):
        assert Browser(widget).ask("hello")[0]["home"]["machine"] == "Binder's"
        widget.close()
    some = ew.Gallery(images)
    assert Browser(some).ask("hello")[0]["home"] is None, "some pictures are not all of them"
    some.close()


def test_an_empty_store_says_that_there_is_nothing() -> None:
    widget = ew.Gallery()
    page = Browser(widget)
    ew.session().store.gallery.favourite([], True)  # the database is there, with nothing in it
    name = page.ask("home")[0]["home"]
    told = page.ask("bytes", picture=name, what="home", offset=0)[0]
    assert "nothing to take home" in told["message"]
    widget.close()
