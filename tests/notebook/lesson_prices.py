"""What a lesson would cost on the real service: the estimate of all that its store has bought."""

from __future__ import annotations

import json
from pathlib import Path

import evolink_widgets as ew


def price(store: Path, elsewhere: Path) -> ew.Estimate:
    """Sum up the published prices of all sets in a store, as if each was still to be bought.

    Args:
        store: a folder of pictures, of a lesson that has run on the emulator.
        elsewhere: the store that is in use while they are estimated; it stays empty.
    """
    ew.configure(api_key="an-estimate-sends-nothing", mode="live", store=elsewhere)
    total = ew.Estimate(0, 0, "nothing", 0)
    for path in sorted(store.glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        request = ew.Recipe.from_record(record["recipe"]).request
        total += ew.estimate(request.replace(n=len(record["pictures"])))
    return total


def row(name: str, estimate: ew.Estimate) -> str:
    """A line of the table in docs/howto/teaching.md."""
    credits = f"{estimate.low:.1f} to {estimate.high:.1f}"
    dollars = f"${estimate.usd_low:.2f} to {estimate.usd_high:.2f}"
    return f"| {name} | {estimate.pictures} | {credits} | {dollars} |"
