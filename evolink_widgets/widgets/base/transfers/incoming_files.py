"""Receives files from the browser, piece by piece, into hidden files of the store."""

from __future__ import annotations

import asyncio
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.errors import EvolinkError
from evolink_widgets.store.safe_files import (
    change_plain,
    guarded,
    new_temporary,
    own_folder,
    remove,
    sweep,
)
from evolink_widgets.widgets.base.transfers.outgoing_pictures import workers

__all__ = ["MOST", "IncomingFiles"]

MOST = 50 * 2**20
"""Bytes that a file may have. Larger ones are on a disk that Python can read by itself."""

#: Seconds without a piece after which a file is given up; who goes on then begins anew.
_IDLE = 60.0
#: Files at once, and bytes of one piece.
_FILES, _PIECE = 16, 2**20


@dataclass
class _Arrival:
    path: Path
    touched: float
    have: int = 0
    crc: int = 0


class IncomingFiles:
    """The files that a page is sending to one panel. Safe from any thread.

    A piece may come twice, late, or again from an earlier place: what is there already is
    passed over, and the sender is told how much is there, from where it goes on. Nothing stays
    behind: not of a file that was cancelled, nor of one whose page has gone.

    Args:
        folder: gives the folder where the files are while they grow.
        clock: seconds that only go forward.
    """

    def __init__(
        self, folder: Callable[[], Path], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._coming: dict[str, _Arrival] = {}
        #: Those that have ended: a piece that was under way begins none of them anew.
        self._over: deque[str] = deque(maxlen=256)
        self._is_watched = False

    def put(self, name: str, offset: int, piece: bytes | memoryview) -> int:
        """Append a piece.

        Args:
            name: the sender's name for the file.
            offset: where the piece belongs.
            piece: its bytes.

        Returns:
            Bytes that are there now: where the next piece belongs.

        Raises:
            EvolinkError: the file has ended, or has too many bytes.
            StoreError: it can't be written.
        """
        with self._lock:
            if name in self._over:
                raise EvolinkError("This file was cancelled.", advice="Add it again.")
            arrival = self._coming.get(name) or self._begun(name)
            arrival.touched = self._clock()
            if offset != arrival.have:
                return arrival.have
            if len(piece) > _PIECE or arrival.have + len(piece) > MOST:
                self._end(name)
                raise EvolinkError(
                    f"A file that is sent from the browser has at most {MOST >> 20} MB.",
                    advice="Give its path from Python: studio.references = [path].",
                )
            try:
                with guarded(arrival.path, "written"), change_plain(arrival.path) as file:
                    file.seek(arrival.have)
                    file.write(piece)
            except BaseException:
                self._end(name)
                raise
            arrival.crc = zlib.crc32(piece, arrival.crc)
            arrival.have += len(piece)
            return arrival.have

    def whole(self, name: str, total: object, crc: object) -> Path:
        """The file, once all of it is there; it stays until `end`.

        Args:
            name: the sender's name for it.
            total: how many bytes it has.
            crc: the CRC-32 of its bytes: neither lost nor changed on the way.

        Raises:
            EvolinkError: it is not whole, or not what was sent.
        """
        with self._lock:
            arrival = self._coming.get(name)
            if arrival is None:
                raise EvolinkError("Nothing of this file is here.", advice="Add it again.")
            if arrival.have == total and arrival.crc == crc:
                return arrival.path
            self._end(name)
        raise EvolinkError(
            "Not all of the file arrived, or it changed on its way.", advice="Add it again."
        )

    def has(self, name: str) -> bool:
        """Whether something of it is there: it has not ended."""
        return name in self._coming

    def end(self, name: str) -> None:
        """Remove what is there of a file; no more of it is taken."""
        with self._lock:
            self._end(name)

    def sweep(self) -> bool:
        """Remove files that no page goes on with.

        Returns:
            Whether some are still on their way.
        """
        with self._lock:
            for name, arrival in list(self._coming.items()):
                if self._clock() - arrival.touched > _IDLE:
                    self._end(name)
                    self._over.remove(name)  # a page that is only slow may begin anew
            self._is_watched = bool(self._coming)
            return self._is_watched

    def close(self) -> None:
        """Remove all of them."""
        with self._lock:
            for name in list(self._coming):
                self._end(name)

    def _begun(self, name: str) -> _Arrival:
        if len(self._coming) >= _FILES:
            raise EvolinkError(
                f"{_FILES} files are on their way already.", advice="Add it when they are here."
            )
        folder = self._folder()
        with guarded(folder, "written"):
            own_folder(folder.parent, folder.name)
            sweep(folder)  # of kernels that were killed
            path = new_temporary(folder)
        arrival = self._coming[name] = _Arrival(path, self._clock())
        if not self._is_watched:
            self._is_watched = True
            run_on_loop(self._watch())
        return arrival

    async def _watch(self) -> None:
        while await workers.run(self.sweep):  # noqa: ASYNC110 - time is what is awaited
            await asyncio.sleep(_IDLE / 4)

    def _end(self, name: str) -> None:
        self._over.append(name)
        arrival = self._coming.pop(name, None)
        if arrival is not None:
            with suppress(OSError):  # swept a day later
                remove(arrival.path)
