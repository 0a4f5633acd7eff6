"""Saved outputs that scroll: reached by Tab, scrolled by keys, named, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

import evolink_widgets as ew
from evolink_widgets.widgets.rank.rank_copy import ranking_html

SMALL: dict[str, Any] = {"size": "816x816", "quality": "low"}
PAGE = """<!doctype html><html lang="en"><title>Saved</title>
<style>body {{ margin: 12px; font: 13px/1.5 sans-serif; color: {ink}; background: {ground};
color-scheme: {scheme} }} td, th {{ padding: 4px 12px }}</style>
<main><h1>Saved</h1>{outputs}</main>"""
LOOKS = {"light": ("#111", "#fff"), "dark": ("#eee", "#111")}
#: What the region of each output is called.
NAMES = [
    "Rows with problems", "Table: 2 rows", "Pictures of the study", "What was spent", "Presets",
    "Ranking",
]  # fmt: skip


@pytest.fixture
def outputs(own_settings: None, tmp_path: Path) -> str:
    """What a notebook keeps of each kind of view that scrolls, as HTML."""
    ew.configure(mode="emulator", speed=1000, seed=1)
    styles = ["ink", "oil", "chalk", "pencil", "gouache", "woodcut"]
    study = ew.study(prompt="a fox, {style}", style=styles, **SMALL)
    pictures = study.create().result(120).images
    rows = [{"what": "a fox", "size": "99:1"}, {"what": "an owl", "size": "1:1"}]
    batch = ew.batch(rows, prompt="{what}", size="{size}")
    ew.presets["a poster of a very long name"] = {"size": "2:3", "quality": "high"}
    frame = [{"image": one, "said " + "x" * 60: "y" * 60} for one in pictures[:2]]
    grid = study.grid()
    rank = ew.RankView(pictures, "Which is nicer?")
    ranking = ranking_html(rank.standing, rank._name, rank._ranking.example)
    html = [
        batch._repr_html_(), ew.show(frame).to_html(), grid._static_html(),
        ew.spending()._repr_html_(), ew.presets._repr_html_(), ranking,
    ]  # fmt: skip
    for view in (grid, rank):
        view.close()
    return "".join(f"<section>{one}</section>" for one in html)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 320, "height": 900})
    yield page
    page.close()


def test_what_scrolls_in_a_saved_output_is_reached_and_scrolled_by_keys(
    outputs: str, page: Page
) -> None:
    for scheme, (ink, ground) in LOOKS.items():
        page.set_content(PAGE.format(outputs=outputs, ink=ink, ground=ground, scheme=scheme))
        options = {"rules": {"color-contrast": {"enabled": False}}, "resultTypes": ["violations"]}
        broken = Axe().run(page, options=options).response["violations"]
        assert [(one["id"], node["html"]) for one in broken for node in one["nodes"]] == []
        seen = []
        for _ in NAMES:
            page.keyboard.press("Tab")
            region = page.locator(":focus")
            seen.append(region.get_attribute("aria-label"))
            assert region.get_attribute("role") == "region"
            ring = region.evaluate("el => getComputedStyle(el).outlineStyle")
            assert ring not in ("none", ""), "the focus is seen"
            if region.evaluate("el => el.scrollWidth > el.clientWidth"):
                page.keyboard.press("ArrowRight")
                page.wait_for_function("document.activeElement.scrollLeft > 0")
        assert seen == NAMES
        wide = page.evaluate(
            "[...document.querySelectorAll('[role=region]')]"
            ".filter((el) => el.scrollWidth > el.clientWidth).length"
        )
        assert wide >= 4, "a narrow page, on which they do scroll"
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
