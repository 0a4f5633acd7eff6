"""In marimo, the real one in a browser: live, reactive, and in marimo's own theme."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .kernels import ROOT, python_of_rerunners
from .pages import SECONDS, free_port, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

APP = """
import marimo

app = marimo.App()

@app.cell
def _():
    import marimo as mo
    import evolink_widgets as ew
    ew.configure(store="pictures", mode="emulator", speed=40)
    return ew, mo

@app.cell
def _(ew):
    ew.generate("a blue whale", n=2)
    return

@app.cell
def _(ew, mo):
    w = mo.ui.anywidget(ew.ImageStudio(prompt="a fox", n=2, quality="low"))
    w
    return (w,)

@app.cell
def _(mo, w):
    mo.md(f"the studio has {len(w.images)} pictures")
    return
"""


@contextmanager
def served(folder: Path, theme: str) -> Iterator[str]:
    """The app at an address, in one of marimo's themes."""
    python = python_of_rerunners()
    (folder / "app.py").write_text(APP)
    (folder / "pyproject.toml").write_text(f'[tool.marimo.display]\ntheme = "{theme}"\n')
    port = free_port()
    command = [
        *(str(python), "-m", "marimo", "run", "app.py", "--headless", "--no-token"),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def opened(chromium: Browser, address: str, scheme: str) -> Page:
    page = chromium.new_page(color_scheme=scheme, viewport={"width": 1100, "height": 1400})  # type: ignore[arg-type]
    page.set_default_timeout(SECONDS)
    page.goto(address)
    return page


def test_a_task_is_live_and_a_cell_that_reads_the_pictures_runs_again(
    tmp_path: Path, chromium: Browser
) -> None:
    with served(tmp_path, "light") as address:
        page = opened(chromium, address, "light")
        task = page.get_by_role("region", name="Pictures").first
        expect(task.locator("img.ew-pic")).to_have_count(2, timeout=SECONDS)
        expect(task.get_by_text("Done", exact=True)).to_be_visible()

        expect(page.get_by_text("the studio has 0 pictures")).to_be_visible()
        page.locator(".ew-run[aria-disabled='false']").click()
        expect(page.get_by_text("the studio has 2 pictures")).to_be_visible(timeout=SECONDS)
        page.close()


@pytest.mark.parametrize(("theme", "system"), [("dark", "light"), ("light", "dark")])
def test_marimos_theme_is_followed_and_not_the_systems(
    tmp_path: Path, chromium: Browser, theme: str, system: str
) -> None:
    with served(tmp_path, theme) as address:
        page = opened(chromium, address, system)
        panel = page.get_by_role("region", name="Image studio")
        prompt = panel.get_by_label("Prompt", exact=True)
        expect(prompt).to_be_enabled(timeout=SECONDS)
        assert panel.evaluate("e => getComputedStyle(e).colorScheme") == theme
        # marimo's own text is marimo's affair.
        found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
        nodes = [node["html"] for one in found for node in one["nodes"]]
        assert [html for html in nodes if "ew-" in html] == []
        page.screenshot(path=tmp_path / "page.png")
        page.close()
