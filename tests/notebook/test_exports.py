"""What becomes of saved pictures in pages, slides, books and PDFs that are made of them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from axe_playwright_python.sync_playwright import Axe
from install_browser import ARGUMENTS, candidates
from nbconvert import HTMLExporter, LatexExporter, SlidesExporter, WebPDFExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright import async_api
from playwright.sync_api import Browser, Playwright, expect
from traitlets.config import Config

from .executed import SETUP, execute
from .kernels import python_of_other_hosts

ASK = "size='1024x640', quality='low'"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A notebook with twelve pictures in five outputs: of a panel, a task, a set, one, a grid."""
    return execute(
        tmp_path_factory.mktemp("saved"),
        f"studio = ew.ImageStudio(prompt='a fox', {ASK}, n=3)\nstudio",
        "images = await studio.run()",
        f"ew.generate('a price tag of $5 next to a $10 note', {ASK}, n=2)",
        "images",
        "images[0]",
        "ew.ImageGrid(images)",
        seen=lambda text: text.count("data:image/webp") == 3 + 2 + 3 + 1 + 3,
        state=False,
    )


def test_pages_and_slides_keep_every_picture(saved: Any) -> None:
    for exporter in (HTMLExporter(), SlidesExporter()):
        body, _ = exporter.from_notebook_node(saved)
        assert body.count("data:image/webp") == 12
        assert "0 runs" not in body


def test_sanitised_pages_keep_every_picture_as_a_sheet(saved: Any) -> None:
    # Where no HTML of a notebook is shown as it stands, pictures go first.
    pictures_first = ["image/png", "image/jpeg", "text/html", "text/plain"]
    config = Config(NbConvertBase={"display_data_priority": pictures_first})
    body, _ = HTMLExporter(sanitize_html=True, config=config).from_notebook_node(saved)
    assert body.count("data:image/jpeg") == 5
    assert "&lt;img" not in body


def test_latex_has_a_picture_file_for_every_output_with_pictures(saved: Any) -> None:
    source, files = LatexExporter().from_notebook_node(saved)
    named = re.findall(r"\\adjustimage\{.*\}\{([\w.]+)\}", source)
    assert sorted(named) == sorted(files["outputs"])
    assert [data[:3] for data in files["outputs"].values()] == [b"\xff\xd8\xff"] * 5  # JPEGs
    assert "0 runs" not in source


def test_a_pdf_by_a_browser_holds_every_picture(
    saved: Any, playwright: Playwright, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nbconvert takes Playwright's own build alone; here the system's may be the one that starts.
    launch = async_api.BrowserType.launch
    path = next(one for one in candidates(playwright) if one.exists())

    def launch_this(kind: async_api.BrowserType, **how: Any) -> Any:
        return launch(kind, **how, executable_path=path)

    monkeypatch.setattr(async_api.BrowserType, "launch", launch_this)
    pdf, _ = WebPDFExporter(browser_args=ARGUMENTS).from_notebook_node(saved)
    assert pdf.startswith(b"%PDF-")
    body, _ = HTMLExporter().from_notebook_node(saved)
    # What is shown several times is in it once.
    assert pdf.count(b"/Subtype /Image") == len(set(re.findall(r"data:image/webp[^\"]+", body))) > 5


def test_papermill_runs_it_with_parameters_and_waits_for_the_pictures(tmp_path: Path) -> None:
    sources = ("subject, n = 'a fox', 1", SETUP, f"ew.generate(subject, n=n, {ASK})")
    cells = [new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    nbformat.write(notebook, tmp_path / "asked.ipynb")
    papermill.execute_notebook(
        tmp_path / "asked.ipynb", tmp_path / "done.ipynb",
        parameters={"subject": "an owl", "n": 2}, cwd=tmp_path, progress_bar=False,
    )  # fmt: skip
    [output] = nbformat.read(tmp_path / "done.ipynb", as_version=4).cells[-1].outputs
    assert output.data["text/html"].count("<img ") == 2
    assert "an owl" in output.data["text/html"]
    assert "Done: 2 pictures" in output.data["text/plain"]
    assert "widget-view" not in str(output.data.keys())


def test_a_book_shows_every_picture_in_light_and_dark(
    saved: Any, tmp_path: Path, chromium: Browser
) -> None:
    python = python_of_other_hosts()
    title = new_markdown_cell("# Pictures")
    book = new_notebook(cells=[title, *saved.cells], metadata=saved.metadata)
    nbformat.write(book, tmp_path / "pictures.ipynb")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: pictures\n")
    (tmp_path / "_config.yml").write_text("title: A book\nexecute: {execute_notebooks: 'off'}\n")
    done = subprocess.run(
        [str(python.with_name("jupyter-book")), "build", str(tmp_path)],
        env={**os.environ, "HOME": str(tmp_path)}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

    window = chromium.new_context(offline=True)
    page = window.new_page()
    page.goto((tmp_path / "_build" / "html" / "pictures.html").as_uri())
    pictures = page.locator("img[src^='data:image/webp']")
    expect(pictures.filter(visible=True)).to_have_count(12)
    expect(page.get_by_text("<ImageStudio>")).to_have_count(0)
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    page.screenshot(path=tmp_path / "book.png", full_page=True)
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        options = {"runOnly": ["color-contrast", "image-alt"]}
        found = Axe().run(page, context="[class*=ew-static]", options=options)
        assert found.response["passes"], theme
        assert found.response["violations"] == [], theme
    window.close()
