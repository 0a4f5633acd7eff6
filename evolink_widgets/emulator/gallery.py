"""Draws pictures when they are first fetched, and keeps the last ones in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict

from .checks import Ask
from .pictures import render

__all__ = ["Gallery"]

_ROOM = 96 * 1024 * 1024
_LARGE = 4_500_000
_MIME = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


class Gallery:
    """A bounded memory of drawn pictures. Safe for threads; draws one picture at a time."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[tuple[str, int], tuple[bytes, str]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def draw(self, task_id: str, number: int, ask: Ask, seed: str) -> tuple[bytes, str]:
        """The bytes and MIME type of one picture: the same for the same arguments."""
        name = (task_id, number)
        with self._lock:
            if name in self._drawn:
                self._drawn.move_to_end(name)
                return self._drawn[name]
            kind = _format(ask, seed)
            data = render(
                ask.prompt,
                width=ask.width,
                height=ask.height,
                quality=ask.quality,
                index=number,
                seed=seed,
                format=kind,
            )
            self._drawn[name] = (data, _MIME[kind])
            self._bytes += len(data)
            while self._bytes > _ROOM and len(self._drawn) > 1:
                _, (old, _) = self._drawn.popitem(last=False)
                self._bytes -= len(old)
            return data, _MIME[kind]


def _format(ask: Ask, seed: str) -> str:
    """Mostly PNG, as the service; JPEG where PNG would take seconds; WebP now and then."""
    if ask.width * ask.height > _LARGE:
        return "jpeg"
    return "webp" if seed.endswith("7") else "png"
