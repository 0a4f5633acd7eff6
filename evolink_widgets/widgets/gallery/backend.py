"""What the gallery's page asks of the store, answered as plain JSON; every method may block."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evolink_widgets.errors import EvolinkError, StoreError
from evolink_widgets.runtime.clock import now
from evolink_widgets.store import in_use
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.all_pictures import AllPictures
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.rows.query import Query
from evolink_widgets.store.gallery.thumbnails.static_copy import html, sheet
from evolink_widgets.store.library.library import Library
from evolink_widgets.store.store import Store
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.saved_runs import finished

__all__ = ["GalleryBackend", "item_of", "name_of"]

#: Pictures in one answer, and in one selection.
_PAGE, _SELECTED = 200, 2000
#: Pictures that stay in the notebook.
_COMPANION = 12


def name_of(image: GeneratedImage) -> str:
    """Return the browser's id of a picture: the task's key, and the picture's place in it."""
    return f"{image.task_key}.{image.index}"


def item_of(image: GeneratedImage, is_favourite: bool) -> dict[str, Any]:
    """Return what a page of the gallery tells of one picture."""
    return {
        "id": name_of(image),
        "prompt": one_line(image.recipe.request.prompt, 120),
        "alt": image.alt,
        "width": image.width,
        "height": image.height,
        "favourite": is_favourite,
    }


class GalleryBackend:
    """A gallery's access to one store, over its own database connection.

    So a long read does not keep other code of this process from writing.

    Args:
        root: the store's folder.
        libraries: stores whose pictures are shown beside its own.
    """

    def __init__(self, root: Path, libraries: Sequence[Library] = ()) -> None:
        self.store = Store(root, libraries)
        self.gallery = self.store.gallery
        if libraries:
            self.gallery = AllPictures(root, self.store.database, libraries)
        self._version: object = None
        self._looks: object = None

    @property
    def folder(self) -> str:
        """The folder's name without its parents, which a saved notebook must not tell."""
        return self.store.root.name

    def look(self, query: Query) -> dict[str, Any]:
        """Count the pictures that match, and list the values that filters can have."""
        if self._version is None:
            self.has_changed()  # what changes from here on is a change of what is told here
        facets = self.gallery.facets()
        return {
            "count": self.gallery.count(query),
            "facets": {
                "size": facets.sizes,
                "quality": facets.qualities,
                "model": facets.models,
                "notebook": facets.notebooks,
                "library": facets.libraries,
                "recorded": ("recorded",) if facets.recorded else (),
            },
        }

    def page(self, query: Query, offset: int, limit: int) -> dict[str, Any]:
        """Return one page of the pictures, without their pixels.

        Args:
            query: what to look for.
            offset: how many matches to skip.
            limit: how many to return, 200 at most.
        """
        found = self.gallery.page(query, offset, min(limit, _PAGE))
        places = [(image.task_key, image.index) for image in found]
        favourites = self.gallery.favourites(places)
        return {
            "items": [
                item_of(image, place in favourites)
                for place, image in zip(places, found, strict=True)
            ]
        }

    def ids(self, query: Query, start: int, end: int) -> dict[str, Any]:
        """Return the ids of the pictures between two places.

        Args:
            query: what to look for.
            start: the first place, from 0.
            end: the place after the last; 2,000 ids are returned at most.
        """
        limit = min(end - start, _SELECTED)
        found = self.gallery.page(query, start, limit)
        return {"ids": [name_of(image) for image in found], "most": _SELECTED}

    def image(self, name: object) -> GeneratedImage:
        """Return the picture with an id.

        Raises:
            EvolinkError: there is none.
        """
        return self.gallery.find(*_pair(name))

    def facts(self, name: object) -> dict[str, Any]:
        """Return label and value pairs for the lightbox."""
        image = self.image(name)
        state = finished([image])
        try:
            siblings = self.gallery.images(image.task_key)
        except StoreError:  # of what is left no receipt is known
            pass
        else:
            # What the task cost was for all of its pictures.
            together = (image,) * max(1, siblings.expected)
            state = replace(state, receipt=siblings.receipt, images=together)
        rows = describe.facts(image, state)
        own = [["Saved", when]] if (when := _moment(image.created_at)) else []
        own += [["Notebook", image.notebook]] if image.notebook else []
        library = in_use.choice.library_of(image)
        own += [["Library", library]] if library is not None else []
        own += [["Model", image.recipe.request.model]]
        place = next((i for i, row in enumerate(rows) if row[0] == "Quality"), 0) + 1
        return {"rows": [*rows[:place], *own, *rows[place:]]}

    def favourite(self, names: Iterable[object], on: bool) -> dict[str, Any]:
        """Mark pictures as favourites, or take the mark back."""
        return {"count": self.gallery.favourite([_pair(name) for name in names], on)}

    def trash(self, names: Iterable[object]) -> dict[str, Any]:
        """Move pictures to the trash."""
        pictures = [_pair(name) for name in names]
        return {"count": self.gallery.trash(pictures, now=now())}

    def restore(self, names: Iterable[object]) -> dict[str, Any]:
        """Put pictures back."""
        return {"count": self.gallery.restore([_pair(name) for name in names])}

    def empty_trash(self) -> dict[str, Any]:
        """Delete for good what lies in the trash; the page has asked the user before."""
        freed = self.gallery.empty_trash(before=math.inf)
        return {"count": freed.pictures, "text": f"{freed}."}

    def has_changed(self) -> bool:
        """Whether this kernel or another process has changed the pictures since the last call."""
        shown = self.gallery
        version: object = self.store.database.data_version
        if isinstance(shown, AllPictures):
            version = shown.version
        if version == self._version:
            return False
        self._version = version
        gallery = self.gallery
        kinds = (Query(), Query(favourite=True), Query(trashed=True))
        newest = [name_of(image) for image in gallery.page(Query(), 0, 1)]
        looks = (newest, *(gallery.count(query) for query in kinds))
        before, self._looks = self._looks, looks
        return before is not None and before != looks

    def static_html(self, key: str, query: Query) -> str:
        """The newest pictures of all that may be shown, and how many, as HTML with no kernel."""
        gallery = self.gallery
        count = gallery.count(query)
        images = gallery.page(query, 0, _COMPANION)
        said = counted(count, "picture") if count else "No pictures yet"
        beside = [f"the library {one.name}" for one in self.store.libraries]
        line = f"{said} in {' and '.join([self.folder, *beside])}"
        return html(images, key=key, caption=line, edge=160)

    def static_picture(self) -> dict[str, str]:
        """The same pictures as one JPEG, as a part of a MIME bundle."""
        return sheet(self.gallery.page(Query(), 0, _COMPANION))

    def close(self) -> None:
        """Close the database connection."""
        self.store.close()


def _moment(seconds: float) -> str | None:
    """A moment in words; `None` where a clock that jumped has left nonsense."""
    try:
        at = time.localtime(seconds)
    except (OverflowError, OSError, ValueError):
        return None
    return f"{at.tm_mday} {time.strftime('%B %Y, %H:%M', at)}"


def _pair(name: object) -> tuple[str, int]:
    key, _, index = str(name).rpartition(".")
    if not key or not index.isdecimal() or len(index) > 9:
        raise EvolinkError("There is no such picture.", advice="Look for it again.")
    return key, int(index)
