"""What of an ask the store, or a library, answers for 0 credits."""

from __future__ import annotations

from dataclasses import dataclass, field

from evolink_widgets.runtime.clock import now
from evolink_widgets.text.wording import day

__all__ = ["Stored"]


@dataclass(frozen=True)
class Stored:
    """Pictures that answer a request for 0 credits.

    Attributes:
        pictures: how many of those that are asked for.
        credits: what they cost when they were bought; `None` where the service did not report
            it for all of them.
        paid_at: Unix seconds; of several purchases the newest.
        notebook: the notebook that asked for them; `None` where it is not known, or several did.
        simulated: drawn by the emulator, or from a cassette: nothing was charged.
        recorded: from a cassette.
        libraries: the names of the libraries that have some of them.
        borrowed: how many of the pictures are theirs.
        slots: the pictures' names: each its task's key and its place there.
    """

    pictures: int
    credits: float | None
    paid_at: float
    notebook: str | None = None
    simulated: bool = False
    recorded: bool = False
    slots: frozenset[tuple[str, int]] = field(default=frozenset(), repr=False)
    libraries: tuple[str, ...] = ()
    borrowed: int = 0

    @property
    def source(self) -> str:
        """Where they are from: "the store", "the library course"."""
        kind = "library" if len(self.libraries) == 1 else "libraries"
        lent = f"the {kind} {' and '.join(self.libraries)}" if self.libraries else None
        own = None if lent is not None and self.borrowed >= self.pictures else "the store"
        return " and ".join(filter(None, (own, lent)))

    @property
    def price(self) -> str:
        """When they were paid or drawn, and what that was."""
        when = day(self.paid_at, now())
        if self.simulated:
            said = f"drawn on {when}"
            if self.recorded:
                said = "recorded, not charged"
            if self.credits is None:
                return said
            return f"{said} (would have cost {_amount(self.credits)} credits)"
        if self.credits is None:
            return f"paid on {when} (charge not reported)"
        return f"paid {_amount(self.credits)} credits on {when}"

    def __str__(self) -> str:
        return f"from {self.source}, {self.price}"


def _amount(credits: float) -> str:
    return f"{credits:.1f}" if credits >= 1 else f"{credits:.2g}"
