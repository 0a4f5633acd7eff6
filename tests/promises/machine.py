"""Processes by fork: an emulator on ports and kernels that may die, all cheap to begin.

To be used from a process with one thread, which has imported everything and opened nothing.
"""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from promises.signed import Signed
from services import OnPort

from evolink_widgets.emulator.contract.task_record import TaskRecord
from evolink_widgets.emulator.http.server import bind, serve
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.emulator.storage.task_file import TaskFile

SPEED = 400


@dataclass
class Process:
    """A child; `status` is `None` while it runs, negative where a signal ended it."""

    pid: int
    log: Path
    status: int | None = None

    def ended(self) -> bool:
        """Whether it has ended; a child that has is taken away, so that others see it gone."""
        if self.status is None:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            if found:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def kill(self) -> None:
        """End it with SIGKILL, and take it away."""
        if not self.ended():
            os.kill(self.pid, 9)
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)


def start(log: Path, work: Callable[..., object], *arguments: Any) -> Process:
    """Run `work` in a child; what it says, and the traceback of what ends it, is in `log`."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Process(pid, log)
    status = 1
    try:
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        faulthandler.dump_traceback_later(100, exit=False)
        work(*arguments)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # the parent's exit handlers are not ours


def wait(processes: list[Process], seconds: float) -> list[Process]:
    """Wait until all have ended; returns those that did not in time."""
    end = time.monotonic() + seconds
    # All are looked at each time: a dead child that nobody takes away would seem alive.
    while (left := [process for process in processes if not process.ended()]) and (
        time.monotonic() < end
    ):
        time.sleep(0.005)
    return left


@dataclass
class Emulator:
    """The service in a process of its own, and all that it ever accepted."""

    process: Process
    port: OnPort
    memory: Path

    @classmethod
    def start(cls, folder: Path, **options: Any) -> Emulator:
        """Serve on free ports of this machine."""
        api, media = bind("127.0.0.1", 0), bind("127.0.0.1", 0)
        memory = folder / "service.jsonl"
        process = start(folder / "emulator.log", _serve, api, media, memory, options)
        hosts = [f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in (api, media)]
        port = OnPort(*hosts)  # the sockets listen already: this waits until it is answered
        api.close()
        media.close()
        return cls(process, port, memory)

    def accepted(self) -> list[TaskRecord]:
        """Every task that the service accepted, by its own record."""
        return [found for found in TaskFile(self.memory).news() if isinstance(found, TaskRecord)]

    def stop(self) -> None:
        """End it."""
        self.process.kill()


def _serve(api: Any, media: Any, memory: Path, options: dict[str, Any]) -> None:
    faulthandler.cancel_dump_traceback_later()
    service = Service(
        **{"speed": SPEED, "rate": None, "balance": 1e6, "allowance": None, **options},
        memory=memory,
    )
    service.drawn = Signed()  # type: ignore[assignment]
    asyncio.run(serve(service, api, media))


@dataclass
class Count:
    """What is counted after a run; the promises are about `duplicates`, `lost` and `over_cap`."""

    intended: int = 0
    posts: int = 0
    duplicates: int = 0
    delivered: int = 0
    lost: int = 0
    over_cap: float = 0.0
    killed: int = 0
    problems: list[str] = field(default_factory=list)

    def __iadd__(self, other: Count) -> Count:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self
