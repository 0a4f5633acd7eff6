"""What is said once beside a cell's output."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from evolink_widgets.notebook import notices


@pytest.fixture(autouse=True)
def nothing_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_told", set())


@pytest.mark.parametrize("host", ["Colab", "Binder"])
def test_a_short_lived_disk_is_told_of_once_with_how_to_keep_the_pictures(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if host == "Colab":
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    else:
        monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    for _ in range(2):
        notices.tell_short_lived(Path("/content/evolink_images"))
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"evolink_images/ goes when {host}'s machine does")
    assert "Download all of ew.Gallery()" in line


def test_a_disk_that_stays_is_not_spoken_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notices.tell_short_lived(Path("/content/evolink_images"))
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    notices.tell_short_lived(Path("/content/drive/MyDrive/evolink_images"))
    assert capsys.readouterr().err == ""
