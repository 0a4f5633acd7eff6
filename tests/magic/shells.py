"""A real IPython shell in this process, and the emulator that its cells ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import evolink_widgets as ew
from evolink_widgets.connect.weather import emulator


class Shell:
    """Runs cells, one after the other, as a person does."""

    def __init__(self, folder: Path) -> None:
        settings = Config()
        settings.HistoryManager.hist_file = ":memory:"
        InteractiveShell.clear_instance()
        self.ipython: Any = InteractiveShell.instance(config=settings, ipython_dir=str(folder))
        self.run("%load_ext evolink_widgets")

    @property
    def names(self) -> dict[str, Any]:
        """The notebook's variables."""
        return dict(self.ipython.user_ns)

    def run(self, cell: str) -> Any:
        """What a cell gives.

        Raises:
            Exception: the cell's own.
        """
        done = self.ipython.run_cell(cell, store_history=True)
        done.raise_error()
        return done.result

    def complete(self, text: str) -> tuple[str, list[str]]:
        """What completion would put in the place of what, at the end of a text."""
        with provisionalcompleter():
            found = list(self.ipython.Completer.completions(text, len(text)))
        start = min((one.start for one in found), default=len(text))
        return text[start:], [one.text for one in found]

    @staticmethod
    def bought() -> int:
        """How many tasks the service was asked for."""
        return int(emulator().counts["create"])

    def close(self) -> None:
        """Take the shell out of this process."""
        self.ipython.run_cell("%unload_ext evolink_widgets")
        self.ipython.history_manager.end_session()
        InteractiveShell.clear_instance()


def shell_in(folder: Path) -> Iterator[Shell]:
    """A shell in a folder of its own, on a quick emulator; for a fixture."""
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    ew.configure(mode="emulator", store=folder / "evolink_images", speed=500)
    shell = Shell(folder / "ipython")
    yield shell
    shell.close()
    ew.session().close()
    ew.configure(mode=None, store=None, speed=None)
    patch.undo()
