"""A kernel within this process that can die like a process: at any step, without a last word."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from services import InProcess, quick

from evolink_widgets.core.loop import Workers
from evolink_widgets.core.money import Budget
from evolink_widgets.core.service.transport import Reply, Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.shared.parts import SessionParts
from evolink_widgets.store.journal.process_name import this_process
from evolink_widgets.store.store import Store

T = TypeVar("T")


class Life:
    """How many steps a kernel has left; a step is a write, a read, or a word to the service.

    A dead kernel's coroutines stand still for ever where they are. What was handed to the
    service before is done, as it would be; what was handed to a thread is done before it is gone.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.dead = False
        self._running = 0
        self._quiet = threading.Condition()

    def work(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Do a job on a thread."""
        try:
            return function(*args, **kwargs)
        finally:
            self.hand_over(-1)

    def hand_over(self, jobs: int = 1) -> None:
        """Count jobs that threads have."""
        with self._quiet:
            self._running += jobs
            self._quiet.notify_all()

    def be_gone(self) -> None:
        """Wait until no thread works any more."""
        with self._quiet:
            assert self._quiet.wait_for(lambda: self._running == 0, 20)

    async def step(self) -> None:
        """Take one, or stand still."""
        if self.left is not None and not self.dead:
            self.left -= 1
            self.dead = self.left < 0
        if self.dead:
            await asyncio.get_running_loop().create_future()


class MortalWorkers(Workers):
    """Threads whose owner may die before a job, or before it hears of its end."""

    life: Life

    async def run(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        await self.life.step()
        self.life.hand_over()
        result = await super().run(self.life.work, function, *args, **kwargs)
        await self.life.step()
        return result


class MortalTransport(Transport):
    """Connections whose owner may die, and that count what goes out for money."""

    life: Life
    posts: Counter[str]

    async def call(self, method: str, url: str, *, paid: bool = False, **more: Any) -> Reply:
        await self.life.step()
        if not paid:
            return await super().call(method, url, **more)
        key = more["headers"]["idempotency-key"]
        self.posts[key] += 1
        reply = await super().call(method, url, paid=True, **more)
        self.posts[key] -= reply.status == 429  # surely not accepted
        await self.life.step()
        return reply


class OwnStore(Store):
    """A store as another process sees it: what is locked and leased names that process."""

    pid = 0

    @property
    def owner(self) -> str:
        return f"{self.pid}@{this_process().partition('@')[2]}"


class Kernel(Session):
    """One kernel. Its process is a child that sleeps: when it is gone, the owner surely is."""

    def __init__(
        self, emulator: InProcess, root: Path, clock: Callable[[], float], posts: Counter[str],
        cap: float,
    ) -> None:  # fmt: skip
        self.life = Life()
        self.cap = cap
        self._process = subprocess.Popen(["sleep", "600"])
        store = OwnStore(root)
        store.pid = self._process.pid
        life = self.life

        def transport() -> Transport:
            made = emulator.transport()
            made.__class__ = MortalTransport
            made.life, made.posts = life, posts  # type: ignore[attr-defined]
            return made

        super().__init__(
            service=emulator.name,
            base_url=emulator.base_url,
            transport=transport,
            store=store,
            key_name=f"kernel {self._process.pid}",
            key_source="a test",
            simulated=True,
            budget=Budget(cap, per="store"),
            retry=quick(look=(0.005, 0.01), refused=0.1, longest=0.05),
            clock=clock,
        )

    def _assemble(self) -> SessionParts:
        parts = super()._assemble()
        for workers in (parts.database_thread, parts.file_threads):
            workers.__class__ = MortalWorkers
            workers.life = self.life  # type: ignore[attr-defined]
        return parts

    def die(self) -> None:
        """Stand still for ever, and be gone."""
        self.life.dead = True
        self.life.be_gone()
        self._process.kill()
        self._process.wait()
        self._parts = None  # Python's own end need not wait for its last words

    def close(self) -> None:
        """End in order."""
        super().close()
        self._process.kill()
        self._process.wait()
