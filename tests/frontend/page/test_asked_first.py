"""A page whose settings name a limit: what may cost more is bought once a person has said so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import study_bench
from bench import Bench
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
ASKS = {
    "text": "This may cost up to 48 credits. Your settings ask before a purchase over 20.",
    "most": 48,
    "yes": "Buy",
}
#: As Python does: what may cost more than a press says is answered with a question.
LIMITED = """asks => {
    document.documentElement.dataset.evolinkMost = "20";
    kernel.answers.run = function (asked) {
        if (asked.most >= asks.most) return this.on_run(asked);
        return { kind: "rejected", message: asks.text, asks };
    };
}"""


@pytest.fixture
def one(bench: Opener) -> Bench:
    made = bench(traits={"prompt": "a fox"}, clock=True)
    later(made)
    return made


def later(one: Bench) -> None:
    """So much time passes in the page that nothing that has just come rests any more."""
    one.page.clock.run_for(8_000)


def run_button(one: Bench) -> Locator:
    return one.root.locator(".ew-run")


def limits(one: Bench) -> list[Any]:
    return [asked.get("most") for asked in one.sent("run")]


def press(one: Bench) -> Locator:
    """Run is pressed; the question that comes."""
    one.js(LIMITED, ASKS)
    run_button(one).click()
    one.page.clock.run_for(100)
    question = one.root.get_by_role("group", name="Before this is bought")
    expect(question).to_contain_text(str(ASKS["text"]))
    return question


def test_with_no_limit_nothing_is_asked(one: Bench) -> None:
    run_button(one).click()
    later(one)
    expect(one.root.get_by_role("article")).to_have_count(1)
    assert limits(one) == [None]


def test_a_yes_buys_what_was_asked_about_and_no_more(one: Bench) -> None:
    question = press(one)
    assert limits(one) == [20]
    yes = question.get_by_role("button", name="Buy", exact=True)
    later(one)
    yes.click()
    later(one)
    expect(one.root.get_by_role("article")).to_have_count(1)
    assert limits(one) == [20, 48]
    expect(question).to_be_hidden()


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_the_focus_is_on_what_buys_nothing(one: Bench, key: str) -> None:
    question = press(one)
    expect(question.get_by_role("button", name="Not now")).to_be_focused()
    later(one)
    one.press(key)
    expect(question).to_be_hidden()
    expect(run_button(one)).to_be_focused()
    assert limits(one) == [20]
    expect(one.root.get_by_role("article")).to_have_count(0)
    assert "Nothing was asked for." in one.told()


def test_the_question_goes_when_something_else_is_asked_for(one: Bench) -> None:
    """A "yes" would buy what stood there before."""
    question = press(one)
    prompt = one.root.get_by_label("Prompt", exact=True)
    prompt.focus()
    one.press("End", "e", "s")
    expect(question).to_be_hidden()
    expect(prompt).to_be_focused()
    later(one)
    assert limits(one) == [20]
    expect(one.root.get_by_role("article")).to_have_count(0)


def test_another_press_takes_the_place_of_the_question(one: Bench) -> None:
    question = press(one)
    later(one)
    one.js("() => delete kernel.answers.run")  # by now it costs less than the limit
    run_button(one).click()
    expect(question).to_be_hidden()
    later(one)
    expect(one.root.get_by_role("article")).to_have_count(1)
    assert limits(one) == [20, 20]
    assert "Nothing was asked for." not in one.told()


def test_the_question_of_a_cell_goes_with_the_cell(bench: Opener) -> None:
    one = bench(widget="study", traits=study_bench.TRAITS,
                plan=study_bench.plan(study_bench.welcome(letters="." * 48)))  # fmt: skip
    one.js(
        """asks => {
            document.documentElement.dataset.evolinkMost = "20";
            kernel.answers.buyCell = () => ({ kind: "rejected", message: asks.text, asks });
        }""",
        ASKS,
    )
    first = one.root.locator(".ew-at[tabindex='0']")
    first.focus()
    one.press("Enter", "Shift", "Enter")
    question = one.root.get_by_role("group", name="Before this is bought")
    expect(question).to_be_visible()
    one.root.get_by_role("gridcell").nth(1).focus()
    expect(question).to_be_hidden()
    expect(one.root.get_by_role("gridcell").nth(1)).to_be_focused()
