"""`Gallery`: a panel to search, filter and tidy all pictures of the store."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Set
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import traitlets

from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import call_on_loop, spawn
from evolink_widgets.core.task import Stage, Task, TaskState
from evolink_widgets.errors import ConfigurationError, EvolinkError
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.rows.query import Query
from evolink_widgets.text.printable import printable
from evolink_widgets.widgets.base import assets
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.panel import described
from evolink_widgets.widgets.base.saved_runs import finished
from evolink_widgets.widgets.base.traits import SendableText
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.gallery.backend import GalleryBackend, name_of
from evolink_widgets.widgets.gallery.query_results import (
    QUERY,
    QueryResults,
    TimestampTrait,
    query_of,
)
from evolink_widgets.widgets.gallery.thumbnails import ThumbnailSender
from evolink_widgets.widgets.pictures.picture_panel import PicturePanel, names_in
from evolink_widgets.widgets.pictures.taking_home import told_of_home

__all__ = ["Gallery"]

log = logging.getLogger("evolink_widgets")

#: Seconds between two looks at the store, and for how long a page that looked counts as seen.
_PAUSE, _SEEN = 1.0, 60.0


class Gallery(PicturePanel):
    """A panel over all pictures of the store: search, filter, favourites, trash, zip files.

    Its filters are traits: set them, observe them, `link` them with any other widget. `None` is
    "any". Deleted pictures wait in the trash and can be put back.

    Args:
        pictures: only these, whatever the filters say: an `ImageSet`, or any saved pictures of
            the store; by default all of it, and what comes later.

    Traits:
        text: words that must all stand in the prompt.
        size, quality, model: as they were asked.
        notebook: where the pictures come from.
        favourite: favourites only.
        simulated: `True` for the emulator's pictures, `False` for the service's.
        recorded: `True` for pictures that a cassette replayed, `False` for all others.
        since, until: when they were saved, from and before, in Unix seconds; a `datetime` or a
            `date` may be set, and `until` a date is to its end.
        trashed: what lies in the trash, in place of what does not.
        library: where they are, by a library's name, or `"the own store"`.
        images: the pictures that fit, newest first: a sequence that reads them as it is used.
        selected: ids of the selected pictures, `"<task key>.<index>"`; the pictures themselves
            are `gallery.selected_images`.

    Raises:
        ConfigurationError: the settings do not fit together, or `pictures` are not the store's.

    Example:
        >>> gallery = ew.Gallery(text="fox", favourite=True)
        >>> chosen = ew.Gallery(gallery.images[:3])
        >>> len(gallery.images), gallery.images[:3]
    """

    _esm = assets.esm("gallery")
    _css = assets.css("gallery")

    text = SendableText("").tag(sync=True)
    size = SendableText(None, allow_none=True).tag(sync=True)
    quality = SendableText(None, allow_none=True).tag(sync=True)
    model = SendableText(None, allow_none=True).tag(sync=True)
    notebook = SendableText(None, allow_none=True).tag(sync=True)
    favourite = traitlets.Bool(False).tag(sync=True)
    simulated = traitlets.Bool(None, allow_none=True).tag(sync=True)
    recorded = traitlets.Bool(None, allow_none=True).tag(sync=True)
    since = TimestampTrait(None, allow_none=True).tag(sync=True)
    until = TimestampTrait(None, allow_none=True, ends=True).tag(sync=True)
    trashed = traitlets.Bool(False).tag(sync=True)
    library = SendableText(None, allow_none=True).tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {
        **PicturePanel._handlers,
        "look": "_on_look",
        "page": "_on_page",
        "thumbs": "_on_thumbs",
        "ids": "_on_ids",
        "emptyTrash": "_on_empty_trash",
    }

    _keeps_zips = True

    def __init__(self, pictures: Iterable[GeneratedImage] | None = None, **traits: Any) -> None:
        store = session().store
        self._backend = GalleryBackend(store.root, store.libraries)
        self._thumbnails = ThumbnailSender(self._backend.image, self.send)
        self._roots = {store.root, *(library.root for library in store.libraries)}
        self._among = None if pictures is None else _places(pictures, self._roots)
        self._arrived: set[str] = set()
        self._seen_at = 0.0
        self._watching = False
        super().__init__(**traits)
        self.observe(lambda _: self._reflect_soon(), names=list(QUERY))

    @property
    def query(self) -> Query:
        """What the filters ask for."""
        return Query(**{name: getattr(self, name) for name in QUERY}, among=self._among)

    def _query_of(self, content: dict[str, Any]) -> Query:
        """What a page looks for, among what this gallery is of."""
        return replace(query_of(content.get("query")), among=self._among)

    def _now(self, name: str) -> Any:
        return QueryResults(self._backend.gallery, self.query)

    def _find(self, name: object) -> tuple[GeneratedImage, TaskState]:
        image = self._backend.image(name)
        return image, finished([image])

    # -- what tasks and others do ---------------------------------------------------------------

    def _changed(self, task: Task, state: TaskState) -> None:
        self.send({"kind": "run", "run": described(task, state)})
        news = {name_of(image) for image in state.images} - self._arrived
        if news:
            self._arrived |= news
            self._tell_changed()

    def _marked(self, root: Path, pictures: frozenset[tuple[str, int]]) -> None:
        if root in self._roots:
            self._tell_changed()

    def _tell_changed(self) -> None:
        """Tell the pages that the store has changed; each asks for what it has in view."""
        self.send({"kind": "changed"})
        self._reflect_soon()
        self._companion.update()

    async def _watch(self) -> None:
        """Poll the store for changes, while a page says that it is seen."""
        try:
            while time.monotonic() < self._seen_at + _SEEN and self.comm is not None:
                if await outgoing_pictures.workers.run(self._backend.has_changed):
                    self._tell_changed()
                await asyncio.sleep(_PAUSE)
        except EvolinkError as error:  # the next look will say so where it can be read
            log.debug("The gallery no longer watches its store: %s", error)
        finally:
            self._watching = False

    def _begin_watching(self) -> None:
        if not self._watching:
            self._watching = True
            spawn(self._watch(), name="evolink-gallery")

    # -- what the browser says ------------------------------------------------------------------

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        going = [task for task in tasks if task.state.stage is not Stage.DONE]
        # A gallery of some pictures is no place for all of them.
        home = told_of_home(self._home()) if self._among is None else None
        return {**super()._welcome(going), "folder": self._backend.folder, "home": home}

    def _home(self) -> Path:
        return self._backend.store.root

    def _landed(self, tasks: list[Task]) -> Iterable[tuple[str, int, GeneratedImage]]:
        return ()  # pages ask for what is in view

    def _on_look(self, content: dict[str, Any]) -> Answer:
        self._seen_at = time.monotonic()
        call_on_loop(self._begin_watching)
        return self._later(content, "looked", self._backend.look, self._query_of(content))

    def _on_page(self, content: dict[str, Any]) -> Answer:
        part = (_count(content, "offset"), _count(content, "limit"))
        return self._later(content, "page", self._backend.page, self._query_of(content), *part)

    def _on_ids(self, content: dict[str, Any]) -> Answer:
        ends = (_count(content, "from"), _count(content, "to"))
        return self._later(content, "ids", self._backend.ids, self._query_of(content), *ends)

    def _on_thumbs(self, content: dict[str, Any]) -> Answer:
        self._thumbnails.want(str(content.get("view")), names_in(content))
        return "ok", {}

    def _facts(self, name: object) -> dict[str, Any]:
        return self._backend.facts(name)

    def _mark(self, names: list[str], on: bool) -> dict[str, Any]:
        return self._backend.favourite(names, on)

    def _trash(self, names: list[str]) -> dict[str, Any]:
        return self._backend.trash(names)

    def _restore(self, names: list[str]) -> dict[str, Any]:
        return self._backend.restore(names)

    def _on_empty_trash(self, content: dict[str, Any]) -> Answer:
        return self._later(content, "ok", self._empty_trash)

    def _empty_trash(self) -> dict[str, Any]:
        try:
            return self._backend.empty_trash()
        finally:
            self._tell_changed()

    # -- being shown ---------------------------------------------------------------------------

    def _static_html(self) -> str:
        return self._backend.static_html(self._key, Query(among=self._among))

    def _static_picture(self) -> dict[str, str]:
        return self._backend.static_picture()

    def __repr__(self) -> str:
        return printable(f"<Gallery of {self._backend.folder}>")

    def close(self) -> None:
        """Take the view away; pictures and tasks stay."""
        super().close()
        self._thumbnails.stop()
        self._backend.close()


def _count(content: dict[str, Any], name: str) -> int:
    value = content.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise EvolinkError(f"{name} must be 0 or more; it is {value!r:.40}.", advice="Ask again.")
    return value


def _places(pictures: Iterable[object], roots: Set[Path]) -> frozenset[tuple[str, int]]:
    """Saved pictures as a query names them."""
    given = (pictures,) if isinstance(pictures, GeneratedImage) else tuple(pictures)
    found = set()
    for at, one in enumerate(given):
        if not isinstance(one, GeneratedImage):
            raise ConfigurationError(
                f"pictures[{at}] must be a saved picture; it is a {type(one).__name__}.",
                advice="Give an ImageSet, as task.result() returns it, or a list of its pictures.",
            )
        folder = one.path.parent
        if not roots & {folder, folder.parent}:
            raise ConfigurationError(
                f"pictures[{at}] is of another store, {folder.name}.",
                advice="ew.ImageGrid shows pictures of any store; ew.store.merge takes one in.",
            )
        found.add((one.task_key, one.index))
    return frozenset(found)
