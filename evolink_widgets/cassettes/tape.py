"""The cassette's file: lines of JSON, a record each, and a folder of pictures beside it.

    {"cassette": 1, "simulated": false, "made": "2026-11-29"}
    {"take": 1, "ask": {"model": "gpt-image-2", "prompt": "a fox", "n": 1}}
    {"take": 1, "answer": 200, "took": 0.84, "task": {"status": "pending", …}}
    {"take": 1, "after": 12.3, "task": {"status": "processing", "progress": 40, …}}
    {"take": 1, "after": 41.7, "task": {"status": "completed", "results": 1, "usage": {…}}}
    {"take": 1, "picture": 1, "file": "3f2a….png", "type": "image/png", "took": 0.6}

A *take* is one ask with all that the service said to it. Of a reading stands what has changed
since the line before; `null` is what is gone. A picture's file is named by its bytes, so that it
is known to be the one that was recorded. Takes are appended whole, when they
have ended, so that a killed kernel leaves a cassette that can be read; and nothing of it is ever
rewritten. It may come from a stranger: every value is checked as it is read.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evolink_widgets.cassettes.scrub import ask_of, kept_of, refusal_of
from evolink_widgets.errors import ConfigurationError

__all__ = [
    "Answer",
    "Picture",
    "Reading",
    "Take",
    "Tape",
    "key_of",
    "picture_name",
    "pictures_folder",
]  # fmt: skip

VERSION = 1
_LONGEST = 64 * 2**20
_LARGEST_PICTURE = 2**28
_DIGITS = 16
_FILE = re.compile(rf"[0-9a-f]{{{_DIGITS}}}\.(?:png|jpg|webp)", re.ASCII)
_STATUSES = frozenset({*range(200, 300), *range(400, 600)})
TYPES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_NEW_TAPE = "Take another copy of it, or record it anew."


@dataclass(frozen=True)
class Answer:
    """What one POST was answered with.

    Attributes:
        status: of HTTP; `None` where the answer was lost.
        took: seconds from the request to it.
        document: a task, or a refusal; empty where the body made no sense.
        retry_after: seconds for which the service asked to wait.
    """

    status: int | None
    took: float
    document: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None

    @property
    def is_task(self) -> bool:
        """Whether the service has accepted."""
        return self.status is not None and 200 <= self.status < 300 and bool(self.document)


@dataclass(frozen=True)
class Reading:
    """What the service said of a task; `after` is in seconds since its request went out."""

    after: float
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    """A picture's file; `took` is in seconds, from asking for it to its last byte."""

    file: str
    type: str
    took: float


@dataclass
class Take:
    """One ask, and all that the service said to it.

    Attributes:
        number: its place among those that were sent, from 1.
        ask: the request's body, scrubbed.
        answers: one for each time that it was sent.
        readings: in their order.
        pictures: by their place, from 0.
    """

    number: int
    ask: Mapping[str, Any]
    answers: list[Answer] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    pictures: dict[int, Picture] = field(default_factory=dict)

    @property
    def accepted(self) -> Mapping[str, Any]:
        """The task as it was accepted; empty where no answer said so."""
        return next((one.document for one in self.answers if one.is_task), {})

    @property
    def mark(self) -> str:
        """Six hex digits by which it is told from another tape's take of the same number."""
        said: list[object] = [self.ask, *(one.document for one in self.answers)]
        said += [one.document for one in self.readings]
        said += [one.file for _, one in sorted(self.pictures.items())]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:6]

    def lines(self) -> Iterator[dict[str, Any]]:
        """The records of it, as they are written."""
        yield {"ask": self.ask}
        for answer in self.answers:
            line: dict[str, Any] = {"answer": answer.status or "lost", "took": _s(answer.took)}
            if answer.retry_after is not None:
                line["retry_after"] = answer.retry_after
            if answer.document:
                line["task" if answer.is_task else "said"] = answer.document
            yield line
        before = self.accepted
        for reading in self.readings:
            yield {"after": _s(reading.after), "task": _changes(before, reading.document)}
            before = reading.document
        for place, picture in sorted(self.pictures.items()):
            told = {"file": picture.file, "type": picture.type, "took": _s(picture.took)}
            yield {"picture": place + 1, **told}

    def text(self) -> bytes:
        """Its lines, each with its number."""
        lines = ({"take": self.number, **line} for line in self.lines())
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode(
            "utf-8", "backslashreplace"
        )


