"""HTTP/1.1 connections of the served emulator: a fault can break one, half a request times out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["REQUEST_SECONDS", "Connection"]

REQUEST_SECONDS = 20.0
"""In which a request has to arrive, and as much longer as its bytes take at the least rate."""

_LEAST_RATE = 500.0
"""Bytes a second; any upload is faster, and one byte now and then is slower."""


class Connection(H11Protocol):
    """HTTP/1.1 with two things more.

    The application is offered a way to break the connection off. And a request, head and body,
    has to arrive in time: else 408 is said, and the connection ends. What the application
    itself is slow to read does not count.

    Args:
        args, how: as uvicorn gives them.
        seconds: in which a request has to arrive.
    """

    def __init__(self, *args: Any, seconds: float = REQUEST_SECONDS, **how: Any) -> None:
        super().__init__(*args, **how)
        self._seconds = seconds
        self._began = 0.0
        self._arrived = 0
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Offer the way out, and wait for the first request."""
        super().connection_made(transport)
        inner = self.app

        async def with_drop(scope: Any, receive: Any, send: Any) -> None:
            # close() hands over what was written; abort() would throw it away.
            offered = {**(scope.get("extensions") or {}), "evolink.drop": transport.close}
            await inner({**scope, "extensions": offered}, receive, send)

        self.app = with_drop
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        super().connection_lost(exc)
        self._stop()

    def data_received(self, data: bytes) -> None:
        """Take in some bytes."""
        self._arrived += len(data)
        super().data_received(data)

    def handle_events(self) -> None:
        """Take in what the bytes say, and see whether a request is still on its way."""
        super().handle_events()
        self._watch()

    def _watch(self) -> None:
        if not self._is_on_its_way() or self.transport.is_closing():
            self._stop()
        elif self._clock is None:
            self._began, self._arrived = self.loop.time(), 0
            self._clock = self.loop.call_later(self._seconds, self._ring)

    def _is_on_its_way(self) -> bool:
        """Whether a request has begun to arrive, or has to: uvicorn waits between two."""
        state = self.conn.their_state
        between = self.timeout_keep_alive_task is not None and not self._buffered()
        return state is h11.SEND_BODY or (state is h11.IDLE and not between)

    def _buffered(self) -> bool:
        return bool(self.conn.trailing_data[0])

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _ring(self) -> None:
        self._clock = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:  # it is we who do not read
            self._watch()
            return
        left = self._began + self._seconds + self._arrived / _LEAST_RATE - self.loop.time()
        if left > 0:
            self._clock = self.loop.call_later(left, self._ring)
        else:
            self._give_up()

    def _give_up(self) -> None:
        waiting = self.conn.our_state is h11.SEND_RESPONSE
        if waiting and self.cycle is not None:
            self.cycle.disconnected = True  # what the application says now is not sent any more
        if waiting or self._buffered():
            self._say_late()
        self.transport.close()

    def _say_late(self) -> None:
        message = f"The request did not arrive in full within {self._seconds:g} s."
        error = {"code": "request_timeout", "message": message, "type": "timeout_error"}
        body = json.dumps({"error": error}).encode()
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        reply = h11.Response(status_code=408, headers=headers, reason=b"Request Timeout")
        for event in (reply, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
