"""Binder: its own install steps, in a clean environment, lead to a quickstart that runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from environment import Environment
from source import ROOT, tracked_files

BINDER = ROOT / "binder"


VERSION = (BINDER / "runtime.txt").read_text().strip().removeprefix("python-")
"""The Python that Binder runs."""


def pins() -> list[str]:
    lines = (BINDER / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named_python() -> str | None:
    """The Python that `runtime.txt` names ("python-3.11"), where this machine has it."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == VERSION:
        return sys.executable
    return shutil.which(f"python{VERSION}")


def test_every_requirement_is_pinned() -> None:
    assert [line for line in pins() if "==" not in line] == []


def check_pins(folder: Path) -> None:
    """Let pip resolve the pins for a Python that is not here: it can do all but run it."""
    report = folder / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
         "--target", str(folder / "nothing"), "--only-binary=:all:",
         "--python-version", f"{VERSION}.99",  # Binder has its newest
         "--report", str(report), "-r", str(BINDER / "requirements.txt")],
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [one["metadata"] for one in json.loads(report.read_text("utf-8"))["install"]]
    resolved = {f"{canonical(one['name'])}=={one['version']}" for one in found}
    assert {canonical(name) + rest for name, rest in map(_split, pins())} <= resolved


def _split(pin: str) -> tuple[str, str]:
    name, equal, version = pin.partition("==")
    return name, equal + version


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_its_install_steps_lead_to_a_quickstart_that_runs(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for path in tracked_files():
        copy = checkout / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)

    python = named_python()
    environment = Environment(tmp_path / "environment", python or sys.executable, own_pip=True)
    if python is not None:
        environment.install("-r", str(checkout / "binder" / "requirements.txt"))
    else:  # the pins are for another Python: this one gets the same packages as they fit it
        check_pins(tmp_path)
        environment.install(*(name for name, _ in map(_split, pins())))
    environment.run(str(checkout / "binder" / "postBuild"), cwd=checkout)
    for name in ("01-quickstart.ipynb", "02-the-same-in-python.ipynb"):
        notebook = checkout / "notebooks" / name
        environment.run(
            *(environment.python, "-m", "jupyter", "execute", "--inplace", "--timeout=120"),
            str(notebook),
            cwd=checkout,
        )
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        assert all(cell["execution_count"] for cell in code)
    pictures = (notebook.parent / "evolink_images").iterdir()
    assert sum(path.suffix in (".png", ".jpg", ".webp") for path in pictures) >= 6
