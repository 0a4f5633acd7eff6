"""The pictures of all stores under the root, as if they were one gallery's."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, TypeVar

from evolink_widgets.errors import EvolinkError
from evolink_widgets.jupyter.server.found_stores import FoundStore, FoundStores
from evolink_widgets.rules.tasks.played import EMULATOR, RECORDED
from evolink_widgets.store.file_names import TRASH
from evolink_widgets.store.gallery.copies.embed import read_recipe
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.rows.query import Query
from evolink_widgets.store.merging.whole_zip import pieces
from evolink_widgets.widgets.base.hosts import machine_that_goes
from evolink_widgets.widgets.gallery.backend import GalleryBackend, item_of
from evolink_widgets.widgets.gallery.query_results import query_of
from evolink_widgets.widgets.pictures.taking_home import mark_of

__all__ = ["PicturesUnderRoot"]

T = TypeVar("T")
#: When it was saved, counted backwards, so that the newest is first; its store, key and place.
Place = tuple[float, str, str, int]

#: Pictures in one answer, and in one write.
_PAGE, _SELECTED = 200, 2_000


@dataclass(frozen=True)
class Home:
    """Stores that can be taken home as one zip file.

    Attributes:
        stores: their folders, by their places under the root.
        root: the server's root.
    """

    stores: Mapping[str, Path]
    root: Path

    @property
    def file_name(self) -> str:
        """What the zip file is called, in letters that every header takes."""
        name = PurePath(next(iter(self.stores))).name if len(self.stores) == 1 else "pictures"
        return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name).strip('-') or 'pictures'}.zip"

    def told(self) -> dict[str, Any]:
        """What a page is told of it."""
        return {"there": bool(self.stores), "machine": machine_that_goes(self.root)}

    def pieces(self) -> Generator[bytes, None, None]:
        """The file's bytes, as they are asked for."""
        yield from pieces(self.stores)


