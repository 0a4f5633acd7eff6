"""The grid of pictures: its columns, its keys, its selection, and what each picture can do."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from bench import Bench, files, scene
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def cells(one: Bench) -> Locator:
    return one.root.get_by_role("gridcell")


def expect_columns(one: Bench, count: int) -> None:
    """Wait until the first row has so many: the grid is laid out a frame after a change."""
    one.page.wait_for_function(
        """count => {
            const tops = [...document.querySelectorAll("[role=gridcell]")].map((c) => c.offsetTop);
            return tops.filter((top) => top === tops[0]).length === count;
        }""",
        arg=count,
    )


@pytest.mark.parametrize(
    ("n", "width", "expected"),
    [
        (1, 900, 1),
        (4, 900, 4),
        (4, 340, 2),
        (3, 340, 2),
        (3, 500, 3),
        (10, 900, 5),
        (10, 1300, 5),
        (7, 560, 4),
    ],
)
def test_columns_keep_rows_even_and_pictures_large(
    bench: Opener, n: int, width: int, expected: int
) -> None:
    one = bench(width=width)
    one.show(n=n)
    expect_columns(one, expected)


def test_columns_follow_the_width_and_keep_the_focus(bench: Opener) -> None:
    one = bench(width=900)
    one.done()
    cells(one).nth(2).focus()
    expect_columns(one, 4)
    one.js("() => { document.querySelector('#cell').style.inlineSize = '340px' }")
    one.page.wait_for_function("() => document.querySelectorAll('[role=row]').length === 2")
    expect(cells(one).nth(2)).to_be_focused()
    assert one.root.get_by_role("row").evaluate_all("all => all.map(r => r.children.length)") == [
        2,
        2,
    ]


def test_one_picture_is_at_most_480_wide_and_a_tall_one_not_higher_than_the_page(
    bench: Opener,
) -> None:
    one = bench(width=1200)
    one.show(n=1)
    assert cells(one).evaluate("c => c.offsetWidth") == 480
    one.show(n=1, ratio=[1, 3])
    assert cells(one).first.evaluate("c => c.offsetHeight") <= 561


@pytest.mark.parametrize("ratio", [[3, 1], [1, 1], [9, 16], [1280, 720]])
def test_placeholders_have_the_proportion_of_the_pictures(bench: Opener, ratio: list[int]) -> None:
    one = bench()
    one.show(ratio=ratio)
    width, height = cells(one).first.evaluate("c => [c.offsetWidth, c.offsetHeight]")
    assert width / height == pytest.approx(ratio[0] / ratio[1], rel=0.02)


def test_the_grid_is_one_tab_stop_and_arrows_follow_its_columns(bench: Opener) -> None:
    one = bench(width=340)
    one.done()
    expect_columns(one, 2)
    one.root.get_by_role("button", name="Run again").focus()
    one.press("Tab")
    walk = []
    for key in (
        "ArrowRight",
        "ArrowDown",
        "ArrowLeft",
        "ArrowUp",
        "End",
        "ArrowDown",
        "Home",
        "ArrowDown",
    ):
        one.press(key)
        walk.append(one.focused().split(":")[0][8])
    assert walk == ["2", "4", "3", "1", "2", "4", "3", "3"]
    stops = one.root.get_by_role("grid").locator("[tabindex='0']:not([hidden] *)")
    labels = stops.evaluate_all("all => all.map(e => e.title || e.role)")
    assert labels == [
        "gridcell", "Select", "Favourite", "Copy", "Save", "Edit this", "More",
    ]  # fmt: skip


def test_arrow_keys_follow_the_reading_direction(bench: Opener) -> None:
    one = bench(direction="rtl")
    one.done()
    cells(one).first.focus()
    one.press("ArrowLeft")
    expect(cells(one).nth(1)).to_be_focused()
    one.press("ArrowRight")
    expect(cells(one).first).to_be_focused()


def test_tab_goes_to_the_actions_of_the_active_picture_alone(bench: Opener) -> None:
    one = bench()
    one.done()
    cells(one).nth(1).focus()
    names = []
    for _ in range(6):
        one.press("Tab")
        names.append(one.js("() => document.activeElement.title"))
    assert names == ["Select", "Favourite", "Copy", "Save", "Edit this", "More"]
    over = cells(one).nth(1).locator(".ew-over")
    cells(one).nth(1).focus()
    one.page.wait_for_function(
        "e => getComputedStyle(e).opacity === '1'", arg=over.element_handle()
    )


def test_space_selects_and_the_selection_reaches_python(bench: Opener) -> None:
    one = bench()
    key = one.done()
    expect(cells(one).first).to_have_attribute("aria-selected", "false")
    cells(one).nth(1).focus()
    one.press("Space", "ArrowRight", "Space")
    expect(cells(one).nth(1)).to_have_attribute("aria-selected", "true")
    assert one.saved()["selected"] == [f"{key}.1", f"{key}.2"]
    expect(one.root.get_by_text("2 selected")).to_be_visible()
    one.press("Space")
    assert one.saved()["selected"] == [f"{key}.1"]
    one.root.get_by_role("button", name="Clear selection").click()
    assert one.saved()["selected"] == []
    expect(one.root.get_by_text("selected")).to_be_hidden()
    expect(cells(one).nth(2)).to_be_focused()


def test_python_sets_the_selection(bench: Opener) -> None:
    one = bench()
    key = one.done()
    one.js("ids => model.set('selected', ids)", [f"{key}.0", f"{key}.3"])
    selected = "all => all.map(c => c.getAttribute('aria-selected'))"
    assert cells(one).evaluate_all(selected) == ["true", "false", "false", "true"]
    expect(cells(one).first.get_by_role("button", name="Select")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_the_selected_pictures_are_saved(bench: Opener) -> None:
    one = bench()
    key = one.done()
    cells(one).nth(2).get_by_role("button", name="Select").click(force=True)
    with one.page.expect_download() as told:
        one.root.locator(".ew-selbar").get_by_role("button", name="Save").click()
    assert told.value.suggested_filename == f"{key}.2.png"
    expect(one.root.get_by_text("1 picture saved.").last).to_be_visible()


def test_save_hands_over_a_copy_that_says_what_it_is(bench: Opener) -> None:
    one = bench(plan={"chunk": 1000})
    key = one.done()
    cells(one).first.hover()
    with one.page.expect_download() as told:
        cells(one).first.get_by_role("button", name="Save").click()
    copy = base64.b64decode(files()["copy"])
    assert told.value.path().read_bytes() == copy
    offsets = [message["offset"] for message in one.sent("bytes")]
    assert offsets == list(range(0, len(copy), 1000))
    assert {message["picture"] for message in one.sent("bytes")} == {f"{key}.0"}


def test_copy_puts_a_png_on_the_clipboard(bench: Opener) -> None:
    one = bench(**CLIPBOARD)
    one.done()
    cells(one).first.get_by_role("button", name="Copy", exact=True).click(force=True)
    expect(one.root.get_by_text("Picture copied.").last).to_be_visible()
    size = """async () => {
        const [item] = await navigator.clipboard.read();
        const image = await createImageBitmap(await item.getType("image/png"));
        return [image.width, image.height];
    }"""
    assert one.js(size) == [1248, 832]


def test_a_picture_that_is_no_png_is_copied_as_one(bench: Opener) -> None:
    one = bench(**CLIPBOARD)
    one.done()
    one.js("""() => (kernel.answers.bytes = function (message) {
        return { ...this.on_bytes(message), type: "image/jpeg" };
    })""")
    cells(one).first.get_by_role("button", name="Copy", exact=True).click(force=True)
    expect(one.root.get_by_text("Picture copied.").last).to_be_visible()
    types = one.js("async () => (await navigator.clipboard.read())[0].types")
    assert types == ["image/png"]


def test_copy_as_code_copies_what_python_gives(bench: Opener) -> None:
    one = bench(**CLIPBOARD)
    key = one.done()
    one.choose(cells(one).nth(3), "Copy as code")
    expect(one.root.get_by_text("Code copied.").last).to_be_visible()
    assert [message["picture"] for message in one.sent("code")] == [f"{key}.3"]
    assert one.js("() => navigator.clipboard.readText()").startswith("ew.generate(")


def test_without_a_clipboard_copying_says_what_to_do_instead(bench: Opener) -> None:
    one = bench(origin="http://bench.test")
    one.done()
    cells(one).first.get_by_role("button", name="Copy", exact=True).click(force=True)
    words = "Copying needs https or localhost. Save it instead."
    expect(one.root.get_by_role("article").get_by_text(words)).to_be_visible()
    one.choose(cells(one).first, "Copy as code")
    expect(
        one.root.get_by_role("article").get_by_text("Select it here: ew.generate(")
    ).to_be_visible()


def test_a_picture_that_cannot_be_read_says_so(bench: Opener) -> None:
    one = bench()
    one.done()
    one.js(
        "() => (kernel.answers.bytes = () => ({ kind: 'rejected', message: 'fox.png is gone.' }))"
    )
    cells(one).first.get_by_role("button", name="Save").click(force=True)
    expect(one.root.get_by_role("article").get_by_text("fox.png is gone.")).to_be_visible()


def test_a_favourite_is_marked_in_the_grid_and_in_the_lightbox(bench: Opener) -> None:
    one = bench()
    key = one.show(n=2)
    one.land(key, 0)
    one.land(key, 1, favourite=True)
    first, second = (cells(one).nth(i).get_by_role("button", name="Favourite") for i in (0, 1))
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(second).to_have_css("opacity", "1")
    first.focus()
    one.press("Enter")
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(one.root.get_by_text("Marked as favourite.").last).to_be_visible()
    cells(one).nth(1).click()
    one.root.get_by_role("dialog").get_by_role("button", name="Favourite").click()
    expect(second).to_have_attribute("aria-pressed", "false")
    asked = [(told["pictures"], told["on"]) for told in one.sent("favourite")]
    assert asked == [([f"{key}.0"], True), ([f"{key}.1"], False)]


def test_a_favourite_that_cannot_be_kept_says_why(bench: Opener) -> None:
    one = bench()
    one.done(1)
    one.js("""() => { kernel.answers.favourite = () =>
        ({ kind: "rejected", message: "The store is read-only." }) }""")
    star = cells(one).first.get_by_role("button", name="Favourite")
    star.focus()
    one.press("Enter")
    expect(one.root.get_by_text("The store is read-only.").last).to_be_visible()
    expect(star).to_have_attribute("aria-pressed", "false")


def test_the_grid_alone_shows_pictures_without_a_composer(bench: Opener) -> None:
    one = bench(
        widget="image_grid",
        plan={
            "runs": [{"key": "a", "stage": "done", "title": "Done", "landed": [0, 1], "n": 2,
                      "actions": ["saveAll"], "progress": 100, "endedAt": None}],
            "pictures": [{"key": "a", "index": 0}, {"key": "a", "index": 1}],
            "rules": None,
        },
    )  # fmt: skip
    expect(one.root).to_have_accessible_name("Pictures")
    expect(one.root.get_by_text("2 pictures", exact=True)).to_be_visible()  # and in no time
    expect(cells(one)).to_have_count(2)
    expect(one.root.get_by_role("textbox")).to_have_count(0)
    cells(one).first.click()
    expect(one.root.get_by_role("dialog")).to_be_visible()


def test_the_grid_alone_follows_a_running_task(bench: Opener) -> None:
    one = bench(widget="image_grid", plan={"rules": None, "columns": 1})
    key = one.show(n=2)
    expect(one.root.get_by_role("progressbar")).to_be_visible()
    expect(one.root.get_by_role("button", name="Edit prompt")).to_have_count(0)
    expect_columns(one, 1)
    one.land(key, 0, 1)
    expect(cells(one).get_by_role("img")).to_have_count(2)
    one.change(key, stage="refused", landed=[], actions=["editPrompt", "copyDetails"], endedAt=1.0)
    expect(one.root.get_by_role("button", name="Edit prompt")).to_have_count(0)


def test_thumbnails_are_painted_from_their_bytes(bench: Opener) -> None:
    one = bench()
    key = one.show(n=1)
    one.land(key, 0)
    image = one.root.get_by_role("img", name="A lighthouse at dusk")
    image.evaluate("i => i.decode()")
    assert image.evaluate("i => i.src").startswith("blob:")
    assert scene(0, 384, 256)[:4] == b"\x89PNG"
    assert image.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [384, 256]
