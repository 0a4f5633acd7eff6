"""One Jupyter server for all journeys; each has its own page, notebook and kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from notebook_page import SOON, Notebook, Server, keep_process, serve
from playwright.sync_api import Browser, BrowserContext, expect

RESULTS = Path(__file__).parents[2] / "test-results"

expect.set_options(timeout=SOON)

#: The page's own setting, turned after it is read and before the application's scripts run.
START_NO_KERNEL = """document.addEventListener("readystatechange", () => {
    const settings = document.querySelector("#jupyter-config-data");
    if (settings)
        settings.textContent = settings.textContent.replace(/(StartsKernel": )true/, "$1false");
}, { once: true });"""

Opener = Callable[..., Notebook]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="session")
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """One browser profile for all journeys: JupyterLab's scripts are compiled once."""
    context = chromium.new_context(viewport={"width": 1280, "height": 960})
    yield context
    context.close()


@pytest.fixture
def open_at(
    window: BrowserContext, chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Opener]:
    """Opens notebooks of any server; at the end keeps a picture of each, and none may complain."""
    opened: list[Notebook] = []
    strangers: list[BrowserContext] = []
    servers: list[Server] = []

    def open_one(
        server: Server,
        path: Path,
        *,
        place: str = "lab/tree",
        kernel: bool = True,
        stranger: bool = False,
    ) -> Notebook:
        """Without a kernel, or in a browser that was never here."""
        servers.append(server)
        context = window
        if stranger:
            context = chromium.new_context(viewport={"width": 1280, "height": 960})
            strangers.append(context)
        elif not window.pages:
            keep_process(window, server)
        notebook = Notebook(context.new_page(), path)
        opened.append(notebook)
        notebook.listen()
        page = notebook.page
        page.set_default_timeout(SOON)
        if not kernel:
            page.add_init_script(START_NO_KERNEL)
        page.goto(server.address(path, place))
        notebook.wait(kernel=kernel)
        return notebook

    yield open_one
    RESULTS.mkdir(exist_ok=True)
    for number, notebook in enumerate(opened, 1):
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        notebook.page.screenshot(path=RESULTS / f"{name}-{number}.png")
        notebook.page.close()
    for context in strangers:
        context.close()
    for server in servers[-1:]:  # a test has one
        server.end_kernels()
    for notebook in opened:
        assert notebook.errors == []


@pytest.fixture
def open_notebook(server: Server, open_at: Opener) -> Opener:
    """Opens notebooks of the server that all journeys share."""
    return partial(open_at, server)
