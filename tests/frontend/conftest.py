"""A page for each test, and no test with an error on its console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bench import SOON, Bench, open_bench
from playwright.sync_api import Browser, BrowserContext, expect

expect.set_options(timeout=SOON)


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
