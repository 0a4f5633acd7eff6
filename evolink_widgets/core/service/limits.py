"""What one key may have under way at once, and how fast: shared by the whole process.

The service names no figures, so nothing is slowed until it answers 429. From then on a token
bucket keeps to half of what was too much, and climbs back while all goes well. Each kind of call
has a pace of its own, so that a refused upload holds up no reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

from evolink_widgets.core import loop
from evolink_widgets.rules.tasks.outcome import spoken
from evolink_widgets.store.process_globals import process_global

POSTS = 8
"""Paid requests on their way at once."""

TASKS = 400
"""Accepted and unfinished tasks at once. What waits for room costs nothing if the kernel dies."""

DOWNLOADS = 6
"""Pictures fetched at once; each holds one connection and half a megabyte."""

LONGEST_POST = 300.0
"""Seconds that a paid request waits at most because one 429 asks for it; then it goes out again.
After `RetryPolicy.limited` seconds in all it is refused, at no cost: a purchase that goes out hours
later is not what was meant any more."""

LONGEST_READ = 30.0
"""The same for readings of tasks: they are free, and what is paid for waits for them. It is
`RetryPolicy.longest` too: no failure leaves a task unread for longer."""

LONGEST_LIST = 30.0
"""The same for the list of tasks, in which a lost reply is looked for."""

LONGEST_UPLOAD = 120.0
"""The same for the files service."""

LONGEST_CREDITS = 5.0
"""The same for the balance: a cell stands still for it."""

SLOWEST = 1.0
"""Requests a second below which the pace never falls."""

FREE_AGAIN = 50.0
"""Requests a second from which the pace is no longer kept."""

DOUBLED = 60.0
"""Seconds that the pauses double up to where the service names none."""

WORTH_SAYING = 1.0
"""Seconds of waiting from which those that wait are told."""

Told = Callable[["str | None"], object]


class Limits:
    """The room that one key has."""

    def __init__(self) -> None:
        now = loop.core_loop().time
        self.posts = asyncio.Semaphore(POSTS)
        self.tasks = asyncio.Semaphore(TASKS)
        self.downloads = asyncio.Semaphore(DOWNLOADS)
        self.post_pace = Pace(now, longest=LONGEST_POST)
        self.read_pace = Pace(now, longest=LONGEST_READ)
        self.list_pace = Pace(now, longest=LONGEST_LIST)
        self.files_pace = Pace(now, longest=LONGEST_UPLOAD)
        self.credits_pace = Pace(now, longest=LONGEST_CREDITS)

    def look_now(self) -> None:
        """Let what costs nothing through, because a person asks for it."""
        for pace in (self.read_pace, self.list_pace, self.files_pace, self.credits_pace):
            pace.let_through()


_shared: dict[tuple[int, str, str], Limits] = process_global(f"{__name__} shared", dict)


def limits_for(service: str, fingerprint: str) -> Limits:
    """The limits of this key at this service, the same object for every session."""
    name = (loop.generation(), service, fingerprint)
    found = _shared.get(name)
    if found is None:
        found = _shared.setdefault(name, Limits())
    return found


class Pace:
    """A token bucket that exists only while the service says that we are too fast.

    Args:
        now: seconds on a clock that never jumps.
        sleep: waits that many seconds.
        longest: seconds for which one 429 is obeyed at most, whatever it asks for.
    """

    def __init__(
        self,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        *,
        longest: float = math.inf,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._longest = longest
        self._rate: float | None = None
        self._next = 0.0
        self._paused_until = 0.0
        self._asked: float | None = None
        self._recent: deque[float] = deque(maxlen=200)
        self._refusals = 0
        self._opened = asyncio.Event()
        self._waiting: dict[object, Told] = {}
        self._telling: asyncio.Task[None] | None = None

    @property
    def rate(self) -> float | None:
        """Requests a second that are allowed; `None` while nothing is limited."""
        return self._rate

    @property
    def wait(self) -> float:
        """Seconds until the next request may go."""
        return max(0.0, self._next - self._now())

    @property
    def says(self) -> str | None:
        """One sentence for what waits on the service's word; `None` while nothing has to."""
        left = self._paused_until - self._now()
        if left <= 0:
            return None
        waiting = f"Waiting {math.ceil(left)} s"
        if self._asked is None:
            return f"{waiting}, as the service is being asked too often"
        if self._asked > self._longest:
            return f"{waiting} of the {spoken(self._asked)} that the service asked for"
        return f"{waiting}, as the service asked"

    async def turn(self) -> None:
        """Wait until one more request may go."""
        while True:
            now = self._now()
            if now >= self._next:
                break
            await self._sleep_or_open(self._next - now)
        self._recent.append(now)
        if self._rate is not None:
            self._next = now + 1.0 / self._rate

    def refused(self, retry_after: float | None) -> None:
        """The service answered 429: everybody waits, and then goes at half the pace.

        Args:
            retry_after: seconds it asks for, obeyed up to `longest`; `None` doubles the pause
                each time, from half a second to a minute.
        """
        now = self._now()
        pause = min(retry_after or 0.0, self._longest)
        if now >= self._paused_until:  # many in flight are refused at once: that is one no
            self._refusals += 1
            recent = sum(at > now - 2.0 for at in self._recent) / 2.0
            self._rate = max(SLOWEST, (self._rate or recent) / 2)
            if retry_after is None:
                pause = min(DOUBLED, self._longest, 0.25 * 2.0 ** min(self._refusals, 10))
            self._asked = retry_after
        if now + pause >= self._paused_until:
            self._paused_until = now + pause
            self._asked = self._asked if retry_after is None else retry_after
        self._next = max(self._next, self._paused_until)
        self._tell()

    def accepted(self) -> None:
        """The service answered anything but 429: a little faster from now on."""
        self._refusals = 0
        if self._rate is not None:
            self._rate = self._rate * 1.1 + 0.1
            if self._rate > FREE_AGAIN:
                self._rate = None

    def let_through(self) -> None:
        """Let the next request go at once, because a person asks for it.

        If the service still refuses, its answer makes everybody wait again; meanwhile the
        others come no faster than the pace.
        """
        now = self._now()
        self._next, self._paused_until = min(self._next, now), min(self._paused_until, now)
        opened, self._opened = self._opened, asyncio.Event()
        opened.set()

    @contextlib.contextmanager
    def telling(self, told: Told) -> Iterator[None]:
        """Say, for as long as this lasts, that the service makes us wait, and how long yet.

        Args:
            told: called on the core's loop: with a sentence, kept current, while there is more
                than a moment to wait, and with `None` when that is over.
        """
        token = object()
        self._waiting[token] = told
        if self._telling is not None and (said := self.says) is not None:
            told(said)
        self._tell()
        try:
            yield
        finally:
            del self._waiting[token]

    def _tell(self) -> None:
        waits = self._paused_until - self._now() >= WORTH_SAYING
        if waits and self._waiting and self._telling is None:
            self._telling = loop.spawn(self._keep_telling(), name="evolink-pace")

    async def _keep_telling(self) -> None:
        try:
            while self._waiting and (said := self.says) is not None:
                for told in tuple(self._waiting.values()):
                    told(said)
                left = self._paused_until - self._now()
                # Near its end each second is told; of minutes, each fifth one.
                await self._sleep_or_open(min(left, 1.0 if left <= 10.0 else 5.0))
            for told in tuple(self._waiting.values()):
                told(None)
        finally:
            self._telling = None

    async def _sleep_or_open(self, seconds: float) -> None:
        """Sleep, or less where a person asks meanwhile."""
        waits = [
            asyncio.ensure_future(self._opened.wait()),
            asyncio.ensure_future(self._sleep(seconds)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
