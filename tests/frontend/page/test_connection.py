"""The talk with Python: found, lost, late, doubled; and nothing left behind at the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bench import Bench
from playwright.sync_api import expect

Opener = Callable[..., Bench]
QUIET = "Not connected to a kernel. Run this cell to go on."


def test_without_a_kernel_the_saved_pictures_stay_and_nothing_can_be_asked(bench: Opener) -> None:
    one = bench(plan={"silent": True}, traits={"prompt": "a saved prompt"}, clock=True)
    one.page.clock.run_for(2000)
    expect(one.root.locator(".ew-quiet", has_text=QUIET)).to_be_visible()
    expect(one.page.get_by_text("The saved pictures", exact=True)).to_be_visible()
    prompt = one.root.get_by_label("Prompt", exact=True)
    expect(prompt).to_have_value("a saved prompt")
    expect(prompt).to_be_disabled()
    expect(one.root.get_by_role("button", name="Run")).to_have_count(0)


def test_with_a_kernel_the_companion_is_hidden_as_long_as_the_view_lives(bench: Opener) -> None:
    one = bench()
    companion = one.page.get_by_text("The saved pictures", exact=True)
    expect(companion).to_be_hidden()
    expect(one.root.locator(".ew-quiet", has_text=QUIET)).to_be_hidden()
    assert one.page.locator(".ew.ew-live").count() == 1
    one.js("() => view()")
    expect(companion).to_be_visible()


def test_a_late_kernel_is_asked_again_and_then_welcome(bench: Opener) -> None:
    one = bench(plan={"silent": True}, clock=True)
    one.page.clock.run_for(10_000)
    hellos = one.sent("hello")
    assert len(hellos) >= 3
    assert len({hello["id"] for hello in hellos}) == 1, "one question, however often it is asked"
    one.js("() => { kernel.silent = false; kernel.hear(model.heard('hello')[0]) }")
    expect(one.root.locator(".ew-quiet", has_text=QUIET)).to_be_hidden()
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_enabled()
    one.js("() => kernel.hear(model.heard('hello')[0])")
    expect(one.root.get_by_role("radio", name="medium")).to_have_count(1)


def test_a_restarted_kernel_is_not_taken_for_a_live_one(bench: Opener) -> None:
    one = bench(clock=True)
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_enabled()
    one.js("() => { kernel.silent = true; model.fire('comm_live_update') }")
    expect(one.page.get_by_text("The saved pictures", exact=True)).to_be_visible()
    one.page.clock.run_for(2000)
    expect(one.root.locator(".ew-quiet", has_text=QUIET)).to_be_visible()
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_disabled()


def test_a_closed_comm_stops_the_clocks(bench: Opener) -> None:
    one = bench(clock=True)
    one.js("() => kernel.show({ startedAt: 1000, at: 1021, left: null })")
    one.js("() => model.fire('comm:close')")
    one.page.clock.run_for(5000)
    expect(one.root.get_by_role("article").locator(".ew-title")).to_contain_text("0:21")
    expect(one.root.locator(".ew-quiet", has_text=QUIET)).to_be_visible()


CUT = "No connection to the kernel. Wait until it is back."
DEAD = "The kernel has ended. Restart it, then run this cell again."


def kernel_is(one: Bench, **how: str) -> None:
    """The host says how the kernel is; the panel looks within two seconds."""
    one.js("how => void Object.assign(model.widget_manager.kernel, how)", how)
    one.page.clock.run_for(2000)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"status": "dead"}, DEAD),
        ({"connectionStatus": "connecting"}, CUT),
        ({"connectionStatus": "disconnected", "status": "busy"}, CUT),
    ],
)
def test_run_is_off_and_says_why_while_the_kernel_can_not_be_asked(
    bench: Opener, how: dict[str, str], said: str
) -> None:
    one = bench(traits={"prompt": "a fox"}, clock=True)
    one.page.clock.run_for(2000)
    run = one.root.get_by_role("button", name="Run", exact=False).first
    expect(run).to_have_attribute("aria-disabled", "false")
    prompt = one.root.get_by_label("Prompt", exact=True)
    prompt.focus()
    kernel_is(one, **how)
    expect(one.root.locator(".ew-quiet")).to_have_text(said)
    expect(run).to_have_attribute("aria-disabled", "true")
    expect(run).to_have_accessible_description(said)
    assert one.told()[-1] == said
    # Who is typing goes on, and a press is told why it does nothing.
    one.press("End", "e", "s", "Control+Enter")
    expect(prompt).to_have_value("a foxes")
    one.page.clock.run_for(5000)
    assert one.sent("press") == []
    assert one.told()[-1] == said


def test_a_connection_that_is_back_is_said_and_what_happened_is_asked_for(bench: Opener) -> None:
    one = bench(traits={"prompt": "a fox"}, clock=True)
    one.page.clock.run_for(2000)
    key = one.show(n=1)
    kernel_is(one, connectionStatus="connecting")
    # What Python says while nothing arrives is lost.
    one.js("key => Object.assign(kernel.runs[0], { stage: 'stopped', title: 'Gone on' })", key)
    hellos = len(one.sent("hello"))
    kernel_is(one, connectionStatus="connected")
    expect(one.root.locator(".ew-quiet")).to_be_hidden()
    assert "The kernel is there again." in one.told()
    assert len(one.sent("hello")) == hellos + 1
    expect(one.root.get_by_role("article")).to_contain_text("Gone on")
    run = one.root.get_by_role("button", name="Run", exact=False).first
    expect(run).to_have_attribute("aria-disabled", "false")


def test_a_service_that_is_live_by_now_is_shown_as_that(bench: Opener) -> None:
    one = bench(plan={"simulated": True}, traits={"prompt": "a fox"})
    badge = one.root.locator(".ew-badge")
    expect(badge).to_have_text("Simulated")
    one.js("() => { kernel.plan.simulated = false; kernel.tell({ kind: 'anew' }) }")
    expect(badge).to_be_hidden()
    run = one.root.get_by_role("button", name="Run", exact=False).first
    expect(run).to_have_accessible_name("Run 9.7 credits")


def test_what_rests_for_an_answer_that_was_lost_can_be_pressed_again(bench: Opener) -> None:
    one = bench(plan={"deaf": ["earlier", "stop"]})
    one.show(n=1)
    one.js("() => kernel.tell({ kind: 'earlier', count: 6, text: '6 earlier runs' })")
    for name in ("Show", "Stop waiting"):
        button = one.root.get_by_role("button", name=name)
        button.focus()
        one.press("Shift", "Enter")
        expect(button).to_be_disabled()
    one.js("() => model.fire('comm_live_update')")
    for name in ("Show", "Stop waiting"):
        expect(one.root.get_by_role("button", name=name)).to_be_enabled()


def test_a_kernel_that_is_busy_is_not_taken_for_none(bench: Opener) -> None:
    one = bench(plan={"silent": True}, clock=True)
    one.js("() => void (model.widget_manager.kernel.status = 'busy')")
    one.page.clock.run_for(2000)
    said = one.root.locator(".ew-quiet")
    expect(said).to_have_text("The kernel is busy. This goes on when its cell has ended.")
    kernel_is(one, status="idle")
    expect(said).to_have_text(QUIET)
    one.js("() => { kernel.silent = false; kernel.hear(model.heard('hello')[0]) }")
    expect(said).to_be_hidden()


def test_dropped_chunks_are_asked_for_again(bench: Opener) -> None:
    one = bench(plan={"chunk": 2000}, clock=True)
    key = one.done(1)
    one.js("""() => {
        let dropped = 0;
        kernel.answers.bytes = function (message) {
            return message.offset === 2000 && dropped++ < 2 ? null : this.on_bytes(message);
        };
    }""")
    with one.page.expect_download() as told:
        one.root.get_by_role("button", name="Save all").click()
        for _ in range(40):
            one.page.clock.run_for(1000)
    assert told.value.suggested_filename == f"{key}.0.png"
    offsets = [message["offset"] for message in one.sent("bytes")]
    assert offsets.count(2000) == 3
    assert offsets.count(4000) == 1


def test_a_kernel_that_never_answers_ends_a_copy_with_words(bench: Opener) -> None:
    one = bench(plan={"deaf": ["bytes"]}, clock=True)
    one.done(1)
    one.root.get_by_role("button", name="Save all").click()
    one.page.clock.run_for(120_000)
    expect(
        one.root.get_by_role("article").get_by_text("The kernel did not answer.")
    ).to_be_visible()
    assert len(one.sent("bytes")) == 5


def test_large_files_are_pulled_at_a_pace_that_the_server_bears(bench: Opener) -> None:
    one = bench(clock=True)
    one.done(1)
    one.js("""() => {
        window.pulled = [];
        kernel.answers.bytes = ({ offset }) => {
            pulled.push(Date.now());
            const size = 262144;
            return { kind: "bytes", total: 20 * size, offset, type: "image/png", name: "big.png",
                buffers: [new DataView(new ArrayBuffer(size))] };
        };
    }""")
    one.root.get_by_role("button", name="Save all").click()
    for _ in range(120):
        one.page.clock.run_for(100)
    times = one.js("() => pulled")
    assert len(times) == 20
    busiest = max(sum(start <= t < start + 3000 for t in times) for start in times)
    assert busiest * 262_144 <= 2_000_000


def test_messages_for_others_and_broken_ones_are_passed_over(bench: Opener) -> None:
    one = bench()
    one.js("""() => {
        kernel.tell({ id: "someone-else", kind: "welcome" });
        kernel.tell({ kind: "constructor" });
        kernel.tell({ kind: "news" });
        kernel.tell({ id: "x", kind: "anywidget-command-response", response: 1 });
    }""")
    one.show()
    expect(one.root.get_by_role("article")).to_have_count(1)


def test_several_views_of_one_model_each_show_everything_once(bench: Opener) -> None:
    one = bench()
    one.done(2)
    one.js("() => draw()")
    expect(one.root).to_have_count(2)
    for index in (0, 1):
        expect(one.root.nth(index).get_by_role("img")).to_have_count(2)
        expect(one.root.nth(index).get_by_role("article")).to_have_count(1)
    one.root.first.get_by_label("Prompt", exact=True).fill("a fox")
    expect(one.root.last.get_by_label("Prompt", exact=True)).to_have_value("a fox")
    one.root.first.get_by_role("gridcell").first.focus()
    one.press("Space")
    expect(one.root.last.get_by_text("1 selected")).to_be_visible()


def test_a_view_that_ends_leaves_no_listener_timer_or_element(bench: Opener) -> None:
    one = bench()
    one.js("() => draw().then?.((end) => (window.second = end)) ?? 0")
    before = one.js("() => model.listeners.length")
    one.js("() => view()")
    assert one.js("() => model.listeners.length") < before
    expect(one.root).to_have_count(1)
    lone = bench()
    lone.done(2)
    lone.js("() => view()")
    assert lone.js("() => model.listeners") == []
    lone.js("() => kernel.show({ title: 'Nobody looks' })")
    expect(lone.page.locator(".ew")).to_have_count(0)


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("d", True), ("ArrowDown", True), ("Control+Enter", True), ("Shift+Enter", True),
        ("Control+s", False), ("Meta+s", False), ("Control+Shift+c", False),
    ],
)  # fmt: skip
def test_jupyterlab_gets_its_own_keys_and_none_of_ours(bench: Opener, key: str, kept: bool) -> None:
    one = bench()
    one.js("""() => document.addEventListener("keydown", (event) => {
        // As JupyterLab does: listens on the document, before the panel can.
        window.suppressed = !!event.target.closest("[data-lm-suppress-shortcuts]");
    }, true)""")
    one.root.get_by_role("button", name="Size").focus()
    one.press(key)
    assert one.js("() => suppressed") is kept


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        ("Control+z", True), ("Control+Shift+Z", True), ("Control+y", True), ("Meta+z", True),
        ("Control+a", True), ("Control+Backspace", True), ("Control+ArrowLeft", True),
        ("Control+s", False), ("Control+Shift+C", False),
    ],
)  # fmt: skip
def test_editing_keys_belong_to_the_text_box_in_focus(bench: Opener, keys: str, kept: bool) -> None:
    one = bench()
    one.js("""() => document.addEventListener("keydown", (event) => {
        window.suppressed = !!event.target.closest("[data-lm-suppress-shortcuts]");
    }, true)""")
    prompt = one.root.get_by_label("Prompt", exact=True)
    prompt.focus()
    one.page.keyboard.type("a fox")
    one.press(keys)
    assert one.js("() => suppressed") is kept
    if keys == "Control+z":
        expect(prompt).not_to_have_value("a fox")
