"""The view of a ranking: blind pairs by keys and pointer, at the pace of a hand, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, findings_in_every_theme
from playwright.sync_api import Locator, expect
from rank_bench import SERVES, plan, standing, thumbs

Opener = Callable[..., Bench]


def opened(bench: Opener, left_out: str = "", **how: Any) -> Bench:
    one = bench(widget="rank", plan=plan(left_out), **how)
    one.js(SERVES, [thumbs()])
    one.js("() => model.fire('comm_live_update')")  # asks anew, now that there is an answer
    expect(pick(one, "Left").locator("img")).to_be_visible()
    return one


def pick(one: Bench, side: str) -> Locator:
    return one.root.get_by_role("button", name=f"{side} picture")


def button(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("button", name=name, exact=True)


def in_view(one: Bench) -> list[str]:
    shown: list[str] = one.js(
        "() => [...document.querySelectorAll('.ew-pick')].map((e) => e.querySelector('img')?.src)"
    )
    return shown


def votes(one: Bench) -> list[tuple[str, str]]:
    return [(told["left"].split(".")[0], told["outcome"]) for told in one.sent("vote")]


def test_keys_vote_and_the_next_pair_is_there_at_once(bench: Opener) -> None:
    one = opened(bench)
    one.root.get_by_role("group", name="Which is nicer?").focus()
    before = in_view(one)
    one.press("ArrowLeft")
    after = in_view(one)
    assert after != before
    assert all(after), "its pictures were here already"
    one.press("ArrowRight", "ArrowDown")
    assert votes(one) == [("t0", "left"), ("t1", "right"), ("t2", "tie")]
    expect(one.root).to_contain_text("41 votes")


def test_each_vote_counts_once_however_answers_and_standings_overtake_one_another(
    bench: Opener,
) -> None:
    """The standing that counts a vote may come before the vote's own answer, or long after."""
    one = opened(bench)
    one.root.get_by_role("group", name="Which is nicer?").focus()
    one.js("() => kernel.deaf.add('vote')")
    one.press("ArrowLeft", "ArrowRight")
    expect(one.root).to_contain_text("40 votes")
    first, second = (told["vote"] for told in one.sent("vote"))

    def stands(votes: int, *counted: str) -> None:
        told = {"kind": "standing", "standing": standing(votes, counted=list(counted))}
        one.js("told => kernel.tell(told)", told)

    stands(39, first)  # its answer is still on its way
    expect(one.root).to_contain_text("40 votes")
    stands(40, first, second)
    expect(one.root).to_contain_text("40 votes")
    one.js("() => kernel.deaf.delete('vote')")
    one.js("() => model.fire('comm_live_update')")  # asked anew: the welcome counts neither
    one.page.wait_for_function("() => sessionStorage.getItem('evolink-votes-k3j2') === '[]'")
    expect(one.root).to_contain_text("40 votes")
    one.press("z")
    expect(one.root).to_contain_text("39 votes")
    stands(40, first, second)  # made before the vote was taken back
    expect(one.root).to_contain_text("39 votes")
    stands(39, first)
    expect(one.root).to_contain_text("39 votes")
    one.press("z", "ArrowLeft", "ArrowLeft")
    expect(one.root).to_contain_text("40 votes")


def test_a_vote_that_was_told_again_is_taken_back_by_the_kernel_and_counts_no_more(
    bench: Opener,
) -> None:
    """As after a reload: the page has cast no vote, and takes back what it has told again."""
    one = opened(bench)
    kept = [{"vote": "kept-vote", "left": "t1.0", "right": "t1.1", "outcome": "left",
             "withdrawn": False}]  # fmt: skip
    one.js("kept => sessionStorage.setItem('evolink-votes-k3j2', JSON.stringify(kept))", kept)
    one.js("() => model.fire('comm_live_update')")
    one.page.wait_for_function("() => sessionStorage.getItem('evolink-votes-k3j2') === '[]'")
    expect(one.root).to_contain_text("39 votes")
    told = {"kind": "standing", "standing": standing(39, counted=["kept-vote"])}
    one.js("told => kernel.tell(told)", told)
    one.js(
        "vote => { kernel.answers.undo = () => ({ kind: 'undone', pair: pairAt(900), vote }) }",
        "kept-vote",
    )
    one.root.get_by_role("group", name="Which is nicer?").focus()
    one.press("z")
    expect(one.root).to_contain_text("38 votes")
    told = {"kind": "standing", "standing": standing(38, counted=[])}
    one.js("told => kernel.tell(told)", told)
    expect(one.root).to_contain_text("38 votes")


