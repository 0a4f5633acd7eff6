"""Callbacks: the service tells our Jupyter server that a task has ended, and the kernel looks.

What arrives from outside is believed in nothing. Between the server and its kernels there is one
private folder with an empty file for each task that is waited for. The file's name is the last
part of the task's address, which the service alone knows. A callback at that address writes one
byte into the file; whatever it says is not even read. The kernel sees the byte and reads the task
at the service. So a forgery can cause a reading and nothing else, a replay not even that, and what
arrives late finds no file any more.

A task whose callback is sure to come need not be read before. That is believed of a service once a
callback has come, and no longer once one has not: then tasks are read as without callbacks.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import logging
import os
import re
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evolink_widgets.core.loop import Workers, spawn
from evolink_widgets.errors import StoreError
from evolink_widgets.rules.request.links import callback_rule
from evolink_widgets.rules.request.service_address import is_loopback

if TYPE_CHECKING:
    from evolink_widgets.store.journal.journal import Journal

__all__ = [
    "FOLDER_VARIABLE",
    "URL_VARIABLE",
    "CallbackFolder",
    "CallbackPlace",
    "Callbacks",
    "callback_name",
    "callback_place",
]

log = logging.getLogger("evolink_widgets")

URL_VARIABLE = "EVOLINK_CALLBACK_URL"
FOLDER_VARIABLE = "EVOLINK_CALLBACK_FOLDER"
"""A server that can be reached tells its kernels in these where it is called back, and where the
kernels find out."""

_PAUSE = 0.1
"""Seconds between two looks into the folder, while a task is waited for."""

_LINGER = 15.0
"""Seconds after a task's end in which its callback may still come: four tries in 7 s."""

_MOST = 5
"""Callbacks of one task that cause a reading; the service sends one, and three more at most."""

_LITTER = 3 * 24 * 3600.0
"""Seconds after which a file that a dead kernel has left is taken away."""

_NAME = re.compile(r"[A-Za-z0-9_-]{43}")


