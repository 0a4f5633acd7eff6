"""Two people at one notebook: jupyter-collaboration, the real one, in two browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from kernels import python_with
from notebook_page import Notebook, Server, expect_pictures, press_run, serve
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("collaboration"), pytest.mark.timeout(600)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=40)
ew.ImageStudio(prompt="a fox", n=2)
""".strip()
TASK = 'ew.generate("a fox in the snow", n=2)'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    python = python_with("collaboration", "jupyterlab>=4.5", "jupyter-collaboration>=4")
    with serve(tmp_path_factory.mktemp("shared"), python=str(python)) as running:
        yield running
