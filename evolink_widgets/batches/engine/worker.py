"""What runs on a worker: it says who it is, takes loans, fulfils them, and hands them over.

All but `fulfil` are calls beside the engine's tasks, so that nothing of what is asked is in a
task graph. `fulfil` is a task, and the engine may run it again when it believes a worker dead,
also elsewhere: it knows the loan's name alone, and goes on with the folder of that name, or says
that there is none here.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from evolink_widgets.batches.engine import borrow
from evolink_widgets.batches.engine.borrow import (
    Fulfilment,
    Workplace,
    folder_of,
    proof_here,
    session_of,
)
from evolink_widgets.batches.engine.dask import leave_place
from evolink_widgets.batches.engine.elsewhere import Elsewhere
from evolink_widgets.core.loans.loan import Loan, Return
from evolink_widgets.core.task import TaskState
from evolink_widgets.errors import ConfigurationError, EvolinkError, StoreError
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store.database.database import FILE
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.store.store import Store
from evolink_widgets.version import __version__

__all__ = ["Hello", "News"]

T = TypeVar("T")

log = logging.getLogger("evolink_widgets")

PIECE = 8 * 2**20
"""Bytes of a file that are handed over in one call."""


@dataclass(frozen=True)
class Hello:
    """What a worker says of itself.

    Attributes:
        host: its machine.
        version: of this package.
        trouble: why it can't work; `None` where it can.
        proof: the answer to the driver's challenge by its key; `None` where it has none.
    """

    host: str
    version: str
    trouble: str | None
    proof: bytes | None


@dataclass(frozen=True)
class News:
    """How a task of a loan stands.

    Attributes:
        stage: its stage's name.
        progress: percent.
        task_id: the service's id.
        receipt: what the service has told of credits.
        note: a sentence beside it.
    """

    stage: str
    progress: int | None
    task_id: str | None
    receipt: Receipt | None
    note: str | None


class _Open:
    """The loans that this process is at work on."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loans: dict[str, tuple[Fulfilment, concurrent.futures.Future[list[Return]]]] = {}


_open: _Open = process_global(f"{__name__} open", _Open)


async def hello(place: Workplace, challenge: bytes) -> Hello:
    """Say who this worker is, and whether it can work."""
    return await _aside(_hello, place, challenge)


async def take(place: Workplace, loan: Loan) -> str | None:
    """Write a loan down; returns why not, and `None` where it is."""
    try:
        await _aside(borrow.take, Path(place.root), loan)
    except EvolinkError as error:
        return str(error)
    return None


def fulfil(place: Workplace, name: str, send: bool = True) -> list[Return]:
    """Send what is unsent of a loan, collect what was sent; the engine's task.

    Raises:
        StoreError: the loan's folder is not here, or can't be read.
    """
    leave_place()
    folder = folder_of(Path(place.root), name)
    if not (folder / FILE).exists():
        raise StoreError(f"The loan {name} has no folder on {socket.gethostname()}.")
    with _open.lock:
        found = _open.loans.get(name)
        if found is None:
            session = session_of(folder, place)
            mine: concurrent.futures.Future[list[Return]] = concurrent.futures.Future()
            _open.loans[name] = work, _ = Fulfilment(session, send=send), mine
    if found is not None:  # the engine has begun it a second time, in this very process
        return found[1].result()
    try:
        mine.set_result(_placed(place, name, work.run()))
    except BaseException as exc:
        mine.set_exception(exc)
    finally:
        del _open.loans[name]
    return mine.result()


def _placed(place: Workplace, name: str, returns: list[Return]) -> list[Return]:
    """Put the pictures where they are to stay; what can't be put there comes home instead."""
    if place.pictures is None:
        return returns
    store = Store(folder_of(Path(place.root), name))
    try:
        return Elsewhere(place.pictures).put(store, name, returns)
    except Exception as error:
        log.warning("Loan %s comes home, as %s can't be used: %s", name, place.pictures, error)
        return returns
    finally:
        store.close()


async def news(names: Sequence[str]) -> dict[str, dict[str, News]]:
    """How the loans stand that this process is at work on; the others are left out."""
    open_ = {name: found for name in names if (found := _open.loans.get(name)) is not None}
    return {
        name: {key: _news(state) for key, state in work.states.items()}
        for name, (work, _) in open_.items()
    }


async def withdraw(names: Sequence[str]) -> None:
    """Take back what of these loans was not sent yet."""
    for name in names:
        found = _open.loans.get(name)
        if found is not None:
            await _aside(found[0].withdraw)


async def seen(place: Workplace, names: Sequence[str]) -> list[str]:
    """Which of these loans have their folders here."""
    root = Path(place.root)
    return await _aside(lambda: [one for one in names if (folder_of(root, one) / FILE).exists()])


async def closed(place: Workplace, name: str) -> list[Return]:
    """What has become of a loan that can't be fulfilled here; nothing of it is sent any more."""
    return await _aside(borrow.closed, Path(place.root), name)


async def files(place: Workplace, name: str) -> list[tuple[str, int]]:
    """The files of a loan's folder that make it a store, and their sizes."""
    return await _aside(_files, folder_of(Path(place.root), name))


async def piece(place: Workplace, name: str, file: str, at: int) -> bytes:
    """A piece of a file of a loan's folder."""

    def read() -> bytes:
        with (folder_of(Path(place.root), name) / Path(file).name).open("rb") as opened:
            opened.seek(at)
            return opened.read(PIECE)

    return await _aside(read)


async def forget(place: Workplace, name: str) -> None:
    """Remove the folder of a loan that has come home."""
    with contextlib.suppress(StoreError):
        await _aside(borrow.forget, Path(place.root), name)


async def _aside(function: Callable[..., T], *args: Any) -> T:
    """Off the worker's own loop, which its heartbeats need."""
    return await asyncio.to_thread(function, *args)


def _hello(place: Workplace, challenge: bytes) -> Hello:
    trouble, root = None, Path(place.root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not os.access(root, os.W_OK):
            trouble = f"worker_store={place.root!r} can't be written to"
    except OSError as exc:
        trouble = f"worker_store={place.root!r} can't be made ({exc.strerror})"
    if place.pictures is not None and trouble is None:
        try:
            Elsewhere(place.pictures).check()
        except ConfigurationError as exc:
            trouble = str(exc).rstrip(".")
    proof = proof_here(challenge)
    return Hello(socket.gethostname(), __version__, trouble, proof)


def _files(folder: Path) -> list[tuple[str, int]]:
    return [
        (path.name, path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.is_symlink() and not path.name.endswith("-shm")
    ]


def _news(state: TaskState) -> News:
    return News(state.stage.value, state.progress, state.task_id, state.receipt, state.note)
