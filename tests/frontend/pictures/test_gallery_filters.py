"""What a gallery looks for: its controls, its empty states, and the way back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from bench import Bench
from gallery_bench import Opener, cells, gallery, place, tally
from playwright.sync_api import Locator, expect


def last_query(one: Bench) -> dict[str, Any]:
    query: dict[str, Any] = one.sent("look")[-1]["query"]
    return query


def tray(one: Bench) -> None:
    one.root.get_by_role("button", name=re.compile("^Filters")).click()


def field(one: Bench, label: str) -> Locator:
    """A control of the tray, by its label."""
    role: Any = "textbox" if label in ("From", "To") else "combobox"
    return one.root.get_by_role(role, name=label, exact=True)


def why_empty(one: Bench) -> Locator:
    """What stands in the place of the pictures."""
    return one.root.locator(".ew-none")


def test_words_are_looked_for_when_somebody_has_stopped_typing(bench: Opener) -> None:
    one = gallery(bench, clock=True)
    one.page.clock.run_for(1000)
    before = len(one.sent("look"))
    box = one.root.get_by_role("searchbox", name="Search prompts")
    for letter in "number 120":
        box.press_sequentially(letter)
        one.page.clock.run_for(60)
    assert len(one.sent("look")) == before
    one.page.clock.run_for(1000)
    assert len(one.sent("look")) == before + 1
    assert one.saved()["text"] == "number 120"
    expect(tally(one)).to_have_text("5 pictures")
    assert one.told()[-1] == "5 pictures"
    expect(place(one, 5)).to_have_accessible_name(
        "Picture 5 of 5: A lighthouse number 120, simulated"
    )


def test_what_is_in_sight_and_what_is_folded(bench: Opener) -> None:
    one = gallery(bench)
    more = one.root.get_by_role("button", name="Filters")
    expect(more).to_have_attribute("aria-expanded", "false")
    expect(field(one, "Size")).to_be_hidden()
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    for name in ("Size", "Quality", "Kind", "From", "To"):
        expect(field(one, name)).to_be_visible()
    # One model, no notebook and no library: there is nothing to choose.
    expect(field(one, "Where")).to_be_hidden()
    expect(field(one, "Model")).to_be_hidden()
    expect(field(one, "Notebook")).to_be_hidden()


@pytest.mark.parametrize(
    ("label", "choice", "trait", "value"),
    [
        ("Size", "3:2", "size", "3:2"),
        ("Quality", "high", "quality", "high"),
        ("Kind", "Simulated", "simulated", True),
        ("Kind", "From the service", "simulated", False),
        ("Notebook", "cats.ipynb", "notebook", "cats.ipynb"),
        ("Where", "course", "library", "course"),
    ],
)
def test_each_choice_is_a_trait_and_a_query(
    bench: Opener, label: str, choice: str, trait: str, value: object
) -> None:
    facets = {
        "notebook": ["cats.ipynb", "dogs.ipynb"],
        "library": ["the own store", "course"],
    }
    one = gallery(bench, plan={"facets": facets})
    tray(one)
    field(one, label).select_option(choice)
    expect(one.root.get_by_role("button", name="Filters · 1")).to_be_visible()
    assert one.saved()[trait] == last_query(one)[trait] == value
    field(one, label).select_option("Any")
    assert one.saved()[trait] is None
    assert last_query(one)[trait] is None


def test_what_a_cassette_replayed_is_a_kind_where_there_is_any(bench: Opener) -> None:
    one = gallery(bench)
    tray(one)
    kinds = ["Any", "Simulated", "From the service"]
    assert field(one, "Kind").locator("option").all_text_contents() == kinds
    other = gallery(bench, plan={"facets": {"recorded": ["recorded"]}})
    tray(other)
    assert field(other, "Kind").locator("option").all_text_contents() == [*kinds, "Recorded"]
    for choice, simulated, recorded in (
        ("Recorded", None, True),
        ("From the service", False, False),  # which a cassette's are not
        ("Simulated", True, False),
        ("Any", None, None),
    ):
        field(other, "Kind").select_option(choice)
        expect(field(other, "Kind").locator("option:checked")).to_have_text(choice)
        asked = last_query(other)
        assert (asked["simulated"], asked["recorded"]) == (simulated, recorded)
    other.js("() => model.set('recorded', true)")
    expect(other.root.get_by_role("button", name="Filters · 1")).to_be_visible()
    expect(field(other, "Kind").locator("option:checked")).to_have_text("Recorded")


def test_days_are_the_browsers_and_include_both_ends(bench: Opener) -> None:
    one = gallery(bench, timezone_id="America/New_York")
    tray(one)
    field(one, "From").fill("2026-11-01")
    field(one, "To").fill("2026-11-01")
    saved = one.saved()
    # On that day the clocks went back: it had 25 hours.
    assert saved["until"] - saved["since"] == 25 * 3600
    assert datetime.fromisoformat("2026-11-01T00:00-04:00").timestamp() == saved["since"]
    one.js("at => model.set('until', at)", saved["since"])
    expect(field(one, "To")).to_have_value("2026-10-31")
    field(one, "From").fill("")
    assert one.saved()["since"] is None


def test_favourites_and_trash_are_one_press(bench: Opener) -> None:
    one = gallery(bench)
    favourites = one.root.get_by_role("button", name="Favourites")
    favourites.press("Space")
    expect(favourites).to_have_attribute("aria-pressed", "true")
    expect(tally(one)).to_have_text("120 pictures")
    favourites.click()
    expect(tally(one)).to_have_text("1,204 pictures")
    one.root.get_by_role("button", name="Trash", exact=True).click()
    expect(why_empty(one).get_by_text("The trash is empty.")).to_be_visible()
    assert one.saved() == {"favourite": False, "trashed": True}


def test_python_sets_the_filters_and_others_are_looked_for_once(bench: Opener) -> None:
    one = gallery(bench)
    before = len(one.sent("look"))
    one.js(
        """() => {
            model.set("text", "fox");
            model.set("size", "2:3");
            model.set("quality", "high");
        }"""
    )
    expect(tally(one)).to_have_text("301 pictures")
    expect(one.root.get_by_role("searchbox")).to_have_value("fox")
    expect(one.root.get_by_role("button", name="Filters · 2")).to_be_visible()
    assert len(one.sent("look")) == before + 1
    tray(one)
    expect(field(one, "Size")).to_have_value("2:3")


def test_a_value_that_no_longer_occurs_can_be_seen_and_taken_back(bench: Opener) -> None:
    one = gallery(bench, traits={"size": "21:9"})
    expect(why_empty(one).get_by_text("No picture matches.")).to_be_visible()
    tray(one)
    expect(field(one, "Size")).to_have_value("21:9")
    field(one, "Size").select_option("Any")
    expect(tally(one)).to_have_text("1,204 pictures")


def test_nothing_found_says_so_and_leads_back(bench: Opener) -> None:
    one = gallery(bench, traits={"text": "zebra", "quality": "high", "favourite": True})
    expect(why_empty(one).get_by_text("No picture matches.")).to_be_visible()
    expect(cells(one)).to_have_count(0)
    one.root.get_by_role("button", name="Clear filters").click()
    expect(tally(one)).to_have_text("1,204 pictures")
    expect(one.root.get_by_role("searchbox")).to_be_focused()
    assert one.saved() == {"text": "", "quality": None, "favourite": False}


def test_clearing_takes_along_what_is_still_being_typed(bench: Opener) -> None:
    one = gallery(bench, traits={"text": "zebra"}, clock=True)
    one.page.clock.run_for(5_000)
    box = one.root.get_by_role("searchbox", name="Search prompts")
    box.press_sequentially("s")
    one.root.get_by_role("button", name="Clear filters").focus()
    one.press("Enter")
    expect(box).to_have_value("")
    one.page.clock.run_for(5_000)
    expect(box).to_have_value("")
    assert one.saved()["text"] == ""


def test_a_new_query_begins_at_the_top_and_keeps_the_selection(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).focus()
    one.press("Space", "Control+End")
    one.js("() => model.set('text', 'fox')")
    expect(tally(one)).to_have_text("301 pictures, 1 selected")
    assert one.js("() => document.querySelector('.ew-shelf').scrollTop") == 0


def test_an_empty_store_says_where_pictures_will_be(bench: Opener) -> None:
    one = gallery(bench, 0)
    expect(why_empty(one).get_by_text("No pictures yet.")).to_be_visible()
    expect(one.root.get_by_text("is kept in evolink_images")).to_be_visible()
    assert one.told() == ["No pictures yet."]
    one.js("() => kernel.arrive()")
    expect(tally(one)).to_have_text("1 picture")
    expect(place(one, 1)).to_be_visible()


def test_a_store_that_cannot_be_read_says_why(bench: Opener) -> None:
    one = gallery(bench, 0, plan={"deaf": ["look"]})
    one.js(
        """() => {
            kernel.deaf.clear();
            kernel.answers.look = () => ({ kind: "rejected", message: "It has schema 9." });
            model.set("text", "a");
        }"""
    )
    expect(one.root.get_by_text("It has schema 9.")).to_be_visible()


def test_an_answer_that_comes_late_is_not_taken_for_the_newest(bench: Opener) -> None:
    one = gallery(bench)
    one.js(
        """() => {
            window.late = [];
            kernel.answers.look = function (message) {
                if (message.query.text === "slow") return void late.push(message);
                return this.on_look(message);
            };
            model.set("text", "slow");
        }"""
    )
    one.page.wait_for_function("() => late.length")
    one.js("() => model.set('text', 'fox')")
    expect(tally(one)).to_have_text("301 pictures")
    one.js("() => kernel.tell({ kind: 'looked', id: late[0].id, count: 7, facets: {} })")
    one.js("() => new Promise((done) => setTimeout(done))")
    expect(tally(one)).to_have_text("301 pictures")
