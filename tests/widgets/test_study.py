"""`StudyView`: a study as the browser is told of it, one cell bought, and the copy that stays."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import traitlets
from PIL import Image
from services import InProcess, quick

import evolink_widgets as ew
from evolink_widgets.batches.study.study import Study
from evolink_widgets.connect import state

from .conftest import Browser

GIVEN: dict[str, Any] = {
    "prompt": ["a fox, {style}", "an owl, {style}"],
    "style": ["ink", "oil", "chalk"],
    "size": "816x816",
    "quality": "low",
}


def study(**more: Any) -> Study:
    return ew.study(**{**GIVEN, **more})


@pytest.fixture(autouse=True)
def service(quick_emulator: None, tmp_path: Path) -> Iterator[InProcess]:
    """An emulator that counts what it is asked for."""
    made = InProcess()
    session = made.session(tmp_path / "pictures", retry=quick())
    state.now.session = session
    yield made
    session.close()


@pytest.fixture
def posts(service: InProcess) -> Callable[[], int]:
    """How many requests the service has taken: what costs money."""
    return lambda: int(service.counts().get("accepted", 0))


def changed(place: int, letter: str) -> Any:
    return lambda told: (
        told.get("kind") == "cells" and any(one[:2] == [place, letter] for one in told["changes"])
    )


def test_a_page_is_told_of_every_cell_of_the_crossing() -> None:
    s = study(design="fraction", repeats=2, seed=1)
    page = Browser(s.grid(x="style", y="prompt"))
    welcome, _ = page.ask("hello")
    assert welcome["axes"] == [
        {"name": "prompt", "levels": ["a fox", "an owl"]},
        {"name": "style", "levels": ["ink", "oil", "chalk"]},
    ]
    assert sorted(welcome["letters"]) == [".", ".", ".", "d", "d", "d"]
    assert welcome["have"] == [0] * 6
    price = welcome["prices"][welcome["priced"][0]]
    assert float(price) == pytest.approx(s.estimate_of_all.high / 6, abs=0.01)
    assert welcome["simulated"] is True


def test_cells_fill_as_a_run_brings_them() -> None:
    s = study(repeats=2)
    view = s.grid()
    page = Browser(view)
    page.ask("hello")
    s.create().result(60)
    told, _ = page.wait(lambda one: one.get("kind") == "cells" and one["head"]["ended"])
    assert told["head"]["text"].startswith("6 of 6 cells")
    assert page.ask("hello")[0]["letters"] == "nnnnnn"
    assert len(view.images) == 12
    page.ask("want", view="v", places=["1.1", "0.0"])
    told, parts = page.wait(lambda one: one.get("kind") == "thumbs")
    assert told["pictures"][0] == {"id": "1.1"}
    assert len(Image.open(io.BytesIO(parts[0])).getbands()) >= 3
    cell, _ = page.ask("studyCell", place=1)
    assert cell["rows"][:2] == [["prompt", "a fox"], ["style", "oil"]]
    assert cell["rows"][2][0] == "would cost"
    assert [one["alt"] for one in cell["pictures"]] == [
        f"a fox, oil, picture {at} of 2, simulated" for at in (1, 2)
    ]
    piece, (part,) = page.ask("bytes", picture="1.0", what="preview", offset=0)
    assert piece["total"] >= len(part) > 0
    assert "ew.store.picture" in page.ask("code", picture="1.0")[0]["text"]
    page.ask("favourite", pictures=["1.0"], on=True)
    told, _ = page.wait(lambda one: one.get("kind") == "marks")
    assert told["pictures"][0]["id"] == "1.0"
    assert page.ask("studyCell", place=1)[0]["pictures"][0]["favourite"] is True


def test_what_the_store_has_is_shown_also_beside_the_design(posts: Callable[[], int]) -> None:
    study().create().result(60)
    later = study(design="fraction")
    bought = posts()
    view = later.grid()
    assert Browser(view).ask("hello")[0]["letters"] == "nnnnnn"
    assert posts() == bought, "looking buys nothing"


def test_a_cell_is_bought_once_however_often_it_is_pressed(posts: Callable[[], int]) -> None:
    s = study(design="fraction", repeats=2)
    page = Browser(s.grid())
    letters = page.ask("hello")[0]["letters"]
    place = letters.index(".")
    plain = page.tell("buyCell", place=place, press="p", ticket="t")
    assert page.answers(plain, 1)[0]["kind"] == "rejected", "no purchase without a press"
    assert posts() == 0
    first, second = page.press(), page.press()
    assert page.ask("buyCell", place=place, **first)[0]["kind"] == "ok"
    assert page.ask("buyCell", place=place, **second)[0]["kind"] == "rejected"
    assert page.ask("buyCell", place=place, **first)[0]["kind"] == "rejected"
    page.wait(changed(place, "n"))
    third, _ = page.ask("buyCell", place=place)
    assert "on its way" in third["message"]
    assert posts() == 1, "two repeats are one request"
    assert len(s) == 8, "the cell has joined the study"
    frame = s.create().result(60).to_frame()
    assert len(frame) == 8
    assert posts() == 4
    assert sum(row["credits"] for row in frame[-2:]) == 0, "it was paid for already"
    assert "1 cell bought by itself" in repr(s)


def test_a_page_with_a_limit_is_asked_first(posts: Callable[[], int]) -> None:
    s = study(design="fraction")
    page = Browser(s.grid())
    place = page.ask("hello")[0]["letters"].index(".")
    asked, _ = page.ask("buyCell", place=place, most=0)
    assert "would cost up to" in asked["asks"]["text"]
    assert posts() == 0
    assert page.ask("buyCell", place=place, most=asked["asks"]["most"])[0]["kind"] == "ok"
    page.wait(changed(place, "n"))


def test_a_cap_holds_for_a_cell_too(posts: Callable[[], int]) -> None:
    s = study(design="fraction")
    page = Browser(s.grid())
    place = page.ask("hello")[0]["letters"].index(".")
    ew.configure(budget=0.01)
    try:
        page.ask("buyCell", place=place)
        page.wait(changed(place, "f"))
    finally:
        ew.configure(budget=None)
    cell, _ = page.ask("studyCell", place=place)
    assert "0.01" in cell["why"]
    assert posts() == 0


def test_what_did_not_come_says_why_and_may_be_asked_for_again(service: InProcess) -> None:
    service.play("policy refusal", times=1)
    service.play("task failed", times=1, after=1)
    s = study()
    page = Browser(s.grid())
    s.create().result(60)
    letters = page.ask("hello")[0]["letters"]
    assert sorted(letters) == ["f", "f", "n", "n", "n", "n"]
    cells = [page.ask("studyCell", place=at)[0] for at, one in enumerate(letters) if one == "f"]
    assert sorted(cell["buys"] for cell in cells) == [False, True], "a refusal would be refused"
    assert all(cell["why"] for cell in cells)
    place = next(
        at for at, one in enumerate(letters)
        if one == "f" and page.ask("studyCell", place=at)[0]["buys"]
    )  # fmt: skip
    assert page.ask("buyCell", place=place)[0]["kind"] == "ok"
    page.wait(changed(place, "n"))


@pytest.mark.parametrize("place", [-1, 6, "x", None])
def test_a_page_can_ask_for_no_cell_that_is_not_there(place: object) -> None:
    page = Browser(study().grid())
    page.ask("hello")
    assert page.ask("studyCell", place=place)[0]["kind"] == "rejected"
    assert page.ask("buyCell", place=place)[0]["kind"] == "rejected"
    assert page.ask("bytes", picture=f"{place}.0", what="thumb", offset=0)[0]["kind"] == "rejected"


def test_axes_are_traits_and_named_once() -> None:
    s = ew.study("a {animal}, {style}, {time}", animal=["fox", "owl"], style=["ink", "oil", "wax"],
                 time=["dawn", "noon"])  # fmt: skip
    view = s.grid()
    assert (view.x, view.y, view.facet) == ("style", "animal", "")
    view = s.grid(y="time", facet="animal")
    assert (view.x, view.y, view.facet) == ("style", "time", "animal")
    view.x = "animal"
    with pytest.raises(traitlets.TraitError, match="x must be an axis of the study"):
        view.x = "colour"
    with pytest.raises(ew.ConfigurationError, match="y must be an axis"):
        s.grid(y="colour")
    with pytest.raises(ew.ConfigurationError, match="named twice"):
        s.grid(x="style", y="style")
    alone = ew.study("{a}", a=["x", "y"]).grid()
    assert (alone.x, alone.y) == ("a", "")


def test_a_plain_table_stays() -> None:
    s = study()
    s.create().result(60)
    view = s.grid(x="style", y="prompt")
    copy = view._static_html()
    assert copy.count("<img") == 6
    assert copy.count('scope="row"') == 2
    assert "prompt by style" in copy
    assert "Simulated · 6 of 6 cells" in copy
    assert len(copy) < 6 * 12_000
    assert view._static_picture()["image/jpeg"]


def test_a_figure_is_drawn_and_shows_nothing(tmp_path: Path) -> None:
    s = study(repeats=2)
    s.create().result(60)
    for name in ("grid.pdf", "grid.png", "grid.svg"):
        path = s.figure(tmp_path / name, x="style", y="prompt", width_cm=8.5, dpi=100)
        assert path.stat().st_size > 5_000
    pdf = (tmp_path / "grid.pdf").read_bytes()
    assert b"/FontFile2" in pdf, "text is text, in a font that is embedded"
    assert b"Pictures made by AI, simulated" in pdf
    with Image.open(tmp_path / "grid.png") as image:
        assert image.width == pytest.approx(8.5 / 2.54 * 100, abs=1)
    svg = (tmp_path / "grid.svg").read_text("utf-8")
    assert ">chalk</" in svg
    page = Browser(s.grid())
    page.ask("figure")
    piece, (part,) = page.ask("bytes", picture="", what="figure", offset=0)
    assert piece["type"] == "image/png"
    assert part[:4] == b"\x89PNG"
    with pytest.raises(ew.ConfigurationError, match="dest must end in"):
        s.figure(tmp_path / "grid.docx")
    with pytest.raises(ew.ConfigurationError, match="million pixels"):
        s.figure(tmp_path / "grid.png", dpi=5000)
