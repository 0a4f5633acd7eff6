"""A notebook that nbclient runs, with all that its outputs come to show."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

SETUP = "import evolink_widgets as ew\new.configure(mode='emulator', speed=100)"

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
