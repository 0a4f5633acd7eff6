"""What stays on this machine: the journal of tasks, the ledger of credits, the pictures.

One folder, by default `evolink_images/` beside the notebook: picture files with readable
names, one recipe file beside each set, and `evolink.sqlite`, which several kernels, threads
and processes share. Everything here blocks: call it from a worker thread where that matters.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from evolink_widgets.store import in_use
from evolink_widgets.store.gallery.gallery import Gallery, GeneratedImage, ImageSet
from evolink_widgets.store.gallery.query import Facets, Query
from evolink_widgets.store.gallery.thumbs import Thumb, thumbnail
from evolink_widgets.store.journal.journal import Entry, Journal, Step
from evolink_widgets.store.ledger.ledger import Cap, Ledger, Spent
from evolink_widgets.store.merge.merge import Merged
from evolink_widgets.store.store import Store

__all__ = [
    "Cap",
    "Entry",
    "Facets",
    "Gallery",
    "GeneratedImage",
    "ImageSet",
    "Journal",
    "Ledger",
    "Merged",
    "Query",
    "Spent",
    "Step",
    "Store",
    "Thumb",
    "merge",
    "thumbnail",
]


def merge(other: str | Path) -> Merged:
    """Take another store into the one that this process uses; see `Store.merge`.

    Args:
        other: the folder; it is only read.

    Raises:
        StoreError: `other` is no store, or ours; or ours can't be written to.

    Example:
        >>> ew.store.merge("from-a-colleague/evolink_images")
    """
    with closing(Store(in_use.choice.folder())) as store:
        return store.merge(other)
