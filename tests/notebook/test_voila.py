"""In Voilà, the real one in a browser, whose page takes no updates of displays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, expect

from .kernels import ROOT, python_of_other_hosts
from .pages import SECONDS, free_port, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CELLS = (
    "import ipywidgets as W\nimport evolink_widgets as ew\new.configure(mode='emulator', speed=10)",
    "ew.generate('a blue whale', n=2)",
    "out = W.Output()\nwith out:\n    display(ew.generate('a fox', n=2))\nout",
    "W.interact_manual(lambda subject: ew.generate(subject), subject=['an owl']);",
)


def test_tasks_end_as_done_with_their_pictures(tmp_path: Path, chromium: Browser) -> None:
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "app.ipynb")
    python = python_of_other_hosts()
    port = free_port()
    command = [
        *(str(python), "-m", "voila", "app.ipynb", "--no-browser"),
        *(f"--port={port}", "--Voila.ip=127.0.0.1", "--theme=dark"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(f"{address}static/", process)
        page = chromium.new_page()
        page.set_default_timeout(SECONDS)
        page.goto(address)
        page.get_by_role("button", name="Run Interact").click()
        pictures = page.locator("img[alt*='blue whale'], img[alt*='fox'], img[alt*='owl']")
        expect(pictures.filter(visible=True)).to_have_count(5, timeout=SECONDS)
        expect(page.get_by_text("queued")).to_have_count(0)
        expect(page.get_by_text("Not finished").filter(visible=True)).to_have_count(0)
        # It is dark on a light system, and its own text is Voilà's affair.
        assert "dark" in page.locator(".ew").first.evaluate("e => getComputedStyle(e).colorScheme")
        found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
        nodes = [node["html"] for one in found for node in one["nodes"]]
        assert [html for html in nodes if "ew-" in html] == []
        page.close()
    finally:
        process.terminate()
        process.wait(30)
