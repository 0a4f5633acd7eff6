"""What stays on this machine: the journal of tasks, the ledger of credits, the pictures.

One folder, by default `evolink_images/` beside the notebook: picture files with readable
names, one recipe file beside each set, and `evolink.sqlite`, which several kernels, threads
and processes share. Everything here blocks: call it from a worker thread where that matters.
"""

from __future__ import annotations

from evolink_widgets.store.gallery import Gallery, GeneratedImage, ImageSet
from evolink_widgets.store.journal import Entry, Journal, Step
from evolink_widgets.store.ledger import Cap, Ledger, Spent
from evolink_widgets.store.merge import Merged
from evolink_widgets.store.query import Facets, Query
from evolink_widgets.store.store import Store
from evolink_widgets.store.thumbs import Thumb, thumbnail

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
    "thumbnail",
]