def test_the_second_half_of_a_double_click_votes_on_no_pair(bench: Opener) -> None:
    one = opened(bench)
    pick(one, "Left").dblclick()
    assert votes(one) == [("t0", "left")], "the next pair has not been seen"
    one.page.wait_for_timeout(400)  # longer than a hand needs for the second click
    pick(one, "Left").dblclick()
    assert votes(one) == [("t0", "left"), ("t1", "left")]


def test_votes_do_not_wait_for_the_kernel(bench: Opener) -> None:
    """Its answers take a second each; five votes are given in less."""
    one = opened(bench)
    one.js("() => { model.delay = 1000 }")
    one.root.get_by_role("group", name="Which is nicer?").focus()
    for _ in range(5):
        one.press("ArrowLeft")
    assert len(votes(one)) == 5
    assert all(in_view(one))
    assert len({told["vote"] for told in one.sent("vote")}) == 5


def test_a_press_on_a_picture_votes_and_so_does_one_on_a_button(bench: Opener) -> None:
    one = opened(bench)
    pick(one, "Right").click()
    pick(one, "Right").click()
    button(one, "No difference").click()
    assert [outcome for _, outcome in votes(one)] == ["right", "right", "tie"]
    one.press("ArrowLeft")
    assert votes(one)[-1] == ("t3", "left"), "keys act wherever the focus is in the view"


def test_keys_act_only_in_the_view_and_never_reach_the_notebook(bench: Opener) -> None:
    one = opened(bench)
    one.js(
        "() => { window.heard = [];"
        " document.addEventListener('keydown', (e) => window.heard.push(e.key)) }"
    )
    one.press("ArrowLeft", "z", "s")
    assert votes(one) == []
    assert one.js("() => window.heard.splice(0)") == ["ArrowLeft", "z", "s"]
    one.root.get_by_role("group", name="Which is nicer?").focus()
    one.press("ArrowLeft", "z", "s", "ArrowDown")
    assert one.js("() => window.heard") == []
    one.press("Control+z")
    assert len(one.sent("vote")) == 3, "a vote, its way back, a vote"


def test_a_held_key_votes_once(bench: Opener) -> None:
    one = opened(bench)
    one.root.get_by_role("group", name="Which is nicer?").focus()
    for _ in range(4):
        one.page.keyboard.down("ArrowLeft")
    one.page.keyboard.up("ArrowLeft")
    assert len(votes(one)) == 1


def test_what_was_done_last_is_taken_back_step_by_step(bench: Opener) -> None:
    one = opened(bench)
    one.root.get_by_role("group", name="Which is nicer?").focus()
    first = in_view(one)
    one.press("ArrowLeft", "s", "z", "z")
    assert in_view(one) == first
    told = one.sent("vote")
    assert [(one["vote"], one["withdrawn"]) for one in told] == [
        (told[0]["vote"], False),
        (told[0]["vote"], True),
    ]
    assert len(one.sent("skip")) == 1
    one.press("z")
    one.page.wait_for_function("() => model.heard('undo').length === 1")
    assert one.told()[-1] == "Taken back."


def test_scores_are_hidden_until_asked_for_and_names_longer(bench: Opener) -> None:
    one = opened(bench)
    scores = one.root.get_by_role("list", name="Scores")
    expect(scores).to_be_hidden()
    expect(one.root).to_contain_text("About 12 more votes settle the next place")
    expect(button(one, "Show names")).to_be_hidden()
    button(one, "Show scores").click()
    expect(scores.get_by_role("listitem")).to_have_count(6)
    expect(scores.get_by_role("listitem").first).to_contain_text("+1.24, between +0.84 and +1.64")
    expect(one.root).to_contain_text("About 12 more votes separate A from C")
    assert one.root.locator(".ew-on").count() == 2
    assert "gouache" not in one.root.inner_text()
    button(one, "Show names").click()
    expect(one.root).to_contain_text("separate gouache from watercolour")
    expect(pick(one, "Left")).to_have_accessible_name("Left picture: style 0")
    expect(scores.locator("img")).to_have_count(6)
    button(one, "Hide scores").click()
    assert "gouache" not in one.root.inner_text()


