"""The side panel in the hosts: what runs, the pictures, what was spent; live and accessible."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_core import COLOURS, findings
from notebook_page import Server, axe_findings
from playwright.sync_api import Page, WebSocketRoute, expect
from shelves import Shelf
from side_panel import open_panel, wait_for_launcher

from evolink_widgets.store import Cap, Store
from evolink_widgets.store.ledger.standing_caps import keep_caps

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Visit = Callable[..., Page]
PLACES = ("lab", "tree")


@pytest.mark.parametrize("place", PLACES)
def test_what_runs_and_the_pictures_are_there_without_a_kernel(
    place: str, shelf: Shelf, visit: Visit
) -> None:
    shelf.add("a fox in the snow")
    key = shelf.ask("a lighthouse at dusk", n=2)
    panel = open_panel(visit(place))
    task = panel.get_by_role("listitem").filter(has_text="a lighthouse at dusk")
    expect(task).to_contain_text("Waiting to be sent")
    expect(panel.get_by_role("gridcell").first).to_have_accessible_name(
        re.compile("^Picture 1 of 1: a fox in the snow")
    )
    shelf.store.journal.sending(key, time.time())
    shelf.store.journal.accepted(key, "task-1", time.time())
    expect(task).to_contain_text("Rendering")
    expect(task).to_contain_text("left")
    shelf.store.journal.finished(key, time.time())
    shelf.add("a lighthouse at dusk", letter="v")
    expect(panel.get_by_text("Nothing is running.")).to_be_visible()
    expect(panel.get_by_role("gridcell")).to_have_count(2)


def test_a_page_that_nothing_happens_on_asks_for_nothing(shelf: Shelf, visit: Visit) -> None:
    shelf.add()
    page = visit("lab")
    panel = open_panel(page)
    expect(panel.locator(".ew-cell img.ew-pic, .ew-cell img[src]").first).to_be_visible()
    page.wait_for_timeout(1_500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(5_000)
    assert [url for url in asked if "evolink" in url] == []


def test_favourite_trash_and_undo_by_keyboard(shelf: Shelf, visit: Visit) -> None:
    shelf.add("a fox")
    shelf.add("a hare", letter="v")
    page = visit("lab")
    wait_for_launcher(page)
    panel = open_panel(page)
    cells = panel.get_by_role("gridcell").filter(visible=True)
    hare, fox = re.compile("1 of .: a hare"), re.compile("1 of 1: a fox")
    expect(cells).to_have_count(2)
    expect(cells.first).to_have_accessible_name(hare)  # a place whose picture is known by now
    cells.first.focus()
    page.keyboard.press("Delete")
    expect(panel.get_by_text("1 picture moved to the trash.").first).to_be_visible()
    expect(cells).to_have_count(1)
    expect(cells.first).to_have_accessible_name(fox)
    expect(cells.first).to_be_focused()
    page.keyboard.press("Control+z")
    expect(cells).to_have_count(2)
    expect(cells.first).to_have_accessible_name(hare)
    cells.first.get_by_role("button", name="Favourite").press("Enter")
    panel.get_by_role("button", name="Favourites").click()
    expect(cells).to_have_count(1)
    expect(cells.first).to_have_accessible_name(re.compile("1 of 1: a hare"))


def test_the_menu_of_a_picture_by_keyboard(shelf: Shelf, visit: Visit) -> None:
    shelf.add("a fox")
    page = visit("lab")
    wait_for_launcher(page)
    tile = open_panel(page).get_by_role("gridcell").first
    expect(tile).to_have_accessible_name(re.compile("a fox"))
    tile.focus()
    page.keyboard.press("Shift+F10")
    items = page.get_by_role("menuitem").filter(visible=True)
    expect(items.filter(has_text="Show recipe")).to_be_visible()
    expect(items.filter(has_text="Insert as code")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    expect(tile).to_be_focused()
    page.keyboard.press("Shift+F10")
    expect(items.filter(has_text="Move to trash")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
        if items.filter(has_text="Move to trash").and_(page.locator(".lm-mod-active")).count():
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 picture moved to the trash.").first).to_be_visible()


def test_keys_of_the_panel_never_reach_the_notebook(
    shelf: Shelf, visit: Visit, host: Server
) -> None:
    shelf.add("a fox")
    page = visit(f"lab/tree/{shelf.folder.parent.name}/panel.ipynb")
    page.wait_for_function("() => jupyterapp.shell.currentWidget?.content?.activeCell")
    tile = open_panel(page).get_by_role("gridcell").first
    expect(tile).to_have_accessible_name(re.compile("a fox"))
    tile.focus()
    for key in ("a", "b", "x", "c", "v", "d", "d", "z", "y", "m", "0", "0", "ArrowDown"):
        page.keyboard.press(key)
    sources = page.evaluate(
        "() => jupyterapp.shell.currentWidget.content.widgets"
        ".map(({ model }) => `${model.type} ${model.sharedModel.source}`)"
    )
    assert sources == ["code x = 1", "code # a lighthouse at dusk"]
    expect(tile).to_be_focused()


def test_a_task_leads_to_its_cell(shelf: Shelf, visit: Visit) -> None:
    shelf.ask("a lighthouse at dusk")
    page = visit("lab")
    open_panel(page).get_by_role("button", name="a lighthouse at dusk").click()
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.content?.activeCell?.model.sharedModel"
        ".source === '# a lighthouse at dusk'"
    )


def test_what_a_dead_kernel_left_needs_a_person(shelf: Shelf, visit: Visit) -> None:
    key = shelf.ask("a heron", owner=shelf.dead_process)
    shelf.store.journal.sending(key, time.time())
    shelf.store.journal.accepted(key, "task-2", time.time())
    panel = open_panel(visit("lab"))
    expect(panel.get_by_role("button", name="Running 1 needs you")).to_be_visible()
    expect(panel.get_by_role("button", name="Collect").first).to_be_visible()
    # Simulated: what the emulator would charge is not called paid.
    expect(panel.get_by_text("1 picture is not here yet")).to_be_attached()


def test_a_store_that_cant_be_read_is_a_sentence(shelf: Shelf, visit: Visit) -> None:
    shelf.add()
    shelf.spoil()
    panel = open_panel(visit("lab"))
    expect(panel.get_by_text("is damaged").first).to_be_visible()


@pytest.mark.parametrize("place", PLACES)
def test_one_button_downloads_all_pictures(
    place: str, shelf: Shelf, visit: Visit, tmp_path: Path
) -> None:
    picture = shelf.add("a fox")
    page = visit(place)
    panel = open_panel(page)
    expect(panel.get_by_role("gridcell")).to_have_count(1)
    with page.expect_download() as told:
        panel.get_by_role("button", name="Download all").click()
    assert told.value.suggested_filename == "evolink_images.zip"
    home = Store(tmp_path / "home")
    merged = home.merge(told.value.path().rename(tmp_path / "home.zip"))
    home.close()
    assert merged.pictures == 1
    assert (tmp_path / "home" / picture.name).read_bytes() == picture.read_bytes()


def on_binder(page: Page) -> None:
    """What the server tells is what it tells on Binder: its machine goes."""

    def told_so(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(lambda text: line.send(with_machine(text)))

    def with_machine(text: str | bytes) -> str:
        told = json.loads(text)
        return json.dumps(told | ({"machine": "Binder's"} if told["kind"] == "state" else {}))

    page.route_web_socket("**/evolink-widgets/changes*", told_so)
    page.route(
        "**/evolink-widgets/home/look*",
        lambda route: route.fulfill(json={"there": True, "machine": "Binder's"}),
    )


def test_where_the_machine_goes_jupyterlab_offers_it_once(shelf: Shelf, visit: Visit) -> None:
    shelf.add("a fox")
    page = visit("lab", before=on_binder)
    offer = page.locator(".Toastify").get_by_text("Your pictures go when Binder's machine does.")
    expect(offer).to_be_visible()
    panel = open_panel(page)
    line = panel.get_by_role("group", name="Take your pictures home")
    expect(line).to_contain_text("goes when Binder's machine does")
    assert axe_findings(page, ".evolink-side") == []
    with page.expect_download():
        page.locator(".Toastify").get_by_role("button", name="Download all").click()
    shelf.add("a hare", letter="v")
    expect(panel.get_by_role("gridcell")).to_have_count(2)
    expect(offer).to_have_count(0)
    page.reload()
    panel = open_panel(page)
    expect(panel.get_by_role("gridcell")).to_have_count(2)
    expect(page.locator(".evolink-status")).to_be_attached()
    expect(offer).to_have_count(0)


def test_axe_has_nothing_against_it_in_dark_and_light(shelf: Shelf, visit: Visit) -> None:
    shelf.add("a fox")
    shelf.ask("a lighthouse at dusk")
    key = shelf.ask("a heron", letter="w", owner=shelf.dead_process)
    shelf.store.journal.sending(key, time.time())
    shelf.store.ledger.reserve(key, 5.0, now=time.time(), service="emulator")
    cap = Cap(100, name="today's budget", since=time.time(), service="emulator")
    keep_caps(shelf.store.journal, None, shelf.store.owner, [cap])
    page = visit("lab")
    wear(page, "JupyterLab Dark")
    panel = open_panel(page)
    expect(panel.get_by_role("listitem")).to_have_count(2)
    expect(panel.get_by_role("gridcell")).to_have_count(1)
    assert axe_findings(page, ".evolink-side") == []
    panel.get_by_role("button", name="Filters").click()
    expect(panel.get_by_label("Kind")).to_be_visible()
    assert axe_findings(page, ".evolink-side") == []
    panel.get_by_role("gridcell").first.press("Enter")
    box = panel.get_by_role("dialog")
    expect(box).to_be_visible()
    assert axe_findings(page, ".evolink-side") == []
    wear(page, "JupyterLab Light")
    assert findings(page, ".evolink-side", rules=COLOURS) == []
    box.press("Escape")
    expect(box).to_be_hidden()
    assert findings(page, ".evolink-side", rules=COLOURS) == []


def wear(page: Page, theme: str) -> None:
    """Change the whole page's theme."""
    page.evaluate("t => jupyterapp.commands.execute('apputils:change-theme', { theme: t })", theme)
    page.wait_for_function("t => document.body.dataset.jpThemeName === t", arg=theme)


