"""What the gallery's front-end tests share: a gallery on the stub model, and its places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import Bench
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]

#: The gallery's traits, as Python would have them.
TRAITS: dict[str, Any] = {
    "text": "",
    "favourite": False,
    "trashed": False,
    "size": None,
    "quality": None,
    "model": None,
    "notebook": None,
    "library": None,
    "simulated": None,
    "recorded": None,
    "since": None,
    "until": None,
}


def gallery(bench: Opener, count: int = 1204, **how: Any) -> Bench:
    """A gallery of so many pictures, with the first of them in view."""
    traits = TRAITS | how.pop("traits", {})
    plan = {"gallery": count} | how.pop("plan", {})
    one = bench(widget="gallery", traits=traits, plan=plan, **how)
    # With a clock that stands still nothing comes by itself.
    if count and not how.get("clock") and traits == TRAITS:
        expect(pictures(one).first).to_be_visible()
    return one


def pictures(one: Bench) -> Locator:
    """The small pictures that are here; their cells say what they show."""
    return one.root.locator(".ew-cell img:not([hidden])")


def cells(one: Bench) -> Locator:
    """The places that are in the page, in view or near it."""
    return one.root.get_by_role("gridcell")


def place(one: Bench, number: int) -> Locator:
    """The cell of a place, counted from 1 as people do."""
    return one.root.get_by_role("gridcell", name=f"Picture {number:,} of ")


def tally(one: Bench) -> Locator:
    """The line that tells how many there are."""
    return one.root.locator(".ew-tally")


def told_line(one: Bench) -> Locator:
    """The line that tells what an action came to, with what can be done next."""
    return one.root.locator(".ew-told")


def columns(one: Bench) -> int:
    """Pictures side by side."""
    count: int = one.root.get_by_role("grid").evaluate("g => +g.getAttribute('aria-colcount')")
    return count


def scroll(one: Bench, top: float) -> None:
    """Scroll the shelf and wait for the next frame."""
    one.js(
        """top => new Promise((done) => {
            document.querySelector(".ew-shelf").scrollTop = top;
            requestAnimationFrame(() => requestAnimationFrame(done));
        })""",
        top,
    )
