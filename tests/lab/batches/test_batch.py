"""A batch in a real notebook: seen while it goes on, retried by a press, kept when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from notebook_page import Notebook, Server, axe_findings_in
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=60)
rows = [{"animal": one} for one in ("fox", "owl", "hare", "whale", "bear", "heron")]
ew.weather("task failed", times=2)
run = ew.batch(rows, "a {animal} in the snow", size="816x816", quality="low").create()
run
"""


BEFORE = """
import evolink_widgets as ew
ew.configure(speed=60)
rows = [{"animal": one} for one in ("fox", "owl", "hare", None)]
b = ew.batch(rows, "a {animal} in the snow", size="816x816", quality="low")
b
"""


def test_a_batch_is_bought_by_a_press_and_kept(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    path = server.write("before", BEFORE.strip(), "print(b)")
    notebook = open_notebook(path)
    notebook.run(0)
    view = notebook.cell(0).locator(".ew.ew-live:not(.ew-off)")
    expect(view).to_contain_text("must have a value in the column 'animal'")
    saved = notebook.save()
    assert "3 distinct" in str(saved.cells[0].outputs), "the price and the problems stay"
    cells = notebook.page.locator(".jp-Cell").count()
    view.get_by_label("Budget").fill("5")
    notebook.page.wait_for_timeout(1100)  # what has just come under the pointer does nothing
    view.get_by_role("button", name="Make 3").focus()
    notebook.page.keyboard.press("Enter")
    expect(view).to_contain_text("3 of 3 pictures")
    expect(view.get_by_role("button", name="Make")).to_have_count(0)
    assert notebook.page.locator(".jp-Cell").count() == cells, "no key went to the notebook"
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("nothing to buy")
    kept: list[Any] = []
    for _ in range(40):  # it is drawn once the run has ended
        kept = [one for one in notebook.save().cells[0].outputs if "Done: 3 of 3" in str(one)]
        if kept:
            break
        notebook.page.wait_for_timeout(250)
    assert kept[0]["data"]["text/html"].count("<img") == 3


def test_a_batch_is_followed_retried_and_kept(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    path = server.write("batch", SHOW.strip(), "print(run.state.new, 'of', run.state.total)")
    notebook = open_notebook(path)
    notebook.run(0)
    view = notebook.cell(0).locator(".ew.ew-live:not(.ew-off)")
    expect(view).to_contain_text("4 of 6 pictures")
    expect(view.get_by_role("gridcell", name="without a picture")).to_have_count(2)
    assert axe_findings_in(notebook, "JupyterLab Dark", "JupyterLab Light") == []
    notebook.page.wait_for_timeout(1100)  # what has just come under the pointer does nothing
    view.get_by_role("button", name="Retry these").click()
    expect(view).to_contain_text("6 of 6 pictures")
    expect(view.get_by_role("button", name="Retry these")).to_have_count(0)

    cells = notebook.page.locator(".jp-Cell").count()
    first = view.get_by_role("gridcell").first
    first.focus()
    for key in ("ArrowRight", "ArrowLeft"):
        notebook.page.keyboard.press(key)
    expect(view).to_contain_text("Row 0 · a fox in the snow")
    notebook.page.keyboard.press("Enter")
    expect(notebook.page.get_by_role("dialog", name="Picture")).to_be_visible()
    notebook.page.keyboard.press("Escape")
    assert notebook.page.locator(".jp-Cell").count() == cells, "no key went to the notebook"
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("6 of 6")

    saved = notebook.save()
    [kept] = [one for one in saved.cells[0].outputs if "Done: 6 of 6" in str(one.get("data"))]
    assert kept["data"]["text/html"].count("<img") == 6
    assert len(str(saved.cells[0])) < 120_000, "the notebook stays small"