@dataclass
class Tape:
    """A cassette that was read.

    Attributes:
        path: its file.
        simulated: whether it was recorded from an emulator.
        takes: in the order in which they were sent.
    """

    path: Path
    simulated: bool
    takes: list[Take]

    @classmethod
    def read(cls, path: Path) -> Tape:
        """Read a cassette's text; its pictures are read when they are asked for.

        Raises:
            ConfigurationError: there is none, or it is none that this version knows.
        """
        lines = _lines_of(path)
        head = next(lines, None)
        if head is None or head[1].get("cassette") != VERSION:
            version = "nothing" if head is None else head[1].get("cassette", "no cassette")
            raise ConfigurationError(
                f"{path.name} is no cassette of version {VERSION} (it holds {version!r:.40}).",
                advice="Record it anew, or install the version of evolink_widgets that wrote it.",
            )
        takes: list[Take] = []
        for at, line in lines:
            try:
                _add(line, takes)
            except (KeyError, TypeError, ValueError, OverflowError) as wrong:
                said = f"{path.name}, line {at}: no line of a cassette ({wrong!s:.120})."
                raise ConfigurationError(said, advice=_NEW_TAPE) from None
        for take in takes:
            if not take.answers:
                said = f"{path.name}: nothing answers its take {take.number}."
                raise ConfigurationError(said, advice=_NEW_TAPE)
        takes.sort(key=lambda take: take.number)
        return cls(path, head[1].get("simulated") is True, takes)

    @property
    def folder(self) -> Path:
        """Where its pictures are."""
        return pictures_folder(self.path)

    def bytes_of(self, picture: Picture) -> bytes:
        """A picture's bytes.

        Raises:
            OSError: its file is not there.
            ValueError: it holds other bytes than were recorded.
        """
        at = self.folder / picture.file
        if at.stat().st_size > _LARGEST_PICTURE:
            raise ValueError(f"{picture.file} is too large for a picture")
        data = at.read_bytes()
        if picture_name(data, picture.type) != picture.file:
            raise ValueError(f"{picture.file} holds other bytes than were recorded")
        return data

    def missing(self) -> list[str]:
        """The files of pictures that it names and that are not there."""
        named = {one.file for take in self.takes for one in take.pictures.values()}
        return sorted(name for name in named if not (self.folder / name).is_file())

    def __repr__(self) -> str:
        return f"<Tape {self.path.name!r}, {len(self.takes)} takes>"


def picture_name(data: bytes, kind: str) -> str:
    """The name of a picture's file; `kind` is its MIME type."""
    return f"{hashlib.sha256(data).hexdigest()[:_DIGITS]}.{TYPES[kind]}"


def pictures_folder(path: Path) -> Path:
    """The folder of a cassette's pictures: `lesson1.pictures` beside `lesson1.cassette`."""
    stem = path.name.removesuffix(".cassette")
    return path.with_name(f"{stem}.pictures")


def key_of(ask: Mapping[str, Any]) -> str:
    """What two equal asks have in common, also where one spells a default out."""
    plain = {name: value for name, value in ask.items() if value is not None}
    for name, usual in _USUAL.items():
        if str(plain.get(name, "")).lower() == str(usual).lower():
            plain.pop(name)
    return json.dumps(plain, sort_keys=True)


_USUAL = {"n": 1, "quality": "medium", "size": "auto", "resolution": "1K"}


def head(simulated: bool, made: str) -> bytes:
    """A new cassette's first line; `made` is the day."""
    record = {"cassette": VERSION, "simulated": simulated, "made": made}
    return json.dumps(record).encode() + b"\n"


def _lines_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        if path.stat().st_size > _LONGEST:
            raise ConfigurationError(f"{path.name} is too long for a cassette.", advice=_NEW_TAPE)
        text = path.read_bytes()
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no cassette {str(path)!r}.",
            advice="Check the name, or record it: with ew.record(...).",
        ) from None
    except OSError as wrong:
        said = f"The cassette {str(path)!r} can't be read ({wrong.strerror})."
        raise ConfigurationError(said, advice="Check the name and its permissions.") from None
    whole = text.rpartition(b"\n")[0]  # a killed kernel may have left half a line behind it
    for at, line in enumerate(whole.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            said = f"{path.name}, line {at}: no record in JSON."
            raise ConfigurationError(said, advice=_NEW_TAPE)
        yield at, record


def _add(line: Mapping[str, Any], takes: list[Take]) -> None:
    """Take a line in; it belongs to the take that stands above it."""
    number = line["take"]
    if not isinstance(number, int) or not 0 < number < 10**6:
        raise ValueError(f"take {number!r}")
    if "ask" in line:
        takes.append(Take(number, ask_of(_mapping(line["ask"]), {})))
        return
    take = takes[-1] if takes else None
    if take is None or take.number != number:
        raise ValueError(f"take {number} has no ask above it")
    if "answer" in line:
        status = line["answer"]
        if status != "lost" and not (isinstance(status, int) and status in _STATUSES):
            raise ValueError(f"answer {status!r}")
        said = _mapping(line.get("task") or line.get("said") or {})
        document: Mapping[str, Any] = {}
        if said and status != "lost":
            document = kept_of(said) if status < 300 else refusal_of(said, status)
        pause = line.get("retry_after")
        take.answers.append(
            Answer(
                None if status == "lost" else status,
                _seconds(line["took"]),
                document,
                None if pause is None else _seconds(pause),
            )
        )
    elif "after" in line:
        before = take.readings[-1].document if take.readings else take.accepted
        now = {**before, **_mapping(line["task"])}
        told = {name: value for name, value in now.items() if value is not None}
        take.readings.append(Reading(_seconds(line["after"]), kept_of(told)))
    elif "picture" in line:
        place, name = line["picture"], str(line["file"])
        if not isinstance(place, int) or not 1 <= place <= 10:
            raise ValueError(f"picture {place!r}")
        if _FILE.fullmatch(name) is None or line["type"] not in TYPES:
            raise ValueError(f"file {name!r:.80}")
        take.pictures[place - 1] = Picture(name, line["type"], _seconds(line["took"]))


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What of a record is new since another one."""
    gone = dict.fromkeys(name for name in before if name not in now)
    return {
        **{name: value for name, value in now.items() if before.get(name) != value},
        **gone,
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r:.40} in the place of an object")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r:.40} in the place of seconds")
    if not (math.isfinite(value) and 0 <= value < 1e7):
        raise ValueError(f"{value} seconds")
    return float(value)


def _s(seconds: float) -> float:
    return round(max(0.0, seconds), 3)
