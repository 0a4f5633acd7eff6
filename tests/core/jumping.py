"""A loop whose clock jumps: a test of waiting waits for nothing, and hangs on no machine's pace."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class Jumping(asyncio.SelectorEventLoop):
    """A loop that never waits: its clock goes to where it would have waited to."""

    def __init__(self) -> None:
        self.now = 0.0
        loop = self

        class Selector(selectors.DefaultSelector):
            def select(self, timeout: float | None = None) -> Any:
                loop.now += timeout or 0.0
                return super().select(0)

        super().__init__(Selector())

    def time(self) -> float:
        return self.now


def run(work: Any) -> Any:
    """Run on a loop whose clock jumps."""
    loop = Jumping()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
