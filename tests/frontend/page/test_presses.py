"""One press, one purchase: second clicks, held keys, and what has just come under the pointer.

The mouse and the keys are real; the page's clock is the test's, so that gaps and round trips are
what they say on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import DONE, Bench, ending
from gallery_bench import gallery, pictures, place
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
PROMPT = "A lighthouse on a rocky headland at dusk"
#: Milliseconds between the two clicks of a double click, and of the round trip to the kernel.
GAPS = (30, 60, 100, 150, 250, 350, 450)
TRIPS = (0, 300, 2000)
#: Milliseconds until nothing of a press is under way any more.
LONG = 8000
#: Its one button stands where "Stop waiting" stood.
STOPPED = ending("stopped") | {"actions": ["resume"]}
OFFER = {"pictures": 2, "text": "2 of 4 in the store.", "take": "Use them and buy 2"}


def studio(bench: Opener, trip: int, **how: Any) -> Bench:
    plan = {"delay": trip / 2} | how.pop("plan", {})
    one = bench(traits={"prompt": PROMPT}, plan=plan, clock=True, **how)
    later(one, LONG)
    return one


def later(one: Bench, milliseconds: float) -> None:
    """So much time passes in the page."""
    one.page.clock.run_for(milliseconds)


def aim(one: Bench, button: Locator) -> None:
    """The pointer goes there from elsewhere, and stays."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    one.page.mouse.move(2, 2)
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def steer(one: Bench, control: Locator) -> None:
    """The focus goes there by keys, as with Tab."""
    one.press("Shift")
    control.focus()


def click(one: Bench) -> None:
    """Press and let go, wherever the pointer is."""
    one.page.mouse.down()
    one.page.mouse.up()


