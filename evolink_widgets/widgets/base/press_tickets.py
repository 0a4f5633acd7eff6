"""One-time tickets for presses that buy: each buys once, soon, and not what was just bought.

A press reaches a kernel when the line and the kernel let it: twice, or minutes late, or with
others in one go after a cell that blocked. So a page asks first ("press") and is given a ticket;
the purchase goes out with it, and only while the ticket is fresh.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from evolink_widgets.errors import EvolinkError

__all__ = ["FRESH", "MOMENT", "PressTickets"]

#: Seconds from a ticket to its purchase: a slow line takes four, a person's patience is longer.
FRESH = 10.0
#: Seconds in which the same ask is a second press for the first, if its page had not shown that.
MOMENT = 10.0
#: Presses that are remembered: no page has more under way, and none is late for so long.
_MOST = 500

Clock = Callable[[], float]


class Named(Protocol):
    """What a press has asked for, as pages know it: a `Task` is one."""

    @property
    def key(self) -> str: ...


Bought = TypeVar("Bought", bound=Named)


@dataclass(frozen=True)
class _Ticket:
    press: str
    at: tuple[float, ...]
    seen: frozenset[str]


class PressTickets:
    """Issues and redeems the tickets of one panel's pages. Safe from any thread.

    Args:
        clocks: seconds; what all of them together say has passed counts. One that only goes
            forward may stand still while the machine sleeps, and the other may be set back.
    """

    def __init__(self, clocks: Iterable[Clock] = (time.monotonic, time.time)) -> None:
        self._clocks = tuple(clocks)
        self._lock = threading.RLock()
        self._tickets: dict[str, _Ticket] = {}
        self._used: dict[str, frozenset[str]] = {}
        self._bought: dict[Hashable, tuple[str, tuple[float, ...]]] = {}

    def expect(self, press: object, seen: object) -> str:
        """A ticket for a press that was just made.

        Args:
            press: its id, made by the page at the press.
            seen: the keys of the runs that its page showed then.
        """
        shown = frozenset(str(key) for key in seen) if isinstance(seen, list) else frozenset[str]()
        ticket = secrets.token_hex(8)
        with self._lock:
            self._tickets[ticket] = _Ticket(str(press), self._now(), shown)
            _trim(self._tickets)
        return ticket

    def redeem(self, press: object, ticket: object) -> None:
        """Use a press up; what it asks for may be bought now.

        Raises:
            EvolinkError: it has bought already, its ticket is not known here, or it is late.
        """
        with self._lock:
            found = self._tickets.pop(str(ticket), None)
            if str(press) in self._used:
                raise EvolinkError(
                    "This press has asked already: nothing more was asked for.",
                    advice="Press again for more.",
                )
            if found is None or found.press != press:
                raise EvolinkError(
                    "The kernel does not know this press: nothing was asked for.",
                    advice="Press again.",
                )
            if self._since(found.at) > FRESH:
                raise EvolinkError(
                    f"This press arrived more than {FRESH:.0f} s late: nothing was asked for.",
                    advice="Press again if you still want it.",
                )
            self._used[found.press] = found.seen
            _trim(self._used)

    def buy(self, press: object, ask: Hashable, submit: Callable[[], Bought]) -> Bought:
        """Ask once for what two presses ask for, where the second could not know of the first.

        Args:
            press: its id; it was redeemed.
            ask: what makes two of them the same.
            submit: asks for it.

        Raises:
            EvolinkError: the same was asked for a moment ago, and the page had not shown it yet.
        """
        with self._lock:
            key, at = self._bought.get(ask, ("", ()))
            seen = self._used.get(str(press), frozenset())
            if key and key not in seen and self._since(at) <= MOMENT:
                raise EvolinkError(
                    "The same was asked for a moment ago, before it could be seen here: "
                    "this press asked for nothing more.",
                    advice="Press again if you want it twice.",
                )
            task = submit()
            self._bought.pop(ask, None)
            self._bought[ask] = (task.key, self._now())
            _trim(self._bought)
            return task

    def _now(self) -> tuple[float, ...]:
        return tuple(clock() for clock in self._clocks)

    def _since(self, at: tuple[float, ...]) -> float:
        return max(now - then for now, then in zip(self._now(), at, strict=True))


def _trim(kept: dict[Any, Any]) -> None:
    while len(kept) > _MOST:
        kept.pop(next(iter(kept)))
