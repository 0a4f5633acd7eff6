"""Two people at one notebook: jupyter-collaboration, the real one, in two browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from kernels import python_of_other_hosts
from notebook_page import Notebook, Server, expect_pictures, press_run, serve
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

SHOW = """
import evolink_widgets as ew
ew.configure(speed=40)
studio = ew.ImageStudio(prompt="a fox", n=2)
studio
""".strip()
TASK = 'ew.generate("a heron", n=2)'
COUNT = "print(ew.spending().total.tasks, 'bought')"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("shared"), python=python_of_other_hosts()) as running:
        yield running


def copies_in(path: Path) -> int:
    """Saved pictures in a notebook's file; 0 while it is being written."""
    try:
        return str(nbformat.read(path, as_version=4).cells).count("data:image/webp")
    except nbformat.reader.NotJSONError:
        return 0


def test_a_second_person_sees_the_pictures_and_has_a_live_panel_once_the_page_is_opened(
    shared: Server, open_at: Callable[..., Notebook]
) -> None:
    path = shared.write("shared", SHOW, TASK, COUNT)
    first = open_at(shared, path, stranger=True)
    second = open_at(shared, path, stranger=True)
    first.run(0)
    first.run(1)
    press_run(first.panel(0))
    expect_pictures(first.panel(0).get_by_role("article"), 2)

    # JupyterLab trusts what another browser has run after a look of one's own only (its issue
    # 11435), and shows no widget before. The copies are there.
    for index in (0, 1):
        expect_pictures(second.cell(index), 2)
        assert second.copies(index).count() == 1
    expect(second.cell(1).get_by_text("Not finished")).to_have_count(0)

    second.page.reload()
    second.wait()
    panel = second.panel(0)
    expect_pictures(panel.get_by_role("article"), 2)
    expect(second.copies(0)).to_have_count(0)
    prompt = panel.get_by_label("Prompt", exact=True)
    prompt.fill("an owl")
    expect(first.panel(0).get_by_label("Prompt", exact=True)).to_have_value("an owl")
    press_run(panel)
    for each in (first, second):
        newest = each.panel(0).get_by_role("article").first
        expect(newest.get_by_text("an owl")).to_be_visible()
        expect_pictures(newest, 2)
    first.run(2)
    for each in (first, second):
        expect(each.cell(2).get_by_text("3 bought")).to_be_visible()

    while copies_in(path) < 2 + 4:
        second.page.wait_for_timeout(100)  # the server saves by itself
    # What the kernel tells one page of its own widgets, the other hears too.
    first.errors[:] = [one for one in first.errors if "Comm not found" not in one]
