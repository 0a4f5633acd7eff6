"""Copies under a dead view, in the elements that each host puts outputs into."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from evolink_widgets.store.gallery.thumbnails.static_copy import html

#: The outermost element of one output, as the hosts write it.
OUTPUTS = {
    "JupyterLab": '<div class="lm-Widget lm-Panel jp-OutputArea-child">{}</div>',
    "nbclassic": '<div class="output_area"><div class="output_subarea">{}</div></div>',
    "VS Code": '<div class="output_container"><div class="output">{}</div></div>',
    "Colab": '<div class="display_data output-id-3"><div class="output_subarea">{}</div></div>',
}


@pytest.mark.parametrize("host", OUTPUTS)
def test_a_dead_view_is_hidden_by_its_copy_and_nothing_else_is(
    chromium: Browser, host: str
) -> None:
    dead = "Error displaying widget: model not found"
    live = '<section class="ew-live">A live view</section>'
    outputs = [
        "a line of the cell's own",
        dead,
        html([], key="one", caption="a fox"),
        live,
        html([], key="two", caption="an owl"),
        "another line",
    ]
    page = chromium.new_page()
    page.set_content("".join(OUTPUTS[host].format(output) for output in outputs))
    expect(page.get_by_text(dead)).to_be_hidden()
    for text in ("a line of the cell's own", "a fox", "A live view", "another line"):
        expect(page.get_by_text(text)).to_be_visible()
    page.close()


@pytest.mark.parametrize("host", ["JupyterLab", "nbclassic"])
def test_what_stands_before_an_output_that_holds_others_is_not_hidden(
    chromium: Browser, host: str
) -> None:
    dead = "Error displaying widget: model not found"
    held = [dead, html([], key="one", caption="a fox")]
    inside = "".join(OUTPUTS[host].format(output) for output in held)
    page = chromium.new_page()
    page.set_content("".join(OUTPUTS[host].format(output) for output in ("a line", inside)))
    expect(page.get_by_text(dead)).to_be_hidden()
    for text in ("a line", "a fox"):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    page.close()