def hold(one: Bench, key: str, milliseconds: int = 1500) -> None:
    """Hold a key, which repeats as keyboards do: after 500 ms, then 30 times a second."""
    one.page.keyboard.down(key)
    later(one, 500)
    for _ in range((milliseconds - 500) // 33):
        one.page.keyboard.down(key)
        later(one, 33)
    one.page.keyboard.up(key)


def run_button(one: Bench) -> Locator:
    return one.root.locator(".ew-run")


def button(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("button", name=name, exact=True)


# -- second clicks -----------------------------------------------------------------------------


@pytest.mark.parametrize("trip", TRIPS)
def test_a_double_click_on_run_buys_once_at_every_gap(bench: Opener, trip: int) -> None:
    one = studio(bench, trip)
    for count, gap in enumerate(GAPS, 1):
        aim(one, run_button(one))
        click(one)
        expect(run_button(one)).to_have_attribute("aria-disabled", "true")
        expect(run_button(one)).to_have_text("Asking…" if trip else "Asked")
        later(one, gap)
        click(one)
        later(one, LONG)
        assert one.bought() == ["run"] * count, f"{gap} ms"
        expect(run_button(one)).to_have_attribute("aria-disabled", "false")


@pytest.mark.parametrize("trip", TRIPS)
def test_impatient_clicks_buy_once_until_the_start_has_been_seen(bench: Opener, trip: int) -> None:
    one = studio(bench, trip)
    aim(one, run_button(one))
    click(one)
    # To the very moment in which the answer comes, and most of a second after it.
    for _ in range((2 * trip + 900) // 100):
        later(one, 100)
        click(one)
    later(one, LONG)
    assert one.bought() == ["run"]
    assert one.told().count("Waiting in the queue. " + PROMPT) == 1
    click(one)
    later(one, LONG)
    assert one.bought() == ["run", "run"], "a press that is meant still buys"


@pytest.mark.parametrize("trip", TRIPS)
@pytest.mark.parametrize("stage", ["done", "failed"])
def test_two_clicks_on_run_again_buy_one_and_stop_nothing(
    bench: Opener, trip: int, stage: str
) -> None:
    one = studio(bench, trip)
    key = one.show(n=1)
    later(one, LONG)
    one.change(key, **(DONE if stage == "done" else ending(stage)))
    later(one, LONG)
    for count, gap in enumerate(GAPS, 1):
        aim(one, button(one, "Run again"))
        click(one)
        later(one, gap)
        click(one)
        # The new run stands where the pointer is by now, and its button is under it.
        later(one, 2 * trip + 100)
        click(one)
        assert one.sent("stop") == []
        later(one, LONG)
        assert one.bought() == ["runAgain"] * count, f"{gap} ms"
        one.js("() => kernel.change(kernel.runs.at(-1).key, { stage: 'done', actions: [] })")
        later(one, LONG)


def test_run_is_armed_again_after_another_button_has_rested(bench: Opener) -> None:
    one = studio(bench, 0)
    key = one.show(n=1)
    one.change(key, **DONE)
    later(one, LONG)
    aim(one, button(one, "Run again"))
    click(one)
    later(one, 200)
    # A run as short as this is over while the button rests: the last that is drawn for it.
    one.js("() => kernel.tell({ kind: 'balance', credits: 1, parts: [] })")
    expect(run_button(one)).to_have_attribute("aria-disabled", "true")
    later(one, LONG)
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")


@pytest.mark.parametrize("trip", TRIPS)
def test_what_the_store_offers_is_taken_once(bench: Opener, trip: int) -> None:
    one = studio(bench, trip, plan={"check": {"reuse": OFFER}})
    for count, gap in enumerate(GAPS, 1):
        aim(one, button(one, OFFER["take"]))
        click(one)
        later(one, gap)
        click(one)
        later(one, LONG)
        assert one.bought() == ["reuse"] * count, f"{gap} ms"


@pytest.mark.parametrize("trip", TRIPS)
def test_sending_again_is_sent_again_once(bench: Opener, trip: int) -> None:
    one = studio(bench, trip)
    one.show(**ending("unknown"))
    later(one, LONG)
    for count, gap in enumerate(GAPS, 1):
        aim(one, button(one, "Send again with the same key"))
        # The question opens, and "Send again" is pressed at once, and again.
        click(one)
        later(one, 1000)
        aim(one, button(one, "Send again"))
        click(one)
        expect(button(one, "Asking…" if trip else "Asked")).to_be_visible()
        later(one, gap)
        click(one)
        later(one, LONG)
        assert one.bought() == ["sendAgain"] * count, f"{gap} ms"


@pytest.mark.parametrize("trip", TRIPS)
def test_the_gallery_asks_again_once(bench: Opener, trip: int) -> None:
    one = gallery(bench, 8, plan={"delay": trip / 2}, clock=True)
    for _ in range(6):
        later(one, LONG)
    for count, gap in enumerate(GAPS, 1):
        aim(one, one.menu(place(one, 1)).get_by_role("menuitem", name="Ask again"))
        click(one)
        later(one, gap)
        click(one)
        later(one, LONG)
        assert len(one.bought()) == count - 1, "a price buys nothing"
        aim(one, one.root.locator(".ew-told").get_by_role("button", name="Ask again"))
        click(one)
        later(one, gap)
        click(one)
        later(one, LONG)
        assert one.bought() == ["runAgain"] * count, f"{gap} ms"


def test_a_double_click_in_real_time_buys_once(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT}, plan={"delay": 20})
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    run_button(one).dblclick()
    run_button(one).click(click_count=3, force=True)
    expect(one.root.get_by_role("article")).to_have_count(1)
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    assert one.bought() == ["run"]


def test_a_second_click_that_a_busy_page_hears_of_late_buys_nothing(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    # The page hears of the second click when the first has been answered and Run is armed again.
    one.js("""() => new Promise((done) => {
        const run = document.querySelector(".ew-run");
        const late = new MouseEvent("click", { bubbles: true, cancelable: true });
        setTimeout(() => run.click(), 5);
        const look = setInterval(() => {
            if (!kernel.bought[0] || run.ariaDisabled === "true") return;
            clearInterval(look);
            run.dispatchEvent(late);
            done();
        }, 20);
    })""")
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    assert one.told()[-1] == "Asked a moment ago."
    assert one.bought() == ["run"]


# -- held keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trip", TRIPS)
@pytest.mark.parametrize("keys", ["Control+Enter", "Meta+Enter", "Enter", "Space"])
def test_a_held_key_buys_once(bench: Opener, trip: int, keys: str) -> None:
    one = studio(bench, trip)
    *modifiers, key = keys.split("+")
    prompt = one.root.get_by_label("Prompt", exact=True)
    (prompt if modifiers else run_button(one)).focus()
    for modifier in modifiers:
        one.page.keyboard.down(modifier)
    hold(one, key, 1500)
    later(one, LONG)
    hold(one, key, 700)
    for modifier in modifiers:
        one.page.keyboard.up(modifier)
    later(one, LONG)
    assert one.bought() == ["run", "run"], "one for each time that it was held"
    expect(prompt).to_have_value(PROMPT)


@pytest.mark.parametrize("trip", TRIPS)
def test_enter_held_on_run_again_buys_once_and_stops_nothing(bench: Opener, trip: int) -> None:
    one = studio(bench, trip)
    one.done(1)
    later(one, LONG)
    button(one, "Run again").focus()
    hold(one, "Enter", 3000)
    later(one, LONG)
    assert one.bought() == ["runAgain"]
    assert one.sent("stop") == []


def test_enter_held_through_the_question_sends_nothing_again(bench: Opener) -> None:
    one = studio(bench, 0)
    one.show(**ending("unknown"))
    button(one, "Send again with the same key").focus()
    hold(one, "Enter", 3000)
    expect(button(one, "Not now")).to_be_focused()
    assert one.bought() == []


def test_enter_pressed_twice_does_not_press_what_the_focus_was_taken_to(bench: Opener) -> None:
    one = studio(bench, 0)
    key = one.show()
    one.js("""() => (kernel.answers.stop = ({ key }) => {
        kernel.change(key, { stage: "stopped", title: "Waiting stopped", actions: ["resume"] });
        return { kind: "ok" };
    })""")
    button(one, "Stop waiting").focus()
    one.press("Enter")
    expect(button(one, "Wait again")).to_be_focused()
    later(one, 300)
    one.press("Enter")
    assert one.sent("resume") == []
    assert "has only just appeared. Press again." in one.told()[-1]
    later(one, 1000)
    one.press("Enter")
    assert [message["key"] for message in one.sent("resume")] == [key]


def test_keys_that_only_move_or_write_may_be_held(bench: Opener) -> None:
    one = studio(bench, 0)
    prompt = one.root.get_by_label("Prompt", exact=True)
    prompt.fill("")
    hold(one, "a", 800)
    assert len(prompt.input_value()) > 5
    hold(one, "Enter", 800)
    assert prompt.input_value().count("\n") > 5
    hold(one, "Backspace", 1500)
    expect(prompt).to_have_value("")
    count = one.root.get_by_label("Count")
    count.focus()
    hold(one, "ArrowUp", 800)
    expect(count).to_have_value("10")
    assert one.bought() == []


def test_enter_held_on_remove_removes_one_preset_and_puts_nothing_back(bench: Opener) -> None:
    presets = {name: {"size": "1:1"} for name in ("a", "b", "c")}
    one = studio(bench, 0, plan={"presets": presets})
    one.root.get_by_text("Presets · 3").click()
    steer(one, one.root.get_by_role("button", name="Remove preset a"))
    hold(one, "Enter", 2000)
    assert [message["name"] for message in one.sent("removePreset")] == ["a"]
    assert one.sent("savePreset") == []
    expect(button(one, "Undo")).to_be_focused()


# -- what has come under the pointer -----------------------------------------------------------


def test_what_comes_under_the_pointer_says_that_it_rests_and_is_armed_then(bench: Opener) -> None:
    one = studio(bench, 0)
    key = one.show(n=1)
    one.land(key, 0)
    one.js("() => (kernel.answers.stop = () => ({ kind: 'ok' }))")
    aim(one, button(one, "Stop waiting"))
    click(one)
    later(one, 5000)
    one.change(key, **STOPPED)
    wait_again = button(one, "Wait again")
    expect(wait_again).to_have_attribute("aria-disabled", "true")
    later(one, 900)
    click(one)
    assert one.sent("resume") == []
    assert one.told()[-1] == "“Wait again” has only just appeared. Press again."
    later(one, 150)
    expect(wait_again).not_to_have_attribute("aria-disabled", "true")
    click(one)
    assert len(one.sent("resume")) == 1


def test_a_button_that_was_held_down_while_it_rested_does_nothing(bench: Opener) -> None:
    one = studio(bench, 0)
    key = one.show(n=1)
    one.land(key, 0)
    aim(one, button(one, "Stop waiting"))
    click(one)
    one.change(key, **STOPPED)
    one.page.mouse.down()
    later(one, 3000)
    one.page.mouse.up()
    assert one.sent("resume") == []


def test_a_pointer_that_has_moved_away_finds_all_armed(bench: Opener) -> None:
    one = studio(bench, 0)
    key = one.show(n=1)
    one.land(key, 0)
    aim(one, button(one, "Stop waiting"))
    click(one)
    one.change(key, **STOPPED)
    expect(button(one, "Wait again")).to_have_attribute("aria-disabled", "true")
    aim(one, button(one, "Wait again"))
    expect(button(one, "Wait again")).not_to_have_attribute("aria-disabled", "true")
    click(one)
    assert len(one.sent("resume")) == 1


def test_a_second_tap_does_not_press_what_came_under_the_finger(bench: Opener) -> None:
    one = studio(bench, 0, has_touch=True)
    one.done(1)
    later(one, LONG)
    box = button(one, "Run again").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    one.page.touchscreen.tap(x, y)
    later(one, 250)
    one.page.touchscreen.tap(x + 9, y + 4)
    later(one, LONG)
    assert one.bought() == ["runAgain"]
    assert one.sent("stop") == []


def test_a_button_without_a_pointer_is_pressed_at_once(bench: Opener) -> None:
    one = studio(bench, 0)
    key = one.show()
    # As a screen reader presses: no pointer, no key.
    button(one, "Stop waiting").evaluate("button => button.click()")
    one.change(key, **ending("stopped"))
    button(one, "Wait again").evaluate("button => button.click()")
    assert len(one.sent("resume")) == 1


def test_an_offer_that_has_become_another_is_not_taken_at_once(bench: Opener) -> None:
    free = {"pictures": 4, "text": "4 in the store.", "take": "Use them"}
    one = studio(bench, 0, plan={"check": {"reuse": free}})
    aim(one, button(one, "Use them"))
    one.page.mouse.down()
    one.page.mouse.up()
    later(one, LONG)
    assert one.bought() == ["reuse"]
    one.js("told => void (kernel.plan.check = { reuse: told })", OFFER)
    one.js("() => kernel.show({ title: 'Another' })")
    later(one, 200)
    expect(button(one, OFFER["take"])).to_be_visible()
    click(one)
    later(one, LONG)
    assert one.bought() == ["reuse"]
    click(one)
    later(one, LONG)
    assert one.bought() == ["reuse", "reuse"]


# -- deleting ----------------------------------------------------------------------------------


@pytest.mark.parametrize("trip", TRIPS)
@pytest.mark.parametrize("key", ["Delete", "Backspace"])
def test_delete_held_takes_one_picture_and_undo_brings_it_back(
    bench: Opener, trip: int, key: str
) -> None:
    one = gallery(bench, 20, plan={"delay": trip / 2}, clock=True)
    for _ in range(6):
        later(one, LONG)
    place(one, 3).focus()
    hold(one, key, 1500)
    for _ in range(3):
        later(one, LONG)
    assert [message["pictures"] for message in one.sent("trash")] == [["task17.0"]]
    expect(one.root.locator(".ew-tally")).to_have_text("19 pictures")
    one.page.keyboard.down("Control")
    hold(one, "z", 1500)
    one.page.keyboard.up("Control")
    for _ in range(3):
        later(one, LONG)
    assert [message["pictures"] for message in one.sent("restore")] == [["task17.0"]]
    expect(one.root.locator(".ew-tally")).to_have_text("20 pictures")


@pytest.mark.parametrize("trip", TRIPS)
def test_a_double_click_on_move_to_trash_takes_one_picture(bench: Opener, trip: int) -> None:
    one = gallery(bench, 20, plan={"delay": trip / 2}, clock=True)
    for _ in range(6):
        later(one, LONG)
    for count, gap in enumerate(GAPS, 1):
        aim(one, one.menu(place(one, 3)).get_by_role("menuitem", name="Move to trash"))
        click(one)
        later(one, gap)
        click(one)
        later(one, 2 * trip)
        click(one)
        for _ in range(3):
            later(one, LONG)
        expect(one.root.locator(".ew-tally")).to_have_text(f"{20 - count} pictures")


def test_undo_goes_back_step_by_step(bench: Opener) -> None:
    one = gallery(bench, 20)
    for left in (19, 18, 17):
        before = len(one.sent("trash"))
        while len(one.sent("trash")) == before:  # until it is drawn, the one that has gone is there
            place(one, 3).focus()
            one.press("Delete")
        expect(one.root.locator(".ew-tally")).to_have_text(f"{left} pictures")
    for left in (18, 19, 20):
        place(one, 3).focus()
        one.press("Control+z")
        expect(one.root.locator(".ew-tally")).to_have_text(f"{left} pictures")
    took = [message["pictures"] for message in one.sent("trash")]
    assert [message["pictures"] for message in one.sent("restore")] == took[::-1]
    expect(pictures(one).first).to_be_visible()


# -- without a connection ----------------------------------------------------------------------


def cut(one: Bench, status: str = "connecting") -> None:
    """The host says how its connection to the kernel is."""
    one.js("status => void (model.widget_manager.kernel.connectionStatus = status)", status)


GONE = "No connection to the kernel. Wait until it is back. Nothing was asked for."


@pytest.mark.parametrize("status", ["connecting", "disconnected"])
@pytest.mark.parametrize("name", ["Run", "Run again", "Send again"])
def test_without_a_connection_nothing_is_queued(bench: Opener, status: str, name: str) -> None:
    one = studio(bench, 0)
    if name != "Run":
        one.show(**(DONE if name == "Run again" else ending("unknown")))
    cut(one, status)
    if name == "Send again":
        button(one, "Send again with the same key").click()
    (run_button(one) if name == "Run" else button(one, name)).click()
    expect(one.root.get_by_text(GONE).last).to_be_visible()
    assert one.told()[-1] == GONE
    assert one.sent("press") == []
    later(one, 2000)
    cut(one, "connected")
    later(one, LONG)
    assert one.bought() == []
    if name == "Run":
        run_button(one).click()
        later(one, LONG)
        assert one.bought() == ["run"]


def test_a_connection_that_breaks_takes_the_press_back(bench: Opener) -> None:
    one = studio(bench, 0, plan={"deaf": ["press"]})
    run_button(one).click()
    later(one, 500)
    cut(one)
    later(one, 500)
    expect(one.root.get_by_text(GONE).last).to_be_visible()
    # What was under way arrives when it is back, and comes to nothing.
    cut(one, "connected")
    one.js("() => { kernel.deaf.clear(); model.heard('press').forEach((m) => kernel.hear(m)) }")
    later(one, 60_000)
    assert one.bought() == []


def test_a_press_that_waits_is_in_sight_and_can_be_taken_back(bench: Opener) -> None:
    one = studio(bench, 0, plan={"deaf": ["press"]})
    run_button(one).click()
    waiting = one.root.get_by_role("group", name="Waiting for the kernel")
    expect(waiting).to_be_hidden()
    later(one, 1600)
    expect(waiting).to_contain_text("Nothing was asked for so far.")
    assert one.told()[-1] == "The kernel has not answered yet. Nothing was asked for so far."
    steer(one, waiting.get_by_role("button", name="Take back"))
    one.press("Enter")
    expect(waiting).to_be_hidden()
    assert one.told()[-1] == "Taken back. Nothing was asked for."
    expect(run_button(one)).to_be_focused()
    one.js("() => { kernel.deaf.clear(); model.heard('press').forEach((m) => kernel.hear(m)) }")
    later(one, 60_000)
    assert one.bought() == []
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    run_button(one).click()
    later(one, LONG)
    assert one.bought() == ["run"]


def test_a_press_is_carried_out_after_a_cell_that_was_not_too_long(bench: Opener) -> None:
    one = studio(bench, 0, plan={"deaf": ["press"]})
    run_button(one).click()
    later(one, 20_000)
    one.js("() => { kernel.deaf.clear(); model.heard('press').forEach((m) => kernel.hear(m)) }")
    later(one, LONG)
    assert one.bought() == ["run"]


def test_a_press_that_is_not_answered_for_a_minute_takes_itself_back(bench: Opener) -> None:
    one = studio(bench, 0, plan={"deaf": ["press"]})
    run_button(one).click()
    later(one, 61_000)
    assert one.told()[-1] == ("The kernel did not answer. Nothing was asked for.")
    one.js("() => { kernel.deaf.clear(); model.heard('press').forEach((m) => kernel.hear(m)) }")
    later(one, 60_000)
    assert one.bought() == []


def test_a_purchase_whose_answer_was_lost_is_asked_about_and_not_made_again(bench: Opener) -> None:
    one = studio(bench, 0)
    one.js("() => void (kernel.losing = 2)")
    run_button(one).click()
    later(one, 1600)
    waiting = one.root.get_by_role("group", name="Waiting for the kernel")
    expect(waiting).to_contain_text("within 10 s or not at all")
    expect(waiting.get_by_role("button")).to_have_count(0)
    later(one, 20_000)
    expect(waiting).to_be_hidden()
    assert one.bought() == ["run"]
    assert len(one.sent("run")) == 3
    assert len({message["id"] for message in one.sent("run")}) == 1


def test_a_view_that_ends_takes_its_press_back(bench: Opener) -> None:
    one = studio(bench, 0, plan={"deaf": ["press"]})
    run_button(one).click()
    one.js("() => view()")
    one.js("() => { kernel.deaf.clear(); model.heard('press').forEach((m) => kernel.hear(m)) }")
    later(one, 60_000)
    assert one.bought() == []
