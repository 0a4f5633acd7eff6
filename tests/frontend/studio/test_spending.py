"""Money in the panel: what the store has, caps, what is out, and the step before paying twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, ending
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
PROMPT = "A lighthouse on a rocky headland"
OFFER = {
    "pictures": 4,
    "text": "4 in the store, paid 9.7 credits on 21 November",
    "take": "Use them",
    "most": 0,
}
CAP = {
    "name": "Today's budget", "limit": 50, "spent": 31.5, "reserved": 9.5,
    "text": "31.5 spent, 9.5 reserved, 9 of 50 credits left",
}  # fmt: skip
OBSTACLE = "This may cost 9.7 credits, and today's budget of 50 has 9 left."
OUT = "3 paid tasks from 13:02 are still yours, links end in 21 h."


def checked(**answer: Any) -> dict[str, Any]:
    """A page with a prompt whose kernel answers a check so."""
    return {"traits": {"prompt": PROMPT}, "plan": {"check": answer}}


def run_button(one: Bench) -> Locator:
    return one.root.get_by_role("button", name="Run", exact=False).first


def take_button(one: Bench) -> Locator:
    return one.root.get_by_role("button", name="Use them")


# -- what the store has ------------------------------------------------------------------------


def test_what_the_store_has_is_offered_beside_run_and_taken_by_keyboard(bench: Opener) -> None:
    one = bench(**checked(reuse=OFFER))
    expect(one.root.get_by_text(OFFER["text"])).to_be_visible()
    expect(run_button(one)).to_have_accessible_description(
        f"About $0.14 for 4 pictures {OFFER['text']}"
    )
    run_button(one).focus()
    one.press("Tab")
    expect(take_button(one)).to_be_focused()
    one.press("Enter")
    one.page.wait_for_function("() => model.heard('reuse').length === 1")
    assert one.sent("reuse")[0]["fields"]["prompt"] == PROMPT
    assert (one.sent("reuse")[0]["most"], one.sent("reuse")[0]["offered"]) == (0, 0)
    assert one.sent("run") == []


def test_run_asks_anew_whatever_the_store_has(bench: Opener) -> None:
    one = bench(**checked(reuse=OFFER))
    expect(take_button(one)).to_be_visible()
    run_button(one).click()
    one.page.wait_for_function("() => model.heard('run').length === 1")
    assert one.sent("reuse") == []


def test_an_offer_that_cannot_be_taken_is_only_told(bench: Opener) -> None:
    one = bench(**checked(reuse={**OFFER, "take": None}))
    expect(one.root.get_by_text(OFFER["text"])).to_be_visible()
    expect(take_button(one)).to_have_count(0)


def test_without_an_offer_there_is_no_line(bench: Opener) -> None:
    one = bench(**checked(reuse=None))
    expect(run_button(one)).to_have_accessible_description("About $0.14 for 4 pictures")
    expect(one.root.locator(".ew-reuse")).to_be_hidden()


def test_the_store_is_looked_at_again_when_a_run_has_ended(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    one.js("offer => void (kernel.plan.check = { reuse: offer })", OFFER)
    one.done()
    expect(take_button(one)).to_be_visible()


def alter(one: Bench, count: int, then: str = "") -> None:
    """Another count is typed, and in the same moment something more is done."""
    one.js(
        """([count, then]) => {
            const box = document.querySelector("[name=n]");
            box.value = count;
            box.dispatchEvent(new Event("input", { bubbles: true }));
            if (then) document.querySelector(then).click();
        }""",
        [count, then],
    )


def test_an_offer_goes_with_what_it_was_about_and_buys_nothing_else(bench: Opener) -> None:
    """The kernel is busy: what the store has of what the controls say now is not known."""
    one = bench(**checked(reuse=OFFER))
    expect(take_button(one)).to_be_visible()
    one.js("() => kernel.deaf.add('check')")
    alter(one, 2, then=".ew-reuse button")
    expect(one.root.locator(".ew-reuse")).to_be_hidden()
    assert one.sent("press") == []
    assert one.told()[-1] == "What the store has is looked up anew. Press once that is shown."
    one.js("() => { kernel.deaf.clear(); model.heard('check').forEach((m) => kernel.hear(m)) }")
    expect(take_button(one)).to_be_visible()


def test_a_price_is_shown_beside_what_it_is_the_price_of(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    one.js("() => kernel.deaf.add('check')")
    alter(one, 8)
    expect(run_button(one)).to_have_accessible_name("Run")
    expect(run_button(one)).to_have_accessible_description("Asking for the price…")
    one.root.get_by_label("Prompt", exact=True).press_sequentially(" at dusk")
    alter(one, 4)  # as before: another prompt has the same price
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    alter(one, 8)
    one.page.wait_for_function("() => model.heard('check').at(-1).fields.n === 8")
    one.js("() => { kernel.deaf.clear(); model.heard('check').forEach((m) => kernel.hear(m)) }")
    expect(run_button(one)).to_have_accessible_name("Run 19 credits")


def test_a_press_that_is_refused_leaves_no_price_of_something_else(bench: Opener) -> None:
    """It was pressed before Python was asked about what was typed."""
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    one.js(
        "() => (kernel.answers.run = () => ({ kind: 'rejected', message: 'The cap is used up.' }))"
    )
    alter(one, 8, then=".ew-run")
    expect(one.root.locator(".ew-notices")).to_have_text("The cap is used up.")
    expect(run_button(one)).to_have_accessible_name("Run 19 credits")
    expect(one.root.locator(".ew-notices")).to_have_text("The cap is used up.")


def test_a_refused_press_before_the_first_price_leaves_a_price(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT}, plan={"deaf": ["check"]})
    one.page.wait_for_function("() => model.heard('check').length === 1")
    one.js("""() => {
        kernel.deaf.clear();
        kernel.answers.run = () => ({ kind: "rejected", message: "The cap is used up." });
    }""")
    run_button(one).focus()
    one.press("Enter")
    expect(one.root.locator(".ew-notices")).to_have_text("The cap is used up.")
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")


def test_what_python_can_not_say_stands_against_no_press(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    alter(one, 99)
    expect(run_button(one)).to_have_attribute("aria-disabled", "true")
    one.js("() => (kernel.answers.check = () => ({ kind: 'rejected', message: 'It broke.' }))")
    alter(one, 4)
    expect(one.root.locator(".ew-notices")).to_have_text("It broke.")
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    run_button(one).focus()
    one.press("Enter")
    one.page.wait_for_function("() => kernel.bought.length === 1")


def test_a_run_from_the_store_says_so_with_what_was_paid(bench: Opener) -> None:
    one = bench()
    key = one.show()
    one.land(key, *range(4))
    one.change(
        key, stage="done", title="From the store", reused="paid 9.7 credits on 21 November",
        charge={"kind": "charged", "text": "0 credits"}, actions=["saveAll"],
    )  # fmt: skip
    expect(one.root.locator(".ew-title")).to_have_text(
        "From the storepaid 9.7 credits on 21 November0 credits"
    )
    assert one.told()[-1].startswith("From the store. 0 credits.")


def test_what_a_run_is_waiting_for_is_told_while_it_waits(bench: Opener) -> None:
    one = bench()
    one.show(message="2 of 4 from the store, paid 4.9 credits on 21 November.")
    expect(one.root.locator(".ew-words")).to_contain_text("2 of 4 from the store")
    expect(one.root.locator(".ew-words")).to_be_visible()


# -- caps --------------------------------------------------------------------------------------


def test_a_cap_has_a_bar_and_says_all_of_it_in_words(bench: Opener) -> None:
    one = bench(**checked(meters=[CAP, {**CAP, "name": "Budget", "spent": 60}]))
    meter = one.root.get_by_role("meter", name="Today's budget")
    expect(meter).to_have_attribute("aria-valuemin", "0")
    expect(meter).to_have_attribute("aria-valuemax", "50")
    expect(meter).to_have_attribute("aria-valuenow", "41")
    expect(meter).to_have_attribute("aria-valuetext", CAP["text"])
    expect(one.root.get_by_text(CAP["text"]).first).to_be_visible()
    widths = meter.locator("i").evaluate_all(
        "(all) => all.map((i) => i.offsetWidth / i.parentElement.offsetWidth)"
    )
    assert widths == pytest.approx([0.63, 0.19], abs=0.02)
    over = one.root.get_by_role("meter", name="Budget", exact=True)
    expect(over).to_have_attribute("aria-valuenow", "50")


def test_what_does_not_fit_under_a_cap_is_said_before_run_is_pressed(bench: Opener) -> None:
    one = bench(**checked(meters=[CAP], obstacle=OBSTACLE))
    expect(run_button(one)).to_have_attribute("aria-disabled", "true")
    expect(run_button(one)).to_have_accessible_description(OBSTACLE)
    expect(one.root.get_by_text(OBSTACLE)).to_be_visible()
    run_button(one).click(force=True)
    assert one.told() == [OBSTACLE]
    assert one.sent("run") == []


def test_a_cap_that_was_set_meanwhile_is_seen_by_who_comes_back(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    one.js("told => void (kernel.plan.check = told)", {"meters": [CAP], "obstacle": OBSTACLE})
    one.root.get_by_label("Prompt", exact=True).focus()
    expect(one.root.get_by_text(OBSTACLE)).to_be_visible()
    expect(one.root.get_by_role("meter", name="Today's budget")).to_be_visible()


def test_what_cannot_be_bought_can_still_be_taken_from_the_store(bench: Opener) -> None:
    off = 'Spending is switched off (spend="never").'
    one = bench(**checked(obstacle=off, reuse=OFFER))
    expect(run_button(one)).to_have_accessible_description(f"{off} {OFFER['text']}")
    take_button(one).click()
    one.page.wait_for_function("() => model.heard('reuse').length === 1")


def test_the_key_and_the_account_are_told_apart(bench: Opener) -> None:
    parts = [["This key", "20.0 credits"], ["account", "412.6 credits"]]
    one = bench(**checked(balance={"credits": 20, "parts": parts}))
    expect(one.root.locator(".ew-ends")).to_have_text(
        "This key 20.0 credits · account 412.6 credits"
    )


def test_a_price_that_was_learned_says_from_what(bench: Opener) -> None:
    price = {"low": 9.1, "high": 9.9, "usdLow": 0.134, "usdHigh": 0.146, "text": ""}
    one = bench(**checked(price={**price, "learned": "from 118 receipts"}))
    expect(one.root.get_by_text("for 4 pictures, from 118 receipts")).to_be_visible()


# -- what is out -------------------------------------------------------------------------------


def outstanding(one: Bench) -> Locator:
    one.js(f"() => kernel.tell({{ kind: 'outstanding', tasks: 3, text: '{OUT}' }})")
    banner = one.root.get_by_role("group", name="Paid and not collected")
    expect(banner).to_be_visible()
    return banner


def test_what_an_earlier_kernel_paid_for_is_told_and_collected(bench: Opener) -> None:
    one = bench()
    one.js("() => void (kernel.answers.recover = () => ({ kind: 'collecting', tasks: 3 }))")
    banner = outstanding(one)
    expect(banner).to_contain_text(OUT)
    assert one.told() == [OUT]
    banner.get_by_role("button", name="Collect").focus()
    one.press("Enter")
    expect(banner.get_by_text("Collecting 3 tasks.")).to_be_visible()
    expect(banner.get_by_role("button")).to_have_count(0)
    expect(banner).to_be_focused()
    assert len(one.sent("recover")) == 1
    assert one.told()[-1] == "Collecting 3 tasks."
    one.press("Tab")
    expect(banner).to_be_hidden()


def test_collecting_that_fails_says_why_and_can_be_tried_again(bench: Opener) -> None:
    one = bench()
    one.js("() => void (kernel.answers.recover = () => ({ kind: 'rejected', message: 'No.' }))")
    banner = outstanding(one)
    banner.get_by_role("button", name="Collect").click()
    expect(banner).to_contain_text("No.")
    expect(banner.get_by_role("button", name="Collect")).to_be_enabled()


def test_where_another_kernel_was_quicker_nothing_is_out_any_more(bench: Opener) -> None:
    one = bench()
    one.js("() => void (kernel.answers.recover = () => ({ kind: 'collecting', tasks: 0 }))")
    banner = outstanding(one)
    banner.get_by_role("button", name="Collect").click()
    expect(banner.get_by_text("Nothing is left to collect.")).to_be_visible()


# -- before it may be paid twice ---------------------------------------------------------------


def test_sending_again_is_asked_about_first_and_says_what_it_may_cost(bench: Opener) -> None:
    one = bench()
    key = one.show(**ending("unknown"), stake="9.7 credits")
    send = one.root.get_by_role("button", name="Send again with the same key")
    send.focus()
    one.press("Enter")
    question = one.root.get_by_role("group", name="Send again?")
    expect(question).to_contain_text("charges up to 9.7 credits a second time")
    not_now = question.get_by_role("button", name="Not now")
    expect(not_now).to_be_focused()
    expect(not_now).to_have_accessible_description(question.locator("bdi").inner_text())
    assert one.sent("sendAgain") == []

    one.press("Escape")
    expect(question).to_be_hidden()
    expect(send).to_be_focused()
    one.press("Enter", "Tab", "Enter")
    one.page.wait_for_function("() => model.heard('sendAgain').length === 1")
    assert one.sent("sendAgain")[0]["key"] == key
    expect(question).to_be_hidden()


def test_the_question_goes_when_the_outcome_is_known(bench: Opener) -> None:
    one = bench()
    key = one.show(**ending("unknown"))
    one.root.get_by_role("button", name="Send again").click()
    question = one.root.get_by_role("group", name="Send again?")
    expect(question).to_contain_text("charges the same a second time")
    one.change(key, stage="pending", title="Waiting in the queue", actions=["stop"])
    expect(question).to_be_hidden()


# -- hostile -----------------------------------------------------------------------------------


def test_hostile_words_about_money_stay_words(bench: Opener) -> None:
    evil = "<img src=x onerror=alert(1)></script>\u202e"
    one = bench(
        **checked(
            reuse={**OFFER, "text": evil, "take": evil},
            meters=[{**CAP, "name": evil, "text": evil}],
            balance={"credits": 1, "parts": [[evil, evil], [evil, evil]]},
            obstacle=evil,
            notices=[evil],
        )
    )
    one.show(**ending("unknown") | {"stake": evil, "reused": evil})
    one.root.get_by_role("button", name="Send again").click()
    one.js("text => kernel.tell({ kind: 'outstanding', tasks: 1, text })", evil)
    expect(one.root.get_by_text(evil).first).to_be_visible()
    assert one.root.locator("img[src=x], script").count() == 0
