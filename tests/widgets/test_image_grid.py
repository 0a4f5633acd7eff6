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


def test_captions_and_groups_stand_with_their_pictures() -> None:
    images = ew.generate("a fox", **{**ASK, "n": 3}).result(20)
    grid = ew.ImageGrid(
        images,
        captions=["calm", None, "wild " * 90],
        groups=lambda image: ["b", "a"][image.index % 2],
    )
    assert grid.images == tuple(images), "in the order in which they were given"
    page = Browser(grid)
    told, _ = page.ask("hello")
    # The page puts each run above those before it: the first group is told last.
    first, second = reversed(told["runs"])
    assert (first["title"], first["landed"], first["captions"][0]) == ("b", [0, 1], "calm")
    assert len(first["captions"][1]) == 200
    assert (second["title"], second["captions"]) == ("a", [""])
    page.pictures(first["key"], 2)
    grid.selected = [f"{first['key']}.1", f"{second['key']}.0"]
    assert grid.selected_images == (images[2], images[1])
    copy = grid._static_html()
    assert copy.count("<img ") == 3
    assert copy.index("b: calm") < copy.index(">a")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"captions": ["one"]}, "captions must be as many as the pictures, 2; it has 1"),
        ({"groups": "ab"}, "groups must be one for each picture"),
    ],
)
def test_captions_and_groups_that_do_not_fit_are_refused(
    given: dict[str, object], said: str
) -> None:
    images = ew.generate("a fox", **ASK).result(20)
    with pytest.raises(ew.ConfigurationError, match=said):
        ew.ImageGrid(images, **given)  # type: ignore[arg-type]
    with pytest.raises(ew.ConfigurationError, match="belong to saved pictures"):
        ew.ImageGrid(ew.generate("a fox", **ASK), **given)  # type: ignore[arg-type]


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
