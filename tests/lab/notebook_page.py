"""A Jupyter server with nothing of the developer's in it, and a notebook open in a browser."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from axe_core import COLOURS, findings
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect
from source import ROOT, shared_data

START_SECONDS = 150
SOON = 60_000
"""Milliseconds within which a state has to come; a quiet machine needs a twentieth of it."""

THE_HOSTS_OWN = (
    # Notebook 7.6, with an empty notebook too.
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
    # Notebook 7.0 where one is saved, with an empty notebook too.
    "Cannot read properties of undefined (reading 'last_modified')",
    # ipywidgets 8.1 where there is no kernel, with a slider alone too: it draws none then.
    "Cannot read properties of null (reading 'kernel')",
)
"""What the hosts throw without us. JupyterLab with a kernel throws nothing."""

SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


@dataclass(frozen=True)
class Server:
    """A running server: JupyterLab under /lab/tree, Notebook 7 under /notebooks.

    Attributes:
        url: with a slash at its end.
        token: what it wants from whoever asks.
        root: the folder that it serves.
    """

    url: str
    token: str
    root: Path

    def write(self, name: str, *cells: str) -> Path:
        """A new notebook of these code cells."""
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        made = [nbformat.v4.new_code_cell(source) for source in cells]
        return self.put(name, nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel}))

    def put(self, name: str, notebook: nbformat.NotebookNode) -> Path:
        """A notebook in a folder of its own, so that its pictures are its own."""
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root))
        path = folder / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path

    def address(self, path: Path, place: str) -> str:
        """Where a notebook is opened, in a clean workspace."""
        return f"{self.url}{place}/{path.relative_to(self.root)}?token={self.token}&reset"

    def end_kernels(self) -> None:
        """Shut every kernel down, and forget which notebook had it."""
        for session in json.loads(self._ask("GET", "api/sessions")):
            with contextlib.suppress(urllib.error.HTTPError):  # it has just died by itself
                self._ask("DELETE", f"api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            body: bytes = reply.read()
        return body


def keep_process(window: BrowserContext, server: Server) -> None:
    """Let a page stay open, and with it the process that all pages of the server share.

    JupyterLab's scripts are compiled once then: that is a third of what a page of it takes.
    """
    window.new_page().goto(f"{server.url}api?token={server.token}")


@contextlib.contextmanager
def serve(folder: Path, *options: str, python: str | Path = sys.executable) -> Iterator[Server]:
    """Start a server whose every folder is below `folder`; stop it and its kernels at the end.

    Args:
        folder: where everything of it is.
        options: more of the command line.
        python: of the environment whose JupyterLab it is.
    """
    root = folder / "root"
    root.mkdir()
    token = secrets.token_hex(16)
    command = [
        *(str(python), "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={root}"),
        *("--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"),
        *("--LabApp.extension_manager=readonly", "--LabApp.news_url="),
        "--LanguageServerManager.autodetect=False",
        *options,
    ]
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=folder,  # jupyter-collaboration keeps a database where it was started
            env=_environment(folder) | {"JUPYTER_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        url = _wait_for(process, folder / "runtime" / f"jpserver-{process.pid}.json", log)
        yield Server(url, token, root)
    finally:
        process.terminate()  # it shuts its kernels down
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """What the server and its kernels see: no setting, key or folder of the developer's."""
    for name, values in SETTINGS.items():
        package, _, plugin = name.rpartition("/")
        file = folder / "settings" / package / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(values))
    _lay_out(folder)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("EVOLINK_", "JUPYTER", "IPYTHON"))
    }
    return inherited | {
        "HOME": str(folder),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_PATH": str(folder / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(folder / "etc" / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def _lay_out(folder: Path) -> None:
    """Copy our extension to where the server looks first: as it is now, not as it was installed."""
    for source, place in shared_data():
        shutil.copytree(ROOT / source, folder / place, dirs_exist_ok=True)


def _wait_for(process: subprocess.Popen[bytes], told: Path, log: Path) -> str:
    """The address, once the server has written it down: it chose its port itself."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, json.JSONDecodeError):
            url: str = json.loads(told.read_text())["url"]
            return url
        time.sleep(0.05)
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

    # -- the notebook --------------------------------------------------------------------------

    def cell(self, index: int) -> Locator:
        """One cell, brought into view."""
        self.page.evaluate(f"i => {CONTENT}.scrollToItem(i)", index)
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")

    def prompt(self, index: int) -> Locator:
        """What stands before a cell: "[*]:" while it runs."""
        return self.cell(index).locator(".jp-InputPrompt")

    def wait(self, *, kernel: bool = True) -> None:
        """Wait until the notebook is there, and until its kernel listens."""
        self.page.wait_for_function(OPENED)
        if kernel:
            self.page.wait_for_function(KERNEL_READY)

    def run_all(self) -> None:
        """Run every cell and wait for the last."""
        self.command("notebook:run-all-cells")

    def run(self, index: int, *, wait: bool = True) -> None:
        """Run one cell; without waiting, until it is seen to run."""
        self.page.evaluate(f"i => {{ {CONTENT}.activeCellIndex = i }}", index)
        self.command("notebook:run-cell", wait=wait)
        if not wait:
            expect(self.prompt(index)).to_have_text("[*]:")

    def command(self, name: str, *, wait: bool = True, **arguments: Any) -> None:
        """Any command of the application."""
        done = "jupyterapp.commands.execute(name, given)"
        script = f"{done}.then(() => {{}})" if wait else f"void {done}"
        self.page.evaluate(f"([name, given]) => {script}", [name, arguments])

    def save(self) -> nbformat.NotebookNode:
        """Save it, and read what is in the file then."""
        self.command("docmanager:save")
        return nbformat.read(self.path, as_version=4)

    def wear(self, theme: str) -> None:
        """Change the whole page's theme."""
        self.command("apputils:change-theme", theme=theme)
        self.page.wait_for_function(
            "theme => document.body.dataset.jpThemeName === theme", arg=theme
        )

    # -- what is ours --------------------------------------------------------------------------

    def panel(self, index: int) -> Locator:
        """The live view in the output of a cell, once its kernel has answered it."""
        found = self.cell(index).locator(".ew.ew-live:not(.ew-off)")
        expect(found).to_be_visible()
        expect(
            found.get_by_label("Prompt", exact=True).or_(found.get_by_role("article")).first
        ).to_be_enabled()
        return found

    def copies(self, index: int) -> Locator:
        """What stays in the file for a cell, where it can be seen."""
        return self.cell(index).locator("[class*='ew-static']").filter(visible=True)

    # -- the console ---------------------------------------------------------------------------

    def listen(self) -> None:
        """Note what the page complains of from now on."""
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("console", self._note_message)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{message.text} ({message.location.get('url', '')})")

    def _note(self, error: str) -> None:
        if error not in THE_HOSTS_OWN:
            self.errors.append(error)


CONTENT = "jupyterapp.shell.currentWidget.content"
OPENED = "() => window.jupyterapp?.shell.currentWidget?.content?.activeCell"
KERNEL_READY = """() => {
    const { isReady, session } = jupyterapp.shell.currentWidget.sessionContext;
    const kernel = isReady && session?.kernel;
    return kernel && kernel.connectionStatus === "connected" && kernel.status === "idle";
}"""

#: As many pictures as asked for are in sight, and each has its pixels; `null` asks for no number.
PAINTED = """(box, count) => {
    const all = [...box.querySelectorAll("img")].filter((img) => img.checkVisibility());
    return all.length === (count ?? all.length) && all.every((i) => i.complete && i.naturalWidth);
}"""


def expect_pictures(where: Locator, count: int | None) -> None:
    """Wait until exactly so many pictures are painted in a place, and none is broken.

    Args:
        where: one element; it is looked for anew each time, for an output may be replaced.
        count: how many; `None` where it does not matter.
    """
    deadline = time.monotonic() + SOON / 1000
    while not where.evaluate(PAINTED, count):
        assert time.monotonic() < deadline, f"not {count} pictures in: {where.inner_text()}"
        where.page.wait_for_timeout(50)


def press_run(panel: Locator) -> None:
    """Click on the panel's one coloured button, once it can be clicked."""
    panel.locator(".ew-run[aria-disabled='false']").click()


def axe_findings(page: Page, where: str = ".ew") -> list[str]:
    """What axe-core has against one part of a page, each with the element that it means."""
    return findings(page, where)


def axe_findings_in(notebook: Notebook, *themes: str) -> list[str]:
    """What it has against what is ours: by all of its rules in the first theme, then in colours."""
    found = []
    for number, theme in enumerate(themes):
        notebook.wear(theme)
        told = findings(notebook.page, ".ew", rules=COLOURS if number else ())
        found += [f"{theme}: {one}" for one in told]
    return found
