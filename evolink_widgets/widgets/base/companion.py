"""The static companion of a live display: a second output that stays in the saved notebook.

It is updated from the core's side as pictures land, and hidden by the live view while there is
one. Its HTML comes from `store.gallery.thumbnails.static_copy`. Inside ipywidgets' `Output`, where
no update of a display arrives, the page of the live view puts it there.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.store.gallery.thumbnails.static_copy import html, sheet
from evolink_widgets.widgets.base.hosts import Host, capturing, host, speak
from evolink_widgets.widgets.base.transfers.outgoing_pictures import workers

if TYPE_CHECKING:
    from evolink_widgets.core.task import Task
    from evolink_widgets.store.gallery.pictures import GeneratedImage

__all__ = ["MOST_PICTURES", "NOTHING", "Companion", "html_of", "sheet_of"]

log = logging.getLogger("evolink_widgets")

#: What an output is emptied with.
NOTHING = {"text/html": "", "text/plain": ""}
#: At 12 kB a picture this is what one display may add to a notebook: under half a megabyte.
MOST_PICTURES = 40
#: Seconds between two drawings: each sends all of its pictures.
_PAUSE = 0.25
_UNFINISHED = "Not finished when this was saved; ew.recover() collects it."


class _Saved(Protocol):
    """Saved pictures that are shown as a run; a `SavedRun` is one."""

    @property
    def images(self) -> tuple[GeneratedImage, ...]: ...
    def static_html(self, key: str) -> str: ...


def html_of(tasks: Iterable[Task], key: str, saved: Iterable[_Saved] = ()) -> str:
    """The pictures of tasks as one piece of HTML, the newest task first.

    Args:
        tasks: oldest first.
        key: the live display's key.
        saved: runs that were over before, oldest first.
    """
    pieces = list(_pieces(tasks, key, saved))
    parts = [piece.draw() for piece in pieces if piece.is_shown]
    left_out = sum(len(piece.images) for piece in pieces if not piece.is_shown)
    if left_out:
        older = f"{left_out} older pictures are not shown here; all are files on disk."
        parts.append(html([], key=key, caption=older))
    return "".join(parts) or html([], key=key)


def sheet_of(tasks: Iterable[Task], saved: Iterable[_Saved] = ()) -> dict[str, str]:
    """The pictures that `html_of` shows as one JPEG, as a part of a MIME bundle.

    Args:
        tasks: oldest first.
        saved: runs that were over before, oldest first.
    """
    pieces = _pieces(tasks, "", saved)
    return sheet([image for piece in pieces if piece.is_shown for image in piece.images])


class _Piece(NamedTuple):
    """The pictures of one run, how they are drawn, and whether there is room for them."""

    images: Sequence[GeneratedImage]
    draw: Callable[[], str]
    is_shown: bool


def _pieces(tasks: Iterable[Task], key: str, saved: Iterable[_Saved]) -> Iterator[_Piece]:
    """Each run that has something to show, the newest first."""
    shown = 0
    for images, draw in _drawn(tasks, key, saved):
        is_shown = not shown or shown + len(images) <= MOST_PICTURES
        shown += len(images) if is_shown else 0
        yield _Piece(images, draw, is_shown)


def _drawn(
    tasks: Iterable[Task], key: str, saved: Iterable[_Saved]
) -> Iterator[tuple[Sequence[GeneratedImage], Callable[[], str]]]:
    for task in reversed(list(tasks)):
        state, images = task.state, task.images
        if not images and state.stage.ended:
            continue
        # Between the last picture and the end there is a moment in which nothing is missing.
        waits = not state.stage.ended and len(images) < state.expected
        note = _UNFINISHED if waits else state.note
        yield images, partial(html, images, key=key, caption=task.request.prompt, note=note)
    for run in reversed(list(saved)):
        yield run.images, partial(run.static_html, key)


class Companion:
    """An output with its own display id that shows the static copy.

    Args:
        draw: makes its HTML; called on a worker thread.
        text: gives what stands there where neither HTML nor picture is shown.
        picture: makes the part of its MIME bundle for what takes no HTML; called there too.
        put: lets the page put a bundle into ipywidgets' `Output`s, named by their model ids.
    """

    def __init__(
        self,
        draw: Callable[[], str],
        text: Callable[[], str],
        picture: Callable[[], dict[str, str]],
        put: Callable[[Sequence[str], dict[str, str]], object],
    ) -> None:
        self._draw = draw
        self._picture = picture
        self._text = text
        self._put = put
        #: Each with the `Output`s that took it, where there were any.
        self._handles: list[tuple[Any, Sequence[str]]] = []
        self._context = contextvars.copy_context()
        self._lock = threading.Lock()
        self._drawing = False
        self._stale = False

    def show(self, empty: str) -> None:
        """Add the output to the cell that is running.

        Args:
            empty: HTML that needs no drawing: it stands there until the pictures are drawn.
        """
        from IPython.display import display

        # Only a program waits for the thumbnails: it does not look a second time.
        batch = host() is Host.BATCH
        bundle = self._bundle() if batch else {"text/html": empty, "text/plain": self._text()}
        self._context = contextvars.copy_context()
        handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if handle is not None:
            self._handles.append((handle, () if batch else capturing()))
            if not batch:
                self.update()

    def update(self) -> None:
        """Redraw it soon; several calls at once redraw it once, with the newest."""
        with self._lock:
            if not self._handles:
                return
            self._stale = True
            if self._drawing:
                return
            self._drawing = True
        # In a context of its own, so that it speaks for the cell that runs now: nbclient
        # listens to that one only.
        contextvars.Context().run(run_on_loop, self._redraw())

    def meet_page(self) -> None:
        """Tell a page that was not there before what it has to put into ipywidgets' outputs."""
        if any(outputs for _, outputs in self._handles):
            self.update()

    def end(self, bundle: dict[str, str] = NOTHING) -> None:
        """Leave this there for good; by default nothing: it is shown elsewhere now."""
        with self._lock:
            handles, self._handles = self._handles, []
        for handle in handles:
            self._send(*handle, bundle)

    async def _redraw(self) -> None:
        while True:
            with self._lock:
                if not self._stale or not self._handles:
                    self._drawing = False
                    return
                self._stale = False
            try:
                bundle = await workers.run(self._bundle)
                for handle in tuple(self._handles):
                    self._send(*handle, bundle)
            except Exception:
                log.exception("The static copy could not be drawn")
            await asyncio.sleep(_PAUSE)

    def _send(self, handle: Any, outputs: Sequence[str], bundle: dict[str, str]) -> None:
        if outputs:
            self._put(outputs, bundle)
        else:
            speak(self._context, handle.update, bundle, raw=True)

    def _bundle(self) -> dict[str, str]:
        return {"text/html": self._draw(), "text/plain": self._text(), **self._picture()}
