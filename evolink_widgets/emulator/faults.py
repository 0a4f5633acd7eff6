"""The weather: which of the service's bad days the emulator plays, when, and how often.

weather = Weather()
weather.play("reply lost")                  # the next request for pictures
weather.play("429", times=3, on="read")     # the next three reads of a task
weather.play("no batch", times=None)        # until the weather is fair again
weather.play("fair")
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

__all__ = ["FAULTS", "Fault", "Weather"]

#: Each fault: where it strikes, how often it does unless told otherwise, and what it is.
FAULTS: dict[str, tuple[str, int | None, str]] = {
    "401": ("create", 1, "the key is not accepted"),
    "402 account": ("create", 1, "the account's credits have run out"),
    "402 key": ("create", 1, "this key's allowance has run out"),
    "403": ("create", 1, "the key may not use the model"),
    "429": ("create", 1, "too many requests, without Retry-After"),
    "429 retry-after": ("create", 1, "too many requests, with Retry-After (seconds=1)"),
    "500 before": ("create", 1, "an internal error before the request is accepted"),
    "502 before": ("create", 1, "a bad gateway before the request is accepted"),
    "503 before": ("create", 1, "unavailable before the request is accepted"),
    "500 after": ("create", 1, "an internal error after the request was accepted"),
    "502 after": ("create", 1, "a bad gateway after the request was accepted"),
    "503 after": ("create", 1, "unavailable after the request was accepted"),
    "slow": ("create", 1, "the reply takes long (seconds=3)"),
    "reply lost": ("create", 1, "accepted, and the connection breaks before the reply"),
    "malformed json": ("create", 1, "accepted, and the reply is no JSON"),
    "no task": ("create", 1, "accepted, and the reply holds no task"),
    "stuck": ("task", 1, "the task stands at 95 % until the weather is fair"),
    "policy refusal": ("task", 1, "the content policy refuses the task"),
    "task failed": ("task", 1, "the service gives the task up"),
    "one missing": ("task", 1, "one of the pictures is missing from the results"),
    "truncated download": ("download", 1, "the connection breaks in the middle of a picture"),
    "corrupt download": ("download", 1, "some bytes of a picture are wrong"),
    "wrong type download": ("download", 1, "a web page comes instead of a picture"),
    "expired links": ("download", 1, "a link has expired before its time; the task gives new ones"),
    "no batch": ("batch", None, "there is no batch read"),
    "no list": ("list", None, "there is no task list"),
}

#: What a caller may aim a fault at with `on=`.
PLACES = ("create", "read", "batch", "list", "credits", "files", "download", "task", "any")
_MOVABLE = {
    "401", "403", "429", "429 retry-after", "500 before", "502 before", "503 before",
    "500 after", "502 after", "503 after", "slow", "reply lost", "malformed json",
}  # fmt: skip


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

    def as_record(self) -> dict[str, Any]:
        """JSON-safe values."""
        return {"name": self.name, "on": self.on, "left": self.left, "after": self.after}


class Weather:
    """The faults in play, in the order in which they were asked for. Safe for threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
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
            on: aim it elsewhere: `create`, `read`, `batch`, `list`, `credits`, `download`, `any`.
            after: how many requests pass unharmed first.
            seconds: how long, for "slow" and "429 retry-after".

        Raises:
            ValueError: there is no such fault or place.
        """
        if name == "fair":
            with self._lock:
                self._faults.clear()
            return
        if name not in FAULTS:
            known = ", ".join(["fair", *FAULTS])
            raise ValueError(f"there is no weather {name!r}; there is: {known}")
        place, usual, _ = FAULTS[name]
        if on is not None and on != place:
            if on not in PLACES or name not in _MOVABLE:
                raise ValueError(f"{name!r} strikes at {place!r}; it cannot be played on {on!r}")
            place = on
        count = usual if times == "usual" else times
        if count is not None and (not isinstance(count, int) or count < 1):
            raise ValueError(f"times must be a whole number from 1, or None; it is {times!r}")
        with self._lock:
            self._faults.append(Fault(name, place, count, max(0, after), seconds))

    def strike(self, place: str) -> Fault | None:
        """The fault that strikes here and now, if any; it counts as played."""
        with self._lock:
            for fault in self._faults:
                if fault.on not in (place, "any"):
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
        """The faults in play."""
        with self._lock:
            return [fault.as_record() for fault in self._faults]
