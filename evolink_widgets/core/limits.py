"""What one key may have under way at once, and how fast: shared by the whole process.

The service names no figures, so nothing is slowed until it answers 429. From then on a token
bucket keeps to half of what was too much, and climbs back while all goes well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from evolink_widgets.core import loop
from evolink_widgets.store.process import lasting

POSTS = 8
"""Paid requests on their way at once."""

TASKS = 400
"""Accepted and unfinished tasks at once. What waits for room costs nothing if the kernel dies."""

DOWNLOADS = 6
"""Pictures fetched at once; each holds one connection and half a megabyte."""

SLOWEST = 1.0
"""Requests a second below which the pace never falls."""

FREE_AGAIN = 50.0
"""Requests a second from which the pace is no longer kept."""


class Pace:
    """A token bucket that exists only while the service says that we are too fast.

    Args:
        now: seconds on a clock that never jumps.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._rate: float | None = None
        self._next = 0.0
        self._paused_until = 0.0
        self._recent: list[float] = []
        self._refusals = 0

    @property
    def rate(self) -> float | None:
        """Requests a second that are allowed; `None` while nothing is limited."""
        return self._rate

    @property
    def wait(self) -> float:
        """Seconds until the next request may go."""
        return max(0.0, self._next - self._now())

    async def turn(self) -> None:
        """Wait until one more request may go."""
        while True:
            now = self._now()
            if now >= self._next:
                break
            await self._sleep(self._next - now)
        self._recent = [*(at for at in self._recent[-199:] if at > now - 2.0), now]
        if self._rate is not None:
            self._next = now + 1.0 / self._rate

    def refused(self, retry_after: float | None) -> None:
        """The service answered 429: everybody waits, and then goes at half the pace.

        Args:
            retry_after: seconds it asks for; `None` doubles the pause each time, from half a
                second to a minute.
        """
        now = self._now()
        if now >= self._paused_until:  # many in flight are refused at once: that is one no
            self._refusals += 1
            recent = sum(at > now - 2.0 for at in self._recent) / 2.0
            self._rate = max(SLOWEST, (self._rate or recent) / 2)
            pause = min(60.0, 0.25 * 2**self._refusals) if retry_after is None else retry_after
        else:
            pause = retry_after or 0.0
        self._paused_until = max(self._paused_until, now + pause)
        self._next = max(self._next, self._paused_until)

    def accepted(self) -> None:
        """The service answered anything but 429: a little faster from now on."""
        self._refusals = 0
        if self._rate is not None:
            self._rate = self._rate * 1.1 + 0.1
            if self._rate > FREE_AGAIN:
                self._rate = None


class Limits:
    """The room that one key has."""

    def __init__(self) -> None:
        now = loop.core_loop().time
        self.posts = asyncio.Semaphore(POSTS)
        self.tasks = asyncio.Semaphore(TASKS)
        self.downloads = asyncio.Semaphore(DOWNLOADS)
        self.post_pace = Pace(now)
        self.read_pace = Pace(now)


_shared: dict[tuple[int, str, str], Limits] = lasting(f"{__name__} shared", dict)


def limits_for(service: str, fingerprint: str) -> Limits:
    """The limits of this key at this service, the same object for every session."""
    name = (loop.generation(), service, fingerprint)
    found = _shared.get(name)
    if found is None:
        found = _shared.setdefault(name, Limits())
    return found
