"""The store: one folder with its journal, ledger, gallery, uploads, presets and judgements."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.errors import ConfigurationError, StoreError
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store import in_use
from evolink_widgets.store.file_names import in_file_system
from evolink_widgets.store.journal.process_name import this_process
from evolink_widgets.store.library.database_in import database_in
from evolink_widgets.store.user_paths import absolute
from evolink_widgets.text.printable import printable

if TYPE_CHECKING:
    from evolink_widgets.store.gallery.gallery import StoredPictures
    from evolink_widgets.store.gallery.pictures import GeneratedImage
    from evolink_widgets.store.journal.journal import Journal
    from evolink_widgets.store.judging.verdicts import Verdicts
    from evolink_widgets.store.judging.votes import Votes
    from evolink_widgets.store.ledger.ledger import Ledger
    from evolink_widgets.store.library.library import Library
    from evolink_widgets.store.merging.merge import Merged
    from evolink_widgets.store.publishing import Published
    from evolink_widgets.store.saved_presets import Presets
    from evolink_widgets.store.uploads import Uploads
else:
    pictures = LazyModule("evolink_widgets.store.gallery.pictures")
    libraries = LazyModule("evolink_widgets.store.library.library")
    galleries = LazyModule("evolink_widgets.store.gallery.gallery")
    journals = LazyModule("evolink_widgets.store.journal.journal")
    merges = LazyModule("evolink_widgets.store.merging.merge")
    publications = LazyModule("evolink_widgets.store.publishing")
    Merged, Published = "merges.Merged", "publications.Published"
    GeneratedImage, Library = "pictures.GeneratedImage", "libraries.Library"
    Journal, StoredPictures = "journals.Journal", "galleries.StoredPictures"


class Store:
    """The folder of pictures and its database; both are made at the first write.

    Several kernels, threads and processes may use one folder at once. A `Store` may be used
    from any thread, and in a child after a fork.

    Args:
        root: the folder. It is fixed now: a notebook that changes its folder later keeps it.
        libraries: stores that answer beside it, and are only read.

    Raises:
        ConfigurationError: `root` is no path, or its place can't be known.
        StoreFull, StoreReadOnly, StoreDamaged, StoreTooNew: from every method, as they come.

    Example:
        >>> store = ew.session().store
        >>> isinstance(store, ew.store.Store), store.root.name
        (True, 'evolink_images')
    """

    def __init__(self, root: str | Path, libraries: Sequence[Library] = ()) -> None:
        self.root = absolute(_spelt(root), "The store", ConfigurationError)
        self.libraries = tuple(libraries)
        self.database = database_in(self.root)

    # What no first ask needs is loaded with its first use. Two threads may make it at once: of
    # the journal and the gallery, which know what this process is at work on, both get the same.

    @property
    def journal(self) -> Journal:
        """The record of every task."""
        found: Journal | None = vars(self).get("_journal")
        if found is None:
            from evolink_widgets.store.journal.journal import Journal

            found = vars(self).setdefault("_journal", Journal(self.database))
        return found

    @cached_property
    def ledger(self) -> Ledger:
        """The record of credits."""
        from evolink_widgets.store.ledger.ledger import Ledger

        return Ledger(self.database)

    @property
    def gallery(self) -> StoredPictures:
        """The pictures."""
        found: StoredPictures | None = vars(self).get("_gallery")
        if found is None:
            from evolink_widgets.store.gallery.library_pictures import pictures_in

            found = vars(self).setdefault("_gallery", pictures_in(self.root, self.database))
        return found

    @cached_property
    def uploads(self) -> Uploads:
        """References that the service keeps."""
        from evolink_widgets.store.uploads import Uploads

        return Uploads(self.root, self.database, [one.root for one in self.libraries])

    @cached_property
    def presets(self) -> Presets:
        """Values that are kept under a name."""
        from evolink_widgets.store.saved_presets import Presets

        return Presets(lambda: self.database)

    @cached_property
    def verdicts(self) -> Verdicts:
        """What judges have said of pictures."""
        from evolink_widgets.store.judging.verdicts import Verdicts

        return Verdicts(self.database)

    @cached_property
    def votes(self) -> Votes:
        """Which of two pictures judges have found better."""
        from evolink_widgets.store.judging.votes import Votes

        return Votes(lambda: self.database)

    @property
    def owner(self) -> str:
        """This process's name for `journal.claim`; another one after a fork."""
        return this_process()

    def find(self, task_key: str, index: int) -> GeneratedImage:
        """Return one picture, in the trash or not; of the first library where it is not here.

        Raises:
            StoreError: neither this store nor a library has such a picture, or its file is gone.
        """
        try:
            return self.gallery.find(task_key, index)
        except StoreError as exc:
            from evolink_widgets.store.gallery.library_pictures import pictures_in

            for library in self.libraries:
                with suppress(StoreError):
                    return pictures_in(library.root, library.database).find(task_key, index)
            raise exc

    def prompts(self, most: int = 100) -> list[str]:
        """The last prompts, newest first, each once; at most 100 kB of text.

        Args:
            most: how many, at most.
        """
        from evolink_widgets.store.journal.prompts import recent

        return recent(self.database, most)

    def merge(self, other: str | Path) -> Merged:
        """Take another store in: its pictures, recipes, tasks and credits, each once.

        Presets come in where this store has none of that name. Of two verdicts of one judge on
        one picture the later stays; a vote that was taken back in either store counts in neither.

        The other folder is only read. It may have been moved or copied, be of an older version,
        or a stranger's: what is damaged or leads outside is left out, with a sentence. Its
        spending counts as history, at the time when it was spent. Merging again, also after
        a merge that was stopped, takes in what is missing.

        Args:
            other: the folder, or a zip file of whole stores, as `pack` writes it.

        Raises:
            StoreError: `other` is no store, or this one.
            StoreFull, StoreReadOnly: ours can't be written to; what came in before stays.
            StoreTooNew: a newer version wrote the other one.
        """
        from evolink_widgets.store.merging.merge import Merged, merge
        from evolink_widgets.store.merging.whole_zip import is_zip, unpacked

        path = absolute(other, "The other store")
        if not is_zip(path):
            return merge(self.root, self.database, path)
        with unpacked(path) as folders:
            return sum((merge(self.root, self.database, one) for one in folders), Merged())

    def pack(self, target: str | Path) -> Path:
        """Write all of the store into one zip file, which `merge` takes in elsewhere.

        Its files are as they lie in the folder: the service's bytes, recipes, references, what is
        in the trash, and the database with credits, marks and judgements, but no address that is
        told of a task's end (`callback_url`). Kernels may go on.

        Args:
            target: the zip file, or a folder for it; where another file has the name, "-2" is
                added to it.

        Returns:
            The file's path.

        Raises:
            StoreError: there is nothing to pack, or it can't be written; no file is left then.
        """
        from evolink_widgets.store.merging.whole_zip import pack

        path = absolute(target, "target")
        if path.is_dir():
            path /= f"{self.root.name}.zip"
        return pack({self.root.name: self.root}, path)

    def publish(
        self,
        folder: str | Path,
        *,
        pictures: Iterable[GeneratedImage] | None = None,
        references: bool = True,
    ) -> Published:
        """Copy this store into a library, for git or a shared folder; or bring that up to date.

        See `ew.store.publish`.

        Raises:
            StoreError: the folder is a store, or can't be written to.
        """
        from evolink_widgets.store.publishing import publish

        place = absolute(folder, "folder")
        return publish(
            self.root,
            self.database,
            self.uploads,
            place,
            pictures=pictures,
            references=references,
        )

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        self.database.close()

    def __repr__(self) -> str:
        return printable(f"Store({str(self.root)!r})")


def store_in_use() -> Store:
    """The store of this process, with the libraries that answer beside it.

    Raises:
        ConfigurationError: the folder, or a library, can't be one.
    """
    return Store(in_use.choice.folder(), in_use.choice.libraries())


def _spelt(root: str | Path) -> str | Path:
    """The folder as this process has to spell it: in code it is spelt as in UTF-8."""
    try:
        os.fsencode(root)
    except UnicodeEncodeError:  # this locale has no such letters
        with suppress(UnicodeEncodeError):
            return Path(in_file_system(str(root)))
    except (TypeError, ValueError):  # `absolute` says what is wrong with it
        pass
    return root
