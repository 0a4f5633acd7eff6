"""What the comparison's front-end tests share: pictures on the stub model, and where they are."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from bench import Bench, scene
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]

SIZE = (1248, 832)
PREVIEW = (624, 416)
TRAITS: dict[str, Any] = {"mode": "slider", "index": 1, "position": 0.5, "zoom": 0.0, "gain": 4.0}
WORDS = [
    ["same", "a lighthouse at dusk, "],
    ["removed", "calm "],
    ["added", "stormy "],
    ["same", "sea"],
]


ALL = "() => model.get('mode') === 'side'"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def told(at: int, **more: Any) -> dict[str, Any]:
    """One picture, as Python tells of it."""
    return {
        "id": str(at),
        "label": f"lighthouse_{at + 1}.png",
        "width": SIZE[0],
        "height": SIZE[1],
        "alt": "A lighthouse at dusk",
        "same": at == 0,
        "words": WORDS if at else [["same", "a lighthouse at dusk, calm sea"]],
        **more,
    }


def comparison(bench: Opener, count: int = 2, **how: Any) -> Bench:
    """A comparison of so many pictures, with those in view drawn."""
    pictures = how.pop("pictures", [told(at) for at in range(count)])
    whole = plan(pictures, how.pop("note", "")) | how.pop("plan", {})
    one = bench(widget="compare", traits=TRAITS | how.pop("traits", {}), plan=whole, **how)
    if not whole.get("silent"):
        expect(images(one)).to_have_count(len(pictures) if one.js(ALL) else 2)
    return one


def plan(pictures: list[dict[str, Any]], note: str = "") -> dict[str, Any]:
    """What the stub's Python side has of these pictures."""
    files: dict[str, Any] = {"thumbs": [text(scene(at, 384, 256)) for at in range(4)]}
    for at in range(len(pictures)):
        large, small = (text(scene(at, *size)) for size in (SIZE, PREVIEW))
        files[str(at)] = {"preview": small, "original": large}
    return {
        "welcome": {"pictures": pictures, "note": note},
        "pictures": [{"key": "", "index": at, **told(at)} for at in range(len(pictures))],
        "files": files,
    }


def arena(one: Bench) -> Locator:
    """What holds the pictures, and takes keys and drags."""
    return one.root.get_by_role("group", name="Pictures")


def images(one: Bench) -> Locator:
    """The pictures that are in view."""
    return one.root.locator(".ew-pane:not([hidden]) .ew-lens img")


def divider(one: Bench) -> Locator:
    return one.root.get_by_role("slider", name="Divider")


def widths(one: Bench) -> list[int]:
    """How many pixels the pictures in view have that are here."""
    found: list[int] = images(one).evaluate_all("all => all.map(i => i.naturalWidth)")
    return found


def boxes(one: Bench) -> list[list[float]]:
    """Where the pictures in view are drawn, within their panes: left, top, width."""
    # Asked for once they are drawn: a sharper copy takes the place of a small one at any time.
    drawn = """async () => {
        for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
        const all = document.querySelectorAll(".ew-pane:not([hidden]) .ew-lens img");
        return [...all].map((image) => {
            const box = image.getBoundingClientRect();
            const pane = image.closest("figure").getBoundingClientRect();
            return [box.x - pane.x, box.y - pane.y, box.width].map((v) => Math.round(v));
        });
    }"""
    found: list[list[float]] = one.js(drawn)
    return found


def picked(one: Bench) -> str:
    """The mode that is chosen."""
    value: str = one.root.locator(".ew-seg :checked").evaluate("r => r.value")
    return value


def settled(one: Bench, name: str, value: Any) -> None:
    """Python has been told."""
    check = "([name, value]) => Math.abs(Object.assign({}, ...model.saved)[name] - value) < 1e-9"
    if isinstance(value, str):
        check = "([name, value]) => Object.assign({}, ...model.saved)[name] === value"
    one.page.wait_for_function(check, arg=[name, value])
