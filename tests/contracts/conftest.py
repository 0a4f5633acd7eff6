"""A quick emulator in an empty folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import evolink_widgets as ew


@pytest.fixture
def quick_emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The public functions on an emulator 500 times as fast, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    ew.configure(mode="emulator", store=tmp_path / "evolink_images", speed=500)
    yield
    ew.session().close()
    ew.configure()
