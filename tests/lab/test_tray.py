"""Photographs go into the tray as people give them, also while a cell holds the kernel."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_page import Notebook, Server, expect_pictures, press_run
from PIL import Image
from playwright.sync_api import Locator, expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

Opener = Callable[..., Notebook]
SHOW = """
import evolink_widgets as ew
ew.configure(speed=300)
studio = ew.ImageStudio('a fox', size='3:1')
studio
""".strip()
BLOCK = """
import pathlib, time

while not pathlib.Path("go").exists():
    time.sleep(0.05)
studio.references
""".strip()

#: Puts a picture on the clipboard as another program would.
COPY = """async () => {
    const canvas = new OffscreenCanvas(120, 80), pen = canvas.getContext("2d");
    pen.fillStyle = "teal";
    pen.fillRect(20, 20, 60, 40);
    const picture = await canvas.convertToBlob();
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}"""

#: What a paste brings, in hex; and which events come up to JupyterLab with something left to do.
LISTEN = """() => {
    const two = (byte) => byte.toString(16).padStart(2, "0");
    addEventListener("paste", async ({ clipboardData: { files } }) => {
        const hash = await crypto.subtle.digest("SHA-256", await files[0].arrayBuffer());
        window.pasted = [...new Uint8Array(hash)].map(two).join("");
    }, { capture: true });
    window.left = [];
    for (const name of ["drop", "paste"])
        addEventListener(name, (event) => event.defaultPrevented || left.push(name));
}"""


def photograph(path: Path) -> str:
    """A picture of 40 MB that can't be made smaller; returns the hash of its bytes."""
    width, height = 4000, 3334
    noise = Image.frombytes("RGB", (width, height), os.urandom(3 * width * height))
    noise.save(path, "PNG", compress_level=0)
    assert path.stat().st_size > 40_000_000
    return hashlib.sha256(path.read_bytes()).hexdigest()


def drop(file: Path, place: Locator) -> None:
    """Let go of a file of the desktop over a place, as the browser hears of it."""
    box = place.bounding_box()
    assert box
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    session = place.page.context.new_cdp_session(place.page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


def test_photographs_are_dropped_pasted_and_dragged_while_the_kernel_is_busy(
    server: Server, open_notebook: Opener, tmp_path: Path
) -> None:
    sha256 = photograph(tmp_path / "holiday.png")
    notebook = open_notebook(server.write("tray", SHOW, BLOCK))
    page, folder = notebook.page, notebook.path.parent
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(LISTEN)
    notebook.run(0)
    panel = notebook.panel(0)
    prompt = panel.get_by_role("textbox", name="Prompt")
    notebook.save()
    before, cells = notebook.path.stat().st_size, page.locator(".jp-Cell").count()
    notebook.run(1, wait=False)
    card = panel.get_by_role("list", name="Reference pictures").get_by_role("listitem")
    kept = folder / "evolink_images" / ".references"

    drop(tmp_path / "holiday.png", prompt)
    bar = panel.get_by_role("progressbar", name="Sending holiday.png")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]\d?$"))
    expect(card).to_contain_text("4,000 × 3,334 px · 40.0 MB", timeout=120_000)
    assert hashlib.sha256((kept / f"{sha256}.png").read_bytes()).hexdigest() == sha256

    page.evaluate(COPY)
    prompt.focus()
    page.keyboard.press("Control+v")
    expect(card.nth(1)).to_contain_text("120 × 80 px")
    pasted = page.evaluate("() => pasted")
    assert hashlib.sha256((kept / f"{pasted}.png").read_bytes()).hexdigest() == pasted
    expect(panel.get_by_text("They add up to")).to_be_visible()
    expect(notebook.prompt(1)).to_have_text("[*]:")

    # JupyterLab made nothing of either: no file beside the notebook, no cell, no text.
    assert page.evaluate("() => left") == []
    assert page.locator(".jp-Cell").count() == cells
    assert {one.name for one in folder.iterdir()} - {".ipynb_checkpoints"} == {
        notebook.path.name, "evolink_images",
    }  # fmt: skip
    expect(prompt).to_have_value("a fox")

    (folder / "go").touch()
    expect(notebook.prompt(1)).to_have_text("[2]:")
    expect(notebook.cell(1)).to_contain_text(pasted)
    notebook.save()
    assert notebook.path.stat().st_size < before + 4_000

    press_run(panel)
    results = panel.get_by_role("article")
    expect_pictures(results, 1)
    results.get_by_role("gridcell").first.drag_to(prompt)
    expect(card.nth(2)).to_contain_text("px")
    assert page.locator(".jp-Cell").count() == cells
