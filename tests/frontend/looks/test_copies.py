"""Copies under a dead view, in the elements that each host puts outputs into."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from evolink_widgets.store.gallery.thumbnails.static_copy import html
from evolink_widgets.store.ledger.spending_report import Spending
from evolink_widgets.store.ledger.spending_rows import NotebookSpending

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


@pytest.mark.parametrize("simulated", [True, False])
def test_what_was_spent_is_whole_in_a_narrow_notebook(chromium: Browser, simulated: bool) -> None:
    """In the place that a page of 520 pixels leaves, in JupyterLab's letters and cells."""
    row = NotebookSpending("02.ipynb", 3, 4, 1.1068, 0.25, 0.4, simulated)
    badge = "Simulated" if simulated else ""
    spent = Spending([row], "notebook", simulated=simulated, badge=badge)._repr_html_()
    style = (
        "table { font: 13px sans-serif; border-collapse: collapse }"
        "th, td { padding: 0.5em; white-space: normal }"
    )
    page = chromium.new_page()
    page.set_content(f"<style>{style}</style><div style='width:385px'>{spent}</div>")
    place = page.locator("div div")
    assert place.evaluate("one => one.scrollWidth <= one.clientWidth")
    caption = page.locator("caption")
    assert caption.evaluate("one => one.scrollWidth <= one.parentNode.parentNode.clientWidth")
    page.close()
