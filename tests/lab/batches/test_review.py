"""A review in a real notebook: keys of ours alone, a kernel that restarts, a copy that stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import KERNEL_READY, Notebook, Server, axe_findings_in
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

BUY = """
import evolink_widgets as ew
ew.configure(speed=60)
rows = [{"animal": one} for one in ("fox", "owl", "hare", "whale", "bear", "heron")]
run = ew.batch(rows, "a {animal} in the snow", size="816x816", quality="low").create().result()
run.review("ana")
"""
FRAME = "print([(row['animal'], row.get('verdict'), row.get('caption')) for row in run.to_frame()])"


def test_a_run_is_reviewed_by_keys_across_a_restart(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    path = server.write("review", BUY.strip(), FRAME, "run")
    notebook = open_notebook(path)
    notebook.run(0)
    view = notebook.cell(0).locator(".ew.ew-live:not(.ew-off)")
    shot = view.locator(".ew-shot")
    keys = notebook.page.keyboard
    expect(shot.get_by_role("img", name="a fox in the snow")).to_be_visible()
    assert axe_findings_in(notebook, "JupyterLab Dark", "JupyterLab Light") == []

    cells = notebook.page.locator(".jp-Cell").count()
    shot.focus()
    keys.press("ArrowRight")
    expect(shot.get_by_role("img", name="a owl in the snow")).to_be_visible()
    for key in ("ArrowLeft", "z", "ArrowLeft", "c"):
        keys.press(key)
    keys.type("a hare, at last")
    keys.press("Enter")
    keys.press("ArrowDown")
    expect(view.get_by_role("button", name="Rejected 1", exact=True)).to_be_visible()
    assert notebook.page.locator(".jp-Cell").count() == cells, "Z and C were no commands on cells"
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("('fox', 'keep', None)")
    expect(notebook.cell(1)).to_contain_text("('owl', 'reject', None)")
    expect(notebook.cell(1)).to_contain_text("('hare', None, 'a hare, at last')")

    # The kernel is new, and knows nothing of this view: what is decided now waits in the browser.
    notebook.page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    notebook.page.wait_for_function(KERNEL_READY)
    dead = notebook.cell(0).locator(".ew.ew-live.ew-off")
    expect(dead).to_be_visible()
    dead.locator(".ew-shot").focus()
    keys.press("ArrowRight")
    expect(dead).to_contain_text("1 decision not in the store yet.")
    notebook.run(0)
    expect(view.get_by_role("button", name="Kept 2", exact=True)).to_be_visible()
    notebook.run(1)
    expect(notebook.cell(1)).to_contain_text("('whale', 'keep', None)")

    copy = notebook.cell(0).locator("[class*='ew-static']")
    expect(copy).to_contain_text("2 kept, 1 rejected, 3 undecided")
    expect(notebook.copies(0)).to_have_count(0)  # the live view stands in its place
    saved = notebook.save()
    [kept] = [one for one in saved.cells[0].outputs if "Reviewed by ana" in str(one.get("data"))]
    assert "2 kept, 1 rejected, 3 undecided" in kept["data"]["text/html"]
    assert kept["data"]["text/html"].count("<img") == 2
    assert len(str(saved.cells[0])) < 120_000, "the notebook stays small"

    notebook.run(2)
    done = notebook.cell(2).locator(".ew-of-batch.ew-live:not(.ew-off)")
    done.get_by_role("button", name="Review", exact=True).click()
    beside = notebook.cell(2).locator(".ew-of-review.ew-live")
    expect(beside.locator(".ew-shot").get_by_role("img")).to_be_visible()
    expect(beside).to_contain_text("Review by judge-")
