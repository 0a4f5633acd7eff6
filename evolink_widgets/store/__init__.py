"""What stays on this machine: the journal of tasks, the ledger of credits, the pictures.

One folder, by default `evolink_images/` beside the notebook: picture files with readable
names, one recipe file beside each set, and `evolink.sqlite`, which several kernels, threads
and processes share. Everything here blocks: call it from a worker thread where that matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from evolink_widgets.errors import StoreError
from evolink_widgets.lazy_module import LazyModule
from evolink_widgets.problem import shown
from evolink_widgets.store import in_use
from evolink_widgets.store.gallery.gallery import GeneratedImage, ImageSet, StoredPictures
from evolink_widgets.store.journal.journal import Entry, Journal, Step
from evolink_widgets.store.ledger.caps import Cap, Spent
from evolink_widgets.store.ledger.ledger import Ledger
from evolink_widgets.store.store import Store

if TYPE_CHECKING:
    from evolink_widgets.store.gallery.moves import trash as _trash
    from evolink_widgets.store.gallery.moves.trash import Freed
    from evolink_widgets.store.gallery.rows.query import Facets, Query
    from evolink_widgets.store.gallery.thumbnails.static_copy import thumbnail_html
    from evolink_widgets.store.gallery.thumbnails.thumbs import Thumb, thumbnail
    from evolink_widgets.store.merging import merge as _merge
    from evolink_widgets.store.merging.merge import Merged
else:
    _trash = LazyModule("evolink_widgets.store.gallery.moves.trash")
    _merge = LazyModule("evolink_widgets.store.merging.merge")

_LATER = {
    "Facets": "gallery.rows.query",
    "Freed": "gallery.moves.trash",
    "Merged": "merging.merge",
    "Query": "gallery.rows.query",
    "Thumb": "gallery.thumbnails.thumbs",
    "thumbnail": "gallery.thumbnails.thumbs",
    "thumbnail_html": "gallery.thumbnails.static_copy",
}
"""The module of each name that no first ask needs: it is loaded with the name's first use."""

__all__ = [
    "Cap",
    "Entry",
    "Facets",
    "Freed",
    "GeneratedImage",
    "ImageSet",
    "Journal",
    "Ledger",
    "Merged",
    "Query",
    "Spent",
    "Step",
    "Store",
    "StoredPictures",
    "Thumb",
    "empty_trash",
    "favourite",
    "merge",
    "picture",
    "thumbnail",
    "thumbnail_html",
]


def __getattr__(name: str) -> object:
    """Import a name on its first use (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def merge(other: str | Path) -> _merge.Merged:
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


def picture(task_key: str, number: int) -> GeneratedImage:
    """Return one picture of the store that this process uses; it asks no service.

    *Copy as code* gives this line: within a cell, and on any service, it is that very picture,
    where asking again could buy another.

    Args:
        task_key: the task's local key, `image.task_key`.
        number: the picture's place in its task, from 1, as at the end of its file's name.

    Raises:
        StoreError: the store has no such picture, or its file is gone.

    Example:
        >>> image = ew.generate("a fox").result()[0]
        >>> ew.store.picture(image.task_key, 1) == image
        True
    """
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise StoreError(
            f"number must be a whole number from 1; it is {shown(number)}.",
            advice="It stands at the end of the file's name.",
        )
    with closing(Store(in_use.choice.folder())) as store:
        return store.gallery.find(str(task_key), number - 1)


def favourite(pictures: GeneratedImage | Iterable[GeneratedImage], on: bool = True) -> None:
    """Mark pictures of the store that this process uses as favourites, or take the mark back.

    Args:
        pictures: one, or several.
        on: favourite or not.

    Raises:
        StoreError: the store can't be written to.

    Example:
        >>> image = ew.generate("a fox").result()[0]
        >>> ew.store.favourite(image)
        >>> image.favourite
        True
    """
    given = [pictures] if isinstance(pictures, GeneratedImage) else list(pictures)
    with closing(Store(in_use.choice.folder())) as store:
        store.gallery.favourite([(one.task_key, one.index) for one in given], on)


def empty_trash() -> _trash.Freed:
    """Delete for good what lies in the trash of the store that this process uses.

    It asks nothing and can't be undone: it frees the disk that deleted pictures still take.

    Returns:
        How many pictures were deleted, and how many bytes that has freed.

    Raises:
        StoreError: the store can't be read or written to.

    Example:
        >>> print(ew.store.empty_trash())
    """
    with closing(Store(in_use.choice.folder())) as store:
        return store.gallery.empty_trash(before=math.inf)
