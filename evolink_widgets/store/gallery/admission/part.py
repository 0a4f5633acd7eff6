"""A picture's file while it is fetched: one pass over its bytes.

What comes is held for a moment, and then written, hashed and proved in one go; nothing is read
again. What came before a break is kept, and the next try goes on from there, in this kernel.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from evolink_widgets.errors import DownloadFailed, StoreDamaged
from evolink_widgets.images.proof.check_picture import NotAPicture, PictureCheck, PictureFacts
from evolink_widgets.store.safe_files import change_plain, guarded, make_new, read_plain, remove

__all__ = ["Part"]

_BLOCK = 1 << 20

_LEAST = 1 << 17
"""Bytes from which a piece is written and proved by itself: to copy it would cost more."""


class Part:
    """A picture's file while it is fetched.

    `hold` is for the loop, which it never holds up; what writes is for a worker. A caller that is
    cancelled leaves its worker at work: whatever writes next waits for that one's end.

    Args:
        path: the file; it is made when the first bytes are written.
        prepare: makes the folder ready, before that.

    Attributes:
        path: the file.
        prepare: makes the folder ready.
        version: what names these very bytes at their host; "" where nothing does.
        size: bytes that have come.
    """

    def __init__(self, path: Path, prepare: Callable[[], object] = lambda: None) -> None:
        self.path = path
        self.version = ""
        self.size = 0
        self.prepare = prepare
        self._pieces: list[bytes] = []
        self._written = 0
        self._check = PictureCheck()
        self._writing = threading.RLock()

    @property
    def held(self) -> int:
        """Bytes that have come and are not written yet."""
        return self.size - self._written

    def hold(self, piece: bytes) -> None:
        """Take in the next bytes."""
        self._pieces.append(piece)
        self.size += len(piece)

    def write(self) -> None:
        """Write and prove what is held.

        Raises:
            DownloadFailed: it is no picture, or the file was changed meanwhile; none of it is
                there any more.
            StoreError: it can't be written; what was held is forgotten.
        """
        with self._writing:
            self._write()

    def _write(self) -> None:
        if not self.held:
            return
        came, self._pieces = self._pieces, []
        pieces = _gathered(came)
        try:
            with guarded(self.path, "written"), self._opened() as file:
                file.seek(self._written)
                for piece in pieces:
                    file.write(piece)
        except BaseException:
            self._pieces, self.size = [], self._written
            raise
        self._written += sum(map(len, pieces))
        try:
            for piece in pieces:
                self._check.feed(piece)
        except NotAPicture as exc:
            raise self._refused(str(exc)) from exc

    def facts(self) -> PictureFacts:
        """Return what the picture is, now that all of it is written.

        Raises:
            DownloadFailed: it is none.
        """
        try:
            return self._check.finish()
        except NotAPicture as exc:
            raise self._refused(str(exc)) from exc

    def pixels(self) -> tuple[int, int] | None:
        """Return width and height of a picture that has come whole; `None` where it is none.

        Raises:
            DownloadFailed, StoreError: as `write`.
        """
        self.write()
        return self._check.pixels

    def begin_anew(self) -> None:
        """Forget what has come.

        Raises:
            StoreError: the file can't be removed.
        """
        with self._writing:
            self._forget()
            with guarded(self.path, "removed"):
                remove(self.path)

    def read(self) -> None:
        """Take in a file that is there already, as if its bytes had just come.

        Raises:
            DownloadFailed: it is no picture; it is gone.
            StoreError: it can't be read.
        """
        self._forget()
        try:
            with guarded(self.path, "read"), read_plain(self.path) as file:
                while block := file.read(_BLOCK):
                    self._check.feed(block)
                    self._written += len(block)
                    self.size = self._written
        except NotAPicture as exc:
            raise self._refused(str(exc)) from exc
        except StoreDamaged as exc:
            raise self._refused(exc.message) from exc

    def _opened(self) -> BinaryIO:
        """The file as it was left, for further bytes."""
        if not self._written:
            self.prepare()
            try:
                return make_new(self.path)
            except FileExistsError:  # of a try whose bytes could not all be written
                remove(self.path)
                return make_new(self.path)
        try:
            file = change_plain(self.path)
        except FileNotFoundError:
            raise self._changed("removed") from None
        size = os.fstat(file.fileno()).st_size
        if size < self._written:
            file.close()
            raise self._changed("cut off")
        if size > self._written:  # of a piece that could not all be written
            file.truncate(self._written)
        return file

    def _changed(self, how: str) -> DownloadFailed:
        self.begin_anew()
        return DownloadFailed(f"What had come of a picture was {how} meanwhile.")

    def _refused(self, why: str) -> DownloadFailed:
        self._forget()
        with suppress(OSError):
            remove(self.path)
        return DownloadFailed(f"A downloaded file is no picture: {why}.")

    def _forget(self) -> None:
        self._pieces, self.size, self._written, self.version = [], 0, 0, ""
        self._check = PictureCheck()


def _gathered(pieces: list[bytes]) -> list[bytes]:
    """The same bytes in fewer pieces: small ones are joined, large ones left as they are."""
    found: list[bytes] = []
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _LEAST:
            found.append(b"".join(waiting))  # of one alone it is that very one
            waiting, size = [], 0
    return [*found, b"".join(waiting)] if waiting else found
