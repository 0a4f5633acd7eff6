"""Several widgets on one page: the style of one is nothing to the others."""

from __future__ import annotations

from collections.abc import Callable

from bench import Bench

from evolink_widgets.widgets.base import assets

Opener = Callable[..., Bench]

PLACES = """() => [...document.querySelectorAll("section.ew *")].map((node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    const { color, backgroundColor } = getComputedStyle(node);
    return [x, y, width, height].map(Math.round).join() + color + backgroundColor;
})"""


def test_a_panel_looks_the_same_beside_every_other_widget(bench: Opener) -> None:
    one = bench(traits={"prompt": "a lighthouse", "n": 4})
    one.done()
    one.root.get_by_role("gridcell").first.wait_for()
    one.page.wait_for_function("() => !document.getAnimations().length")
    before = one.js(PLACES)
    assert len(before) > 50
    for name in ("image_grid", "gallery", "compare"):
        one.page.add_style_tag(content=assets.css(name))
    one.page.wait_for_function("() => !document.getAnimations().length")
    assert one.js(PLACES) == before
