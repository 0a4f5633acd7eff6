"""The gallery's shelf: thousands of pictures, few in the page, and what can be done with them."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from bench import DONE, Bench, ending, files
from gallery_bench import Opener, cells, columns, gallery, pictures, place, scroll, tally, told_line
from playwright.sync_api import expect

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
MOST_CELLS = 90
MANY = "() => document.querySelectorAll('.ew-cell img:not([hidden])').length > 10"
#: The first place of the uppermost row that is wholly in view.
TOP = """() => {
    const edge = document.querySelector(".ew-shelf").getBoundingClientRect().top - 8;
    const seen = [...document.querySelectorAll(".ew-cell")].filter(
        (cell) => cell.getBoundingClientRect().top >= edge);
    return Math.min(...seen.map((cell) => cell.at));
}"""


def number_of(one: Bench) -> str:
    """The place that has the focus."""
    return one.focused().removeprefix("Picture ").split(" ")[0]


def test_it_tells_how_many_and_shows_the_newest_first(bench: Opener) -> None:
    one = gallery(bench)
    expect(one.root).to_have_accessible_name("Gallery")
    expect(tally(one)).to_have_text("1,204 pictures")
    expect(place(one, 1)).to_have_accessible_name(
        "Picture 1 of 1,204: A paper lantern number 1203, simulated"
    )
    grid = one.root.get_by_role("grid")
    rows = grid.evaluate("g => +g.getAttribute('aria-rowcount')")
    assert rows == -(-1204 // columns(one))
    assert one.told() == ["1,204 pictures"]


def test_of_ten_thousand_only_what_is_near_the_view_is_in_the_page(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    height = one.js("() => document.querySelector('.ew-shelf').scrollHeight")
    most, pages = 0, len(one.sent("page"))
    for share in (0, 0.1, 0.5, 0.51, 0.9, 1, 0.3):
        scroll(one, share * height)
        one.page.wait_for_function(MANY)
        most = max(most, cells(one).count())
    assert 20 < most <= MOST_CELLS
    asked = one.sent("page")
    assert len(asked) - pages <= 16, "places between are not asked for"
    assert {message["limit"] for message in asked} == {60}
    wanted = {name for message in one.sent("thumbs") for name in message["pictures"]}
    assert len(wanted) < 700


def test_what_flies_past_is_not_asked_for(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    before = len(one.sent("page"))
    one.js(
        """async () => {
            const shelf = document.querySelector(".ew-shelf");
            for (let i = 0; i < 60; i++) {
                shelf.scrollTop += 5000;
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    one.page.wait_for_function(MANY)
    assert len(one.sent("page")) - before <= 6


def test_small_pictures_and_pages_are_given_back(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    one.count_urls()
    for step in range(1, 13):
        scroll(one, step * 3000)
        one.page.wait_for_function(MANY)
    assert 0 < one.js("() => alive.size") <= 300
    one.js("() => view()")
    assert one.js("() => alive.size") == 0
    assert one.page.locator(".ew").count() == 0


def test_a_picture_that_is_gone_or_cannot_be_read_says_so_in_its_place(bench: Opener) -> None:
    one = gallery(bench, 3, plan={"gone": {"task1.0": "fox.png is not there any more."}})
    expect(place(one, 2).get_by_text("fox.png is not there any more.")).to_be_visible()
    expect(place(one, 2).locator("img:not([hidden])")).to_have_count(0)
    one.js(
        """() => {
            kernel.answers.look = () => ({ kind: "looked", count: 4, facets: {} });
            kernel.tell({ kind: "changed" });
        }"""
    )
    expect(one.root.get_by_text("This picture can't be read.")).to_be_visible()


def test_small_pictures_that_got_lost_are_asked_for_again(bench: Opener) -> None:
    one = gallery(bench, 3, plan={"deaf": ["thumbs"]}, clock=True)
    one.page.clock.run_for(1000)
    assert one.sent("thumbs"), "asked for, and nobody answered"
    one.js("() => kernel.deaf.clear()")
    one.page.clock.run_for(7000)
    expect(pictures(one)).to_have_count(3)


def test_the_grid_is_one_tab_stop_and_keys_move_in_it(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    side = columns(one)
    one.root.get_by_role("button", name="Trash", exact=True).focus()
    one.press("Tab")
    walk = [number_of(one)]
    for key in (
        "ArrowRight",
        "ArrowDown",
        "Home",
        "End",
        "ArrowUp",
        "ArrowUp",
        "Control+End",
        "ArrowDown",
        "ArrowRight",
        "Control+Home",
    ):
        one.press(key)
        walk.append(number_of(one))
    expected = [1, 2, 2 + side, 1 + side, 2 * side, side, side, 10_000, 10_000, 10_000, 1]
    assert walk == [f"{number:,}" for number in expected]
    one.press("PageDown")
    page = int(number_of(one)) - 1
    assert page >= 2 * side
    assert page % side == 0
    one.press("PageDown", "PageUp", "PageUp")
    assert number_of(one) == "1"
    assert one.root.locator(".ew-wall > .ew-row > [tabindex='0']").count() == 1


def test_a_place_that_is_far_away_is_focused_before_its_picture_is_here(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    place(one, 1).focus()
    one.press("Control+End")
    expect(place(one, 10_000)).to_be_focused()
    expect(place(one, 10_000)).to_have_accessible_name(
        "Picture 10,000 of 10,000: A lighthouse number 0, simulated"
    )
    expect(place(one, 10_000)).to_be_in_viewport()


def test_the_focus_stays_on_its_picture_however_far_somebody_scrolls(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    place(one, 2).focus()
    scroll(one, 100_000)
    expect(place(one, 2)).to_be_focused()
    assert cells(one).count() <= MOST_CELLS
    one.press("ArrowRight")
    expect(place(one, 3)).to_be_focused()
    expect(place(one, 3)).to_be_in_viewport()


def test_tab_comes_to_what_is_in_view_when_the_keyboard_was_elsewhere(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    place(one, 1).focus()
    one.root.get_by_role("searchbox").focus()
    scroll(one, 100_000)
    one.root.get_by_role("button", name="Trash", exact=True).focus()
    one.press("Tab")
    assert int(number_of(one).replace(",", "")) > 1000
    expect(one.page.locator(":focus")).to_be_in_viewport()


def test_columns_follow_the_width_and_what_was_on_top_stays_there(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    assert columns(one) == 5
    scroll(one, 40_000)
    before = one.js(TOP)
    one.js("() => { document.querySelector('#cell').style.inlineSize = '340px' }")
    one.page.wait_for_function(
        "() => document.querySelector('.ew-wall').getAttribute('aria-colcount') === '2'"
    )
    assert abs(one.js(TOP) - before) <= 10


def test_selecting_by_keys_and_by_ranges(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).focus()
    one.press("Space", "ArrowRight", "ArrowRight", "Space")
    assert one.saved()["selected"] == ["task1203.0", "task1201.0"]
    expect(tally(one)).to_have_text("1,204 pictures, 2 selected")
    expect(place(one, 3)).to_have_attribute("aria-selected", "true")
    expect(place(one, 2)).to_have_attribute("aria-selected", "false")
    one.press("Shift+ArrowDown")
    expect(tally(one)).to_have_text(f"1,204 pictures, {columns(one) + 2} selected")
    one.press("Escape")
    expect(tally(one)).to_have_text("1,204 pictures")
    assert one.saved()["selected"] == []


def test_selecting_by_mouse(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 2).get_by_role("button", name="Select").click(force=True)
    place(one, 5).click(modifiers=["Shift"])
    assert one.saved()["selected"] == [f"task{1204 - n}.0" for n in (2, 3, 4, 5)]
    place(one, 3).click(modifiers=["ControlOrMeta"])
    expect(tally(one)).to_have_text("1,204 pictures, 3 selected")
    expect(one.root.get_by_role("dialog")).to_be_hidden()


def test_a_range_over_places_that_are_not_here_asks_for_their_ids(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    place(one, 1).focus()
    one.press("Control+Shift+End")
    expect(tally(one)).to_have_text("10,000 pictures, 2,000 selected")
    assert one.sent("ids")[-1] == one.sent("ids")[-1] | {"from": 0, "to": 10_000}
    expect(told_line(one)).to_contain_text("2,000 pictures selected: that is the most at once.")


@pytest.mark.parametrize("keys", ["Control+a", "Meta+a"])
def test_all_are_selected_with_one_key(bench: Opener, keys: str) -> None:
    one = gallery(bench)
    place(one, 7).focus()
    one.press(keys)
    expect(tally(one)).to_have_text("1,204 pictures, 1,204 selected")
    one.root.get_by_role("button", name="Clear selection").click()
    expect(tally(one)).to_have_text("1,204 pictures")


def test_jupyterlab_keeps_its_own_keys_and_only_those(bench: Opener) -> None:
    one = gallery(bench)
    one.js(
        """() => {
            window.taken = [];
            document.addEventListener("keydown", (e) => {
                if (!e.target.closest("[data-lm-suppress-shortcuts]")) taken.push(e.key);
            }, true);
        }"""
    )
    place(one, 1).focus()
    one.press(
        "ArrowDown",
        "Space",
        "Delete",
        "Control+a",
        "Control+z",
        "Control+Home",
        "Enter",
        "Escape",
        "Control+s",
        "Control+i",
    )
    assert [key for key in one.js("() => taken") if len(key) == 1] == ["s", "i"]


def test_python_sets_the_selection(bench: Opener) -> None:
    one = gallery(bench)
    one.js("() => model.set('selected', ['task1202.0'])")
    expect(tally(one)).to_have_text("1,204 pictures, 1 selected")
    expect(place(one, 2)).to_have_attribute("aria-selected", "true")


def test_enter_opens_the_picture_and_focus_comes_back_to_it(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 3).focus()
    one.press("Enter")
    box = one.root.get_by_role("dialog")
    expect(box).to_be_visible()
    expect(box.locator("b").first).to_have_text("Picture 3 of 1,204")
    one.press("ArrowRight")
    expect(box.locator("b").first).to_have_text("Picture 4 of 1,204")
    assert one.told()[-1] == "Picture 4 of 1,204"
    one.press("Escape")
    expect(place(one, 3)).to_be_focused()


def test_the_lightbox_goes_on_through_the_whole_gallery(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).click()
    title = one.root.get_by_role("dialog").locator("b").first
    one.press("ArrowLeft")
    expect(title).to_have_text("Picture 1 of 1,204")
    assert one.told()[-1] == "There are no more pictures."
    for number in range(2, 60):
        one.press("ArrowRight")
        expect(title).to_have_text(re.compile(f"Picture {number} of 1,204"))
    one.press("Escape")
    expect(one.page.locator(":focus")).to_be_in_viewport()
    assert int(number_of(one)) > 20


def test_the_arrows_of_the_lightbox_stand_in_the_middle_of_their_buttons(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).click()
    for name in ("Previous picture", "Next picture"):
        button = one.root.get_by_role("dialog").get_by_role("button", name=name)
        around, arrow = button.bounding_box(), button.locator("svg").bounding_box()
        assert around is not None
        assert arrow is not None
        middles = [box["x"] + box["width"] / 2 for box in (around, arrow)]
        assert abs(middles[0] - middles[1]) < 1, name


def test_a_favourite_is_marked_in_its_place(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 2).hover()
    place(one, 2).get_by_role("button", name="Favourite").click()
    expect(told_line(one)).to_contain_text("Marked as favourite.")
    star = place(one, 2).get_by_role("button", name="Favourite")
    expect(star).to_have_attribute("aria-pressed", "true")
    assert one.sent("favourite")[0] == one.sent("favourite")[0] | {
        "pictures": ["task1202.0"],
        "on": True,
    }
    place(one, 2).get_by_role("button", name="Favourite").click()
    expect(told_line(one)).to_contain_text("No longer a favourite.")
    expect(star).to_have_attribute("aria-pressed", "false")


def test_many_are_favourites_at_once(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).focus()
    one.press("Space", "Shift+ArrowRight")
    band = one.root.locator(".ew-band")
    band.get_by_role("button", name="Favourite").click()
    expect(one.root.locator(".ew-like[aria-pressed=true]").nth(1)).to_be_visible()
    band.get_by_role("button", name="Not a favourite").click()
    assert [message["on"] for message in one.sent("favourite")] == [True, False]


def test_delete_goes_to_the_trash_and_undo_brings_it_back(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 2).focus()
    one.press("Delete")
    expect(told_line(one)).to_contain_text("1 picture moved to the trash.")
    expect(tally(one)).to_have_text("1,203 pictures")
    expect(place(one, 2)).to_be_focused()
    expect(place(one, 2)).to_have_accessible_name(
        "Picture 2 of 1,203: A fox number 1201, simulated"
    )
    told_line(one).get_by_role("button", name="Undo").press("Enter")
    expect(tally(one)).to_have_text("1,204 pictures")
    assert one.sent("restore")[0]["pictures"] == ["task1202.0"]
    expect(one.page.locator(":focus")).to_have_role("gridcell")


def test_undo_by_key(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).focus()
    one.press("Space", "Shift+ArrowRight", "Delete")
    expect(tally(one)).to_have_text("1,202 pictures")
    one.press("Control+z")
    expect(tally(one)).to_have_text("1,204 pictures")
    assert one.saved()["selected"] == [], "what is gone is not selected"


def test_the_last_picture_goes_and_the_empty_gallery_says_so(bench: Opener) -> None:
    one = gallery(bench, 1)
    place(one, 1).focus()
    one.press("Delete")
    expect(one.root.get_by_text("No pictures yet.")).to_be_visible()
    expect(told_line(one).get_by_role("button", name="Undo")).to_be_visible()


def test_the_trash_puts_back(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).focus()
    one.press("Delete")
    one.root.get_by_role("button", name="Trash", exact=True).click()
    expect(tally(one)).to_have_text("1 picture in the trash")
    tools = place(one, 1).locator(".ew-over").get_by_role("button")
    place(one, 1).hover()
    shown = [tool.get_attribute("title") for tool in tools.all() if tool.is_visible()]
    assert shown == ["Copy", "Save", "Put back", "More"]
    lines = one.menu(place(one, 1)).get_by_role("menuitem")
    expect(lines).to_have_text(["Copy", "Save", "Copy as code", "Facts", "Put back"])
    one.press("Escape")
    place(one, 1).focus()
    one.press("Delete")
    expect(told_line(one)).to_contain_text("1 picture put back.")
    expect(one.root.get_by_text("The trash is empty.")).to_be_visible()


def test_the_trash_is_emptied_at_the_second_press(bench: Opener) -> None:
    one = gallery(bench)
    place(one, 1).focus()
    one.press("Delete")
    empty = one.root.get_by_role("button", name="Empty trash")
    expect(empty).to_have_count(0)
    one.root.get_by_role("button", name="Trash", exact=True).click()
    empty.click()
    line = told_line(one)
    expect(line).to_contain_text("Everything in the trash is deleted and can't be put back.")
    expect(line.get_by_role("button", name="Not now")).to_be_focused()
    line.get_by_role("button", name="Not now").click()
    assert one.sent("emptyTrash") == []
    expect(one.page.locator(":focus")).to_have_role("gridcell")
    empty.click()
    line.get_by_role("button", name="Delete for good").click()
    expect(line).to_contain_text("1 picture deleted, 1.2 MB freed.")
    expect(one.root.get_by_text("The trash is empty.")).to_be_visible()
    expect(empty).to_have_count(0)
    assert len(one.sent("emptyTrash")) == 1
    expect(one.page.locator(":focus")).to_have_role("searchbox")
    one.press("Control+z")
    assert one.sent("restore") == [], "what is deleted for good can't be undone"


def test_the_keyboard_stays_in_the_row_of_what_is_done_with_many(bench: Opener) -> None:
    one = gallery(bench, 12)
    place(one, 2).focus()
    one.press(" ")
    row = one.root.locator(".ew-band")
    row.get_by_role("button", name="Favourite", exact=True).focus()
    one.press("Enter")
    expect(row.get_by_role("button", name="Not a favourite")).to_be_focused()
    one.press("Shift")  # the focus is steered, as with Tab
    row.get_by_role("button", name="Clear selection").focus()
    one.press("Enter")
    expect(row.get_by_role("button", name="Clear selection")).to_have_count(0)
    expect(one.page.locator(":focus")).to_have_role("gridcell")


def test_the_keyboard_stays_at_what_is_asked_again(bench: Opener) -> None:
    one = gallery(bench, 3)
    key = one.show(n=1)
    one.root.get_by_role("button", name="Stop waiting").focus()
    one.change(key, **ending("stopped"))
    expect(one.root.get_by_role("button", name="Wait again")).to_be_focused()
    one.change(key, **DONE)
    expect(one.root.locator(".ew-ask")).to_be_focused()


def ask_again(one: Bench) -> Any:
    place(one, 2).hover()
    one.choose(place(one, 2), "Ask again")
    line = told_line(one)
    expect(line).to_contain_text("About 2.4 credits")
    return line


def test_asking_again_shows_the_price_and_needs_a_second_press(bench: Opener) -> None:
    one = gallery(bench)
    line = ask_again(one)
    assert one.sent("runAgain") == []
    expect(line.get_by_role("button", name="Not now")).to_be_focused()
    one.press("Shift", "Enter")  # with a key between: the focus was taken there
    expect(line.get_by_role("button")).to_have_count(0)
    expect(place(one, 2)).to_be_focused()
    assert one.sent("runAgain") == []


def test_what_is_asked_again_tells_its_progress_and_its_picture_appears(bench: Opener) -> None:
    one = gallery(bench)
    line = ask_again(one)
    line.get_by_role("button", name="Ask again").click()
    ask = one.root.locator(".ew-ask")
    expect(ask).to_contain_text("Waiting in the queue")
    assert any("Waiting in the queue" in said for said in one.told())
    one.change("run0", stage="processing", title="Rendering", progress=42, left=[15, 40])
    expect(ask).to_contain_text("Rendering42 %")
    ask.get_by_role("button", name="Stop waiting").click()
    assert one.sent("stop")[0]["key"] == "run0"
    one.change(
        "run0",
        stage="done",
        title="Done",
        actions=["saveAll"],
        left=None,
        charge={"kind": "charged", "text": "2.4 credits"},
    )
    one.js("() => kernel.arrive()")
    expect(tally(one)).to_have_text("1,205 pictures")
    expect(ask).to_contain_text("2.4 credits")
    expect(ask.get_by_role("button")).to_have_count(0)
    expect(place(one, 1)).to_have_accessible_name(
        "Picture 1 of 1,205: A lighthouse number 1204, simulated"
    )


def test_an_ask_of_unknown_outcome_keeps_its_ways_out(bench: Opener) -> None:
    one = gallery(bench)
    one.show(
        stage="unknown",
        title="Outcome unknown",
        message="No answer came back.",
        actions=["lookAgain", "sendAgain", "copyDetails"],
        charge={"kind": "may", "text": "May have been charged"},
    )
    ask = one.root.locator(".ew-ask")
    expect(ask).to_contain_text("May have been charged")
    names = [button.inner_text() for button in ask.get_by_role("button").all()]
    assert names == ["Look again", "Send again"]


def test_a_price_that_cannot_be_told_is_a_sentence(bench: Opener) -> None:
    one = gallery(bench)
    one.js(
        "() => (kernel.answers.price = () => ({ kind: 'rejected', message: 'The file is gone.' }))"
    )
    place(one, 2).hover()
    one.choose(place(one, 2), "Ask again")
    expect(told_line(one)).to_have_text("The file is gone.")
    expect(told_line(one).locator(".ew-bad")).to_be_visible()


def test_copy_as_code(bench: Opener) -> None:
    one = gallery(bench, **CLIPBOARD)
    place(one, 2).hover()
    one.choose(place(one, 2), "Copy as code")
    expect(told_line(one)).to_contain_text("Code copied.")
    assert one.js("() => navigator.clipboard.readText()").startswith("ew.generate(")


def test_the_selection_is_packed_and_the_path_told_and_fetched(bench: Opener) -> None:
    one = gallery(bench, **CLIPBOARD)
    one.js("text => (kernel.plan.files.zip = text)", files()["original"])
    place(one, 1).focus()
    one.press("Space", "Shift+ArrowRight")
    one.root.get_by_role("button", name="Save as zip").click()
    line = told_line(one)
    expect(line).to_contain_text("pictures.zip, 2 pictures")
    assert one.sent("zip")[0]["pictures"] == ["task1203.0", "task1202.0"]
    line.get_by_role("button", name="Copy path").click()
    expect(line).to_contain_text("Path copied.")
    assert one.js("() => navigator.clipboard.readText()") == "~/art/pictures.zip"
    with one.page.expect_download() as told:
        line.get_by_role("button", name="Download").click()
    assert told.value.path().read_bytes() == base64.b64decode(files()["original"])


HOME = {"mark": "3f", "folder": "evolink_images", "machine": None}
ON_BINDER = {"home": HOME | {"machine": "Binder's"}}


def all_files(one: Bench) -> None:
    """Python has a zip of the whole store, which comes in several pieces."""
    one.js("text => (kernel.plan.files.home = text)", files()["original"])
    one.js("() => (kernel.plan.chunk = 1000)")


def test_one_button_takes_all_home_with_nothing_selected(bench: Opener) -> None:
    one = gallery(bench, plan={"welcome": {"home": HOME}})
    all_files(one)
    all_of_it = one.root.get_by_role("button", name="Download all")
    with one.page.expect_download() as told:
        all_of_it.click()
    assert told.value.path().read_bytes() == base64.b64decode(files()["original"])
    assert len(one.sent("home")) == 1
    expect(one.root.get_by_text("All is in home.1.png.").last).to_be_visible()
    expect(one.root.get_by_role("group", name="Take your pictures home")).to_be_hidden()
    place(one, 1).focus()
    one.press("Space")
    expect(all_of_it).to_have_count(0)  # what stands there now is about what is selected


def test_some_pictures_alone_are_not_all_of_them(bench: Opener) -> None:
    one = gallery(bench, plan={"welcome": {"home": None}})
    expect(one.root.get_by_role("button", name="Download all")).to_have_count(0)


@pytest.mark.parametrize("widget", ["gallery", "studio"])
def test_where_the_machine_is_given_back_it_is_said_beside_the_button(
    widget: str, bench: Opener
) -> None:
    plan = {"welcome": ON_BINDER}
    one = gallery(bench, plan=plan) if widget == "gallery" else bench(plan=plan)
    all_files(one)
    line = one.root.get_by_role("group", name="Take your pictures home")
    expect(line).to_contain_text("evolink_images goes when Binder's machine does")
    assert one.root.get_by_role("button", name="Download all").count() == 1, "one button"
    with one.page.expect_download() as told:
        line.get_by_role("button", name="Download all").press("Enter")
    assert told.value.path().read_bytes() == base64.b64decode(files()["original"])
    one.js("() => (window.evolinkHome = async (mark) => (window.homed = mark))")
    line.get_by_role("button", name="Download all").click()
    expect(line).to_contain_text("The browser downloads all pictures.")
    assert one.js("() => window.homed") == "3f"
    assert len(one.sent("home")) == 1, "the server hands it out, not the kernel"


def test_a_zip_that_breaks_off_is_told_and_not_saved(bench: Opener) -> None:
    one = gallery(bench, plan={"welcome": {"home": HOME}})
    one.js("() => (kernel.on_home = () => ({ kind: 'rejected', message: 'The disk is gone.' }))")
    all_of_it = one.root.get_by_role("button", name="Download all")
    all_of_it.click()
    expect(one.root.get_by_text("The disk is gone.").last).to_be_visible()
    expect(all_of_it).to_be_enabled()


def test_pictures_that_land_elsewhere_appear_without_a_jump(bench: Opener) -> None:
    one = gallery(bench, 10_000)
    scroll(one, 20_000)
    before = one.js("() => document.querySelector('.ew-shelf').scrollTop")
    one.js("() => kernel.arrive()")
    expect(tally(one)).to_have_text("10,001 pictures")
    assert one.js("() => document.querySelector('.ew-shelf').scrollTop") == before


def test_a_page_that_is_looked_at_says_so_now_and_then(bench: Opener) -> None:
    one = gallery(bench, clock=True)
    one.page.clock.run_for(1000)
    before = len(one.sent("look"))
    one.page.clock.run_for(60_000)
    assert len(one.sent("look")) - before == 2
    one.js("() => { document.querySelector('#cell').style.marginTop = '9000px' }")
    one.page.clock.run_for(60_000)
    assert len(one.sent("look")) - before == 2, "out of sight nothing is asked"


def test_a_kernel_that_is_gone_leaves_the_pictures_and_says_so(bench: Opener) -> None:
    one = gallery(bench)
    one.js("() => model.fire('comm:close')")
    expect(one.root.locator(".ew-quiet")).to_contain_text("Not connected to a kernel.")
    expect(one.root.get_by_role("searchbox")).to_be_disabled()
    assert cells(one).count() > 10
