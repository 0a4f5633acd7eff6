"""Copies the kept references that merged recipes need, by their content, each once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from evolink_widgets.images.proof.check_picture import EXTENSIONS, NotAPicture, check_picture
from evolink_widgets.rules.request.links import digest_of
from evolink_widgets.store.database.database import Database
from evolink_widgets.store.merging.other_store import ForeignStore
from evolink_widgets.store.safe_files import (
    PARTS,
    guarded,
    own_folder,
    place_new,
    read_plain,
    temporary,
)
from evolink_widgets.store.uploads import FOLDER, Uploads

__all__ = ["ReferenceMerge"]


class ReferenceMerge:
    """Brings kept references from another store into ours.

    Args:
        root: our folder.
        database: our database.
        theirs: the other store.
    """

    def __init__(self, root: Path, database: Database, theirs: ForeignStore) -> None:
        self._root = root
        self._database = database
        self._theirs = theirs
        self._uploads = Uploads(root, database)
        self._seen: set[str] = set()

    def take(self, references: Iterable[str]) -> None:
        """Take over the bytes of those that are kept, and what they were made from.

        What is not there, or was changed, is left out with a sentence: the pictures that were
        made with it come all the same.

        Raises:
            StoreError: ours can't be written to.
        """
        for digest in filter(None, map(digest_of, references)):
            if digest in self._seen:
                continue
            self._seen.add(digest)
            if self._uploads.has(digest) or self._fetch(digest):
                self._take_origins(digest)

    def _fetch(self, digest: str) -> bool:
        folder = self._theirs.root / FOLDER
        source = next(
            (path for one in EXTENSIONS.values() if (path := folder / f"{digest}{one}").exists()),
            folder / f"{digest}{EXTENSIONS['png']}",
        )
        with guarded(self._root, "made"):
            parts, ours = own_folder(self._root, PARTS), own_folder(self._root, FOLDER)
        with temporary(parts) as path:
            try:
                with guarded(path, "written"):
                    self._theirs.copy_file(source, path)
                    with read_plain(path) as file:
                        facts = check_picture(file)
                if facts.sha256 != digest:
                    raise NotAPicture("its bytes were changed")
            except NotAPicture as exc:
                self._theirs.leave_out(f"The reference {source} is left out: {exc}.")
                return False
            with guarded(ours, "written"):
                place_new(path, ours / f"{digest}{EXTENSIONS[facts.format]}")
        return True

    def _take_origins(self, digest: str) -> None:
        originals = self._theirs.originals(digest)
        if not originals:
            return
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO origins (sha256, original) VALUES (?, ?)",
                [(digest, original) for original in originals],
            )
