"""A gallery in JupyterLab: pictures that land appear, the keyboard sorts them out, a copy stays."""

from __future__ import annotations

import zipfile
from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, expect_pictures
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Opener = Callable[..., Notebook]
SHOW = """
import evolink_widgets as ew
ew.configure(speed=200, store="gallery_images")
gallery = ew.Gallery()
gallery
"""
MORE = "ew.generate('a fox', quality='low', size='1024x640', n=3).result(); len(gallery.images)"


def test_a_gallery_at_work(server: Server, open_notebook: Opener) -> None:
    notebook = open_notebook(server.write("gallery", SHOW.strip(), MORE))
    notebook.run(0)
    shelf = notebook.cell(0).locator(".ew.ew-live:not(.ew-off)")
    expect(shelf.get_by_text("No pictures yet.").last).to_be_visible()
    notebook.run(1)
    tally = shelf.locator(".ew-tally")
    expect(tally).to_have_text("3 pictures")
    expect_pictures(notebook.cell(0).locator(".ew-wall"), 3)
    with notebook.page.expect_download() as home:
        shelf.get_by_role("button", name="Download all").click()
    names = zipfile.ZipFile(home.value.path()).namelist()
    # The emulator draws about a task in ten as WebP.
    assert sum(name.endswith((".png", ".webp")) for name in names) == 3, names
    shelf.get_by_role("gridcell").first.focus()
    notebook.page.keyboard.press("Control+a")
    expect(tally).to_have_text("3 pictures, 3 selected")
    notebook.page.keyboard.press("Escape")
    notebook.page.keyboard.press("Delete")
    expect(tally).to_have_text("2 pictures")
    notebook.page.keyboard.press("Control+z")
    expect(tally).to_have_text("3 pictures")
    assert len(notebook.save().cells) == 2, "JupyterLab kept its hands off its cells"
    while "3 pictures in gallery_images" not in str(notebook.save().cells[0].outputs):
        notebook.page.wait_for_timeout(100)
    server.end_kernels()
    again = open_notebook(notebook.path, kernel=False, stranger=True)
    expect_pictures(again.cell(0), 3)
    expect(again.page.get_by_text("3 pictures in gallery_images")).to_be_visible()
