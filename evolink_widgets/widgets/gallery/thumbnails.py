"""Sends thumbnails to galleries: those in view first, a few in each message."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from evolink_widgets.core.loop import call_on_loop, spawn
from evolink_widgets.errors import EvolinkError
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.widgets.base.transfers.outgoing_pictures import send_rate, workers

__all__ = ["ThumbnailSender"]

log = logging.getLogger("evolink_widgets")

#: The longest edge of a picture on the shelf, in pixels.
_EDGE = 320
#: Pictures in one message, and the seconds after which it goes with fewer.
_MOST, _SECONDS = 8, 0.1
#: Views of one gallery that are served at once, and pictures that one may wait for.
_VIEWS, _WANTED = 8, 400


class ThumbnailSender:
    """Sends the thumbnails that views ask for; a view's newer list replaces its older one.

    Args:
        find: gives a picture by its name; called on a worker thread.
        send: sends a message with its buffers.
        edge: the longest edge of what is sent, in pixels.
    """

    def __init__(
        self,
        find: Callable[[str], GeneratedImage],
        send: Callable[[dict[str, Any], list[bytes]], None],
        edge: int = _EDGE,
    ) -> None:
        self._edge = edge
        self._find = find
        self._send = send
        #: Only the core's own thread looks at these.
        self._wanted: dict[str, list[str]] = {}
        self._sending = False
        self._stopped = False

    def want(self, view: str, names: Iterable[str]) -> None:
        """Set the pictures that a view waits for, the most wanted first."""
        call_on_loop(self._take, view, list(names)[:_WANTED])

    def stop(self) -> None:
        """Send nothing more. Needs no loop: Python may be ending."""
        self._stopped = True

    def _take(self, view: str, names: list[str]) -> None:
        self._wanted.pop(view, None)
        self._wanted[view] = names[::-1]
        while len(self._wanted) > _VIEWS:
            self._wanted.pop(next(iter(self._wanted)))
        if not self._sending:
            self._sending = True
            spawn(self._send_all(), name="evolink-supply")

    async def _send_all(self) -> None:
        try:
            while True:
                told: list[dict[str, Any]] = []
                parts: list[bytes] = []
                began = time.monotonic()
                while len(told) < _MOST and (not told or time.monotonic() < began + _SECONDS):
                    name = self._next()
                    if name is None:
                        break
                    one, small = await workers.run(self._small, name)
                    told.append(one)
                    parts.append(small)
                if not told:
                    return
                await send_rate.room(sum(map(len, parts)))
                self._send({"kind": "thumbs", "pictures": told}, parts)
        finally:
            self._sending = False

    def _next(self) -> str | None:
        """Take the most wanted picture of the view that asked last."""
        while self._wanted and not self._stopped:
            view = next(reversed(self._wanted))
            if self._wanted[view]:
                return self._wanted[view].pop()
            del self._wanted[view]
        return None

    def _small(self, name: str) -> tuple[dict[str, Any], bytes]:
        # Its place must not wait for ever: without bytes the browser shows these words.
        try:
            return {"id": name}, self._find(name).thumbnail(self._edge)
        except EvolinkError as error:
            return {"id": name, "gone": error.message}, b""
        except Exception:
            log.exception("A small picture could not be made")
            return {"id": name, "gone": "This picture can't be shown."}, b""
