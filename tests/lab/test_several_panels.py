"""Several panels of one notebook: what is done to a picture in one reaches the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, axe_findings, expect_pictures
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

GRID = """
import evolink_widgets as ew
ew.configure(speed=300)
images = ew.generate("a desk lamp", size="1:1", quality="low", n=3).result(60)
grid = ew.ImageGrid(images)
grid
"""
STUDIO = "studio = ew.ImageStudio()\nstudio"


def test_pictures_of_a_grid_are_reviewed_compared_and_gone_on_from(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    notebook = open_notebook(
        server.write("several", GRID.strip(), STUDIO, "print([i.favourite for i in images])")
    )
    page = notebook.page
    notebook.run(0)
    notebook.run(1)
    studio = notebook.panel(1)
    grid = notebook.panel(0)
    expect_pictures(grid.get_by_role("grid"), 3)
    cells = grid.get_by_role("gridcell")
    cells.nth(1).focus()
    page.keyboard.press("Space")
    cells.nth(2).focus()
    page.keyboard.press("Space")

    grid.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Comparison")
    expect(box.locator(".ew-pane .ew-lens img")).to_have_count(2)
    expect(box.get_by_text("1 · Picture 2 of 3").first).to_be_visible()
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()

    star = cells.nth(2).get_by_role("button", name="Favourite")
    cells.nth(2).hover()
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    notebook.run(2)
    expect(notebook.cell(2)).to_contain_text("[False, False, True]")

    notebook.cell(0)
    cells.nth(0).hover()
    cells.nth(0).get_by_role("button", name="Edit this").click()
    prompt = studio.get_by_label("Prompt", exact=True)
    expect(prompt).to_be_focused()
    page.keyboard.type("make it red")
    expect(studio.get_by_text("Reference pictures · 1")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(studio.get_by_role("article")).to_contain_text("make it red")
    expect_pictures(studio.get_by_role("grid"), 1)
