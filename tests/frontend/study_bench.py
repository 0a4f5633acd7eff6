"""What the bench of a study's grid tells: which cells there are, and how each stands."""

from __future__ import annotations

from typing import Any

from bench import files

PROMPTS = ["a fox in the snow", "an owl at night", "a hare in a field", "a whale at dawn"]
STYLES = ["watercolour", "woodcut", "gouache", "paper cut", "linocut", "pencil"]
QUALITIES = ["low", "high"]


def welcome(
    prompts: list[str] = PROMPTS, styles: list[str] = STYLES, repeats: int = 2, **more: Any
) -> dict[str, Any]:
    """A study of prompts, two qualities and styles; a letter for each cell as `letters` says."""
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
        "badge": "Simulated",
        "head": {"text": f"18 of {count} cells · 94.2 credits", "ended": True},
        **more,
    }


TRAITS: dict[str, Any] = {
    "x": "style",
    "y": "prompt",
    "facet": "quality",
    "at": {"quality": 1},
    "zoom": 128,
}


def plan(told: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the stub's Python side has."""
    return {"welcome": told or welcome(), "files": files(), "facts": [["Prompt", "a fox"]]}
