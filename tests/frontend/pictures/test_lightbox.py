"""The lightbox: one picture, its pixels and its facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import FACTS, Bench
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]


def dialog(one: Bench) -> Locator:
    return one.root.get_by_role("dialog")


def opened(bench: Opener, at: int = 1, n: int = 4, **how: Any) -> Bench:
    one = bench(**how)
    one.done(n)
    one.root.get_by_role("gridcell").nth(at).focus()
    one.press("Enter")
    expect(dialog(one)).to_be_visible()
    return one


def image(one: Bench) -> Locator:
    return dialog(one).locator(".ew-stage img")


def shown(one: Bench) -> tuple[int, int]:
    width, height = image(one).evaluate("i => [i.offsetWidth, i.offsetHeight]")
    return width, height


def natural(one: Bench, width: int) -> None:
    one.page.wait_for_function(
        "([i, w]) => i.complete && i.naturalWidth === w", arg=[image(one).element_handle(), width]
    )


def test_enter_opens_the_picture_and_escape_leads_back_to_it(bench: Opener) -> None:
    one = opened(bench)
    expect(dialog(one).get_by_text("Picture 2 of 4", exact=True)).to_be_visible()
    expect(dialog(one).locator(".ew-stage")).to_be_focused()
    one.press("ArrowRight", "Escape")
    expect(dialog(one)).to_be_hidden()
    expect(one.root.get_by_role("gridcell").nth(1)).to_be_focused()


def test_arrows_page_through_the_pictures_and_around(bench: Opener) -> None:
    one = opened(bench, at=2)
    for key, title in (
        ("ArrowRight", "Picture 4 of 4"),
        ("ArrowRight", "Picture 1 of 4"),
        ("ArrowLeft", "Picture 4 of 4"),
    ):
        one.press(key)
        expect(dialog(one).get_by_text(title, exact=True)).to_be_visible()
    assert one.told()[-1] == "Picture 4 of 4"
    dialog(one).get_by_role("button", name="Next picture").click()
    expect(dialog(one).get_by_text("Picture 1 of 4", exact=True)).to_be_visible()
    dialog(one).locator(".ew-strip button").nth(2).click()
    expect(dialog(one).get_by_text("Picture 3 of 4", exact=True)).to_be_visible()
    expect(dialog(one).locator(".ew-strip [aria-current]")).to_have_count(1)


def test_from_right_to_left_the_arrows_turn_round(bench: Opener) -> None:
    one = opened(bench, direction="rtl")
    one.press("ArrowLeft")
    expect(dialog(one).get_by_text("Picture 3 of 4", exact=True)).to_be_visible()


def test_one_picture_alone_has_no_strip_and_no_paging(bench: Opener) -> None:
    one = opened(bench, at=0, n=1)
    expect(dialog(one).get_by_role("button", name="Next picture")).to_be_hidden()
    expect(dialog(one).locator(".ew-strip")).to_be_hidden()


def test_the_preview_comes_first_and_the_file_only_when_its_pixels_show(bench: Opener) -> None:
    one = opened(bench, viewport={"width": 900, "height": 500})
    natural(one, 624)
    assert {message["what"] for message in one.sent("bytes")} == {"preview"}
    one.press("1")
    natural(one, 1248)
    assert [message["what"] for message in one.sent("bytes")] == ["preview", "original"]
    assert shown(one) == (1248, 832)


def test_a_picture_that_fits_is_not_enlarged(bench: Opener) -> None:
    one = opened(bench, viewport={"width": 900, "height": 600})
    stage = dialog(one).locator(".ew-stage").evaluate("s => [s.clientWidth, s.clientHeight]")
    width, height = shown(one)
    assert width <= stage[0] + 1
    assert height <= stage[1] + 1
    assert width / height == pytest.approx(1.5, rel=0.01)
    assert image(one).evaluate("i => i.getBoundingClientRect().left") > 0


def test_keys_zoom_and_move_the_picture(bench: Opener) -> None:
    one = opened(bench)
    fitted = shown(one)
    one.press("1")
    assert shown(one) == (1248, 832)
    expect(dialog(one).get_by_role("button", name="Zoom 100 %")).to_be_visible()
    stage = dialog(one).locator(".ew-stage")
    before = stage.evaluate("s => [s.scrollLeft, s.scrollTop]")
    one.press("ArrowRight", "ArrowUp")
    expect(dialog(one).get_by_text("Picture 2 of 4", exact=True)).to_be_visible()
    after = stage.evaluate("s => [s.scrollLeft, s.scrollTop]")
    assert after[0] == before[0] + 60
    one.press("+")
    assert shown(one)[0] == 1560
    one.press("-", "0")
    assert shown(one) == fitted
    one.press("-")
    assert shown(one) == fitted, "never smaller than it fits"


def test_the_zoom_button_goes_between_fit_and_one_to_one(bench: Opener) -> None:
    one = opened(bench)
    fitted = shown(one)
    zoom = dialog(one).get_by_role("button", name="Zoom")
    zoom.click()
    assert shown(one) == (1248, 832)
    zoom.click()
    assert shown(one) == fitted


def test_the_wheel_zooms_at_the_pointer(bench: Opener) -> None:
    one = opened(bench)
    box = image(one).bounding_box()
    assert box
    at = (box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    under = (
        "([x, y]) => { const b = document.querySelector('.ew-stage img').getBoundingClientRect();"
    )
    under += " return [(x - b.left) / b.width, (y - b.top) / b.height] }"
    before = one.js(under, list(at))
    one.page.mouse.move(*at)
    for _ in range(4):
        one.page.mouse.wheel(0, -200)
    one.page.wait_for_function(
        "w => document.querySelector('.ew-stage img').offsetWidth > 2 * w", arg=box["width"]
    )
    assert one.js(under, list(at)) == pytest.approx(before, abs=0.03)


def test_dragging_moves_a_large_picture(bench: Opener) -> None:
    one = opened(bench)
    one.press("1")
    stage = dialog(one).locator(".ew-stage")
    box, before = stage.bounding_box(), stage.evaluate("s => [s.scrollLeft, s.scrollTop]")
    assert box
    x, y = box["x"] + 200, box["y"] + 200
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    one.page.mouse.move(x - 50, y - 20, steps=4)
    one.page.mouse.up()
    one.page.mouse.move(x + 90, y + 90)
    after = stage.evaluate("s => [s.scrollLeft, s.scrollTop]")
    assert after[0] == pytest.approx(before[0] + 50, abs=2)


def test_facts_stand_at_the_side(bench: Opener) -> None:
    one = opened(bench)
    facts = dialog(one).locator(".ew-facts")
    expect(facts.locator("dt")).to_have_text([name for name, _ in FACTS])
    expect(facts.locator("dd")).to_have_text([value for _, value in FACTS])


def test_copy_save_and_code_work_inside(bench: Opener) -> None:
    one = opened(bench, permissions=["clipboard-read", "clipboard-write"])
    with one.page.expect_download() as told:
        dialog(one).get_by_role("button", name="Save").click()
    assert told.value.suggested_filename.endswith(".1.png")
    dialog(one).get_by_role("button", name="Copy as code").click()
    expect(dialog(one).get_by_text("Code copied.")).to_be_visible()
    assert one.js("() => navigator.clipboard.readText()").startswith("ew.generate(")


def test_the_page_behind_cannot_be_reached_and_a_click_on_it_closes(bench: Opener) -> None:
    one, seen = opened(bench), set()
    for _ in range(12):
        one.press("Tab")
        place = "() => document.activeElement.closest('dialog, body').tagName"
        seen.add(one.js(place))
    assert seen <= {"DIALOG", "BODY"}
    one.page.mouse.click(3, 3)
    expect(dialog(one)).to_be_hidden()


def test_a_file_that_cannot_be_fetched_leaves_the_thumbnail_and_says_so(bench: Opener) -> None:
    one = bench()
    one.done()
    one.js(
        "() => (kernel.answers.bytes = () => ({ kind: 'rejected', message: 'fox.png is gone.' }))"
    )
    one.root.get_by_role("gridcell").first.click()
    expect(dialog(one).get_by_text("fox.png is gone.")).to_be_visible()
    natural(one, 384)


def test_blob_urls_are_given_back(bench: Opener) -> None:
    one = bench()
    one.count_urls()
    one.done()
    assert one.js("() => alive.size") == 4, "the thumbnails"
    one.root.get_by_role("gridcell").first.click()
    for _ in range(6):
        natural(one, 624)
        one.press("ArrowRight")
    natural(one, 624)
    assert one.js("() => alive.size") == 5, "and one preview"
    one.press("Escape")
    # A dialog tells that it is closed a moment after it is.
    one.page.wait_for_function("() => alive.size === 4")
    one.root.get_by_role("gridcell").first.click()
    natural(one, 624)
    one.js("() => view()")
    assert one.js("() => alive.size") == 0, "the preview of an open lightbox too"


@pytest.mark.parametrize("widget", ["studio", "image_grid"])
def test_on_a_phone_all_that_can_be_pressed_lies_in_the_dialog(bench: Opener, widget: str) -> None:
    one = opened(bench, widget=widget, viewport={"width": 390, "height": 844}, width=342)
    spots = dialog(one).evaluate("""box => {
        const frame = box.getBoundingClientRect();
        return [...box.querySelectorAll(".ew-box-top :is(b, button:not([hidden]))")].map((node) => {
            const { left, top, right, bottom } = node.getBoundingClientRect();
            const inside = left >= frame.left && right <= frame.right && bottom <= frame.bottom;
            const wide = node.scrollWidth <= node.clientWidth + 1;
            return [node.title || node.textContent, inside && wide, left, top, right, bottom];
        });
    }""")
    assert [name for name, fits, *_ in spots if not fits] == []
    for at, (name, _, left, top, right, bottom) in enumerate(spots):
        for other, _, x, y, far, low in spots[:at]:
            apart = right <= x or far <= left or bottom <= y or low <= top
            assert apart, f"{name} lies on {other}"
    dialog(one).get_by_role("button", name="Close").click()
    expect(dialog(one)).to_be_hidden()


def test_on_a_page_enlarged_four_times_the_picture_has_the_room(bench: Opener) -> None:
    one = opened(bench, viewport={"width": 320, "height": 225}, width=272, device_scale_factor=4)
    box = image(one).bounding_box()
    top = dialog(one).locator(".ew-box-top").bounding_box()
    assert box
    assert top
    assert box["width"] > 200
    assert box["height"] > 130
    assert box["y"] >= top["y"] + top["height"]
    close = dialog(one).get_by_role("button", name="Close")
    expect(close).to_be_in_viewport()
    dialog(one).get_by_text("Prompt", exact=True).scroll_into_view_if_needed()
    expect(close).to_be_in_viewport()


def test_a_right_click_has_the_browsers_own_menu(bench: Opener) -> None:
    one = opened(bench)
    one.js("""() => {
        window.taken = 0;
        // As JupyterLab does: its menu is about the cell, which lies below.
        document.addEventListener("contextmenu", (event) => (taken++, event.preventDefault()));
    }""")
    image(one).click(button="right")
    assert one.js("() => taken") == 0
    one.page.get_by_role("heading", name="Bench").dispatch_event("contextmenu")
    assert one.js("() => taken") == 1


def test_a_hundred_percent_is_a_pixel_of_the_screen_for_each_of_the_picture(bench: Opener) -> None:
    one = opened(bench, device_scale_factor=2)
    one.press("1")
    expect(dialog(one).get_by_role("button", name="Zoom 100 %")).to_be_visible()
    assert shown(one) == (624, 416)  # of 1248 × 832, at two pixels of the screen each
