"""The whole store as one zip file, for the page: told of where its machine is given back."""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evolink_widgets.errors import EvolinkError
from evolink_widgets.store.merging.whole_zip import pieces
from evolink_widgets.widgets.base.hosts import machine_that_goes
from evolink_widgets.widgets.base.transfers.outgoing_pictures import CHUNK

__all__ = ["WholeStores", "mark_of", "told_of_home"]

#: Zip files that are on their way at once: of two pages, say, and of one that began anew.
_STREAMS = 4


def told_of_home(root: Path) -> dict[str, Any]:
    """What a page is told of a store: its mark, its folder, and which machine it goes with.

    Args:
        root: the store's folder.
    """
    return {"mark": mark_of(root), "folder": root.name, "machine": machine_that_goes(root)}


def mark_of(root: Path) -> str:
    """What a store's folder is known by to a kernel and to the server beside it; no path."""
    return hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]


class WholeStores:
    """Zip files of whole stores that pages fetch piece by piece. Every method blocks.

    A file is made while it is fetched: it takes no disk, and of it no more is in memory than what
    is next. A piece that did not arrive may be asked for once more; an earlier one may not.
    """

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._lock = threading.Lock()

    def begin(self, root: Path) -> dict[str, Any]:
        """Begin a zip file of the store in a folder; the name to fetch it by."""
        name = f"home.{secrets.token_hex(8)}"
        with self._lock:
            self._streams[name] = _Stream(root)
            while len(self._streams) > _STREAMS:
                self._streams.pop(next(iter(self._streams)))
        return {"home": name}

    def piece(self, name: object, offset: int) -> tuple[dict[str, Any], bytes]:
        """Return the piece that begins at `offset`.

        Raises:
            EvolinkError: it is none that is next, or the store can't be read.
        """
        stream = self._streams.get(str(name))
        if stream is None:
            raise EvolinkError("This zip file is not known any more.", advice="Download it again.")
        try:
            return stream.piece(offset)
        except EvolinkError:  # what would come next is not the rest of it
            self._streams.pop(str(name), None)
            raise


class _Stream:
    """One zip file while it is fetched."""

    def __init__(self, root: Path) -> None:
        self._file_name = f"{root.name}.zip"
        self._pieces = _even(pieces({root.name: root}))
        self._lock = threading.Lock()
        #: The last piece that was asked for, where it begins, and the one after it.
        self._at, self._piece = 0, b""
        self._next: bytes | None = None

    def piece(self, offset: int) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if offset == self._at + len(self._piece):
                piece = next(self._pieces, b"") if self._next is None else self._next
                self._at, self._piece = offset, piece
                self._next = next(self._pieces, b"")
            elif offset != self._at:
                raise EvolinkError(
                    "This piece of the zip file has passed.", advice="Download it again."
                )
            # How long it will be is known at its end: until then it is longer than what came.
            total = offset + len(self._piece) + bool(self._next)
            told = {"total": total, "offset": offset, "type": "application/zip"}
            return {**told, "name": self._file_name}, self._piece


def _even(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces as large as a page may be sent."""
    held = b""
    for part in parts:
        held += part
        while len(held) >= CHUNK:
            yield held[:CHUNK]
            held = held[CHUNK:]
    if held:
        yield held
