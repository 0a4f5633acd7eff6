"""`deadline`: a limit on how long a block waits, which never swallows a cancellation.

`asyncio.wait_for` does, before Python 3.12: where what it waits for ends in the same turn of the
loop, it returns that, and whoever was cancelled goes on (CPython's issue 86296). A loop that was
told to end then never does.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator

__all__ = ["deadline"]

if sys.version_info >= (3, 11):
    from asyncio import timeout as deadline
else:
    from anyio import fail_after

    @contextlib.asynccontextmanager
    async def deadline(seconds: float | None) -> AsyncIterator[None]:
        """Raise `TimeoutError` in the block once `seconds` are over; `None` is no limit."""
        with fail_after(seconds):
            yield
