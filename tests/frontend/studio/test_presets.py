"""Presets in the panel: used, saved, replaced, removed and put back, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, findings_in_every_theme
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
PRESETS: dict[str, Any] = {
    "poster": {"size": "2:3", "resolution": "2K", "quality": "high"},
    "night fox": {"n": 2, "prompt": "a fox at night"},
}
HOSTILE = '<img src=x onerror="window.hit=1">\u202e'


@pytest.fixture
def open_one(bench: Opener) -> Opener:
    """Opens a panel and its fold of presets."""

    def opened(presets: dict[str, Any] | None = None, **how: Any) -> Bench:
        kept = PRESETS if presets is None else presets
        one = bench(
            plan={"presets": kept}, traits={"prompt": "a cat", **how.pop("traits", {})}, **how
        )
        count = f" · {len(kept)}" if kept else ""
        one.root.get_by_text(f"Presets{count}", exact=True).click()
        # It has asked once more which there are, and knows.
        one.page.wait_for_function("() => model.heard('presets').length === 2")
        one.js("() => new Promise(requestAnimationFrame)")
        return one

    return opened


def uses(one: Bench) -> Locator:
    return one.root.get_by_role("list", name="Presets").locator("li > button:first-child")


def button(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("button", name=name, exact=True)


def name_field(one: Bench) -> Locator:
    return one.root.get_by_label("Save these as")


def kept(one: Bench) -> dict[str, Any]:
    found: dict[str, Any] = one.js("() => kernel.kept")
    return found


def test_a_preset_changes_what_it_names_and_nothing_else(open_one: Opener) -> None:
    one = open_one(traits={"n": 3, "references": ["https://a.test/fox.png"]})
    expect(uses(one)).to_have_text(["night fox2 · “a fox at night”", "poster2:3 · 2K · high"])
    uses(one).nth(1).click()
    expect(one.root.get_by_role("button", name="Size 2:3 · 2K")).to_be_visible()
    expect(one.root.get_by_role("radio", name="high")).to_be_checked()
    one.page.wait_for_function("() => model.heard('check').at(-1)?.fields.quality === 'high'")
    assert one.sent("check")[-1]["fields"] == {
        "prompt": "a cat", "size": "2:3", "resolution": "2K", "quality": "high", "n": 3,
        "model": "gpt-image-2", "references": ["https://a.test/fox.png"],
    }  # fmt: skip
    assert one.saved() == {"size": "2:3", "resolution": "2K", "quality": "high"}
    assert one.told()[-1] == "poster: 2:3 · 2K · high"
    expect(one.root.get_by_role("button", name="Run 7.3 credits")).to_be_visible()


def test_the_price_follows_and_a_prompt_that_was_typed_is_kept(open_one: Opener) -> None:
    one = open_one()
    uses(one).first.click()
    prompt = one.root.get_by_label("Prompt", exact=True)
    expect(prompt).to_have_value("a fox at night")
    expect(one.root.get_by_role("button", name="Run 4.8 credits")).to_be_visible()
    expect(uses(one).first).to_be_focused()
    prompt.focus()
    one.press("Control+End", "ArrowDown")
    expect(prompt).to_have_value("a cat")


def test_what_the_controls_say_is_saved_under_a_name(open_one: Opener) -> None:
    one = open_one({}, traits={"references": ["https://a.test/fox.png"]})
    name_field(one).fill("  mine ")
    button(one, "Save").click()
    expect(uses(one)).to_have_count(1)
    fields = {
        "size": "3:2",
        "resolution": "1K",
        "quality": "medium",
        "n": 4,
        "model": "gpt-image-2",
    }
    assert kept(one) == {"mine": fields}
    assert one.told()[-1] == "Saved as “mine”."
    expect(name_field(one)).to_have_value("")
    one.root.get_by_label("with the prompt").check()
    name_field(one).fill("mine too")
    name_field(one).press("Enter")
    expect(uses(one)).to_have_count(2)
    assert kept(one)["mine too"] == {**fields, "prompt": "a cat"}
    assert one.sent("run") == []
    assert one.js("() => model.saved") == [], "a name is no control of the form"


def test_a_name_that_there_is_says_replace(open_one: Opener) -> None:
    one = open_one()
    name_field(one).fill("poste")
    expect(button(one, "Save")).to_be_visible()
    name_field(one).press_sequentially("r")
    button(one, "Replace").click()
    one.page.wait_for_function("() => kernel.kept.poster.n === 4")
    expect(uses(one)).to_have_count(2)
    expect(button(one, "Save")).to_be_visible()


def test_what_another_kernel_has_saved_meanwhile_is_not_overwritten(open_one: Opener) -> None:
    one = open_one()
    one.js("() => void (kernel.kept.mine = { n: 9 })")
    name_field(one).fill("mine")
    button(one, "Save").click()
    expect(one.root.get_by_text("There is a preset 'mine' by now.").first).to_be_visible()
    expect(name_field(one)).to_have_accessible_description("There is a preset 'mine' by now.")
    expect(name_field(one)).to_be_focused()
    assert kept(one)["mine"] == {"n": 9}
    expect(uses(one)).to_have_count(3)
    button(one, "Replace").click()
    one.page.wait_for_function("() => kernel.kept.mine.n === 4")


def test_what_is_wrong_with_a_name_stands_beside_it_until_it_is_changed(open_one: Opener) -> None:
    one = open_one()
    button(one, "Save").click()
    message = "Name must have 1 to 80 printable characters; it is empty."
    expect(name_field(one)).to_have_attribute("aria-invalid", "true")
    expect(name_field(one)).to_have_accessible_description(message)
    assert one.told()[-1] == message
    name_field(one).press_sequentially("a")
    expect(name_field(one)).not_to_have_attribute("aria-invalid", "true")
    expect(name_field(one)).to_have_accessible_description("")


def test_the_last_key_of_a_word_that_an_input_method_composes_saves_nothing(
    open_one: Opener,
) -> None:
    """Safari tells of it once the word is there, and by its number alone."""
    one = open_one()
    name_field(one).fill("狐")
    name_field(one).evaluate(
        """field => field.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true }))"""
    )
    assert one.sent("savePreset") == []
    name_field(one).press("Enter")
    one.page.wait_for_function("() => kernel.kept['狐']")


def test_a_removed_preset_can_be_put_back(open_one: Opener) -> None:
    one = open_one()
    button(one, "Remove preset night fox").click()
    expect(uses(one)).to_have_count(1)
    expect(one.root.get_by_text("Presets · 1", exact=True)).to_be_visible()
    expect(button(one, "Undo")).to_be_focused()
    assert one.told()[-1] == "“night fox” removed."
    button(one, "Undo").click()
    expect(uses(one)).to_have_count(2)
    assert kept(one) == PRESETS
    expect(uses(one).first).to_be_focused()
    assert one.told()[-1] == "“night fox” is back."
    expect(button(one, "Undo")).to_have_count(0)


def test_what_took_its_name_meanwhile_stays_when_it_is_put_back(open_one: Opener) -> None:
    one = open_one()
    button(one, "Remove preset poster").click()
    expect(button(one, "Undo")).to_be_focused()
    one.js("() => void (kernel.kept.poster = { n: 9 })")
    button(one, "Undo").click()
    expect(one.root.get_by_text("There is a preset 'poster' by now.").first).to_be_visible()
    assert kept(one)["poster"] == {"n": 9}


def test_a_preset_that_is_gone_says_so(open_one: Opener) -> None:
    one = open_one()
    one.js("() => delete kernel.kept.poster")
    uses(one).nth(1).click()
    expect(one.root.get_by_text("There is no preset 'poster'.").first).to_be_visible()
    assert one.sent("check")[-1]["fields"]["size"] == "3:2"


def test_what_others_save_is_there_when_the_fold_is_opened(open_one: Opener) -> None:
    one = open_one()
    one.js("() => void (kernel.kept.wide = { size: '21:9' })")
    fold = one.root.get_by_text("Presets · 2", exact=True)
    fold.click()
    fold.click()
    expect(uses(one)).to_have_count(3)


def test_all_of_it_goes_by_the_keyboard(open_one: Opener) -> None:
    one = open_one({"poster": PRESETS["poster"]}, width=340)
    one.press("Tab")
    expect(uses(one)).to_be_focused()
    one.press("Enter")
    expect(one.root.get_by_role("button", name="Size 2:3 · 2K")).to_be_visible()
    one.press("Tab", "Enter")
    expect(button(one, "Undo")).to_be_focused()
    one.press("Shift", "Enter")  # with a key between: the focus was taken there
    expect(uses(one)).to_be_focused()
    one.press("Tab", "Tab")
    expect(name_field(one)).to_be_focused()
    one.page.keyboard.type("new")
    one.press("Tab", "Space", "Tab")
    expect(button(one, "Save")).to_be_focused()
    one.press("Enter")
    expect(uses(one)).to_have_count(2)
    assert kept(one)["new"]["prompt"] == "a cat"
    assert kept(one)["new"]["size"] == "2:3"


def test_hostile_names_are_text(open_one: Opener) -> None:
    one = open_one({HOSTILE: {"prompt": HOSTILE}, "x" * 80: {"n": 1}}, width=240)
    expect(uses(one).first).to_contain_text(HOSTILE)
    uses(one).first.click()
    expect(one.root.get_by_label("Prompt", exact=True)).to_have_value(HOSTILE)
    button(one, f"Remove preset {HOSTILE}").click()
    expect(button(one, "Undo")).to_be_focused()
    assert one.js("() => window.hit") is None
    assert one.root.locator(".ew-unfolded img").count() == 0
    assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_axe_finds_nothing_in_light_and_dark_and_no_target_is_small(open_one: Opener) -> None:
    one = open_one(width=340)
    one.js("() => void (kernel.plan.prompts = ['a fox', 'منارة على رأس صخري'])")
    one.root.get_by_label("Prompt", exact=True).focus()
    one.root.get_by_text("Earlier prompts").click()
    button(one, "Remove preset poster").click()
    expect(button(one, "Undo")).to_be_focused()
    button(one, "Save").click()
    expect(name_field(one)).to_have_attribute("aria-invalid", "true")
    small = one.root.evaluate("""root => [
        ...root.querySelectorAll(".ew-unfolded :is(button, input)")]
        .filter(e => e.offsetParent && (e.closest("label") ?? e).offsetHeight < 24)""")
    assert small == []
    assert findings_in_every_theme(one) == []
    cell = "width => document.querySelector('#cell').style.inlineSize = width"
    for width in ("240px", "600px"):
        one.js(cell, width)
        assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth"), width