def test_the_status_bar_speaks_where_there_is_something_to_say(shelf: Shelf, visit: Visit) -> None:
    shelf.add()
    page = visit("lab")
    line = page.locator(".evolink-status")
    expect(line).to_be_hidden()
    shelf.ask("a fox")
    expect(line).to_have_text("1 running · simulated")
    line.click()
    expect(page.locator(".evolink-side")).to_be_visible()


def test_a_picture_that_is_dropped_into_a_cell_is_code_and_in_a_note_markdown(
    shelf: Shelf, visit: Visit, host: Server
) -> None:
    saved = shelf.add("a fox [in] the snow")
    cells = [
        nbformat.v4.new_code_cell("x = 1"),
        nbformat.v4.new_markdown_cell("A note"),
        nbformat.v4.new_code_cell("cover = "),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, shelf.folder.parent / "drops.ipynb")
    page = visit(f"lab/tree/{shelf.folder.parent.name}/drops.ipynb")
    page.wait_for_function("() => jupyterapp.shell.currentWidget?.content?.activeCell")
    tile = open_panel(page).get_by_role("gridcell").first
    expect(tile.locator("img[src]")).to_be_visible()
    shown = page.locator(".jp-Notebook .jp-Cell")
    tile.drag_to(shown.nth(0).locator(".cm-content"))
    source = "i => jupyterapp.shell.currentWidget.content.widgets[i].model.sharedModel.source"
    page.wait_for_function(f"() => ({source})(0).includes('ew.picture')")
    call = f'ew.picture("{saved.name}")'
    assert page.evaluate(source, 0) == f"x = 1\n{call}", "no part of the line that was there"
    tile.drag_to(shown.nth(2).locator(".cm-content"))
    page.wait_for_function(f"() => ({source})(2).includes('ew.picture')")
    assert page.evaluate(source, 2) == f"cover = {call}"
    tile.drag_to(shown.nth(1))
    page.wait_for_function(f"() => ({source})(1).includes('![')")
    text = page.evaluate(source, 1)
    assert "![a fox \\[in\\] the snow, " in text
    assert f"](<evolink_images/{saved.name}>)" in text


