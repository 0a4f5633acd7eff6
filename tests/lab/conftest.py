"""One Jupyter server for all journeys; each has its own page, notebook and kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import Notebook, Server, serve
from playwright.sync_api import Browser, BrowserContext

RESULTS = Path(__file__).parents[2] / "test-results"

KERNEL_READY = """() => {
    const context = jupyterapp.shell.currentWidget.sessionContext;
    const kernel = context.isReady && context.session?.kernel;
    return kernel && kernel.connectionStatus === "connected" && kernel.status === "idle";
}"""

#: The page's own setting, turned after it is read and before Lab's deferred scripts run.
WITHOUT_KERNEL = """document.addEventListener("readystatechange", () => {
    const settings = document.getElementById("jupyter-config-data");
    const text = settings?.textContent ?? "";
    if (settings) settings.textContent = text.replace(/("notebookStartsKernel": )true/, "$1false");
});"""

Opener = Callable[..., Notebook]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def open_notebook(
    server: Server, chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Opener]:
    """Opens notebooks; at the end keeps a picture of each, and none may have complained."""
    opened: list[tuple[Notebook, BrowserContext]] = []

    def open_one(
        path: Path, *, place: str = "lab/tree", kernel: bool = True, **how: Any
    ) -> Notebook:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 960}, **how})
        context.set_default_timeout(30_000)
        context.add_init_script(
            "window.addEventListener('keydown', e => e.target.closest?.('.ew') && e.target.setAttribute('data-lm-suppress-shortcuts', ''), true)"
        )  # TEMP
        if not kernel:
            context.add_init_script(WITHOUT_KERNEL)
        notebook = Notebook(context.new_page(), path)
        notebook.listen()
        opened.append((notebook, context))
        page = notebook.page
        reset = "?reset" if place == "lab/tree" else ""
        page.goto(f"{server.url}/{place}/{path.relative_to(server.root)}{reset}")
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.activeCell")
        if kernel:
            page.wait_for_function(KERNEL_READY)
        return notebook

    yield open_one
    RESULTS.mkdir(exist_ok=True)
    for number, (notebook, context) in enumerate(opened):
        name = re.sub(r"\W+", "-", request.node.name)
        notebook.page.screenshot(path=RESULTS / f"{name}-{number + 1}.png")
        context.close()
    server.end_kernels()
    for notebook, _ in opened:
        assert notebook.errors == []
