"""Shares the key's rate among students: one turn each, round and round.

A student with a thousand calls waiting and one with a single call wait side by side: whoever has
waited longest since the last turn is next. The service names no rate, so nothing is slowed until
it answers 429; then all wait as long as it asks for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable

__all__ = ["Turns"]

_PAUSE, _LONGEST = 1.0, 30.0


class Turns:
    """Lets calls through, a few at once.

    Args:
        at_once: calls on their way to the service.
        rate: calls a second; `None` is no limit but the service's.
        clock: seconds on a clock that never jumps; the running loop's by default.
    """

    def __init__(
        self,
        at_once: int = 16,
        rate: float | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._free = at_once
        self._rate = rate
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._not_before = 0.0
        self._alarm: asyncio.TimerHandle | None = None

    @contextlib.asynccontextmanager
    async def turn(self, student: str) -> AsyncIterator[bool]:
        """Wait for a turn, and keep it as long as the block lasts; whether it had to wait."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(student, deque()).append(mine)
        self._grant()
        has_waited = not mine.done()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._release()
            raise
        try:
            yield has_waited
        finally:
            self._release()

    def pause(self, seconds: float | None) -> None:
        """The service has answered 429: no call goes out for that long.

        Args:
            seconds: as it asks for, at most 30 are obeyed; `None` is one second.
        """
        until = self._clock() + min(seconds or _PAUSE, _LONGEST)
        self._not_before = max(self._not_before, until)

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return sum(not one.done() for queue in self._queues.values() for one in queue)

    def _release(self) -> None:
        self._free += 1
        self._grant()

    def _grant(self) -> None:
        while self._free and self._queues:
            now = self._clock()
            if now < self._not_before:
                self._wake_at(self._not_before - now)
                return
            student, queue = next(iter(self._queues.items()))
            mine = queue.popleft()
            if queue:
                self._queues.move_to_end(student)
            else:
                del self._queues[student]
            if mine.done():  # its caller has left
                continue
            self._free -= 1
            if self._rate is not None:
                self._not_before = now + 1 / self._rate
            mine.set_result(None)

    def _wake_at(self, seconds: float) -> None:
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._grant()
