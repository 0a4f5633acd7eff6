"""Every control that spends, as one table: a double click, held keys, a slow kernel buy once.

A kind that costs money and has no row here is named by the first test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from bench import DONE, Bench, ending, files
from gallery_bench import TRAITS as FILTERS
from gallery_bench import place
from playwright.sync_api import Locator, expect
from study_bench import TRAITS as AXES
from study_bench import plan as study_plan

from evolink_widgets.widgets.base.messages import PAID

Opener = Callable[..., Bench]
Reach = Callable[[Bench], Locator]
PROMPT = "A lighthouse on a rocky headland at dusk"
OFFER = {"pictures": 2, "text": "2 of 4 in the store.", "take": "Use them and buy 2"}
FAILURE = {"kind": "TaskFailed", "title": "The service gave up", "rows": "4 rows", "text": "",
           "retry": True, "letter": "A", "sign": "failed"}  # fmt: skip
LEFT = {
    "title": "Creating", "head": "", "parts": [], "money": "", "badge": "Simulated",
    "begun": True, "purse": {"paid": 1, "least": 1, "most": 1, "cap": 9}, "ended": True,
    "paused": False, "waits": False, "why": "", "unsent": 0,
}  # fmt: skip
TO_BUY = {"given": "", "few": "Preview 8", "buy": "Buy 317", "price": "", "problems": [],
          "more": ""}  # fmt: skip
#: Milliseconds until nothing of a press is under way any more; from a press to the kernel and back.
LONG, TRIP = 8000, 2000


class Control(NamedTuple):
    """What buys: its name, the kind that it sends, a page that has it, and the way to it."""

    name: str
    kind: str
    page: dict[str, Any]
    reach: Reach


def button(name: str) -> Reach:
    return lambda one: one.root.get_by_role("button", name=name, exact=True).last


def after(run: dict[str, Any], name: str) -> Reach:
    """A button of a run that has ended."""

    def reach(one: Bench) -> Locator:
        one.change(one.show(n=1), **run)
        return button(name)(one)

    return reach


def doubted(one: Bench) -> Locator:
    """Sending again is a question first."""
    found = after(ending("unknown"), "Send again with the same key")(one)
    later(one)
    found.click()
    return button("Send again")(one)


def priced(one: Bench) -> Locator:
    """Asking again from a picture's menu tells the price first."""
    one.choose(place(one, 1), "Ask again")
    later(one)
    return one.root.locator(".ew-told").get_by_role("button", name="Ask again")


def of_an_empty_cell(one: Bench) -> Locator:
    empty = one.root.locator(".ew-at[data-s='.']").first
    empty.hover()
    return empty.get_by_role("button", name="Make this cell")


def batch(**told: Any) -> dict[str, Any]:
    welcome = {"state": LEFT, "failures": [], "plan": None, "cells": "nn", **told}
    return {"widget": "batch", "plan": {"welcome": welcome, "files": files()}}


GALLERY = {"widget": "gallery", "traits": FILTERS, "plan": {"gallery": 8}}
CONTROLS = [
    Control("Run", "run", {}, lambda one: one.root.locator(".ew-run")),
    Control("the store's offer", "reuse", {"plan": {"check": {"reuse": OFFER}}},
            button(OFFER["take"])),
    Control("Run again", "runAgain", {}, after(DONE, "Run again")),
    Control("Run again of what failed", "runAgain", {}, after(ending("failed"), "Run again")),
    Control("Send again", "sendAgain", {}, doubted),
    Control("Ask again in a gallery", "runAgain", GALLERY, priced),
    Control("Buy", "create", batch(plan=TO_BUY, cells=""), button("Buy 317")),
    Control("Preview", "preview", batch(plan=TO_BUY, cells=""), button("Preview 8")),
    Control("Retry these", "retry", batch(failures=[FAILURE]), button("Retry these")),
    Control("Make this cell", "buyCell",
            {"widget": "study", "traits": AXES, "plan": study_plan()}, of_an_empty_cell),
]  # fmt: skip


def later(one: Bench, milliseconds: float = LONG) -> None:
    """So much time passes in the page; what comes from elsewhere meanwhile is drawn."""
    for _ in range(3):
        one.page.clock.run_for(milliseconds / 3)


@pytest.fixture(params=CONTROLS, ids=lambda control: control.name)
def control(request: pytest.FixtureRequest) -> Control:
    found: Control = request.param
    return found


@pytest.fixture
def at(control: Control, bench: Opener) -> tuple[Bench, Locator]:
    """A page with a slow kernel, and the control in it: ready, with nothing bought."""
    how = control.page
    traits = {"prompt": PROMPT} | how.get("traits", {})
    plan = how.get("plan", {}) | {"delay": TRIP / 2}
    widget = how.get("widget", "studio")
    one = bench(widget=widget, traits=traits, plan=plan, clock=True)
    for _ in range(4):
        later(one)
    found = control.reach(one)
    later(one)
    expect(found).to_be_visible()
    one.press("Shift")  # the focus is steered, as with Tab
    return one, found


def test_every_kind_that_costs_money_has_its_row() -> None:
    assert {control.kind for control in CONTROLS} == set(PAID)


def test_impatient_clicks_buy_once(at: tuple[Bench, Locator], control: Control) -> None:
    one, found = at
    box = found.bounding_box()
    assert box
    one.page.mouse.move(2, 2)
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for gap in (60, 150, 450, *(500,) * 9):  # until the answer is there, and has rested
        one.page.mouse.down()
        one.page.mouse.up()
        one.page.clock.run_for(gap)
    later(one)
    assert one.bought() == [control.kind]


def test_a_held_key_buys_once(at: tuple[Bench, Locator], control: Control) -> None:
    one, found = at
    found.focus()
    for _ in range(50):  # through the answer and what it draws
        one.page.keyboard.down("Enter")
        one.page.clock.run_for(100)
    one.page.keyboard.up("Enter")
    later(one)
    assert one.bought() == [control.kind]
