"""What can be done with a picture: one list in every panel, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gallery_bench
import pytest
from bench import Bench, findings_in_every_theme
from playwright.sync_api import Locator, expect
from test_looks import settle, small_targets, violations

Opener = Callable[..., Bench]

ALL = [
    "Favourite", "Copy", "Save", "Copy as code", "Use as reference", "Edit this", "Compare",
    "Ask again", "Facts", "Move to trash",
]  # fmt: skip
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def opened(bench: Opener, widget: str, **how: Any) -> tuple[Bench, Locator]:
    """A panel with pictures in it, and the place of its second."""
    if widget == "gallery":
        plan = {"gallery": 12, **how.pop("plan", {})}
        one = bench(widget=widget, traits=gallery_bench.TRAITS, plan=plan, **how)
        cell = one.root.get_by_role("gridcell").nth(1)
        expect(cell.locator("img")).to_be_visible()
    else:
        one = bench(widget=widget, **how)
        one.done(2)
        cell = one.root.get_by_role("gridcell").nth(1)
    return one, cell


def band(one: Bench) -> Locator:
    """What can be done with those that are selected."""
    return one.root.locator(".ew-selbar, .ew-band")


def select(one: Bench, *places: int) -> None:
    for place in places:
        cell = one.root.get_by_role("gridcell").nth(place)
        cell.get_by_role("button", name="Select").click(force=True)


@pytest.mark.parametrize("widget", ["studio", "image_grid", "gallery"])
def test_the_menu_and_the_lightbox_have_the_same_actions_everywhere(
    bench: Opener, widget: str
) -> None:
    one, cell = opened(bench, widget)
    cell.hover()
    in_sight = [tool.get_attribute("title") for tool in cell.get_by_role("button").all()]
    assert in_sight == ["Select", "Favourite", "Copy", "Save", "Edit this", "More"]
    lines = one.menu(cell).get_by_role("menuitem")
    expect(lines).to_have_text(ALL)
    lines.filter(has_text="Facts").click()
    tools = one.root.get_by_role("dialog").locator(".ew-box-top .ew-ico:visible")
    titles = [tool.get_attribute("title") for tool in tools.all()]
    assert titles == [name for name in ALL if name != "Facts"] + ["Close"]


@pytest.mark.parametrize("widget", ["studio", "gallery"])
def test_the_menu_works_by_keyboard_and_gives_the_focus_back(bench: Opener, widget: str) -> None:
    one, cell = opened(bench, widget)
    cell.focus()
    more = cell.get_by_role("button", name="More")
    while one.js("() => document.activeElement.title") != "More":
        one.press("Tab")
    expect(more).to_have_attribute("aria-haspopup", "menu")
    one.press("Enter")
    menu = one.root.get_by_role("menu", name="More actions")
    items = menu.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "true")
    for key, name in (("ArrowDown", "Copy"), ("End", "Move to trash"), ("ArrowDown", "Favourite"),
                      ("ArrowUp", "Move to trash"), ("Home", "Favourite")):  # fmt: skip
        one.press(key)
        expect(menu.get_by_role("menuitem", name=name, exact=True)).to_be_focused()
    one.press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("widget", ["studio", "image_grid"])
def test_a_picture_goes_to_the_trash_in_its_place_and_comes_back(
    bench: Opener, widget: str
) -> None:
    one, cell = opened(bench, widget)
    select(one, 1)
    one.choose(cell, "Move to trash")
    expect(cell.get_by_text("In the trash")).to_be_visible()
    expect(one.root.get_by_text("1 picture moved to the trash.").last).to_be_visible()
    expect(band(one)).to_be_hidden()
    cell.click(position={"x": 5, "y": 5})
    expect(one.root.get_by_role("dialog")).to_be_hidden()
    one.root.get_by_role("button", name="Undo").click()
    expect(cell.get_by_text("In the trash")).to_be_hidden()
    select(one, 0, 1)
    band(one).get_by_role("button", name="Move to trash").click()
    expect(one.root.get_by_text("In the trash").nth(1)).to_be_visible()
    cell.get_by_role("button", name="Put back").click()
    expect(cell.get_by_text("In the trash")).to_be_hidden()
    assert [len(told["pictures"]) for told in one.sent("trash")] == [1, 2]
    assert [len(told["pictures"]) for told in one.sent("restore")] == [1, 1]


@pytest.mark.parametrize("widget", ["studio", "image_grid", "gallery"])
def test_the_keyboard_goes_on_at_undo_and_then_at_the_picture(bench: Opener, widget: str) -> None:
    """The button that was pressed goes with the selection, and that of "Undo" with its press."""
    one, _ = opened(bench, widget)
    select(one, 0, 1)
    one.press("Shift")  # the focus is steered, as with Tab
    band(one).get_by_role("button", name="Move to trash").focus()
    one.press("Enter")
    expect(one.root.get_by_role("button", name="Undo")).to_be_focused()
    one.press("Shift", "Enter")  # with a key between: the focus was taken there
    expect(one.root.get_by_text("2 pictures put back.").last).to_be_visible()
    expect(one.page.locator(":focus")).to_have_role("gridcell")


def test_the_keyboard_stays_at_a_picture_that_goes_to_the_trash_and_comes_back(
    bench: Opener,
) -> None:
    one, cell = opened(bench, "studio")
    cell.focus()
    cell.get_by_role("button", name="More").focus()
    one.press("Enter", "End", "Enter")
    expect(cell.get_by_text("In the trash")).to_be_visible()
    expect(cell).to_be_focused()
    one.press("Shift")
    cell.get_by_role("button", name="Put back").focus()
    one.press("Enter")
    expect(cell.get_by_text("In the trash")).to_be_hidden()
    expect(cell).to_be_focused()


def test_a_mark_that_was_set_elsewhere_is_drawn_at_once(bench: Opener) -> None:
    one, cell = opened(bench, "studio")
    told = {"id": "run0.1", "favourite": True, "trashed": False}
    one.js("told => kernel.tell({ kind: 'marks', pictures: [told] })", told)
    star = cell.get_by_role("button", name="Favourite")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(one.menu(cell).get_by_role("menuitem").first).to_have_text("Not a favourite")
    one.press("Escape")
    one.js("told => kernel.tell({ kind: 'marks', pictures: [told] })", {**told, "trashed": True})
    expect(cell.get_by_text("In the trash")).to_be_visible()


@pytest.mark.parametrize("widget", ["studio", "image_grid", "gallery"])
def test_a_picture_is_asked_for_again_after_its_price(bench: Opener, widget: str) -> None:
    one, cell = opened(bench, widget)
    one.choose(cell, "Ask again")
    line = one.root.locator(".ew-told:visible")
    expect(line).to_contain_text("About 2.4 credits")
    expect(line.get_by_role("button", name="Not now")).to_be_focused()
    assert one.bought() == []
    line.get_by_role("button", name="Ask again").click()
    one.page.wait_for_function("() => kernel.bought.length")
    assert one.bought() == ["runAgain"]
    assert one.sent("runAgain")[0]["picture"] == one.sent("price")[0]["picture"]


HOST = """() => {
    const element = document.createElement("section");
    element.textContent = "The comparison";
    model.widget_manager.get_model = async (id) => id;
    model.widget_manager.create_view = async (id) =>
        ({ el: element, remove: () => (window.removed = id) });
}"""


@pytest.mark.parametrize("widget", ["studio", "image_grid", "gallery"])
def test_two_selected_pictures_are_compared_in_a_dialog(bench: Opener, widget: str) -> None:
    one, cell = opened(bench, widget)
    one.js(HOST)
    select(one, 0)
    compare = band(one).get_by_role("button", name="Compare")
    expect(compare).to_be_hidden()
    select(one, 1)
    compare.click()
    box = one.page.get_by_role("dialog", name="Comparison")
    expect(box.get_by_text("The comparison")).to_be_visible()
    assert len(one.sent("compare")[0]["pictures"]) == 2
    settle(one)
    assert violations(one) == []
    one.press("Escape")
    expect(box).to_be_hidden()
    assert one.js("() => window.removed") == "compared"
    assert len(one.sent("compared")) == 1
    expect(compare).to_be_focused()
    # From the menu it is this one, and those that are selected.
    one.choose(cell, "Compare")
    expect(box).to_be_visible()
    box.get_by_role("button", name="Close").click()
    assert len(one.sent("compare")[1]["pictures"]) == 2


def test_a_comparison_that_is_asked_for_twice_gives_the_focus_back(bench: Opener) -> None:
    one, _ = opened(bench, "studio")
    one.js(HOST)
    one.js(
        """() => {
            const make = model.widget_manager.create_view;
            window.ready = [];
            model.widget_manager.create_view = async (id) => {
                await new Promise((go) => ready.push(go));
                return make(id);
            };
        }"""
    )
    select(one, 0, 1)
    compare = band(one).get_by_role("button", name="Compare")
    one.press("Shift")
    compare.focus()
    one.press("Enter", "Enter")
    one.page.wait_for_function("() => ready.length === 2")
    one.js("() => ready[0]()")
    box = one.page.get_by_role("dialog", name="Comparison")
    expect(box.get_by_text("The comparison")).to_be_visible()
    one.js("() => ready[1]()")
    one.page.wait_for_function("() => window.removed")  # the first one gives way
    one.press("Escape")
    expect(box).to_be_hidden()
    expect(compare).to_be_focused()


def test_one_picture_alone_says_what_is_missing_for_a_comparison(bench: Opener) -> None:
    one, cell = opened(bench, "studio")
    one.choose(cell, "Compare")
    expect(one.root.get_by_text("Select another picture, too.").last).to_be_visible()


def test_where_the_host_draws_no_view_the_code_of_the_comparison_is_copied(bench: Opener) -> None:
    one, _ = opened(bench, "image_grid", permissions=CLIPBOARD)
    select(one, 0, 1)
    band(one).get_by_role("button", name="Compare").click()
    expect(one.root.get_by_text("paste it into a cell").last).to_be_visible()
    assert one.js("() => navigator.clipboard.readText()").startswith("ew.ImageCompare(")


@pytest.mark.parametrize("widget", ["image_grid", "gallery"])
def test_a_panel_without_a_tray_hands_its_pictures_to_the_studio(
    bench: Opener, widget: str
) -> None:
    one, cell = opened(bench, widget, plan={"studio": True})
    one.choose(cell, "Use as reference")
    expect(one.root.get_by_text("In the studio's tray.").last).to_be_visible()
    cell.hover()
    cell.get_by_role("button", name="Edit this").click()
    expect(one.root.get_by_text("The studio asks what is to change.").last).to_be_visible()
    assert [told["edits"] for told in one.sent("refer")] == [False, True]


def test_without_a_studio_the_line_of_code_is_copied(bench: Opener) -> None:
    one, _ = opened(bench, "gallery", permissions=CLIPBOARD)
    select(one, 0, 1)
    band(one).get_by_role("button", name="Use as reference").click()
    expect(one.root.get_by_text("No studio is open").last).to_be_visible()
    assert one.js("() => navigator.clipboard.readText()") == "ew.generate()"
    assert len(one.sent("refer")[0]["pictures"]) == 2


def test_a_studio_takes_the_pictures_of_other_panels(bench: Opener) -> None:
    one = bench(traits={"prompt": "an owl", "n": 4, "quality": "low"})
    names = [f"evolink-ref:{digit * 64}" for digit in "ab"]
    tell = "told => kernel.tell({ kind: 'refer', ...told })"
    one.js(tell, {"references": names[:1], "fields": None})
    cards = one.root.get_by_role("list", name="Reference pictures").get_by_role("listitem")
    expect(cards).to_have_count(1)
    prompt = one.root.get_by_label("Prompt", exact=True)
    expect(prompt).to_have_value("an owl")
    fields = {"size": "16:9", "resolution": "2K", "quality": "high"}
    one.js(tell, {"references": names[1:], "fields": fields})
    expect(cards).to_have_count(2)
    expect(prompt).to_be_focused()
    expect(prompt).to_have_value("")
    expect(one.root.get_by_label("Count")).to_have_value("1")
    expect(one.root.get_by_role("button", name="Size 16:9 · 2K")).to_be_visible()
    assert len(one.sent("referred")) == 2


def test_what_lay_under_the_menu_rests_when_it_has_closed(bench: Opener) -> None:
    one, cell = opened(bench, "gallery")
    item = one.menu(cell).get_by_role("menuitem", name="Copy as code")
    item.dblclick(force=True)
    expect(one.root.get_by_role("menu")).to_be_hidden()
    one.page.wait_for_function("() => model.heard('code').length")
    expect(one.root.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("width", [900, 390])
@pytest.mark.parametrize("widget", ["studio", "gallery"])
def test_axe_finds_nothing_in_what_is_new_in_any_theme(
    bench: Opener, widget: str, width: int
) -> None:
    one, cell = opened(bench, widget, width=width)
    select(one, 0, 1)
    if widget == "studio":
        told = {"id": "run0.0", "favourite": True, "trashed": True}
        one.js("told => kernel.tell({ kind: 'marks', pictures: [told] })", told)
        expect(one.root.get_by_text("In the trash").first).to_be_visible()
    one.menu(cell)
    assert small_targets(one) == []
    box = one.root.get_by_role("menu").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= one.js("() => innerWidth")
    assert findings_in_every_theme(one) == []


def test_a_caption_of_the_gallery_stands_under_its_own_picture(bench: Opener) -> None:
    one, _ = opened(bench, "gallery")
    for cell in one.root.get_by_role("gridcell").all()[:3]:
        caption, tile = cell.locator(".ew-caption").bounding_box(), cell.bounding_box()
        assert caption
        assert tile
        assert tile["x"] <= caption["x"] < tile["x"] + tile["width"]
