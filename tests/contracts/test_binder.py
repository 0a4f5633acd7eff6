"""Binder: its own install steps, in a clean environment, lead to a quickstart that runs."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from environment import Environment
from source import ROOT, tracked_files

BINDER = ROOT / "binder"


def named_python() -> str | None:
    """The Python that `runtime.txt` names ("python-3.11"), where this machine has it."""
    version = (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    return shutil.which(f"python{version}")


def test_every_requirement_is_pinned() -> None:
    lines = (BINDER / "requirements.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in wanted if "==" not in line] == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_its_install_steps_lead_to_a_quickstart_that_runs(tmp_path: Path) -> None:
    python = named_python()
    if python is None:
        pytest.skip("binder/ pins packages for the Python in runtime.txt, which is not here")
    checkout = tmp_path / "checkout"
    for path in tracked_files():
        copy = checkout / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)

    environment = Environment(tmp_path / "environment", python)
    environment.install("-r", str(checkout / "binder" / "requirements.txt"))
    environment.run(str(checkout / "binder" / "postBuild"), cwd=checkout)
    notebook = checkout / "notebooks" / "01-quickstart.ipynb"
    environment.run(
        environment.python, "-m", "jupyter", "execute", "--inplace", "--timeout=120", str(notebook),
        cwd=checkout,
    )  # fmt: skip

    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    pictures = (notebook.parent / "evolink_images").iterdir()
    assert sum(path.suffix in (".png", ".jpg", ".webp") for path in pictures) >= 6
