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
