"""`Player`: a tape in the place of the service: which take answers, and how far it is now.

Nothing is written, here or beside the tape. A task's id says which take it is of and when it was
asked for, so that a kernel which did not ask for it can read it, too. What one process keeps in
memory is only how often it has asked for the same.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from evolink_widgets.cassettes.scrub import ask_of
from evolink_widgets.cassettes.tape import Answer, Take, Tape, key_of
from evolink_widgets.rules.tasks.played import TapeId, tape_id
from evolink_widgets.rules.tasks.task import read_mapping, read_number
from evolink_widgets.runtime.clock import now

__all__ = ["OffTape", "Player", "Replayed"]

MEDIA_URL = "http://media.tape.invalid"
FILES_URL = "http://files.tape.invalid"
"""Hosts in this process; `.invalid` never resolves, so nothing of it can leave the machine."""

_SLACK = 0.25
"""Seconds by which what was read was true before it, at most: half the time since the last."""

_COMPARED = 200
"""Takes, and characters of their prompts, among which the nearest is looked for: on the loop of all
tasks, where comparing a long tape would hold the others up."""

SOON = 0.05
"""The estimate that is told where a tape is played at once: a client reads soon then."""


class OffTape(Exception):
    """The tape has no such request; the message says how it differs from those that it has."""


@dataclass(frozen=True)
class Replayed:
    """How one POST is answered.

    Attributes:
        answer: as it was recorded.
        wait: seconds until it is given.
        document: what it says; `None` where the answer is lost.
        again: whether the same request was accepted before.
    """

    answer: Answer
    wait: float
    document: dict[str, Any] | None
    again: bool = False


@dataclass
class _Sent:
    """A request of this process: its take, how often it went out, and its task's id."""

    take: Take
    times: int = 0
    task_id: str | None = None


