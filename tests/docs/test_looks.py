"""The manual in a browser: readable in light and dark, searched with nothing but its own files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_core import COLOURS, findings
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.timeout(600)
PAGES = ["index", "tutorials/04-from-one-picture-to-the-next", "reference/api/functions/generate"]


def opened(chromium: Browser, pages: Path, name: str, theme: str) -> tuple[Page, list[str]]:
    """A page, and what it asked another host for."""
    page = chromium.new_page(viewport={"width": 1200, "height": 900}, color_scheme=theme)
    asked: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url[:5] in ("file:", "data:") else asked.append(request.url)
        ),
    )
    page.goto((pages / f"{name}.html").resolve().as_uri())
    return page, asked


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_all(chromium: Browser, pages: Path, name: str) -> None:
    for theme, rules in (("light", ()), ("dark", COLOURS)):
        page, asked = opened(chromium, pages, name, theme)
        assert page.locator("html").get_attribute("data-theme") == theme
        assert findings(page, rules=rules) == [], theme
        page.close()
        assert asked == []


def test_on_a_phone_nothing_is_wider_than_the_screen(chromium: Browser, pages: Path) -> None:
    page, _ = opened(chromium, pages, "index", "light")
    page.set_viewport_size({"width": 420, "height": 900})
    for name in PAGES:
        page.goto((pages / f"{name}.html").resolve().as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 420, name
    page.close()


def test_search_finds_an_answer_from_a_folder_of_files(chromium: Browser, pages: Path) -> None:
    page, asked = opened(chromium, pages, "search", "light")
    page.goto(page.url + "?q=bought+again")
    hits = page.locator("#search-results li a")
    expect(hits.and_(page.locator("[href*='faq.html']")).first).to_be_visible()
    assert asked == []
    page.close()
