"""What the extension adds to the hosts: a card, commands, menus, and a studio with no code."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from hosts import python_of
from notebook_page import Server, expect_pictures, press_run
from PIL import Image
from playwright.sync_api import Page, expect
from side_panel import wait_for_launcher

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Visit = Callable[..., Page]
COMMANDS = ("open-studio", "insert-studio", "collect")
WORDS = ["Image studio", "Insert studio below", "Collect paid pictures"]


def has_command(page: Page, name: str) -> bool:
    found: bool = page.evaluate("name => jupyterapp.commands.hasCommand(name)", name)
    return found


def labels(page: Page) -> list[str]:
    """What our first commands are called."""
    found: list[str] = page.evaluate(
        "names => names.map((name) => jupyterapp.commands.label(`evolink-widgets:${name}`))",
        COMMANDS,
    )
    return found


def test_the_palette_lists_every_command_and_those_on_a_picture_where_there_is_one(
    visit: Visit, host: Server
) -> None:
    picture = host.root / "fox.png"
    Image.new("RGB", (16, 16), "red").save(picture)
    page = visit("lab")
    assert labels(page) == WORDS
    wait_for_launcher(page)  # it would take the focus from the palette, which closes then

    def listed() -> list[str]:
        page.evaluate("() => jupyterapp.commands.execute('apputils:activate-command-palette')")
        items = page.locator(".lm-CommandPalette-item[data-command^='evolink-widgets:']")
        expect(items.first).to_be_attached()
        names = items.evaluate_all("all => all.map(({ dataset }) => dataset.command)")
        page.keyboard.press("Escape")
        return sorted(name.partition(":")[2] for name in names)

    always = ["collect", "insert-code", "insert-markdown", "insert-studio", "open-studio"]
    assert listed() == [*always, "show-panel"]
    page.locator(".jp-DirListing-item", has_text="fox.png").click()
    page.evaluate("() => jupyterapp.commands.execute('apputils:activate-command-palette')")
    for name in ("use-as-reference", "show-recipe", "copy-code"):
        item = f".lm-CommandPalette-item[data-command='evolink-widgets:{name}']"
        expect(page.locator(item)).to_be_attached()


def test_the_launchers_card_opens_a_studio_with_a_kernel_of_its_own(
    visit: Visit, host: Server
) -> None:
    page = visit("lab")
    page.locator(".jp-LauncherCard", has_text="Image studio").click()
    tab = page.locator(".evolink-tab")
    expect(tab.get_by_label("Prompt", exact=True)).to_be_enabled()
    expect(page.locator(".lm-TabBar-tabLabel", has_text="Image studio")).to_be_visible()
    assert page.locator(".jp-Cell, .jp-CodeConsole").count() == 0, "no code in sight"
    tab.get_by_label("Prompt", exact=True).fill("a fox in the snow")
    press_run(tab)
    expect_pictures(tab.get_by_role("article"), 1)
    assert list(host.root.glob("evolink_images/*_1.*")), "beside what the person works on"
    page.locator(".lm-TabBar-tab", has_text="Image studio").locator(".jp-icon-hover").click()
    expect(tab).to_have_count(0)
    page.wait_for_function("() => [...jupyterapp.serviceManager.sessions.running()].length === 0")


def test_notebook_7_has_them_and_opens_the_studio_as_a_tab_beside_the_files(visit: Visit) -> None:
    page = visit("tree")
    assert labels(page) == WORDS
    page.evaluate("() => void jupyterapp.commands.execute('evolink-widgets:open-studio')")
    expect(page.locator(".evolink-tab").get_by_label("Prompt", exact=True)).to_be_enabled()


@pytest.mark.parametrize("place", ["lab/tree", "notebooks"])
def test_a_studio_is_inserted_below_the_cell_and_run(
    place: str, visit: Visit, host: Server
) -> None:
    path = host.write("insert", "1 + 1")
    page = visit(f"{place}/{path.relative_to(host.root)}")
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )
    page.evaluate("() => jupyterapp.commands.execute('evolink-widgets:insert-studio')")
    cell = page.locator(".jp-Notebook .jp-Cell").nth(1)
    expect(cell.locator(".ew-of-studio").get_by_label("Prompt", exact=True)).to_be_enabled()
    expect(cell.locator(".jp-Editor")).to_contain_text("ew.ImageStudio()")


def test_collecting_with_nothing_out_says_so(visit: Visit) -> None:
    page = visit("lab")
    page.evaluate("() => jupyterapp.commands.execute('evolink-widgets:collect')")
    expect(page.get_by_text("Nothing is out: every paid picture is here.")).to_be_visible()


def test_a_kernel_that_ends_is_told_and_started_again(visit: Visit, host: Server) -> None:
    page = visit("lab")
    page.evaluate("() => void jupyterapp.commands.execute('evolink-widgets:open-studio')")
    tab = page.locator(".evolink-tab")
    expect(tab.get_by_label("Prompt", exact=True)).to_be_enabled()
    host.end_kernels()
    tab.get_by_role("button", name="Start again").click()
    expect(tab.get_by_label("Prompt", exact=True)).to_be_enabled()


def test_jupyter_lists_both_parts(age: str) -> None:
    def listed(*kind: str) -> str:
        command = [str(python_of(age)), "-m", "jupyter", *kind, "list"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return done.stdout + done.stderr

    assert re.search(r"evolink-widgets v[\d.]+.*enabled.*OK", listed("labextension"))
    assert re.search(r"evolink_widgets\.jupyter.*enabled", listed("server", "extension"))
