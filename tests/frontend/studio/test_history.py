"""Earlier prompts: by the arrow keys in the prompt, and as a list under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
PROMPTS = ["an owl", "a hare\nin two lines", "a fox"]
LONG = "a lighthouse on a rocky headland at dusk, " * 6


@pytest.fixture
def open_one(bench: Opener) -> Opener:
    """Opens a panel; what the store has is known once the prompt has the focus."""

    def opened(prompts: list[str] = PROMPTS, **how: Any) -> Bench:
        one = bench(plan={"prompts": prompts}, **how)
        box(one).focus()
        one.page.wait_for_function("() => model.heard('prompts').length === 2")
        one.js("() => new Promise(requestAnimationFrame)")
        return one

    return opened


def box(one: Bench) -> Locator:
    return one.root.get_by_label("Prompt", exact=True)


def summary(one: Bench) -> Locator:
    return one.root.get_by_text("Earlier prompts", exact=True)


def entries(one: Bench) -> Locator:
    return one.root.get_by_role("list", name="Earlier prompts").get_by_role("button")


def caret(one: Bench) -> int:
    place: int = box(one).evaluate("e => e.selectionStart")
    return place


def test_arrows_walk_to_older_prompts_and_back_to_what_was_typed(open_one: Opener) -> None:
    one = open_one()
    box(one).fill("a ca")
    one.press("ArrowUp")
    expect(box(one)).to_have_value("an owl")
    one.press("ArrowUp", "ArrowUp")
    expect(box(one)).to_have_value("a fox")
    one.press("ArrowUp")
    expect(box(one)).to_have_value("a fox")
    one.press("ArrowDown", "ArrowDown")
    expect(box(one)).to_have_value("an owl")
    one.press("ArrowDown")
    expect(box(one)).to_have_value("a ca")
    one.press("ArrowDown")
    expect(box(one)).to_have_value("a ca")
    assert one.told() == [
        "Prompt 1 of 3. an owl", "Prompt 2 of 3. a hare\nin two lines", "Prompt 3 of 3. a fox",
        "Prompt 2 of 3. a hare\nin two lines", "Prompt 1 of 3. an owl", "What you typed. a ca",
    ]  # fmt: skip


def test_what_is_taken_is_checked_and_python_knows_it(open_one: Opener) -> None:
    one = open_one()
    one.press("ArrowUp")
    one.page.wait_for_function("() => model.saved.some(({ prompt }) => prompt === 'an owl')")
    assert one.sent("check")[-1]["fields"]["prompt"] == "an owl"
    expect(one.root.get_by_text("6 / 32,000", exact=True)).to_be_visible()


def test_a_prompt_that_is_changed_after_it_was_taken_is_a_draft_of_its_own(
    open_one: Opener,
) -> None:
    one = open_one()
    one.press("ArrowUp")
    box(one).press_sequentially(" at night")
    expect(box(one)).to_have_value("an owl at night")
    one.press("ArrowUp")
    expect(box(one)).to_have_value("an owl")
    one.press("ArrowDown")
    expect(box(one)).to_have_value("an owl at night")


def test_what_stands_in_the_prompt_already_is_no_step(open_one: Opener) -> None:
    one = open_one(traits={"prompt": "an owl"})
    one.press("End", "ArrowUp")
    expect(box(one)).to_have_value("a hare\nin two lines")
    one.press("ArrowDown", "ArrowDown")
    expect(box(one)).to_have_value("an owl")
    assert one.told()[-1] == "Prompt 1 of 3. an owl"


@pytest.mark.parametrize("text", ["one\ntwo\nthree", LONG], ids=["lines", "wrapped"])
def test_within_several_lines_the_caret_only_moves(open_one: Opener, text: str) -> None:
    one = open_one(traits={"prompt": text}, width=340)
    one.press("Control+End", "ArrowUp")
    expect(box(one)).to_have_value(text)
    assert 0 < caret(one) < len(text)
    one.press("ArrowDown")
    assert caret(one) > len(text) / 2
    expect(box(one)).to_have_value(text)
    one.press("Control+Home", "ArrowUp")
    expect(box(one)).to_have_value("an owl")


def test_a_walk_goes_through_prompts_of_several_lines(open_one: Opener) -> None:
    one = open_one(["one\ntwo", LONG, "a fox"], width=340)
    one.press("ArrowUp")
    assert caret(one) == 0, "where the same key leads on"
    one.press("ArrowUp", "ArrowUp")
    expect(box(one)).to_have_value("a fox")
    assert caret(one) == 5, "of one line at its end, as in a shell"
    one.press("ArrowDown")
    expect(box(one)).to_have_value(LONG)
    assert caret(one) == len(LONG)
    one.press("ArrowDown", "ArrowDown")
    expect(box(one)).to_have_value("")


def test_other_keys_are_the_browsers(open_one: Opener) -> None:
    one = open_one(traits={"prompt": "a cat"})
    one.press("Shift+ArrowUp", "Home", "Control+ArrowUp", "Alt+ArrowUp", "PageUp")
    expect(box(one)).to_have_value("a cat")


def test_neither_a_selection_nor_an_input_method_is_disturbed(open_one: Opener) -> None:
    one = open_one(traits={"prompt": "a cat"})
    one.press("Control+a", "ArrowUp")
    expect(box(one)).to_have_value("a cat")
    press = """e => e.dispatchEvent(new KeyboardEvent("keydown",
        { key: "ArrowUp", bubbles: true, cancelable: true, isComposing: true }))"""
    assert box(one).evaluate(press) is True, "left to the input method"
    expect(box(one)).to_have_value("a cat")


def test_what_is_run_here_is_an_earlier_prompt_at_once(open_one: Opener) -> None:
    one = open_one([])
    expect(summary(one)).to_be_hidden()
    for prompt in ("a cat", "a dog", "a cat"):
        box(one).fill(prompt)
        one.press("Control+Enter")
        expect(one.root.get_by_role("article").first).to_contain_text(prompt)
        expect(one.root.locator(".ew-run")).to_have_attribute("aria-disabled", "false")
    box(one).fill("a bird")
    one.press("ArrowUp", "ArrowUp", "ArrowUp")
    expect(box(one)).to_have_value("a dog")
    assert one.told()[-2:] == ["Prompt 1 of 2. a cat", "Prompt 2 of 2. a dog"]
    # Another kernel has asked for something meanwhile.
    one.js("() => (kernel.plan.prompts = ['elsewhere', 'a cat', 'a dog'])")
    summary(one).click()
    expect(entries(one)).to_have_text(["elsewhere", "a cat", "a dog"])
    box(one).focus()
    one.press("ArrowDown")
    expect(box(one)).to_have_value("a cat")


def test_the_list_puts_a_prompt_into_the_box_and_keeps_the_draft(open_one: Opener) -> None:
    one = open_one()
    box(one).fill("a draft")
    summary(one).click()
    expect(entries(one)).to_have_text(["an owl", "a hare in two lines", "a fox"])
    entries(one).nth(1).click()
    expect(box(one)).to_have_value("a hare\nin two lines")
    expect(box(one)).to_be_focused()
    assert caret(one) == len("a hare\nin two lines")
    one.press("ArrowDown")
    expect(box(one)).to_have_value("an owl")
    one.press("ArrowDown")
    expect(box(one)).to_have_value("a draft")


def test_the_list_is_one_tab_stop_and_its_arrows_walk(open_one: Opener) -> None:
    one = open_one(width=340)
    summary(one).focus()
    one.press("Enter")
    expect(entries(one)).to_have_count(3)
    one.press("Tab", "ArrowDown", "ArrowDown", "ArrowDown")
    expect(entries(one).nth(2)).to_be_focused()
    one.press("Home", "ArrowUp", "End", "ArrowUp", "Tab", "Shift+Tab")
    expect(entries(one).nth(1)).to_be_focused()
    one.press("Enter")
    expect(box(one)).to_be_focused()
    expect(box(one)).to_have_value("a hare\nin two lines")
    for button in entries(one).all():
        assert button.evaluate("e => e.offsetHeight") >= 24
        assert button.evaluate("e => e.scrollHeight <= e.clientHeight + 1"), "one line"
        expect(button).to_have_attribute("dir", "auto")


def test_a_panel_is_told_of_one_prompt_until_somebody_needs_more(bench: Opener) -> None:
    one = bench(plan={"prompts": PROMPTS})
    expect(summary(one)).to_be_visible()
    assert [message.get("most") for message in one.sent("prompts")] == [1]
    summary(one).click()
    expect(entries(one)).to_have_count(3)


def test_an_answer_that_comes_late_takes_the_focus_from_nobody(bench: Opener) -> None:
    one = bench(plan={"prompts": PROMPTS})
    expect(summary(one)).to_be_visible()
    one.js("() => kernel.deaf.add('prompts')")
    summary(one).click()
    expect(entries(one)).to_be_visible()  # the list is drawn a moment after it is opened
    one.press("Tab")
    expect(entries(one)).to_be_focused()
    told = "prompts => kernel.tell({ kind: 'prompts', prompts, id: model.heard('prompts')[1].id })"
    one.js(told, PROMPTS)
    expect(entries(one)).to_have_count(3)
    expect(entries(one).first).to_be_focused()


def test_a_prompt_that_is_edited_once_more_leaves_the_draft(open_one: Opener) -> None:
    one = open_one()
    box(one).fill("a draft")
    one.show(prompt="a fox", stage="refused", title="Refused", actions=["editPrompt"], endedAt=1.0)
    one.root.get_by_role("button", name="Edit prompt").click()
    expect(box(one)).to_have_value("a fox")
    one.press("ArrowDown", "ArrowDown", "ArrowDown")
    expect(box(one)).to_have_value("a draft")


def test_a_kernel_that_knows_no_prompts_does_no_harm(bench: Opener) -> None:
    one = bench(plan={"deaf": ["prompts", "presets"]}, traits={"prompt": "a cat"})
    box(one).focus()
    one.press("ArrowUp", "ArrowDown")
    expect(box(one)).to_have_value("a cat")
    expect(summary(one)).to_be_hidden()


def test_hostile_prompts_are_text(open_one: Opener) -> None:
    hostile = ['<img src=x onerror="window.hit=1">', "\u202eevil <b>\u202c", "x" * 32_000]
    one = open_one(hostile, width=340)
    summary(one).click()
    expect(entries(one).first).to_have_text(hostile[0])
    assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert one.root.locator("ul img, ul b").count() == 0
    entries(one).nth(2).click()
    assert box(one).evaluate("e => e.value.length") == 32_000
    assert one.js("() => window.hit") is None
