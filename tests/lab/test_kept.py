"""What stays: in a notebook with no kernel, and in a page that is loaded again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from notebook_page import Notebook, Server, expect_pictures, press_run
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Opener = Callable[..., Notebook]
SHOW = """
import evolink_widgets as ew
ew.configure(speed=200)
studio = ew.ImageStudio(prompt="a lighthouse", quality="low", n=10)
studio
"""
TASK = "task = ew.generate('a sailing boat at sunset', quality='low', n=10)\ntask"
DEAD = re.compile("Error displaying widget|Loading widget")


def test_twenty_pictures_are_there_with_no_kernel(server: Server, open_notebook: Opener) -> None:
    path = server.write("kept", SHOW.strip(), TASK, "len(task.images)")
    notebook = open_notebook(path)
    notebook.run(0)
    panel = notebook.panel(0)
    press_run(panel)
    notebook.run(1)
    expect_pictures(panel.get_by_role("article"), 10)
    expect_pictures(notebook.cell(1), 10)
    without = kept_in(notebook, "without-state", pictures=20)
    notebook.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    notebook.run(2)  # the state is saved with a change only
    with_state = kept_in(notebook, "with-state", pictures=20)
    notebook.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    assert with_state.stat().st_size < 400_000
    assert "widgets" not in nbformat.read(without, as_version=4).metadata
    assert "widgets" in nbformat.read(with_state, as_version=4).metadata
    server.end_kernels()

    for saved in (with_state, without):
        again = open_notebook(saved, kernel=False, stranger=True)
        for index in (0, 1):
            expect_pictures(again.cell(index), 10)
        expect(again.page.get_by_text(DEAD).filter(visible=True)).to_have_count(0)
        expect(again.page.get_by_role("button", name="No Kernel", exact=True)).to_be_visible()


def kept_in(notebook: Notebook, name: str, pictures: int) -> Path:
    """A copy of the file, once all pictures are in it. Its signature is that of its content."""
    while str(notebook.save().cells).count("data:image/") < pictures:
        notebook.page.wait_for_timeout(100)
    copy = notebook.path.with_stem(name)
    copy.write_bytes(notebook.path.read_bytes())
    return copy


def test_a_page_that_is_loaded_again_goes_on_with_its_panel(
    server: Server, open_notebook: Opener
) -> None:
    notebook = open_notebook(server.write("reloaded", SHOW.strip().replace("n=10", "n=2")))
    notebook.run(0)
    panel = notebook.panel(0)
    press_run(panel)
    expect_pictures(panel.get_by_role("article"), 2)
    notebook.save()

    notebook.page.reload()
    notebook.wait()
    panel = notebook.panel(0)
    expect_pictures(panel.get_by_role("article"), 2)
    expect(notebook.copies(0)).to_have_count(0)
    press_run(panel)
    expect(panel.get_by_role("article")).to_have_count(2)
    expect_pictures(panel, 4)
