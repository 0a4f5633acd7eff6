"""Reference files of a batch: the first few are read at once, the others when their row is sent.

Ten thousand photographs can't be read before a price is shown. A file that is not read yet has a
*stand-in*: a name made of its path, size and time, in the place of the name that is made of its
bytes. Which recipe a row with a stand-in is, and whether the store has it, is known once the file
is read.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem
from evolink_widgets.references.read import prepare, read_one
from evolink_widgets.references.ready import glance, make_ready
from evolink_widgets.references.source import Source
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.store import Store

__all__ = ["ReferenceFiles"]

EARLY_FILES = 24
EARLY_BYTES = 32_000_000
"""How many files, and bytes of them, are read before a batch is shown: about a second."""

_Stamp = tuple[str, int, int]


class ReferenceFiles:
    """The files that rows refer to. Reading one blocks; safe from any thread.

    Args:
        store: keeps what was read.
        keep_metadata: leave location and camera data in them.
        read_all: read each as it is named, and none later.

    Attributes:
        notices: what was done to those that were read, a sentence each, in order.
    """

    def __init__(
        self, store: Store, keep_metadata: bool = False, *, read_all: bool = False
    ) -> None:
        self.notices: dict[str, None] = {}
        self._store = store
        self._keep_metadata = keep_metadata
        self._stand_ins: dict[str, Path] = {}
        self._names: dict[_Stamp, str] = {}
        self._files_left = sys.maxsize if read_all else EARLY_FILES
        self._bytes_left = sys.maxsize if read_all else EARLY_BYTES

    def name(self, source: Source) -> str | None:
        """The name of a file's bytes, or its stand-in; `None` for what is no file.

        Raises:
            InvalidRequest: it can't be taken, as far as that was looked at.
        """
        stamp = _stamp(source)
        if stamp is None:
            return None
        if stamp in self._names:
            return self._names[stamp]
        if self._files_left and stamp[1] <= self._bytes_left:
            self._files_left -= 1
            self._bytes_left -= stamp[1]
            return self._name_of_bytes(source)
        name = kept_name(hashlib.sha256(repr(stamp).encode()).hexdigest())
        if name not in self._stand_ins:
            glance(source)
            self._stand_ins[name] = Path(stamp[0])
        return name

    def fixed_in(self, given: Any) -> Any:
        """References as they were given, but pictures that are the same in each row read once."""
        if not isinstance(given, (list, tuple)):
            return given
        return [
            item
            if isinstance(item, (str, os.PathLike)) or callable(item)
            else self._fixed(item, f"references[{at}]")
            for at, item in enumerate(given)
        ]

    def _fixed(self, item: Any, place: str) -> Any:
        source = read_one(item, place)
        if isinstance(source, Source):
            try:
                return self._kept(source)
            except InvalidRequest:  # each row says so
                pass
        return item

    def is_unread(self, request: ImageRequest) -> bool:
        """Whether a file of a request is still to be read."""
        return any(name in self._stand_ins for name in request.references)

    def read(self, request: ImageRequest) -> ImageRequest:
        """The request with the names of its files' bytes, which are read and kept now.

        Raises:
            InvalidRequest: a file can't be taken.
            StoreError: it can't be kept.
        """
        given = [self._stand_ins.get(name, name) for name in request.references]
        found = prepare(given, lambda ready: None, known=self._name_of_bytes)
        if found.problems:
            raise InvalidRequest(found.problems)
        return request.replace(references=found.references)

    def _name_of_bytes(self, source: Source) -> str:
        stamp = _stamp(source)
        if stamp is not None and stamp in self._names:
            return self._names[stamp]
        name = self._kept(source)
        if stamp is not None:
            self._names[stamp] = name
        return name

    def _kept(self, source: Source) -> str:
        ready = make_ready(source, keep_metadata=self._keep_metadata)
        self._store.uploads.keep(ready.data, ready.sha256, ready.format, ready.original.sha256)
        self.notices.update(dict.fromkeys(f"{source.place}: {one}" for one in ready.notices))
        return ready.name


def _stamp(source: Source) -> _Stamp | None:
    """What a file is known by before it is read; `None` for what is no file.

    Raises:
        InvalidRequest: it is gone.
    """
    if not isinstance(source.data, Path):
        return None
    try:
        found = source.data.stat()
    except OSError as exc:
        rule = "must be a file that is there"
        raise InvalidRequest(
            [Problem(source.place, f"{source.named}: {exc.strerror}", rule)]
        ) from exc
    return str(source.data), found.st_size, found.st_mtime_ns
