"""Real kernels: environments with one release of ipykernel each, and a client to them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from queue import Empty
from typing import Any

from environment import Environment
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).parents[2]

#: 6.31 is what Colab and older servers have; 7.0 knows no cell on a plain thread; the newest is
#: what the tests themselves run in.
RELEASES = ("6", "7.0", "7")
#: The oldest hosts that are promised, with the lowest widgets.
OLDEST_HOSTS = (
    "jupyterlab==4.0.*", "notebook==7.0.*", "nbclassic>=1", "ipykernel==6.31.*",
    "ipywidgets==8.1.1", "anywidget==0.9.18",
)  # fmt: skip
#: What other hosts want, in one environment: most of it is the same for all.
OTHER_HOSTS = (
    "jupyterlab>=4.5", "jupyter-collaboration>=4", "voila>=0.5", "panel>=1.5",
    "ipywidgets_bokeh>=1.6", "jupyter-book<2",
)  # fmt: skip
#: What runs a script again and again, in one environment, too.
RERUNNERS = ("streamlit>=1.40", "marimo>=0.10")


def python_of(release: str) -> Path:
    """The interpreter of an environment with this ipykernel, made where it is missing."""
    if release == "6":
        return python_of_oldest_hosts()
    if release == "7":
        assert version("ipykernel").startswith("7."), "the newest that is promised"
        return Path(sys.executable)
    return python_with("ipykernel7.0", "ipykernel==7.0.*")


def python_of_oldest_hosts() -> Path:
    """The interpreter of an environment with JupyterLab 4.0, Notebook 7.0 and nbclassic."""
    return python_with("oldest", *OLDEST_HOSTS)


def python_of_other_hosts() -> Path:
    """The interpreter of an environment with collaboration, Voilà, Panel and Jupyter Book."""
    return python_with("hosts", *OTHER_HOSTS)


def python_of_rerunners() -> Path:
    """The interpreter of an environment with Streamlit and marimo."""
    return python_with("rerunners", *RERUNNERS)


def python_with(name: str, *requirements: str) -> Path:
    """The interpreter of an environment with the package and these, made where it is missing."""
    home = ROOT / ".venvs" / name
    python = home / "bin" / "python"
    stamp = home / ".ready"
    home.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pyproject = (ROOT / "pyproject.toml").stat().st_mtime
        if not stamp.exists() or stamp.stat().st_mtime < pyproject:
            Environment(home).install(*requirements, "-e", str(ROOT))
            stamp.touch()
    return python


@dataclass
class Cell:
    """A cell's run: what came on iopub, and how long it took to be over."""

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

    def said(self, kind: str) -> list[dict[str, Any]]:
        """What panels said: the messages of one kind, with their number of buffers."""
        told = [
            {**(m["content"]["data"].get("content") or {}), "buffers": len(m["buffers"])}
            for m in self.messages
            if m["msg_type"] == "comm_msg"
        ]
        return [content for content in told if content.get("kind") == kind]

    def traits(self, name: str) -> list[Any]:
        """The values of a trait that panels told of, in order."""
        states = [
            m["content"]["data"].get("state", {})
            for m in self.messages
            if m["msg_type"] == "comm_msg"
        ]
        return [state[name] for state in states if name in state]


class Kernel:
    """A real kernel in a process of its own."""

    def __init__(self, release: str, folder: Path) -> None:
        specs = folder / "kernels"
        python = str(python_of(release))
        spec = {"argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
        (specs / "pinned").mkdir(parents=True)
        (specs / "pinned" / "kernel.json").write_text(json.dumps(spec | {"display_name": release}))
        self.release = release
        self.manager = KernelManager(
            kernel_name="pinned", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(specs)])
        )
        self.manager.start_kernel(cwd=str(folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self._answered: set[str] = set()
        self._meet()
        version = self.run("import ipykernel; print(ipykernel.__version__)").text
        assert version.startswith(f"{release}."), version

    def _meet(self, timeout: float = 60) -> None:
        """Wait until the kernel answers and iopub is heard, with one question out at a time.

        The client's own `wait_for_ready` asks once a second without waiting for answers. ipykernel
        before 7.4 never reads a request that comes while it answers another (its issue 1554).
        """
        end = time.monotonic() + timeout
        while True:
            asked = self.send("kernel_info_request", {})
            self._await_reply(asked, max(0.01, end - time.monotonic()))
            with contextlib.suppress(Empty):
                while True:
                    message = self.client.get_iopub_msg(timeout=0.2)
                    mine = message["parent_header"].get("msg_id") == asked
                    if mine and message["content"].get("execution_state") == "idle":
                        return

    def _await_reply(self, asked: str, timeout: float = 10) -> None:
        end = time.monotonic() + timeout
        while asked not in self._answered:
            try:
                reply = self.client.get_shell_msg(timeout=max(0.01, end - time.monotonic()))
            except Empty:
                raise AssertionError(f"no reply from ipykernel {self.release}") from None
            self._answered.add(str(reply["parent_header"].get("msg_id")))

    def start(self, code: str, *, subshell: str | None = None) -> str:
        """Begin a cell; returns its id."""
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": True, "stop_on_error": True,
        }  # fmt: skip
        return self.send("execute_request", content, subshell=subshell)

    def send(self, kind: str, content: dict[str, Any], *, subshell: str | None = None) -> str:
        """Send a request on the shell channel, as a front end does; returns its id."""
        message = self.client.session.msg(kind, content)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def tell(self, widget: str, content: dict[str, Any], *, subshell: str | None = None) -> None:
        """Send what a panel's front end would send."""
        data = {"method": "custom", "content": content}
        self.send("comm_msg", {"comm_id": widget, "data": data}, subshell=subshell)

    def subshell(self) -> str:
        """Open a subshell; returns its id."""
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        while True:
            reply = self.client.control_channel.get_msg(timeout=10)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return str(reply["content"]["subshell_id"])

    def finish(self, cell_id: str, timeout: float = 60) -> Cell:
        """Read iopub until the cell is idle. Messages of other parents are kept too.

        Waits for the reply as well, as every front end does before it sends the next cell.
        """
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
                self._await_reply(cell_id)
                return cell

    def wait_for(self, kind: str, timeout: float = 30) -> dict[str, Any]:
        """The next message of a kind."""
        end = time.monotonic() + timeout
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.01, end - time.monotonic()))
            if message["msg_type"] == kind:
                return dict(message)

    def settle(self, quiet: float = 0.3) -> None:
        """Read what is still coming, until nothing does."""
        with contextlib.suppress(Empty):
            while True:
                self.client.get_iopub_msg(timeout=quiet)

    def run(self, code: str, timeout: float = 60) -> Cell:
        """Run a cell to its end; it must not fail."""
        cell = self.finish(self.start(code), timeout)
        assert not cell.error, cell.error
        return cell


@contextlib.contextmanager
def kernel(release: str, folder: Path) -> Iterator[Kernel]:
    """A kernel with this release of ipykernel."""
    running = Kernel(release, folder)
    try:
        yield running
    finally:
        running.client.stop_channels()
        running.manager.shutdown_kernel(now=True)
