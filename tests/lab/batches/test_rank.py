"""A ranking in a real notebook: keys vote, none reaches the notebook, a restart loses nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import KERNEL_READY, Notebook, Server, axe_findings_in
from playwright.sync_api import Locator, expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=60)
rows = [{"animal": animal, "style": style} for animal in ("owl", "fox") for style in ("ink", "oil")]
run = ew.batch(rows, "a {animal}, {style}", size="816x816", quality="low").create().result()
run.rank("Which is nicer?", by="style", judge="ann")
"""
COUNT = "print(len(run.rank('Which is nicer?', by='style').votes()), 'votes in the store')"


def ready(notebook: Notebook) -> Locator:
    view = notebook.cell(0).locator(".ew.ew-live:not(.ew-off)")
    expect(view.get_by_role("button", name="No difference")).to_be_enabled()
    expect(view.locator(".ew-shot img")).to_have_count(2)
    return view


def test_votes_are_given_by_keys_and_outlive_the_kernel(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    notebook = open_notebook(server.write("rank", SHOW.strip(), COUNT))
    page = notebook.page
    notebook.run(0)
    view = ready(notebook)
    assert axe_findings_in(notebook, "JupyterLab Dark", "JupyterLab Light") == []
    cells = page.locator(".jp-Cell").count()
    view.get_by_role("group", name="Which is nicer?").focus()
    # In command mode Z would undo a change of cells, S save, and the arrows go to another one.
    for key in ("ArrowLeft", "ArrowRight", "ArrowDown", "z", "s", "ArrowLeft"):
        page.keyboard.press(key)
    expect(view).to_contain_text("3 votes")
    assert page.locator(".jp-Cell").count() == cells
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("3 votes in the store")

    # The kernel is new, and knows nothing of this view: a vote waits in the browser.
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_function(KERNEL_READY)
    dead = notebook.cell(0).locator(".ew.ew-live.ew-off")
    expect(dead).to_be_visible()
    dead.get_by_role("group", name="Which is nicer?").focus()
    page.keyboard.press("ArrowLeft")
    notebook.run(0)
    view = ready(notebook)
    expect(view).to_contain_text("4 votes")
    view.get_by_role("group", name="Which is nicer?").focus()
    page.keyboard.press("z")
    expect(view).to_contain_text("3 votes")
    view.get_by_role("button", name="Result").click()
    expect(view).to_contain_text("is ahead")

    saved = notebook.save()
    copies = [str(one.get("data", {}).get("text/html", "")) for one in saved.cells[0].outputs]
    [kept] = [html for html in copies if "95 % interval" in html]
    assert kept.count("<tr>") == 3
