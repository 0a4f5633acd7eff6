"""Tasks on their way: while a cell blocks, as a cell's result, and after the kernel has died."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_page import Notebook, Server, expect_pictures
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Opener = Callable[..., Notebook]
START = "import evolink_widgets as ew\new.configure(speed=40)"

#: Holds the kernel as `time.sleep` does, until it is told that somebody has seen enough.
BLOCK = """
import pathlib, time

def block_until(name):
    while not pathlib.Path(name).exists():
        time.sleep(0.05)

ew.weather("stuck")
studio.run()
block_until("seen")
ew.weather("fair")
block_until("go")
""".strip()


def pictures(folder: Path) -> list[Path]:
    """What a notebook's store has filed; about a tenth of the pictures come as WebP."""
    files = (folder / "evolink_images").iterdir()
    return [file for file in files if file.suffix in (".png", ".webp")]


def test_a_cell_that_blocks_stops_neither_progress_nor_pictures(
    server: Server, open_notebook: Opener
) -> None:
    path = server.write(
        "blocked",
        f"{START}\nstudio = ew.ImageStudio(prompt='a fox', n=2)\nstudio",
        BLOCK,
    )
    notebook = open_notebook(path)
    notebook.run(0)
    panel = notebook.panel(0)

    notebook.run(1, wait=False)
    run = panel.get_by_role("article")
    expect(run.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "95")
    (path.parent / "seen").touch()
    expect_pictures(run, 2)
    expect(run.get_by_role("progressbar")).to_be_hidden()
    assert len(pictures(path.parent)) == 2
    expect(notebook.prompt(1)).to_have_text("[*]:")

    (path.parent / "go").touch()
    expect(notebook.prompt(1)).to_have_text("[2]:")


def test_a_task_as_a_result_is_live_and_then_replaced_by_its_copy(
    server: Server, open_notebook: Opener
) -> None:
    notebook = open_notebook(
        server.write(
            "task",
            f"{START}\new.weather('stuck')\ntask = ew.generate('a fox', n=2)\ntask",
            "print('waiting')\nimages = await task",
            "task.state.stage.ended",
            "ew.weather('fair')\nimages = await task\nlen(images)",
        )
    )
    page = notebook.page
    notebook.run(0)
    live = notebook.panel(0)
    expect(live.get_by_role("progressbar")).to_be_visible()
    expect(notebook.copies(0)).to_have_count(0)

    # An interrupt ends the waiting, and not the task: it could not end by itself.
    notebook.run(1, wait=False)
    expect(notebook.cell(1).locator(".jp-OutputArea-output")).to_contain_text("waiting")
    notebook.command("notebook:interrupt-kernel")
    expect(notebook.prompt(1)).to_have_text("[2]:")
    expect(notebook.cell(1)).to_contain_text(re.compile("KeyboardInterrupt|the task goes on"))
    notebook.run(2)
    expect(notebook.cell(2).locator(".jp-OutputArea-executeResult")).to_contain_text("False")
    expect(live.get_by_role("progressbar")).to_be_visible()

    notebook.run(3)
    expect(notebook.cell(3).locator(".jp-OutputArea-executeResult")).to_contain_text("2")
    expect(page.locator(".ew-live")).to_have_count(0)
    expect_pictures(notebook.cell(0), 2)
    [output] = [one for one in notebook.save().cells[0].outputs if "<img" in str(one)]
    assert output.data["text/html"].count("data:image/") == 2
    assert "application/vnd.jupyter.widget-view+json" not in output.data


def test_pictures_that_are_displayed_leave_what_stands_above_them(
    server: Server, open_notebook: Opener
) -> None:
    cell = (
        f"{START}\nimages = await ew.generate('a fox', n=2)\nprint('a line')\n"
        "display(images[0])\ndisplay(images)\nprint('another')\new.generate('a fox', n=2)"
    )
    notebook = open_notebook(server.write("displayed", cell))
    notebook.run(0)
    expect_pictures(notebook.cell(0), 5)
    for line in ("a line", "another"):
        expect(notebook.cell(0).get_by_text(line, exact=True)).to_be_visible()


def test_a_task_that_was_out_when_the_kernel_died_is_collected_by_the_next(
    server: Server, open_notebook: Opener
) -> None:
    path = server.write(
        "restarted",
        f"{START}\new.weather('stuck')\n"
        "studio = ew.ImageStudio(prompt='a fox', n=2)\nstudio.run()\nstudio",
        f"{START}\new.weather('fair')\n[task] = ew.recover()\nawait task\ntask",
    )
    notebook = open_notebook(path)
    notebook.run(0)
    bar = notebook.panel(0).get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "95")
    notebook.page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    expect(notebook.cell(0).locator(".ew-live.ew-off")).to_be_visible()

    notebook.run(1)
    expect_pictures(notebook.cell(1), 2)
    assert len(pictures(path.parent)) == 2