class Player:
    """Plays one tape for one process. Safe from any thread.

    Args:
        tape: what is played.
        speed: how much faster than it was recorded; `math.inf` is at once.
        clock: Unix seconds.
    """

    def __init__(self, tape: Tape, *, speed: float = 1.0, clock: Callable[[], float] = now) -> None:
        self.tape = tape
        self.off_tape: list[str] = []
        self.speed = speed
        self._clock = clock
        self._lock = threading.Lock()
        self._takes: defaultdict[str, list[Take]] = defaultdict(list)
        for take in tape.takes:
            self._takes[key_of(take.ask)].append(take)
        self._marks = {id(take): take.mark for take in tape.takes}
        self._known = {(take.number, self._marks[id(take)]): take for take in tape.takes}
        self._asked: defaultdict[str, int] = defaultdict(int)
        self._sent: dict[str, _Sent] = {}

    def post(self, key: str, body: Mapping[str, Any], uploads: Mapping[str, str]) -> Replayed:
        """Answer a request.

        Args:
            key: its idempotency key.
            body: as it was sent.
            uploads: the digests of uploaded files, by their links.

        Raises:
            OffTape: it was not recorded, or not so often.
        """
        with self._lock:
            sent = self._sent.get(key)
            if sent is None:
                sent = self._sent[key] = _Sent(self._take_for(ask_of(body, uploads)))
            if sent.task_id is not None and sent.times >= len(sent.take.answers):
                document = self._document(sent.task_id, sent.take)
                return Replayed(Answer(200, 0.0, document), 0.0, document, again=True)
            answer = sent.take.answers[min(sent.times, len(sent.take.answers) - 1)]
            sent.times += 1
            wait = self.scaled(answer.took)
            is_last = sent.times >= len(sent.take.answers)
            if answer.is_task or (is_last and sent.take.readings):
                about = TapeId(
                    self._clock(), sent.take.number, self._marks[id(sent.take)], self.tape.simulated
                )
                sent.task_id = tape_id(about, hashlib.sha256(key.encode()).hexdigest()[:12])
            if answer.is_task:
                document = self._dressed(answer.document, str(sent.task_id), sent.take)
            elif answer.status is None:
                return Replayed(answer, wait, None)
            else:
                document = dict(answer.document)
            return Replayed(answer, wait, document)

    def task(self, task_id: str) -> dict[str, Any] | None:
        """A task's record at this moment; `None` where it is none of this tape's."""
        take = self._of_id(task_id)
        return None if take is None else self._document(task_id, take)

    def tasks(self) -> list[dict[str, Any]]:
        """The tasks that this process has asked for, newest first."""
        with self._lock:
            sent = [(one.task_id, one.take) for one in self._sent.values() if one.task_id]
        return [self._document(task_id, take) for task_id, take in reversed(sent)]

    def picture(self, task_id: str, place: int) -> tuple[bytes, str, float] | None:
        """A picture, its type, and how many seconds it takes; `None` where there is none.

        Raises:
            OSError, ValueError: its file is not there, or is not what was recorded. Blocks.
        """
        take = self._of_id(task_id)
        picture = None if take is None else take.pictures.get(place)
        if picture is None:
            return None
        return self.tape.bytes_of(picture), picture.type, self.scaled(picture.took)

    def scaled(self, seconds: float) -> float:
        """Recorded seconds as they pass here."""
        return 0.0 if math.isinf(self.speed) else seconds / self.speed

    def _take_for(self, ask: Mapping[str, Any]) -> Take:
        key = key_of(ask)
        takes, at = self._takes.get(key, []), self._asked[key]
        if at >= len(takes):
            why = self._why(ask, len(takes))
            self.off_tape.append(why)
            raise OffTape(why)
        self._asked[key] += 1
        return takes[at]

    def _why(self, ask: Mapping[str, Any], times: int) -> str:
        name = self.tape.path.name
        if times:
            often = "once" if times == 1 else f"{times} times"
            return f"{name} has this request {often}, and it was asked for once more"
        prompt = str(ask.get("prompt", ""))
        near = max(
            (take.ask for take in self.tape.takes[:_COMPARED]),
            key=lambda one: _likeness(str(one.get("prompt", "")), prompt),
            default=None,
        )
        if near is None:
            return f"{name} has no requests"
        differs = [
            f"{field} {_shown(near.get(field))} and not {_shown(ask.get(field))}"
            for field in ("prompt", "n", "size", "resolution", "quality", "model")
            if near.get(field) != ask.get(field)
        ]
        if near.get("image_urls") != ask.get("image_urls"):
            differs.append("other references")
        return f"{name} has no such request; the nearest has {', '.join(differs)}"

    def _of_id(self, task_id: str) -> Take | None:
        about = TapeId.read(task_id)
        if about is None:
            return None
        return self._known.get((about.take, about.mark))

    def _document(self, task_id: str, take: Take) -> dict[str, Any]:
        """What the service says of a task by now."""
        about = TapeId.read(task_id)
        passed = max(0.0, self._clock() - about.began) if about else 0.0
        elapsed = math.inf if math.isinf(self.speed) else passed * self.speed
        said: Mapping[str, Any] = take.accepted or {"status": "pending"}
        before = 0.0
        for reading in take.readings:
            if reading.after - min(_SLACK, (reading.after - before) / 2) > elapsed:
                break
            said, before = reading.document, reading.after
        return self._dressed(said, task_id, take)

    def _dressed(self, kept: Mapping[str, Any], task_id: str, take: Take) -> dict[str, Any]:
        """A kept record with what a tape has not: an id, a time, links."""
        about = TapeId.read(task_id)
        document = {**kept, "id": task_id, "created": int(about.began) if about else 0}
        document.setdefault("object", "image.generation.task")
        document.setdefault("model", take.ask.get("model"))
        info = dict(read_mapping(kept.get("task_info")))
        estimated = read_number(info.get("estimated_time"))
        if estimated is not None or math.isinf(self.speed):
            info["estimated_time"] = max(SOON, self.scaled(estimated or 0.0))
            document["task_info"] = info
        if self.speed != 1:
            document.pop("duration", None)
        links = kept.get("results")
        if isinstance(links, int) and links:
            count = min(links, 10)
            document["results"] = [f"{MEDIA_URL}/{task_id}/{place}" for place in range(count)]
        else:
            document.pop("results", None)
        return document


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED]).ratio()


def _shown(value: object) -> str:
    return "none" if value is None else repr(value)[:60]


def read_tape(path: Path) -> Tape:
    """Read a tape that is to be played.

    Raises:
        ConfigurationError: it can't be read, or pictures of it are missing.
    """
    from evolink_widgets.errors import ConfigurationError

    tape = Tape.read(path)
    if missing := tape.missing():
        several = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ConfigurationError(
            f"{path.name} names {missing[0]}{several}, which is not in {tape.folder.name}.",
            advice=f"Take the folder {tape.folder.name} along: it belongs beside the cassette.",
        )
    return tape
