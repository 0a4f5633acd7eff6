"""A review: keys that decide without waiting, a strip of thousands, nothing that is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, files, findings_in_every_theme
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]

PAIR = {"judges": ["ana", "ben"], "both": 200, "same": 184, "kappa": 0.69, "low": 0.57,
        "high": 0.81}  # fmt: skip


def opened(bench: Opener, letters: str | int = 30, others: int = 0, **how: Any) -> Bench:
    given = "." * letters if isinstance(letters, int) else letters
    welcome = {"letters": given, "judge": "ana", "others": others, "name": "store",
               "now": 1_795_500_000.0, "badge": "Simulated"}  # fmt: skip
    review = {"pairs": [PAIR], "said": {"0": [["ben", "reject", "too dark"]]}}
    plan = {"welcome": welcome, "files": files(), "review": review, "facts": [["Prompt", "fox"]]}
    one = bench(widget="review", plan=plan | how.pop("plan", {}), **how)
    if how.get("clock"):
        one.page.clock.run_for(500)
    expect(shot(one).get_by_role("img")).to_be_visible()
    return one


def shot(one: Bench) -> Locator:
    """The large picture; the keys go there."""
    return one.root.locator(".ew-shot")


def at(one: Bench) -> str:
    """Which picture is large, and what is said of it."""
    return str(shot(one).get_attribute("aria-label"))


def button(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("button", name=name, exact=True)


def judged(one: Bench) -> list[tuple[str, Any]]:
    """What has come to Python: picture and verdict, in order."""
    changes: list[dict[str, Any]] = one.js("() => kernel.judged")
    return [(change["picture"], change.get("verdict", "-")) for change in changes]


def wait_judged(one: Bench, count: int) -> None:
    one.page.wait_for_function("count => kernel.judged.length >= count", arg=count)


def test_keys_keep_reject_leave_and_take_back(bench: Opener) -> None:
    one = opened(bench)
    assert at(one) == "Picture 1 of 30, undecided"
    shot(one).focus()
    one.press("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowRight")
    wait_judged(one, 3)
    assert judged(one) == [("task0.0", "keep"), ("task1.0", "reject"), ("task3.0", "keep")]
    assert at(one) == "Picture 5 of 30, undecided"
    expect(one.root).to_contain_text("3 of 30")
    for name in ("All 30", "Undecided 27", "Kept 2", "Rejected 1"):
        expect(button(one, name)).to_be_visible()
    one.press("z")
    assert at(one) == "Picture 4 of 30, undecided"
    wait_judged(one, 4)
    assert judged(one)[-1] == ("task3.0", None)
    expect(one.root).to_contain_text("Undone: picture 4 is undecided again.")
    one.press("ArrowUp", "ArrowUp")
    assert at(one) == "Picture 2 of 30, rejected"
    one.press("ArrowRight")
    assert at(one) == "Picture 3 of 30, undecided"
    wait_judged(one, 5)
    assert judged(one)[-1] == ("task1.0", "keep"), "a verdict can be another one"


def test_buttons_do_what_the_keys_do(bench: Opener) -> None:
    one = opened(bench)
    for name in ("Keep", "Reject", "Later", "Keep"):
        button(one, name).click()
    wait_judged(one, 3)
    assert [verdict for _, verdict in judged(one)] == ["keep", "reject", "keep"]
    button(one, "Undo").click()
    assert at(one) == "Picture 4 of 30, undecided"
    button(one, "Back").click()
    button(one, "Back").click()
    expect(button(one, "Reject")).to_have_attribute("aria-pressed", "true")
    one.press("ArrowRight")
    wait_judged(one, 5)
    assert judged(one)[-1] == ("task1.0", "keep"), "the keys act wherever the focus is in the view"


def test_fifty_are_decided_before_python_answers_once(bench: Opener) -> None:
    one = opened(bench, 400)
    one.js("() => kernel.deaf.add('judge')")
    shot(one).focus()
    for number in range(50):
        one.page.wait_for_function(
            "text => document.querySelector('.ew-shot').ariaLabel.startsWith(text)"
            " && document.querySelector('.ew-shot img')",
            arg=f"Picture {number + 1} ",
        )
        one.press("ArrowLeft" if number % 3 == 0 else "ArrowRight")
    assert at(one) == "Picture 51 of 400, undecided"
    messages = {told["id"] for told in one.sent("judge")}
    assert len(messages) == 1, "one message is out at a time, sent again until it is answered"
    expect(one.root).to_contain_text("50 decisions not in the store yet.")
    one.js("() => kernel.deaf.clear()")
    wait_judged(one, 50)
    expect(one.root).not_to_contain_text("not in the store yet")
    found = dict(judged(one))
    assert len(found) == 50
    assert found["task0.0"] == "reject"
    assert found["task1.0"] == "keep"
    messages = {told["id"] for told in one.sent("judge")}
    assert len(messages) <= 3, "what came up meanwhile goes together"


def test_a_held_key_decides_once(bench: Opener) -> None:
    one = opened(bench)
    shot(one).focus()
    one.page.keyboard.down("ArrowRight")
    for _ in range(5):
        one.page.keyboard.down("ArrowRight")  # as a keyboard repeats
    one.page.keyboard.up("ArrowRight")
    assert at(one) == "Picture 2 of 30, undecided"


def test_nothing_is_decided_that_was_not_seen(bench: Opener) -> None:
    one = opened(bench)
    one.js("() => { kernel.deaf.add('large'); kernel.deaf.add('about') }")
    shot(one).focus()
    one.press("End")
    expect(shot(one)).to_contain_text("The picture is on its way")
    one.press("ArrowRight")
    expect(one.root).to_contain_text("The picture is still on its way.")
    assert judged(one) == []
    one.js("() => kernel.deaf.clear()")
    expect(shot(one).get_by_role("img")).to_be_visible()
    one.press("ArrowRight")
    wait_judged(one, 1)
    assert judged(one) == [("task29.0", "keep")]


def test_what_python_could_not_take_is_told_by_the_next_view(bench: Opener) -> None:
    """The kernel has died, and the cell is run again in the same page."""
    one = opened(bench)
    one.js("() => kernel.deaf.add('judge')")
    shot(one).focus()
    one.press("ArrowRight", "ArrowLeft")
    assert judged(one) == []
    one.js("() => { view(); kernel.deaf.clear() }")
    one.js("async () => { window.view = await draw() }")
    wait_judged(one, 2)
    assert judged(one) == [("task0.0", "keep"), ("task1.0", "reject")]
    expect(button(one, "Kept 1")).to_be_visible()
    assert one.js("() => localStorage.length") == 0


def test_what_a_store_refuses_is_kept_and_tried_again(bench: Opener) -> None:
    one = opened(bench, clock=True)
    one.js("() => { kernel.answers.judge = () => ({ kind: 'rejected', message: 'Disk full.' }) }")
    shot(one).focus()
    one.press("ArrowRight")
    expect(one.root).to_contain_text("1 decision not in the store yet. Disk full.")
    one.js("() => { delete kernel.answers.judge }")
    one.page.clock.run_for(6_000)
    wait_judged(one, 1)
    expect(one.root).not_to_contain_text("Disk full.")


def test_a_caption_is_typed_and_kept(bench: Opener) -> None:
    one = opened(bench)
    shot(one).focus()
    one.press("c")
    one.page.keyboard.type("a czar’s fox ←")
    one.press("ArrowLeft", "z", "Enter")
    assert one.focused() == "Picture 1 of 30, undecided", "Enter goes back to the keys"
    wait_judged(one, 1)
    assert one.js("() => kernel.judged[0].caption") == "a czar’s fox z←"
    assert judged(one) == [("task0.0", "-")], "letters and arrows in a caption decide nothing"
    one.press("c")
    one.page.keyboard.type("!")
    one.press("Escape", "ArrowRight")
    wait_judged(one, 3)
    one.press("ArrowUp")
    expect(one.root.get_by_label("Caption")).to_have_value("a czar’s fox z!←")


def test_what_is_being_typed_stays_whatever_comes(bench: Opener) -> None:
    one = opened(bench)
    shot(one).focus()
    one.press("c")
    one.page.keyboard.type("a fox th")
    one.js("() => kernel.tell({ kind: 'judged', changes: [[0, 'k']] })")
    one.js("() => model.fire('comm_live_update')")
    one.page.keyboard.type("at looks back")
    expect(one.root.get_by_label("Caption")).to_have_value("a fox that looks back")
    one.js("() => view()")  # the view ends before a moment has gone by
    one.js("async () => { window.view = await draw() }")
    one.page.wait_for_function("() => kernel.judged.at(-1)?.caption === 'a fox that looks back'")


def test_pictures_are_filtered_by_their_verdict(bench: Opener) -> None:
    one = opened(bench, "kr.k" + "." * 20 + "r")
    assert at(one).startswith("Picture 3 of 25"), "it begins where one left off"
    button(one, "Kept 2").click()
    assert at(one) == "Picture 1 of 25, kept"
    assert one.focused() == at(one), "the keys go on"
    one.press("ArrowRight")
    assert at(one) == "Picture 4 of 25, kept"
    one.press("ArrowLeft")
    expect(shot(one)).to_contain_text("That was the last one.")
    expect(button(one, "Kept 1")).to_be_visible()
    one.press("z")
    assert at(one) == "Picture 4 of 25, kept"
    button(one, "Rejected 2").click()
    assert at(one) == "Picture 2 of 25, rejected"


def test_at_the_end_it_says_so_and_how_far_all_agree(bench: Opener) -> None:
    one = opened(bench, "k" * 19 + ".", others=1)
    expect(one.root).not_to_contain_text("Cohen")
    shot(one).focus()
    one.press("ArrowDown")
    expect(one.root).to_contain_text("This is the last one that is undecided.")
    one.press("ArrowRight")
    expect(shot(one)).to_contain_text("All 20 pictures are decided.")
    expect(shot(one)).to_contain_text("20 kept, 0 rejected")
    expect(button(one, "Look through kept")).to_be_visible()
    expect(button(one, "Look through rejected")).to_have_count(0)
    expect(one.root).to_contain_text("You and ben agree on 184 of 200")
    plot = one.root.get_by_role("img", name="Cohen’s kappa 0.69, between 0.57 and 0.81")
    expect(plot).to_be_visible()
    one.press("ArrowUp")
    assert at(one) == "Picture 20 of 20, kept"


def test_what_others_say_is_hidden_until_it_is_asked_for(bench: Opener) -> None:
    one = opened(bench, others=1)
    assert all(told["others"] is False for told in one.sent("about"))
    expect(one.root).not_to_contain_text("ben")
    button(one, "Show what the other reviewer says").click()
    expect(one.root).to_contain_text("rejects it")
    expect(one.root).to_contain_text("“too dark”")
    one.page.wait_for_timeout(1100)  # what has just come under the pointer does nothing
    button(one, "Hide what others say").click()
    expect(one.root).not_to_contain_text("rejects it")


def test_only_what_is_in_view_of_ten_thousand_is_in_the_page(bench: Opener) -> None:
    one = opened(bench, 10_000)
    film = one.root.get_by_role("group", name="Pictures")
    assert film.get_by_role("button").count() < 60
    assert one.root.locator(".ew-frame[tabindex='0']").count() == 1
    shot(one).focus()
    one.press("End")
    expect(film.get_by_role("button", name="Picture 10000, undecided")).to_be_visible()
    assert film.get_by_role("button").count() < 60
    film.get_by_role("button", name="Picture 9998, undecided").click()
    assert at(one).startswith("Picture 9998 of 10000")
    assert one.focused() == at(one)
    expect(shot(one).get_by_role("img")).to_be_visible()
    one.press("ArrowRight")
    assert at(one).startswith("Picture 9999 of 10000")
    ready = one.js("() => model.heard('large').map(({ places }) => places.length)")
    assert max(ready) <= 32, "no more is asked for than is likely to be looked at"


def test_the_strip_is_where_it_was_after_it_was_out_of_the_page(bench: Opener) -> None:
    """As JupyterLab does with cells that are far off."""
    one = opened(bench, 2_000)
    shot(one).focus()
    one.press("End", "ArrowUp")
    current = one.root.locator(".ew-frame[aria-current]")
    expect(current).to_be_in_viewport()
    one.js(
        "async () => { const cell = document.querySelector('#cell'), home = cell.parentNode;"
        " const frames = (n) => n && new Promise(requestAnimationFrame).then(() => frames(n - 1));"
        " cell.remove(); await frames(4); home.append(cell); await frames(4) }"
    )
    expect(current).to_be_in_viewport()
    assert current.get_attribute("aria-label") == "Picture 1999, undecided"
    shot(one).focus()
    one.press("Home")
    for _ in range(9):
        one.press("ArrowDown")
    one.js("() => { document.querySelector('#cell').style.inlineSize = '340px' }")
    expect(current).to_be_in_viewport(ratio=0.99)
    assert current.get_attribute("aria-label") == "Picture 10, undecided"


def test_no_key_reaches_the_notebook(bench: Opener) -> None:
    one = opened(bench)
    one.js(
        "() => { window.heard = [];"
        " document.addEventListener('keydown', (e) => heard.push(e.key)) }"
    )
    shot(one).focus()
    one.press("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "z", "c", "a", "Escape", "End")
    assert one.js("() => heard") == []
    one.js("() => document.activeElement.blur()")
    one.press("ArrowRight")
    assert one.js("() => heard") == ["ArrowRight"], "without the focus they are the notebook's"
    wait_judged(one, 4)
    verdicts = [verdict for _, verdict in judged(one)]
    assert verdicts == ["keep", "reject", None, "-"], "and the letter was typed"


def test_read_from_right_to_left_the_arrows_change_sides(bench: Opener) -> None:
    one = opened(bench, direction="rtl")
    shot(one).focus()
    one.press("ArrowLeft", "ArrowRight")
    wait_judged(one, 2)
    assert [verdict for _, verdict in judged(one)] == ["keep", "reject"]
    box = {name: button(one, name).bounding_box() for name in ("Keep", "Reject")}
    assert box["Keep"]["x"] < box["Reject"]["x"]
    one.press("End")
    expect(one.root.get_by_role("button", name="Picture 30, undecided")).to_be_visible()


def test_a_picture_that_is_gone_is_told_of_and_decided(bench: Opener) -> None:
    one = opened(bench, plan={"gone": {"1": "fox.png is not there any more."}})
    shot(one).focus()
    one.press("ArrowRight")
    expect(shot(one)).to_contain_text("fox.png is not there any more.")
    one.press("ArrowLeft")
    wait_judged(one, 2)
    assert judged(one)[-1] == ("task1.0", "reject")


def test_where_one_rests_it_is_said_aloud_and_sharp(bench: Opener) -> None:
    one = opened(bench, clock=True, width=1100, device_scale_factor=2)
    shot(one).focus()
    one.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert not any("Picture 2" in told for told in one.told())
    assert {told["picture"] for told in one.sent("bytes")} == {"0"}, "where one began"
    one.page.clock.run_for(500)
    assert one.told()[-1] == "Picture 4 of 30, undecided: Picture of row 3"
    assert [told["picture"] for told in one.sent("bytes")] == ["0", "3"]
    expect(shot(one).get_by_role("img")).to_have_js_property("naturalHeight", 416)
    one.press("Enter")
    expect(one.page.get_by_role("dialog")).to_be_visible()
    one.press("ArrowRight", "Escape")
    assert one.focused() == "Picture 4 of 30, undecided", "keys in the lightbox decide nothing"


def test_another_page_of_the_view_is_followed(bench: Opener) -> None:
    one = opened(bench)
    one.js("() => kernel.tell({ kind: 'judged', changes: [[0, 'r'], [7, 'k']] })")
    expect(button(one, "Rejected 1")).to_be_visible()
    assert at(one) == "Picture 1 of 30, rejected"


def test_the_words_on_a_picture_leave_its_foot_free(bench: Opener) -> None:
    """The emulator's pictures say "simulated" there."""
    one = opened(bench, "r" + "." * 9, width=320)
    shot(one).focus()
    one.press("ArrowUp")
    assert at(one) == "Picture 1 of 10, rejected"
    one.js("() => document.activeElement.blur()")
    hint, seal = (one.root.locator(name) for name in (".ew-hint", ".ew-seal"))
    expect(hint).to_have_text("Click the picture to use the keys")
    expect(seal).to_have_text("Rejected")
    box, words, verdict = (place.bounding_box() or {} for place in (shot(one), hint, seal))
    assert words["y"] + words["height"] < box["y"] + box["height"] / 2
    assert verdict["x"] + verdict["width"] <= words["x"], "they stand side by side"


@pytest.mark.parametrize("width", [320, 520, 1000])
def test_it_is_accessible_in_every_theme(bench: Opener, width: int) -> None:
    one = opened(bench, "kr" * 6 + "." * 40, others=1, width=width)
    button(one, "Show what the other reviewer says").click()
    expect(one.root).to_contain_text("agree on")
    shot(one).focus()
    one.press("ArrowUp")
    one.page.mouse.move(0, 0)
    assert findings_in_every_theme(one, "section.ew") == []
    overflow = one.js("() => document.documentElement.scrollWidth > innerWidth")
    assert not overflow
