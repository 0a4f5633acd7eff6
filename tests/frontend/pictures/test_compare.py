"""The comparison: a divider, linked zoom, taking turns, differences, and all of it by keys."""

from __future__ import annotations

from typing import Any

import pytest
from bench import Bench, scene
from compare_bench import (
    SIZE,
    Opener,
    arena,
    boxes,
    comparison,
    divider,
    images,
    picked,
    settled,
    text,
    told,
    widths,
)
from playwright.sync_api import expect
from test_hostile import HOSTILE


def cut(one: Bench) -> float:
    """Where the first picture ends, as a share of its pane, told by the pixels themselves."""
    lens = one.root.locator(".ew-pane").first.locator(".ew-lens")
    share: float = lens.evaluate(
        "l => { const p = l.parentElement.getBoundingClientRect();"
        " return (l.getBoundingClientRect().right - p.x) / p.width }"
    )
    return share


def test_the_divider_moves_by_arrows_and_tells_python(bench: Opener) -> None:
    one = comparison(bench)
    expect(divider(one)).to_have_attribute("aria-valuetext", "50 % of the first picture")
    divider(one).focus()
    one.press("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft")
    settled(one, "position", 0.54)
    expect(divider(one)).to_have_attribute("aria-valuetext", "54 % of the first picture")
    boxes(one)
    assert cut(one) == pytest.approx(0.54, abs=0.01)
    one.press("Home", "PageUp")
    settled(one, "position", 0.1)
    one.press("End")
    settled(one, "position", 1)


def test_both_pictures_stay_where_they_are_while_the_divider_moves(bench: Opener) -> None:
    one = comparison(bench)
    before = boxes(one)
    one.js("() => model.set('position', 0.2)")
    assert boxes(one) == before
    assert before[0] == before[1]
    assert cut(one) == pytest.approx(0.2, abs=0.01)


def test_the_divider_follows_the_pointer(bench: Opener) -> None:
    one = comparison(bench)
    box = arena(one).bounding_box()
    assert box
    one.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    one.page.mouse.down()
    one.page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 120, steps=5)
    one.page.mouse.up()
    settled(one, "position", 0.25)
    one.page.mouse.move(box["x"] + 10, box["y"] + 120)
    assert one.js("() => model.get('position')") == 0.25, "let go is let go"


def test_zoom_and_movement_are_the_same_for_all(bench: Opener) -> None:
    one = comparison(bench, count=4, traits={"mode": "side"})
    arena(one).focus()
    one.press("1")
    settled(one, "zoom", 1)
    before = boxes(one)
    assert {width for _, _, width in before} == {SIZE[0]}
    one.press("ArrowRight", "ArrowDown")
    after = boxes(one)
    assert [[x - 60, y - 60, w] for x, y, w in before] == after
    assert len({tuple(box) for box in after}) == 1
    assert one.told()[-1] == "Zoom 100 %"
    one.press("+")
    settled(one, "zoom", 1.25)
    one.press("0")
    settled(one, "zoom", 0)


def test_a_drag_moves_what_is_larger_than_its_frame_and_ends_at_its_edge(bench: Opener) -> None:
    one = comparison(bench, traits={"mode": "side", "zoom": 2.0})
    (x, y, _), other = boxes(one)
    assert [x, y] == other[:2]
    box = arena(one).bounding_box()
    assert box
    one.page.mouse.move(box["x"] + 100, box["y"] + 100)
    one.page.mouse.down()
    one.page.mouse.move(box["x"] + 60, box["y"] + 90, steps=4)
    assert [tuple(at[:2]) for at in boxes(one)] == [(x - 40, y - 10)] * 2
    one.page.mouse.move(box["x"] + 9000, box["y"] + 9000, steps=4)
    one.page.mouse.up()
    assert [at[:2] for at in boxes(one)] == [[0, 0]] * 2


