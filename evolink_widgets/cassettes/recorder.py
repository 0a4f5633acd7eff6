"""`Recorder`: takes in what goes between a client and the service, and writes takes as they end."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from evolink_widgets.cassettes.scrub import ask_of, refusal_of, task_of
from evolink_widgets.cassettes.tape import (
    Answer,
    Picture,
    Reading,
    Take,
    Tape,
    head,
    picture_name,
    pictures_folder,
)
from evolink_widgets.core.settings.keys import in_document
from evolink_widgets.errors import BadReply, ConfigurationError
from evolink_widgets.rules.tasks.outcome import retry_after
from evolink_widgets.rules.tasks.task import TaskSnapshot, TaskStatus, read_task
from evolink_widgets.runtime.clock import now

__all__ = ["Recorder"]

log = logging.getLogger("evolink_widgets")

_BEGINNING = b'{"cassette"'
_TRIES = 100

_MOST_STRANGERS = 200
"""Tasks that are remembered while a lost one is looked for."""

_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@dataclass
class _Open:
    """A take that has not ended yet.

    Attributes:
        key: the idempotency key of its request.
        sent: when it went out last, on the monotonic clock.
        task_id: the service's, once it is known.
        links: the newest links to its pictures.
        finished: whether the service has finished it.
        failed: how often it said that it has failed: one reading may be ahead of the truth, so
            that a client reads again.
    """

    take: Take
    key: str
    sent: float
    task_id: str | None = None
    links: tuple[str, ...] = ()
    finished: bool = False
    failed: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing more is to come."""
        if self.task_id is None:
            last = self.take.answers[-1].status if self.take.answers else None
            return last is not None and last < 500 and last != 429
        wanted = [place for place, link in enumerate(self.links) if link]
        return self.finished and all(place in self.take.pictures for place in wanted)


@dataclass
class Counts:
    """What a recording has come to; `left` takes did not end and are not on the tape."""

    takes: int = 0
    pictures: int = 0
    left: int = 0
    trouble: str | None = None


