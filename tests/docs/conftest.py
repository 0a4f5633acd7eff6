"""The manual, built once in a worker; its lessons run in `make docs` and in their own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from links import Manual
from source import ROOT

import evolink_widgets as ew


@pytest.fixture(scope="session")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Manual:
    """All pages as `make docs` makes them, a warning being an error; no lesson is run."""
    folder = tmp_path_factory.mktemp("manual")
    command = [
        sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-j", "2", "-b", "html",
        "-D", "nb_execution_mode=off", "-d", str(folder / "doctrees"),
        str(ROOT / "docs"), str(folder / "html"),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Manual(folder / "html")


@pytest.fixture
def quick_emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The public functions on an emulator 500 times as fast, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    ew.configure(mode="emulator", store=tmp_path / "evolink_images", speed=500)
    yield
    ew.session().close()
    ew.configure(mode=None, budget=None, spend=None, seed=None)


@pytest.fixture
def pages(manual: Manual) -> Path:
    """The folder of the built pages."""
    return manual.folder