def test_a_plain_wheel_scrolls_the_notebook_and_one_with_ctrl_zooms_at_the_pointer(
    bench: Opener,
) -> None:
    one = comparison(bench)
    box = arena(one).bounding_box()
    assert box
    at = (box["width"] / 4, box["height"] / 4)
    one.page.mouse.move(box["x"] + at[0], box["y"] + at[1])
    plain = "() => new WheelEvent('wheel', { deltaY: -300, bubbles: true, cancelable: true })"
    assert arena(one).evaluate(f"a => a.dispatchEvent(({plain})())"), "left to the page"
    assert one.js("() => model.get('zoom')") == 0
    under = [(at[i] - boxes(one)[0][i]) / boxes(one)[0][2] for i in (0, 1)]
    one.page.keyboard.down("Control")
    for _ in range(3):
        one.page.mouse.wheel(0, -100)
    one.page.keyboard.up("Control")
    one.page.wait_for_function("() => model.get('zoom') > 1")
    after = boxes(one)[0]
    assert [(at[i] - after[i]) / after[2] for i in (0, 1)] == pytest.approx(under, abs=0.01)


def test_the_traits_of_python_are_followed(bench: Opener) -> None:
    one = comparison(bench, count=3)
    one.js("() => { model.set('mode', 'side'); model.set('zoom', 1.5) }")
    expect(images(one)).to_have_count(3)
    expect(one.root.get_by_role("button", name="Zoom 150 %")).to_be_visible()
    one.js("() => { model.set('mode', 'slider'); model.set('index', 2); model.set('gain', 9) }")
    expect(images(one)).to_have_count(2)
    expect(one.root.get_by_label("Compare 1 with")).to_have_value("2")
    assert one.told()[-1] == "Compared with lighthouse_3.png"


def test_modes_are_chosen_by_radios_and_by_keys(bench: Opener) -> None:
    one = comparison(bench, count=3)
    one.root.get_by_role("radio", name="Slider").focus()
    one.press("ArrowRight")
    settled(one, "mode", "side")
    arena(one).focus()
    for key, mode, said in (("d", "difference", "Difference"), ("S", "slider", "Slider"),
                            ("b", "blink", "Blink"), ("a", "side", "Side by side")):  # fmt: skip
        one.press(key)
        settled(one, "mode", mode)
        assert picked(one) == mode
        assert said in one.told()
    one.press("Control+b", "Alt+d")
    assert picked(one) == "side", "what belongs to others is left alone"


def test_keys_stay_inside_and_are_kept_from_the_notebook(bench: Opener) -> None:
    one = comparison(bench)
    seen = """() => { window.seen = []; addEventListener("keydown", (e) => seen.push(e.key)) }"""
    one.js(seen)
    arena(one).focus()
    one.press("d")
    one.js("() => document.activeElement.blur()")
    one.press("s")
    assert one.js("() => seen") == ["s"]
    assert picked(one) == "difference"


def turn(one: Bench) -> int:
    """Which of the two is seen."""
    shown: int = one.root.evaluate(
        "r => [...r.querySelectorAll('.ew-pane:not([hidden])')]"
        ".findIndex(p => getComputedStyle(p).opacity === '1')"
    )
    return shown


def test_pictures_take_turns_never_faster_than_twice_a_second_and_can_be_paused(
    bench: Opener,
) -> None:
    one = comparison(bench, traits={"mode": "blink"}, clock=True, plan={"silent": False})
    first = turn(one)
    one.page.clock.run_for(499)
    assert turn(one) == first
    one.page.clock.run_for(501)
    assert turn(one) != first
    arena(one).focus()
    one.press(" ")
    expect(one.root.get_by_role("button", name="Play")).to_be_visible()
    paused = turn(one)
    one.page.clock.run_for(5000)
    assert turn(one) == paused
    one.press("b")
    assert turn(one) != paused
    one.root.get_by_role("button", name="Show the other").click()
    assert turn(one) == paused
    one.root.get_by_role("button", name="Play").click()
    one.page.clock.run_for(1000)
    assert turn(one) != paused


def test_who_wants_no_motion_turns_pages_by_hand(bench: Opener) -> None:
    one = comparison(bench, traits={"mode": "blink"}, clock=True, reduced_motion="reduce")
    first = turn(one)
    one.page.clock.run_for(1000)
    assert turn(one) == first
    expect(one.root.get_by_role("button", name="Play")).to_be_hidden()
    arena(one).focus()
    one.press("b")
    assert turn(one) != first
    one.page.clock.run_for(1000)
    assert turn(one) != first


