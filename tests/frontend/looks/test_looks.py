"""How it looks to everyone: axe-core in every theme, targets, motion, contrast, narrow, RTL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_core import findings
from bench import ENDINGS, THEMES, Bench, ending, settle
from playwright.sync_api import expect

Opener = Callable[..., Bench]
PROMPT = "A lighthouse on a rocky headland at dusk, gouache on paper, warm lamp light"


def running(one: Bench) -> None:
    key = one.show(prompt=PROMPT)
    one.land(key, 0, 1)
    one.show(stage="pending", title="Waiting in the queue", progress=None, n=3, ratio=[16, 9])


def done(one: Bench) -> None:
    one.done(prompt=PROMPT)
    one.root.get_by_role("gridcell").nth(2).focus()
    one.press("Space", "ArrowLeft")


def endings(one: Bench) -> None:
    for stage in ENDINGS:
        one.show(prompt=PROMPT, **ending(stage))


def lightbox(one: Bench) -> None:
    one.done(prompt=PROMPT)
    one.root.get_by_role("gridcell").nth(1).click()
    expect(one.root.locator(".ew-facts dd").first).to_be_visible()


def tray(one: Bench) -> None:
    one.root.get_by_role("button", name="Size").click()
    one.root.get_by_text("Model ·").click()


def problems(one: Bench) -> None:
    tray(one)
    one.root.get_by_label("Width").fill("1281")
    one.root.get_by_label("Count").fill("12")
    expect(one.root.locator(".ew-problem")).to_have_count(2)


def away(one: Bench) -> None:
    one.page.clock.run_for(2000)
    one.page.clock.resume()


def money(one: Bench) -> None:
    """All that is said of money at once."""
    text = "3 paid tasks from 13:02 are still yours, links end in 21 h."
    one.js("text => kernel.tell({ kind: 'outstanding', tasks: 3, text })", text)
    one.show(prompt=PROMPT, stake="9.7 credits", **ending("unknown"))
    one.root.get_by_role("button", name="Send again").click()
    expect(one.root.get_by_role("button", name="Use them")).to_be_visible()


def nothing(one: Bench) -> None:
    pass


CHECK = {
    "reuse": {
        "pictures": 2,
        "text": "2 of 4 in the store, paid 4.9 credits on 21 November",
        "take": "Use them and buy 2 for about 4.9 credits",
    },
    "meters": [
        {
            "name": "Today's budget", "limit": 50, "spent": 31.5, "reserved": 9.5,
            "text": "31.5 spent, 9.5 reserved, 9 of 50 credits left",
        }
    ],
    "balance": {
        "credits": 20,
        "parts": [["This key", "20.0 credits"], ["account", "412.6 credits"]],
    },
}  # fmt: skip
MONEY = {"plan": {"check": CHECK}, "traits": {"prompt": PROMPT}}

STATES: dict[str, tuple[Callable[[Bench], None], dict[str, Any]]] = {
    "empty": (nothing, {"plan": {"simulated": True}}),
    "composing": (tray, {"traits": {"prompt": PROMPT}, "width": 1000}),
    "problems": (problems, {"traits": {"prompt": PROMPT, "size": "1280x720"}}),
    "running": (running, {"traits": {"prompt": PROMPT}}),
    "done": (done, {}),
    "endings": (endings, {}),
    "lightbox": (lightbox, {}),
    "away": (away, {"plan": {"silent": True}, "traits": {"prompt": PROMPT}, "clock": True}),
    "narrow": (problems, {"width": 340, "traits": {"prompt": PROMPT, "size": "1280x720"}}),
    "narrow log": (endings, {"width": 340}),
    "money": (money, MONEY),
    "narrow money": (money, MONEY | {"width": 240}),
    "grid": (running, {"widget": "image_grid", "plan": {"rules": None}}),
}


def violations(one: Bench, *rules: str) -> list[str]:
    """What axe-core finds, by all of its rules or by some."""
    return findings(one.page, rules=rules)


def small_targets(one: Bench) -> list[Any]:
    """What can be pressed and is less than 24 pixels wide or high."""
    found: list[Any] = one.root.evaluate("""root => [...root.querySelectorAll(
        "button, input:not([type=radio], [type=checkbox]), select, summary, "
        + "label:has([type=radio], [type=checkbox])")]
        .filter(e => e.offsetParent && !e.disabled)
        .map(e => [e.title || e.textContent || e.name, e.offsetWidth, e.offsetHeight])
        .filter(([, width, height]) => width < 24 || height < 24)""")
    return found


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_theme_and_no_small_target(bench: Opener, state: str) -> None:
    enter, how = STATES[state]
    one = bench(**how)
    enter(one)
    assert small_targets(one) == []
    settle(one)
    assert violations(one) == []
    # A theme changes colours only.
    for theme in list(THEMES)[1:]:
        one.wear(theme)
        settle(one)
        assert violations(one, "color-contrast") == [], theme
    one.page.emulate_media(color_scheme="dark")
    assert violations(one, "color-contrast") == [], "no host values, dark"


def test_a_coarse_pointer_gets_larger_targets_and_sees_the_actions(bench: Opener) -> None:
    one = bench(has_touch=True, is_mobile=True, viewport={"width": 500, "height": 800}, width=440)
    one.done()
    heights = {
        name: one.root.locator(spec).first.evaluate("e => e.offsetHeight")
        for name, spec in {
            "chip": ".ew-chip", "run": ".ew-run", "button": ".ew-head .ew-btn",
            "icon": ".ew-over .ew-ico",
        }.items()
    }  # fmt: skip
    assert heights == {"chip": 40, "run": 40, "button": 36, "icon": 36}
    over = one.root.locator(".ew-over").first
    assert over.evaluate("e => getComputedStyle(e).opacity") == "1"


def test_reduced_motion_moves_nothing(bench: Opener) -> None:
    one = bench(reduced_motion="reduce")
    running(one)
    assert one.js("() => document.getAnimations().length") == 0
    bar = one.root.locator(".ew-open i")
    assert bar.evaluate("b => [b.offsetWidth, b.parentElement.offsetWidth]")[0] > 200
    assert "repeating" in bar.evaluate("b => getComputedStyle(b).backgroundImage")


def test_only_the_bar_and_waiting_places_move(bench: Opener) -> None:
    one = bench()
    running(one)
    # Those that have just landed fade in; from then on nothing else moves.
    one.page.wait_for_function("""() => {
        const moving = document.getAnimations().map(a => a.effect.target.className || "i");
        return moving.length && moving.every((name) => ["ew-tile ew-wait", "i"].includes(name));
    }""")


def test_forced_colours_keep_what_carries_meaning(bench: Opener) -> None:
    one = bench(forced_colors="active", traits={"prompt": PROMPT})
    running(one)
    expect(one.root.get_by_role("button", name="Run", exact=False).first).to_be_visible()
    fill = "e => getComputedStyle(e).backgroundColor"
    page = one.js("() => getComputedStyle(document.body).backgroundColor")
    chosen = one.root.locator(".ew-seg :checked + span").evaluate(fill)
    other = one.root.locator(".ew-seg :not(:checked) + span").first.evaluate(fill)
    bar = one.root.locator(".ew-prog:not(.ew-open) i").evaluate(fill)
    assert chosen != other
    assert bar != page
    assert violations(one) == []


def test_more_contrast_turns_lines_and_second_ink_into_ink(bench: Opener) -> None:
    one = bench(contrast="more")
    colours = one.root.evaluate("""root => {
        const ink = getComputedStyle(root).color;
        const label = getComputedStyle(root.querySelector(".ew-label")).color;
        const edge = getComputedStyle(root.querySelector(".ew-composer")).borderTopColor;
        return [ink, label, edge].map((c) => c.replace("color(srgb", "rgb("));
    }""")
    assert colours[1] == colours[0]
    assert colours[2].startswith("color") or colours[2] == colours[0]


@pytest.mark.parametrize("state", ["composing", "problems", "running", "done", "endings", "money"])
def test_nothing_is_wider_than_its_place(bench: Opener, state: str) -> None:
    enter, how = STATES[state]
    one = bench(**{**how, "viewport": {"width": 1300, "height": 900}})
    enter(one)
    script = """async (root, width) => {
        document.querySelector("#cell").style.inlineSize = `${width}px`;
        // Columns follow a resize observer, which is called before the next frame is drawn.
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
        const { left, right } = root.getBoundingClientRect();
        const hidden = ".ew-sr, .ew-sr *, dialog, dialog *, input, .ew-prog i";
        return [...root.querySelectorAll(`:not(${hidden})`)].filter((e) => {
            const b = e.getBoundingClientRect();
            const cut = getComputedStyle(e.parentElement).overflow === "hidden";
            return e.offsetParent && !cut && b.width && (b.left < left - 1 || b.right > right + 1);
        }).map((e) => e.className || e.tagName);
    }"""
    widths = (240, 340, 439, 440, 599, 600, 819, 820, 1200)
    assert {w: wide for w in widths if (wide := one.root.evaluate(script, w))} == {}


def test_size_cells_stand_in_as_few_even_rows_as_fit(bench: Opener) -> None:
    rows = {}
    for width in (1000, 700, 340):
        one = bench(width=width)
        one.root.get_by_role("button", name="Size").click()
        tops = one.root.locator(".ew-ratio").evaluate_all("all => all.map(e => e.offsetTop)")
        rows[width] = [tops.count(top) for top in sorted(set(tops))]
    assert rows == {1000: [17], 700: [9, 8], 340: [6, 6, 5]}


def test_run_stays_in_the_row_of_the_controls_with_a_long_size_and_price(bench: Opener) -> None:
    price = {"low": 118.0, "high": 245.0, "usdLow": 1.74, "usdHigh": 3.6, "text": ""}
    one = bench(
        viewport={"width": 1300, "height": 900},
        traits={"prompt": PROMPT, "size": "3840x2160", "quality": "high", "n": 10},
        plan={"check": {"price": price}},
    )
    run = one.root.get_by_role("button", name="Run", exact=False).first
    expect(run).to_contain_text("118 to 245 credits")
    script = """(bar, width) => {
        document.querySelector("#cell").style.inlineSize = `${width}px`;
        return bar.offsetHeight;
    }"""
    bar = one.root.locator(".ew-bar")
    heights = {width: bar.evaluate(script, width) for width in (820, 860, 959, 960, 1100)}
    assert set(heights.values()) == {heights[1100]}
    # Where there is no room beside them, it has a row of its own.
    assert bar.evaluate(script, 660) > heights[1100]
    box, row = run.bounding_box(), bar.bounding_box()
    assert box
    assert row
    assert box["width"] == pytest.approx(row["width"] - 32, abs=1)


def test_a_panel_keeps_off_the_bar_of_jupyterlabs_cell(bench: Opener) -> None:
    one = bench(width=600, viewport={"width": 700, "height": 700})
    edge = "r => r.getBoundingClientRect().x - r.parentElement.getBoundingClientRect().x"
    assert one.root.evaluate(edge) == 0
    one.js("() => document.querySelector('#cell').classList.add('jp-OutputArea')")
    assert one.root.evaluate(edge) == 5
    one.page.set_viewport_size({"width": 900, "height": 700})
    assert one.root.evaluate(edge) == 0


def test_from_right_to_left_the_panel_is_mirrored_and_numbers_are_not(bench: Opener) -> None:
    one = bench(direction="rtl", traits={"prompt": "منارة على رأس صخري"})
    run = one.root.locator(".ew-run").bounding_box()
    size = one.root.get_by_role("button", name="Size").bounding_box()
    assert run
    assert size
    assert run["x"] < size["x"]
    counter = one.root.locator(".ew-count")
    assert counter.evaluate("e => getComputedStyle(e).direction") == "ltr"
    key = one.show(progress=30)
    bar, track = one.root.locator(".ew-prog i"), one.root.locator(".ew-prog")
    inside, outside = bar.bounding_box(), track.bounding_box()
    assert inside
    assert outside
    assert inside["x"] + inside["width"] == pytest.approx(outside["x"] + outside["width"], abs=1)
    one.change(key, progress=None)
    assert violations(one) == []


@pytest.mark.parametrize("theme", THEMES)
def test_edges_focus_and_bar_can_be_told_from_their_ground(bench: Opener, theme: str) -> None:
    one = bench(theme=theme, **MONEY)
    one.show()
    expect(one.root.get_by_role("meter")).to_be_visible()
    one.root.get_by_label("Count").focus()
    ratios = one.root.evaluate("""root => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        const pixel = (...layers) => {
            canvas.clearRect(0, 0, 1, 1);
            for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1) }
            return canvas.getImageData(0, 0, 1, 1).data;
        };
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const against = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
            return (x + .05) / (y + .05) };
        const style = (spec) => getComputedStyle(root.querySelector(spec));
        const page = getComputedStyle(document.body).backgroundColor;
        const composer = style(".ew-composer"), track = style(".ew-prog").backgroundColor;
        return {
            edge: against(pixel(page, composer.borderTopColor), pixel(page)),
            inside: against(pixel(page, composer.backgroundColor, composer.borderTopColor),
                            pixel(page, composer.backgroundColor)),
            focus: against(pixel(page, style("[name=n]").outlineColor),
                           pixel(page, composer.backgroundColor)),
            bar: against(pixel(page, track, style(".ew-prog i").backgroundColor),
                         pixel(page, track)),
            spent: against(pixel(page, track, style(".ew-meter i").backgroundColor),
                           pixel(page, track)),
        };
    }""")
    assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}
