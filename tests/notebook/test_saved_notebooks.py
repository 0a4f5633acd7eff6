"""Saved notebooks: small, and their pictures are there with no kernel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

SETUP = "import evolink_widgets as ew\new.configure(mode='emulator', speed=100)"
ASK = "size='1360x768', quality='high', n=10"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def execute(folder: Path, *cells: str, state: bool = True) -> Any:
    notebook = new_notebook(cells=[new_code_cell(source) for source in (SETUP, *cells)])
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=state,
    ).execute()
    return notebook


def test_twenty_pictures_are_saved_in_under_400_kb_and_seen_with_no_kernel(tmp_path: Path) -> None:
    notebook = execute(
        tmp_path,
        f"studio = ew.ImageStudio(prompt='a fox in a meadow', {ASK})\nstudio",
        "images = await studio.run()",
        f"ew.generate('a harbour at night with many lights', {ASK})",
        "import time\nwhile ew.session().tasks: time.sleep(0.1)\ntime.sleep(3)",
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
        "images = task.result(60)\nimport time\ntime.sleep(2)",
        state=False,
    )
    (output,) = notebook.cells[1].outputs
    lines = output.data["text/plain"].splitlines()
    assert lines[-1].startswith("“a fox” (simulated): Done: 2 pictures in ")
    assert len(lines) == len(set(lines)) <= 5
    assert output.data["text/html"].count("<img ") == 2
    assert "widget-view" not in str(output.data.keys())