def test_blinking_ends_with_the_view(bench: Opener) -> None:
    one = comparison(bench, traits={"mode": "blink"}, clock=True)
    one.js("() => { window.pane = document.querySelector('.ew-pane'); view() }")
    before = one.js("() => pane.className")
    one.page.clock.run_for(5000)
    assert one.js("() => pane.className") == before


def much(one: Bench) -> Any:
    return one.root.locator(".ew-much")


def test_how_much_differs_is_said_and_shines(bench: Opener) -> None:
    half = scene(0, *SIZE)
    one = comparison(bench, traits={"mode": "difference"})
    expect(much(one)).to_contain_text("of the pixels differ, by")
    expect(much(one)).to_contain_text("counted at 1024 × 683 px")
    assert widths(one) == [SIZE[0]] * 2, "small copies would differ by themselves"
    assert one.told() == [much(one).inner_text()], "said once, of the files themselves"
    field = one.root.locator(".ew-field")
    assert field.evaluate("f => getComputedStyle(f).filter") == "brightness(4)"
    one.root.get_by_label("Gain").focus()
    one.press("ArrowRight")
    settled(one, "gain", 5)
    assert field.evaluate("f => getComputedStyle(f).filter") == "brightness(5)"
    same = comparison(
        bench,
        traits={"mode": "difference"},
        plan={"files": {"thumbs": [text(scene(0, 384, 256))] * 2, "original": text(half)}},
    )
    expect(much(same)).to_have_text("No difference can be seen; counted at 1024 × 683 px.")


