"""Recognises pictures that were drawn here: by their bytes, or by how they look."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["DIGEST_LENGTH", "Drawn", "DrawnIndex"]

DIGEST_LENGTH = 12
"""Hexadecimal digits of a picture's SHA-256 that tell it apart; ids of uploads carry as many."""
_EDGE = 12
_NEAR = 1.6
"""Mean distance of two small copies, 0 to 255, up to which they show the same picture: enough for
what JPEG, a smaller size or another file format does to one."""
_SAME_SHAPE = 0.01
_MOST = 5_000
_MOST_PIXELS = 40_000_000
"""Nothing that large was drawn here."""


@dataclass(frozen=True)
class Drawn:
    """A picture that was drawn.

    Attributes:
        source: its task's id and its number, as `task-unified-…/0`.
        digest: of its bytes.
        shape: width by height.
        look: a small copy's pixels in base64.
    """

    source: str
    digest: str
    shape: float
    look: str


class DrawnIndex:
    """The memory of drawn pictures, the newest few thousand. Safe for threads.

    Args:
        note: is told of every picture that is new.
    """

    def __init__(self, note: Callable[[Drawn], None] = lambda drawn: None) -> None:
        self._note = note
        self._drawn: OrderedDict[str, tuple[Drawn, bytes]] = OrderedDict()
        self._by_digest: dict[str, str] = {}
        self._lock = threading.Lock()

    def remember(self, source: str, data: bytes, picture: Image) -> None:
        """Note a picture that was just drawn: its file's bytes and its pixels.

        Args:
            source: which picture it is: `task-unified-…/0`.
            data: the file's bytes.
            picture: its pixels.
        """
        digest = hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]
        look = base64.b64encode(_small(picture)).decode()
        drawn = Drawn(source, digest, picture.width / picture.height, look)
        if self.learn(drawn):
            self._note(drawn)

    def learn(self, drawn: Drawn) -> bool:
        """Take in what this or another process has drawn.

        Returns:
            whether it is news.
        """
        try:
            look = base64.b64decode(drawn.look, validate=True)
        except ValueError:
            return False
        with self._lock:
            if drawn.source in self._drawn or len(look) != 3 * _EDGE * _EDGE:
                return False
            self._drawn[drawn.source] = drawn, look
            self._by_digest[drawn.digest] = drawn.source
            if len(self._drawn) > _MOST:
                _, (old, _) = self._drawn.popitem(last=False)
                self._by_digest.pop(old.digest, None)
        return True

    def same(self, digest: str) -> str | None:
        """The source of the picture whose bytes have this digest."""
        with self._lock:
            return self._by_digest.get(digest)

    def alike(self, data: bytes) -> str | None:
        """The source of the picture that `data` shows, in whatever format and size.

        Takes a while: call it from a worker thread.
        """
        if found := self.same(hashlib.sha256(data).hexdigest()[:DIGEST_LENGTH]):
            return found
        opened = _opened(data)
        if opened is None:
            return None
        shape, look = opened
        with self._lock:
            known = [
                (source, other)
                for source, (drawn, other) in self._drawn.items()
                if abs(drawn.shape / shape - 1) < _SAME_SHAPE
            ]
        near = min(((_distance(look, other), source) for source, other in known), default=None)
        return near[1] if near and near[0] < _NEAR else None


def _distance(one: bytes, two: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, two, strict=True)) / len(one)


def _small(picture: Image) -> bytes:
    from PIL import Image

    # In two steps: reduce is quick, and what is left is small.
    factor = max(1, min(picture.size) // 96)
    small = picture.convert("RGB").reduce(factor)
    return small.resize((_EDGE, _EDGE), Image.Resampling.BOX).tobytes()


def _opened(data: bytes) -> tuple[float, bytes] | None:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as picture:
                if picture.width * picture.height > _MOST_PIXELS:
                    return None
                shape = picture.width / picture.height
                picture.draft("RGB", (256, 256))
                return shape, _small(picture)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return None
