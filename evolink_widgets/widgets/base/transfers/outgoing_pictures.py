"""Sends pictures to the browser: thumbnails at once, large files in pieces on request."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

from evolink_widgets.core.loop import Workers
from evolink_widgets.errors import EvolinkError, StoreDamaged
from evolink_widgets.store.gallery.pictures import GeneratedImage, in_place
from evolink_widgets.store.safe_files import read_plain

__all__ = ["CHUNK", "SendRate", "piece", "send_rate", "told_of", "words_of", "workers"]

#: Bytes in one answer.
CHUNK = 256 * 1024
#: The longest edges of the small copies, in pixels.
EDGES = {"thumb": 512, "preview": 1600}

#: Threads that make small pictures for displays, so that no loop is late for it.
workers = Workers("evolink-display", 2)


class SendRate:
    """A rate limit on what is sent: Jupyter servers drop what passes 1 MB/s over 3 s.

    All pictures of a kernel share this, asked for or not, so that a grid's small ones come at
    once where no page pulls a large one. A fifth is left to what else a notebook says.

    Args:
        most: bytes within `seconds`.
        seconds: the window that the server looks at.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        most: int = 2_400_000,
        seconds: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._sent: deque[tuple[float, int]] = deque()

    def wait(self, count: int) -> float:
        """Return the seconds until `count` bytes may be sent; at 0.0 they are counted as sent."""
        now = self._clock()
        while self._sent and self._sent[0][0] + self._seconds <= now:
            self._sent.popleft()
        if self._sent and sum(size for _, size in self._sent) + count > self._most:
            return self._sent[0][0] + self._seconds - now
        self._sent.append((now, count))
        return 0.0

    async def room(self, count: int) -> None:
        """Wait until `count` bytes may go. On the core's loop only, as it has no lock."""
        while (seconds := self.wait(count)) > 0:  # noqa: ASYNC110 - time is what is awaited
            await asyncio.sleep(seconds)


#: All panels of a kernel share one connection.
send_rate = SendRate()


def words_of(image: GeneratedImage) -> dict[str, Any]:
    """What the browser is told of a picture that is there, beside its bytes."""
    return {
        "width": image.width,
        "height": image.height,
        "alt": image.alt,
        "name": image.path.name,
        "favourite": _is(image, "favourite"),
        "trashed": _is(image, "trashed"),
    }


def told_of(image: GeneratedImage) -> tuple[dict[str, Any], bytes]:
    """What the browser is told of a picture that is there, and its thumbnail. Runs on a worker."""
    content = words_of(image)
    if content["trashed"]:
        with suppress(EvolinkError):
            return content, in_place(image).thumbnail(EDGES["thumb"])
    gone = f"{image.path.name} is not there any more, or can't be read. {image.alt}"
    try:
        thumb = image.thumbnail(EDGES["thumb"])  # perhaps the store's own copy, which outlives it
    except EvolinkError:
        # Its place must not wait for ever: without bytes the browser shows these words.
        return {**content, "alt": gone}, b""
    return (content if image.path.is_file() else {**content, "alt": gone}), thumb


def _is(image: GeneratedImage, mark: str) -> bool:
    try:
        return bool(getattr(image, mark))
    except EvolinkError:  # a store that can't be read says so where it is asked for something
        return False


def piece(image: GeneratedImage, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
    """One piece of a picture, and what the browser needs to know of it. Runs on a worker.

    Args:
        image: the picture.
        what: "thumb", "preview", "original", or "copy": what *Save* hands on, with the mark for
            AI-made pictures and the recipe in it, as `image.save` writes them.
        offset: bytes that the browser has already.

    Raises:
        StoreError: the file is gone or damaged.
    """
    if what in EDGES:
        data = image.thumbnail(EDGES[what])  # kept in the store's cache after the first piece
        part, total, kind = data[offset : offset + CHUNK], len(data), "webp"
    elif what == "copy":
        data = _copy(image)
        part, total, kind = data[offset : offset + CHUNK], len(data), image.format
        if offset + len(part) >= total:
            _copy.cache_clear()  # megabytes, which are asked for once
    else:
        try:
            with read_plain(image.path) as file:  # not the whole file for every piece of it
                total = os.fstat(file.fileno()).st_size
                file.seek(offset)
                part, kind = file.read(CHUNK), image.format
        except OSError as error:
            raise StoreDamaged(
                f"{image.path.name} can't be read any more.",
                advice="It was moved or deleted; put it back, or ask for it again.",
            ) from error
    told = {"total": total, "offset": offset, "type": f"image/{kind}", "name": image.path.name}
    return told, part


@lru_cache(maxsize=1)
def _copy(image: GeneratedImage) -> bytes:
    """What is handed on of a picture, made once for all of its pieces."""
    from evolink_widgets.store.gallery.copies.copies import to_hand_on

    return to_hand_on(image)
