"""The log of runs: progress, time, endings and next steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import DONE, ENDINGS, Bench, ending, files
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]


def articles(one: Bench) -> Locator:
    return one.root.get_by_role("article")


def test_several_runs_are_in_flight_newest_first(bench: Opener) -> None:
    one = bench()
    one.show(prompt="the first")
    one.show(prompt="the second")
    assert articles(one).locator(".ew-quote").all_inner_texts() == ["the second", "the first"]


def test_runs_from_before_are_there_when_the_view_opens(bench: Opener) -> None:
    runs = [{"key": "a", "prompt": "older"}, {"key": "b", "prompt": "newer", "landed": [0]}]
    one = bench(plan={"runs": runs, "pictures": [{"key": "b", "index": 0}]})
    assert articles(one).locator(".ew-quote").all_inner_texts() == ["newer", "older"]
    expect(articles(one).first.get_by_role("img", name="A lighthouse at dusk")).to_be_visible()
    assert one.told() == [], "what is old is not announced"


def test_elapsed_time_ticks_here_and_the_time_left_shrinks(bench: Opener) -> None:
    one = bench(clock=True)
    one.js("() => kernel.show({ startedAt: 1000, at: 1021, left: [15, 40] })")
    meta = articles(one).locator(".ew-title")
    expect(meta).to_contain_text("0:21 · 15 to 40 s left")
    one.page.clock.run_for(10_000)
    expect(meta).to_contain_text("0:31 · 5 to 30 s left")
    one.page.clock.run_for(12_000)
    expect(meta).to_contain_text("0:43 · up to 18 s left")
    one.page.clock.run_for(30_000)
    expect(meta).to_contain_text("1:13 · nearly there")
    assert one.told() == ["Rendering. A lighthouse on a rocky headland at dusk, gouache on paper"]


@pytest.mark.parametrize(
    ("left", "words"),
    [([3, 3], "about 3 s left"), ([60, 300], "1 to 5 min left"), ([100, 110], "1 to 2 min left")],
)
def test_the_time_left_is_told_in_fitting_units(bench: Opener, left: Any, words: str) -> None:
    one = bench(clock=True)
    one.show(left=left)
    expect(articles(one).locator(".ew-title")).to_contain_text(words)


def test_the_bar_shows_progress_and_is_open_without_it(bench: Opener) -> None:
    one = bench()
    key = one.show(progress=None, title="Waiting in the queue", stage="pending")
    bar = one.root.get_by_role("progressbar", name="Waiting in the queue")
    expect(bar).not_to_have_attribute("aria-valuenow", "0")
    assert "ew-open" in (bar.get_attribute("class") or "")
    one.change(key, progress=58, stage="processing", title="Rendering")
    bar = one.root.get_by_role("progressbar", name="Rendering")
    expect(bar).to_have_attribute("aria-valuenow", "58")
    assert "ew-open" not in (bar.get_attribute("class") or "")
    whole = bar.evaluate("bar => bar.clientWidth")
    one.page.wait_for_function(
        "w => Math.abs(document.querySelector('.ew-prog i').offsetWidth / w - 0.58) < 0.01",
        arg=whole,
    )


def test_pictures_fill_their_places_and_are_announced(bench: Opener) -> None:
    one = bench()
    key = one.show(n=3)
    cells = articles(one).get_by_role("gridcell")
    expect(cells).to_have_count(3)
    one.land(key, 2, 0)
    expect(cells.nth(0).get_by_role("img")).to_be_visible()
    expect(cells.nth(1)).to_have_text("2")
    expect(cells.nth(1)).to_have_accessible_name("Picture 2 of 3: waiting")
    expect(cells.nth(2).get_by_role("img")).to_be_visible()
    assert one.told()[1:] == ["Picture 3 of 3 is ready", "Picture 1 of 3 is ready"]
    one.land(key, 2)
    expect(articles(one).get_by_role("img")).to_have_count(2)


def test_a_run_that_is_done_says_how_many_how_long_and_what_it_cost(bench: Opener) -> None:
    one = bench()
    one.done()
    expect(articles(one).locator(".ew-title")).to_have_text("Done4 pictures in 38 s9.7 credits")
    expect(one.root.get_by_role("progressbar")).to_have_count(0)
    assert one.told()[-1].startswith("Done. 9.7 credits. A lighthouse")


@pytest.mark.parametrize("stage", ENDINGS)
def test_an_ending_without_pictures_folds_to_one_frame(bench: Opener, stage: str) -> None:
    one = bench()
    key = one.show()
    one.change(key, **ending(stage))
    run, told = articles(one), ENDINGS[stage]
    for words in (told["title"], told["charge"]["text"], f"{told['message']} {told['advice']}"):
        expect(run.get_by_text(words, exact=True)).to_be_visible()
    expect(run.get_by_role("grid")).to_be_hidden()
    expect(run.get_by_role("progressbar")).to_be_hidden()
    first = run.get_by_role("button").first
    assert "ew-first" in (first.get_attribute("class") or "")
    assert one.told()[-1] == f"{told['title']}. {told['charge']['text']}. {told['message']}"


def test_endings_differ_in_form_and_not_only_in_colour(bench: Opener) -> None:
    one = bench()
    for stage in ENDINGS:
        one.show(**ending(stage))
    look = """all => all.map(mark => {
        const s = getComputedStyle(mark);
        return s.borderStyle + (s.backgroundImage === "none" ? " plain " : " hatched ")
            + mark.querySelector("path").getAttribute("d");
    })"""
    looks = one.root.locator(".ew-mark").evaluate_all(look)
    assert len(set(looks)) == len(ENDINGS)


@pytest.mark.parametrize(
    ("stage", "label", "kind"),
    [
        ("failed", "Run again", "runAgain"),
        ("stopped", "Wait again", "resume"),
        ("unknown", "Look again", "lookAgain"),
    ],
)
def test_a_next_step_is_asked_of_python_once(
    bench: Opener, stage: str, label: str, kind: str
) -> None:
    one = bench(plan={"deaf": [kind]}, clock=True)
    key = one.show(**ending(stage))
    button = one.root.locator(f"[data-name={kind}]")
    expect(button).to_have_text(label)
    button.focus()
    one.press("Enter", "Enter")
    expect(button).to_be_disabled()
    one.page.clock.run_for(60_000)
    assert {message["key"] for message in one.sent(kind)} == {key}
    assert len({message["id"] for message in one.sent(kind)}) == 1


def test_stop_waiting_keeps_the_focus_on_the_next_step(bench: Opener) -> None:
    """Also while the kernel has not answered: a button that is off would lose it."""
    one = bench(plan={"deaf": ["stop"]})
    key = one.show()
    stop = one.root.get_by_role("button", name="Stop waiting")
    stop.focus()
    one.press("Enter", "Enter")
    assert [message["key"] for message in one.sent("stop")] == [key]
    expect(stop).to_be_disabled()
    # A browser looks at what has the focus once it has drawn.
    one.js("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    expect(stop).to_be_focused()
    one.change(key, **ending("stopped"))
    expect(one.root.get_by_role("button", name="Wait again")).to_be_focused()


def test_a_step_that_python_refuses_says_why(bench: Opener) -> None:
    one = bench()
    one.show(**ending("failed"))
    one.js("() => (kernel.answers.runAgain = () => ({ kind: 'rejected', message: 'No credits.' }))")
    button = one.root.get_by_role("button", name="Run again")
    button.click()
    expect(articles(one).get_by_text("No credits.")).to_be_visible()
    expect(button).to_be_enabled()


def test_edit_prompt_puts_the_prompt_back_and_goes_there(bench: Opener) -> None:
    one = bench()
    one.show(prompt="a refused fox", **ending("refused"))
    one.root.get_by_role("button", name="Edit prompt").click()
    expect(one.root.get_by_label("Prompt", exact=True)).to_have_value("a refused fox")
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_focused()


def test_details_and_task_id_are_copied(bench: Opener) -> None:
    one = bench(permissions=["clipboard-read", "clipboard-write"])
    one.show(prompt="a fox", **ending("failed"))
    one.root.get_by_role("button", name="Copy details").click()
    expect(articles(one).get_by_text("Details copied.")).to_be_visible()
    copied = one.js("() => navigator.clipboard.readText()")
    assert copied.split("\n") == [
        "Failed",
        "The service stopped with an internal error.",
        "Nothing in the prompt has to change.",
        "Not charged",
        "task-unified-1",
        "a fox",
    ]
    one.show(**ending("stopped"))
    one.root.get_by_role("button", name="Copy task ID").click()
    expect(one.root.get_by_text("Task ID copied.").last).to_be_visible()
    assert one.js("() => navigator.clipboard.readText()") == "task-unified-1"


def test_a_run_that_ends_with_some_pictures_keeps_them(bench: Opener) -> None:
    one = bench()
    key = one.show(n=3)
    one.land(key, 0, 2)
    one.change(key, **{**DONE, "landed": [0, 2], "message": "2 of 3 pictures came."})
    expect(articles(one).get_by_role("img")).to_have_count(2)
    expect(articles(one).get_by_text("2 of 3 pictures came.")).to_be_visible()
    missing = articles(one).get_by_role("gridcell").nth(1)
    expect(missing).to_have_text("2 did not come")
    expect(missing).to_have_accessible_name("Picture 2 of 3: did not come")
    waiting = articles(one).locator(".ew-wait")
    assert waiting.evaluate("cell => getComputedStyle(cell).animationName") == "none"


def test_save_all_is_one_download_whatever_it_holds(bench: Opener) -> None:
    one = bench(plan={"files": {**files(), "zip": files()["preview"]}})
    key = one.done(2)
    downloads: list[str] = []
    one.page.on("download", lambda told: downloads.append(told.suggested_filename))
    with one.page.expect_download():
        one.root.get_by_role("button", name="Save all").click()
    expect(articles(one).get_by_text("2 pictures saved.")).to_be_visible()
    assert [message["pictures"] for message in one.sent("zip")] == [[f"{key}.0", f"{key}.1"]]
    assert downloads == ["zip.1.png"], "the stub names it so"


def test_one_picture_is_saved_as_it_is(bench: Opener) -> None:
    one = bench()
    key = one.done(1)
    with one.page.expect_download() as told:
        one.root.get_by_role("button", name="Save all").click()
    assert told.value.suggested_filename == f"{key}.0.png"
    assert one.sent("zip") == []


def test_unknown_stages_and_actions_of_a_newer_kernel_do_no_harm(bench: Opener) -> None:
    one = bench()
    one.show(stage="queued", actions=["dance", "stop"], charge={"kind": "odd", "text": "?"})
    assert articles(one).get_by_role("button").all_inner_texts()[0] == "Stop waiting"


def test_a_long_prompt_is_cut_between_signs_as_people_count_them(bench: Opener) -> None:
    one = bench()
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    one.show(prompt=family * 500)
    run = one.root.get_by_role("article")
    expect(run.locator(".ew-quote")).to_have_text(family * 400)
    expect(run).to_have_accessible_name(f"Rendering: {family * 80}")
