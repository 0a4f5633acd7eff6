"""A Jupyter server with nothing of the developer's in it, and a notebook open in a browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

START_SECONDS = 60
ALL_DONE = 30_000
"""Milliseconds until what was asked must be in the page."""

HOSTS_OWN = ("Cannot read properties of undefined (reading 'schema')",)
"""Errors of Notebook 7.6 itself: it has them with an empty notebook too."""

Cells = list[str]


@dataclass(frozen=True)
class Server:
    """A running server: JupyterLab under /lab/tree, Notebook 7 under /notebooks.

    Attributes:
        url: without a slash at its end; no token is asked for.
        root: the folder that it serves.
    """

    url: str
    root: Path

    def write(self, name: str, cells: Cells) -> Path:
        """A new notebook in a folder of its own, so that its pictures are its own."""
        path = self.root / name / f"{name}.ipynb"
        path.parent.mkdir()
        made = [nbformat.v4.new_code_cell(source) for source in cells]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})
        nbformat.write(notebook, path)
        return path

    def end_kernels(self) -> None:
        """Shut every kernel down."""
        for session in json.loads(self._ask("GET", "/api/sessions")):
            with contextlib.suppress(urllib.error.HTTPError):  # it has just died by itself
                self._ask("DELETE", f"/api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=30) as reply:
            body: bytes = reply.read()
        return body


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Start a server whose every folder is below `folder`; stop it and its kernels at the end."""
    root = folder / "root"
    root.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", f"--ServerApp.root_dir={root}"),
        *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
    ]
    log = folder / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            command, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    made = Server(f"http://127.0.0.1:{port}", root)
    try:
        _wait_for(made, server, log)
        yield made
        made.end_kernels()
    finally:
        server.terminate()
        server.wait(30)


def _environment(folder: Path) -> dict[str, str]:
    settings = folder / "settings"
    quiet = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    folders = {
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "IPYTHONDIR": folder / "ipython",
    }
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("EVOLINK_")}
    return inherited | {name: str(path) for name, path in folders.items()}


def _wait_for(made: Server, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{made.url}/api", timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"Jupyter did not start.\n{log.read_text()}")


@dataclass
class Notebook:
    """A notebook that is open in a page.

    Attributes:
        errors: what went wrong in the page, as its console has it.
    """

    page: Page
    path: Path
    errors: list[str] = field(default_factory=list)

    def cell(self, index: int) -> Locator:
        """One cell, brought into view."""
        scroll = "index => jupyterapp.shell.currentWidget.content.scrollToItem(index)"
        self.page.evaluate(scroll, index)
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")

    def panel(self, index: int) -> Locator:
        """The live panel in the output of a cell, once it is there."""
        found = self.cell(index).locator(".ew.ew-live")
        expect(found).to_be_visible(timeout=ALL_DONE)
        return found

    def press_run(self, panel: Locator) -> None:
        """Click on the panel's one coloured button."""
        panel.get_by_role("button", name=re.compile(r"^Run(?! again)")).click()

    def run_all(self) -> None:
        """Run every cell and wait for the last."""
        self._do("notebook:run-all-cells")

    def run(self, index: int, *, wait: bool = True) -> None:
        """Run one cell."""
        self.page.evaluate(
            "i => (jupyterapp.shell.currentWidget.content.activeCellIndex = i)", index
        )
        self._do("notebook:run-cell", wait=wait)

    def save(self) -> nbformat.NotebookNode:
        """Save it, and read what is in the file then."""
        self._do("docmanager:save")
        return nbformat.read(self.path, as_version=4)

    def command(self, name: str, **arguments: Any) -> None:
        """Any command of the application."""
        self._do(name, arguments)

    def _do(self, name: str, arguments: Any = None, *, wait: bool = True) -> None:
        script = "([name, args]) => jupyterapp.commands.execute(name, args ?? {}).then(() => {})"
        if not wait:
            script = "([name, args]) => void jupyterapp.commands.execute(name, args ?? {})"
        self.page.evaluate(script, [name, arguments])

    def listen(self) -> None:
        """Note what the page complains of from now on."""
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("console", self._note_message)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{message.text} ({message.location.get('url', '')})")

    def _note(self, error: str) -> None:
        if error not in HOSTS_OWN:
            self.errors.append(error)


def pictures_in(found: Locator) -> int:
    """How many pictures of a locator are painted: loaded, and in the page's flow."""
    script = "all => all.filter(i => i.complete && i.naturalWidth > 0 && i.offsetWidth > 0).length"
    count: int = found.locator("img").evaluate_all(script)
    return count


def wait_until(page: Page, holds: Callable[[], bool], what: str, seconds: float = 90) -> None:
    """Wait for a state that no locator can express."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not after {seconds:g} s"
        page.wait_for_timeout(50)
