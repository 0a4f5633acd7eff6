"""Runs from before: what a studio offers under its log, and saved pictures with captions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import DONE, Bench
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]


def offer(one: Bench, count: int) -> Locator:
    text = f"{count} earlier runs of this notebook" if count else ""
    one.js("told => kernel.tell({ kind: 'earlier', ...told })", {"count": count, "text": text})
    return one.root.get_by_role("group", name="Earlier runs")


def past_run(key: str) -> dict[str, Any]:
    """A finished run as Python tells of it, its pictures to come."""
    return {"n": 1, "landed": [0], "prompt": f"a {key}", **DONE, "key": key}


def test_earlier_runs_stand_under_the_log_once_they_are_asked_for(bench: Opener) -> None:
    one = bench()
    assert offer(one, 0).is_hidden()
    newest = one.done(n=1, prompt="the newest")
    group = offer(one, 6)
    expect(group).to_have_text("6 earlier runs of this notebookShow")
    one.js(
        """runs => { kernel.answers.earlier = () => ({
            kind: "shown",
            runs: runs.map((run) => ({ ...kernel.run(run), ...run })),
            after: [[{ kind: "earlier", count: 4, text: "4 earlier runs of this notebook" }, []]],
        }) }""",
        [past_run("hare"), past_run("fox")],
    )
    group.get_by_role("button", name="Show").focus()
    one.page.keyboard.press("Enter")
    runs = one.root.get_by_role("article")
    expect(runs).to_have_count(3)
    for place, prompt in enumerate(("the newest", "a hare", "a fox")):
        expect(runs.nth(place)).to_contain_text(prompt)
    expect(runs.nth(1).get_by_role("gridcell")).to_be_focused()
    expect(group).to_contain_text("4 earlier runs")
    assert "2 earlier runs shown." in one.told()
    assert one.js("key => kernel.runs[0].key === key", newest)
    offer(one, 0)
    expect(group).to_be_hidden()


def test_without_a_kernel_nothing_can_be_shown(bench: Opener) -> None:
    one = bench()
    button = offer(one, 6).get_by_role("button", name="Show")
    expect(button).to_be_enabled()
    one.js("() => model.fire('comm:close')")
    expect(button).to_be_disabled()


def test_a_caption_stands_under_its_picture_and_is_read_before_its_words(bench: Opener) -> None:
    one = bench(widget="image_grid")
    long = "wild " * 40
    key = one.show(n=3, landed=[0, 2], captions=["calm <b>", "", long])
    one.land(key, 0, 2)
    cells = one.root.get_by_role("gridcell")
    expect(cells.nth(0)).to_have_accessible_name("Picture 1 of 3: calm <b>: " + alt(one, 0))
    caption = cells.nth(0).get_by_text("calm <b>")
    expect(caption).to_be_visible()
    box, tile = caption.bounding_box(), cells.nth(0).bounding_box()
    assert box is not None
    assert tile is not None
    assert box["y"] >= tile["y"] + tile["height"]
    wide = cells.nth(2).get_by_text("wild").bounding_box()
    assert wide is not None
    assert wide["width"] <= tile["width"] + 1
    expect(cells.nth(1).locator(".ew-caption")).to_have_count(0)


def alt(one: Bench, index: int) -> str:
    found = one.root.get_by_role("gridcell").nth(index).locator("img").get_attribute("alt")
    assert found is not None
    return found
