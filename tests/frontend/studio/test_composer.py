"""The composer: what is asked for, what is wrong with it, what it costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bench import RATIOS, RULES, Bench
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
PROMPT = "A lighthouse on a rocky headland"


def run_button(one: Bench) -> Locator:
    return one.root.get_by_role("button", name="Run", exact=False).first


def test_without_a_prompt_run_says_why_and_leads_to_the_prompt(bench: Opener) -> None:
    one = bench()
    run = run_button(one)
    expect(run).to_have_attribute("aria-disabled", "true")
    expect(run).to_have_accessible_description("Write a prompt to run.")
    run.click(force=True)
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_focused()
    assert one.told() == ["Write a prompt to run."]
    assert one.sent("run") == []


@pytest.mark.parametrize(
    ("text", "count"), [("", "0"), ("fox", "3"), ("狐と雪", "3"), ("🦊🦊", "2"), ("é\n", "2")]
)
def test_the_counter_counts_code_points_while_typing(bench: Opener, text: str, count: str) -> None:
    one = bench()
    prompt = one.root.get_by_label("Prompt", exact=True)
    prompt.fill(text)
    expect(one.root.get_by_text(f"{count} / 32,000", exact=True)).to_be_visible()
    expect(prompt).to_have_accessible_description(f"{count} / 32,000")
    expect(prompt).to_have_attribute("dir", "auto")


def test_what_is_typed_reaches_python_once_the_typing_pauses(bench: Opener) -> None:
    one = bench(clock=True)
    one.root.get_by_label("Prompt", exact=True).press_sequentially("fox")
    assert one.js("() => model.saved") == []
    one.page.clock.run_for(200)
    assert one.js("() => model.saved") == [{"prompt": "fox"}]
    assert one.sent("check")[-1]["fields"] == {
        "prompt": "fox", "size": "3:2", "resolution": "1K", "quality": "medium", "n": 4,
        "model": "gpt-image-2", "references": [],
    }  # fmt: skip


def test_an_echo_of_what_was_saved_does_not_undo_what_is_typed(bench: Opener) -> None:
    one = bench(clock=True)
    prompt = one.root.get_by_label("Prompt", exact=True)
    prompt.press_sequentially("a fo")
    one.page.clock.run_for(200)
    prompt.press_sequentially("x")
    one.js("() => { model.state.prompt = 'a fo'; model.fire('change:n') }")
    expect(prompt).to_have_value("a fox")


def test_python_sets_every_control(bench: Opener) -> None:
    one = bench()
    values = {
        "prompt": "a fox", "size": "16:9", "resolution": "2K", "quality": "high", "n": 2,
        "model": "gpt-image-2-beta", "references": ["https://a.test/fox.png"],
    }  # fmt: skip
    one.js("v => Object.entries(v).forEach(([name, value]) => model.set(name, value))", values)
    expect(one.root.get_by_label("Prompt", exact=True)).to_have_value("a fox")
    expect(one.root.get_by_role("button", name="Size 16:9 · 2K")).to_be_visible()
    expect(one.root.get_by_role("radio", name="high")).to_be_checked()
    expect(one.root.get_by_label("Count")).to_have_value("2")
    expect(one.root.get_by_text("Model · gpt-image-2-beta")).to_be_visible()
    one.page.wait_for_function("() => model.heard('check').at(-1)?.fields.n === 2")
    assert one.sent("check")[-1]["fields"] == values


def test_the_wheel_over_a_number_scrolls_the_page_and_counts_nothing(bench: Opener) -> None:
    one = bench()
    count = one.root.get_by_label("Count", exact=True)
    count.focus()
    count.hover()
    one.page.mouse.wheel(0, 100)
    expect(count).not_to_be_focused()
    assert count.input_value() == "4"
    assert one.sent("check")[-1]["fields"]["n"] == 4


def test_a_value_of_pythons_that_no_control_can_show_is_still_checked(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    one.js("() => model.set('quality', 'ultra')")
    # The view's own first check may still be on its way before it.
    one.page.wait_for_function("() => model.heard('check').at(-1)?.fields.quality === 'ultra'")


def test_the_size_tray_opens_next_to_its_button_and_escape_closes_it(bench: Opener) -> None:
    one = bench()
    size = one.root.get_by_role("button", name="Size 3:2 · 1K")
    expect(size).to_have_attribute("aria-expanded", "false")
    size.focus()
    one.press("Enter")
    expect(size).to_have_attribute("aria-expanded", "true")
    tray = one.root.get_by_role("radiogroup", name="Size")
    expect(tray).to_be_visible()
    one.press("Tab")
    expect(tray.get_by_role("radio", name="3:2", exact=True)).to_be_focused()
    one.press("Escape")
    expect(tray).to_be_hidden()
    expect(size).to_be_focused()


def test_fifteen_ratios_are_drawn_in_their_true_proportions(bench: Opener) -> None:
    one = bench(width=1000)
    one.root.get_by_role("button", name="Size").click()
    cells = one.root.locator(".ew-ratio")
    labels = cells.locator("span").all_inner_texts()
    assert [label.lower() for label in labels] == ["auto", *RATIOS, "custom"]
    shapes = cells.locator("i").evaluate_all(
        "all => all.map(e => [e.offsetWidth - 0, e.offsetHeight - 0])"
    )
    for ratio, (width, height) in zip(RATIOS, shapes, strict=False):
        wide, high = map(int, ratio.split(":"))
        assert width / height == pytest.approx(wide / high, rel=0.09), ratio
    areas = [width * height for width, height in shapes[:15]]
    assert max(areas) / min(areas) < 1.15, "all boxes have one area"


def test_a_ratio_and_a_tier_show_their_true_pixels(bench: Opener) -> None:
    one = bench()
    one.root.get_by_role("button", name="Size").click()
    expect(one.root.get_by_text("1248 × 832 px")).to_be_visible()
    one.root.get_by_label("Resolution").select_option("2K")
    expect(one.root.get_by_text("2512 × 1680 px")).to_be_visible()
    one.root.get_by_role("radio", name="21:9", exact=True).check(force=True)
    expect(one.root.get_by_text("3136 × 1344 px")).to_be_visible()
    expect(one.root.get_by_role("button", name="Size 21:9 · 2K")).to_be_visible()
    one.page.wait_for_function("() => model.saved.at(-1)?.size")
    assert one.saved() == {"size": "21:9", "resolution": "2K"}


def test_auto_leaves_the_size_to_the_service(bench: Opener) -> None:
    one = bench()
    one.root.get_by_role("button", name="Size").click()
    one.root.get_by_role("radio", name="Auto").check(force=True)
    expect(one.root.get_by_role("button", name="Size Auto")).to_be_visible()
    expect(one.root.get_by_text("The service chooses the size.")).to_be_visible()
    expect(one.root.get_by_label("Resolution")).to_be_hidden()


def test_custom_begins_with_the_pixels_in_view_and_takes_any(bench: Opener) -> None:
    one = bench()
    one.root.get_by_role("button", name="Size").click()
    expect(one.root.get_by_label("Width")).to_be_hidden()
    one.root.get_by_role("radio", name="custom").check(force=True)
    expect(one.root.get_by_label("Width")).to_have_value("1248")
    expect(one.root.get_by_label("Height")).to_have_value("832")
    one.root.get_by_label("Width").fill("1280")
    one.root.get_by_label("Height").fill("720")
    expect(one.root.get_by_role("button", name="Size Custom · 1280 × 720")).to_be_visible()
    one.page.wait_for_function("() => model.saved.at(-1)?.size === '1280x720'")


def test_the_word_custom_in_a_prompt_is_only_a_word(bench: Opener) -> None:
    one = bench()
    one.root.get_by_label("Prompt", exact=True).fill("custom")
    expect(one.root.get_by_role("button", name="Size 3:2 · 1K")).to_be_visible()


def test_a_problem_stands_beside_its_control_with_the_nearest_value(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT, "size": "1280x720"})
    one.root.get_by_role("button", name="Size").click()
    width = one.root.get_by_label("Width")
    expect(width).not_to_have_attribute("aria-invalid", "true")
    width.fill("1281")
    message = "1281x720 is not allowed: both edges must be multiples of 16."
    expect(width).to_have_attribute("aria-invalid", "true")
    expect(width).to_have_accessible_description(f"{message} Use 1280 × 720")
    expect(one.root.get_by_text(message).first).to_be_visible()
    expect(run_button(one)).to_have_attribute("aria-disabled", "true")
    expect(run_button(one)).to_have_accessible_description(message)

    one.root.get_by_role("button", name="Use 1280 × 720").click()
    expect(width).to_have_value("1280")
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    expect(run_button(one)).to_be_focused()
    expect(width).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("typed", ["12", "0", "", "2.5"])
def test_a_count_out_of_range_is_told_while_typing(bench: Opener, typed: str) -> None:
    one = bench(traits={"prompt": PROMPT})
    one.root.get_by_label("Count").fill(typed)
    expect(one.root.get_by_text("Ask for 1 to 10 pictures.").first).to_be_visible()
    one.root.get_by_role("button", name="Use 10").click()
    expect(one.root.get_by_label("Count")).to_have_value("10")
    expect(one.root.get_by_role("button", name="Use 10")).to_have_count(0)


def test_the_count_steps_by_buttons_and_arrow_keys(bench: Opener) -> None:
    one = bench()
    count = one.root.get_by_label("Count")
    one.root.get_by_role("button", name="One more").click()
    expect(count).to_have_value("5")
    one.root.get_by_role("button", name="One fewer").click()
    one.root.get_by_role("button", name="One fewer").click()
    expect(count).to_have_value("3")
    count.press("ArrowDown")
    expect(count).to_have_value("2")
    one.page.wait_for_function("() => model.saved.at(-1)?.n === 2")


def test_the_price_follows_the_controls(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(one.root.get_by_text("About $0.14 for 4 pictures")).to_be_visible()
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    one.root.get_by_role("button", name="One fewer").click()
    expect(one.root.get_by_text("About $0.11 for 3 pictures")).to_be_visible()
    one.root.get_by_label("Count").fill("1")
    expect(one.root.get_by_text("About $0.036 for 1 picture")).to_be_visible()


def test_a_price_that_is_a_range_is_shown_as_one(bench: Opener) -> None:
    check = {
        "problems": [], "notices": [], "pixels": None, "balance": None,
        "price": {"low": 7.1, "high": 12.04, "usdLow": 0.104, "usdHigh": 0.177, "text": ""},
    }  # fmt: skip
    one = bench(traits={"prompt": PROMPT}, plan={"check": check})
    expect(run_button(one)).to_have_accessible_name("Run 7 to 12 credits")
    expect(one.root.get_by_text("About $0.10 to $0.18 for 4 pictures")).to_be_visible()


def test_on_the_emulator_a_price_is_what_it_would_cost(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT}, plan={"simulated": True})
    said = one.root.get_by_text("Would cost about 9.7 credits · $0.14 for 4 pictures")
    expect(said).to_be_visible()
    # Nothing is paid: no price on what is pressed.
    expect(run_button(one)).to_have_accessible_name("Run")


def test_what_is_pressed_keeps_its_width_and_its_place(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT}, plan={"delay": 300})
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    box = """() => {
        const { x, width } = document.querySelector(".ew-run").getBoundingClientRect();
        return [x, width];
    }"""
    before = one.js(box)
    run_button(one).click()
    asking = one.root.locator(".ew-run")
    expect(asking).to_have_text("Asking…")
    assert one.js(box) == before
    expect(asking).to_have_text("Asked")
    assert one.js(box) == before
    expect(run_button(one)).to_have_accessible_name("Run 9.7 credits")
    assert one.js(box) == before


def test_a_balance_is_shown_and_follows_its_event(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(one.root.get_by_text("Balance 412.6 credits")).to_be_visible()
    told = {"kind": "balance", "credits": 402.9, "parts": [["Balance", "402.9 credits"]]}
    one.js("told => kernel.tell(told)", told)
    expect(one.root.get_by_text("Balance 402.9 credits")).to_be_visible()


@pytest.mark.parametrize(
    ("source", "words"),
    [(None, "No key is set. Nothing is charged."), ("from EVOLINK_API_KEY", "Nothing is charged.")],
)
def test_the_emulator_says_that_it_is_simulated(
    bench: Opener, source: str | None, words: str
) -> None:
    one = bench(plan={"simulated": True, "keySource": source})
    expect(one.root.get_by_text("Simulated", exact=True)).to_be_visible()
    expect(one.root.locator(".ew-ends")).to_have_text(f"Simulated{words}")


def test_notices_of_the_rules_are_shown(bench: Opener) -> None:
    notice = "The tier 4K is ignored with pixels 1280 × 720."
    one = bench(traits={"prompt": PROMPT}, plan={"notices": [notice]})
    expect(one.root.get_by_text(notice)).to_be_visible()


@pytest.mark.parametrize("keys", ["Control+Enter", "Meta+Enter"])
def test_ctrl_or_cmd_and_enter_run(bench: Opener, keys: str) -> None:
    one = bench()
    one.root.get_by_label("Prompt", exact=True).fill(PROMPT)
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    one.root.get_by_label("Prompt", exact=True).press(keys)
    expect(one.root.get_by_role("article")).to_have_count(1)
    [run] = one.sent("run")
    assert run["fields"]["prompt"] == PROMPT
    assert one.told() == ["Asking the kernel…", f"Waiting in the queue. {PROMPT}"]


def test_enter_in_a_number_field_does_not_run(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    one.root.get_by_label("Count").press("Enter")
    one.root.get_by_label("Prompt", exact=True).press("Shift+Enter")
    assert one.sent("run") == []


def test_a_busy_kernel_is_asked_to_run_only_once(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT}, plan={"deaf": ["run"]}, clock=True)
    one.page.clock.run_for(300)
    run_button(one).click()
    asking = one.root.locator(".ew-run")  # its words say now that it is asking
    expect(asking).to_have_accessible_description("Asking the kernel…")
    asking.click(force=True)
    one.page.clock.run_for(120_000)
    assert len({message["id"] for message in one.sent("run")}) == 1


def test_a_run_that_python_rejects_says_why(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    one.js(
        "() => (kernel.answers.run = () => ({ kind: 'rejected', message: 'The cap is reached.' }))"
    )
    run_button(one).click()
    expect(one.root.get_by_text("The cap is reached.").last).to_be_visible()
    assert one.told() == ["Asking the kernel…", "The cap is reached."]
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")


def test_problems_that_only_the_run_finds_stand_beside_their_control(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(run_button(one)).to_have_attribute("aria-disabled", "false")
    problem = {"field": "prompt", "rule": "", "nearest": None, "message": "Shorten the prompt."}
    answer = {"kind": "rejected", "message": "Too long.", "problems": [problem]}
    one.js("answer => void (kernel.answers.run = () => answer)", answer)
    run_button(one).click()
    expect(one.root.get_by_label("Prompt", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(one.root.locator(".ew-problem")).to_have_text("Shorten the prompt.")
    expect(run_button(one)).to_have_attribute("aria-disabled", "true")


def test_the_model_is_folded_away_and_only_where_there_is_a_choice(bench: Opener) -> None:
    one = bench()
    model = one.root.get_by_role("combobox", name="Model", exact=True)
    expect(model).to_be_hidden()
    one.root.get_by_text("Model · gpt-image-2").click()
    model.select_option("gpt-image-2-beta")
    expect(one.root.get_by_text("Model · gpt-image-2-beta")).to_be_visible()
    one.page.wait_for_function("() => model.saved.length > 0")
    assert one.saved() == {"model": "gpt-image-2-beta"}

    alone = bench(plan={"rules": RULES | {"models": ["gpt-image-2"]}})
    expect(alone.root.get_by_text("Model ·")).to_be_hidden()


def test_who_comes_to_a_panel_before_its_controls_are_built_breaks_nothing(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT}, plan={"deaf": ["hello"]}, clock=True)
    one.js(
        "() => document.querySelector('section.ew form').dispatchEvent(new FocusEvent('focusin'))"
    )
    one.page.clock.run_for(1_000)
    assert one.sent("check") == []


def test_folds_open_in_place_and_move_no_neighbour(bench: Opener) -> None:
    one = bench(plan={"prompts": ["a fox"], "presets": {"poster": {"size": "2:3"}}})
    buttons = one.root.locator(".ew-fold")
    expect(buttons.nth(1)).to_be_visible()
    spots = "all => all.map(e => [e.offsetLeft, e.offsetTop])"
    before = buttons.evaluate_all(spots)
    row = buttons.first.bounding_box()
    assert row
    for button in buttons.all():
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        body = one.root.locator(f"[id='{button.get_attribute('aria-controls')}']").bounding_box()
        assert body
        assert body["y"] >= row["y"] + row["height"]
    assert buttons.evaluate_all(spots) == before
