"""How a comparison looks to everyone: axe-core in every theme, narrow, RTL, calm, keys alone."""

from __future__ import annotations

import pytest
from bench import THEMES
from compare_bench import Opener, arena, boxes, comparison, divider, images, settled, told
from playwright.sync_api import expect
from test_looks import small_targets, violations

MODES = ("slider", "side", "blink", "difference")


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_in_any_theme_and_no_small_target(bench: Opener, mode: str) -> None:
    one = comparison(bench, count=3, traits={"mode": mode}, reduced_motion="reduce")
    if mode == "difference":
        expect(one.root.locator(".ew-much")).not_to_be_empty()
    assert small_targets(one) == []
    assert violations(one) == []
    for theme in list(THEMES)[1:]:
        one.wear(theme)
        assert violations(one, "color-contrast") == [], theme
    one.page.emulate_media(color_scheme="dark")
    assert violations(one, "color-contrast") == [], "no host values, dark"


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_wider_than_its_place(bench: Opener, mode: str) -> None:
    long = [
        told(at, label=f"2026-11-24_a-lighthouse-on-a-rocky-headland_{at}.png") for at in range(9)
    ]
    window = {"width": 1300, "height": 900}
    one = comparison(bench, pictures=long, traits={"mode": mode}, viewport=window)
    script = """async (root, width) => {
        document.querySelector("#cell").style.inlineSize = `${width}px`;
        for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
        const { left, right } = root.getBoundingClientRect();
        return [...root.querySelectorAll(":not(.ew-sr, dialog, dialog *, [type=radio], .ew-divider)")].filter((e) => {
            const b = e.getBoundingClientRect();
            const cut = e.closest(".ew-pane") && !e.matches(".ew-pane");
            return e.checkVisibility() && !cut && b.width && (b.left < left - 1 || b.right > right + 1);
        }).map((e) => e.className || e.tagName);
    }"""  # noqa: E501
    found = {w: wide for w in (240, 340, 439, 700, 1200) if (wide := one.root.evaluate(script, w))}
    assert found == {}
    assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_from_right_to_left_the_tools_are_mirrored_and_pictures_are_not(bench: Opener) -> None:
    one = comparison(bench, direction="rtl")
    first = one.root.get_by_role("radio", name="Slider").evaluate("r => r.parentElement.offsetLeft")
    last = one.root.get_by_role("radio", name="Difference")
    assert last.evaluate("r => r.parentElement.offsetLeft") < first
    divider(one).focus()
    one.press("ArrowLeft")
    settled(one, "position", 0.48)
    box, pane = divider(one).bounding_box(), arena(one).bounding_box()
    assert box
    assert pane
    assert box["x"] + box["width"] / 2 < pane["x"] + pane["width"] / 2, "left is left"
    assert violations(one) == []


def test_a_wide_pane_holds_a_tall_picture_whole_and_in_its_middle(bench: Opener) -> None:
    tall = [told(at, width=832, height=1248) for at in range(2)]
    one = comparison(bench, pictures=tall, width=1200)
    (left, top, width), _ = boxes(one)
    pane = arena(one).locator(".ew-pane").first.bounding_box()
    assert pane
    assert top == 0
    assert left == pytest.approx((pane["width"] - width) / 2, abs=2)
    assert width == pytest.approx(pane["height"] / 1.5, abs=2)
    # The divider goes over the picture, not over the margins.
    one.js("() => model.set('position', 0)")
    boxes(one)
    line = divider(one).bounding_box()
    assert line
    assert line["x"] + 16 - pane["x"] == pytest.approx(left, abs=2)


def test_all_of_it_goes_by_keys_alone(bench: Opener) -> None:
    one = comparison(bench, count=3, traits={"mode": "blink"}, reduced_motion="reduce")
    name = """() => {
        const { title, ariaLabel, value, innerText } = document.activeElement;
        return title || ariaLabel || value || innerText;
    }"""
    reached = []
    for _ in range(14):
        one.press("Tab")
        reached.append(one.js(name))
    assert {"blink", "1", "Show the other", "Smaller (−)", "Larger (+)", "Pictures"} <= set(reached)
    arena(one).focus()
    one.press("s")
    for _ in range(4):
        one.press("Tab")
        reached.append(one.focused())
    assert "Divider" in reached


def test_forced_colours_keep_the_divider_and_the_chosen_mode(bench: Opener) -> None:
    one = comparison(bench, forced_colors="active")
    fill = "e => getComputedStyle(e).backgroundColor"
    chosen = one.root.locator(".ew-seg :checked + span").evaluate(fill)
    assert chosen != one.root.locator(".ew-seg :not(:checked) + span").first.evaluate(fill)
    expect(divider(one)).to_be_visible()
    expect(images(one)).to_have_count(2)
    assert violations(one) == []
