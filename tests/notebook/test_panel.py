"""In Panel, the real one in a browser: beside Panel's own widgets, in both of its themes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from .kernels import ROOT, python_of_other_hosts
from .pages import SECONDS, free_port, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

APP = """
import panel as pn
import evolink_widgets as ew
pn.extension("ipywidgets", theme="{theme}")
ew.configure(store="{theme}", mode="emulator", speed=40)
studio = ew.ImageStudio(prompt="a fox", n=2, quality="low")
count = pn.widgets.StaticText(name="pictures", value="0")
studio.observe(lambda change: count.param.update(value=str(len(change.new))), "images")
pn.Column(studio, count).servable()
"""
#: Panel asks the network for every widget's front end; here it is answered from the environment.
FROM_THE_NETWORK = "https://unpkg.com/anywidget@**"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two apps at an address, by the names of Panel's themes."""
    folder = tmp_path_factory.mktemp("panel")
    for theme in ("default", "dark"):
        (folder / f"{theme}.py").write_text(APP.format(theme=theme))
    port = free_port()
    command = [
        *(str(python_of_other_hosts()), "-m", "panel", "serve", "default.py", "dark.py"),
        *(f"--port={port}", "--address=127.0.0.1"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize(("theme", "system"), [("default", "dark"), ("dark", "light")])
def test_the_studio_works_and_can_be_read(
    served: str, chromium: Browser, theme: str, system: str
) -> None:
    [front_end] = (
        python_of_other_hosts()
        .parents[1]
        .glob("lib/*/site-packages/anywidget/nbextension/index.js")
    )
    page = chromium.new_page(color_scheme=system)  # type: ignore[arg-type]
    page.set_default_timeout(SECONDS)
    page.route(
        FROM_THE_NETWORK,
        lambda route: route.fulfill(
            path=front_end,
            content_type="text/javascript",
            headers={"Access-Control-Allow-Origin": "*"},
        ),
    )
    page.goto(served + theme)
    panel = page.get_by_role("region", name="Image studio")
    panel.locator(".ew-run[aria-disabled='false']").click(timeout=SECONDS)
    expect(panel.locator("img.ew-pic")).to_have_count(2, timeout=SECONDS)
    expect(panel.get_by_text("Done", exact=True)).to_be_visible()
    # Panel's own text is Panel's affair.
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    nodes = [node["html"] for one in found for node in one["nodes"]]
    assert [html for html in nodes if "ew-" in html] == []
    page.close()
