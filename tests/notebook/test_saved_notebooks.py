"""Saved notebooks: small, and their pictures are there with no kernel."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter, LatexExporter
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

SETUP = "import evolink_widgets as ew\new.configure(mode='emulator', speed=100)"
ASK = "size='1360x768', quality='high', n=10"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


# What an output shows is renewed while a cell runs, so the last one waits until it was seen here.
UNTIL_SEEN = "import pathlib, time\nwhile not pathlib.Path('seen').exists():\n    time.sleep(0.02)"


def execute(folder: Path, *cells: str, seen: Callable[[str], bool], state: bool = True) -> Any:
    """Run a notebook until its outputs, as one text, are what `seen` waits for."""
    sources = (SETUP, *cells, UNTIL_SEEN)
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    over = threading.Event()

    def look() -> None:
        while not over.is_set() and not seen(shown(notebook)):
            time.sleep(0.02)
        (folder / "seen").touch()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            store_widget_state=state,
        ).execute()
    finally:
        over.set()
        looking.join()
    return notebook


def shown(notebook: Any) -> str:
    data = [one.get("data", {}) for cell in notebook.cells for one in list(cell.outputs)]
    return "".join(f"{one.get('text/html', '')}{one.get('text/plain', '')}" for one in data)


def test_twenty_pictures_are_saved_in_under_400_kb_and_seen_with_no_kernel(tmp_path: Path) -> None:
    notebook = execute(
        tmp_path,
        f"studio = ew.ImageStudio(prompt='a fox in a meadow', {ASK})\nstudio",
        "images = await studio.run()",
        f"ew.generate('a harbour at night with many lights', {ASK})",
        seen=lambda text: text.count("data:image/webp") == 20,
    )
    path = tmp_path / "saved.ipynb"
    nbformat.write(notebook, path)
    assert path.stat().st_size < 400_000
    body, _ = HTMLExporter().from_notebook_node(notebook)
    pictures = [tag for tag in re.findall(r"<img[^>]*>", body) if "data:image/webp" in tag]
    assert len(pictures) == 20
    assert sum("a harbour at night" in tag for tag in pictures) == 10
    assert all("simulated" in tag for tag in pictures)


def test_where_nobody_watches_there_is_one_line_a_stage_then_the_pictures(tmp_path: Path) -> None:
    notebook = execute(
        tmp_path,
        "task = ew.generate('a fox', size='1024x640', quality='low', n=2)\ntask",
        "images = task.result(60)",
        seen=lambda text: "Done: 2 pictures" in text and text.count("<img ") == 2,
        state=False,
    )
    (output,) = notebook.cells[1].outputs
    lines = output.data["text/plain"].splitlines()
    assert lines[-1].startswith("“a fox” (simulated): Done: 2 pictures in ")
    assert len(lines) == len(set(lines)) <= 5
    assert output.data["text/html"].count("<img ") == 2
    assert "widget-view" not in str(output.data.keys())


def test_every_export_keeps_every_picture(tmp_path: Path) -> None:
    ask = "size='1024x640', quality='low'"
    notebook = execute(
        tmp_path,
        f"studio = ew.ImageStudio(prompt='a fox', {ask}, n=3)\nstudio",
        "images = await studio.run()",
        f"ew.generate('a price tag of $5 next to a $10 note', {ask}, n=2)",
        "images",
        "images[0]",
        "ew.ImageGrid(images)",
        seen=lambda text: text.count("data:image/webp") == 3 + 2 + 3 + 1 + 3,
        state=False,
    )
    shown = [
        output
        for cell in notebook.cells
        for output in cell.outputs
        if "image/jpeg" in output.get("data", {})
    ]
    assert len(shown) == 5  # each that holds pictures, as one JPEG beside its HTML

    body, _ = HTMLExporter().from_notebook_node(notebook)
    assert body.count("data:image/webp") == 12
    # Where no HTML of a notebook is shown as it stands, pictures go first.
    pictures_first = ["image/png", "image/jpeg", "text/html", "text/plain"]
    config = Config(NbConvertBase={"display_data_priority": pictures_first})
    body, _ = HTMLExporter(sanitize_html=True, config=config).from_notebook_node(notebook)
    assert body.count("data:image/jpeg") == 5
    assert "&lt;img" not in body
    source, files = LatexExporter().from_notebook_node(notebook)
    assert source.count(r"\adjustimage") == len(files["outputs"]) == 5
    assert "0 runs" not in source


def test_a_notebook_that_runs_again_keeps_the_keys_of_its_copies(tmp_path: Path) -> None:
    def keys(folder: str) -> list[str]:
        (tmp_path / folder).mkdir()
        studio = "ew.ImageStudio(prompt='a fox')"
        notebook = execute(
            tmp_path / folder,
            studio,
            studio,
            f"display({studio}, {studio})",
            seen=lambda text: text.count("<style>") == 4,
            state=False,
        )
        return re.findall(r"class=\\?\"ew-static-(\w+)", shown(notebook))

    first, second = keys("first"), keys("second")
    assert len(set(first)) == 4
    assert first == second