def test_the_result_takes_the_whole_width_and_voting_goes_on(bench: Opener) -> None:
    one = opened(bench)
    button(one, "Result").click()
    expect(one.root).to_contain_text("gouache is ahead")
    expect(one.root).to_contain_text("38 votes, 2 judges, 9 without a difference")
    expect(one.root).to_contain_text("won 30 of 40")
    expect(pick(one, "Left")).to_be_hidden()
    one.press("ArrowLeft")
    assert votes(one) == [], "no vote on what is not in view"
    one.page.wait_for_timeout(1100)  # what has just come under the pointer does nothing
    button(one, "Vote on").click()
    one.press("ArrowLeft")
    assert len(votes(one)) == 1


def test_a_vote_without_an_answer_is_told_again_after_a_reload(bench: Opener) -> None:
    one = opened(bench)
    one.js("() => { kernel.deaf.add('vote') }")
    one.root.get_by_role("group", name="Which is nicer?").focus()
    one.press("ArrowLeft", "ArrowRight")
    named = [told["vote"] for told in one.sent("vote")]
    one.page.reload()
    one.page.wait_for_function("window.ready")
    one.page.wait_for_function("() => model.heard('vote').length === 2")
    assert [told["vote"] for told in one.sent("vote")] == named
    one.page.wait_for_function("() => sessionStorage.getItem('evolink-votes-k3j2') === '[]'")


def test_without_a_kernel_the_pairs_that_are_here_are_voted_on(bench: Opener) -> None:
    one = opened(bench)
    one.root.get_by_role("group", name="Which is nicer?").focus()
    one.js("() => { kernel.silent = true; model.fire('comm:close') }")
    expect(one.root).to_contain_text("Not connected to a kernel")
    for _ in range(10):
        one.press("ArrowLeft")
    expect(one.root).to_contain_text("The next pair is on its way.")
    expect(button(one, "Left")).to_be_disabled()
    assert len({told["vote"] for told in one.sent("vote")}) == 8
    one.js("() => { kernel.silent = false; model.fire('comm_live_update') }")
    expect(button(one, "Left")).to_be_enabled()
    one.page.wait_for_function("() => sessionStorage.getItem('evolink-votes-k3j2') === '[]'")


def test_what_can_not_be_shown_can_be_skipped_and_not_voted_on(bench: Opener) -> None:
    one = opened(bench)
    one.js(
        "() => { const want = kernel.answers.want; kernel.answers.want = (told) => {"
        " const answer = want(told); const [{ pictures }] = answer.after[0];"
        " for (const one of pictures) if (one.id === 't8.0') one.gone = 'The file is gone.';"
        " return answer } }"
    )
    one.root.get_by_role("group", name="Which is nicer?").focus()
    for _ in range(8):
        one.press("s")
    expect(one.root).to_contain_text("The file is gone.")
    one.press("ArrowLeft")
    assert votes(one) == []
    one.press("s")
    expect(button(one, "Left")).to_be_enabled()


def test_left_is_left_in_every_language(bench: Opener) -> None:
    one = opened(bench, direction="rtl")
    left, right = (
        pick(one, side).evaluate("e => e.getBoundingClientRect().x") for side in ("Left", "Right")
    )
    assert left < right
    one.root.get_by_role("group", name="Which is nicer?").focus()
    one.press("ArrowLeft")
    assert votes(one) == [("t0", "left")]


def test_what_is_left_out_is_said(bench: Opener) -> None:
    one = opened(bench, left_out="2 rows left out: 2 ContentRefused.")
    expect(one.root).to_contain_text("2 rows left out: 2 ContentRefused.")


@pytest.mark.parametrize("width", [320, 520, 1000])
def test_it_is_accessible_in_every_theme(bench: Opener, width: int) -> None:
    one = opened(bench, width=width)
    for press in (None, "Show scores", "Show names", "Result"):
        if press is not None:
            button(one, press).evaluate("e => e.click()")
        assert findings_in_every_theme(one, "section.ew") == [], press
        assert not one.js("() => document.documentElement.scrollWidth > innerWidth"), press
    expect(one.root).to_contain_text("gouache is ahead")
