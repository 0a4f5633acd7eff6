"""Which store this process uses: the folder that was named, or the one of its first use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.store.user_paths import absolute

VARIABLE = "EVOLINK_STORE"
DEFAULT = "evolink_images"


@dataclass
class StoreInUse:
    """The choice of a folder: `ew.configure(store=…)`, or `EVOLINK_STORE`, or the default.

    A folder that was not named stays where it was first used, also when the process changes its
    working directory.

    Attributes:
        named: the folder that `configure` was told; `None` leaves it to the environment.
        found: `EVOLINK_STORE` when the store was first used, and the folder that came of it.
    """

    named: Path | None = None
    found: tuple[str, Path] | None = None

    def folder(self) -> Path:
        """The folder in use, settled now where it was not before.

        Raises:
            ConfigurationError: `EVOLINK_STORE` is no folder, or its place can't be known.
        """
        if self.named is not None:
            return self.named
        if self.found is None:
            value = variable(VARIABLE, os.environ)
            self.found = value, folder(value or DEFAULT, VARIABLE if value else "store")
        return self.found[1]

    @property
    def has_moved(self) -> bool:
        """Whether `EVOLINK_STORE` is another than at the first use."""
        return self.found is not None and self.found[0] != variable(VARIABLE, os.environ)

    def forget(self) -> None:
        """Settle the folder anew at the next use, where none is named."""
        self.found = None


choice = process_global(f"{__name__} choice", StoreInUse)
"""The choice of this process; a reload of the package's files leaves it as it is."""


def folder(path: object, name: str = "store") -> Path:
    """Read a folder's path: one that stays the same when the process changes its directory.

    Args:
        path: text, or something that has a path.
        name: how messages name it.

    Raises:
        ConfigurationError: it is none, or its place can't be known.
    """
    found = absolute(path, name, ConfigurationError)
    with suppress(OSError):  # one that can't be looked at is told of when it is used
        if found.exists() and not found.is_dir():
            raise ConfigurationError(f"{name} must be a folder; {str(found)!r} is a file.")
    return found


def variable(name: str, environment: Mapping[str, str]) -> str:
    """Read an environment variable without spaces and quotes around it; empty where not set."""
    return bare(environment.get(name, ""))


def bare(text: str) -> str:
    """Return text without the spaces and quotes around it."""
    text = text.strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1].strip()
    return text
