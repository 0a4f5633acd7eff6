"""Finds the stores under the server's root: plain folders alone, no links, nothing hidden.

The root may be a home folder. So all of it is walked once in a while, within bounds; where
kernels work is looked at each time, for that is where a new store comes to be.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evolink_widgets.errors import EvolinkError
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.database.database import FILE
from evolink_widgets.store.database.schema import MIGRATIONS
from evolink_widgets.store.unwritten import is_library
from evolink_widgets.widgets.gallery.backend import GalleryBackend

__all__ = ["FoundStore", "FoundStores"]

log = logging.getLogger("evolink_widgets")

#: Folders and seconds that one walk may take, and stores that are kept open.
_FOLDERS, _SECONDS, _STORES = 20_000, 5.0, 100
#: Seconds between two walks; and where pages are opened one after the other.
_PAUSE, _SOON = 60.0, 2.0
#: Entries of one folder that are looked at.
_ENTRIES = 5_000
#: Folders that hold no notebooks, and many files.
_LEFT_OUT = frozenset({"node_modules", "site-packages", "__pycache__", "__MACOSX"})
#: Seconds for which a database that another program holds is waited for.
_PATIENCE = 2.0

Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass
class FoundStore:
    """One store under the root.

    Attributes:
        name: stands for it in addresses; says nothing of the folder.
        folder: where it is, from the root, as people read it.
        path: where it is.
    """

    name: str
    folder: str
    path: Path
    _backend: GalleryBackend | None = field(default=None, repr=False)

    @property
    def is_library(self) -> bool:
        """Whether it is only read: what it cost was spent elsewhere."""
        return is_library(self.path)

    def open(self) -> GalleryBackend:
        """Return the access to it.

        Raises:
            EvolinkError: it is damaged, or of another version; nothing was written to it.
        """
        if self._backend is None:
            backend = GalleryBackend(self.path)
            backend.store.database.busy_timeout = _PATIENCE
            found = backend.store.database.schema
            if 0 < found < len(MIGRATIONS):
                # Kernels that have it open may be of that older version: it is theirs to change.
                raise EvolinkError(
                    f"{self.folder} is from an older version of evolink-widgets.",
                    advice="Use it once in a notebook that has this version.",
                )
            if found > len(MIGRATIONS):
                raise EvolinkError(
                    f"{self.folder} is from a newer version of evolink-widgets (schema {found}).",
                    advice="Update the server's: pip install -U evolink-widgets",
                )
            self._backend = backend
        return self._backend

    @property
    def stamp(self) -> Stamp:
        """Another value once anything was written to it."""
        return tuple(_stamp(self.path / f"{FILE}{ending}") for ending in ("", "-wal"))

    def close(self) -> None:
        """Let go of it."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None


class FoundStores:
    """The stores under one root. Every method blocks; used by one thread at a time.

    Args:
        root: the server's root; it may be a link itself.
        hidden: whether the server shows hidden files.
        listed: whether the server lists a file or folder of this name.
    """

    def __init__(
        self, root: Path, *, hidden: bool = False, listed: Callable[[str], bool] = lambda _: True
    ) -> None:
        self.root = Path(os.path.realpath(root))
        self._hidden = hidden
        self._listed = listed
        self._stores: dict[str, FoundStore] = {}
        self._walked_at = -_PAUSE

    @property
    def shows_trash(self) -> bool:
        """Whether the server would serve what lies in a store's trash, a hidden folder."""
        return self._hidden

    def all(self) -> list[FoundStore]:
        """Return the stores that are there, by their folders."""
        return sorted(self._stores.values(), key=lambda store: store.folder)

    def get(self, name: str) -> FoundStore | None:
        """Return the store with this name."""
        return self._stores.get(name)

    def file(self, path: str) -> Path:
        """Return a file under the root that the server would serve; reached by no link.

        Raises:
            EvolinkError: there is none.
        """
        folder, _, name = path.strip("/").rpartition("/")
        inside = self._inside(folder)
        if inside is None or not name or not self._shows(name) or _stamp(inside / name) is None:
            raise EvolinkError("There is no such file under the server's root.")
        return inside / name

    def refresh(self, near: Iterable[str] = (), *, whole: bool = False) -> None:
        """Look for stores that are new, or gone.

        Args:
            near: folders from the root in which kernels work.
            whole: look everywhere, as when a page is opened; done now and then in any case.
        """
        for name, store in list(self._stores.items()):
            if not _is_store(store.path):
                store.close()
                del self._stores[name]
        known = {store.path.parent for store in self._stores.values()}
        for folder in {self.root, *known, *filter(None, map(self._inside, near))}:
            for child in self._folders(folder):
                self._take(child)
        if monotonic() - self._walked_at >= (_SOON if whole else _PAUSE):
            self._walk()
            self._walked_at = monotonic()

    def close(self) -> None:
        """Let go of all of them."""
        for store in self._stores.values():
            store.close()
        self._stores.clear()

    def _walk(self) -> None:
        waiting, seen, began = deque([self.root]), 0, monotonic()
        while waiting and seen < _FOLDERS and monotonic() - began < _SECONDS:
            folder = waiting.popleft()
            seen += 1
            if not self._take(folder):
                waiting.extend(self._folders(folder))

    def _take(self, folder: Path) -> bool:
        if not _is_store(folder):
            return False
        where = folder.relative_to(self.root).as_posix()
        name = hashlib.sha256(os.fsencode(where)).hexdigest()[:12]
        if name not in self._stores and len(self._stores) < _STORES:
            shown = os.fsencode(where).decode("utf-8", "replace")
            self._stores[name] = FoundStore(name, folder.name if where == "." else shown, folder)
        return True

    def _folders(self, folder: Path) -> Iterator[Path]:
        """The folders in a folder that the server would list; no links."""
        try:
            with os.scandir(folder) as entries:
                for _, entry in zip(range(_ENTRIES), entries, strict=False):
                    if entry.is_dir(follow_symlinks=False) and self._shows(entry.name):
                        yield folder / entry.name
        except OSError as error:
            log.debug("%s can't be listed: %s", folder, error)

    def _shows(self, name: str) -> bool:
        if name in _LEFT_OUT or not self._listed(name):
            return False
        return self._hidden or not name.startswith(".")

    def _inside(self, folder: str) -> Path | None:
        """A folder under the root, reached by no link and shown by the server."""
        path = Path(os.path.normpath(self.root / folder.strip("/")))
        try:
            parts = path.relative_to(self.root).parts
            real = Path(os.path.realpath(path)) == path
        except (ValueError, OSError):
            return None
        return path if real and all(map(self._shows, parts)) else None


def _is_store(folder: Path) -> bool:
    return _stamp(folder / FILE) is not None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
