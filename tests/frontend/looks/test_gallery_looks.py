"""How the gallery looks to everyone: axe-core in every theme, narrow, RTL, calm, hostile words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import Bench, findings_in_every_theme
from gallery_bench import Opener, cells, columns, gallery, pictures, place, tally, told_line
from playwright.sync_api import expect
from test_hostile import HOSTILE


def selected(one: Bench) -> None:
    one.root.get_by_role("button", name="Filters").click()
    place(one, 1).focus()
    one.press("Space", "Shift+ArrowRight")
    one.show(stage="processing", title="Rendering", progress=42)
    one.show(
        stage="unknown",
        title="Outcome unknown",
        message="No answer came back.",
        actions=["lookAgain", "sendAgain"],
        charge={"kind": "may", "text": "May have been charged"},
    )


def undo(one: Bench) -> None:
    place(one, 2).focus()
    one.press("Delete")
    expect(told_line(one).get_by_role("button", name="Undo")).to_be_visible()


def price(one: Bench) -> None:
    one.choose(place(one, 2), "Ask again")
    expect(told_line(one).get_by_role("button", name="Not now")).to_be_visible()


def lightbox(one: Bench) -> None:
    place(one, 3).click()
    expect(one.root.locator(".ew-facts dd").first).to_be_visible()


def nothing(one: Bench) -> None:
    expect(one.root.locator(".ew-none b")).to_be_visible()


STATES: dict[str, tuple[Callable[[Bench], None], dict[str, Any]]] = {
    "selected": (selected, {}),
    "undo": (undo, {}),
    "price": (price, {}),
    "lightbox": (lightbox, {}),
    "empty": (nothing, {"count": 0}),
    "no match": (nothing, {"traits": {"text": "zebra"}}),
    "narrow": (selected, {"width": 340}),
    "trash": (nothing, {"traits": {"trashed": True}}),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_theme(bench: Opener, state: str) -> None:
    act, how = STATES[state]
    one = gallery(bench, reduced_motion="reduce", **how)
    act(one)
    assert findings_in_every_theme(one) == []


@pytest.mark.parametrize("width", [300, 440, 700, 1400])
def test_nothing_sticks_out_at_any_width(bench: Opener, width: int) -> None:
    one = gallery(bench, width=width)
    selected(one)
    assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth")
    sizes = cells(one).evaluate_all("all => all.map(c => c.firstChild.offsetWidth)")
    assert 118 <= min(sizes) <= max(sizes) <= 310
    assert columns(one) == max(2, (width + 8 - 24) // (148 + 8))


def test_the_lightbox_has_room_for_its_tools_when_it_is_narrow(bench: Opener) -> None:
    one = gallery(bench, width=340)
    lightbox(one)
    box = one.root.get_by_role("dialog")
    assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    for name in ("Favourite", "Ask again", "Move to trash", "Close"):
        expect(box.get_by_role("button", name=name)).to_be_in_viewport()


def test_arrow_keys_follow_the_reading_direction(bench: Opener) -> None:
    one = gallery(bench, direction="rtl")
    first, second = (place(one, n).bounding_box() for n in (1, 2))
    assert first is not None
    assert second is not None
    assert second["x"] < first["x"]
    place(one, 1).focus()
    one.press("ArrowLeft")
    expect(place(one, 2)).to_be_focused()
    assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_pictures_keep_their_proportion(bench: Opener) -> None:
    one = gallery(bench)
    fits = pictures(one).evaluate_all("all => all.map(i => getComputedStyle(i).objectFit)")
    assert set(fits) == {"contain"}


def test_reduced_motion_moves_nothing(bench: Opener) -> None:
    one = gallery(bench, reduced_motion="reduce")
    assert one.js("() => document.getAnimations().length") == 0


def test_targets_are_large_enough(bench: Opener) -> None:
    one = gallery(bench)
    selected(one)
    sizes = one.root.locator("button:visible, input:visible, select:visible").evaluate_all(
        "all => all.map(e => [e.offsetWidth, e.offsetHeight, e.title || e.innerText])"
    )
    assert [size for size in sizes if min(size[:2]) < 24] == []


def test_touch_shows_what_can_be_done(bench: Opener) -> None:
    one = gallery(bench, has_touch=True, is_mobile=True)
    expect(place(one, 1).locator(".ew-over")).to_have_css("opacity", "1")


def fill_everything(one: Bench, text: str) -> None:
    """Every place where words from outside are drawn."""
    one.js(
        """(text) => {
            kernel.plan.facets = { size: [text, "a"], notebook: [text, "b"] };
            kernel.plan.facts = [[text, text]];
            kernel.answers.price = () => ({ kind: "price", text });
            kernel.store[0].prompt = kernel.store[0].alt = text;
            kernel.plan.gone = { "task3.0": text };
            kernel.show({ prompt: text, title: text, message: text, actions: ["stop"],
                charge: { kind: "may", text }, stage: "unknown" });
            model.set("selected", [text]);
            model.set("notebook", text);
            kernel.found = function () { return this.store };
            kernel.arrive({ prompt: text, alt: text });
        }""",
        text,
    )
    one.page.wait_for_function(
        "text => document.querySelector('.ew-cell')?.getAttribute('aria-label')?.endsWith(text)",
        arg=text,
    )
    one.page.wait_for_function("() => document.querySelector('.ew-gone:not(:empty)')")
    price(one)
    place(one, 2).click()
    expect(one.root.locator(".ew-facts dd").first).to_be_visible()


def count_elements(one: Bench) -> int:
    number: int = one.js("() => document.querySelectorAll('*').length")
    return number


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_make_no_element_and_run_nothing(bench: Opener, text: str) -> None:
    harmless = gallery(bench, 3)
    fill_everything(harmless, "a fox in the snow")
    one = gallery(bench, 3)
    fill_everything(one, text)
    assert count_elements(one) == count_elements(harmless)
    assert one.js("() => window.hit") is None
    assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth")
    expect(tally(one)).to_contain_text("4 pictures, 1 selected")