def test_a_picture_of_the_panel_becomes_a_reference_of_a_studio(shelf: Shelf, visit: Visit) -> None:
    shelf.add("a hare", when=1_000.0)
    shelf.add("a fox", letter="v")
    page = visit("lab")
    panel = open_panel(page)
    tile, other = panel.get_by_role("gridcell").first, panel.get_by_role("gridcell").nth(1)
    expect(other.locator("img[src]")).to_be_visible()
    tile.click(button="right")
    page.get_by_role("menuitem", name="Use as reference").click()
    tab = page.locator(".evolink-tab")
    expect(tab.get_by_label("Prompt", exact=True)).to_be_enabled()
    expect(tab.get_by_text("Reference pictures · 1")).to_be_visible()
    other.drag_to(tab.get_by_label("Prompt", exact=True))
    expect(tab.get_by_text("Reference pictures · 2")).to_be_visible()


def test_the_file_browser_shows_a_recipe_and_compares(shelf: Shelf, visit: Visit) -> None:
    first, second = shelf.add("a fox in the snow"), shelf.add("a hare", letter="v")
    page = visit("lab")
    page.evaluate(
        "path => jupyterapp.commands.execute('filebrowser:go-to-path', { path })",
        f"{shelf.folder.parent.name}/{shelf.folder.name}",
    )
    page.locator(".jp-DirListing-item", has_text=first.name).click(button="right")
    page.get_by_role("menuitem", name="Show recipe").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("a fox in the snow")
    dialog.get_by_role("button", name="Close").click()
    page.locator(".jp-DirListing-item", has_text=first.name).click()
    page.locator(".jp-DirListing-item", has_text=second.name).click(modifiers=["Control"])
    page.locator(".jp-DirListing-item", has_text=second.name).click(button="right")
    page.get_by_role("menuitem", name="Compare selected").click()
    expect(page.locator(".evolink-tab .ew-of-compare")).to_be_visible()


