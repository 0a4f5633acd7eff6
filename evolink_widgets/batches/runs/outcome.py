"""What came of each recipe of a batch, what of it was charged, and what an error means to a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from evolink_widgets.errors import (
    AuthenticationError,
    Billed,
    BudgetExceeded,
    ConfigurationError,
    ContentRefused,
    EvolinkError,
    InsufficientCredits,
    InvalidRequest,
    PermissionDenied,
    RateLimited,
    ServiceUnavailable,
    SpendingRefused,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    Unreachable,
)
from evolink_widgets.store.gallery.pictures import GeneratedImage

__all__ = ["Meaning", "Outcome", "is_worth_retrying", "meaning_of"]


@dataclass(frozen=True)
class Outcome:
    """What came of one recipe.

    Attributes:
        images: its pictures, each in its place; `None` for one that did not come.
        credits: what the run was charged for each; 0.0 for what was in the store, `None` where
            the service did not report it.
        reused: which of them were in the store, or were bought by another.
        seconds: from the ask to the end.
        error: why some did not come.
        sent: whether anything of what failed was sent.
    """

    images: tuple[GeneratedImage | None, ...]
    credits: tuple[float | None, ...]
    reused: tuple[bool, ...]
    seconds: float | None = None
    error: EvolinkError | None = None
    sent: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether all of its pictures are here."""
        return None not in self.images

    @property
    def is_free(self) -> bool:
        """Whether all of it came from the store."""
        return self.is_whole and all(self.reused)

    @classmethod
    def unsent(cls, need: int, error: EvolinkError) -> Outcome:
        """What came of a recipe that was not asked for."""
        return cls((None,) * need, (0.0,) * need, (False,) * need, error=error, sent=False)


class Meaning(Enum):
    """What an error means to the rows that are still to be sent."""

    ROW = "it is this row's own"
    ROOM = "there may be room once others have ended"
    PAUSE = "it may go on after a while"
    END = "no other row would fare better"


_MEANINGS: tuple[tuple[tuple[type[EvolinkError], ...], Meaning], ...] = (
    ((BudgetExceeded, InsufficientCredits), Meaning.ROOM),
    ((Unreachable, RateLimited, ServiceUnavailable), Meaning.PAUSE),
    ((SpendingRefused, AuthenticationError, PermissionDenied, ConfigurationError), Meaning.END),
    ((StoreFull, StoreReadOnly, StoreTooNew), Meaning.END),
)


def meaning_of(error: EvolinkError) -> Meaning:
    """What an error of one row means to the others."""
    for kinds, meaning in _MEANINGS:
        if isinstance(error, kinds):
            # A full disk keeps what is paid for from being fetched, and more would be paid for.
            is_free = error.billed is Billed.NO or meaning is Meaning.END
            return meaning if is_free else Meaning.ROW
    return Meaning.ROW


def is_worth_retrying(error: EvolinkError) -> bool:
    """Whether asking the same again may bring it: not where the content was refused."""
    return not isinstance(error, (ContentRefused, InvalidRequest))