class PicturesUnderRoot:
    """What the side panel asks of the stores' pictures; every method blocks.

    A picture is known by its store's name and its own: "3f…~k3j2….0".

    Args:
        stores: where they are.
    """

    def __init__(self, stores: FoundStores) -> None:
        self._stores = stores

    def look(self, fields: object) -> dict[str, Any]:
        """Count the pictures that match, and list the values that filters can have."""
        query, chosen = self._read(fields)
        told = self._each(chosen, lambda _, backend: backend.look(query))
        facets: dict[str, Counter[str]] = {}
        for one in told:
            for name, values in one["facets"].items():
                # Each store's most used first: what is first in several stays first.
                found = facets.setdefault(name, Counter())
                for place, value in enumerate(values):
                    found[value] += len(values) - place
        return {
            "count": sum(one["count"] for one in told),
            "facets": {
                name: [value for value, _ in found.most_common()] for name, found in facets.items()
            },
        }

    def page(self, fields: object, offset: int, limit: int) -> dict[str, Any]:
        """Return one page of the pictures of all stores, newest first."""
        return {"items": [item for _, item in self._items(fields, offset, min(limit, _PAGE))]}

    def ids(self, fields: object, start: int, end: int) -> dict[str, Any]:
        """Return the ids of the pictures between two places; 2,000 at most."""
        query, chosen = self._read(fields)
        found = self._places(query, chosen, start, min(end - start, _SELECTED))
        return {"ids": [f"{store.name}~{key}.{place}" for store, key, place in found],
                "most": _SELECTED}  # fmt: skip

    def image(self, name: str) -> GeneratedImage:
        """Return the picture with an id.

        Raises:
            EvolinkError: there is none that the server would show.
        """
        store, own = self._split(name)
        image = store.open().image(own)
        if not self._stores.shows_trash and image.path.parent.name == TRASH:
            raise EvolinkError("This picture is in the trash.", advice="Undo brings it back.")
        return image

    def facts(self, name: str) -> dict[str, Any]:
        """Return label and value pairs for the lightbox."""
        self.image(name)
        store, own = self._split(name)
        facts = store.open().facts(own)
        return {"rows": [*facts["rows"], ["Folder", store.folder]]}

    def code(self, name: str) -> dict[str, Any]:
        """Return the line that gives this very picture, under the call that made it."""
        return {"text": self.image(name).as_code()}

    def recipe(self, path: str) -> dict[str, Any]:
        """Return the recipe that a file under the root carries, as pairs and as Python."""
        recipe = read_recipe(self._stores.file(path))
        request = recipe.request
        rows = [["Prompt", request.prompt], ["Size", request.size], ["Quality", request.quality],
                ["Pictures", str(request.n)], ["Model", request.model]]  # fmt: skip
        if recipe.service == EMULATOR:
            rows.append(["Simulated", "Drawn by the emulator; nothing was charged"])
        elif recipe.service == RECORDED:
            rows.append(["Recorded", "Asked of a cassette; nothing was charged"])
        return {"rows": rows, "text": recipe.as_code()}

    def place(self, name: str) -> dict[str, Any]:
        """Return where a picture's file is, from the root, and what it shows."""
        image = self.image(name)
        path = image.path.relative_to(self._stores.root).as_posix()
        return {"path": path, "name": image.path.name, "alt": image.alt,
                "prompt": image.recipe.request.prompt}  # fmt: skip

    def home(self, mark: str = "") -> Home:
        """Return what goes home: all stores under the root, or the one with a mark."""
        stores = [one for one in self._stores.all() if mark in ("", mark_of(one.path))]
        return Home({one.folder: one.path for one in stores}, self._stores.root)

    def favourite(self, names: Iterable[str], on: bool) -> dict[str, Any]:
        """Mark pictures as favourites, or take the mark back."""
        return self._write(names, lambda backend, own: backend.favourite(own, on))

    def trash(self, names: Iterable[str]) -> dict[str, Any]:
        """Move pictures to the trash."""
        return self._write(names, GalleryBackend.trash)

    def restore(self, names: Iterable[str]) -> dict[str, Any]:
        """Put pictures back."""
        return self._write(names, GalleryBackend.restore)

    def _write(self, names: Iterable[str], act: Any) -> dict[str, Any]:
        asked: dict[str, tuple[FoundStore, list[str]]] = {}
        for name in islice(names, _SELECTED):
            store, own = self._split(name)
            asked.setdefault(store.name, (store, []))[1].append(own)
        done = [act(store.open(), own)["count"] for store, own in asked.values()]
        return {"count": sum(done)}

    def _items(
        self, fields: object, offset: int, limit: int
    ) -> Iterator[tuple[FoundStore, dict[str, Any]]]:
        query, chosen = self._read(fields)
        for store, key, place in self._places(query, chosen, offset, limit):
            try:
                gallery = store.open().store.gallery
                image = gallery.find(key, place)
                is_favourite = bool(gallery.favourites([(key, place)]))
            except EvolinkError:
                continue  # one damaged row must not hide the other pictures
            yield store, _named(store, item_of(image, is_favourite))

    def _places(
        self, query: Query, chosen: str | None, offset: int, limit: int
    ) -> list[tuple[FoundStore, str, int]]:
        end = offset + max(0, limit)
        # Of several stores all that is newer has to be seen, for it may be any one's.
        start = offset if len(self._stores.all()) == 1 else 0

        def newest(store: FoundStore, backend: GalleryBackend) -> list[Place]:
            found = backend.store.gallery.places(query, start, end - start)
            return [(-when, store.name, key, place) for when, key, place in found]

        merged = islice(heapq.merge(*self._each(chosen, newest)), offset - start, end - start)
        named = ((self._stores.get(name), key, place) for _, name, key, place in merged)
        return [(store, key, place) for store, key, place in named if store is not None]

    def _each(self, chosen: str | None, read: Callable[[FoundStore, GalleryBackend], T]) -> list[T]:
        """What is read of each store; why one can't be read is told beside what runs."""
        found = []
        for store in self._stores.all():
            if chosen is None or store.name == chosen:
                with suppress(EvolinkError):
                    found.append(read(store, store.open()))
        return found

    def _read(self, fields: object) -> tuple[Query, str | None]:
        given = dict(fields) if isinstance(fields, Mapping) else {}
        store = given.pop("store", None)
        query = query_of(given)
        if query.trashed and not self._stores.shows_trash:
            raise EvolinkError("The trash is a hidden folder, and this server shows none.")
        return query, store if isinstance(store, str) else None

    def _owner(self, own: str) -> FoundStore | None:
        """The store that has a picture of this name, which a notebook knows without its store."""
        for store in self._stores.all():
            with suppress(EvolinkError):
                store.open().image(own)
                return store
        return None

    def _split(self, name: object) -> tuple[FoundStore, str]:
        where, parted, own = str(name).partition("~")
        store = self._stores.get(where) if parted else self._owner(where)
        own = own if parted else where
        if store is None:
            raise EvolinkError("There is no such picture.", advice="Look for it again.")
        return store, own


def _named(store: FoundStore, item: dict[str, Any]) -> dict[str, Any]:
    return item | {"id": f"{store.name}~{item['id']}"}
