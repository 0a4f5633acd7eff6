"""Takes the README's pictures anew: the real panel in a real JupyterLab, in light and dark.

    .venv/bin/python docs/images/retake.py

Needs what `make test` installs. Look at both before you commit them.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
_tests = HERE.parents[1] / "tests"
sys.path[:0] = [str(_tests), str(_tests / "lab"), str(_tests / "contracts")]

from install_browser import launch  # noqa: E402
from notebook_page import Notebook, expect_pictures, press_run, serve  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402

CELL = """
import evolink_widgets as ew
studio = ew.ImageStudio(prompt="A mountain lake at sunset, gouache", size="3:2", n=4)
studio
""".strip()


def main() -> None:
    """One notebook, photographed in both themes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        if browser is None:
            raise SystemExit("No Chromium starts here: run tests/install_browser.py.")
        page = browser.new_page(viewport={"width": 1200, "height": 1000}, device_scale_factor=1.5)
        page.set_default_timeout(60_000)
        notebook = Notebook(page, server.write("studio", CELL))
        page.goto(server.address(notebook.path, "lab/tree"))
        notebook.wait()
        notebook.command("application:toggle-left-area")
        notebook.run(0)
        panel = notebook.panel(0)
        press_run(panel)
        run = panel.get_by_role("article")
        expect_pictures(run, 4)
        expect(run.get_by_role("progressbar")).to_be_hidden()
        page.mouse.move(0, 0)
        page.wait_for_function("() => !document.getAnimations().length")
        for name in ("Light", "Dark"):
            notebook.wear(f"JupyterLab {name}")
            page.wait_for_function("() => !document.getAnimations().length")
            shot = Image.open(io.BytesIO(notebook.cell(0).screenshot()))
            shot.convert("RGB").save(HERE / f"studio-{name.lower()}.webp", quality=88, method=6)
        browser.close()


if __name__ == "__main__":
    main()