def callback_name(idempotency_key: str) -> str:
    """The last part of a task's address, and its file's name: 256 bits that can't be guessed.

    It follows from the task's key, which the journal and the service alone know. So a request
    that is sent again is the same to the letter, as the service asks of a key that is used again.
    """
    digest = hashlib.sha256(f"evolink callback {idempotency_key}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class CallbackFolder:
    """The private folder in which a server leaves word for its kernels. Every method blocks.

    Args:
        path: where it is; made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> bool:
        """Make the folder; tells whether it is there and ours alone."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.path.lstat()
        except OSError as error:
            log.debug("%s can't be used for callbacks: %s", self.path, error)
            return False
        own = not hasattr(os, "getuid") or (
            found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        )
        return stat.S_ISDIR(found.st_mode) and own

    def expect(self, name: str) -> bool:
        """Begin to wait for a callback; tells whether word can be left."""
        try:
            os.close(os.open(self.path / name, os.O_WRONLY | os.O_CREAT | _NO_LINKS, 0o600))
        except OSError as error:
            log.debug("No callback can be waited for: %s", error)
            return False
        return True

    def ring(self, name: str) -> None:
        """Leave word that something came for this name; nothing where it is not waited for."""
        if not _NAME.fullmatch(name):
            return
        with contextlib.suppress(OSError):
            file = os.open(self.path / name, os.O_WRONLY | os.O_APPEND | _NO_LINKS)
            try:
                if os.fstat(file).st_size == 0:
                    os.write(file, b"!")
            finally:
                os.close(file)

    def is_expected(self, name: str) -> bool:
        """Whether this name is waited for."""
        with contextlib.suppress(OSError):
            return stat.S_ISREG((self.path / name).lstat().st_mode)
        return False

    def take(self, name: str) -> bool:
        """Whether word was left since the last time."""
        with contextlib.suppress(OSError):
            if (self.path / name).lstat().st_size:
                os.close(os.open(self.path / name, os.O_WRONLY | os.O_TRUNC | _NO_LINKS))
                return True
        return False

    def forget(self, name: str) -> None:
        """Wait for it no longer."""
        with contextlib.suppress(OSError):
            (self.path / name).unlink()

    def sweep(self, now: float) -> None:
        """Take away what dead kernels have left."""
        with contextlib.suppress(OSError), os.scandir(self.path) as entries:
            for entry in entries:
                if _NAME.fullmatch(entry.name):
                    with contextlib.suppress(OSError):
                        if now - entry.stat(follow_symlinks=False).st_mtime > _LITTER:
                            self.forget(entry.name)


_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class CallbackPlace:
    """Where the service may call back.

    Attributes:
        url: the address before a task's own last part, without a slash at its end.
        folder: where the server leaves word.
    """

    url: str
    folder: Path

    def address(self, name: str) -> str:
        """A task's own address."""
        return f"{self.url}/{name}"


def callback_place(environment: Mapping[str, str], *, service: str) -> CallbackPlace | None:
    """Where the environment says that a service may call back; `None` where it can't.

    Args:
        environment: of this process, as the Jupyter server has made it.
        service: the service's address. One on this machine may call this machine.
    """
    url = environment.get(URL_VARIABLE, "").strip().rstrip("/")
    folder = environment.get(FOLDER_VARIABLE, "").strip()
    if not url or not folder:
        return None
    place = CallbackPlace(url, Path(folder))
    rule = callback_rule(place.address("x" * 43))
    is_near = is_loopback(service) and is_loopback(url)
    if rule is not None and not is_near:
        log.warning("%s %s; tasks are read without callbacks.", URL_VARIABLE, rule)
        return None
    if urlsplit(url).query or urlsplit(url).fragment:
        return None
    return place


@dataclass(eq=False)
class Listening:
    """One task that is waited for.

    Attributes:
        told: called when a callback has come; on the core's loop.
        is_likely: whether one is likely to come: the task need not be read before.
        came: how many have come.
        is_over: whether the service has finished the task.
    """

    told: Callable[[], object]
    is_likely: bool = False
    came: int = 0
    is_over: bool = False


@dataclass(eq=False)
class Callbacks:
    """The callbacks of one session's tasks; to be used on the core's loop.

    Args:
        place: where the service may call back.
        journal: keeps whether callbacks come.
        service: the service's name in the journal.
        database_thread: the thread for the database.
        clock: Unix seconds.
        linger: seconds after a task's end in which its callback may still come.

    Attributes:
        come: whether the last callback that was to come has come.
    """

    place: CallbackPlace
    journal: Journal
    service: str
    database_thread: Workers
    clock: Callable[[], float]
    linger: float = _LINGER
    come: bool = False
    _usable: bool | None = None
    _listening: dict[str, Listening] = field(default_factory=dict)
    _folder: CallbackFolder = field(init=False)
    _worker: Workers = field(default_factory=lambda: Workers("evolink-callbacks", 1))
    _is_watching: bool = False

    def __post_init__(self) -> None:
        self._folder = CallbackFolder(self.place.folder)

    async def expect(self, idempotency_key: str) -> str | None:
        """The address that a request may name, word being waited for; `None` where it can't be.

        Args:
            idempotency_key: the request's key.
        """
        name = callback_name(idempotency_key)
        if not await self._is_usable() or not await self._worker.run(self._folder.expect, name):
            return None
        return self.place.address(name)

    @property
    def is_named(self) -> bool:
        """Whether requests name an address of ours."""
        return bool(self._usable)

    def give_up(self) -> None:
        """Hear that the service does not take the address: it is not named any more."""
        log.warning("The service does not call back to %s.", self.place.url)
        self._usable = False

    @contextlib.asynccontextmanager
    async def listening(
        self, idempotency_key: str, told: Callable[[], object]
    ) -> AsyncIterator[Listening]:
        """Wait for a task's callbacks; set `is_over` when the task is.

        Args:
            idempotency_key: the task's.
            told: called when one has come, on this loop.
        """
        name = callback_name(idempotency_key)
        usable = await self._is_usable()
        one = Listening(told)
        if not usable or not await self._worker.run(self._folder.is_expected, name):
            yield one  # it was sent without an address
            return
        one.is_likely = self.come
        self._listening[name] = one
        if not self._is_watching:
            self._is_watching = True
            spawn(self._watch(), name="evolink-callbacks")
        try:
            yield one
        finally:
            if one.is_over:  # it may still come, and says that the next ones will
                asyncio.get_running_loop().call_later(self.linger, self._over, name, one)
            elif self._listening.get(name) is one:
                del self._listening[name]

    def close(self) -> None:
        """Wait for none of them any longer; their files stay for the next kernel."""
        self._listening.clear()
        self._worker.close()

    async def _is_usable(self) -> bool:
        if self._usable is None:
            with contextlib.suppress(StoreError):
                found = await self.database_thread.run(self.journal.recall, self._note)
                self.come = found == {"url": self.place.url, "come": True}
            self._usable = await self._worker.run(self._folder.make)
            if self._usable:
                await self._worker.run(self._folder.sweep, self.clock())
        return self._usable

    async def _watch(self) -> None:
        try:
            while self._listening:
                for name in await self._worker.run(self._taken, list(self._listening)):
                    self._hear(name)
                await asyncio.sleep(_PAUSE)
        finally:
            self._is_watching = False

    def _taken(self, names: list[str]) -> list[str]:
        return [name for name in names if self._folder.take(name)]

    def _hear(self, name: str) -> None:
        one = self._listening.get(name)
        if one is None:
            return
        one.came += 1
        self._learn(True)
        if not one.is_over and one.came <= _MOST:
            one.told()

    def _over(self, name: str, one: Listening) -> None:
        """Its callback can't come any more: had it not come, the next ones are not relied on."""
        if self._listening.get(name) is one:
            del self._listening[name]
            if not one.came:
                self._learn(False)
            spawn(self._worker.run(self._folder.forget, name))

    def _learn(self, come: bool) -> None:
        if come == self.come:
            return
        self.come = come
        record = {"url": self.place.url, "come": come}
        spawn(self.database_thread.run(self._remember, record))

    def _remember(self, record: Mapping[str, object]) -> None:
        try:
            self.journal.remember(self._note, record)
        except StoreError as error:
            log.warning("Whether callbacks come is not written down: %s", error)

    @property
    def _note(self) -> str:
        return f"callbacks {self.service}"
