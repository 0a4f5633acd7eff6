"""Callbacks: the task is posted to the address it named, with the documented retries."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ["RETRY_SECONDS", "TIMEOUT_SECONDS", "Sender", "deliver", "post"]

TIMEOUT_SECONDS = 10.0
RETRY_SECONDS = (1.0, 2.0, 4.0)
Sender = Callable[[str, dict[str, Any]], Awaitable[int]]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect could lead to a private address."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


async def post(url: str, document: dict[str, Any]) -> int:
    """Post JSON and return the status; 0 where nobody answered in time."""

    def send() -> int:
        request = urllib.request.Request(
            url,
            data=json.dumps(document).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "evolink-emulator"},
        )
        opener = urllib.request.build_opener(_NoRedirects)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    return await asyncio.to_thread(send)


async def deliver(
    url: str,
    document: dict[str, Any],
    *,
    send: Sender = post,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> list[int]:
    """Post the task; any 2xx is success, else again after 1, 2 and 4 seconds.

    Returns:
        the status of each attempt.
    """
    statuses = []
    for wait in (None, *RETRY_SECONDS):
        if wait is not None:
            await sleep(wait)
        statuses.append(await send(url, document))
        if 200 <= statuses[-1] < 300:
            break
    return statuses
