"""Zip files of pictures: packed beside the notebook, and handed to the browser piece by piece."""

from __future__ import annotations

import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from evolink_widgets.errors import EvolinkError, StoreDamaged
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.user_paths import absolute
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base.transfers.outgoing_pictures import CHUNK

__all__ = ["ZipFiles"]

#: Zip files that can be fetched again.
_ZIPS = 8


class ZipFiles:
    """What one panel has packed. Every method blocks: it runs on a worker.

    Args:
        find: gives the picture with an id; an `EvolinkError` where there is none.
        keep: pack them beside the notebook, where they stay; otherwise they end with the kernel.
    """

    def __init__(self, find: Callable[[object], GeneratedImage], *, keep: bool) -> None:
        self._find = find
        self._keep = keep
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._zips: dict[str, Path] = {}

    def pack(self, names: Iterable[object]) -> dict[str, Any]:
        """Pack pictures into one file; nothing is overwritten."""
        from evolink_widgets.store.gallery.archive import export_zip

        images = []
        missing = 0
        for name in names:
            try:
                images.append(self._find(name))
            except EvolinkError:  # one lost picture must not keep the others
                missing += 1
        name = f"evolink_pictures_{time.strftime('%Y%m%d')}.zip"
        if not self._keep and self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="evolink-")
        target = Path(self._folder.name, name) if self._folder else absolute(name, "The ZIP file")
        path = export_zip(images, target)
        with zipfile.ZipFile(path) as packed:
            count = len(packed.namelist()) - 1  # the manifest is no picture
        wanted = len(images) + missing
        name = f"zip.{path.name}"
        self._zips[name] = path
        while len(self._zips) > _ZIPS:
            old = self._zips.pop(next(iter(self._zips)))
            if self._folder is not None:
                old.unlink(missing_ok=True)
        size = path.stat().st_size
        told = f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size / 1e3:,.1f} kB"
        said = counted(wanted, "picture")
        if count < wanted:
            said = f"{count:,} of {said}"
        text = f"{said} in {path.name}, {told}, in the folder {path.parent.name}."
        return {"zip": name, "name": path.name, "path": str(path), "text": text}

    def piece(self, name: object, offset: int) -> tuple[dict[str, Any], bytes]:
        """Return one piece of a zip file that was packed here.

        Raises:
            EvolinkError: there is none, or it is gone.
        """
        path = self._zips.get(str(name))
        if path is None:
            raise EvolinkError("This zip file is not known any more.", advice="Save it again.")
        try:
            with path.open("rb") as file:
                total = os.fstat(file.fileno()).st_size
                file.seek(offset)
                part = file.read(CHUNK)
        except OSError as error:
            raise StoreDamaged(f"{path.name} can't be read.", advice="Save it again.") from error
        return {
            "total": total,
            "offset": offset,
            "type": "application/zip",
            "name": path.name,
        }, part
