"""What copies look like in a page that typesets mathematics."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from notebook_page import Notebook, Server, expect_pictures
from playwright.sync_api import expect

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

PROMPT = "a price tag of $5 next to a $10 note"
CELL = f"""
from IPython.display import HTML, display
import evolink_widgets as ew
ew.configure(speed=40)
images = await ew.generate({PROMPT!r}, n=2)
display(images, HTML("<p>$x^2$</p>"))
ew.presets["tag"] = {{"prompt": {PROMPT!r}}}
display(ew.presets)
"""


def test_the_dollars_of_a_prompt_are_no_mathematics(
    server: Server, open_notebook: Callable[..., Notebook]
) -> None:
    notebook = open_notebook(server.write("dollars", CELL.strip()))
    notebook.run(0)
    outputs = notebook.cell(0).locator(".jp-OutputArea")
    expect_pictures(outputs.first, 2)
    # What is meant as mathematics is typeset, so the page had its chance.
    expect(outputs.locator("mjx-container")).to_have_count(1)
    expect(outputs.get_by_text(PROMPT)).to_have_count(2)
