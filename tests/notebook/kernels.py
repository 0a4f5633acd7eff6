"""Environments with one release of ipykernel each, made once and shared by all workers."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]
PINS = {"6": "ipykernel==6.31.*", "7": "ipykernel>=7.1,<8"}


def python_of(release: str) -> Path:
    """The interpreter of an environment with this ipykernel, made where it is missing."""
    home = ROOT / ".venvs" / f"ipykernel{release}"
    python = home / "bin" / "python"
    stamp = home / ".ready"
    home.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"ipykernel{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pyproject = (ROOT / "pyproject.toml").stat().st_mtime
        if not stamp.exists() or stamp.stat().st_mtime < pyproject:
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
            command = [
                str(python),
                "-m",
                "pip",
                "install",
                "--quiet",
                PINS[release],
                "-e",
                str(ROOT),
            ]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            stamp.touch()
    return python


@dataclass
class Cell:
    """A cell's run: what came on iopub, and when it was over."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def kinds(self) -> list[str]:
        return [message["msg_type"] for message in self.messages]

    @property
    def text(self) -> str:
        return "".join(m["content"]["text"] for m in self.messages if m["msg_type"] == "stream")

    @property
    def error(self) -> str:
        found = [m["content"] for m in self.messages if m["msg_type"] == "error"]
        return f"{found[0]['ename']}: {found[0]['evalue']}" if found else ""

    def runs(self) -> list[dict[str, Any]]:
        """What panels said of their runs."""
        contents = [
            message["content"]["data"].get("content") or {}
            for message in self.messages
            if message["msg_type"] == "comm_msg"
        ]
        return [content["run"] for content in contents if content.get("kind") == "run"]


class Kernel:
    """A real kernel in a process of its own."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.manager = KernelManager(
            kernel_cmd=[str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        )
        self.manager.start_kernel(cwd=str(folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def start(self, code: str) -> str:
        """Begin a cell; returns its id."""
        return str(self.client.execute(code, allow_stdin=True))

    def finish(self, cell_id: str, timeout: float = 60) -> Cell:
        """Read iopub until the cell is idle. Messages of other parents are kept too."""
        cell, begun = Cell(), time.monotonic()
        while True:
            left = timeout - (time.monotonic() - begun)
            try:
                message = self.client.get_iopub_msg(timeout=max(0.01, left))
            except Empty:
                raise AssertionError(f"not idle after {timeout} s: {cell.kinds()}") from None
            cell.messages.append(message)
            mine = message["parent_header"].get("msg_id") == cell_id
            if mine and message["content"].get("execution_state") == "idle":
                cell.seconds = time.monotonic() - begun
                return cell

    def wait_for(self, kind: str, timeout: float = 30) -> dict[str, Any]:
        """The next message of a kind."""
        end = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.01, end - time.monotonic()))
            if message["msg_type"] == kind:
                return dict(message)

    def run(self, code: str, timeout: float = 60) -> Cell:
        """Run a cell to its end; it must not fail."""
        cell = self.finish(self.start(code), timeout)
        assert not cell.error, cell.error
        return cell


@contextlib.contextmanager
def kernel(release: str, folder: Path) -> Iterator[Kernel]:
    """A kernel with this release of ipykernel."""
    running = Kernel(python_of(release), folder)
    try:
        yield running
    finally:
        running.client.stop_channels()
        running.manager.shutdown_kernel(now=True)
