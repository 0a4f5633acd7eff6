"""Every tutorial runs from top to bottom with no key, and shows what it says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
TUTORIALS = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def text_of(cell: Any) -> str:
    """All text that a cell has put out."""
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        parts += [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
    return "\n".join(parts)


def test_the_notebooks_have_a_number_each_in_their_order() -> None:
    numbers = [name.partition("-")[0] for name in TUTORIALS]
    assert numbers == [f"{number:02}" for number in range(1, len(TUTORIALS) + 1)]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", TUTORIALS)
def test_it_runs_with_no_key(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [one for one in os.environ if one.startswith("EVOLINK_")]:
        monkeypatch.delenv(variable)
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    # No test waits for what a reader likes to see.
    notebook.cells.insert(
        0, nbformat.v4.new_code_cell("import evolink_widgets as ew\new.configure(speed=60)")
    )
    if name == "01-quickstart.ipynb":  # a kernel that ends waits for no picture
        notebook.cells.append(nbformat.v4.new_code_cell("studio.runs[0].result(60)"))
    nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()

    shown = "\n".join(text_of(cell) for cell in notebook.cells if cell.cell_type == "code")
    assert "Traceback" not in shown
    for word in EXPECTED[name]:
        assert word in shown, word
    assert any((tmp_path / "evolink_images").glob("*.json")), "the pictures are files"


EXPECTED = {
    "01-quickstart.ipynb": ["<ImageStudio, 1 run>"],
    "02-the-same-in-python.ipynb": [
        "must be a whole number from 1 to 10",
        "a path through the autumn woods, gouache",
        "ew.generate(",
    ],
    "03-paid-once.ipynb": [
        "from the store",
        "this block's budget of 5",
        "May have been charged",
        "is still yours",
        "spending is switched off",
        "ew.generate('a kite over the dunes'",
    ],
    "04-from-one-picture-to-the-next.ipynb": [
        "make it night",
        "It was a GIF",
        "from the store",
        "references[1]",
        "Did you mean 'poster'?",
        "qualty is no field of a preset",
    ],
    "05-a-thousand-pictures.ipynb": [
        "12 rows · 10 distinct · 0 in the store · 2 with problems",
        "Nearest: {material}",
        "24 rows · 24 distinct · 0 in the store · to buy 24",
        "3 rows",
        "3 in the store · to buy 21",
        "1 ContentRefused · not charged",
        "24 of 24 pictures",
        "Reviewed by you: 0 kept, 0 rejected, 24 undecided",
        "['no longer sold', 'no longer sold']",
        "metadata.jsonl",
        '"ai_generated": true',
        "22 samples; 101 teapot on a white background",
    ],
    "06-which-is-better.ipynb": [
        "3 animals × 4 styles",
        "<RankView, Which is nicer? by style: 80 votes",
        "1. ",
        "between",
        "a rule: more colour",
        "<RankView, Which is nicer? by animal",
    ],
    "07-async-in-a-notebook.ipynb": [
        "<coroutine object nap",
        "RuntimeError('no blue is left')",
        "blocked: 0 ticks",
        "<ImageGrid, 2 pictures>",
    ],
    "08-honest-pictures.ipynb": [
        "digitalsourcetype/trainedAlgorithmicMedia",
        "True · from the store",
        "carries no recipe",
        "in the snow · from: [",
        "a screenshot                      –     –",
        "ContentRefused",
    ],
}
"""What a reader has to find in each."""
