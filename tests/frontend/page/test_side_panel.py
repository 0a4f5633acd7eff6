"""Parts of the side panel by themselves, with a server and a host that the test plays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bench import ORIGIN, SOON
from playwright.sync_api import Browser, Page, Route, expect

import evolink_widgets

ROOT = Path(evolink_widgets.__file__).parent
PAGE = '<!doctype html><html lang="en"><title>Side</title><link rel="icon" href="data:,"><main>'


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that loads the panel's modules as a host's does."""
    window = chromium.new_context()
    page = window.new_page()
    page.set_default_timeout(SOON)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path.lstrip("/")
        static = ROOT if path.startswith("widgets/") else ROOT / "jupyter/labextension/static"
        kind, body = ("javascript", (static / path).read_text()) if path else ("html", PAGE)
        route.fulfill(content_type=f"text/{kind}; charset=utf-8", body=body)

    page.route("**/*", answer)
    page.goto(f"{ORIGIN}/")
    yield page
    window.close()
    assert errors == []


def test_what_takes_long_is_asked_of_the_server_once(page: Page) -> None:
    """A page asks again for what does not come soon, as a kernel may have lost it."""
    page.evaluate(
        """async () => {
            const { modelOver } = await import("/panel/picture_link.js");
            window.goes = [];
            window.told = [];
            const came = { blob: new Blob(["x"], { type: "image/png" }), name: "a.png" };
            const bytes = () => new Promise((go) => goes.push(() => go(came)));
            window.model = modelOver({ bytes }, "thumb");
            model.on("msg:custom", ({ kind, id }) => told.push([kind, id]));
            const asked = { kind: "bytes", picture: "3f~a.0", what: "original" };
            window.ask = (id) => model.send({ ...asked, id });
            for (const id of ["a", "a", "b", "a"]) ask(id);
        }"""
    )
    assert page.evaluate("() => goes.length") == 2
    page.evaluate("() => goes.forEach((go) => go())")
    page.wait_for_function("() => told.length === 2")
    assert page.evaluate("() => told") == [["ok", "a"], ["ok", "b"]]
    page.evaluate("() => void ask('a')")  # its answer was lost
    assert page.evaluate("() => goes.length") == 3


def test_the_keyboard_stays_at_collect_while_what_was_spent_changes(page: Page) -> None:
    task = {"needs": True, "stage": "processing", "n": 2, "pictures": [], "simulated": False,
            "folder": "evolink_images"}  # fmt: skip
    spending = {"charged": 1.5, "out": 0, "unreported": 0, "usd": 0.02, "simulated": False,
                "badge": "", "notebooks": [], "caps": []}  # fmt: skip
    told: dict[str, Any] = {"stores": [], "tasks": [task], "spending": spending}
    page.evaluate(
        """async told => {
            const { spendingPart } = await import("/panel/spending_part.js");
            window.part = spendingPart({ app: { commands: {} } });
            document.querySelector("main").append(part.node);
            part.take(told);
        }""",
        told,
    )
    collect = page.get_by_role("button", name="Collect")
    collect.focus()
    page.evaluate("told => part.take(told)", {**told, "spending": {**spending, "charged": 9.7}})
    expect(page.get_by_text("9.7")).to_be_visible()
    expect(collect).to_be_focused()
