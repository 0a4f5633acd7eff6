"""The store: one folder with its journal, ledger, gallery, uploads, presets and judgements."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.lazy_module import LazyModule
from evolink_widgets.printable import printable
from evolink_widgets.store.database.database import FILE, Database
from evolink_widgets.store.file_names import in_file_system
from evolink_widgets.store.gallery.gallery import StoredPictures
from evolink_widgets.store.journal.journal import Journal
from evolink_widgets.store.journal.process_name import this_process
from evolink_widgets.store.journal.prompts import recent
from evolink_widgets.store.ledger.ledger import Ledger
from evolink_widgets.store.user_paths import absolute

if TYPE_CHECKING:
    from evolink_widgets.store.judging.verdicts import Verdicts
    from evolink_widgets.store.judging.votes import Votes
    from evolink_widgets.store.merging.merge import Merged
    from evolink_widgets.store.saved_presets import Presets
    from evolink_widgets.store.uploads import Uploads
else:
    merges = LazyModule("evolink_widgets.store.merging.merge")
    Merged = "merges.Merged"


class Store:
    """The folder of pictures and its database; both are made at the first write.

    Several kernels, threads and processes may use one folder at once. A `Store` may be used
    from any thread, and in a child after a fork.

    Args:
        root: the folder. It is fixed now: a notebook that changes its folder later keeps it.

    Raises:
        ConfigurationError: `root` is no path, or its place can't be known.
        StoreFull, StoreReadOnly, StoreDamaged, StoreTooNew: from every method, as they come.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = absolute(_spelt(root), "The store", ConfigurationError)
        self.database = Database(self.root / FILE)
        self.journal = Journal(self.database)
        self.ledger = Ledger(self.database)
        self.gallery = StoredPictures(self.root, self.database)

    # What no first ask needs is loaded with its first use. Each holds nothing but the database,
    # so that two threads may make it at once.

    @cached_property
    def uploads(self) -> Uploads:
        """References that the service keeps."""
        from evolink_widgets.store.uploads import Uploads

        return Uploads(self.root, self.database)

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

    def prompts(self, most: int = 100) -> list[str]:
        """The last prompts, newest first, each once; at most 100 kB of text.

        Args:
            most: how many, at most.
        """
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
            other: the folder.

        Raises:
            StoreError: `other` is no store, or this one.
            StoreFull, StoreReadOnly: ours can't be written to; what came in before stays.
            StoreTooNew: a newer version wrote the other one.
        """
        from evolink_widgets.store.merging.merge import merge

        return merge(self.root, self.database, absolute(other, "The other store"))

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        self.database.close()

    def __repr__(self) -> str:
        return printable(f"Store({str(self.root)!r})")


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
