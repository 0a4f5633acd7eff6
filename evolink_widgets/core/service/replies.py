"""What comes back over HTTP, without the library that fetched it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from evolink_widgets.rules.tasks.outcome import Event


@dataclass(frozen=True)
class Timeouts:
    """Seconds of silence that are borne.

    Attributes:
        connect: until a connection stands.
        read: between two pieces of a reply.
        total: for a whole API call that costs nothing; a trickling reply is cut here.
        paid: for the call that costs money, whose reply is worth waiting for.
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 60.0
    paid: float = 120.0


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP, read to its end. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> object:
        """The body as JSON, or `None` where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class NoAnswer(Exception):
    """The exchange broke.

    Args:
        event: whether the request may have arrived.
        reason: what happened, as a phrase.
        lasting: it will happen again until something is changed.
        advice: what to change, where that is known.
    """

    def __init__(
        self, event: Event, reason: str, *, lasting: bool = False, advice: str | None = None
    ) -> None:
        super().__init__(reason)
        self.event = event
        self.reason = reason
        self.lasting = lasting
        self.advice = advice


class LinkForbidden(NoAnswer):
    """A link leads where nothing is fetched from; nothing was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(Event.NOT_SENT, reason, lasting=True)


@dataclass(frozen=True)
class Download:
    """A reply whose body is still coming."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
