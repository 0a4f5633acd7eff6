"""A study in a real notebook: the grid fills, a cell is bought by a double press, all is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, axe_findings_in
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=60)
s = ew.study(
    ["a fox in the snow, {style}", "an owl at night, {style}", "a hare in a field, {style}"],
    style=["gouache", "woodcut", "pencil", "ink", "watercolour"],
    size="816x816", quality="low", repeats=2, design="fraction", seed=1,
)
run = s.create()
s.grid(x="style", y="prompt")
"""


def test_a_study_is_looked_at_and_a_cell_bought(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    count = "print(len(ew.spending()), 'tasks,', len(s), 'rows')"
    path = server.write("study", SHOW.strip(), count)
    notebook = open_notebook(path)
    notebook.run(0)
    view = notebook.cell(0).locator(".ew.ew-live:not(.ew-off)")
    expect(view).to_contain_text("8 of 15 cells")
    assert axe_findings_in(notebook, "JupyterLab Dark", "JupyterLab Light") == []

    empty = view.locator(".ew-at[data-s='.']").first
    empty.hover()
    notebook.page.wait_for_timeout(1100)  # what has just come under the pointer does nothing
    empty.get_by_role("button", name="Make this cell").dblclick()
    expect(view).to_contain_text("9 of 15 cells")
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("9 tasks, 18 rows")

    cells = notebook.page.locator(".jp-Cell").count()
    view.locator(".ew-at[data-s=n]").first.focus()
    for key in ("+", "-", "r", "Enter"):
        notebook.page.keyboard.press(key)
    box = notebook.page.get_by_role("dialog", name="Picture")
    expect(box).to_contain_text("2 of 2")
    notebook.page.keyboard.press("Escape")
    assert notebook.page.locator(".jp-Cell").count() == cells, "no key went to the notebook"

    saved = notebook.save()
    [kept] = [one for one in saved.cells[0].outputs if "9 of 15 cells" in str(one.get("data"))]
    assert kept["data"]["text/html"].count("<img") == 9
    assert kept["data"]["text/html"].count('scope="row"') == 3
    assert len(str(saved.cells[0])) < 160_000, "the notebook stays small"
