"""Faults to play (the weather): which failures of the service, when, and how often.

weather = Weather()
weather.play("reply lost")                  # the next request for pictures
weather.play("429", times=3, on="read")     # the next three reads of a task
weather.play("stuck", after=2)              # the third task from now
weather.play("no batch")                    # until the weather is fair again
weather.play("fair")

Nothing is left to chance: faults strike in the order in which they were asked for.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

__all__ = ["FAULTS", "PLACES", "Fault", "FaultKind", "Weather", "When"]

When = Literal["before", "during", "after", "task", "agent", "body"]


class FaultKind(NamedTuple):
    """A fault of the table.

    Attributes:
        on: where it strikes unless told otherwise.
        when: before a request is read, while it is decided, after it was accepted, in a
            task's life, at a library's user agent, or in the body of a download.
        times: how often unless told otherwise; `None` is until the weather is fair.
        tells: what it is, in words.
    """

    on: str
    when: When
    times: int | None
    tells: str


FAULTS: dict[str, FaultKind] = {
    "401": FaultKind("create", "before", 1, "the key is not accepted"),
    "402 account": FaultKind("create", "before", 1, "the account's credits have run out"),
    "402 key": FaultKind("create", "before", 1, "this key's allowance has run out"),
    "403": FaultKind("create", "before", 1, "the key may not use the model"),
    "400": FaultKind("read", "before", 1, "the request is called faulty"),
    "404": FaultKind("read", "before", 1, "there is no such task yet"),
    "429": FaultKind("create", "before", 1, "too many requests, without Retry-After"),
    "429 retry-after": FaultKind("create", "before", 1, "too many requests; wait seconds=1"),
    "500 before": FaultKind("create", "before", 1, "an internal error before it is accepted"),
    "502 before": FaultKind("create", "before", 1, "a bad gateway before it is accepted"),
    "503 before": FaultKind("create", "before", 1, "unavailable before it is accepted"),
    "request lost": FaultKind("create", "before", 1, "the connection breaks before it is accepted"),
    "slow": FaultKind("create", "during", 1, "the reply takes seconds=3"),
    "500 after": FaultKind("create", "after", 1, "accepted, then an internal error"),
    "502 after": FaultKind("create", "after", 1, "accepted, then a bad gateway"),
    "503 after": FaultKind("create", "after", 1, "accepted, then unavailable"),
    "reply lost": FaultKind("create", "after", 1, "accepted, and the connection breaks"),
    "malformed json": FaultKind("create", "after", 1, "accepted, and the reply is no JSON"),
    "no task": FaultKind("create", "after", 1, "accepted, and the reply holds no task"),
    "stuck": FaultKind("task", "task", 1, "the task stands at 95 % until the weather is fair"),
    "policy refusal": FaultKind("task", "task", 1, "the content policy refuses the task"),
    "task failed": FaultKind("task", "task", 1, "the service gives the task up"),
    "one missing": FaultKind("task", "task", 1, "one picture is missing from the results"),
    "failed too soon": FaultKind("task", "task", 1, "one reading says failed, the next completed"),
    "many results": FaultKind("task", "task", 1, "300 links come, and 10 pictures"),
    "other pixels": FaultKind(
        "task", "task", 1, "the pictures have other pixels than were asked for"
    ),
    "wild progress": FaultKind("task", "task", 1, "progress runs backwards, times make no sense"),
    "absurd credits": FaultKind("task", "task", 1, "credits below zero, by the million, in words"),
    **{
        f"dead links {way}": FaultKind(
            "task", "task", 1, f"a task's first links {tells}, the next are good"
        )
        for way, tells in {
            "host": "lead to no host",
            "400": "are called faulty",
            "451": "are withheld by law",
            "503": "are not served",
            "page": "lead to a web page",
            "bytes": "lead to no picture",
        }.items()
    },
    "truncated download": FaultKind("download", "body", 1, "the connection breaks in a picture"),
    "corrupt download": FaultKind("download", "body", 1, "some bytes of a picture are wrong"),
    "wrong type download": FaultKind("download", "body", 1, "a web page comes instead"),
    "expired links": FaultKind(
        "download", "body", 1, "a task's links end early; a read gives new ones"
    ),
    "turns robots away": FaultKind(
        "download", "agent", None, "no picture for a library's default user agent"
    ),
    "no batch": FaultKind("batch", "before", None, "there is no batch read"),
    "no list": FaultKind("list", "before", None, "there is no task list"),
}

PLACES = ("create", "read", "batch", "list", "credits", "files", "download", "any")
"""The addresses that a fault can be aimed at with `on=`; "any" is all but "download"."""
_CALLS = frozenset(PLACES) - {"download", "any"}
_FIXED = {"no batch", "no list"}
_OF_DOWNLOADS = {"429", "429 retry-after", "500 before", "502 before", "503 before", "slow"}
"""What also makes sense at the picture host."""


@dataclass
class Fault:
    """One fault in play.

    Attributes:
        name: a key of `FAULTS`.
        on: where it strikes.
        left: how often it still strikes; `None` for as long as the weather lasts.
        after: how many requests pass unharmed first.
        seconds: how long, for "slow" and "429 retry-after".
    """

    name: str
    on: str
    left: int | None
    after: int = 0
    seconds: float | None = None

    @property
    def when(self) -> When:
        """At which moment of a request it strikes."""
        return FAULTS[self.name].when


class Weather:
    """The faults in play, in the order in which they were asked for. Safe for threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._watchers: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def play(
        self,
        name: str,
        *,
        times: int | str | None = "usual",
        on: str | None = None,
        after: int = 0,
        seconds: float | None = None,
    ) -> None:
        """Play a fault, or clear the sky with `"fair"`.

        Args:
            name: a key of `FAULTS`, or `"fair"`.
            times: how often it strikes; `None` is until the weather is fair. Default: once,
                or for ever where the fault is something missing.
            on: aim it elsewhere: one of `PLACES`.
            after: how many requests pass unharmed first.
            seconds: how long, for "slow" (default 3) and "429 retry-after" (default 1).

        Raises:
            ValueError: there is no such fault or place, or a number makes no sense.
        """
        if name == "fair":
            self._clear()
            return
        if name not in FAULTS:
            known = ", ".join(["fair", *FAULTS])
            raise ValueError(f"there is no weather {name!r}; there is: {known}")
        count = FAULTS[name].times if times == "usual" else times
        fault = Fault(
            name,
            _place(name, on),
            None if count is None else _whole("times", count, least=1),
            _whole("after", after, least=0),
            _seconds(seconds),
        )
        with self._lock:
            self._faults.append(fault)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever the weather turns fair."""
        self._watchers.append(watcher)

    def strike(self, place: str, when: When) -> Fault | None:
        """The fault that strikes here and now, if any; it counts as played.

        Args:
            place: the address, or "task" when a task is accepted.
            when: the moment of the request.
        """
        with self._lock:
            for fault in self._faults:
                aimed = fault.on == place or (fault.on == "any" and place in _CALLS)
                if not aimed or fault.when != when:
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left == 0:
                        self._faults.remove(fault)
                return fault
        return None

    @property
    def now(self) -> list[dict[str, Any]]:
        """The faults in play, as JSON-safe values."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def _clear(self) -> None:
        with self._lock:
            self._faults.clear()
        for watcher in list(self._watchers):
            watcher()


def _place(name: str, on: str | None) -> str:
    place, when, _, _ = FAULTS[name]
    if on is None or on == place:
        return place
    movable = when in ("before", "during", "after") and name not in _FIXED
    if on not in PLACES or not movable or (on == "download" and name not in _OF_DOWNLOADS):
        raise ValueError(f"{name!r} strikes at {place!r}; it cannot be played on {on!r}")
    return on


def _whole(name: str, value: object, *, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be a whole number from {least}; it is {value!r}")
    return value


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value < math.inf:  # type: ignore[operator]
        raise ValueError(f"seconds must be a number from 0; it is {value!r}")
    return float(value)  # type: ignore[arg-type]
