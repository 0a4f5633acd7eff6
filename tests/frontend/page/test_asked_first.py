"""A page whose settings name a limit: what may cost more is bought once a person has said so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
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
