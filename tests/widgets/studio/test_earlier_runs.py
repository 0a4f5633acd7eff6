"""A studio whose cell was run again keeps its log: it offers the earlier runs of the notebook."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import evolink_widgets as ew

from ..conftest import Browser

ASK: dict[str, Any] = {"size": "1024x640", "quality": "low", "n": 2}


@pytest.fixture(autouse=True)
def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test asks from a notebook of this name, whatever runs it."""
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "winter.ipynb", raising=False)


def offered(page: Browser, count: int) -> dict[str, Any]:
    return page.wait(lambda told: told.get("kind") == "earlier" and told["count"] == count)[0]


def opened() -> tuple[ew.ImageStudio, Browser]:
    studio = ew.ImageStudio()
    page = Browser(studio)
    page.ask("hello")
    return studio, page


def test_what_was_made_before_the_cell_ran_again_is_offered_and_shown() -> None:
    before = ew.ImageStudio(prompt="a fox", **ASK)
    sets = [before.run().result(30), ew.generate("a hare", **ASK).result(30)]
    studio, page = opened()
    assert offered(page, 2)["text"] == "2 earlier runs of this notebook"
    assert studio.images == (), "until they are asked for"

    shown = page.ask("earlier")[0]["runs"]
    assert [(run["key"], run["title"]) for run in shown] == [
        (images.key, "Done") for images in reversed(sets)
    ], "the newest first"
    assert all(run["charge"]["text"].endswith("credits") for run in shown)
    for images in sets:
        page.pictures(images.key, 2)
    page.state("selected")
    assert offered(page, 0)["text"] == ""
    assert studio.images == (*sets[0], *sets[1]), "the oldest first"

    studio.selected = [f"{sets[1].key}.1"]
    assert studio.selected_images == (sets[1][1],)
    assert page.ask("code", picture=f"{sets[0].key}.0")[0]["text"] == sets[0][0].as_code()
    assert studio._static_html().count("<img ") == 4

    again = page.ask("runAgain", key=sets[0].key)[0]["run"]
    assert page.run(again["key"], stage="done")["landed"] == [0, 1]
    told = page.ask("hello")[0]["runs"]
    assert [run["key"] for run in told] == [sets[0].key, sets[1].key, again["key"]]


def test_a_run_that_goes_on_is_followed() -> None:
    ew.weather("stuck")
    task = ew.ImageStudio(prompt="a fox", **ASK).run()
    _, page = opened()
    offered(page, 1)
    assert page.ask("earlier")[0]["runs"] == []
    page.run(task.key, ended=False)
    ew.weather("fair")
    assert page.run(task.key, stage="done")["landed"] == [0, 1]


def test_what_later_cells_ask_for_is_no_earlier_run() -> None:
    ew.generate("a fox", **ASK).result(30)
    studio = ew.ImageStudio()
    ew.generate("an owl that has come", **ASK).result(30)
    ew.weather("stuck")
    going = ew.generate("a hare that goes on", **ASK)
    page = Browser(studio)  # as in Run All: later cells have asked before the page is there
    page.ask("hello")
    offered(page, 1)
    assert [run["prompt"] for run in page.ask("earlier")[0]["runs"]] == ["a fox"]
    offered(page, 0)
    ew.weather("fair")
    going.result(30)


def test_twenty_are_shown_at_once_then_those_before_them() -> None:
    for number in range(22):
        ew.generate(f"fox {number}", **ASK | {"n": 1}).result(30)
    studio, page = opened()
    offered(page, 22)
    assert len(page.ask("earlier")[0]["runs"]) == 20
    offered(page, 2)
    assert [run["prompt"] for run in page.ask("earlier")[0]["runs"]] == ["fox 1", "fox 0"]
    prompts = [image.recipe.request.prompt for image in studio.images]
    assert prompts == [f"fox {number}" for number in range(22)]


def test_pictures_that_the_store_answers_with_are_not_offered_a_second_time() -> None:
    ew.generate("a fox", **ASK).result(30)
    studio = ew.ImageStudio(prompt="a fox", **ASK)
    studio.reuse().result(30)
    page = Browser(studio)
    page.ask("hello")
    offered(page, 0)


@pytest.mark.parametrize("name", ["another.ipynb", None])
def test_another_notebooks_runs_are_its_own(
    name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ew.generate("a fox", **ASK).result(30)
    trashed = ew.generate("a hare", **ASK).result(30)
    ew.session().store.gallery.trash([(one.task_key, one.index) for one in trashed], now=1.0)
    offered(opened()[1], 1)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", name)
    offered(opened()[1], 0)
