"""Tasks that are shown inside ipywidgets' own outputs, where no display can be updated."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, expect_pictures, press_run
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Opener = Callable[..., Notebook]
SAVE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
START = """
import ipywidgets as W
from IPython.display import display
import evolink_widgets as ew
ew.configure(speed=40)
""".strip()
#: How a task comes into an output that ipywidgets holds, each with the button that asks for it.
INSIDE = {
    "with": (
        """
out = W.Output()
with out:
    print("a line before")
    display(ew.generate("a blue whale", n=2))
    print("a line after")
out
""",
        None,
    ),
    "interact": (
        """
def ask(subject):
    print("a line before")
    return ew.generate(subject, n=2)
W.interact_manual(ask, subject=["a blue whale"])
""",
        "Run Interact",
    ),
    "callback": (
        """
out, button = W.Output(), W.Button(description="Ask")
@out.capture()
def ask(_):
    print("a line before")
    display(ew.generate("a blue whale", n=2))
button.on_click(ask)
W.VBox([button, out])
""",
        "Ask",
    ),
}


@pytest.mark.parametrize("kind", INSIDE)
def test_a_task_inside_an_output_is_live_and_then_its_copy(
    server: Server, open_notebook: Opener, kind: str
) -> None:
    source, button = INSIDE[kind]
    cells = (f"{START}\new.weather('stuck')", source.strip(), "ew.weather('fair')")
    notebook = open_notebook(server.write(f"inside-{kind}", *cells))
    notebook.run(0)
    notebook.run(1)
    if button:
        notebook.cell(1).get_by_role("button", name=button).click()
    expect(notebook.panel(1).get_by_role("progressbar")).to_be_visible()
    expect(notebook.copies(1)).to_have_count(0)

    notebook.run(2)
    cell = notebook.cell(1)
    expect(cell.locator(".ew-live")).to_have_count(0)
    expect_pictures(cell, 2)
    expect(cell.get_by_text("a line before", exact=True)).to_be_visible()
    expect(cell.get_by_text("Not finished when this was saved")).to_have_count(0)

    # What the page put there is what is saved, and no dead view beside it.
    notebook.command(SAVE_STATE)
    notebook.run(2)  # the state is saved with a change only
    saved = notebook.save().metadata["widgets"]["application/vnd.jupyter.widget-state+json"]
    notebook.command(SAVE_STATE)
    names = [model["model_name"] for model in saved["state"].values()]
    assert "AnyModel" not in names
    [output] = [model for model in saved["state"].values() if model["model_name"] == "OutputModel"]
    assert str(output["state"]["outputs"]).count("data:image/webp") == 2


PANEL = """
out = W.Output()
with out:
    display(ew.ImageStudio(prompt="a blue whale", n=2))
print("a line above")
out
""".strip()


def test_a_panel_inside_an_output_is_saved_with_its_pictures(
    server: Server, open_notebook: Opener
) -> None:
    notebook = open_notebook(server.write("panel-inside", START, PANEL, "pass"))
    notebook.run(0)
    notebook.run(1)
    panel = notebook.panel(1)
    press_run(panel)
    expect_pictures(panel.get_by_role("article"), 2)
    expect(notebook.copies(1)).to_have_count(0)
    expect(notebook.cell(1).get_by_text("a line above", exact=True)).to_be_visible()

    notebook.command(SAVE_STATE)
    notebook.run(2)  # the state is saved with a change only
    while str(notebook.save().metadata.get("widgets")).count("data:image/webp") < 2:
        notebook.page.wait_for_timeout(100)
    notebook.command(SAVE_STATE)
    server.end_kernels()

    # ipywidgets draws what was saved only where there is a kernel, be it a new one.
    again = open_notebook(notebook.path, stranger=True)
    cell = again.cell(1)
    expect_pictures(cell, 2)
    expect(cell.get_by_text("a line above", exact=True)).to_be_visible()


def test_a_task_of_a_callback_outside_any_output_promises_nothing_that_is_not_renewed(
    server: Server, open_notebook: Opener
) -> None:
    source = "b = W.Button(description='Ask')\nb.on_click(lambda _: display(task()))\nb"
    ask = f"{START}\ndef task():\n    return ew.generate('a heron', n=2)"
    notebook = open_notebook(server.write("callback", ask, source))
    notebook.run_all()
    # JupyterLab shows what belongs to no cell in its log, and no widgets there.
    notebook.command("logconsole:open")
    notebook.cell(1).get_by_role("button", name="Ask").click()
    log = notebook.page.get_by_role("tabpanel", name="Log: callback")
    expect(notebook.page.get_by_text("<Task ")).to_be_visible()
    expect(log.get_by_text("Not finished when this was saved")).to_have_count(0)
