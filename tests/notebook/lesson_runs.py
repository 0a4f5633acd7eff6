"""Reads lessons, fills in their answers and runs them, each in a kernel of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def read(name: str) -> Any:
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def exercises(lesson: Any) -> Iterator[tuple[Any, Any]]:
    """Each cell that is to be filled in, with the one that checks it."""
    to_solve = None
    for cell in lesson.cells:
        tags = cell.metadata.get("tags", ())
        if "exercise" in tags:
            assert to_solve is None, f"nothing checks: {to_solve.source}"
            to_solve = cell
        if "check" in tags:
            assert to_solve is not None, f"this checks nothing: {cell.source}"
            yield to_solve, cell
            to_solve = None
    assert to_solve is None, "nothing checks the last exercise"


def answer_of(check: Any) -> str:
    """The code that a check gives as its answer."""
    calls = [node for node in ast.walk(ast.parse(check.source)) if isinstance(node, ast.Call)]
    [given] = [word.value for call in calls for word in call.keywords if word.arg == "answer"]
    answer: str = ast.literal_eval(given)
    return answer


def run(lesson: Any, folder: Path) -> Any:
    """Run a lesson from top to bottom in a kernel of its own; no test waits for what is nice."""
    quick = "import evolink_widgets as ew\new.configure(speed=60)"
    lesson.cells.insert(0, nbformat.v4.new_code_cell(quick))
    if any("studio.reuse()" in cell.source for cell in lesson.cells):
        # A kernel that ends waits for no picture.
        lesson.cells.append(nbformat.v4.new_code_cell("studio.runs[0].result(60)"))
    where = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(lesson, timeout=120, resources=where).execute()
    return lesson


def text_of(cell: Any) -> str:
    """All text that a cell has put out."""
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        parts += [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
    return "\n".join(part for part in parts if part)
