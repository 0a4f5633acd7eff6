"""Whole journeys in a real JupyterLab, as a person would make them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jupyter import ALL_DONE, Notebook, Server, pictures_in, wait_until
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "01-quickstart.ipynb"
Opener = Callable[..., Notebook]


def studio(speed: int = 40, **traits: object) -> list[str]:
    """A cell that shows a panel on a quick emulator."""
    given = ", ".join(f"{name}={value!r}" for name, value in traits.items())
    return [
        f"import evolink_widgets as ew\new.configure(speed={speed})\n"
        f"studio = ew.ImageStudio({given})\nstudio"
    ]


def errors_in(notebook: nbformat.NotebookNode) -> list[str]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output.evalue for output in outputs if output.output_type == "error"]


def wait_for_pictures(notebook: Notebook, where: Locator, count: int) -> None:
    wait_until(notebook.page, lambda: pictures_in(where) >= count, f"{count} pictures")


def test_the_quickstart_runs_from_top_to_bottom(server: Server, open_notebook: Opener) -> None:
    path = server.root / "quickstart" / QUICKSTART.name
    path.parent.mkdir()
    shutil.copy(QUICKSTART, path)
    notebook = open_notebook(path)
    notebook.run_all()

    saved = notebook.save()
    assert errors_in(saved) == []
    assert all(cell.execution_count for cell in saved.cells if cell.cell_type == "code")
    assert path.stat().st_size < 400_000
    expect(notebook.panel(3)).to_contain_text("Simulated")
    images = notebook.cell(7).locator(".jp-OutputArea-output img")
    expect(images).to_have_count(2)
    assert all(images.nth(i).get_attribute("alt") for i in range(2))


def test_a_studio_is_used_by_keyboard_alone(server: Server, open_notebook: Opener) -> None:
    path = server.write("keyboard", studio())
    notebook = open_notebook(path)
    notebook.run(0)
    panel, keys = notebook.panel(0), notebook.page.keyboard
    cells = notebook.page.locator(".jp-Notebook .jp-Cell").count()

    tab_to(notebook.page, panel.get_by_label("Prompt"))
    keys.type("dd bbaa mm xx: a fox in the snow")  # each of these letters is a command of Lab's
    tab_to(notebook.page, panel.get_by_role("button", name="Size"))
    keys.press("Enter")
    tray = panel.get_by_role("radiogroup", name="Size")
    expect(tray).to_be_visible()
    tab_to(notebook.page, tray.get_by_role("radio", name=re.compile("auto", re.I)))
    wide = tray.get_by_role("radio", name="16:9", exact=True)
    for _ in range(20):
        if not wide.is_checked():
            keys.press("ArrowRight")
    expect(wide).to_be_checked()
    keys.press("Escape")
    expect(tray).to_be_hidden()
    expect(panel.get_by_role("button", name="Size")).to_be_focused()
    tab_to(notebook.page, panel.get_by_label("Count"))
    keys.press("ArrowUp")
    expect(panel.get_by_label("Count")).to_have_value("2")
    notebook.page.wait_for_timeout(700) # TEMP
    keys.press("Control+Enter")

    run = panel.get_by_role("article")
    expect(run).to_have_count(1, timeout=ALL_DONE)
    wait_for_pictures(notebook, run, 2)
    tab_to(notebook.page, run.get_by_role("grid").locator("[tabindex='0']").first)
    keys.press("Enter")
    dialog = panel.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Picture 1 of 2")
    keys.press("ArrowRight")
    expect(dialog).to_contain_text("Picture 2 of 2")
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    assert run.locator(":focus").count() == 1, "the focus is back on the picture"

    keys.press("Control+s")
    wait_until(notebook.page, lambda: "data:image/webp" in path.read_text("utf-8"), "saved")
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == cells
    [cell] = nbformat.read(path, as_version=4).cells
    assert cell.execution_count == 1, "no key ran the cell again"
    assert "a fox in the snow" in str(cell.outputs)


def tab_to(page: Page, target: Locator, most: int = 80) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(most):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    focused = page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{most} times Tab did not lead to {target}; the focus is on {focused}")


def test_a_cell_that_sleeps_stops_neither_progress_nor_pictures(
    server: Server, open_notebook: Opener
) -> None:
    path = server.write("asleep", [*studio(6, prompt="a fox", n=2), "import time\ntime.sleep(12)"])
    notebook = open_notebook(path)
    notebook.run(0)
    panel = notebook.panel(0)
    notebook.press_run(panel)
    run = panel.get_by_role("article")
    expect(run).to_be_visible()
    expect(run.get_by_role("progressbar")).to_be_visible()

    notebook.run(1, wait=False)
    asleep = notebook.cell(1).locator(".jp-InputPrompt")
    expect(asleep).to_have_text("[*]:")
    readings = set()

    def landed() -> bool:
        bar = run.get_by_role("progressbar")
        readings.add(bar.get_attribute("aria-valuenow") if bar.is_visible() else None)
        return pictures_in(run) == 2

    wait_until(notebook.page, landed, "pictures")
    expect(run).to_contain_text("2 pictures")
    assert asleep.inner_text() == "[*]:", "the cell was still asleep"
    assert len(readings - {None}) >= 2, f"progress moved: {readings}"


def test_a_saved_notebook_shows_twenty_pictures_without_a_kernel(
    server: Server, open_notebook: Opener
) -> None:
    show = "task = ew.generate('a sailing boat at sunset', quality='low', n=10)\ntask"
    path = server.write(
        "reopened", [*studio(200, prompt="a lighthouse", quality="low", n=10), show]
    )
    notebook = open_notebook(path)
    notebook.run(0)
    panel = notebook.panel(0)
    notebook.press_run(panel)
    notebook.run(1)
    wait_for_pictures(notebook, panel.get_by_role("article"), 10)
    copy = notebook.cell(1).locator("[class*=ew-static-]")
    wait_for_pictures(notebook, copy, 10)
    wait_until(
        notebook.page, lambda: len(re.findall("data:image/", str(notebook.save()))) >= 20, "copies"
    )
    assert path.stat().st_size < 400_000
    server.end_kernels()

    for trusted in (True, False):
        reopened = path.with_name("trusted.ipynb" if trusted else "elsewhere.ipynb")
        saved = nbformat.read(path, as_version=4)
        if not trusted:
            saved.cells[0].source += "  # not what this server signed"
        nbformat.write(saved, reopened)
        again = open_notebook(reopened, kernel=False)
        for index in (0, 1):
            wait_for_pictures(again, again.cell(index), 10)
        expect(again.page.locator(".jp-Notebook-ExecutionIndicator")).not_to_have_attribute(
            "data-status", "busy"
        )
        if trusted:
            expect(again.page.get_by_text("Error displaying widget")).to_be_hidden()
        again.errors[:] = [line for line in again.errors if "model not found" not in line]


def test_a_slider_and_a_panel_are_linked(server: Server, open_notebook: Opener) -> None:
    link = (
        "import ipywidgets\nslider = ipywidgets.IntSlider(min=1, max=10)\n"
        "ipywidgets.link((slider, 'value'), (studio, 'n'))\nslider"
    )
    notebook = open_notebook(server.write("linked", [*studio(n=3), link]))
    notebook.run_all()
    count = notebook.panel(0).get_by_label("Count")
    expect(count).to_have_value("1")  # a link begins with its source
    handle = notebook.cell(1).locator(".noUi-handle")
    expect(handle).to_have_attribute("aria-valuenow", "1.0")
    handle.press("ArrowRight")
    expect(count).to_have_value("2")
    count.fill("7")
    expect(handle).to_have_attribute("aria-valuenow", "7.0")
