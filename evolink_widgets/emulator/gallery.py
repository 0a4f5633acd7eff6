"""Draws pictures when they are first fetched, and keeps the last ones in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict

from .checks import Ask

__all__ = ["MIME", "Gallery", "format_of"]

#: Bytes of drawn pictures that are kept.
_ROOM = 64 * 1024 * 1024
#: Pixels from which a picture is a JPEG: as PNG it would take twice as long and thrice the room.
_LARGE = 4_500_000
_EVERY_TENTH = 7
MIME = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


class Gallery:
    """A bounded memory of drawn pictures. Safe for threads; draws one picture at a time."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def draw(self, task_id: str, number: int, ask: Ask, seed: str) -> tuple[bytes, str]:
        """The bytes and MIME type of one picture: the same for the same arguments."""
        name = (task_id, number)
        kind = format_of(task_id, ask)
        with self._lock:
            data = self._drawn.get(name)
            if data is None:
                data = _render(ask, number, seed, kind)
                self._keep(name, data)
            else:
                self._drawn.move_to_end(name)
        return data, MIME[kind]

    def _keep(self, name: tuple[str, int], data: bytes) -> None:
        self._drawn[name] = data
        self._bytes += len(data)
        while self._bytes > _ROOM and len(self._drawn) > 1:
            _, old = self._drawn.popitem(last=False)
            self._bytes -= len(old)


def format_of(task_id: str, ask: Ask) -> str:
    """Mostly PNG, as the service; JPEG above 4.5 megapixels; WebP for about a task in ten."""
    if ask.width * ask.height > _LARGE:
        return "jpeg"
    return "webp" if sum(map(ord, task_id)) % 10 == _EVERY_TENTH else "png"


def _render(ask: Ask, number: int, seed: str, kind: str) -> bytes:
    from .pictures import render

    return render(
        ask.prompt,
        width=ask.width,
        height=ask.height,
        quality=ask.quality,
        index=number,
        seed=seed,
        format=kind,
    )
