"""The tray of reference pictures: how they come, their order, what is said of them."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from bench import Bench
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]
LINKS = ["https://a.test/fox.png", "https://a.test/hare.png", "https://a.test/owl.png"]
HOSTILE = '<img src=x onerror="window.pwned=1">\u202egnp.exe'
PROMPT = "a fox"

#: A file of so many bytes, none like the next, given to the panel in the way of the event.
GIVE = """([kind, files]) => {
    const data = new DataTransfer();
    window.given = files.map(([name, size]) => {
        const bytes = new Uint8Array(size);
        for (let i = 0, x = size; i < size; i++) bytes[i] = x = (x * 1103515245 + 12345) >>> 8;
        data.items.add(new File([bytes], name, { type: "image/png" }));
        return bytes;
    });
    const how = { bubbles: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { ...how, clipboardData: data })
        : new DragEvent(kind, { ...how, dataTransfer: data });
    const target = document.querySelector(kind === "paste" ? "textarea" : "section.ew");
    return !target.dispatchEvent(event);
}"""

#: The file that was given, what arrived of it, both as text, and what was said of its bytes.
ARRIVED = """async () => {
    const text = (bytes) => new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result.split(",")[1]);
        reader.readAsDataURL(new Blob([bytes]));
    });
    const [bytes] = Object.values(kernel.arrived);
    return [await text(given[0]), await text(bytes), model.heard("take").at(-1).crc];
}"""


def assert_arrived(one: Bench) -> None:
    """The file is there byte for byte, and its checksum is the one that Python counts."""
    given, arrived, crc = one.js(ARRIVED)
    assert arrived == given
    assert crc == zlib.crc32(base64.b64decode(given))


def give(one: Bench, *files: tuple[str, int], kind: str = "drop") -> bool:
    taken: bool = one.js(GIVE, [kind, files])
    return taken


def cards(one: Bench) -> Locator:
    return one.root.get_by_role("list", name="Reference pictures").get_by_role("listitem")


def saved(one: Bench, count: int) -> list[str]:
    """The names that Python has, once they are so many."""
    one.page.wait_for_function("n => model.get('references').length === n", arg=count)
    found: list[str] = one.js("() => model.get('references')")
    return found


def button(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("button", name=name, exact=True)


def test_a_dropped_file_arrives_byte_for_byte_in_acknowledged_pieces(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    assert give(one, ("cat.png", 3_000_017))
    expect(button(one, "Remove cat.png")).to_be_visible()
    expect(cards(one)).to_contain_text("1,248 × 832 px · 1.2 MB")
    assert_arrived(one)
    offsets = [message["offset"] for message in one.sent("put")]
    assert offsets == list(range(0, 3_000_017, 262_144))
    assert saved(one, 1)[0].startswith("evolink-ref:")
    one.page.wait_for_function("() => model.heard('check').at(-1)?.fields.references.length === 1")
    expect(one.root.get_by_text("Reference pictures · 1")).to_be_visible()
    assert "cat.png added as reference picture 1." in one.told()


@pytest.mark.parametrize("size", [1, 2, 262_143, 262_144, 262_145])
def test_the_checksum_is_right_at_every_border(bench: Opener, size: int) -> None:
    one = bench()
    give(one, ("cat.png", size))
    expect(button(one, "Remove cat.png")).to_be_visible()
    assert_arrived(one)


def test_progress_stands_on_the_card_and_only_one_piece_is_on_its_way(bench: Opener) -> None:
    one = bench(plan={"deaf": ["put"]}, traits={"prompt": PROMPT})
    give(one, ("cat.png", 1_048_576), ("dog.png", 10))
    bar = one.root.get_by_role("progressbar", name="Sending cat.png")
    one.page.wait_for_function("() => model.heard('put').length === 1")
    one.js(
        "() => { kernel.deaf.clear(); const { id, upload } = model.heard('put')[0];"
        " kernel.arrived[upload] = given[0].slice(0, 262144); kernel.deaf.add('put');"
        " kernel.tell({ kind: 'put', id, at: 262144 }) }"
    )
    expect(bar).to_have_attribute("aria-valuenow", "25")
    expect(cards(one).first).to_contain_text("25 %")
    expect(cards(one).last).to_contain_text("Waiting")
    run = one.root.get_by_role("button", name="Run").first
    expect(run).to_have_attribute("aria-disabled", "true")
    expect(one.root.get_by_text("Wait for the reference pictures.")).to_be_visible()


def test_a_late_answer_sends_the_same_piece_again_and_goes_on_where_python_is(
    bench: Opener,
) -> None:
    one = bench(clock=True, plan={"deaf": ["put"]})
    give(one, ("cat.png", 600_000))
    one.page.wait_for_function("() => model.heard('put').length === 1")
    one.js("() => kernel.deaf.clear()")
    one.page.clock.run_for(3100)
    expect(button(one, "Remove cat.png")).to_be_visible()
    first, again, *_ = one.sent("put")
    assert (first["id"], first["offset"]) == (again["id"], again["offset"])
    assert_arrived(one)


def test_python_that_has_lost_the_file_is_sent_it_from_the_beginning(bench: Opener) -> None:
    one = bench()
    one.js(
        "() => { let count = 0; kernel.answers.put = function (message, buffers) {"
        " if (++count === 2) this.arrived = {}; return this.on_put(message, buffers) } }"
    )
    give(one, ("cat.png", 600_000))
    expect(button(one, "Remove cat.png")).to_be_visible()
    assert [message["offset"] for message in one.sent("put")] == [
        0, 262_144, 0, 262_144, 524_288,
    ]  # fmt: skip
    assert_arrived(one)


def test_a_file_on_its_way_can_be_cancelled(bench: Opener) -> None:
    one = bench(plan={"deaf": ["put"]})
    give(one, ("cat.png", 600_000))
    button(one, "Cancel cat.png").click()
    expect(cards(one)).to_have_count(0)
    assert one.sent("cancel")[0]["upload"] == one.sent("put")[0]["upload"]
    assert one.told()[-1] == "cat.png cancelled."
    expect(button(one, "Add files")).to_be_focused()


def test_a_view_that_ends_cancels_what_is_on_its_way(bench: Opener) -> None:
    one = bench(plan={"deaf": ["put"]})
    give(one, ("cat.png", 600_000))
    one.page.wait_for_function("() => model.heard('put').length === 1")
    one.js("() => view()")
    assert len(one.sent("cancel")) == 1


def test_without_a_kernel_nothing_is_taken_and_no_file_takes_the_notebooks_place(
    bench: Opener,
) -> None:
    one = bench()
    one.js("() => model.fire('comm:close')")
    expect(one.root.locator(".ew-quiet")).to_contain_text("Not connected to a kernel.")
    assert give(one, ("cat.png", 100), kind="dragover")
    assert give(one, ("cat.png", 100))
    assert not give(one, ("cat.png", 100), kind="paste")
    expect(cards(one)).to_have_count(0)
    assert one.sent("put") == []


def test_pictures_are_pasted_and_text_is_left_to_the_prompt(bench: Opener) -> None:
    one = bench()
    assert give(one, ("image.png", 500), kind="paste")
    expect(button(one, "Remove image.png")).to_be_visible()
    assert not give(one, kind="paste")


def test_files_are_chosen(bench: Opener) -> None:
    one = bench()
    one.root.get_by_text("Reference pictures").click()
    files = [
        {"name": name, "mimeType": "image/png", "buffer": name.encode()} for name in ("a", "b")
    ]
    with one.page.expect_file_chooser() as chooser:
        button(one, "Add files").click()
    chooser.value.set_files(files)  # type: ignore[arg-type]
    expect(cards(one)).to_have_count(2)
    assert len(saved(one, 2)) == 2


def test_a_link_is_typed_and_enter_adds_it(bench: Opener) -> None:
    one = bench()
    one.root.get_by_text("Reference pictures").click()
    box = one.root.get_by_label("Link to a picture")
    box.fill(f" {LINKS[0]} ")
    box.press("Enter")
    expect(button(one, f"Remove {LINKS[0]}")).to_be_visible()
    expect(box).to_have_value("")
    assert saved(one, 1) == LINKS[:1]
    box.fill(LINKS[0])
    button(one, "Add link").click()
    expect(cards(one)).to_have_count(1)
    assert one.told()[-1] == f"{LINKS[0]} is in the tray already."


def test_python_fills_the_tray(bench: Opener) -> None:
    one = bench(traits={"references": LINKS[:2]})
    expect(one.root.get_by_text("Reference pictures · 2")).to_be_visible()
    one.js("links => model.set('references', links)", LINKS[::-1])
    expect(one.root.get_by_text("Reference pictures · 3")).to_be_visible()
    one.root.get_by_text("Reference pictures").click()
    expect(cards(one).first).to_contain_text(LINKS[2])
    one.page.wait_for_function("() => model.heard('check').at(-1)?.fields.references.length === 3")


def test_the_order_changes_by_keyboard_and_is_announced(bench: Opener) -> None:
    one = bench(traits={"references": LINKS})
    one.root.get_by_text("Reference pictures").click()
    last = button(one, f"Remove {LINKS[2]}")
    last.focus()
    one.press("Alt+ArrowLeft")
    expect(last).to_be_focused()
    one.press("Alt+ArrowUp", "Alt+ArrowUp")
    assert [line for line in one.told() if "place" in line] == [
        f"{LINKS[2]}: place 2 of 3.", f"{LINKS[2]}: place 1 of 3.",
    ]  # fmt: skip
    one.page.wait_for_function("link => model.get('references')[0] === link", arg=LINKS[2])
    assert saved(one, 3) == [LINKS[2], *LINKS[:2]]
    button(one, f"Move {LINKS[2]} later").click()
    one.page.wait_for_function("link => model.get('references')[1] === link", arg=LINKS[2])


def test_the_order_changes_by_dragging(bench: Opener) -> None:
    one = bench(traits={"references": LINKS})
    one.root.get_by_text("Reference pictures").click()
    expect(cards(one)).to_have_count(3)
    cards(one).nth(2).drag_to(cards(one).nth(0))
    one.page.wait_for_function("link => model.get('references')[0] === link", arg=LINKS[2])


def test_removing_leads_to_the_next_card(bench: Opener) -> None:
    one = bench(traits={"references": LINKS})
    one.root.get_by_text("Reference pictures").click()
    one.press("Tab")
    button(one, f"Remove {LINKS[1]}").press("Enter")
    expect(button(one, f"Remove {LINKS[2]}")).to_be_focused()
    assert saved(one, 2) == [LINKS[0], LINKS[2]]


def test_a_problem_stands_on_its_card_and_run_waits_for_its_removal(bench: Opener) -> None:
    why = "It must be a whole PNG; it is a PDF."
    one = bench(plan={"refused": {"a.pdf": why}}, traits={"prompt": PROMPT})
    give(one, ("a.pdf", 100), ("cat.png", 100))
    expect(cards(one).first).to_contain_text(why)
    expect(button(one, "Remove cat.png")).to_be_visible()
    assert f"a.pdf: {why}" in one.told()
    one.root.get_by_role("button", name="Run").first.click(force=True)
    assert one.told()[-1] == "Remove the reference picture that can't be used."
    button(one, "Remove a.pdf").click()
    one.root.get_by_role("button", name="Run").first.click()
    one.page.wait_for_function("() => model.heard('run').length === 1")
    assert len(one.sent("run")[0]["fields"]["references"]) == 1


def test_an_empty_tray_says_how_pictures_come(bench: Opener) -> None:
    one = bench(plan={"check": {"added": "It adds up to 0.8 credits."}})
    hint = one.root.get_by_text("Or drop them anywhere on this panel, or paste them.")
    one.root.get_by_text("Reference pictures").click()
    expect(hint).to_be_visible()
    give(one, ("cat.png", 100))
    expect(one.root.get_by_text("It adds up to 0.8 credits.")).to_be_visible()
    expect(hint).to_have_count(0)


def test_what_was_done_and_what_it_costs_is_said(bench: Opener) -> None:
    notice = "It was a GIF; it is sent as PNG."
    added = "It adds up to 0.8 credits."
    one = bench(plan={"told": {"a.gif": [notice]}, "check": {"added": added}})
    give(one, ("a.gif", 100))
    expect(cards(one)).to_contain_text(notice)
    expect(one.root.get_by_text(added)).to_be_visible()


def test_empty_and_huge_files_and_more_than_sixteen_are_not_sent(bench: Opener) -> None:
    from bench import RULES

    limits = RULES["limits"] | {"file": 2**20}
    one = bench(plan={"rules": RULES | {"limits": limits}})
    give(one, ("empty.png", 0), ("huge.png", 2**20 + 1))
    said = "empty.png is empty. huge.png has more than 1 MB. Give its path from Python."
    expect(one.root.locator(".ew-unfolded").get_by_text(said)).to_be_visible()
    expect(cards(one)).to_have_count(0)
    give(one, *((f"{number}.png", number + 1) for number in range(17)))
    expect(cards(one)).to_have_count(16)
    said = "At most 16 reference pictures: 1 picture left out."
    expect(one.root.locator(".ew-unfolded").get_by_text(said)).to_be_visible()
    assert len(saved(one, 16)) == 16
    assert "empty.png" not in [message.get("name") for message in one.sent("take")]


def test_a_hostile_name_stays_text(bench: Opener) -> None:
    one = bench(plan={"told": {HOSTILE: ["<b>told</b>"]}})
    give(one, (HOSTILE, 100))
    expect(cards(one).get_by_text(HOSTILE)).to_be_visible()
    expect(button(one, f"Remove {HOSTILE}")).to_be_visible()
    assert one.js("() => window.pwned") is None
    assert cards(one).locator("b, img[src=x]").count() == 0


def test_a_picture_of_the_log_becomes_a_reference(bench: Opener) -> None:
    one = bench()
    key = one.done(n=2)
    one.choose(one.root.get_by_role("gridcell").first, "Use as reference")
    expect(button(one, f"Remove {key}.0.png")).to_be_visible()
    one.root.get_by_role("gridcell").nth(1).drag_to(one.root.get_by_label("Prompt", exact=True))
    expect(cards(one)).to_have_count(2)
    assert [message["picture"] for message in one.sent("take")] == [f"{key}.0", f"{key}.1"]


def test_selected_pictures_go_into_the_tray(bench: Opener) -> None:
    one = bench()
    one.done(n=3)
    one.js("() => model.set('selected', ['run0.2', 'run0.0'])")
    band = one.root.locator(".ew-selbar")
    band.get_by_role("button", name="Use as reference").click()
    expect(cards(one)).to_have_count(2)
    band.get_by_role("button", name="Edit").click()
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_focused()
    expect(cards(one)).to_have_count(2)


def test_edit_this_leads_from_the_lightbox_to_the_prompt(bench: Opener) -> None:
    one = bench()
    key = one.done(n=1)
    one.root.get_by_role("gridcell").press("Enter")
    box = one.page.get_by_role("dialog")
    box.get_by_role("button", name="Edit this").click()
    expect(box).to_be_hidden()
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_focused()
    assert one.sent("take")[0]["picture"] == f"{key}.0"


@pytest.mark.parametrize(
    ("theme", "width"), [("light", 900), ("dark", 900), ("light", 340), ("contrast", 600)]
)
def test_axe_finds_nothing_and_nothing_is_cut_off(bench: Opener, theme: str, width: int) -> None:
    how: dict[str, Any] = {"refused": {"a.pdf": "It must be a whole PNG; it is a PDF."}}
    one = bench(theme=theme, width=width, plan=how, traits={"references": LINKS[:1]})
    give(one, ("a.pdf", 100), ("cat.png", 101), (f"{'long' * 30}.png", 102))
    expect(cards(one)).to_have_count(4)
    expect(cards(one).nth(2)).to_contain_text("1.2 MB")
    results = Axe().run(one.page)
    assert results.violations_count == 0, results.generate_report()
    wide = one.js(
        "() => [...document.querySelectorAll('.ew-refs *, .ew-tray-refs > *')].filter((one) =>"
        " one.getBoundingClientRect().right > document.querySelector('#cell')"
        ".getBoundingClientRect().right + 1).map((one) => one.className)"
    )
    assert wide == []


# -- what is no picture, and what is text --------------------------------------------------------

#: Text, HTML and a picture, as an office program copies a table; a link, as a page's is dragged.
OFFER = """([kind, place, types]) => {
    const data = new DataTransfer();
    for (const type of types)
        if (type === "Files") data.items.add(new File(["x"], "image.png", { type: "image/png" }));
        else data.setData(type, "https://a.test/fox.png");
    const how = { bubbles: true, cancelable: true };
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { ...how, clipboardData: data })
        : new DragEvent(kind, { ...how, dataTransfer: data });
    return !document.querySelector(place).dispatchEvent(event);
}"""
OFFICE = ["text/plain", "text/html", "Files"]
LINK = ["text/uri-list", "text/plain"]


@pytest.mark.parametrize(
    ("kind", "place", "types", "taken"),
    [
        ("paste", "textarea", OFFICE, False),
        ("paste", "[inputmode=url]", OFFICE, False),
        ("paste", "textarea", ["text/html", "Files"], True),
        ("paste", ".ew-run", OFFICE, True),
        ("drop", "textarea", LINK, False),
        ("dragover", "textarea", LINK, False),
        ("drop", ".ew-run", LINK, True),
        ("drop", "textarea", ["Files"], True),
    ],
)
def test_in_a_text_box_text_wins(
    bench: Opener, kind: str, place: str, types: list[str], taken: bool
) -> None:
    one = bench()
    expect(one.root.get_by_label("Prompt", exact=True)).to_be_enabled()
    assert one.js(OFFER, [kind, place, types]) is taken
    expect(cards(one)).to_have_count(int(taken and kind != "dragover"))


def test_what_is_no_picture_is_said_at_once_and_run_stays_free(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    expect(one.root.locator(".ew-run")).to_have_attribute("aria-disabled", "false")
    one.js("""() => {
        DataTransferItem.prototype.webkitGetAsEntry = function () {
            const { name } = this.getAsFile();
            return { name, isDirectory: name === "holiday" };
        };
        const data = new DataTransfer();
        data.items.add(new File(["x".repeat(99)], "holiday"));
        data.items.add(new File(["x".repeat(99)], "all.zip", { type: "application/zip" }));
        const how = { bubbles: true, cancelable: true, dataTransfer: data };
        document.querySelector("section.ew").dispatchEvent(new DragEvent("drop", how));
    }""")
    said = "holiday is a folder. Add the pictures in it. all.zip is no picture."
    expect(one.root.locator(".ew-unfolded").get_by_text(said)).to_be_visible()
    assert one.told()[-1] == said
    expect(cards(one)).to_have_count(0)
    expect(one.root.locator(".ew-run")).to_have_attribute("aria-disabled", "false")
    assert one.sent("put") == []


# -- editing a picture ---------------------------------------------------------------------------


def test_an_edit_begins_with_an_empty_prompt_and_asks_as_its_picture_was(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT, "n": 4, "size": "3:2", "quality": "low"})
    one.done(1)
    prompt = one.root.get_by_label("Prompt", exact=True)
    one.root.get_by_role("gridcell").first.hover()
    button(one, "Edit this").click()
    expect(prompt).to_be_focused()
    expect(prompt).to_have_value("")
    expect(prompt).to_have_attribute("placeholder", "Describe what is to change")
    expect(one.root.get_by_label("Count")).to_have_value("1")
    expect(button(one, "Size 16:9 · 2K")).to_be_visible()
    expect(one.root.get_by_role("radio", name="high")).to_be_checked()
    expect(cards(one)).to_have_count(1)
    one.page.keyboard.type("make it night")
    one.page.wait_for_function(
        "() => model.heard('check').at(-1)?.fields.prompt === 'make it night'"
    )
    fields = one.sent("check")[-1]["fields"]
    asked = [fields[name] for name in ("size", "resolution", "quality", "n")]
    assert asked == ["16:9", "2K", "high", 1]
    # What stood there is not lost.
    prompt.fill("")
    one.press("ArrowUp")
    button(one, "Remove run0.0.png").click()
    expect(prompt).to_have_attribute("placeholder", "Describe the picture")


def test_enter_that_ends_a_composed_word_adds_and_runs_nothing(bench: Opener) -> None:
    one = bench(traits={"prompt": PROMPT})
    one.root.get_by_text("Reference pictures").click()
    address = one.root.get_by_label("Link to a picture")
    address.fill("https://a.test/fox.png")
    compose = """(node, ctrlKey) => node.dispatchEvent(new KeyboardEvent("keydown",
        { key: "Enter", ctrlKey, isComposing: true, bubbles: true, cancelable: true }))"""
    address.evaluate(compose, False)
    one.root.get_by_label("Prompt", exact=True).evaluate(compose, True)
    expect(address).to_have_value("https://a.test/fox.png")
    expect(cards(one)).to_have_count(0)
    assert one.sent("press") == []
    address.press("Enter")
    expect(cards(one)).to_have_count(1)
