"""Which store this process uses: the folder that was named, or the one of its first use.

And which libraries answer beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store import unwritten
from evolink_widgets.store.file_names import DEFAULT_FOLDER
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.store.safe_files import store_of
from evolink_widgets.store.unwritten import is_library, leave_unwritten, take_as_own
from evolink_widgets.store.user_paths import absolute, is_same_folder

if TYPE_CHECKING:
    from evolink_widgets.store.library import library as library_rows
    from evolink_widgets.store.library.library import Library
else:
    library_rows = LazyModule("evolink_widgets.store.library.library")
    Library = "library_rows.Library"

VARIABLE = unwritten.OWN_VARIABLE


@dataclass
class StoreInUse:
    """The choice of a folder: `ew.configure(store=…)`, or `EVOLINK_STORE`, or the default.

    A folder that was not named stays where it was first used, also when the process changes its
    working directory.

    Attributes:
        named: the folder that `configure` was told; `None` leaves it to the environment.
        found: `EVOLINK_STORE` when the store was first used, and the folder that came of it.
        named_libraries: the folders that `configure` was told; `None` as with `named`.
        found_libraries: `EVOLINK_LIBRARY` when it was first read, and the folders in it.
    """

    named: Path | None = None
    found: tuple[str, Path] | None = None
    named_libraries: tuple[Path, ...] | None = None
    found_libraries: tuple[str, tuple[Path, ...]] | None = None

    def folder(self) -> Path:
        """The folder in use, settled now where it was not before.

        Raises:
            ConfigurationError: `EVOLINK_STORE` is no folder, or its place can't be known; or the
                folder is a library.
        """
        if self.named is not None:
            return self.named
        if self.found is None:
            value = variable(VARIABLE, os.environ)
            self.found = value, own_folder(value or DEFAULT_FOLDER, VARIABLE if value else "store")
        return self.found[1]

    @property
    def settled(self) -> Path | None:
        """The folder in use; `None` while nothing has used one."""
        return self.named or (self.found[1] if self.found is not None else None)

    def libraries(self) -> tuple[Library, ...]:
        """The libraries in use, in their order; the store itself is none.

        Raises:
            ConfigurationError: `EVOLINK_LIBRARY` names what can't be a folder.
        """
        own = self.folder()
        others: list[Path] = []
        for root in self._library_folders():
            if not any(is_same_folder(root, one) for one in (own, *others)):
                others.append(root)
                leave_unwritten(root)
        return library_rows.named(others) if others else ()

    def _library_folders(self) -> tuple[Path, ...]:
        if self.named_libraries is not None:
            return self.named_libraries
        if self.found_libraries is None:
            value = variable(unwritten.VARIABLE, os.environ)
            paths = [path for path in value.split(os.pathsep) if path.strip()]
            self.found_libraries = value, folders(paths, unwritten.VARIABLE)
        return self.found_libraries[1]

    def library_of(self, path: Path | os.PathLike[str]) -> str | None:
        """The name of the library that a picture's file lies in; `None` where it is in none."""
        root = store_of(Path(path))
        if not is_library(root):
            return None
        used = self.libraries() if self.settled is not None else ()
        known = (*used, *library_rows.named([root]))
        names = (one.name for one in known if is_same_folder(one.root, root))
        return next(names)

    @property
    def has_moved(self) -> bool:
        """Whether `EVOLINK_STORE` is another than at the first use."""
        return self.found is not None and self.found[0] != variable(VARIABLE, os.environ)

    def forget(self) -> None:
        """Settle the folder anew at the next use, where none is named."""
        self.found = None

    def forget_libraries(self) -> None:
        """Read `EVOLINK_LIBRARY` anew at the next use, where no library is named."""
        self.found_libraries = None


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


def own_folder(path: object, name: str = "store") -> Path:
    """Read the path of a folder that is to be this process's own store.

    Raises:
        ConfigurationError: as `folder`; or it is a library, which is never written to.
    """
    found = folder(path, name)
    take_as_own(found)
    if is_library(found):
        raise ConfigurationError(
            f"{name} must be a folder of your own; {str(found)!r} is a library: it is only read.",
            advice='Use both: ew.configure(store="my_images", '
            f"library={str(found)!r}). What it has is in use then, for 0 credits.",
        )
    return found


def folders(paths: object, name: str) -> tuple[Path, ...]:
    """Read the paths of libraries: one, or several; each once. They need not be there yet.

    Raises:
        ConfigurationError: one is no path, or a file.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    if not isinstance(given, Iterable):
        given = [given]
    return tuple(dict.fromkeys(folder(bare(p) if isinstance(p, str) else p, name) for p in given))


def variable(name: str, environment: Mapping[str, str]) -> str:
    """Read an environment variable without spaces and quotes around it; empty where not set."""
    return bare(environment.get(name, ""))


def bare(text: str) -> str:
    """Return text without the spaces and quotes around it."""
    text = text.strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1].strip()
    return text
