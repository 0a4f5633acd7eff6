"""The grid of a study: labels that stay, one stop by keys, sizes, axes, and a cell bought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, files, findings_in_every_theme
from playwright.sync_api import Locator, expect
from study_bench import PROMPTS, QUALITIES, TRAITS, plan, welcome

Opener = Callable[..., Bench]


def opened(bench: Opener, *, told: dict[str, Any] | None = None, **how: Any) -> Bench:
    traits, more = TRAITS | how.pop("traits", {}), how.pop("plan", {})
    one = bench(widget="study", traits=traits, plan=plan(told) | more, **how)
    expect(cells(one).first).to_be_visible()
    return one


def cells(one: Bench) -> Locator:
    return one.root.get_by_role("gridcell")


def cell(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("gridcell", name=name)


def labels(one: Bench) -> list[str]:
    return one.root.locator(".ew-x.ew-on, .ew-y.ew-on").all_inner_texts()


def choose(one: Bench, name: str, value: str) -> None:
    one.root.get_by_role("combobox", name=name, exact=True).select_option(value)


def news(one: Bench, *changes: list[Any], text: str = "19 of 48 cells", ended: bool = True) -> None:
    told = {"kind": "cells", "changes": list(changes), "head": {"text": text, "ended": ended}}
    one.js("told => kernel.tell(told)", told)


def test_the_labels_of_both_axes_stay_in_sight(bench: Opener) -> None:
    one = opened(bench, width=520, told=welcome([f"prompt {at}" for at in range(40)]))
    view = one.root.locator(".ew-cross")
    view.evaluate("e => { e.scrollTop = 1000; e.scrollLeft = 60 }")
    expect(cell(one, "prompt 8, woodcut")).to_be_visible()
    box = view.bounding_box()
    head = one.root.locator(".ew-x").first.bounding_box()
    row = one.root.locator(".ew-y").nth(1).bounding_box()
    assert box is not None
    assert head is not None
    assert row is not None
    assert abs(head["y"] - box["y"]) < 3
    assert abs(row["x"] - box["x"]) < 3
    # A row that is cut off at the top says its name under the head, inside of its row.
    at = one.js(
        """() => {
          const view = document.querySelector(".ew-cross").getBoundingClientRect();
          const spot = [view.left + 20, view.top + 44];
          const row = document.elementFromPoint(...spot).closest(".ew-ln");
          const label = row.querySelector(".ew-y bdi").getBoundingClientRect();
          const { top, bottom } = row.getBoundingClientRect();
          return [label.top - view.top, top < view.top && label.bottom <= bottom];
        }"""
    )
    assert 36 <= at[0] < 60
    assert at[1]


def test_only_cells_near_the_view_are_in_the_page(bench: Opener) -> None:
    told = welcome([f"prompt {at}" for at in range(90)], [f"style {at}" for at in range(30)])
    one = opened(bench, told=told)
    grid = one.root.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "91")
    expect(grid).to_have_attribute("aria-colcount", "31")
    assert cells(one).count() < 80
    one.root.locator(".ew-cross").evaluate("e => { e.scrollTop = 1e6; e.scrollLeft = 1e6 }")
    expect(cell(one, "prompt 89, style 29")).to_be_visible()
    assert cells(one).count() < 80
    cells(one).first.focus()
    one.press("Control+Home")
    assert one.focused() == "prompt 0, style 0: picture 1 of 2"
    assert all(len(told["places"]) < 80 for told in one.sent("want"))


def test_it_is_one_stop_and_both_labels_of_the_current_cell_are_marked(bench: Opener) -> None:
    one = opened(bench)
    assert one.root.locator(".ew-at[tabindex='0']").count() == 1
    one.root.locator(".ew-at[tabindex='0']").focus()
    one.press("ArrowRight", "ArrowDown")
    assert labels(one) == ["woodcut", "an owl at night"]
    assert one.focused() == "an owl at night, woodcut: picture 1 of 2"
    one.press("End")
    assert one.focused().startswith("an owl at night, pencil")
    one.press("Home", "PageDown")
    assert one.focused().startswith("a whale at dawn, watercolour")
    one.press("ArrowLeft", "ArrowDown", "ArrowDown")
    assert one.focused().startswith("a whale at dawn, watercolour"), "it ends at the edges"
    aside = one.root.get_by_role("region", name="Current cell")
    expect(aside.locator("dd")).to_have_text(
        ["a whale at dawn", "high", "watercolour", "5.2 credits"]
    )


def test_arrows_follow_the_reading_direction(bench: Opener) -> None:
    one = opened(bench, direction="rtl", width=520)
    one.root.locator(".ew-at[tabindex='0']").focus()
    one.press("ArrowLeft", "ArrowLeft", "ArrowLeft")
    assert one.focused().startswith("a fox in the snow, paper cut")
    one.press("ArrowRight")
    assert one.focused().startswith("a fox in the snow, gouache")


def test_repeats_are_turned_and_opened(bench: Opener) -> None:
    one = opened(bench)
    first = one.root.locator(".ew-at[tabindex='0']")
    first.focus()
    expect(first.locator(".ew-pips i")).to_have_count(2)
    one.press("r")
    assert one.focused() == "a fox in the snow, watercolour: picture 2 of 2"
    expect(one.root.get_by_role("region", name="Current cell")).to_contain_text("repeat 2 of 2")
    one.press("Enter")
    box = one.page.get_by_role("dialog")
    expect(box).to_be_visible()
    expect(box).to_contain_text("a fox in the snow, high, watercolour · 2 of 2")
    one.press("ArrowRight")
    expect(box).to_contain_text("a fox in the snow, high, woodcut · 1 of 2")
    one.press("Escape")
    assert one.focused() == "a fox in the snow, woodcut: picture 1 of 2"


def test_axes_change_while_it_is_seen(bench: Opener) -> None:
    one = opened(bench)
    one.root.get_by_role("combobox", name="Across").focus()
    choose(one, "Across", "prompt")
    saved = one.saved()
    assert (saved["x"], saved["y"]) == ("prompt", "style"), "they change places"
    expect(one.root.locator(".ew-x")).to_have_text(PROMPTS)
    assert one.js("() => document.activeElement.dataset.field") == "x"
    choose(one, "Down", "quality")
    expect(one.root.locator(".ew-y")).to_have_text(QUALITIES)
    choose(one, "style", "2")
    assert one.saved()["at"]["style"] == 2
    one.js("() => { model.set('x', 'style'); model.set('y', 'prompt') }")
    expect(one.root.locator(".ew-x").first).to_have_text("watercolour")
    choose(one, "Facet", "quality")
    one.root.get_by_role("radio", name="low").check(force=True)
    assert one.saved()["at"]["quality"] == 0
    assert one.root.get_by_role("grid").get_attribute("aria-label") == "prompt by style"


def test_cells_are_larger_by_key_wheel_and_button(bench: Opener) -> None:
    one = opened(bench, told=welcome([f"prompt {at}" for at in range(40)]))
    one.root.locator(".ew-at[tabindex='0']").focus()
    one.press("+")
    assert one.saved()["zoom"] == 168
    assert one.focused().startswith("prompt 0, watercolour"), "the focus stays"
    one.press("-", "-")
    assert one.saved()["zoom"] == 96
    one.root.locator(".ew-cross").evaluate(
        "e => { const { left, top } = e.getBoundingClientRect();"
        " e.dispatchEvent(new WheelEvent('wheel', { ctrlKey: true, deltaY: -9, cancelable: true,"
        " clientX: left + 300, clientY: top + 200 })) }"
    )
    assert one.saved()["zoom"] == 128
    one.root.get_by_role("button", name="Smaller cells").click()
    assert one.saved()["zoom"] == 96
    one.root.locator(".ew-at[tabindex='0']").focus()
    one.press("0")
    assert one.saved()["zoom"] == 128


def test_a_cell_that_was_not_bought_says_its_price_and_is_bought_once(bench: Opener) -> None:
    one = opened(bench)
    empty = cell(one, "a fox in the snow, paper cut: not bought, simulated, would cost 4.9 to 5.6")
    other = cells(one).nth(1)
    assert "picture" in str(other.get_attribute("aria-label"))
    letter = one.root.locator(".ew-at[data-s='.']").first
    letter.hover()
    offer = letter.get_by_role("button", name="Make this cell")
    expect(offer).to_contain_text("4.9 to 5.6 credits")
    boxes = offer.bounding_box(), letter.bounding_box()
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["width"] <= boxes[1]["width"], "its words have room in the cell"
    assert empty.count() in (0, 1)
    place = one.js("() => kernel.plan.welcome.letters.indexOf('.')")
    offer.dblclick()
    assert not any("Press again" in said for said in one.told())
    one.page.wait_for_function("() => kernel.bought.length === 1")
    assert one.bought() == ["buyCell"]
    (sent,) = one.sent("buyCell")
    assert sent["place"] >= place
    expect(one.root.locator(".ew-at[data-s='r']")).to_have_count(1)
    expect(one.root).to_contain_text("1 on its way")
    news(one, [sent["place"], "n", 2])
    expect(one.root.locator(".ew-at[data-s='r']")).to_have_count(0)
    assert one.told()[-1] == "19 of 48 cells"


def test_a_cell_is_bought_by_keys_in_two_presses(bench: Opener) -> None:
    """The arrows and Enter alone buy nothing: Enter goes to the button, which says the price."""
    one = opened(bench)
    one.root.locator(".ew-at[data-s='.']").first.focus()
    one.press("Enter")
    assert one.bought() == []
    assert one.focused().startswith("Make this cell")
    one.press("Escape")
    assert "not bought" in one.focused()
    one.press("Enter", "Enter")
    one.page.wait_for_function("() => kernel.bought.length === 1")


def test_a_finger_buys_nothing_before_the_price_is_seen(bench: Opener) -> None:
    one = opened(bench, has_touch=True, is_mobile=True, width=520)
    empty = one.root.locator(".ew-at[data-s='.']").first
    offer = empty.get_by_role("button", name="Make this cell")
    expect(offer).to_be_hidden()
    empty.tap()
    expect(offer).to_be_visible()
    empty.tap()  # it has only just appeared under the finger
    assert one.bought() == []
    one.page.wait_for_timeout(1100)
    offer.tap()
    one.page.wait_for_function("() => kernel.bought.length === 1")


def test_the_price_on_the_button_is_that_of_the_cell_in_sight(bench: Opener) -> None:
    """It was pressed for one cell, and rests while another becomes the current one."""
    prices = {"prices": ["4.9 to 5.6", "19 to 22"], "priced": [at % 2 for at in range(48)]}
    one = opened(bench, told=welcome(letters="." * 48, **prices), clock=True)
    one.root.locator(".ew-at[tabindex='0']").focus()
    buy = one.root.get_by_role("region", name="Current cell").locator(".ew-acts button")
    expect(buy).to_contain_text("4.9 to 5.6 credits")
    buy.focus()
    one.press("Enter")
    one.page.clock.run_for(100)
    expect(one.root.locator(".ew-at[data-s='r']")).to_have_count(1)
    one.press("ArrowRight")
    one.page.clock.run_for(5_000)
    expect(buy).to_contain_text("19 to 22 credits")
    assert [sent["place"] for sent in one.sent("buyCell")] == [6]


def test_the_keyboard_stays_at_what_it_has_pressed_beside_the_table(bench: Opener) -> None:
    one = opened(bench)
    one.root.locator(".ew-at[tabindex='0']").focus()
    aside = one.root.get_by_role("region", name="Current cell")
    repeat = aside.get_by_role("button", name="Next repeat")
    repeat.focus()
    one.press("Enter")
    expect(aside).to_contain_text("repeat 2 of 2")
    expect(repeat).to_be_focused()
    star = aside.get_by_role("button", name="Star")
    one.press("Shift")  # the focus is steered, as with Tab
    star.focus()
    one.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    news(one, [20, "r", 0])
    expect(star).to_be_focused()
    # There is no picture any more, and nothing to be done with it.
    one.js("() => (kernel.plan.welcome.have[6] = 0)")
    news(one, [6, "q", 0])
    expect(star).to_have_count(0)
    expect(aside.locator(".ew-frame")).to_be_focused()


def test_what_did_not_come_says_why(bench: Opener) -> None:
    told = welcome()
    letters = list(told["letters"])
    letters[6] = "f"
    one = opened(bench, told=welcome(letters="".join(letters)))
    cell(one, "a fox in the snow, watercolour: did not come").focus()
    aside = one.root.get_by_role("region", name="Current cell")
    expect(aside).to_contain_text("The provider gave up. Not charged.")
    expect(aside.get_by_role("button", name="Make this cell")).to_be_visible()


def test_pictures_are_worked_on_as_everywhere(bench: Opener) -> None:
    one = opened(bench)
    one.root.locator(".ew-at[tabindex='0']").focus()
    one.press(" ")
    assert one.saved()["selected"] == ["6.0"]
    expect(one.root.locator(".ew-at[aria-selected=true]")).to_have_count(1)
    aside = one.root.get_by_role("region", name="Current cell")
    aside.get_by_role("button", name="Star").click()
    assert one.sent("favourite")[0] == one.sent("favourite")[0] | {"pictures": ["6.0"], "on": True}
    aside.get_by_role("button", name="More").click()
    menu = one.root.get_by_role("menu")
    expect(menu).to_contain_text("Copy as code")
    expect(menu).not_to_contain_text("Ask again")
    expect(menu).not_to_contain_text("trash")


def test_a_figure_is_drawn_and_saved_where_there_is_no_clipboard(bench: Opener) -> None:
    one = opened(
        bench, origin="http://bench.test", plan={"files": {**files(), "figure": files()["preview"]}}
    )
    with one.page.expect_download() as saving:
        one.root.get_by_role("button", name="Copy as figure").click()
    assert saving.value.suggested_filename.endswith("study.png")
    expect(one.root).to_contain_text("Figure saved.")


def test_a_level_is_text(bench: Opener) -> None:
    one = opened(bench, told=welcome(["<b>bold</b>", "b", "c", "d"]))
    expect(one.root.locator(".ew-y").first).to_have_text("<b>bold</b>")
    assert one.root.locator("b", has_text="bold").count() == 0


@pytest.mark.parametrize("width", [320, 900])
def test_it_is_accessible_in_every_theme(bench: Opener, width: int) -> None:
    told = welcome()
    letters = list(told["letters"])
    letters[6:12] = "nfrqdx"
    one = opened(bench, width=width, told=welcome(letters="".join(letters)))
    one.root.locator(".ew-at[tabindex='0']").focus()
    one.press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    assert "in the design, not bought" in one.focused()
    assert findings_in_every_theme(one, "section.ew") == []
    overflow = one.js("() => document.documentElement.scrollWidth > innerWidth")
    assert not overflow
