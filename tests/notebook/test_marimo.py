"""In marimo, the real one in a browser: live, reactive, and in marimo's own theme."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .kernels import ROOT, python_with

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
SECONDS = 90_000
"""Milliseconds; a quiet machine needs a twentieth of it."""


@contextmanager
def served(folder: Path, theme: str) -> Iterator[str]:
    """The app at an address, in one of marimo's themes."""
    python = python_with("marimo", "marimo>=0.10")
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


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until something answers there."""
    deadline = time.monotonic() + SECONDS / 1000
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (OSError, urllib.error.URLError):
            assert time.monotonic() < deadline, "it did not start"
            time.sleep(0.05)
    raise AssertionError("it ended at once")


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
