"""The view of a batch: a bar and its legend, a mosaic by keys and pointer, what failed."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, files, findings_in_every_theme, scene
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]

FAILED = [
    {"kind": "TaskFailed", "title": "The service gave up", "rows": "4 rows",
     "text": "The provider gave up. Not charged.", "retry": True, "letter": "A", "sign": "failed"},
    {"kind": "ContentRefused", "title": "Refused by content policy", "rows": "3 rows",
     "text": "<b>Not</b> charged.", "retry": False, "letter": "B", "sign": "refused"},
]  # fmt: skip


def state(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Creating",
        "head": "813 of 977 pictures · 6:24 · 8:00 to 14:00 left",
        "parts": [
            {"kind": "s", "word": "In the store", "count": 660},
            {"kind": "n", "word": "New", "count": 153},
            {"kind": "r", "word": "Rendering", "count": 0},
            {"kind": ".", "word": "Not sent", "count": 164},
        ],
        "money": "47.2 credits so far, 96 to 118 at the end",
        "purse": {"paid": 39.3, "least": 40.7, "most": 18.3, "cap": 100},
        "badge": "Simulated",
        "begun": True,
        "ended": False,
        "paused": False,
        "waits": False,
        "why": "",
        "unsent": 164,
        **changes,
    }


def cells(count: int = 977) -> str:
    return ("s" * 660 + "n" * 153 + "." * 164)[:count].ljust(count, ".")


def opened(bench: Opener, count: int = 977, **how: Any) -> Bench:
    welcome = {"state": state(), "failures": how.pop("failures", []), "plan": None,
               "cells": cells(count)}  # fmt: skip
    plan = {"welcome": welcome, "files": files(), "facts": [["Prompt", "a fox"]], "simulated": True}
    one = bench(widget="batch", plan=plan | how.pop("plan", {}), **how)
    expect(dots(one).first).to_be_visible()
    return one


def dots(one: Bench) -> Locator:
    return one.root.get_by_role("gridcell")


def news(one: Bench, **told: Any) -> None:
    whole = {"kind": "news", "state": state(), "failures": [], "changes": [], **told}
    one.js("told => kernel.tell(told)", whole)


def button(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("button", name=name, exact=True)


def test_it_says_how_far_it_is_and_what_it_costs(bench: Opener) -> None:
    one = opened(bench)
    for said in ("Creating", "813 of 977 pictures", "96 to 118 at the end", "Simulated"):
        expect(one.root).to_contain_text(said)
    legend = one.root.locator(".ew-legend label:visible")
    expect(legend).to_have_text(["All977", "In the store660", "New153", "Not sent164"])
    news(one, state=state(title="Done", head="977 of 977 pictures", ended=True, unsent=0, parts=[]))
    expect(button(one, "Pause unsent")).to_be_hidden()
    assert one.told()[-1] == "Done. 977 of 977 pictures"


def test_only_the_cells_in_view_are_in_the_page(bench: Opener) -> None:
    one = opened(bench, count=10_000)
    assert dots(one).count() < 400
    one.root.locator(".ew-mosaic").evaluate("e => { e.scrollTop = e.scrollHeight }")
    expect(one.root.get_by_role("gridcell", name="Picture 10000, not sent")).to_be_visible()
    assert dots(one).count() < 400
    assert all(len(told["places"]) < 400 for told in one.sent("want"))


def test_pictures_come_as_they_land(bench: Opener) -> None:
    one = opened(bench, count=20)
    expect(one.root.get_by_role("gridcell", name="Picture 1, in the store")).to_be_visible()
    one.page.wait_for_function("() => model.heard('want').length > 0")
    assert one.sent("want")[0]["places"] == list(range(20))
    thumb = base64.b64encode(scene(0, 48, 48)).decode()
    one.js(
        "data => { const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));"
        " kernel.tell({ kind: 'thumbs', pictures: [{ id: '3' }] }, [new DataView(bytes.buffer)]) }",
        thumb,
    )
    fourth = one.root.get_by_role("gridcell", name="Picture 4, in the store")
    one.page.wait_for_function(
        "e => getComputedStyle(e).backgroundImage.startsWith('url(\"blob:')",
        arg=fourth.element_handle(),
    )
    news(one, changes=[[3, "f"]])
    expect(one.root.get_by_role("gridcell", name="Picture 4, without a picture")).to_be_visible()


def test_the_mosaic_is_one_stop_and_goes_by_arrows(bench: Opener) -> None:
    one = opened(bench, count=200)
    assert one.root.locator(".ew-dot[tabindex='0']").count() == 1
    dots(one).first.focus()
    one.press("ArrowRight", "ArrowDown", "ArrowLeft", "End")
    assert one.focused() == "Picture 200, in the store"
    one.press("Home")
    assert one.focused() == "Picture 1, in the store"
    picture = {"width": 1248, "height": 832, "alt": "a fox"}
    answer = {"kind": "cell", "text": "Row 7 · a fox", "picture": picture}
    one.js("answer => { kernel.answers.cell = () => answer }", answer)
    one.press("ArrowRight")
    expect(one.root).to_contain_text("Row 7 · a fox")
    one.press("Enter")
    expect(one.page.get_by_role("dialog")).to_be_visible()
    one.press("Escape")
    assert one.focused() == "Picture 2, in the store"


def test_what_is_unsent_is_paused_and_goes_on(bench: Opener) -> None:
    one = opened(bench)
    button(one, "Pause unsent").click()
    assert len(one.sent("pause")) == 1
    news(one, state=state(title="Paused", paused=True))
    one.page.wait_for_timeout(1100)  # what has just come under the pointer does nothing
    button(one, "Resume").click()
    assert len(one.sent("resume")) == 1
    news(one, state=state(title="Waiting", waits=True, why="The service can't be reached."))
    expect(button(one, "Look now")).to_be_visible()
    expect(one.root).to_contain_text("The service can't be reached.")
    button(one, "Send no more").click()
    assert len(one.sent("stop")) == 1


def test_what_failed_is_grouped_and_a_refusal_is_not_retried(bench: Opener) -> None:
    one = opened(bench, failures=FAILED)
    expect(button(one, "Retry these")).to_have_count(1)
    expect(one.root).to_contain_text("<b>Not</b> charged.")
    one.page.wait_for_timeout(1100)
    button(one, "Retry these").click()
    one.page.wait_for_function("() => kernel.bought.length === 1")
    assert one.bought() == ["retry"]
    assert one.sent("retry")[0]["errortype"] == "TaskFailed"


def test_repeats_are_pips_on_their_cell(bench: Opener) -> None:
    told = {"state": state(), "failures": [], "plan": None, "cells": "nns", "pips": "131"}
    one = opened(bench, plan={"welcome": told})
    second = one.root.get_by_role("gridcell", name="Picture 2, new, 3 pictures")
    expect(second).to_have_attribute("data-pips", "•••")
    expect(dots(one).first).to_have_accessible_name("Picture 1, new")


def choice(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("radio", name=name)


def test_one_state_is_shown_by_keys_and_what_failed_follows(bench: Opener) -> None:
    one = opened(bench, count=200, failures=FAILED, plan={"welcome": {
        "state": state(), "failures": FAILED, "cells": "s" * 180 + "A" * 4 + "B" * 3 + "n" * 13,
    }})  # fmt: skip
    expect(one.root.get_by_role("gridcell", name="Picture 181, without a picture")).to_be_visible()
    choice(one, "All").focus()
    one.press("ArrowRight", "ArrowRight")
    expect(choice(one, "New")).to_be_checked()
    expect(dots(one)).to_have_count(13)
    expect(button(one, "Show rows")).to_have_count(0)
    assert one.told()[-1] == "13 pictures shown."
    news(one, failures=FAILED, changes=[[0, "n"], [199, "r"]])
    expect(dots(one).first).to_have_accessible_name("Picture 1, new")
    expect(dots(one)).to_have_count(13)
    dots(one).first.focus()
    one.press("End")
    assert one.focused() == "Picture 199, new"
    choice(one, "All").check()
    expect(one.root.get_by_role("grid")).to_have_attribute("aria-rowcount", re.compile(r"[1-9]"))


def test_the_keyboard_stays_in_the_mosaic_while_cells_leave_what_is_shown(bench: Opener) -> None:
    one = opened(bench)
    choice(one, "Not sent").check()
    expect(dots(one)).to_have_count(164)
    dots(one).first.focus()
    one.press("ArrowRight")
    assert one.focused() == "Picture 815, not sent"
    news(one, changes=[[976, "n"]])
    expect(dots(one)).to_have_count(163)
    assert one.focused() == "Picture 815, not sent"


def test_the_rows_of_one_reason_are_shown(bench: Opener) -> None:
    told = {"state": state(), "failures": FAILED, "cells": "s" * 180 + "A" * 4 + "B" * 3}
    one = opened(bench, plan={"welcome": told})
    second = button(one, "Show rows").nth(1)
    second.focus()
    one.press("Enter")
    expect(dots(one)).to_have_count(3)
    expect(dots(one).first).to_have_accessible_name("Picture 185, without a picture")
    expect(button(one, "Show rows").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(button(one, "Show rows").nth(1)).to_be_focused()
    news(one, failures=FAILED[:1], changes=[[184, "n"], [185, "n"], [186, "n"]])
    expect(dots(one)).to_have_count(4)  # that reason is gone: all that failed
    button(one, "Show rows").click()
    button(one, "Show rows").click()
    expect(choice(one, "All")).to_be_checked()


BEFORE = {
    "state": state(
        title="1,000 rows", head="980 distinct · 3 with problems", begun=False, ended=True,
        unsent=0,
        money="About 98 to 210 credits · $1.44 to 3.09, from 41 receipts",
        purse={"paid": 0, "least": 47, "most": 53, "cap": None},
        parts=[{"kind": "s", "word": "In the store", "count": 660},
               {"kind": "n", "word": "To buy", "count": 317},
               {"kind": "p", "word": "Problems", "count": 3}],
    ),
    "failures": [],
    "cells": "",
    "plan": {"given": "prompt='a {animal}'", "few": "Preview 8", "buy": "Buy 317", "price": "",
             "most": 210,
             "problems": [["214", "size", "'7:2'", "must be <b>at most</b> 3:1", "3:1"]],
             "more": "2 more in b.problems"},
}  # fmt: skip


def before(bench: Opener, **how: Any) -> Bench:
    one = bench(widget="batch", plan={"welcome": BEFORE, "files": files()}, **how)
    expect(button(one, "Buy 317")).to_be_visible()
    return one


def test_before_it_is_bought_the_price_stands_beside_the_button(bench: Opener) -> None:
    one = before(bench)
    for said in (
        "1,000 rows",
        "About 98 to 210 credits",
        "must be <b>at most</b> 3:1",
        "To buy317",
    ):
        expect(one.root).to_contain_text(said)
    expect(one.root.get_by_role("radio")).to_have_count(0)
    expect(one.root.get_by_role("grid")).to_be_hidden()
    expect(button(one, "Review")).to_be_hidden()
    one.root.get_by_label("Budget").fill("150.5")
    one.page.wait_for_timeout(1100)
    button(one, "Buy 317").click()
    one.page.wait_for_function("() => kernel.bought.length === 1")
    assert one.bought() == ["create"]
    assert one.sent("create")[0]["budget"] == 150.5
    assert one.sent("create")[0]["most"] == 210, "what is dearer by now is asked about"
    news(one, cells=cells(200), plan=None, anew=True)
    expect(dots(one).first).to_be_visible()
    expect(one.root.get_by_role("radio", name="All")).to_be_checked()
    expect(button(one, "Buy 317")).to_be_hidden()


@pytest.mark.parametrize("typed", ["12,5", "0", "-5", "1e"])
def test_a_budget_that_is_none_buys_nothing(bench: Opener, typed: str) -> None:
    """Of what is no number a browser makes another one, or nothing: that is no budget left out."""
    one = before(bench)
    budget = one.root.get_by_label("Budget")
    budget.press_sequentially(typed)
    for name in ("Preview 8", "Buy 317"):
        one.press("Shift")  # the focus is steered, as with Tab
        button(one, name).focus()
        one.press("Enter")
        expect(one.root).to_contain_text("Budget must be a number above 0, such as 12.5")
        expect(budget).to_be_focused()
        expect(budget).to_have_attribute("aria-invalid", "true")
    assert one.sent("press") == []
    budget.fill("12.5")
    one.press("Shift")
    button(one, "Buy 317").focus()
    one.press("Enter")
    one.page.wait_for_function("() => kernel.bought.length === 1")
    assert one.sent("create")[0]["budget"] == 12.5


def test_the_keyboard_goes_on_at_the_head_when_what_it_pressed_is_gone(bench: Opener) -> None:
    one = before(bench)
    button(one, "Buy 317").focus()
    one.press("Enter")
    one.page.wait_for_function("() => kernel.bought.length === 1")
    news(one, cells=cells(200), plan=None, anew=True)
    expect(button(one, "Pause unsent")).to_be_focused()
    news(one, state=state(title="Done", ended=True, unsent=0))
    expect(button(one, "Pause unsent")).to_be_hidden()
    assert one.focused() == "Done"


def test_a_few_are_bought_first_and_the_rest_is_offered_again(bench: Opener) -> None:
    one = before(bench)
    one.page.wait_for_timeout(1100)
    button(one, "Preview 8").click()
    one.page.wait_for_function("() => kernel.bought.length === 1")
    assert one.bought() == ["preview"]
    rest = {**BEFORE["plan"], "buy": "Buy 309", "few": "Preview 8", "price": "About 97 credits",
            "problems": [], "more": ""}  # fmt: skip
    ended = state(title="Done", head="8 of 8 pictures", ended=True, unsent=0)
    news(one, cells="n" * 8, plan=rest, anew=True, state=ended)
    expect(dots(one)).to_have_count(8)
    expect(button(one, "Buy 309")).to_be_visible()
    expect(one.root).to_contain_text("About 97 credits")
    expect(one.root.get_by_role("table")).to_be_hidden()


@pytest.mark.parametrize("width", [340, 900])
def test_it_is_accessible_before_in_every_theme(bench: Opener, width: int) -> None:
    one = before(bench, width=width)
    assert findings_in_every_theme(one, "section.ew") == []
    assert not one.js("() => document.documentElement.scrollWidth > innerWidth")


def test_what_is_done_is_reviewed_under_the_view(bench: Opener) -> None:
    one = opened(bench)
    expect(button(one, "Review")).to_be_hidden()
    news(one, state=state(title="Done", ended=True, unsent=0))
    one.js(
        "() => { kernel.answers.review = () => ({ kind: 'reviewed', model: 'm1' });"
        " model.widget_manager.get_model = async (name) => name;"
        " model.widget_manager.create_view = async (name) => {"
        "   const el = Object.assign(document.createElement('p'), { textContent: name });"
        "   return { el, remove: () => el.remove() } } }"
    )
    for _ in range(2):
        one.page.wait_for_timeout(1100)  # what has just come under the pointer does nothing
        button(one, "Review").click()
        expect(one.page.locator("section.ew + p")).to_have_text("m1")
        assert one.page.locator("#cell p").get_by_text("m1").count() == 1, "one at a time"
    one.js("() => { delete model.widget_manager.create_view }")
    button(one, "Review").click()
    expect(one.root).to_contain_text("run.review()")


def test_a_review_that_is_asked_for_twice_is_there_once(bench: Opener) -> None:
    one = opened(bench)
    news(one, state=state(title="Done", ended=True, unsent=0))
    one.js(
        """() => {
            kernel.answers.review = () => ({ kind: "reviewed", model: "m1" });
            window.ready = [];
            model.widget_manager.get_model = async (name) => name;
            model.widget_manager.create_view = async (name) => {
                const el = Object.assign(document.createElement("p"), { textContent: name });
                await new Promise((go) => ready.push(go));
                return { el, remove: () => el.remove() };
            };
        }"""
    )
    button(one, "Review").focus()
    one.press("Enter", "Enter")
    one.page.wait_for_function("() => ready.length === 2")
    one.js("() => ready.forEach((go) => go())")
    expect(one.page.locator("#cell p", has_text="m1")).to_have_count(1)
    one.press("Enter")
    one.page.wait_for_function("() => ready.length === 3")
    one.js("() => { view(); ready[2]() }")
    expect(one.page.locator("#cell p", has_text="m1")).to_have_count(0)


@pytest.mark.parametrize("width", [340, 900])
def test_it_is_accessible_in_every_theme(bench: Opener, width: int) -> None:
    one = opened(bench, width=width, failures=FAILED)
    assert findings_in_every_theme(one, "section.ew") == []
    overflow = one.js("() => document.documentElement.scrollWidth > innerWidth")
    assert not overflow
