"""The grid of a study: labels that stay, one stop by keys, sizes, axes, and a cell bought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import Bench, files
from playwright.sync_api import Locator, expect

Opener = Callable[..., Bench]

PROMPTS = ["a fox in the snow", "an owl at night", "a hare in a field", "a whale at dawn"]
STYLES = ["watercolour", "woodcut", "gouache", "paper cut", "linocut", "pencil"]
QUALITIES = ["low", "high"]


def welcome(
    prompts: list[str] = PROMPTS, styles: list[str] = STYLES, repeats: int = 2, **more: Any
) -> dict[str, Any]:
    count = len(prompts) * len(styles) * len(QUALITIES)
    letters = more.pop("letters", "".join("." if at % 5 == 3 else "n" for at in range(count)))
    return {
        "axes": [
            {"name": "prompt", "levels": prompts},
            {"name": "quality", "levels": QUALITIES},
            {"name": "style", "levels": styles},
        ],
        "letters": letters,
        "have": [repeats if letter == "n" else 0 for letter in letters],
        "prices": ["4.9 to 5.6"],
        "priced": [0] * count,
        "repeats": repeats,
        "simulated": True,
        "head": {"text": f"18 of {count} cells · 94.2 credits", "ended": True},
        **more,
    }


def opened(bench: Opener, *, told: dict[str, Any] | None = None, **how: Any) -> Bench:
    traits = {"x": "style", "y": "prompt", "facet": "quality", "at": {"quality": 1}, "zoom": 128,
              **how.pop("traits", {})}  # fmt: skip
    plan = {"welcome": told or welcome(), "files": files(), "facts": [["Prompt", "a fox"]]}
    one = bench(widget="study", traits=traits, plan=plan | how.pop("plan", {}), **how)
    expect(cells(one).first).to_be_visible()
    return one


def cells(one: Bench) -> Locator:
    return one.root.get_by_role("gridcell")


def cell(one: Bench, name: str) -> Locator:
    return one.root.get_by_role("gridcell", name=name)
