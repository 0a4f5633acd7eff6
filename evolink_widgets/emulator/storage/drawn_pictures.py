"""Draws pictures when they are first fetched, and keeps the last ones in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from evolink_widgets.emulator.contract.read_request import CheckedRequest
from evolink_widgets.emulator.storage.recognise import DrawnIndex

if TYPE_CHECKING:
    from evolink_widgets.emulator.painter import Reference

__all__ = ["MIME", "DrawnPictures", "format_of"]

_ROOM = 64 * 1024 * 1024
"""Bytes of drawn pictures that are kept."""
_LARGE = 4_500_000
"""Pixels from which a picture is a JPEG: as PNG it would take twice as long and thrice the room."""
_EVERY_TENTH = 7
MIME = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


class DrawnPictures:
    """A bounded memory of drawn pictures. Safe for threads; draws one picture at a time.

    Args:
        index: is told of every picture that is drawn.
    """

    def __init__(self, index: DrawnIndex | None = None) -> None:
        self._index = index
        self._drawn: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def draw(
        self,
        task_id: str,
        number: int,
        ask: CheckedRequest,
        seed: str,
        references: Callable[[], Sequence[Reference]] = tuple,
    ) -> tuple[bytes, str]:
        """The bytes and MIME type of one picture: the same for the same arguments.

        Args:
            task_id, number: which picture it is.
            ask: what was asked.
            seed: of its chance.
            references: what it derives from; called only when it has to be drawn.
        """
        name = (task_id, number)
        kind = format_of(seed, ask)
        data = self._kept(name)
        if data is None:
            derives_from = references()  # before the lock: it may draw other pictures
            with self._lock:
                data = self._drawn.get(name)
                if data is None:
                    data = self._draw(name, ask, seed, kind, derives_from)
                    self._keep(name, data)
        return data, MIME[kind]

    def _kept(self, name: tuple[str, int]) -> bytes | None:
        with self._lock:
            data = self._drawn.get(name)
            if data is not None:
                self._drawn.move_to_end(name)
        return data

    def _draw(
        self,
        name: tuple[str, int],
        ask: CheckedRequest,
        seed: str,
        kind: str,
        references: Sequence[Reference],
    ) -> bytes:
        from evolink_widgets.emulator.painter import drawn, encoded

        picture = drawn(
            ask.prompt,
            width=ask.width,
            height=ask.height,
            quality=ask.quality,
            index=name[1],
            seed=seed,
            references=references,
        )
        data = encoded(picture, kind)
        if self._index is not None:
            self._index.remember(f"{name[0]}/{name[1]}", data, picture)
        return data

    def _keep(self, name: tuple[str, int], data: bytes) -> None:
        self._drawn[name] = data
        self._bytes += len(data)
        while self._bytes > _ROOM and len(self._drawn) > 1:
            _, old = self._drawn.popitem(last=False)
            self._bytes -= len(old)


def format_of(seed: str, ask: CheckedRequest) -> str:
    """Mostly PNG, as the service; JPEG above 4.5 megapixels; WebP for about a task in ten."""
    if ask.width * ask.height > _LARGE:
        return "jpeg"
    return "webp" if sum(map(ord, seed)) % 10 == _EVERY_TENTH else "png"
