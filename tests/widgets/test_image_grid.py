"""`ImageGrid`: a task's pictures while it runs, or saved ones."""

from __future__ import annotations

import pytest
from ipywidgets.widgets import widget

import evolink_widgets as ew

from .conftest import Browser

ASK = {"size": "1024x640", "quality": "low", "n": 2}


def test_a_task_is_shown_while_it_runs(tmp_path: object) -> None:
    task = ew.generate("a fox", **ASK)
    grid = ew.ImageGrid(task)
    page = Browser(grid)
    assert page.run(task.key, stage="done")["landed"] == [0, 1]
    page.pictures(task.key, 2)
    assert grid.images == tuple(task.images)


def test_saved_pictures_are_shown_without_a_task() -> None:
    images = ew.generate("a fox", **ASK).result(20)
    page = Browser(ew.ImageGrid(images, columns=1))
    told, _ = page.ask("hello")
    assert told["columns"] == 1
    assert [run["actions"] for run in told["runs"]] == [["saveAll"]]
    page.pictures(images.key, 2)
    rows = dict(page.ask("facts", picture=f"{images.key}.0")[0]["rows"])
    assert rows["Prompt"] == "a fox"
    assert page.ask("runAgain", key=images.key)[0]["kind"] == "rejected"


def test_one_picture_of_a_set_is_enough() -> None:
    images = ew.generate("a fox", **ASK).result(20)
    page = Browser(ew.ImageGrid([images[1]]))
    told, _ = page.ask("hello")
    assert [(run["key"], run["n"], run["landed"]) for run in told["runs"]] == [("pictures", 1, [0])]
    ((content, _),) = page.pictures("pictures", 1)
    assert (content["index"], content["name"]) == (0, images[1].path.name)


@pytest.mark.parametrize("source", ["a.png", [1, 2], 7])
def test_anything_else_is_refused_with_a_sentence(source: object) -> None:
    with pytest.raises(ew.ConfigurationError, match="ImageGrid shows"):
        ew.ImageGrid(source)


def test_a_closed_grid_hears_no_more() -> None:
    ew.weather("stuck")
    task = ew.generate("a fox", **ASK)
    grid = ew.ImageGrid(task)
    page = Browser(grid)
    page.run(task.key, actions=["stop"])
    grid.close()
    before = len(page.line.messages)
    ew.weather("fair")
    task.result(20)
    assert len(page.line.messages) == before


def test_a_host_that_knows_mime_bundles_only_gets_the_live_grid() -> None:
    task = ew.generate("a fox", **ASK)
    bundle = task._repr_mimebundle_()
    task.result(20)
    live = bundle["application/vnd.jupyter.widget-view+json"]["model_id"]
    Browser(widget._instances[live]).pictures(task.key, 2)
    assert bundle["text/plain"].startswith("<Task ")
    assert task._repr_mimebundle_()["text/html"].count("<img ") == 2
