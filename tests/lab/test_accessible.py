"""axe-core finds nothing in the panel: light and dark, at rest, at work, ended and enlarged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from jupyter import ALL_DONE, Notebook, Server, pictures_in, wait_until
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

Opener = Callable[..., Notebook]
LIGHT = "JupyterLab Light"
SHOW = """
import evolink_widgets as ew
ew.configure(speed=40)
studio = ew.ImageStudio(prompt="a teapot", n=2)
studio
"""
REFUSED = 'ew.weather("policy refusal"); studio.prompt = "something that is refused"'


def violations(page: Page, where: str = ".ew") -> list[str]:
    found = Axe().run(page, context=where).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} — {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.fixture
def in_theme(open_notebook: Opener) -> Iterator[Callable[[Path, str], Notebook]]:
    """Opens a notebook in a theme; the server remembers it, so the light one is set at the end."""
    opened: list[Notebook] = []

    def change(notebook: Notebook, theme: str) -> None:
        notebook.command("apputils:change-theme", theme=theme)
        shown = "theme => document.body.dataset.jpThemeName === theme"
        notebook.page.wait_for_function(shown, arg=theme)

    def open_in(path: Path, theme: str) -> Notebook:
        opened.append(open_notebook(path))
        change(opened[0], theme)
        return opened[0]

    yield open_in
    for notebook in opened:
        change(notebook, LIGHT)


@pytest.mark.parametrize("theme", [LIGHT, "JupyterLab Dark"])
def test_axe_finds_nothing(
    theme: str, server: Server, in_theme: Callable[[Path, str], Notebook]
) -> None:
    name = theme.split()[-1].lower()
    notebook = in_theme(server.write(f"axe-{name}", [SHOW, REFUSED]), theme)
    page = notebook.page
    notebook.run(0)
    panel = notebook.panel(0)
    panel.get_by_role("button", name="Size").click()
    expect(panel.get_by_role("radiogroup", name="Size")).to_be_visible()
    assert violations(page) == [], "the composer with its tray open"
    panel.get_by_role("button", name="Size").click()

    notebook.press_run(panel)
    done = panel.get_by_role("article").last
    wait_until(page, lambda: pictures_in(panel) == 2, "pictures")
    expect(done).to_contain_text("2 pictures", timeout=ALL_DONE)
    notebook.run(1)
    expect(panel.get_by_label("Prompt")).to_have_value("something that is refused")
    notebook.press_run(panel)
    expect(panel.get_by_role("article")).to_have_count(2)
    expect(panel).to_contain_text("Edit prompt", timeout=ALL_DONE)
    assert violations(page) == [], "a run that is done, and one that was refused"

    panel.get_by_role("grid").locator("[tabindex='0']").first.press("Enter")
    expect(panel.get_by_role("dialog")).to_be_visible()
    assert violations(page) == [], "the lightbox"
