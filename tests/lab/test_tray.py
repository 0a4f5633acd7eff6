"""A large photograph goes into the tray while a cell holds the kernel; the notebook stays small."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_page import Notebook, Server
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab"), pytest.mark.timeout(300)]

Opener = Callable[..., Notebook]
SHOW = "import evolink_widgets as ew\nstudio = ew.ImageStudio('a fox')\nstudio"
BLOCK = """
import pathlib, time

while not pathlib.Path("go").exists():
    time.sleep(0.05)
studio.references
""".strip()


def photograph(path: Path) -> str:
    """A picture of 40 MB that can't be made smaller; returns the hash of its bytes."""
    width, height = 4000, 3334
    noise = Image.frombytes("RGB", (width, height), os.urandom(3 * width * height))
    noise.save(path, "PNG", compress_level=0)
    assert path.stat().st_size > 40_000_000
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_photograph_of_40_mb_arrives_in_a_busy_kernel(
    server: Server, open_notebook: Opener, tmp_path: Path
) -> None:
    sha256 = photograph(tmp_path / "holiday.png")
    notebook = open_notebook(server.write("tray", SHOW, BLOCK))
    notebook.run(0)
    notebook.panel(0)
    notebook.save()
    before = notebook.path.stat().st_size
    notebook.run(1, wait=False)

    panel = notebook.panel(0)
    panel.locator("input[type=file]").set_input_files(tmp_path / "holiday.png")
    expect(panel.get_by_role("progressbar", name="Sending holiday.png")).to_be_visible()
    card = panel.get_by_role("listitem").filter(has_text="holiday.png")
    expect(card).to_contain_text("4,000 × 3,334 px · 40.0 MB", timeout=120_000)
    kept = notebook.path.parent / "evolink_images" / ".references" / f"{sha256}.png"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == sha256
    expect(notebook.prompt(1)).to_have_text("[*]:")

    (notebook.path.parent / "go").touch()
    expect(notebook.prompt(1)).to_have_text("[2]:")
    notebook.save()
    assert notebook.path.stat().st_size < before + 4_000
