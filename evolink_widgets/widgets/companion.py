"""The static companion of a live display: a second output that stays in the saved notebook.

It is updated from the core's side as pictures land, and hidden by the live view while there is
one. Its HTML comes from `store.static_copy`.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.workers import Workers
from evolink_widgets.store.static_copy import html

if TYPE_CHECKING:
    from evolink_widgets.core.task import Task

__all__ = ["Companion", "html_of", "replace_output", "workers"]

#: Threads that make small pictures for displays, so that no loop is late for it.
workers = Workers("evolink-display", 2)

_MOST_PICTURES = 60


def html_of(tasks: Iterable[Task], key: str) -> str:
    """The pictures of tasks as one piece of HTML, the newest task first."""
    parts, count = [], 0
    for task in reversed(list(tasks)):
        images = task.images
        if not images or count >= _MOST_PICTURES:
            continue
        count += len(images)
        parts.append(html(images, key=key, caption=task.request.prompt, note=task.state.note))
    return "".join(parts) or html([], key=key)


def replace_output(handle: Any, bundle: dict[str, Any]) -> None:
    """Replace an output that was displayed, from any thread.

    Front ends find it by its display id alone. nbclient listens only to the cell that is
    running, so the update goes out in that one's name: with a context of its own, not with the
    one of the cell that displayed it.
    """
    try:
        contextvars.Context().run(handle.update, bundle, raw=True)
    except LookupError:  # an ipykernel that needs the cell's context
        handle.update(bundle, raw=True)


class Companion:
    """One output with its own display id.

    Args:
        draw: makes its HTML; called on a worker thread.
        text: gives what stands there where HTML is not shown.
    """

    def __init__(self, draw: Callable[[], str], text: Callable[[], str]) -> None:
        self._draw = draw
        self._text = text
        self._handles: list[Any] = []
        self._lock = threading.Lock()
        self._drawing = False
        self._stale = False

    def show(self) -> None:
        """Add the output to the cell that is running."""
        from IPython.display import display

        bundle = self._bundle(self._draw())
        handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if handle is not None:
            self._handles.append(handle)

    def update(self) -> None:
        """Draw it anew soon. Several calls at once draw it once more, with the newest."""
        with self._lock:
            if not self._handles:
                return
            self._stale = True
            if self._drawing:
                return
            self._drawing = True
        run_on_loop(self._redraw())

    async def _redraw(self) -> None:
        while True:
            with self._lock:
                if not self._stale:
                    self._drawing = False
                    return
                self._stale = False
            try:
                bundle = self._bundle(await workers.run(self._draw))
                for handle in self._handles:
                    replace_output(handle, bundle)
            except BaseException:
                with self._lock:
                    self._drawing = False
                raise

    def _bundle(self, markup: str) -> dict[str, str]:
        return {"text/html": markup, "text/plain": self._text()}
