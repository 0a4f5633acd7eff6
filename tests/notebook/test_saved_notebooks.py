"""Saved notebooks: small, and their pictures are there with no kernel."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from .executed import execute, shown

ASK = "size='1360x768', quality='high', n=10"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


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
