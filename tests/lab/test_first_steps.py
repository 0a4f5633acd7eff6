"""What a person does first: runs the quickstart, and types into the panel."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from notebook_page import CONTENT, Notebook, Server, axe_findings, expect_pictures
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST_PICTURE = 6 + 14
"""Seconds to the first pictures: what is promised, and what a busy machine may add to it."""
SEEN = """() => {
    const pictures = [...document.querySelectorAll(".ew-live article img")];
    const has_come = (one) => one.complete && one.naturalWidth;
    if (pictures.length < 2 || !pictures.every(has_come)) return null;
    const picture = pictures[0];
    if (picture.closest(".ew-item").querySelector("[role=progressbar]:not([hidden])")) return null;
    const { top, left, width, height } = picture.getBoundingClientRect();
    const cell = picture.closest(".jp-Cell").dataset.windowedListIndex;
    const there = document.elementFromPoint(left + width / 2, top + 0.99 * height);
    return { top, height, cell, inSight: picture.closest(".ew-tile").contains(there) };
}"""
Opener = Callable[..., Notebook]


def test_the_quickstarts_first_cell_shows_the_panel_with_a_picture(
    server: Server, open_notebook: Opener
) -> None:
    """The time is that of an idle machine and a margin; benchmarks/first_picture.py tells it."""
    quickstart = nbformat.read(NOTEBOOKS / "01-quickstart.ipynb", as_version=4)
    notebook = open_notebook(server.put("quickstart", quickstart))
    notebook.page.set_viewport_size({"width": 1280, "height": 720})
    first_code = [cell.cell_type for cell in quickstart.cells].index("code")
    notebook.page.evaluate(f"i => {{ {CONTENT}.activeCellIndex = i }}", first_code)
    began = time.monotonic()
    notebook.command("notebook:run-cell-and-select-next", wait=False)  # Shift+Enter
    seen = notebook.page.wait_for_function(SEEN, polling=50).json_value()
    took = time.monotonic() - began
    assert seen["inSight"], f"all of the picture is seen, with no scrolling: {seen}"
    assert seen["cell"] == str(first_code)
    assert took < FIRST_PICTURE
    expect(notebook.panel(first_code).get_by_text("Simulated", exact=True).first).to_be_visible()


def test_the_first_lesson_runs_unsolved_and_its_exercises_are_solved_by_hand(
    server: Server, open_notebook: Opener
) -> None:
    lesson = nbformat.read(NOTEBOOKS / "01-quickstart.ipynb", as_version=4)
    sources = [cell.source for cell in lesson.cells]
    panel, task, fox, cell_magic = (
        next(index for index, source in enumerate(sources) if source.endswith(end))
        for end in ("\nstudio", "\ntask", "\nfox", "deer in the {season} woods, gouache")
    )
    tags = [cell.metadata.get("tags", []) for cell in lesson.cells]
    exercises = [index for index, names in enumerate(tags) if "exercise" in names]
    checks = [index for index, names in enumerate(tags) if "check" in names]
    lesson.cells[panel].source = sources[panel].replace("seed=1", "seed=1, speed=40")
    path = server.put("quickstart", lesson)
    notebook = open_notebook(path)
    notebook.run_all()

    notebook.panel(panel)
    for index, count in ((task, 2), (fox, 1), (cell_magic, 1)):
        expect_pictures(notebook.cell(index), count)
    for index in checks:
        check = notebook.cell(index)
        expect(check.get_by_role("status")).to_contain_text("Not yet: 0 of")
        expect(check.locator("details pre")).to_be_hidden()
        assert check.locator(".jp-InputArea-editor").count() == 0, "its source is folded"

    # The first is solved as its own answer says, with nothing but the keyboard.
    check = notebook.cell(checks[0])
    check.get_by_text("Answer", exact=True).focus()
    notebook.page.keyboard.press("Enter")
    answer = check.locator("details pre").inner_text()
    assert axe_findings(notebook.page, ".ew-check") == []
    notebook.cell(exercises[0]).locator(".cm-content").fill(answer)
    notebook.run(exercises[0])
    notebook.run(checks[0])
    expect(notebook.cell(checks[0]).get_by_role("status")).to_contain_text("Done: 2 of 2.")

    saved = notebook.save()
    outputs = [output for cell in saved.cells for output in cell.get("outputs", [])]
    assert [output.evalue for output in outputs if output.output_type == "error"] == []
    assert all(cell.execution_count for cell in saved.cells if cell.cell_type == "code")
    assert path.stat().st_size < 400_000


def test_the_panel_is_used_by_keyboard_alone(server: Server, open_notebook: Opener) -> None:
    path = server.write(
        "keyboard",
        "import evolink_widgets as ew\new.configure(speed=40)\n"
        "studio = ew.ImageStudio(n=4, quality='low')\nstudio",
        "studio.prompt",
    )
    notebook = open_notebook(path)
    notebook.run(0)
    panel, keys = notebook.panel(0), notebook.page.keyboard

    tab_to(notebook.page, panel.get_by_label("Prompt", exact=True))
    keys.type("dd bbaa mm xx 00: a fox")  # each of these is a command of Lab's
    keys.press("Enter")  # so is this, and a text box in a cell loses it
    keys.type("in the snow")
    keys.press("Control+Enter")  # at once; Lab runs a cell at this
    run = panel.get_by_role("article")
    expect(run).to_have_count(1)
    expect_pictures(run, 4)

    prompt = panel.get_by_label("Prompt", exact=True)
    keys.press("Control+a")
    keys.type("a draft")
    keys.press("ArrowUp")  # the way to the cell above, elsewhere
    expect(prompt).to_have_value("dd bbaa mm xx 00: a fox\nin the snow")
    keys.press("Control+End")
    keys.press("ArrowDown")
    expect(prompt).to_have_value("a draft")
    keys.press("ArrowUp")

    first, second = (run.get_by_role("gridcell").nth(i) for i in (0, 1))
    tab_to(notebook.page, first)
    keys.press("ArrowRight")
    expect(second).to_be_focused()
    keys.press("Space")
    expect(second).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    dialog = panel.get_by_role("dialog")
    expect(dialog).to_be_visible()
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    expect(second).to_be_focused()

    # Lab has got back what is its own.
    keys.press("Control+s")
    notebook.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    [shown, said] = nbformat.read(path, as_version=4).cells
    assert shown.execution_count == 1, "no key ran the cell again, or put one in or out"
    assert said.execution_count is None
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("'dd bbaa mm xx 00: a fox\\nin the snow'")


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(most):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    focused = page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{most} times Tab did not lead to {target}; the focus is on {focused}")
