"""What a run of a batch looks like at one moment: counts, credits, time left, what holds it."""

from __future__ import annotations

from dataclasses import dataclass

from evolink_widgets.errors import (
    BudgetExceeded,
    EvolinkError,
    InsufficientCredits,
    RateLimited,
    ServiceUnavailable,
    StoreFull,
    Unreachable,
)
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.tasks.played import credits_words
from evolink_widgets.text.wording import counted

__all__ = ["BatchState", "FailureGroup", "spoken_time"]

_HEADS: tuple[tuple[type[EvolinkError], str], ...] = (
    (BudgetExceeded, "Budget reached"),
    (InsufficientCredits, "Credits ran out"),
    (Unreachable, "No network"),
    (StoreFull, "Disk full"),
    (RateLimited, "Waiting for the rate limit"),
    (ServiceUnavailable, "Waiting for the service"),
)
"""What holds a run, or has ended it, in a few words."""


@dataclass(frozen=True)
class FailureGroup:
    """What failed for one reason.

    Attributes:
        kind: the error's class, as in the frame's `errortype`.
        said: the first error's own words.
        charged: whether it was charged: "not charged", "charged", "recorded, not charged" and
            so on.
        rows: how many rows have it.
        retry: whether asking again may bring it.
        unsent: whether nothing of it was sent.
    """

    kind: str
    said: str
    charged: str
    rows: int
    retry: bool
    unsent: bool


@dataclass(frozen=True)
class BatchState:
    """One reading of a run; recipes are counted, equal rows once.

    Attributes:
        total: how many recipes the run is to bring.
        stored: of these in the store, for 0 credits.
        new: bought in this run.
        rendering: asked for and not ended.
        unsent: not asked for yet.
        failed: ended without all of their pictures.
        credits: charged so far, as the service reported it.
        to_come: what is still at work or unsent may cost; `None` where nothing is.
        budget: credits that the run may spend; `None` where it has no limit of its own.
        unreported: pictures whose charge was not reported.
        started_at, at, ended_at: Unix seconds; `ended_at` is `None` while it goes on.
        left: the seconds that are left, as a range; `None` where that is not known.
        is_paused: whether what is unsent was paused.
        held: what holds the unsent back for a while.
        looks_again_in: seconds until it is tried again.
        halted: why nothing more is sent.
        simulated: whether an emulator or a cassette plays the service: nothing is charged.
        badge: which of the two, in words; empty where neither does.
    """

    total: int
    stored: int
    new: int
    rendering: int
    unsent: int
    failed: int
    credits: float
    to_come: Estimate | None
    budget: float | None
    unreported: int
    started_at: float
    at: float
    ended_at: float | None
    left: tuple[float, float] | None
    is_paused: bool
    held: EvolinkError | None
    looks_again_in: float | None
    halted: EvolinkError | None
    simulated: bool
    badge: str

    @property
    def done(self) -> int:
        """How many are here."""
        return self.stored + self.new

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return (self.at if self.ended_at is None else self.ended_at) - self.started_at

    @property
    def head(self) -> str:
        """A few words for where it stands, or for what holds it."""
        why = self.halted or (None if self.is_paused else self.held)
        if why is not None:
            return next((said for kind, said in _HEADS if isinstance(why, kind)), "Ended")
        if self.ended_at is not None:
            return "Done"
        return "Paused" if self.is_paused else "Creating"

    @property
    def goes_on(self) -> str:
        """What goes on without us while it stands still, and when it is tried again."""
        if self.ended_at is not None or not (self.is_paused or self.held or self.halted):
            return ""
        parts = [f"{self.rendering:,} go on at the service"] if self.rendering else []
        if self.looks_again_in is not None and not self.is_paused:
            parts.append(f"next look in {max(1, round(self.looks_again_in))} s")
        return ", ".join(parts)

    def __str__(self) -> str:
        parts = [f"{self.head}: {self.done:,} of {counted(self.total, 'picture')}"]
        if self.stored:
            parts.append(f"{self.stored:,} from the store")
        if self.rendering and self.ended_at is None:
            parts.append(f"{self.rendering:,} rendering")
        if self.unsent:
            parts.append(f"{self.unsent:,} not sent")
        if self.failed:
            parts.append(f"{self.failed:,} without")
        if self.goes_on:
            parts.append(self.goes_on)
        parts.append(self.money)
        parts.append(spoken_time(self.seconds))
        if self.left is not None:
            low, high = map(spoken_time, self.left)
            parts.append(f"{low} to {high} left" if low != high else f"about {low} left")
        return " · ".join(parts)

    @property
    def money(self) -> str:
        """Credits so far and at the end, and the budget."""
        kind = credits_words(self.badge) if self.simulated else "credits"
        amount = f"{self.credits:,.4g}" if self.credits < 1000 else f"{self.credits:,.0f}"
        said = f"{amount} {kind}"
        if self.unreported:
            said += f" (of {counted(self.unreported, 'picture')} not reported)"
        if self.to_come is not None and self.to_come.high:
            low, high = self.credits + self.to_come.low, self.credits + self.to_come.high
            said += f" so far, {low:,.4g} to {high:,.4g} at the end"
        return said if self.budget is None else f"{said}, budget {self.budget:,.4g}"


def spoken_time(seconds: float) -> str:
    """A time as a clock shows it: 0:07, 6:24, 1:02:03."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
