"""`import evolink_widgets` loads nothing heavy; that is asked by name, not by time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "IPython", "PIL", "anyio", "anywidget", "asyncio", "httpx", "ipywidgets", "nest_asyncio2",
    "numpy", "sqlite3", "starlette", "traitlets", "uvicorn",
}  # fmt: skip


def loaded_by(statements: str, folder: Path) -> set[str]:
    """The top-level packages, and our own modules, that a fresh Python has loaded afterwards."""
    program = f"{statements}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    names = json.loads(done.stdout.splitlines()[-1])
    return {name if name.startswith("evolink_widgets") else name.split(".")[0] for name in names}


def test_the_import_loads_only_the_front_of_the_package(tmp_path: Path) -> None:
    before = loaded_by("", tmp_path)
    new = loaded_by("import evolink_widgets", tmp_path) - before
    assert {name for name in new if name.startswith("evolink_widgets")} == {"evolink_widgets"}
    assert new & HEAVY == set()


@pytest.mark.parametrize("name", ["ImageRequest", "Estimate", "TaskStatus", "InvalidRequest"])
def test_rules_and_errors_stay_light(name: str, tmp_path: Path) -> None:
    assert loaded_by(f"import evolink_widgets as ew; ew.{name}", tmp_path) & HEAVY == set()


def test_a_refused_request_costs_no_client_and_no_pictures(tmp_path: Path) -> None:
    refused = (
        "import evolink_widgets as ew\n"
        "try: ew.ImageRequest('')\n"
        "except ew.InvalidRequest: pass\n"
        "else: raise SystemExit('not refused')"
    )
    assert loaded_by(refused, tmp_path) & {"httpx", "PIL", "starlette"} == set()


def test_the_panels_class_brings_its_widgets_and_no_client(tmp_path: Path) -> None:
    loaded = loaded_by("import evolink_widgets as ew; ew.ImageStudio", tmp_path)
    assert "anywidget" in loaded
    assert loaded & {"httpx", "PIL", "starlette", "numpy"} == set()


#: What the first ask of a kernel needs none of: other stores, judgements, the trash, reports,
#: copies, small pictures, what is kept for later asks, and all that runs a task.
NOT_AT_THE_FIRST_ASK = {
    "difflib",  # for what is misspelt
    "filecmp",
    "statistics",  # for receipts that teach
    "evolink_widgets.core.service.transport",
    "evolink_widgets.core.steps.runner",
    "evolink_widgets.store.gallery.copies",
    "evolink_widgets.store.gallery.moves",
    "evolink_widgets.store.gallery.rows.query",
    "evolink_widgets.store.gallery.thumbnails",
    "evolink_widgets.store.judging",
    "evolink_widgets.store.ledger.spending_report",
    "evolink_widgets.store.ledger.spending_rows",
    "evolink_widgets.store.merging",
    "evolink_widgets.store.uploads",
}


FIRST_ASK = """
import json, sys, threading
import evolink_widgets as ew

class Seen:
    names = []

    @classmethod
    def find_spec(cls, name, *_):
        if threading.current_thread() is threading.main_thread():
            cls.names.append(name)

sys.meta_path.insert(0, Seen)
ew.generate("a fox", size="1:1", quality="low")
print(json.dumps(Seen.names))
"""


def test_the_first_ask_loads_only_what_takes_it_down(tmp_path: Path) -> None:
    """On its own thread; the core's goes on to load what runs it."""
    command = [sys.executable, "-c", FIRST_ASK]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout.splitlines()[0]))
    assert "evolink_widgets.core.session" in loaded
    assert loaded & (NOT_AT_THE_FIRST_ASK | {"httpx", "PIL", "starlette", "numpy"}) == set()


def test_what_is_loaded_later_is_there_under_its_name(tmp_path: Path) -> None:
    """Also when the module that has it, or the function that shares its name, came first."""
    program = (
        "from evolink_widgets import store\n"
        "import evolink_widgets.store.merging.merge\n"
        "assert all(getattr(store, name) for name in store.__all__)\n"
        "assert callable(store.merge) and callable(store.picture)\n"
        "assert set(store.__all__) <= set(dir(store))\n"
        "try: store.nothing\n"
        "except AttributeError as error: print(error)"
    )
    assert "evolink_widgets.store.merging" in loaded_by(program, tmp_path)
