"""Resolves a request's references: checked when it is accepted, followed when it is drawn."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from evolink_widgets.emulator.contract.public_hosts import host_is_reachable
from evolink_widgets.emulator.contract.refusal import FileRefusal, bad
from evolink_widgets.emulator.contract.task_record import LINK_SECONDS, TaskRecord
from evolink_widgets.emulator.storage.recognise import DIGEST_LENGTH, DrawnIndex
from evolink_widgets.emulator.storage.stored_uploads import StoredUploads, file_id_in

if TYPE_CHECKING:
    from evolink_widgets.emulator.painter import Painting, Reference

__all__ = ["PICTURE_PATH", "Missing", "RequestReferences", "remembered"]

_GONE, _UNREACHABLE = "reference gone", "reference unreachable"
"""The fates of a task, one of whose references cannot be had."""

PICTURE_PATH = re.compile(
    r"/(?P<task>task-unified-[\w-]+)/(?P<issue>\d{1,6})/(?P<number>\d{1,2})\.\w+"
)
"""The path of a result's link."""
_SOURCE = re.compile(r"(task-unified-[\w-]+)/(\d{1,2})")
_DEEPEST = 12
"""How many edits of edits are followed back; beyond, a picture is worked over as it is."""


def remembered(links: tuple[str, ...], sources: tuple[str, ...]) -> tuple[str, ...]:
    """The links as a record keeps them: of others' without user, query and fragment.

    Those may hold passwords and signatures, and a record is written to a file. A digest stands
    for the query: the same link gives the same picture.
    """
    kept = zip_longest(links, sources[: len(links)], fillvalue="")
    return tuple(link if source else _without_secret(link) for link, source in kept)


def _without_secret(link: str) -> str:
    parts = urlsplit(link)
    rest = f"{parts.query}#{parts.fragment}"
    mark = hashlib.sha256(rest.encode("utf-8", "replace")).hexdigest()[:16]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", mark if len(rest) > 1 else ""))


class Missing(Exception):
    """A reference cannot be had; says the fate of the task."""

    def __init__(self, fate: str) -> None:
        super().__init__(fate)
        self.fate = fate


class RequestReferences:
    """Finds the pictures behind links: uploads, results, and stand-ins for all else.

    Offline, nothing else can be fetched: a link to elsewhere stands for a picture of its own,
    the same each time, after the words in its name. One that no service can reach fails.

    Args:
        files: the uploads.
        index: the pictures that were drawn here.
        find: the task with an id, if there is one.
        draw: the bytes of a picture.
        clock: Unix seconds.
    """

    def __init__(
        self,
        files: StoredUploads,
        index: DrawnIndex,
        *,
        find: Callable[[str], TaskRecord | None],
        draw: Callable[[TaskRecord, int], bytes],
        clock: Callable[[], float],
    ) -> None:
        self._files = files
        self._index = index
        self._find = find
        self._draw = draw
        self._clock = clock

    def resolve(self, links: tuple[str, ...]) -> tuple[str, ...]:
        """Resolve each link: to `task-unified-…/0`, `file-…`, or "" for elsewhere.

        Raises:
            Missing: one of them leads to something of ours that is gone, or where nothing is.
            Refusal: 400 for a file that is stored here and of no use.
        """
        sources: list[str] = []
        missing: list[Missing] = []
        for link in links:
            try:
                sources.append(self._source(link))
            except Missing as one:  # what is wrong with the others is told first
                missing.append(one)
        if missing:
            raise missing[0]
        for source in sources:
            if source.startswith("file-"):
                self._files.hold(source)
        return tuple(sources)

    def name_contents(self, links: Sequence[str], sources: Sequence[str]) -> list[str]:
        """Return a name for each reference that holds in any process: by what is in it.

        An upload's id and a task's tell when they were made, too.

        Args:
            links: as the record keeps them.
            sources: what they were resolved to.
        """
        found = []
        for link, source in zip_longest(links, sources[: len(links)], fillvalue=""):
            match = _SOURCE.fullmatch(source)
            record = self._find(match[1]) if match else None
            if match and record is not None:
                found.append(f"{record.picture_seed}/{match[2]}")
            elif source.startswith("file-"):
                found.append(source.removeprefix("file-")[:DIGEST_LENGTH])
            else:
                found.append(link)
        return found

    def follow(self, record: TaskRecord, depth: int = 0) -> list[Reference]:
        """The references of a task, ready to be drawn from. May take a while."""
        from evolink_widgets.emulator.painter import stand_in

        sources = record.sources or ("",) * len(record.ask.references)
        found: list[Reference] = []
        for link, source in zip(record.ask.references, sources, strict=False):
            one: Reference | None = None
            if source.startswith("file-"):
                data = self._files.held(source)
                one = data
                if data is not None and (known := self._index.alike(data)):
                    one = self._drawn(known, depth) or data
            elif source:
                one = self._drawn(source, depth)
            found.append(stand_in(link) if one is None else one)
        return found

    def _source(self, link: str) -> str:
        if file_id := file_id_in(link):
            try:
                stored = self._files.get(file_id)
            except FileRefusal:
                raise Missing(_GONE) from None
            if stored.mime_type == "image/gif":
                raise bad("image_urls", "a gif can be stored, but not used as a reference.")
            digest = file_id.removeprefix("file-")[:DIGEST_LENGTH]
            return self._index.same(digest) or file_id
        parts = urlsplit(link)
        if match := PICTURE_PATH.fullmatch(parts.path):
            record = self._find(match["task"])
            number = int(match["number"]) - 1
            expires = dict(parse_qsl(parts.query)).get("expires", "")
            if record is None or not self._lives(record, number, expires, int(match["issue"])):
                raise Missing(_GONE)
            return f"{record.id}/{number}"
        if not host_is_reachable(parts.hostname or ""):
            raise Missing(_UNREACHABLE)
        return ""

    def _lives(self, record: TaskRecord, number: int, expires: str, issue: int) -> bool:
        now, ends = self._clock(), record.ends_at
        return (
            ends is not None
            and ends <= now < ends + LINK_SECONDS
            and number in record.delivered
            and issue >= record.issue
            and expires.isdecimal()
            and now < int(expires)
        )

    def _drawn(self, source: str, depth: int) -> Reference | None:
        """A picture of ours: as the painting that it is, or its bytes where others are in it."""
        from evolink_widgets.emulator.painter import derived, original

        match = _SOURCE.fullmatch(source)
        record = self._find(match[1]) if match else None
        if match is None or record is None:
            return None
        ask, number = record.ask, int(match[2])
        shape = ask.width / ask.height
        if not ask.references:
            return original(ask.prompt, index=number, seed=record.picture_seed, shape=shape)
        work: Painting | None = None
        if depth < _DEEPEST:
            before = self.follow(record, depth + 1)
            work = derived(ask.prompt, before, index=number, seed=record.picture_seed)
        return work or (self._draw(record, number) if depth < _DEEPEST else None)
