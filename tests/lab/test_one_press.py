"""One press, one purchase, counted at the service: JupyterLab, a real mouse, real keys."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, expect_pictures
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Opener = Callable[..., Notebook]
SHOW = """
import evolink_widgets as ew
from evolink_widgets.connect.weather import emulator
ew.configure(speed=40)
studio = ew.ImageStudio(prompt='a fox', quality='low')
studio
""".strip()
#: How many POSTs the service got so far.
COUNT = "print('posts', emulator().counts['create'])"
PID = "import os\nprint('pid', os.getpid())"

#: The kernel's socket breaks, and no other one opens until `mend` is called.
CUT = """() => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const settings = kernel.serverSettings, Real = settings.WebSocket;
    settings.WebSocket = class { close() {} send() {} };
    window.mend = () => { settings.WebSocket = Real; return kernel.reconnect().then(() => {}); };
    kernel._ws.close();
}"""
STATUS = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.connectionStatus"


def number(notebook: Notebook, index: int) -> int:
    """What a cell prints."""
    notebook.run(index)
    said = notebook.cell(index).locator(".jp-OutputArea-output")
    expect(said).to_contain_text(re.compile(r"\w+ \d+"))
    return int(said.inner_text().split()[-1])


def click_twice(page: Page, button: Locator, gap: int) -> None:
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(2):
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(gap)


def test_double_clicks_and_held_keys_buy_once_each(server: Server, open_notebook: Opener) -> None:
    notebook = open_notebook(server.write("presses", SHOW, COUNT, COUNT, COUNT, COUNT))
    page = notebook.page
    notebook.run(0)
    panel = notebook.panel(0)
    run = panel.locator(".ew-run")
    armed = panel.locator(".ew-run[aria-disabled='false']")
    runs = panel.get_by_role("article")
    expect(armed).to_be_visible()
    click_twice(page, run, 150)
    expect(runs).to_have_count(1)
    expect(armed).to_be_visible()
    assert number(notebook, 1) == 1

    notebook.panel(0).get_by_role("textbox", name="Prompt").focus()
    cells = page.locator(".jp-Cell").count()
    page.keyboard.down("Control")
    for _ in range(45):
        page.keyboard.down("Enter")
        page.wait_for_timeout(33)
    page.keyboard.up("Enter")
    page.keyboard.up("Control")
    expect(runs).to_have_count(2)
    expect(armed).to_be_visible()
    assert page.locator(".jp-Cell").count() == cells
    assert number(notebook, 2) == 2

    panel = notebook.panel(0)
    expect_pictures(runs.last, 1)
    click_twice(page, runs.last.get_by_role("button", name="Run again"), 250)
    expect(runs).to_have_count(3)
    expect_pictures(runs.first, 1)
    assert number(notebook, 3) == 3
    expect(panel.get_by_text("Waiting stopped")).to_have_count(0)

    # So short a run is over before Run has rested from "Run again".
    expect(armed).to_be_visible()
    run = notebook.panel(0).locator(".ew-run")
    run.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(run).to_be_focused()
    for _ in range(45):
        page.keyboard.down("Enter")
        page.wait_for_timeout(33)
    page.keyboard.up("Enter")
    expect(runs).to_have_count(4)
    expect_pictures(runs.first, 1)
    assert number(notebook, 4) == 4


def test_nothing_is_bought_behind_a_connection_or_a_kernel_that_does_not_answer(
    server: Server, open_notebook: Opener
) -> None:
    notebook = open_notebook(server.write("gone", SHOW, COUNT, PID, COUNT))
    page = notebook.page
    notebook.run(0)
    panel = notebook.panel(0)
    armed = panel.locator(".ew-run[aria-disabled='false']")
    expect(armed).to_be_visible()
    page.evaluate(CUT)
    page.wait_for_function(f"({STATUS})() !== 'connected'")
    whole = notebook.cell(0)
    said = "No connection to the kernel. Wait until it is back."
    expect(whole.locator(".ew-quiet")).to_have_text(said)
    whole.locator(".ew-run[aria-disabled='true']").click(force=True)
    page.evaluate("() => mend()")
    page.wait_for_function(f"({STATUS})() === 'connected'")
    expect(armed).to_be_visible()
    expect(whole.locator(".ew-quiet")).to_be_hidden()
    assert number(notebook, 1) == 0

    # A kernel that stands still, as on a machine that swaps or sleeps: its socket is open.
    pid = number(notebook, 2)
    panel = notebook.panel(0)
    os.kill(pid, signal.SIGSTOP)
    try:
        armed.click()
        waiting = panel.get_by_role("group", name="Waiting for the kernel")
        expect(waiting).to_contain_text("Nothing was asked for so far.")
        waiting.get_by_role("button", name="Take back").click()
        expect(waiting).to_be_hidden()
        expect(armed).to_be_visible()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert number(notebook, 3) == 0
    panel = notebook.panel(0)
    armed.click()
    expect_pictures(panel.get_by_role("article"), 1)
