"""What a lesson would cost on the real service, and its line in the guide for teachers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import evolink_widgets as ew


def recipes_in(folder: Path) -> set[Path]:
    """The recipe files of the pictures that lessons in this folder have bought."""
    return set((folder / "evolink_images").glob("*.json"))


def price(bought: Iterable[Path], *, elsewhere: Path) -> ew.Estimate:
    """Sum up the published prices of these sets, as if each was still to be bought.

    Args:
        bought: their recipe files.
        elsewhere: the store that is in use while they are estimated; it stays empty.
    """
    ew.configure(api_key="an-estimate-sends-nothing", mode="live", store=elsewhere)
    total = ew.Estimate(0, 0, "nothing", 0)
    for path in sorted(bought):
        record = json.loads(path.read_text("utf-8"))
        request = ew.Recipe.from_record(record["recipe"]).request
        total += ew.estimate(request.replace(n=len(record["pictures"])))
    return total


def row(lesson: Any, name: str, cost: ew.Estimate) -> str:
    """A lesson's line: its name, minutes and exercises as it says them itself, and its price."""
    said = next(filter(None, (SAID.search(cell.source) for cell in lesson.cells)))
    number, _, words = name.removesuffix(".ipynb").partition("-")
    link = f"[{number} {words.replace('-', ' ')}](../../notebooks/{name})"
    return f"| {link} | {said['minutes']} | {said['exercises']} | {figures(cost)} |"


def figures(cost: ew.Estimate) -> str:
    """Pictures, credits and dollars, each in a cell."""
    credits = f"{cost.low:.1f} to {cost.high:.1f}"
    return f"{cost.pictures} | {credits} | ${cost.usd_low:.2f} to {cost.usd_high:.2f}"


SAID = re.compile(r"About (?P<minutes>\d+) minutes, (?P<exercises>\w+) exercises")
