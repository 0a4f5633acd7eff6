"""Brings a loan's folder to where it can be merged: it is here already, or is sent in pieces."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from evolink_widgets.batches.engine import worker
from evolink_widgets.batches.engine.borrow import Workplace, folder_of
from evolink_widgets.batches.engine.calls import Calls
from evolink_widgets.core.session import Session
from evolink_widgets.errors import StoreDamaged
from evolink_widgets.store.database.database import FILE
from evolink_widgets.store.safe_files import PARTS, guarded, own_folder

__all__ = ["Homecoming"]


class Away(Protocol):
    """A loan, as far as its folder is meant."""

    name: str
    address: str
    place: Workplace


class Homecoming:
    """Gives the folders of loans to read from.

    Args:
        session: whose store takes them in.
        calls: where they are.
    """

    def __init__(self, session: Session, calls: Calls) -> None:
        self._session = session
        self._calls = calls

    @contextlib.asynccontextmanager
    async def folder(self, loan: Away) -> AsyncIterator[Path]:
        """The folder of a loan that has ended: itself where this process sees it, or a copy.

        A loan's name is made by chance, so a folder of that name is that loan's.

        Raises:
            StoreError: the copy can't be written.
            Exception: the worker is gone.
        """
        there = folder_of(Path(loan.place.root), loan.name)
        if (there / FILE).exists():
            yield there
            return
        root = self._session.store.root
        with guarded(root / PARTS, "made"):
            parts = own_folder(root, PARTS)
            holder = tempfile.TemporaryDirectory(dir=parts, prefix="loan-")
        with holder as copy:
            await self._fetch(loan, Path(copy))
            yield Path(copy)

    async def _fetch(self, loan: Away, copy: Path) -> None:
        """Copy the files of a folder, a piece at a time."""
        for name, size in await self._calls.ask(loan.address, worker.files, loan.place, loan.name):
            if Path(name).name != name or name in (".", ".."):
                raise StoreDamaged(f"Worker {loan.address} has a file called {name!r:.80}.")
            with guarded(copy / name, "written"), (copy / name).open("xb") as file:
                while (at := file.tell()) < size:
                    piece = await self._calls.ask(
                        loan.address, worker.piece, loan.place, loan.name, name, at
                    )
                    if not piece:
                        raise StoreDamaged(f"{name} of loan {loan.name} broke off.")
                    await self._calls.aside(file.write, piece)
