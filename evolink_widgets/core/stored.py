"""What the store has of a request that was paid for before."""

from __future__ import annotations

from dataclasses import dataclass

from evolink_widgets.clock import now
from evolink_widgets.text import day


@dataclass(frozen=True)
class Stored:
    """Pictures that answer a request for 0 credits.

    Attributes:
        pictures: how many of those that are asked for.
        credits: what they cost when they were bought; `None` where the service did not report
            it for all of them.
        paid_at: Unix seconds; of several purchases the newest.
        notebook: the notebook that asked for them; `None` where it is not known, or several did.
        simulated: drawn by the emulator: nothing was charged.
    """

    pictures: int
    credits: float | None
    paid_at: float
    notebook: str | None = None
    simulated: bool = False

    def __str__(self) -> str:
        when = day(self.paid_at, now())
        if self.credits is None:
            return f"from the store, paid on {when} (charge not reported)"
        kind = "simulated credits" if self.simulated else "credits"
        return f"from the store, paid {_amount(self.credits)} {kind} on {when}"


def _amount(credits: float) -> str:
    return f"{credits:.1f}" if credits >= 1 else f"{credits:.2g}"