def test_a_picture_in_a_notebook_is_inserted_as_code_and_as_markdown(
    visit: Visit, host: Server
) -> None:
    show = "import evolink_widgets as ew\new.ImageGrid(ew.generate('a fox').result())"
    path = host.write("inserts", show)
    page = visit(f"lab/tree/{path.relative_to(host.root)}")
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-cell')")
    tile = page.locator(".jp-Notebook .ew-live").get_by_role("gridcell").first
    expect(tile.locator("img[src]")).to_be_visible()
    sources = (
        "() => jupyterapp.shell.currentWidget.content.widgets"
        ".map((cell) => cell.model.sharedModel.source)"
    )
    for name, begins in (("Insert as code", "ew.picture("), ("Insert as Markdown", "![a fox")):
        tile.click(button="right")
        page.get_by_role("menuitem", name=name).click()
        page.wait_for_function(
            f"(begins) => ({sources})().some((text) => text.startsWith(begins))", arg=begins
        )
    assert page.evaluate(sources)[0] == show, "what stood in a cell stays as it was"


def test_a_server_that_went_away_is_told_and_what_it_tells_when_it_is_back_is_shown(
    shelf: Shelf, visit: Visit
) -> None:
    shelf.add()
    lines: list[Any] = []
    page = visit("lab", before=lambda page: page.route_web_socket(
        "**/evolink-widgets/changes*", lambda line: (line.connect_to_server(), lines.append(line))
    ))  # fmt: skip
    panel = open_panel(page)
    expect(panel.get_by_role("gridcell")).to_have_count(1)
    lines[-1].close()
    expect(panel.get_by_text("The server does not answer.")).to_be_visible()
    shelf.add("a hare", letter="v")
    expect(panel.get_by_text("The server does not answer.")).to_be_hidden()
    expect(panel.get_by_role("gridcell").filter(visible=True)).to_have_count(2)


def test_two_pages_show_what_either_does(shelf: Shelf, visit: Visit) -> None:
    shelf.add("a fox")
    page = visit("lab")
    wait_for_launcher(page)
    first, second = open_panel(page), open_panel(visit("tree"))
    expect(second.get_by_role("gridcell")).to_have_count(1)
    expect(first.get_by_role("gridcell").first).to_have_accessible_name(re.compile("a fox"))
    first.get_by_role("gridcell").first.focus()
    page.bring_to_front()
    page.keyboard.press("Delete")
    expect(second.get_by_text("No pictures under this folder yet.")).to_be_visible()
    expect(first.get_by_role("button", name="Undo")).to_be_focused()
    page.wait_for_timeout(1_200)  # what has just got the focus rests for a second
    page.keyboard.press("Enter")
    expect(second.get_by_role("gridcell").filter(visible=True)).to_have_count(1)
