"""`make lint` is part of `make test`: style and types are kept like any other promise."""

from __future__ import annotations

import subprocess
import sys

import pytest
from source import ROOT


@pytest.mark.parametrize("tool", ["ruff check .", "ruff format --check .", "mypy"])
def test_nothing_to_say(tool: str) -> None:
    command = [sys.executable, "-m", *tool.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
