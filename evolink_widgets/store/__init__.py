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
from evolink_widgets.problem import shown
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store import in_use

if TYPE_CHECKING:
    from evolink_widgets.store import publishing as _publishing
    from evolink_widgets.store.gallery import pictures as _pictures
    from evolink_widgets.store.gallery.gallery import StoredPictures
    from evolink_widgets.store.gallery.moves import trash as _trash
    from evolink_widgets.store.gallery.moves.trash import Freed
    from evolink_widgets.store.gallery.pictures import GeneratedImage, ImageSet
    from evolink_widgets.store.gallery.rows.query import Facets, Query
    from evolink_widgets.store.gallery.thumbnails.static_copy import thumbnail_html
    from evolink_widgets.store.gallery.thumbnails.thumbs import Thumb, thumbnail
    from evolink_widgets.store.journal.journal import Entry, Journal, Step
    from evolink_widgets.store.ledger.caps import Cap, Spent
    from evolink_widgets.store.ledger.ledger import Ledger
    from evolink_widgets.store.merging import merge as _merge
    from evolink_widgets.store.merging.merge import Merged
    from evolink_widgets.store.publishing import Published
    from evolink_widgets.store.store import Store
else:
    _pictures = LazyModule("evolink_widgets.store.gallery.pictures")
    _trash = LazyModule("evolink_widgets.store.gallery.moves.trash")
    _merge = LazyModule("evolink_widgets.store.merging.merge")
    _publishing = LazyModule("evolink_widgets.store.publishing")

_LATER = {
    "Cap": "ledger.caps",
    "Entry": "journal.journal",
    "Facets": "gallery.rows.query",
    "Freed": "gallery.moves.trash",
    "GeneratedImage": "gallery.pictures",
    "ImageSet": "gallery.pictures",
    "Journal": "journal.journal",
    "Ledger": "ledger.ledger",
    "Merged": "merging.merge",
    "Published": "publishing",
    "Query": "gallery.rows.query",
    "Spent": "ledger.caps",
    "Step": "journal.journal",
    "Store": "store",
    "StoredPictures": "gallery.gallery",
    "Thumb": "gallery.thumbnails.thumbs",
    "thumbnail": "gallery.thumbnails.thumbs",
    "thumbnail_html": "gallery.thumbnails.static_copy",
}
"""The module of each name: it is loaded with the name's first use, for a first ask needs few."""

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
    "Published",
    "Query",
    "Spent",
    "Step",
    "Store",
    "StoredPictures",
    "Thumb",
    "empty_trash",
    "favourite",
    "merge",
    "pack",
    "picture",
    "publish",
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
        other: the folder, or a zip file that `pack` or *Download all* has made; it is only read.

    Raises:
        StoreError: `other` is no store, or ours; or ours can't be written to.

    Example:
        >>> images = ew.generate("a fox", n=2).result()
        >>> packed = ew.store.pack("from-a-colleague.zip")
        >>> ew.configure(store="mine")
        >>> ew.store.merge("from-a-colleague.zip").pictures
        2
    """
    with closing(_own_store()) as store:
        return store.merge(other)


def publish(
    folder: str | Path,
    *,
    pictures: _pictures.GeneratedImage | Iterable[_pictures.GeneratedImage] | None = None,
    references: bool = True,
) -> _publishing.Published:
    """Copy the store that this process uses into a library, or bring that library up to date.

    A library answers others' asks for 0 credits, and no process writes to it: commit the folder as
    it is, or put it where a class can read it, and name it in `EVOLINK_LIBRARY`. It holds the
    pictures, their recipes as text, and one database that is closed: the same pictures give the
    same bytes. It holds what each task cost, and no ledger, marks, verdicts, presets,
    ids or keys of the service's tasks and requests, links, addresses or names of notebooks.

    Args:
        folder: a new folder, or a library that was published before; what is not in the store any
            more goes.
        pictures: these alone; by default all that is not in the trash.
        references: whether the bytes of references go along, for those who ask again: a photo of
            yours, say. Without them what is there still answers.

    Returns:
        How many pictures it has, how many are new, and what was left out.

    Raises:
        StoreError: the folder is a store, or can't be written to.

    Example:
        >>> images = ew.generate("a fox").result()
        >>> print(ew.store.publish("course_images"))
        1 picture in course_images/, 1 new
    """
    chosen = [pictures] if isinstance(pictures, _pictures.GeneratedImage) else pictures
    with closing(_own_store()) as store:
        return store.publish(folder, pictures=chosen, references=references)


def pack(target: str | Path = ".") -> Path:
    """Write all of the store that this process uses into one zip file; see `Store.pack`.

    Args:
        target: the zip file, or a folder for it; nothing is overwritten.

    Returns:
        The file's path.

    Raises:
        StoreError: there is nothing to pack, or it can't be written.

    Example:
        >>> images = ew.generate("a fox").result()
        >>> ew.store.pack("home.zip").name
        'home.zip'
    """
    with closing(_own_store()) as store:
        return store.pack(target)


def picture(task_key: str, number: int) -> _pictures.GeneratedImage:
    """Return one picture of the store that this process uses, or of a library; asks no service.

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
    from evolink_widgets.store.store import store_in_use

    with closing(store_in_use()) as store:
        return store.find(str(task_key), number - 1)


def favourite(
    pictures: _pictures.GeneratedImage | Iterable[_pictures.GeneratedImage], on: bool = True
) -> None:
    """Mark pictures of the store that this process uses as favourites, or take the mark back.

    Marks of a library's pictures are kept in that store, too.

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
    from evolink_widgets.store.safe_files import store_of
    from evolink_widgets.store.store import Store
    from evolink_widgets.store.unwritten import is_library

    given = [pictures] if isinstance(pictures, _pictures.GeneratedImage) else list(pictures)
    by_root: dict[Path, list[_pictures.GeneratedImage]] = {}
    for one in given:
        root = store_of(one.path)
        by_root.setdefault(root if is_library(root) else in_use.choice.folder(), []).append(one)
    for root, images in by_root.items():
        with closing(Store(root)) as store:
            store.gallery.favourite([(one.task_key, one.index) for one in images], on)


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
    with closing(_own_store()) as store:
        return store.gallery.empty_trash(before=math.inf)


def _own_store() -> Store:
    """The store that this process uses, with no library beside it."""
    from evolink_widgets.store.store import Store

    return Store(in_use.choice.folder())
