"""A comparison in a real notebook: its keys stay its own, and the files come when they are seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, axe_findings_in
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=300)
calm = ew.generate("a lighthouse, calm sea", size="2048x1152").result(60)
storm = ew.generate("a lighthouse at night, stormy sea", size="2048x1152").result(60)
comparison = ew.ImageCompare(calm, storm)
comparison
"""


def test_two_pictures_are_compared_by_keys_alone(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    path = server.write("compare", SHOW.strip(), "print(comparison.mode, comparison.position)")
    notebook = open_notebook(path)
    notebook.run(0)
    panel = notebook.cell(0).locator(".ew.ew-live:not(.ew-off)")
    seen = panel.locator(".ew-pane:not([hidden]) .ew-lens img")
    expect(seen).to_have_count(2)
    expect(panel.locator("mark")).to_have_text(
        ["added: at night", "removed: calm", "added: stormy"]
    )
    cells = notebook.page.locator(".jp-Cell").count()

    panel.get_by_role("slider", name="Divider").focus()
    for key in ("Home", "PageUp", "ArrowRight"):
        notebook.page.keyboard.press(key)
    arena = panel.get_by_role("group", name="Pictures")
    arena.focus()
    for key in ("a", "s", "b", "b", "1", "ArrowRight", "0", "d"):
        notebook.page.keyboard.press(key)
    expect(panel.locator(".ew-much")).to_contain_text("of the pixels differ")
    files = "all => all.length === 2 && all.every(i => i.naturalWidth === 2048)"
    notebook.page.wait_for_function(
        f"() => ({files})([...document.querySelectorAll('.ew-pane:not([hidden]) .ew-lens img')])"
    )
    assert notebook.page.locator(".jp-Cell").count() == cells, "no key went to the notebook"
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("difference 0.12")

    assert axe_findings_in(notebook, "JupyterLab Dark", "JupyterLab Light") == []
