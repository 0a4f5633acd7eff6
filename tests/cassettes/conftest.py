"""A live service to record, and a folder in which it is recorded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lessons import SMALL, Live, serving
from services import environment

import evolink_widgets as ew


@pytest.fixture(scope="session")
def served() -> Iterator[Live]:
    """One for all tests of this worker."""
    with serving("--speed", "60") as live:
        yield live


@pytest.fixture
def live(served: Live, own_settings: None, tmp_path: Path) -> Iterator[Live]:
    """A live service in use, in fair weather, with an empty store."""
    served.play("fair")
    served.use(tmp_path / "bought")
    yield served
    served.play("fair")


@pytest.fixture
def tape(live: Live, tmp_path: Path) -> Path:
    """One take of a fox; what asks after it has an empty store."""
    path = tmp_path / "lesson.cassette"
    with ew.record(path):
        ew.generate("a fox", **SMALL)
    ew.configure(store=tmp_path / "pupil")
    return path


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run lines of Python in a process of their own, in a folder of their own."""

    def run(lines: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", lines],
            cwd=tmp_path, env={**environment(), **variables}, text=True, capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip

    return run
