"""Servers with the oldest and the newest hosts, and a browser on them."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts import python_of
from notebook_page import SOON, Server, keep_process, serve
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from shelves import Shelf

RESULTS = Path(__file__).parents[2] / "test-results"

#: What the hosts themselves complain of, with no extension at all: Notebook 7.0, where a notebook
#: has no checkpoint yet; JupyterLab 4.6's list of cells, where one comes while it is drawn.
THE_HOSTS_OWN = re.compile(
    r"reading 'schema'|Command 'filebrowser:open-path' not registered|reading 'kernel'"
    r"|reading 'last_modified'|reading 'id'.*_runOnIdleTime",
    re.S,
)

expect.set_options(timeout=SOON)

Visit = Callable[..., Page]
Write = Callable[..., None]


@pytest.fixture(scope="session", params=["newest", "oldest"])
def age(request: pytest.FixtureRequest) -> str:
    """Of the hosts that a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def host(age: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with JupyterLab and Notebook."""
    with serve(tmp_path_factory.mktemp(f"jupyter-{age}"), python=python_of(age)) as running:
        yield running


@pytest.fixture(scope="session")
def window(host: Server, chromium: Browser) -> Iterator[BrowserContext]:
    """One browser profile for all pages of a host: its scripts are compiled once."""
    context = chromium.new_context(viewport={"width": 1280, "height": 960})
    keep_process(context, host)
    yield context
    context.close()


@pytest.fixture
def visit(host: Server, window: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens pages of the host; none of them may have complained at the end."""
    pages: list[Page] = []
    errors: list[str] = []

    def note(text: str) -> None:
        if not THE_HOSTS_OWN.search(text):
            errors.append(text)

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error":
            note(f"{said.text} {said.location.get('url', '')}")

    def open_page(place: str, before: Callable[[Page], object] = lambda page: None) -> Page:
        page = window.new_page()
        pages.append(page)
        before(page)
        page.set_default_timeout(SOON)
        page.on("pageerror", lambda error: note(f"{error} {(error.stack or '')[:400]}"))
        page.on("console", heard)
        mark = "&" if "?" in place else "?"
        page.goto(f"{host.url}{place}{mark}token={host.token}&reset")
        page.wait_for_function("() => window.jupyterapp?.commands")
        page.evaluate("() => jupyterapp.restored")
        # JupyterLab 4.0 takes its splash away twice where a theme is changed while it goes.
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        return page

    yield open_page
    RESULTS.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    for number, page in enumerate(pages, 1):
        page.screenshot(path=RESULTS / f"{name}-{number}.png")
        page.close()
    host.end_kernels()
    for left in host.root.iterdir():
        shutil.rmtree(left, ignore_errors=True)  # the next test counts its own pictures alone
    assert errors == []


@pytest.fixture
def shelf(host: Server) -> Iterator[Shelf]:
    """A store of its own beside a notebook.

    Ask for it before `visit`: it is there until the pages that show it are closed.
    """
    notebook = host.write("panel", "x = 1", "# a lighthouse at dusk")
    made = Shelf(notebook.parent / "evolink_images", notebook=notebook.name)
    yield made
    made.remove()


@pytest.fixture
def settings(host: Server) -> Iterator[Write]:
    """Writes settings, as the host's own editor does; they are as before after."""
    written = set()

    def write(values: dict[str, Any], plugin: str = "evolink-widgets:plugin") -> None:
        written.add(plugin)
        request = urllib.request.Request(
            f"{host.url}lab/api/settings/{plugin}",
            method="PUT",
            data=json.dumps({"raw": json.dumps(values)}).encode(),
            headers={"Authorization": f"token {host.token}"},
        )
        urllib.request.urlopen(request, timeout=30).close()

    yield write
    for plugin in list(written):
        write({}, plugin)
