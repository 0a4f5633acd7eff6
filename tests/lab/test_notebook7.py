"""The same panel in Notebook 7."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from jupyter import Notebook, Server, pictures_in, wait_until
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

CELLS = [
    'import evolink_widgets as ew\new.configure(speed=40)\new.ImageStudio(prompt="a fox", n=2)',
    'ew.generate("a fox in the snow", n=2)',
]


def test_studio_and_generate_work_in_notebook_7(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    notebook = open_notebook(server.write("seven", CELLS), place="notebooks")
    notebook.run_all()
    panel = notebook.panel(0)
    notebook.press_run(panel)
    wait_until(notebook.page, lambda: pictures_in(panel) == 2, "pictures of the panel")
    copy = notebook.cell(1).locator("[class*=ew-static-]")
    wait_until(notebook.page, lambda: pictures_in(copy) == 2, "pictures of the task")
    expect(notebook.page.locator(".ew-static-, [class*=ew-static-]").first).to_be_hidden()

    wait_until(
        notebook.page,
        lambda: len(re.findall("data:image/", str(notebook.save()))) == 4,
        "copies in the file",
    )
