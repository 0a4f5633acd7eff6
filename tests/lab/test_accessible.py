"""axe-core finds nothing in the panel: light and dark, at rest, at work, ended and enlarged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, axe_findings_in, expect_pictures, press_run
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=40)
studio = ew.ImageStudio(prompt="a teapot", n=2)
studio
"""


def test_axe_finds_nothing_in_light_and_dark(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    notebook = open_notebook(
        server.write("axe", SHOW.strip(), "ew.weather('stuck')", "ew.weather('fair')")
    )

    def look(state: str) -> None:
        assert axe_findings_in(notebook, "JupyterLab Dark", "JupyterLab Light") == [], state

    notebook.run(0)
    panel = notebook.panel(0)
    panel.get_by_role("button", name="Size").click()
    expect(panel.get_by_role("radiogroup", name="Size")).to_be_visible()
    look("at rest, with its tray open")
    panel.get_by_role("button", name="Size").click()

    notebook.run(1)
    press_run(panel)
    bar = panel.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "95")
    look("at work")

    notebook.run(2)
    run = panel.get_by_role("article")
    expect_pictures(run, 2)
    expect(bar).to_be_hidden()
    look("done")

    run.get_by_role("gridcell").first.press("Enter")
    box = panel.get_by_role("dialog")
    expect(box.get_by_role("term").last).to_be_visible()
    look("the lightbox")
    # A notebook's own styles set lists of terms in two columns, for its tracebacks.
    lines = box.get_by_role("term").or_(box.get_by_role("definition"))
    left = {line.bounding_box()["x"] for line in lines.all()}  # type: ignore[index] # it is seen
    assert len(left) == 1, "each term stands above its value"