def test_a_difference_is_the_distance_of_the_colours_times_the_gain(bench: Opener) -> None:
    import io

    from PIL import Image

    def plain(colour: tuple[int, int, int]) -> str:
        out = io.BytesIO()
        Image.new("RGB", (64, 64), colour).save(out, "PNG")
        return text(out.getvalue())

    files = {str(at): {"original": plain(c)} for at, c in enumerate([(100, 50, 10), (90, 80, 10)])}
    one = comparison(
        bench,
        pictures=[told(0, width=64, height=64), told(1, width=64, height=64)],
        traits={"mode": "difference", "gain": 5.0},
        plan={"files": {"thumbs": [plain((0, 0, 0))] * 2, **files}},
    )
    expect(much(one)).to_have_text("100 % of the pixels differ, by 12 % on average; "
                                   "counted at 64 × 64 px.")  # fmt: skip
    drawn = Image.open(io.BytesIO(images(one).first.screenshot())).convert("RGB")
    centre = drawn.getpixel((drawn.width // 2, drawn.height // 2))
    assert isinstance(centre, tuple)
    assert centre == pytest.approx((50, 150, 0), abs=3)


def test_the_same_file_is_told_without_looking(bench: Opener) -> None:
    one = comparison(bench, traits={"mode": "difference"}, pictures=[told(0), told(1, same=True)])
    expect(much(one)).to_have_text("The files are the same, byte for byte.")


def test_words_that_differ_are_marked_and_read_as_that(bench: Opener) -> None:
    one = comparison(bench)
    marks = one.root.locator("mark")
    expect(marks).to_have_text(["removed: calm", "added: stormy"])
    spoken = one.root.locator(".ew-diff")
    expect(spoken).to_contain_text("a lighthouse at dusk, removed: calm added: stormy sea")


def test_small_copies_first_and_the_file_when_its_pixels_show(bench: Opener) -> None:
    large = [told(at, width=3840, height=2560) for at in range(2)]
    one = comparison(bench, pictures=large, width=400)
    asked = [message["what"] for message in one.sent("bytes")]
    assert asked == [], "thumbnails do"
    one.js("() => model.set('zoom', 0.3)")
    one.page.wait_for_function("() => model.heard('bytes').length === 2")
    one.js("() => model.set('zoom', 1)")
    one.page.wait_for_function("() => model.heard('bytes').length === 4")
    asked = [message["what"] for message in one.sent("bytes")]
    assert asked == ["preview", "preview", "original", "original"]
    assert {message["picture"] for message in one.sent("bytes")} == {"0", "1"}


def test_what_is_not_seen_is_not_fetched(bench: Opener) -> None:
    one = comparison(bench, count=5, traits={"zoom": 3.0})
    one.page.wait_for_function("() => model.heard('bytes').length === 2")
    assert {message["picture"] for message in one.sent("bytes")} == {"0", "1"}
    one.root.get_by_label("Compare 1 with").select_option("4")
    one.page.wait_for_function("() => model.heard('bytes').length === 3")
    assert one.sent("bytes")[-1]["picture"] == "4"


def test_sizes_that_differ_are_said_and_each_is_whole(bench: Opener) -> None:
    note = "Sizes differ: 1248 × 832, 832 × 1248. Each is shown whole in the frame of the first."
    one = comparison(bench, pictures=[told(0), told(1, width=832, height=1248)], note=note)
    expect(one.root.get_by_text(note)).to_be_visible()
    fits = images(one).evaluate_all("all => all.map(i => getComputedStyle(i).objectFit)")
    assert fits == ["contain"] * 2
    assert boxes(one)[0] == boxes(one)[1], "one frame"


def test_a_picture_that_is_gone_says_so_and_the_rest_is_compared(bench: Opener) -> None:
    one = comparison(bench, count=3, traits={"mode": "side"})
    one.js("() => kernel.tell({ kind: 'picture', index: 1, alt: 'fox.png is gone.' }, "
           "[new DataView(new ArrayBuffer(0))])")  # fmt: skip
    expect(one.root.get_by_text("fox.png is gone.")).to_be_visible()
    expect(images(one)).to_have_count(2)


def test_a_file_that_cannot_be_fetched_leaves_the_small_copy_and_is_asked_for_once(
    bench: Opener,
) -> None:
    one = comparison(bench)
    one.js("() => (kernel.answers.bytes = () => ({ kind: 'rejected', message: 'It is gone.' }))")
    one.js("() => { model.sent.length = 0; model.set('zoom', 3) }")
    expect(one.root.locator(".ew-tools .ew-note")).to_have_text("It is gone.")
    # With nothing asked lately, one more would go out at once.
    one.js("() => { evolinkAsked.length = 0; model.set('zoom', 4) }")
    boxes(one)
    assert len(one.sent("bytes")) == 2
    expect(images(one)).to_have_count(2)


def test_facts_are_in_the_lightbox(bench: Opener) -> None:
    one = comparison(bench)
    one.root.get_by_role("button", name="1 · lighthouse_1.png").click()
    box = one.root.get_by_role("dialog")
    expect(box.get_by_text("lighthouse_1.png", exact=True)).to_be_visible()
    expect(box.locator(".ew-facts dd").first).to_be_visible()
    one.press("Escape")
    expect(one.root.get_by_role("button", name="1 · lighthouse_1.png")).to_be_focused()


@pytest.mark.parametrize("words", [HOSTILE[name] for name in ("markup", "script", "style")])
def test_hostile_words_are_drawn_as_text(bench: Opener, words: str) -> None:
    one = comparison(
        bench,
        pictures=[told(0), told(1, label=words, words=[["removed", "x "], ["added", words]])],
    )
    mark = one.root.locator("mark").last
    assert mark.evaluate("m => m.childElementCount") == 1, "what reads it out, and nothing else"
    assert words.strip() in mark.evaluate("m => m.textContent")
    assert one.js("() => window.hit") is None


def test_a_silent_kernel_leaves_the_saved_copy(bench: Opener) -> None:
    one = comparison(bench, plan={"silent": True}, clock=True)
    one.page.clock.run_for(2000)
    expect(one.root.locator(".ew-quiet")).to_contain_text("Not connected to a kernel.")
    expect(one.page.get_by_text("The saved pictures", exact=True)).to_be_visible()


def test_blob_urls_are_given_back(bench: Opener) -> None:
    one = comparison(bench)
    one.count_urls()
    one.js("() => model.set('zoom', 3)")
    original = (
        "w => [...document.querySelectorAll('.ew-lens img')].every(i => i.naturalWidth === w)"
    )
    one.page.wait_for_function(original, arg=SIZE[0])
    assert one.js("() => alive.size") == 2, (
        "small copies were made before; previews were given back"
    )
    one.js("() => view()")
    one.page.wait_for_function("() => alive.size === 0")
