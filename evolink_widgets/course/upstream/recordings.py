"""Records what some students ask, each on a cassette: a lesson, from the teacher's own token."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from evolink_widgets.cassettes.recorder import Recorder
from evolink_widgets.cassettes.recording import UploadHeard, fetch_pictures
from evolink_widgets.core.service.files_api import UPLOAD
from evolink_widgets.core.service.transport import NoAnswer, Reply, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.rules.tasks.outcome import Event
from evolink_widgets.rules.tasks.task import read_mapping

__all__ = ["Recordings"]

log = logging.getLogger("evolink_widgets")


class Recordings:
    """The cassettes that a gateway records. Whose each is stands on none of them.

    Args:
        cassettes: by the student's name.
        key: of the course; it is hidden wherever it might stand.
        simulated: whether an emulator plays the service.

    Raises:
        ConfigurationError: one can't be gone on with.
    """

    def __init__(
        self,
        cassettes: Mapping[str, Path] | None = None,
        key: Key | None = None,
        *,
        simulated: bool = False,
    ) -> None:
        self._of = {name: Recorder(path) for name, path in (cassettes or {}).items()}
        for recorder in self._of.values():
            recorder.simulated = simulated
            if key is not None:
                recorder.hide = key.hide_in

    def asked(self, student: str, key: str, body: Mapping[str, Any]) -> None:
        """Hear that a request goes out."""
        self._tell(student, lambda recorder: recorder.asked(key, body))

    def unanswered(self, student: str, key: str, error: NoAnswer) -> None:
        """Hear that it brought no answer."""
        is_out = error.event is not Event.NOT_SENT
        self._tell(student, lambda one: one.lost(key) if is_out else one.unsent(key))

    def answered(self, student: str, key: str, reply: Reply) -> None:
        """Hear what it brought."""
        said = (key, reply.status, reply.document(), reply.headers)
        self._tell(student, lambda recorder: recorder.answered(*said))

    def read(self, document: object) -> None:
        """Hear how tasks are getting on; each recorder knows its own."""
        data = read_mapping(document).get("data")
        for student in self._of:
            for one in data if isinstance(data, list) else [document]:
                self._tell(student, functools.partial(_read, one))

    def found(self, student: str, key: str, document: object) -> None:
        """Hear which task an ask is, whose reply was lost."""
        self._tell(student, lambda recorder: recorder.found(key, document))

    def upload(
        self,
        student: str,
        path: str,
        stream: AsyncIterator[bytes] | None,
        headers: Mapping[str, str] | None,
    ) -> UploadHeard | None:
        """What hears an upload that goes by; `None` where none is to be heard."""
        is_heard = student in self._of and stream is not None and path == UPLOAD
        return UploadHeard(headers or {}) if is_heard else None

    def uploaded(self, student: str, heard: UploadHeard, reply: Reply) -> None:
        """Hear under which link it can be found."""
        link = read_mapping(read_mapping(reply.document()).get("data")).get("file_url")
        if isinstance(link, str):
            self._tell(student, lambda recorder: recorder.uploaded(link, heard.digest()))

    def _tell(self, student: str, tell: Callable[[Recorder], object]) -> None:
        """Tell a student's recorder. It must not fail what is recorded, which may be paid for."""
        recorder = self._of.get(student)
        if recorder is None:
            return
        try:
            tell(recorder)
        except Exception:
            log.exception("Something could not be recorded on %s", recorder.path)

    async def fetch(self, transport: Transport) -> None:
        """Fetch the pictures that are finished: here they are only handed on as links."""
        for recorder in self._of.values():
            await fetch_pictures(recorder, transport)

    async def close(self, transport: Transport) -> None:
        """Fetch what is finished, and write what has ended."""
        await self.fetch(transport)
        for recorder in self._of.values():
            counts = await asyncio.to_thread(recorder.close)
            if counts.left:
                log.warning("%d asks did not end and are not on %s", counts.left, recorder.path)


def _read(document: object, recorder: Recorder) -> None:
    recorder.read(document, adopts=False)
