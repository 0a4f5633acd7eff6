"""The same in Notebook 7."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, axe_findings_in, expect_pictures, press_run
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=40)
ew.ImageStudio(prompt="a fox", n=2)
"""


def test_panel_and_task_work_in_notebook_7(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    notebook = open_notebook(
        server.write("seven", SHOW.strip(), 'ew.generate("a fox in the snow", n=2)'),
        place="notebooks",
    )
    notebook.run_all()
    panel = notebook.panel(0)
    press_run(panel)
    expect_pictures(panel.get_by_role("article"), 2)
    expect(notebook.copies(0)).to_have_count(0)
    expect_pictures(notebook.cell(1), 2)
    themes = ("JupyterLab Dark High Contrast", "JupyterLab Dark", "JupyterLab Light")
    assert axe_findings_in(notebook, *themes) == []
    assert str(notebook.save().cells[1].outputs).count("data:image/") == 2
