"""One Chromium for the whole run, a page for each test, and no test with an error on its console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, open_bench
from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SYSTEM_CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Playwright's own browser where it is installed, else the system's."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(args=ARGUMENTS)
        except Error:
            if not SYSTEM_CHROMIUM.exists():
                pytest.fail(
                    "These tests need a browser: run `python -m playwright install chromium`,"
                    " or install the system's package (Debian: `apt-get install chromium`)."
                )
            browser = playwright.chromium.launch(args=ARGUMENTS, executable_path=SYSTEM_CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def bench(chromium: Browser) -> Iterator[Callable[..., Bench]]:
    """Opens benches; at the end no page may have complained on its console."""
    opened: list[tuple[Bench, BrowserContext]] = []

    def open_one(**how: Any) -> Bench:
        opened.append(open_bench(chromium, **how))
        return opened[-1][0]

    yield open_one
    for one, window in opened:
        window.close()
        assert one.errors == []
