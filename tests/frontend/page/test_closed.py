"""A view that is closed leaves nothing: no picture in memory, and no clock that goes on."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
import rank_bench
import study_bench
from bench import Bench, files, scene
from playwright.sync_api import expect

Opener = Callable[..., Bench]

BATCH: dict[str, Any] = {
    "state": {
        "title": "Done", "head": "9 of 9 pictures", "parts": [], "money": "", "badge": "",
        "purse": {"paid": 0, "least": 0, "most": 0, "cap": None}, "begun": True, "ended": True,
        "paused": False, "waits": False, "why": "", "unsent": 0,
    },
    "failures": [], "plan": None, "cells": "n" * 9, "pips": "",
}  # fmt: skip
REVIEW = {"letters": "." * 9, "judge": "ana", "others": 0, "name": "store",
          "now": 1_795_500_000.0, "badge": ""}  # fmt: skip
#: A batch's page is given its small pictures by the test: the stub has none.
GIVES = """data => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    kernel.tell({ kind: "thumbs", pictures: [{ id: "3" }] }, [new DataView(bytes.buffer)]);
}"""


def how(widget: str) -> dict[str, Any]:
    """What a widget's page is opened with."""
    if widget == "rank":
        return {"plan": rank_bench.plan()}
    if widget == "study":
        return {"plan": study_bench.plan(), "traits": study_bench.TRAITS}
    welcome = {"batch": BATCH, "review": REVIEW}[widget]
    return {"plan": {"welcome": welcome, "files": files(), "review": {}}}


@pytest.mark.parametrize("widget", ["batch", "review", "rank", "study"])
def test_the_pictures_of_a_closed_view_are_given_back(bench: Opener, widget: str) -> None:
    one = bench(widget=widget, **how(widget))
    if widget == "rank":
        one.js(rank_bench.SERVES, [rank_bench.thumbs()])
    one.js("() => view()")
    one.count_urls()
    one.js("async () => { window.view = await draw() }")
    if widget == "batch":
        expect(one.root.get_by_role("gridcell").first).to_be_visible()
        one.js(GIVES, base64.b64encode(scene(0, 48, 48)).decode())
    if widget == "rank":
        one.root.get_by_role("button", name="Show scores").click()
        one.root.get_by_role("button", name="Show names").click()
        expect(one.root.locator(".ew-list img").first).to_be_visible()
    least = {"batch": 1, "review": 18, "rank": 22, "study": 12}[widget]
    one.page.wait_for_function("least => alive.size >= least", arg=least)
    one.js("() => view()")
    one.page.wait_for_function("() => alive.size === 0")


def test_a_view_that_is_closed_at_once_asks_the_host_nothing_more(bench: Opener) -> None:
    """What it has asked at first is given up, and that is no reason to look again."""
    one = bench(plan={"silent": True}, clock=True)
    one.js("""async () => {
        view();
        (await draw())();
        window.looks = 0;
        const { kernel } = model.widget_manager;
        Object.defineProperty(model, "widget_manager", { get: () => (looks++, { kernel }) });
    }""")
    one.page.clock.run_for(5_000)
    assert one.js("() => looks") == 0


def test_votes_that_no_kernel_has_taken_are_left_to_the_next_view(bench: Opener) -> None:
    """The one that is closed tells them no more, and tries that no more."""
    one = bench(widget="rank", plan=rank_bench.plan() | {"deaf": ["vote"]}, clock=True)
    one.js(rank_bench.SERVES, [rank_bench.thumbs()])
    one.js("() => model.fire('comm_live_update')")
    left = one.root.get_by_role("button", name="Left picture")
    expect(left.locator("img")).to_be_visible()
    one.root.get_by_role("group", name="Which is nicer?").focus()
    one.press("ArrowLeft")
    one.page.clock.run_for(25_000)
    expect(one.root).to_contain_text("Your votes are kept here, and told again.")
    one.js("""() => {
        view();
        window.timers = 0;
        const set = window.setTimeout;
        window.setTimeout = (...given) => (timers++, set(...given));
    }""")
    one.page.clock.run_for(60_000)
    assert one.js("() => timers") == 0
    kept = one.js("() => JSON.parse(sessionStorage.getItem('evolink-votes-k3j2'))")
    assert [vote["outcome"] for vote in kept] == ["left"]
