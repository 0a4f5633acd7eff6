"""What a person sets in the host's own editors: it is obeyed, by every panel on the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Server, expect_pictures, press_run
from playwright.sync_api import Locator, Page, expect
from shelves import Shelf
from side_panel import open_panel

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Visit = Callable[..., Page]
Write = Callable[..., None]


def test_the_settings_are_obeyed(shelf: Shelf, visit: Visit, settings: Write) -> None:
    shelf.add()
    shelf.ask("a hare")
    settings({"thumbnailSize": 200, "statusBar": False, "studio": {"quality": "high", "n": 3}})
    page = visit("lab")
    tile = open_panel(page).get_by_role("gridcell").first
    expect(tile.locator("img[src]")).to_be_visible()
    box = tile.bounding_box()
    assert box is not None
    assert box["width"] > 95, "two in the width of the panel, at least"
    expect(page.locator(".evolink-status")).to_be_hidden()
    page.evaluate("() => void jupyterapp.commands.execute('evolink-widgets:open-studio')")
    tab = page.locator(".evolink-tab")
    expect(tab.get_by_role("radio", name="High")).to_be_checked()
    expect(tab.get_by_label("Count", exact=True)).to_have_value("3")


def question(panel: Locator) -> Locator:
    """What is asked before something is bought."""
    return panel.get_by_role("group", name="Before this is bought")


def test_over_the_limit_the_studio_asks_first(visit: Visit, settings: Write, host: Server) -> None:
    settings({"askOver": 0.5})
    page = visit("lab")
    page.evaluate("() => void jupyterapp.commands.execute('evolink-widgets:open-studio')")
    tab = page.locator(".evolink-tab")
    tab.get_by_label("Prompt", exact=True).fill("a fox in the snow")
    press_run(tab)
    expect(question(tab)).to_contain_text("Your settings ask before a purchase over 0.5.")
    expect(tab.get_by_role("article")).to_have_count(0)
    question(tab).get_by_role("button", name="Not now").press("Escape")
    expect(question(tab)).to_be_hidden()
    expect(tab.get_by_role("article")).to_have_count(0)
    press_run(tab)
    expect(question(tab)).to_be_visible()
    yes = question(tab).get_by_role("button", name="Make", exact=True)
    expect(yes).to_be_visible()
    page.wait_for_timeout(1_200)  # what has just come rests for a second
    yes.click()
    expect_pictures(tab.get_by_role("article"), 1)


def test_over_the_limit_a_studio_in_a_notebook_asks_first(
    visit: Visit, settings: Write, host: Server
) -> None:
    settings({"askOver": 0.5})
    path = host.write("ask", "import evolink_widgets as ew\new.ImageStudio('a hare')")
    page = visit(f"lab/tree/{path.relative_to(host.root)}")
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-cell')")
    panel = page.locator(".jp-Notebook .ew-of-studio")
    press_run(panel)
    expect(question(panel)).to_contain_text("over 0.5")
    expect(panel.get_by_role("article")).to_have_count(0)
    settings_now = "() => document.documentElement.dataset.evolinkMost"
    assert page.evaluate(settings_now) == "0.5"


def test_a_shortcut_that_is_set_runs_its_command(visit: Visit, settings: Write) -> None:
    mine = {"command": "evolink-widgets:show-panel", "keys": ["Ctrl Alt 9"], "selector": "body"}
    settings({"shortcuts": [mine]}, "@jupyterlab/shortcuts-extension:shortcuts")
    page = visit("lab")
    page.wait_for_function("() => jupyterapp.commands.hasCommand('evolink-widgets:show-panel')")
    page.keyboard.press("Control+Alt+9")
    expect(page.locator(".evolink-side").get_by_label("Search prompts")).to_be_enabled()
