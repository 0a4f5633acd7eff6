"""The oldest hosts that are promised, the real ones: JupyterLab 4.0, Notebook 7.0 and nbclassic."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from kernels import python_of_oldest_hosts
from notebook_page import (
    SOON,
    Notebook,
    Server,
    axe_findings,
    axe_findings_in,
    expect_pictures,
    press_run,
    serve,
)
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=40)
ew.ImageStudio(prompt="a fox", n=2)
""".strip()
TASK = 'ew.generate("a fox in the snow", n=2)'
GALLERY = "ew.Gallery()"
THEMES = ("JupyterLab Dark", "JupyterLab Light")


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("oldest"), python=python_of_oldest_hosts()) as running:
        yield running


@pytest.mark.parametrize("place", ["lab/tree", "notebooks"])
def test_panel_task_and_gallery_work(
    oldest: Server, open_at: Callable[..., Notebook], place: str
) -> None:
    path = oldest.write("old", SHOW, TASK, GALLERY)
    notebook = open_at(oldest, path, place=place, stranger=True)
    notebook.run(0)
    panel = notebook.panel(0)
    press_run(panel)
    expect_pictures(panel.get_by_role("article"), 2)
    expect(notebook.copies(0)).to_have_count(0)
    assert axe_findings_in(notebook, *THEMES) == []

    panel.get_by_role("gridcell").first.press("Enter")
    box = panel.get_by_role("dialog")
    expect_pictures(box, None)
    box.press("Escape")
    expect(box).to_be_hidden()
    # A key that is typed in the panel is the panel's, and no command of the host.
    prompt = panel.get_by_label("Prompt", exact=True)
    prompt.press("End")
    prompt.press_sequentially(" and dd")
    prompt.press("Control+z")
    assert "ImageStudio" in notebook.save().cells[0].source
    assert len(notebook.save().cells) == 3

    notebook.run(1)
    expect_pictures(notebook.cell(1), 2)
    expect(notebook.cell(1).locator(".ew-live")).to_have_count(0)
    notebook.run(2)
    expect_pictures(notebook.cell(2).locator(".ew-live"), 4)
    assert str(notebook.save().cells[1].outputs).count("data:image/webp") == 2


CONNECTED = """() => {
    const notebook = window.Jupyter?.notebook;
    const kernel = notebook?._fully_loaded && notebook.kernel;
    return kernel?.is_connected?.() && kernel.widget_manager && kernel.info_reply?.status === "ok";
}"""


def test_panel_task_and_copies_work_in_nbclassic(oldest: Server, chromium: Browser) -> None:
    path = oldest.write("classic", SHOW, TASK)
    # It is light, whatever the system is.
    window = chromium.new_context(viewport={"width": 1280, "height": 960}, color_scheme="dark")
    page = window.new_page()
    page.set_default_timeout(SOON)
    page.goto(oldest.address(path, "nbclassic/notebooks"))
    page.wait_for_function(CONNECTED)
    page.evaluate("() => Jupyter.notebook.execute_cells([0])")
    cells = page.locator("#notebook-container > .cell")
    panel = cells.nth(0).locator(".ew-live:not(.ew-off)")
    press_run(panel)
    expect_pictures(panel.get_by_role("article"), 2)
    page.evaluate("() => Jupyter.notebook.execute_cells([1])")
    expect_pictures(cells.nth(1), 2)
    expect(cells.nth(1).locator(".ew-live")).to_have_count(0)
    assert axe_findings(page) == []

    page.evaluate("() => Jupyter.notebook.save_notebook()")
    oldest.end_kernels()
    page.reload()
    page.wait_for_function(CONNECTED)
    for at in (0, 1):
        expect_pictures(cells.nth(at), 2)
    expect(page.get_by_text("Error displaying widget").filter(visible=True)).to_have_count(0)
    window.close()
    oldest.end_kernels()
