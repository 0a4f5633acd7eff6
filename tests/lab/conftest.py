"""One Jupyter server for all journeys; each has its own page, notebook and kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter import Notebook, Server, serve
from playwright.sync_api import Browser, BrowserContext, Route

RESULTS = Path(__file__).parents[2] / "test-results"

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
        if not kernel:
            context.route(re.compile(r"/lab/tree/|/notebooks/"), _without_kernel)
        notebook = Notebook(context.new_page(), path)
        notebook.listen()
        opened.append((notebook, context))
        page = notebook.page
        page.goto(f"{server.url}/{place}/{path.relative_to(server.root)}?reset")
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.activeCell")
        if kernel:
            page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
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


def _without_kernel(route: Route) -> None:
    """The page, told not to start a kernel: as where the reader has none."""
    reply = route.fetch()
    page = reply.text().replace('"notebookStartsKernel": true', '"notebookStartsKernel": false')
    route.fulfill(response=reply, body=page)
