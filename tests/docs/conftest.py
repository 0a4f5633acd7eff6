"""The manual, built once in a run; its lessons run in `make docs` and in their own tests."""

from __future__ import annotations

import fcntl
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
def manual(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Manual:
    """All pages as `make docs` makes them, a warning being an error; no lesson is run."""
    if not hasattr(request.config, "workerinput"):
        return Manual(build(tmp_path_factory.mktemp("manual")))
    # One worker reads the pages, and another, later, sees them in a browser.
    folder = tmp_path_factory.getbasetemp().parent / "manual"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            build(folder)
            (folder / "built").touch()
    return Manual(folder / "html")


def build(folder: Path) -> Path:
    """Build them below a folder; returns where they are."""
    command = [
        sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-j", "2", "-b", "html",
        "-D", "nb_execution_mode=off", "-d", str(folder / "doctrees"),
        str(ROOT / "docs"), str(folder / "html"),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


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