class Recorder:
    """Writes one cassette. Safe from any thread.

    A cassette that is there is gone on with: its takes stay, and new ones come after them.

    Args:
        path: the cassette's file; its folder is made when there is something to write.
        anew: begin it anew. The old one goes when the first take of the new one is written.
        clock: seconds, of a clock that only goes forward.

    Attributes:
        simulated: whether an emulator is recorded; said at the top of a new cassette.
        hide: takes a key out of a text, wherever one might stand.
        digest_of: the SHA-256 of a file that was uploaded earlier, by its link, where it is known.

    Raises:
        ConfigurationError: there is something else in its place, or nothing can be written there.
    """

    def __init__(
        self,
        path: Path,
        *,
        anew: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path.absolute()  # the process may change its folder
        self.simulated = False
        self.counts = Counts()
        self.hide: Callable[[str], str] = lambda text: text
        self.digest_of: Callable[[str], str | None] = lambda link: None
        self._clock = clock
        self._lock = threading.RLock()
        self._open: list[_Open] = []
        self._uploads: dict[str, str] = {}
        check_place(self.path)
        self._replaces = _which(self.path) if anew else None
        kept = [] if anew or not self.path.exists() else Tape.read(self.path).takes
        self._strangers: dict[str, list[tuple[float, TaskSnapshot, object]]] = {}
        self._next = 1 + max((take.number for take in kept), default=0)

    # What it hears.

    def asked(self, key: str, body: Mapping[str, Any]) -> None:
        """Hear that a request goes out, for the first time or again."""
        with self._lock:
            found = next((one for one in self._open if one.key == key), None)
            if found is not None:
                found.sent = self._clock()
                return
            self._know_links(body)
            ask = self._hidden(ask_of(body, self._uploads))
            self._open.append(_Open(Take(self._next, ask), key, self._clock()))
            self._next += 1

    def answered(self, key: str, status: int, document: object, headers: Mapping[str, str]) -> None:
        """Hear what a request was answered with."""
        with self._lock:
            one = self._of_key(key)
            if one is None:
                return
            took = self._clock() - one.sent
            snapshot = _snapshot(document) if 200 <= status < 300 else None
            if snapshot is not None:
                one.task_id = snapshot.id
                kept = task_of(document, sum(map(bool, snapshot.results)))
                one.take.answers.append(Answer(status, took, self._hidden(kept)))
                if snapshot.status.finished:
                    self._note(one, snapshot, document)
            elif status == 401:  # about the key that records, and not about the lesson
                self._open.remove(one)
                return
            elif status >= 400:
                pause = retry_after(headers.get("retry-after"), now=now())
                kept = self._hidden(refusal_of(document, status))
                one.take.answers.append(Answer(status, took, kept, pause))
            else:  # an answer that is no task's, and what became of it is not known
                one.take.answers.append(Answer(None, took))
            self._end_whole()

    def lost(self, key: str) -> None:
        """Hear that a request went out and no answer came."""
        with self._lock:
            if one := self._of_key(key):
                one.take.answers.append(Answer(None, self._clock() - one.sent))

    def unsent(self, key: str) -> None:
        """Hear that a request never left; the way there is no part of the service."""
        with self._lock:
            one = self._of_key(key)
            if one is not None and not one.take.answers:
                self._open.remove(one)

    def read(self, document: object, *, adopts: bool = True) -> None:
        """Hear what the service said of a task.

        Args:
            document: its record.
            adopts: whether a task that is not known may be one whose reply was lost. Not where
                other people's tasks are heard of, too.
        """
        snapshot = _snapshot(document)
        if snapshot is None:
            return
        with self._lock:
            one = next((one for one in self._open if one.task_id == snapshot.id), None)
            if one is not None:
                self._note(one, snapshot, document)
                self._end_whole()
            elif adopts and self._lost() and len(self._strangers) < _MOST_STRANGERS:
                heard = (self._clock(), snapshot, document)
                self._strangers.setdefault(snapshot.id, []).append(heard)

    def found(self, key: str, document: object) -> None:
        """Hear which task is that of a request whose reply was lost."""
        snapshot = _snapshot(document)
        with self._lock:
            one = self._of_key(key)
            if one is not None and one.task_id is None and snapshot is not None:
                one.task_id = snapshot.id
                self._note(one, snapshot, document)

    def uploaded(self, link: str, digest: str) -> None:
        """Hear under which link the service keeps a file, and the SHA-256 of its bytes."""
        with self._lock:
            self._uploads[link] = f"sha256:{digest}"

    def wants(self, link: str) -> bool:
        """Whether a link leads to a picture that belongs on the tape, and is not there yet.

        Who looks for a lost task reads several; whose pictures are fetched it has found.
        """
        with self._lock:
            if self._place_of(link) is None:
                self._adopt(link)
            return self._place_of(link) is not None

    def fetched(self, link: str, data: bytes, took: float) -> None:
        """Hear of a picture that came whole; writes its file. Blocks."""
        kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
        with self._lock:
            found = self._place_of(link)
            if found is None or kind is None:
                return
            one, place = found
            name = picture_name(data, kind)
            if not self._write(lambda: self._write_picture(name, data)):
                return
            one.take.pictures[place] = Picture(name, kind, took)
            self.counts.pictures += 1
            self._end_whole()

    def close(self) -> Counts:
        """Write what has come to an end without a task, and say what the tape holds."""
        with self._lock:
            for one in self._open:
                ended = one.task_id is None or one.failed or one.is_whole
                if not (one.take.answers and ended and self._append(one.take)):
                    self.counts.left += 1
            self._open.clear()
            return self.counts

    # What it makes of that.

    def _know_links(self, body: Mapping[str, Any]) -> None:
        links = body.get("image_urls")
        given = [link for link in links if isinstance(link, str)] if isinstance(links, list) else []
        for link in given:
            if link not in self._uploads and (digest := self.digest_of(link)):
                self._uploads[link] = f"sha256:{digest}"

    def _of_key(self, key: str) -> _Open | None:
        return next((one for one in self._open if one.key == key), None)

    def _lost(self) -> list[_Open]:
        """The takes whose reply was lost, and whose task is not known."""
        return [
            one
            for one in self._open
            if one.task_id is None
            and one.take.answers
            and (one.take.answers[-1].status or 500) >= 500
        ]

    def _adopt(self, link: str) -> None:
        """Take a task for that of a lost take, where it can be that of one alone."""
        for task_id, heard in self._strangers.items():
            _, newest, _ = heard[-1]
            if link not in newest.results:
                continue
            fits = [
                one
                for one in self._lost()
                if one.take.ask.get("n", 1) == len(newest.results)
                and newest.model in (None, one.take.ask.get("model"))
            ]
            if len(fits) == 1:
                fits[0].task_id = task_id
                for at, snapshot, document in heard:
                    self._note(fits[0], snapshot, document, at)
                del self._strangers[task_id]
            return

    def _note(
        self, one: _Open, snapshot: TaskSnapshot, document: object, at: float | None = None
    ) -> None:
        kept = self._hidden(task_of(document, sum(map(bool, snapshot.results))))
        after = (self._clock() if at is None else at) - one.sent
        before = one.take.readings[-1].document if one.take.readings else None
        if kept != before:
            one.take.readings.append(Reading(after, kept))
        if snapshot.status.finished:
            one.links = snapshot.results
            one.failed += snapshot.status is not TaskStatus.COMPLETED
            one.finished = bool(one.links) or one.failed > 1

    def _place_of(self, link: str) -> tuple[_Open, int] | None:
        for one in self._open:
            if link in one.links:
                place = one.links.index(link)
                return None if place in one.take.pictures else (one, place)
        return None

    def _end_whole(self) -> None:
        for one in [one for one in self._open if one.is_whole]:
            if self._append(one.take):
                self._open.remove(one)

    def _append(self, take: Take) -> bool:
        """Write a take; one that can't be written is tried again when the next thing is heard."""
        return self._write(lambda: self._write_take(take))

    def _write(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except OSError as wrong:  # what is recorded goes on all the same: it is paid for
            said = f"{self.path.name} can't be written ({wrong.strerror or wrong})"
            if self.counts.trouble is None:
                log.warning("%s; the pictures are in the store all the same.", said)
            self.counts.trouble = said
            return False
        self.counts.trouble = None
        return True

    def _write_take(self, take: Take) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = take.text()
        made = time.strftime("%Y-%m-%d", time.gmtime(now()))
        first = head(self.simulated, made)
        there = _which(self.path)
        if there is None:
            if not _placed(self.path, first + text):  # another has begun it this moment
                _append(self.path, text)
        elif there == self._replaces:
            _replace(self.path, first + text)
        else:
            _append(self.path, text)
        self._replaces = None
        self.counts.takes += 1

    def _write_picture(self, name: str, data: bytes) -> None:
        folder = pictures_folder(self.path)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / name).exists():
            _replace(folder / name, data)

    def _hidden(self, document: dict[str, Any]) -> dict[str, Any]:
        hidden: dict[str, Any] = in_document(document, self.hide, self.hide)
        return hidden

    def pending(self) -> list[str]:
        """The links of finished tasks whose pictures have not come, for one who fetches them."""
        with self._lock:
            return [
                link
                for one in self._open
                if one.finished
                for place, link in enumerate(one.links)
                if link and place not in one.take.pictures
            ]


def _replace(path: Path, data: bytes) -> None:
    """Write a file at once or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        _write_through(part, data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _placed(path: Path, data: bytes) -> bool:
    """Write a file at once, unless there is one."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        _write_through(part, data)
        try:
            os.link(part, path)
        except FileExistsError:
            return False
        except OSError:  # no second names on this file system
            part.replace(path)
        return True
    finally:
        part.unlink(missing_ok=True)


def _append(path: Path, text: bytes) -> None:
    """Put lines behind those that are there, behind those of other processes too."""
    with path.open("r+b") as file, _alone(file):
        held = file.read()
        if not held.startswith(_BEGINNING):
            raise OSError(errno.EEXIST, "another file is in its place")
        # A killed kernel may have left half a line.
        file.seek(held.rfind(b"\n") + 1)
        file.truncate()
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _alone(file: BinaryIO) -> Iterator[None]:
    """Keep other processes from writing to a file meanwhile, where its file system can.

    Raises:
        OSError: another process keeps it for long.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    for tries in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if tries + 1 == _TRIES:
                raise
            time.sleep(0.01)
        except OSError:  # no locks here
            break
    yield  # closing the file frees it


def _which(path: Path) -> tuple[int, int, int] | None:
    """Which file is there; `None` where none is."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _snapshot(document: object) -> TaskSnapshot | None:
    try:
        return read_task(document)
    except BadReply:
        return None


def check_place(path: Path) -> None:
    """See that a cassette can be written there, before anything is paid for; writes nothing.

    Raises:
        ConfigurationError: its place is taken by a folder, or its folder can't be written to.
    """
    if path.is_dir():
        raise ConfigurationError(f"cassette must be a file; {str(path)!r} is a folder.")
    above = next(one for one in path.parents if one.exists() or one == one.parent)
    is_open = above.is_dir() and os.access(above, os.W_OK | os.X_OK)
    if not is_open or (path.exists() and not os.access(path, os.W_OK)):
        raise ConfigurationError(
            f"The cassette {str(path)!r} can't be written: {above} is no folder that takes files.",
            advice="Choose another place. Nothing was asked.",
        )
